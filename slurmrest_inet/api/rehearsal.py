# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a request without a client and without Slurm, for a listener: what it touches, its instances have ready.

Rule 1: nothing of this leaves the process: no call to a daemon, no log, and a token that nobody would take.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet import auth, versions
from slurmrest_inet.api import envelope, router
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.http import media, query
from slurmrest_inet.http.message import Response, RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import codec, library

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.http.message import Request
    from slurmrest_inet.settings import Settings

REQUEST = (
    b"GET /slurm/v0.0.38/ping?update_time=0 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: rehearsal\r\nAccept: */*\r\n"
    b"X-SLURM-USER-NAME: nobody\r\nX-SLURM-USER-TOKEN: a.b.c\r\nConnection: close\r\n\r\n"
)
_PEER = Peer(INET, None, 0, 0, "-")


def application(settings: Settings) -> Callable[[Request], Response]:
    """Return what answers REQUEST; it goes the way of the real application up to the call of libslurm."""
    plugins = [plugin(name) for name in settings.auth_types]
    # Else the first client's kind of identity is the one that libslurm keeps to.
    early = len(settings.auth_types) == 1 or library.changes_auth()

    def answer(request: Request) -> Response:
        identity = auth.Gate(_PEER, plugins, once=False).admit(request)
        segments = query.split_path(request.path)
        dict(query.parse_query(request.query))
        with contextlib.suppress(RestError):  # it may not be selected
            router.find(request.method, segments, settings, versions.HTTP[versions.HOME[38]])
        accepted = media.negotiate(request)
        if early:
            with contextlib.suppress(library.LibraryError):  # the first request of a client says so
                library.adopt(identity)
        document = envelope.Document(
            envelope.Answer((("pings", [{"ping": "UP"}]),)), {"plugin": {}}, 38, codec.JSON_COMPACT
        )
        return Response(200, accepted.name, document)

    return answer
