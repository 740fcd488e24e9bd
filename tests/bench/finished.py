# SPDX-License-Identifier: GPL-2.0-or-later
"""Many finished jobs out of slurmdbd: our instance beside the bare call of libslurm and the real slurmrestd.

    python tests/bench/finished.py                    a lab each of 22.05 and 24.11: 10,000 jobs, then 100,000
    python tests/bench/finished.py --release 24.11 --jobs 10000
    python tests/bench/finished.py --release 22.05 --lab DIR      on a lab that runs; the jobs are taken away again

Run it as root on a machine that has the lab's packages. Ours is what `lab exec` builds, an ordinary installation. The
jobs, each with a step and what that used, are put into slurmdbd's tables by SQL. The bare call is slurmdb_jobs_get with
the condition that the request comes to, and freeing what it gave, in a Python that does nothing else. A server has
answered a request for slurmdbd before it is asked, so its start does not count; the time ends with the last byte.
Figures are medians. Aimed at: 1.3 times the bare call, and 10 MiB more than its process had; status 1 tells that it was
missed. The real server is asked for the smaller number alone: for the larger one it takes minutes and gigabytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import measure
import run
from measure import Sample
from sidebyside.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
LAB = os.path.join(ROOT, "contrib/lab/lab")
VERSIONS = {"22.05": 38, "24.11": 42}
"""By release, the API version that it is asked in."""
_SIZES = (10_000, 100_000)
_ALONE = 50_000
"""From so many jobs on the real server is not asked."""
_MOST_TIME, _MOST_MEMORY = 1.3, 10 << 20
"""How much more than the bare call is good enough: as a factor, and in bytes."""
_MIB = 1 << 20

_SINCE, _SPACING = 1_577_836_800, 2
"""When the first job was submitted (2020-01-01), and seconds from one to the next."""
_FIRST_KEY, _FIRST_ID = 70_000_000, 10_000_000
_OURS = "job_db_inx > 70000000 and job_db_inx < 80000000"
"""Neither what the cluster has counted up to, nor the lab's own past."""
_MARGIN = 1000
"""Seconds after the last submission until when all have ended."""


class Line(NamedTuple):
    """What one release and number of jobs gave."""

    version: int
    jobs: int
    bare: Sample
    ours: Sample
    real: Sample | None = None

    @property
    def trouble(self) -> str:
        """What was not good enough, empty when all was."""
        slow = self.ours.seconds > self.bare.seconds * _MOST_TIME
        large = self.ours.memory > self.bare.memory + _MOST_MEMORY
        return " and ".join(word for word, so in (("too slow", slow), ("too large", large)) if so)


def _sql(statements: Sequence[str]) -> None:
    command = ("mariadb", "--no-defaults", f"--socket={os.environ['LAB_MYSQL_SOCKET']}", "slurm_acct_db")
    subprocess.run(command, input="\n".join(statements), text=True, check=True, stdout=subprocess.DEVNULL)


def empty() -> None:
    """Take all of the jobs away."""
    _sql([f"delete from lab_{table}_table where {_OURS};" for table in ("job", "step")])  # noqa: S608 - as below


def fill(jobs: int) -> None:
    """Let there be so many jobs of alice, and no others of ours, in slurmdbd's two tables."""
    submitted = f"{_SINCE} + {_SPACING} * seq"
    job = {
        "job_db_inx": f"{_FIRST_KEY} + seq", "id_job": f"{_FIRST_ID} + seq", "id_user": "61001", "id_group": "61001",
        "id_assoc": "(select id_assoc from lab_assoc_table where acct='optics' and user='alice' limit 1)",
        "account": "'optics'", "partition": "'main'", "job_name": "concat('bench', seq)", "cpus_req": "4",
        "exit_code": "256 * (seq % 3)", "flags": "20", "id_array_job": "0", "id_array_task": "4294967294",
        "het_job_id": "0", "het_job_offset": "4294967294", "id_qos": "1", "id_resv": "0", "id_wckey": "0",
        "state_reason_prev": "0", "mem_req": "200", "nodelist": "'node[1-2]'", "nodes_alloc": "2", "priority": "4711",
        "state": "3 + seq % 3", "timelimit": "60", "time_submit": submitted, "time_eligible": submitted,
        "time_start": f"{submitted} + 10", "time_end": f"{submitted} + 600", "work_dir": "'/tmp'",
        "tres_alloc": "'1=4,2=200,4=2,5=4'", "tres_req": "'1=4,2=200,4=2,5=4'", "derived_es": "'as usual'",
        "submit_line": "'sbatch -N2 -n4 bench.sh'",
    }  # fmt: skip
    used = {
        "ave": "1=40,2=800,6=70,7=9", "tot": "1=80,2=1600,6=140,7=18", "max": "1=50,2=900,6=80,7=10",
        "max_nodeid": "1=0,2=0,6=0,7=0", "max_taskid": "1=0,2=0,6=0,7=0", "min": "1=30,2=700,6=60,7=8",
        "min_nodeid": "1=0,2=0,6=0,7=0", "min_taskid": "1=0,2=0,6=0,7=0",
    }  # fmt: skip
    step = {
        "job_db_inx": f"{_FIRST_KEY} + seq", "id_step": "-5", "step_het_comp": "4294967294", "step_name": "'batch'",
        "state": "3", "exit_code": "0", "nodelist": "'node1'", "nodes_alloc": "1", "node_inx": "'0'", "task_cnt": "1",
        "task_dist": "0", "time_start": f"{submitted} + 11", "time_end": f"{submitted} + 599", "user_sec": "3",
        "user_usec": "250000", "sys_sec": "1", "sys_usec": "900000", "tres_alloc": "'1=4,2=200,4=1'",
        **{f"tres_usage_{way}_{what}": f"'{text}'" for way in ("in", "out") for what, text in used.items()},
    }  # fmt: skip
    empty()
    for table, columns in (("lab_job_table", job), ("lab_step_table", step)):
        values = ", ".join(columns.values())
        names = ", ".join(f"`{name}`" for name in columns)
        _sql([f"insert into {table} ({names}) select {values} from seq_1_to_{jobs};"])  # noqa: S608 - our own
    _sql(["analyze table lab_job_table, lab_step_table;"])  # so that the plans of queries are those of full tables


def _until(jobs: int) -> int:
    return _SINCE + _SPACING * jobs + _MARGIN


def _request(version: int, target: str, token: str) -> bytes:
    lines = (f"GET /slurmdb/v0.0.{version}/{target} HTTP/1.1", "Host: bench", "X-SLURM-USER-NAME: alice")
    return "\r\n".join((*lines, f"X-SLURM-USER-TOKEN: {token}", "", "")).encode()


def bare(jobs: int) -> None:
    """Load the jobs and free them; print the seconds that took and the most memory, for the process that asked."""
    from slurmrest_inet.auth import Identity  # noqa: PLC0415 - not this one, either
    from slurmrest_inet.slurm import database, library  # noqa: PLC0415 - only this process has the library
    from slurmrest_inet.slurm.fill import Struct  # noqa: PLC0415

    token = os.environ["SLURM_JWT"]
    library.start(None)
    library.adopt(Identity("rest_auth/jwt", "alice", token))
    database.connect()  # what is loaded with the first call does not count
    with Struct("slurmdb_job_cond_t") as condition:
        condition.fill(
            {
                "flags": ("JOBCOND_FLAG_DUP", "JOBCOND_FLAG_NO_TRUNC"),
                "db_flags": ("SLURMDB_JOB_FLAG_NOTSET",),
                "cluster_list": ["lab"],
                "usage_start": _SINCE,
                "usage_end": _until(jobs),
            }
        )
        began = time.perf_counter()
        found = database.get("slurmdb_jobs_get", "slurmdb_job_rec_t", condition)
        count = len(found)
        found.close()
        seconds = time.perf_counter() - began
    if count != jobs:
        raise SystemExit(f"{count} jobs, and not {jobs}.")
    print(json.dumps((seconds, 0, measure.memory(os.getpid()))))


def _bare(jobs: int, environment: dict[str, str]) -> Sample:
    argv = (sys.executable, os.path.abspath(__file__), "--bare", str(jobs))
    return Sample(*json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE, env=environment).stdout))


def _setup(runs: int) -> run.Setup:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "SLURM_JWT": "daemon"}
    environment["SLURM_CONF"] = os.environ["SLURM_CONF"]
    installed = os.path.join(os.environ["LAB_DIR"], "venv/bin/slurmrest-inet")
    real, ours = (
        Program(name, (path, "-a", "rest_auth/jwt"), environment, os.environ["LAB_SERVICE_USER"])
        for name, path in (("real", "/usr/sbin/slurmrestd"), ("ours", installed))
    )
    return run.Setup(real, ours, "", runs)


def _line(setup: run.Setup, version: int, jobs: int, token: str) -> Line:
    request = _request(version, f"jobs?start_time=uts{_SINCE}&end_time=uts{_until(jobs)}", token)
    first = _request(version, "tres", token)
    works = [
        lambda: _bare(jobs, {**setup.ours.environment, "SLURM_JWT": token}),
        lambda: measure.through_pipe(setup.ours, request, first),
    ]
    if jobs < _ALONE:
        works.append(lambda: measure.through_pipe(setup.real, request, first))
    bare_one, ours, *real = (
        Sample(*(run.median(samples, name) for name in Sample._fields))  # type: ignore[arg-type]
        for samples in run.in_turn(setup.runs, *works)
    )
    return Line(version, jobs, bare_one, ours, *real)


def here(version: int, sizes: Sequence[int], runs: int) -> Iterator[Line]:
    """Measure on the lab whose variables this process has. Only a child becomes the account that serves."""
    argv = ["scontrol", "token", "username=alice", "lifespan=7200"]
    token = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().partition("=")[2]
    try:
        for jobs in sizes:
            fill(jobs)
            yield run.in_child(_setup(runs), lambda setup: _line(setup, version, jobs, token))  # noqa: B023 - at once
    finally:
        empty()


def _lab(*arguments: str) -> str:
    done = subprocess.run([LAB, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lab {' '.join(arguments)} failed.")
    return done.stdout


def of_release(release: str, directory: str | None, sizes: Sequence[int], runs: int) -> list[Line]:
    """The lines of one release, on a lab that runs, or on one that is booted for it."""
    place = directory or tempfile.mkdtemp(prefix="slurmrest-finished-", dir="/var/tmp")
    where = ("--release", release, "--dir", place)
    try:
        if directory is None:
            os.rmdir(place)  # `lab up` makes it anew, readable by all
            _lab("up", *where, "--nodes", "0", "--jobs", "0")
        words = ["--release", release, "--here", "--runs", str(runs), "--jobs", *map(str, sizes)]
        said = _lab("exec", *where, os.path.join(place, "venv/bin/python"), os.path.abspath(__file__), *words)
        found = json.loads(said.splitlines()[-1])
        return [Line(*one[:2], *map(_sample, one[2:])) for one in found]
    finally:
        if directory is None:
            _lab("down", *where)


def _sample(told: Sequence[float] | None) -> Sample | None:
    return None if told is None else Sample(*told)  # type: ignore[arg-type]


_HEAD = """| release, version | jobs | bare call | ours | | slurmrestd |
|---|---|---|---|---|---|"""


def show(release: str, one: Line) -> None:
    """Print a line of the table."""
    ratio = f"{one.ours.seconds / one.bare.seconds:.2f} times, {(one.ours.memory - one.bare.memory) / _MIB:+.0f} MiB"
    verdict = f"{ratio}{one.trouble and ': '}{one.trouble}"
    cells = (_cell(one.bare), _cell(one.ours), verdict, _cell(one.real))
    print(f"| {release}, v0.0.{one.version} | {one.jobs:,} | {' | '.join(cells)} |", flush=True)


def _cell(sample: Sample | None) -> str:
    if sample is None:
        return "not run"
    return f"{sample.seconds:.3g} s, {sample.memory / _MIB:,.0f} MiB"


def main() -> int:
    """Follow the command line; 1 if something was not good enough."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--release", choices=VERSIONS, help="that one alone")
    parser.add_argument("--jobs", type=int, nargs="+", default=_SIZES, help="default: 10000 100000")
    parser.add_argument("--lab", metavar="DIR", help="a lab of --release that runs")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each (default: 5)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--bare", type=int, metavar="JOBS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        bare(options.bare)
        return 0
    if options.here:
        print(json.dumps(list(here(VERSIONS[options.release], options.jobs, options.runs))))
        return 0
    if options.lab and not options.release:
        parser.error("--lab needs --release")
    print(_HEAD, flush=True)
    good = True
    for release in (options.release,) if options.release else VERSIONS:
        for one in of_release(release, options.lab, options.jobs, options.runs):
            show(release, one)
            good = good and not one.trouble
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
