# SPDX-License-Identifier: GPL-2.0-or-later
"""Paths, queries and forms: percent-decoding, splitting, and the types that slurmrestd reads out of text.

Rule 1: what is not plainly well-formed is refused with 400; nothing is repaired (RFC 3986 section 2.3, slurmrestd).
Rule 2: text stays as it was sent. Whoever wants a number asks for it here, so an account "007" stays one.
Rule 3: digits are checked before int(); text from the wire never reaches it with a sign, blank or underscore unseen.
"""

from __future__ import annotations

from slurmrest_inet.http.dialect import Dialect
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import TypeAlias

# What one value of a query, a form or a parsed body can be, containers apart.
Scalar: TypeAlias = "bool | int | float | str | None"
# What one key of a query can have from 24.11 on.
Repeated: TypeAlias = "bool | str | list[bool | str | None] | None"

# RFC 3986 section 2.3, and the sign of escapes. slurmrestd refuses even comma and colon when they are not escaped.
_PLAIN_BYTES = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%"
_BAD_ESCAPE = b"%(?![0-9A-Fa-f]{2})|%00|%[Ff][Ff]"
_TRUE = ("y", "yes", "t", "true", "on")
_FALSE = ("n", "no", "f", "false", "off")
_INT64_MAX = 2**63 - 1


_PLAIN = Dialect()


def split_path(path: str, dialect: Dialect = _PLAIN) -> tuple[str, ...]:
    """The decoded segments of a raw path; repeated and trailing slashes do not count.

    Raises RestError for a "..", a byte outside the unreserved ones, a bad escape, %00, %FF and what is no UTF-8.
    """
    segments = []
    dot = ""
    for part in path.split("/"):
        if not part:
            continue
        try:
            segment = dot + _decode(part.encode("ascii"))
        except ValueError:
            raise dialect.bad_path.error("bad character or escape in the path") from None
        if segment == ".":
            # slurmrestd drops a last "." and, before 26.05, glues any other to the segment behind it: 404.
            dot = "" if dialect.dot_is_nothing else "."
            continue
        dot = ""
        if segment == "..":
            raise dialect.bad_path.error("'..' in the path")
        segments.append(segment)
    return tuple(segments)


def parse_query(text: str | bytes | None, dialect: Dialect = _PLAIN) -> dict[str, Any]:
    """The pairs of a URL query or of a form (application/x-www-form-urlencoded), still as text.

    "&" and ";" separate, "+" is a blank, the last of equal keys wins, a key without "=" or without a value has None.
    Where a dialect lets them be repeated, equal keys have a list, and a key without "=" is true.
    Raises RestError for a pair without a key, a second "=" behind a value, and whatever `split_path` refuses.
    """
    pairs = _pairs(text, dialect)
    if not dialect.repeats:
        return {key: value if isinstance(value, str) else None for key, value in pairs}
    found: dict[str, Repeated] = {}
    for key, value in pairs:
        before = found.get(key)
        if key not in found:
            found[key] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            found[key] = [before, value]
    return found


def from_body(body: dict[str, Any] | list[Any] | str) -> dict[str, Any] | None:
    """The query that stands in a parsed body; None if that is not one flat object."""
    if not isinstance(body, dict) or any(isinstance(value, (dict, list)) for value in body.values()):
        return None
    return {name: value if value is None or value is True else as_text(value) for name, value in body.items()}


def infer(text: str) -> Scalar:
    """What slurmrestd 22.05 sees in a text: nothing, a truth, a 64-bit integer, a float with a point, else the text."""
    if not text:
        return None
    word = text.lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    if not text.isascii():
        return text
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if digits.isdigit():
        digits = digits.lstrip("0")
        # Clamped as strtoll(3) does, and without an int() of a megabyte.
        size = int(digits or "0") if len(digits) < 20 else _INT64_MAX + 1
        return max(-size, -_INT64_MAX - 1) if sign == "-" else min(size, _INT64_MAX)
    whole, point, rest = digits.partition(".")
    fraction, exponent, power = rest.lower().partition("e")
    power = power[1:] if power[:1] in ("+", "-") else power
    shape = point and (not whole or whole.isdigit()) and (not fraction or fraction.isdigit()) and (whole or fraction)
    if shape and bool(exponent) == power.isdigit():
        return float(text)
    return text


def as_int(value: Scalar) -> int:
    """A whole number (int64) where one is wanted: floats are rounded to even. Raises ValueError for anything else."""
    if isinstance(value, str):
        value = infer(value)
    if isinstance(value, float):
        if value in (float("inf"), float("-inf")) or value != value:  # noqa: PLR0124 - NaN, without importing math
            raise ValueError(value)
        value = max(min(round(value), _INT64_MAX), -_INT64_MAX - 1)
    if value is None or isinstance(value, (bool, str)):
        raise ValueError(value)
    return value


def as_text(value: Scalar) -> str:
    """A text where one is wanted, of a value that came typed (JSON): numbers and truths as slurmrestd prints them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:f}"
    return str(value)


def _pairs(text: str | bytes | None, dialect: Dialect) -> list[tuple[str, bool | str | None]]:
    try:
        raw = text.encode("ascii") if isinstance(text, str) else text or b""
        return [_pair(pair) for pair in raw.replace(b";", b"&").split(b"&") if pair]
    except ValueError:
        raise dialect.bad_query.error("malformed query or form") from None


def _pair(pair: bytes) -> tuple[str, bool | str | None]:
    key, equals, value = pair.replace(b"+", b"%20").partition(b"=")
    if not key:
        raise ValueError(pair)
    # "a==c" is "a=c" to slurmrestd, and "a==" is "a=".
    value = value.lstrip(b"=")
    return _decode(key), _decode(value) if value else None if equals else True


def _decode(raw: bytes) -> str:
    # Raises ValueError (UnicodeError is one) for everything that Rule 1 refuses.
    if raw.translate(None, _PLAIN_BYTES):
        raise ValueError(raw)
    if b"%" in raw:
        import re  # noqa: PLC0415 - most paths and queries have no escape, and `re` is a tenth of a ping
        from binascii import a2b_qp  # noqa: PLC0415 - likewise

        if re.search(_BAD_ESCAPE, raw):
            raise ValueError(raw)
        # The same escapes but for the sign, which cannot stand here; in C, and without an object for each.
        raw = a2b_qp(raw.replace(b"%", b"="))
    return raw.decode("utf-8")
