# SPDX-License-Identifier: GPL-2.0-or-later
"""Where clients come from: how many connections each source has, and which source has to wait.

Rule 1: no descriptor, no clock, no log: times are given, decisions are returned.
Rule 2: what is remembered is bounded, whoever connects.
Rule 3: a source is an address without its port, cut to a prefix: whoever has one IPv6 address has 2^64 of them.

The penalties are those of OpenSSH (sshd_config(5), PerSourcePenalties): each misdeed adds seconds, nothing happens
before they reach a minimum, and from then on the source waits until they are over.
"""

from __future__ import annotations

import _socket
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterable

# (bits of the address, the address with only its prefix left, whether it is never penalised), or for a unix socket the
# uid as text.
Source = Union["tuple[int, int, bool]", str]

_MAPPED = "::ffff:"
_TABLE = 65_536  # OpenSSH's bound for the table of penalties


class Penalties(NamedTuple):
    """Seconds for each misdeed. A source waits when it has `minimum` seconds, and never more than `maximum`."""

    crash: float = 90.0  # the instance died by a signal
    refused: float = 5.0  # a request without valid credentials
    fault: float = 1.0  # bytes that are no request
    late: float = 10.0  # a deadline passed in the middle of a request
    minimum: float = 15.0
    maximum: float = 600.0


class Network(NamedTuple):
    """Addresses with a common prefix: of `size` bits each, `prefix` of them fixed to those of `address`."""

    size: int
    address: int
    prefix: int


def network(text: str) -> Network:
    """ADDRESS or ADDRESS/PREFIX; raises ValueError."""
    host, slash, length = text.partition("/")
    size, address = _number(host)
    if slash and not (length.isascii() and length.isdigit() and int(length) <= size):
        raise ValueError(text)
    prefix = int(length) if slash else size
    return Network(size, _cut(address, size, prefix), prefix)


def _number(host: str) -> tuple[int, int]:
    host = host.partition("%")[0]  # the zone of a link-local address (RFC 4007 section 11)
    if host.startswith(_MAPPED) and "." in host:
        host = host[len(_MAPPED) :]  # an IPv4 client of an IPv6 socket (RFC 4291 section 2.5.5.2)
    family, size = (_socket.AF_INET6, 128) if ":" in host else (_socket.AF_INET, 32)
    try:
        return size, int.from_bytes(_socket.inet_pton(family, host), "big")
    except OSError:
        raise ValueError(host) from None


def _cut(address: int, size: int, prefix: int) -> int:
    return address >> (size - prefix) << (size - prefix)


class Sources:
    """Counts and penalties of all sources."""

    def __init__(
        self,
        *,
        most: int,
        penalties: Penalties,
        prefixes: tuple[int, int] = (32, 64),
        exempt: Iterable[Network] = (),
    ) -> None:
        """Take how many connections a source may have, prefixes for IPv4 and IPv6, and who is never penalised."""
        self._most = most
        self._penalties = penalties
        self._prefixes = dict(zip((32, 128), prefixes))
        self._exempt = tuple(exempt)
        self._counts: dict[Source, int] = {}
        self._ends: dict[Source, float] = {}  # when a source's penalties are over
        self._waiting: set[Source] = set()  # those whose penalties reached the minimum

    def of_address(self, host: str) -> Source:
        """The source that the address of a client belongs to."""
        size, address = _number(host)
        exempt = any(net.size == size and _cut(address, size, net.prefix) == net.address for net in self._exempt)
        return size, _cut(address, size, self._prefixes[size]), exempt

    @staticmethod
    def of_uid(uid: int) -> Source:
        """The source of a unix socket's client; it is counted, but never penalised."""
        return f"uid:{uid}"

    def add(self, source: Source) -> bool:
        """Count one more connection of `source`; False, and nothing counted, if it has as many as it may."""
        count = self._counts.get(source, 0)
        if count >= self._most:
            return False
        self._counts[source] = count + 1
        return True

    def remove(self, source: Source) -> bool:
        """Count one connection less; True if the source had as many as it may."""
        count = self._counts[source]
        if count > 1:
            self._counts[source] = count - 1
        else:
            del self._counts[source]
        return count >= self._most

    def penalise(self, source: Source, misdeed: str, now: float) -> float:
        """Note a misdeed (a name of Penalties); the seconds to wait if the source has to wait from now on, else 0."""
        seconds: float = getattr(self._penalties, misdeed)
        if isinstance(source, str) or source[2] or not seconds:
            return 0.0
        end = min(max(self._ends.pop(source, now), now) + seconds, now + self._penalties.maximum)
        while len(self._ends) >= _TABLE:
            self._forget(next(iter(self._ends)))  # the one that was good for the longest time
        self._ends[source] = end
        if source in self._waiting or end - now < self._penalties.minimum:
            return 0.0
        self._waiting.add(source)
        return end - now

    def must_wait(self, source: Source, now: float) -> float:
        """The seconds for which `source` is not served; 0 if it is."""
        end = self._ends.get(source)
        if end is None:
            return 0.0
        if end <= now:
            self._forget(source)
            return 0.0
        return end - now if source in self._waiting else 0.0

    def _forget(self, source: Source) -> None:
        del self._ends[source]
        self._waiting.discard(source)
