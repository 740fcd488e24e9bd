# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists of what slurmctld has, and one of a list by its name."""

from __future__ import annotations

from slurmrest_inet.api import parameters
from slurmrest_inet.api.envelope import Answer
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm.library import SlurmError, ffi

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.slurm.calls import Message


class Words(NamedTuple):
    """What the operation of a list says; see `Report.fault` for a fault that is None.

    failed: of a call that failed. unread: of a query. missing: where nothing has the name, or, unless it is None, where
    there is nothing at all. keeps: what is wrong does not take the list out of the answer. only: of those that have the
    name (in any case of letters) the first alone is told.
    """

    failed: Fault | None
    unread: Fault | None = None
    missing: Fault | None = None
    keeps: bool = True
    only: bool = False

    @property
    def decides(self) -> bool:
        """Whether the code of a call that failed is the answer's, whatever was wrong with the query."""
        return self.failed is None or self.failed.decides


def unread(source: str, query: str = "query") -> Fault:
    """Return what is said of a query that cannot be read."""
    return Fault(source, f"Rejecting request. Failure parsing {query}", INVALID_QUERY)


def answer(
    call: Call,
    key: str,
    load: Callable[[dict[str, Any]], Message],
    words: dict[int, Words],
    *,
    name: str | None = None,
    picked: bool = True,
) -> Answer:
    """Return the list ``key`` of all records or of those called ``name``; 304 if none changed since ``update_time``.

    ``load`` gets the query's parameters. ``picked``: it brings all records, and those of the name are picked.
    """
    report, said = Report(call), call.at(words)

    def without() -> Answer:
        return report.listing(key, None) if said.keeps else report.answer()

    told = parameters.read(call, report)
    if told is None:
        report.fault(said.unread, INVALID_QUERY)
        return without()
    try:
        message = load(told)
    except SlurmError as error:
        if NO_CHANGE_IN_DATA in (error.code, error.errno) and (not report.code or said.decides):
            return Answer(code=NO_CHANGE_IN_DATA)
        report.failure(said.failed, error, name)
        return without()
    indexes = _named(message, name) if name is not None and picked else None
    if indexes == [] or (said.missing is not None and not message.count):
        message.close()
        report.fault(said.missing, INVALID_QUERY, name)
        return without()
    return report.listing(key, message, indexes[:1] if indexes and said.only else indexes)


def _named(message: Message, name: str) -> list[int]:
    """Return where the records called ``name`` are, without regard to ASCII case: strcasecmp(3) in the C locale."""
    wanted = name.encode("utf-8", "surrogateescape").lower()
    return [
        index
        for index in range(message.count)
        if message.array[index].name != ffi.NULL and ffi.string(message.array[index].name).lower() == wanted
    ]
