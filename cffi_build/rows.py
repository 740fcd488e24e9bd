# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables and the installed headers, as constant C rows.

Rule 1: a member that the installed release lacks makes its row write the unset value of its kind.
Rule 2: offsets, sizes and storage are left to the C compiler; what it finds is checked by static assertions.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slurmrest_inet.schema import messages
from slurmrest_inet.schema.tables import NAMES_IN_C
from slurmrest_inet.versions import DIALECTS, HIDDEN_MEMBERS, LOST_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headers import Headers

    from slurmrest_inet.schema.model import Kind, Names, Row, Table

_NUMERIC = frozenset(
    {
        "number",
        "nullable",
        "noval",
        "boolean",
        "flags",
        "choice",
        "choices",
        "user",
        "user_or_empty",
        "group",
        "group_or_empty",
        "quotient",
        "numbers",
        "qos",
    }
)
_STORAGE = {
    **dict.fromkeys(("text", "text_or_null", "csv", "hosts", "words", "qos_csv", "tres"), "STORAGE_TEXT"),
    **dict.fromkeys(("list_texts", "list_numbers", "list_records", "qos_list"), "STORAGE_LIST"),
    "texts": "STORAGE_TEXTS",
    "qos_bits": "STORAGE_BITS",
}
"""The kinds that take members of one C type only."""

_MEMBERLESS = frozenset({"own", "word"})
"""The kinds whose value is no member."""


def find_member(headers: Headers, struct: str, path: str) -> bool:
    """Tell whether ``struct`` has the member; ``a.b`` and ``a->b`` reach into a nested one, ``a[N]`` into an array."""
    members = headers.structs.get(struct)
    for step in re.sub(r"\[\w+\]", "", path.replace("->", ".")).split("."):
        if members is None or step not in members:
            return False
        members = headers.structs.get(members[step].rstrip("*"))
    return True


def unset_literal(kind: Kind, version: int) -> str:
    """Return the JSON that stands for "no such member" in an API version."""
    by_type = {"array": "[]", "object": "{}", "boolean": "false"}
    if kind.type in by_type:
        return by_type[kind.type]
    if kind.name in ("text", "user_or_empty") or (kind.type == "string" and not DIALECTS[version].nulls):
        return '""'
    if kind.type in ("integer", "number") and (kind.name in ("number", "quotient") or not DIALECTS[version].nulls):
        return "0.0" if kind.type == "number" else "0"
    return "null"


def _c_string(text: str) -> str:
    """Return a C literal; what JSON escapes in ASCII, C reads alike, but for universal names below U+00A0."""
    escapes = {0x22: '\\"', 0x5C: "\\\\"}
    out = (escapes.get(byte, chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}") for byte in text.encode())
    return f'"{"".join(out)}"'


def _key(name: str) -> str:
    """Return the members of a row for its key, with all that stands around a name in JSON."""
    text = f",{json.dumps(name, ensure_ascii=False)}:"
    return f".key = {_c_string(text)}, .key_length = {len(text.encode())}"


class Generator:
    """Collects the C text; name tables are written once, rows of versions that agree are shared."""

    def __init__(self, headers: Headers) -> None:
        self.headers = headers
        self.lines: list[str] = []
        self.known_names: set[str] = set()
        self.shared: dict[tuple[str, str], str] = {}
        self.index: list[str] = []
        self.agreed: dict[tuple[str, int], int] = {}
        """The first version with the rows that a table has in a version."""

    def names(self, table: Names) -> str:
        """Write a name table once; return the C name."""
        ident = f"names_{table.ident}"
        if ident in self.known_names:
            return ident
        self.known_names.add(ident)
        entries = []
        for entry in table.entries:
            constant, mask = entry.constant, entry.constant if table.bits else entry.mask
            needed = {*constant.split("|"), *(mask or constant).split("|")}
            if all(one.isdigit() or one in self.headers.constants for one in needed):
                entries.append(f"\t{{ (uint64_t) ({mask or 0}), (uint64_t) ({constant}), {_c_string(entry.text)} }},")
        otherwise = "NULL" if table.otherwise is None else _c_string(table.otherwise)
        self.lines += [
            f"static const struct codec_name {ident}_entries[] = {{",
            *(entries or ["\t{ 0, 0, NULL },"]),
            "};",
            f"const struct codec_names {ident} = {{ {ident}_entries, {len(entries)}, {otherwise} }};",
        ]
        return ident

    def rpc_names(self) -> None:
        """Write the names of message types, which are numbers in the protocol."""
        self.known_names.add("names_rpc")
        release = "{}.{:02d}".format(*self.headers.release)
        rows = [f"\t{{ 0, {number}, {_c_string(text)} }}," for number, text in sorted(messages.of(release).items())]
        self.lines += [
            "static const struct codec_name names_rpc_entries[] = {",
            *rows,
            "};",
            f"const struct codec_names names_rpc = {{ names_rpc_entries, {len(rows)}, NULL }};",
        ]

    def row(self, table: Table, row: Row, version: int) -> str:
        """Return the initialiser of one row."""
        key = _key(row.path.rsplit("/", 1)[-1])
        member, kind = self.source(table, row)
        if kind.name == "constant":
            # What no release has any more is null in a complex document.
            return self.constant(key, kind.literal or "null", "OPTION_COMPLEX_NULL")
        if kind.name in _MEMBERLESS:
            extra = self.table(kind.record, version) if kind.record else "NULL"
            return f"\t{{ {key}, .kind = KIND_{kind.name.upper()}, .extra = {extra} }},"
        if member is None or (kind.count and not find_member(self.headers, table.struct, kind.count)):
            if kind.type == "noval":
                # No storage: the codec writes the number object as not set.
                return f"\t{{ {key}, .kind = KIND_NOVAL }},"
            options = "OPTION_COMPLEX_NULL" if kind.name == "text" else "0"
            return self.constant(key, unset_literal(kind, version), options)
        extra = "NULL"
        if kind.names is not None and kind.name != "derived":
            extra = "&" + self.names(kind.names.at(version))
        elif kind.record is not None:
            extra = self.table(kind.record, version)
        elif kind.function is not None:
            extra = f"&derived_{kind.function}"
        counter = kind.count or next(iter(row.uses), None)
        expression = f"(({table.struct} *) 0)->"
        each = "*" if "EACH" in kind.options or kind.name == "numbers" else ""
        storage = f"STORAGE_OF({each}{expression}{member})"
        if kind.name in _NUMERIC:
            check = f"{storage} >= STORAGE_I8 && {storage} <= STORAGE_LONG_REAL"
        elif kind.name in _STORAGE:
            check = f"{storage} == {_STORAGE[kind.name]}"
        elif kind.name == "item":
            check = f"_Generic({expression}{member}, uint32_t * : 1, default : 0)"
        else:
            check = ""
        if check:
            self.lines.append(f'_Static_assert({check}, "{table.struct}.{member} is not a {kind.name}");')
        options = str(kind.index) if kind.name == "item" else " | ".join(f"OPTION_{o}" for o in kind.options) or "0"
        return (
            f"\t{{ {key}, .kind = KIND_{kind.name.upper()}, "
            f".storage = {storage}, .options = {options}, "
            + (
                f".count_storage = STORAGE_OF({each if kind.name == 'quotient' else ''}{expression}{counter}), "
                f".count_offset = offsetof({table.struct}, {counter}), "
                if counter
                else ""
            )
            + f".offset = offsetof({table.struct}, {member}), .extra = {extra} }},"
        )

    def table(self, name: str, version: int) -> str:
        """Return the C address of a table; versions that agree on it have one, so that what nests it agrees, too."""
        return f"&codec_tables[{self.index.index(f'{name}:{self.agreed[name, version]}')}]"

    def source(self, table: Table, row: Row) -> tuple[str | None, Kind]:
        """Return the member that the installed release has for a row (None: none), and the kind that it is."""
        for member, kind, _ in row.sources:
            if member is None or find_member(self.headers, table.struct, member):
                return member, kind
        return None, row.kind

    @staticmethod
    def constant(key: str, literal: str, options: str) -> str:
        """Return the initialiser of a row that writes fixed JSON."""
        return f"\t{{ {key}, .kind = KIND_CONSTANT, .options = {options}, .extra = {_c_string(literal)} }},"

    def rows(self, table: Table, version: int) -> tuple[str, int]:
        """Write the rows of one API version unless another version has the same; return their C name and count."""
        out: list[str] = []
        open_groups: list[str] = []

        def close(depth: int) -> None:
            while len(open_groups) > depth:
                open_groups.pop()
                out.append("\t{ .kind = KIND_CLOSE },")

        for row in table.rows_of(version):
            groups = row.path.split("/")[:-1]
            common = 0
            while common < min(len(groups), len(open_groups)) and groups[common] == open_groups[common]:
                common += 1
            close(common)
            for group in groups[common:]:
                out.append(f"\t{{ {_key(group)}, .kind = KIND_OPEN }},")
                open_groups.append(group)
            out.append(self.row(table, row, version))
        close(0)
        body = "\n".join(out)
        ident = self.shared.get((table.struct, body))
        if ident is None:
            ident = f"rows_{table.name}_{version}"
            self.shared[table.struct, body] = ident
            self.lines += [f"static const struct codec_row {ident}[] = {{", body, "};"]
        return ident, len(out)

    def write(self, tables: Iterable[Table]) -> str:
        """Return the whole C file."""
        tables = [table for table in tables if table.struct in self.headers.structs]
        self.index = [f"{table.name}:{version}" for table in tables for version in DIALECTS if table.rows_of(version)]
        entries: list[str] = []
        firsts: dict[tuple[str, str], int] = {}
        for one in NAMES_IN_C:
            self.names(one)
        self.rpc_names()
        for table in tables:
            for version in DIALECTS:
                if not table.rows_of(version):
                    continue
                ident, count = self.rows(table, version)
                self.agreed[table.name, version] = firsts.setdefault((table.name, ident), version)
                required = f"offsetof({table.struct}, {table.required})" if table.required else "TABLE_WITHOUT_REQUIRED"
                size = f"sizeof({table.struct})"
                entries.append(f"\t{{ {_c_string(table.name)}, {version}, {size}, {ident}, {count}, {required} }},")
        functions = sorted({k.function for table in tables for row in table.rows for k in row.kinds if k.function})
        head = [
            "/* Made by cffi_build/rows.py from slurmrest_inet/schema/ and the installed headers. */",
            "#include <slurm/slurm.h>",
            "#include <slurm/slurmdb.h>",
            '#include "rows.h"',
            '#include "shares.h"',
            '#include "resources.h"',
            '#include "codec_derived.h"',
            *(f"extern const struct derived derived_{name};" for name in functions),
        ]
        tail = [
            "const codec_table_t codec_tables[] = {",
            *entries,
            "};",
            "const size_t codec_tables_count = sizeof(codec_tables) / sizeof(*codec_tables);",
        ]
        return "\n".join([*head, *self.lines, *tail, ""])


def features(headers: Headers) -> str:
    """Return a C header that says which functions and members the installed release has, for our own C."""
    lines = ["/* Made by cffi_build/rows.py from the installed headers. */"]
    lines += [f"#define HAS_FUNCTION_{name} 1" for name in sorted(headers.functions)]
    lines += [
        f"#define BY_STEP_ID_{name} 1"
        for name, declaration in sorted(headers.functions.items())
        if re.search(r"\bslurm_step_id_t (?!\*)", declaration)
    ]
    lines += [
        f"#define HAS_MEMBER_{struct}_{member} 1"
        for struct, members in sorted(headers.structs.items())
        for member in members
    ]
    release = headers.release[0] * 100 + headers.release[1]
    hidden = [member for member, first in HIDDEN_MEMBERS.items() if release >= first]
    hidden += [member for member, end in LOST_MEMBERS.items() if release < end]
    lines += [f"#define HAS_MEMBER_{struct}_{name} 1" for struct, name in hidden]
    return "\n".join([*lines, ""])
