# SPDX-License-Identifier: GPL-2.0-or-later
"""The facts of this folder as the tests ask for them; make.py says what is in the files."""

from __future__ import annotations

import functools
import json
import os
from typing import Any, NamedTuple

from make import told_name

HERE = os.path.dirname(os.path.abspath(__file__))


class Headers(NamedTuple):
    """The public headers of one release, as far as our sources name what is in them.

    ``structs`` maps a struct to its members and their types, ``functions`` a name to its declaration.
    """

    structs: dict[str, dict[str, str]]
    constants: frozenset[str]
    functions: dict[str, str]


@functools.cache
def _file(name: str) -> Any:
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def _at(release: str, histories: dict[str, str]) -> dict[str, str]:
    """What of {name: "FIRST LAST VALUE; FIRST LAST VALUE"} holds in a release."""
    found = {}
    for name, history in histories.items():
        for span in history.split("; "):
            first, last, *value = span.split(" ", 2)
            if first <= release <= last:
                found[name] = "".join(value)
    return found


@functools.cache
def headers(release: str) -> Headers:
    """What the headers of a release ("22.05") say."""
    facts = _file("headers.json")
    return Headers(
        {name: members for name, one in facts["structs"].items() if (members := _at(release, one))},
        frozenset(_at(release, facts["constants"])),
        _at(release, facts["functions"]),
    )


def recorded_reads(release: str, side: str) -> list[dict[str, Any]]:
    """The reads that were recorded on a release ("23.02") of slurmctld's side (slurm) or slurmdbd's (slurmdb)."""
    found = _file(f"reads-{release}.json" if side == "slurm" else f"reads-{side}-{release}.json")

    def types(one: dict[str, Any]) -> Any:
        return types(found[one["types"]]) if isinstance(one["types"], int) else one["types"]

    return [{**one, "side": side, "types": types(one)} for one in found]


def message_types() -> dict[str, dict[int, str]]:
    """Names of message types by number, as real servers showed them, by release ("23.02.8")."""
    return {
        release: {int(number): name for number, name in types.items()}
        for release, types in _file("message_types.json").items()
    }


def written_members(struct: str) -> dict[int, dict[str, Any]]:
    """Members that are written and their types, by API version, as the documents of their home releases have them."""
    return {int(version.rpartition(".")[2]): members for version, members in _file("written.json")[struct].items()}


def recorded_writes(release: str) -> list[dict[str, Any]]:
    """What a real server was asked of jobs, and what it said; see make.recorded_writes."""
    return [{**one, "release": release} for one in _file(f"writes-{release}.json")]


def recorded_database_writes(release: str) -> list[dict[str, Any]]:
    """What a real server was asked to keep, in its order; see make.recorded_database_writes."""
    return [{**one, "release": release} for one in _file(f"writes-slurmdb-{release}.json")]


def recorded_changes(release: str) -> list[dict[str, Any]]:
    """What else a real server was asked to change, in its order; see make.recorded_changes."""
    return [{**one, "release": release} for one in _file(f"changes-{release}.json")]


def document(version: int, release: str | None = None) -> list[dict[str, Any]]:
    """What the document of an API version says on its home release, or on another; see make.told_document."""
    records = [one for one in _file("documents.json") if one["version"] == version]
    if release is None:
        return records
    named = {told_name(one): one for one in records}
    for one in _file("other-documents.json"):
        if (one["release"], one["version"]) != (release, version):
            continue
        for name in one.get("without", ()):
            del named[name]
        if "without" not in one:
            named[told_name(one)] = {key: value for key, value in one.items() if key != "release"}
    return [*named.values()]


def elsewhere() -> list[tuple[str, int]]:
    """The releases and API versions whose documents are known although the release is not the version's home."""
    return [(one["release"], one["version"]) for one in _file("other-documents.json") if "without" in one]
