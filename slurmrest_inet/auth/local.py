# SPDX-License-Identifier: GPL-2.0-or-later
"""rest_auth/local: the kernel says that the client is the user this process runs as.

Rule 1: only the kernel is believed: owner and mode of a descriptor, or the user who connected a unix socket.
Rule 2: a pipe, file or device that others may write to proves nothing, and a client from a network never passes.

Whoever passes acts as the user of this process, with the credentials that munge gives to that user (slurmrestd(8)).
"""

from __future__ import annotations

import stat

from slurmrest_inet.auth import Identity, refuse, text
from slurmrest_inet.auth.peer import FILE, PIPE, TTY, UNIX
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import LOCAL

if TYPE_CHECKING:
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Request

NAME = LOCAL


def authenticate(peer: Peer, request: Request) -> Identity | None:
    """This process's own identity if its user is the client; None for a network client. Raises RestError(401)."""
    if peer.kind in (PIPE, FILE, TTY):
        if peer.mode & (stat.S_ISUID | stat.S_ISGID):
            raise refuse("standard input has a setuid or setgid bit")
        if peer.mode & stat.S_IRWXO:
            raise refuse("standard input is open to other users")
        if peer.uid != peer.own_uid:
            raise refuse(f"standard input belongs to uid {peer.uid}")
        return Identity(NAME, None, None)
    if peer.kind == UNIX:
        if peer.uid == peer.own_uid:
            return Identity(NAME, None, None)
        if peer.uid == 0:
            return _for_root(peer, request)
        raise refuse(f"the peer of the unix socket is uid {peer.uid}")
    return None


def _for_root(peer: Peer, request: Request) -> Identity:
    """Root may ask as any user, but munge makes credentials for the user of this process only."""
    name = request.header(b"x-slurm-user-name")
    if name is None:
        return Identity(NAME, None, None)
    import pwd  # noqa: PLC0415 - a user database may be remote: only this case asks it

    user_name = text(name, "user name")
    try:
        uid = pwd.getpwnam(user_name).pw_uid
    except KeyError:
        raise refuse("root asks as a user who does not exist") from None
    if uid != peer.own_uid:
        raise refuse(f"root asks as uid {uid}, this process is uid {peer.own_uid}")
    return Identity(NAME, user_name, None)
