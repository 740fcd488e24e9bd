# SPDX-License-Identifier: GPL-2.0-or-later
"""JSON as json-c reads it, where that has one meaning only; slurmrestd leaves json-c's parser as it is.

Rule 1: Python's own reader in C takes what is RFC 8259 and surely small. `_Reader` takes the rest: what is written in
        json-c's manner (single quotes, comments, a comma at the end, zeros in front, "1.", True and NULL), and what is
        dense, which it weighs while it reads. Raw line ends and tabs in strings are taken by both: scripts come so.
Rule 2: what json-c cuts short, rounds or guesses is refused: bytes behind the value, "1e", NaN and Infinity, half a
        surrogate pair, a NUL in a text, bytes that are no UTF-8.
Rule 3: what a body becomes stays in proportion to its bytes, in memory and in steps; more is refused with 413.
"""

from __future__ import annotations

import json
import re
import sys
from json.decoder import scanstring  # type: ignore[attr-defined] # what json itself is made of

from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import Any

# json-c's own limit, which slurmrestd leaves in place.
DEPTH = 32
# Longer than any 64-bit number; int() is quadratic in the digits.
_DIGITS = 25
_MANY_DIGITS = b"0" * (_DIGITS + 1)
_DIGITS_ALONE = bytes(ord("0") if chr(code) in "0123456789" else ord(" ") for code in range(256))

# What a body may cost, in bytes: so much at all, and so much for each byte of it. Its text, in which a character has up
# to four bytes, counts twice: as a whole and in the values. The body itself is there, too.
_FREE = 32 << 20
_PER_BYTE = 8
# How many containers, members, items and comments `_Reader` may meet: each takes a microsecond. In dense JSON of real
# clients each has nine characters, in indented JSON sixteen.
_FREE_STEPS = 30_000
_CHARACTERS_A_STEP = 9

# Bytes in CPython: an object without members, with the first ones, an array, a place in either, a key that is new with
# its place among those known, a number, a text without its characters. Truths and small numbers exist once.
_EMPTY, _OBJECT, _ARRAY, _MEMBER, _ITEM, _KEY, _NUMBER, _STRING = 64, sys.getsizeof({"": 0}), 88, 64, 9, 160, 32, 64
_FIRST_MEMBERS = 5
# At most, for each of these characters: whatever it begins, ends or divides.
_WEIGHTS = ((b"{", _OBJECT), (b"[", _ARRAY), (b":", _MEMBER + _KEY + _STRING), (b",", _ITEM + _STRING))

_BLANK_CHARACTERS = " \t\r\n"
_BLANK = f"[{_BLANK_CHARACTERS}]*"
_PLAIN = r'"([^"\\]*)"'  # a string without an escape
_SHORT = r"(-?(?:0|[1-9][0-9]{0,17})(?![0-9.eE])|true\b|false\b|null\b)"
_SIMPLE_MEMBER = re.compile(rf"{_BLANK}{_PLAIN}{_BLANK}:{_BLANK}(?:{_PLAIN}|{_SHORT}){_BLANK}(,|\}})")
_KEY_OF_MORE = re.compile(rf"{_PLAIN}{_BLANK}:{_BLANK}([{{\[])")  # of an object or an array
_SIMPLE_ITEM = re.compile(rf"{_BLANK}(?:{_PLAIN}|{_SHORT}){_BLANK}(,|\])")
_BLANKS = re.compile(_BLANK)
_CONTAINERS = ("{", "[")
_COMMENTS = {"/*": "*/", "//": "\n"}
_REST = re.compile(r"(-?)0*([0-9]+)(\.[0-9]*)?([eE][+-]?[0-9]+)?|([A-Za-z]+)")
_WORDS = {"true": True, "false": False, "null": None}


def read(body: bytes) -> Any:
    """The value that stands in `body`; the last of equal keys wins.

    Raises ValueError (or RecursionError) for what is none, RestError 413 for more values than its bytes are worth.
    """
    if body[-1:] == b"\0":  # the end of a C string, from a client that was written in C
        body = body[:-1]
    if b"\0" in body:
        raise ValueError("NUL")
    text = body.decode("utf-8")
    room = _FREE + (_PER_BYTE - 1) * len(body) - 2 * sys.getsizeof(text)
    # Hopeless at the first look: a text of that many brackets is no more likely than that many containers.
    if body.count(b"{") * _EMPTY + body.count(b"[") * _EMPTY > room:
        raise _too_much()
    if sum(body.count(mark) * weight for mark, weight in _WEIGHTS) <= room:
        try:
            value = json.loads(text, strict=False, parse_constant=_refuse, parse_int=_int_for(body))
        except json.JSONDecodeError:
            pass
        else:
            check(value)
            return value
    steps = _FREE_STEPS + len(text) // _CHARACTERS_A_STEP
    # Likewise: each container, comment and text in single quotes is a step. One that never ends is told as too deep.
    if max(body.count(b"}") + body.count(b"]"), body.count(b"/*"), body.count(b"'") // 2) > steps:
        raise _too_much()
    return _Reader(text, room, steps).read()


def _too_much() -> RestError:
    return RestError(413, "Request body has too many values for its size", reason="body over the limit of values")


def _refuse(word: str) -> None:
    raise ValueError(word)


def _int_for(body: bytes) -> Any:
    return _number if _MANY_DIGITS in body.translate(_DIGITS_ALONE) else None


def _number(digits: str) -> int:
    if len(digits) > _DIGITS:
        return -(2**63) if digits[0] == "-" else 2**64 - 1  # json-c's own limits: too large for any member
    return int(digits)


def _checked(text: str) -> str:
    """A text that had escapes: C can hold no NUL, and half a surrogate pair is no character."""
    if "\0" in text:
        raise ValueError(text)
    if not text.isascii():
        text.encode()
    return text


def _real(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def check(value: Any, depth: int = 1) -> None:
    """Apply rule 2 and the limit of depth to what another reader made. Raises ValueError."""
    if depth > DEPTH and isinstance(value, (dict, list)):
        raise ValueError(depth)
    if isinstance(value, dict):
        for key in value:
            _checked(key)
        value = value.values()
    elif not isinstance(value, list):
        value = (value,)
    for item in value:
        kind = type(item)
        if kind is str:
            _checked(item)
        elif kind is dict or kind is list:
            check(item, depth + 1)
        elif kind is float and item in (float("inf"), float("-inf")):
            raise ValueError(item)


class _Reader:
    """A recursive descent through one text; `at` is where it has come to."""

    def __init__(self, text: str, room: int, steps: int) -> None:
        self._text = text
        self._room = room
        self._steps = steps
        self._keys: dict[str, str] = {}
        self._at = 0

    def read(self) -> Any:
        value = self._value(self._skip(), 1)
        self._skip()
        if self._at != len(self._text):
            raise ValueError(self._at)
        return value

    def _spend(self, size: int) -> None:
        self._room -= size
        self._steps -= 1
        if self._room < 0 or self._steps < 0:
            raise _too_much()

    def _skip(self) -> str:
        """Go behind blanks and comments; the character that is there, "" at the end."""
        text = self._text
        while True:
            mark = text[self._at : self._at + 1]
            if mark in _BLANK_CHARACTERS:
                self._at = cast("re.Match[str]", _BLANKS.match(text, self._at)).end()
                mark = text[self._at : self._at + 1]
            if mark != "/":
                return mark
            # No expression: the engine remembers each turn of a repeated group.
            last = _COMMENTS.get(text[self._at : self._at + 2], "")
            end = text.find(last, self._at + 2) if last else -1
            if end < 0:
                raise ValueError(self._at)
            self._at = end + len(last)
            self._spend(0)

    def _expect(self, marks: str) -> str:
        mark = self._skip()
        if not mark or mark not in marks:
            raise ValueError(self._at)
        self._at += 1
        return mark

    def _value(self, mark: str, depth: int) -> Any:
        """The value that begins here, with the character `mark`."""
        if mark in _CONTAINERS:
            if depth > DEPTH:
                raise ValueError(depth)
            self._at += 1
            return self._object(depth) if mark == "{" else self._array(depth)
        if mark in ('"', "'"):
            self._spend(0)  # a step of its own: it is no simple one
            return self._string()
        found = _REST.match(self._text, self._at)
        if not found:
            raise ValueError(self._at)
        self._at = found.end()
        sign, whole, fraction, power, word = found.groups()
        if word is not None:
            # json-c heeds no letter's case.
            if word.lower() not in _WORDS:
                raise ValueError(word)
            return _WORDS[word.lower()]
        self._room -= _NUMBER
        if fraction is None and power is None:
            return _number(sign + whole)
        return _real(f"{sign}{whole}{fraction or ''}{power or ''}")

    def _string(self) -> str:
        self._room -= _STRING
        if self._text[self._at] == '"':
            value, self._at = scanstring(self._text, self._at + 1, False)
            return _checked(value)
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise ValueError(self._at)
        inside = self._text[self._at + 1 : end]
        self._at = end + 1
        if "\\" not in inside:
            return inside
        # As it would stand between double quotes. json-c has no escape for a single one: then it ends in a backslash.
        pieces = [piece.replace('\\"', '"').replace('"', '\\"') for piece in inside.split("\\\\")]
        return _checked(scanstring("\\\\".join(pieces) + '"', 0, False)[0])

    def _object(self, depth: int) -> dict[str, Any]:
        self._spend(_EMPTY)
        text, keys, match = self._text, self._keys, _SIMPLE_MEMBER.match
        at, room, steps = self._at, self._room, self._steps
        members: dict[str, Any] = {}
        end = ","
        while end == ",":
            simple = match(text, at)
            if simple:
                key, value, short, end = simple.groups()
                at = simple.end()
                size = _STRING
                if value is None:
                    value = _WORDS[short] if short in _WORDS else int(short)
                    size = 0 if len(short) < 3 else _NUMBER
            else:
                self._at, self._room, self._steps = at, room, steps
                mark = self._skip()
                if mark == "}":  # also behind a comma
                    self._at += 1
                    return members
                key, value, end = self._member(mark, depth)
                at, room, steps = self._at, self._room, self._steps
                size = 0
            count = len(members)
            if not count:
                size += _OBJECT - _EMPTY
            elif count >= _FIRST_MEMBERS:
                size += _MEMBER
            if key not in keys:
                size += _KEY
            room -= size
            steps -= 1
            if room < 0 or steps < 0:
                raise _too_much()
            members[keys.setdefault(key, key)] = value
        self._at, self._room, self._steps = at, room, steps
        return members

    def _member(self, mark: str, depth: int) -> tuple[str, Any, str]:
        if mark not in ('"', "'"):
            raise ValueError(self._at)
        more = _KEY_OF_MORE.match(self._text, self._at)
        if more:
            key, mark = more.groups()
            self._room -= _STRING
            self._at = more.end() - 1
        else:
            key = self._string()
            self._expect(":")
            mark = self._skip()
        value = self._value(mark, depth + 1)
        return key, value, self._expect(",}")

    def _array(self, depth: int) -> list[Any]:
        self._spend(_ARRAY)
        text, match = self._text, _SIMPLE_ITEM.match
        at, room, steps = self._at, self._room, self._steps
        items: list[Any] = []
        end = ","
        while end == ",":
            simple = match(text, at)
            if simple:
                value, short, end = simple.groups()
                at = simple.end()
                size = _ITEM + _STRING
                if value is None:
                    value = _WORDS[short] if short in _WORDS else int(short)
                    size = _ITEM if len(short) < 3 else _ITEM + _NUMBER
            else:
                self._at, self._room, self._steps = at, room, steps
                mark = self._skip()
                if mark == "]":  # also behind a comma
                    self._at += 1
                    return items
                value = self._value(mark, depth + 1)
                end = self._expect(",]")
                at, room, steps = self._at, self._room, self._steps
                size = _ITEM
            room -= size
            steps -= 1
            if room < 0 or steps < 0:
                raise _too_much()
            items.append(value)
        self._at, self._room, self._steps = at, room, steps
        return items
