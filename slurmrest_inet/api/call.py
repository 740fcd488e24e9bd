# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operation is called with.

Rule 1: values as the client gave them; what they mean in an API version, the version's dialect says.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")


class Call(NamedTuple):
    """One request to an operation: names are those of the API's documents."""

    version: int
    parameters: dict[str, str]
    """Of the path."""
    query: dict[str, Any]
    """Texts and None by name; from 24.11 on also true, and lists of such where a name was repeated."""
    body: Any = None
    flags: tuple[str, ...] = ()
    """Of the data parser of the API version: fast, complex."""
    table: str | None = None
    """Of the query (schema/queries.py)."""
    size: int = 0
    """Of the body in bytes, or of the query; what is said of either is bounded in proportion to it."""

    @property
    def dialect(self) -> versions.Dialect:
        """How the client's API version is spoken."""
        return versions.DIALECTS[self.version]

    def at(self, table: dict[int, T]) -> T:
        """Return what a table has for that version."""
        return versions.since(table, self.version)
