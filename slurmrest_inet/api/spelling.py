# SPDX-License-Identifier: GPL-2.0-or-later
"""Entries of an object of a document as text, in JSON and in block-style YAML.

Rule 1: what is written is an entry's whole text, so that pieces that are put one after the other are one object. In
        JSON each begins with its comma.
Rule 2: the build writes the documents with this, and who adds to one when it is asked for.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEPTHS = {"paths": 1, "merged": 1, "responses": 2, "schemas": 2}
"""How deep in a document the entries of each of its parts are."""


def compact(value: Any) -> str:
    """Return a value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_entries(entries: dict[str, Any]) -> str:
    """Return an object's entries as JSON, each behind a comma."""
    return "".join(f",{compact(name)}:{compact(value)}" for name, value in entries.items())


def yaml_entries(entries: dict[str, Any], depth: int = 0) -> str:
    """Return an object's entries as block-style YAML; texts are quoted as in JSON, which is YAML as well."""
    return "".join(f"{'  ' * depth}{compact(name)}:{_yaml(value, depth + 1)}" for name, value in entries.items())


def _yaml(value: Any, depth: int) -> str:
    if isinstance(value, dict) and value:
        return "\n" + yaml_entries(value, depth)
    if isinstance(value, list) and value:
        return "\n" + "".join(f"{'  ' * depth}-{_yaml(one, depth + 1)}" for one in value)
    return f" {compact(value)}\n"


def text_of(part: str, entries: dict[str, Any], format_: str) -> str:
    """Return entries of a part of a document in a format, "json" or "yaml"."""
    return json_entries(entries) if format_ == "json" else yaml_entries(entries, DEPTHS[part])
