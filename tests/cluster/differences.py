# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers differ from slurmrestd's on purpose, each place with both values and the reason.

The comparison (test_comparison.py) fails on any difference that is not here and on any row that no request needed.
`python tests/cluster/differences.py` prints the table for the README.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING

from comparison import MISSING, Difference, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

_DATE = Rule(
    "the time as an IMF-fixdate",
    lambda value, *_: bool(re.fullmatch(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", str(value))),
)


def _cache_holds(value: object, place: str, here: Mapping[str, object], _there: object) -> bool:
    status = int(str(here[place.replace("header/cache-control", "answer")])[:3])
    return value == ("no-store" if status >= 400 else "private, no-cache")


_CACHE = Rule("no-store on errors, else private, no-cache", _cache_holds)
_HEAD_ONLY = Rule("the status alone", lambda value, *_: bool(re.fullmatch("[4-5]..", str(value))))
_SENTENCE = Rule(
    "the same status with a sentence",
    lambda value, place, _here, there: str(value).startswith(f"{there[place]} text/plain: "),
)

DIFFERENCES: tuple[Difference, ...] = (
    Difference("date", "*", "*header/date", MISSING, _DATE, "RFC 9110 section 6.6.1: a server with a clock sends Date."),
    Difference("cache-control", "*", "*header/cache-control", MISSING, _CACHE, "Answers belong to one user and age at once; errors are not kept."),
    Difference("rejects-say-why", "*", "*answer", _HEAD_ONLY, _SENTENCE, "A client's author should see what was wrong."),
)
