# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs in slurmctld's memory."""

from __future__ import annotations

import time

from slurmrest_inet.api import job_id, parameters
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import INVALID_JOB_ID, INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmctld.listing import unread
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from slurmrest_inet.api.call import Call

_SHOW = calls.SHOW_ALL | calls.SHOW_DETAIL

# The query's code is the answer's, unlike elsewhere, where that of the parameter is.
_UNREAD = {36: None, 40: unread("op_handler_jobs", "query.")._replace(decides=True)}
_UNLISTED = {
    36: None,
    37: Fault("slurm_load_jobs", "Failed while looking for jobs"),
    40: Fault("slurm_load_jobs()", "Unable to query jobs", decides=True),
}


def list_all(call: Call) -> Answer:
    """GET jobs: all, or none if none changed since ``update_time``: 304, from v0.0.40 on with a warning."""
    report = Report(call)
    told = parameters.read(call, report)
    if told is None:
        report.fault(call.at(_UNREAD), INVALID_QUERY)
        return call.at({36: report.listing("jobs", None), 40: report.answer()})
    since = told.get("update_time", 0)
    try:
        message = calls.load_jobs(since, told.get("flags") or _SHOW)
    except SlurmError as error:
        if NO_CHANGE_IN_DATA not in (error.code, error.errno):
            report.failure(call.at(_UNLISTED), error)
        elif call.at({36: True, 39: False}):
            return Answer(code=NO_CHANGE_IN_DATA)
        else:
            report.warning("op_handler_jobs", f"No job changes since update_time[{since}]={_shown(since)}")
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


_UNKNOWN = {
    36: Fault("_handle_job_get", "unknown job {0}", coded=True),
    37: Fault("slurm_load_job", "Unable to find JobId={1}"),
    40: Fault("_handle_job_get", "Unable to query JobId={0}", unanswered=-1),
}
_TOO_LARGE = Fault("op_handler_job", "Invalid JobID={} rejected", INVALID_JOB_ID)
_ALL_TASKS = "Job array Ids are not currently supported for job searches. Showing all jobs in array instead."
_WHOLE_JOB = "Job steps are not supported for job searches. Showing whole job instead."


def get(call: Call) -> Answer:
    """GET job/{job_id}: a job, all tasks of an array or all components of a heterogeneous job."""
    report = Report(call)
    chosen = job_id.read(call, report)
    if chosen is None:
        return report.answer()
    if chosen.job >= call.at({36: 1 << 32, 40: calls.MAX_JOB_ID}):
        report.fault(_TOO_LARGE, INVALID_JOB_ID, chosen.job)
        return report.answer()
    told = parameters.read(call, report)
    if told is None:
        report.fault(unread("_handle_job_get", "query."), INVALID_QUERY)
        return report.answer()
    if chosen.task is not None:
        report.warning("_handle_job_get", _ALL_TASKS)
    if chosen.step is not None:
        report.warning("_handle_job_get", _WHOLE_JOB)
    asked = (chosen, call.parameters["job_id"])
    try:
        message = calls.load_job(chosen.job + (chosen.component or 0) & 0xFFFFFFFF, told.get("flags") or _SHOW)
    except SlurmError as error:
        report.failure(call.at(_UNKNOWN), error, *asked)
        return report.listing("jobs", None)
    if not message.count and call.at({36: True, 40: False}):
        message.close()
        report.fault(call.at(_UNKNOWN), 0, *asked)
        return report.listing("jobs", None)
    return report.listing("jobs", message)


_STATES = Fault("slurm_load_job_state()", "Unable to query job states", unanswered=-1)


def states(call: Call) -> Answer:
    """GET jobs/state: id and state of every job, or of those that the list ``job_id`` names."""
    report = Report(call)
    told = parameters.read(call, report) or {}
    try:
        chosen = [JobId.parse(text) for text in told.get("job_id", ())]
    except ValueError:
        report.fault(unread("op_handler_job_states"), INVALID_QUERY)
        return report.answer()
    try:
        message = calls.load_job_states([(one.job, one.task, one.component) for one in chosen])
    except SlurmError as error:
        report.failure(_STATES, error)
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
