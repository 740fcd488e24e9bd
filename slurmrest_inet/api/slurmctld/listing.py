# SPDX-License-Identifier: GPL-2.0-or-later
"""How a list of what slurmctld has is asked for and answered, whole or by the name of what is in it.

Rule 1: an operation is a `Listing`; what it asks and what it says otherwise in another version is its data.
Rule 2: nothing here knows a resource.
"""

from __future__ import annotations

import time

from slurmrest_inet.api import parameters
from slurmrest_inet.api.envelope import Answer
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError, ffi

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.slurm.calls import Message


class Words(NamedTuple):
    """What a list's operation says; see `Report.fault` for a fault that is None.

    failed: of a call that failed. unread: of a query; None: the list is there, and empty. missing: where nothing has
    the name, or, unless it is None, where there is nothing at all. unchanged: the answer in the place of a 304 where
    nothing changed since a time. empty: says of a list that there is nothing in it. keeps: a list that cannot be told
    is there, and empty; None: it is null. only: of those that have the name (in any case of letters) the first alone is
    told.
    """

    failed: Fault | None = Fault()
    unread: Fault | None = None
    missing: Fault | None = None
    unchanged: Callable[[Report, int], Answer] | None = None
    empty: Callable[..., None] | None = None
    keeps: bool | None = True
    only: bool = False


class Listing(NamedTuple):
    """An operation that answers with the list ``key``.

    ``load`` asks slurmctld, with the query's time and flags, or 0 and the version's ``flags``. ``words`` and ``flags``
    stand by the version from which they hold. ``picked`` names the path's parameter whose records are told, where
    ``load`` brings all of them.
    """

    key: str
    load: Callable[[Call, int, int], Message]
    words: dict[int, Words]
    flags: dict[int, int] = {36: 0}  # noqa: RUF012 - nobody changes a table
    picked: str | None = None

    def __call__(self, call: Call) -> Answer:
        """Return the answer to a call."""
        return self.answer(call, Report(call), *call.parameters.values())

    def answer(self, call: Call, report: Report, *asked: object) -> Answer:
        """Return the answer to a call of which something may have been said already; ``asked``: what faults name."""
        said = call.at(self.words)
        told = parameters.read(call, report)
        if told is None:
            report.fault(said.unread, INVALID_QUERY)
            return report.answer() if said.unread is not None else report.listing(self.key, None)

        def without() -> Answer:
            if said.keeps is None:
                return report.answer((self.key, None))
            return report.listing(self.key, None) if said.keeps else report.answer()

        since = told.get("update_time", 0)
        try:
            message = self.load(call, since, told.get("flags") or call.at(self.flags))
        except SlurmError as error:
            if NO_CHANGE_IN_DATA in (error.code, error.errno):
                if said.unchanged is not None:
                    return said.unchanged(report, since)
                if not report.code or said.failed is None or said.failed.decides:
                    return Answer(code=NO_CHANGE_IN_DATA)
            report.failure(said.failed, error, *asked)
            return without()
        indexes = None if self.picked is None else _named(message, call.parameters[self.picked])
        if indexes == [] or (said.missing is not None and not message.count):
            message.close()
            report.fault(said.missing, 0, *asked)
            return without()
        if said.empty is not None and not message.count:
            said.empty(report, *asked)
        return report.listing(self.key, message, indexes[:1] if indexes and said.only else indexes)


def time_text(moment: int) -> str:
    """Return a time as Slurm shows it: the numbers that stand for infinity and for no value have words."""
    words = {0: "Unknown", calls.NO_VAL: "None", calls.NO_VAL + 1: "Unknown"}
    try:
        return words.get(moment) or time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(moment))
    except (OverflowError, OSError):  # a year that struct tm cannot hold
        return "Unknown"


def _named(message: Message, name: str) -> list[int]:
    """Return where the records called ``name`` are, without regard to ASCII case: strcasecmp(3) in the C locale."""
    wanted = name.encode("utf-8", "surrogateescape").lower()
    return [
        index
        for index in range(message.count)
        if message.array[index].name != ffi.NULL and ffi.string(message.array[index].name).lower() == wanted
    ]
