# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operation gives back, and the document that it becomes: meta and errors around streamed records.

Rule 1: an operation has done everything that can fail before its answer is written; writing only walks memory.
Rule 2: a document closes its messages, read to the end or not.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm import codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any, Callable

    from slurmrest_inet.slurm.calls import Message
    from slurmrest_inet.slurm.database import List, Names
    from slurmrest_inet.slurm.hosts import Hosts
    from slurmrest_inet.slurm.layouts import Layout


class Records(NamedTuple):
    """A payload that is a list: records of a message, all of them or those at ``indexes``.

    ``stretches`` tells instead which ones to write next, as the index of the first and how many; it may change a record
    between two of them, so that one stands for several items.
    """

    message: Message
    indexes: Sequence[int] | None = None
    stretches: Callable[[Message], Iterable[tuple[int, int]]] | None = None


class Listed(NamedTuple):
    """A payload that is a list: records that slurmdbd sent. ``view`` names another table than their struct's own."""

    message: List | Layout
    view: str | None = None


class Expanded(NamedTuple):
    """A payload that is a list: the names of hosts."""

    message: Hosts


class Made(NamedTuple):
    """A payload that is a list: records that are Python's."""

    records: Sequence[dict[str, Any]]


class Members(NamedTuple):
    """A payload that is a map: the one record of a message. ``view`` names another table than its struct's own."""

    message: Message
    view: str | None = None


class Number(NamedTuple):
    """A payload that is a number object, and set."""

    value: int


class NoRecords(NamedTuple):
    """A payload that is a list for which there is no message: empty, and null in a complex document."""


class Answer(NamedTuple):
    """What an operation came to: ``code`` is Slurm's error or 0, ``payload`` is sent with an error, too.

    A payload's values are what codec.Writer.value() takes, and the classes above, also within maps.

    ``note`` is for the log: what was changed, told there even if the answer never arrives. ``names`` are for records
    that hold ids of resources and QOSes.
    """

    payload: tuple[tuple[str, Any], ...] = ()
    errors: tuple[dict[str, str | int], ...] = ()
    code: int = 0
    note: str | None = None
    warnings: tuple[dict[str, str | int], ...] = ()
    names: Names | None = None


class Awaited(NamedTuple):
    """An answer that is not there yet; as http.message.Waiting, which it becomes."""

    go_on: Callable[[], Answer | None]
    give_up: Callable[[], Answer]


class Document:
    """One answer as a stream of bytes; the pieces are views of one reused buffer."""

    def __init__(
        self, answer: Answer, meta: dict[str, Any], version: int, format_: int, *, complex_: bool = False
    ) -> None:
        self._answer = answer
        self._meta = meta
        self._version = version
        self._format = format_
        self._complex = complex_

    def __iter__(self) -> Iterator[memoryview]:
        writer, answer = codec.Writer(self._format, complex_=self._complex), self._answer
        if answer.names is not None:
            writer.look_up(answer.names.lookup)
        writer.begin_map()
        told = {"meta": self._meta, "errors": answer.errors, "warnings": answer.warnings}
        for name in versions.DIALECTS[self._version].members:
            if name == versions.PAYLOAD:
                yield from self._members(writer, answer.payload)
            else:
                writer.member(name, told[name])
        writer.end_map()
        writer.finish()
        yield writer.take()

    def _members(self, writer: codec.Writer, members: Iterable[tuple[str, Any]]) -> Iterator[memoryview]:
        for key, value in members:
            writer.key(key)
            if isinstance(value, Records):
                yield from self._records(writer, value)
            elif isinstance(value, Listed):
                table = codec.table(value.view or value.message.struct, self._version)
                writer.begin_list()
                yield from writer.listed(table, value.message.pointer)
                writer.end_list()
            elif isinstance(value, Expanded):
                writer.begin_list()
                yield from value.message.write(writer)
                writer.end_list()
            elif isinstance(value, Made):
                writer.begin_list()
                for record in value.records:
                    writer.value(record)
                    if writer.length >= codec.BUFFER_BYTES:
                        yield writer.take()
                writer.end_list()
            elif isinstance(value, Members):
                writer.begin_map()
                writer.members(codec.table(value.view or value.message.struct, self._version), value.message.array)
                writer.end_map()
            elif isinstance(value, NoRecords):
                writer.value(None if self._complex else ())
            elif isinstance(value, Number):
                writer.number(value.value)
            elif isinstance(value, dict):
                writer.begin_map()
                yield from self._members(writer, value.items())
                writer.end_map()
            else:
                writer.value(value)

    def _records(self, writer: codec.Writer, records: Records) -> Iterator[memoryview]:
        message = records.message
        table = codec.table(message.struct, self._version)
        writer.begin_list()
        stretches: Iterable[tuple[int, int]] = ((0, message.count),)
        if records.stretches is not None:
            stretches = records.stretches(message)
        elif records.indexes is not None:
            stretches = ((index, 1) for index in records.indexes)
        for first, count in stretches:
            yield from writer.records(table, message.array + first, count)
        writer.end_list()

    def close(self) -> None:
        """Give every message back to libslurm."""
        _close(value for _key, value in self._answer.payload)
        if self._answer.names is not None:
            self._answer.names.close()


def _close(values: Iterable[Any]) -> None:
    for value in values:
        if isinstance(value, (Records, Listed, Expanded, Members)):
            value.message.close()
        elif isinstance(value, dict):
            _close(value.values())
