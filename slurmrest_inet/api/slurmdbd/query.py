# SPDX-License-Identifier: GPL-2.0-or-later
"""The query of a request to slurmdbd's side, read into members of the condition that libslurm is given.

Rule 1: a version without rows in the table says nothing of any parameter.
Rule 2: where a version goes on after a flag that there is not, no flag is asked for, which is otherwise than not to ask
        for flags.
"""

from __future__ import annotations

import time

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.model import IN

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.model import Row, Table
    from slurmrest_inet.schema.reading import Members


class _Context(NamedTuple):
    now: float


_MINDS_UNKNOWN = {36: False, 38: True, 39: False}


def minds_unknown(call: Call) -> bool:
    """Tell whether the version minds parameters that it does not know where it looks at a query for a truth."""
    return bool(call.at(_MINDS_UNKNOWN))


def compared(asked: dict[str, Any]) -> dict[str, Any]:
    """Return such a query: names are compared in any letter case, and even a text for null is a true one."""
    return {name.lower(): "true" if text in ("null", "~") else text for name, text in asked.items()}


def _table(name: str) -> Table:
    from slurmrest_inet.schema.slurmdbd import queries  # noqa: PLC0415 - most requests have no query

    found: Table = getattr(queries, name)
    return found


def rows_of(call: Call, name: str | None) -> tuple[Row, ...]:
    """Return what the call's version takes of the table of that name in queries.py; of none nothing."""
    return () if name is None else _table(name).rows_of(call.version, IN)


def read(call: Call, report: Report, name: str | None) -> Members | None:
    """Return members of the condition by name; None: something in the query is a fault, which the report has.

    name: of the table in queries.py, None for an operation without parameters.
    """
    if not call.query or name is None:
        return {}
    rows = rows_of(call, name)
    if not rows:
        return {}
    from slurmrest_inet.schema import decode, manner, reading  # noqa: PLC0415 - most requests have no query

    found = reading.Report(fast=report.fast, size=call.size)
    how = manner.worded(call.dialect.slurmdbd_query)
    record = decode.decode(_table(name), call.version, call.query, found, _Context(time.time()), manner=how)
    report.take(found)
    if found.ended:
        return None
    for row in rows:
        if row.path in call.query and row.kind.name in ("flags", "choice"):
            record.members.setdefault(row.members[0], 0)
    return record.members
