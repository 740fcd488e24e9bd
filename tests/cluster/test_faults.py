# SPDX-License-Identifier: GPL-2.0-or-later
"""The listener when something around it breaks: daemons, instances, clients. Every wait here has an end.

These tests stop daemons, so they boot a lab of their own, whatever else runs.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from sidebyside import lab as labs
from sidebyside import server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Server

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot a lab")
_MESSAGE_TIMEOUT = 4  # seconds that libslurm waits, in place of the lab's own
_BOUND = 30.0  # seconds within which each answer has to come: several times of what is needed


@pytest.fixture(scope="module")
def broken() -> Iterator[Lab]:
    """A lab whose daemons may be stopped; libslurm's patience is short there."""
    booted = labs.boot(nodes=0)
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".conf", dir="/var/tmp") as file:
            with open(booted.conf, encoding="utf-8") as source:
                text = source.read()
            file.write(re.sub(r"(?m)^MessageTimeout=.*", f"MessageTimeout={_MESSAGE_TIMEOUT}", text))
            file.flush()
            os.chmod(file.name, 0o644)
            yield booted._replace(variables={**booted.variables, "SLURM_CONF": file.name})
    finally:
        booted.down()


@pytest.fixture(scope="module")
def tell(broken: Lab) -> Callable[[str, str], None]:
    """Send a signal to a daemon of the lab."""

    def send(daemon: str, name: str) -> None:
        subprocess.run([labs.LAB, "signal", "--dir", broken.directory, daemon, name], check=True)

    return send


@pytest.fixture(scope="module")
def ask_for(broken: Lab) -> Callable[..., bytes]:
    """A request as alice."""
    token = broken.token("alice")

    def make(path: str = "/slurm/v0.0.38/ping", *headers: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: lab", "X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {token}"]
        return "\r\n".join([*lines, *headers]).encode() + b"\r\n\r\n"

    return make


@pytest.fixture
def listening(broken: Lab) -> Iterator[Callable[..., Server]]:
    """Starts listeners for tokens."""
    with contextlib.ExitStack() as stack:
        yield lambda **variables: stack.enter_context(server.ours(broken, "-a", "jwt", **variables))


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """What is done inside ends in time."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < _BOUND


@contextlib.contextmanager
def stopped(broken: Lab, daemon: str) -> Iterator[None]:
    """Without that daemon."""
    broken.stop(daemon)
    try:
        yield
    finally:
        broken.start(daemon)


class TestSlurmctld:
    def test_it_is_gone_and_comes_back(
        self, broken: Lab, listening: Callable[..., Server], ask_for: Callable[..., bytes]
    ) -> None:
        one = listening()
        with stopped(broken, "slurmctld"):
            with bounded():
                answer = one.ask(ask_for())
            assert answer.status == 500
            assert b'"errors"' in answer.body
        assert one.ask(ask_for()).status == 200

    def test_it_goes_between_two_requests(
        self, broken: Lab, listening: Callable[..., Server], ask_for: Callable[..., bytes]
    ) -> None:
        one = listening()
        with one.connect() as client:
            client.send(ask_for())
            assert client.answer().status == 200
            with stopped(broken, "slurmctld"), bounded():
                client.send(ask_for("/slurm/v0.0.38/jobs"))
                assert client.answer().status == 500
                assert client.at_end()

    def test_it_goes_in_the_middle_of_a_request(
        self,
        broken: Lab,
        listening: Callable[..., Server],
        ask_for: Callable[..., bytes],
        tell: Callable[[str, str], None],
    ) -> None:
        one = listening()
        tell("slurmctld", "STOP")
        try:
            with one.connect() as client, bounded():
                client.send(ask_for("/slurm/v0.0.38/jobs"))
                _until_in_libslurm(one)
                tell("slurmctld", "KILL")
                assert client.answer().status == 500
        finally:
            tell_quietly(tell, "slurmctld", "CONT")
            broken.start("slurmctld")
        assert one.ask(ask_for()).status == 200

    def test_it_is_slow(
        self, listening: Callable[..., Server], ask_for: Callable[..., bytes], tell: Callable[[str, str], None]
    ) -> None:
        one = listening(SLURMREST_INET_REQUEST_SECONDS="1")
        tell("slurmctld", "STOP")
        try:
            with bounded():
                answer = one.ask(ask_for("/slurm/v0.0.38/jobs"))
                assert (answer.status, answer.closes) == (500, True)
                # Who does not need it is not held up.
                assert one.ask(ask_for("/slurm/v0.0.38/nothing")).status == 404
        finally:
            tell("slurmctld", "CONT")
        with bounded():
            while one.ask(ask_for("/slurm/v0.0.38/jobs")).status != 200:  # it may still be slow
                time.sleep(0.1)

    def test_the_listener_ends_while_it_is_slow(
        self, listening: Callable[..., Server], ask_for: Callable[..., bytes], tell: Callable[[str, str], None]
    ) -> None:
        one = listening(SLURMREST_INET_DRAIN_SECONDS="1")
        tell("slurmctld", "STOP")
        try:
            with one.connect() as client, bounded():
                client.send(ask_for("/slurm/v0.0.38/jobs"))
                _until_in_libslurm(one)
                one.process.send_signal(signal.SIGTERM)
                assert client.answer().status == 500
                assert one.process.wait(_BOUND) == 0
        finally:
            tell("slurmctld", "CONT")

    def test_a_request_is_finished_while_the_listener_ends(
        self, listening: Callable[..., Server], ask_for: Callable[..., bytes], tell: Callable[[str, str], None]
    ) -> None:
        one = listening()
        tell("slurmctld", "STOP")
        try:
            with one.connect() as client, bounded():
                client.send(ask_for("/slurm/v0.0.38/jobs"))
                _until_in_libslurm(one)
                one.process.send_signal(signal.SIGTERM)
                one.wait_for("The listener ends")
                tell("slurmctld", "CONT")
                assert client.answer().status == 200
                assert one.process.wait(_BOUND) == 0
        finally:
            tell("slurmctld", "CONT")


def tell_quietly(tell: Callable[[str, str], None], daemon: str, name: str) -> None:
    with contextlib.suppress(subprocess.CalledProcessError):
        tell(daemon, name)


def _slurmctld_port(process: int) -> int:
    """SlurmctldPort of the slurm.conf that the process was started with."""
    with open(f"/proc/{process}/environ", encoding="utf-8") as file:
        (conf,) = (word.partition("=")[2] for word in file.read().split("\0") if word.startswith("SLURM_CONF="))
    with open(conf, encoding="utf-8") as file:
        (port,) = (line.partition("=")[2] for line in file.read().splitlines() if line.startswith("SlurmctldPort="))
    return int(port)


def _until_in_libslurm(one: Server) -> int:
    """The process id of the instance that has a TCP connection to slurmctld."""
    port = f":{_slurmctld_port(one.process.pid):04X}"
    limit = time.monotonic() + _BOUND
    while time.monotonic() < limit:
        with open("/proc/net/tcp", encoding="ascii") as file:
            fields = [line.split() for line in file]
        sockets = {f"socket:[{field[9]}]" for field in fields if field[2].endswith(port)}
        for process in one.children:
            with contextlib.suppress(OSError):
                if sockets & {os.readlink(f"/proc/{process}/fd/{fd}") for fd in os.listdir(f"/proc/{process}/fd")}:
                    return process
        time.sleep(0.01)
    raise AssertionError("no instance asks slurmctld")


def test_munged_is_gone(broken: Lab) -> None:
    data = b"GET /slurm/v0.0.38/jobs HTTP/1.1\r\nHost: lab\r\n\r\n"
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - others are to come to the socket
        with server.ours(broken, "-a", "local", f"unix:{folder}/s") as one:
            with stopped(broken, "munged"), server.unix(f"{folder}/s") as client, bounded():
                client.send(data)
                assert client.answer().status == 500
            with server.unix(f"{folder}/s") as client:
                client.send(data)
                assert client.answer().status == 200
            assert one.process.poll() is None


class TestInstances:
    def test_one_is_killed_in_the_middle_of_a_request(
        self, listening: Callable[..., Server], ask_for: Callable[..., bytes], tell: Callable[[str, str], None]
    ) -> None:
        one = listening()
        tell("slurmctld", "STOP")
        try:
            with one.connect() as client, bounded():
                client.send(ask_for("/slurm/v0.0.38/jobs"))
                process = _until_in_libslurm(one)
                os.kill(process, signal.SIGKILL)
                with contextlib.suppress(ConnectionResetError):
                    assert client.at_end()
                one.wait_for(rf"pid={process} source=127.0.0.1 died by signal 9")
        finally:
            tell("slurmctld", "CONT")
        assert one.ask(ask_for()).status == 200

    def test_a_place_is_wanted_in_the_middle_of_a_call(
        self, listening: Callable[..., Server], ask_for: Callable[..., bytes], tell: Callable[[str, str], None]
    ) -> None:
        """All places of one address hang in libslurm while another one waits: each gets its answer, and a place."""
        one = listening(SLURMRESTD_MAX_CONNECTIONS="3", SLURMREST_INET_EXEMPT_SOURCES="none")
        tell("slurmctld", "STOP")
        try:
            with contextlib.ExitStack() as stack, bounded():
                portal = [stack.enter_context(one.connect("127.0.0.2")) for _ in range(3)]
                for client in portal:
                    client.send(ask_for("/slurm/v0.0.38/jobs"))
                while sum(map(_has_client, one.children)) < len(portal):
                    time.sleep(0.01)
                other = stack.enter_context(one.connect("127.0.0.3"))
                other.send(ask_for())
                _until_in_libslurm(one)
                for process in filter(_has_client, one.children):
                    for _ in range(5):
                        os.kill(process, signal.SIGUSR1)  # as the listener does to who rests
                        time.sleep(0.02)
                tell("slurmctld", "CONT")
                answers = [client.answer() for client in portal]
                assert [answer.status for answer in answers] == [200] * 3
                assert any(answer.closes for answer in answers)
                assert other.answer().status == 200
        finally:
            tell("slurmctld", "CONT")

    def test_all_spares_are_killed(self, listening: Callable[..., Server], ask_for: Callable[..., bytes]) -> None:
        one = listening(SLURMREST_INET_SPARE_INSTANCES="3")
        for _ in range(3):
            for process in one.children:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            with contextlib.suppress(ConnectionResetError, server.wire.MalformedError):
                # A connection may meet a spare that dies just now; the next one does not.
                one.ask(ask_for())
        assert one.ask(ask_for()).status == 200


class TestClients:
    def test_one_byte_at_a_time(self, listening: Callable[..., Server], ask_for: Callable[..., bytes]) -> None:
        one = listening(SLURMREST_INET_HEAD_SECONDS="1")
        with one.connect() as client, bounded():
            for byte in ask_for():
                try:
                    client.send(bytes((byte,)))
                except OSError:
                    break
                time.sleep(0.1)
                if _readable(client.socket):
                    break
            assert client.answer().status == 408
        assert one.ask(ask_for()).status == 200

    def test_one_never_reads(self, listening: Callable[..., Server], ask_for: Callable[..., bytes]) -> None:
        one = listening(SLURMREST_INET_WRITE_SECONDS="1")
        with one.connect() as client, bounded():
            client.socket.settimeout(0.5)
            with contextlib.suppress(OSError):
                for _ in range(2000):
                    client.send(ask_for("/slurm/v0.0.38/partitions"))
            limit = time.monotonic() + _BOUND
            while any(map(_has_client, one.children)):
                assert time.monotonic() < limit
                time.sleep(0.05)
        assert one.ask(ask_for()).status == 200

    def test_resets(self, listening: Callable[..., Server], ask_for: Callable[..., bytes]) -> None:
        one = listening()
        for number in range(60):
            with one.connect() as client:
                client.send(ask_for()[: number * 7])
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert one.ask(ask_for()).status == 200

    def test_silent_ones_elsewhere(self, listening: Callable[..., Server], ask_for: Callable[..., bytes]) -> None:
        """A thousand of them, from ten sources."""
        one = listening()
        with contextlib.ExitStack() as stack, bounded():
            for number in range(1000):
                stack.enter_context(one.connect(f"127.0.1.{number % 10}"))
            for _ in range(5):
                assert one.ask(ask_for()).status == 200


def _readable(connection: socket.socket) -> bool:
    return bool(select.select([connection], [], [], 0)[0])


def _has_client(process: int) -> bool:
    """Whether it holds a TCP connection; a spare holds none."""
    try:
        with open(f"/proc/{process}/net/tcp", encoding="ascii") as file:
            inodes = {line.split()[9] for line in file.read().splitlines()[1:]}
        names = [os.readlink(f"/proc/{process}/fd/{number}") for number in os.listdir(f"/proc/{process}/fd")]
    except OSError:  # it has ended
        return False
    return any(name[len("socket:[") : -1] in inodes for name in names if name.startswith("socket:"))
