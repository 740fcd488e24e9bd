# SPDX-License-Identifier: GPL-2.0-or-later
"""Our listener beside the real listening slurmrestd, in one run, in turns, so that a noisy machine is noisy for both.

    python tests/bench/listening.py             boots a lab, measures everything, ends the lab
    python tests/bench/listening.py --lab DIR   on a lab that runs (with 10,000 jobs, if memory shall mean something)
    python tests/bench/listening.py --only new  one scenario: new, keep, silent, memory

Run it as root on a machine that has the lab's packages and, for keep-alive, wrk. The other clients are processes of
Python here, which the same two processors have to run: rates are low for both sides, and their ratio is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from measure import take_answer
from sidebyside import lab as labs
from sidebyside import server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sidebyside.lab import Lab
    from sidebyside.server import Server

_WARM = 20  # requests before anything is measured


class Load(NamedTuple):
    """What clients saw: answers a second, and the median time of one in milliseconds."""

    rate: float
    median: float


class Row(NamedTuple):
    """One line. `target`: what our number is to be as a multiple of the real one, at most or at least."""

    what: str
    real: float | None
    ours: float
    target: str
    reached: bool


class Setup(NamedTuple):
    """What a scenario works with."""

    lab: Lab
    token: str
    seconds: float
    rounds: int

    def request(self, path: str) -> bytes:
        """A GET that ends its connection."""
        lines = [
            f"GET /slurm/v0.0.38/{path} HTTP/1.1",
            "Host: bench",
            "X-SLURM-USER-NAME: alice",
            f"X-SLURM-USER-TOKEN: {self.token}",
            "Connection: close",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _client(port: int, request: bytes, seconds: float, pause: float, found: object) -> None:
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), 60) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(request)
            take_answer(connection)
        times.append(time.perf_counter() - begun)
        if pause:
            time.sleep(pause)
    found.put(times)  # type: ignore[attr-defined]


def load(one: Server, request: bytes, *, clients: int, seconds: float, pause: float = 0.0) -> Load:
    """Let `clients` ask for `seconds` by new connections, each with a pause of so many seconds after each answer."""
    found: multiprocessing.Queue[list[float]] = multiprocessing.Queue()
    arguments = (one.port, request, seconds, pause, found)
    running = [multiprocessing.Process(target=_client, args=arguments) for _ in range(clients)]
    for process in running:
        process.start()
    times = [seconds_ for _ in running for seconds_ in found.get()]
    for process in running:
        process.join()
    return Load(len(times) / seconds, statistics.median(times) * 1e3)


@contextlib.contextmanager
def both(setup: Setup) -> Iterator[tuple[Server, Server]]:
    """The real server and ours, each warm."""
    with server.real(setup.lab) as real, server.ours(setup.lab, "-a", "jwt") as ours:
        for one in (real, ours):
            load(one, setup.request("ping"), clients=1, seconds=0.5)
        yield real, ours


def _in_turn(setup: Setup, measure: Callable[[Server], Load]) -> tuple[Load, Load]:
    """The medians of all rounds for the real server and for ours."""
    found: tuple[list[Load], list[Load]] = ([], [])
    with both(setup) as servers:
        for _ in range(setup.rounds):
            for loads, one in zip(found, servers):
                loads.append(measure(one))
    real, ours = (Load(*(statistics.median(column) for column in zip(*loads))) for loads in found)
    return real, ours


def new_connections(setup: Setup) -> Iterator[Row]:
    """A connection for each request."""
    request = setup.request("ping")

    def by(clients: int, pause: float = 0.0) -> tuple[Load, Load]:
        return _in_turn(
            setup,
            lambda one: load(one, request, clients=clients, seconds=setup.seconds, pause=pause),
        )

    for what, pause in (("one client without a pause", 0.0), ("one client, 50 ms apart", 0.05)):
        real, ours = by(1, pause)
        reached = ours.median <= 1.5 * real.median
        yield Row(f"new connections, {what}: median, ms", real.median, ours.median, "<= 1.5", reached)
    real, ours = by(8)
    yield Row("new connections, 8 clients: a second", real.rate, ours.rate, ">= 0.5", ours.rate >= 0.5 * real.rate)


_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


def _wrk(one: Server, setup: Setup, clients: int) -> Load:
    """Keep-alive by wrk(1): clients of Python would take a fifth of the processors from what is measured."""
    fields = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {setup.token}")
    command = ["wrk", "-t1", f"-c{clients}", f"-d{setup.seconds:.0f}", "--latency"]
    command += [word for field in fields for word in ("-H", field)]
    command.append(f"http://127.0.0.1:{one.port}/slurm/v0.0.38/ping")
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    median = re.search(r"50%\s+([\d.]+)(us|ms|s)", said)
    if rate is None or median is None or "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"no measurement: {said}")
    return Load(float(rate[1]), float(median[1]) * _MILLISECONDS[median[2]])


def keep_alive(setup: Setup) -> Iterator[Row]:
    """Many requests on each connection."""
    real, ours = _in_turn(setup, lambda one: _wrk(one, setup, 8))
    yield Row("keep-alive, 8 clients: a second", real.rate, ours.rate, ">= 2", ours.rate >= 2 * real.rate)


def silent(setup: Setup) -> Iterator[Row]:
    """A thousand connections that say nothing, from other addresses."""
    request = setup.request("ping")
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(server.ours(setup.lab, "-a", "jwt"))
        before = load(ours, request, clients=1, seconds=setup.seconds).median
        for number in range(1000):
            stack.enter_context(ours.connect(f"127.0.1.{1 + number % 10}"))
        after = load(ours, request, clients=1, seconds=setup.seconds).median
    yield Row("with 1,000 silent connections: median, ms", None, after, f"beside {before:.3g} without", True)


def memory(setup: Setup) -> Iterator[Row]:
    """200 listings of all jobs, one after the other."""

    def listing(one: Server) -> int:
        with socket.create_connection(("127.0.0.1", one.port), 60) as connection:
            connection.sendall(setup.request("jobs"))
            size = 0
            while True:
                data = connection.recv(1 << 20)
                if not data:
                    return size
                size += len(data)

    with server.ours(setup.lab, "-a", "jwt") as ours:
        for _ in range(_WARM):
            size = listing(ours)
        before = _resident(ours)
        for _ in range(200):
            listing(ours)
        grown = _resident(ours) - before
    what = f"memory of the listener after 200 listings of {size / 1e6:.3g} MB: more by, KiB"
    yield Row(what, None, grown / 1024, "about 0", grown <= 256 << 10)


def _resident(one: Server) -> int:
    with open(f"/proc/{one.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


SCENARIOS: dict[str, Callable[[Setup], Iterator[Row]]] = {
    "new": new_connections,
    "keep": keep_alive,
    "silent": silent,
    "memory": memory,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Our listener beside the real listening slurmrestd.")
    parser.add_argument("--lab", help="the folder of a lab that runs")
    parser.add_argument("--only", choices=SCENARIOS, help="one scenario")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of each scenario")
    options = parser.parse_args()
    if options.only in (None, "keep") and not shutil.which("wrk"):
        parser.error("keep-alive is measured with wrk, which is not installed: apt-get install wrk")
    lab = labs.adopt(options.lab) if options.lab else labs.boot(nodes=0, jobs=10_000)
    try:
        setup = Setup(lab, lab.token("alice"), options.seconds, options.rounds)
        for name, scenario in SCENARIOS.items():
            if options.only in (None, name):
                for row in scenario(setup):
                    real = "" if row.real is None else f"slurmrestd {row.real:.4g}, ours "
                    ratio = "" if row.real is None else f", ratio {row.ours / row.real:.2f}"
                    verdict = "reached" if row.reached else "MISSED"
                    print(f"{row.what}: {real}{row.ours:.4g}{ratio} ({row.target}: {verdict})", flush=True)
    finally:
        if not options.lab:
            lab.down()


if __name__ == "__main__":
    main()
