# SPDX-License-Identifier: GPL-2.0-or-later
"""Two documents beside each other: operations, parameters, types, and what must be there.

Both are what tests/facts/make.py makes of a document. A place is an operation with where in it ("GET slurm/jobs 200"),
or where in a schema by our name for it, without what tells the version ("job_info/flags").
"""

from __future__ import annotations

import json
from typing import Any

import told


class Described:
    """One document: `operations` by their names, and `schemas`."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.operations: dict[str, dict[str, Any]] = {}
        self.schemas: dict[str, Any] = {}
        self.required: dict[str, list[str]] = {}
        for one in records:
            if "schema" in one:
                self.schemas[one["schema"]] = one["type"]
                self.required[one["schema"]] = one.get("required", [])
            else:
                # With and without a slash at its end a path is one path.
                self.operations.setdefault(one["operation"].rstrip("/"), one)

    def resolve(self, type_: Any) -> tuple[Any, str | None]:
        """A type behind its names, and the last one of these."""
        name = None
        while isinstance(type_, str) and type_.startswith("#"):
            name = type_[1:]
            type_ = self.schemas[name]
        return type_, name


def homes() -> dict[int, Described]:
    """The documents of the home releases, by version."""
    return {version: Described(told.document(version)) for version in range(36, 46)}


def others() -> dict[tuple[str, int], Described]:
    """The documents of other releases, by release and version."""
    return {(release, version): Described(told.document(version, release)) for release, version in told.elsewhere()}


def differences(ours: Described, theirs: Described) -> dict[str, str]:
    """Each place where they differ, with what is there: "missing", "extra", or both types."""
    found: dict[str, str] = {}
    done: set[tuple[str, str | None]] = set()
    for name in sorted({*ours.operations, *theirs.operations}):
        here, there = ours.operations.get(name), theirs.operations.get(name)
        if here is None or there is None:
            found[name] = "missing" if here is None else "extra"
            continue
        if here["id"] != there["id"]:
            found[f"{name} id"] = f"{there['id']} is {here['id']}"
        for parameter in sorted({*here["parameters"], *there["parameters"]}):
            mine, real = _parameter(ours, here, parameter), _parameter(theirs, there, parameter)
            if mine != real:
                found[f"{name} ?{parameter}"] = _said(mine and json.dumps(mine), real and json.dumps(real))
        for part, mine, real in (
            ("body", here["body"], there["body"]),
            ("200", here["answers"].get("200"), there["answers"].get("200")),
        ):
            _compare((ours, mine), (theirs, real), f"{name} {part}", found, done)
    return found


def _compare(
    mine: tuple[Described, Any],
    real: tuple[Described, Any],
    place: str,
    found: dict[str, str],
    done: set[tuple[str, str | None]],
) -> None:
    """Note the differences of two types; what has a name in ours is compared once with each that it meets."""
    (here, name), (there, other) = mine[0].resolve(mine[1]), real[0].resolve(real[1])
    if name is not None:
        if (name, other) in done:
            return
        done.add((name, other))
        place = name.partition("_")[2]
        if other is not None:
            # A member that one of them lacks is told as that.
            for path in set(mine[0].required[name]) ^ set(real[0].required[other]):
                if all(_has(type_, path.split("/")) for type_ in (here, there)):
                    found[f"{place}/{path} required"] = "extra" if path in mine[0].required[name] else "missing"
    if isinstance(here, dict) and isinstance(there, dict):
        for key in {**here, **there}:
            inner = f"{place}/{key}"
            if key in here and key in there:
                _compare((mine[0], here[key]), (real[0], there[key]), inner, found, done)
            else:
                found[inner] = "extra" if key in here else "missing"
    elif isinstance(here, list) and isinstance(there, list):
        _compare((mine[0], here[0]), (real[0], there[0]), place, found, done)
    elif _word(here) != _word(there):
        found[place] = _said(_word(here), _word(there))


def _has(type_: Any, path: list[str]) -> bool:
    for step in path:
        if not isinstance(type_, dict) or step not in type_:
            return False
        type_ = type_[step]
    return True


def _word(type_: Any) -> str | None:
    if type_ in ("object", {}):
        return "any object"
    return "object" if isinstance(type_, dict) else "array" if isinstance(type_, list) else type_


def _parameter(of: Described, operation: dict[str, Any], name: str) -> list[Any] | None:
    found = operation["parameters"].get(name)
    return found and [found[0], of.resolve(found[1])[0], found[2]]


def _said(ours: str | None, theirs: str | None) -> str:
    if ours is None or theirs is None:
        return "missing" if ours is None else "extra"
    return f"{theirs} is {ours}"
