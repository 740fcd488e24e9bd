# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a connection without a client: what it loads and touches, instances that are forked later have."""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import os
import stat

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve import stdio
from slurmrest_inet.serve.log import Log
from slurmrest_inet.serve.peer import look

if TYPE_CHECKING:
    from typing import Protocol

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.settings import Settings

    class Backend(stdio.Backend, Protocol):
        """What a listener needs beyond an instance."""

        def warm_up(self, settings: Settings, /, *, network: bool) -> None:
            """Load what instances will need; `network`: some clients will come over TCP. Raises StartError."""

        def rehearsal(self, settings: Settings, /) -> tuple[stdio.Application, bytes] | None:
            """A request, and what answers it without leaving the process; None if there is no such thing."""

        def application(self, settings: Settings, peer: Peer, /, *, once: bool = True) -> stdio.Application:
            """What answers the requests of `peer`; not `once`: each request is authenticated for itself."""


_SILENT = -1  # a level below all others
_REHEARSALS = 30


class _NoWake:
    """No signal is heard by a rehearsal of the listener."""

    ending = False

    def __init__(self) -> None:
        self.descriptor, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def settle(self) -> None:
        """Nothing is ever heard."""

    def close(self) -> None:
        os.close(self.descriptor)
        os.close(self._write_end)


def warm_up(settings: Settings, backend: Backend, log: Log) -> None:
    """Rehearse until the interpreter has settled how it runs these lines (PEP 659), which children share."""
    wake = _NoWake()
    for _ in range(_REHEARSALS):
        rehearse(settings, backend, wake, log)
    wake.close()


def rehearse(settings: Settings, backend: Backend, wake: stdio.Waking, log: Log) -> None:
    """Serve a connection to ourselves, so that the pages that this takes are this process's own."""
    play = backend.rehearsal(settings)
    if play is None:
        return
    application, request = play
    ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    ours.sendall(request)
    ours.shutdown(_socket.SHUT_WR)
    number = its.detach()
    peer = look(number, {})
    backend.application(settings, peer, once=False)
    channel = stdio.Channel(number, number, stat.S_IFSOCK, stat.S_IFSOCK)
    stdio.talk(
        settings, application, channel, peer=peer, log=Log(log.style, _SILENT), guard=backend.guard, wake=wake
    )  # which closes its end
    ours.close()
