# SPDX-License-Identifier: GPL-2.0-or-later
"""Each case of cases.py, asked of the real slurmrestd and of ours; what may differ stands in differences.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import documented
import homes
import pytest
from cases import CASES, ODD_CASES, Case
from comparison import Comparison, expand, message
from differences import DIFFERENCES
from modern_cases import MODERN_CASES, OPERATIONS
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterable

    from comparison import Difference
    from conftest import Sides

_done: set[tuple[str, int]] = set()
_needed: set[str] = set()


_RELEASE = homes.installed()
_PAIRS = homes.pairs((*CASES, *MODERN_CASES), _RELEASE)
_ODD_PAIRS = homes.pairs(ODD_CASES, _RELEASE)
_SECOND_PAIRS = homes.second_opinions(OPERATIONS, _RELEASE)
_ROWS = [row for row in DIFFERENCES if not row.releases]
_ROWS_OF_THE_RELEASE = [row for row in DIFFERENCES if not row.releases or _RELEASE in row.releases]


def _each(pairs: Iterable[tuple[Case, int]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("case", "version"), pairs, ids=[f"{case.name}-{version}" for case, version in pairs]
    )


def test_that_names_are_unique() -> None:
    names = [case.name for case in (*CASES, *MODERN_CASES, *ODD_CASES)]
    assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}
    idents = [row.ident for row in DIFFERENCES]
    assert len(set(idents)) == len(idents)


@_each(_PAIRS)
def test_that_both_answer_alike(
    case: Case, version: int, sides: dict[str, Sides], names: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    _ask(case, version, sides[case.setting], names, tokens)


@_each(_ODD_PAIRS)
def test_that_both_answer_alike_about_what_is_no_text(
    case: Case, version: int, sides: dict[str, Sides], odd_job: str, tokens: dict[str, str]
) -> None:
    _ask(case, version, sides[case.setting], {"odd": [odd_job]}, tokens)


@_each(_SECOND_PAIRS)
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
    troubles = []
    targets = expand(case.target, names)
    for target in targets:
        request = case.describe(target)
        data = _data(case, target.replace("{v}", f"v0.0.{version}"), tokens)
        comparison = Comparison(request, version, rows)
        heard = documented.Pair(*sides, data)
        try:
            disagreements = comparison.run(heard.real, heard.ours)
        except wire.MalformedError as malformed:
            troubles.append(f"{request}: ours is malformed: {malformed}")
            continue
        _needed.update(comparison.needed)
        troubles += [f"{request}: {place}" for place in heard.undocumented(case.method, target, version)]
        troubles += [f"{request}: {disagreement}" for disagreement in disagreements]
    assert targets, "the lab has nothing of that kind"
    assert not troubles, "\n".join(troubles)
    _done.add((case.name, version))


def test_that_every_difference_was_needed() -> None:
    if len(_done) < len(_PAIRS) + len(_ODD_PAIRS) + len(_SECOND_PAIRS):
        pytest.skip("not all comparisons were made, or some failed")
    assert sorted({row.ident for row in homes.demanded(DIFFERENCES, _RELEASE)} - _needed) == []


def _data(case: Case, target: str, tokens: dict[str, str]) -> bytes:
    fields = [line.format_map(tokens) if "{" in line else line for line in (*case.credentials, *case.headers)]
    request = message(case.method, target, case.http, fields, case.body)
    if case.raw is None:
        return request
    parts = {
        "<request>": request,
        "<lf>": request.replace(b"\r\n", b"\n"),
        "<nowhere>": message("GET", "/nope", case.http, fields, b""),
        "<close>": message("GET", target, case.http, [*fields, "Connection: close"], b""),
    }
    data = case.raw.encode("latin-1")
    for name, part in parts.items():
        data = data.replace(name.encode(), part)
    return data
