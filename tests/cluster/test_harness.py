# SPDX-License-Identifier: GPL-2.0-or-later
"""The comparison itself, on servers made up here: what it must notice, what it may forgive."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from comparison import MISSING, Comparison, Difference, Rule, is_at, places
from sidebyside import wire
from sidebyside.program import Outcome

from slurmrest_inet.slurm.codec import BUFFER_BYTES

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


@pytest.mark.parametrize(
    ("pattern", "place", "speaks"),
    [
        ("answer", "answer", True),
        ("answer", "2:answer", False),
        ("2:answer", "2:answer", True),
        ("2:answer", "answer", False),
        ("any:answer", "answer", True),
        ("any:answer", "12:answer", True),
        ("any:answer", "body/answer", False),
        ("any:answer", "body/the answer", False),
        ("any:header/*", "2:header/date", True),
        ("any:header/*", "body/header/date", False),
        ("body/*/name", "body/0/name", True),
        ("body/*/name", "body/0/first/name", False),
        ("body/*/name", "2:body/0/name", False),
        ("body/jobs/*/n*", "body/jobs/1/nice", True),
        ("body/jobs/*/n*", "body/jobs/1/nodes/0", False),
        ("body/**", "body/jobs/1/nodes/0", True),
        ("body/**", "body", False),
        ("body/**/state", "body/nodes/0/state", True),
        ("body/**/state", "body/nodes/0/next_state", False),
        ("body/*", "body/a:b", True),
        ("body/a.b", "body/axb", False),
        ("body/a[0-9]", "body/a1", False),
    ],
)
def test_that_an_asterisk_ends_at_a_slash(pattern: str, place: str, speaks: bool) -> None:
    assert is_at(place, pattern) == speaks


@pytest.mark.parametrize("pattern", ["*answer", "*", "**", "any:*", "2:*/a", "b*/a"])
def test_that_no_place_begins_with_an_asterisk(pattern: str) -> None:
    with pytest.raises(ValueError, match="any part"):
        is_at("2:answer" if pattern[0] == "2" else "answer", pattern)


def test_that_a_name_with_a_slash_is_one_name() -> None:
    found = places(Outcome(_answer('{"a/b": {"~": 1}, "a": {"b": 2}}'), "", 0, 0.0), strict=True)
    assert {name: value for name, value in found.items() if name.startswith("body")} == {
        "body/a~1b/~0": 1,
        "body/a/b": 2,
    }


@pytest.mark.parametrize(
    ("exits", "statuses", "ours", "places"),
    [
        ((0, 1), (0, 1), "400 BAD REQUEST", []),
        (None, (0, 1), "400 BAD REQUEST", ["exit"]),
        ((1, 0), (0, 1), "400 BAD REQUEST", ["exit"]),
        ((0, 1), (0, 2), "400 BAD REQUEST", ["exit"]),
        ((0, 1), (0, 1), "200 OK", ["exit"]),
        ((0, 1), (0, 1), "404 NOT FOUND", ["answer", "exit"]),
        ((0, 1), (0, 0), "400 BAD REQUEST", []),
    ],
)
def test_that_an_exit_status_goes_with_its_answer(
    exits: tuple[int, int] | None, statuses: tuple[int, int], ours: str, places: list[str]
) -> None:
    row = Difference("row", "GET /x", "answer", "200 application/json", "400 application/json", "", exits=exits)
    real_server, our_server = _server("{}", status=statuses[0]), _server(_answer("{}", ours), status=statuses[1])
    assert _compared(real_server, our_server, [row])[0] == places


@pytest.mark.parametrize(("size", "framing"), [(10, "chunked, 12 bytes"), (BUFFER_BYTES, "chunked")])
def test_that_only_a_large_answer_may_be_chunked(size: int, framing: str) -> None:
    body = b'"%s"' % (b"x" * size)
    data = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    data += b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert places(Outcome(data, "", 0, 0.0), strict=True)["framing"] == framing


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
        b"HTTP/1.1 401 UNAUTHORIZED\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 405 NOT ALLOWED\r\nContent-Length: 0\r\n\r\n",
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
