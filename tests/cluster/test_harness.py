# SPDX-License-Identifier: GPL-2.0-or-later
"""The comparison itself, on servers made up here: what it must notice, what it may forgive."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from comparison import MISSING, Comparison, Difference, Rule
from sidebyside import wire
from sidebyside.program import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable


def _answer(body: str, status: str = "200 OK", kind: str = "application/json", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n{body}".encode()


def _server(*bodies: str | bytes, status: int = 0) -> Callable[[], Outcome]:
    """A server that says one after the other, and the last for ever."""
    answers = [body if isinstance(body, bytes) else _answer(body) for body in bodies]
    turns = itertools.chain(answers, itertools.repeat(answers[-1]))
    return lambda: Outcome(next(turns), "", status, 0.0)


def _compared(
    real: Callable[[], Outcome], ours: Callable[[], Outcome], rows: Iterable[Difference] = ()
) -> tuple[list[str], set[str]]:
    comparison = Comparison("GET /x", 38, rows)
    return sorted(one.place for one in comparison.run(real, ours)), comparison.needed


@pytest.mark.parametrize(
    ("real", "ours", "places"),
    [
        ('{"a": 1}', '{ "a" : 1 }', []),
        ('{"a": 1}', '{"a": 2}', ["body/a"]),
        ('{"a": 1}', '{"a": true}', ["body/a"]),
        ('{"a": 0}', '{"a": null}', ["body/a"]),
        ('{"a": ""}', '{"a": null}', ["body/a"]),
        ('{"a": []}', '{"a": {}}', ["body/a"]),
        ('{"a": []}', '{"a": [1]}', ["body/a", "body/a/0"]),
        ('{"a": [1, 2]}', '{"a": [1]}', ["body/a/1"]),
        ('{"a": 1}', '{"a": 1, "b": null}', ["body/b"]),
        ('{"a": 1}', _answer('{"a": 2}', status="500 INTERNAL ERROR"), ["answer"]),
        ('{"a": 1}', _answer('{"a": 1}', status="200 Fine"), ["reason"]),
        ('{"a": 1}', _answer("a: 1", kind="application/x-yaml"), ["answer"]),
        ('{"a": 1}', _answer('{"a": 1}', more="X: y\r\n"), ["header/x"]),
        ('{"a": 1}', b"", ["answer"]),
        ('{"a": 1}', _answer('{"a": 1}') * 2, ["2:answer"]),
    ],
)
def test_that_each_disagreement_is_a_place(real: str | bytes, ours: str | bytes, places: list[str]) -> None:
    assert _compared(_server(real), _server(ours))[0] == places


def test_that_the_exit_status_is_a_place() -> None:
    assert _compared(_server("{}"), _server("{}", status=1))[0] == ["exit"]


def test_that_a_counter_may_move_on() -> None:
    counting = [f'{{"a": {number}, "b": 5}}' for number in range(10)]
    assert _compared(_server(*counting[::2]), _server(*counting[1::2]))[0] == []


def test_that_a_value_which_stands_still_must_be_met() -> None:
    counting = [f'{{"a": {number}, "b": 5}}' for number in range(60)]
    wrong = [f'{{"a": {number}, "b": 6}}' for number in range(60)]
    assert _compared(_server(*counting[::2]), _server(*wrong[1::2]))[0] == ["body/b"]


def test_that_a_moving_number_must_be_met_in_its_range() -> None:
    counting = [f'{{"a": {number}}}' for number in range(60)]
    assert _compared(_server(*counting), _server('{"a": 1000}'))[0] == ["body/a"]


@pytest.mark.parametrize(
    ("row", "explained"),
    [
        (Difference("row", "GET /*", "body/a", 1, 2, ""), True),
        (Difference("row", "GET /y", "body/a", 1, 2, ""), False),
        (Difference("row", "GET /*", "body/b", 1, 2, ""), False),
        (Difference("row", "GET /*", "body/a", 1, 3, ""), False),
        (Difference("row", "GET /*", "body/a", 0, 2, ""), False),
        (Difference("row", "GET /*", "body/a", MISSING, 2, ""), False),
        (Difference("row", "GET /*", "body/a", 1, 2, "", versions=range(39, 46)), False),
        (Difference("row", "GET /*", "body/*", 1, Rule("one more", lambda v, p, _, real: v == real[p] + 1), ""), True),
        (Difference("row", "GET /*", "body/*", 1, Rule("one less", lambda v, p, _, real: v == real[p] - 1), ""), False),
    ],
)
def test_that_a_row_explains_its_place_and_values_only(row: Difference, explained: bool) -> None:
    places, needed = _compared(_server('{"a": 1}'), _server('{"a": 2}'), [row])
    assert (places, needed) == (([], {"row"}) if explained else (["body/a"], set()))


def test_that_a_row_without_a_difference_is_not_needed() -> None:
    row = Difference("row", "GET /*", "body/a", 1, 1, "")
    assert _compared(_server('{"a": 1}'), _server('{"a": 1}'), [row]) == ([], set())


def test_that_a_wavering_server_is_asked_until_it_differs() -> None:
    row = Difference("row", "GET /*", "body/a", 2, 1, "", wavers=True)
    assert _compared(_server(*['{"a": 1}'] * 5, '{"a": 2}'), _server('{"a": 1}'), [row]) == ([], {"row"})
    assert _compared(_server('{"a": 1}'), _server('{"a": 1}'), [row]) == ([], set())


_GOOD = _answer("{}")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\n\r\n{}",
        b"HTTP/1.1 204 NO CONTENT\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}Connection: Close\r\n",
        b"Traceback (most recent call last):\n" + _GOOD,
        _GOOD + b"error: no",
    ],
)
def test_that_strict_reading_objects(data: bytes) -> None:
    with pytest.raises(wire.MalformedError):
        wire.strict(data)


def test_that_strict_reading_takes_what_is_right() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[1\r\n1\r\n]\r\n0\r\n\r\n"
    until_the_end = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"
    answers = wire.strict(_GOOD + chunked + b"HTTP/1.1 304 NOT MODIFIED\r\n\r\n" + until_the_end)
    assert [answer.framing for answer in answers] == ["length", "chunked", "none", "close"]
    assert [answer.body for answer in answers] == [b"{}", b"[1]", b"", b"[]"]


def test_that_lenient_reading_tells_what_was_odd() -> None:
    cut = b"HTTP/1.1 417 EXPECTATION FAILED\r\nConnection: Close\r\nHTTP/1.1 400 BAD REQUEST\r\n"
    assert [answer.oddities for answer in wire.lenient(cut)] == [("head without end",), ("head without end",)]
    (stray,) = wire.lenient(_GOOD + b"Connection: Close\r\n")
    assert stray.body == b"{}"
    assert stray.oddities == ("stray 'Connection: Close\\r\\n'",)
    (nothing,) = wire.lenient(b"Segmentation fault")
    assert nothing.status == 0
