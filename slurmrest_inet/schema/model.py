# SPDX-License-Identifier: GPL-2.0-or-later
"""What a row of a table is: how one member of a C struct looks in the JSON of each API version.

Rule 1: this room is data and the words for it; it imports nothing but the standard library and the list of versions,
        because the build reads it before anything is compiled.
Rule 2: API versions stand on the row (``since``, ``until``), never in copied tables.
Rule 3: every member of a public struct is named by a row or by an explicit skip with its reason.
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple
from slurmrest_inet.versions import FIRST, LAST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

OUT, IN, BOTH = "out", "in", "both"
"""The way of a row: written to answers, read from requests."""
DOUBLE = -64
"""The width of a real number."""


class Name(NamedTuple):
    """One entry of a name table: the C constant, the word on the wire, and which bits are compared.

    A constant that no header of Slurm's has is its number.
    """

    constant: str
    text: str
    mask: str | None = None
    """C constants, joined by ``|``, of the bits that are looked at; None: in a table of bits the entry's own, else the
    whole value."""
    since: int = FIRST
    until: int = LAST
    """The API versions that have the word."""


class Names(NamedTuple):
    """A table of names for a flag word (all bits that are set) or an enumeration (the one that matches)."""

    ident: str
    entries: tuple[Name, ...]
    otherwise: str | None = None
    """The word for a value that no entry matches; None: the number itself for a choice, nothing for flags."""
    bits: bool = False
    """Whether each entry is a bit of its own, so that several may match."""

    def at(self, version: int) -> Names:
        """Return the table as one API version has it."""
        entries = tuple(entry for entry in self.entries if entry.since <= version <= entry.until)
        if entries == self.entries:
            return self
        span = (max(entry.since for entry in entries), min(entry.until for entry in entries))
        return self._replace(ident=f"{self.ident}_{span[0]}_{span[1]}", entries=entries)


class Kind(NamedTuple):
    """How a member's value is written and read. ``name`` is a ``KIND_`` of the codec in lower case."""

    name: str
    options: tuple[str, ...] = ()
    names: Names | None = None
    record: str | None = None
    """The table (by its name) of a nested record."""
    count: str | None = None  # type: ignore[assignment]  # nobody counts in a kind
    """The member that counts the items of an array, that divides a sum, or without which there is nothing."""
    function: str | None = None
    """``derived_<function>`` of ``derived.c``."""
    literal: str | None = None
    """JSON text of a constant."""
    index: int = 0  # type: ignore[assignment]  # nor looks for something
    """Which item of an array."""
    type: str = "string"
    """OpenAPI type: string, integer, number, boolean, array, object, noval (the number object)."""
    width: int = 0
    """Bits of a number that is read: 16, 32, 64; `DOUBLE` for a real one."""
    read: Callable[[Any, Any], Any] | None = None
    """How it is read (`reading.Reader`); None: as the inverse of how it is written."""


class Source(NamedTuple):
    """A C member that a value is taken from in the releases that have it, with a kind of its own.

    ``member`` None: the value of a release without any of the members. ``kind`` and ``then`` as in a row.
    """

    member: str | None
    kind: Kind
    then: dict[int, Kind] | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that the value has had, oldest first."""
        return (self.kind, *(self.then or {}).values())

    def at(self, version: int) -> Source:
        """Return the source as one API version has it: with its one kind."""
        kind = self.kind
        for since, later in (self.then or {}).items():
            if version >= since:
                kind = later
        return self._replace(kind=kind, then=None)


class Row(NamedTuple):
    """One JSON value of one record.

    ``path`` nests with ``/``. ``member`` is the C member, a tuple of stand-ins of which the first that the installed
    headers have is taken, or None when the value has no single member. A stand-in that is a `Source` has kinds of its
    own instead of the row's. ``uses`` names further members that a derived value reads. ``then`` gives later API
    versions another kind, each from the version on that is its key. ``release`` is the first release of Slurm with the
    member where that is later than 22.05, so that a row without it that matches nothing is a typo. ``way`` says whether
    answers have the value, requests, or both; ``hidden`` that requests may have it and no document says so;
    ``required`` names the first and the last API version whose requests must have it.
    """

    path: str
    member: str | tuple[str | Source, ...] | None
    kind: Kind
    doc: str
    since: int = FIRST
    until: int = LAST
    uses: tuple[str, ...] = ()
    release: str | None = None
    then: dict[int, Kind] | None = None
    way: str = OUT
    hidden: bool = False
    required: tuple[int, int] | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return the member and its stand-ins, each with its kinds."""
        members = self.member if isinstance(self.member, tuple) else (self.member,)
        return tuple(
            one if isinstance(one, Source) else Source(one, self.kind, self.then) for one in members if one is not None
        )

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind that the value has had: the row's own, oldest first, then those of its stand-ins."""
        own = Source(None, self.kind, self.then)
        return own.kinds + tuple(kind for source in self.sources for kind in source.kinds if kind not in own.kinds)

    def at(self, version: int) -> Row:
        """Return the row as one API version has it: with its one kind, and one of each stand-in."""
        own = Source(None, self.kind, self.then).at(version)
        members = self.member
        if isinstance(members, tuple):
            members = tuple(one.at(version) if isinstance(one, Source) else one for one in members)
        return self._replace(member=members, kind=own.kind, then=None)

    @property
    def members(self) -> tuple[str, ...]:
        """The member and its stand-ins, as a tuple."""
        return tuple(source.member for source in self.sources if source.member is not None)


def both(*rows: Row) -> tuple[Row, ...]:
    """Return rows that requests may have as well as answers."""
    return tuple(row._replace(way=BOTH) for row in rows)


class Table(NamedTuple):
    """All rows of one C struct.

    ``skip`` maps each member that has no row to the reason. ``required`` is a pointer member without which a record is
    no record (slurmctld leaves gaps in its node table). ``view`` names a table that shows a struct in another way than
    the struct's own table does.
    """

    struct: str
    rows: tuple[Row, ...]
    skip: dict[str, str]
    required: str | None = None
    view: str | None = None
    parser: str = ""
    """What slurmrestd calls the type, which warnings tell."""

    @property
    def name(self) -> str:
        """What the table is asked for by."""
        return self.view or self.struct

    def rows_of(self, version: int, way: str = OUT) -> tuple[Row, ...]:
        """Return the rows of one API version (36 to 45) that go one way, nested paths next to each other."""
        fitting = (row for row in self.rows if row.since <= version <= row.until and row.way in (way, BOTH))
        rows = [row.at(version) for row in fitting]
        order: dict[str, int] = {}
        for row in rows:
            order.setdefault(row.path.split("/")[0], len(order))
        return tuple(sorted(rows, key=lambda row: order[row.path.split("/")[0]]))


TEXT = Kind("text")
TEXT_OR_NULL = Kind("text_or_null")
NUMBER = Kind("number", type="integer")
NUMBER_16, NUMBER_32 = (NUMBER._replace(width=width) for width in (16, 32))
NUMBER_OR_ZERO = Kind("number", ("COMPLEX_NULL",), type="integer")
"""Null when 0, but only with +complex."""
REAL = Kind("number", type="number")
NULLABLE = Kind("nullable", ("UNSET_NULL",), type="integer")
NULLABLE_REAL = Kind("nullable", ("UNSET_NULL",), type="number")
NULLABLE_OR_INFINITE = Kind("nullable", ("UNSET_NULL", "INFINITE_NULL"), type="integer")
NUMBER_64 = NULLABLE_OR_INFINITE
"""A 64-bit number from v0.0.39 on, which is null where Slurm has no number for it although it is no number object."""
INFINITE_NULL = Kind("nullable", ("INFINITE_NULL",), type="integer")
INFINITE_MINUS = Kind("nullable", ("INFINITE_MINUS",), type="integer")
UNSET_NULL_INFINITE_MINUS = Kind("nullable", ("UNSET_NULL", "INFINITE_MINUS"), type="integer")
NOVAL = Kind("noval", type="noval")
NOVAL_16, NOVAL_32, NOVAL_64 = (NOVAL._replace(width=width) for width in (16, 32, 64))
NOVAL_REAL = NOVAL._replace(width=DOUBLE)
NOVAL_ZERO = Kind("noval", ("ZERO_UNSET",), type="noval")
BOOLEAN = Kind("boolean", type="boolean")
BOOLEAN_ONE = Kind("boolean", ("EQUALS_ONE",), type="boolean")
BOOLEAN_ZERO = Kind("boolean", ("EQUALS_ZERO",), type="boolean")
BOOLEAN_ONE_OR_FALSE = Kind("boolean", ("EQUALS_ONE", "COMPLEX_NULL"), type="boolean")
"""Null when unset, but only in the documents of a data parser with +complex."""
BOOLEAN_ONE_OR_NULL = Kind("boolean", ("EQUALS_ONE", "UNSET_NULL"), type="boolean")
CSV = Kind("csv", type="array")
USER = Kind("user")
USER_OR_NULL = Kind("user", ("UNSET_NULL",))
USER_OR_EMPTY = Kind("user_or_empty")
GROUP = Kind("group")
GROUP_OR_EMPTY = Kind("group_or_empty")
USER_OR_DIGITS = Kind("user", ("DIGITS",))
"""The id as text where it has no name."""
TRES = Kind("tres", record="slurmdb_tres_rec_t", type="array")
"""A text of resources ("1=2,4=7": id and count) as records with type and name."""
HOSTS = Kind("hosts", type="array")
"""Each host of a host list."""
WORD = Kind("word")
"""The word of an item of `words`."""
LISTED_TEXTS = Kind("list_texts", type="array")
"""A Slurm list of texts."""
LISTED_NUMBERS = Kind("list_numbers", type="array")
"""A Slurm list of texts with a number each."""
QOS = Kind("qos")
"""The name of a QOS by its id, empty without one."""
QOS_OR_NULL = Kind("qos", ("ZERO_NULL",))
QOS_CSV = Kind("qos_csv", type="array")
"""Names of QOSes by a text with commas between ids."""
QOS_LISTED = Kind("qos_list", type="array")
"""The same by a Slurm list of texts."""
QOS_SORTED = Kind("qos_list", ("SORTED",), type="array")
"""Those of them that have a name, by the bytes of it."""
QOS_BITS = Kind("qos_bits", type="array")
"""The same by a string of bits."""


def flags(names: Names) -> Kind:
    """Return the kind of a flag word: a list of the names whose bits are set."""
    return Kind("flags", names=names, type="array")


def flags_or_null(names: Names) -> Kind:
    """Return the kind of a flag word that is null when it is 0."""
    return Kind("flags", ("ZERO_NULL",), names=names, type="array")


def choice(names: Names) -> Kind:
    """Return the kind of an enumeration: the one name that matches."""
    return Kind("choice", names=names)


def choice_or_null(names: Names) -> Kind:
    """Return the kind of an enumeration that is null when unset."""
    return Kind("choice", ("UNSET_NULL",), names=names)


def choice_or_digits(names: Names) -> Kind:
    """Return the kind of an enumeration of which a value without a name is written as text all the same."""
    return Kind("choice", ("DIGITS",), names=names)


def choices(names: Names) -> Kind:
    """Return the kind of an enumeration that is written as a list of one."""
    return Kind("choices", names=names, type="array")


def texts(count: str) -> Kind:
    """Return the kind of an array of strings with ``count`` items."""
    return Kind("texts", count=count, type="array")


def record(struct: str, *, pointer: bool = False) -> Kind:
    """Return the kind of a nested record, in place or behind a pointer."""
    return Kind("record", ("POINTER",) if pointer else (), record=struct, type="object")


def record_or_null(struct: str) -> Kind:
    """Return the kind of a nested record behind a pointer that is null when there is none."""
    return Kind("record", ("POINTER", "UNSET_NULL"), record=struct, type="object")


def records(struct: str, count: str) -> Kind:
    """Return the kind of an array of records behind a pointer."""
    return Kind("records", ("POINTER",), record=struct, count=count, type="array")


def own(view: str) -> Kind:
    """Return the kind of the record itself, seen by another table; it has no member."""
    return Kind("own", record=view, type="object")


def bit(constant: str) -> Kind:
    """Return the kind of a truth that is read and is one bit of a member, in releases that have a flag word instead."""
    return Kind("bit", literal=constant, type="boolean", width=32)


def listed(struct: str) -> Kind:
    """Return the kind of a Slurm list of records."""
    return Kind("list_records", record=struct, type="array")


def items(view: str, count: str) -> Kind:
    """Return the kind of arrays side by side as a list of maps.

    ``view`` is a table of the same struct in which each row is `each`, ``count`` says how many. The row's member is one
    of the arrays; without it there is no item.
    """
    return Kind("items", record=view, count=count, type="array")


def words(view: str, beside: str) -> Kind:
    """Return the kind of the same where the row's member is a comma text with one word (`WORD`) an item.

    ``beside`` is an array without which there is no item.
    """
    return Kind("words", record=view, count=beside, type="array")


def each(kind: Kind, *, when: str | None = None) -> Kind:
    """Return the kind of one item of an array in a table for `items` or `words`.

    Of an array that is not there, or for which the member ``when`` is 0, the item is 0.
    """
    if when is None:
        return kind._replace(options=(*kind.options, "EACH"))
    return kind._replace(options=(*kind.options, "EACH", "WHEN"), count=when)


def numbers(count: str) -> Kind:
    """Return the kind of an array of numbers with ``count`` items."""
    return Kind("numbers", count=count, type="array")


def item(index: int, count: str) -> Kind:
    """Return the kind of one item of an array of numbers with ``count`` items; 0 behind its end."""
    return Kind("item", count=count, index=index, type="integer")


def quotient(count: str) -> Kind:
    """Return the kind of a sum that is shown as its mean over ``count``, 0 when nothing was counted."""
    return Kind("quotient", count=count, type="integer")


def quotient_noval(count: str) -> Kind:
    """Return the kind of the same as a number object, which is not set when nothing was counted or the sum is 0."""
    return Kind("quotient", ("NOVAL",), count=count, type="noval")


def derived(function: str, type_: str = "string", *options: str) -> Kind:
    """Return the kind of a value that ``derived_<function>`` computes; it looks at the ``options`` itself."""
    return Kind("derived", options, function=function, type=type_)


def derived_noval(function: str) -> Kind:
    """Return the kind of a number object that ``derived_<function>`` computes."""
    return Kind("derived", ("NOVAL",), function=function, type="noval")


def constant(literal: str, type_: str = "string") -> Kind:
    """Return the kind of a value that no member holds, given as JSON."""
    return Kind("constant", literal=literal, type=type_)


NO_LIMIT = "no limit without a number"
"""What a limit's sentence ends with, because elsewhere no number means other things."""
LATER = "shown by API versions that are not served yet"
"""Why a member of a later release has no row."""

EXIT_CODE = derived("exit_code", "object")
"""How a process ended: {status, return_code, signal} of a wait status."""
