# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of the cluster's configuration files.

Rule 1: pure, from paths, ports and sizes to text; what each parameter means is in slurm.conf(5) and friends.
Rule 2: the cluster is still once it is up. Two servers' answers are compared on it, so nothing recalculates,
reschedules or pings often; `settled` tells the time while content is made from the time after.
Rule 3: as many different values as possible: a field that two servers fill with 0 proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from labkit.place import Place

CLUSTER = "lab"
NODES = ("node1", "node2", "node3", "node4")  # the real ones: a slurmd each
SPARE = 6  # nodes that exist on paper, for states that no healthy node shows


class Sizes(NamedTuple):
    """How much more than the fixed content."""

    nodes: int = 0  # cloud nodes with GPUs
    jobs: int = 0  # held jobs


def slurm_conf(place: Place, ports: dict[str, int], sizes: Sizes, *, host: str, settled: bool) -> str:
    """slurm.conf(5). `host` is this machine's name, which slurmctld looks for."""
    # While content is made, backfill runs often, so that sdiag has figures to show.
    pace = (
        "bf_interval=10800,sched_interval=86400,bf_continue"
        if settled
        else "bf_interval=1,sched_interval=2,sched_min_interval=100000,bf_continue"
    )
    lines = [
        f"ClusterName={CLUSTER}",
        f"SlurmctldHost={host}(127.0.0.1)",
        f"SlurmctldPort={ports['slurmctld']}",
        # Where the nodes that exist on paper are looked for, and nobody listens.
        f"SlurmdPort={ports['nobody']}",
        "SlurmUser=slurm",
        "SlurmdUser=root",
        "AuthType=auth/munge",
        f"AuthInfo=socket={place.munge_socket},cred_expire=120",
        "CredType=cred/munge",
        "AuthAltTypes=auth/jwt",
        f"AuthAltParameters=jwt_key={place.jwt_key}",
        f"StateSaveLocation={place('spool', 'slurmctld')}",
        f"SlurmdSpoolDir={place('spool', '%n')}",
        f"SlurmctldPidFile={place('run', 'slurmctld.pid')}",
        f"SlurmdPidFile={place('run', '%n.pid')}",
        "LogTimeFormat=iso8601_ms",
        "SlurmctldDebug=info",
        "SlurmdDebug=info",
        "ProctrackType=proctrack/pgid",
        "TaskPlugin=task/none",
        "JobAcctGatherType=jobacct_gather/none",
        "SwitchType=switch/none",
        "MpiDefault=none",
        "MCSPlugin=mcs/account",
        "MCSParameters=ondemand,ondemandselect",
        "MailProg=/bin/true",
        "RebootProgram=/bin/true",
        "ReturnToService=2",
        "SlurmdParameters=config_overrides",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core_Memory",
        "AllowSpecResourcesUsage=YES",
        "GresTypes=gpu",
        "Licenses=ansys:4,matlab:10",
        "SchedulerType=sched/backfill",
        f"SchedulerParameters={pace}",
        "PriorityType=priority/multifactor",
        "PriorityDecayHalfLife=0",
        "PriorityUsageResetPeriod=NONE",
        "PriorityCalcPeriod=1-00:00:00",
        "PriorityWeightQOS=1000",
        "PriorityWeightPartition=100",
        "PriorityWeightAssoc=10",
        "PreemptType=preempt/partition_prio",
        "PreemptMode=REQUEUE",
        "PrivateData=cloud",
        "SuspendProgram=/bin/true",
        "ResumeProgram=/bin/true",
        "SuspendTime=31536000",
        "ResumeTimeout=60000",
        "SuspendTimeout=1",
        "TreeWidth=65533",
        "SlurmctldTimeout=300",
        "SlurmdTimeout=60000",
        "MessageTimeout=30",
        "BatchStartTimeout=60",
        "InactiveLimit=0",
        "KillWait=2",
        "MinJobAge=8640000",
        "OverTimeLimit=0",
        f"MaxJobCount={20000 + 2 * sizes.jobs}",
        "MaxArraySize=1001",
        "DefMemPerCPU=100",
        "AccountingStorageType=accounting_storage/slurmdbd",
        "AccountingStorageHost=localhost",
        f"AccountingStoragePort={ports['slurmdbd']}",
        # With munge towards slurmdbd this is a socket, and AuthInfo is not asked.
        f"AccountingStoragePass={place.munge_socket}",
        "AccountingStorageEnforce=associations,limits,qos",
        "AccountingStorageTRES=gres/gpu,gres/gpu:tesla,license/ansys,license/matlab",
        "AccountingStoreFlags=job_comment,job_script,job_env",
        "TrackWCKey=yes",
        *_nodes(ports, sizes),
        *_partitions(sizes),
    ]
    return "\n".join(lines) + "\n"


def _nodes(ports: dict[str, int], sizes: Sizes) -> list[str]:
    real = "Sockets=2 CoresPerSocket=8 ThreadsPerCore=2 RealMemory=16000 TmpDisk=4000"
    lines = [
        f"NodeName={name} NodeHostname={name} NodeAddr=127.0.0.1 Port={ports[name]} {real} {rest}"
        for name, rest in zip(
            NODES,
            (
                "Weight=5 Feature=fast,ib,rack1 Gres=gpu:tesla:4",
                "Weight=10 Feature=fast,rack2 Gres=gpu:tesla:4 MemSpecLimit=512",
                "Weight=20 Feature=slow,rack2 MemSpecLimit=256 CpuSpecList=0",
                "Weight=30 Feature=slow,rack3 BcastAddr=127.0.0.1",
            ),
        )
    ]
    lines += [
        "NodeName=spare1 NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=DOWN Reason=\"Power supply, second time\"",
        "NodeName=spare2 NodeAddr=127.0.0.2 CPUs=4 RealMemory=4000 State=DRAIN Reason=Memtest",
        "NodeName=spare3 NodeAddr=127.0.0.1 Boards=2 SocketsPerBoard=1 CoresPerSocket=8 ThreadsPerCore=1"
        " RealMemory=64000 Weight=77 State=FAIL",
        f"NodeName=spare[4-{SPARE}] NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000 State=DOWN",
        "NodeName=burst[1-4] NodeAddr=127.0.0.1 CPUs=32 RealMemory=128000 Feature=cloud,gpu Gres=gpu:a100:4 Weight=1000 State=CLOUD",
    ]
    if sizes.nodes:
        lines.append(
            f"NodeName={cloud_nodes(sizes)} Sockets=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=512000"
            " Feature=cloud,zen4,ib,rack9 Gres=gpu:h100:8 Weight=2000 State=CLOUD"
        )
    return lines


def cloud_nodes(sizes: Sizes) -> str:
    """The host list of the cloud nodes, all names of the same length."""
    width = len(str(sizes.nodes))
    return f"cloud[{1:0{width}}-{sizes.nodes}]"


def _partitions(sizes: Sizes) -> list[str]:
    lines = [
        "PartitionName=main Nodes=node[1-2] Default=YES State=UP PriorityTier=10 PriorityJobFactor=5"
        " MaxTime=UNLIMITED DefaultTime=1-00:00:00 TRESBillingWeights=CPU=1.0,Mem=0.25G,GRES/gpu=2.0",
        "PartitionName=limited Nodes=node2 MaxTime=02:30:00 DefaultTime=00:10:00 MinNodes=1 MaxNodes=1"
        " MaxCPUsPerNode=8 DefMemPerNode=512 MaxMemPerNode=4096 AllowAccounts=physics,optics,chemistry"
        " AllowQos=normal,high OverTimeLimit=15 QOS=limited GraceTime=120 PriorityTier=10",
        "PartitionName=percpu Nodes=node3 DefMemPerCPU=200 MaxMemPerCPU=800 OverSubscribe=FORCE:3 DenyQos=low"
        " DenyAccounts=chemistry PriorityTier=10 MaxTime=7-00:00:00",
        "PartitionName=owned Nodes=node4 ExclusiveUser=YES PriorityTier=10 MaxTime=30-00:00:00 MinNodes=1",
        "PartitionName=scavenge Nodes=node[1-2] PriorityTier=1 PreemptMode=CANCEL OverSubscribe=YES:2"
        " LLN=YES MaxTime=12:00:00",
        "PartitionName=groups Nodes=node1 AllowGroups=alice,root AllocNodes=node1,node2 Hidden=YES"
        " OverSubscribe=EXCLUSIVE ReqResv=YES PriorityTier=10",
        "PartitionName=rootonly Nodes=ALL RootOnly=YES DisableRootJobs=NO ExclusiveUser=YES Alternate=main",
        "PartitionName=closed Nodes=spare[1-3] State=DOWN CpuBind=socket DefCpuPerGPU=2 DefMemPerGPU=1024",
        "PartitionName=draining Nodes=spare[4-6] State=DRAIN DisableRootJobs=YES",
        "PartitionName=inactive Nodes=spare1 State=INACTIVE PreemptMode=OFF",
        "PartitionName=burst Nodes=burst[1-4] MaxTime=1-00:00:00 SelectTypeParameters=CR_Core",
    ]
    if sizes.nodes:
        lines.append(f"PartitionName=cloud Nodes={cloud_nodes(sizes)} MaxTime=INFINITE MaxNodes=500")
    return lines


def slurmdbd_conf(place: Place, ports: dict[str, int]) -> str:
    """slurmdbd.conf(5); MariaDB asks for no password, its socket lies where only SlurmUser comes."""
    return "\n".join(
        [
            "DbdHost=localhost",
            f"DbdPort={ports['slurmdbd']}",
            "SlurmUser=slurm",
            "AuthType=auth/munge",
            f"AuthInfo=socket={place.munge_socket}",
            "AuthAltTypes=auth/jwt",
            f"AuthAltParameters=jwt_key={place.jwt_key}",
            f"PidFile={place('run', 'slurmdbd.pid')}",
            "LogTimeFormat=iso8601_ms",
            "DebugLevel=info",
            "StorageType=accounting_storage/mysql",
            "StorageHost=localhost",
            "StorageUser=slurm",
            "StorageLoc=slurm_acct_db",
            "TrackWCKey=yes",
            "",
        ]
    )


def gres_conf(place: Place) -> str:
    """gres.conf(5); slurmd asks no more of a GPU than that its file is there."""
    return "\n".join(
        f"NodeName={name} Name=gpu Type=tesla File={place('gpu', name)}-[0-3]" for name in NODES[:2]
    ) + "\n"


def cgroup_conf() -> str:
    """cgroup.conf(5), there so that no daemon looks for the machine's."""
    return "CgroupAutomount=no\n"


def mariadb_conf(place: Place) -> str:
    """Options of mariadbd for a database that need not outlive the machine: small, no network, nothing synced."""
    return "\n".join(
        [
            "[mariadbd]",
            f"datadir={place('db', 'data')}",
            f"socket={place.mysql_socket}",
            f"pid-file={place('db', 'pid')}",
            f"tmpdir={place('db')}",
            "skip-networking",
            "skip-grant-tables",
            "skip-log-bin",
            "skip-symbolic-links",
            "performance-schema=0",
            "innodb-buffer-pool-size=128M",
            "innodb-log-file-size=32M",
            "innodb-data-file-path=ibdata1:4M:autoextend",
            "innodb-flush-method=nosync",
            "innodb-flush-log-at-trx-commit=0",
            "innodb-doublewrite=0",
            "innodb-lock-wait-timeout=900",
            "aria-pagecache-buffer-size=8M",
            "max-connections=100",
            "",
        ]
    )
