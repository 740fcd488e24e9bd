# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of all hosts share: recipes with other paths in them, daemons, and clients that read strictly.

Rule 1: a test runs the recipe that `contrib/` holds. Paths, ports and users are replaced in it, and each of these must
        stand there: a recipe that says something else than the test believes fails the test.
Rule 2: nobody waits for a time to pass, only for something to happen; PATIENCE is how long it may take at most.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from sidebyside import wire

import slurmrest_inet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

CONTRIB = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../contrib"))
PACKAGES = os.path.dirname(os.path.dirname(os.path.abspath(slurmrest_inet.__file__)))
PATIENCE = 30.0

PING = b"/slurm/v0.0.38/ping"
JOBS = b"/slurm/v0.0.38/jobs"


def recipe(name: str, replacements: Mapping[str, str]) -> str:
    """The text of contrib/`name` with each key replaced by its value."""
    with open(os.path.join(CONTRIB, name), encoding="utf-8") as file:
        text = file.read()
    for old, new in replacements.items():
        assert old in text, f"contrib/{name} does not hold {old!r}"
        text = text.replace(old, new)
    return text


def write(path: str, text: str, mode: int = 0o644) -> str:
    """Write a file; returns its path."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def program(folder: str, name: str, before: str) -> str:
    """An executable that is our program; the lines of `before` are run first. Returns its path."""
    lines = f"""#!{sys.executable} -I
import sys
sys.path.insert(0, {PACKAGES!r})
{before}
from slurmrest_inet.__main__ import main
sys.exit(main())
"""
    return write(os.path.join(folder, name), lines, 0o755)


def free_port() -> int:
    """A TCP port of loopback that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def until(happens: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until `happens` returns something true."""
    limit = time.monotonic() + patience
    while not happens():
        assert time.monotonic() < limit, f"{what} did not happen"
        time.sleep(0.02)


@contextlib.contextmanager
def daemon(argv: Sequence[str], *, address: str | int | None, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon in the foreground until the end of the block; `address` is a port or socket path that it listens on."""
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    try:
        until(lambda: process.poll() is not None or address is None or listens(address), f"start of {argv[0]}")
        assert process.poll() is None, f"{argv[0]} ended with {process.returncode}"
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def listens(address: str | int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1 or a socket path; nobody is connected to for it."""
    if isinstance(address, str):
        with open("/proc/net/unix", encoding="ascii") as file:
            # The flag __SO_ACCEPTCON of include/uapi/linux/net.h.
            return any(line.split()[3] == "00010000" and line.endswith(f" {address}\n") for line in file)
    with open("/proc/net/tcp", encoding="ascii") as file:
        return any(line.split()[1:4:2] == [f"0100007F:{address:04X}", "0A"] for line in file)


def connections(path: str) -> int:
    """How many connections to a socket path are open."""
    with open("/proc/net/unix", encoding="ascii") as file:
        # SS_CONNECTED; the accepting side bears the listener's path.
        return sum(line.split()[5] == "03" and line.endswith(f" {path}\n") for line in file)


def processes(word: str) -> list[int]:
    """All processes in whose command line `word` stands."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/cmdline", "rb") as file:
            if word.encode() in file.read():
                found.append(int(name))
    return found


def children(pid: int) -> list[int]:
    """The processes that `pid` has started and that still run."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def request(path: bytes = PING, *, token: str | None = None, user: str | None = None, close: bool = False) -> bytes:
    """A GET with the headers of slurm's REST authentication."""
    lines = [b"GET " + path + b" HTTP/1.1", b"Host: localhost"]
    if token is not None:
        lines.append(b"X-SLURM-USER-TOKEN: " + token.encode())
    if user is not None:
        lines.append(b"X-SLURM-USER-NAME: " + user.encode())
    if close:
        lines.append(b"Connection: close")
    return b"\r\n".join((*lines, b"", b""))


class Client:
    """One connection: to a port, to a path, or an open socket. `source` is the client's own address."""

    def __init__(self, address: str | int | socket.socket, source: str | None = None) -> None:
        if isinstance(address, socket.socket):
            self.socket = address
        elif isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(
                ("127.0.0.1", address), PATIENCE, (source, 0) if source is not None else None
            )
        self.unread = b""

    def __enter__(self) -> Client:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_exception: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self.socket.sendall(data)

    def answer(self) -> wire.Answer:
        """The next answer; raises wire.MalformedError when the connection ends before it is complete."""
        # A large answer comes in thousands of pieces: it is read from its start only when its last chunk may be there
        # (RFC 9112 section 7.1).
        seen = 0
        while not self._complete(seen) and self._more():
            seen = max(0, len(self.unread) - (1 << 20) - 5)
        answer, self.unread = wire.strict_one(self.unread)
        return answer

    def _complete(self, seen: int) -> bool:
        chunked = b"\r\ntransfer-encoding: chunked\r\n" in self.unread[:4096].lower()
        if chunked and self.unread.find(b"0\r\n\r\n", seen) < 0:
            return False
        try:
            answer, _ = wire.strict_one(self.unread)
        except wire.MalformedError:
            return False
        return answer.framing != "close"

    def get(self, path: bytes = PING, **how: object) -> wire.Answer:
        """Send a request and return its answer."""
        self.send(request(path, **how))  # type: ignore[arg-type]
        return self.answer()

    def rest(self) -> bytes:
        """All that comes until the other side closes."""
        while self._more():
            pass
        return self.unread

    def _more(self) -> bool:
        ready, _, _ = select.select([self.socket], [], [], PATIENCE)
        assert ready, f"silence after {self.unread[-200:]!r}"
        try:
            data = self.socket.recv(1 << 20)
        except ConnectionResetError:
            return False
        self.unread += data
        return bool(data)


def client_as(uid: int, gid: int, path: str) -> Client:
    """A connection of a user to a socket path; only its last folder must be one that the user may enter."""
    here, folder = os.open(".", os.O_PATH), os.open(os.path.dirname(path), os.O_PATH)
    try:
        os.fchdir(folder)
        # The socket's credentials are the effective ids at connect(2), see unix(7).
        os.setegid(gid)
        os.seteuid(uid)
        return Client(os.path.basename(path))
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.fchdir(here)
        os.close(here)
        os.close(folder)


class Syslog:
    """What has arrived at a syslog socket."""

    def __init__(self, path: str, receiver: socket.socket) -> None:
        self.path = path
        self._receiver = receiver
        self._lines: list[str] = []
        self._arrival = threading.Condition()

    def listen(self) -> None:
        """Read until `end` is called."""
        while True:
            data = self._receiver.recv(65536)
            if data == b"end of test":
                return
            with self._arrival:
                self._lines.append(data.decode())
                self._arrival.notify_all()

    def wait_for(self, text: str, patience: float = PATIENCE) -> str:
        """The first message that holds `text`, as soon as it is there."""
        with self._arrival:
            self._arrival.wait_for(lambda: any(text in line for line in self._lines), patience)
            found = [line for line in self._lines if text in line]
            assert found, f"no {text!r} in {self._lines}"
            return found[0]

    def end(self) -> None:
        """Make `listen` return."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"end of test", self.path)

    @property
    def text(self) -> str:
        """All messages so far."""
        with self._arrival:
            return "\n".join(self._lines)
