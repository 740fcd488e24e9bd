# SPDX-License-Identifier: GPL-2.0-or-later
"""OpenAPI documents over a socket, as clients and caches fetch them: form, compression, tags, and who may have them."""

from __future__ import annotations

import gzip
import http.client
import re
from typing import TYPE_CHECKING, NamedTuple

import pytest
from sidebyside import server

from slurmrest_inet.versions import HOME, HTTP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_JSON, _YAML = "application/json", "application/x-yaml"
_OF_ONE = "/openapi/v0.0.42"
_SAYS = HTTP[HOME[42]]
"""How the release of that version refuses."""


class Told(NamedTuple):
    """An answer: status, type, the other header fields, and the body."""

    status: int
    type: str | None
    fields: http.client.HTTPMessage
    body: bytes


class Client:
    """A client that keeps its connection."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=server.PATIENCE)
        self._credentials = {"X-SLURM-USER-NAME": "alice", "X-SLURM-USER-TOKEN": token} if token else {}

    def get(self, path: str, method: str = "GET", **fields: str) -> Told:
        """One request."""
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        self.connection.request(method, path, headers={**self._credentials, **headers})
        answer = self.connection.getresponse()
        return Told(answer.status, answer.getheader("Content-Type"), answer.headers, answer.read())


@pytest.fixture(scope="module")
def port(lab: Lab) -> Iterator[int]:
    with server.ours(lab, "-a", "jwt", SLURM_JWT="daemon") as one:
        yield one.port


@pytest.fixture
def client(port: int, tokens: dict[str, str]) -> Iterator[Client]:
    one = Client(port, tokens["alice"])
    yield one
    one.connection.close()


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/openapi", None, _JSON),
        ("/openapi.json", "*/*", _JSON),
        ("/openapi.yaml", "*/*", _YAML),
        ("/openapi.yaml", _JSON, _JSON),
        ("/openapi/v3", _YAML, _YAML),
        (_OF_ONE, None, _JSON),
        (f"{_OF_ONE}.yaml", None, _YAML),
        (f"{_OF_ONE}.json", "application/x-yaml;q=0.5, application/json;q=0.1", _YAML),
    ],
)
def test_the_form(client: Client, path: str, accept: str | None, kind: str) -> None:
    told = client.get(path, **({} if accept is None else {"Accept": accept}))
    assert (told.status, told.type) == (200, kind)
    assert re.match(rb'\{?"openapi": ?"3\.0\.3"', told.body)  # tests/api reads them; the merged YAML takes long
    alone = set(re.findall(rb'"/slurm/(v0\.0\.\d+)/ping"', told.body)) == {b"v0.0.42"}
    assert alone == path.startswith(_OF_ONE)


def test_that_it_is_not_sent_twice_and_the_connection_stays(client: Client) -> None:
    first = client.get(_OF_ONE)
    connection = client.connection.sock
    tag = first.fields["ETag"]
    again = client.get(_OF_ONE, If_None_Match=f'"x", {tag}')
    assert (again.status, again.type, again.body, again.fields["ETag"]) == (304, None, b"", tag)
    packed = client.get(_OF_ONE, Accept_Encoding="gzip, br")
    assert packed.fields["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == first.body
    assert packed.fields["ETag"] != tag
    assert {told.fields["Vary"] for told in (first, again, packed)} == {"Accept, Accept-Encoding"}
    assert client.connection.sock is connection


def test_who_may_have_it(port: int, lab: Lab) -> None:
    """Whoever names somebody: a rubbish token is found out where Slurm is asked, or verified."""
    assert Client(port, "").get(_OF_ONE).status == 401
    assert Client(port, "x.y.z").get(_OF_ONE).status == 200
    with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"], SLURM_JWT="daemon") as strict:
        assert Client(strict.port, "x.y.z").get(_OF_ONE).status == 401


def test_what_is_refused(client: Client) -> None:
    assert client.get(_OF_ONE, "DELETE").status == _SAYS.undefined_method.status
    assert client.get("/openapi/v0.0.99").status == 404
    assert client.get(_OF_ONE, Accept="text/html").status == 415
    head = client.get(_OF_ONE, "HEAD")
    assert (head.status, head.body) == (_SAYS.head.status, b"")
