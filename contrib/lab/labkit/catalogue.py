# SPDX-License-Identifier: GPL-2.0-or-later
"""The jobs, reservations and node states of a lab, as data.

Rule 1: nothing here changes by itself once the cluster is up: what runs sleeps, what waits is held or waits for ever.
Rule 2: dates are fixed and lie far ahead, so that two labs answer alike.
Rule 3: as many different values as possible, see config.py.
"""

from __future__ import annotations

from typing import NamedTuple

from labkit.users import ALICE, BOB

ROOT = "root"

_SLEEP = "#!/bin/sh\nexec sleep 8640000\n"
_NOTHING = "#!/bin/sh\nexit 0\n"
_STEP = "#!/bin/sh\nsrun -n2 -J 'a step' true\nexit 0\n"
_FAIL = "#!/bin/sh\nsrun -n1 sh -c 'exit 5'\nexit 3\n"
_DIE = "#!/bin/sh\nkill -9 $$\n"
_ODD_SCRIPT = '#!/bin/sh\n# "Grüße" \\ 日本\texec\nexec sleep 8640000\n'

_ODD_NAME = "says \"hi\" & 'bye' \\ Ünï cödé 日本語 🐌"
_ODD_COMMENT = 'line one\nline two\ttab "quoted" back\\slash </script> \u2028 é'


class Job(NamedTuple):
    """One submission: whose, what, and what becomes of it."""

    label: str
    user: str
    state: str  # as squeue names it
    options: str  # of sbatch, in shell words; {label} is the id of an earlier job, {work} the lab's folder for jobs
    script: str = _SLEEP
    texts: tuple[str, ...] = ()  # further options, taken as they are


# They need nodes for themselves, so they come first: one is pushed off node1, under the other node2 breaks.
VICTIMS = (
    Job("preempted", ALICE, "RUNNING", "-pscavenge -t1:00:00 -wnode1 --exclusive -Jpreempted"),
    Job("node_fail", BOB, "RUNNING", "-n1 -wnode2 --no-requeue -Jnode_fail"),
)

# They end by themselves or are ended, see content.py.
PAST = (
    Job("finished", ALICE, "COMPLETED", "-n2 -wnode1 --wckey=laser -Jfinished", _STEP),
    Job("failed", BOB, "FAILED", "-n1 -wnode1 -Jfailed --comment='as was to be expected'", _FAIL),
    Job("signalled", BOB, "FAILED", "-n1 -wnode1 -Jsignalled", _DIE),
    Job("nowhere", BOB, "FAILED", "-n1 -wnode1 -Jnowhere -o/nonexistent/%j", _NOTHING),
    Job("finished_array", BOB, "COMPLETED", "--array=0-2 -n1 -Jfinished_array", _NOTHING),
    Job("finished_root", ROOT, "COMPLETED", "-N2 -n2 -Jfinished_root", _NOTHING),
    Job("cancelled", ALICE, "RUNNING", "-n1 -wnode1 -Jcancelled"),
    Job("cancelled_by_root", ALICE, "PENDING", "-n1 -H -Jcancelled_by_root"),
    Job("special", ALICE, "RUNNING", "-n1 -wnode1 --requeue -Jspecial"),
)

# 24.11 gives the cores of a reservation to jobs on several nodes, too: who is to have them must come first.
EARLY = (Job("reserved", ALICE, "RUNNING", "--reservation=cores -n1 -Jreserved"),)

PRESENT = (
    Job("plain", ALICE, "RUNNING", "-n2 -t1-0 -wnode1 --wckey=laser -Jplain"),
    Job("unlimited", BOB, "RUNNING", "-n1 -tUNLIMITED -wnode2 --comment='no limit' -Junlimited"),
    Job("licences", BOB, "RUNNING", "-n1 -Lansys:2,matlab:1 -wnode1 --nice=50 -Jlicences"),
    Job("gpu", ALICE, "RUNNING", "-n2 --gres=gpu:tesla:2 -wnode1 -t2-0 --gres-flags=disable-binding"),
    Job(
        "gpus",
        ALICE,
        "RUNNING",
        "-N2 -n2 --gpus=2 --gpus-per-node=1 --gpus-per-task=1 --cpus-per-gpu=1 --mem-per-gpu=300 --gpu-freq=medium"
        " -Jgpus",
    ),
    Job(
        "wide",
        ALICE,
        "RUNNING",
        "-N2 -n4 --ntasks-per-node=2 --qos=high -t3:00:00 -Jwide --mail-type=BEGIN,FAIL,TIME_LIMIT_80"
        " --mail-user=alice@example.org",
    ),
    Job("limited", BOB, "RUNNING", "-plimited -n1 -Aoptics --time-min=30 -t2:00:00 -Jlimited"),
    Job(
        "shared",
        ALICE,
        "RUNNING",
        "-ppercpu -n2 --mem-per-cpu=300 --signal=B:USR1@120 -t1-0 -Jshared --cpu-freq=low-high:performance"
        " --hint=nomultithread",
    ),
    Job("array", BOB, "RUNNING", "--array=1-9:3%2 -n1 -wnode2 -Jarray -oa_%A_%a.out"),
    Job("het", ALICE, "RUNNING", "-n1 -wnode1 -Jhead : -n1 -wnode2 --gres=gpu:1 -Jtail"),
    Job("suspended", BOB, "RUNNING", "-n1 -wnode2 -Jsuspended"),
    Job("owned", ALICE, "RUNNING", "-powned -n3 --mcs-label=optics --exclusive=mcs -t5-0 -Jowned"),
    Job("resized", ALICE, "RUNNING", "-N2 -n2 -Jresized -t4-0"),
    Job("configuring", BOB, "CONFIGURING", "-pburst -wburst4 -t1:00:00 --gres=gpu:a100:1 -Jconfiguring"),
    Job("text", ALICE, "RUNNING", "-n1 -wnode1", _ODD_SCRIPT, ("-J" + _ODD_NAME, "--comment=" + _ODD_COMMENT)),
    Job("file", ALICE, "RUNNING", "-n1 -wnode2 -Jfile '{work}/a script.sh' one \"two 'three'\""),
)

FUTURE = (
    Job("exclusive", BOB, "PENDING", "-N1 --exclusive -Jexclusive -t30"),
    Job("too_wide", ALICE, "PENDING", "-N2 -n60 -Jtoo_wide --spread-job"),
    Job("too_long", ALICE, "PENDING", "-plimited -n1 -t1-0 -Jtoo_long"),
    Job("many_licences", BOB, "PENDING", "-Lansys:4 -n1 -Jmany_licences"),
    Job("after", ALICE, "PENDING", "-dafterok:{plain},afternotok:{limited} -Jafter"),
    Job("after_any", ALICE, "PENDING", "-dafter:{exclusive}+10?afterany:{plain} -Jafter_any"),
    Job("never", BOB, "PENDING", "-dafterok:{failed} --kill-on-invalid-dep=no -Jnever"),
    Job("singleton", ALICE, "PENDING", "-dsingleton -Jplain"),
    Job("later", BOB, "PENDING", "--begin=2037-03-04T05:06:07 -Jlater --deadline=2037-05-06"),
    Job("held_array", ALICE, "PENDING", "-H --array=0-4,7,100-200:10%3 -Jheld_array"),
    Job("held_het", BOB, "PENDING", "-H -n2 -Jhead : -n4 --mem=200 -Jmiddle : -N1 -Jtail"),
    Job("features", ALICE, "PENDING", "-H -C[rack1*1&rack2*1] -N2 --prefer=ib --cluster-constraint=fast -Jfeatures"),
    Job("nodes", BOB, "PENDING", "-H -xnode1,spare[1-3] -Cfast&rack2 --batch=rack2 -N1-3 --contiguous -Jnodes"),
    Job(
        "shape",
        ALICE,
        "PENDING",
        "-H -B2:3:1 -n6 -c2 --ntasks-per-socket=3 --ntasks-per-core=1 --mincpus=4 --tmp=100 --mem=900"
        " -mcyclic:block,NoPack --threads-per-core=1 --cores-per-socket=3 --sockets-per-node=2 -Jshape",
    ),
    Job("core_spec", BOB, "PENDING", "-H --core-spec=2 -Jcore_spec"),
    Job("thread_spec", BOB, "PENDING", "-H --thread-spec=3 -Jthread_spec"),
    Job(
        "tres",
        ALICE,
        "PENDING",
        "-H -n4 --gpus=4 --gpus-per-socket=1 --sockets-per-node=2 --gpu-bind=closest --cpus-per-gpu=2 -pburst -Jtres",
    ),
    Job(
        "habits",
        BOB,
        "PENDING",
        "-H --exclusive=user --profile=task,energy --acctg-freq=task=30 -O --open-mode=append --delay-boot=10"
        " --power=level --switches=1@10:00 --wait-all-nodes=1 -etwo.err -ione.in -otwo.out --mail-type=ALL"
        " --use-min-nodes --no-kill --no-requeue --container=/srv/oci/x --network=depth=1 -D/tmp"
        " --cpu-freq=1000000-2000000:OnDemand -Jhabits",
    ),
    Job(
        "priority",
        ROOT,
        "PENDING",
        "--priority=4242 --begin=2037-01-01 --uid=alice --gid=alice -Aphysics --nice=-100 --reboot --oversubscribe"
        " -Jpriority",
    ),
    Job(
        "partitions",
        ALICE,
        "PENDING",
        "-H -pmain,percpu,limited --qos=low -Aphysics --wckey=mirror --reservation=nightly --export=NONE -Jpartitions",
    ),
    Job("cloudy", BOB, "PENDING", "-H -pburst --bb=nothing --get-user-env=10L --mem=0 -Jcloudy"),
)

# By salloc, without a script.
ALLOCATION = Job("allocation", BOB, "RUNNING", "-n3 -wnode2 -t6-0 -Jallocation", script="")

# Of a second cluster; kept from the first, whose partition of that name would take them, too.
SECOND = (
    Job("second_running", ALICE, "RUNNING", "-pmain -n1 --cluster-constraint=away -Jsecond_running"),
    Job("second_held", BOB, "PENDING", "-pmain -n1 -H --cluster-constraint=away -Jsecond_held"),
)

# What has become of those whose state is changed by hand.
CHANGED = {
    "suspended": "SUSPENDED",
    "preempted": "PREEMPTED",
    "node_fail": "NODE_FAIL",
    "cancelled": "CANCELLED",
    "cancelled_by_root": "CANCELLED",
    "special": "SPECIAL_EXIT",
}

RESERVATIONS = (
    # Two cores of node2 for the job `reserved`.
    "cores starttime=now duration=UNLIMITED users=alice,bob nodes=node2 corecnt=2 flags=ignore_jobs",
    "maintenance starttime=2037-06-01T08:00:00 duration=08:00:00 users=root nodes=ALL flags=maint,ignore_jobs,overlap",
    "broken starttime=now duration=UNLIMITED users=root nodes=spare5 flags=maint,ignore_jobs",
    (
        "nightly starttime=2037-01-02T03:04:05 endtime=2037-01-02T04:00:00 accounts=physics,chemistry nodes=node1"
        " flags=daily,purge_comp=00:10:00,overlap"
    ),
    (
        "weekday starttime=2037-02-02T00:00:00 duration=60 groups=alice nodecnt=1 features=rack1 partitionname=main"
        " flags=weekday,overlap,replace_down"
    ),
    "seats starttime=now duration=UNLIMITED users=alice licenses=matlab:3 flags=license_only",
    (
        "whole starttime=2037-07-01T00:00:00 duration=30-0 accounts=-chemistry partitionname=burst nodes=ALL"
        " flags=part_nodes,any_nodes,overlap,no_hold_jobs_after_end maxstartdelay=600"
    ),
    (
        "tres starttime=2037-08-01T00:00:00 duration=120 users=-bob tres=node=1,license/ansys=1"
        " flags=flex,static_alloc,magnetic,overlap"
    ),
    "cloudy starttime=now duration=UNLIMITED accounts=physics nodes=burst3",
)

# Updates of node states: by whom, and shell words for scontrol.
NODES = (
    (ROOT, "update nodename=node1 comment='two words' extra='rack 1, unit 7'"),
    (ROOT, "update nodename=spare4 state=down reason=Käbel"),
    (ROOT, "update nodename=burst1 state=drain reason=budget"),
    (ROOT, "update nodename=burst2 state=power_up"),
    ("slurm", "update nodename=spare3 state=drain 'reason=fan noise, \"loud\"'"),
    (ROOT, "reboot nextstate=down reason=kernel node4"),  # it is never idle, so it stays requested
)
