# SPDX-License-Identifier: GPL-2.0-or-later
"""Where clients come from: how many connections each source has, who has to wait, and who makes room for whom.

Rule 1: no descriptor, no clock, no log: times are given, decisions are returned.
Rule 2: what is remembered is bounded, whoever connects.
Rule 3: a source is an address without its port, cut to a prefix: whoever has one IPv6 address has 2^64 of them.
Rule 4: one source may be many users (a portal, a proxy, a login host), so nobody waits for what others of its address
        do, unless an administrator wants it so. What is scarce, places, is shared out when somebody lacks one.

Penalties, where they are wanted, are those of OpenSSH (sshd_config(5), PerSourcePenalties): each misdeed adds seconds,
nothing happens before they reach a minimum, and from then on the source waits until they are over.
"""

from __future__ import annotations

import _socket

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Union

    # (bits of the address, the address with only its prefix left, whether it never waits), or for a unix socket the
    # uid as text.
    Source = Union[tuple[int, int, bool], str]

_MAPPED = "::ffff:"
_TABLE = 65_536  # OpenSSH's bound for the table of penalties


class Penalties(NamedTuple):
    """Seconds for each misdeed, 0 for none. A source waits when it has `minimum`, and never more than `maximum`."""

    crash: float  # the instance died by a signal
    refused: float  # a request without valid credentials
    fault: float  # bytes that are no request
    late: float  # a deadline passed in the middle of a request
    minimum: float
    maximum: float


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


def _exempt(source: Source) -> bool:
    return isinstance(source, str) or source[2]


def name_of(source: Source | None) -> str:
    """A source for the log: the uid of a local user, or the first address of its prefix."""
    if source is None or isinstance(source, str):
        return source or "-"
    size, address, _never_waits = source
    family = _socket.AF_INET if size == 32 else _socket.AF_INET6
    return _socket.inet_ntop(family, address.to_bytes(size // 8, "big"))


class Sources:
    """Counts and penalties of all sources."""

    def __init__(
        self,
        *,
        most: int | None,
        penalties: Penalties,
        prefixes: tuple[int, int] = (32, 64),
        exempt: Iterable[Network] = (),
    ) -> None:
        """Take how many connections a source may have at most, prefixes for IPv4 and IPv6, and who never waits."""
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
        """The source of a unix socket's client; it is counted, but never made to wait."""
        return f"uid:{uid}"

    def has_room(self, source: Source) -> bool:
        """Whether `source` may have one more connection."""
        return self._most is None or _exempt(source) or self._counts.get(source, 0) < self._most

    def add(self, source: Source) -> None:
        """Count one more connection of `source`."""
        self._counts[source] = self._counts.get(source, 0) + 1

    def remove(self, source: Source) -> bool:
        """Count one connection less; True if the source had as many as it may."""
        had_room = self.has_room(source)
        count = self._counts[source]
        if count > 1:
            self._counts[source] = count - 1
        else:
            del self._counts[source]
        return not had_room

    def penalise(self, source: Source, misdeed: str, now: float) -> float:
        """Note a misdeed (a name of Penalties); the seconds to wait if the source has to wait from now on, else 0."""
        seconds: float = getattr(self._penalties, misdeed)
        if _exempt(source) or not seconds:
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


# ---- whose place goes to whom

# What an instance is about.
BUSY = 0.0  # a request is being read or answered
RESTING = 1.0  # between two requests
LEAVING = 2.0  # the last answer is out or on its way

_SOON = 1.0  # seconds: a client that has read its last answer hangs up sooner


class Place(NamedTuple):
    """An instance as far as its place matters: `state` is BUSY, RESTING or LEAVING, since the time `since`."""

    process: int
    source: Source | None
    state: float
    since: float


class Plan(NamedTuple):
    """Who is to leave when its present request, if any, is answered; and the turns that nobody makes room for."""

    asked: list[int]  # process ids
    hopeless: list[int]  # indices


def share_out(places: Iterable[Place], turns: Sequence[Source], *, free: int, now: float, step: int) -> Plan:
    """Decide who makes room for connections that have something to say, whose sources are `turns` in order.

    free: places that nobody has. step: how long nothing has come of the last plan; each one doubles how many are asked.

    - What rests needs no place as long as something waits for one, so it gives before a request has to end: the source
      with the most first, and of that the connection that has rested for the longest time.
    - If nothing rests, a request of the source with the most has to end. Which one will is not known, so those are
      asked that began last (most are short), and more of them with each step.
    - Nobody gives to a source that has as many (but what rests gives to its own), and an only connection is given when
      there is no other way.
    """
    held: dict[Source, int] = {}
    resting: dict[Source, list[Place]] = {}
    busy: dict[Source, list[Place]] = {}
    slow = 0
    for place in places:
        if place.state == LEAVING or place.source is None:
            if now - place.since < _SOON:
                free += 1
            else:
                slow += 1  # its client may still be sending, or slow to read: not counted on if anybody else gives
            continue
        held[place.source] = held.get(place.source, 0) + 1
        (resting if place.state == RESTING else busy).setdefault(place.source, []).append(place)
    for row in resting.values():
        row.sort(key=lambda place: -place.since)  # taken from the end
    asked: list[int] = []
    hopeless: list[int] = []
    next_to_end: dict[Source, int] = {}
    for index, source in enumerate(turns):
        own = held.get(source, 0)
        if free > 0:
            free -= 1
        else:
            giver = _giver(source, own, held, resting, next_to_end, busy)
            if giver is None and not slow:
                hopeless.append(index)
                continue
            if giver is None:
                slow -= 1
            else:
                held[giver] -= 1
                if resting.get(giver):
                    asked.append(resting[giver].pop().process)
                else:
                    next_to_end[giver] = next_to_end.get(giver, 0) + 1
        held[source] = held.get(source, 0) + 1
    for giver, count in next_to_end.items():
        row = sorted(busy[giver], key=lambda place: -place.since)
        asked += [place.process for place in row[: count << step]]
    return Plan(asked, hopeless)


def _giver(
    source: Source,
    own: int,
    held: dict[Source, int],
    resting: dict[Source, list[Place]],
    next_to_end: dict[Source, int],
    busy: dict[Source, list[Place]],
) -> Source | None:
    """The source that gives a place to `source`, which has `own`; None if nobody does."""
    rested = [one for one, row in resting.items() if row and (one == source or held[one] > own)]
    several = [one for one in rested if one == source or held[one] > 1]
    if several:
        return max(several, key=lambda one: (held[one], -resting[one][-1].since))
    ending = [one for one, row in busy.items() if held[one] > own + 1 and next_to_end.get(one, 0) < len(row)]
    if ending:
        return max(ending, key=lambda one: held[one])
    return min(rested, key=lambda one: resting[one][-1].since, default=None)
