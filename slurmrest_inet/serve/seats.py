# SPDX-License-Identifier: GPL-2.0-or-later
"""What instances tell their listener and it tells them without a system call: memory that all of them share.

Rule 1: each instance has a seat. It alone writes what it is about; the listener alone writes whether its place is
        wanted. Each is one aligned word, so nothing is ever half written.
Rule 2: a seat is a hint. An instance that writes rubbish is let go too early or too late, and never inside a request,
        because it sees to that itself; a place is free only when the process has been reaped.
Rule 3: the memory is a file without a name, so that a listener that starts itself anew finds its instances again.
"""

from __future__ import annotations

import mmap
import os
from time import monotonic

from slurmrest_inet.record import NamedTuple
from slurmrest_inet.serve.sources import BUSY, LEAVING, RESTING

_WORDS = 3  # of a seat: what the instance is about, since when (CLOCK_MONOTONIC), whether its place is wanted
_SIZE = 8


class Glance(NamedTuple):
    """What a seat says: BUSY, RESTING or LEAVING, and since when."""

    state: float
    since: float


class Seat:
    """The instance's side: how a connection tells where it is between its requests (backend.Place)."""

    def __init__(self, words: memoryview[float], number: int) -> None:
        self._words = words
        self._first = number * _WORDS

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for this place."""
        return self._words[self._first + 2] != 0.0

    def rest(self, now: float) -> None:
        """The last request has been answered, the next one has not come."""
        self._tell(RESTING, now)

    def work(self, now: float) -> None:
        """Something has come."""
        self._tell(BUSY, now)

    def leave(self, now: float) -> None:
        """No request will be answered any more."""
        self._tell(LEAVING, now)

    def _tell(self, state: float, now: float) -> None:
        self._words[self._first + 1] = now
        self._words[self._first] = state


class Seats:
    """The listener's side."""

    def __init__(self, count: int, descriptor: int | None = None) -> None:
        """Make `count` seats, in the memory file of the listener before this one if there is a `descriptor`."""
        size = count * _WORDS * _SIZE
        if descriptor is None:
            descriptor = os.memfd_create("seats", os.MFD_CLOEXEC)
        else:
            os.set_inheritable(descriptor, False)
            size = max(size, os.fstat(descriptor).st_size)
        os.ftruncate(descriptor, size)
        self.descriptor = descriptor
        self._words = memoryview(mmap.mmap(descriptor, size)).cast("d")
        self._free = list(range(size // (_WORDS * _SIZE) - 1, -1, -1))

    def take(self, number: int | None = None) -> int:
        """A seat for a new instance, or the seat `number` of one that is there already."""
        if number is not None:
            self._free.remove(number)
            self.want(number, wanted=False)
            return number
        number = self._free.pop()
        self.want(number, wanted=False)
        self.start(number)
        return number

    def start(self, number: int) -> None:
        """The instance of this seat gets its connection now."""
        self.seat(number).work(monotonic())

    def give_back(self, number: int) -> None:
        """The instance of this seat has ended."""
        self._free.append(number)

    def seat(self, number: int) -> Seat:
        """The other side of a seat, for its instance."""
        return Seat(self._words, number)

    def look(self, number: int) -> Glance:
        """What the instance of this seat is about."""
        first = number * _WORDS
        return Glance(self._words[first], self._words[first + 1])

    def want(self, number: int, *, wanted: bool) -> None:
        """Ask the instance of this seat to leave when it has answered, or take that back."""
        self._words[number * _WORDS + 2] = 1.0 if wanted else 0.0
