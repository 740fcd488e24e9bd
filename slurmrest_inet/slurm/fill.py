# SPDX-License-Identifier: GPL-2.0-or-later
"""C structs filled from records, with the memory that they point to.

Rule 1: everything that a struct points to lives in the `Struct` beside it until that is closed; libslurm frees none of
        it, and none of it is given to a libslurm function that frees.
Rule 2: a number is stored as an assignment in C would store it. NO_VAL and INFINITE are those of the member's width.
Rule 3: what this release of Slurm does not have is a MissingError by its name, and nothing is sent without it.
Rule 4: every request to slurmdbd loads this, so it does without `functools` and what that loads.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.model import Kind, Source
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.unset import UNSET, ZERO
from slurmrest_inet.slurm.library import chars_of, ffi, lib

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Any, Callable

    from typing_extensions import Self

    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members


class MissingError(LookupError):
    """A member or a constant that this release of Slurm does not have: its name."""


class Struct:
    """A struct of the C type `type_` and all that it points to. A context manager, which frees libslurm's lists.

    table: whose rows name the members, for those that have another name in another release, or stand there as a bit
    (model.bit). begin: what libslurm sets a new one to (slurmdb_init_*).
    """

    def __init__(self, type_: str, table: Table | None = None, begin: Callable[[Any], None] | None = None) -> None:
        self.pointer = ffi.new(f"{type_} *")
        if begin is not None:
            begin(self.pointer)
        self._stand_ins = _stand_ins_of(table)
        self._kept: list[Any] = []
        self._lists: list[Any] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Free libslurm's lists; their items are ours."""
        while self._lists:
            lib.slurm_list_destroy(self._lists.pop())

    def fill(self, members: Members) -> None:
        """Set members by name. Raises MissingError for a member or constant that this release of Slurm lacks."""
        self._fill(self.pointer, members, self._stand_ins)

    def _fill(self, pointer: Any, members: Members, stand_ins: dict[str, list[Source]]) -> None:
        for name, value in members.items():
            for source in stand_ins.get(name) or [Source(name, _ANY)]:
                found = _find(pointer, str(source.member))
                if found is not None:
                    owner, member, type_ = found
                    if source.kind.name == "bit":
                        value = _with_bit(getattr(owner, member), str(source.kind.literal), value)  # noqa: PLW2901
                    self._set(owner, member, type_, value)
                    break
            else:
                if value is not UNSET and value is not ZERO:  # what is not there is not set
                    raise MissingError(name)

    def _set(self, owner: Any, member: str, type_: Any, value: Any) -> None:
        if isinstance(value, Record):
            if type_.kind == "struct":
                self._fill(ffi.addressof(owner, member), value.members, {})
            else:
                setattr(owner, member, self._new(value))
        elif isinstance(value, list):
            setattr(owner, member, self._items(type_.item, value))
        elif type_.kind == "pointer" and type_.item.kind == "primitive" and type_.item.cname != "char":
            setattr(owner, member, self._counts(type_.item, value))
        elif type_.kind == "pointer":
            setattr(owner, member, self._text(str(value)))
        elif type_.cname in _REALS:
            setattr(owner, member, _REAL_NAMES[value] if isinstance(value, str) else float(value))
        else:
            # As an assignment in C: what does not fit loses its high bits.
            bits = 8 * ffi.sizeof(type_)
            number = number_of(value, bits) & ((1 << bits) - 1)
            signed = int(ffi.cast(type_, -1)) < 0
            setattr(owner, member, number - (1 << bits) if signed and number >> (bits - 1) else number)

    def _new(self, record: Record) -> Any:
        self._kept.append(ffi.new(f"{record.struct} *"))
        made = self._kept[-1]
        self._fill(made, record.members, {})
        return made

    def _items(self, type_: Any, items: list[Any]) -> Any:
        """libslurm's list of texts or structs, an array of structs, or an array of texts that ends with NULL."""
        if type_.cname == _LIST:
            # A list without a function to free its items: they are ours.
            made = lib.slurm_list_create(ffi.NULL)
            self._lists.append(made)
            for item in items:
                lib.slurm_list_append(made, self._new(item) if isinstance(item, Record) else self._text(str(item)))
        elif type_.kind == "struct":
            made = ffi.new(f"{type_.cname}[]", len(items))
            self._kept.append(made)
            for index, item in enumerate(items):
                self._fill(made + index, item.members, {})
        else:
            made = ffi.new("char *[]", [*map(self._text, items), ffi.NULL])
            self._kept.append(made)
        return made

    def _counts(self, type_: Any, value: Any) -> Any:
        """A number as the array that ends with 0 which some members are in earlier releases; NULL for one not given."""
        if value is UNSET:
            return ffi.NULL
        self._kept.append(ffi.new(f"{type_.cname}[]", [number_of(value, 8 * ffi.sizeof(type_)), 0]))
        return self._kept[-1]

    def _text(self, text: str) -> Any:
        self._kept.append(chars_of(text))
        return self._kept[-1]


class Structs:
    """A list of libslurm's of structs of one type, each with all that it points to. A context manager as `Struct`."""

    def __init__(
        self,
        type_: str,
        records: Iterable[Members],
        table: Table | None = None,
        begin: Callable[[Any], None] | None = None,
    ) -> None:
        """Raises MissingError as `Struct.fill`."""
        # A list without a function to free its items: they are ours.
        self.pointer = lib.slurm_list_create(ffi.NULL)
        self._items: list[Struct] = []
        try:
            for members in records:
                self._items.append(Struct(type_, table, begin))
                self._items[-1].fill(members)
                lib.slurm_list_append(self.pointer, self._items[-1].pointer)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Free the list; its items are ours."""
        if self.pointer != ffi.NULL:
            lib.slurm_list_destroy(self.pointer)
            self.pointer = ffi.NULL
        while self._items:
            self._items.pop().close()


def _with_bit(number: int, constant: str, value: Any) -> int:
    """A flag word with a bit set or taken away. Raises MissingError for a constant that this release lacks."""
    bit = number_of(constant)
    return number | bit if value else number & ~bit


def _stand_ins_of(table: Table | None) -> dict[str, list[Source]]:
    """What a member is called in each release, by the name that rows of the table give first."""
    if table is None:
        return {}
    known = _read.get(id(table))
    if known is None:
        found = {row.members[0]: [one for one in row.sources if one.member] for row in table.rows if row.members}
        known = _read[id(table)] = (table, found)
    return known[1]


_read: dict[int, tuple[Table, dict[str, list[Source]]]] = {}
"""What was made of tables, by their ids: a body may have thousands of records of one. Each holds its table."""

_ANY = Kind("number")
"""Of a member that is set as it is given."""
_LIST = ffi.typeof(lib.slurm_list_create).result.item.cname
_REALS = ("double", "float", "long double")
_REAL_NAMES = {"NO_VAL": float(lib.NO_VAL), "INFINITE": float(lib.INFINITE)}
"""Unset and infinite of a real number, which libslurm looks for in 32 bits."""


def _find(pointer: Any, path: str) -> tuple[Any, str, Any] | None:
    """The struct that a member is in, its name there and its type; None where this release does not have it."""
    *steps, member = path.split(".")
    type_ = ffi.typeof(pointer).item
    for step in steps:
        found = _fields(type_).get(step)
        if found is None:
            return None
        pointer, type_ = ffi.addressof(pointer, step), found.type
    found = _fields(type_).get(member)
    return None if found is None else (pointer, member, found.type)


_known_fields: dict[Any, dict[str, Any]] = {}


def _fields(type_: Any) -> dict[str, Any]:
    found = _known_fields.get(type_)
    if found is None:
        found = _known_fields[type_] = dict(type_.fields)
    return found


def number_of(value: Any, bits: int = 64) -> int:
    """The number that a value is in so many bits. Raises MissingError for a constant that this release lacks."""
    if isinstance(value, tuple):
        numbers = [number_of(one, bits) for one in value]
        if value[:1] == _SUM:
            return sum(numbers)
        bits_set = 0
        for one in numbers:
            bits_set |= one
        return bits_set
    if isinstance(value, (int, float)):
        return int(value)
    if value in _OF_WIDTH:
        return (1 << bits) - _OF_WIDTH[value]
    for name in value.split("|"):
        number = getattr(lib, name, None)
        if number is not None:
            return int(number)
    raise MissingError(value)


_SUM = ("NICE_OFFSET",)
"""What stands before a number that may be negative; any other numbers are bits."""
_OF_WIDTH = {"NO_VAL": 2, "INFINITE": 1}
"""How far from 2^width they are (slurm.h)."""
