# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operation is told of query and body, by home release."""

from __future__ import annotations

import pytest

from slurmrest_inet import slurm
from slurmrest_inet.http.message import Request, RestError

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet import versions
from slurmrest_inet.api import app

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def told(home: int, method: str, query: str | None, body: bytes = b"", kind: str = JSON) -> object:
    """Query and body as an operation gets them, or status and sentence of the refusal."""
    headers = ((b"content-type", kind.encode()),) if body else ()
    request = Request(method, "/a", "/a", query, "1.1", headers, body)
    try:
        return app._told(request, versions.HTTP[home])  # the whole application needs a cluster
    except RestError as error:
        return error.status, error.text


@pytest.mark.parametrize("home", [2205, 2302])
def test_up_to_23_02_a_body_goes_with_post_alone(home: int) -> None:
    for method in ("GET", "DELETE"):
        assert told(home, method, "a=b") == ({"a": "b"}, None)
        refused = (400, "Unexpected http body provided for non-POST method")
        assert told(home, method, None, b"{}") == told(home, method, "a=b", b"{") == refused
        assert told(home, method, "=x") == (400, "Unable to parse query.")
    assert told(home, "POST", "=x", b'{"a":[1]}') == ({}, {"a": [1]})
    assert told(home, "POST", "a=b") == ({}, {})


@pytest.mark.parametrize("home", [2411, 2605])
def test_later_a_body_stands_in_the_place_of_the_query(home: int) -> None:
    for method in ("GET", "DELETE"):
        assert told(home, method, "a=b") == ({"a": "b"}, None)
        assert told(home, method, None, b"a=b&c", FORM)[0] == {"a": "b", "c": True}
        assert told(home, method, "", b'{"a":5,"b":true,"c":null,"d":1.5}')[0] == {
            "a": "5",
            "b": True,
            "c": None,
            "d": "1.500000",
        }
        assert told(home, method, None, b"{")[0] == 400
        together = (400, "Unexpected HTTP body provided when URL Query provided")
        assert told(home, method, "a=b", b"{}") == told(home, method, "=", b"{") == together
    assert told(home, "GET", None, b"[]")[0] == told(home, "GET", None, b'{"a":[]}')[0] == 400
    assert told(home, "POST", "a=b", b"{}") == together
    assert told(home, "POST", "a=b") == ({}, {"a": "b"})
    assert told(home, "POST", None, b'{"a":[1]}') == ({}, {"a": [1]})


def test_that_operations_of_delete_get_their_body() -> None:
    assert told(2411, "DELETE", None, b'{"jobs":["1","2"]}') == ({}, {"jobs": ["1", "2"]})


def test_that_26_05_has_its_own_words() -> None:
    assert told(2605, "GET", "=x") == (500, "Unspecified error")
    assert told(2605, "POST", None, b"{") == (400, "Failure during parsing")
    assert told(2605, "POST", None, b"x", "text/html")[0] == 415
