# SPDX-License-Identifier: GPL-2.0-or-later
"""A body or a query of a request, read by its table into the report of an operation.

Rule 1: None tells that something in it is a fault: the operation then sends nothing.
Rule 2: a fault that slurmrestd says nothing of has no entry here either; the operation says that it read nothing.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import decode, reading

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.model import Table


def read(
    call: Call,
    report: Report,
    table: Table,
    value: object,
    host: object = None,
    *,
    pointer: str = "#/",
    query: bool = False,
) -> reading.Record | None:
    """Return what a table makes of a value that stands at a place of the body, or of the query.

    host: of this_host.py or submit_host.py, the same for all parts of a request, or what slurmdbd knows; none where no
    value needs it.
    """
    found = reading.Report(fast=report.fast, size=call.size)
    record = decode.decode(table, call.version, value, found, host, pointer=pointer, query=query)
    report.take(found)
    return None if found.faults else record
