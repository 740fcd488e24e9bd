# SPDX-License-Identifier: GPL-2.0-or-later
"""The OpenAPI documents: /openapi in its four spellings, and /openapi/VERSION for one API version.

Rule 1: a document is joined of the pieces that the build made (cffi_build/pieces.py); no schema is put together here,
        and no part of it is looked at. What a site adds, or wants in another shape, comes as text from elsewhere.
Rule 2: what `-s` and `-d` leave out is in no document. Nothing here asks Slurm.
Rule 3: this module is loaded when a document is asked for, and by the command line that prints one.
"""

from __future__ import annotations

import os

from slurmrest_inet import versions
from slurmrest_inet.api import selection
from slurmrest_inet.http import media
from slurmrest_inet.http.message import Response, RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Union

    from slurmrest_inet.api.routes import Route
    from slurmrest_inet.api.sites import Sites
    from slurmrest_inet.http.dialect import Dialect
    from slurmrest_inet.http.message import Headers, Request
    from slurmrest_inet.settings import Settings

    Place = tuple[int, int, int, int]
    """Of a piece in the file and its length there, and the same in the compressed one."""
    Piece = Union[Place, bytes]

_CHUNK = 1 << 16
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
"""Of a member without a name and a time, made on Unix (RFC 1952 section 2.3)."""
_DEFLATE_END = b"\x03\x00"
"""An empty last block (RFC 1951 section 3.2.6)."""
_ENDINGS = {".json": False, ".yaml": True}


class Asked(NamedTuple):
    """Which document: of one version or (None) of all, and whether its path says that it is YAML."""

    version: int | None
    yaml: bool


def asked(segments: tuple[str, ...]) -> Asked | None:
    """Return which document a path means, None for one that is no document's."""
    name = segments[-1] if segments else ""
    stem, ending = (name[:-5], name[-5:]) if name[-5:] in _ENDINGS else (name, "")
    yaml = _ENDINGS.get(ending, False)
    if len(segments) == 1 and stem == "openapi":
        return Asked(None, yaml)
    if len(segments) != 2 or segments[0] != "openapi":
        return None
    if name == "v3":
        return Asked(None, yaml=False)
    version = next((found for side in versions.SIDES if (found := versions.parse(side, stem)) is not None), None)
    return None if version is None else Asked(version, yaml)


def answer(
    request: Request, wanted: Asked, settings: Settings, dialect: Dialect, sites: Sites | None = None
) -> Response:
    """Return the answer to a request for a document. Raises RestError: 404, 405 or 415, and 501 without documents."""
    if request.method != "GET":
        allow = (("Allow", "GET"),) if dialect.undefined_method.status == 405 else ()
        refusal = dialect.undefined_method
        raise RestError(refusal.status, refusal.text, reason="documents have GET alone", headers=allow)
    chosen = _chosen(settings, wanted.version)
    if not chosen and wanted.version is not None:
        raise RestError(dialect.unknown_path.status, dialect.unknown_path.text, reason="the version is not served")
    accepted = _accepted(request, wanted, dialect)
    format_ = "yaml" if accepted.yaml else "json"
    added = None if wanted.version is not None else sites
    document = _document(chosen, format_, settings, added, packed=media.takes_gzip(request))
    headers: Headers = (("ETag", document.tag), ("Vary", "Accept, Accept-Encoding"))
    if media.has_tag(request, document.tag):
        document.close()
        return Response(304, None, b"", headers)
    if document.packed:
        headers += (("Content-Encoding", "gzip"),)
    return Response(200, accepted.name, document, headers)


def text_of(settings: Settings, sites: Sites | None = None) -> Iterator[bytes]:
    """Return the document of all that the settings let be served, as JSON. Raises RestError 501 without documents."""
    return iter(_document(_chosen(settings, None), "json", settings, sites, packed=False))


def schema_of(route: Route, version: int, *, yaml: bool) -> bytes:
    """Return the schema of an operation's answer, whole. Raises RestError 501 without documents."""
    from slurmrest_inet.api import shaping  # noqa: PLC0415 - few want to see it

    text = b"".join(Document(((version, route.side),), "json", packed=False))
    path = f"/{route.side}/v0.0.{version}/{route.path}"
    return shaping.spelt(shaping.schema_of(text, path, route.method), yaml=yaml)


def _document(
    chosen: tuple[tuple[int, str], ...], format_: str, settings: Settings, sites: Sites | None, *, packed: bool
) -> Document:
    """Return the document of versions and sides, in the shape that the settings ask for, with the site's operations."""
    entries: list[dict[str, dict[str, Any]]] = []
    apart: list[int] = []
    if settings.shapes_documents:
        from slurmrest_inet.api import shaping  # noqa: PLC0415 - few ask for it

        for version in dict.fromkeys(version for version, _ in chosen):
            shape = shaping.wanted(settings, version)
            if shape is not None:
                own = tuple(one for one in chosen if one[0] == version)
                entries.append(shaping.shaped(b"".join(Document(own, "json", packed=False)), shape))
                apart.append(version)
    if sites is not None:
        from slurmrest_inet.api import site_document  # noqa: PLC0415 - most have none

        entries.append(site_document.entries(sites))
        if settings.shapes_documents:
            shaping.restate(entries[-1], settings)
    more: dict[str, bytes] = {}
    if entries:
        from slurmrest_inet.api import spelling  # noqa: PLC0415 - the build has spelt all others

        for part in entries[0]:
            more[part] = b"".join(spelling.text_of(part, one[part], format_).encode() for one in entries)
    return Document(chosen, format_, packed=packed, more=more, apart=apart)


def _chosen(settings: Settings, version: int | None) -> tuple[tuple[int, str], ...]:
    return tuple(
        (one, side)
        for one in (versions.DIALECTS if version is None else (version,))
        for side in versions.SIDES
        if one in versions.SERVED[side] and selection.is_selected(settings, side, one)
    )


def _accepted(request: Request, wanted: Asked, dialect: Dialect) -> media.Media:
    """Return the type of the answer: the path decides where Accept leaves it open."""
    ranges = [value for name, value in request.headers if name == b"accept"]
    named = {one.partition(b";")[0].strip() for value in ranges for one in value.split(b",")}
    if wanted.yaml and named <= {b"*/*", b""}:
        return media.Media(dialect.yaml[0], yaml=True)
    return media.negotiate(request, dialect)


class Document:
    """A document as a stream of bytes, of versions and sides; ``packed``: as one member of gzip.

    ``more``: text that is added to parts of it. ``apart``: versions that are in that text, and not as the build made
    them.
    """

    def __init__(
        self,
        chosen: tuple[tuple[int, str], ...],
        format_: str,
        *,
        packed: bool,
        more: dict[str, bytes] | None = None,
        apart: Iterable[int] = (),
    ) -> None:
        try:
            import slurmrest_inet._documents as made  # noqa: PLC0415 - Rule 3
        except ImportError:
            text = "This installation was built without documents"
            raise RestError(501, text, reason="no slurmrest_inet/_documents.py") from None
        self.packed = packed
        self._format = format_
        frames, places = made.PLACES[format_]
        self._pieces = _pieces(chosen, frames, places, more or {}, apart)
        served = "_".join(f"{side}{version}" for version, side in chosen)
        if more:
            import zlib  # noqa: PLC0415 - most documents are the build's alone

            served += "".join(f"_{zlib.crc32(text)}" for text in more.values())
        self.tag = f'"{made.DIGEST}-{_short(served)}-{format_}{"-gz" if packed else ""}"'
        self._files: list[int] = []

    def __iter__(self) -> Iterator[bytes]:
        plain = self._open(self._format)
        if not self.packed:
            for piece in self._pieces:
                yield from _read(plain, piece)
            self.close()
            return
        import zlib  # noqa: PLC0415 - only for who takes gzip

        packed = self._open(f"{self._format}.deflate")
        yield _GZIP_HEAD
        check = size = 0
        for piece in self._pieces:
            for data in _read(plain, piece):
                check = zlib.crc32(data, check)
                size += len(data)
            if isinstance(piece, bytes):
                squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
                yield squeeze.compress(piece) + squeeze.flush(zlib.Z_FULL_FLUSH)
            else:
                yield from _read(packed, piece[2:])
        yield _DEFLATE_END + check.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
        self.close()

    def _open(self, ending: str) -> int:
        path = os.path.join(os.path.dirname(os.path.dirname(__file__)), f"_documents.{ending}")
        self._files.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        return self._files[-1]

    def close(self) -> None:
        """Close the files."""
        while self._files:
            os.close(self._files.pop())


def _short(served: str) -> str:
    """Return a few characters that stand for what is served."""
    found = 0
    for letter in served.encode():
        found = (found * 131 + letter) & 0xFFFFFFFF
    return f"{found:08x}"


def _pieces(
    chosen: tuple[tuple[int, str], ...], frames: Any, places: Any, more: dict[str, bytes], apart: Iterable[int]
) -> list[Piece]:
    """Return a document's pieces, in order: the places of what the build made, and what is added to each part."""
    alone = len({version for version, _ in chosen}) == 1
    selected: dict[int, set[str]] = {}
    for version, side in chosen:
        selected.setdefault(version, set()).add(side)
    found: dict[str, list[Piece]] = {"paths": [], "responses": [], "schemas": []}
    for (part, version, sides), place in places.items():
        if version in apart or selected.get(version, set()).isdisjoint(sides.split("+")):
            continue
        if part == "paths" and not alone and ("merged", version, sides) in places:
            continue
        if part != "merged" or not alone:
            found["paths" if part == "merged" else part].append(place)
    for part, text in more.items():
        found[part].append(text)
    paths, answers, schemas, end = frames
    return [paths, *found["paths"], answers, *found["responses"], schemas, *found["schemas"], end]


def _read(file: int, piece: Piece | tuple[int, int]) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    at, length = piece[:2]
    while length:
        data = os.pread(file, min(length, _CHUNK), at)
        if not data:
            raise OSError("A file of the OpenAPI documents is shorter than its index says")
        yield data
        at += len(data)
        length -= len(data)
