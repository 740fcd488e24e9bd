# SPDX-License-Identifier: GPL-2.0-or-later
"""What h11 lets through and this server does not: the raw head of a request, checked before h11 sees a byte of it.

Rule 1: only bytes that passed here are fed to h11, so its leniency (bare LF, obs-fold, control bytes, lists of lengths)
        is out of reach.
Rule 2: the verdict depends on the bytes alone, never on how they were cut into reads: every check that runs on an
        incomplete head fires at a fixed position, everything else waits for the complete head.
Rule 3: numbers are digits before they are int(): int() takes signs, blanks and underscores.
Rule 4: a bare line feed ends a line only where nobody else has read the same bytes (`lenient`): then nobody can have
        understood them in another way. slurmrestd takes it everywhere, and scripts write heads with echo.
"""

from __future__ import annotations

from slurmrest_inet.http.dialect import WordedError
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from slurmrest_inet.http.limits import Limits

# Methods that slurmrestd routes; the router answers for those that a path does not define.
ROUTED = frozenset(("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"))
# Registered method names that slurmrestd's parser knows and its router does not (IANA HTTP Method Registry): whoever
# routes says no to them, because the answer must name the methods of the path.
_KNOWN = """
    ACL BIND CHECKOUT COPY LINK LOCK M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MOVE NOTIFY PROPFIND PROPPATCH PURGE
    REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK UNLOCK UNSUBSCRIBE
"""
KNOWN = frozenset(_KNOWN.split())
# The longest method with its blank, the blank and version behind the target, CRLF.
_LINE_ROOM = len("UNSUBSCRIBE ") + len(" HTTP/1.1\r\n")

_DIGITS = b"0123456789"
_ALNUM = _DIGITS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN = _ALNUM + b"!#$%&'*+-.^_`|~"  # RFC 9110 section 5.6.2
_VALUE = b"\t" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))  # RFC 9110 section 5.5
_LINE = bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100)) + b"\r"
_VERSION = b"HTTP/0.0"
_ZEROS = bytes.maketrans(_DIGITS, b"0" * len(_DIGITS))  # any version becomes that one
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
    """Finds the end of one head in a growing buffer, at most once over each byte. lenient: see rule 4."""

    __slots__ = ("_begun", "_lenient", "_limits", "_lines", "_seen", "_skipped", "_start")

    def __init__(self, limits: Limits, *, lenient: bool = False) -> None:
        self._limits = limits
        self._lenient = lenient
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
            if not self._skipped:
                empty = 2 if buffer[:2] == b"\r\n" else 1 if self._lenient and buffer[:1] == b"\n" else 0
                del buffer[:empty]
                self._skipped = bool(empty)
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
            bare = line_feed == self._start or buffer[line_feed - 1] != 0x0D
            if bare and not self._lenient:
                raise RestError(400, "Lines must end in CRLF", reason="bare LF in the head")
            if line_feed == self._start + (not bare):
                return reached
            if self._lines > limits.header_count:
                raise RestError(431, "Too many header fields", reason="head over the limit of fields")
            self._lines += 1
            self._start = self._seen = reached


def check(raw: bytes, limits: Limits) -> Head:
    """Judge one complete head as `Scanner` delimited it.

    Raises RestError with the status that slurmrestd shows, or the RFC's where slurmrestd is broken: 400 malformed, 406
    any transfer or content coding, 411 HEAD, 413 a length over the limit (before any of it is read), 414, 417 an
    expectation other than 100-continue, 505.
    """
    lines = [line[:-1] if line[-1:] == b"\r" else line for line in raw.split(b"\n")[:-2]]
    method, target, version = _request_line(lines[0], limits)
    path, query = _split_target(method, target)
    length = -1
    hosts = 0
    kept = []
    for line in lines[1:]:
        name, value = _field(line)
        if name == b"upgrade":
            # Nobody is obliged to follow it (RFC 9110 section 7.8), and Java's client always asks for h2c. h11 would
            # wait for our decision, so it is not told.
            continue
        kept.append(line)
        if name == b"host":
            hosts += 1
            _check_authority(value)
        elif name == b"content-length":
            if length >= 0:
                raise RestError(400, "Repeated Content-Length", reason="repeated Content-Length")
            length = _content_length(value, limits)
        elif name in (b"transfer-encoding", b"content-encoding"):
            raise RestError(406, f"{name.decode().title()} is not supported", reason=name.decode() + " in request")
        elif name == b"expect" and value.lower() != b"100-continue":
            raise RestError(417, "Only the expectation 100-continue is supported", reason="unknown expectation")
    if hosts > 1:
        raise RestError(400, "Repeated Host", reason="repeated Host")
    if method == "HEAD":
        raise WordedError("head", path, "HEAD")
    hostless = not hosts and version == "1.1"
    if hostless:
        # slurmrestd never asked for one and Slurm's own clients leave it out; h11 insists on it.
        kept.insert(0, b"Host: localhost")
    wire = b"\r\n".join((lines[0], *kept, b"", b""))
    return Head(method, target, path, query, version, max(length, 0), hostless, wire)


def check_cut(raw: bytes, limits: Limits) -> None:
    """Judge a head that ended before it was complete: what could have become a request passes.

    slurmrestd answers to half a request nothing, but to rubbish as soon as it is none, so that a script sees it in the
    exit status. Raises RestError, 400 or 406.
    """
    *lines, last = raw.split(b"\n")
    first = lines[0] if lines else last
    words = first.rstrip(b"\r").split(b" ")
    method = words[0].decode("latin-1")
    known = ROUTED | KNOWN | {"HEAD"}
    named = method in known or (len(words) == 1 and not lines and any(one.startswith(method) for one in known))
    version = words[2] if len(words) == 3 else b""
    begun = _VERSION.startswith(version.translate(_ZEROS))
    if not named or len(words) > 3 or not begun or first.translate(None, _LINE):
        raise RestError(400, "Malformed request line", reason="input ended in what begins no request line")
    if len(lines) > 1:
        try:
            check(b"\n".join((*lines, b"", b"")), limits)
        except RestError as error:
            if error.status in (400, 406):
                raise


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
    return method.decode(), target.decode(), version[5:].decode()


def _split_target(method: str, target: str) -> tuple[str, str | None]:
    if method == "CONNECT":
        raise WordedError("connect", "", "CONNECT")
    if method not in ROUTED and method not in KNOWN and method != "HEAD":
        raise WordedError("unknown_method", target, "unknown method")
    if target == "*":
        return target, None  # the server as a whole (RFC 9112 section 3.2.4): no path is like that
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
