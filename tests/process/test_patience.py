# SPDX-License-Identifier: GPL-2.0-or-later
"""An answer that is waited for: whoever ends the wait, what was asked for is taken back, and only then."""

from __future__ import annotations

import signal
import socket
import struct
import time
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all, request

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Starter

CLOSE = "Connection: close"


def until(what: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


class Wish:
    """A file that an instance is asked for; what becomes of that stands in others beside it."""

    def __init__(self, folder: Path) -> None:
        self.granted = folder / "granted"
        self.request = request(f"/wish{self.granted}")
        self._asked, self._back = folder / "granted.asked", folder / "granted.back"

    def wait(self) -> None:
        """Until the instance has asked; no signal could end the process in the middle of that."""
        until(lambda: self._asked.exists() and self._asked.read_text() != "")
        assert self._asked.read_text() == "alone"

    @property
    def taken_back(self) -> bool:
        return self._back.exists()


@pytest.fixture
def wish(tmp_path: Path) -> Wish:
    return Wish(tmp_path)


def _ended(process: subprocess.Popen[bytes]) -> str:
    """Its log, when it has ended well."""
    assert process.wait(PATIENCE) == 0
    log = process.stderr.read().decode()
    assert "Traceback" not in log
    return log


def _over(start: Starter, kind: str) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """An instance and the other end of its socket."""
    if kind == "tcp":
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = socket.create_connection(listener.getsockname(), PATIENCE)
            served, _ = listener.accept()
    else:
        client, served = socket.socketpair()
        client.settimeout(PATIENCE)
    process = start(stdin=served, stdout=served)
    served.close()
    return process, client


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_that_it_comes_later(kind: str, start: Starter, wish: Wish) -> None:
    """After longer than REQUEST_SECONDS; the next request of the connection is answered after it."""
    process, client = _over(start, kind)
    with client:
        client.sendall(wish.request + request("/echo/a", CLOSE))
        wish.wait()
        wish.granted.touch()
        first, second = parse(read_all(client))
    assert (first.status, first.body, second.body) == (200, b"granted", b"GET a 0")
    assert not wish.taken_back
    _ended(process)


def test_that_a_request_s_deadline_is_none_of_its(start: Starter, wish: Wish) -> None:
    """Neither of the wait nor of a step of it: the guard is armed for a day."""
    wish.granted.touch()
    _, log, _ = start.talk(wish.request, args=["trace"], SLURMREST_INET_REQUEST_SECONDS=1)
    armed = [line.split()[2] for line in log.splitlines() if line.startswith("armed")]
    assert armed == ["1.0", "86400.0"]


def test_that_the_end_of_a_pipe_is_no_farewell(start: Starter, wish: Wish) -> None:
    process = start()
    process.stdin.write(wish.request)
    process.stdin.close()
    wish.wait()
    time.sleep(0.5)
    wish.granted.touch()
    (answer,) = parse(process.stdout.read())
    assert answer.body == b"granted"
    _ended(process)


def test_that_half_a_unix_socket_is_a_client(start: Starter, wish: Wish) -> None:
    process, client = _over(start, "unix")
    with client:
        client.sendall(wish.request)
        client.shutdown(socket.SHUT_WR)
        wish.wait()
        time.sleep(0.5)
        wish.granted.touch()
        (answer,) = parse(read_all(client))
    assert answer.body == b"granted"
    _ended(process)


@pytest.mark.parametrize("way", ["tcp", "tcp-half", "tcp-reset", "tcp-more", "unix", "pipe"])
def test_a_client_that_goes(way: str, start: Starter, wish: Wish) -> None:
    if way == "pipe":
        process = start()
        process.stdin.write(wish.request)
        process.stdin.flush()
        wish.wait()
        process.stdout.close()
    else:
        process, client = _over(start, way.partition("-")[0])
        client.sendall(wish.request + (request("/echo/a") if way == "tcp-more" else b""))
        wish.wait()
        if way == "tcp-reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if way == "tcp-half":
            client.shutdown(socket.SHUT_WR)
            process.wait(PATIENCE)
        client.close()
    log = _ended(process)
    assert wish.taken_back
    assert "status=499 bytes=0" in log
    assert 'why="the client is gone: taken back"' in log


def test_a_client_that_goes_before_it_is_told(start: Starter, wish: Wish) -> None:
    """It is granted while it is asked for once more, and nobody is there to hear it."""
    held = wish.granted.with_suffix(".held")
    held.touch()
    wish.granted.touch()
    process = start()
    process.stdin.write(wish.request)
    process.stdin.flush()
    assert process.stderr.readline() == b"holding back\n"
    process.stdout.close()
    held.unlink()
    assert 'why="the client is gone: taken back"' in _ended(process)
    assert wish.taken_back


def test_that_a_host_that_vanished_is_missed(start: Starter, wish: Wish) -> None:
    """It says nothing more, so the kernel has to ask: a minute after the last byte, and some times then."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname(), PATIENCE)
        served, _ = listener.accept()
    with client, served:
        process = start(stdin=served, stdout=served)
        assert not served.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        client.sendall(wish.request)
        wish.wait()
        assert served.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        assert [served.getsockopt(socket.IPPROTO_TCP, option) for option in options] == [60, 15, 4]
        client.shutdown(socket.SHUT_RDWR)
    _ended(process)


def test_a_fault_of_ours(start: Starter, wish: Wish) -> None:
    process = start()
    process.stdin.write(wish.request)
    process.stdin.close()
    wish.wait()
    wish.granted.with_suffix(".broken").touch()
    (answer,) = parse(process.stdout.read())
    assert answer.status == 500
    assert wish.taken_back
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal(number: int, start: Starter, wish: Wish) -> None:
    process = start()
    process.stdin.write(wish.request)
    process.stdin.flush()
    wish.wait()
    process.send_signal(number)
    (answer,) = parse(process.stdout.read())
    assert answer.status == 503
    assert 'why="asked to end: taken back"' in _ended(process)
    assert wish.taken_back


def test_a_deadline_of_its_own(start: Starter, wish: Wish) -> None:
    began = time.monotonic()
    answers, log, _ = start.talk(wish.request, SLURMREST_INET_ALLOCATE_SECONDS="0.7")
    assert [(answer.status, answer.body) for answer in answers] == [(500, b"too late")]
    assert 0.7 < time.monotonic() - began < PATIENCE
    assert wish.taken_back
    assert 'why="taken back"' in log


def test_that_nobody_is_asked_all_the_time(start: Starter, wish: Wish) -> None:
    """The questions become rarer: some in the first seconds, and not hundreds."""
    process = start(args=["trace"])
    process.stdin.write(wish.request)
    process.stdin.close()
    wish.wait()
    time.sleep(2.5)
    wish.granted.touch()
    process.stdout.read()
    questions = [line for line in _ended(process).splitlines() if line.startswith("armed") and " 86400.0 " in line]
    assert 5 < len(questions) < 15
