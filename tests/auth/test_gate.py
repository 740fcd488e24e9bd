# SPDX-License-Identifier: GPL-2.0-or-later
"""The chain of plugins, and the one identity of an instance."""

from __future__ import annotations

import pwd

import pytest

from slurmrest_inet.auth import Gate, Identity, authenticate, jwt, local
from slurmrest_inet.auth.peer import INET, PIPE, UNIX, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.http.message import Request, RestError
from slurmrest_inet.settings import StartError

NETWORK = Peer(INET, None, 0, 1000, "192.0.2.1:1")
OWN_PIPE = Peer(PIPE, 1000, 0o10600, 1000, "-")
FOREIGN_PIPE = Peer(PIPE, 1001, 0o10600, 1000, "-")
OWN_SOCKET = Peer(UNIX, 1000, 0, 1000, "uid:1000")
ROOTS_SOCKET = Peer(UNIX, 0, 0, 65534, "uid:0")
FOREIGN_SOCKET = Peer(UNIX, 1001, 0, 1000, "uid:1001")
ITSELF = Identity("rest_auth/local", None, None)
BY_DEFAULT = (local, jwt)


def request(name: str | None = None, token: str | None = None, authorization: str | None = None) -> Request:
    fields = ((b"x-slurm-user-name", name), (b"x-slurm-user-token", token), (b"authorization", authorization))
    headers = tuple((key, value.encode()) for key, value in fields if value is not None)
    return Request("GET", "/", "/", None, "1.1", headers, b"")


def reason(call: object, *arguments: object) -> str:
    with pytest.raises(RestError) as refusal:
        call(*arguments)
    assert (refusal.value.status, refusal.value.text, refusal.value.close) == (401, "Authentication failure", True)
    return refusal.value.reason


class TestChain:
    def test_the_first_that_does_not_skip_decides(self) -> None:
        both = request("alice", "t")
        assert authenticate(OWN_PIPE, both, (local, jwt)) == ITSELF
        assert authenticate(OWN_PIPE, both, (jwt, local)) == Identity("rest_auth/jwt", "alice", "t")
        assert authenticate(NETWORK, both, (local, jwt)) == Identity("rest_auth/jwt", "alice", "t")

    def test_skipping_goes_on(self) -> None:
        assert authenticate(OWN_PIPE, request(), (jwt, local)) == ITSELF

    def test_a_refusal_ends_the_chain(self) -> None:
        assert "uid 1001" in reason(authenticate, FOREIGN_SOCKET, request("alice", "t"), (local, jwt))
        assert "without a token" in reason(authenticate, OWN_PIPE, request("alice"), (jwt, local))

    @pytest.mark.parametrize("plugins", [(), (local,), (jwt,), BY_DEFAULT])
    def test_nobody_decides(self, plugins: tuple[object, ...]) -> None:
        assert reason(authenticate, NETWORK, request(), plugins) == "no plugin found credentials"

    @pytest.mark.parametrize("plugins", [(jwt,), BY_DEFAULT])
    @pytest.mark.parametrize("peer", [OWN_PIPE, NETWORK])
    @pytest.mark.parametrize("field", [b"x-slurm-user-name", b"x-slurm-user-token", b"authorization"])
    def test_no_header_with_credentials_comes_twice(
        self, field: bytes, peer: Peer, plugins: tuple[object, ...]
    ) -> None:
        for second in (b"t", b"bob", b""):
            more = request("alice", "t")._replace(
                headers=((b"x-slurm-user-name", b"alice"), (field, b"t"), (field, second))
            )
            if field != b"x-slurm-user-name":
                assert "twice" in reason(authenticate, peer, more, plugins)
            more = more._replace(headers=(*more.headers, (b"x-slurm-user-name", b"alice")))
            assert "twice" in reason(authenticate, peer, more, plugins)

    def test_names(self) -> None:
        for module in BY_DEFAULT:
            assert plugin(module.NAME) is module
        with pytest.raises(StartError):
            plugin("rest_auth/none")


class TestByDefault:
    """Nobody chose an order: each kind of client, with and without a token."""

    @pytest.mark.parametrize("peer", [OWN_PIPE, FOREIGN_PIPE, OWN_SOCKET, FOREIGN_SOCKET, ROOTS_SOCKET, NETWORK])
    def test_a_token_is_for_jwt_alone(self, peer: Peer) -> None:
        by_jwt = Identity("rest_auth/jwt", "alice", "t")
        assert authenticate(peer, request("alice", "t"), BY_DEFAULT, tokens_first=True) == by_jwt
        bearer = authenticate(peer, request(authorization="Bearer t"), BY_DEFAULT, tokens_first=True)
        assert bearer == Identity("rest_auth/jwt", None, "t")
        for refused in (request(authorization="Basic t"), request(token="t", authorization="Bearer t")):
            reason(lambda chosen=refused: authenticate(peer, chosen, BY_DEFAULT, tokens_first=True))

    @pytest.mark.parametrize("name", [None, "alice"])
    def test_without_a_token_local_decides(self, name: str | None) -> None:
        gate = {peer: Gate(peer, BY_DEFAULT, tokens_first=True) for peer in (OWN_PIPE, FOREIGN_PIPE, FOREIGN_SOCKET)}
        assert gate[OWN_PIPE].admit(request(name)) == ITSELF
        assert "uid 1001" in reason(gate[FOREIGN_PIPE].admit, request(name))
        assert "uid 1001" in reason(gate[FOREIGN_SOCKET].admit, request(name))

    def test_a_network_client_needs_a_token(self) -> None:
        gate = Gate(NETWORK, BY_DEFAULT, tokens_first=True, own_token="o")
        assert reason(gate.admit, request()) == "no plugin found credentials"
        assert "without a token" in reason(gate.admit, request("alice"))

    def test_a_chosen_order_is_kept(self) -> None:
        assert authenticate(OWN_PIPE, request("alice", "t"), (local, jwt)) == ITSELF
        assert "uid 1001" in reason(authenticate, FOREIGN_PIPE, request("alice", "t"), (local, jwt))


class TestOwnToken:
    """SLURM_JWT holds a token: that is what this process says where munge would speak otherwise."""

    OWN = Identity("rest_auth/local", None, "o")

    @pytest.mark.parametrize("peer", [OWN_PIPE, OWN_SOCKET])
    def test_it_stands_in_for_munge(self, peer: Peer) -> None:
        for chosen in (False, True):
            gate = Gate(peer, BY_DEFAULT, tokens_first=not chosen, own_token="o")
            assert gate.admit(request()) == self.OWN

    def test_the_name_that_root_sends_goes_no_further(self) -> None:
        for name in (None, pwd.getpwuid(65534).pw_name):
            assert Gate(ROOTS_SOCKET, BY_DEFAULT, tokens_first=True, own_token="o").admit(request(name)) == self.OWN

    def test_a_request_s_token_comes_first(self) -> None:
        gate = Gate(OWN_PIPE, BY_DEFAULT, tokens_first=True, own_token="o")
        assert gate.admit(request("alice", "t")) == Identity("rest_auth/jwt", "alice", "t")
        assert Gate(OWN_PIPE, (jwt,), own_token="o").admit(request("", "")) == Identity("rest_auth/jwt", "", "")

    @pytest.mark.parametrize("peer", [FOREIGN_PIPE, FOREIGN_SOCKET, NETWORK])
    def test_nobody_else_gets_it(self, peer: Peer) -> None:
        reason(Gate(peer, BY_DEFAULT, tokens_first=True, own_token="o").admit, request())


class TestOnce:
    def test_the_same_credentials_again(self) -> None:
        gate = Gate(NETWORK, BY_DEFAULT)
        for _ in range(3):
            assert gate.admit(request("alice", "t")) == Identity("rest_auth/jwt", "alice", "t")

    @pytest.mark.parametrize("second", [("bob", "t"), ("alice", "u"), (None, "t"), ("", "t")])
    def test_other_credentials(self, second: tuple[str | None, str]) -> None:
        gate = Gate(NETWORK, BY_DEFAULT)
        gate.admit(request("alice", "t"))
        assert "other credentials" in reason(gate.admit, request(*second))
        assert gate.admit(request("alice", "t")).user_name == "alice"

    def test_another_plugin(self) -> None:
        gate = Gate(OWN_PIPE, (jwt, local))
        assert gate.admit(request()) == ITSELF
        assert "other credentials" in reason(gate.admit, request("alice", "t"))

    def test_a_refused_request_owns_nothing(self) -> None:
        gate = Gate(NETWORK, BY_DEFAULT)
        reason(gate.admit, request("alice"))
        assert gate.admit(request("bob", "t")).user_name == "bob"

    def test_a_listener_authenticates_each_request(self) -> None:
        gate = Gate(NETWORK, BY_DEFAULT, once=False)
        assert [gate.admit(request(name, "t")).user_name for name in ("alice", "bob", "alice")] == [
            "alice",
            "bob",
            "alice",
        ]


def test_no_representation_shows_a_token() -> None:
    identity = Identity("rest_auth/jwt", "alice", "secret")
    for text in (repr(identity), str(identity), f"{identity}", f"{[identity]}"):
        assert "secret" not in text
        assert "alice" in text
