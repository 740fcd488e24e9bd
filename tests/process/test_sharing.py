# SPDX-License-Identifier: GPL-2.0-or-later
"""Places are shared out: one source has all of them while nobody else comes, and gives some back when somebody does.

The addresses 127.0.0.* are sources like any other here. Nothing depends on how fast this machine is: a busy instance is
one whose request is not complete (start_one), one rests when its seat says so, which is after its client has read the
answer, and what has to happen is waited for.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from running import CLOSE, LOCAL, end_one, next_answer, sleeps, start_one, unix, whole
from wire import PATIENCE, parse, read_all, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from running import Listener

COUNTED = {"SLURMREST_INET_EXEMPT_SOURCES": "none", "SLURMREST_INET_SPARE_INSTANCES": "1"}
PORTAL, OTHER, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"


@pytest.fixture
def held() -> Iterator[contextlib.ExitStack]:
    """Connections that are closed at the end of a test."""
    with contextlib.ExitStack() as stack:
        yield stack


def keep(one: Listener, held: contextlib.ExitStack, count: int, source: str = PORTAL) -> list[socket.socket]:
    """Connections that have had an answer and rest, the longest resting first."""
    connections = []
    for _ in range(count):
        connections.append(held.enter_context(one.connect(source)))
        assert are_open(one, connections[-1])
    return connections


def busy(one: Listener, held: contextlib.ExitStack, count: int, source: str = PORTAL) -> list[socket.socket]:
    """Connections whose instances wait for the rest of a request, the longest waiting first."""
    connections = []
    for _ in range(count):
        connection = held.enter_context(one.connect(source))
        start_one(connection)
        expected = len(connections) + 1
        connections.append(connection)
        one.wait_until(lambda expected=expected: with_client(one) >= expected)
    return connections


def with_client(one: Listener) -> int:
    """How many children have the client's socket and no channel to the listener any more; spares have a channel."""
    count = 0
    for child in one.children():
        with contextlib.suppress(OSError):
            links = [os.readlink(f"/proc/{child}/fd/{number}") for number in os.listdir(f"/proc/{child}/fd")]
            sockets = {link[len("socket:[") : -1] for link in links if link.startswith("socket:")}
            count += any(f" {inode} " in line for line in tcp_lines() for inode in sockets)
    return count


def tcp_lines() -> list[str]:
    with open("/proc/net/tcp", encoding="ascii") as file:
        return file.readlines()[1:]


def one_ends(connections: list[socket.socket]) -> socket.socket:
    """Wait until one of them is closed, not reset, by the server, and take it out of the list."""
    ready, _, _ = select.select(connections, [], [], PATIENCE)
    (ended,) = ready
    assert ended.recv(10) == b""
    connections.remove(ended)
    return ended


def are_open(one: Listener, *connections: socket.socket) -> bool:
    """Whether each answers; then all rest, in that order."""
    return all(_is_open(one, connection) for connection in connections)


def _is_open(one: Listener, connection: socket.socket) -> bool:
    begin = time.monotonic()
    connection.sendall(request("/pid"))
    status = next_answer(connection).status
    one.wait_until(lambda: one.rests_since(begin))
    return status == 200


class TestFair:
    def test_a_hundred_kept_connections_of_one_address(self, listen: Any, held: contextlib.ExitStack) -> None:
        """A lone source has all places; a second one gets one at once, from the connection that has rested longest."""
        one = listen(LOCAL, "--max-connections", "100", **COUNTED)
        portal = keep(one, held, 100)
        assert are_open(one, *portal, portal[0])  # so the second one has rested for the longest time
        assert one.ask("/pid", source=OTHER).status == 200
        assert portal[1].recv(10) == b""  # closed, not reset
        assert are_open(one, portal[0], *portal[2:])
        log = one.read_log()
        assert "refused" not in log
        assert "not served" not in log

    def test_a_second_source_that_keeps_connections_gets_half(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "6", **COUNTED)
        portal = keep(one, held, 6)
        other = []
        for _ in range(3):
            other += keep(one, held, 1, OTHER)
            one_ends(portal)
        assert are_open(one, *portal, *other)
        # Now both have as many: who comes next gives up what rests of his own.
        (fourth,) = keep(one, held, 1, OTHER)
        one_ends(other)
        assert are_open(one, *portal, *other, fourth)

    def test_the_turn_comes_at_the_end_of_the_next_request(self, listen: Any, held: contextlib.ExitStack) -> None:
        """Which request ends first is not known; its answer says that it is the last, and no other connection ends."""
        one = listen(LOCAL, "--max-connections", "8", **COUNTED)
        portal = busy(one, held, 8)
        with one.connect(OTHER) as other:
            other.sendall(request("/pid", CLOSE))
            one.wait_until(lambda: one.wanted() == len(portal))
            answer = end_one(portal[3])
            assert (answer.status, answer.headers.get("connection")) == (200, "close")
            assert portal[3].recv(10) == b""
            assert whole(other).status == 200
        rest = [connection for connection in portal if connection is not portal[3]]
        one.wait_until(lambda: with_client(one) == len(rest) and not one.wanted())
        for connection in rest:
            answer = end_one(connection)
            assert (answer.status, answer.headers.get("connection")) == (200, None)
        assert are_open(one, *rest)

    def test_an_answer_that_has_begun_is_finished(
        self, listen: Any, held: contextlib.ExitStack, tmp_path: Path
    ) -> None:
        one = listen(LOCAL, "--max-connections", "2", **COUNTED)
        portal = [held.enter_context(one.connect(PORTAL)) for _ in range(2)]
        for connection in portal:
            connection.sendall(request(f"/until{tmp_path}/awake"))
        one.wait_for("asleep(.|\n)*asleep")
        with one.connect(OTHER) as other:
            other.sendall(request("/pid", CLOSE))
            one.wait_until(one.wanted)
            (tmp_path / "awake").touch()
            assert whole(other).status == 200
        answers = [next_answer(connection) for connection in portal]
        assert [answer.body for answer in answers] == [b"awake"] * 2
        # One of them had been asked by then, or both.
        assert [answer.headers.get("connection") for answer in answers].count("close") >= 1

    def test_nobody_is_reset_inside_a_request(self, listen: Any, held: contextlib.ExitStack) -> None:
        """A portal that never rests loses connections between its requests only, while others come and go."""
        one = listen(LOCAL, "--max-connections", "4", **COUNTED)
        portal = Restless(one, 4)
        try:
            # The log is read all the time: it has a line for each answer, and a full pipe holds instances up.
            one.wait_until(lambda: one.read_log() and portal.answers >= 40)
            for number in range(30):
                assert one.ask("/pid", source=f"127.0.1.{number + 1}").status == 200
                one.read_log()
            before = portal.answers
            one.wait_until(lambda: one.read_log() and portal.answers >= before + 40)
        finally:
            portal.end()
        assert portal.faults == []
        assert portal.ended > 0  # it was asked for places
        assert portal.unheard <= portal.ended

    def test_what_has_come_is_answered(self, listen: Any, held: contextlib.ExitStack) -> None:
        """Requests that follow each other without a pause on the connection that is asked to leave."""
        one = listen(LOCAL, "--max-connections", "2", **COUNTED)
        portal = busy(one, held, 2)
        with one.connect(OTHER) as other:
            other.sendall(request("/pid", CLOSE))
            one.wait_until(lambda: one.wanted() == len(portal))
            portal[1].sendall(b"x" * 10 + request("/pid"))
            # The second request stands behind an answer that closes: it is not answered, and the first one is whole.
            (answer,) = parse(read_all(portal[1]))
            assert answer.headers["connection"] == "close"
            assert whole(other).status == 200
        assert end_one(portal[0]).status == 200

    def test_who_waits_for_an_answer_gives_way(self, listen: Any, held: contextlib.ExitStack) -> None:
        """What it waits for is taken back; an answer may take days (job/allocate)."""
        one = listen(LOCAL, "--max-connections", "3", **COUNTED)
        portal = [held.enter_context(one.connect(PORTAL)) for _ in range(3)]
        for connection in portal:
            connection.sendall(request("/never"))
        one.wait_until(lambda: with_client(one) == len(portal))
        assert one.ask("/pid", source=OTHER).status == 200
        ready, _, _ = select.select(portal, [], [], PATIENCE)
        answer = whole(ready[0])
        assert (answer.status, answer.headers["retry-after"], answer.headers["connection"]) == (503, "60", "close")
        assert "its place is needed: taken back" in one.read_log()
        assert one.ask("/pid", source=OTHER).status == 200
        assert len(select.select(portal, [], [], 0)[0]) == 1

    def test_the_own_resting_connection_gives_way(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "3", **COUNTED)
        portal = keep(one, held, 3)
        new = keep(one, held, 1)
        one_ends(portal)
        assert are_open(one, *portal, *new)
        assert "refused" not in one.read_log()

    def test_who_has_all_places_and_uses_them_is_refused_more(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "3", **COUNTED)
        portal = busy(one, held, 3)
        answer = one.ask("/pid", source=PORTAL)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert [end_one(connection).headers.get("connection") for connection in portal] == [None] * 3

    def test_an_only_connection_is_the_last_to_give_way(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "3", **COUNTED)
        (only,) = keep(one, held, 1, THIRD)
        keep(one, held, 2)
        assert one.ask("/pid", source=OTHER).status == 200
        assert are_open(one, only)

    def test_who_leaves_while_it_waits(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "2", **COUNTED)
        portal = busy(one, held, 2)
        gone = one.connect(OTHER)
        gone.sendall(request("/pid"))
        one.wait_until(one.wanted)
        gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        gone.close()  # by a reset
        one.wait_until(lambda: not one.wanted())  # nobody waits any longer
        assert [end_one(connection).headers.get("connection") for connection in portal] == [None] * 2
        assert are_open(one, *portal)

    def test_local_users_and_addresses(self, listen: Any, held: contextlib.ExitStack, tmp_path: Path) -> None:
        """A unix socket's client gets a place from the network, and the other way round."""
        one = listen(LOCAL, f"unix:{tmp_path}/s", "--max-connections", "4", "-a", "local,jwt", **COUNTED)
        portal = keep(one, held, 4)
        for _ in range(2):
            user = held.enter_context(unix(f"{tmp_path}/s"))
            user.sendall(request("/who"))
            assert next_answer(user).status == 200
            one_ends(portal)
        assert one.ask("/pid", source=OTHER).status == 200

    def test_after_a_reload(self, listen: Any, held: contextlib.ExitStack) -> None:
        """The new listener finds the seats of its instances again."""
        one = listen(LOCAL, "--max-connections", "3", **COUNTED)
        portal = keep(one, held, 3)
        for count in (1, 2):
            one.process.send_signal(signal.SIGHUP)
            one.wait_until(lambda count=count: one.read_log().count("Listening on") == count + 1)
        assert one.ask("/pid", source=OTHER).status == 200
        one_ends(portal)
        assert are_open(one, *portal)

    def test_who_waits_for_a_turn_when_the_listener_ends(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, "--max-connections", "2", **COUNTED)
        portal = busy(one, held, 2)
        with one.connect(OTHER) as other:
            other.sendall(request("/pid", CLOSE))
            one.wait_until(one.wanted)
            one.process.send_signal(signal.SIGTERM)
            assert whole(other).status == 503
        for connection in portal:
            connection.close()
        assert one.process.wait(PATIENCE) == 0

    def test_the_signal_for_instances_does_nothing_to_others(self, listen: Any, held: contextlib.ExitStack) -> None:
        one = listen(LOCAL, **COUNTED)
        (connection,) = keep(one, held, 1)
        (waiting,) = busy(one, held, 1)
        everybody = (one.process.pid, *one.children())
        for process in everybody:
            for _ in range(3):
                os.kill(process, signal.SIGUSR1)
        for process in everybody:
            one.wait_until(lambda process=process: sleeps(process))  # whoever was woken sleeps again
        assert are_open(one, connection)
        assert end_one(waiting).status == 200
        assert "Traceback" not in one.read_log()


class Restless:
    """Clients of one address that ask again as soon as they have an answer, each on a connection that it keeps."""

    def __init__(self, one: Listener, count: int) -> None:
        self.answers = 0
        self.ended = 0  # connections that the server ended
        self.unheard = 0  # requests that met the end of a connection; they were asked again
        self.faults: list[str] = []
        self._one = one
        self._end = False
        one.port()  # from now on it is known, and no two threads wait for the same line of the log
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._end = True
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._end:
            try:
                with self._one.connect(PORTAL) as connection:
                    self._talk(connection)
            except (OSError, AssertionError, ValueError) as error:  # noqa: PERF203 - a turn is a connection
                self.faults.append(repr(error))

    def _talk(self, connection: socket.socket) -> None:
        while not self._end:
            connection.sendall(request("/pid"))
            data = b""
            while not data.endswith(b"\r\n\r\n") and len(data.partition(b"\r\n\r\n")[2]) == 0:
                piece = connection.recv(65536)
                if not piece:
                    assert not data, data
                    self.unheard += 1
                    self.ended += 1
                    return
                data += piece
            (answer,) = parse(data)
            if answer.status == 503:
                time.sleep(0.05)  # another of its own came first
                return
            assert answer.status == 200
            self.answers += 1
            if answer.headers.get("connection") == "close":
                self.ended += 1
                return


class TestCredentials:
    """Behind one address are many users: what some of them do wrong costs the others nothing."""

    USER = ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: a.b.c")

    def test_wrong_ones_delay_nobody(self, listen: Any) -> None:
        one = listen(LOCAL, "-a", "jwt", **COUNTED)
        for _ in range(20):
            assert one.ask("/who", source=PORTAL).status == 401
            assert one.ask("/who", *self.USER, source=PORTAL).status == 200
        assert "not served" not in one.read_log()

    def test_other_misdeeds_delay_nobody(self, listen: Any) -> None:
        one = listen(LOCAL, SLURMREST_INET_HEAD_SECONDS="0.1", **COUNTED)
        for _ in range(3):
            with one.connect(PORTAL) as connection:
                connection.sendall(b"rubbish\r\n\r\n")
                assert whole(connection).status == 400
            with one.connect(PORTAL) as connection:
                connection.sendall(b"GET / HT")
                assert whole(connection).status == 408
            with one.connect(PORTAL) as connection:
                connection.sendall(request("/die/SIGSEGV"))
                assert connection.recv(10) == b""
            one.wait_for("died by signal 11")
            assert one.ask("/pid", source=PORTAL).status == 200
        assert "not served" not in one.read_log()
