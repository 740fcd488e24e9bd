# SPDX-License-Identifier: GPL-2.0-or-later
"""Versions and releases: what is known of them stands in one file and in tables, and nowhere is one compared."""

from __future__ import annotations

import ast
import os
import re

import pytest

from slurmrest_inet import versions

ROOT = os.path.join(os.path.dirname(__file__), "..")
HERE = "slurmrest_inet/versions.py"
SUBJECTS = re.compile(r"(?:api_)?(?:version|release|home)s?|built_for\w*", re.IGNORECASE)
"""What a version or a release is called; also `version[0]` and `call.version`."""


def _files(*folders: str, ends: tuple[str, ...]) -> list[str]:
    found = []
    for folder in folders:
        for place, _folders, files in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(place, file), ROOT) for file in files if file.endswith(ends)]
    return sorted(found)


def _is_subject(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):
        return _is_subject(node.value)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return SUBJECTS.fullmatch(name) is not None


def _is_literal(node: ast.expr) -> bool:
    """A number or a release's name, several of them, or a constant that stands for one (MODERN, job_desc.FIRST)."""
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        return type(node.value) is int or re.fullmatch(r"\d\d\.\d\d(\.\d+)?", text) is not None
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(_is_literal(item) for item in node.elts)
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "range"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "versions":
        return False
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.isupper() and not SUBJECTS.fullmatch(name)


def comparisons(source: str) -> list[int]:
    """The lines on which a version or a release is compared with one that stands there."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            # To be among those of a named table is what a table is for.
            named = isinstance(node.ops[0], (ast.In, ast.NotIn)) and isinstance(node.comparators[0], ast.Name)
            if any(map(_is_subject, sides)) and any(map(_is_literal, sides)) and not named:
                found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "version < 37",
        "37 <= call.version",
        "self._settings.version == FIRST",
        "VERSION >= (23, 11)",
        "VERSION[0] == 23",
        "release in ('22.05', '23.02')",
        "home != 2205",
        "version in range(36, 40)",
        "36 < version < last",
        "version == job_desc.FIRST",
    ],
)
def test_what_is_a_comparison(text: str) -> None:
    assert comparisons(text) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "row.since <= version <= row.until",
        "version in versions.SERVED",
        "version not in _WITHOUT",
        "request.version == '1.1'",
        "size < 37",
        "version != told",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not comparisons(text)


def test_that_no_version_is_compared_with_a_literal() -> None:
    found = {}
    for file in _files("slurmrest_inet", "cffi_build", ends=(".py",)):
        with open(os.path.join(ROOT, file), encoding="utf-8") as source:
            found[file] = comparisons(source.read())
    del found[HERE]
    assert not {file: lines for file, lines in found.items() if lines}


def test_that_no_release_is_named_in_c() -> None:
    """What a release has is told by slurm_features.h, which is made of the headers and of the one list."""
    for file in _files("cffi_build", ends=(".c", ".h", ".py")):
        with open(os.path.join(ROOT, file), encoding="utf-8") as source:
            assert not re.search(r"SLURM_VERSION_NUM\b|SLURM_(MAJOR|MINOR|MICRO)\b", source.read()), file


def test_since() -> None:
    table = {36: "a", 40: "b"}
    assert [versions.since(table, version) for version in (36, 39, 40, 45)] == ["a", "a", "b", "b"]


class TestDialects:
    def test_that_each_version_has_one(self) -> None:
        assert list(versions.DIALECTS) == list(range(versions.FIRST, versions.LAST + 1))
        for side in versions.SIDES:
            assert set(versions.SERVED[side]) <= set(versions.DIALECTS)
            assert list(versions.SERVED[side]) == sorted(versions.SERVED[side])
        assert set(versions.HOME.values()) == set(versions.HTTP)

    def test_homes(self) -> None:
        at_home = {home: [one for one in versions.HOME if versions.HOME[one] == home] for home in versions.HTTP}
        assert at_home == {2205: [36, 37, 38], 2302: [39], 2411: [40, 41, 42], 2605: [43, 44, 45]}

    @pytest.mark.parametrize(
        ("version", "members"),
        [
            (36, "meta errors payload"),
            (38, "meta errors payload"),
            (39, "meta errors warnings payload"),
            (40, "payload meta errors warnings"),
            (45, "payload meta errors warnings"),
        ],
    )
    def test_the_order_of_an_answer_s_members(self, version: int, members: str) -> None:
        assert " ".join(versions.DIALECTS[version].members) == members

    def test_that_v0_0_39_has_a_dialect_of_its_own(self) -> None:
        """Entries as before, numbers as later, and keys that are not known are not told of (seen on 23.02.8)."""
        dialect = versions.DIALECTS[39]
        assert (dialect.sparse, dialect.nulls, dialect.body.unknown) == (True, False, "ignored")
        assert versions.plugin("slurm", 39) == ("openapi/v0.0.39", "Slurm OpenAPI v0.0.39")
        assert versions.plugin("slurmdb", 39) == ("openapi/dbv0.0.39", "Slurm OpenAPI DB v0.0.39")

    def test_that_every_plugin_is_known(self) -> None:
        """With the releases that had it: that of its home among them, but for the oldest, whose home came later."""
        for side in versions.SIDES:
            for version in versions.SERVED[side]:
                assert versions.has_plugin(versions.plugin(side, version)[0], versions.HOME[version])
        for version, dialect in versions.DIALECTS.items():
            if not dialect.plugin_by_version:
                assert versions.has_plugin(f"data_parser/v0.0.{version}", dialect.home)

    def test_that_sonames_lead_to_releases(self) -> None:
        assert list(versions.SONAMES) == sorted(versions.SONAMES)
        assert set(versions.RELEASES) <= set(versions.SONAMES.values())
