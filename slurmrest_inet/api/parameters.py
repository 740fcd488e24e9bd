# SPDX-License-Identifier: GPL-2.0-or-later
"""The query of one request, read by the table that its route names.

Rule 1: what is wrong with it is collected in the report; None tells that the operation cannot go on.
"""

from __future__ import annotations

import time

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report


class _Context(NamedTuple):
    now: float


def read(call: Call, report: Report) -> dict[str, Any] | None:
    """Return the parameters that are there by their names; ``flags`` are bits."""
    if not call.query or call.table is None:
        return {}
    from slurmrest_inet.schema import decode, queries, reading  # noqa: PLC0415 - most requests have no query

    found = reading.Report(fast=report.fast, size=call.size)
    table = getattr(queries, call.table)
    record = decode.decode(table, call.version, call.query, found, _Context(time.time()), query=True)
    report.take(found)
    if found.ended:
        return None
    members: dict[str, Any] = dict(record.members)
    if "flags" in members:
        members["flags"] = sum(getattr(lib, name) for name in members["flags"] or ())
    return members
