# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a request without a client and without Slurm, for a listener: what it touches, its instances have ready.

Rule 1: nothing of this leaves the process: no descriptor, no call to a daemon, no log.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from slurmrest_inet.api import envelope, router
from slurmrest_inet.http import media, query
from slurmrest_inet.http.message import Response, RestError
from slurmrest_inet.http.session import Limits, Session
from slurmrest_inet.slurm import codec

if TYPE_CHECKING:
    from slurmrest_inet.http.message import Request
    from slurmrest_inet.settings import Settings

_REQUEST = (
    b"GET /slurm/v0.0.38/ping?update_time=0 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: rehearsal\r\nAccept: */*\r\n"
    b"X-SLURM-USER-NAME: nobody\r\nX-SLURM-USER-TOKEN: a.b.c\r\nConnection: close\r\n\r\n"
)


def rehearse(settings: Settings) -> None:
    """Read one request, find its operation and write one answer, all in memory."""

    def answer(request: Request) -> Response:
        segments = query.split_path(request.path)
        dict(query.parse_query(request.query))
        with contextlib.suppress(RestError):  # it may not be selected
            router.find(request.method, segments, settings)
        accepted = media.negotiate(request, media.YAML)
        document = envelope.Document(
            envelope.Answer((("pings", [{"ping": "UP"}]),)), {"plugin": {}}, 38, codec.JSON_COMPACT
        )
        return Response(200, accepted.name, document)

    session = Session(answer, Limits(), lambda: "Thu, 01 Jan 1970 00:00:00 GMT", lambda *_: None)
    session.receive(_REQUEST)
    for _buffers in session.output():
        pass
