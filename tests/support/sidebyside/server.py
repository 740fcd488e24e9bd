# SPDX-License-Identifier: GPL-2.0-or-later
"""The two programs in listening mode: ours and the real slurmrestd, started in the same way, and clients for them.

Rule 1: whoever starts a server ends it, by its process id.
Rule 2: only loopback and unix sockets.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from sidebyside import wire
from sidebyside.lab import SLURMRESTD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from sidebyside.lab import Lab

PATIENCE = 60.0


class Server:
    """A server in listening mode; `port` is its TCP port on 127.0.0.1, if it has one."""

    def __init__(self, argv: Sequence[str], environment: dict[str, str], **options: object) -> None:
        # A file never makes a server wait for us to read.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self.process = subprocess.Popen(
            argv, env=environment, cwd="/", stdin=subprocess.DEVNULL, stderr=self._log, **options
        )
        self.port = 0
        self.log = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.end()

    def end(self) -> None:
        """End it, at once if it takes longer."""
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(PATIENCE / 3)
                except subprocess.TimeoutExpired:
                    continue
        self._log.close()

    @property
    def children(self) -> list[int]:
        """The process ids of its children, which are its instances."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def wait_for(self, pattern: str, seconds: float = PATIENCE) -> re.Match[str]:
        """The first match of `pattern` in the log; waits for it."""
        limit = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            self.log = os.pread(self._log.fileno(), 1 << 24, 0).decode(errors="replace")
            found = re.search(pattern, self.log)
            if found:
                return found
            if ended or time.monotonic() > limit:
                raise AssertionError(f"{pattern!r} does not come: {self.log[-2000:]}")
            time.sleep(0.01)

    def connect(self, source: str = "127.0.0.1") -> Client:
        """A new connection from an address of this machine."""
        return Client(socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0)))

    def ask(self, data: bytes, source: str = "127.0.0.1") -> wire.Answer:
        """The answer to one request on a connection of its own."""
        with self.connect(source) as client:
            client.send(data)
            return client.answer()


class Client:
    """One connection, which reads strictly."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        self.socket.sendall(data)

    def answer(self) -> wire.Answer:
        """The next answer; raises wire.MalformedError if the connection ends before it is whole."""
        while True:
            try:
                answer, rest = wire.strict_one(self._unread)
            except wire.MalformedError:  # noqa: PERF203 - a turn waits for a client
                if not self._more():
                    raise
            else:
                if answer.framing != "close" or not self._more():
                    self._unread = rest
                    return answer

    def at_end(self) -> bool:
        """Whether the server closes now and has said nothing more."""
        return not self._more() and not self._unread

    def _more(self) -> bool:
        data = self.socket.recv(1 << 20)
        self._unread += data
        return bool(data)


def unix(path: str) -> Client:
    """A connection to a unix socket."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(PATIENCE)
    connection.connect(path)
    return Client(connection)


def ours(lab: Lab, *options: str, **variables: str) -> Server:
    """Our listener on a free port (or on the addresses among `options`), as the lab's service user."""
    command = [sys.executable, "-m", "slurmrest_inet", "-u", lab.user]
    addressed = any(word.startswith("unix:") or (word[-1:].isdigit() and ":" in word) for word in options)
    environment = {**lab.environment, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    server = Server([*command, *options, *([] if addressed else ["127.0.0.1:0"])], environment)
    try:
        server.wait_for("Listening on")
        if not addressed:
            server.port = int(server.wait_for(r"Listening on 127\.0\.0\.1:(\d+)")[1])
    except AssertionError:
        server.end()
        raise
    return server


def real(lab: Lab, *options: str) -> Server:
    """The real slurmrestd for tokens on a free port; its log is thrown away."""
    import pwd  # noqa: PLC0415 - the bench measures children of a small process

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    account = pwd.getpwnam(lab.user)
    ids = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [SLURMRESTD, "-a", "rest_auth/jwt", *options, f"127.0.0.1:{port}"]
    server = Server(command, {**lab.environment, "SLURM_JWT": "daemon"}, **ids)
    server.port = port
    limit = time.monotonic() + PATIENCE
    while True:
        try:
            server.connect().socket.close()
        except OSError:  # noqa: PERF203 - a turn waits for a server
            if time.monotonic() > limit or server.process.poll() is not None:
                server.end()
                raise
            time.sleep(0.05)
        else:
            return server
