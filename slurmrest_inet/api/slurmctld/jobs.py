# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs in slurmctld's memory."""

from __future__ import annotations

import time

from slurmrest_inet.api import modern
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import (
    INVALID_JOB_ID,
    INVALID_JOBS_DESC,
    INVALID_QUERY,
    NO_CHANGE_IN_DATA,
    coded_entry,
    entry,
)
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from slurmrest_inet.api.app import Call

_SHOW = calls.SHOW_ALL | calls.SHOW_DETAIL


def list_all(call: Call) -> Answer:
    """GET jobs: all, or 304 if none changed since ``update_time``."""
    try:
        update_time = call.update_time()
    except ValueError:
        return Answer((("jobs", []),), code=INVALID_QUERY)
    try:
        return Answer((("jobs", Records(calls.load_jobs(update_time, _SHOW))),))
    except SlurmError as error:
        if NO_CHANGE_IN_DATA in (error.code, error.errno):
            return Answer(code=NO_CHANGE_IN_DATA)
        problem = entry(error.code, "slurm_load_jobs", "Failed while looking for jobs")
        return Answer((("jobs", []),), (problem,) if call.version > 36 else (), error.code)


def get_by_number(call: Call) -> Answer:
    """GET job/{job_id} of v0.0.36, where the id is a number."""
    job_id = int(call.parameters["job_id"])
    if not job_id:
        return Answer(errors=(coded_entry("_op_handler_job: job_id is zero"),), code=-1)
    if job_id >= calls.NO_VAL:
        return Answer(errors=(coded_entry(f"_op_handler_job: job_id too large: {job_id}"),), code=-1)
    problem = coded_entry(f"_handle_job_get: unknown job {job_id}")
    return _one(job_id, lambda _code: problem)


def get(call: Call) -> Answer:
    """GET job/{job_id}: a job, all tasks of an array or all components of a heterogeneous job."""
    text = call.parameters["job_id"]
    sentence = f"Unable to find JobId={text}"
    job_id = calls.job_id_of(text)
    if not job_id:
        return Answer(errors=(entry(INVALID_JOBS_DESC, "_handle_job_get", sentence),), code=INVALID_JOBS_DESC)
    return _one(job_id, lambda code: entry(code, "slurm_load_job", sentence))


def _one(job_id: int, problem: Callable[[int], dict[str, str | int]]) -> Answer:
    try:
        message = calls.load_job(job_id & 0xFFFFFFFF, _SHOW)
    except SlurmError as error:
        return Answer((("jobs", []),), (problem(error.code),), error.code)
    if not message.count:
        message.close()
        return Answer((("jobs", []),), (problem(0),))
    return Answer((("jobs", Records(message)),))


def list_all_40(call: Call) -> Answer:
    """GET jobs: all, or none with a warning if none changed since ``update_time``."""
    report = modern.Report()
    parameters = modern.Parameters(call, report, "JOB_INFO_QUERY", "update_time", "flags")
    if parameters.unreadable:
        # Of the code of the query, unlike other operations, which answer with the code of the parameter.
        return report.rejected("op_handler_jobs", "query.")._replace(code=INVALID_QUERY)
    try:
        message = calls.load_jobs(parameters.update_time, parameters.flags or _SHOW)
    except SlurmError as error:
        if NO_CHANGE_IN_DATA in (error.code, error.errno):
            since = parameters.update_time
            report.warning("op_handler_jobs", f"No job changes since update_time[{since}]={_shown(since)}")
        else:
            report.failure(error, "slurm_load_jobs()", "Unable to query jobs", decides=True)
        return report.listing("jobs", None)
    return report.listing("jobs", message)


def _shown(moment: int) -> str:
    """Return a time as Slurm shows it: the numbers that stand for infinity and for no value have words."""
    if moment in (0, calls.NO_VAL + 1):
        return "Unknown"
    if moment == calls.NO_VAL:
        return "None"
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(moment))
    except (OverflowError, OSError):  # a year that struct tm cannot hold
        return "Unknown"


_ALL_TASKS = "Job array Ids are not currently supported for job searches. Showing all jobs in array instead."
_WHOLE_JOB = "Job steps are not supported for job searches. Showing whole job instead."


def get_40(call: Call) -> Answer:
    """GET job/{job_id}: a job, all tasks of an array or all components of a heterogeneous job."""
    report = modern.Report()
    try:
        chosen = JobId.parse(call.parameters["job_id"])
    except ValueError:
        return report.rejected("op_handler_job", "parameters")
    if chosen.job >= calls.MAX_JOB_ID:
        report.error(INVALID_JOB_ID, "op_handler_job", f"Invalid JobID={chosen.job} rejected")
        return report.answer()
    parameters = modern.Parameters(call, report, "JOB_INFO_QUERY", "update_time", "flags")
    if parameters.unreadable:
        return report.rejected("_handle_job_get", "query.")
    if chosen.task is not None:
        report.warning("_handle_job_get", _ALL_TASKS)
    if chosen.step is not None:
        report.warning("_handle_job_get", _WHOLE_JOB)
    try:
        message = calls.load_job(chosen.job + (chosen.component or 0) & 0xFFFFFFFF, parameters.flags or _SHOW)
    except SlurmError as error:
        report.failure(error, "_handle_job_get", f"Unable to query JobId={chosen}", unanswered=-1)
        return report.listing("jobs", None)
    return report.listing("jobs", message)


def states(call: Call) -> Answer:
    """GET jobs/state: id and state of every job, or of those that the list ``job_id`` names."""
    report = modern.Report()
    modern.Parameters(call, report, "JOB_STATE_QUERY", "job_id")
    listed = call.query.get("job_id", [])
    try:
        chosen = [
            JobId.parse(text)
            for told in (listed if isinstance(listed, list) else [listed])
            for text in (told if isinstance(told, str) else "").split(",")
        ]
    except ValueError:
        return report.rejected("op_handler_job_states")
    try:
        message = calls.load_job_states([(one.job, one.task, one.component) for one in chosen])
    except SlurmError as error:
        report.failure(error, "slurm_load_job_state()", "Unable to query job states", unanswered=-1)
        return report.answer(("jobs", None))
    if message.struct == "job_state_response_job_t":
        return report.answer(("jobs", Records(message, variants=_tasks)))
    indexes = None
    if chosen:
        indexes = [i for i in range(message.count) if any(_names(job, message.array[i]) for job in chosen)]
    return report.answer(("jobs", Records(message, indexes, "job_state", _tasks)))


def _tasks(job: Any) -> Iterator[None]:
    """Let a record stand for each of its tasks that wait, one after the other, or for itself."""
    tasks = calls.waiting_tasks(job)
    for task in tasks:
        job.array_task_id = task
        yield
    if not tasks:
        yield


def _names(chosen: JobId, job: Any) -> bool:
    """Tell whether an id names a job, its array or its heterogeneous job; a task that waits, all that wait with it."""
    if chosen.task is not None:
        here = job.array_task_id == chosen.task or chosen.task in calls.waiting_tasks(job)
        return bool(job.array_job_id == chosen.job and here)
    if chosen.component is not None:
        return bool(job.het_job_id == chosen.job and job.het_job_offset == chosen.component)
    return chosen.job in (job.job_id, job.array_job_id, job.het_job_id)
