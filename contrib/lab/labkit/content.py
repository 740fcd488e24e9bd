# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmctld knows: reservations, nodes in many states, and jobs of every kind that stay as they are.

Rule 1: each job has a label and the state it must reach; `up` returns when all have, and jobs.json tells the ids.
Rule 2: nothing here changes by itself afterwards: running jobs sleep, pending ones are held or wait for ever.
Rule 3: dates lie far ahead and are fixed, so that two labs answer alike.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from labkit import client, config, process
from labkit.users import ALICE, BOB

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labkit.place import Place

_SUBMIT_MANY = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "submit_many.c")
_SLEEP = "#!/bin/sh\nexec sleep 8640000\n"
_FINISH = "#!/bin/sh\nsrun -n2 -J 'a step' true\nexit 0\n"
_FAIL = "#!/bin/sh\nsrun -n1 sh -c 'exit 5'\nexit 3\n"
_NOTHING = "#!/bin/sh\nexit 0\n"
_DIE = "#!/bin/sh\nkill -9 $$\n"
_ODD_SCRIPT = "#!/bin/sh\n# \"Grüße\" \\ 日本\texec\nexec sleep 8640000\n"


class Job(NamedTuple):
    """One submission: whoever, whatever, and what becomes of it."""

    label: str
    user: str
    state: str  # as squeue names it, once the cluster is still
    options: tuple[str, ...]  # of sbatch; {label} stands for the id of an earlier job
    script: str = _SLEEP


# These need whole nodes, so they come first: a job that is pushed off node1 and one whose node2 breaks.
_VICTIMS = (
    Job("preempted", ALICE, "RUNNING", ("-pscavenge", "-t1:00:00", "-wnode1", "--exclusive", "-Jpreempted")),
    Job("node_fail", BOB, "RUNNING", ("-n1", "-wnode2", "--no-requeue", "-Jnode_fail")),
)

# These end, or are ended.
_PAST = (
    Job("finished", ALICE, "COMPLETED", ("-n2", "-wnode1", "--wckey=laser", "-Jfinished"), _FINISH),
    Job("failed", BOB, "FAILED", ("-n1", "-wnode1", "-Jfailed", "--comment=as was to be expected"), _FAIL),
    Job("signalled", BOB, "FAILED", ("-n1", "-wnode1", "-Jsignalled"), _DIE),
    Job("nowhere", BOB, "FAILED", ("-n1", "-wnode1", "-Jnowhere", "-o/nonexistent/%j"), _FINISH),
    Job("finished_array", BOB, "COMPLETED", ("--array=0-2", "-n1", "-Jfinished_array"), _NOTHING),
    Job("finished_root", "root", "COMPLETED", ("-N2", "-n2", "-Jfinished_root"), _NOTHING),
    Job("cancelled", ALICE, "RUNNING", ("-n1", "-wnode1", "-Jcancelled")),
    Job("cancelled_by_root", ALICE, "PENDING", ("-n1", "-H", "-Jcancelled_by_root")),
    Job("special", ALICE, "RUNNING", ("-n1", "-wnode1", "--requeue", "-Jspecial")),
)

_PRESENT = (
    Job("plain", ALICE, "RUNNING", ("-n2", "-t1-0", "-wnode1", "--wckey=laser", "-Jplain")),
    Job("unlimited", BOB, "RUNNING", ("-n1", "-tUNLIMITED", "-wnode2", "--comment=no limit", "-Junlimited")),
    Job("licences", BOB, "RUNNING", ("-n1", "-Lansys:2,matlab:1", "-wnode1", "--nice=50", "-Jlicences")),
    Job("gpu", ALICE, "RUNNING", ("-n2", "--gres=gpu:tesla:2", "-wnode1", "-t2-0", "--gres-flags=disable-binding")),
    Job("gpus", ALICE, "RUNNING", ("-N2", "-n2", "--gpus=2", "--gpus-per-node=1", "--gpus-per-task=1",
                                   "--cpus-per-gpu=1", "--mem-per-gpu=300", "--gpu-freq=medium", "-Jgpus")),
    Job("wide", ALICE, "RUNNING", ("-N2", "-n4", "--ntasks-per-node=2", "--qos=high", "-t3:00:00", "-Jwide",
                                   "--mail-type=BEGIN,FAIL,TIME_LIMIT_80", "--mail-user=alice@example.org")),
    Job("limited", BOB, "RUNNING", ("-plimited", "-n1", "-Aoptics", "--time-min=30", "-t2:00:00", "-Jlimited")),
    Job("shared", ALICE, "RUNNING", ("-ppercpu", "-n2", "--mem-per-cpu=300", "--signal=B:USR1@120", "-t1-0", "-Jshared",
                                     "--cpu-freq=low-high:performance", "--hint=nomultithread")),
    Job("array", BOB, "RUNNING", ("--array=1-9:3%2", "-n1", "-wnode2", "-Jarray", "-oa_%A_%a.out")),
    Job("het", ALICE, "RUNNING", ("-n1", "-wnode1", "-Jhead", ":", "-n1", "-wnode2", "--gres=gpu:1", "-Jtail")),
    Job("reserved", ALICE, "RUNNING", ("--reservation=cores", "-n1", "-Jreserved")),
    Job("suspended", BOB, "RUNNING", ("-n1", "-wnode2", "-Jsuspended")),
    Job("owned", ALICE, "RUNNING", ("-powned", "-n3", "--mcs-label=optics", "--exclusive=mcs", "-t5-0", "-Jowned")),
    Job("resized", ALICE, "RUNNING", ("-N2", "-n2", "-Jresized", "-t4-0")),
    Job("configuring", BOB, "CONFIGURING", ("-pburst", "-N1", "-t1:00:00", "--gres=gpu:a100:1", "-Jconfiguring")),
    Job("text", ALICE, "RUNNING", ("-n1", "-wnode1", "-Jsays \"hi\" & 'bye' \\ Ünï cödé 日本語 🐌",
                                   "--comment=line one\nline two\ttab \"quoted\" back\\slash </script> \u2028 é"),
        _ODD_SCRIPT),
)

_FUTURE = (
    Job("exclusive", BOB, "PENDING", ("-N1", "--exclusive", "-Jexclusive", "-t30")),
    Job("too_wide", ALICE, "PENDING", ("-N2", "-n60", "-Jtoo_wide", "--spread-job")),
    Job("too_long", ALICE, "PENDING", ("-plimited", "-n1", "-t1-0", "-Jtoo_long")),
    Job("many_licences", BOB, "PENDING", ("-Lansys:4", "-n1", "-Jmany_licences")),
    Job("after", ALICE, "PENDING", ("-dafterok:{plain},afternotok:{limited}", "-Jafter")),
    Job("after_any", ALICE, "PENDING", ("-dafter:{exclusive}+10?afterany:{plain}", "-Jafter_any")),
    Job("never", BOB, "PENDING", ("-dafterok:{failed}", "--kill-on-invalid-dep=no", "-Jnever")),
    Job("singleton", ALICE, "PENDING", ("-dsingleton", "-Jplain")),
    Job("later", BOB, "PENDING", ("--begin=2037-03-04T05:06:07", "-Jlater", "--deadline=2037-05-06")),
    Job("held_array", ALICE, "PENDING", ("-H", "--array=0-4,7,100-200:10%3", "-Jheld_array", "-a0-4,7,100-200:10%3")),
    Job("held_het", BOB, "PENDING", ("-H", "-n2", "-Jhead", ":", "-n4", "--mem=200", "-Jmiddle", ":", "-N1", "-Jtail")),
    Job("features", ALICE, "PENDING", ("-H", "-C[rack1*1&rack2*1]", "-N2", "--prefer=ib", "-Jfeatures",
                                       "--cluster-constraint=fast")),
    Job("nodes", BOB, "PENDING", ("-H", "-xnode1,spare[1-3]", "-Cfast&rack2", "--batch=rack2", "-Jnodes", "-N1-3", "--contiguous")),
    Job("shape", ALICE, "PENDING", ("-H", "-B2:3:1", "-n6", "-c2", "--ntasks-per-socket=3", "--ntasks-per-core=1",
                                    "--mincpus=4", "--tmp=100", "--mem=900", "-mcyclic:block,NoPack", "-Jshape",
                                    "--threads-per-core=1", "--cores-per-socket=3", "--sockets-per-node=2")),
    Job("core_spec", BOB, "PENDING", ("-H", "--core-spec=2", "-Jcore_spec")),
    Job("thread_spec", BOB, "PENDING", ("-H", "--thread-spec=3", "-Jthread_spec")),
    Job("tres", ALICE, "PENDING", ("-H", "-n4", "--gpus=4", "--gpus-per-socket=1", "--sockets-per-node=2",
                                   "--gpu-bind=closest", "--cpus-per-gpu=2", "-Jtres", "-pburst")),
    Job("habits", BOB, "PENDING", ("-H", "--exclusive=user", "--profile=task,energy", "--acctg-freq=task=30",
                                   "-O", "--open-mode=append", "--delay-boot=10", "--power=level",
                                   "--switches=1@10:00", "--wait-all-nodes=1", "-etwo.err", "-ione.in", "-otwo.out",
                                   "--mail-type=ALL", "--use-min-nodes", "--no-kill", "-Jhabits", "--no-requeue",
                                   "--container=/srv/oci/x", "--network=depth=1", "-D/tmp",
                                   "--cpu-freq=1000000-2000000:OnDemand")),
    Job("priority", "root", "PENDING", ("--priority=4242", "--begin=2037-01-01", "--uid=alice", "--gid=alice",
                                        "-Aphysics", "--nice=-100", "--reboot", "-Jpriority", "--oversubscribe")),
    Job("partitions", ALICE, "PENDING", ("-H", "-pmain,percpu,limited", "--qos=low", "-Aphysics", "-Jpartitions",
                                         "--wckey=mirror", "--reservation=nightly", "--export=NONE")),
    Job("cloudy", BOB, "PENDING", ("-H", "-pburst", "-Jcloudy", "--bb=nothing", "--get-user-env=10L", "--mem=0")),
)  # fmt: skip

_RESERVATIONS = (
    # Now: two cores of node2 for the job `reserved`.
    "reservation=cores starttime=now duration=UNLIMITED users=alice,bob nodes=node2 corecnt=2 flags=ignore_jobs",
    f"reservation=maintenance starttime=2037-06-01T08:00:00 duration=08:00:00 users=root nodes=ALL "
    "flags=maint,ignore_jobs,overlap",
    "reservation=broken starttime=now duration=UNLIMITED users=root nodes=spare5 flags=maint,ignore_jobs",
    f"reservation=nightly starttime=2037-01-02T03:04:05 endtime=2037-01-02T04:00:00 accounts=physics,chemistry "
    "nodes=node1 flags=daily,purge_comp=00:10:00,overlap",
    f"reservation=weekday starttime=2037-02-02T00:00:00 duration=60 groups=alice nodecnt=1 features=rack1 "
    "flags=weekday,overlap,replace_down partitionname=main",
    "reservation=seats starttime=now duration=UNLIMITED users=alice licenses=matlab:3 flags=license_only",
    f"reservation=whole starttime=2037-07-01T00:00:00 duration=30-0 accounts=-chemistry partitionname=burst "
    "nodes=ALL flags=part_nodes,any_nodes,overlap,no_hold_jobs_after_end maxstartdelay=600",
    f"reservation=tres starttime=2037-08-01T00:00:00 duration=120 users=-bob tres=node=1,license/ansys=1 "
    "flags=flex,static_alloc,magnetic,overlap",
    "reservation=cloudy starttime=now duration=UNLIMITED accounts=physics nodes=burst3",
)

# What has become of some of them when all is done.
_END = (
    *(job for job in (*_PRESENT, *_FUTURE) if job.label != "suspended"),
    Job("suspended", BOB, "SUSPENDED", ()),
    Job("preempted", ALICE, "PREEMPTED", ()),
    Job("node_fail", BOB, "NODE_FAIL", ()),
    Job("cancelled", ALICE, "CANCELLED", ()),
    Job("cancelled_by_root", ALICE, "CANCELLED", ()),
    Job("special", ALICE, "SPECIAL_EXIT", ()),
)

_NODES = (
    "nodename=node1 comment=two%words extra=rack%1,%unit%7",
    "nodename=spare4 state=down reason=Käbel",
    "nodename=burst1 state=drain reason=budget",
    "nodename=burst2 state=power_up",
    "nodename=spare2 cpubind=ldom",
)


def fill(place: Place) -> dict[str, int]:
    """Make reservations, node states and jobs; returns the job ids by label."""
    known: dict[str, int] = {}
    process.wait_for("nodes to register", lambda: _node_states(place, *config.NODES) == {"idle"}, 60, 0.1)

    for text in _RESERVATIONS:  # while all cores are free to choose from
        client.run(place, "scontrol", "create", *text.split())
    _submit(place, _VICTIMS, known)
    _await(place, _VICTIMS, known)
    _update(place, "nodename=node2 state=down reason=unplugged")
    process.wait_for("node2 to come back", lambda: _resumed(place), 30, 0.1)
    _submit(place, _PAST + _PRESENT, known)
    _await(place, _PRESENT + _PAST, known)
    client.run(place, "scancel", str(known["cancelled"]), user=ALICE)
    client.run(place, "scancel", str(known["cancelled_by_root"]))
    client.run(place, "scontrol", "requeuehold", "state=SpecialExit", str(known["special"]))
    _submit(place, _FUTURE, known)
    _update(place, f"jobid={known['resized']} numnodes=1")
    _update(place, f"jobid={known['core_spec']} numcpus=2-8")
    _update(place, f"jobid={known['plain']} admincomment=seen%by%\"root\"")
    for text in _NODES:
        _update(place, text)
    _update(place, "nodename=spare3 state=drain reason=fan%noise,%\"loud\"", user="slurm")
    _await(place, _PRESENT + _FUTURE, known)
    return known


def submit_many(place: Place, count: int) -> None:
    """Submit so many held jobs, each a record of its own."""
    program = place("run", "submit_many")
    client.run(place, "gcc", "-O1", "-o", program, _SUBMIT_MANY, "-lslurm")
    client.run(place, program, str(count), place("work"), user=ALICE)


def settle(place: Place, known: dict[str, int]) -> None:
    """Wait until slurmctld, configured anew, has heard of all nodes again and left the jobs as they were."""
    process.wait_for("nodes to register again", lambda: _all_heard_of(place), 60, 0.2)
    client.run(place, "scontrol", "suspend", str(known["suspended"]))  # it has run for some seconds by now
    _await(place, _END, known)


def _all_heard_of(place: Place) -> bool:
    """Whether the real nodes have told their release and the ones on paper have not answered."""
    for line in client.run(place, "scontrol", "show", "node", "--oneliner").splitlines():
        if line.startswith("NodeName=node") and " Version=" not in line:
            return False
        if line.startswith("NodeName=spare") and "+NOT_RESPONDING" not in line:
            return False
    return True


def _resumed(place: Place) -> bool:
    """Whether node2 can work; asked to until slurmctld has heard the end of its job."""
    client.attempt(place, "scontrol", "update", "nodename=node2", "state=resume")
    return _node_states(place, "node2") <= {"idle", "reserved"}


def _node_states(place: Place, *names: str) -> set[str]:
    return set(client.run(place, "sinfo", "-h", "-a", "-N", "-o", "%T", "-n", ",".join(names)).split())


def _update(place: Place, text: str, user: str = "root") -> None:
    """One `scontrol update`; a percent sign stands for a blank within a value."""
    client.run(place, "scontrol", "update", *(part.replace("%", " ") for part in text.split()), user=user)


def _submit(place: Place, jobs: Iterable[Job], known: dict[str, int]) -> None:
    for job in jobs:
        options = [option.format_map(known) for option in job.options]
        said = client.run(place, "sbatch", "--parsable", "-o", "%j.out", *options, user=job.user, stdin=job.script)
        known[job.label] = int(said.partition(";")[0])


def _await(place: Place, jobs: Iterable[Job], known: dict[str, int]) -> None:
    for job in jobs:

        def at_rest(job: Job = job) -> bool:
            states = _states(place).get(known[job.label], set())
            # Of an array, some tasks run while others wait.
            return states == {job.state} or (job.state == "RUNNING" and states == {"RUNNING", "PENDING"})

        process.wait_for(f"job {job.label} to be {job.state}", at_rest, 60, 0.1)


def _states(place: Place) -> dict[int, set[str]]:
    """States by job id, those of all tasks under the id of their array."""
    found: dict[int, set[str]] = {}
    for line in client.run(place, "squeue", "-h", "-a", "-t", "all", "-o", "%F|%T").splitlines():
        number, _, state = line.partition("|")
        found.setdefault(int(number), set()).add(state)
    return found
