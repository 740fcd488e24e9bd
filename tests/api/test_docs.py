# SPDX-License-Identifier: GPL-2.0-or-later
"""/docs without a browser: who gets the page, what it may do, and that it is the same for everybody."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import sys
from typing import TYPE_CHECKING

import pytest

from slurmrest_inet import slurm
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.settings import Settings

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api import app, docs

if TYPE_CHECKING:
    from slurmrest_inet.auth import Identity

needs_extra = pytest.mark.skipif(not docs.is_installed(), reason="needs the extra docs")


class _Gate:
    def admit(self, request: Request) -> Identity:
        raise AssertionError("nobody is asked who it is")


class _ClosedGate:
    def admit(self, request: Request) -> Identity:
        raise RestError(401, "Authentication failure")


def ask(path: str = "/docs", method: str = "GET", gate: object = None, **headers: str) -> Response:
    """The answer, or that of a refusal."""
    fields = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    handler = app.Application(Settings(), Peer(INET, None, 0, 1000, "192.0.2.1:1"), gate or _Gate())
    try:
        return handler(Request(method, path, path, None, "1.1", fields, b""))
    except RestError as error:
        return error.response()


@needs_extra
class TestPage:
    def test_that_nobody_has_to_say_who_it_is(self) -> None:
        response = ask()
        assert (response.status, response.content_type) == (200, "text/html; charset=utf-8")
        assert b"SwaggerUIBundle" in response.body
        assert ask(accept="application/json", x_slurm_user_token="rubbish").body == response.body

    def test_that_the_policy_has_the_hash_of_all_that_is_inlined(self) -> None:
        response = ask()
        policy = dict(response.headers)["Content-Security-Policy"]
        directives = {name: set(values) for name, *values in (one.split() for one in policy.split("; "))}
        page = response.body.decode()
        for kind, tag in (("script-src", "script"), ("style-src", "style")):
            inlined = re.findall(rf"<{tag}>(.*?)</{tag}", page, re.DOTALL)
            digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inlined)
            assert directives.pop(kind) == {f"'sha256-{one}'" for one in digests}
            assert len(inlined) == 2
        assert directives == {
            "default-src": {"'none'"},
            "img-src": {"data:"},
            "connect-src": {"'self'"},
            "base-uri": {"'none'"},
            "form-action": {"'none'"},
            "frame-ancestors": {"'none'"},
        }

    def test_that_nothing_is_loaded_from_elsewhere(self) -> None:
        page = ask().body.decode()
        own = re.sub(r"(?s)<(script|style)>.*?</\1>", "", page)
        assert re.findall(r'(?:src|href|action)="([^"]*)"', own) == ["data:,"]
        assert "{" not in own
        assert "<!--" not in page[page.index("<script>") :]
        assert page.count("</script") == 2

    def test_that_the_token_is_kept_nowhere(self) -> None:
        """What a browser shows in tests/cluster/test_page.py; this is what the page's own script could do it with."""
        page = ask().body.decode()
        own = page[page.rindex("<script>") :]
        for word in ("localStorage", "sessionStorage", "cookie", "indexedDB", "history.", "persistAuthorization: true"):
            assert word not in own

    def test_compressed_and_known(self) -> None:
        plain, packed = ask(), ask(accept_encoding="gzip, br")
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) * 2 < len(plain.body)
        tags = [dict(one.headers)["ETag"] for one in (plain, packed)]
        assert len(set(tags)) == 2
        known = ask(if_none_match=tags[0])
        assert (known.status, known.body) == (304, b"")

    def test_that_it_is_made_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Anybody may ask, as often as it likes."""
        read: list[str] = []
        really = docs._read
        monkeypatch.setattr(docs, "_read", lambda path: read.append(path) or really(path))
        monkeypatch.setattr(docs, "_made", {})
        first = ask()
        count = len(read)
        assert count == 5
        assert (ask().body, ask(accept_encoding="gzip").status) == (first.body, 200)
        assert ask(if_none_match=dict(first.headers)["ETag"]).status == 304
        assert len(read) == count

    def test_that_a_listener_has_made_it_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(docs, "_made", {})
        app.load_all(Settings())
        monkeypatch.setattr(docs, "_make", lambda **_: pytest.fail("was made for a client"))
        assert {ask().status, ask(accept_encoding="gzip").status} == {200}

    def test_that_a_viewer_with_a_part_missing_ends_no_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(docs, "_made", {})
        monkeypatch.setattr(docs, "_folders", lambda: ["/nonexistent"])
        docs.prepare()
        assert ask().status == 501

    @pytest.mark.parametrize(
        ("method", "path"), [("POST", "/docs"), ("DELETE", "/docs"), ("GET", "/docs/"), ("GET", "/docs/x")]
    )
    def test_that_nothing_else_is_before_the_gate(self, method: str, path: str) -> None:
        assert ask(path, method, _ClosedGate()).status == 401


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "_made", {})
    monkeypatch.setattr(sys, "meta_path", [])
    response = ask()
    assert (response.status, response.content_type) == (501, "text/plain")
    assert b"pip install slurmrest-inet[docs]" in response.body
