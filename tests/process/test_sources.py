# SPDX-License-Identifier: GPL-2.0-or-later
"""Counting connections and penalties by source, without any clock."""

from __future__ import annotations

import pytest

from slurmrest_inet import settings
from slurmrest_inet.serve import sources
from slurmrest_inet.serve.sources import BUSY, LEAVING, RESTING, Penalties, Place, Plan, Sources, network, share_out

OPENSSH = Penalties(**{name: getattr(settings.STRICT, f"penalty_{name}") for name in Penalties._fields})
FAIR = Penalties(**{name: getattr(settings.Listener(), f"penalty_{name}") for name in Penalties._fields})


def make(**options: object) -> Sources:
    return Sources(**{"most": 2, "penalties": OPENSSH, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("0.0.0.1", "::1", False),
    ],
)
def test_which_addresses_are_one_source(one: str, other: str, same: bool) -> None:
    table = make()
    assert (table.of_address(one) == table.of_address(other)) is same


def test_prefixes() -> None:
    table = make(prefixes=(24, 48))
    assert table.of_address("192.0.2.1") == table.of_address("192.0.2.250")
    assert table.of_address("2001:db8::1") == table.of_address("2001:db8:0:1::1")
    assert make(prefixes=(0, 0)).of_address("192.0.2.1") == make(prefixes=(0, 0)).of_address("10.0.0.1")


def test_counting() -> None:
    table = make()
    source = table.of_address("192.0.2.1")
    for _ in range(2):
        assert table.has_room(source)
        table.add(source)
    assert not table.has_room(source)
    assert table.has_room(table.of_address("192.0.2.2"))
    assert table.remove(source)
    assert not table.remove(source)
    assert table.has_room(source)


def test_who_is_never_capped() -> None:
    table = make(exempt=(network("127.0.0.0/8"),))
    for source in (table.of_address("127.0.0.1"), table.of_uid(7)):
        for _ in range(5):
            table.add(source)
        assert table.has_room(source)
        assert not table.remove(source)


def test_no_cap() -> None:
    table = make(most=None)
    source = table.of_address("192.0.2.1")
    for _ in range(1000):
        table.add(source)
    assert table.has_room(source)


def test_fair_penalties_are_none() -> None:
    table = make(penalties=FAIR)
    source = table.of_address("192.0.2.1")
    for misdeed in ("crash", "refused", "fault", "late") * 100:
        assert table.penalise(source, misdeed, 0.0) == 0.0
    assert table.must_wait(source, 0.0) == 0.0


def test_a_penalty_takes_effect_at_the_minimum_and_ends() -> None:
    table = make()
    source = table.of_address("192.0.2.1")
    assert [table.penalise(source, "refused", 100.0) for _ in range(3)] == [0.0, 0.0, 15.0]
    assert table.must_wait(source, 100.0) == 15.0
    assert table.must_wait(source, 114.0) == 1.0
    assert table.penalise(source, "refused", 114.0) == 0.0  # it waits already
    assert table.must_wait(source, 119.9) > 0
    assert table.must_wait(source, 120.0) == 0.0
    assert table.penalise(source, "refused", 120.0) == 0.0


def test_penalties_below_the_minimum_fade() -> None:
    table = make()
    source = table.of_address("192.0.2.1")
    for now in range(0, 100, 5):
        assert table.penalise(source, "refused", float(now)) == 0.0
        assert table.must_wait(source, float(now)) == 0.0


def test_the_maximum() -> None:
    table = make()
    source = table.of_address("192.0.2.1")
    for _ in range(20):
        table.penalise(source, "crash", 0.0)
    assert table.must_wait(source, 0.0) == 600.0


def test_who_is_never_penalised() -> None:
    table = make(exempt=(network("127.0.0.0/8"), network("::1"), network("2001:db8::/32")))
    for source in (*map(table.of_address, ("127.0.0.9", "::1", "2001:db8:1::")), table.of_uid(1000)):
        assert table.penalise(source, "crash", 0.0) == 0.0
        assert table.must_wait(source, 0.0) == 0.0
    assert table.penalise(table.of_address("::2"), "crash", 0.0) == 90.0


def test_a_penalty_of_nothing() -> None:
    table = make(penalties=OPENSSH._replace(crash=0.0))
    assert table.penalise(table.of_address("192.0.2.1"), "crash", 0.0) == 0.0


def test_the_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_TABLE", 3)
    table = make()
    found = [table.of_address(f"192.0.2.{number}") for number in range(5)]
    for source in found:
        table.penalise(source, "crash", 0.0)
    assert [bool(table.must_wait(source, 0.0)) for source in found] == [False, False, True, True, True]


@pytest.mark.parametrize("text", ["", "host", "192.0.2.1/33", "192.0.2.1/", "::/129", "192.0.2.1/-1", "192.0.2/24"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        network(text)


class TestShareOut:
    """Each source is a letter; process ids are in the order of the places, from 1 on."""

    def plan(self, places: str, turns: str, *, step: int = 0, free: int = 0) -> Plan:
        """`places`: "A9" has rested since 9, "a9" has been busy since 9, "A9!" has been leaving since 9. It is 100."""
        found = []
        for process, word in enumerate(places.split(), 1):
            state = LEAVING if word.endswith("!") else RESTING if word[0].isupper() else BUSY
            found.append(Place(process, "uid:" + word[0].upper(), state, float(word[1:].rstrip("!"))))
        return share_out(found, ["uid:" + letter for letter in turns], free=free, now=100.0, step=step)

    @pytest.mark.parametrize(
        ("places", "turns", "asked"),
        [
            ("A9 A5 A7", "B", [2]),  # the longest resting
            ("A9 A5 A7", "BC", [2, 3]),
            ("A9 A5 B1 B2 B3", "C", [3]),  # of the source with the most
            ("A1 A2 B8 B9", "C", [1]),  # of equals whoever has rested longest
            ("a9 A5 a7", "B", [2]),  # what rests before what does not
            ("a1 a2 a3 B7 B8", "C", [4]),  # and be it another's
            ("a1 a3 a2", "B", [2]),  # the youngest request of who has the most
            ("a1 a3 a2 b9 b8", "C", [2]),
            ("a1 a2 a3 B9", "C", [3]),  # an only connection stays as long as there is another way
            ("A9 B5 C7", "D", [2]),  # and goes where there is none
            ("A9 B5", "B", [2]),  # own ones that rest
            ("A9 A8 A7 B5 b6", "B", [3]),  # but not before those of who has more
            ("A9 a8", "A", [1]),
            ("A9 A8 A7 a6 b5", "BB", [3, 2]),  # each turn counts for the next
        ],
    )
    def test_who_is_asked(self, places: str, turns: str, asked: list[int]) -> None:
        assert self.plan(places, turns) == Plan(asked, [])

    @pytest.mark.parametrize(
        ("places", "turns", "hopeless"),
        [
            ("a1 a2 a3", "A", [0]),  # who has all of them and uses them
            ("a1 a2 b3 b4", "AB", [0, 1]),
            ("a1 a2 a3 b4 b5", "B", [0]),  # nobody would be better off
            ("a1", "B", [0]),
            ("a1 a2 a3 a4", "BBB", [2]),  # two of four are a fair share
            ("a1 a2 B3", "A", [0]),
            ("A9 a8 b7 b6", "B", [0]),  # what rests is a part of the fair share, too
            ("", "A", [0]),
        ],
    )
    def test_for_whom_nobody_makes_room(self, places: str, turns: str, hopeless: list[int]) -> None:
        assert self.plan(places, turns).hopeless == hopeless

    @pytest.mark.parametrize(("step", "asked"), [(0, [3]), (1, [3, 4]), (2, [3, 4, 2, 1]), (10, [3, 4, 2, 1])])
    def test_more_are_asked_with_each_step(self, step: int, asked: list[int]) -> None:
        assert self.plan("a1 a2 a9 a8", "B", step=step).asked == asked

    @pytest.mark.parametrize(
        ("places", "turns", "free", "plan"),
        [
            ("A9", "A", 1, Plan([], [])),
            ("A9 A8", "BC", 1, Plan([2], [])),
            ("A9 A8 A99.5!", "B", 0, Plan([], [])),  # a place that will be free in a moment
            ("A9 A8 A98!", "B", 0, Plan([2], [])),  # one whose client takes its time
            ("a9 a8 A99.5!", "A", 0, Plan([], [])),
            ("a9 B8! B7!", "CCC", 0, Plan([], [2])),  # but better than nothing
        ],
    )
    def test_what_is_free(self, places: str, turns: str, free: int, plan: Plan) -> None:
        assert self.plan(places, turns, free=free) == plan

    def test_spares_that_were_let_go(self) -> None:
        """They end by themselves."""
        assert share_out([Place(1, None, BUSY, 0.0)], ["uid:A"] * 2, free=0, now=100.0, step=0) == Plan([], [1])
