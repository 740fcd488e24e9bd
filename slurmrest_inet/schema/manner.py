# SPDX-License-Identifier: GPL-2.0-or-later
"""What API versions call what they find in bodies and queries, beside how they read (versions.Manner).

Rule 1: words and sentences are slurmrestd's, because clients compare them.
Rule 2: whoever fills a struct loads this module; json, which needs regular expressions, is for sentences alone.
"""

from __future__ import annotations

from slurmrest_inet import versions


class Manner(versions.Manner):
    """How an API version reads, with the words that it has for values."""

    __slots__ = ()

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


def manner_of(version: int, *, query: bool = False) -> Manner:
    """Return how an API version (36 to 45) reads a body, or a query."""
    dialect = versions.DIALECTS[version]
    return worded(dialect.query if query else dialect.body)


def worded(manner: versions.Manner) -> Manner:
    """Return how a dialect reads something, with the words that it has for values."""
    return Manner(*manner)


def show(value: object) -> str:
    """Return a value as slurmrestd prints it: JSON in one line, with its slashes escaped."""
    if isinstance(value, float):
        text = f"{value:.17g}"
        return text if set(text) & set(".en") else f"{text}.0"
    if isinstance(value, list):
        return f"[{','.join(map(show, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{show(key)}:{show(one)}" for key, one in value.items()) + "}"
    import json  # noqa: PLC0415 - most requests show no value

    return json.dumps(value, ensure_ascii=False).replace("/", "\\/")
