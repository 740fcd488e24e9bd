# SPDX-License-Identifier: GPL-2.0-or-later
"""A site's own operations in the OpenAPI document: from their tables, as the build makes it of ours.

Rule 1: every schema is complete by itself: documents may hold no API version of ours whose schemas could be named.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.api.sites import MANNER
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import replies
from slurmrest_inet.schema.model import DOUBLE

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.service import Operation
    from slurmrest_inet.api.sites import Site, Sites
    from slurmrest_inet.schema.model import Kind, Table

    Schema = dict[str, Any]
    Entries = dict[str, Any]

_TYPES = ("application/json", *versions.HTTP[versions.HOME[MANNER]].yaml[:1])
_AROUND = {
    "meta": (replies.META, "Which server answered, and whom"),
    "errors": (replies.ERROR, "What went wrong; empty where nothing did"),
    "warnings": (replies.WARNING, "What was passed over"),
}
_NUMBER_OBJECT: Schema = {
    "type": "object",
    "properties": {
        "set": {"type": "boolean", "description": "Whether there is a number"},
        "infinite": {"type": "boolean", "description": "Whether it is without bound; then it is not set"},
        "number": {"type": "integer", "format": "int64", "description": "The number; 0 where it is not set"},
    },
}


def entries(sites: Sites) -> dict[str, Entries]:
    """Return the entries of all plug-ins for the parts of a document: paths, responses, schemas."""
    found: dict[str, Entries] = {"paths": {}, "responses": {}, "schemas": {}}
    for site in sites.sites:
        for operation in site.service.operations:
            path = "/".join((site.service.path.rstrip("/"), operation.path.strip("/")))
            found["paths"].setdefault(path, {})[operation.method.lower()] = _operation(site, operation, found)
    return found


def _operation(site: Site, operation: Operation, into: dict[str, Entries]) -> Schema:
    method = operation.method.lower()
    words = [segment.strip("{}") for segment in operation.path.split("/") if segment]
    name = "_".join((_name(site), method, *words))
    answer = {"$ref": f"#/components/schemas/{_answer(site, operation, f'{name}_resp', into['schemas'])}"}
    failed = {"description": "What went wrong", "content": {**_content(answer), "text/plain": _content({}, "string")}}
    into["responses"][name] = failed
    reference = {"$ref": f"#/components/responses/{name}"}
    statuses = versions.since(replies.STATUSES, versions.HOME[MANNER])
    found: Schema = {
        "tags": [site.name],
        "summary": operation.sentence,
        "description": f"{operation.sentence}.",
        "operationId": name,
        "parameters": [
            *(_parameter("path", one, sentence, {"type": "string"}) for one, sentence in operation.parameters.items()),
            *(
                _parameter("query", row.path, row.doc, _value(row.kind), required=row.required is not None)
                for row in (operation.query.rows if operation.query is not None else ())
            ),
        ],
        "responses": {
            "200": {"description": operation.sentence, "content": _content(answer)},
            **{str(one): reference for one in statuses if one not in replies.NO_CONTENT},
            "default": reference,
        },
    }
    if operation.body is not None:
        title = _add(site, operation.body, into["schemas"])
        content = _content({"$ref": f"#/components/schemas/{title}"})
        found["requestBody"] = {"description": operation.sentence, "required": True, "content": content}
    return found


def _content(schema: Schema, type_: str | None = None) -> Schema:
    if type_ is not None:
        return {"schema": {"type": type_}}
    return {one: {"schema": schema} for one in _TYPES}


def _parameter(place: str, name: str, sentence: str, schema: Schema, *, required: bool = True) -> Schema:
    return {"name": name, "in": place, "required": required, "description": sentence, "schema": schema}


def _name(site: Site) -> str:
    """Return a plug-in's name in letters and digits that are nobody else's: what is none is written as its number."""
    return "".join(one if one.isascii() and one.isalnum() else f"_{ord(one):x}_" for one in site.name)


def _answer(site: Site, operation: Operation, title: str, schemas: Entries) -> str:
    properties: Schema = {}
    for member in operation.answer:
        reference = {"$ref": f"#/components/schemas/{_add(site, member.table, schemas)}"}
        properties[member.key] = {**_repeated(reference, many=member.many), "description": member.sentence}
    for key, (table, sentence) in _AROUND.items():
        reference = {"$ref": f"#/components/schemas/{_add(site, table, schemas)}"}
        properties[key] = {**_repeated(reference, many=key != "meta"), "description": sentence}
    schemas[title] = {"type": "object", "properties": properties}
    return title


def _repeated(reference: Schema, *, many: bool) -> Schema:
    return {"type": "array", "items": reference} if many else {"allOf": [reference]}


def _add(site: Site, table: Table, schemas: Entries) -> str:
    title = f"{_name(site)}_{(table.parser or table.name).lower()}"
    properties: Schema = {}
    needed = []
    for row in table.rows_of(MANNER):
        *groups, last = row.path.split("/")
        place = properties
        for group in groups:
            place = place.setdefault(group, {"type": "object", "properties": {}})["properties"]
        place[last] = {**_value(row.kind), "description": row.doc}
        if row.required is not None and not groups:
            needed.append(last)
    schemas[title] = {"type": "object", "properties": properties, **({"required": needed} if needed else {})}
    return title


def _value(kind: Kind) -> Schema:
    if kind.type == "noval":
        return _NUMBER_OBJECT
    if kind.type == "array":
        return {"type": "array", "items": {"type": "string"}}
    if kind.type == "integer":
        return {"type": "integer", "format": "int64"}
    if kind.width == DOUBLE:
        return {"type": "number", "format": "double"}
    return {"type": kind.type}
