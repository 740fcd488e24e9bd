# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables and the installed headers: no unknown member or constant, and no member forgotten.

What a release lacks or has beside the others stands in schema/releases.py; anything else is a typo.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
import rows

from slurmrest_inet.schema import names
from slurmrest_inet.schema.model import Kind, Name, Names, Row, Table
from slurmrest_inet.schema.releases import CONSTANTS, MEMBERS, RELEASES
from slurmrest_inet.schema.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headers import Headers

ROOT = os.path.join(os.path.dirname(__file__), "../..")
NAME_TABLES = {key: value for key, value in vars(names).items() if isinstance(value, Names)}
STRUCTS = [table for table in TABLES if table.view is None]

_ids = {"ids": lambda table: table.name}


def _spanned(span: tuple[str, str] | None, release: str) -> bool:
    first, last = span or (RELEASES[0], RELEASES[-1])
    return first <= release <= last


def _named(row: Row) -> Iterator[str]:
    """Every member of the struct that a row names."""
    for member in (*row.members, *row.uses, *(kind.count for kind in row.kinds if kind.count)):
        yield re.split(r"\.|->", member)[0]


def unknown_members(table: Table, headers: Headers, release: str) -> list[str]:
    """What a table names and neither the headers have nor releases.py explains."""
    there = headers.structs.get(table.struct, {})
    found = {name for row in table.rows for name in _named(row)} | set(table.skip)
    return sorted(name for name in found if (name in there) != _spanned(MEMBERS.get((table.struct, name)), release))


def forgotten_members(table: Table, headers: Headers) -> list[str]:
    """What the headers have and a table neither shows nor skips."""
    told = {name for row in table.rows for name in _named(row)} | set(table.skip)
    return sorted(set(headers.structs.get(table.struct, {})) - told)


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_no_unknown_member(table: Table, headers: Headers, release: str) -> None:
    assert unknown_members(table, headers, release) == []


@pytest.mark.slurm("<= 24.11")  # later members come with the API versions that show them
@pytest.mark.parametrize("table", STRUCTS, **_ids)
def test_no_forgotten_member(table: Table, headers: Headers) -> None:
    assert forgotten_members(table, headers) == []


def test_that_a_typo_and_an_omission_are_found(headers: Headers, release: str) -> None:
    table = next(one for one in TABLES if one.name == "slurm_license_info_t")
    typo = table._replace(rows=(*table.rows, Row("x", "totl", Kind("number"), "X")))
    assert unknown_members(typo, headers, release) == ["totl"]
    assert "name" in forgotten_members(table._replace(rows=table.rows[1:]), headers)
    assert unknown_members(table._replace(skip={"nmae": "typo"}), headers, release) == ["nmae"]


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_every_skip_has_its_reason_and_no_row(table: Table) -> None:
    assert all(reason for reason in table.skip.values())
    assert not {name for row in table.rows for name in _named(row)} & set(table.skip)


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_the_release_of_a_row_is_that_of_its_member(table: Table) -> None:
    for row in table.rows:
        spans = [MEMBERS.get((table.struct, member)) for member in row.members]
        first = min((span[0] if span else RELEASES[0] for span in spans), default=RELEASES[0])
        assert (row.release or RELEASES[0]) == first, row.path


def unknown_constants(table: Names, headers: Headers, release: str) -> list[str]:
    """The constants of a table of names that neither the headers have nor releases.py explains."""
    found = {part for name in table.entries for part in (name.constant, *(name.mask or name.constant).split("|"))}
    return sorted(name for name in found if (name in headers.constants) != _spanned(CONSTANTS.get(name), release))


@pytest.mark.parametrize("table", NAME_TABLES)
def test_no_unknown_constant(table: str, headers: Headers, release: str) -> None:
    assert unknown_constants(NAME_TABLES[table], headers, release) == []


def test_that_an_unknown_constant_is_found(headers: Headers, release: str) -> None:
    table = Names(
        "t", (Name("JOB_PENDING", "x"), Name("JOB_PENDNG", "y"), Name("JOB_PENDING", "z", "JOB_STATE|NO_VAL"))
    )
    assert unknown_constants(table, headers, release) == ["JOB_PENDNG", "JOB_STATE"]


def test_that_releases_py_names_only_what_is_used() -> None:
    constants = {
        part
        for table in NAME_TABLES.values()
        for name in table.entries
        for part in (name.constant, *(name.mask or name.constant).split("|"))
    }
    assert set(CONSTANTS) <= constants
    assert {struct for struct, _ in MEMBERS} <= {table.struct for table in TABLES}
    for first, last in (*CONSTANTS.values(), *MEMBERS.values()):
        assert first <= last
        assert {first, last} <= set(RELEASES)


def test_that_every_derived_value_is_in_c() -> None:
    source = ""
    for file in ("derived.c", "job_resources.c"):
        with open(os.path.join(ROOT, "cffi_build", file), encoding="utf-8") as code:
            source += code.read()
    used = {kind.function for table in TABLES for row in table.rows for kind in row.kinds if kind.function}
    made = set(re.findall(r"DERIVED\((\w+)\);", source)) | set(re.findall(r"derived_(\w+) = \{", source))
    assert used == made - {"##name"} - {"##name "}


@pytest.mark.parametrize("version", range(36, 46))
@pytest.mark.parametrize("table", TABLES, **_ids)
def test_that_a_missing_member_is_unset(table: Table, version: int, headers: Headers) -> None:
    """A build without any member gives every row its unset value, as JSON."""
    bare = headers._replace(structs={**headers.structs, table.struct: {}})
    generator = rows.Generator(bare)
    for row in table.rows_of(version):
        text = generator.row(table, row, version)
        if ".kind = KIND_NOVAL" in text:
            assert row.kind.type == "noval"
            continue
        literal = re.search(r'\.extra = (".*") \},$', text)
        assert literal, text
        value = json.loads(json.loads(literal[1]))
        wanted = {"string": (str, type(None)), "array": list, "object": dict, "boolean": bool}
        assert isinstance(value, wanted.get(row.kind.type, (int, float, type(None)))), row.path
