# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is served, who waits, who is refused: the way of a connection from its arrival to an instance.

Rule 1: a connection is either served or told why not: with 503 and Retry-After, never with silence.
Rule 2: who has said nothing has no instance; who has something to say and finds no place waits for a turn, while one
        that rests is let go, or a request ends: sources.share_out() decides whose.
Rule 3: whoever waits is counted for its source, and every wait has an end.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import os
import sys
from time import monotonic

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.doorstep import GONE, SPEAKING, Doorstep, listen
from slurmrest_inet.serve.lingering import RETRY_AFTER, Lingering
from slurmrest_inet.serve.sources import Penalties, Sources, name_of, network, share_out
from slurmrest_inet.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from select import poll
    from typing import Any

    from slurmrest_inet.serve.instances import Instances
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.serve.room import Room
    from slurmrest_inet.serve.sources import Network, Source
    from slurmrest_inet.serve.spares import Spares
    from slurmrest_inet.settings import Settings

_PAUSE = 1.0  # seconds without a refusal after which the log says that connections are served again
# Connections that may come while all places are taken, until they have said something and until their turn.
_DOORSTEP = 64
_STEP = 0.1  # seconds after which more instances are asked to leave, if none did
_LAST_STEP = 10  # all have been asked by then


def exempt_networks(settings: Settings) -> list[Network]:
    """The sources without penalties; raises SettingsError."""
    found = []
    for text in settings.listener.exempt_sources:
        try:
            found.append(network(text))
        except ValueError:  # noqa: PERF203 - at the start
            raise SettingsError(
                f"SLURMREST_INET_EXEMPT_SOURCES: {text!r} is neither ADDRESS nor ADDRESS/BITS."
            ) from None
    return found


class Turns:
    """All connections without an instance, registered with `waiter`."""

    def __init__(
        self, settings: Settings, waiter: poll, instances: Instances, spares: Spares, log: Log, room: Room
    ) -> None:
        """Take who serves, and how many may wait and be refused."""
        rules = settings.listener
        self._most = settings.max_connections
        self._instances = instances
        self._spares = spares
        self._log = log
        self._room = room
        self._sources = Sources(
            most=rules.per_source_connections or None,
            penalties=Penalties(**{name: getattr(rules, f"penalty_{name}") for name in Penalties._fields}),
            prefixes=(rules.source_prefix_ipv4, rules.source_prefix_ipv6),
            exempt=exempt_networks(settings),
        )
        self._doorstep = Doorstep(waiter, settings.deadlines.first_byte)
        self._lingering = Lingering(waiter, room.lingering)
        self._full: str | None = None  # why new connections are refused, while they are
        self.refused_at = 0.0
        """When that happened last."""
        self._crowded: set[Source] = set()  # sources whose cap was hit and logged
        self._asked_since = 0.0  # nothing has come of asking for places
        self._asked_step = 0

    def __contains__(self, number: int) -> bool:
        return number in self._doorstep or number in self._lingering

    def __len__(self) -> int:
        """How many wait to be served."""
        return len(self._doorstep)

    def descriptors(self) -> list[int]:
        """What a child has no use for."""
        return [*self._doorstep, *self._lingering]

    def waiting(self) -> tuple[tuple[int, Source], ...]:
        """Those who wait, for a listener that starts anew."""
        return self._doorstep.callers()

    def refused(self) -> tuple[int, ...]:
        """Those who may still read why not, likewise."""
        return tuple(self._lingering)

    def take_over(
        self, waiting: tuple[tuple[int, Source], ...], refused: tuple[int, ...], served: Iterator[Source]
    ) -> None:
        """Go on with the connections of the listener whose place we took."""
        now = monotonic()
        for number, source in waiting:
            self._sources.add(source)
            self._doorstep.arrive(number, source, now)
        for number in refused:
            self._lingering.arrive(number)
        for source in served:
            self._sources.add(source)

    def receive(self, number: int, family: int, where: Any) -> None:
        """A new connection, from an address of that family."""
        now = monotonic()
        source = self._source(number, family, where)
        seconds = self._sources.must_wait(source, now)
        if seconds:
            self.refuse(number, int(seconds) + 1)
            return
        if not self._sources.has_room(source):
            if source not in self._crowded:
                self._crowded.add(source)
                self._log.info(f"source={name_of(source)} has all connections that one source may have")
            self.refuse(number)
            return
        heard = listen(number)
        if heard == GONE:  # a probe: somebody who looks whether the port is open, and no more
            os.close(number)
            return
        self._sources.add(source)
        if heard == SPEAKING:
            self._serve(number, source, now)
        elif self._has_step() or self._make_room():
            self._doorstep.arrive(number, source, now)
        else:
            self._turn_away(number, source, "too many connections wait for their turn")

    def _source(self, number: int, family: int, where: Any) -> Source:
        if family != _socket.AF_UNIX:
            return self._sources.of_address(where[0])
        connection = _socket.socket(fileno=number)
        try:
            ucred = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)  # pid, uid, gid (unix(7))
        finally:
            connection.detach()
        return self._sources.of_uid(int.from_bytes(ucred[4:8], sys.byteorder))

    def _has_step(self) -> bool:
        """Whether one more may wait without an instance, or has to be let in before it is known what it wants."""
        most = self._most
        most = max(most - len(self._instances), min(most, _DOORSTEP))
        return len(self._doorstep) < min(most, self._room.doorstep)

    def _make_room(self) -> bool:
        """End a connection that has been silent for long; False if none is silent."""
        number = self._doorstep.quietest()
        if number is None:
            return False
        self._leave(self._doorstep.leave(number))
        self.refuse(number)
        return True

    def hear(self, number: int) -> None:
        """Something has come from a connection without an instance."""
        if number in self._lingering:
            self._lingering.hear(number)
            return
        heard = self._doorstep.hear(number)
        if heard == GONE:
            self._leave(self._doorstep.leave(number))
            os.close(number)
        elif heard == SPEAKING:
            self._serve(number, self._doorstep.leave(number), monotonic())

    def _leave(self, source: Source) -> None:
        if self._sources.remove(source):
            self._crowded.discard(source)

    def _serve(self, number: int, source: Source, now: float) -> None:
        """Give a connection that has something to say to an instance, or let it wait until a place is free."""
        if self._instances.free <= 0:
            self._queue(number, source, now)
            return
        try:
            self._instances.serve(number, source)
        except OSError as error:
            self._spares.pause(monotonic())
            self._turn_away(number, source, f"no process can be started: {error.strerror}")
        else:
            self._relax()

    def _queue(self, number: int, source: Source, now: float) -> None:
        _numbers, turns = self._doorstep.turns()
        plan = share_out(self._instances.places(), [*turns, source], free=0, now=now, step=0)
        if len(turns) in plan.hopeless:
            self._turn_away(number, source, f"{len(self._instances)} connections are being served")
        elif not (self._has_step() or self._make_room()):
            self._turn_away(number, source, "too many connections wait for their turn")
        else:
            self._doorstep.queue(number, source, now)

    def give_turns(self, now: float) -> None:
        """Serve those who wait for a place as far as places are free, and ask for places for the others."""
        numbers, turns = self._doorstep.turns()
        while numbers and self._instances.free > 0:
            self._asked_since = 0.0
            self._serve(numbers[0], self._doorstep.leave(numbers[0]), now)
            numbers, turns = numbers[1:], turns[1:]
        if not numbers:
            if self._asked_since:
                self._asked_since = 0.0
                self._instances.ask((), again=False)
            return
        self._asked_since = self._asked_since or now
        step, before = int((now - self._asked_since) / _STEP), self._asked_step
        self._asked_step = step
        plan = share_out(self._instances.places(), turns, free=0, now=now, step=min(step, _LAST_STEP))
        self._instances.ask(plan.asked, again=step != before)
        for index in plan.hopeless:
            source = self._doorstep.leave(numbers[index])
            self._turn_away(numbers[index], source, f"{len(self._instances)} connections are being served")

    def _turn_away(self, number: int, source: Source, why: str) -> None:
        """Refuse a connection that is in no list, but counted."""
        self._leave(source)
        self.saturate(why)
        self.refuse(number)

    def saturate(self, why: str) -> None:
        """Somebody is refused; the log says it once."""
        self.refused_at = monotonic()
        if self._full is None:
            self._full = why
            self._log.error(f"New connections are refused: {why}.")

    def _relax(self) -> None:
        """A connection is served: if nobody had to be refused for a moment, all are again."""
        if self._full is not None and monotonic() - self.refused_at >= _PAUSE:
            self._full = None
            self._log.info("New connections are served again.")

    def refuse(self, number: int, seconds: int = RETRY_AFTER) -> None:
        """Answer 503 on a connection that nobody has counted."""
        self._lingering.refuse(number, seconds)

    def give_descriptor(self) -> bool:
        """End a connection for the sake of a new one; False if there is none to end."""
        return self._lingering.let_one_go() or self._make_room()

    def ended(self, source: Source, misdeed: str | None) -> None:
        """An instance has ended that had a connection of `source`, and what its client did wrong."""
        self._leave(source)
        if misdeed is not None:
            self._misdeed(source, misdeed, monotonic())

    def _misdeed(self, source: Source, misdeed: str, now: float) -> None:
        seconds = self._sources.penalise(source, misdeed, now)
        if seconds:
            self._log.info(f"source={name_of(source)} is not served for {seconds:.0f} s, last for: {misdeed}")

    def deadlines(self) -> Iterator[float]:
        """When there is something to do without an event."""
        for time in (self._doorstep.deadline(), self._lingering.deadline()):
            if time is not None:
                yield time
        if self._asked_since:
            yield self._asked_since + (self._asked_step + 1) * _STEP

    def see_to_deadlines(self, now: float) -> None:
        """Let those go whose time is over."""
        for number, silent in self._doorstep.overdue(now):
            source = self._doorstep.leave(number)
            if silent:
                self._leave(source)
                os.close(number)
                self._misdeed(source, "late", now)
            else:
                self._turn_away(number, source, f"{len(self._instances)} connections are being served")
        self._lingering.see_to_deadlines(now)

    def clear(self) -> None:
        """Nobody is served any more: refuse those who have said something, and close the others."""
        numbers, _turns = self._doorstep.turns()
        for number in list(self._doorstep):
            self._leave(self._doorstep.leave(number))
            if number in numbers:
                self.refuse(number)
            else:
                os.close(number)
