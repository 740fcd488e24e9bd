# SPDX-License-Identifier: GPL-2.0-or-later
"""What is read, what was wrong with it, and what the reader of one value may know.

Rule 1: what is wrong is reported with its place and not raised; whoever called looks at the report and sends nothing
        when there is a fault in it.
Rule 2: a pointer is slurmrestd's spelling of a place: "#/job/name/", "#/jobs[1]/mail_type[0]/".
"""

from __future__ import annotations

import sys

from slurmrest_inet.record import NamedTuple

from .manner import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Union

    from .manner import Manner
    from .model import Kind, Row, Table
    from .scalars import InvalidError, Number

    Member = Union[Number, float, list[str], "Record", list["Record"]]
    Members = dict[str, Member]
    Reader = Callable[[Any, "Reading"], Any]


class Fault(NamedTuple):
    """What is wrong.

    kind: "unknown", "disabled", "invalid", or "missing". pointer: the place, as slurmrestd writes it ("#/job/name/").
    key: as it stands in the body; lower: as it was looked up. details: sentences, each with the name of its code in
    slurm_errno.h.
    """

    kind: str
    pointer: str
    key: str
    lower: str
    details: tuple[tuple[str, str], ...] = ()


class Full(Exception):  # noqa: N818 - no error of a value, but the way out of a body that is not read any further
    """There is more to report than a body of this size is worth."""


class Report:
    """What is wrong with a body or a query, in the order in which it was found.

    fast: of a parser that does not remember where it is: pointers are empty, and unknown keys are no matter.
    size: of the body or the query in bytes; what is reported is bounded in proportion to it.
    """

    def __init__(self, *, fast: bool = False, size: int | None = None) -> None:
        self.fast = fast
        self.ended = False
        """Whether something could not be read, so that the rest was not."""
        self.full = False
        """Whether that was because there was too much to report."""
        self._room = sys.maxsize if size is None else _ROOM + _ROOM_A_BYTE * size
        self.faults: list[Fault] = []
        self.warnings: list[tuple[str, str]] = []
        """Pointers and sentences."""

    def fault(self, fault: Fault) -> None:
        """Add a fault. Raises Full."""
        self._take_room(len(fault.pointer) + sum(len(text) for text, _ in fault.details))
        self.faults.append(fault._replace(pointer="") if self.fast else fault)

    def warning(self, pointer: str, text: str) -> None:
        """Add a warning. Raises Full."""
        self._take_room(len(pointer) + len(text))
        self.warnings.append(("" if self.fast else pointer, text))

    def _take_room(self, characters: int) -> None:
        self._room -= _ENTRY + characters
        if self._room < 0:
            raise Full


_ROOM, _ROOM_A_BYTE = 1 << 16, 8
"""Characters of pointers and sentences: some for any body, and some for each of its bytes."""
_ENTRY = 64
"""What an entry takes beside them."""


class Record(NamedTuple):
    """What was read: members of the C struct by name, and by their paths the values that are no one member."""

    struct: str
    members: Members
    parts: dict[str, Any]


class Ended(Exception):  # noqa: N818 - no error, but the way out to where reading goes on
    """A fault, already reported, behind which an object is not read any further."""


class Walk(NamedTuple):
    """What is the same for a whole body."""

    version: int
    report: Report
    manner: Manner
    context: Any
    read: Callable[[Walk, Table, object, str], Record]
    """Reads an object inside of another one."""


class Reading:
    """One value on its way into a record: what its reader may know and do beside returning what its member gets."""

    def __init__(self, walk: Walk, row: Row, key: str, pointer: str, record: Record) -> None:
        self.walk = walk
        self.row = row
        self.key = key
        self.pointer = pointer
        self.record = record

    @property
    def version(self) -> int:
        return self.walk.version

    @property
    def manner(self) -> Manner:
        return self.walk.manner

    @property
    def context(self) -> Any:
        """What the host says; a table's own readers know which type it is."""
        return self.walk.context

    @property
    def kind(self) -> Kind:
        return self.row.kind

    @property
    def members(self) -> Members:
        """Those of the record so far, for a reader that sets more than one."""
        return self.record.members

    def expect(self, type_: str, value: object, behind: str = "") -> None:
        """Warn of a value of another type than the documents have, where the version does; `behind` as for `warn`."""
        manner = self.manner
        if not manner.typed or value is None:
            return
        found = _json_type(value)
        if found == type_:
            return
        wanted = _SLURM.get(type_) or (manner.integer if type_ == "integer" else manner.real)
        text = (
            f"Expected OpenAPI type={type_}{_format(type_, self.kind)} (Slurm type={wanted}) "
            f"but got OpenAPI type={found} (Slurm type={manner.word(value)})"
        )
        self.warn(f"{text}: {show(value)}" if manner.shown else text, behind)

    def warn(self, text: str, behind: str = "") -> None:
        """Warn of this value, or of what stands `behind` it ("[0]")."""
        self.walk.report.warning(f"{self.pointer[:-1]}{behind}/", text)

    def fault(self, invalid: InvalidError, behind: str = "") -> None:
        """Report a fault behind which reading goes on."""
        pointer = f"{self.pointer[:-1]}{behind}/"
        self.walk.report.fault(Fault("invalid", pointer, self.key, self.key, invalid.details))

    def inner(self, table: Table, value: object, behind: str = "") -> Record:
        """Read an object by a table of its own. Raises Ended."""
        return self.walk.read(self.walk, table, value, f"{self.pointer[:-1]}{behind}/")


_SLURM = {"array": "list", "object": "dictionary", "string": "string", "boolean": "boolean"}


def _json_type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return {str: "string", int: "integer", float: "number", list: "array", dict: "object"}[type(value)]


def _format(type_: str, kind: Kind) -> str:
    if type_ != "integer":
        return ""
    return " format=int64" if kind.width > 32 else " format=int32"
