# SPDX-License-Identifier: GPL-2.0-or-later
"""Several reservations or partitions that one request creates or changes.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing.
Rule 2: which of them slurmctld refuses, it says of each; those that are done stay, and a warning names them.
Rule 3: once slurmctld does not answer nothing more is sent: each request would wait as long for it.
"""

from __future__ import annotations

from slurmrest_inet.api import told
from slurmrest_inet.api.errors import FLAGS_INVALID, INVALID_QUERY, UNANSWERED, sentence_of
from slurmrest_inet.api.sending import undone
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm import this_host
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.slurm.fill import Struct


class Change(NamedTuple):
    """What is sent of one of them.

    source, sentence: the function of slurmrestd's that tells that slurmctld refused it, and what it says. other: what
    it says of codes for which that is something else.
    """

    name: str
    message: Struct
    send: Callable[[Struct], None]
    source: str
    sentence: str
    other: dict[int, str] | None = None


def read(
    call: Call, report: Report, table: Table, source: str, sentence: str, *, decides: bool = False
) -> Record | None:
    """Return what a body says; None: something in it is a fault, which the report has.

    sentence: what is said beyond that, by `source`, where more than flags are wrong. decides: its code is the answer's.
    """
    record = told.read(call, report, table, {} if call.body is None else call.body, this_host.host())
    if record is None and (not report.errors or any(one["error_number"] != FLAGS_INVALID for one in report.errors)):
        report.error(INVALID_QUERY, source, sentence)
        report.code = INVALID_QUERY if decides else report.code
    return record


def done(report: Report, changes: Iterable[Change]) -> list[Change]:
    """Send each of them; returns those that went well. What slurmctld refused, the report has."""
    found = []
    lost = 0
    for change in changes:
        code = lost
        try:
            if not lost:
                change.send(change.message)
        except SlurmError as error:
            code = error.reason
            lost = code if code in UNANSWERED else 0
        if code:
            report.error(code, change.source, (change.other or {}).get(code, change.sentence))
        else:
            found.append(change)
    return found


def answer(report: Report, what: str, names: list[str], *payload: tuple[str, Any]) -> Answer:
    """Return the answer to a request that wrote these reservations or partitions, as `what` calls them."""
    listed = ", ".join(names)
    note = f"{what} written: {listed or 'none'}"
    if not report.errors:
        return report.answer(*payload, note=note)
    if names:
        report.warning(None, f"These {what} have been created or changed: {listed}")
    return report.answer(note=f"{note}; {undone('all of them', report.code)}: {sentence_of(report.code)}")
