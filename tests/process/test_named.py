# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom the log names where a site's own plug-in says who asks: that user, and nobody's word for itself."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from slurmrest_inet import entry_points, slurm
from slurmrest_inet.auth import Gate, refuse
from slurmrest_inet.auth.peer import UNIX, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.serve.channel import Channel
from slurmrest_inet.serve.exchange import talk
from slurmrest_inet.serve.log import PLAIN, Log
from slurmrest_inet.settings import Settings

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api import app, docs, envelope, meta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slurmrest_inet.auth import Identity

    Ask = Callable[..., tuple[list[str], list[str]]]

PEER = Peer(UNIX, 33, 0, 1000, "uid:33")
ALLOCATE = "/slurm/v0.0.42/job/allocate"


class _Application(app.Application):
    """Slurm is asked by nobody here."""

    def adopt(self, identity: Identity) -> None:
        if identity.user_name == "stranger":
            raise RestError(401, "Authentication failure", reason="nobody knows that one")


class _Guard:
    """What the last words would have been."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def enter(self) -> None: ...

    def leave(self) -> None: ...

    def arm(self, _fd: int, answer: bytes, seconds: float, record: bytes) -> None:
        assert answer
        assert seconds > 0
        self.lines.append(record.decode())

    def disarm(self) -> None: ...

    def confine(self) -> int:
        return 0


class _NoWake:
    ending = False

    def __init__(self) -> None:
        self.descriptor, self._other = os.pipe()

    def settle(self) -> None: ...

    def close(self) -> None:
        os.close(self.descriptor)
        os.close(self._other)


def _told(_peer: Peer, request: Request) -> str | None:
    name = request.header(b"x-remote-user")
    if name == b"root":
        raise refuse("root must not")
    return None if name is None else name.decode()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Ask]:
    """Sends requests over one connection; who is named in each line of the log, and in each of the last words."""
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: _told)
    monkeypatch.setattr(meta, "of", lambda *_: {})
    wake = _NoWake()

    def exchange(
        *requests: bytes, types: tuple[str, ...] = ("rest_auth/own", "rest_auth/jwt")
    ) -> tuple[list[str], list[str]]:
        settings = Settings(auth_types=types, own_token="o.w.n", tokens_first=False)
        gate = Gate(PEER, [plugin(name, "o.w.n") for name in types], once=False, own_token="o.w.n")
        ours, theirs = socket.socketpair()
        with ours:
            ours.sendall(b"".join(requests))
            ours.shutdown(socket.SHUT_WR)
            number = theirs.detach()
            channel = Channel(number, number, stat.S_IFSOCK, stat.S_IFSOCK)
            guard = _Guard()
            application = _Application(settings, PEER, gate)
            talk(settings, application, channel, peer=PEER, log=Log(PLAIN), guard=guard, wake=wake)
        log = capfd.readouterr().err
        assert "mallory" not in log or types == ("rest_auth/jwt",)
        assert not any("mallory" in line for line in guard.lines) or types == ("rest_auth/jwt",)
        return _named(log.splitlines()), _named(guard.lines)

    yield exchange
    wake.close()


def _named(lines: list[str]) -> list[str]:
    found = (re.search(r" user=(\S+) .* status=(\d+)", line) for line in lines)
    return [f"{one[1]} {one[2]}" for one in found if one]


def request(path: str, *headers: str, body: object = None) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    method = "GET" if body is None else "POST"
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers]
    if data:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join((*lines, "", "")).encode() + data


FORGED = "X-SLURM-USER-NAME: mallory"


def test_who_is_not_found(ask: Ask) -> None:
    """A 404 is raised behind the gate."""
    assert ask(request("/slurm/v0.0.42/nothing", "X-Remote-User: alice", FORGED))[0] == ["alice 404"]
    assert ask(request("/slurm/v0.0.42/nothing", "X-Remote-User: alice"))[0] == ["alice 404"]


def test_a_write_that_breaks_off(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def operation(_call: object) -> envelope.Answer:
        raise ValueError("in the middle")

    monkeypatch.setattr(app.Application, "operation", staticmethod(lambda _name: operation))
    assert ask(request(ALLOCATE, "X-Remote-User: alice", FORGED, body={}))[0] == ["alice 500"]


def test_what_is_waited_for(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [None, envelope.Answer((), (), 0, note="job 5 allocated")]

    def operation(_call: object) -> envelope.Awaited:
        return envelope.Awaited(lambda: answers.pop(0), lambda: pytest.fail("given up"))

    monkeypatch.setattr(app.Application, "operation", staticmethod(lambda _name: operation))
    named, last_words = ask(request(ALLOCATE, "X-Remote-User: alice", FORGED, body={}))
    assert named == ["alice 200"]
    # Nobody is known before the plug-in was asked, and then all steps are alice's.
    assert last_words[0] == "- 500"
    assert len(last_words) > 3
    assert set(last_words[1:]) == {"alice 500"}


def test_each_request_is_its_own(ask: Ask) -> None:
    """On one connection, until one is refused."""
    users = ("alice", "bob", "root")
    assert ask(*(request("/healthz", f"X-Remote-User: {user}", FORGED) for user in users))[0] == [
        "alice 204",
        "bob 204",
        "- 401",
    ]
    # Whom the plug-in knows, and Slurm's own plugin refuses to act for.
    assert ask(request("/slurm/v0.0.42/ping/", "X-Remote-User: stranger", FORGED))[0] == ["stranger 401"]


def test_nobody_is_named_before_the_gate(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "answer", lambda _request: Response(200, "text/plain", b"a page"))
    assert ask(request("/docs", FORGED, "X-Remote-User: alice"))[0] == ["- 200"]
    assert ask(b"GARBAGE\r\n\r\n")[0] == ["- 400"]


def test_what_is_left_to_slurms_own(ask: Ask) -> None:
    """Whom the client claims to be, as ever: slurmctld has the last word."""
    token = "X-SLURM-USER-TOKEN: a.b.c"
    assert ask(request("/healthz", "X-SLURM-USER-NAME: bob", token))[0] == ["bob 204"]
    assert ask(request("/healthz", token))[0] == ["- 204"]
    jwt = ("rest_auth/jwt",)
    assert ask(request("/healthz", FORGED, token, "X-Remote-User: alice"), types=jwt)[0] == ["mallory 204"]
    assert ask(request("/healthz", FORGED), types=jwt)[0] == ["mallory 401"]
