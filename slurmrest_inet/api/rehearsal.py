# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a request without a client and without Slurm, for a listener: what it touches, its instances have ready.

Rule 1: nothing of this leaves the process: no call to a daemon, no log, no user database, and a token that nobody would
        take.
Rule 2: both ends of the API's history are played, the version that clients ask for today and the oldest one.
Rule 3: a listing is played by the listener alone: its instances then have the lines as the interpreter has settled
        them, and a spare whose client wants none has not worked for it.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet import auth, versions
from slurmrest_inet.api import selection
from slurmrest_inet.api.app import Application
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmctld.listing import Listing
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import JWT
from slurmrest_inet.slurm import calls, library
from slurmrest_inet.slurm.library import ffi

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.settings import Settings

_REQUEST = (
    "GET /slurm/v0.0.{}/{} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: rehearsal\r\nAccept: */*\r\n"
    "X-SLURM-USER-TOKEN: a.b.c\r\n{}\r\n"
)
_PEER = Peer(INET, None, 0, 0, "-")
_NO_NODES = ffi.new("node_info_msg_t *")


def requests(settings: Settings, *, listings: bool = False) -> bytes:
    """Return what `application` is asked, on one connection; with a listing among it or without."""
    # The oldest may not be selected, but then it is the last.
    newest, oldest = selection.newest(settings), versions.SERVED["slurm"][0]
    asked = [(newest, "ping", ""), (oldest, "ping", "Connection: close\r\n")]
    asked[1:1] = [(newest, "nodes", "")] if listings else []
    return "".join(_REQUEST.format(*one) for one in asked).encode()


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
        operation = Application.operation(name)
        if isinstance(operation, Listing):
            # A type checker takes no record for a function.
            return operation._replace(load=_load_nothing).__call__
        return _play


def _play(call: Call) -> Answer:
    return Report(call).answer(("pings", [{"hostname": "localhost", "latency": 0, "responding": True}]))


def _load_nothing(_call: Call, since: int, flags: int) -> calls.Message:
    message = calls.load(_say_nothing, "node_info_msg_t", since, after=(flags,))
    # What it points to is not libslurm's to free.
    return calls.Message(message.pointer, lambda _: None, message.struct, message.array, message.count)


def _say_nothing(_since: int, slot: Any, _flags: int) -> int:
    slot[0] = _NO_NODES
    return 0


def application(settings: Settings) -> Application:
    """Return what answers `requests`."""
    return _Rehearsal(settings)
