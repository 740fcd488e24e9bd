# SPDX-License-Identifier: GPL-2.0-or-later
"""Who asks is what the proxy says that has logged them in, over a unix socket that only the proxy's user can open."""

from __future__ import annotations

import pwd

from slurmrest_inet.plugin import UNIX, Peer, Request, header, refuse

HEADER = "X-Remote-User"
PROXY = "www-data"


def user(peer: Peer, request: Request) -> str | None:
    """The user in the proxy's header; None for who is not the proxy."""
    if peer.kind != UNIX or peer.uid != pwd.getpwnam(PROXY).pw_uid:
        return None
    name = header(request, HEADER)
    try:
        uid = pwd.getpwnam(name or "").pw_uid
    except KeyError:
        raise refuse("the proxy has logged nobody in, or somebody without an account") from None
    if uid == 0:
        raise refuse("the proxy has logged root in")
    return name
