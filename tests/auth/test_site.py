# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own way to authenticate: the plug-in's word, this process's token, and refusals."""

from __future__ import annotations

import pwd
import sys
from typing import TYPE_CHECKING

import pytest
from sidebyside import plugins

from slurmrest_inet import entry_points
from slurmrest_inet.auth import Gate, Identity, jwt
from slurmrest_inet.auth.peer import INET, UNIX, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.http.message import Request, RestError
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    import pathlib

TOKEN = "o.w.n"
PROXY = Peer(UNIX, pwd.getpwnam("www-data").pw_uid, 0, 65534, "uid:33")


@pytest.fixture(autouse=True)
def _installed(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(plugins.install(str(tmp_path)))


def request(*names: str, token: str | None = None) -> Request:
    fields = [(b"x-remote-user", name.encode()) for name in names]
    if token is not None:
        fields.append((b"x-slurm-user-token", token.encode()))
    return Request("GET", "/", "/", None, "1.1", tuple(fields), b"")


def test_the_name_is_theirs_and_the_token_ours() -> None:
    gate = Gate(PROXY, [plugin("rest_auth/proxy", TOKEN)], once=False, own_token=TOKEN)
    for name in ("daemon", "bin"):
        identity = gate.admit(request(name))
        assert identity == Identity("rest_auth/proxy", name, TOKEN)
        assert TOKEN not in repr(identity)


def test_who_is_not_the_proxy_is_the_next_ones_matter() -> None:
    chain = [plugin("rest_auth/proxy", TOKEN), jwt]
    for peer in (Peer(INET, None, 0, 1000, "-"), PROXY._replace(uid=1000)):
        assert Gate(peer, chain).admit(request("alice", token="t")) == Identity("rest_auth/jwt", None, "t")
        with pytest.raises(RestError):
            Gate(peer, chain).admit(request("alice"))


@pytest.mark.parametrize(
    "names", [(), ("",), ("root",), ("0",), ("nobody-at-all",), ("alice", "bob"), ("alice", "alice")]
)
def test_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(RestError) as refusal:
        Gate(PROXY, [plugin("rest_auth/proxy", TOKEN)]).admit(request(*names))
    assert (refusal.value.status, refusal.value.text) == (401, "Authentication failure")


@pytest.mark.parametrize("said", ["", "a\0b", "\ud800", 5, b"alice", ["alice"], True])
def test_what_is_no_name(said: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: lambda _peer, _request: said)
    with pytest.raises(RestError) as refusal:
        Gate(PROXY, [plugin("rest_auth/own", TOKEN)]).admit(request())
    assert refusal.value.status == 401


@pytest.mark.parametrize("said", ["0", "00", "+0", "-0", " 0", "\t0", "1000", "4294967295"])
def test_that_a_uid_is_no_name(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """slurmctld would take it for one, and the token is root's."""
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: lambda _peer, _request: said)
    with pytest.raises(RestError) as refusal:
        Gate(PROXY, [plugin("rest_auth/own", TOKEN)]).admit(request())
    assert refusal.value.status == 401


@pytest.mark.parametrize("said", ["a0", "0a", "0x0", "-", "1_000", "x y", "\udcff"])
def test_what_is_a_name_all_the_same(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: lambda _peer, _request: said)
    assert Gate(PROXY, [plugin("rest_auth/own", TOKEN)]).admit(request()).user_name == said


def test_that_it_does_not_end_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: lambda _peer, _request: sys.exit(0))
    with pytest.raises(RuntimeError, match="rest_auth/own wanted to end the process"):
        Gate(PROXY, [plugin("rest_auth/own", TOKEN)]).admit(request())


def test_no_start_without_a_token() -> None:
    with pytest.raises(StartError, match="SLURM_JWT has to be a token of root or SlurmUser"):
        plugin("rest_auth/proxy", None)


def test_no_start_with_what_is_no_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_points, "load", lambda _kind, _name: "x")
    with pytest.raises(StartError, match="it is no function of a peer and a request"):
        plugin("rest_auth/own", TOKEN)


def test_who_is_not_installed() -> None:
    with pytest.raises(StartError, match="no rest_auth plugin 'nobody'"):
        plugin("rest_auth/nobody", TOKEN)
