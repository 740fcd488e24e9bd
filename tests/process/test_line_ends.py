# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a bare line feed ends a line: on channels that nobody else reads, and never on those that can be reached."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Starter

REQUEST = b"GET /echo/a HTTP/1.1\nHost: lab\nConnection: close\n\n"
REFUSED = (400, b"Lines must end in CRLF")
ANSWERED = (200, b"GET a 0")


def _ask(start: Starter, ours: socket.socket, theirs: socket.socket, **options: str) -> tuple[int, bytes, int]:
    with ours, theirs:
        process = start(stdin=theirs, stdout=theirs, **options)
        theirs.close()
        ours.settimeout(PATIENCE)
        ours.sendall(REQUEST)
        (answer,) = parse(read_all(ours))
    return answer.status, answer.body, process.wait(PATIENCE)


def _accepted(address: str | bytes, *, named: bool = False) -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection to a bound unix socket; named: the client is bound as well."""
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(address)
        server.listen()
        if named:
            client.bind(f"{address!s}.client")
        client.connect(address)
        return client.dup(), server.accept()[0]


class TestTaken:
    @pytest.mark.parametrize("end", [b"", b"\n"])
    def test_on_a_pipe(self, start: Starter, end: bytes) -> None:
        data = b"POST /echo/b HTTP/1.1\nContent-Type: text/plain\r\nContent-Length: 4\n\n1\n2\n" + end
        answers, log, status = start.talk(data + REQUEST)
        assert [answer.body for answer in answers] == [b"POST b 4", b"GET a 0"], log
        assert status == 0

    def test_from_the_shell(self, start: Starter) -> None:
        line = """printf '%s\\n' 'GET /echo/a HTTP/1.1' 'Host: lab' '' | "$0" "$@" """
        answers, log, status = start.talk(b"", command_line=line)
        assert [answer.body for answer in answers] == [b"GET a 0"], log
        assert status == 0

    def test_in_a_file(self, start: Starter, tmp_path: Path) -> None:
        (tmp_path / "in").write_bytes(REQUEST)
        with open(tmp_path / "in", "rb") as source:
            answers, _, status = start.talk(None, stdin=source)  # type: ignore[arg-type]
        assert ([answer.body for answer in answers], status) == ([b"GET a 0"], 0)

    def test_on_a_pair_of_sockets(self, start: Starter) -> None:
        """As sshd gives them to a command."""
        assert _ask(start, *socket.socketpair()) == (*ANSWERED, 0)


class TestRefused:
    def test_on_tcp(self, start: Starter, tcp: tuple[socket.socket, socket.socket]) -> None:
        assert _ask(start, *tcp) == (*REFUSED, 1)

    @pytest.mark.parametrize("named", [False, True])
    def test_on_a_bound_unix_socket(self, start: Starter, tmp_path: Path, named: bool) -> None:
        assert _ask(start, *_accepted(str(tmp_path / "socket"), named=named)) == (*REFUSED, 1)

    def test_on_an_abstract_unix_socket(self, start: Starter) -> None:
        assert _ask(start, *_accepted(b"\0slurmrest-inet-%d" % os.getpid())) == (*REFUSED, 1)

    def test_behind_a_wrapper(self, start: Starter) -> None:
        """stunnel hands on what came over a network, and perhaps through a proxy."""
        assert _ask(start, *socket.socketpair(), REMOTE_HOST="192.0.2.1") == (*REFUSED, 1)
        answers, _, status = start.talk(REQUEST, REMOTE_HOST="192.0.2.1")
        assert ([answer.body for answer in answers], status) == ([REFUSED[1]], 1)
