# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections: keeping and closing them, bodies in and out, failures, deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import h11
import pytest

from slurmrest_inet.http import wirecheck
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.http.session import BODY, FIRST, HEAD, IDLE, REASONS, Session, failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from conftest import Tools

DATE = "Sun, 22 Nov 2026 19:00:00 GMT"
GET = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
CHUNK = b"0123456789"


class Stream:
    """Chunks that are views of one buffer, as the codec makes them; notes when it is closed."""

    def __init__(self, count: int, fail_at: int | None = None, error: Exception | None = None) -> None:
        self.buffer = bytearray(len(CHUNK))
        self.count = count
        self.fail_at = fail_at
        self.error = error or ValueError("broken row")
        self.made = 0
        self.closed = 0

    def __iter__(self) -> Iterator[memoryview]:
        return self

    def __next__(self) -> memoryview:
        self.buffer[:] = b"." * len(CHUNK)
        if self.made == self.fail_at:
            raise self.error
        if self.made == self.count:
            raise StopIteration
        self.made += 1
        self.buffer[:] = CHUNK
        return memoryview(self.buffer)

    def close(self) -> None:
        self.closed += 1


def test_an_answer_to_the_letter(http: Tools) -> None:
    result = http.drive(GET, lambda _: Response(200, "application/json", b"{}"))
    assert result.wire == (
        b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 19:00:00 GMT\r\nContent-Type: application/json\r\n"
        b"Content-Length: 2\r\nCache-Control: private, no-cache\r\n\r\n{}"
    )
    assert not result.session.closed
    assert result.session.phase == IDLE
    assert result.observed == [("/a", 200, len(result.wire), None, None)]


def test_an_error_to_the_letter(http: Tools) -> None:
    def refuse(_: Request) -> Response:
        raise RestError(401, "Authentication failure", reason="no token")

    result = http.drive(GET, refuse)
    assert result.wire == (
        b"HTTP/1.1 401 UNAUTHORIZED\r\nDate: Sun, 22 Nov 2026 19:00:00 GMT\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 22\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nAuthentication failure"
    )
    assert result.session.closed
    assert not result.session.failed
    assert result.observed == [("/a", 401, len(result.wire), "no token", None)]


@pytest.mark.parametrize("status", sorted(REASONS))
def test_every_status_is_framed(http: Tools, status: int) -> None:
    result = http.drive(GET, lambda _: Response(status, "text/plain", b"text"))
    answer = result.answer
    assert (answer.status, answer.reason) == (status, REASONS[status])
    assert answer.reason == (answer.reason if status == 511 else answer.reason.upper())
    assert answer.headers["date"] == DATE
    assert "server" not in answer.headers
    assert answer.complete
    # Errors close, as on slurmrestd; 304 does not.
    assert result.session.closed == (status >= 400)
    assert answer.headers.get("connection") == ("close" if status >= 400 else None)
    assert answer.headers["cache-control"] == ("no-store" if status >= 400 else "private, no-cache")
    if status in (204, 304):
        assert answer.body == b""
        assert "content-length" not in answer.headers
        assert "content-type" not in answer.headers
    else:
        assert answer.body == b"text"
        assert answer.headers["content-type"] == "text/plain"


def test_a_status_without_a_phrase(http: Tools) -> None:
    assert http.drive(GET, lambda _: Response(299, None, b"")).wire.startswith(b"HTTP/1.1 299 \r\n")


def test_a_stream_with_a_bodiless_status_is_closed_unread(http: Tools) -> None:
    streams: list[Stream] = []

    def handler(_: Request) -> Response:
        streams.append(Stream(3))
        return Response(304, "application/json", streams[-1])

    assert http.drive(GET, handler).answer.body == b""
    assert {(stream.made, stream.closed) for stream in streams} == {(0, 1)}


def test_keep_alive_and_pipelining(http: Tools) -> None:
    result = http.drive(GET + POST + GET.replace(b"/a", b"/b"))
    assert [answer.status for answer in result.answers] == [200] * 3
    assert [(request.target, request.body) for request in result.requests] == [("/a", b""), ("/a", b"abc"), ("/b", b"")]
    assert not result.session.closed


def test_a_refused_request_behind_a_good_one(http: Tools) -> None:
    result = http.drive(GET + b"GET /b HTTP/1.1\n")
    assert [answer.status for answer in result.answers] == [200, 400]
    assert [entry[0] for entry in result.observed] == ["/a", None]
    assert result.session.failed
    assert result.session.linger


@pytest.mark.parametrize(
    "data",
    [
        GET.replace(b"Host: h", b"Connection: close"),
        GET.replace(b"Host: h", b"Connection: Keep-Alive, Close"),
        GET.replace(b"1.1", b"1.0"),
        # h11 knows no keep-alive for HTTP/1.0, nor does slurmrestd.
        GET.replace(b"1.1", b"1.0").replace(b"Host: h", b"Connection: keep-alive"),
    ],
)
def test_a_client_that_wants_one_answer(http: Tools, data: bytes) -> None:
    result = http.drive(data)
    assert result.answer.headers["connection"] == "close"
    assert result.session.closed
    assert not result.session.failed
    assert not result.session.linger  # nothing more was to come: the connection can go at once


def test_requests_per_connection(http: Tools) -> None:
    result = http.drive(GET * 3, limits=Limits(requests=3))
    assert [answer.headers.get("connection") for answer in result.answers] == [None, None, "close"]
    assert result.session.closed
    assert result.session.linger


def test_the_handler_closes(http: Tools) -> None:
    result = http.drive(GET, lambda _: Response(200, "text/plain", b"", close=True))
    assert result.answer.headers["connection"] == "close"
    assert result.session.closed


def test_headers_of_the_handler(http: Tools) -> None:
    extra = (("cache-control", "max-age=5"), ("ETag", '"x"'))
    answer = http.drive(GET, lambda _: Response(200, "text/plain", b"", extra)).answer
    assert answer.headers["cache-control"] == "max-age=5"
    assert answer.headers["etag"] == '"x"'


def test_headers_of_an_error(http: Tools) -> None:
    def refuse(_: Request) -> Response:
        raise RestError(405, "no", headers=(("Allow", "GET"),))

    assert http.drive(GET, refuse).answer.headers["allow"] == "GET"


# Bodies of requests


@pytest.mark.parametrize("method", [b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE"])
def test_a_body_is_delivered_with_any_method(http: Tools, method: bytes) -> None:
    (request,) = http.drive(POST.replace(b"POST", method)).requests
    assert (request.method, request.body) == (method.decode(), b"abc")


@pytest.mark.parametrize("head", [POST[:-3].replace(b"3", b"0"), POST[:-3].replace(b"Content-Length: 3", b"A: b")])
def test_a_post_without_content(http: Tools, head: bytes) -> None:
    (request,) = http.drive(head).requests
    assert request.body == b""


def test_a_body_may_hold_anything(http: Tools) -> None:
    body = bytes(range(256)) + GET
    data = b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    (request,) = http.drive(data).requests
    assert request.body == body


@pytest.mark.parametrize("value", [b"100-continue", b"100-Continue"])
def test_expect_100_continue(http: Tools, value: bytes) -> None:
    head, body = POST[:-3].replace(b"Host: h", b"Expect: " + value), b"abc"
    waiting = http.run([head])
    assert waiting.wire == b"HTTP/1.1 100 CONTINUE\r\n\r\n"
    assert waiting.session.phase == BODY
    result = http.drive(head + body)
    assert result.wire.startswith(waiting.wire + b"HTTP/1.1 200 OK\r\n")
    assert result.requests[0].body == b"abc"


@pytest.mark.parametrize(
    "data",
    [
        POST.replace(b"Host: h", b"Expect: 100-continue").replace(b"1.1", b"1.0"),  # RFC 9110: must be ignored
        GET.replace(b"Host: h", b"Expect: 100-continue"),  # nothing to continue with
    ],
)
def test_expect_100_continue_is_not_answered(http: Tools, data: bytes) -> None:
    assert b"100 CONTINUE" not in http.drive(data).wire


def test_a_body_over_the_limit_is_not_awaited(http: Tools) -> None:
    head = b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 52428801\r\n\r\n"
    result = http.drive(head)
    assert result.answer.status == 413
    assert result.session.closed
    assert result.session.linger


class _Full(bytearray):
    """A body that finds no memory."""

    def __iadd__(self, _more: object) -> NoReturn:
        raise MemoryError


def test_a_body_without_memory_is_refused(http: Tools) -> None:
    observed: list[Any] = []
    session = Session(Limits())
    session._body = _Full()
    session.receive(POST)
    (answer,) = (b"".join(item) for item in http.converse(session, http.echo, observed))
    assert answer.startswith(b"HTTP/1.1 503 SERVICE UNAVAILABLE\r\n")
    assert answer.endswith(b"Connection: close\r\n\r\nNo memory for the request")
    assert [told[3] for told in observed] == ["out of memory in a body"]
    assert session.closed


def test_the_largest_body(http: Tools) -> None:
    size = Limits().body_bytes
    head = b"POST /a HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
    piece = b"x" * 65_536
    count, rest = divmod(size, len(piece))
    result = http.run([head, *[piece] * count, piece[:rest]], lambda _: Response(200, "text/plain", b""))
    assert result.answer.status == 200
    assert len(result.requests[0].body) == size


# Ends


@pytest.mark.parametrize(
    "data",
    [b"", b"\r", b"\r\n", b"G", GET[:-1], GET[:-2], POST[:-1], POST[:-3], GET + b"G"],
)
def test_the_end_of_input_in_the_middle(http: Tools, data: bytes) -> None:
    result = http.drive(data, eof=True)
    assert len(result.wire) == (len(http.run([GET]).wire) if data.startswith(GET) else 0)
    assert result.session.closed
    assert not result.session.failed
    assert not result.session.linger


def test_the_end_of_input_behind_requests(http: Tools) -> None:
    result = http.drive(GET + GET, eof=True)
    assert [answer.status for answer in result.answers] == [200, 200]
    assert result.session.closed


def test_an_error_behind_the_end_of_input_needs_no_lingering(http: Tools) -> None:
    session = Session(Limits())
    session.receive(b"x\n")
    session.receive(b"")
    assert len(list(http.converse(session, http.echo))) == 1
    assert not session.linger


PHASES = [
    (b"", FIRST),
    (b"\r", FIRST),
    (b"\r\n", FIRST),
    (b"\r\nG", HEAD),
    (GET[:-1], HEAD),
    (POST[:-3], BODY),
    (POST[:-1], BODY),
    (GET, IDLE),
    (POST, IDLE),
    (GET + b"\r\n", IDLE),
    (GET + b"G", HEAD),
    (GET + POST[:-1], BODY),
]


@pytest.mark.parametrize(("data", "phase"), PHASES)
def test_phases(http: Tools, data: bytes, phase: str) -> None:
    assert http.drive(data).session.phase == phase


@pytest.mark.parametrize(("data", "phase"), PHASES)
def test_deadlines(http: Tools, data: bytes, phase: str) -> None:
    session = http.run([data] * bool(data)).session
    session.time_out()
    out = b"".join(b"".join(map(bytes, item)) for item in http.converse(session, http.echo))
    assert session.closed
    assert session.next() is None
    if phase in (HEAD, BODY):
        assert out.startswith(b"HTTP/1.1 408 REQUEST TIMEOUT\r\n")
        assert b"\r\nConnection: close\r\n" in out
        assert session.linger
    else:
        assert out == b""
    assert not session.failed


# Answers as streams


@pytest.mark.parametrize("count", [0, 1, 2, 7])
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_streams(http: Tools, count: int, version: bytes) -> None:
    streams: list[Stream] = []

    def handler(_: Request) -> Response:
        streams.append(Stream(count))
        return Response(200, "application/json", streams[-1])

    result = http.drive(GET.replace(b"1.1", version), handler)
    answer = result.answer
    assert answer.complete
    assert answer.body == CHUNK * count
    framing = "content-length" if count <= 1 else "transfer-encoding" if version == b"1.1" else None
    assert {"content-length", "transfer-encoding"} & set(answer.headers) == ({framing} if framing else set())
    assert all(stream.closed == 1 for stream in streams)
    assert result.session.closed == (version == b"1.0")


def test_empty_chunks_do_not_end_a_stream(http: Tools) -> None:
    answer = http.drive(GET, lambda _: Response(200, "text/plain", iter([b"", b"a", b"", b"b", b""]))).answer
    assert (answer.body, answer.complete) == (b"ab", True)


def test_later_chunks_are_handed_on_and_not_copied(http: Tools) -> None:
    chunks = [memoryview(b"first"), memoryview(b"second"), memoryview(b"third")]
    session = Session(Limits())
    session.receive(GET)
    output = http.converse(session, lambda _: Response(200, "text/plain", iter(chunks)))
    handed_on = [part for item in output for part in item]
    assert any(part is chunks[1] for part in handed_on)
    assert any(part is chunks[2] for part in handed_on)
    assert all(part is not chunks[0] for part in handed_on)


def test_a_large_body_is_handed_on_and_not_copied(http: Tools) -> None:
    body = bytes(1_000_000)
    session = Session(Limits())
    session.receive(GET)
    output = http.converse(session, lambda _: Response(200, "text/plain", body))
    ((_head, part),) = list(output)
    assert part is body


def test_a_chunk_is_made_when_the_one_before_is_written(http: Tools) -> None:
    stream = Stream(5)
    session = Session(Limits())
    session.receive(GET)
    output = http.converse(session, lambda _: Response(200, "text/plain", stream))
    made = [stream.made for _ in output]
    # The first two are needed to choose the framing; the last item is the end mark.
    assert made == [2, 2, 3, 4, 5, 5]


def test_each_answer_has_its_own_head(http: Tools) -> None:
    """Whatever the answer before was like."""
    answers = [
        Response(200, "text/plain", b"one"),
        Response(200, "text/plain", b"one"),
        Response(200, "text/plain", b"three"),
        Response(200, "application/json", b"three"),
        Response(200, "application/json", b"three", (("X-More", "yes"),)),
        Response(404, "application/json", b"three", (("X-More", "yes"),)),
    ]
    dates = iter([DATE, "later", *["later"] * 4])
    coming = iter(answers)
    session = Session(Limits())
    session.receive(GET * len(answers))
    output = http.converse(session, lambda _: next(coming), date=lambda: next(dates))
    heads = [b"".join(map(bytes, item)).partition(b"\r\n\r\n")[0] for item in output]
    assert len(heads) == len(answers)
    assert [DATE.encode() in head for head in heads] == [True] + [False] * 5
    assert [b" 404 " in head for head in heads] == [False] * 5 + [True]
    assert [b"Content-Length: 5" in head for head in heads] == [False, False, True, True, True, True]
    assert [b"application/json" in head for head in heads] == [False, False, False, True, True, True]
    assert [b"X-More" in head for head in heads] == [False, False, False, False, True, True]
    assert [b"Connection: close" in head for head in heads] == [False] * 5 + [True]


def test_a_pipelined_request_waits_for_the_answer_before_it(http: Tools) -> None:
    asked: list[str] = []

    def handler(request: Request) -> Response:
        asked.append(request.target)
        return Response(200, "text/plain", Stream(3))

    session = Session(Limits())
    session.receive(GET + GET.replace(b"/a", b"/b"))
    output = http.converse(session, handler)
    for _ in range(4):
        next(output)
        assert asked == ["/a"]
    next(output)
    assert asked == ["/a", "/b"]


# Failures


@pytest.mark.parametrize("error", [ValueError("s3cret"), KeyError("s3cret"), RecursionError(), MemoryError()])
def test_a_handler_that_fails(http: Tools, error: Exception) -> None:
    def handler(_: Request) -> Response:
        raise error

    result = http.drive(GET, handler)
    assert (result.answer.status, result.answer.body) == (500, b"Internal error")
    assert result.answer.headers["content-type"] == "text/plain"
    assert b"s3cret" not in result.wire
    assert result.observed == [("/a", 500, len(result.wire), None, error)]
    assert result.session.closed
    assert not result.session.failed


@pytest.mark.parametrize(
    "response",
    [
        None,
        Response(200, "text/plain", b"", (("X", "a\r\nSet-Cookie: b"),)),
        Response(200, "text/plain\r\nX: y", b""),
        Response(200, "text/plain", "text"),  # type: ignore[arg-type]
        Response(100, "text/plain", b""),
    ],
)
def test_a_handler_that_returns_rubbish(http: Tools, response: Response) -> None:
    result = http.drive(GET, lambda _: response)
    assert result.answer.status == 500
    assert result.answers[0].complete


@pytest.mark.parametrize("fail_at", [0, 1])
@pytest.mark.parametrize("error", [ValueError("x"), RestError(502, "No controller", reason="refused")])
def test_a_stream_that_fails_before_anything_is_sent(http: Tools, fail_at: int, error: Exception) -> None:
    streams: list[Stream] = []

    def handler(_: Request) -> Response:
        streams.append(Stream(5, fail_at, error))
        return Response(200, "application/json", streams[-1])

    result = http.drive(GET, handler)
    expected = (502, b"No controller") if isinstance(error, RestError) else (500, b"Internal error")
    assert (result.answer.status, result.answer.body) == expected
    assert result.answer.complete
    assert all(stream.closed == 1 for stream in streams)
    assert not result.session.failed


@pytest.mark.parametrize("fail_at", [2, 4])
@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
@pytest.mark.parametrize("error", [ValueError("x"), RestError(502, "No controller", reason="refused")])
def test_a_stream_that_fails_in_the_middle(http: Tools, fail_at: int, version: bytes, error: Exception) -> None:
    streams: list[Stream] = []

    def handler(_: Request) -> Response:
        streams.append(Stream(5, fail_at, error))
        return Response(200, "application/json", streams[-1])

    result = http.drive(GET.replace(b"1.1", version), handler)
    answer = result.answer
    assert (answer.status, answer.body) == (200, CHUNK * fail_at)
    assert not answer.complete or version == b"1.0"
    assert b"0\r\n\r\n" not in result.wire
    assert all(stream.closed == 1 for stream in streams)
    assert result.session.closed
    assert result.session.failed
    ((_, status, sent, reason, unexpected),) = result.observed
    assert (status, sent) == (200, len(result.wire))
    assert (reason, unexpected) == (("refused", None) if isinstance(error, RestError) else (None, error))


@pytest.mark.parametrize("taken", [1, 3])
def test_a_client_that_leaves_in_the_middle(http: Tools, taken: int) -> None:
    stream = Stream(100)
    observed: list[Any] = []
    session = Session(Limits())
    session.receive(GET)
    output = http.converse(session, lambda _: Response(200, "text/plain", stream), observed)
    sent = sum(len(part) for _ in range(taken) for part in next(output))
    output.close()
    assert stream.closed == 1
    assert session.closed
    assert [(status, count) for _, status, count, _, _ in observed] == [(200, sent)]
    assert session.next() is None


def test_a_signal_while_the_body_is_made_passes_through() -> None:
    def body() -> Iterator[bytes]:
        raise SystemExit
        yield b""

    session = Session(Limits())
    session.receive(GET)
    assert isinstance(session.next(), Request)
    with pytest.raises(SystemExit):
        list(session.answer(Response(200, "text/plain", body()), DATE))
    assert session.closed


def test_another_answer_can_be_given_until_one_has_begun() -> None:
    session = Session(Limits())
    session.receive(GET)
    assert isinstance(session.next(), Request)
    with pytest.raises(ZeroDivisionError):
        list(session.answer(Response(200, "text/plain", (1 // 0 for _ in range(1))), DATE))
    told = failure(ZeroDivisionError())
    assert (session.closed, session.failed, told.response.status) == (False, False, 500)
    (item,) = session.answer(told.response, DATE)
    assert b"".join(item).startswith(b"HTTP/1.1 500 ")
    assert session.closed


class Vanishing(bytearray):
    """A body whose length can be told once: memory ends when h11 has the head."""

    told = False

    def __len__(self) -> int:
        if self.told:
            raise MemoryError
        self.told = True
        return super().__len__()


@pytest.mark.parametrize("eof", [False, True])
def test_no_other_answer_once_h11_has_the_head(http: Tools, eof: bool) -> None:
    """Nothing is written, and the connection ends all the same."""
    observed: list[Any] = []
    session = Session(Limits())
    session.receive(GET)
    if eof:
        session.receive(b"")
    handed_out = list(http.converse(session, lambda _: Response(200, "text/plain", Vanishing(b"abc")), observed))
    assert handed_out == []
    ((_request, _status, sent, _reason, error),) = observed
    assert (sent, type(error)) == (0, MemoryError)
    assert (session.closed, session.failed, session.linger) == (True, True, not eof)


UPGRADES = [
    b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    b"Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c, h3",
    b"Upgrade: h2c",
    b"upgrade: TLS/1.3\r\nConnection: Upgrade",
]


@pytest.mark.parametrize("fields", UPGRADES)
def test_an_upgrade_is_ignored(http: Tools, fields: bytes) -> None:
    """RFC 9110 section 7.8. Java's client sends the first each time; h11 would wait for a decision (PAUSED)."""
    get = b"GET /a HTTP/1.1\r\nHost: h\r\n" + fields + b"\r\n\r\n"
    post = b"POST /a HTTP/1.1\r\n" + fields + b"\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    result = http.drive(get + post + post + get)
    assert [request.body for request in result.requests] == [b"", b"abc", b"abc", b""]
    assert [answer.status for answer in result.answers] == [200] * 4
    assert all("upgrade" not in answer.headers for answer in result.answers)
    assert not result.session.closed
    assert http.drive(get.replace(b"1.1", b"1.0")).answer.status == 200


def test_paused_does_not_hang(http: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if a proposal to switch protocols got through, h11's PAUSED is not waited for."""
    data = b"POST /a HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc"
    head = data[:-3]
    passed = wirecheck.Head("POST", "/a", "/a", None, "1.1", 3, hostless=False, wire=head)
    monkeypatch.setattr(wirecheck, "check", lambda *_: passed)
    result = http.run([data + data])
    assert [request.body for request in result.requests] == [b"abc", b"abc"]
    assert len(result.answers) == 2


def test_what_h11_alone_refuses_is_a_400(http: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    passed = wirecheck.Head("GET", "/a", "/a", None, "1.1", 0, hostless=False, wire=b"GET /a HTTP/1.1\r\n\r\n")
    monkeypatch.setattr(wirecheck, "check", lambda *_: passed)
    assert http.run([GET]).answer.status == 400


def test_the_dependency_is_in_range() -> None:
    """h11 before 0.16 takes any two bytes for the end of a chunk (CVE-2025-43859)."""
    major, minor = (int(part) for part in h11.__version__.split(".")[:2])
    assert (0, 16) <= (major, minor) < (1, 0)
