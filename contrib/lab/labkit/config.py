# SPDX-License-Identifier: GPL-2.0-or-later
"""The text of the cluster's configuration files.

Rule 1: pure, from paths, ports and shapes to text; what each parameter means is in slurm.conf(5) and friends.
Rule 2: the cluster is still once it is up. Two servers' answers are compared on it, so nothing recalculates,
reschedules or pings often; `settled` tells the time after content was made from the time before.
Rule 3: as many different values as possible: a field that two servers fill with 0 proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from labkit.place import Place

CLUSTER, SECOND = "lab", "second"
DATABASE = "slurm_acct_db"
NODES = ("node1", "node2", "node3", "node4", "node5")  # the real ones: a slurmd each
GPU_NODES = NODES[:2]
GPUS = 4  # on each of those
SECOND_CONTROLLER = "slurmctld2"
SECOND_NODES = ("away1",)  # real, too
FREE = "free"  # a partition without jobs, where a test's own start at once

# While content is made, schedulers run often, so that jobs start soon and sdiag has figures to show.
_BUSY = "bf_interval=1,sched_interval=2,sched_min_interval=100000,bf_continue"
_STILL = "bf_interval=10800,sched_interval=86400,bf_continue"

# How daemons and users prove who they are. With munge towards slurmdbd, AccountingStoragePass is a socket, and AuthInfo
# is not asked. auth/slurm needs a key beside each configuration file, and no daemon of its own.
_AUTH = {
    "munge": """\
AuthType=auth/munge
AuthInfo=socket={place.munge_socket},cred_expire=120
CredType=cred/munge
AccountingStoragePass={place.munge_socket}
""",
    "slurm": """\
AuthType=auth/slurm
AuthInfo=cred_expire=120
CredType=cred/slurm
""",
}
_DBD_AUTH = {
    "munge": """\
AuthType=auth/munge
AuthInfo=socket={place.munge_socket}
""",
    "slurm": """\
AuthType=auth/slurm
""",
}

# What every cluster has. SlurmdPort is where the nodes that exist on paper are looked for; nobody listens there.
_COMMON = """\
ClusterName={cluster}
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={ports[nobody]}
SlurmUser=slurm
SlurmdUser=root
{auth}\
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={place.jwt_key}
StateSaveLocation={place.folder}/spool/{controller}
SlurmdSpoolDir={place.folder}/spool/%n
SlurmctldPidFile={place.folder}/run/{controller}.pid
SlurmdPidFile={place.folder}/run/%n.pid
LogTimeFormat=iso8601_ms
SlurmctldDebug=info
SlurmdDebug=info
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SlurmctldTimeout=300
SlurmdTimeout=60000
MessageTimeout=30
BatchStartTimeout=60
InactiveLimit=0
KillWait=2
MinJobAge=8640000
DefMemPerCPU=100
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=localhost
AccountingStoragePort={ports[slurmdbd]}
AccountingStorageEnforce=associations,limits,qos
"""

_SLURM = """\
MCSPlugin=mcs/account
MCSParameters=ondemand,ondemandselect
RebootProgram=/bin/true
AllowSpecResourcesUsage=YES
GresTypes=gpu
Licenses=ansys:4,matlab:10
SchedulerParameters={pace}
PriorityType=priority/multifactor
PriorityDecayHalfLife=0
PriorityUsageResetPeriod=NONE
PriorityCalcPeriod=1-00:00:00
PriorityWeightQOS=1000
PriorityWeightPartition=100
PriorityWeightAssoc=10
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PrivateData=cloud
SuspendProgram=/bin/true
ResumeProgram=/bin/true
SuspendTime=31536000
ResumeTimeout=60000
SuspendTimeout=1
TreeWidth=65533
OverTimeLimit=0
MaxJobCount={most_jobs}
MaxNodeCount={most_nodes}
MaxArraySize=1001
AccountingStorageTRES=gres/gpu,gres/gpu:tesla,license/ansys,license/matlab
AccountingStoreFlags=job_comment,job_script,job_env
TrackWCKey=yes

NodeName=DEFAULT Sockets=2 CoresPerSocket=8 ThreadsPerCore=2 RealMemory=16000 TmpDisk=4000
NodeName=node1 NodeAddr=127.0.0.1 NodeHostname=node1 Port={ports[node1]} Weight=5 Feature=fast,ib,rack1 \\
    Gres=gpu:tesla:{gpus}
NodeName=node2 NodeAddr=127.0.0.1 NodeHostname=node2 Port={ports[node2]} Weight=10 Feature=fast,rack2 \\
    Gres=gpu:tesla:{gpus} MemSpecLimit=512
NodeName=node3 NodeAddr=127.0.0.1 NodeHostname=node3 Port={ports[node3]} Weight=20 Feature=slow,rack2 \\
    MemSpecLimit=256 CpuSpecList=0
NodeName=node4 NodeAddr=127.0.0.1 NodeHostname=node4 Port={ports[node4]} Weight=30 Feature=slow,rack3 \\
    BcastAddr=127.0.0.1
NodeName=node5 NodeAddr=127.0.0.1 NodeHostname=node5 Port={ports[node5]}

NodeName=DEFAULT Sockets=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=4000 TmpDisk=0
NodeName=spare1 NodeAddr=127.0.0.1 State=DOWN Reason="Power supply, second time"
NodeName=spare2 NodeAddr=127.0.0.2 CpuBind=ldom State=DRAIN Reason=Memtest
NodeName=spare3 NodeAddr=127.0.0.1 Boards=2 Sockets=2 CoresPerSocket=8 RealMemory=64000 Weight=77 State=FAIL
NodeName=spare[4-6] NodeAddr=127.0.0.1 CoresPerSocket=2 RealMemory=2000 State=DOWN
NodeName=burst[1-4] NodeAddr=127.0.0.1 Sockets=2 CoresPerSocket=16 RealMemory=128000 Feature=cloud,gpu \\
    Gres=gpu:a100:4 Weight=1000 State=CLOUD

PartitionName=main Nodes=node[1-2] Default=YES State=UP PriorityTier=10 PriorityJobFactor=5 MaxTime=UNLIMITED \\
    DefaultTime=1-00:00:00 TRESBillingWeights=CPU=1.0,Mem=0.25G,GRES/gpu=2.0
PartitionName=limited Nodes=node2 MaxTime=02:30:00 DefaultTime=00:10:00 MinNodes=1 MaxNodes=1 MaxCPUsPerNode=30 \\
    DefMemPerNode=512 MaxMemPerNode=4096 AllowAccounts=physics,optics,chemistry AllowQos=normal,high \\
    OverTimeLimit=15 QOS=limited GraceTime=120 PriorityTier=10
PartitionName=percpu Nodes=node3 DefMemPerCPU=200 MaxMemPerCPU=800 OverSubscribe=FORCE:3 DenyQos=low \\
    DenyAccounts=chemistry PriorityTier=10 MaxTime=7-00:00:00
PartitionName=owned Nodes=node4 ExclusiveUser=YES PriorityTier=10 MaxTime=30-00:00:00 MinNodes=1
PartitionName={free} Nodes=node5 PriorityTier=10 MaxTime=UNLIMITED
PartitionName=scavenge Nodes=node[1-2] PriorityTier=1 PreemptMode=CANCEL OverSubscribe=YES:2 LLN=YES MaxTime=12:00:00
PartitionName=groups Nodes=node1 AllowGroups=alice,root AllocNodes=node1,node2 Hidden=YES OverSubscribe=EXCLUSIVE \\
    ReqResv=YES PriorityTier=10
PartitionName=rootonly Nodes=ALL RootOnly=YES DisableRootJobs=NO ExclusiveUser=YES Alternate=main
PartitionName=closed Nodes=spare[1-3] State=DOWN CpuBind=socket DefCpuPerGPU=2 DefMemPerGPU=1024
PartitionName=draining Nodes=spare[4-6] State=DRAIN DisableRootJobs=YES
PartitionName=inactive Nodes=spare1 State=INACTIVE PreemptMode=OFF
PartitionName=burst Nodes=burst[1-4] MaxTime=1-00:00:00 SelectTypeParameters=CR_Core
PartitionName=requeue Nodes=node5 PreemptMode=REQUEUE DefMemPerCPU=UNLIMITED MaxMemPerCPU=UNLIMITED
PartitionName=pernode Nodes=node5 DefMemPerNode=UNLIMITED MaxMemPerNode=UNLIMITED
"""

_CLOUD = """
NodeName=DEFAULT Sockets=2 CoresPerSocket=32 ThreadsPerCore=2 RealMemory=512000
NodeName={names} Feature=cloud,zen4,ib,rack9 Gres=gpu:h100:8 Weight=2000 State=CLOUD
PartitionName=cloud Nodes={names} MaxTime=INFINITE MaxNodes=500
"""

# It goes on scheduling: what comes over from the first cluster waits for that. No partition is the default one: of what
# is submitted there, only what asks for this one comes.
_SECOND = """\
SchedulerParameters={pace}
NodeName={node} NodeAddr=127.0.0.1 NodeHostname={node} Port={port} Sockets=1 CoresPerSocket=4 \\
    RealMemory=4000 Feature=slow
PartitionName=main Nodes={node} Default=NO State=UP MaxTime=UNLIMITED
"""

_SLURMDBD = """\
DbdHost=localhost
DbdPort={ports[slurmdbd]}
SlurmUser=slurm
{auth}\
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key={place.jwt_key}
PidFile={place.folder}/run/slurmdbd.pid
LogTimeFormat=iso8601_ms
DebugLevel=info
StorageType=accounting_storage/mysql
StorageHost=localhost
StorageUser=slurm
StorageLoc={database}
TrackWCKey=yes
"""

_MARIADB = """\
[mariadbd]
datadir={place.folder}/db/data
socket={place.mysql_socket}
pid-file={place.folder}/db/pid
tmpdir={place.folder}/db
skip-networking
skip-grant-tables
skip-log-bin
skip-symbolic-links
performance-schema=0
innodb-buffer-pool-size=128M
innodb-log-file-size=32M
innodb-data-file-path=ibdata1:4M:autoextend
innodb-flush-method=nosync
innodb-flush-log-at-trx-commit=0
innodb-doublewrite=0
innodb-lock-wait-timeout=900
loose-innodb-snapshot-isolation=0
aria-pagecache-buffer-size=8M
max-connections=100
"""


class Shape(NamedTuple):
    """What a lab was asked to be, beyond its fixed content."""

    nodes: int = 0  # cloud nodes with GPUs
    jobs: int = 0  # held jobs
    clusters: int = 1  # 2: one more, in a federation with the first
    auth: str = "munge"  # or "slurm"

    def __str__(self) -> str:
        return f"--nodes {self.nodes} --jobs {self.jobs} --clusters {self.clusters} --auth {self.auth}"


def slurm_conf(place: Place, ports: dict[str, int], shape: Shape, *, host: str, settled: bool) -> str:
    """slurm.conf(5). `host` is this machine's name, which slurmctld looks for."""
    text = _common(place, ports, shape, CLUSTER, "slurmctld", host)
    text += _SLURM.format(
        ports=ports,
        pace=_STILL if settled else _BUSY,
        most_jobs=20000 + 2 * shape.jobs,
        most_nodes=100 + shape.nodes,  # nodes can be added
        gpus=GPUS,
        free=FREE,
    )
    if shape.nodes:
        text += _CLOUD.format(names=cloud_nodes(shape.nodes))
    return text


def second_conf(place: Place, ports: dict[str, int], shape: Shape, *, host: str) -> str:
    """The second cluster's."""
    (node,) = SECOND_NODES
    return _common(place, ports, shape, SECOND, SECOND_CONTROLLER, host) + _SECOND.format(
        node=node, port=ports[node], pace=_BUSY
    )


def _common(place: Place, ports: dict[str, int], shape: Shape, cluster: str, controller: str, host: str) -> str:
    return _COMMON.format(
        cluster=cluster,
        controller=controller,
        host=host,
        place=place,
        ports=ports,
        port=ports[controller],
        auth=_AUTH[shape.auth].format(place=place),
    )


def cloud_nodes(count: int) -> str:
    """The host list of so many cloud nodes, all names of the same length."""
    return f"cloud[{1:0{len(str(count))}}-{count}]"


def slurmdbd_conf(place: Place, ports: dict[str, int], shape: Shape) -> str:
    """slurmdbd.conf(5); MariaDB asks for no password, its socket lies where only SlurmUser comes."""
    auth = _DBD_AUTH[shape.auth].format(place=place)
    return _SLURMDBD.format(place=place, ports=ports, database=DATABASE, auth=auth)


def gres_conf(place: Place) -> str:
    """gres.conf(5); slurmd asks no more of a GPU than that its file is there."""
    names = f"-[0-{GPUS - 1}]"
    return "".join(f"NodeName={name} Name=gpu Type=tesla File={place('gpu', name + names)}\n" for name in GPU_NODES)


def mariadb_conf(place: Place) -> str:
    """Options of mariadbd for a database that need not outlive the machine: small, no network, nothing synced.

    slurmdbd asks for what MariaDB 11.6 and later call a snapshot isolation to be off (older ones do not know it).
    """
    return _MARIADB.format(place=place)
