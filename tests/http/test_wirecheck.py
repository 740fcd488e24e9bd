# SPDX-License-Identifier: GPL-2.0-or-later
"""What h11 lets through and we do not, one case per rule, each whole, byte by byte and followed by another request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h11
import pytest

from slurmrest_inet.http import wirecheck
from slurmrest_inet.http.dialect import Dialect, Refusal
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import RestError

if TYPE_CHECKING:
    from conftest import Tools

LINE = b"GET /a HTTP/1.1\r\n"
HOST = b"Host: h\r\n"
SMALL = Limits(head_bytes=200, header_count=4, target_bytes=20, body_bytes=10)


def get(*fields: bytes, line: bytes = LINE, host: bytes = HOST) -> bytes:
    return line + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return get(*fields, line=b"POST /a HTTP/1.1\r\n") + body


REFUSED = [
    # Line ends: RFC 9112 section 2.2 lets a recipient take a bare LF; two recipients that differ are a smuggling hole.
    ("bare LF in the request line", b"GET /a HTTP/1.1\nHost: h\r\n\r\n", 400),
    ("bare LF in a field", b"GET /a HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", 400),
    ("bare LF as the end", b"GET /a HTTP/1.1\r\nHost: h\r\n\n", 400),
    ("LF LF as the end", b"GET /a HTTP/1.1\r\nHost: h\n\n", 400),
    ("all LF", get().replace(b"\r\n", b"\n"), 400),
    ("bare CR in a field", get(b"A: b\rc"), 400),
    ("bare CR in the request line", b"GET /a\rb HTTP/1.1\r\n\r\n", 400),
    ("CR CR LF", b"GET /a HTTP/1.1\r\nA: b\r\r\n\r\n", 400),
    ("LF first", b"\n" + get(), 400),
    ("two empty lines first", b"\r\n\r\n" + get(), 400),
    ("CR first", b"\rGET / HTTP/1.1\r\n\r\n", 400),
    # RFC 9112 section 5.2
    ("obs-fold", get(b"A: b", b" c"), 400),
    ("obs-fold with a tab", get(b"A: b", b"\tc"), 400),
    ("obs-fold first", get(b" A: b", host=b""), 400),
    # RFC 9112 section 2.3 and RFC 9110 section 15.6.6
    ("HTTP/0.9", get(line=b"GET /a HTTP/0.9\r\n"), 505),
    ("HTTP/1.2", get(line=b"GET /a HTTP/1.2\r\n"), 505),
    ("HTTP/2.0", get(line=b"GET /a HTTP/2.0\r\n"), 505),
    ("HTTP/9.9", get(line=b"GET /a HTTP/9.9\r\n", host=b""), 505),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("HTTP/2", get(line=b"GET /a HTTP/2\r\n"), 400),
    ("http/1.1", get(line=b"GET /a http/1.1\r\n"), 400),
    ("HTTP/11.1", get(line=b"GET /a HTTP/11.1\r\n"), 400),
    ("HTTP/1.1 with more behind", get(line=b"GET /a HTTP/1.1x\r\n"), 400),
    ("HTTP/1,1", get(line=b"GET /a HTTP/1,1\r\n"), 400),
    ("HTTP/+.1", get(line=b"GET /a HTTP/+.1\r\n"), 400),
    ("HTTP/1.", get(line=b"GET /a HTTP/1.\r\n"), 400),
    ("no version", b"GET /a\r\n\r\n", 400),
    ("blank version", b"GET /a \r\n\r\n", 400),
    ("one word", b"GET\r\n\r\n", 400),
    ("two blanks", get(line=b"GET  /a HTTP/1.1\r\n"), 400),
    ("tab", get(line=b"GET\t/a\tHTTP/1.1\r\n"), 400),
    ("blank first", b" GET /a HTTP/1.1\r\n\r\n", 400),
    ("blank last", get(line=b"GET /a HTTP/1.1 \r\n"), 400),
    ("TLS on the plain port", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    # RFC 9110 section 5.5
    *(
        (f"byte {byte:#04x} in a value", get(b"A: b%cc" % byte), 400)
        for byte in (0, 1, 8, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F)
    ),
    # RFC 9112 section 5.1 and RFC 9110 section 5.6.2
    ("blank before the colon", get(b"A : b"), 400),
    ("tab before the colon", get(b"A\t: b"), 400),
    ("no colon", get(b"A"), 400),
    ("no name", get(b": b"), 400),
    ("blank in the name", get(b"A B: c"), 400),
    ("slash in the name", get(b"A/B: c"), 400),
    ("non-ASCII in the name", get(b"\xc3\xa4: c"), 400),
    # RFC 9112 section 3.2 and RFC 9110 section 7.2
    ("Host empty", get(host=b"Host:\r\n"), 400),
    ("Host of blanks", get(host=b"Host:  \r\n"), 400),
    ("Host with userinfo", get(host=b"Host: u@h\r\n"), 400),
    ("Host with a path", get(host=b"Host: h/a\r\n"), 400),
    ("Host with a comma", get(host=b"Host: h, i\r\n"), 400),
    ("Host with a blank", get(host=b"Host: h i\r\n"), 400),
    ("Host with a bad port", get(host=b"Host: h:8x\r\n"), 400),
    ("Host with two ports", get(host=b"Host: h:8:9\r\n"), 400),
    ("Host with half an address", get(host=b"Host: [::1\r\n"), 400),
    ("Host with an empty address", get(host=b"Host: []\r\n"), 400),
    ("Host with more behind an address", get(host=b"Host: [::1]x\r\n"), 400),
    ("two Hosts", get(b"Host: i"), 400),
    ("the same Host twice", get(b"Host: h"), 400),
    # RFC 9112 section 6.3
    ("Content-Length list", post(b"Content-Length: 3, 3", body=b"abc"), 400),
    ("Content-Length twice", post(b"Content-Length: 3", b"Content-Length: 3", body=b"abc"), 400),
    ("two Content-Lengths", post(b"Content-Length: 3", b"Content-Length: 4", body=b"abc"), 400),
    ("Content-Length 0 twice", get(b"Content-Length: 0", b"Content-Length: 0"), 400),
    *(
        (f"Content-Length {text!r}", post(b"Content-Length: " + text, body=b"abc"), 400)
        for text in (b"", b"+3", b"-1", b"3x", b"0x3", b"3_0", b"3 0", b"3.0", b"\xb3", b"\xd9\xa3")
    ),
    ("Content-Length over the limit", post(b"Content-Length: 52428801", body=b"abc"), 413),
    ("Content-Length of 20 digits", post(b"Content-Length: 99999999999999999999"), 413),
    ("Content-Length of 5,000 digits", post(b"Content-Length: " + b"9" * 5000), 413),
    # The chunk parser's weaknesses are out of reach when no coding is taken, as on slurmrestd.
    ("chunked", post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), 406),
    ("identity", post(b"Transfer-Encoding: identity"), 406),
    ("Transfer-Encoding empty", post(b"Transfer-Encoding:"), 406),
    ("Transfer-Encoding unknown", post(b"Transfer-Encoding: foo"), 406),
    ("Transfer-Encoding on HTTP/1.0", get(b"Transfer-Encoding: chunked", line=b"POST /a HTTP/1.0\r\n"), 406),
    ("Transfer-Encoding behind Content-Length", post(b"Content-Length: 3", b"Transfer-Encoding: chunked"), 406),
    ("Transfer-Encoding before Content-Length", post(b"tRANSFER-eNCODING: chunked", b"Content-Length: 3"), 406),
    ("chunk size with a blank", post(b"Transfer-Encoding: chunked", body=b"1 \r\na\r\n0\r\n\r\n"), 406),
    ("forbidden trailer", post(b"Transfer-Encoding: chunked", body=b"0\r\nHost: i\r\n\r\n"), 406),
    ("Content-Encoding", post(b"Content-Encoding: gzip"), 406),
    ("Content-Encoding identity", post(b"Content-Encoding: identity"), 406),
    # RFC 9112 section 3.2
    ("CONNECT", get(line=b"CONNECT h:80 HTTP/1.1\r\n"), 400),
    ("fragment", get(line=b"GET /a#b HTTP/1.1\r\n"), 400),
    ("fragment in the query", get(line=b"GET /a?b#c HTTP/1.1\r\n"), 400),
    ("no slash", get(line=b"GET a HTTP/1.1\r\n"), 400),
    ("query alone", get(line=b"GET ?a HTTP/1.1\r\n"), 400),
    ("control byte in the target", get(line=b"GET /a\x01 HTTP/1.1\r\n"), 400),
    ("DEL in the target", get(line=b"GET /a\x7f HTTP/1.1\r\n"), 400),
    ("non-ASCII in the target", get(line=b"GET /\xc3\xa4 HTTP/1.1\r\n"), 400),
    ("another scheme", get(line=b"GET ftp://h/a HTTP/1.1\r\n"), 400),
    ("URI without authority", get(line=b"GET http:///a HTTP/1.1\r\n"), 400),
    ("URI with userinfo", get(line=b"GET http://u@h/a HTTP/1.1\r\n"), 400),
    # Methods
    *((method, get(line=method.encode() + b" /a HTTP/1.1\r\n"), 400) for method in ("FOO", "get", "QUERY", "G[T", "")),
    # RFC 9110 section 10.1.1
    ("unknown expectation", get(b"Expect: foo"), 417),
    ("empty expectation", get(b"Expect:"), 417),
    ("two expectations", get(b"Expect: 100-continue, foo"), 417),
    ("a second expectation", get(b"Expect: 100-continue", b"Expect: foo"), 417),
    ("unknown expectation on HTTP/1.0", get(b"Expect: foo", line=b"POST /a HTTP/1.0\r\n"), 417),
]


@pytest.mark.parametrize(("data", "status"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused(http: Tools, data: bytes, status: int) -> None:
    result = http.drive(data)
    answer = result.answer
    assert answer.status == status
    assert answer.complete
    assert answer.headers["connection"] == "close"
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.body) > 0
    assert result.requests == []
    assert result.session.closed
    assert result.session.failed  # slurmrestd's process ends with 1 after these
    ((target, observed, sent, reason, error),) = result.observed
    assert (target, observed, sent, error) == (None, status, len(result.wire), None)
    assert reason


@pytest.mark.parametrize("data", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_before_h11_sees_it(data: bytes) -> None:
    buffer, limits = bytearray(data), Limits()
    with pytest.raises(RestError):
        wirecheck.check(bytes(buffer[: wirecheck.Scanner(limits).end(buffer)]), limits)


@pytest.mark.parametrize("method", ["PROPFIND", "M-SEARCH", "SOURCE"])
def test_methods_without_a_route_are_left_to_who_knows_the_paths(http: Tools, method: str) -> None:
    (request,) = http.drive(get(line=method.encode() + b" /a HTTP/1.1\r\n")).requests
    assert request.method == method


LATER = Dialect(
    head=Refusal(404, ""), unknown_method=Refusal(405, "Invalid HTTP method"), connect=Refusal(404, "Invalid URL path")
)


@pytest.mark.parametrize(
    ("line", "status", "text"),
    [
        (b"HEAD /later/a HTTP/1.1\r\n", 404, ""),
        (b"HEAD /a HTTP/1.1\r\n", 411, ""),
        (b"FOO /later/a HTTP/1.1\r\n", 405, "Invalid HTTP method"),
        (b"FOO /a HTTP/1.1\r\n", 400, "Unknown request method"),
        (b"CONNECT h:80 HTTP/1.1\r\n", 400, "Unknown request method"),
    ],
)
def test_the_target_decides_whose_words_are_used(http: Tools, line: bytes, status: int, text: str) -> None:
    def dialect(path: str) -> Dialect:
        return LATER if path.startswith("/later") else Dialect()

    answer = http.drive(get(line=line), dialect=dialect).answer
    assert (answer.status, answer.body.decode()) == (status, text)
    assert answer.headers.get("allow") == ("DELETE, GET, POST" if status == 405 else None)


def test_folded_fields_are_named(http: Tools) -> None:
    assert http.drive(get(b"A: b", b" C: d")).observed[0][3] == "obs-fold"


ACCEPTED = [
    ("no Host", get(host=b"")),
    ("no Host on HTTP/1.0", get(line=b"GET /a HTTP/1.0\r\n", host=b"")),
    ("Host with a port", get(host=b"Host: example.org:6820\r\n")),
    ("Host with an empty port", get(host=b"Host: h:\r\n")),
    ("Host that is an IPv6 address", get(host=b"Host: [2001:db8::1]:6820\r\n")),
    ("empty line first", b"\r\n" + get()),
    ("empty value", get(b"A:")),
    ("no blank before the value", get(b"A:b")),
    ("blanks around the value", get(b"A: \t b \t ")),
    ("non-ASCII value", get(b"A: \xc3\xa4\xff")),
    ("tab in a value", get(b"A: b\tc")),
    ("absolute URI", get(line=b"GET http://h:1/a HTTP/1.1\r\n")),
    ("https URI", get(line=b"GET HTTPS://h/a HTTP/1.1\r\n")),
    ("Content-Length with zeros", get(b"Content-Length: 000")),
    ("Keep-Alive of a real client", get(b"Keep-Alive: timeout=5")),
    ("Upgrade that Connection does not name", get(b"Upgrade: h2c")),
    ("Upgrade", get(b"Connection: Upgrade", b"Upgrade: h2c")),
    ("Connection: Upgrade alone", get(b"Connection: Upgrade")),
    ("100 fields", get(*[b"A: b"] * 99)),
]


@pytest.mark.parametrize("data", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_accepted(http: Tools, data: bytes) -> None:
    result = http.drive(data)
    assert result.answer.status == 200
    (request,) = result.requests
    assert (request.method, request.path, request.query, request.body) == ("GET", "/a", None, b"")
    assert not result.session.failed


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", None),
        ("/a?", "/a", ""),
        ("/a?b=c?d", "/a", "b=c?d"),
        ("//a", "//a", None),
        ("*", "*", None),
        ("http://h", "/", None),
        ("http://h?b", "/", "b"),
        ("http://h/a?http://i/", "/a", "http://i/"),
    ],
)
def test_target_is_split(http: Tools, target: str, path: str, query: str | None) -> None:
    (request,) = http.drive(get(line=b"GET %b HTTP/1.1\r\n" % target.encode())).requests
    assert (request.target, request.path, request.query) == (target, path, query)


def test_fields_arrive_as_sent_but_for_case_and_outer_blanks(http: Tools) -> None:
    (request,) = http.drive(get(b"X-Slurm-User-NAME:  a b\t", b"A: 1", b"a: 2", host=b"")).requests
    assert request.headers == ((b"x-slurm-user-name", b"a b"), (b"a", b"1"), (b"a", b"2"))
    assert request.header(b"a") == b"1"
    assert request.header(b"host") is None


@pytest.mark.parametrize(
    "fields", [[], [b"Content-Length: 0"], [b"Content-Length: 3"], [b"Transfer-Encoding: chunked"]]
)
def test_head_is_answered_without_a_body(http: Tools, fields: list[bytes]) -> None:
    result = http.drive(get(*fields, line=b"HEAD /a HTTP/1.1\r\n"))
    assert result.answer.status == (406 if fields == [b"Transfer-Encoding: chunked"] else 411)
    assert result.answer.headers["content-length"] == "0"
    assert "content-type" not in result.answer.headers
    assert result.wire.endswith(b"\r\n\r\n")


def test_malformed_head_request_is_answered_without_a_body(http: Tools) -> None:
    assert http.drive(b"HEAD /a HTTP/1.1\n").wire.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("data", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
@pytest.mark.parametrize(
    "ends", [(b"\r\n", b"\n"), (b"\r\n\r\n", b"\n\n"), (b"\r\n\r\n", b"\n\r\n"), (b"1\r\n", b"1\n")]
)
def test_bare_line_feeds_where_nobody_else_reads(http: Tools, data: bytes, ends: tuple[bytes, bytes]) -> None:
    mixed = data.replace(*ends)
    result = http.drive(mixed, lenient=True)
    assert result.answer.status == 200
    assert result.requests == http.drive(data).requests


def test_bare_line_feeds_end_heads_only(http: Tools) -> None:
    data = b"POST /a HTTP/1.1\nContent-Length: 6\n\na\nb\r\nc\nGET /a HTTP/1.1\n\n"
    assert [request.body for request in http.drive(data, lenient=True).requests] == [b"a\nb\r\nc", b""]


LENIENT_REFUSED = [
    ("CR CR LF", b"GET /a HTTP/1.1\nA: b\r\r\n\n"),
    ("bare CR", b"GET /a HTTP/1.1\nA: b\rc\n\n"),
    ("obs-fold", b"GET /a HTTP/1.1\nA: b\n c\n\n"),
    ("no version", b"GET /a\n\n"),
    ("two empty lines first", b"\n\nGET /a HTTP/1.1\n\n"),
    ("CR in the request line", b"GET /a\r HTTP/1.1\n\n"),
]


@pytest.mark.parametrize("data", [case[1] for case in LENIENT_REFUSED], ids=[case[0] for case in LENIENT_REFUSED])
def test_what_stays_refused_where_nobody_else_reads(http: Tools, data: bytes) -> None:
    assert http.drive(data, lenient=True).answer.status == 400


# As the real slurmrestd 22.05 ends, when the input ends here: without an answer and with 0, or refusing and with 1.
HALF = [
    *((data, 0) for data in (b"", b"\r", b"\r\n", b"G", b"GE", b"GET", b"GET ", b"GET /", b"GET /a", b"GET /a\r\n")),
    *((data, 0) for data in (b"GET /a ", b"GET /a HTTP", b"GET /a HTTP/", b"GET /a HTTP/1", b"GET /a HTTP/1.1")),
    *((data, 0) for data in (b"GET /a HTTP/1.1\r", b"GET /a HTTP/2.0\r\n", b"PROPFIND", b"PROPFIND /a", b"M-")),
    *((LINE + data, 0) for data in (b"", b"A", b"A: b", b"A: b\r\n", b"A: b\r\n\r")),
    (b"HEAD /a HTTP/1.1\r\n", 0),
    (post(b"Content-Length: 5", body=b"ab"), 0),
    *(
        (data, 400)
        for data in (b"INVALID", b"INVALID\r\n", b"INVALID\r\nINVALID\r\n", b"g", b"GX", b"GETX", b"garbage")
    ),
    *((data, 400) for data in (b"GET /a X", b"GET /a HTTP/x", b"GET /a HTTP/1.1 ", b"GET /a HTTP/1.1x", b"GET /\x01")),
    *((data, 400) for data in (b" GET", b"\r\nINV", b"\x16\x03\x01", b"GETX\r\n", b"GET /a HTTP/1.1\rx")),
    *((LINE + data, 400) for data in (b"A: b\r\nbad\r\n", b"Content-Length: x\r\n", b"Content-Length: x\r\nA")),
    (LINE + b"Transfer-Encoding: chunked\r\n", 406),
]


@pytest.mark.parametrize(("data", "status"), HALF)
def test_half_a_head(http: Tools, data: bytes, status: int) -> None:
    result = http.drive(data, eof=True)
    assert [answer.status for answer in result.answers] == ([status] if status else [])
    assert result.session.failed == bool(status)
    assert result.session.closed
    behind = http.drive(get() + data, eof=True)
    assert [answer.status for answer in behind.answers] == [200, *([status] if status else [])]
    assert behind.session.failed == bool(status)


def of_size(size: int, filler: bytes = b"A: %b\r\n") -> bytes:
    """A complete head of exactly that many bytes."""
    return LINE + filler % (b"b" * (size - len(LINE) - len(filler % b"") - 2)) + b"\r\n"


LIMITS = [
    ("head at the limit", of_size(200), 200),
    ("head over the limit", of_size(201), 431),
    ("head far over the limit", of_size(5000), 431),
    ("head over the limit without an end", LINE + b"A: " + b"b" * 500, 431),
    ("fields at the limit", get(*[b"A: b"] * 4, host=b""), 200),
    ("fields over the limit", get(*[b"A: b"] * 5, host=b""), 431),
    ("fields over the limit without an end", LINE + b"A: b\r\n" * 5, 431),
    ("target at the limit", get(line=b"GET /%b HTTP/1.1\r\n" % (b"a" * 19)), 200),
    ("target over the limit", get(line=b"GET /%b HTTP/1.1\r\n" % (b"a" * 20)), 414),
    ("request line without an end", b"GET /" + b"a" * 100, 414),
    ("endless method", b"A" * 100, 414),
    ("target over the limit, then the head", get(line=b"GET /%b HTTP/1.1\r\n" % (b"a" * 500)), 414),
    ("bare LF before the limit", LINE + b"A: b\n" + b"c" * 500, 400),
    ("bare LF behind the limit", LINE + b"A: " + b"c" * 500 + b"\n", 431),
    ("body at the limit", post(b"Content-Length: 10", body=b"0123456789"), 200),
    ("body over the limit", post(b"Content-Length: 11"), 413),
]


@pytest.mark.parametrize(("data", "status"), [case[1:] for case in LIMITS], ids=[case[0] for case in LIMITS])
def test_limits(http: Tools, data: bytes, status: int) -> None:
    result = http.drive(data, limits=SMALL)
    assert result.answer.status == status
    assert result.session.closed == (status != 200)


def test_a_long_token_fits(http: Tools) -> None:
    result = http.run([get(b"X-SLURM-USER-TOKEN: " + b"e" * 60_000)])
    assert result.answer.status == 200


@pytest.mark.parametrize("data", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_what_passes_is_read_alike_by_h11(data: bytes) -> None:
    """Two readers of one head must not differ: that is what request smuggling is made of."""
    head = wirecheck.check(data.removeprefix(b"\r\n"), Limits())
    server = h11.Connection(h11.SERVER, 1_000_000)
    server.receive_data(head.wire)
    event = server.next_event()
    assert isinstance(event, h11.Request)
    assert (event.method, event.target, event.http_version) == (
        head.method.encode(),
        head.target.encode(),
        head.version.encode(),
    )


def test_scanner_looks_at_each_byte_once() -> None:
    """Quadratic time would be an attack: 80 KB in single bytes, each rescanning the head."""

    class Counting(bytearray):
        looked = 0

        def find(self, needle: bytes, start: int = 0) -> int:  # type: ignore[override]
            Counting.looked += len(self) - start
            return super().find(needle, start)

    scanner = wirecheck.Scanner(Limits())
    buffer = Counting()
    data = LINE + b"A: b\r\n" * 90 + b"B: " + b"c" * 20_000
    for byte in data:
        buffer.append(byte)
        assert scanner.end(buffer) == 0
    assert Counting.looked <= 2 * len(data)


def refusal(head: bytes) -> str:
    try:
        wirecheck.check(head, Limits())
    except RestError as error:
        return f"{error.text} {error.reason}"
    return ""


def test_errors_name_no_input() -> None:
    """A refused head may hold a token: neither the answer nor the log's reason repeats it."""
    heads = [data[: data.index(b"\r\n\r\n") + 4] for _, data, _ in REFUSED if b"\r\n\r\n" in data]
    refusals = [refusal(head.replace(b"A: b", b"A: s3cret")) for head in heads]
    assert sum(map(bool, refusals)) > 80
    assert not any("s3cret" in text for text in refusals)
