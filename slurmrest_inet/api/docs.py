# SPDX-License-Identifier: GPL-2.0-or-later
"""/docs: a page that shows the OpenAPI document to people, who paste their token into it.

Rule 1: the page is the same on every host and for everybody: it needs no credentials, and what it shows it fetches with
        those that its user gives it. Nothing here asks Slurm, or looks at what is served.
Rule 2: it is one answer with all that it needs in it. The policy lets a browser run nothing but that, by its hashes,
        and speak to nobody but this server.
Rule 3: the viewer is Swagger UI out of the package of the extra `docs`, whose files are read and whose code is not run.
Rule 4: anybody may ask, so asking costs little: a process makes the page once, and a listener before its first client.
"""

from __future__ import annotations

import os
import sys

from slurmrest_inet import versions
from slurmrest_inet.http import media
from slurmrest_inet.http.message import Response, RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slurmrest_inet.http.message import Headers, Request

PACKAGE = "flask_swagger_ui"
"""The package of the extra; swagger-ui-dist lies in a folder of it."""

_TYPE = "text/html; charset=utf-8"
_OWN = os.path.dirname(__file__)
_LEVEL = 1  # of compression: the fifth of the time of the usual level, for a tenth more bytes


class _Page(NamedTuple):
    """The page as it is sent, plain or compressed, with its tag and its policy."""

    body: bytes
    tag: str
    policy: str


_made: dict[bool, _Page] = {}
"""By whether it is compressed, once it has been asked for (rule 4)."""


def answer(request: Request) -> Response:
    """Return the page, or 304 for who has it. Raises RestError 501 where the extra is not installed."""
    packed = media.takes_gzip(request)
    page = _made.get(packed) or _make(packed=packed)
    headers: Headers = (("ETag", page.tag), ("Vary", "Accept-Encoding"))
    if media.has_tag(request, page.tag):
        return Response(304, None, b"", headers)
    headers += (
        ("Content-Security-Policy", page.policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )
    if packed:
        headers += (("Content-Encoding", "gzip"),)
    return Response(200, _TYPE, page.body, headers)


def prepare() -> None:
    """Make the page for whoever asks, plain and compressed, if there is a viewer."""
    if is_installed():
        try:
            _make(packed=True)
        except RestError:  # a part of it is missing: who asks is told
            return


def _make(*, packed: bool) -> _Page:
    if packed:
        import zlib  # noqa: PLC0415 - only for the page

        plain = _made.get(False) or _make(packed=False)
        squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)  # 31: with the head and the end of gzip
        body = squeeze.compress(plain.body) + squeeze.flush()
        page = _Page(body, f'{plain.tag[:-1]}-gz"', plain.policy)
    else:
        from hashlib import sha256  # noqa: PLC0415 - likewise

        styles = [_read(_viewer("swagger-ui.css")), _read(os.path.join(_OWN, "docs.css"))]
        scripts = [_script(_viewer("swagger-ui-bundle.js")), _script(os.path.join(_OWN, "docs.js"))]
        body = b"".join(_page(styles, scripts))
        policy = _policy(*([_hash(sha256(one).digest()) for one in ones] for ones in (styles, scripts)))
        page = _Page(body, f'"{sha256(body).hexdigest()[:32]}"', policy)
    _made[packed] = page
    return page


def _policy(styles: list[str], scripts: list[str]) -> str:
    """Return what a browser may do (CSP level 3): run and show what is in the page, and ask this server."""
    return "; ".join((
        "default-src 'none'",
        f"script-src {' '.join(scripts)}",
        f"style-src {' '.join(styles)}",
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ))  # fmt: skip


def _hash(digest: bytes) -> str:
    from binascii import b2a_base64  # noqa: PLC0415 - only for the page

    return f"'sha256-{b2a_base64(digest, newline=False).decode()}'"


def _page(styles: list[bytes], scripts: list[bytes]) -> Iterator[bytes]:
    text = _read(os.path.join(_OWN, "docs.html"))
    newest_first = [f"v0.0.{version}" for version in sorted(versions.DIALECTS, reverse=True)]
    documents = [("", "the newest version"), *((f"openapi/{one}", one) for one in newest_first)]
    documents.append(("openapi/v3", "all versions"))
    options = "".join(f'<option value="{path}">{name}</option>' for path, name in documents)
    parts = {
        b"{styles}": [b"<style>%b</style>" % one for one in styles],
        b"{documents}": [options.encode()],
        b"{scripts}": [b"<script>%b</script>" % one for one in scripts],
    }
    for mark, inlined in parts.items():
        before, _, text = text.partition(mark)
        yield before
        yield from inlined
    yield text


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        # A browser reads line ends so, and takes the hash of what it has read.
        return file.read().replace(b"\r\n", b"\n")


def _script(path: str) -> bytes:
    """A script as it can stand in a page: without what ends one, or would hide its end (HTML, "script data")."""
    return _read(path).replace(b"<!--", b"\\x3c!--").replace(b"</script", b"\\x3c/script")


def is_installed() -> bool:
    """Tell whether the viewer is there."""
    return bool(_folders())


def _folders() -> list[str]:
    """Return the folders of the viewer's package, which is looked for as an import would do it, but not loaded."""
    found = (finder.find_spec(PACKAGE, None) for finder in list(sys.meta_path))
    spec = next(filter(None, found), None)
    return list((spec and spec.submodule_search_locations) or ())


def _viewer(name: str) -> str:
    """Return the path of a file of the viewer. Raises RestError 501."""
    for folder in _folders():
        path = os.path.join(folder, "dist", name)
        if os.access(path, os.R_OK):
            return path
    text = "This page needs a viewer, which comes with the extra docs: pip install slurmrest-inet[docs]"
    raise RestError(501, text, reason=f"{PACKAGE} is not installed")
