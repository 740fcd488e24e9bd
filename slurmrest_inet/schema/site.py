# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of a site's own: records that Python makes, written and documented by their rows as those of C structs are.

Rule 1: a record is a map from the paths of its table's rows to values; what is not in it is written as unset. A value
        of another type than its row says is an error of the plug-in, never an answer.
Rule 2: queries and bodies are read by the same readers as everybody's.
"""

from __future__ import annotations

from . import readers
from .model import BOTH, DOUBLE, OUT, Kind, Row, Table
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .reading import Reading


def _text(value: Any, _at: Reading) -> str:
    return to_text(value, None)


def _number(value: Any, _at: Reading) -> int:
    found = readers.whole(value)
    if found is None or value is None:
        raise InvalidError("Expected an integer", readers.CONVERSION)
    return found


def _real(value: Any, _at: Reading) -> float:
    found = readers.real(value)
    if found is None or value is None:
        raise InvalidError("Expected a number", readers.CONVERSION)
    return found


def _truth(value: Any, _at: Reading) -> bool:
    return readers.truth(value)


TEXT = Kind("text", read=_text)
NUMBER = Kind("number", type="integer", width=64, read=_number)
REAL = Kind("number", type="number", width=DOUBLE, read=_real)
TRUTH = Kind("boolean", type="boolean", read=_truth)
TEXTS = Kind("texts", type="array", read=readers.texts)
NUMBER_OBJECT = Kind("noval", type="noval", width=64)
"""A number that may be unset (None) or without bound (float("inf")), as Slurm's limits are."""

KINDS = (TEXT, NUMBER, REAL, TRUTH, TEXTS, NUMBER_OBJECT)
"""The kinds that a row may be of."""
READ_KINDS = KINDS[:-1]
"""Those of queries and bodies."""
QUERY_KINDS = READ_KINDS[:-1]
"""Those of queries alone."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
}
_UNSET: dict[str, Any] = {"string": "", "integer": 0, "number": 0.0, "boolean": False, "array": ()}
_INFINITE = float("inf")


def row(path: str, kind: Kind, sentence: str, *, required: bool = False) -> Row:
    """Return a row: its place in the JSON (`a/b` nests), its kind, what it means (with the unit), and for bodies
    whether it has to be there.
    """
    return Row(path, None, kind, sentence, way=BOTH, required=(0, 999) if required else None)


_made: list[Table] = []


def table(name: str, *rows: Row) -> Table:
    """Return a table of such rows; documents call it by its name."""
    # Tables are known by the name of their struct to who reads by them: two plug-ins may have the same word.
    made = Table(f"{name} of a site ({len(_made)})", rows, {}, parser=name.upper())
    _made.append(made)
    return made


def shown(of: Table, version: int, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as it is written. Raises TypeError and LookupError for what the table has not promised."""
    found: dict[str, Any] = {}
    rows = of.rows_of(version, OUT)
    for one in rows:
        *groups, last = one.path.split("/")
        place = found
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = _value(of, one, record.get(one.path))
    unknown = set(record) - {one.path for one in rows}
    if unknown:
        raise LookupError(f"{of.parser.lower()} has no row {min(unknown)}")
    return found


def _value(of: Table, row: Row, given: Any) -> Any:
    if row.kind.type == "noval":
        return _number_object(of, row, given)
    if given is None:
        return _UNSET[row.kind.type]
    wanted = _TYPES[row.kind.type]
    if not isinstance(given, wanted) or (isinstance(given, bool) and bool not in wanted):
        raise TypeError(f"{of.parser.lower()}: {row.path} is of type {row.kind.type}, not {type(given).__name__}")
    value: Any = given  # of one of these types
    if row.kind.type == "array" and not all(isinstance(one, str) for one in value):
        raise TypeError(f"{of.parser.lower()}: {row.path} is a list of texts")
    if row.kind.type == "integer" and not -(2**63) <= value < 2**63:
        raise TypeError(f"{of.parser.lower()}: {row.path} does not fit 64 bits")
    if row.kind.type == "string":
        return str.__str__(value)  # the codec knows plain types alone
    return wanted[-1](value)


def _number_object(of: Table, row: Row, value: Any) -> dict[str, Any]:
    if value == _INFINITE:
        return {"set": False, "infinite": True, "number": 0}
    number = _value(of, row._replace(kind=NUMBER), value)
    return {"set": value is not None, "infinite": False, "number": number}
