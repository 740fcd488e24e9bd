# SPDX-License-Identifier: GPL-2.0-or-later
"""The query of a request for jobs that slurmdbd remembers, read into members of its condition.

Rule 1: whether parameters are read in the order of the query, up to the first fault, or in that of the table, the
        dialect says (versions.py, `past_jobs_query`).
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.report import Fault, Report, unread
from slurmrest_inet.api.slurmdbd import job_condition
from slurmrest_inet.http.query import infer
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.manner import worded
from slurmrest_inet.schema.slurmdbd import job_queries
from slurmrest_inet.schema.slurmdbd.selected_step import BAD_STEP
from slurmrest_inet.slurm import this_host
from slurmrest_inet.slurm.fill import number_of

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.reading import Members

_REPLACED = {36: False, 40: True}
"""Whether bits that are asked for stand in the place of those that slurmrestd asks for otherwise."""
_BITS = {
    "show_duplicates": "JOBCOND_FLAG_DUP",
    "skip_steps": "JOBCOND_FLAG_NO_STEP",
    "disable_truncate_usage_time": "JOBCOND_FLAG_NO_TRUNC",
    "whole_hetjob": "JOBCOND_FLAG_WHOLE_HETJOB",
    "disable_whole_hetjob": "JOBCOND_FLAG_NO_WHOLE_HETJOB",
    "disable_wait_for_result": "JOBCOND_FLAG_NO_WAIT",
    "usage_time_as_submit_time": "JOBCOND_FLAG_NO_DEFAULT_USAGE",
    "submit_time": "JOBCOND_FLAG_NO_DEFAULT_USAGE",
    "show_batch_script": "JOBCOND_FLAG_SCRIPT",
    "show_job_environment": "JOBCOND_FLAG_ENV",
}
_STARTS = {
    "scheduler_unset": "SLURMDB_JOB_FLAG_NOTSET",
    "scheduled_on_submit": "SLURMDB_JOB_FLAG_SUBMIT",
    "scheduled_by_main": "SLURMDB_JOB_FLAG_SCHED",
    "scheduled_by_backfill": "SLURMDB_JOB_FLAG_BACKFILL",
    "job_started": "SLURMDB_JOB_FLAG_START_R",
    "job_altered": "SLURMDB_JOB_FLAG_ALTERED",
}
"""Of parameters that are one bit of the condition, of its flags and of those that jobs must have."""


def asked(call: Call, report: Report) -> Members | None:
    """Return what a query asks for; None: it cannot be read, as the report says."""
    found = reading.Report(fast=report.fast, size=call.size)
    manner = worded(call.dialect.past_jobs_query)
    values = call.query
    if manner.folded:
        values = {name: infer(value) if isinstance(value, str) else value for name, value in values.items()}
    record = decode.decode(job_queries.JOBS, call.version, values, found, this_host.host(), manner=manner)
    if manner.folded:
        for fault in found.faults:
            _tell(call, report, fault)
    else:
        report.take(found)
        if found.ended:
            report.fault(_REJECTED, INVALID_QUERY)
    return None if found.ended else _with_parts(call, record)


_REJECTED = unread("op_handler_jobs", "query parameters")._replace(decides=True)


def _tell(call: Call, report: Report, fault: reading.Fault) -> None:
    if fault.kind == "unknown":
        report.fault(call.at(_UNKNOWN), INVALID_QUERY, fault.key)
    for sentence, code in fault.details:
        report.error(code_of(code), fault.key, sentence)
    if (BAD_STEP, "ESLURM_REST_INVALID_QUERY") not in fault.details:
        report.code = call.at(_UNREAD) or report.code


_UNKNOWN = {
    36: Fault(text="Unknown Query field", nowhere=True),
    39: Fault("_foreach_query_search", "unexpected Query field: {}"),
}
_UNREAD = {36: -1, 39: 0}
"""What stands in the place of the code of a fault, if anything does."""


def _with_parts(call: Call, record: reading.Record) -> Members:
    members: dict[str, Any] = dict(record.members)
    parts = record.parts
    bits = tuple(bit for name, bit in _BITS.items() if parts.get(name))
    replaced: bool = call.at(_REPLACED)
    if not (bits and replaced):
        bits = (*call.at(job_condition.FLAGS), *bits)
    starts = tuple(bit for name, bit in _STARTS.items() if parts.get(name))
    began = parts.get("start_time", parts.get("submit_time"))
    if began is not None:
        members["usage_start"] = began
    for name in ("state_list", "userid_list", "groupid_list"):
        if name in members:
            members[name] = [_number(one) for one in members[name]]
    return {**job_condition.with_flags(bits, starts), **job_condition.home(call), **members}


def _number(one: Any) -> str:
    """A text of what a reader came to: digits, an id, constants, or a word."""
    if isinstance(one, str) and not one.isdigit():
        return str(number_of(one)) if one.isupper() else one
    return str(number_of(one) if isinstance(one, tuple) else one)
