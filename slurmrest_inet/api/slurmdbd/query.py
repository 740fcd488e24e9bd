# SPDX-License-Identifier: GPL-2.0-or-later
"""The query of a request to slurmdbd's side, read into members of the condition that libslurm is given.

Rule 1: a version without rows in the table says nothing of any parameter.
"""

from __future__ import annotations

import time

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.model import IN

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members


class _Context(NamedTuple):
    now: float


def read(call: Call, report: Report, table: Table | None) -> Members | None:
    """Return members by name; None: something in the query is a fault, which the report has."""
    if not call.query or table is None or not table.rows_of(call.version, IN):
        return {}
    from slurmrest_inet.api import told  # noqa: PLC0415 - most requests have no query

    record = told.read(call, report, table, call.query, _Context(time.time()), query=True)  # type: ignore[arg-type]
    return None if record is None else record.members
