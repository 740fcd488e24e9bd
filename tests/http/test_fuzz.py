# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever comes in, in whatever pieces: well-formed answers or none, and the pieces do not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import Request, Response, RestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Tools

LIMITS = Limits(head_bytes=300, header_count=6, target_bytes=60, body_bytes=40, requests=5)

words = st.sampled_from(
    [
        *(
            b"GET",
            b"POST",
            b"HEAD",
            b"PROPFIND",
            b"OPTIONS",
            b"CONNECT",
            b" ",
            b"/a",
            b"/b?c=d",
            b"*",
            b"http://h/a",
            b"#",
        ),
        *(
            b" HTTP/1.1",
            b" HTTP/1.0",
            b" HTTP/2.0",
            b"\r\n",
            b"\r\n",
            b"\r\n\r\n",
            b"\n",
            b"\r",
            b"\t",
            b"\0",
            b":",
            b": ",
        ),
        *(
            b"Host: h",
            b"Host:",
            b"Content-Length: 3",
            b"Content-Length: 0",
            b"Content-Length: 41",
            b"Content-Length: -1",
        ),
        *(b"Transfer-Encoding: chunked", b"Connection: close", b"Connection: upgrade", b"Upgrade: h2c", b"abc", b"0"),
        *(b"Expect: 100-continue", b"Expect: foo", b"X: " + b"y" * 150, b" folded", b"\x16\x03\x01", b"\xff"),
    ]
)
requests = st.sampled_from(
    [
        b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\r\nGET /stream HTTP/1.1\r\n\r\n",
        b"GET /fail HTTP/1.1\r\n\r\n",
        b"GET /break HTTP/1.1\r\n\r\n",
        b"GET /not-modified HTTP/1.1\r\n\r\n",
        b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
        b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nab\r\n\r",
        b"GET /a HTTP/1.0\r\n\r\n",
        b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /a HTTP/1.1\r\nUpgrade: h2c\r\n\r\n",
    ]
)
inputs = st.one_of(
    st.binary(max_size=400),
    st.lists(words, max_size=30).map(b"".join),
    st.lists(requests | words, max_size=10).map(b"".join),
    st.lists(requests, max_size=7).map(b"".join),
)


def handler(request: Request) -> Response:
    if request.path == "/stream":
        return Response(200, "application/json", iter([b"[", b"1", b"]"]))
    if request.path == "/fail":
        raise RestError(404, "no")
    if request.path == "/break":
        return Response(200, "application/json", broken())
    if request.path == "/not-modified":
        return Response(304, None, b"")
    return Response(200, "text/plain", request.body)


def broken() -> Iterator[bytes]:
    yield from (b"a", b"b", b"c")
    raise ValueError


@given(data=inputs, cuts=st.lists(st.integers(0, 400)), eof=st.booleans())
def test_the_pieces_do_not_matter(http: Tools, data: bytes, cuts: list[int], eof: bool) -> None:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:stop] for start, stop in zip(edges, edges[1:])]
    whole = http.drive(data, handler, LIMITS, eof=eof)
    split = http.run(pieces + [b""] * eof, handler, LIMITS)
    assert split.wire == whole.wire
    assert split.requests == whole.requests
    assert (split.session.closed, split.session.failed) == (whole.session.closed, whole.session.failed)


@given(data=inputs)
def test_answers_are_well_formed(http: Tools, data: bytes) -> None:
    result = http.run([data] * bool(data), handler, LIMITS)
    answers = result.answers
    assert [answer.status for answer in answers] == [entry[1] for entry in result.observed]
    for answer in answers[:-1]:
        assert answer.complete
        assert "connection" not in answer.headers
    for answer in answers:
        assert answer.headers["date"]
        assert "server" not in answer.headers
        assert answer.body == b"" or "content-type" in answer.headers
    broke_off = bool(answers) and result.observed[-1][4] is not None
    assert result.session.closed == (bool(answers) and (answers[-1].headers.get("connection") == "close" or broke_off))
    if result.session.closed and not broke_off:
        assert answers[-1].complete
    assert all(entry[4] is None or isinstance(entry[4], ValueError) for entry in result.observed)
