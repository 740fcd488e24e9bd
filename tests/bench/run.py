# SPDX-License-Identifier: GPL-2.0-or-later
"""Our instance beside the real slurmrestd, in one run, each in turn, so that a noisy machine is noisy for both.

    python tests/bench/run.py                 boots a lab with 10,000 jobs, measures everything, ends the lab
    python tests/bench/run.py --lab DIR       on a lab that runs
    python tests/bench/run.py --breakdown     where the time of our start goes

Run it as root on a machine that has the lab's packages (contrib/lab/lab up --install), with the Python that has
slurmrest-inet installed where the lab's accounts can read it. A scenario is a function that yields rows; to add one,
write it and name it in SCENARIOS.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import pwd
import re
import statistics
import subprocess
import sys
import time
import traceback
from typing import TYPE_CHECKING, NamedTuple, TypeVar

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

import measure
from sidebyside import lab as labs
from sidebyside import program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Callable

    from measure import Sample
    from sidebyside.lab import Lab
    from sidebyside.program import Program

_MIB = 1 << 20
Result = TypeVar("Result")


class Setup(NamedTuple):
    """What a scenario works with. `runs` scales how often each thing is measured."""

    real: Program
    ours: Program
    credentials: str
    runs: int

    def request(self, path: str, version: int = 38) -> bytes:
        """A GET below /slurm/."""
        return f"GET /slurm/v0.0.{version}/{path} HTTP/1.1\r\n{self.credentials}\r\n".encode()

    def document(self, name: str, more: str = "") -> bytes:
        """A GET of an OpenAPI document."""
        return f"GET /openapi/{name} HTTP/1.1\r\n{self.credentials}{more}\r\n".encode()

    def submission(self) -> bytes:
        """A POST of a held job, which stays in the lab until that ends."""
        job = {"name": "bench", "hold": True, "environment": {"PATH": "/bin"}, "current_working_directory": "/tmp"}
        body = json.dumps({"script": "#!/bin/sh\ntrue\n", "job": job})
        head = f"{self.credentials}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST /slurm/v0.0.38/job/submit HTTP/1.1\r\n{head}{body}".encode()


class Row(NamedTuple):
    """One line of the table. `target` is the largest ratio of ours to the real server's that is good enough."""

    what: str
    unit: str
    columns: dict[str, float]
    target: float | None = None

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the real server's, both run in the same way."""
        return self.columns["ours"] / self.columns["real"]


def in_turn(count: int, *measures: Callable[[], Sample]) -> list[list[Sample]]:
    """`count` samples of each, one after another; one of each is thrown away first."""
    for one in measures:
        one()
    found: list[list[Sample]] = [[] for _ in measures]
    for _ in range(count):
        for samples, one in zip(found, measures):
            samples.append(one())
    return found


def median(samples: Sequence[Sample], name: str) -> float:
    """The median of one member of the samples."""
    return statistics.median(getattr(sample, name) for sample in samples)


def ping(setup: Setup) -> Iterator[Row]:
    """A whole instance for the smallest answer."""
    request = setup.request("ping")
    real, ours = in_turn(
        setup.runs * 10,
        lambda: measure.exec_to_exit(setup.real, request),
        lambda: measure.exec_to_exit(setup.ours, request),
    )
    yield Row(
        "ping, exec to exit", "ms", {"real": 1e3 * median(real, "seconds"), "ours": 1e3 * median(ours, "seconds")}, 1.3
    )


def document(setup: Setup) -> Iterator[Row]:
    """The OpenAPI document of one version, beside a ping of our own; the real server has one document of all."""
    names = ("real", "ping", "ours", "packed")
    found = in_turn(
        setup.runs * 10,
        lambda: measure.exec_to_exit(setup.real, setup.document("v3")),
        lambda: measure.exec_to_exit(setup.ours, setup.request("ping")),
        lambda: measure.exec_to_exit(setup.ours, setup.document("v0.0.42")),
        lambda: measure.exec_to_exit(setup.ours, setup.document("v0.0.42", "Accept-Encoding: gzip\r\n")),
    )
    took = {name: 1e3 * median(samples, "seconds") for name, samples in zip(names, found)}
    yield Row("OpenAPI, real all versions, ours v0.0.42", "ms", {"real": took["real"], "ours": took["ours"]})
    for what, name in (("OpenAPI of v0.0.42, beside our own ping", "ours"), ("the same, compressed", "packed")):
        yield Row(what, "ms", {"real": took["ping"], "ours": took[name]}, 2)


def listing(setup: Setup) -> Iterator[Row]:
    """All jobs, through a pipe that is read at full speed; the listening server through a TCP connection."""
    request = setup.request("jobs")

    def through_listener() -> Sample:
        with measure.listening(setup.real) as (address, pid):
            return measure.through_socket(address, pid, request)

    names = ("real", "listening", "ours")
    found = in_turn(
        setup.runs,
        lambda: measure.through_pipe(setup.real, request),
        through_listener,
        lambda: measure.through_pipe(setup.ours, request),
    )
    for what, unit, member, scale, target in (
        ("jobs, exec to last byte", "s", "seconds", 1, 0.1),
        ("jobs, size of the answer", "MiB", "size", _MIB, None),
        ("jobs, peak memory", "MiB", "memory", _MIB, 0.125),
    ):
        columns = {name: median(samples, member) / scale for name, samples in zip(names, found)}
        yield Row(what, unit, columns, target)


def modern(setup: Setup) -> Iterator[Row]:
    """All jobs in v0.0.42, which the real server of this release does not have, beside its v0.0.38."""
    old, new = setup.request("jobs"), setup.request("jobs", 42)
    real, ours = in_turn(
        setup.runs,
        lambda: measure.through_pipe(setup.real, old),
        lambda: measure.through_pipe(setup.ours, new),
    )
    for what, unit, member, scale in (
        ("jobs, real v0.0.38, ours v0.0.42", "s", "seconds", 1),
        ("the same, size", "MiB", "size", _MIB),
        ("the same, peak memory", "MiB", "memory", _MIB),
    ):
        yield Row(what, unit, {"real": median(real, member) / scale, "ours": median(ours, member) / scale})


def submissions(setup: Setup) -> Iterator[Row]:
    """A thousand jobs submitted to either listener, through one connection and through a new one for each."""
    request, count = setup.submission(), 1000
    for what, fresh in (("1,000 submissions, one connection", False), ("1,000 submissions, new connections", True)):
        seconds = {}
        for name, server in (("real", setup.real), ("ours", setup.ours)):
            with measure.listening(server) as (address, _pid):
                measure.many(address, request, 10, fresh=fresh)
                seconds[name] = measure.many(address, request, count, fresh=fresh).seconds
        yield Row(what, "s", seconds)


SCENARIOS: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "ping": ping,
    "document": document,
    "jobs": listing,
    "modern": modern,
    "submit": submissions,
}


def in_child(setup: Setup, work: Callable[[Setup], Result]) -> Result:
    """What `work` returns, done by a child that is the account which serves (rule 1 of measure)."""
    sys.stdout.flush()
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            _become(setup.real.user)
            result = work(setup)
            with open(writer, "wb") as file:
                pickle.dump(result, file)
            sys.stdout.flush()
            status = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader, "rb") as file:
        data = file.read()
    if os.waitpid(pid, 0)[1]:
        raise SystemExit("The measurement failed.")
    result: Result = pickle.loads(data)  # noqa: S301 - our own child
    return result


def _become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.chdir("/")
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def show(rows: Sequence[Row]) -> None:
    """The table."""
    heads = ("", "slurmrestd", "slurmrestd listening", "ours", "ratio", "target")
    lines = [heads]
    for row in rows:
        cells = [
            f"{row.columns[name]:.3g} {row.unit}" if name in row.columns else ""
            for name in ("real", "listening", "ours")
        ]
        verdict = (
            "" if row.target is None else f"<= {row.target:g} {'reached' if row.ratio <= row.target else 'MISSED'}"
        )
        lines.append((row.what, *cells, f"{row.ratio:.3g}", verdict))
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def breakdown(setup: Setup, count: int = 9) -> None:
    """Where the time of one ping goes: the interpreter alone, our imports (medians), the whole."""
    request = setup.request("ping")
    python = sys.executable

    def start(*arguments: str) -> float:
        seconds = []
        for _ in range(count):
            begun = time.perf_counter()
            subprocess.run([python, *arguments], check=True, env=setup.ours.environment, stdin=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - begun)
        return 1e3 * statistics.median(seconds)

    whole = 1e3 * median(in_turn(count, lambda: measure.exec_to_exit(setup.ours, request))[0], "seconds")
    real = 1e3 * median(in_turn(count, lambda: measure.exec_to_exit(setup.real, request))[0], "seconds")
    print(f"{start('-I', '-S', '-c', 'pass'):7.1f} ms  python -I -S -c pass")
    print(f"{start('-I', '-c', 'pass'):7.1f} ms  python -I -c pass")
    print(f"{whole:7.1f} ms  ours, ping from exec to exit")
    print(f"{real:7.1f} ms  slurmrestd, the same\n")
    found: dict[str, list[int]] = {}
    for _ in range(count):
        traced = setup.ours._replace(argv=(python, "-X", "importtime", "-m", "slurmrest_inet", *setup.ours.argv[-2:]))
        for own, name in re.findall(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)", traced.exchange(request).log):
            found.setdefault(name, []).append(int(own))
    medians = sorted(((statistics.median(times) / 1e3, name) for name, times in found.items()), reverse=True)
    print(f"{sum(own for own, _ in medians):7.1f} ms  {len(medians)} modules, each being timed; by package:")
    packages: dict[str, float] = {}
    for own, name in medians:
        package = name.partition(".")[0]
        packages[package] = packages.get(package, 0.0) + own
    _largest(sorted(((own, name) for name, own in packages.items()), reverse=True)[:12])
    print("\nthe largest modules:")
    _largest(medians[:25])


def _largest(parts: Sequence[tuple[float, str]]) -> None:
    for own, name in parts:
        print(f"{own:7.2f} ms  {name}")


def _ours(lab: Lab, command: str | None) -> Program:
    made = program.ours(lab)
    script = command or os.path.join(os.path.dirname(sys.executable), "slurmrest-inet")
    return made._replace(argv=(script, *made.argv[-2:])) if command or os.path.exists(script) else made


def main() -> int:
    """Follow the command line; 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--lab", metavar="DIR", help="a lab that runs")
    parser.add_argument("--jobs", type=int, default=10_000, help="of the lab to boot (default: 10000)")
    parser.add_argument("--nodes", type=int, default=1_000, help="of the lab to boot (default: 1000)")
    parser.add_argument(
        "--runs", type=int, default=5, help="listings of each; pings are ten times as many (default: 5)"
    )
    parser.add_argument("--ours", metavar="PROGRAM", help="instead of the slurmrest-inet beside this Python")
    parser.add_argument("--breakdown", action="store_true", help="where the time of our start goes, and nothing else")
    options = parser.parse_args()
    names = options.scenarios or list(SCENARIOS)
    for name in names:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name}")
    nodes, jobs = (0, 0) if options.breakdown else (options.nodes, options.jobs)
    lab = labs.adopt(options.lab) if options.lab else labs.boot(nodes, jobs)
    try:
        credentials = f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {lab.token('alice')}\r\n"
        setup = Setup(program.real(lab), _ours(lab, options.ours), credentials, options.runs)
        count = len(lab.run("squeue", "-a", "-r", "-h", "-t", "all", "-o", "%A").split())
        print(f"{lab.run('slurmctld', '-V').strip()}, Python {platform.python_version()}, {count} jobs")
        print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; medians\n")
        if options.breakdown:
            in_child(setup, breakdown)
            return 0
        rows = in_child(setup, lambda setup: [row for name in names for row in SCENARIOS[name](setup)])
        show(rows)
        return int(any(row.target is not None and row.ratio > row.target for row in rows))
    finally:
        if not options.lab:
            lab.down()


if __name__ == "__main__":
    sys.exit(main())
