# SPDX-License-Identifier: GPL-2.0-or-later
"""Paths, queries and forms, with the cases that were put to slurmrestd 22.05.8."""

from __future__ import annotations

import math
from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.http.message import RestError
from slurmrest_inet.http.query import Scalar, as_int, as_text, infer, parse_query, split_path


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("/", ()),
        ("/openapi/v3", ("openapi", "v3")),
        ("/openapi/v3/", ("openapi", "v3")),
        ("//openapi///v3", ("openapi", "v3")),
        ("/openapi%2Fv3", ("openapi/v3",)),
        ("/openapi/%2fv3", ("openapi", "/v3")),
        ("/openapi/v%33", ("openapi", "v3")),
        ("/OPENAPI/v3", ("OPENAPI", "v3")),
        ("/a/...", ("a", "...")),
        ("/a/.b", ("a", ".b")),
        ("/a~b-c_d.e", ("a~b-c_d.e",)),
        ("/%7B%22%20%0a%7f", ('{" \n\x7f',)),
        ("/%c3%A4", ("ä",)),
        # A last "." is dropped, another one makes a segment that no path has.
        ("/openapi/v3/.", ("openapi", "v3")),
        ("/openapi/v3/./", ("openapi", "v3")),
        ("/openapi/./v3", ("openapi", ".v3")),
        ("/openapi/%2e/v3", ("openapi", ".v3")),
        ("/.", ()),
        ("/job/123_4", ("job", "123_4")),
        ("/job/007", ("job", "007")),
        ("/node/on", ("node", "on")),
    ],
)
def test_paths(path: str, segments: tuple[str, ...]) -> None:
    assert split_path(path) == segments


@pytest.mark.parametrize(
    "path",
    [
        "*",
        "/a/..",
        "/a/../b",
        "/a/%2e%2e/b",
        "/a/%2E./b",
        "/a/././b",
        "/%00",
        "/%ff",
        "/%FF",
        "/%fF",
        "/%Ff",
        "/%zz",
        "/%",
        "/%3",
        "/a%3",
        "/% 3",
        "/%+3",
        "/%_3",
        "/%0x",
        "/a%",
        *("/a" + character for character in ":,+@;=!$&'()*\"{}<>\\^`|[] \tä"),
        "/%80",
        "/%c3",
        "/%ed%a0%80",  # half a surrogate pair
        "/%c0%af",  # an overlong slash
    ],
)
def test_bad_paths(path: str) -> None:
    with pytest.raises(RestError) as caught:
        split_path(path)
    assert (caught.value.status, caught.value.text) == (400, "Unable to parse URL path.")


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (None, {}),
        ("", {}),
        ("&", {}),
        (";", {}),
        ("a", {"a": None}),
        ("a=", {"a": None}),
        ("a==", {"a": None}),
        ("a=b", {"a": "b"}),
        ("a==c", {"a": "c"}),
        ("a===c", {"a": "c"}),
        ("a&", {"a": None}),
        ("&a", {"a": None}),
        ("a&&b", {"a": None, "b": None}),
        ("a;b", {"a": None, "b": None}),
        ("a=b;c=d&e=f", {"a": "b", "c": "d", "e": "f"}),
        ("a=1&a=2", {"a": "2"}),
        ("a=1&a", {"a": None}),
        ("a+b=c+d", {"a b": "c d"}),
        ("a=%2B%26%3b%3D", {"a": "+&;="}),
        ("a%3Db=c", {"a=b": "c"}),
        ("%61=1", {"a": "1"}),
        ("a=~-._", {"a": "~-._"}),
        ("a=%2C", {"a": ","}),
        ("a=%01%0a%7f", {"a": "\x01\n\x7f"}),
        ("a=%c3%a4", {"a": "ä"}),
        ("account=007&user=on", {"account": "007", "user": "on"}),
    ],
)
def test_queries(query: str | None, pairs: dict[str, str | None]) -> None:
    assert parse_query(query) == pairs
    if query is not None:
        assert parse_query(query.encode()) == pairs


@pytest.mark.parametrize(
    "query",
    [
        "=x",
        "=",
        "==",
        "a=b&=c",
        "a=b=c",
        "a=b=",
        "a=b=&c=d",
        "a==b=c",
        "a=%",
        "a=%z",
        "a=%0",
        "a=%00",
        "a=%ff",
        "a%=1",
        "a=%80",
        "?",
        "a=b?c",
        "a=ä",
        *("a=" + character for character in ",:/[]*'!()@$?\\\"{}|^`<> #"),
    ],
)
def test_bad_queries(query: str) -> None:
    for text in (query, query.encode()):
        with pytest.raises(RestError) as caught:
            parse_query(text)
        assert (caught.value.status, caught.value.text) == (400, "Unable to parse query.")


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)))
def test_what_is_quoted_comes_back(segments: list[str]) -> None:
    path = "".join("/x" + quote(segment, safe="") for segment in segments)
    assert split_path(path) == tuple("x" + segment for segment in segments)


@given(st.dictionaries(*[st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)] * 2))
def test_a_form_comes_back(pairs: dict[str, str]) -> None:
    assert parse_query(urlencode(pairs)) == pairs
    assert parse_query(urlencode(pairs, quote_via=quote, safe="")) == pairs


@given(st.binary())
def test_any_form_is_read_or_refused(body: bytes) -> None:
    with suppress(RestError):
        parse_query(body)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        *((text, True) for text in ("y", "Y", "yes", "YES", "t", "true", "True", "on", "oN")),
        *((text, False) for text in ("n", "no", "No", "f", "false", "FALSE", "off")),
        ("0", 0),
        ("1", 1),
        ("007", 7),
        ("-0", 0),
        ("+5", 5),
        ("-5", -5),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", -(2**63)),
        ("9" * 100_000, 2**63 - 1),
        ("-" + "9" * 100_000, -(2**63)),
        ("0" * 100_000 + "7", 7),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.5e3", 1500.0),
        ("1.e-3", 0.001),
        ("1.5E+3", 1500.0),
        *((text, text) for text in ("yep", "tru", "null", "~", "-", "+", ".", "-.", ".e5", "1e3", "0x10", "1_0", " 1")),
        *((text, text) for text in ("1 ", "1.5e", "1.5e+-3", "1.5.5", "--1", "nan", "inf", "1.inf", "123_4", "٣", "²")),
    ],
)
def test_types_of_text(text: str, value: Scalar) -> None:
    assert infer(text) == value
    assert type(infer(text)) is type(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("007", 7),
        ("-1", -1),
        (1.5, 2),
        ("2.5", 2),
        (1e300, 2**63 - 1),
        ("-1.0e300", -(2**63)),
    ],
)
def test_numbers(value: Scalar, number: int) -> None:
    assert as_int(value) == number


@pytest.mark.parametrize(
    "value", [None, "", True, "yes", "abc", "0x5", "1_0", math.inf, -math.inf, math.nan, "1.0e999"]
)
def test_no_numbers(value: Scalar) -> None:
    with pytest.raises(ValueError, match=r".*"):
        as_int(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "true"), (False, "false"), (7, "7"), (1.5, "1.500000"), ("007", "007"), ("on", "on")],
)
def test_texts(value: Scalar, text: str) -> None:
    assert as_text(value) == text
