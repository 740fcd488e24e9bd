# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a request without a client and without Slurm, for a listener: what it touches, its instances have ready.

Rule 1: nothing of this leaves the process: no call to a daemon, no log, no user database, and a token that nobody would
        take.
Rule 2: both ends of the API's history are played, the version that clients ask for today and the oldest one.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet import auth, versions
from slurmrest_inet.api import selection
from slurmrest_inet.api.app import Application
from slurmrest_inet.api.report import Report
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import JWT
from slurmrest_inet.slurm import library

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.settings import Settings

_REQUEST = (
    "GET /slurm/v0.0.{}/ping HTTP/1.1\r\nHost: localhost\r\nUser-Agent: rehearsal\r\nAccept: */*\r\n"
    "X-SLURM-USER-TOKEN: a.b.c\r\n{}\r\n"
)
_PEER = Peer(INET, None, 0, 0, "-")


def requests(settings: Settings) -> bytes:
    """Return what `application` is asked, on one connection."""
    # The oldest may not be selected, but then it is the last.
    newest, oldest = selection.newest(settings), versions.SERVED["slurm"][0]
    return (_REQUEST.format(newest, "") + _REQUEST.format(oldest, "Connection: close\r\n")).encode()


class _Rehearsal(Application):
    """Goes the way of the real one up to the call of libslurm."""

    def __init__(self, settings: Settings) -> None:
        gate = auth.Gate(_PEER, [plugin(JWT)], once=False)
        super().__init__(settings, _PEER, gate)
        # Else the first client's kind of identity is the one that libslurm keeps to.
        self._early = len(settings.auth_types) == 1 or library.changes_auth()

    def adopt(self, identity: auth.Identity) -> None:
        if self._early:
            with contextlib.suppress(library.LibraryError):  # the first request of a client says so
                library.adopt(identity)

    @staticmethod
    def operation(name: str) -> Callable[[Call], Answer]:
        Application.operation(name)
        return _play


def _play(call: Call) -> Answer:
    return Report(call).answer(("pings", [{"hostname": "localhost", "latency": 0, "responding": True}]))


def application(settings: Settings) -> Application:
    """Return what answers `requests`."""
    return _Rehearsal(settings)
