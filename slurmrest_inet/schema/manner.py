# SPDX-License-Identifier: GPL-2.0-or-later
"""How API versions read bodies and queries, and what they call what they find.

Rule 1: values only; which version has which of them is the table at the end.
Rule 2: words and sentences are slurmrestd's, because clients compare them.
"""

from __future__ import annotations

import json

from slurmrest_inet.record import NamedTuple


class Manner(NamedTuple):
    """How an API version reads.

    folded: keys may be of any letter case and the first 255 bytes of them count, empty ones count for nothing, values
    are read in the order of the body, and the first fault ends it all. Otherwise values are read in the order of the
    table, and the first one that cannot be read ends its object. unknown: what a key without a row is: a "fault", a
    "warning", or "ignored". typed: a value of another type than the documents say is warned of. shown: sentences show
    the value itself, and a number may stand for its object. loose: so may other numbers than integers, and texts.
    scanned: a text may be a number where a moment is wanted. lenient: a word that is no flag is a fault, and reading
    goes on. integer, real: what the home release calls JSON's.
    """

    folded: bool = False
    unknown: str = "warning"
    typed: bool = True
    shown: bool = True
    loose: bool = True
    scanned: bool = True
    lenient: bool = True
    integer: str = "64 bit integer"
    real: str = "floating point number"

    def word(self, value: object) -> str:
        """Return what slurmrestd calls the type of a value."""
        if isinstance(value, bool):
            return "boolean"
        if isinstance(value, int):
            return self.integer
        if isinstance(value, float):
            return self.real
        if isinstance(value, str):
            return "string"
        return "list" if isinstance(value, list) else "null" if value is None else "dictionary"

    def name(self, value: object) -> str:
        """Return how a sentence names a value: by itself, or by its type."""
        return show(value) if self.shown else self.word(value)


_MANNERS = {
    36: Manner(folded=True, unknown="fault", typed=False, shown=False, loose=False, scanned=False, lenient=False),
    39: Manner(
        unknown="ignored",
        shown=False,
        loose=False,
        scanned=False,
        lenient=False,
        integer="int 64bits",
        real="floating point",
    ),
    40: Manner(shown=False, scanned=False, lenient=False),
    41: Manner(scanned=False),
    42: Manner(),
}
"""By the first API version that has them."""

_QUERIES = {**_MANNERS, 36: _MANNERS[36]._replace(folded=False, unknown="ignored")}
"""The same of queries, whose names are never looked up in another letter case."""


def manner_of(version: int, *, query: bool = False) -> Manner:
    """Return how an API version (36 to 45) reads a body, or a query."""
    manners = _QUERIES if query else _MANNERS
    return manners[max(since for since in manners if since <= version)]


def show(value: object) -> str:
    """Return a value as slurmrestd prints it: JSON in one line, with its slashes escaped."""
    if isinstance(value, float):
        text = f"{value:.17g}"
        return text if set(text) & set(".en") else f"{text}.0"
    if isinstance(value, list):
        return f"[{','.join(map(show, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{show(key)}:{show(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False).replace("/", "\\/")
