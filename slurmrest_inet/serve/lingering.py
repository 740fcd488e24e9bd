# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections that are refused: they get a complete answer, and time to read it.

Rule 1: what a refused client still sends is thrown away unread: a socket closed with unread input is reset, and the
        reset overtakes the answer (RFC 9112 section 9.6).
Rule 2: nothing waits for a client, and it is bounded in number, bytes and time.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import contextlib
from os import close
from select import POLLIN
from time import monotonic

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.serve.answers import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from select import poll

RETRY_AFTER = 1  # seconds; a ping takes milliseconds
MOST = 64  # refused clients that may still read their answer
_SECONDS = 2.0
_BYTES = 1 << 20


class _Refused(NamedTuple):
    """A connection that may still be sending."""

    until: float
    left: int  # bytes


def refuse_unread(number: int, answer: bytes) -> None:
    """In a process with nothing else to do: answer, and throw away what the client sends until it has read that."""
    connection = _socket.socket(fileno=number)
    connection.settimeout(_SECONDS)
    end = monotonic() + _SECONDS
    with contextlib.suppress(OSError):  # it has gone, or says nothing
        connection.sendall(answer)
        connection.shutdown(_socket.SHUT_WR)
        while connection.recv(65_536) and monotonic() < end:
            continue


class Lingering:
    """Refused connections, by descriptor, in the order in which their time ends; registered with `waiter`."""

    def __init__(self, waiter: poll, most: int) -> None:
        """Take how many there may be, one at least."""
        self._waiter = waiter
        self._most = most
        self._refused: dict[int, _Refused] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._refused

    def __iter__(self) -> Iterator[int]:
        return iter(self._refused)

    def refuse(self, number: int, seconds: int = RETRY_AFTER) -> None:
        """Answer 503 on a connection, which is ours from now on."""
        connection = _socket.socket(fileno=number)
        try:
            connection.send(
                refusal("503 SERVICE UNAVAILABLE", "Service is busy", seconds),
                _socket.MSG_DONTWAIT | _socket.MSG_NOSIGNAL,
            )
            connection.shutdown(_socket.SHUT_WR)
        except OSError:
            connection.close()
            return
        connection.detach()
        self.arrive(number)

    def arrive(self, number: int) -> None:
        """A connection that has its answer; it has all its time from now on."""
        while len(self._refused) >= self._most:
            self.let_one_go()
        self._refused[number] = _Refused(monotonic() + _SECONDS, _BYTES)
        self._waiter.register(number, POLLIN)

    def hear(self, number: int) -> None:
        """Something has come from one of them."""
        connection = _socket.socket(fileno=number)
        try:
            count = len(connection.recv(65_536, _socket.MSG_DONTWAIT))
        except BlockingIOError:
            return
        except OSError:
            count = 0
        finally:
            connection.detach()
        refused = self._refused[number]
        if not count or refused.left < count:
            self._let_go(number)
        else:
            self._refused[number] = refused._replace(left=refused.left - count)

    def let_one_go(self) -> bool:
        """Close the oldest; False if there is none."""
        for number in self._refused:
            self._let_go(number)
            return True
        return False

    def deadline(self) -> float | None:
        """When `see_to_deadlines` has something to do."""
        return next((refused.until for refused in self._refused.values()), None)

    def see_to_deadlines(self, now: float) -> None:
        """Close those whose time is over."""
        for number, refused in list(self._refused.items()):
            if now < refused.until:
                break
            self._let_go(number)

    def _let_go(self, number: int) -> None:
        del self._refused[number]
        self._waiter.unregister(number)
        close(number)
