# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections that no instance has: those that have said nothing yet, and those whose turn has not come.

Rule 1: whether a client has sent a byte is looked at, never which one.
Rule 2: each wait has an end; how many may wait is the listener's business.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
from itertools import chain
from select import POLLIN

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from select import poll

    from slurmrest_inet.serve.sources import Source

SILENT, SPEAKING, GONE = "silent", "speaking", "gone"

# Seconds for which a connection waits until a place is free: half of what proxies wait for an answer (nginx
# proxy_read_timeout), so that there is one.
_TURN = 30.0


class Caller(NamedTuple):
    """One connection, and since when it waits for what it waits for."""

    source: Source
    since: float


class Doorstep:
    """By descriptor, the longest waiting first; registered with `waiter`."""

    def __init__(self, waiter: poll, first_byte: float) -> None:
        """Take how many seconds a client may be silent."""
        self._waiter = waiter
        self._first_byte = first_byte
        self._silent: dict[int, Caller] = {}
        self._turns: dict[int, Caller] = {}

    def __len__(self) -> int:
        return len(self._silent) + len(self._turns)

    def __contains__(self, number: int) -> bool:
        return number in self._silent or number in self._turns

    def __iter__(self) -> Iterator[int]:
        return chain(self._silent, self._turns)

    def callers(self) -> tuple[tuple[int, Source], ...]:
        """All of them, for a listener that starts anew."""
        return tuple((number, caller.source) for number, caller in (*self._silent.items(), *self._turns.items()))

    def arrive(self, number: int, source: Source, now: float) -> None:
        """A connection that has said nothing as far as is known."""
        self._silent[number] = Caller(source, now)
        self._waiter.register(number, POLLIN)

    def hear(self, number: int) -> str:
        """What a connection does: SILENT, SPEAKING, or GONE (also where nothing was said: a probe of the port)."""
        if number in self._turns:
            return GONE  # nothing but the end of it is listened for
        return listen(number)

    def queue(self, number: int, source: Source, now: float) -> None:
        """A connection that has something to say, and waits for a place."""
        self._turns[number] = Caller(source, now)
        self._waiter.register(number, 0)  # an error or a hang-up is told all the same (poll(2))

    def turns(self) -> tuple[list[int], list[Source]]:
        """The descriptors and sources of those who wait for a place."""
        return list(self._turns), [caller.source for caller in self._turns.values()]

    def leave(self, number: int) -> Source:
        """Somebody else sees to this connection from now on."""
        caller = self._silent.pop(number, None) or self._turns.pop(number)
        self._waiter.unregister(number)
        return caller.source

    def quietest(self) -> int | None:
        """Who gives way to a newcomer: of the source with the most silent connections the longest silent one."""
        counts: dict[Source, int] = {}
        first: dict[Source, int] = {}
        for number, caller in self._silent.items():
            counts[caller.source] = counts.get(caller.source, 0) + 1
            first.setdefault(caller.source, number)
        most = max(counts, key=lambda source: counts[source], default=None)
        return None if most is None else first[most]

    def deadline(self) -> float | None:
        """When somebody is `overdue`."""
        return min((end for end, _number in self._ends()), default=None)

    def overdue(self, now: float) -> Iterator[tuple[int, bool]]:
        """Whose time is over, one after the other, and whether silence was the reason; the caller lets each leave."""
        while True:
            end, number = min(self._ends(), default=(now + 1.0, -1))
            if now < end:
                return
            yield number, number in self._silent

    def _ends(self) -> Iterator[tuple[float, int]]:
        """The first of each kind whose time ends, and when."""
        for row, patience in ((self._silent, self._first_byte), (self._turns, _TURN)):
            for number, caller in row.items():
                yield caller.since + patience, number
                break


def listen(number: int) -> str:
    """SILENT, SPEAKING or GONE: whether the other side of a connection has said something or hung up."""
    connection = _socket.socket(fileno=number)
    try:
        return SPEAKING if connection.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT) else GONE
    except BlockingIOError:
        return SILENT
    except OSError:
        return GONE  # it was reset
    finally:
        connection.detach()
