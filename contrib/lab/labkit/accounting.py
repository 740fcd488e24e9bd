# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd knows: a tree of associations with limits, QOS, wckeys, a remote licence, a second cluster.

Rule 1: limits are of every kind and too high to hinder the lab's own jobs.
Rule 2: few commands; each costs a fifth of a second, most of it spent in delayed acknowledgements of TCP.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from labkit import client, config, process
from labkit.trouble import LabError

if TYPE_CHECKING:
    from labkit.config import Shape
    from labkit.place import Place

_CLUSTERS = (config.CLUSTER, config.SECOND)

# Before slurmctld starts: partitions name them.
_NAMES = """
add cluster lab
add qos low,high,limited
modify cluster lab set qos=normal,low,high
"""

# After it has made the TRES of GPUs and licences known.
_LIMITS = """
modify qos low set Description="what is left over" Priority=1 UsageFactor=0.25 UsageThreshold=0.01 GraceTime=30 \
 Flags=NoReserve,EnforceUsageThreshold MaxJobsPA=900 MaxSubmitJobsPA=950 MaxTRESPA=cpu=2000,gres/gpu=32 \
 MaxJobsAccruePA=70 GrpJobsAccrue=75 MaxTRESRunMinsPA=cpu=900000
modify qos high set Description="a paper, the last night" Priority=50 UsageFactor=2 LimitFactor=1.5 Preempt=low \
 PreemptMode=cancel PreemptExemptTime=00:05:00 Flags=DenyOnLimit,PartitionTimeLimit,NoDecay MaxWall=3-00:00:00 \
 MaxJobsPU=500 MaxSubmitJobsPU=600 MaxTRESPU=cpu=640,mem=900G,gres/gpu=16 MaxTRESPerJob=cpu=320,node=20 \
 MaxTRESPerNode=cpu=64 MaxTRESMinsPerJob=cpu=400000 GrpTRES=cpu=5000,license/ansys=4 \
 GrpTRESMins=cpu=90000000,mem=800000000 GrpTRESRunMins=cpu=8000000 GrpJobs=700 GrpSubmit=800 \
 GrpWall=9000-00:00:00 MinTRESPerJob=cpu=1 MinPrioThres=1 MaxJobsAccruePU=60 MaxTRESRunMinsPU=cpu=7000000
modify qos limited set Description="QOS of a partition" MaxTRESPU=cpu=64 Flags=OverPartQOS
"""

_TREE = """
add account physics cluster=lab Description=Physics Organization=science Fairshare=40 \
 GrpTRES=cpu=4000,mem=8000000,gres/gpu=64 GrpTRESMins=cpu=90000000 GrpTRESRunMins=cpu=9000000 \
 GrpJobs=200000 GrpSubmitJobs=3000000 GrpWall=9000-0 Priority=3
add account chemistry cluster=lab Description="Chemistry & more" Organization=science Fairshare=60 MaxJobs=30000 \
 MaxSubmitJobs=40000 MaxTRESPerJob=cpu=512,node=30 MaxTRESPerNode=cpu=128 GrpJobsAccrue=30000 \
 MaxJobsAccrue=25000
add account optics cluster=lab parent=physics Description=Lasers Fairshare=7
add account particles cluster=lab parent=physics Fairshare=parent MaxWall=3650-0 MaxTRESMinsPerJob=cpu=5000000
add user alice cluster=lab account=optics,physics DefaultAccount=optics DefaultQOS=normal Fairshare=3 \
 WCKeys=laser,mirror DefaultWCKey=laser
add user bob cluster=lab account=chemistry Fairshare=parent MaxTRESPerJob=cpu=128 MaxJobs=20000 MaxSubmitJobs=25000
add user bob cluster=lab account=optics partition=limited MaxJobs=30
add coordinator account=optics names=alice
"""

_ELSEWHERE = """
add cluster other
add resource name=matlab server=flex1 servertype=flexlm type=license count=100 description="shared with all" \
 cluster=lab percentallowed=40
"""


# Before its slurmctld starts.
_SECOND_NAMES = """
add cluster second
modify cluster second set qos=normal
"""

# After both have told slurmdbd where they are, which a slurmctld does not learn of itself later, and before the first
# job: ids have their further bits from then on. By its features a cluster is chosen.
_FEDERATION = """
add federation both clusters=lab,second
modify cluster lab set features=fast
modify cluster second set features=away
"""

_SECOND_TREE = """
add account optics cluster=second
add account chemistry cluster=second
add user alice cluster=second account=optics
add user bob cluster=second account=chemistry
"""


def name(place: Place, shape: Shape) -> None:
    """The least that slurmctld needs to start."""
    _talk(place, _NAMES)
    if shape.clusters > 1:
        _talk(place, _SECOND_NAMES)


def fill(place: Place, shape: Shape) -> None:
    """The rest; slurmctld runs."""
    process.wait_for("slurmctld to make its TRES known", lambda: _knows(place, "license|matlab"), 60, 0.2)
    if shape.clusters > 1:
        process.wait_for("both slurmctld to register", lambda: _registered(place), 60, 0.2)
        _talk(place, _FEDERATION)
        for conf in (place.slurm_conf, place.second_conf):
            process.wait_for("the federation", lambda conf=conf: _joined(place, conf), 60, 0.2)
    with ThreadPoolExecutor() as pool:  # the time is spent waiting, and their tables differ
        for done in [pool.submit(_talk, place, script) for script in (_TREE, _LIMITS, _ELSEWHERE)]:
            done.result()
    if shape.clusters > 1:
        _talk(place, _SECOND_TREE)


def _knows(place: Place, tres: str) -> bool:
    return tres in client.run(place, "sacctmgr", "-nP", "show", "tres", "format=type,name").splitlines()


def _registered(place: Place) -> bool:
    said = client.run(place, "sacctmgr", "-nP", "show", "cluster", "format=cluster,controlport").split()
    return all(any(line.startswith(name + "|") and not line.endswith("|0") for line in said) for name in _CLUSTERS)


def _joined(place: Place, conf: str) -> bool:
    """Whether the slurmctld with that configuration and its sibling are connected, either way."""
    said = client.run(place, "scontrol", "show", "federation", conf=conf)
    return all(f" {name}:127.0.0.1:" in said for name in _CLUSTERS) and "PersistConnSend/Recv:Yes/Yes" in said


def _talk(place: Place, script: str) -> None:
    """One sacctmgr for many commands; it stops at nothing, so its words are looked at as well as its status."""
    lines = script.strip().replace("\\\n", " ")
    done = client.attempt(place, "sacctmgr", "-i", stdin=lines + "\nquit\n")
    if done.returncode or done.stderr.strip():
        raise LabError(f"sacctmgr: {done.stderr.strip() or done.stdout.strip()}")
