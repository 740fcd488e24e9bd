# SPDX-License-Identifier: GPL-2.0-or-later
"""Each case of cases.py, asked of the real slurmrestd and of ours; what may differ stands in differences.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import homes
import pytest
from cases import CASES, ODD_CASES, Case
from compared import compare
from differences import DIFFERENCES
from http_differences import HTTP_DIFFERENCES
from modern_cases import MODERN_CASES, OPERATIONS
from util_cases import PROBE_CASES, UTIL_CASES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comparison import Difference, Sides

_done: set[tuple[str, int]] = set()
_needed: set[str] = set()


_RELEASE = homes.installed()
_CASES = (*CASES, *MODERN_CASES, *UTIL_CASES, *PROBE_CASES)
_PAIRS = homes.pairs(_CASES, _RELEASE)
_ODD_PAIRS = homes.pairs(ODD_CASES, _RELEASE)
_SECOND_PAIRS = homes.second_opinions(OPERATIONS, _RELEASE)
_ROWS = [row for row in DIFFERENCES if not row.releases]
_ROWS_OF_THE_RELEASE = [row for row in DIFFERENCES if not row.releases or _RELEASE in row.releases]


def test_that_names_are_unique() -> None:
    names = [case.name for case in (*_CASES, *ODD_CASES)]
    assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}
    idents = [row.ident for row in DIFFERENCES]
    assert len(set(idents)) == len(idents)


@homes.each(_PAIRS)
def test_that_both_answer_alike(
    case: Case, version: int, sides: dict[str, Sides], names: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    _ask(case, version, sides[case.setting], names, tokens)


@homes.each(_ODD_PAIRS)
def test_that_both_answer_alike_about_what_is_no_text(
    case: Case, version: int, sides: dict[str, Sides], odd_job: str, tokens: dict[str, str]
) -> None:
    _ask(case, version, sides[case.setting], {"odd": [odd_job]}, tokens)


@homes.each(_SECOND_PAIRS, share=5)
def test_what_a_later_release_makes_of_it(
    case: Case, version: int, sides: dict[str, Sides], names: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    _ask(case, version, sides[case.setting], names, tokens, _ROWS_OF_THE_RELEASE)


def _ask(
    case: Case,
    version: int,
    sides: Sides,
    names: dict[str, list[str]],
    tokens: dict[str, str],
    rows: Iterable[Difference] = _ROWS,
) -> None:
    _needed.update(compare(case, version, sides, names, tokens, rows))
    _done.add((case.name, version))


def test_that_every_difference_was_needed() -> None:
    if len(_done) < len(_PAIRS) + len(_ODD_PAIRS) + len(_SECOND_PAIRS):
        pytest.skip("not all comparisons were made, or some failed")
    layer = () if _RELEASE in homes.LAYERS else {row.ident for row in HTTP_DIFFERENCES}
    demanded = {row.ident for row in homes.demanded(DIFFERENCES, _RELEASE)}
    assert sorted(demanded.difference(layer, _needed)) == []
