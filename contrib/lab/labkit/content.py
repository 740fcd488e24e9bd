# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmctld is made to know: the catalogue's reservations, jobs and node states, in an order that works.

Rule 1: `up` returns when every job is in the state that the catalogue promises, and slurmctld has come to rest.
Rule 2: jobs.json tells the id of each label, so that a test finds the job it needs.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from labkit import catalogue, client, config, process, releases
from labkit.catalogue import ALLOCATION, CHANGED, EARLY, FUTURE, PAST, PRESENT, VICTIMS, Job
from labkit.trouble import LabError
from labkit.users import ALICE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labkit.place import Place

_SUBMIT_MANY = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "submit_many.c")


def fill(place: Place, shape: config.Shape) -> dict[str, int]:
    """Make reservations, node states and jobs; returns the job ids by label."""
    known: dict[str, int] = {}
    # In a federation, jobs that might go elsewhere are offered there first, and some then never start at home.
    here = (f"--clusters={config.CLUSTER}",) if shape.clusters > 1 else ()
    process.wait_for("nodes to register", lambda: _node_states(place, *config.NODES) == {"idle"}, 60, 0.1)
    for text in catalogue.RESERVATIONS:  # while all cores are free to choose from
        _scontrol(place, "create reservation=" + text)
    _submit(place, VICTIMS, known, here)
    _await(place, VICTIMS, known)
    _scontrol(place, "update nodename=node2 state=down reason=unplugged")
    process.wait_for("node2 to come back", lambda: _resumed(place), 30, 0.1)
    for jobs in (_possible(shape, EARLY), PAST + _possible(shape, PRESENT)):
        _submit(place, jobs, known, here)
        _await(place, jobs, known)
    client.run(place, "scancel", str(known["cancelled"]), user=ALICE)
    client.run(place, "scancel", str(known["cancelled_by_root"]))
    _scontrol(place, f"requeuehold state=SpecialExit {known['special']}")
    known[ALLOCATION.label] = _allocate(place, ALLOCATION, here)
    _submit(place, FUTURE, known, here)
    _scontrol(place, f"update jobid={known['resized']} numnodes=1")
    _scontrol(place, f"update jobid={known['core_spec']} numcpus=2-8")
    _scontrol(place, f"update jobid={known['plain']} 'admincomment=seen by \"root\"'")
    for user, text in catalogue.NODES:
        _scontrol(place, text, user)
    return known


def fill_second(place: Place) -> dict[str, int]:
    """Make the jobs of the second cluster; returns the job ids by label."""
    known: dict[str, int] = {}
    conf = place.second_conf
    process.wait_for(
        "nodes of the second cluster to register",
        lambda: _node_states(place, *config.SECOND_NODES, conf=conf) == {"idle"}, 60, 0.1,
    )  # fmt: skip
    _submit(place, catalogue.SECOND, known, conf=conf)
    _await(place, catalogue.SECOND, known, conf)
    return known


def submit_many(place: Place, count: int) -> None:
    """Submit so many held jobs, each a record of its own."""
    program = place("run", "submit_many")
    client.run(place, "gcc", "-O1", "-o", program, _SUBMIT_MANY, "-lslurm")
    client.run(place, program, str(count), place("work"), user=ALICE)


def _possible(shape: config.Shape, jobs: tuple[Job, ...]) -> tuple[Job, ...]:
    held = releases.here().held_in_federation if shape.clusters > 1 else ()
    return tuple(
        job._replace(state="PENDING", options="-H " + job.options) if job.label in held else job for job in jobs
    )


def settle(place: Place, shape: config.Shape, known: dict[str, int]) -> None:
    """Wait until slurmctld, configured anew, has heard of all nodes again and left the jobs as they were."""
    process.wait_for("nodes to register again", lambda: _all_heard_of(place), 60, 0.2)
    _scontrol(place, f"suspend {known['suspended']}")  # it has run for some seconds by now
    jobs = (*VICTIMS, *_possible(shape, EARLY + PRESENT), *PAST, ALLOCATION, *FUTURE)
    _await(place, (job._replace(state=CHANGED.get(job.label, job.state)) for job in jobs), known)


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


def _node_states(place: Place, *names: str, conf: str | None = None) -> set[str]:
    return set(client.run(place, "sinfo", "-h", "-a", "-N", "-o", "%T", "-n", ",".join(names), conf=conf).split())


def _scontrol(place: Place, words: str, user: str = catalogue.ROOT) -> None:
    client.run(place, "scontrol", *shlex.split(words), user=user)


def _submit(
    place: Place, jobs: Iterable[Job], known: dict[str, int], first: Iterable[str] = (), conf: str | None = None
) -> None:
    names = {"work": place("work")}
    other_words = dict(releases.here().other_words)
    for job in jobs:
        words = shlex.split(job.options.format_map({**names, **known}))
        words = [other_words.get(word, word) for word in words if other_words.get(word, word)]
        said = client.run(
            place, "sbatch", "--parsable", "-o", "%j.out", *first, *job.texts, *words, user=job.user, stdin=job.script,
            conf=conf,
        )  # fmt: skip
        known[job.label] = int(said.partition(";")[0])


def _allocate(place: Place, job: Job, first: Iterable[str]) -> int:
    """Have resources allocated to nothing in particular; returns the id."""
    done = client.attempt(place, "salloc", "--no-shell", *first, *shlex.split(job.options), user=job.user)
    granted = re.search(r"Granted job allocation (\d+)", done.stderr)
    if not granted:
        raise LabError(f"salloc: {done.stderr.strip()}")
    return int(granted[1])


def _await(place: Place, jobs: Iterable[Job], known: dict[str, int], conf: str | None = None) -> None:
    for job in jobs:

        def at_rest(job: Job = job) -> bool:
            states = _states(place, conf).get(known[job.label], set())
            # Of an array, some tasks run while others wait.
            return states == {job.state} or (job.state == "RUNNING" and states == {"RUNNING", "PENDING"})

        process.wait_for(f"job {job.label} to be {job.state}", at_rest, 60, 0.1)


def _states(place: Place, conf: str | None) -> dict[int, set[str]]:
    """States by job id, those of all tasks under the id of their array."""
    found: dict[int, set[str]] = {}
    for line in client.run(place, "squeue", "-h", "-a", "-t", "all", "-o", "%F|%T", conf=conf).splitlines():
        number, _, state = line.partition("|")
        found.setdefault(int(number), set()).add(state)
    return found
