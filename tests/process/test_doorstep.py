# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections without an instance, refused ones, and seats, without a listener and without waiting."""

from __future__ import annotations

import os
import select
import socket
from typing import TYPE_CHECKING

import pytest
from wire import PATIENCE, parse, read_all

from slurmrest_inet.serve import confine, room
from slurmrest_inet.serve.doorstep import GONE, SILENT, SPEAKING, Doorstep, listen
from slurmrest_inet.serve.lingering import Lingering
from slurmrest_inet.serve.seats import Glance, Seats
from slurmrest_inet.serve.sources import BUSY, LEAVING, RESTING
from slurmrest_inet.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Pairs = Callable[[], tuple[socket.socket, socket.socket]]


@pytest.fixture
def pair() -> Iterator[Pairs]:
    """Makes connections: the client's end, and ours."""
    made: list[socket.socket] = []

    def make() -> tuple[socket.socket, socket.socket]:
        made.extend(socket.socketpair())
        for one in made[-2:]:
            one.settimeout(PATIENCE)
        return made[-2], made[-1]

    yield make
    for one in made:
        one.close()


class TestDoorstep:
    def test_what_is_heard(self, pair: Pairs) -> None:
        client, ours = pair()
        assert listen(ours.fileno()) == SILENT
        client.send(b"G")
        assert [listen(ours.fileno()) for _ in range(2)] == [SPEAKING] * 2  # nothing was taken
        gone, other = pair()
        gone.close()
        assert listen(other.fileno()) == GONE

    def test_times_end_one_after_the_other(self, pair: Pairs) -> None:
        door = Doorstep(select.poll(), 60.0)
        numbers = [pair()[1].fileno() for _ in range(4)]
        assert door.deadline() is None
        door.arrive(numbers[0], "a", 100.0)
        door.arrive(numbers[1], "a", 110.0)
        door.queue(numbers[2], "b", 105.0)
        door.queue(numbers[3], "b", 130.0)
        assert door.deadline() == 135.0  # the first turn, whose time is half as long
        found = []
        for number, silent in door.overdue(165.0):
            found.append((number, silent))
            door.leave(number)
        assert found == [(numbers[2], False), (numbers[0], True), (numbers[3], False)]
        assert list(door) == [numbers[1]]
        assert door.deadline() == 170.0

    def test_who_gives_way(self, pair: Pairs) -> None:
        door = Doorstep(select.poll(), 60.0)
        numbers = [pair()[1].fileno() for _ in range(5)]
        assert door.quietest() is None
        for number, source in zip(numbers, "abbcc"):
            door.arrive(number, source, 0.0)
        assert door.quietest() == numbers[1]  # of those with the most, who was there first
        door.leave(numbers[1])
        door.leave(numbers[2])
        assert door.quietest() == numbers[3]

    def test_a_turn_is_woken_by_its_end_only(self, pair: Pairs) -> None:
        waiter = select.poll()
        door = Doorstep(waiter, 60.0)
        client, ours = pair()
        client.send(b"GET / HTTP/1.1\r\n")
        door.queue(ours.fileno(), "a", 0.0)
        assert waiter.poll(0) == []
        client.close()
        assert [number for number, _ in waiter.poll(0)] == [ours.fileno()]
        assert door.hear(ours.fileno()) == GONE


class TestLingering:
    def test_the_oldest_goes(self, pair: Pairs) -> None:
        lingering = Lingering(select.poll(), 2)
        clients, numbers = [], []
        for _ in range(3):
            client, ours = pair()
            clients.append(client)
            numbers.append(ours.detach())
            lingering.refuse(numbers[-1], 7)
        assert list(lingering) == numbers[1:]
        for client in clients:
            (answer,) = parse(read_all(client))
            assert (answer.status, answer.headers["retry-after"]) == (503, "7")
        assert lingering.let_one_go()
        assert lingering.let_one_go()
        assert not lingering.let_one_go()
        assert lingering.deadline() is None

    def test_what_comes_is_thrown_away_up_to_a_bound(self, pair: Pairs) -> None:
        lingering = Lingering(select.poll(), 2)
        client, ours = pair()
        number = ours.detach()
        lingering.refuse(number)
        for _ in range(64):
            if number not in lingering:
                break
            client.sendall(b"x" * 32_768)
            lingering.hear(number)
        assert number not in lingering


@pytest.mark.parametrize("beyond", range(3, 70))
def test_somebody_may_always_be_refused(monkeypatch: pytest.MonkeyPatch, beyond: int) -> None:
    monkeypatch.setattr(room, "_open_descriptors", lambda: 10)
    monkeypatch.setattr(confine, "allow_descriptors", lambda count: min(count, 10 + 4 + 16 + beyond))
    found = room.divide(Settings(max_connections=2), 0)
    assert found.doorstep == 2
    assert found.lingering >= 1


class TestSeats:
    def test_both_sides(self) -> None:
        seats = Seats(2)
        number = seats.take()
        seat = seats.seat(number)
        assert seats.look(number).state == BUSY
        seat.rest(5.0)
        assert seats.look(number) == Glance(RESTING, 5.0)
        assert not seat.wanted
        seats.want(number, wanted=True)
        assert seat.wanted
        seat.leave(6.0)
        assert seats.look(number) == Glance(LEAVING, 6.0)
        seats.give_back(number)
        again = seats.take()
        assert again == number
        assert not seats.seat(again).wanted
        assert seats.look(again).state == BUSY

    def test_a_child_writes_what_its_parent_reads(self) -> None:
        seats = Seats(3)
        number = seats.take()
        child = os.fork()
        if not child:
            seats.seat(number).rest(7.0)
            os._exit(0)
        os.waitpid(child, 0)
        assert seats.look(number) == Glance(RESTING, 7.0)

    @pytest.mark.parametrize("count", [1, 2, 600])
    def test_the_next_listener_finds_them(self, count: int) -> None:
        """With fewer seats, as many, or more of them than one page has."""
        old = Seats(2)
        first, second = old.take(), old.take()
        old.seat(second).rest(8.0)
        old.want(second, wanted=True)
        new = Seats(count, os.dup(old.descriptor))
        assert new.take(second) == second
        assert new.look(second) == Glance(RESTING, 8.0)
        assert not old.seat(second).wanted  # nobody waits yet
        new.want(second, wanted=True)
        assert old.seat(second).wanted
        assert new.take(first) == first
        others = [new.take() for _ in range(max(count, 2) - 2)]
        assert len({first, second, *others}) == max(count, 2)
