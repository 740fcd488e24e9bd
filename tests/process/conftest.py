# SPDX-License-Identifier: GPL-2.0-or-later
"""Real instances over real descriptors."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)  # pytest's importlib mode does not: the tests of this folder share wire.py

from running import LOCAL, Listener  # noqa: E402 - after the line above
from wire import PATIENCE, Answer, parse  # noqa: E402 - likewise


class Starter:
    """Starts instances and sees to it that none is left behind."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self, *, program: str = "instance.py", **options: Any) -> subprocess.Popen[bytes]:
        """Popen with pipes by default. Upper-case keywords are environment variables, `args` further arguments.

        command_line: a line for sh that starts "$0" "$@".
        """
        names = [name for name in options if name.isupper()]
        env = {
            "PATH": os.environ["PATH"],
            "SLURMRESTD_SECURITY": "disable_user_check",
            **{name: str(options.pop(name)) for name in names},
        }
        args = options.pop("args", ())
        for stream in ("stdin", "stdout", "stderr"):
            options.setdefault(stream, subprocess.PIPE)
        shell = options.pop("command_line", None)
        command = [sys.executable, "-I", os.path.join(HERE, program), *args]
        if shell:
            command = ["/bin/sh", "-c", shell, *command]
        process = subprocess.Popen(command, env=env, **options)
        self.started.append(process)
        return process

    def talk(self, data: bytes, **options: Any) -> tuple[list[Answer], str, int]:
        """Send `data` and the end of input through pipes; the answers, the log and the exit status."""
        process = self(**options)
        out, err = process.communicate(data, timeout=PATIENCE)
        return parse(out or b""), (err or b"").decode(), process.returncode


@pytest.fixture
def start() -> Iterator[Starter]:
    """The Starter of this test."""
    starter = Starter()
    yield starter
    for process in starter.started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture
def syslog(tmp_path: Path) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """A syslog socket: its path, and what has arrived there so far."""
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        lines: list[str] = []

        def listen() -> None:
            # The kernel queues few datagrams: a syslog that does not read would hold the writers up.
            while True:
                data = receiver.recv(65536)
                if data == b"end of test":
                    return
                lines.append(data.decode())

        listener = threading.Thread(target=listen)
        listener.start()

        def arrived() -> list[str]:
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(b"end of test", path)
            listener.join()
            return lines

        yield path, arrived
        arrived()


@pytest.fixture
def tcp() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a TCP connection on loopback: ours and the one for an instance."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname(), timeout=PATIENCE)
        served, _ = server.accept()
        with client, served:
            yield client, served


@pytest.fixture
def listen() -> Iterator[Callable[..., Listener]]:
    """Starts listeners and ends them."""
    started: list[Listener] = []

    def start(*args: str, **options: Any) -> Listener:
        started.append(Listener(*(args or (LOCAL,)), **options))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
            one.process.send_signal(signal.SIGTERM)
            try:
                one.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()
                raise
        assert one.process.stderr is not None
        one.process.stderr.close()
