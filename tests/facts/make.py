# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the facts in this folder from recordings of real servers and from Slurm's headers, which are not kept here.

`python tests/facts/make.py FOLDER` reads FOLDER/openapi and such and writes the files beside this one.

Rule 1: only names, types, statuses and values are taken over; no sentence of Slurm's is.
Rule 2: one function a file; each is called by `main`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))

_METHODS = ("get", "post", "delete")


def documented_types(folder: str) -> dict[str, Any]:
    """The types of every answer of slurmctld's side that the document of 22.05.8 gives, by version and operation.

    A type is a word, {name: type} of an object, {"*": type} of an object with any names, or [type] of a list.
    """
    with open(os.path.join(folder, "openapi", "22.05.8.json"), encoding="utf-8") as file:
        document = json.load(file)
    schemas = document["components"]["schemas"]
    found: dict[str, Any] = {}
    for path, methods in document["paths"].items():
        if not path.startswith("/slurm/"):
            continue
        version, *rest = path.split("/")[2:]
        for method in _METHODS:
            for status, answer in methods.get(method, {}).get("responses", {}).items():
                content = answer.get("content", {}).get("application/json")
                if content:
                    operation = f"{method.upper()} {'/'.join(rest)}"
                    types = found.setdefault(version, {}).setdefault(operation, {})
                    types[status] = _type(content["schema"], schemas)
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _type(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "properties" in schema:
        return {name: _type(one, schemas) for name, one in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        return {"*": _type(schema["additionalProperties"], schemas)}
    if schema.get("type") == "array":
        return [_type(schema["items"], schemas)]
    return schema.get("type", "any")


def _write(name: str, value: object) -> None:
    with open(os.path.join(HERE, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
        file.write("\n")


def main(folder: str) -> None:
    """Write every file of this folder."""
    _write("documented-22.05.json", documented_types(folder))


if __name__ == "__main__":
    main(sys.argv[1])
