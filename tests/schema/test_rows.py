# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows for themselves: paths, versions, kinds and their sentences."""

from __future__ import annotations

import os
import re

import pytest

from slurmrest_inet.schema import model, tables
from slurmrest_inet.schema.model import IN, OUT, Row, Source, Table
from slurmrest_inet.schema.tables import READ_TABLES, TABLES
from slurmrest_inet.versions import FIRST, LAST

VERSIONS = range(FIRST, LAST + 1)
ALL = (*TABLES, *READ_TABLES)
_ids = {"ids": lambda table: table.name}

with open(os.path.join(os.path.dirname(__file__), "../../cffi_build/rows.h"), encoding="utf-8") as _header:
    _SOURCE = _header.read()
KINDS = {name.lower() for name in re.findall(r"\bKIND_(\w+),", _SOURCE)}
OPTIONS = set(re.findall(r"\bOPTION_(\w+) =", _SOURCE))
TYPES = {"string", "integer", "number", "boolean", "array", "object", "noval"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", [OUT, IN])
@pytest.mark.parametrize("table", ALL, **_ids)
def test_a_path_stands_once_in_a_version(table: Table, way: str, version: int) -> None:
    paths = [row.path for row in table.rows_of(version, way)]
    assert len(paths) == len(set(paths))
    groups = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, path.count("/") + 1)}
    assert not groups & set(paths)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("table", TABLES, **_ids)
def test_a_group_opens_once(table: Table, version: int) -> None:
    groups = [row.path.rpartition("/")[0] for row in table.rows_of(version)]
    opened = [group for index, group in enumerate(groups) if index == 0 or groups[index - 1] != group]
    for group in set(opened) - {""}:
        inner = [one for one in opened if one == group or one.startswith(group + "/")]
        first = opened.index(inner[0])
        assert opened[first : first + len(inner)] == inner, group


@pytest.mark.parametrize("table", ALL, **_ids)
def test_versions_of_a_row(table: Table) -> None:
    for row in table.rows:
        assert FIRST <= row.since <= row.until <= LAST, row.path
        changes = list(row.then or ())
        assert changes == sorted(changes), row.path
        assert all(row.since < change <= row.until for change in changes), row.path
        kinds = row.kinds
        assert all(one != other for one, other in zip(kinds, kinds[1:])), row.path


def test_that_a_row_has_the_kind_of_its_version() -> None:
    row = Row("x", "x", model.NUMBER, "X", since=37, then={39: model.NOVAL, 42: model.TEXT})
    kinds = {version: row.at(version).kind for version in (37, 38, 39, 41, 42, 45)}
    wanted = (model.NUMBER, model.NUMBER, model.NOVAL, model.NOVAL, model.TEXT, model.TEXT)
    assert tuple(kinds.values()) == wanted
    assert row.at(45).then is None


def test_that_a_stand_in_has_a_kind_of_its_own() -> None:
    other = Source("y", model.TEXT_OR_NULL, then={39: model.TEXT})
    row = Row("x", ("x", other, Source(None, model.constant("0"))), model.NUMBER, "X", since=37, then={40: model.NOVAL})
    assert row.members == ("x", "y")
    wanted = {38: (model.NUMBER, model.TEXT_OR_NULL), 39: (model.NUMBER, model.TEXT), 45: (model.NOVAL, model.TEXT)}
    for version, kinds in wanted.items():
        assert tuple(source.kind for source in row.at(version).sources) == (*kinds, model.constant("0"))
        assert all(source.then is None for source in row.at(version).sources)
    assert row.kinds == (model.NUMBER, model.NOVAL, model.TEXT_OR_NULL, model.TEXT, model.constant("0"))


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_kinds(table: Table) -> None:
    for row in table.rows:
        for kind in row.kinds:
            assert kind.name in KINDS, row.path
            assert set(kind.options) <= OPTIONS, row.path
            assert kind.type in TYPES, row.path
            assert (kind.name in ("flags", "choice", "choices")) == (kind.names is not None), row.path
            assert (kind.name == "derived") == (kind.function is not None), row.path
            assert (kind.name == "constant") == (kind.literal is not None), row.path
        for source in row.sources or (Source(None, row.kind, row.then),):
            without = ("constant", "own", "word")
            assert all((kind.name in without) == (source.member is None) for kind in source.kinds), row.path


@pytest.mark.parametrize("table", TABLES, **_ids)
def test_that_items_of_arrays_stand_in_the_table_of_a_list(table: Table) -> None:
    """A row of such a table is an item or the word beside it, and its struct is that of the list's row."""
    users = [
        (one, kind.name)
        for one in TABLES
        for row in one.rows
        for kind in row.kinds
        if kind.name in ("items", "words") and kind.record == table.name
    ]
    assert all(one.struct == table.struct for one, _ in users)
    wanted = {"word"} if "words" in {name for _, name in users} else set()
    for row in table.rows:
        for kind in row.kinds:
            assert ("EACH" in kind.options or kind.name in wanted) == bool(users), row.path
            assert kind.name != "word" or wanted, row.path
            assert ("WHEN" in kind.options) <= ("EACH" in kind.options and kind.count is not None), row.path


@pytest.mark.parametrize("table", ALL, **_ids)
def test_sentences(table: Table) -> None:
    for row in table.rows:
        assert row.doc[0].isupper() or row.doc[0].isdigit(), row.path
        assert not row.doc.endswith("."), row.path
        assert row.doc.strip() == row.doc, row.path


def test_names_of_names() -> None:
    kinds = (kind for table in (*ALL, *tables.BODY_TABLES) for row in table.rows for kind in row.kinds)
    found = {*tables.NAMES_IN_C, *(kind.names for kind in kinds if kind.names is not None)}
    assert len({table.ident for table in found}) == len(found)
    for table in tables.names().values():
        assert table.entries
        assert all(entry.text.strip() == entry.text for entry in table.entries), table.ident


def test_nested_tables_come_first() -> None:
    seen: set[str] = set()
    for table in TABLES:
        inner = {kind.record for row in table.rows for kind in row.kinds if kind.record}
        assert inner <= seen
        seen.add(table.name)
    assert len({table.name for table in TABLES}) == len(TABLES)
