# SPDX-License-Identifier: GPL-2.0-or-later
"""What a ping costs beside the real slurmrestd on each release: one table.

    python tests/bench/costs.py                 boots a lab of each release in turn, measures, ends it
    python tests/bench/costs.py --release 24.11 of that release alone
    python tests/bench/costs.py --lab DIR --release R   on a lab that runs

Run it as root on a machine that has the lab's packages. Ours is what `lab exec` builds, an ordinary installation. Both
sides run at the same time and are asked in turns, so that a noisy machine is noisy for both; figures are medians.
Processor time is that of a server and of all its children (proc(5), utime to cstime): what others do on the machine
changes it least. The last line says what h11's stand-ins are worth (lazy.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import pwd
import resource  # noqa: F401 - wait4 needs it, and the account that serves may not find it
import socket
import statistics
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

from measure import take_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
LAB = os.path.join(ROOT, "contrib/lab/lab")
RELEASES = ("22.05", "24.11", "26.05")
_VERSION = {"22.05": 38}  # of the API; all later ones have v0.0.42
_REAL = "/usr/sbin/slurmrestd"
_FORK = multiprocessing.get_context("fork")
_TICK = os.sysconf("SC_CLK_TCK")
_CLIENTS = 8
_KEPT = 900  # requests before a client opens another connection: ours ends one after 1,000
_PAUSE = 0.05  # seconds between two connections of a client who comes now and then


class Row(NamedTuple):
    """One line: what, and the figures of the real server and of ours; `more_is_better` for rates."""

    what: str
    real: float
    ours: float

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the real one's."""
        return self.ours / self.real


class Side(NamedTuple):
    """One of the two as a listener."""

    pid: int
    port: int


def _become(user: str) -> None:
    account = pwd.getpwnam(user)
    os.chdir("/")
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


def _client(port: int, request: bytes, seconds: float, kept: int, pause: float, found: object) -> None:
    times = []
    connection: socket.socket | None = None
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.perf_counter()
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", port), 60)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.sendall(request)
            take_answer(connection)
        except ConnectionResetError:  # the real server does so now and then when eight clients come without a pause
            connection.close()
            connection = None
            continue
        times.append(time.perf_counter() - begun)
        if len(times) % kept == 0:
            connection.close()
            connection = None
        if pause:
            time.sleep(pause)
    found.put(times)  # type: ignore[attr-defined]


def load(
    port: int, request: bytes, seconds: float, *, clients: int = 1, kept: int = 1, pause: float = 0
) -> list[float]:
    """The seconds that each answer took; `kept` requests go over one connection."""
    found = _FORK.Queue()
    arguments = (port, request, seconds, kept, pause, found)
    running = [_FORK.Process(target=_client, args=arguments) for _ in range(clients)]
    for process in running:
        process.start()
    times = [one for _ in running for one in found.get()]
    for process in running:
        process.join()
    return times


def _used(pid: int) -> float:
    """Milliseconds of processor time of a process and of its children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK * 1e3


@contextlib.contextmanager
def listening(argv: list[str], environment: dict[str, str]) -> Iterator[Side]:
    """A listener on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen([*argv, f"127.0.0.1:{port}"], stdin=-3, stderr=-3, env=environment, cwd="/")
    try:
        limit = time.monotonic() + 20
        with socket.socket() as client:
            while client.connect_ex(("127.0.0.1", port)):
                if time.monotonic() > limit or process.poll() is not None:
                    raise TimeoutError(f"{argv[0]} does not listen")
                time.sleep(0.05)
        yield Side(process.pid, port)
    finally:
        process.terminate()
        process.wait(40)


def once(argv: list[str], environment: dict[str, str], request: bytes) -> float:
    """Milliseconds of processor time from exec to exit, for one request on a pipe."""
    given, give = os.pipe()
    take, taken = os.pipe()
    null = os.open(os.devnull, os.O_WRONLY)
    os.write(give, request)
    os.close(give)
    actions = [(os.POSIX_SPAWN_DUP2, *pair) for pair in ((given, 0), (taken, 1), (null, 2))]
    pid = os.posix_spawn(argv[0], argv, environment, file_actions=actions)
    _, status, usage = os.wait4(pid, 0)  # the real 24.11 may end with 1 after a good answer
    os.close(taken)
    answer = os.read(take, 65536)
    for descriptor in (given, take, null):
        os.close(descriptor)
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{argv[0]} ended with {status}: {answer!r}")
    return (usage.ru_utime + usage.ru_stime) * 1e3


def measure(version: int, seconds: float, rounds: int) -> list[Row]:
    """All rows, of the lab whose variables this process has."""
    argv = ["scontrol", "token", "username=alice", "lifespan=3600"]
    token = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().partition("=")[2]
    head = f"GET /slurm/v0.0.{version}/ping HTTP/1.1\r\nHost: bench\r\nX-SLURM-USER-NAME: alice\r\n"
    keep = f"{head}X-SLURM-USER-TOKEN: {token}\r\n\r\n".encode()
    close = f"{head}X-SLURM-USER-TOKEN: {token}\r\nConnection: close\r\n\r\n".encode()
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "SLURM_JWT": "daemon"}
    environment["SLURM_CONF"] = os.environ["SLURM_CONF"]
    ours_argv = [os.path.join(os.environ["LAB_DIR"], "venv/bin/slurmrest-inet"), "-a", "rest_auth/jwt"]
    real_argv = [_REAL, "-a", "rest_auth/jwt"]
    _become(os.environ["LAB_SERVICE_USER"])
    plain = {**environment, "SLURMREST_INET_STAND_INS": "no"}
    starts: list[list[float]] = [[], [], []]
    for _ in range(rounds * 20):
        for found, argv, variables in zip(starts, (real_argv, ours_argv, ours_argv), (environment, environment, plain)):
            found.append(once(argv, variables, keep))
    real_start, our_start, plain_start = map(statistics.median, starts)
    rows = [Row("inetd, processor time of a ping, ms", real_start, our_start)]
    with listening(real_argv, environment) as real, listening(ours_argv, environment) as ours:
        sides = (real, ours)
        for side in sides:
            load(side.port, close, 0.5)

        def each(work: Callable[[Side], float]) -> tuple[float, float]:
            figures: tuple[list[float], list[float]] = ([], [])
            for _ in range(rounds):
                for found, side in zip(figures, sides):
                    found.append(work(side))
            return statistics.median(figures[0]), statistics.median(figures[1])

        costs: dict[Side, list[float]] = {side: [] for side in sides}

        def rate(side: Side) -> float:
            before = _used(side.pid)
            count = len(load(side.port, close, seconds, clients=_CLIENTS))
            time.sleep(0.5)  # until the last child is reaped
            costs[side].append((_used(side.pid) - before) / count)
            return count / seconds

        rates = Row("new connections, 8 clients: a second", *each(rate))
        cost = [statistics.median(costs[side]) for side in sides]
        rows.append(Row("processor time of a new connection, ms", cost[0], cost[1]))
        rows.append(rates)

        def paced(side: Side) -> float:
            return statistics.median(load(side.port, close, seconds, pause=_PAUSE)) * 1e3

        rows.append(Row("one client, 50 ms apart: median, ms", *each(paced)))

        def kept(side: Side) -> float:
            return len(load(side.port, keep, seconds, clients=_CLIENTS, kept=_KEPT)) / seconds

        rows.append(Row("kept connections, 8 clients: a second", *each(kept)))
    rows.append(Row("inetd ping without stand-ins, with them, ms", plain_start, our_start))
    return rows


def _lab(*arguments: str) -> str:
    done = subprocess.run([LAB, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"lab {' '.join(arguments)} failed.")
    return done.stdout


def of_release(release: str, directory: str | None, options: list[str]) -> list[Row]:
    """The rows of one release, on a lab that runs, or on one that is booted for it."""
    place = directory or tempfile.mkdtemp(prefix="slurmrest-costs-", dir="/var/tmp")
    where = ("--release", release, "--dir", place)
    try:
        if directory is None:
            os.rmdir(place)  # `lab up` makes it anew, readable by all
            _lab("up", *where, "--nodes", "0", "--jobs", "0")
        version = str(_VERSION.get(release, 42))
        said = _lab("exec", *where, "python3", os.path.abspath(__file__), "--here", version, *options)
        return [Row(*one) for one in json.loads(said)]
    finally:
        if directory is None:
            _lab("down", *where)


def show(found: dict[str, list[Row]]) -> None:
    """One table, a column for each release: the real server's figure, ours, and the ratio."""
    print("| |" + "".join(f" {release} |" for release in found))
    print("|---|" + "---|" * len(found))
    for lines in zip(*found.values()):
        cells = [f" {row.real:.4g} → {row.ours:.4g} ({row.ratio:.2f}) |" for row in lines]
        print(f"| {lines[0].what} |" + "".join(cells))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a ping costs beside the real slurmrestd, on each release.")
    parser.add_argument("--release", choices=RELEASES, help="that one alone")
    parser.add_argument("--lab", metavar="DIR", help="a lab of --release that runs")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load")
    parser.add_argument("--rounds", type=int, default=5, help="of each figure; pings are twenty times as many")
    parser.add_argument("--here", type=int, metavar="VERSION", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here is not None:
        print(json.dumps(measure(options.here, options.seconds, options.rounds)))
        return
    if options.lab and not options.release:
        parser.error("--lab needs --release")
    passed_on = ["--seconds", str(options.seconds), "--rounds", str(options.rounds)]
    releases = (options.release,) if options.release else RELEASES
    show({release: of_release(release, options.lab, passed_on) for release in releases})


if __name__ == "__main__":
    main()
