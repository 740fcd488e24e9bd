# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables as schemas of OpenAPI 3.0.3, for one API version.

Rule 1: what a kind looks like on the wire is decided here and nowhere else, by the kind and by schema/shapes.py.
Rule 2: a schema says what is really sent, also where the home release's document says otherwise; names are that one's.
Rule 3: a `$ref` stands alone, because what stands beside one does not count (OpenAPI 3.0.3, "Reference Object").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from rows import find_member, unset_literal

from slurmrest_inet.schema import queries, replies, shapes, tables
from slurmrest_inet.schema.model import BOOLEAN, BOTH, DOUBLE, IN, NUMBER, OUT, REAL, Kind, Row, Source, Table
from slurmrest_inet.schema.slurmdbd import job_queries
from slurmrest_inet.schema.slurmdbd import queries as slurmdbd_queries
from slurmrest_inet.versions import DIALECTS, since

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from headers import Headers

    Schema = dict[str, Any]

_COLLECTIONS = (
    *(tables.TABLES, tables.READ_TABLES, tables.BODY_TABLES, tables.MADE_TABLES),
    *(shapes.TABLES, replies.TABLES),
)
TABLES: dict[str, Table] = {table.name: table for collection in _COLLECTIONS for table in collection}
"""Everything that can be an object of a document, by name."""

_WIDTHS = {
    **dict.fromkeys(("uint8_t", "uint16_t", "bool"), 16),
    **dict.fromkeys(("uint32_t", "int", "int32_t", "uid_t", "gid_t"), 32),
    **dict.fromkeys(("double", "long double", "float"), DOUBLE),
}
_HELD = {16: "uint16", 32: "uint32", 64: "uint64", DOUBLE: "float64"}
_RECORDS = ("list_records", "records", "items", "words", "tres")
_TEXTS = ("csv", "hosts", "texts", "list_texts", "qos_csv", "qos_list", "qos_bits")
_UNDOCUMENTED = ("disabled", "ignored")
"""Kinds of what is taken and comes to nothing."""
_NULL = {
    "UNSET_NULL": "where nothing is set",
    "INFINITE_NULL": "without bound",
    "ZERO_NULL": "where there is none",
}
"""What null means, by the option of a kind that makes it."""
_NULL_BY_KIND = {
    "text_or_null": "where there is none",
    "user": "where the id has no name",
    "group": "where the id has no name",
}
_NULL_BY_FUNCTION = {
    "job_resources_41": "before it starts",
    "job_resources_45": "before it starts",
    "if_other_is_set": "where nothing is set",
    "dbd_moment": "where that is not known",
    "gres_index": "where they have none",
}
"""The same of values that C leaves null where there is nothing, whatever their options."""
_MINUS = "-1 without bound"
_NUMBER_OBJECT = (
    "A number, or none: where neither set nor infinite is true, nothing was asked for, holds or is known; infinite is "
    "without bound"
)


class UntoldError(Exception):
    """A row or an operation lacks something that a document needs."""


def query_table(name: str) -> Table | None:
    """Return the table of a query by the name that a route has for it, None without one."""
    room, _, word = name.rpartition(".")
    found: Table | None = getattr(_QUERIES[room], word, None)
    return found


_QUERIES = {"": queries, "slurmdbd": slurmdbd_queries, "slurmdbd.job_queries": job_queries}


def _words(kind: Kind, version: int) -> list[str]:
    """Return the words that a value of a kind may be."""
    if kind.names is None or not kind.names.entries:
        return []
    names = kind.names.at(version)
    texts = [entry.text for entry in names.entries]
    return list(dict.fromkeys([*texts, *([] if names.otherwise is None else [names.otherwise])]))


def _text(kind: Kind, version: int) -> Schema:
    # Where any number may stand as text, the words are not all that there is.
    words = [] if "DIGITS" in kind.options else _words(kind, version)
    return {"type": "string", "enum": words} if words else {"type": "string"}


def parameter(row: Row, version: int) -> Schema:
    """Return the schema of a query's parameter: what the home release's document has, texts from v0.0.40 on."""
    kind, dialect = row.kind, DIALECTS[version]
    if dialect.dated or kind.type not in ("integer", "boolean"):
        return _text(kind, version)
    if kind.type == "integer":
        return {"type": "integer", "format": "int64"}
    return {"type": "boolean"} if dialect.nulls else {"type": "string", "enum": ["true", "false"]}


def _bare(schema: Schema) -> Schema:
    """Return a schema without what may be otherwise where it is asked for by another table."""
    found = {key: value for key, value in schema.items() if key not in ("description", "nullable")}
    if "properties" in found:
        found["properties"] = {name: _bare(one) for name, one in found["properties"].items()}
    if "enum" in found:
        found["enum"] = [word for word in found["enum"] if word is not None]
    return found


def _with_null(schema: Schema) -> Schema:
    """Return what also allows null, which has to stand among words as well (OpenAPI 3.0.3, "nullable")."""
    words = {"enum": [*schema["enum"], None]} if "enum" in schema and None not in schema["enum"] else {}
    return {**schema, **words, "nullable": True}


def _allow_null(schema: Schema, other: Schema) -> None:
    """Let be null what another table's schema of the same lets be null, and say when that is."""
    if other.get("nullable"):
        schema.update(_with_null(schema), **{key: other[key] for key in ("description",) if key in other})
    for name, one in other.get("properties", {}).items():
        _allow_null(schema["properties"][name], one)


def _require(schema: Schema, name: str) -> None:
    needed = schema.setdefault("required", [])
    if name not in needed:
        needed.append(name)


class Schemas:
    """The schemas of one API version, each made when it is asked for first.

    ``sides`` are those that use a schema. A table that is both sent and taken is one schema, in which what is only sent
    is `readOnly`: which ways a table goes is known when all operations were asked for once, so they are asked twice.
    """

    def __init__(self, version: int, headers: Headers) -> None:
        self.version = version
        self.found: dict[str, Schema] = {}
        self.sides: dict[str, set[str]] = {}
        self.untold: list[str] = []
        self._headers = headers
        self._ways: dict[tuple[str, str], set[str]] = {}
        self._open: set[tuple[str, str, str]] = set()

    def again(self) -> None:
        """Forget the schemas and keep what is known of the ways of tables."""
        self.found.clear()
        self.sides.clear()
        self.untold.clear()
        self._open.clear()

    def prefix(self, side: str, *, of_table: bool) -> str:
        """Return what stands before a name: each side had its own, then each side's answers, then none."""
        dialect = DIALECTS[self.version]
        apart = dialect.nulls or (dialect.plugin_by_version and not of_table)
        return f"{'db' if apart and side == 'slurmdb' else ''}v0.0.{self.version}_"

    def title(self, table: Table, side: str) -> str:
        """Return what a document calls a table."""
        titles = replies.TITLES.get(table.name)
        known = [name for first, name in (titles or {}).items() if first <= self.version]
        title = known[-1] if known else (table.parser or table.name).lower()
        around = ("meta", "error", "slurmctld_error", "warning")
        of_table = table.name not in around and not table.name.endswith("_body")
        return self.prefix(side, of_table=of_table) + title

    def ref(self, table: Table, side: str, way: str) -> Schema:
        """Return the reference to a table that goes a way, and make its schema."""
        title = self.title(table, side)
        self.sides.setdefault(title, set()).add(side)
        self._ways.setdefault((title, table.name), set()).add(way)
        if (title, side, way) not in self._open:
            self._open.add((title, side, way))
            self.add(title, side, self.record(table, side, self._ways[title, table.name]))
        return {"$ref": f"#/components/schemas/{title}"}

    def add(self, title: str, side: str, schema: Schema) -> None:
        """Add a schema; what has one name in the home release is one object, with the members of all."""
        self.sides.setdefault(title, set()).add(side)
        known = self.found.setdefault(title, schema)
        if known is not schema and "required" in known:
            # An answer need not have what a body must.
            common = [name for name in known.pop("required") if name in schema.get("required", ())]
            known.update({"required": common} if common else {})
        properties = known.setdefault("properties", {})
        for name, one in schema.get("properties", {}).items():
            there = properties.setdefault(name, one)
            if _bare(there) != _bare(one):
                self.untold.append(f"{title}/{name} is two things")
            else:
                _allow_null(there, one)

    def record(self, table: Table, side: str, ways: Iterable[str]) -> Schema:
        """Return the schema of a table's records."""
        found: dict[str, Row] = {}
        for way in (OUT, IN):
            if way in ways:
                for row in table.rows_of(self.version, way):
                    if way == OUT or not (row.hidden or row.kind.name in _UNDOCUMENTED):
                        found.setdefault(row.path, row)
        mixed = OUT in ways and IN in ways
        schema: Schema = {"type": "object", "properties": {}}
        for path, row in found.items():
            *groups, last = path.split("/")
            needed = (not mixed or row.way == BOTH) and self._is_needed(table, row)
            place = schema
            for group in groups:
                if needed:
                    _require(place, group)
                place = place["properties"].setdefault(group, {"type": "object", "properties": {}})
            place["properties"][last] = self.member(table, row, side, ways, mixed=mixed)
            if needed:
                _require(place, last)
        return schema

    def _is_needed(self, table: Table, row: Row) -> bool:
        """Whether a body must have a member, or every answer has it and says so."""
        first, last = row.required or (self.version + 1, 0)
        if first <= self.version <= last:
            return True
        since_, paths = replies.ALWAYS.get(table.name, (self.version + 1, ()))
        return since_ <= self.version and (not paths or row.path in paths)

    def member(self, table: Table, row: Row, side: str, ways: Iterable[str], *, mixed: bool) -> Schema:
        """Return the schema of one row, with its sentence."""
        if not row.doc:
            self.untold.append(f"{table.name}.{row.path} has no sentence")
        mine = [way for way in (OUT, IN) if way in ways and row.way in (way, BOTH)]
        schema: Schema = {}
        for way in mine:
            schema = self.value(row.kind, side, way, table, row)
        null = self._null(row) if OUT in mine else ""
        minus = _MINUS if "INFINITE_MINUS" in row.kind.options else ""
        extra: Schema = {"description": "; ".join(filter(None, (row.doc, minus, null)))}
        if mixed and row.way != BOTH:
            extra["readOnly" if row.way == OUT else "writeOnly"] = True
        found = {"allOf": [schema], **extra} if "$ref" in schema else {**schema, **extra}
        return _with_null(found) if null else found

    def _null(self, row: Row) -> str:
        """Return what null means in an answer, nothing where it is never there."""
        kind = row.kind
        if kind.name == "constant":
            return "always null" if kind.literal == "null" else ""
        found = [said for option, said in _NULL.items() if option in kind.options]
        if kind.name in _NULL_BY_KIND and "DIGITS" not in kind.options:
            found.append(_NULL_BY_KIND[kind.name])
        if kind.function in _NULL_BY_FUNCTION:
            found.append(_NULL_BY_FUNCTION[kind.function])
        if kind.type == "number":
            found.append("where it is not finite")  # for which JSON has no number
        if not found and row.members and unset_literal(kind, self.version) == "null" and self._may_lack(row):
            found.append("where the release of Slurm does not have it")
        return f"null {' or '.join(dict.fromkeys(found))}" if found else ""

    def _may_lack(self, row: Row) -> bool:
        return row.release is not None or any(source.member is None for source in row.sources)

    def value(self, kind: Kind, side: str, way: str, table: Table | None = None, row: Row | None = None) -> Schema:
        """Return the schema of a kind's values."""
        shape = shapes.SHAPES.get(kind.function or kind.name)
        if shape is not None:
            return self.value(shape, side, way)
        read = getattr(kind.read, "table", None)
        if way == IN and isinstance(read, Table):
            record = self.ref(read, side, way)
            return {"type": "array", "items": record} if kind.type == "array" else record
        if kind.type == "noval":
            return self.number_object(self._width(kind, table, row), side, way)
        if kind.name == "either":
            return {"oneOf": [{"type": "integer", "format": "int64"}, {"type": "string"}]}
        if kind.name == "map":
            inner = self.ref_by_name(kind.record, side, way) if kind.record else {"type": "string"}
            return {"type": "object", "additionalProperties": inner}
        if kind.name == "lists":
            return {"type": "array", "items": {"type": "array", "items": self.ref_by_name(kind.record, side, way)}}
        if kind.type == "array":
            return {"type": "array", "items": self._item(kind, side, way)}
        if kind.record is not None:
            return self.ref_by_name(kind.record, side, way)
        if kind.type == "object":
            if kind.name != "constant":
                where = f"{table.name}.{row.path}" if table and row else kind.name
                self.untold.append(f"{where} is an object without a shape: name it in schema/shapes.py")
            # It is always empty; generators want to know of what kind its members would be.
            return {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 0}
        if kind.type == "integer":
            return {"type": "integer", "format": "int64"}
        if kind.type == "number":
            return {"type": "number", "format": "double"}
        return {"type": "boolean"} if kind.type == "boolean" else _text(kind, self.version)

    def _item(self, kind: Kind, side: str, way: str) -> Schema:
        if kind.name in _RECORDS or kind.record is not None:
            return self.ref_by_name(kind.record, side, way)
        if kind.name in ("list_numbers", "numbers"):
            return {"type": "integer", "format": "int64"}
        if kind.name == "derived":
            self.untold.append(f"{kind.function} is a list without a shape: name it in schema/shapes.py")
        return _text(kind, self.version)

    def ref_by_name(self, name: str | None, side: str, way: str) -> Schema:
        """Return the same for a table's name."""
        if name not in TABLES:
            self.untold.append(f"{name} is no table")
            return {"type": "object"}
        return self.ref(TABLES[name], side, way)

    def number_object(self, width: int, side: str, way: str) -> Schema:
        """Return the reference to a number object."""
        title = since(replies.NUMBER_OBJECTS, self.version).format(_HELD[width])
        number = REAL if width == DOUBLE else NUMBER
        table = Table(
            title,
            (
                Row("set", None, BOOLEAN, "Whether there is a number", way=BOTH),
                Row("infinite", None, BOOLEAN, "Whether it is without bound; then it is not set", way=BOTH),
                Row("number", None, number, "The number; 0 where it is not set", way=BOTH),
            ),
            {},
        )
        reference = self.ref(table, side, way)
        self.found[reference["$ref"].rpartition("/")[2]]["description"] = _NUMBER_OBJECT
        return reference

    def _width(self, kind: Kind, table: Table | None, row: Row | None) -> int:
        """Return the bits of the number in a number object: the kind's, or those of the C member."""
        if kind.width or table is None or row is None or kind.name != "noval":
            return kind.width or 64
        for type_ in self._types(table, row.sources):
            return _WIDTHS.get(type_.rstrip("*").strip(), 64)
        return 64

    def _types(self, table: Table, sources: Iterable[Source]) -> Iterator[str]:
        for source in sources:
            if source.member is None or not find_member(self._headers, table.struct, source.member):
                continue
            members = self._headers.structs[table.struct]
            *outer, last = re.sub(r"\[\w+\]", "", source.member.replace("->", ".")).split(".")
            for step in outer:
                members = self._headers.structs[members[step].rstrip("*")]
            yield members[last]
