# SPDX-License-Identifier: GPL-2.0-or-later
"""Counting connections and penalties by source, without any clock."""

from __future__ import annotations

import pytest

from slurmrest_inet.serve import sources
from slurmrest_inet.serve.sources import Penalties, Sources, network


def make(**options: object) -> Sources:
    return Sources(**{"most": 2, "penalties": Penalties(), **options})  # type: ignore[arg-type]


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
    source, other = table.of_address("192.0.2.1"), table.of_uid(7)
    assert [table.add(source) for _ in range(3)] == [True, True, False]
    assert table.add(other)
    assert table.remove(source)
    assert not table.remove(source)
    assert table.add(source)


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
    table = make(penalties=Penalties(crash=0.0))
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
