# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents of an API version on other releases than its home: what they say otherwise is named, place by place."""

from __future__ import annotations

import copy
from typing import Any

import described
import make
import pytest
import told
from document_differences import ELSEWHERE, ROWS

OTHERS = described.others()
HOMES = described.homes()
_EACH = pytest.mark.parametrize("key", OTHERS, ids=lambda key: f"v0.0.{key[1]} of {key[0]}")


def _texts(ours: described.Described, theirs: described.Described) -> set[str]:
    return {f"{place} | {said}" for place, said in described.differences(ours, theirs).items()}


@_EACH
def test_that_what_a_release_says_otherwise_is_named(key: tuple[str, int]) -> None:
    named = {place for row in ELSEWHERE if key in row.documents for place in row.places}
    assert _texts(OTHERS[key], HOMES[key[1]]) == named


@_EACH
def test_that_ours_says_nothing_else_of_them(key: tuple[str, int], made: dict[int, dict[str, Any]]) -> None:
    """Where ours differs from another release's, it is as it differs from the home release's."""
    version = key[1]
    ours = described.Described(make.told_document(version, made[version]))
    unexplained = {text for text in _texts(ours, OTHERS[key]) if not any(row.fits(version, text) for row in ROWS)}
    assert unexplained == set()


def test_that_a_difference_is_found() -> None:
    """Without this a comparison that looks away would pass."""
    other = described.Described(copy.deepcopy(told.document(44, "25.11")))
    job = other.schemas["v0.0.44_job_info"]
    del job["account"]
    job["nice"] = "string"
    del other.operations["GET slurm/diag"]
    other.operations["GET slurm/jobs"]["parameters"]["flags"][2] = True
    assert _texts(other, HOMES[44]) == {
        "job_info/account | missing",
        "job_info/nice | integer is string",
        "GET slurm/diag | missing",
        'GET slurm/jobs ?flags | ["query", "string", false] is ["query", "string", true]',
    }
