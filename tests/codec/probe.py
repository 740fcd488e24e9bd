# SPDX-License-Identifier: GPL-2.0-or-later
"""The probe struct's tables, and the extension that the tests build from the project's own C sources."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
from typing import Any

import backend
import headers as headers_
from slurmdbd import SLURMDBD

from slurmrest_inet.schema import model
from slurmrest_inet.schema.model import Name, Names, Row, Table
from slurmrest_inet.schema.tables import TABLES

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

BITS = Names("probe_bits", tuple(Name(f"PROBE_{c}", c) for c in "ABC"), bits=True)
STATE = Names(
    "probe_state",
    (
        Name("PROBE_FLAG", "FLAG", "PROBE_FLAG"),
        Name("PROBE_IDLE", "idle", "PROBE_MASK"),
        Name("PROBE_BUSY", "busy", "PROBE_MASK"),
    ),
    "?",
)
OPEN_STATE = STATE._replace(ident="probe_open", otherwise=None)

NUMBERS = ("i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64")

INNER = Table("inner_t", (Row("size", "size", model.NUMBER, "Size"), Row("label", "label", model.TEXT, "Label")), {})
SIDES = Table(
    "probe_t",
    (
        Row("id", "side_ids", model.each(model.choice(OPEN_STATE)._replace(options=("DIGITS",))), "A number or a name"),
        Row("sum", "side_sums", model.each(model.NUMBER), "A number"),
        Row("noval", "side_sums", model.each(model.NOVAL), "The number object"),
        Row("when", "side_sums", model.each(model.NUMBER, when="side_open"), "A number where another member says so"),
        Row("mean", "side_sums", model.each(model.quotient("side_counts")), "A mean"),
        Row("mean_noval", "side_sums", model.each(model.quotient_noval("side_counts")), "The number object"),
        Row("real", "side_reals", model.each(model.REAL), "A float"),
        Row("long_real", "side_long_reals", model.each(model.NOVAL_REAL), "A long float"),
        Row("text", "side_texts", model.each(model.TEXT), "A text"),
        Row("hosts", "side_texts", model.each(model.HOSTS), "A text as hosts"),
        Row("user", "side_uids", model.each(model.USER_OR_DIGITS), "A name or the number"),
        Row("gone", "no_such_member", model.each(model.NUMBER), "No member", release="99.01"),
    ),
    {},
    view="probe_sides",
)
WORDS = Table(
    "probe_t",
    (Row("word", None, model.WORD, "A word"), Row("sum", "side_sums", model.each(model.NUMBER), "A number")),
    {},
    view="probe_words",
)
SELF = Table("probe_t", (Row("text", "text", model.TEXT, "A text"),), {}, view="probe_self")
SEQUENCES = Table(
    "probe_t",
    (
        Row("sides", "side_ids", model.items("probe_sides", "side_count"), "Arrays side by side"),
        Row("beside_words", "list", model.words("probe_words", "side_sums"), "Words with arrays beside them"),
        Row("numbers", "side_sums", model.numbers("side_count"), "Numbers"),
        Row("reals", "side_long_reals", model.numbers("side_count"), "Floats"),
        Row("self", None, model.own("probe_self"), "Itself"),
        Row("hosts", "hosts", model.HOSTS, "Hosts"),
        Row("qos", "qos", model.QOS_CSV, "QOSes"),
        Row("gone/items", "no_such_member", model.items("probe_sides", "side_count"), "No member", release="99.01"),
        Row("gone/tres", "no_such_member", model.TRES, "No member", release="99.01"),
    ),
    {},
    view="probe_sequences",
)
PROBE = Table(
    "probe_t",
    (
        *(Row(f"plain/{m}", m, model.NUMBER, "As it is") for m in NUMBERS),
        *(Row(f"nullable/{m}", m, model.NULLABLE, "Null when unset") for m in NUMBERS),
        *(Row(f"both/{m}", m, model.NULLABLE_OR_INFINITE, "Null when unset or infinite") for m in NUMBERS),
        *(Row(f"minus/{m}", m, model.INFINITE_MINUS, "-1 when infinite") for m in NUMBERS),
        *(Row(f"noval/{m}", m, model.NOVAL, "The number object") for m in NUMBERS),
        *(Row(f"zero/{m}", m, model.NOVAL_ZERO, "The number object, 0 is unset") for m in NUMBERS),
        Row("truth", "truth", model.BOOLEAN, "A truth"),
        Row("one", "u8", model.BOOLEAN_ONE, "True for one"),
        Row("one_or_null", "u16", model.BOOLEAN_ONE_OR_NULL, "True for one, null when unset"),
        Row("one_or_false", "u16", model.BOOLEAN_ONE_OR_FALSE, "True for one, null when unset in a complex document"),
        Row("or_zero", "u32", model.NUMBER_OR_ZERO, "Null for 0 in a complex document"),
        Row("real/plain", "real", model.REAL, "A float"),
        Row("real/nullable", "real", model.NULLABLE_REAL, "Null when unset"),
        Row("real/noval", "real", model.NOVAL_REAL, "The number object"),
        Row("text", "text", model.TEXT, "Empty when missing"),
        Row("text_or_null", "text", model.TEXT_OR_NULL, "Null when missing"),
        Row("csv", "list", model.CSV, "Split"),
        Row("words", "words", model.texts("word_count"), "Several"),
        Row("bits", "bits", model.flags(BITS), "Flags"),
        Row("state", "state", model.choice(STATE), "A choice"),
        Row("open_state", "state", model.choice(OPEN_STATE), "A choice with numbers for the rest"),
        Row("state_or_null", "state", model.choice_or_null(OPEN_STATE), "The same, null when unset"),
        Row("states", "state", model.choices(STATE), "A list of one"),
        Row("user", "uid", model.USER, "A name"),
        Row("user_or_null", "uid", model.USER_OR_NULL, "A name, null when unset"),
        Row("user_or_empty", "uid", model.USER_OR_EMPTY, "A name or nothing"),
        Row("group", "gid", model.GROUP, "A name"),
        Row("mean", "sum", model.quotient("divisor"), "A mean"),
        Row("here", "here", model.record("inner_t"), "In place"),
        Row("there", "there", model.record("inner_t", pointer=True), "Behind a pointer"),
        Row("many", "many", model.records("inner_t", "many_count"), "An array"),
        Row("fixed", None, model.constant("{}", "object"), "A constant"),
        *(
            Row(f"gone/{k}", "no_such_member", kind, "No member", release="99.01")
            for k, kind in (
                ("number", model.NUMBER),
                ("text", model.TEXT),
                ("noval", model.NOVAL),
                ("flags", model.flags(BITS)),
                ("nullable", model.NULLABLE),
                ("truth", model.BOOLEAN),
                ("user", model.USER),
            )
        ),
    ),
    {},
    required="needed",
)


def build(folder: str, *, sanitize: bool) -> Any:
    """Compile the project's C with the probe's rows into ``folder``; return the module."""
    headers = headers_.read()
    with open(os.path.join(HERE, "probe.h"), encoding="utf-8") as source:
        text = source.read()
    cdef = re.sub(r"^#.*$|/\*.*?\*/", "", text, flags=re.MULTILINE)
    structs, enumerators, _functions = headers_._walk(cdef)
    headers = headers._replace(structs={**headers.structs, **structs}, constants=headers.constants | enumerators)
    backend.prepare(headers, (INNER, PROBE, SIDES, WORDS, SELF, *TABLES, *SLURMDBD, SEQUENCES), folder)
    name = "_probe_sanitized" if sanitize else "_probe"
    extra = ["-O1", "-g"]
    if sanitize:
        extra += ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"]
    ffi = backend.builder(headers, name, folder, cdef=cdef, flags=[*extra, f"-I{HERE}", "-include", "probe.h"])
    path = ffi.compile(tmpdir=folder)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    flags_before = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_GLOBAL | os.RTLD_NOW)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.setdlopenflags(flags_before)
    return module


def compiled(folder: str) -> dict[str, tuple[str, str]]:
    """Compile our own C files and the rows with every warning on; what the compiler said of each, and its object."""
    backend.prepare(headers_.read(), TABLES, folder)
    ours = os.path.join(ROOT, "cffi_build")
    command = [*headers_.compiler(), "-std=gnu11", "-O3", *backend.STRICT, f"-I{folder}", f"-I{ours}", "-c"]
    command += ["-isystem", sysconfig.get_path("include")]
    found = {}
    for source in (*backend.SOURCES, "rows.c"):
        made = os.path.join(folder, f"{source}.o")
        path = os.path.join(folder if source == "rows.c" else ours, source)
        done = subprocess.run([*command, "-o", made, path], capture_output=True, text=True, check=False)
        found[source] = (done.stderr, made)
    return found
