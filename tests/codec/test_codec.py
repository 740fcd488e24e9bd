# SPDX-License-Identifier: GPL-2.0-or-later
"""Every kind of row, in JSON and YAML, with unset and infinite values, against a model of it in Python."""

from __future__ import annotations

import grp
import json
import math
import pwd
from typing import Any

import documents
import probe
import pytest
import yaml
from documents import JSON_COMPACT, JSON_PRETTY, SANITIZED, YAML, decoded, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

VERSION = 38

_WIDTHS = {"8": 0xFF, "16": 0xFFFF, "32": 0xFFFFFFFF, "64": 0xFFFFFFFFFFFFFFFF}


def sentinels(member: str) -> tuple[int | None, int | None]:
    """(unset, infinite) of a member as it is read back; None where Slurm has none of that width and sign."""
    top = _WIDTHS[member[1:]]
    if member in ("i8", "i16"):
        return None, None
    unset, infinite = top - 1, top
    if member[0] == "i" or member == "u64":
        bits = int(member[1:])
        return unset - (1 << bits), infinite - (1 << bits)
    return unset, infinite


def seen(member: str, value: int) -> int:
    """An unsigned 64-bit number is written as a signed one, as slurmrestd's own data type does."""
    return value - (1 << 64) if member == "u64" and value >= 1 << 63 else value


def number_model(member: str, value: int) -> dict[str, Any]:
    unset, infinite = sentinels(member)
    value = seen(member, value)
    plain = {"set": True, "infinite": False, "number": value}
    nothing = {"set": False, "infinite": False, "number": 0}
    endless = {"set": False, "infinite": True, "number": 0}
    noval = nothing if value == unset else endless if value == infinite else plain
    return {
        "plain": value,
        "nullable": None if value == unset else value,
        "both": None if value in (unset, infinite) else value,
        "minus": -1 if value == infinite else value,
        "noval": noval,
        "zero": nothing if value == 0 else noval,
    }


def real_model(value: float) -> dict[str, Any]:
    shown = value if math.isfinite(value) else None
    # As doubles the two 64-bit sentinels are one number, which counts as infinite.
    infinite = value in (0xFFFFFFFF, float(0xFFFFFFFFFFFFFFFF)) or math.isinf(value)
    unset = value == 0xFFFFFFFE or math.isnan(value)
    return {
        "plain": shown,
        "nullable": None if value == 0xFFFFFFFE else shown,
        "noval": {
            "set": not infinite and not unset,
            "infinite": infinite,
            "number": 0.0 if infinite or unset else value,
        },
    }


def choice_model(value: int, otherwise: Any) -> Any:
    if value & 16:
        return "FLAG"
    return {1: "idle", 2: "busy"}.get(value & 15, otherwise)


def name_of(lookup: Any, number: int) -> str | None:
    try:
        return str(lookup(number)[0])
    except (KeyError, OverflowError):
        return None


def simplified(value: Any) -> Any:
    """The value with numbers, null and a word for number objects."""
    if isinstance(value, dict) and set(value) == {"set", "infinite", "number"}:
        return "Infinity" if value["infinite"] else value["number"] if value["set"] else None
    return {key: simplified(one) for key, one in value.items()} if isinstance(value, dict) else value


def model(values: dict[str, Any], format_: int = JSON_COMPACT, complex_: bool = False) -> dict[str, Any]:
    """What a record reads back as. YAML has null where JSON has an empty string for a missing one."""
    nothing = None if format_ == YAML or complex_ else ""

    def shown(raw: bytes | None) -> str | None:
        return nothing if raw is None else decoded(raw)

    out: dict[str, Any] = {}
    for member in probe.NUMBERS:
        for group, value in number_model(member, values[member]).items():
            out.setdefault(group, {})[member] = value
    text = values["text"]
    user = name_of(pwd.getpwuid, values["uid"])
    out |= {
        "truth": values["truth"],
        "one": values["u8"] == 1,
        "one_or_null": None if values["u16"] == 0xFFFE else values["u16"] == 1,
        "one_or_false": None if complex_ and values["u16"] == 0xFFFE else values["u16"] == 1,
        "or_zero": None if complex_ and not values["u32"] else values["u32"],
        "real": real_model(values["real"]),
        "text": shown(text),
        "text_or_null": None if text is None else decoded(text),
        "csv": [decoded(part) for part in (values["list"] or b"").split(b",") if part],
        "words": [shown(word) for word in values["words"] or ()],
        "bits": [name for name, bit in (("A", 1), ("B", 2), ("C", 8)) if values["bits"] & bit],
        "state": choice_model(values["state"], "?"),
        "open_state": choice_model(values["state"], values["state"]),
        "state_or_null": choice_model(values["state"], None if values["state"] == 0xFFFFFFFE else values["state"]),
        "states": [choice_model(values["state"], "?")],
        "user": user,
        "user_or_null": None if values["uid"] == 0xFFFFFFFE else user,
        "user_or_empty": user or ("" if complex_ else nothing),
        "group": name_of(grp.getgrgid, values["gid"]),
        "mean": seen("u64", values["sum"]) // values["divisor"] if values["divisor"] else 0,
        "here": {"size": values["here"][0], "label": shown(values["here"][1])},
        "there": (None if complex_ else {}) if values["there"] is None
        else {"size": values["there"][0], "label": shown(values["there"][1])},
        "many": [{"size": size, "label": shown(label)} for size, label in values["many"] or ()],
        "fixed": None if complex_ else {},
        "gone": {
            "number": 0, "text": None if complex_ else "", "flags": [],
            "noval": {"set": False, "infinite": False, "number": 0}, "nullable": None, "truth": False, "user": None,
        },
    }  # fmt: skip
    return simplified(out) if complex_ else out


class Filled:
    """A probe struct in C memory, with what it points at."""

    def __init__(self, module: Any, records: list[dict[str, Any]]) -> None:
        self.ffi = module.ffi
        self.keep: list[Any] = []
        self.array = self.ffi.new("probe_t[]", max(1, len(records)))
        for record, values in zip(self.array, records):
            self.fill(record, values)

    def text(self, raw: bytes | None) -> Any:
        if raw is None:
            return self.ffi.NULL
        # An array of exactly its length, so that the sanitizer sees a byte read beyond it.
        self.keep.append(self.ffi.new("char[]", raw))
        return self.keep[-1]

    def inner(self, target: Any, value: tuple[int, bytes | None]) -> None:
        target.size = value[0]
        target.label = self.text(value[1])

    def fill(self, record: Any, values: dict[str, Any]) -> None:
        for member in (*probe.NUMBERS, "truth", "real", "bits", "state", "uid", "gid", "sum", "divisor"):
            setattr(record, member, values[member])
        record.text = self.text(values["text"])
        record.list = self.text(values["list"])
        record.needed = self.text(b"") if values.get("needed", True) else self.ffi.NULL
        if values["words"] is not None:
            words = self.ffi.new("char *[]", [self.text(word) for word in values["words"]] or 1)
            self.keep.append(words)
            record.words = words
            record.word_count = len(values["words"])
        self.inner(record.here, values["here"])
        if values["there"] is not None:
            there = self.ffi.new("inner_t *")
            self.keep.append(there)
            self.inner(there, values["there"])
            record.there = there
        if values["many"] is not None:
            many = self.ffi.new("inner_t[]", max(1, len(values["many"])))
            self.keep.append(many)
            for item, value in zip(many, values["many"]):
                self.inner(item, value)
            record.many = many
            record.many_count = len(values["many"])


def encode(
    module: Any, records: list[dict[str, Any]], format_: int, capacity: int = 1 << 16, *, complex_: bool = False
) -> bytes:
    """One document {"list": [...]} of all records."""
    filled = Filled(module, records)
    table = module.lib.codec_table(b"probe_t", VERSION)
    return documents.encode(module, table, filled.array, len(records), format_, capacity, complex_=complex_)


raw_text = st.one_of(
    st.none(),
    st.binary(max_size=40).map(lambda raw: raw.replace(b"\0", b"")),
    st.text(max_size=40).map(lambda text: text.replace("\0", "").encode("utf-8", "surrogatepass")),
    st.sampled_from([b"", b'"quoted"', b"two\nlines", b"tab\tback\\slash", "größe 木".encode(), b"\xff\xc3", b"\x7f",
                     "\u0085\u2028\ufeff\uffff".encode(), b"\xed\xa0\x80", "😀".encode(), b"\xf5\x80\x80\x80"]),
)  # fmt: skip


def number(member: str) -> st.SearchStrategy[int]:
    bits = int(member[1:])
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if member[0] == "i" else (0, (1 << bits) - 1)
    special = [v for v in (0, 1, -1, -2, low, high, high - 1) if low <= v <= high]
    return st.one_of(st.sampled_from(special), st.integers(low, high))


inner = st.tuples(st.integers(0, 0xFFFFFFFF), raw_text)
ids = st.one_of(st.sampled_from([0, 1, 65534, 0xFFFFFFFE, 0xFFFFFFFF]), st.integers(0, 70000))
record = st.fixed_dictionaries(
    {
        **{member: number(member) for member in probe.NUMBERS},
        "truth": st.booleans(),
        "real": st.one_of(
            st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e300, 4294967294.0, 4294967295.0, 1.8446744073709552e19,
                             math.inf, -math.inf, math.nan]),
            st.floats(),
        ),
        "text": raw_text,
        "list": raw_text,
        "words": st.one_of(st.none(), st.lists(raw_text, max_size=4)),
        "bits": st.integers(0, 31),
        "state": st.one_of(st.integers(0, 40), st.just(0xFFFFFFFE)),
        "uid": ids,
        "gid": ids,
        "sum": st.integers(0, (1 << 63) - 1),
        "divisor": st.integers(0, 3),
        "here": inner,
        "there": st.one_of(st.none(), inner),
        "many": st.one_of(st.none(), st.lists(inner, max_size=3)),
    }
)  # fmt: skip


@settings(max_examples=60 if SANITIZED else 150, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(record, max_size=3),
    format_=st.sampled_from([JSON_COMPACT, JSON_PRETTY, YAML]),
    complex_=st.booleans(),
)
def test_every_kind_reads_back_as_the_model_says(
    module: Any, values: list[dict[str, Any]], format_: int, complex_: bool
) -> None:
    found = parse(encode(module, values, format_, complex_=complex_), format_)
    assert found == {"list": [model(v, format_, complex_) for v in values]}


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(record, min_size=2, max_size=6), format_=st.sampled_from([0, 1, 2]), capacity=st.integers(16, 9000)
)
def test_a_small_buffer_gives_the_same_bytes(
    module: Any, values: list[dict[str, Any]], format_: int, capacity: int
) -> None:
    assert encode(module, values, format_, capacity) == encode(module, values, format_)


def plain_record(**changes: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys((*probe.NUMBERS, "bits", "state", "uid", "gid", "sum", "divisor"), 0),
        "truth": False, "real": 0.0, "text": None, "list": None, "words": None, "here": (0, None), "there": None,
        "many": None, **changes,
    }  # fmt: skip


@pytest.mark.parametrize("format_", [JSON_COMPACT, JSON_PRETTY, YAML])
def test_an_empty_list(module: Any, format_: int) -> None:
    assert parse(encode(module, [], format_), format_) == {"list": []}


@pytest.mark.parametrize("format_", [JSON_COMPACT, JSON_PRETTY, YAML])
def test_gaps_are_left_out(module: Any, format_: int) -> None:
    records = [plain_record(needed=False), plain_record(u8=7), plain_record(needed=False)]
    found = parse(encode(module, records, format_, 64), format_)
    assert [entry["plain"]["u8"] for entry in found["list"]] == [7]


def test_a_record_larger_than_the_buffer(module: Any) -> None:
    records = [plain_record(text=b"x" * 300_000), plain_record(text=b"y")]
    found = parse(encode(module, records, JSON_COMPACT, 4096), JSON_COMPACT)
    assert [len(entry["text"]) for entry in found["list"]] == [300_000, 1]


def test_compact_json_has_no_blanks(module: Any) -> None:
    document = encode(module, [plain_record()], JSON_COMPACT)
    assert b" " not in document
    assert b"\n" not in document


def test_pretty_json_is_what_python_prints(module: Any) -> None:
    document = encode(module, [plain_record(words=[b"a"], real=0.5)], JSON_PRETTY)
    assert document.decode() == json.dumps(json.loads(document), indent=2, ensure_ascii=False) + "\n"


def test_too_deep_a_document_fails_instead_of_writing_nonsense(module: Any) -> None:
    lib = module.lib
    writer = lib.writer_new(JSON_COMPACT, 64)
    for _ in range(40):
        lib.writer_begin_list(writer)
    assert lib.writer_failed(writer)
    lib.writer_free(writer)


def test_a_key_longer_than_its_place_fails(module: Any) -> None:
    lib = module.lib
    writer = lib.writer_new(JSON_COMPACT, 64)
    lib.writer_begin_map(writer)
    lib.writer_key(writer, b"k" * 5000, 5000)
    assert lib.writer_failed(writer)
    lib.writer_free(writer)


@pytest.mark.parametrize("key", ["yes", "No", "null", "y", "a-b", "0", "", "with blank", "ünï"])
def test_keys_that_yaml_would_misread_are_quoted(module: Any, key: str) -> None:
    ffi, lib = module.ffi, module.lib
    writer = lib.writer_new(YAML, 64)
    raw = key.encode()
    lib.writer_begin_map(writer)
    lib.writer_key(writer, raw, len(raw))
    lib.writer_integer(writer, 1)
    lib.writer_end_map(writer)
    lib.writer_finish(writer)
    document = bytes(ffi.buffer(lib.writer_data(writer), lib.writer_length(writer)))
    lib.writer_free(writer)
    assert yaml.safe_load(document) == {key: 1}


_TABLES = [(table, version) for table in probe.TABLES for version in range(36, 46) if table.rows_of(version)]


@pytest.mark.parametrize(("table", "version"), _TABLES, ids=[f"{t.name}-{v}" for t, v in _TABLES])
@pytest.mark.parametrize("fill", [0, 1, 0xFE, 0xFF])
def test_real_tables_take_any_number(module: Any, table: Any, version: int, fill: int) -> None:
    """Zeroed memory and every sentinel in every number, no pointer set: what slurmctld may send and what it may not."""
    ffi, lib = module.ffi, module.lib
    rows = lib.codec_table(table.name.encode(), version)
    if rows == ffi.NULL:
        pytest.skip("the installed release has no such struct")
    memory = ffi.new(f"{table.struct} *")
    counts = {row.kind.count for row in table.rows if row.kind.count} | {
        name for row in table.rows for name in row.uses
    }
    for name, field in ffi.typeof(table.struct).fields:
        kind = field.type
        if kind.kind == "primitive" and name not in counts:
            size = ffi.sizeof(kind)
            if kind.cname in ("double", "float"):
                setattr(memory, name, float(int.from_bytes(bytes([fill]) * 4, "little")))
            else:
                ffi.memmove(ffi.addressof(memory[0], name), bytes([fill]) * size, size)
    if table.required:
        name = ffi.new("char[]", b"name")
        setattr(memory, table.required, name)
    for format_ in (JSON_COMPACT, YAML):
        writer = lib.writer_new(format_, 1 << 16)
        lib.writer_begin_list(writer)
        assert lib.codec_records(writer, rows, memory, 1) == 1
        lib.writer_end_list(writer)
        lib.writer_finish(writer)
        document = bytes(ffi.buffer(lib.writer_data(writer), lib.writer_length(writer)))
        lib.writer_free(writer)
        (found,) = parse(document, format_)
        assert found
