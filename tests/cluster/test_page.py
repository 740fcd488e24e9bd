# SPDX-License-Identifier: GPL-2.0-or-later
"""/docs in a real browser, before a real cluster: a pasted token, the document, and a request that is tried out."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest
from sidebyside import browser, server

if TYPE_CHECKING:
    from sidebyside.lab import Lab

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browser.CHROMIUM is None, reason="needs chromium"),
    pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users"),
]
pytest.importorskip("flask_swagger_ui", reason="needs the extra docs")

_NODE = "#operations-slurm-slurm_v0045_get_node"
_FILL = """
(() => {{
    const field = document.querySelector({selector!r});
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, {value!r});
    field.dispatchEvent(new Event("input", {{ bubbles: true }}));
    field.dispatchEvent(new FocusEvent("focusout", {{ bubbles: true }}));  // the viewer waits for it
}})()
"""


def _click(page: browser.Page, selector: str) -> None:
    page.until(f"document.querySelector({selector!r})")
    page.run(f"document.querySelector({selector!r}).click()")


def _show(page: browser.Page, token: str, user: str = "", document: str = "") -> None:
    fields = {"token": token, "user": user}
    for name, value in fields.items():
        page.run(_FILL.format(selector=f"#access [name={name}]", value=value))
    page.run(f"document.querySelector('#access [name=document]').value = {document!r}")
    page.run("document.getElementById('access').requestSubmit()")


def test_a_person_and_a_token(lab: Lab, tokens: dict[str, str]) -> None:
    with server.ours(lab, "-a", "jwt", SLURM_JWT="daemon") as one, browser.Page() as page:
        base = f"http://127.0.0.1:{one.port}"
        page.go(f"{base}/docs")
        assert page.run("document.title") == "Slurm REST API"

        # Nobody learns anything without a token.
        _show(page, "")
        page.until("document.getElementById('said').textContent.includes('401 Authentication failure')")

        _show(page, tokens["alice"])
        page.until(f"document.querySelector({_NODE!r})")
        assert page.run("document.getElementById('said').textContent") == ""

        _click(page, f"{_NODE} .opblock-summary-control")
        _click(page, f"{_NODE} .try-out__btn")
        page.until(f"document.querySelector({_NODE + ' input[placeholder=node_name]'!r})")
        name = lab.run("sinfo", "-hN", "-o", "%N").split()[0]
        page.run(_FILL.format(selector=f"{_NODE} input[placeholder=node_name]", value=name))
        _click(page, f"{_NODE} .execute")
        live = f"{_NODE} .live-responses-table .response"
        page.until(f"document.querySelector({live!r})")
        said = page.run(f"document.querySelector({live!r}).innerText")
        assert said.split()[0] == "200", said
        assert f'"name": "{name}"' in said
        page.run(f"document.querySelector({live!r}).scrollIntoView()")
        picture = page.picture()

        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = struct.unpack(">II", picture[16:24])
        assert (width > 1000, height > 700, len(picture) > 30_000) == (True, True, True)
        if os.environ.get("SLURMREST_PICTURE"):
            with open(os.environ["SLURMREST_PICTURE"], "wb") as file:
                file.write(picture)

        # The token is in memory alone, and nobody but this server was spoken to.
        assert page.run("localStorage.length + sessionStorage.length + document.cookie.length") == 0
        assert tokens["alice"] not in page.run("document.documentElement.outerHTML")
        assert page.run("[...document.querySelectorAll('input')].every(one => one.value.length < 50)")
        assert [one for one in page.addresses if not one.startswith((f"{base}/", "data:"))] == []
        refused = "error: Failed to load resource: the server responded with a status of 401 (UNAUTHORIZED)"
        assert [one for one in page.entries if one != refused] == []


def test_a_version_that_is_not_served_and_the_next_that_is(lab: Lab, tokens: dict[str, str]) -> None:
    """Also in another user's name, with the document of all that is served."""
    with server.ours(lab, "-a", "jwt", "-s", "v0.0.37,v0.0.38", SLURM_JWT="daemon") as one, browser.Page() as page:
        page.go(f"http://127.0.0.1:{one.port}/docs")
        _show(page, tokens["root"], "bob")
        page.until("document.querySelector('#operations-slurm-slurm_v0_0_38_ping')")
        _show(page, "", "bob", "openapi/v3")
        page.until("document.querySelector('#operations-tag-slurm')")
        _show(page, "", "bob", "openapi/v0.0.45")
        page.until("document.getElementById('said').textContent.includes('404')")
