# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies and queries read by the rows of a table: from parsed JSON to members by name, with what is wrong in it.

Rule 1: pure: nothing here knows libslurm. What a reader has to ask of the host is in the context that it is given.
Rule 2: how an API version reads is its `Manner`; what a kind of value makes of one is its reader (readers.py, or the
        row's own).
"""

from __future__ import annotations

from .manner import manner_of
from .model import IN
from .readers import INVERSE
from .reading import Ended, Fault, Full, Reading, Record, Walk
from .scalars import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .manner import Manner
    from .model import Row, Table
    from .reading import Report

    Tree = dict[str, Any]


def decode(
    table: Table,
    version: int,
    value: object,
    report: Report,
    context: object = None,
    *,
    pointer: str = "#/",
    query: bool = False,
    manner: Manner | None = None,
) -> Record:
    """Read a body or a query by a table, as an API version (36 to 45) does.

    A query is an object of texts, of true, and of lists of such, and its table needs no C struct. pointer: where the
    value stands. manner: of an operation that reads otherwise than the others of its version. What is not in the record
    was not given, or stands behind a fault; nothing is in that of a report that is full.
    """
    walk = Walk(version, report, manner or manner_of(version, query=query), context, _read)
    try:
        return _read(walk, table, value, pointer)
    except Ended:
        report.ended = True
    except Full:
        report.ended = report.full = True
    return Record(table.struct, {}, {})


_rows: dict[tuple[str, int], dict[str, Row]] = {}
"""The rows that are read in a version, by table and version."""


def _rows_of(table: Table, version: int) -> dict[str, Row]:
    key = (table.name, version)
    found = _rows.get(key)
    if found is None:
        found = _rows[key] = {row.path: row for row in table.rows_of(version, IN)}
    return found


_trees: dict[tuple[str, int], Tree] = {}


def _tree_of(table: Table, version: int) -> Tree:
    """Return the keys that are read in a version, and in those without a row of their own the keys behind them."""
    key = (table.name, version)
    tree = _trees.get(key)
    if tree is None:
        tree = _trees[key] = {}
        for path in _rows_of(table, version):
            *outer, last = path.split("/")
            node = tree
            for step in outer:
                node = node.setdefault(step, {})
            node[last] = None
    return tree


def _read(walk: Walk, table: Table, value: object, pointer: str) -> Record:
    if not isinstance(value, dict):
        sentence = f"Rejecting {walk.manner.word(value)} when dictionary expected"
        walk.report.fault(Fault("invalid", pointer, "", "", ((sentence, "ESLURM_DATA_EXPECTED_DICT"),)))
        raise Ended
    rows = _rows_of(table, walk.version)
    record = Record(table.struct, {}, {})
    if walk.manner.folded:
        _as_it_stands(walk, rows, value, pointer, record)
        return record
    try:
        for path, row in rows.items():
            found, there = _at(value, path)
            if there:
                _take(Reading(walk, row, path, f"{pointer}{path}/", record), found)
            without = found == [] and not row.kind.name.startswith("list_")  # these may be empty
            if (not there or without) and _is_required(row, walk.version):
                sentence = f"Missing required field '{path}' in dictionary"
                details = ((sentence, "ESLURM_DATA_PATH_NOT_FOUND"),)
                walk.report.fault(Fault("missing", f"{pointer}{path}/", path, path, details))
                raise Ended
    finally:
        if walk.manner.unknown == "warning" and table.parser and not walk.report.fast:
            text = f'Ignoring unknown field "{{}}" of type {{}} in DATA_PARSER_{table.parser}'
            _tell_unknown(walk, text, value, [pointer], _tree_of(table, walk.version))
    return record


def _is_required(row: Row, version: int) -> bool:
    return row.required is not None and row.required[0] <= version <= row.required[1]


def _at(value: dict[str, Any], path: str) -> tuple[Any, bool]:
    found: Any = value
    for step in path.split("/"):
        if not isinstance(found, dict) or step not in found:
            return None, False
        found = found[step]
    return found, True


def _step(key: str, manner: Manner) -> str:
    """Return a key as a step of a pointer."""
    if manner.plain and not (key.isascii() and key.isprintable()):
        return ""
    return f"{key.strip(_BLANKS)}/"


_BLANKS = " \t\n\v\f\r"
"""Which slurmrestd leaves out of a pointer around a name, as isspace(3) knows them."""


def _tell_unknown(walk: Walk, text: str, value: dict[str, Any], place: list[str], known: Tree) -> None:
    """Warn of each key that no row has; of an object the keys in it are told, not the object.

    place: parts of a pointer, which is written where there is a warning: empty objects in a long key cost nothing.
    """
    for key, found in value.items():
        behind = known.get(key, {})
        if behind is None:
            continue
        place.append(_step(key, walk.manner) if key or isinstance(found, dict) else "")
        if isinstance(found, dict):
            _tell_unknown(walk, text, found, place, behind)
        else:
            walk.report.warning("".join(place), text.format(key, walk.manner.word(found)))
        place.pop()


_ASCII_UPPER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _as_it_stands(walk: Walk, rows: dict[str, Row], value: dict[str, Any], pointer: str, record: Record) -> None:
    """Read the keys of an object in its own order, up to the first fault. Raises Ended."""
    for key, found in value.items():
        if not key:
            continue
        lower = key[:255].translate(_ASCII_UPPER)
        row = rows.get(lower)
        if row is None or row.kind.name == "disabled":
            kind = "unknown" if row is None else "disabled"
            walk.report.fault(Fault(kind, f"{pointer}{key}/", key, lower))
            raise Ended
        _take(Reading(walk, row, lower, f"{pointer}{key}/", record), found, key)


def _take(reading: Reading, value: object, key: str | None = None) -> None:
    """Read one value into its record. Raises Ended."""
    row = reading.row
    reader = row.kind.read or INVERSE[row.kind.name]
    try:
        found = reader(value, reading)
    except InvalidError as invalid:
        fault = Fault("invalid", reading.pointer, key or reading.key, reading.key, invalid.details)
        reading.walk.report.fault(fault)
        raise Ended from None
    if not row.members:
        reading.record.parts[row.path] = found
    elif found is not None:
        reading.members[row.members[0]] = found
        if row.kind.count is not None and isinstance(found, list):
            reading.members[row.kind.count] = len(found)
