# SPDX-License-Identifier: GPL-2.0-or-later
"""The OpenAPI documents cut into the pieces that a server joins, in JSON and YAML, plain and compressed.

Rule 1: a piece is whole entries of one object, so that any choice of versions and sides is a document: in JSON each
        begins with its comma, behind an entry of the frame that is always there.
Rule 2: what two sides use is a piece of its own: of schemas and answers there is one for each set of sides.
Rule 3: a piece is compressed by itself, without looking back into others (RFC 1951, ended by a full flush).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from typing import TYPE_CHECKING, Any

from openapi import SCHEMES, Operations, head, is_renamed, own_components, own_paths, renamed

from slurmrest_inet import versions
from slurmrest_inet.api.spelling import compact, json_entries, text_of, yaml_entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headers import Headers

    Key = tuple[str, int, str]
    """Part of the document (`PARTS`), API version, and the sides joined with "+"."""

NAME = "_documents"
"""Of the module that says where the pieces are, and of the files beside it."""
PARTS = ("paths", "merged", "responses", "schemas")
"""Paths as they are named in the document of one version, those of a merged one where they differ, and the rest."""
_HEAD = "# SPDX-License-Identifier: GPL-2.0-or-later\n"


def frames(headers: Headers) -> dict[str, tuple[str, str, str, str]]:
    """Return, by format, what stands before the paths, before the answers, before the schemas, and at the end."""
    top, own, paths = head(headers), own_components(), own_paths()
    answers, schemas = own["responses"], own["schemas"]
    return {
        "json": (
            f'{compact(top)[:-1]},"paths":{{{json_entries(paths)[1:]}',
            f'}},"components":{{"securitySchemes":{compact(SCHEMES)},"responses":{{{json_entries(answers)[1:]}',
            f'}},"schemas":{{{json_entries(schemas)[1:]}',
            "}}}\n",
        ),
        "yaml": (
            f"{yaml_entries(top)}paths:\n{yaml_entries(paths, 1)}",
            f"components:\n  securitySchemes:\n{yaml_entries(SCHEMES, 2)}  responses:\n{yaml_entries(answers, 2)}",
            f"  schemas:\n{yaml_entries(schemas, 2)}",
            "",
        ),
    }


def _sides(of: Iterable[str]) -> str:
    return "+".join(side for side in versions.SIDES if side in of)


def parts(headers: Headers) -> dict[Key, dict[str, Any]]:
    """Return the entries of every piece."""
    found: dict[Key, dict[str, Any]] = {}

    def put(part: str, version: int, sides: str, entries: dict[str, Any]) -> None:
        found.setdefault((part, version, sides), {}).update(entries)

    for version in versions.DIALECTS:
        made = Operations(version, headers)
        for path, methods in made.paths.items():
            put("paths", version, path.split("/")[1], {path: methods})
        if is_renamed(version):
            for path, methods in renamed(made.paths, version, alone=False).items():
                put("merged", version, path.split("/")[1], {path: methods})
        for name, (answer, sides) in made.responses.items():
            put("responses", version, _sides(sides), {name: answer})
        for name, schema in made.schemas.found.items():
            put("schemas", version, _sides(made.schemas.sides[name]), {name: schema})
    return found


def texts(headers: Headers) -> dict[str, tuple[tuple[str, str, str, str], dict[Key, str]]]:
    """Return, by format, the frames and the text of every piece."""
    made = parts(headers)
    around = frames(headers)
    return {
        format_: (around[format_], {key: text_of(key[0], one, format_) for key, one in made.items()})
        for format_ in around
    }


class _Files:
    """A file of plain pieces and one of the same pieces compressed."""

    def __init__(self) -> None:
        self.plain = self.packed = b""

    def add(self, text: str) -> tuple[int, int, int, int]:
        """Append a piece; return where it is and how long, in the one file and in the other."""
        data = text.encode()
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = squeeze.compress(data) + squeeze.flush(zlib.Z_FULL_FLUSH)
        place = (len(self.plain), len(data), len(self.packed), len(packed))
        self.plain += data
        self.packed += packed
        return place


def write(headers: Headers, folder: str) -> None:
    """Write the files and the module that says where each piece is in them into the package's folder."""
    index: dict[str, Any] = {}
    digest = hashlib.sha256()
    for format_, (around, pieces) in texts(headers).items():
        files = _Files()
        index[format_] = ([files.add(text) for text in around], {key: files.add(text) for key, text in pieces.items()})
        digest.update(files.plain)
        for ending, data in ((format_, files.plain), (f"{format_}.deflate", files.packed)):
            with open(os.path.join(folder, f"{NAME}.{ending}"), "wb") as out:
                out.write(data)
    with open(os.path.join(folder, f"{NAME}.py"), "w", encoding="utf-8") as module:
        module.write(f"{_HEAD}DIGEST = {digest.hexdigest()[:16]!r}\nPLACES = {index!r}\n")
