# SPDX-License-Identifier: GPL-2.0-or-later
"""Accept, Content-Type, and the bodies behind them."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slurmrest_inet.http import jsonbody
from slurmrest_inet.http.dialect import Dialect, Refusal
from slurmrest_inet.http.media import Media, negotiate, parse_body
from slurmrest_inet.http.message import Request, RestError

yaml = pytest.importorskip("yaml")
LATER = Dialect(
    bad_query=Refusal(500, "Unspecified error"),
    bad_body=Refusal(400, "Failure during parsing"),
    unknown_content_type=Refusal(415, "MIME type is unknown"),
    unknown_accept=Refusal(415, "HTTP Accept header"),
    yaml=("application/x-yaml", "text/yaml", "application/yaml"),
)


def request(*headers: tuple[bytes, bytes], body: bytes = b"") -> Request:
    return Request("POST", "/a", "/a", None, "1.1", headers, body)


def accepting(*values: str) -> Request:
    return request(*((b"accept", value.encode("latin-1")) for value in values))


def test_no_accept_is_json() -> None:
    assert negotiate(request()) == Media("application/json", yaml=False)


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("Application/JSON", "application/json"),
        ("application/jsonrequest", "application/jsonrequest"),
        ("application/x-yaml", "application/x-yaml"),
        ("text/yaml", "text/yaml"),
        (" text/yaml ", "text/yaml"),
        ("text/html, */*", "application/json"),
        ("text/*, text/yaml", "text/yaml"),
        ("application/json,", "application/json"),
        (",application/json", "application/json"),
        ("application/json;charset=utf-8", "application/json"),
        ("application/json ; q=0.5", "application/json"),
        ("application/x-www-form-urlencoded, text/yaml", "text/yaml"),
        # The highest q wins, equals keep the header's order.
        ("application/json, text/yaml", "application/json"),
        ("text/yaml, application/json", "text/yaml"),
        ("application/json;q=0.1, text/yaml;q=0.2", "text/yaml"),
        ("text/yaml;q=0.1, application/json;q=0.2", "application/json"),
        ("application/json;q=0.5, text/yaml;q=0.5", "application/json"),
        ("*/*;q=0.1, application/x-yaml", "application/x-yaml"),
        ("application/x-yaml, */*;q=0.1", "application/x-yaml"),
        ("text/html;q=0.9, application/x-yaml;q=0.1", "application/x-yaml"),
        ("application/json;Q=0.1, text/yaml;q = 0.2", "text/yaml"),
        ("application/json; v=1; q=0.1, text/yaml; q=0.2; v=1", "text/yaml"),
        # q=0 excludes.
        ("application/json;q=0, text/yaml", "text/yaml"),
        ("text/yaml;q=0.001, application/json;q=0.000", "text/yaml"),
        ("application/json;q=0, */*", "application/x-yaml"),
        ("*/*, application/json;q=0.1", "application/x-yaml"),
        ("application/json;q=0.2, application/x-yaml;q=0.1, */*", "application/json"),
        # A q that is none counts as none.
        ("application/json;q=, text/yaml;q=0.9", "application/json"),
        ("application/json;q=x, text/yaml;q=0.9", "application/json"),
        ("application/json;q=-1, text/yaml;q=0.9", "application/json"),
        ("application/json;q=1.5, text/yaml;q=0.9", "application/json"),
        ("application/json;q=0.1234, text/yaml;q=0.9", "application/json"),
        ("application/json;q=0.², text/yaml;q=0.9", "application/json"),
    ],
)
def test_accept(accept: str, name: str) -> None:
    assert negotiate(accepting(accept)) == Media(name, "yaml" in name)


@pytest.mark.parametrize(
    "accept",
    [
        *("", ",", "*", "text/html", "application/*", "text/*", "text/html;q=0.5", "application/json;q=0", "*/*;q=0"),
        *("application/x-www-form-urlencoded", "application/yaml", "application/json/x", "json", "ä/ö"),
    ],
)
def test_not_acceptable(accept: str) -> None:
    with pytest.raises(RestError) as caught:
        negotiate(accepting(accept))
    assert (caught.value.status, caught.value.text) == (415, "Accept content type is unknown")


def test_accept_in_several_lines() -> None:
    assert negotiate(accepting("text/html", "text/yaml;q=0.5", "application/json;q=0.4")).name == "text/yaml"


def test_later_releases_know_another_name() -> None:
    assert negotiate(accepting("application/yaml"), LATER) == Media("application/yaml", yaml=True)


def body(kind: str | None, content: bytes | str, dialect: Dialect = Dialect()) -> Any:  # noqa: B008 - a value
    content = content.encode() if isinstance(content, str) else content
    headers = () if kind is None else ((b"content-type", kind.encode("latin-1")),)
    return parse_body(request(*headers, body=content), dialect)


@pytest.mark.parametrize(
    ("kind", "content", "value"),
    [
        (None, "", {}),
        (None, "a=b&c=5", {"a": "b", "c": "5"}),
        ("application/x-www-form-urlencoded", "a=b+c", {"a": "b c"}),
        ("application/x-www-form-urlencoded; charset=UTF-8", "a=b", {"a": "b"}),
        # An empty body is an empty form, whatever it calls itself.
        ("application/json", "", {}),
        ("text/html", "", {}),
        ("application/json", "{}", {}),
        ("APPLICATION/JSON", "[]", []),
        ("application/jsonrequest", "[1]", [1]),
        ("application/json; charset=utf-8", '{"a":1}', {"a": 1}),
        ('application/json;charset="UTF-8"', '{"a":1}', {"a": 1}),
        ("application/json;", '{"a":1}', {"a": 1}),
        (
            "application/json",
            ' {"a": [null, true, false, 1, -2.5, "x\\/\\u00e4"]}\n',
            {"a": [None, True, False, 1, -2.5, "x/ä"]},
        ),
        ("application/json", '{"a":1,"a":2}', {"a": 2}),
        # As json-c reads it.
        ("application/json", '{"a":"b\n\tc\x01"}', {"a": "b\n\tc\x01"}),
        ("application/json", "[1,]", [1]),
        ("application/json", '{"a":[{"b":1,},],\n}', {"a": [{"b": 1}]}),
        ("application/json", "{'a':'b',\"c\":'d\"e',}", {"a": "b", "c": 'd"e'}),
        ("application/json", r"['\n\"\u00e4\\']", ['\n"ä\\']),
        ("application/json", r"""['\\"', '\\\"', '"\\']""", ['\\"', '\\"', '"\\']),
        ("application/json", "['a\nb','']", ["a\nb", ""]),
        ("application/json", "/* a **/[/**/1 // b\n, // c ] \n 2 /*d*/ ]\n/* e */", [1, 2]),
        ("application/json", '{/**/"a"/**/:/**/"b"/**/,/**/}', {"a": "b"}),
        ("application/json", '{"a":"//b","c":"/*d*/",}', {"a": "//b", "c": "/*d*/"}),
        ("application/json", "[05, -007, 00, 01.5, 1., -1., 1.e2, 01e2]", [5, -7, 0, 1.5, 1.0, -1.0, 100.0, 100.0]),
        ("application/json", "[TRUE, False, Null, nULL]", [True, False, None, None]),
        ("application/json", "[9223372036854775808,]", [9223372036854775808]),
        ("application/json", "[" + "9" * 100_000 + ",-" + "9" * 30 + "]", [2**64 - 1, -(2**63)]),
        ("application/json", "[0" + "9" * 30 + ",]", [2**64 - 1]),
        ("application/json", '{"a":1,"a":2,}', {"a": 2}),
        ("application/json", '["\\ud83d\\ude00",]', ["😀"]),
        ("application/json", "{}\0", {}),
        ("application/json", "[" * 32 + "1," + "]" * 32, eval("[" * 32 + "1" + "]" * 32)),  # noqa: S307 - brackets
        ("application/json", '["\\ud83d\\ude00"]', ["😀"]),
        ("application/json", "[" * 32 + "]" * 32, eval("[" * 32 + "]" * 32)),  # noqa: S307 - brackets
        ("application/x-yaml", "a: b", {"a": "b"}),
        ("text/yaml", "- a\n- b: c\n  d:\n  - e\n", ["a", {"b": "c", "d": ["e"]}]),
        ("text/yaml; charset=utf-8", "{a: [b, {c: d}]}", {"a": ["b", {"c": "d"}]}),
        # Plain scalars stay text: nothing turns 007, on or 1.10 back.
        (
            "text/yaml",
            "a: 007\nb: on\nc: 1.10\nd: 2026-11-22\n",
            {"a": "007", "b": "on", "c": "1.10", "d": "2026-11-22"},
        ),
        ("text/yaml", "a:\nb: ~\nc: null\nd: 'null'\ne: ''\n", {"a": None, "b": None, "c": None, "d": "null", "e": ""}),
        ("text/yaml", "a: 1\na: 2\n", {"a": "2"}),
        ("text/yaml", "<<: {a: b}\n", {"<<": {"a": "b"}}),
        (
            "text/yaml",
            "%YAML 1.1\n--- !!map\n!!str a: !!int 5\n!!str b: !!seq\n- !!bool true\n- !!float 1.5\n- !!str 7\n",
            {"a": 5, "b": [True, 1.5, "7"]},
        ),
        ("text/yaml", "[!!float 2, !!int -3, !!null null, !!null '', !!bool no]", [2.0, -3, None, None, False]),
        ("text/yaml", "---\na: |\n  b\n  c\n", {"a": "b\nc\n"}),
        ("text/yaml", "[" * 32 + "]" * 32, eval("[" * 32 + "]" * 32)),  # noqa: S307 - brackets
    ],
)
def test_bodies(kind: str | None, content: str, value: object) -> None:
    result = body(kind, content)
    assert result == value
    assert repr(result) == repr(value)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (None, "{}"),
        ("", "{}"),
        ("text/html", "{}"),
        ("application/yaml", "a: b"),
        ("application/json; charset=latin-1", "{}"),
        ("application/json; version=1", "{}"),
        ("application/x-www-form-urlencoded", "a=%00"),
        *(
            ("application/json", content)
            for content in (
                "{",
                "{} x",
                "{}{}",
                "null",
                "5",
                "true",
                '"x"',
                "[NaN]",
                "[Infinity]",
                "[-Infinity]",
                "[1e999]",
                "[+1]",
                "[0x1]",
                "[,]",
                "[1,,]",
                "[1,,2]",
                "{,}",
                '{"a":1,,}',
                "{a: 1}",
                r"['a\'b']",
                "['a",
                "[1] // x",
                "[1] /* x",
                "[1 # x\n]",
                "[1 2]",
                '["a" "b"]',
                '{"a" 1}',
                '{"a":}',
                '{"a":1 "b":2}',
                '{"a":[1}',
                "[1e]",
                "[1.5e+]",
                "[.5]",
                "[--1]",
                "[1-2]",
                "[1.2.3]",
                "[1/**/2]",
                "[truex]",
                "[True1]",
                "[None]",
                "[nan]",
                "[-Infinity,]",
                "[1e999,]",
                '["\\q"]',
                "['\\u0000']",
                "['\\ud800']",
                "[" * 33 + "1," + "]" * 33,
                '["\\u0000"]',
                '{"a\\u0000": 1}',
                '["\\ud800"]',
                b'["\xff"]',
                b'["\xed\xa0\x80"]',
                b"\xef\xbb\xbf{}",
                "{}".encode("utf-16"),
                "[" * 33 + "]" * 33,
                '{"a":' * 33 + "1" + "}" * 33,
                "[" * 100_000,
                '{"a":' * 100_000,
            )
        ),
        *(
            ("text/yaml", content)
            for content in (
                "a: [b",
                "a: b: c",
                "a\n",
                "~",
                "5",
                "---\na: b\n---\nc: d\n",
                "# nothing\n",
                "a: &x 1\nb: *x\n",
                "a: &x [*x]\n",
                "a: &a [l]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n",
                "!!python/object/apply:os.system ['true']",
                "a: !!python/name:os.system",
                "a: !!int x",
                "a: !!int 1.5",
                "a: !!bool 5",
                "a: !!null x",
                "a: !!timestamp 2026-11-22",
                "a: !x y",
                "a: !!set {b}",
                "a: !!map [b]",
                "? [a]\n: b\n",
                'a: "\\0"',
                "a: \x01",
                b"a: \xff",
                "[" * 33 + "]" * 33,
                "[" * 50_000,
                "- " * 5_000 + "a",
            )
        ),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bad_bodies(kind: str | None, content: str | bytes) -> None:
    with pytest.raises(RestError) as caught:
        body(kind, content)
    assert (caught.value.status, caught.value.text) == (400, "Unable to parse query.")


def test_later_releases_read_another_name() -> None:
    assert body("application/yaml", "a: b", LATER) == {"a": "b"}


def refused(kind: str | None, content: bytes, dialect: Dialect = LATER) -> tuple[int, str]:
    with pytest.raises(RestError) as caught:
        body(kind, content, dialect)
    return caught.value.status, caught.value.text


def test_each_release_has_its_words() -> None:
    assert refused("application/json", b"{") == (400, "Failure during parsing")
    assert refused("application/json", b"5") == (400, "Failure during parsing")
    assert refused(None, b"=") == (500, "Unspecified error")
    assert refused("text/html", b"x") == (415, "MIME type is unknown")
    with pytest.raises(RestError) as caught:
        negotiate(accepting("text/html"), LATER)
    assert caught.value.text == "HTTP Accept header"


def test_forms_are_small() -> None:
    assert len(body(None, b"a=" + b"b" * (2**20 - 2))["a"]) == 2**20 - 2
    assert refused(None, b"a=" + b"b" * (2**20 - 1))[0] == 413
    assert len(body(None, b"&".join(b"a%d=b" % number for number in range(1001)))) == 1001
    assert refused(None, b"&".join(b"a%d=b" % number for number in range(1002)))[0] == 413
    assert refused(None, b"a;" * 1001)[0] == 413


MIB = 2**20
# Units that a client repeats, and what stands around them: what each becomes is far larger than its bytes.
HEAVY = {
    "objects": (b"[", b"{},", b"{}]"),
    "arrays": (b"[", b"[],", b"[]]"),
    "small texts": (b"[", b'"ab",', b'""]'),
    "numbers": (b"[", b"257,", b"0]"),
    "objects with a member": (b"[", b'{"a":1},', b"0]"),
    "trailing commas": (b"[", b"[1,],", b"0]"),
    "comments": (b"[", b"/**/[],", b"0]"),
    "strings in single quotes": (b"[", b"'a',", b"0]"),
    "one character of four bytes": ('["😀",'.encode(), b"[],", b"0]"),
}


@pytest.mark.parametrize("name", HEAVY)
def test_a_body_is_worth_its_bytes(name: str) -> None:
    begin, unit, end = HEAVY[name]
    assert len(body("application/json", begin + unit * 1_000 + end)) >= 1_000
    assert refused("application/json", begin + unit * (4 * MIB // len(unit)) + end)[0] == 413


@pytest.mark.parametrize("name", ["objects", "arrays", "comments", "strings in single quotes"])
def test_that_a_hopeless_body_is_not_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As soon as its parts are counted it is refused: one by one they would take a tenth of a second a MiB."""
    monkeypatch.setattr(jsonbody, "_Reader", None)
    begin, unit, end = HEAVY[name]
    assert refused("application/json", begin + unit * (4 * MIB // len(unit)) + end)[0] == 413


def test_keys_that_are_all_different_are_weighed() -> None:
    same = b"[" + b'{"a":1,"b":"cd"},' * 40_000 + b"{}]"
    assert len(body("application/json", same)) == 40_001
    different = b"{" + b",".join(b'"%d":1' % number for number in range(300_000)) + b"}"
    assert refused("application/json", different)[0] == 413


def test_dense_json_of_a_real_client_passes() -> None:
    """As the answers of later API versions are sent back: four members to fifty bytes, in several MiB."""
    unit = b'"a":{"set":false,"infinite":false,"number":0},'
    record = b"{" + unit * 20 + b'"name":"account 12345"},'
    content = b"[" + record * (8 * MIB // len(record)) + b"{}]"
    assert body("application/json", content)[0]["a"] == {"set": False, "infinite": False, "number": 0}


def test_a_large_text_passes() -> None:
    script = "x" * (20 * MIB)
    assert body("application/json", f'{{"script":"{script}"}}') == {"script": script}
    assert refused("application/json", f'["{script}{script}😀"]'.encode())[0] == 413


@pytest.mark.parametrize(
    "content", [b"/**/" * MIB, b"//\n" * MIB, b"/*" + b"*x" * MIB + b"*/"], ids=["short", "lines", "stars"]
)
def test_comments_cost_no_more_than_values(content: bytes) -> None:
    """A repeated group in an expression would remember each of its turns: 100 bytes for a comment of four."""
    import tracemalloc  # noqa: PLC0415

    tracemalloc.start()
    try:
        with suppress(RestError):
            body("application/json", b"[" + content + b"]")
        assert tracemalloc.get_traced_memory()[1] < 8 * len(content)
    finally:
        tracemalloc.stop()


def test_yaml_is_worth_its_bytes() -> None:
    assert len(body("text/yaml", b"- a\n" * 50_000)) == 50_000
    assert refused("text/yaml", b"- a\n" * 200_000)[0] == 413
    assert refused("text/yaml", b"[" + b"[]," * 200_000 + b"[]]")[0] == 413


def test_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(RestError) as caught:
        body("text/yaml", "a: b")
    assert caught.value.status == 415
    assert "PyYAML" in caught.value.text


def test_the_slower_loader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert body("text/yaml", "a: [b, !!int 5]\nc:\n") == {"a": ["b", 5], "c": None}


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | texts
    | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20)


@given(st.lists(values) | st.dictionaries(texts, values))
def test_json_comes_back(value: object) -> None:
    assert body("application/json", json.dumps(value)) == value
    assert body("application/json", json.dumps(value, ensure_ascii=False)) == value


@given(st.sampled_from(["application/json", "text/yaml", "application/x-www-form-urlencoded"]), st.binary(max_size=200))
def test_any_body_is_read_or_refused(kind: str, content: bytes) -> None:
    with suppress(RestError):
        body(kind, content)


@given(st.binary(max_size=60))
def test_any_accept_is_understood_or_refused(value: bytes) -> None:
    with suppress(RestError):
        assert negotiate(request((b"accept", value)))
