# SPDX-License-Identifier: GPL-2.0-or-later
"""Each request to slurmdbd's side (dbd.py), asked of the real slurmrestd and of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import homes
import pytest
from compared import compare
from dbd import CASES, OWN, ROWS

if TYPE_CHECKING:
    from cases import Case
    from comparison import Sides

_RELEASE = homes.installed()
_PAIRS = homes.pairs(CASES, _RELEASE, "slurmdb")

_done: set[tuple[str, int]] = set()
_needed: set[str] = set()


def test_that_names_are_unique() -> None:
    for names in ([case.name for case in CASES], [row.ident for row in ROWS]):
        assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}


@homes.each(_PAIRS, "slurmdb")
def test_that_both_answer_alike(
    case: Case, version: int, sides: dict[str, Sides], records: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    _needed.update(compare(case, version, sides[case.setting], records, tokens, ROWS))
    _done.add((case.name, version))


def test_that_every_difference_was_needed() -> None:
    if len(_done) < len(_PAIRS):
        pytest.skip("not all comparisons were made, or some failed")
    assert sorted({row.ident for row in homes.demanded(OWN, _RELEASE, "slurmdb")} - _needed) == []
