# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers on the wire, read in two ways: ours as RFC 9112 has it, the real server's as well as it can be.

Rule 1: `strict` raises MalformedError for whatever a careful client could object to; nothing of ours is read otherwise.
Rule 2: `lenient` never fails. What was odd stands in `Answer.oddities`, so that a comparison can still see it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_STATUS_LINE = re.compile(rb"HTTP/(\d\.\d) (\d{3}) ([\t !-~]*)\Z")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?)[ \t]*\Z"
)
_BODILESS = (204, 304)
_DEMANDED = {401: "www-authenticate", 405: "allow"}
"""Fields without which an answer of that status is none (RFC 9110 sections 15.5.2 and 15.5.6)."""


class MalformedError(Exception):
    """Bytes that are no HTTP answer."""


class Answer(NamedTuple):
    """One answer. `headers`: lower-case names. `framing`: how the body's end was told: length, chunked, close, none."""

    version: str
    status: int
    reason: str
    headers: dict[str, str]
    framing: str
    body: bytes
    oddities: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether the server says that it closes."""
        return self.headers.get("connection", "").lower() == "close"


def strict(data: bytes) -> list[Answer]:
    """All answers of one connection that has ended, interim ones too; raises MalformedError."""
    answers = []
    while data:
        answer, data = strict_one(data)
        answers.append(answer)
        if data and answer.closes:
            raise MalformedError(f"{len(data)} bytes after an answer that closes: {data[:80]!r}")
    return answers


def strict_one(data: bytes) -> tuple[Answer, bytes]:
    """The first answer of `data` and what follows it; raises MalformedError, also when the answer is not complete."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        raise MalformedError(f"no end of head: {data[-80:]!r}")
    first, *lines = head.split(b"\r\n")
    version, status, reason = _status(first)
    headers: dict[str, str] = {}
    for line in lines:
        match = _FIELD.match(line)
        if not match:
            raise MalformedError(f"no header line: {line!r}")
        name = match[1].decode().lower()
        if name in headers:
            raise MalformedError(f"header {name} twice")
        headers[name] = match[2].decode("latin-1")
    if status in _DEMANDED and _DEMANDED[status] not in headers:
        raise MalformedError(f"{status} without {_DEMANDED[status]}")
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if length is not None and coding is not None:
        raise MalformedError("Content-Length and Transfer-Encoding")
    if status < 200 or status in _BODILESS:
        if length is not None or coding is not None:
            raise MalformedError(f"{status} with a body's headers")
        return Answer(version, status, reason, headers, "none", b""), rest
    if coding is not None:
        if coding != "chunked" or version != "1.1":
            raise MalformedError(f"Transfer-Encoding {coding} in HTTP/{version}")
        body, rest = _unchunk(rest)
        return Answer(version, status, reason, headers, "chunked", body), rest
    if length is not None:
        if not re.fullmatch("[0-9]+", length) or len(rest) < int(length):
            raise MalformedError(f"Content-Length {length} with {len(rest)} bytes left")
        return Answer(version, status, reason, headers, "length", rest[: int(length)]), rest[int(length) :]
    if version == "1.1" and headers.get("connection", "").lower() != "close":
        raise MalformedError("a body without an end on a connection that stays")
    return Answer(version, status, reason, headers, "close", rest), b""


def _status(line: bytes) -> tuple[str, int, str]:
    match = _STATUS_LINE.match(line)
    if not match:
        raise MalformedError(f"no status line: {line[:80]!r}")
    return match[1].decode(), int(match[2]), match[3].decode()


def _unchunk(data: bytes) -> tuple[bytes, bytes]:
    body = []
    place = 0
    while True:
        end = data.find(b"\r\n", place, place + 10)
        line = data[place:end] if end >= 0 else data[place : place + 80]
        if end < 0 or not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
            raise MalformedError(f"no chunk size: {line!r}")
        size = int(line, 16)
        place = end + 2 + size
        if data[place : place + 2] != b"\r\n":
            raise MalformedError("a chunk without its end")
        if not size:
            return b"".join(body), data[place + 2 :]
        body.append(data[end + 2 : place])
        place += 2


def lenient(data: bytes) -> list[Answer]:
    """All that can be made out of `data` as answers."""
    answers: list[Answer] = []
    while data:
        if not data.startswith(b"HTTP/"):
            at = data.find(b"HTTP/")
            stray, data = (data, b"") if at < 0 else (data[:at], data[at:])
            note = f"stray {stray[:60].decode('latin-1')!r}"
            if not answers:
                return [Answer("", 0, "", {}, "none", data, (note,))]
            answers[-1] = answers[-1]._replace(oddities=(*answers[-1].oddities, note))
            continue
        answer, data = _lenient_one(data)
        answers.append(answer)
    return answers


def _lenient_one(data: bytes) -> tuple[Answer, bytes]:
    line, _, data = data.partition(b"\r\n")
    version, status, reason = _status(line)
    headers: dict[str, str] = {}
    oddities = []
    while True:
        line, separator, after = data.partition(b"\r\n")
        if separator and not line:
            data = after
            break
        match = _FIELD.match(line)
        if not match or not separator:
            oddities.append("head without end")
            break
        headers[match[1].decode().lower()] = match[2].decode("latin-1")
        data = after
    length = int(headers.get("content-length", "0"))
    if len(data) < length:
        oddities.append(f"body of {len(data)} bytes, not {length}")
    framing = "length" if "content-length" in headers else "none"
    return Answer(version, status, reason, headers, framing, data[:length], tuple(oddities)), data[length:]
