# SPDX-License-Identifier: GPL-2.0-or-later
"""rest_auth/jwt: a token in a header, with the user name it is for.

Rule 1: the token is never parsed or verified here. slurmctld and slurmdbd hold the key and decide; this process holds
        none, so that a fault in it gives none away.
Rule 2: whoever sends credentials of two kinds is refused: it would not be clear which of them was meant.

The table of slurmrestd 23.02 and later; 22.05 knew neither a token alone nor `Authorization` (slurm's jwt.html).
"""

from __future__ import annotations

from slurmrest_inet.auth import Identity, refuse, text
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import JWT

if TYPE_CHECKING:
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Request

NAME = JWT

_SCHEME = b"bearer "  # in any letters (RFC 9110 section 11.1)


def authenticate(_peer: Peer, request: Request) -> Identity | None:
    """The identity that the request's headers claim; None if they claim none. Raises RestError(401)."""
    name = request.header(b"x-slurm-user-name")
    token = request.header(b"x-slurm-user-token")
    authorization = request.header(b"authorization")
    if token is not None and authorization is not None:
        raise refuse("X-SLURM-USER-TOKEN and Authorization in one request")
    if authorization is not None:
        if authorization[: len(_SCHEME)].lower() != _SCHEME:
            raise refuse("Authorization is not of the Bearer scheme")
        token = authorization[len(_SCHEME) :]
    if token is None:
        if name is not None:
            raise refuse("X-SLURM-USER-NAME without a token")
        return None
    return Identity(NAME, None if name is None else text(name, "user name"), text(token, "token"))
