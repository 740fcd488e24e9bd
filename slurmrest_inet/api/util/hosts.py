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
    """Return the hosts of a body; None: the report says what is wrong with it."""
    record = told.read(call, report, table, {} if call.body is None else call.body)
    if record is not None:
        members: Any = record.members
        hosts, sentence = _of(members[table.name])
        if hosts is not None:
            return hosts
        report.error(PARSE_BAD_INPUT, "" if report.fast else f"#/{table.name}/", sentence)
    report.fault(_UNREAD, INVALID_QUERY)
    return None


def _of(given: list[str] | str) -> tuple[Hosts | None, str]:
    """Return the hosts of an expression or of names; else None and what is wrong."""
    try:
        hosts = Hosts(given if isinstance(given, str) else "")
    except TooManyError:
        return None, _TOO_MANY
    except ValueError:
        return None, f"Invalid hostlist string: {given}"
    try:
        wrong = next((name for name in given if not hosts.add(name)), None) if isinstance(given, list) else None
        fault = "" if wrong is None else f"Invalid host string: {wrong}"
    except TooManyError:
        fault = _TOO_MANY
    if fault:
        hosts.close()
        return None, fault
    return hosts, ""


_TOO_MANY = f"More than {MOST} hosts"
