# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is on the other side, by descriptor and environment; and that an instance acts on it."""

from __future__ import annotations

import os
import pty
import socket
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all, request

from slurmrest_inet.auth.peer import FILE, INET, OTHER, PIPE, TTY, UNIX, Peer
from slurmrest_inet.serve.peer import look

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Starter

OWN = os.geteuid()
needs_root = pytest.mark.skipif(OWN != 0, reason="needs to change users")


class TestLook:
    def test_pipe(self) -> None:
        ours, theirs = os.pipe()
        assert look(ours, {}) == Peer(PIPE, OWN, 0o010600, OWN, "-")
        os.close(ours)
        os.close(theirs)

    def test_file(self, tmp_path: Path) -> None:
        (tmp_path / "in").touch(mode=0o640)
        with open(tmp_path / "in", "rb") as source:
            assert look(source.fileno(), {}) == Peer(FILE, OWN, 0o100640, OWN, "-")

    def test_terminal(self) -> None:
        master, slave = pty.openpty()
        peer = look(slave, {})
        assert (peer.kind, peer.uid, peer.name) == (TTY, OWN, f"uid:{OWN}")
        os.close(master)
        os.close(slave)

    def test_folder(self) -> None:
        descriptor = os.open("/", os.O_RDONLY)
        assert look(descriptor, {}).kind == OTHER
        os.close(descriptor)

    def test_socketpair(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            assert look(theirs.fileno(), {}) == Peer(UNIX, OWN, 0, OWN, f"uid:{OWN}")
            theirs.getsockname()  # the descriptor is still open

    def test_tcp(self, tcp: tuple[socket.socket, socket.socket]) -> None:
        client, served = tcp
        port = client.getsockname()[1]
        # The kernel knows better than the environment.
        assert look(served.fileno(), {"REMOTE_ADDR": "203.0.113.9"}) == Peer(INET, None, 0, OWN, f"127.0.0.1:{port}")

    @pytest.mark.parametrize(
        ("server", "client", "name"), [("::1", "::1", "[::1]:"), ("::", "127.0.0.1", "127.0.0.1:")]
    )
    def test_tcp6(self, server: str, client: str, name: str) -> None:
        with socket.socket(socket.AF_INET6) as listener:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.bind((server, 0))
            listener.listen()
            with socket.create_connection((client, listener.getsockname()[1])) as ours, listener.accept()[0] as served:
                assert look(served.fileno(), {}).name == f"{name}{ours.getsockname()[1]}"

    @pytest.mark.parametrize(
        ("environ", "name"),
        [
            ({"REMOTE_ADDR": "192.0.2.1", "REMOTE_PORT": "7"}, "192.0.2.1:7"),
            ({"REMOTE_ADDR": "2001:db8::1", "REMOTE_PORT": "7"}, "[2001:db8::1]:7"),
            ({"REMOTE_HOST": "client.example"}, "client.example:-"),
            ({"TCPREMOTEIP": "192.0.2.1", "TCPREMOTEPORT": "7"}, "192.0.2.1:7"),
        ],
    )
    def test_network_client_behind_a_wrapper(self, environ: dict[str, str], name: str) -> None:
        # A TLS wrapper hands over a pipe or a socketpair of our own user: that is no proof of who the client is.
        ours, theirs = os.pipe()
        assert look(ours, environ) == Peer(INET, None, 0, OWN, name)
        os.close(ours)
        os.close(theirs)
        first, second = socket.socketpair()
        with first, second:
            assert look(first.fileno(), environ) == Peer(INET, None, 0, OWN, name)

    @pytest.mark.parametrize("address", ["/run/client", "@abstract", ""])
    def test_systemd_names_unix_clients_too(self, address: str) -> None:
        first, second = socket.socketpair()
        with first, second:
            assert look(first.fileno(), {"REMOTE_ADDR": address}).kind == UNIX


class TestInstance:
    def who(self, start: Starter, *headers: str, **options: object) -> bytes:
        ours, theirs = socket.socketpair()
        ours.settimeout(PATIENCE)
        with ours, theirs:
            start(stdin=theirs, stdout=theirs, **options)
            theirs.close()
            ours.sendall(request("/who", *headers))
            ours.shutdown(socket.SHUT_WR)
            (answer,) = parse(read_all(ours))
        assert answer.status in (200, 401)
        return answer.body

    def test_pipe(self, start: Starter) -> None:
        answers, _, _ = start.talk(request("/who"))
        assert answers[0].body == b"rest_auth/local None pipe"

    def test_socketpair(self, start: Starter) -> None:
        assert self.who(start) == b"rest_auth/local None unix"

    def test_tcp(self, start: Starter, tcp: tuple[socket.socket, socket.socket]) -> None:
        client, served = tcp
        start(stdin=served, stdout=served)
        served.close()
        client.sendall(request("/who", "X-SLURM-USER-TOKEN: t") + request("/who", "X-SLURM-USER-TOKEN: u"))
        client.shutdown(socket.SHUT_WR)
        first, second = parse(read_all(client))
        assert first.body == b"rest_auth/jwt None inet"
        assert (second.status, second.body) == (401, b"Authentication failure")

    def test_wrapper(self, start: Starter) -> None:
        assert self.who(start, REMOTE_ADDR="192.0.2.1") == b"Authentication failure"

    @needs_root
    def test_another_user(self, start: Starter) -> None:
        # The client is root, as who the socketpair was made.
        ids = {"user": 65534, "group": 65534, "extra_groups": []}
        assert self.who(start, **ids) == b"rest_auth/local None unix"
        assert self.who(start, "X-SLURM-USER-NAME: root", **ids) == b"Authentication failure"
        answers, log, _ = start.talk(request("/who"), **ids)
        assert answers[0].status == 401
        assert 'why="standard input belongs to uid 0"' in log
