# SPDX-License-Identifier: GPL-2.0-or-later
"""Our answers beside recorded ones, place by place.

Rule 1: a place that is otherwise needs a row of recorded_differences.py that speaks of it.
Rule 2: rows are counted, so that one that explains nothing can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recorded_differences import Written


def entries(body: dict[str, Any]) -> dict[str, list[list[Any]]]:
    """Errors and warnings of an answer as the facts tell them."""
    return {
        "errors": [[one.get("error_number"), one.get("description"), one["source"]] for one in body.get("errors", ())],
        "warnings": [[one["description"], one.get("source")] for one in body.get("warnings", ())],
    }


class Ledger(NamedTuple):
    """What is otherwise and no row explains, and the idents of rows that explained something."""

    rows: Sequence[Written]
    troubles: list[str]
    needed: set[str]

    def compare(self, one: dict[str, Any], recorded: dict[str, Any], here: dict[str, Any]) -> None:
        """Note what is otherwise in our answer to an exchange, both by place; of one that was cut, what it has."""
        for place in sorted(recorded if one.get("cut") else {*recorded, *here}):
            there, own = recorded.get(place), here.get(place)
            if there == own:
                continue
            found = [row.ident for row in self.rows if row.explains(one, place, there, own)]
            self.needed.update(found)
            if not found:
                self.note(one, f"{place}\n   recorded {there}\n   ours {own}")

    def note(self, one: dict[str, Any], what: object) -> None:
        """Note what is wrong with our answer to an exchange."""
        self.troubles.append(f"{one['name']} {one['method']} {one['path']}: {what}")

    def close(self, release: str, *, whole: bool = True) -> None:
        """Fail if anything is wrong, or if the exchanges were all of a release and did not need each of its rows."""
        assert not self.troubles, "\n".join(self.troubles)
        assert not whole or {row.ident for row in self.rows if row.release == release} == self.needed
