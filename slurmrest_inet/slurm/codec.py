# SPDX-License-Identifier: GPL-2.0-or-later
"""The codec for Python: one document in one reused buffer, handed out in pieces.

Rule 1: a piece is a view of the buffer; whoever takes it writes it before asking for the next one.
Rule 2: no record of a list becomes a Python object.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import ffi, lib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

JSON_COMPACT, JSON_PRETTY, YAML, YAML_EMPTY = range(4)
"""YAML shows a missing string as null, YAML_EMPTY as an empty one."""

BUFFER_BYTES = 262_144
"""Four pipes full: large enough that system calls do not count, small enough to stay in the processor's cache."""


class Writer:
    """One document being written; see ``writer.c`` for the rules of nesting."""

    def __init__(self, format_: int, size: int = BUFFER_BYTES, *, complex_: bool = False) -> None:
        """`complex_`: as a data parser with the flag complex writes."""
        raw = lib.writer_new(format_, size)
        if raw == ffi.NULL:
            raise MemoryError
        self._w = ffi.gc(raw, lib.writer_free)
        if complex_:
            lib.writer_make_complex(raw)
        self._names: Names | None = None

    def look_up(self, names: Names) -> None:
        """From here on take names of resources and QOSes from there."""
        self._names = names  # lives as long as the writer
        lib.writer_look_up(self._w, names.raw)

    def value(self, value: Any) -> None:
        """Write a value made of dict, list, str, bool, int, float and None; what is written is small."""
        w, kind = self._w, type(value)
        if kind is str:
            self.text(value)
        elif kind is dict:
            lib.writer_begin_map(w)
            for key, item in value.items():
                self.key(key)
                self.value(item)
            lib.writer_end_map(w)
        elif kind is int:
            lib.writer_integer(w, value)
        elif value is None:
            lib.writer_null(w)
        elif kind is bool:
            lib.writer_boolean(w, value)
        elif kind is float:
            lib.writer_real(w, value)
        else:
            lib.writer_begin_list(w)
            for item in value:
                self.value(item)
            lib.writer_end_list(w)

    def number(self, value: int) -> None:
        """Write a number object that is set."""
        lib.writer_noval(self._w, True, False, value)

    def text(self, text: str) -> None:
        """Write a string; lone surrogates, as in undecodable input, become U+FFFD."""
        data = text.encode("utf-8", "surrogateescape")
        lib.writer_string(self._w, data, len(data))

    def key(self, key: str) -> None:
        """Begin a member of the open map."""
        data = key.encode()
        lib.writer_key(self._w, data, len(data))

    def member(self, key: str, value: Any) -> None:
        """Write a member of the open map."""
        self.key(key)
        self.value(value)

    def begin_map(self) -> None:
        """Open a map."""
        lib.writer_begin_map(self._w)

    def end_map(self) -> None:
        """Close it."""
        lib.writer_end_map(self._w)

    def begin_list(self) -> None:
        """Open a list."""
        lib.writer_begin_list(self._w)

    def end_list(self) -> None:
        """Close it."""
        lib.writer_end_list(self._w)

    def finish(self) -> None:
        """End the document."""
        lib.writer_finish(self._w)

    def members(self, table: Any, record: Any) -> None:
        """Write one record's rows into the open map."""
        lib.codec_members(self._w, table, record)

    def records(self, table: Any, array: Any, count: int) -> Iterator[memoryview]:
        """Write an array's records into the open list; yields the buffer each time it is full."""
        stride = lib.codec_table_stride(table)
        base = ffi.cast("char *", array)
        return self._pieces(count, lambda done: lib.codec_records(self._w, table, base + done * stride, count - done))

    def listed(self, table: Any, list_: Any) -> Iterator[memoryview]:
        """Write the records of a list of Slurm's (NULL: of none) into the open list; yields as `records` does."""
        slot = ffi.new("size_t *")
        raw = lib.list_items(list_, slot)
        if raw == ffi.NULL:
            raise MemoryError
        items, count = ffi.gc(raw, lib.list_items_free), slot[0]
        write = lib.codec_pointed_records
        return self._pieces(count, lambda done: write(self._w, table, items + done, count - done))

    def hosts(self, list_: Any) -> Iterator[memoryview]:
        """Take the hosts out of a host list of libslurm's, into the open list; yields as `records` does."""
        while not lib.codec_hosts(self._w, list_, BUFFER_BYTES):
            yield self.take()

    def _pieces(self, count: int, write: Callable[[int], int]) -> Iterator[memoryview]:
        done = 0
        while done < count:
            done += write(done)
            if lib.writer_failed(self._w):
                raise MemoryError
            if done < count:
                yield self.take()

    @property
    def length(self) -> int:
        """How many bytes are in the buffer."""
        found: int = lib.writer_length(self._w)
        return found

    def take(self) -> memoryview:
        """Return what is in the buffer; the buffer is used again by the next call of any method."""
        if lib.writer_failed(self._w):
            raise MemoryError
        view = memoryview(ffi.buffer(lib.writer_data(self._w), self.length))
        lib.writer_reuse(self._w)
        return view


class Names:
    """Names by id of trackable resources, QOSes and associations, for records that hold the ids alone.

    All are lists, of slurmdb_tres_rec_t, slurmdb_qos_rec_t and slurmdb_assoc_rec_t, which outlive this, or NULL.
    """

    def __init__(self, tres: Any, qos: Any, associations: Any = ffi.NULL) -> None:
        raw = lib.lookup_new(tres, qos)
        if raw == ffi.NULL:
            raise MemoryError
        self.raw = ffi.gc(raw, lib.lookup_free)
        if associations != ffi.NULL and not lib.lookup_associations(raw, associations):
            raise MemoryError


def table(name: str, version: int) -> Any:
    """Return the rows of a C struct, or of a view of one, in an API version (36 to 45). Raises LookupError."""
    found = lib.codec_table(name.encode(), version)
    if found == ffi.NULL:
        raise LookupError(f"{name} has no rows in v0.0.{version}")
    return found
