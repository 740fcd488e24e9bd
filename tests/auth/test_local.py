# SPDX-License-Identifier: GPL-2.0-or-later
"""rest_auth/local: every kind of descriptor, owner and mode."""

from __future__ import annotations

import os
import pwd
import stat

import pytest

from slurmrest_inet.auth import Identity, local
from slurmrest_inet.auth.peer import FILE, INET, OTHER, PIPE, TTY, UNIX, Peer
from slurmrest_inet.http.message import Request, RestError

OWN = os.getuid()
OWN_NAME = pwd.getpwuid(OWN).pw_name
FOREIGN = OWN + 1
KINDS = {PIPE: stat.S_IFIFO, FILE: stat.S_IFREG, TTY: stat.S_IFCHR}


def request(name: str | None = None) -> Request:
    headers = () if name is None else ((b"x-slurm-user-name", name.encode()),)
    return Request("GET", "/", "/", None, "1.1", headers, b"")


def refused(peer: Peer, name: str | None = None) -> str:
    with pytest.raises(RestError) as refusal:
        local.authenticate(peer, request(name))
    assert (refusal.value.status, refusal.value.text) == (401, "Authentication failure")
    assert refusal.value.reason
    return refusal.value.reason


def by_kind(kind: str, uid: int, mode: int) -> Peer:
    return Peer(kind, uid, KINDS[kind] | mode, OWN, "-")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", [0o600, 0o620, 0o660, 0o700, 0o400, 0o1600])
@pytest.mark.parametrize("name", [None, OWN_NAME, "somebody-else", ""])
def test_own_descriptor(kind: str, mode: int, name: str | None) -> None:
    # The name is not honoured: it cannot make us anybody else.
    identity = local.authenticate(by_kind(kind, OWN, mode), request(name))
    assert identity == Identity("rest_auth/local", None, None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", [0o601, 0o602, 0o604, 0o666, 0o4600, 0o2600])
def test_own_descriptor_that_others_can_reach(kind: str, mode: int) -> None:
    refused(by_kind(kind, OWN, mode))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("uid", [FOREIGN, 0])
def test_descriptor_of_another_user(kind: str, uid: int) -> None:
    peer = by_kind(kind, uid, 0o600)._replace(own_uid=FOREIGN + 1)
    assert f"uid {uid}" in refused(peer)


def test_unix_socket_of_own_user() -> None:
    for name in (None, "somebody-else"):
        identity = local.authenticate(Peer(UNIX, OWN, 0, OWN, "-"), request(name))
        assert identity == Identity("rest_auth/local", None, None)


def test_unix_socket_of_another_user() -> None:
    assert f"uid {FOREIGN}" in refused(Peer(UNIX, FOREIGN, 0, FOREIGN + 1, "-"), OWN_NAME)


class TestRoot:
    """Root's connection to an instance of the user "nobody" (65534) or, in want of one, of ours."""

    uid = 65534
    name = pwd.getpwuid(65534).pw_name
    peer = Peer(UNIX, 0, 0, 65534, "uid:0")

    def test_without_a_name(self) -> None:
        assert local.authenticate(self.peer, request()) == Identity("rest_auth/local", None, None)

    def test_with_the_name_of_the_process(self) -> None:
        assert local.authenticate(self.peer, request(self.name)) == Identity("rest_auth/local", self.name, None)

    @pytest.mark.parametrize("name", ["root", "nobody-has-this-name", ""])
    def test_with_another_name(self, name: str) -> None:
        refused(self.peer, name)


@pytest.mark.parametrize("kind", [INET, OTHER])
def test_others_are_skipped(kind: str) -> None:
    for name in (None, OWN_NAME):
        assert local.authenticate(Peer(kind, None, 0, OWN, "-"), request(name)) is None
