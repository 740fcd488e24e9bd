# SPDX-License-Identifier: GPL-2.0-or-later
"""rest_auth/jwt: every row of what slurmrestd 23.02 and later do with these headers."""

from __future__ import annotations

import pytest

from slurmrest_inet.auth import Identity, jwt
from slurmrest_inet.auth.peer import INET, PIPE, Peer
from slurmrest_inet.http.message import Request, RestError

PEERS = (Peer(INET, None, 0, 1000, "192.0.2.1:1"), Peer(PIPE, 1000, 0o10600, 1000, "-"))


def request(*headers: tuple[str, str | bytes]) -> Request:
    fields = tuple(
        (name.lower().encode(), value if isinstance(value, bytes) else value.encode()) for name, value in headers
    )
    return Request("GET", "/", "/", None, "1.1", fields, b"")


NAME = ("X-SLURM-USER-NAME", "alice")
TOKEN = ("X-SLURM-USER-TOKEN", "a.b.c")
BEARER = ("Authorization", "Bearer d.e.f")


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize(
    ("headers", "user_name", "token"),
    [
        ((NAME, TOKEN), "alice", "a.b.c"),
        ((TOKEN,), None, "a.b.c"),
        ((BEARER,), None, "d.e.f"),
        ((BEARER, NAME), "alice", "d.e.f"),
        ((("Authorization", "bearer d.e.f"),), None, "d.e.f"),
        ((("Authorization", "BEARER d.e.f"), NAME), "alice", "d.e.f"),
        ((("X-SLURM-USER-NAME", ""), TOKEN), "", "a.b.c"),
        ((NAME, ("X-SLURM-USER-TOKEN", "")), "alice", ""),
        ((("X-SLURM-USER-TOKEN", ""),), None, ""),
        # The token is not looked at.
        ((("X-SLURM-USER-TOKEN", "not a token"),), None, "not a token"),
        ((("Authorization", "Bearer not a token"),), None, "not a token"),
        ((("X-SLURM-USER-NAME", "zoë"), TOKEN), "zoë", "a.b.c"),
    ],
)
def test_accepted(peer: Peer, headers: tuple[tuple[str, str], ...], user_name: str | None, token: str) -> None:
    assert jwt.authenticate(peer, request(*headers)) == Identity("rest_auth/jwt", user_name, token)


@pytest.mark.parametrize("headers", [(), (("X-Other", "x"),)])
def test_skipped(headers: tuple[tuple[str, str], ...]) -> None:
    assert jwt.authenticate(PEERS[0], request(*headers)) is None


@pytest.mark.parametrize(
    "headers",
    [
        (NAME,),
        (("X-SLURM-USER-NAME", ""),),
        (TOKEN, BEARER),
        (NAME, TOKEN, BEARER),
        (TOKEN, ("Authorization", "Basic x")),
        (("Authorization", "Basic x"),),
        (NAME, ("Authorization", "Basic x")),
        (("Authorization", "Bearer"),),
        (("Authorization", "Bearerd.e.f"),),
        (("Authorization", "Bearer\td.e.f"),),
        (("Authorization", ""),),
        (("X-SLURM-USER-NAME", b"\xff"), TOKEN),
        (("X-SLURM-USER-TOKEN", b"\xff"),),
    ],
)
def test_refused(headers: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(RestError) as refusal:
        jwt.authenticate(PEERS[0], request(*headers))
    error = refusal.value
    assert (error.status, error.text, error.content_type, error.close) == (
        401,
        "Authentication failure",
        "text/plain",
        True,
    )
    assert error.headers == (("WWW-Authenticate", 'Bearer realm="slurm"'),)
    assert error.reason
    for secret in ("a.b.c", "d.e.f"):
        assert secret not in error.reason
