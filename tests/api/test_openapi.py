# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenAPI documents as they are served: which path means which, what is in it, its form, and when it is the same."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import yaml

from slurmrest_inet import slurm
from slurmrest_inet.auth import Identity
from slurmrest_inet.auth.peer import PIPE, Peer
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.settings import Settings

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)
pytest.importorskip("slurmrest_inet._documents", reason="what is installed was built without documents")

from slurmrest_inet import versions
from slurmrest_inet.api import app, errors, openapi
from slurmrest_inet.schema import replies

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Gate:
    """Lets everybody in; that nobody is asked for a document is what these tests see."""

    def admit(self, request: Request) -> Identity:
        return Identity("rest_auth/jwt", "nobody", "rubbish")


class _Application(app.Application):
    def adopt(self, identity: Identity) -> None:
        raise AssertionError("a document asks Slurm nothing")


def ask(path: str, settings: Settings | None = None, method: str = "GET", **headers: str) -> Response:
    """The answer to a request for a document, or to what it is refused with."""
    fields = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    request = Request(method, path, path, None, "1.1", fields, b"")
    handler = _Application(settings or Settings(), Peer(PIPE, 1000, 0o600, 1000, "-"), _Gate())
    try:
        return handler(request)
    except RestError as error:
        return error.response()


def body(response: Response) -> bytes:
    """All of it."""
    return b"".join(response.body)


def document(path: str, settings: Settings | None = None, **headers: str) -> dict[str, Any]:
    """The document at a path, read as what it says that it is."""
    response = ask(path, settings, **headers)
    assert response.status == 200
    if response.content_type == "application/json":
        return dict(json.loads(body(response)))
    assert response.content_type == "application/x-yaml"
    return dict(yaml.load(body(response), _LOADER))  # noqa: S506 - a safe one, in C if there is one


def _served(found: dict[str, Any]) -> set[tuple[str, str]]:
    paths = (path.split("/") for path in found["paths"] if not path.startswith("/openapi"))
    return {(side, version) for _, side, version, *_ in paths}


@pytest.mark.parametrize("path", ["/openapi", "/openapi.json", "/openapi/v3"])
def test_that_the_merged_document_has_all_that_is_served(path: str) -> None:
    every = {(side, f"v0.0.{version}") for side, ones in versions.SERVED.items() for version in ones}
    assert _served(document(path)) == every


def test_that_a_document_of_one_version_has_that_alone() -> None:
    found = document("/openapi/v0.0.38.json")
    assert _served(found) == {("slurm", "v0.0.38"), ("slurmdb", "v0.0.38")}
    assert {name.partition("_")[0].removeprefix("db") for name in found["components"]["schemas"]} == {
        "openapi",
        "v0.0.38",
    }
    assert document("/openapi/v0.0.38") == document("/openapi/v0.0.38.yaml") == found


def test_that_names_of_operations_that_repeat_tell_the_version_where_versions_are_merged() -> None:
    def name(settings: Settings | None, path: str) -> Any:
        return document(path, settings)["paths"]["/slurm/v0.0.36/ping"]["get"]["operationId"]

    alone = Settings(openapi_plugins=("openapi/v0.0.36", "openapi/dbv0.0.36"))
    assert name(None, "/openapi/v0.0.36") == name(alone, "/openapi") == "slurmctld_ping"
    assert name(None, "/openapi") == "slurmctld_ping_v0_0_36"


def test_that_only_what_is_selected_is_in_it() -> None:
    one = Settings(openapi_plugins=("openapi/slurmdbd",), data_parsers=("data_parser/v0.0.42",))
    found = document("/openapi", one)
    assert _served(found) == {("slurmdb", "v0.0.42")}
    assert "v0.0.42_job_info" not in found["components"]["schemas"]
    assert "v0.0.42_openapi_error" in found["components"]["schemas"]
    assert _served(document("/openapi", Settings(openapi_plugins=()))) == set()
    for path in ("/openapi/v0.0.40", "/openapi/v0.0.38.json"):
        assert ask(path, one).status == 404


@pytest.mark.parametrize("path", ["/openapi/v0.0.35", "/openapi/v0.0.99.json", "/openapi/v3.json", "/openapis"])
def test_that_there_are_no_others(path: str) -> None:
    assert ask(path).status == 404


def test_that_accept_comes_before_the_path() -> None:
    version = "/openapi/v0.0.38"
    for path, accept, kind in (
        (version, "application/x-yaml", "application/x-yaml"),
        (f"{version}.json", "application/x-yaml", "application/x-yaml"),
        (f"{version}.yaml", "application/json", "application/json"),
        (f"{version}.yaml", "*/*", "application/x-yaml"),
        (version, "*/*", "application/json"),
        ("/openapi.yaml", "*/*;q=0.5", "application/x-yaml"),
    ):
        assert ask(path, accept=accept).content_type == kind, (path, accept)
    assert ask(f"{version}.yaml").content_type == "application/x-yaml"
    assert ask(version, accept="text/html").status == 415


@pytest.mark.parametrize("path", ["/openapi/v0.0.38", "/openapi/v0.0.44.yaml", "/openapi"])
def test_that_it_is_compressed_for_who_takes_that(path: str) -> None:
    plain, packed = ask(path), ask(path, accept_encoding="br, GZIP;q=0.5")
    assert ("Content-Encoding", "gzip") in packed.headers
    data = body(packed)
    assert gzip.decompress(data) == body(plain)
    assert len(data) * 5 < len(body(plain))
    for refused in ("gzip;q=0", "br", "", "identity"):
        assert not [name for name, _ in ask(path, accept_encoding=refused).headers if name == "Content-Encoding"]


def _tag(response: Response) -> str:
    return dict(response.headers)["ETag"]


def test_that_who_has_it_is_told_so() -> None:
    first = ask("/openapi/v0.0.42")
    assert ("Vary", "Accept, Accept-Encoding") in first.headers
    for given in (_tag(first), f'W/{_tag(first)}, "x"', f'"x" , {_tag(first)}', "*"):
        again = ask("/openapi/v0.0.42", if_none_match=given)
        assert (again.status, again.body, again.content_type, _tag(again)) == (304, b"", None, _tag(first))
    assert ask("/openapi/v0.0.42", if_none_match='"x"').status == 200


def test_that_what_is_another_document_has_another_tag() -> None:
    only = Settings(openapi_plugins=("openapi/slurmctld",))
    asked = [
        ask("/openapi/v0.0.42"),
        ask("/openapi/v0.0.42.yaml"),
        ask("/openapi/v0.0.42", accept_encoding="gzip"),
        ask("/openapi/v0.0.41"),
        ask("/openapi"),
        ask("/openapi/v0.0.42", only),
    ]
    assert len({_tag(one) for one in asked}) == len(asked)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_that_documents_are_got_and_nothing_else(method: str) -> None:
    assert ask("/openapi", method=method).status in (404, 405)


def test_that_what_is_not_read_to_its_end_is_closed() -> None:
    response = ask("/openapi", accept_encoding="gzip")
    pieces: Any = response.body
    next(iter(pieces))
    assert pieces._files
    pieces.close()
    assert not pieces._files


def test_that_every_status_of_an_answer_is_documented() -> None:
    for home in versions.HTTP:
        codes = {code for numbers, _ in errors._STATUSES for code in numbers}
        statuses = {errors.status_of(code, home) for code in codes} - {200}
        assert set(replies.STATUSES[home]) == statuses | {401, 500}


def test_that_the_command_line_prints_the_merged_document() -> None:
    assert b"".join(openapi.text_of(Settings())) == body(ask("/openapi"))
