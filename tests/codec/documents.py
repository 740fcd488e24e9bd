# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents that the tests let the codec write, and how they are read back."""

from __future__ import annotations

import codecs
import json
import os
from typing import Any

import yaml

SANITIZED = bool(os.environ.get("SLURMREST_TEST_SANITIZE"))
JSON_COMPACT, JSON_PRETTY, YAML = range(3)


def _replace_each_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd" * (error.end - error.start), error.end


codecs.register_error("replace_each_byte", _replace_each_byte)


def decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "replace_each_byte")


def encode(
    module: Any,
    table: Any,
    array: Any,
    count: int,
    format_: int,
    capacity: int = 1 << 16,
    *,
    complex_: bool = False,
    lookup: Any = None,
) -> bytes:
    """One document {"list": [...]} of all records, taken out of the buffer whenever it is full."""
    ffi, lib = module.ffi, module.lib
    writer = lib.writer_new(format_, capacity)
    if complex_:
        lib.writer_make_complex(writer)
    if lookup is not None:
        lib.writer_look_up(writer, lookup)
    out = bytearray()
    done = 0
    lib.writer_begin_map(writer)
    lib.writer_key(writer, b"list", 4)
    lib.writer_begin_list(writer)
    while True:
        done += lib.codec_records(writer, table, array + done, count - done)
        if done == count:
            break
        out += ffi.buffer(lib.writer_data(writer), lib.writer_length(writer))
        lib.writer_reuse(writer)
    lib.writer_end_list(writer)
    lib.writer_end_map(writer)
    lib.writer_finish(writer)
    out += ffi.buffer(lib.writer_data(writer), lib.writer_length(writer))
    assert not lib.writer_failed(writer)
    lib.writer_free(writer)
    return bytes(out)


def parse(document: bytes, format_: int) -> Any:
    if format_ == YAML:
        return yaml.load(document, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders

    def no_constants(name: str) -> None:
        raise AssertionError(name)

    return json.loads(document.decode("utf-8"), parse_constant=no_constants)
