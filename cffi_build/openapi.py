# SPDX-License-Identifier: GPL-2.0-or-later
"""The OpenAPI documents, made of routes and tables.

Rule 1: nothing is written by hand that a route or a table knows; what they lack the tests tell (`untold`), and the
        build goes on without it.
Rule 2: every operation has every status that it may answer with, and the body of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas import Schemas, UntoldError, parameter, query_table

from slurmrest_inet import versions
from slurmrest_inet.api import routes
from slurmrest_inet.schema import replies
from slurmrest_inet.schema.model import IN, OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headers import Headers

    from slurmrest_inet.api.routes import Route

_JSON, _YAML = "application/json", "application/x-yaml"
_TAGS = {
    "slurm": "What slurmctld knows and does",
    "slurmdb": "What slurmdbd keeps",
    "util": "What this server does by itself",
    "openapi": "Documents like this one",
}
SCHEMES = {
    "user": {
        "type": "apiKey",
        "in": "header",
        "name": "X-SLURM-USER-NAME",
        "description": "Name of the user, beside the token",
    },
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-SLURM-USER-TOKEN",
        "description": "Token of slurmctld's auth/jwt",
    },
    "bearerAuth": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The same token in the Authorization header",
    },
}
_FOUND = {
    True: "What was found, one record each; null where it could not be told",
    False: "What was found; null where it could not be told",
}


class Operations:
    """The operations of one API version with the schemas that they use."""

    def __init__(self, version: int, headers: Headers) -> None:
        self.version = version
        self.schemas = Schemas(version, headers)
        self.paths: dict[str, dict[str, Any]] = {}
        self.responses: dict[str, Any] = {}
        self._release = headers.release[0] * 100 + headers.release[1]
        self._dialect = versions.DIALECTS[version]
        self._make()
        self.schemas.again()
        self._make()

    def _make(self) -> None:
        for side in versions.SIDES:
            for route in routes.ROUTES:
                if route.side == side and route.serves(self.version):
                    self._add(route)

    def _add(self, route: Route) -> None:
        segments = (segment.partition(":")[0] + "}" if ":" in segment else segment for segment in route.path.split("/"))
        path = f"/{route.side}/v0.0.{self.version}/{'/'.join(segments)}"
        self.paths.setdefault(path, {})[route.method.lower()] = self._operation(route)

    def _untold(self, route: Route, what: str) -> None:
        self.schemas.untold.append(f"{route.method} {route.side}/{route.path} {what}")

    def _operation(self, route: Route) -> dict[str, Any]:
        if not route.sentence:
            self._untold(route, "has no sentence")
        found: dict[str, Any] = {
            "tags": [route.side],
            "summary": route.sentence,
            "description": f"{route.sentence}.",
            "operationId": route.operation_id(self.version),
            "parameters": [*self._path_parameters(route), *self._query(route)],
            "responses": self._responses(route),
        }
        if route.body is not None:
            found["requestBody"] = self._body(route, route.body)
        if versions.deprecates(route.side, self.version, self._release):
            found["deprecated"] = True
        return found

    def _path_parameters(self, route: Route) -> Iterator[dict[str, Any]]:
        for segment in route.path.split("/"):
            if segment[0] != "{":
                continue
            name, _, type_ = segment[1:-1].partition(":")
            if name not in replies.PATH_PARAMETERS:
                self._untold(route, f"has a parameter without a sentence, {name}")
            schema = {"type": "integer", "format": "int64"} if type_ else {"type": "string"}
            sentence = replies.PATH_PARAMETERS.get(name, "")
            yield {"name": name, "in": "path", "required": True, "description": sentence, "schema": schema}

    def _query(self, route: Route) -> Iterator[dict[str, Any]]:
        if route.query is None:
            return
        table = query_table(route.query)
        if table is None:
            self._untold(route, f"has a query without a table, {route.query}")
            return
        for row in table.rows_of(self.version, IN):
            if row.hidden:
                continue
            if not row.doc:
                self._untold(route, f"has a parameter without a sentence, {row.path}")
            schema = parameter(row, self.version)
            yield {"name": row.path, "in": "query", "required": False, "description": row.doc, "schema": schema}

    def _body(self, route: Route, name: str) -> dict[str, Any]:
        found = self.schemas.ref_by_name(name, route.side, IN)
        content = {type_: {"schema": found} for type_ in (_JSON, _YAML)}
        return {"description": route.sentence, "required": True, "content": content}

    def _answer(self, route: Route) -> dict[str, Any]:
        """Make the schema of an answer and return the reference to it."""
        schemas, side = self.schemas, route.side
        reply = replies.REPLIES.get(route.function)
        if reply is None:
            self._untold(route, "has an answer without a name: give it one in schema/replies.py")
        known = [name for first, name in (reply.titles if reply else {}).items() if first <= self.version]
        title = schemas.prefix(side, of_table=False) + (known[-1] if known else route.function.replace(".", "_"))
        properties: dict[str, Any] = {}
        for part in route.answer:
            record = schemas.ref_by_name(part.table, side, OUT)
            value = {"type": "array", "items": record} if part.many else {"allOf": [record]}
            key = versions.since(replies.KEYS.get(part.key, {self.version: part.key}), self.version)
            *outer, last = key.split("/")
            place = properties
            for step in outer:
                place = place.setdefault(step, {"type": "object", "properties": {}})["properties"]
            place[last] = {**value, "description": _FOUND[part.many], "nullable": True}
        if reply is not None and reply.table is not None:
            rest = schemas.record(reply.table, side, (OUT,))["properties"]
            for name, one in rest.items():
                known_one = properties.setdefault(name, one)
                if known_one is not one:
                    known_one["properties"].update(one["properties"])
        error = "slurmctld_error" if side == "slurm" and self._dialect.nulls else "error"
        around = {
            "meta": ("meta", "Which server answered, and whom"),
            "errors": (error, "What went wrong; empty where nothing did"),
            "warnings": ("warning", "What was passed over"),
        }
        for name in self._dialect.members:
            if name != versions.PAYLOAD:
                table, sentence = around[name]
                record = schemas.ref_by_name(table, side, OUT)
                value = {"allOf": [record]} if name == "meta" else {"type": "array", "items": record}
                properties[name] = {**value, "description": sentence}
        schemas.add(title, side, {"type": "object", "properties": properties})
        return {"$ref": f"#/components/schemas/{title}"}

    def _responses(self, route: Route) -> dict[str, Any]:
        answer = self._answer(route)
        content = {type_: {"schema": answer} for type_ in (_JSON, _YAML)}
        name = answer["$ref"].rpartition("/")[2]
        failed = {
            "description": "What went wrong, told in the answer, or in one sentence where no operation was reached",
            "content": {**content, "text/plain": {"schema": {"type": "string"}}},
        }
        self.responses[name] = (failed, {route.side} | set(self.responses.get(name, (0, set()))[1]))
        reference = {"$ref": f"#/components/responses/{name}"}
        found: dict[str, Any] = {"200": {"description": route.sentence, "content": content}}
        for status in versions.since(replies.STATUSES, self._dialect.home):
            if status in replies.NO_CONTENT:
                found[str(status)] = {"description": replies.NO_CONTENT[status]}
            else:
                found[str(status)] = reference
        found["501"] = {
            "description": "What the installed release of Slurm does not have",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        }
        found["default"] = reference
        return found


def untold(headers: Headers) -> list[str]:
    """Return what routes and tables lack for the documents, of every version."""
    found = [one for version in versions.DIALECTS for one in Operations(version, headers).schemas.untold]
    return list(dict.fromkeys(found))


_ANY = {"type": "object", "description": "A document of OpenAPI 3.0.3", "additionalProperties": True}


def own_components() -> dict[str, Any]:
    """Return what the components have for the paths of documents; their kinds have no other entry in common."""
    refused = {"description": "Why not, in one sentence", "content": {"text/plain": {"schema": {"type": "string"}}}}
    return {"responses": {"openapi_refused": refused}, "schemas": {"openapi": _ANY}}


def own_paths() -> dict[str, Any]:
    """Return the paths of documents."""
    content = {type_: {"schema": {"$ref": "#/components/schemas/openapi"}} for type_ in (_JSON, _YAML)}
    paths: dict[str, Any] = {}
    for path, name in (
        ("/openapi/v3", ""),
        ("/openapi", "_any"),
        ("/openapi.json", "_json"),
        ("/openapi.yaml", "_yaml"),
    ):
        paths[path] = {
            "get": {
                "tags": ["openapi"],
                "summary": "This document",
                "description": "All operations that this server lets be asked for.",
                "operationId": f"get_openapi{name}",
                "responses": {
                    "200": {"description": "The document", "content": content},
                    "304": {"description": "It is still the one with the tag of If-None-Match"},
                    "default": {"$ref": "#/components/responses/openapi_refused"},
                },
            }
        }
    return paths


def head(headers: Headers) -> dict[str, Any]:
    """Return what stands before the paths."""
    release = "{}.{:02d}.{}".format(*headers.release)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Slurm REST API",
            "description": "Slurm's REST API as slurmrest-inet serves it. An epoch is in seconds since 1970 (UTC).",
            "version": f"Slurm-{release}",
            "license": {"name": "GPL-2.0-or-later", "url": "https://www.gnu.org/licenses/old-licenses/gpl-2.0.html"},
            "contact": {"name": "The administrators of this cluster"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "security": [{"user": [], "token": []}, {"token": []}, {"bearerAuth": []}, {}],
        "tags": [{"name": name, "description": _TAGS[name]} for name in (*versions.SIDES, "openapi")],
    }


def document(headers: Headers, chosen: tuple[int, ...]) -> dict[str, Any]:
    """Return the document of several versions with all sides, as a server would join it."""
    made = {**head(headers), "paths": own_paths(), "components": {"securitySchemes": SCHEMES, **own_components()}}
    for version in chosen:
        operations = Operations(version, headers)
        if operations.schemas.untold:
            raise UntoldError("; ".join(operations.schemas.untold))
        made["paths"].update(renamed(operations.paths, version, alone=len(chosen) == 1))
        made["components"]["responses"].update({name: one for name, (one, _) in operations.responses.items()})
        made["components"]["schemas"].update(operations.schemas.found)
    return made


def is_renamed(version: int) -> bool:
    """Whether names of operations do not tell the version, so that they repeat where versions are merged."""
    return "{version}" not in versions.DIALECTS[version].operation_id


def renamed(paths: dict[str, Any], version: int, *, alone: bool) -> dict[str, Any]:
    """Return paths with names of operations that no other version has, where it is not alone in a document."""
    if alone or not is_renamed(version):
        return paths
    return {
        path: {
            method: {**one, "operationId": f"{one['operationId']}_v0_0_{version}"} for method, one in methods.items()
        }
        for path, methods in paths.items()
    }
