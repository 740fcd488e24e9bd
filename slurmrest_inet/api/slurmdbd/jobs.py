# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers, whether they have ended or not.

Rule 1: of associations those are looked up that a job was charged to, not all that there are.
"""

from __future__ import annotations

import time

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmdbd import said
from slurmrest_inet.http.query import infer
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.manner import manner_of
from slurmrest_inet.schema.scalars import InvalidError, to_text
from slurmrest_inet.schema.slurmdbd import job_queries, queries
from slurmrest_inet.slurm import calls, database
from slurmrest_inet.slurm.fill import MissingError, Struct, number_of
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

_GET = "slurmdb_jobs_get"
_SOURCE = "_dump_jobs"

# What slurmrestd asks for by version: with a query (or for one job), and without one.
_FLAGS = {
    36: "JOBCOND_FLAG_DUP|JOBCOND_FLAG_NO_TRUNC|JOBCOND_FLAG_WHOLE_HETJOB",
    38: "JOBCOND_FLAG_DUP|JOBCOND_FLAG_NO_TRUNC",
}
_PLAIN_FLAGS = {36: "", 40: "JOBCOND_FLAG_DUP|JOBCOND_FLAG_NO_TRUNC"}
_AT_HOME = {36: False, 38: True, 40: False}
"""Whether a query that names no cluster is for that of slurm.conf alone."""

_BITS = {
    "skip_steps": "JOBCOND_FLAG_NO_STEP",
    "disable_wait_for_result": "JOBCOND_FLAG_NO_WAIT",
    "submit_time": "JOBCOND_FLAG_NO_DEFAULT_USAGE",
}
"""Of parameters that are one bit of the condition."""


class _Context(NamedTuple):
    now: float


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
            lists.append(_associations(found))
    except SlurmError as error:
        for one in lists:
            one.close()
        said.failed(call, report, error, function)
        if isinstance(error, database.UnreachableError) and call.at(said.OPENS_FIRST):
            return report.answer()
        return report.answer(("jobs", ()))
    if not found:
        said.nothing(call, report, _GET, _SOURCE)
        report.code = 0  # nothing is a success
    return report.answer(("jobs", Listed(found)), names=database.Names(lists))


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
    slot = ffi.new("size_t *")
    raw = lib.job_associations(jobs.pointer, slot)
    if raw == ffi.NULL:
        raise MemoryError
    ids = list(ffi.unpack(raw, slot[0])) if slot[0] <= _MOST else []
    lib.job_associations_free(raw)
    with Struct("slurmdb_assoc_cond_t", queries.ASSOCIATIONS) as condition:
        condition.fill({"with_deleted": 1, **({"id_list": list(map(str, ids))} if ids else {})})
        return database.get("slurmdb_associations_get", "slurmdb_assoc_rec_t", condition)


def _asked(call: Call, report: Report) -> Members | None:
    """What a query asks for; None: it cannot be read, as the report says."""
    if not call.query:
        return _condition(call.at(_PLAIN_FLAGS))
    values = {name: infer(value) if isinstance(value, str) else value for name, value in call.query.items()}
    found = reading.Report(size=call.size)
    context = _Context(time.time())
    manner = manner_of(call.version, query=True)._replace(folded=True, unknown="fault")
    record = decode.decode(job_queries.JOBS, call.version, values, found, context, query=True, manner=manner)
    for fault in found.faults:
        _tell(call, report, fault)
    if found.faults:
        return None
    return _with_parts(call, record)


def _tell(call: Call, report: Report, fault: reading.Fault) -> None:
    if fault.kind == "unknown":
        report.fault(call.at(_UNKNOWN), INVALID_QUERY, fault.key)
    for sentence, code in fault.details:
        report.error(code_of(code), fault.key, sentence)
    if (job_queries.BAD_STEP, "ESLURM_REST_INVALID_QUERY") not in fault.details:
        report.code = call.at(_UNREAD)


_UNKNOWN = {
    36: Fault(text="Unknown Query field", nowhere=True),
    39: Fault("_foreach_query_search", "unexpected Query field: {}"),
}
_UNREAD = {36: -1, 39: INVALID_QUERY}


def _with_parts(call: Call, record: reading.Record) -> Members:
    members: dict[str, Any] = dict(record.members)
    parts = record.parts
    flags = [call.at(_FLAGS), *(bit for name, bit in _BITS.items() if parts.get(name))]
    began = parts.get("start_time", parts.get("submit_time"))
    if began is not None:
        members["usage_start"] = began
    if "state_list" in members:
        members["state_list"] = [
            str(int(word) if word.isdigit() else number_of(word)) for word in members["state_list"]
        ]
    return {**_condition("|".join(flags)), **_home(call), **members}


def _condition(flags: str) -> Members:
    return {"flags": tuple(flags.split("|")) if flags else 0, "db_flags": "SLURMDB_JOB_FLAG_NOTSET"}


def _home(call: Call) -> Members:
    return {"cluster_list": [calls.configuration()[0]]} if call.at(_AT_HOME) else {}


def _one(call: Call, report: Report) -> Members | None:
    """What the id in a path asks for; None: it is none."""
    text = call.at(_TEXTS)(call.parameters["job_id"])
    try:
        step = job_queries.selected(text)
    except InvalidError:
        report.fault(call.at(_NO_ID), INVALID_QUERY, text)
        return None
    return {**_condition(call.at(_FLAGS)), **_home(call), "step_list": [step]}


def _typed(text: str) -> str:
    """An id as releases before 23.11 understand it: a number with a point is rounded."""
    value = infer(text)
    return to_text(round(value) if isinstance(value, float) else value)


_TEXTS: dict[int, Callable[[str], str]] = {36: _typed, 40: str}
_NO_ID = {
    36: Fault("job_id", job_queries.BAD_STEP, INVALID_QUERY),
    40: Fault("op_handler_job", "Rejecting request. Failure parsing query parameters", INVALID_QUERY),
}
