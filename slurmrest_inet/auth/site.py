# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own way to authenticate: a plug-in tells the user's name, and this process's own token speaks to Slurm.

Rule 1: the plug-in says who asks and nothing else. It never sees the token of SLURM_JWT, which must be one of root or
        SlurmUser: slurmctld takes other users' names from these alone.
Rule 2: without such a token there is no start: a request would otherwise be made in this process's own name.
Rule 3: what is no name is a refusal. A number is none: slurmctld takes it for the uid, and "0" would be root.
"""

from __future__ import annotations

from slurmrest_inet import entry_points
from slurmrest_inet.auth import Identity, refuse
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Request

    Teller = Callable[[Peer, Request], "str | None"]


class NamedUsers:
    """What stands between the gate and a plug-in; `user_of` is the plug-in's function."""

    def __init__(self, name: str, user_of: Teller, token: str) -> None:
        self.NAME = name
        self._user_of = user_of
        self._token = token

    def authenticate(self, peer: Peer, request: Request) -> Identity | None:
        """Return who the plug-in says it is, with this process's token. Raises RestError(401)."""
        try:
            user: object = self._user_of(peer, request)
        except SystemExit as error:
            # The client is owed an answer, and an instance ends when its connection does.
            raise RuntimeError(f"{self.NAME} wanted to end the process") from error
        if user is None:
            return None
        if not isinstance(user, str) or not _is_name(user):
            raise refuse(f"{self.NAME} told no name of a user")
        return Identity(self.NAME, user, self._token)


def _is_name(user: str) -> bool:
    """Tell whether it can be a user's name: for libslurm a text, and to slurmctld no uid (as strtol(3) reads one)."""
    try:
        data = user.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return bool(data) and b"\0" not in data and not user.strip().lstrip("+-").isdecimal()


def load(name: str, own_token: str | None) -> NamedUsers:
    """Return the plug-in "rest_auth/…". Raises StartError."""
    kind, _, word = name.partition("/")
    found = entry_points.load(kind, word)
    if not callable(found):
        raise entry_points.broken(kind, word, "it is no function of a peer and a request")
    if own_token is None:
        raise StartError(f"{name} tells users by name, so SLURM_JWT has to be a token of root or SlurmUser.")
    return NamedUsers(name, found, own_token)
