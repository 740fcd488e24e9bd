# SPDX-License-Identifier: GPL-2.0-or-later
"""Host lists: from an expression to names, and from names to an expression.

Rule 1: nothing leaves this host: libslurm alone is asked, and it acts for nobody here.
Rule 2: what one expression stands for may be large beside it, so names are made while they are written.
"""

from __future__ import annotations

from slurmrest_inet.api import told
from slurmrest_inet.api.envelope import Answer, Expanded
from slurmrest_inet.api.errors import INVALID_QUERY, PARSE_BAD_INPUT
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.hosts import HOSTLIST, HOSTNAMES
from slurmrest_inet.slurm.hosts import MOST, Hosts, TooManyError

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.model import Table

_UNREAD = Fault("_convert_hostnames_hostlist", "Rejecting request. Failure parsing request", decides=True)


def names(call: Call) -> Answer:
    """POST hostnames: each host that an expression names."""
    report = Report(call)
    hosts = _read(call, report, HOSTLIST)
    # The answer closes them, when it has been written.
    return report.answer() if hosts is None else report.answer(("hostnames", Expanded(hosts)))


def expression(call: Call) -> Answer:
    """POST hostlist: the expression for hosts by name, in their order."""
    report = Report(call)
    hosts = _read(call, report, HOSTNAMES)
    if hosts is None:
        return report.answer()
    with hosts:
        return report.answer(("hostlist", hosts.expression()))


def _read(call: Call, report: Report, table: Table) -> Hosts | None:
    """Return the hosts of a body, which whoever asks closes; None: the report says what is wrong with it."""
    record = told.read(call, report, table, {} if call.body is None else call.body)
    if record is not None:
        members: Any = record.members
        given: list[str] | str = members[table.name]
        try:
            return Hosts(given) if isinstance(given, str) else Hosts.of(given)
        except TooManyError:
            sentence = f"More than {MOST} hosts"
        except ValueError as error:
            what = "hostlist" if isinstance(given, str) else "host"
            sentence = f"Invalid {what} string: {error.args[0]}"
        report.error(PARSE_BAD_INPUT, "" if report.fast else f"#/{table.name}/", sentence)
    report.fault(_UNREAD, INVALID_QUERY)
    return None
