# SPDX-License-Identifier: GPL-2.0-or-later
"""All jobs of small and large clusters: our instance beside the bare call of libslurm and the real slurmrestd.

    python tests/bench/scale.py               a lab each for 1,000, 10,000, 50,000 and 100,000 jobs
    python tests/bench/scale.py 1000 20000    for these numbers

Run it as run.py is run. The bare call is slurm_load_jobs and freeing what it gave, in a Python that does nothing else.
A server has answered a ping before it is asked, so its start does not count; the time ends with the last byte. The real
one is left out where the time that it took for fewer jobs says that it would need too long.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import measure
import run
from measure import Sample
from sidebyside import lab as labs
from sidebyside import program

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZES = (1_000, 10_000, 50_000, 100_000)
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


def bare() -> None:
    """Load all jobs and free them; print the seconds that took and the most memory, for the process that asked."""
    from slurmrest_inet.slurm import calls, job_calls, library  # noqa: PLC0415 - only this process has the library

    library.start(None)
    library.load_auth(token=False)
    calls.load_licenses().close()  # what is loaded with the first call does not count
    began = time.perf_counter()
    job_calls.load_jobs(0, calls.SHOW_ALL | calls.SHOW_DETAIL).close()
    print(json.dumps((time.perf_counter() - began, 0, measure.memory(os.getpid()))))


def _bare(environment: dict[str, str]) -> Sample:
    argv = (sys.executable, os.path.abspath(__file__), "--bare")
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


def main() -> None:
    """Follow the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("sizes", nargs="*", type=int, metavar="JOBS", help=f"default: {' '.join(map(str, _SIZES))}")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each (default: 5)")
    parser.add_argument(
        "--patience", type=float, default=400, metavar="SECONDS", help="for one answer of slurmrestd (default: 400)"
    )
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare()
        return
    last: Line | None = None
    for size in sorted(options.sizes or _SIZES):
        lab = labs.boot(0, size)
        try:
            credentials = f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {lab.token('alice')}\r\n"
            setup = run.Setup(program.real(lab), program.ours(lab), credentials, options.runs)
            jobs = len(lab.run("squeue", "-a", "-r", "-h", "-t", "all", "-o", "%A").split())
            if last is None:
                release = lab.run("slurmctld", "-V").strip()
                cpus = os.cpu_count()
                print(f"{release}, Python {platform.python_version()}, {cpus} CPUs; medians\n{_HEAD}", flush=True)
            last = run.in_child(setup, lambda setup: line(setup, jobs, last, options.patience))  # noqa: B023
            show(last)
            sys.stderr.write(f"load {os.getloadavg()[0]:.1f}\n")
        finally:
            lab.down()


if __name__ == "__main__":
    main()
