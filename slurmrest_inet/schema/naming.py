# SPDX-License-Identifier: GPL-2.0-or-later
"""How tables of names are put together: the words on the wire beside the C constants that they stand for.

The tables themselves stand by what they are about (job_names.py, node_names.py …), or beside the one struct that has
them.

Rule 1: a constant that the installed headers lack is left out by the build; one that no supported release has is a
        typo, which a test finds.
Rule 2: order counts: flags are listed in it, and of a choice the first entry that matches wins.
"""

from __future__ import annotations

from .model import Name, Names


def plain_bits(ident: str, constants: str, prefix: str = "") -> Names:
    """Return a table of bits whose words are the constants' own names without ``prefix``."""
    return Names(ident, tuple(Name(prefix + word, word) for word in constants.split()), bits=True)


def pairs(
    ident: str,
    text: str,
    *,
    prefix: str = "",
    otherwise: str | None = None,
    mask: str | None = None,
    bits: bool = False,
) -> Names:
    """Return a table from lines ``CONSTANT word``."""
    entries = (line.split(None, 1) for line in text.strip().splitlines())
    return Names(ident, tuple(Name(prefix + name, word, mask) for name, word in entries), otherwise, bits)


def as_bits(table: Names) -> tuple[Name, ...]:
    """Return the entries of a table of bits for use beside entries of another kind."""
    return tuple(entry._replace(mask=entry.constant) for entry in table.entries)


def exact(ident: str, bits: Names, **words: str) -> Names:
    """Return a table of bits that come after whole values with a word of their own (given by constant)."""
    whole = tuple(Name(constant, text) for constant, text in words.items())
    return Names(ident, whole + as_bits(bits))


def without(ident: str, table: Names, *texts: str) -> Names:
    """Return a table without the entries of these words, as an earlier API version has it."""
    return table._replace(ident=ident, entries=tuple(entry for entry in table.entries if entry.text not in texts))


def between(table: Names, spans: dict[tuple[int, int], str]) -> Names:
    """Return a table of which only some API versions (the first, the last) have these words."""
    words = {word: span for span, text in spans.items() for word in text.split()}
    entries = (
        entry._replace(since=words[entry.text][0], until=words[entry.text][1]) if entry.text in words else entry
        for entry in table.entries
    )
    return table._replace(entries=tuple(entries))
