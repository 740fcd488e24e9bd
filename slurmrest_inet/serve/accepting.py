# SPDX-License-Identifier: GPL-2.0-or-later
"""The sockets that are listened on: new connections, and what becomes of them when no descriptor is left.

Rule 1: a few connections at once, then everything else has its turn.
Rule 2: one descriptor is kept, so that also the client for whom there is none is told so; then new ones are left to the
        kernel for a moment.
"""

from __future__ import annotations

import contextlib
import errno
import os
from select import POLLIN

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    import _socket
    from collections.abc import Iterator
    from select import poll
    from typing import Any

    from slurmrest_inet.serve.turns import Turns

_AT_ONCE = 16  # connections
_PAUSE = 1.0  # seconds without new connections when the system has no descriptors left
_NONE_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)


class Accepting:
    """The listening sockets by descriptor, registered with `waiter`; what they bring goes to `turns`."""

    def __init__(self, waiter: poll, listening: list[_socket.socket], turns: Turns) -> None:
        """Take sockets that are open; `start` registers them."""
        self._waiter = waiter
        self._listening = {sock.fileno(): sock for sock in listening}
        self._turns = turns
        self._reserve: int | None = _reserve()
        self._paused_until = 0.0

    def __contains__(self, number: int) -> bool:
        return number in self._listening

    def __iter__(self) -> Iterator[int]:
        return iter(self._listening)

    def descriptors(self) -> list[int]:
        """What a child has no use for."""
        return [*self._listening] if self._reserve is None else [*self._listening, self._reserve]

    def start(self) -> None:
        """Listen from now on."""
        for number in self._listening:
            self._waiter.register(number, POLLIN)

    def accept(self, listening: int) -> None:
        """Take what waits on one socket; nothing if another one, of the same events, has brought a pause."""
        if self._paused_until:
            return
        sock = self._listening[listening]
        for _ in range(_AT_ONCE):
            try:
                number, where = _accept(sock)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.EMFILE and self._turns.give_descriptor():
                    continue
                if error.errno in _NONE_LEFT:
                    self._refuse_without_descriptor(sock, error)
                    return
                continue  # the client is gone already (accept(2), error handling)
            self._turns.receive(number, sock.family, where)

    def _refuse_without_descriptor(self, sock: _socket.socket, error: OSError) -> None:
        self._turns.saturate(f"no descriptor is left: {error.strerror}")
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
            with contextlib.suppress(OSError):
                number, _where = _accept(sock)
                self._turns.refuse(number)
        self._paused_until = self._turns.refused_at + _PAUSE
        for number in self._listening:
            self._waiter.unregister(number)

    def deadline(self) -> float | None:
        """When `go_on` has something to do."""
        return self._paused_until or None

    def go_on(self, now: float) -> None:
        """Listen again after a pause."""
        if not self._paused_until or now < self._paused_until:
            return
        if self._reserve is None:
            try:
                self._reserve = _reserve()
            except OSError:
                self._paused_until = now + _PAUSE
                return
        self._paused_until = 0.0
        self.start()

    def end(self) -> None:
        """Listen no more."""
        for number, sock in self._listening.items():
            if not self._paused_until:
                self._waiter.unregister(number)
            sock.close()
        self._listening.clear()
        self._paused_until = 0.0


def _accept(listening: Any) -> tuple[int, Any]:
    """Descriptor and address of a new connection; raises OSError. (The Python half of socket makes objects of them.)"""
    found: tuple[int, Any] = listening._accept()  # noqa: SLF001 - see above
    return found


def _reserve() -> int:
    """A descriptor that is given up for a connection when there is no other; raises OSError."""
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
