# SPDX-License-Identifier: GPL-2.0-or-later
"""Listings of small and large clusters: our instance beside the bare call of libslurm and the real slurmrestd.

    python tests/bench/scale.py                  all jobs: a lab each for 1,000, 10,000, 50,000 and 100,000 of them
    python tests/bench/scale.py 1000 20000       for these numbers
    python tests/bench/scale.py --release 24.11  jobs, nodes and states of jobs on another release: 10,000 jobs beside
                                                 slurmrestd, 100,000 beside the bare call; 1,000 nodes in either

Run it as run.py is run. The bare call is libslurm's, and freeing what it gave, in a Python that does nothing else. The
time ends with the last byte. At first a server has answered a ping before it is asked, so its start does not count, and
the real one is left out where the time that it took for fewer jobs says that it would need too long. With --release
ours is what `lab exec` builds there, and both servers are asked from exec on and, over a new connection, as listeners;
a ping in the same way is told beside, because what a listing takes beyond it and the bare call is what we add.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import measure
import run
from measure import Sample
from sidebyside import lab as labs
from sidebyside import program

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SIZES = (1_000, 10_000, 50_000, 100_000)
_BESIDE, _ALONE = 10_000, 100_000
_NODES = 1_000
_VERSIONS = {"22.05": 38, "24.11": 42, "26.05": 45}
"""By release, the newest API version that its slurmrestd has."""
_OPERATIONS = ("jobs", "nodes", "jobs/state")
_MIB = 1 << 20
_LONG = 5.0
"""Seconds from which on one measurement is enough."""


class Line(NamedTuple):
    """What one cluster gave: how many jobs it had, and the medians of each column; None: it would take too long."""

    jobs: int
    bare: Sample
    ours: Sample
    modern: Sample
    real: Sample | None


def bare(operation: str) -> None:
    """Load all of something and free it; print the seconds that took and the most memory, for whoever asked."""
    from slurmrest_inet.slurm import calls, job_calls, library  # noqa: PLC0415 - only this process has the library

    flags = calls.SHOW_ALL | calls.SHOW_DETAIL
    loads = {
        "jobs": lambda: job_calls.load_jobs(0, flags),
        "nodes": lambda: calls.load(library.lib.slurm_load_node, "node_info_msg_t", 0, after=(flags,)),
        "jobs/state": lambda: job_calls.load_job_states(()),
    }
    library.start(None)
    library.load_auth(token=False)
    calls.load_licenses().close()  # what is loaded with the first call does not count
    began = time.perf_counter()
    loads[operation]().close()
    print(json.dumps((time.perf_counter() - began, 0, measure.memory(os.getpid()))))


def _bare(environment: dict[str, str], operation: str = "jobs", python: str = sys.executable) -> Sample:
    argv = (python, os.path.abspath(__file__), "--bare", operation)
    return Sample(*json.loads(subprocess.run(argv, check=True, capture_output=True, env=environment).stdout))


def line(setup: run.Setup, jobs: int, last: Line | None, patience: float) -> Line:
    """Measure one cluster. `last` is what the one before gave."""
    ping, old, new = setup.request("ping"), setup.request("jobs"), setup.request("jobs", 42)
    found = run.in_turn(
        setup.runs,
        lambda: _bare(setup.ours.environment),
        lambda: measure.through_pipe(setup.ours, old, ping),
        lambda: measure.through_pipe(setup.ours, new, ping),
    )
    real = None
    if last is None or (last.real and last.real.seconds * (jobs / last.jobs) ** 2 < patience):
        samples = [measure.through_pipe(setup.real, old, ping)]
        if samples[0].seconds < _LONG:
            samples = run.in_turn(setup.runs, lambda: measure.through_pipe(setup.real, old, ping))[0]
        real = _median(samples)
    return Line(jobs, *map(_median, found), real)


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(*(run.median(samples, name) for name in Sample._fields))  # type: ignore[arg-type]


_HEAD = """
| jobs | bare call | ours, v0.0.38 | ours, v0.0.42 | slurmrestd, v0.0.38 |
|---|---|---|---|---|"""


def show(one: Line) -> None:
    """Print a line of the table, as the first page has it."""
    cells = (_cell(sample) for sample in (one.bare, one.ours, one.modern, one.real))
    print(f"| {one.jobs:,} | {' | '.join(cells)} |", flush=True)


def _cell(sample: Sample | None) -> str:
    if sample is None:
        return "not run"
    seconds = f"{sample.seconds:.3g} s" if sample.seconds >= 1 else f"{1e3 * sample.seconds:.3g} ms"
    return f"{seconds}, {sample.memory / _MIB:,.0f} MiB"


class Beside(NamedTuple):
    """What one operation gave on another release, medians; None: the real server was not asked."""

    operation: str
    bare: Sample
    ours: Sample
    our_ping: Sample
    listening: Sample
    listening_ping: Sample
    real: Sample | None
    real_listening: Sample | None


def here(release: str, runs: int, *, real: bool) -> None:
    """Measure the lab whose variables this process has, and print the lines as JSON."""
    lab = labs.Lab(os.environ["LAB_DIR"], os.environ)
    argv = ["scontrol", "token", "username=root", "lifespan=36000"]
    token = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().partition("=")[2]
    command = os.path.join(lab.directory, "venv/bin/slurmrest-inet")
    ours = program.ours(lab)
    setup = run.Setup(
        program.real(lab),
        ours._replace(argv=(command, *ours.argv[-2:])),
        f"X-SLURM-USER-NAME: root\r\nX-SLURM-USER-TOKEN: {token}\r\n",
        runs,
    )
    wanted = [one for one in _OPERATIONS if release != "22.05" or one != "jobs/state"]
    found = run.in_child(setup, lambda setup: [_beside(setup, one, _VERSIONS[release], real=real) for one in wanted])
    print(json.dumps(found))


def _beside(setup: run.Setup, operation: str, version: int, *, real: bool) -> Beside:
    request, ping = setup.request(operation, version), setup.request("ping", version)
    python = os.path.join(os.path.dirname(setup.ours.argv[0]), "python")
    with measure.listening(setup.ours) as (address, pid):
        found = run.in_turn(
            setup.runs,
            lambda: _bare(setup.ours.environment, operation, python),
            lambda: measure.through_pipe(setup.ours, request),
            lambda: measure.through_pipe(setup.ours, ping),
            lambda: measure.through_socket(address, pid, request),
            lambda: measure.through_socket(address, pid, ping),
        )
    others: list[Sample | None] = [None, None]
    if real:
        others[0] = _of_real(setup.runs, lambda: measure.through_pipe(setup.real, request))
        # A listener of its own for each: what an answer leaves in it makes the next one slower.
        others[1] = _of_real(setup.runs, lambda: _through_listener(setup, request))
    return Beside(operation, *map(_median, found), *others)  # type: ignore[arg-type]


def _through_listener(setup: run.Setup, request: bytes) -> Sample:
    with measure.listening(setup.real) as (address, pid):
        return measure.through_socket(address, pid, request)


def _of_real(runs: int, ask: Callable[[], Sample]) -> Sample:
    """The median of a server that may take long: then one measurement is enough."""
    first = ask()
    return first if first.seconds > _LONG else _median(run.in_turn(runs, ask)[0])


_HEAD_BESIDE = """
| | bare call | ours | a ping | ours, listening | a ping | slurmrestd | listening | ours / bare call and ping | \
ours / slurmrestd, time | memory |
|---|---|---|---|---|---|---|---|---|---|---|"""


def show_beside(jobs: int, one: Beside) -> None:
    """Print a line of the table for another release."""
    cells = [_cell(sample) for sample in one[1:]]
    added = [
        sample.seconds / (one.bare.seconds + ping.seconds)
        for sample, ping in ((one.ours, one.our_ping), (one.listening, one.listening_ping))
    ]
    times = f"{one.ours.seconds / one.real.seconds:.3f}" if one.real else ""
    if one.real_listening:
        times += f", {one.listening.seconds / one.real_listening.seconds:.3f}"
    memory = f"{one.ours.memory / one.real.memory:.3f}" if one.real else ""
    cells += [", ".join(f"{ratio:.2f}" for ratio in added), times, memory]
    print(f"| {one.operation}, {jobs:,} jobs | {' | '.join(cells)} |", flush=True)


def of_release(release: str, sizes: Sequence[int], runs: int) -> None:
    """Boot a lab for each size, have it measured inside, and print the table."""
    head = False
    for jobs in sorted(sizes or (_BESIDE, _ALONE)):
        place = tempfile.mkdtemp(prefix="slurmrest-scale-", dir="/var/tmp")
        os.rmdir(place)  # `lab up` makes it anew, readable by all
        where = ("--release", release, "--dir", place)
        try:
            _lab("up", *where, "--nodes", str(_NODES), "--jobs", str(jobs))
            alone = ["--alone"] if jobs > _BESIDE else []
            argv = ("python3", os.path.abspath(__file__), "--here", release, "--runs", str(runs), *alone)
            said = _lab("exec", *where, *argv)
            if not head:
                print(f"Slurm {release}, v0.0.{_VERSIONS[release]}, {os.cpu_count()} CPUs; medians\n{_HEAD_BESIDE}")
                head = True
            for one in json.loads(said):
                samples = (None if sample is None else Sample(*sample) for sample in one[1:])
                show_beside(jobs, Beside(one[0], *samples))  # type: ignore[arg-type]
            sys.stderr.write(f"load {os.getloadavg()[0]:.1f}\n")
        finally:
            _lab("down", *where)


def _lab(*arguments: str) -> str:
    done = subprocess.run([labs.LAB, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lab {' '.join(arguments)} failed.")
    return done.stdout


def main() -> None:
    """Follow the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="JOBS", help=f"default: {' '.join(map(str, _SIZES))}")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each (default: 5)")
    parser.add_argument(
        "--patience", type=float, default=400, metavar="SECONDS", help="for one answer of slurmrestd (default: 400)"
    )
    parser.add_argument("--release", choices=_VERSIONS, help="jobs, nodes and states of jobs on that release")
    for hidden in ("--bare", "--here"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare(options.bare)
    elif options.here:
        here(options.here, options.runs, real=not options.alone)
    elif options.release:
        of_release(options.release, options.sizes, options.runs)
    else:
        of_this_machine(options.sizes or _SIZES, options.runs, options.patience)


def of_this_machine(sizes: Sequence[int], runs: int, patience: float) -> None:
    """Print the table of the first page."""
    last: Line | None = None
    for size in sorted(sizes):
        lab = labs.boot(0, size)
        try:
            credentials = f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {lab.token('alice')}\r\n"
            setup = run.Setup(program.real(lab), program.ours(lab), credentials, runs)
            jobs = len(lab.run("squeue", "-a", "-r", "-h", "-t", "all", "-o", "%A").split())
            if last is None:
                release = lab.run("slurmctld", "-V").strip()
                cpus = os.cpu_count()
                print(f"{release}, Python {platform.python_version()}, {cpus} CPUs; medians\n{_HEAD}", flush=True)
            last = run.in_child(setup, lambda setup: line(setup, jobs, last, patience))  # noqa: B023
            show(last)
            sys.stderr.write(f"load {os.getloadavg()[0]:.1f}\n")
        finally:
            lab.down()


if __name__ == "__main__":
    main()
