# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers, whether they have ended or not.

Rule 1: of associations those are looked up that a job was charged to, not all that there are.
"""

from __future__ import annotations

import re
from math import isfinite

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.report import Fault, Report, unread
from slurmrest_inet.api.slurmdbd import query, said
from slurmrest_inet.http.query import infer
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.scalars import InvalidError, to_text
from slurmrest_inet.schema.slurmdbd import job_queries
from slurmrest_inet.slurm import calls, database, this_host
from slurmrest_inet.slurm.fill import MissingError, Struct, number_of
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.manner import Manner
    from slurmrest_inet.schema.reading import Members

_GET = "slurmdb_jobs_get"
_SOURCE = "_dump_jobs"

# What slurmrestd asks for by version: with a query (or for one job), and without one.
_FLAGS = {
    36: "JOBCOND_FLAG_DUP|JOBCOND_FLAG_NO_TRUNC|JOBCOND_FLAG_WHOLE_HETJOB",
    38: "JOBCOND_FLAG_DUP|JOBCOND_FLAG_NO_TRUNC",
}
_REPLACED = {36: False, 40: True}
"""Whether bits that are asked for stand in the place of those."""
_AT_HOME = {36: False, 38: True}
"""Whether a query that names no cluster is for that of slurm.conf alone."""

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


def list_all(call: Call) -> Answer:
    """GET jobs: those that the query names, or those of today."""
    report = Report(call)
    return _answer(call, report, lambda: _asked(call, report))


def get(call: Call) -> Answer:
    """GET job/{job_id}: every record of a job, of all tasks of an array, of all components of a heterogeneous job."""
    report = Report(call)
    return _answer(call, report, lambda: _one(call, report))


def _answer(call: Call, report: Report, ask: Callable[[], Members | None]) -> Answer:
    lists: list[database.List] = []
    function = "slurmdb_tres_get"
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
        asked = ask()
        if asked is None:
            return report.answer()
        lists.append(database.tres())
        function = "slurmdb_qos_get"
        lists.append(database.qos())
        function = _GET
        found = _load(asked)
        if call.at(_LOOKED_UP):
            function = "slurmdb_associations_get"
            try:
                lists.append(_associations(found))
            except SlurmError:
                found.close()
                raise
    except SlurmError as error:
        for one in lists:
            one.close()
        if function == _GET and call.at(_FAILED) and not isinstance(error, database.UnreachableError):
            report.failure(call.at(_FAILED), error)
            return report.answer()
        said.failed(call, report, error, function)
        if isinstance(error, database.UnreachableError) and call.at(said.OPENS_FIRST):
            return report.answer()
        return report.answer(("jobs", ()))
    if not found:
        said.nothing(call, report, _GET, _SOURCE)
        report.code = 0  # nothing is a success
    names = database.Names(lists)
    if call.at(_MISSED):
        for number in _ids(lib.job_unknown_associations, names.lookup.raw, found.pointer):
            report.warning("", f"Unknown association with id#{number}. Unable to dump association.")
    return report.answer(("jobs", Listed(found)), names=names)


_FAILED: dict[int, Fault | None] = {
    36: None,
    40: Fault(_SOURCE, "slurmdb_jobs_get() failed"),
    43: Fault(_SOURCE, "slurmdb_jobs_get failed"),
}
_MISSED = {36: False, 40: True, 43: False}
"""Whether associations that there are not are warned of."""
_LOOKED_UP = {36: True, 43: False}
"""Whether associations are told by name."""


def _load(asked: Members) -> database.List:
    try:
        with Struct("slurmdb_job_cond_t") as condition:
            condition.fill(asked)
            return database.get(_GET, "slurmdb_job_rec_t", condition)
    except MissingError as error:
        said.missing(error)


_MOST = 1000
"""Of more associations than that all there are cost less to load than to name."""


def _associations(jobs: database.List) -> database.List:
    """Those that jobs were charged to, of all clusters that have one of the id."""
    ids = _ids(lib.job_associations, jobs.pointer)
    ids = ids if len(ids) <= _MOST else []
    with database.condition("slurmdb_assoc_cond_t") as condition:
        condition.fill({"with_deleted": 1, **({"id_list": list(map(str, ids))} if ids else {})})
        return database.get("slurmdb_associations_get", "slurmdb_assoc_rec_t", condition)


def _ids(function: Callable[..., Any], *arguments: Any) -> list[int]:
    slot = ffi.new("size_t *")
    raw = function(*arguments, slot)
    if raw == ffi.NULL:
        raise MemoryError
    try:
        return list(ffi.unpack(raw, slot[0]))
    finally:
        lib.job_associations_free(raw)


def _asked(call: Call, report: Report) -> Members | None:
    """What a query asks for; None: it cannot be read, as the report says."""
    if not call.query:
        return _condition("", "SLURMDB_JOB_FLAG_NOTSET")
    found = reading.Report(fast=report.fast, size=call.size)
    record = call.at(_READS)(call, found)
    if call.at(_SAID_IN_ORDER):
        for fault in found.faults:
            _tell(call, report, fault)
    else:
        report.take(found)
        if found.ended:
            report.fault(_REJECTED, INVALID_QUERY)
    return None if found.ended else _with_parts(call, record)


def _in_order(call: Call, found: reading.Report) -> reading.Record:
    """Read parameters one after the other, whose names may be of any letter case, up to the first fault."""
    values = {name: infer(value) if isinstance(value, str) else value for name, value in call.query.items()}
    return _decoded(call, values, found, query.manner(call, in_order=True))


def _by_table(call: Call, found: reading.Report) -> reading.Record:
    return _decoded(call, call.query, found, query.manner(call))


def _decoded(call: Call, asked: dict[str, Any], found: reading.Report, manner: Manner) -> reading.Record:
    return decode.decode(job_queries.JOBS, call.version, asked, found, this_host.host(), query=True, manner=manner)


_READS: dict[int, Callable[[Call, reading.Report], reading.Record]] = {36: _in_order, 40: _by_table}
_SAID_IN_ORDER = {36: True, 40: False}
_REJECTED = unread("op_handler_jobs", "query parameters")._replace(decides=True)


def _tell(call: Call, report: Report, fault: reading.Fault) -> None:
    if fault.kind == "unknown":
        report.fault(call.at(_UNKNOWN), INVALID_QUERY, fault.key)
    for sentence, code in fault.details:
        report.error(code_of(code), fault.key, sentence)
    if (job_queries.BAD_STEP, "ESLURM_REST_INVALID_QUERY") not in fault.details:
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
    bits = [bit for name, bit in _BITS.items() if parts.get(name)]
    replaced: bool = call.at(_REPLACED)
    if not (bits and replaced):
        bits.insert(0, call.at(_FLAGS))
    starts = [bit for name, bit in _STARTS.items() if parts.get(name)] or ["SLURMDB_JOB_FLAG_NOTSET"]
    began = parts.get("start_time", parts.get("submit_time"))
    if began is not None:
        members["usage_start"] = began
    for name in ("state_list", "userid_list", "groupid_list"):
        if name in members:
            members[name] = [_number(one) for one in members[name]]
    return {**_condition("|".join(bits), "|".join(starts)), **_home(call), **members}


def _number(one: Any) -> str:
    """A text of what a reader came to: digits, an id, constants, or a word."""
    if isinstance(one, str) and not one.isdigit():
        return str(number_of(one)) if one.isupper() else one
    return str(number_of(one) if isinstance(one, tuple) else one)


def _condition(flags: str, starts: str) -> Members:
    return {"flags": tuple(flags.split("|")) if flags else 0, "db_flags": tuple(starts.split("|"))}


def _home(call: Call) -> Members:
    return {"cluster_list": [calls.configuration()[0]]} if call.at(_AT_HOME) else {}


def _one(call: Call, report: Report) -> Members | None:
    """What the id in a path asks for; None: it is none."""
    try:
        step = call.at(_STEPS)(call.parameters["job_id"])
    except InvalidError:
        report.fault(call.at(_NO_ID), INVALID_QUERY)
        return None
    return named(call, [step])


def named(call: Call, steps: list[reading.Record]) -> Members:
    """Return members of the condition that asks for jobs by their ids."""
    return {**_condition(call.at(_FLAGS), "SLURMDB_JOB_FLAG_NOTSET"), **_home(call), "step_list": steps}


def _typed(text: str) -> reading.Record:
    """An id as releases before 23.11 understand it: a number with a point is rounded."""
    value = infer(text)
    return job_queries.selected(to_text(round(value) if isinstance(value, float) and isfinite(value) else value))


def _typed_40(text: str) -> reading.Record:
    """A number with an exponent is written without, and what stands behind its point is a step."""
    return job_queries.chosen(f"{float(text):f}" if _WITH_EXPONENT.fullmatch(text) else text)


_WITH_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_STEPS: dict[int, Callable[[str], reading.Record]] = {36: _typed, 40: _typed_40}
_NO_ID = {
    36: Fault("job_id", job_queries.BAD_STEP, INVALID_QUERY),
    40: unread("op_handler_job", "query parameters"),
}
