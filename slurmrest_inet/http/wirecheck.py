# SPDX-License-Identifier: GPL-2.0-or-later
"""What h11 lets through and this server does not: the raw head of a request, checked before h11 sees a byte of it.

Rule 1: only bytes that passed here are fed to h11, so its leniency (bare LF, obs-fold, control bytes, lists of lengths)
        is out of reach.
Rule 2: the verdict depends on the bytes alone, never on how they were cut into reads: every check that runs on an
        incomplete head fires at a fixed position, everything else waits for the complete head.
Rule 3: numbers are digits before they are int(): int() takes signs, blanks and underscores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slurmrest_inet.http.message import RestError

if TYPE_CHECKING:
    from slurmrest_inet.http.session import Limits

# Methods that slurmrestd routes; the router answers for those that a path does not define.
ROUTED = frozenset(("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"))
# Registered method names that slurmrestd's parser knows and its router does not (IANA HTTP Method Registry).
_KNOWN = """
    ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE
    REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE
"""
KNOWN = frozenset(_KNOWN.split())
# The longest method with its blank, the blank and version behind the target, CRLF.
_LINE_ROOM = len("UNSUBSCRIBE ") + len(" HTTP/1.1\r\n")
_ALLOW = (("Allow", "GET, POST, DELETE"),)

_DIGITS = b"0123456789"
_ALNUM = _DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN = _ALNUM + b"!#$%&'*+-.^_`|~"  # RFC 9110 section 5.6.2
_VALUE = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))  # RFC 9110 section 5.5
_TARGET = bytes(range(0x21, 0x7F)).replace(b"#", b"")  # a fragment is never sent (RFC 9112 section 3.2)
_REG_NAME = _ALNUM + b"-._~%!$&'()*+;="  # RFC 3986 section 3.2.2 without the comma, which joins repeated fields
_IP_LITERAL = _ALNUM + b":.-_~!$&'()*+;="


class Head(NamedTuple):
    """A checked head. `wire` is what h11 is given; it differs from what came in by a Host line where there was none."""

    method: str
    target: str
    path: str
    query: str | None
    version: str
    length: int
    hostless: bool
    wire: bytes


class Scanner:
    """Finds the end of one head in a growing buffer, at most once over each byte."""

    __slots__ = ("_begun", "_limits", "_lines", "_seen", "_skipped", "_start")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._skipped = False
        self._begun = False
        self._lines = 0
        self._start = 0
        self._seen = 0

    @property
    def begun(self) -> bool:
        """Whether a byte of a request has been seen: an empty line before it does not count."""
        return self._begun

    def end(self, buffer: bytearray) -> int:
        """The size of the complete head at the start of `buffer`, its blank line included; 0 while it is incomplete.

        Removes one empty line in front of the request line (RFC 9112 section 2.2). Raises RestError: 400 for line ends
        other than CRLF, 414 for a request line, 431 for a head or a number of lines beyond the limits.
        """
        if not self._begun:
            if not self._skipped and buffer[:2] == b"\r\n":
                del buffer[:2]
                self._skipped = True
            if not buffer or (not self._skipped and buffer == b"\r"):
                return 0
            self._begun = True
            if buffer[0] <= 0x20:
                # Among others the first byte of a TLS handshake, which holds no line end to wait for.
                raise RestError(400, "Malformed request line", reason="blank or control byte first")
        limits = self._limits
        while True:
            line_feed = buffer.find(b"\n", self._seen)
            reached = len(buffer) if line_feed < 0 else line_feed + 1
            if self._lines == 0 and reached > limits.target_bytes + _LINE_ROOM:
                raise RestError(414, "Request target too long", reason="request line over the limit")
            if reached > limits.head_bytes:
                raise RestError(431, "Request head too large", reason="head over the limit of bytes")
            if line_feed < 0:
                self._seen = reached
                return 0
            if line_feed == self._start or buffer[line_feed - 1] != 0x0D:
                raise RestError(400, "Lines must end in CRLF", reason="bare LF in the head")
            if line_feed == self._start + 1:
                return reached
            if self._lines > limits.header_count:
                raise RestError(431, "Too many header fields", reason="head over the limit of fields")
            self._lines += 1
            self._start = self._seen = reached


def check(raw: bytes, limits: Limits) -> Head:
    """Judge one complete head as `Scanner` delimited it.

    Raises RestError with the status that slurmrestd 22.05 shows, or the RFC's where that release is broken:
    400 malformed, 405 a method or an upgrade that nothing here serves, 406 any transfer or content coding, 411 HEAD,
    413 a length over the limit (before any of it is read), 414, 417 an expectation other than 100-continue, 505.
    """
    lines = raw[:-4].split(b"\r\n")
    method, target, version = _request_line(lines[0], limits)
    path, query = _split_target(target)
    length = -1
    hosts = 0
    upgrade = switching = False
    for line in lines[1:]:
        name, value = _field(line)
        if name == b"host":
            hosts += 1
            _check_authority(value)
        elif name == b"content-length":
            if length >= 0:
                raise RestError(400, "Repeated Content-Length", reason="repeated Content-Length")
            length = _content_length(value, limits)
        elif name in (b"transfer-encoding", b"content-encoding"):
            raise RestError(406, f"{name.decode().title()} is not supported", reason=name.decode() + " in request")
        elif name == b"upgrade":
            upgrade = True
        elif name == b"connection":
            switching = switching or b"upgrade" in [option.strip(b" \t") for option in value.lower().split(b",")]
        elif name == b"expect" and value.lower() != b"100-continue":
            raise RestError(417, "Only the expectation 100-continue is supported", reason="unknown expectation")
    if hosts > 1:
        raise RestError(400, "Repeated Host", reason="repeated Host")
    if upgrade and switching:
        # One without the other asks for nothing (RFC 9110 section 7.8); slurmrestd ignores it too.
        raise RestError(405, "Upgrade is not supported", reason="upgrade in request", headers=_ALLOW)
    if method == "HEAD":
        raise RestError(411, "", reason="HEAD")
    hostless = not hosts and version == "1.1"
    if hostless:
        # slurmrestd never asked for one and Slurm's own clients leave it out; h11 insists on it.
        cut = raw.index(b"\r\n") + 2
        raw = raw[:cut] + b"Host: localhost\r\n" + raw[cut:]
    return Head(method, target, path, query, version, max(length, 0), hostless, raw)


def _request_line(line: bytes, limits: Limits) -> tuple[str, str, str]:
    words = line.split(b" ")
    if len(words) != 3 or words[0].translate(None, _TOKEN) or not words[0] or not words[1]:
        raise RestError(400, "Malformed request line", reason="request line is not method, target and version")
    method, target, version = words
    if len(target) > limits.target_bytes:
        raise RestError(414, "Request target too long", reason="target over the limit")
    number = version[5:6] + version[7:]
    if version[:5] + version[6:7] != b"HTTP/." or len(number) != 2 or number.translate(None, _DIGITS):
        raise RestError(400, "Malformed request line", reason="malformed HTTP version")
    if version not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise RestError(505, "Only HTTP/1.1 and HTTP/1.0 are supported", reason="unsupported HTTP version")
    if target.translate(None, _TARGET):
        raise RestError(400, "Malformed request target", reason="byte in the target that no URI holds")
    word = method.decode()
    if word in KNOWN:
        raise RestError(405, "Request method is not supported", reason="method without a route", headers=_ALLOW)
    if word not in ROUTED and word != "HEAD":
        raise RestError(400, "Unknown request method", reason="unknown method")
    return word, target.decode(), version[5:].decode()


def _split_target(target: str) -> tuple[str, str | None]:
    rest = target
    if target[0] != "/":
        scheme, mark, rest = target.partition("://")
        if not mark or scheme.lower() not in ("http", "https"):
            raise RestError(400, "Malformed request target", reason="target is neither a path nor an http URI")
        end = min(at for at in (rest.find("/"), rest.find("?"), len(rest)) if at >= 0)
        _check_authority(rest[:end].encode())
        rest = rest[end:]
    path, mark, query = rest.partition("?")
    return path or "/", query if mark else None


def _field(line: bytes) -> tuple[bytes, bytes]:
    if line[0] in b" \t":
        raise RestError(400, "Folded header fields are not supported", reason="obs-fold")
    name, colon, value = line.partition(b":")
    if not colon or not name or name.translate(None, _TOKEN):
        raise RestError(400, "Malformed header field", reason="malformed field name")
    if value.translate(None, _VALUE):
        raise RestError(400, "Malformed header field", reason="control byte in a field value")
    return name.lower(), value.strip(b" \t")


def _content_length(value: bytes, limits: Limits) -> int:
    if not value or value.translate(None, _DIGITS):
        raise RestError(400, "Malformed Content-Length", reason="Content-Length is not one number")
    digits = value.lstrip(b"0")
    # More digits than any limit has: not worth an int(), which is quadratic and, from some length on, refused.
    if len(digits) > 18 or int(digits or b"0") > limits.body_bytes:
        raise RestError(413, "Request body too large", reason="Content-Length over the limit")
    return int(digits or b"0")


def _check_authority(value: bytes) -> None:
    # host [ ":" port ], RFC 9110 section 7.2; userinfo is refused as section 4.2.4 advises.
    if value[:1] == b"[":
        host, bracket, port = value[1:].partition(b"]")
        good = bracket and host and not host.translate(None, _IP_LITERAL) and port[:1] in (b"", b":")
        port = port[1:]
    else:
        host, _, port = value.partition(b":")
        good = host and not host.translate(None, _REG_NAME)
    if not good or port.translate(None, _DIGITS):
        raise RestError(400, "Malformed Host", reason="malformed Host or authority")
