# SPDX-License-Identifier: GPL-2.0-or-later
"""How records of slurmdbd's side are read up to v0.0.38: by the rows of their tables, but as slurmrestd 22.05 does.

Rule 1: keys are looked up in the order of the table, unknown ones are nobody's matter, and the first value that cannot
        be read ends it all. It is told as the field that failed, after what was wrong within it.
Rule 2: an object without a key that it must have is a fault; slurmrestd says so, and goes on without it.
Rule 3: null takes a limit away.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import DOUBLE, IN, Row, Table
from slurmrest_inet.schema.readers import Listed, real
from slurmrest_inet.schema.reading import Fault, Record
from slurmrest_inet.schema.scalars import InvalidError, to_integer, to_text

from . import readers
from .tres import TRES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.schema.reading import Members, Report

    from .known import Known

_PARSER = "_parser_run"
_PARSING, _CONVERSION, _EMPTY = "ESLURM_REST_FAIL_PARSING", "ESLURM_DATA_CONV_FAILED", "ESLURM_REST_EMPTY_RESULT"


class FailedError(Exception):
    """A value cannot be read; its code is told with the field that it stands in."""


class Reader:
    """One body on its way into records: what is wrong goes into the report, where it ends."""

    def __init__(self, version: int, report: Report, known: Known) -> None:
        self.version = version
        self.known = known
        self._report = report

    def record(self, table: Table, value: dict[str, Any]) -> Record:
        """Return an object's members. Raises FailedError."""
        made = Record(table.struct, {}, {})
        for row in table.rows_of(self.version, IN):
            found, there = _at(value, row.path)
            required = row.required is not None and row.required[0] <= self.version <= row.required[1]
            if there:
                self._take(row, found, made.members, "required " if required else "")
            elif required:
                self.fault(_PARSER, f"Missing required field '{row.path}'", "SLURM_SUCCESS")
                raise FailedError(_PARSING)
        return made

    def fault(self, source: str, sentence: str, code: str) -> None:
        """Tell what is wrong."""
        self._report.fault(Fault("invalid", source, "", "", ((sentence, code),)))

    def _take(self, row: Row, value: Any, members: Members, required: str) -> None:
        if not row.members:
            return
        try:
            read = _READERS.get(row.kind.name)
            found = None if read is None else read(self, row, value, members)
        except FailedError as failed:
            self.fault(_PARSER, f"Failed to parse {required}field '{row.path}'", failed.args[0])
            raise
        if found is not None:
            members[row.members[0]] = found


def _at(value: Any, path: str) -> tuple[Any, bool]:
    for step in path.split("/"):
        if not isinstance(value, dict) or step not in value:
            return None, False
        value = value[step]
    return value, True


def _text(_reader: Reader, _row: Row, value: Any, _members: Members) -> str | None:
    if value is None:
        return None
    return _converted(value)


def _converted(value: Any, code: str = _CONVERSION) -> str:
    try:
        return to_text(value)
    except InvalidError:
        raise FailedError(code) from None


def _number(_reader: Reader, row: Row, value: Any, _members: Members) -> int | float | str:
    """A number of the member's width, of which the last two are names."""
    width = row.kind.width
    if width == DOUBLE:
        return _real(value)
    if value is None:
        return {16: "INFINITE", 32: "INFINITE"}.get(width, 0)
    try:
        found = to_integer(int(value) if isinstance(value, bool) else value)
    except (InvalidError, ValueError, OverflowError):
        raise FailedError(_CONVERSION) from None
    if width == 64:
        return found
    named = {-2: "NO_VAL", -1: "INFINITE"}.get(found)
    if named is None and not 0 <= found < 1 << width:
        raise FailedError(_CONVERSION)
    return found if named is None else named


def _real(value: Any) -> float | str:
    if value is None:
        return "INFINITE"
    found = real(value)
    if found is None:
        raise FailedError(_CONVERSION)
    return found


def _flags(reader: Reader, row: Row, value: Any, members: Members) -> tuple[str, ...] | None:
    """Words of flags; DEFAULT is a member of its own."""
    if not isinstance(value, list):
        raise FailedError(_PARSING)
    names = row.kind.names.at(reader.version).entries if row.kind.names else ()
    words = {entry.text: entry.constant for entry in names} or _DELETED
    found = []
    for one in value:
        word = _converted(one, _PARSING).upper()
        if word in words:
            found.append(words[word])
        elif word == "DEFAULT" and row.uses:
            members[row.uses[0]] = 1
        else:
            reader.fault(row.path, "Unknown flag", _PARSING)
            raise FailedError(_PARSING)
    return tuple(found) or None


_DELETED = {"DELETED": "SLURMDB_WCKEY_FLAG_DELETED"}
"""Of a row whose value is derived; the bit has the same place everywhere."""


def _level(_reader: Reader, _row: Row, value: Any, _members: Members) -> str:
    """A level of rights by its first letters, as sacctmgr takes it."""
    word = _converted(value, _PARSING).lower()
    found = next((level for name, level in _LEVELS.items() if word and name.startswith(word)), None)
    if found is None:
        raise FailedError(_PARSING)
    return found


_LEVELS = {
    "none": "SLURMDB_ADMIN_NONE",
    "operator": "SLURMDB_ADMIN_OPERATOR",
    "superuser": "SLURMDB_ADMIN_SUPER_USER",
    "administrator": "SLURMDB_ADMIN_SUPER_USER",
}


def _qos(reader: Reader, _row: Row, value: Any, _members: Members) -> int:
    if value is None:
        return 0
    word = _converted(value)
    if not word:
        raise FailedError(_CONVERSION)
    found = reader.known.qos(word)
    if found is None:
        raise FailedError(_EMPTY)
    return found


def _qos_list(reader: Reader, _row: Row, value: Any, _members: Members) -> list[str]:
    if not isinstance(value, list):
        raise FailedError(_PARSING)
    found = []
    for one in value:
        word = one.get("name") if isinstance(one, dict) else one
        if not isinstance(word, str) and not isinstance(one, dict):
            raise FailedError(_PARSING)
        text = _converted(word, _PARSING)
        known = reader.known.qos(text)
        if known is None:
            reader.fault(text, "QOS name to ID conversion failed", _PARSING)
            raise FailedError(_PARSING)
        found.append(str(known))
    return found or [_NO_QOSES]


_NO_QOSES = "''"
"""What slurmdbd takes for a list that was given and is empty; without any the list stays as it is."""


def _preempted(reader: Reader, row: Row, value: Any, members: Members) -> None:
    members["preempt_list"] = [one for one in _qos_list(reader, row, value, members) if one != _NO_QOSES]


def _seek_typeless(reader: Reader, value: Any) -> None:
    """Tell that a resource without its type is not found, which slurmrestd goes on to look for by its id."""
    items = value if isinstance(value, list) else ()
    first = next((one for one in items if isinstance(one, dict) and "type" not in one), None)
    if first is not None and (not isinstance(first.get("id"), int) or reader.known.resource_of(first["id"]) is None):
        sentence = readers.NO_SUCH.format("(null)", "(null)")
        reader.fault("_for_each_parse_tres_count", sentence, readers.NO_RESOURCE)


def _resources(reader: Reader, _row: Row, value: Any, _members: Members) -> str | None:
    try:
        records = _records(reader, value, TRES)
    except FailedError:
        _seek_typeless(reader, value)
        raise
    try:
        found = ",".join(readers.resource(record, reader.known) for record in records)
    except InvalidError as invalid:
        for sentence, code in invalid.details:
            reader.fault("_for_each_parse_tres_count", sentence, code)
        raise FailedError(_PARSING) from None
    if not found and not reader.known.echoed:
        raise FailedError(_PARSING)
    return found or None


def _listed(reader: Reader, row: Row, value: Any, _members: Members) -> list[Record]:
    assert isinstance(row.kind.read, Listed)  # noqa: S101 - what reads this kind
    return _records(reader, value, row.kind.read.table)


def _records(reader: Reader, value: Any, table: Table) -> list[Record]:
    if not isinstance(value, list):
        raise FailedError(_PARSING)
    made = []
    for one in value:
        if not isinstance(one, dict):
            raise FailedError(_PARSING)
        try:
            made.append(reader.record(table, one))
        except FailedError:
            raise FailedError(_PARSING) from None
    return made


_READERS: dict[str, Callable[[Reader, Row, Any, Members], Any]] = {
    "text": _text,
    "text_or_null": _text,
    "number": _number,
    "nullable": _number,
    "derived": _flags,
    "flags": _flags,
    "choice": _level,
    "qos": _qos,
    "list_texts": _qos_list,
    "qos_list": _qos_list,
    "qos_bits": _preempted,
    "tres": _resources,
    "list_records": _listed,
}
"""By the name of a kind; what is not here is read by nobody."""
