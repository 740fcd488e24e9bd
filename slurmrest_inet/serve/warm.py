# SPDX-License-Identifier: GPL-2.0-or-later
"""The way of a connection without a client: what it loads and touches, instances that are forked later have."""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import os
import stat

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.channel import Channel
from slurmrest_inet.serve.exchange import talk
from slurmrest_inet.serve.log import Log
from slurmrest_inet.serve.peer import look

if TYPE_CHECKING:
    from slurmrest_inet.serve.backend import ListeningBackend, Waking
    from slurmrest_inet.settings import Settings

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


def warm_up(settings: Settings, backend: ListeningBackend, log: Log) -> None:
    """Rehearse until the interpreter has settled how it runs these lines (PEP 659), which children share."""
    wake = _NoWake()
    for _ in range(_REHEARSALS):
        rehearse(settings, backend, wake, log, listings=True)
    wake.close()


def rehearse(settings: Settings, backend: ListeningBackend, wake: Waking, log: Log, *, listings: bool = False) -> None:
    """Serve a connection to ourselves, so that the pages that this takes are this process's own."""
    play = backend.rehearsal(settings, listings=listings)
    if play is None:
        return
    application, request = play
    ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
    ours.sendall(request)
    ours.shutdown(_socket.SHUT_WR)
    number = its.detach()
    peer = look(number, {})
    backend.application(settings, peer, once=False)
    channel = Channel(number, number, stat.S_IFSOCK, stat.S_IFSOCK)
    talk(
        settings, application, channel, peer=peer, log=Log(log.style, _SILENT), guard=backend.guard, wake=wake
    )  # which closes its end
    ours.close()
