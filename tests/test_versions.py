# SPDX-License-Identifier: GPL-2.0-or-later
"""Versions and releases: what is known of them stands in one file."""

from __future__ import annotations

import os
import re

import pytest

from slurmrest_inet import versions

ROOT = os.path.join(os.path.dirname(__file__), "..")


def _files(*folders: str, ends: tuple[str, ...]) -> list[str]:
    found = []
    for folder in folders:
        for place, _folders, files in os.walk(os.path.join(ROOT, folder)):
            found += [os.path.relpath(os.path.join(place, file), ROOT) for file in files if file.endswith(ends)]
    return sorted(found)


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
        assert set(versions.SERVED) <= set(versions.DIALECTS)
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
        assert (dialect.sparse, dialect.nulls, dialect.unknown_key) == (True, False, versions.IGNORED)
        assert versions.plugin("slurm", 39) == ("openapi/v0.0.39", "Slurm OpenAPI v0.0.39")
        assert versions.plugin("slurmdb", 39) == ("openapi/dbv0.0.39", "Slurm OpenAPI DB v0.0.39")

    def test_that_sonames_lead_to_releases(self) -> None:
        assert list(versions.SONAMES) == sorted(versions.SONAMES)
        assert set(versions.RELEASES) <= set(versions.SONAMES.values())
