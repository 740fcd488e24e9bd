# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables and the headers: no unknown member or constant, and no member forgotten, in any release.

What a release lacks or has beside the others stands in schema/releases.py; anything else is a typo. The headers of all
releases are told by tests/facts; those that are installed are asked themselves, too.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest
import rows
import told

from slurmrest_inet.schema import tables
from slurmrest_inet.schema.model import Kind, Name, Names, Row, Table
from slurmrest_inet.schema.releases import CONSTANTS, MEMBERS
from slurmrest_inet.versions import RELEASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headers import Headers
    from told import Headers as Told

ROOT = os.path.join(os.path.dirname(__file__), "../..")
NAME_TABLES = tables.names()
TABLES = (*tables.TABLES, *tables.READ_TABLES)
STRUCTS = [table for table in TABLES if table.view is None]
OURS = ("share_t", "node_gres_layout_t", "node_resource_layout_t")
SLURMS = [table for table in TABLES if table.struct not in OURS]
"""Those of structs that Slurm's headers have; the others are declared here."""

_ids = {"ids": lambda table: table.name}


def _spanned(span: tuple[str, str] | None, release: str) -> bool:
    first, last = span or (RELEASES[0], RELEASES[-1])
    return first <= release <= last


def _named(row: Row) -> Iterator[str]:
    """Every member of the struct that a row names."""
    for member in (*row.members, *row.uses, *(kind.count for kind in row.kinds if kind.count)):
        yield re.split(r"\.|->|\[", member)[0]


def unknown_members(table: Table, headers: Headers | Told, release: str) -> list[str]:
    """What a table names and neither the headers have nor releases.py explains."""
    there = headers.structs.get(table.struct, {})
    found = {name for row in table.rows for name in _named(row)} | set(table.skip)
    return sorted(name for name in found if (name in there) != _spanned(MEMBERS.get((table.struct, name)), release))


def forgotten_members(table: Table, headers: Headers | Told) -> list[str]:
    """What the headers have and neither a table nor another view of its struct shows or skips."""
    views = [one for one in TABLES if one.struct == table.struct and one.view is not None]
    told = {name for one in (table, *views) for row in one.rows for name in _named(row)} | set(table.skip)
    return sorted(set(headers.structs.get(table.struct, {})) - told)


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_no_unknown_member(table: Table, headers: Headers, release: str) -> None:
    assert unknown_members(table, headers, release) == []


@pytest.mark.parametrize("table", STRUCTS, **_ids)
def test_no_forgotten_member(table: Table, headers: Headers) -> None:
    assert forgotten_members(table, headers) == []


@pytest.mark.parametrize("of", RELEASES)
@pytest.mark.parametrize("table", SLURMS, **_ids)
def test_no_unknown_member_in_any_release(table: Table, of: str) -> None:
    assert unknown_members(table, told.headers(of), of) == []


@pytest.mark.parametrize("of", RELEASES)
@pytest.mark.parametrize("table", [table for table in SLURMS if table in STRUCTS], **_ids)
def test_no_forgotten_member_in_any_release(table: Table, of: str) -> None:
    assert forgotten_members(table, told.headers(of)) == []


@pytest.mark.parametrize("table", SLURMS, **_ids)
def test_that_the_facts_are_those_of_the_installed_release(table: Table, headers: Headers, release: str) -> None:
    assert told.headers(release).structs.get(table.struct) == headers.structs.get(table.struct)


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


def _constants(table: Names) -> set[str]:
    parts = (part for name in table.entries for part in (*name.constant.split("|"), *(name.mask or "").split("|")))
    return {part for part in parts if part and not part.isdigit()}


def unknown_constants(table: Names, headers: Headers | Told, release: str) -> list[str]:
    """The constants of a table of names that neither the headers have nor releases.py explains."""
    there = headers.constants
    return sorted(one for one in _constants(table) if (one in there) != _spanned(CONSTANTS.get(one), release))


@pytest.mark.parametrize("table", NAME_TABLES)
def test_no_unknown_constant(table: str, headers: Headers, release: str) -> None:
    assert unknown_constants(NAME_TABLES[table], headers, release) == []


_UNGATHERED = ("CTL_CONF_", "CONF_FLAG_", "PRIVATE_DATA_", "PROLOG_FLAG_", "PROP_PRIO_", "RECONFIG_")
UNTOLD = {
    *("BACKFILL_LAST", "BACKFILL_SCHED", "BACKFILL_TEST", "BF_WHOLE_NODE_TEST", "HAS_STATE_DIR", "NO_KILL_INV_DEP"),
    *("RESET_ACCRUE_TIME", "SHARED_FORCE", "SIB_JOB_FLUSH", "SPREAD_JOB", "TEST_NOW_ONLY", "TOP_PRIO_TMP"),
    *("USE_DEFAULT_ACCT", "USE_DEFAULT_PART", "USE_DEFAULT_QOS", "USE_DEFAULT_WCKEY", "USE_MIN_NODES"),
    *("CONSOLIDATE_SEGMENTS", "EXPEDITED_REQUEUE", "EXTERNAL_JOB", "SPREAD_SEGMENTS"),
    *("WARN_SENT", "X11_FORWARD_ALL", "X11_FORWARD_BATCH", "X11_FORWARD_FIRST", "X11_FORWARD_LAST"),
    *(one for table in NAME_TABLES.values() for one in _constants(table) if one.startswith(_UNGATHERED)),
    *("SHARE_ASSOCIATION", "SHARE_USER"),  # ours
}
"""Constants that the facts of no release name, which were gathered by what their names begin with."""


@pytest.mark.parametrize("of", RELEASES)
@pytest.mark.parametrize("table", NAME_TABLES)
def test_no_unknown_constant_in_any_release(table: str, of: str) -> None:
    assert set(unknown_constants(NAME_TABLES[table], told.headers(of), of)) <= UNTOLD


def test_that_what_is_untold_is_untold_of_every_release(headers: Headers, release: str) -> None:
    assert not UNTOLD & {name for of in RELEASES for name in told.headers(of).constants}
    assert headers.constants >= {one for one in UNTOLD if _spanned(CONSTANTS.get(one), release)}


def test_that_an_unknown_constant_is_found(headers: Headers, release: str) -> None:
    table = Names(
        "t", (Name("JOB_PENDING", "x"), Name("JOB_PENDNG", "y"), Name("JOB_PENDING", "z", "JOB_STATE|NO_VAL"))
    )
    assert unknown_constants(table, headers, release) == ["JOB_PENDNG", "JOB_STATE"]


def test_that_releases_py_names_only_what_is_used() -> None:
    assert set(CONSTANTS) <= {one for table in NAME_TABLES.values() for one in _constants(table)}
    assert {struct for struct, _ in MEMBERS} <= {table.struct for table in TABLES}
    for first, last in (*CONSTANTS.values(), *MEMBERS.values()):
        assert first <= last
        assert {first, last} <= set(RELEASES)


def test_that_every_derived_value_is_in_c() -> None:
    source = ""
    files = ("derived.c", "accounting.c", "job_resources.c", "resources.c", "slurmdbd.c", "configuration.c")
    for file in files:
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
        if row.kind.name in ("own", "word"):
            continue
        text = generator.row(table, row, version)
        if ".kind = KIND_NOVAL" in text:
            assert row.kind.type == "noval"
            continue
        literal = re.search(r'\.extra = (".*") \},$', text)
        assert literal, text
        value = json.loads(json.loads(literal[1]))
        wanted = {"string": (str, type(None)), "array": list, "object": dict, "boolean": bool}
        assert isinstance(value, wanted.get(row.kind.type, (int, float, type(None)))), row.path
