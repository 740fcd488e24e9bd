# SPDX-License-Identifier: GPL-2.0-or-later
"""A listener that runs beside a test, and its clients."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from wire import PATIENCE, Answer, parse, read_all, request

from slurmrest_inet.serve.seats import Glance, Seats
from slurmrest_inet.serve.sources import RESTING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = os.path.dirname(os.path.abspath(__file__))
LOCAL = "127.0.0.1:0"
CLOSE = "Connection: close"


class Listener:
    """A running listener; its log is read as it comes."""

    def __init__(
        self, *args: str, processes: int | None = None, descriptors: int | str | None = None, **environ: str
    ) -> None:
        script = [sys.executable, os.path.join(HERE, "listening.py"), *args]
        env = {
            "PATH": os.environ["PATH"],
            "SLURMRESTD_SECURITY": "disable_user_check",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environ,
        }
        if processes is not None:
            script = ["prlimit", f"--nproc={processes}", *script]
        if descriptors is not None:
            script = ["prlimit", f"--nofile={descriptors}", *script]
        self.process = subprocess.Popen(
            script, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", start_new_session=True
        )
        self.log = ""

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> re.Match[str]:
        """The first match of `pattern` in the log; waits for it."""
        assert self.process.stderr is not None
        end = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.log)
            if found:
                return found
            descriptor = self.process.stderr.fileno()
            if not select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"{pattern!r} does not come: {self.log[-2000:]}")
            data = os.read(descriptor, 65536)
            if not data:
                raise AssertionError(f"the listener ended: {self.log[-2000:]}")
            self.log += data.decode()

    def read_log(self) -> str:
        """What is in the log by now."""
        with contextlib.suppress(AssertionError):
            self.wait_for("(?!)", 0)
        return self.log

    def port(self) -> int:
        return int(self.wait_for(r"Listening on \S*:(\d+)\.")[1])

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port()), PATIENCE, (source, 0))

    def ask(self, path: str, *headers: str, source: str = "127.0.0.1") -> Answer:
        with self.connect(source) as connection:
            connection.sendall(request(path, CLOSE, *headers))
            return whole(connection)

    def children(self) -> list[int]:
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def wanted(self) -> int:
        """How many instances are asked for their places."""
        return sum(wanted for _glance, wanted in self._seats())

    def rests_since(self, begin: float) -> bool:
        """Whether an instance has begun to rest after `begin`, of the clock that all processes have in common."""
        return any(glance.state == RESTING and glance.since >= begin for glance, _wanted in self._seats())

    def _seats(self) -> list[tuple[Glance, bool]]:
        """What each instance is about, and whether its place is wanted, as the listener itself sees it."""
        folder = f"/proc/{self.process.pid}/fd"
        for number in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):  # a connection that is closed meanwhile
                if os.readlink(f"{folder}/{number}").startswith("/memfd:seats"):
                    descriptor = os.open(f"{folder}/{number}", os.O_RDWR)
                    seats = Seats(0, descriptor)
                    os.close(descriptor)
                    return [(seats.look(one), seats.seat(one).wanted) for one in seats._free]
        raise AssertionError("the listener has no seats")

    def wait_until(self, what: Callable[[], Any]) -> None:
        end = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < end, self.read_log()[-2000:]
            time.sleep(0.01)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def whole(connection: socket.socket) -> Answer:
    """The one answer that comes before the other side closes."""
    (answer,) = parse(read_all(connection))
    return answer


def next_answer(connection: socket.socket) -> Answer:
    """The next answer of a connection that stays; it must come alone."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < int(
        re.search(rb"Content-Length: (\d+)", data)[1]  # type: ignore[index]
    ):
        piece = connection.recv(65536)
        assert piece, data
        data += piece
    (answer,) = parse(data)
    return answer


_BODY = b"x" * 10


def start_one(connection: socket.socket, path: str = "/pid") -> None:
    """Begin a request that lasts until `end_one`: its instance is busy, however slow this machine is."""
    connection.sendall(request(path, method="POST", body=_BODY)[: -len(_BODY)])


def end_one(connection: socket.socket) -> Answer:
    """The answer to a request that `start_one` began."""
    connection.sendall(_BODY)
    return next_answer(connection)


def unix(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(path)
    return connection


def sleeps(pid: int) -> bool:
    """Whether a process does nothing for a moment: it neither computes nor is woken."""
    before = _turns(pid)
    time.sleep(0.3)
    return _turns(pid) == before


def _turns(pid: int) -> list[str]:
    """Its processor time of both kinds, and how often it gave the processor up or lost it."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat, open(f"/proc/{pid}/status", encoding="utf-8") as status:
        switches = [line for line in status if "ctxt_switches" in line]
        return [*stat.read().rpartition(")")[2].split()[11:13], *switches]
