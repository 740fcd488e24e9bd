# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of ours held to our own OpenAPI document, closed: a member too many is a misfit.

Rule 1: of several requests on one connection the first is looked at.
Rule 2: a status counts as documented where the operation names it; `default` alone will do for a refusal in plain text.
Rule 3: with `--documented` every answer that a test of this folder gets is held to it as it comes (`listen`), so none
        is asked for twice.
Rule 4: what was held to it, and is named by it, is kept in `seen`: unseen.py tells what is not.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import yaml
from sidebyside import program, server, wire

from slurmrest_inet.api import openapi
from slurmrest_inet.http.dialect import Dialect
from slurmrest_inet.http.message import RestError
from slurmrest_inet.http.query import split_path
from slurmrest_inet.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pytest

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE = re.compile(rb"(GET|POST|DELETE) (/[^ ?]*)[^ ]* HTTP/1\.[01]\r\n")
_TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}
_SIDES = (b"slurm", b"util")
"""Probes stand in no document, as with slurmrestd, plug-ins of a test in another one, and /openapi tells all of it."""
_DIALECT = Dialect(dot_is_nothing=True)
"""Of paths: what a release knows by no other name it answers with 404."""
_documents: list[dict[str, Any]] = []


def document() -> dict[str, Any]:
    """The merged document of what is installed."""
    if not _documents:
        _documents.append(json.loads(b"".join(openapi.text_of(Settings()))))
    return _documents[0]


class Answered(NamedTuple):
    """That an operation answered with a status: its method and path as the document has them."""

    method: str
    path: str
    status: int


seen: set[Answered] = set()
"""What this process has held to the document, of what the document names."""


def _path_of(method: str, path: str) -> str | None:
    """The path in the document that a request is for; one without parameters comes before one with them."""
    try:
        segments = split_path(path, _DIALECT)
    except RestError:
        return None

    def fits(template: str) -> bool:
        words = template.strip("/").split("/")
        return len(words) == len(segments) and all(word[0] == "{" or word == one for word, one in zip(words, segments))

    paths = document()["paths"]
    found = [path for path in paths if fits(path) and method.lower() in paths[path]]
    return min(found, key=lambda one: one.count("{")) if found else None


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        found: Any = document()
        for step in part["$ref"].split("/")[1:]:
            found = found[step]
        return _resolved(found)
    if "allOf" in part:
        return {**_resolved(part["allOf"][0]), **{key: one for key, one in part.items() if key != "allOf"}}
    return part


def misfits(schema: dict[str, Any], value: Any, place: str, *, is_yaml: bool) -> Iterator[str]:
    """Where a value is not what a schema says."""
    schema = _resolved(schema)
    if value is None:
        # In YAML up to v0.0.39 a missing text is null.
        null = schema.get("nullable") and None in schema.get("enum", (None,))
        if not (null or (is_yaml and schema.get("type") == "string")):
            yield f"{place} is null"
        return
    if "oneOf" in schema:
        ways = [list(misfits(one, value, place, is_yaml=is_yaml)) for one in schema["oneOf"]]
        if all(ways):
            yield ways[-1][0]
        return
    type_ = schema["type"]
    if not isinstance(value, _TYPES[type_]) or (isinstance(value, bool) and type_ != "boolean"):
        yield f"{place} is no {type_}: {value!r:.80}"
    elif type_ == "object":
        yield from (f"{place}/{name} is missing" for name in schema.get("required", ()) if name not in value)
        if len(value) > schema.get("maxProperties", len(value)):
            yield f"{place} is not empty"
        rest = schema.get("additionalProperties")
        known = schema.get("properties", {})
        for name, one in value.items():
            if name in known:
                yield from misfits(known[name], one, f"{place}/{name}", is_yaml=is_yaml)
            elif isinstance(rest, dict):
                yield from misfits(rest, one, f"{place}/{name}", is_yaml=is_yaml)
            else:
                yield f"{place}/{name} is not documented"
    elif type_ == "array":
        for one in value:
            yield from misfits(schema["items"], one, place, is_yaml=is_yaml)
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of its words: {value!r:.80}"


def troubles(request: bytes, output: bytes) -> list[str]:
    """What is wrong with the first answer to the first request of an exchange, as the document has it."""
    try:
        answer = next((one for one in wire.strict(output) if one.status >= 200), None)
    except wire.MalformedError:
        return []  # who asks reads as strictly
    return [] if answer is None else troubles_of(request, answer)


def troubles_of(request: bytes, answer: wire.Answer) -> list[str]:
    """The same of an answer."""
    line = _LINE.match(request)
    if line is None:
        return []  # nothing that any document has
    if not line[2].lstrip(b"/").startswith(_SIDES):
        return []
    method, path, kind = line[1].decode(), line[2].decode("latin-1"), answer.headers.get("content-type", "")
    known = _path_of(method, path)
    if known is None:
        return [] if answer.status >= 400 else [f"{method} {path}: no such operation is documented"]
    told = document()["paths"][known][method.lower()]["responses"].get(str(answer.status))
    if told is None:
        if kind == "text/plain":
            return []
        return [f"{method} {path}: the status {answer.status} is not documented"]
    seen.add(Answered(method, known, answer.status))
    content = _resolved(told).get("content", {})
    if kind == "text/plain":
        return [] if kind in content else [f"{method} {path}: {answer.status} has no documented {kind}"]
    if not answer.body:
        return [f"{method} {path}: {answer.status} has no body"] if content else []
    is_yaml = "yaml" in kind
    media = "application/x-yaml" if is_yaml else "application/json"
    if media not in content:
        return [f"{method} {path}: {answer.status} has no documented {kind}"]
    text = answer.body.decode("utf-8", "replace")
    value = yaml.load(text, _LOADER) if is_yaml else json.loads(text)  # noqa: S506 - a safe one, in C if there is one
    parser = str(value.get("meta", {}).get("plugin", {}).get("data_parser")) if isinstance(value, dict) else ""
    if "complex" in parser:
        return []  # numbers that are none are null or a word there, which no document says
    found = misfits(content[media]["schema"], value, f"{method} {path} {answer.status}", is_yaml=is_yaml)
    return sorted(set(found))


def _shows_schemas(argv: Sequence[str]) -> bool:
    """Whether schemas stand where answers would."""
    return any("spec_only" in word for word in argv)


def listen(patch: pytest.MonkeyPatch, heard: list[str]) -> None:
    """Hold every answer of ours to the document from now on, and note what is wrong."""
    exchange, ask = program.Program.exchange, server.Server.ask

    def exchanged(self: program.Program, data: bytes, **options: Any) -> program.Outcome:
        outcome = exchange(self, data, **options)
        if self.name == "ours" and not _shows_schemas(self.argv):
            heard.extend(troubles(data, outcome.output))
        return outcome

    def asked(self: server.Server, data: bytes, *more: Any, **options: Any) -> wire.Answer:
        answer = ask(self, data, *more, **options)
        argv = cast("Sequence[str]", self.process.args)
        if "slurmrest_inet" in argv and not _shows_schemas(argv):
            heard.extend(troubles_of(data, answer))
        return answer

    patch.setattr(program.Program, "exchange", exchanged)
    patch.setattr(server.Server, "ask", asked)
