# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents in the shape that flags of `-d` and SLURMRESTD_RESPONSE_STATUS_CODES ask for, as slurmrestd has them.

Rule 1: what nobody has asked for is not loaded: this module is for who has, and its price is theirs.
Rule 2: from the version on from which slurmrestd knows a wish, what the build made of a version is read, changed and
        written again; nothing of other versions is touched.

prefer_refs and inline_enums ask for what our documents are anyway: schemas of their own behind references in every
version, and words where they stand. minimize_refs leaves references to what is the whole body or answer of several
operations. spec_only shows the schema of an answer in the place of the answer; documents it leaves as they are.
"""

from __future__ import annotations

import json

from slurmrest_inet import versions
from slurmrest_inet.api import selection, spelling
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema import replies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from slurmrest_inet.settings import Settings

    Entries = dict[str, Any]
    Parts = dict[str, Entries]

_SCHEMAS, _RESPONSES = "#/components/schemas/", "#/components/responses/"
_PARTS = ("paths", "responses", "schemas")


class Shape(NamedTuple):
    """How a version's documents are to look otherwise: with few references, with these statuses and no others."""

    minimal: bool
    statuses: tuple[str, ...] | None


def wanted(settings: Settings, version: int) -> Shape | None:
    """Return the shape in which the documents of a version are asked for, None for their own."""
    dialect = versions.DIALECTS[version]
    flags = [flag for side in versions.SIDES for flag in selection.flags(settings, side, version)]
    shape = Shape(
        dialect.minimises and "minimize_refs" in flags,
        None if dialect.plugin_by_version else settings.response_status_codes,
    )
    return None if shape == Shape(minimal=False, statuses=None) else shape


def shaped(text: bytes, shape: Shape) -> Parts:
    """Return the entries of a document in a shape, without those that every document has."""
    document = json.loads(text)
    parts: Parts = {"paths": document["paths"], **{name: document["components"][name] for name in _PARTS[1:]}}
    for part, entries in parts.items():
        parts[part] = {name: one for name, one in entries.items() if not name.lstrip("/").startswith("openapi")}
    if shape.statuses is not None:
        _tell(parts, shape.statuses)
    if shape.minimal:
        _minimise(parts)
    return parts


def restate(entries: Parts, settings: Settings) -> None:
    """Let entries of the site's own operations have the statuses that are asked for."""
    if settings.response_status_codes is not None:
        _tell(entries, settings.response_status_codes)


def schema_of(text: bytes, path: str, method: str) -> Any:
    """Return the schema of an operation's answer, whole, from the document of its version."""
    document = json.loads(text)
    content = document["paths"][path][method.lower()]["responses"]["200"]["content"]
    return _inlined(content["application/json"]["schema"], document["components"]["schemas"], frozenset())


def spelt(value: Any, *, yaml: bool) -> bytes:
    """Return an object as a document of its own."""
    return (spelling.yaml_entries(value) if yaml else spelling.compact(value) + "\n").encode()


def _operations(parts: Parts) -> Iterator[Entries]:
    for methods in parts["paths"].values():
        yield from methods.values()


def _tell(parts: Parts, statuses: tuple[str, ...]) -> None:
    """Let every operation tell these statuses, in their order, and no others."""
    for operation in _operations(parts):
        known = operation["responses"]
        operation["responses"] = {
            status: known.get(status) or _without_body(int(status)) or known["default"]
            if status != "default"
            else known["default"]
            for status in statuses
        }
    used = {name for operation in _operations(parts) for name in _references(operation["responses"], _RESPONSES)}
    parts["responses"] = {name: one for name, one in parts["responses"].items() if name in used}


def _without_body(status: int) -> Entries | None:
    """Return what is told of a status that has no body (RFC 9110 section 6.4.1), None of any other."""
    if status in replies.NO_CONTENT:
        return {"description": replies.NO_CONTENT[status]}
    return {"description": "Nothing to read"} if status < 200 or status in (204, 304) else None


def _references(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith(place):
            yield target[len(place) :]
        for one in value.values():
            yield from _references(one, place)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one, place)


def _minimise(parts: Parts) -> None:
    schemas, answers = parts["schemas"], parts["responses"]
    uses: dict[str, int] = {}
    for operation in _operations(parts):
        through = [answers[name] for name in _references(operation, _RESPONSES)]
        for name in {*_references(operation, _SCHEMAS), *_references(through, _SCHEMAS)}:
            uses[name] = uses.get(name, 0) + 1
    kept = frozenset(name for name, count in uses.items() if count > 1) | _endless(schemas)
    for part in _PARTS[:2]:
        parts[part] = _inlined(parts[part], schemas, kept)
    parts["schemas"] = {
        name: {key: _inlined(one, schemas, kept) for key, one in schema.items()}
        for name, schema in schemas.items()
        if name in kept
    }


def _endless(schemas: Entries) -> frozenset[str]:
    """Return the schemas that hold themselves, somewhere: what cannot be written without a reference."""
    holds = {name: set(_references(schema, _SCHEMAS)) for name, schema in schemas.items()}

    def reached(name: str) -> set[str]:
        seen: set[str] = set()
        todo: Iterable[str] = holds[name]
        while todo := [one for one in todo if one not in seen]:
            seen.update(todo)
            todo = [inner for one in todo for inner in holds[one]]
        return seen

    return frozenset(name for name in schemas if name in reached(name))


def _inlined(value: Any, schemas: Entries, kept: frozenset[str]) -> Any:
    """Return a value with what references lead to in their place, but for those that are kept."""
    if isinstance(value, dict):
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith(_SCHEMAS):
            name = target[len(_SCHEMAS) :]
            return value if name in kept else _inlined(schemas[name], schemas, kept)
        return {key: _inlined(one, schemas, kept) for key, one in value.items()}
    if isinstance(value, list):
        return [_inlined(one, schemas, kept) for one in value]
    return value
