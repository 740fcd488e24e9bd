# SPDX-License-Identifier: GPL-2.0-or-later
"""The codec as Python uses it: pieces of records, of an array or of a list, with names that were told before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

codec = pytest.importorskip("slurmrest_inet.slurm.codec", reason="needs the compiled extension")
ffi, lib = codec.ffi, codec.lib

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def licenses() -> Iterator[Any]:
    """A hundred licences, and a list of them in the other order."""
    names = [ffi.new("char[]", b"licence %d" % index) for index in range(100)]
    array = ffi.new("slurm_license_info_t[]", 100)
    listed = lib.slurm_list_create(ffi.NULL)
    for one, name in zip(array, names):
        one.name = name
    for index in range(99, -1, -1):
        lib.slurm_list_append(listed, array + index)
    yield array, listed
    lib.slurm_list_destroy(listed)


def _document(write: Any, size: int) -> list[str]:
    writer = codec.Writer(codec.JSON_COMPACT, size)
    writer.begin_list()
    pieces = [bytes(piece) for piece in write(writer)]
    writer.end_list()
    writer.finish()
    pieces.append(bytes(writer.take()))
    assert len(pieces) > 1 or size > 4000
    return [one["LicenseName"] for one in json.loads(b"".join(pieces))]


@pytest.mark.parametrize("size", [64, 1000, 1 << 16])
def test_records_in_pieces(licenses: Any, size: int) -> None:
    array, listed = licenses
    table = codec.table("slurm_license_info_t", 38)
    names = [f"licence {index}" for index in range(100)]
    assert _document(lambda writer: writer.records(table, array, 100), size) == names
    assert _document(lambda writer: writer.listed(table, listed), size) == names[::-1]


def test_no_list() -> None:
    table = codec.table("slurm_license_info_t", 38)
    assert _document(lambda writer: writer.listed(table, ffi.NULL), 1 << 16) == []


def test_that_the_names_live_as_long_as_the_writer() -> None:
    writer = codec.Writer(codec.JSON_COMPACT)
    names = codec.Names(ffi.NULL, ffi.NULL)
    writer.look_up(names)
    raw = names.raw
    del names
    assert writer._names is not None
    assert writer._names.raw is raw
