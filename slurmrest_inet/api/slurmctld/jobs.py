# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs in slurmctld's memory."""

from __future__ import annotations

from slurmrest_inet.api import job_id, parameters
from slurmrest_inet.api.envelope import Answer, NoRecords, Records
from slurmrest_inet.api.errors import INVALID_JOB_ID, INVALID_QUERY
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.report import Fault, Report, unread, unread_time
from slurmrest_inet.api.slurmctld.listing import Listing, Words, time_text
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls, job_calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call

_SHOWN = {36: calls.SHOW_ALL | calls.SHOW_DETAIL}


def _unchanged(report: Report, since: int) -> Answer:
    report.warning("op_handler_jobs", f"No job changes since update_time[{since}]={time_text(since)}")
    return report.listing("jobs", None)


def _unchanged_39(report: Report, since: int) -> Answer:
    report.warning("_op_handler_jobs", f"No job changes since update_time={since}")
    _empty(report)
    return report.listing("jobs", None)


def _empty(report: Report) -> None:
    report.warning(None, "Zero jobs to dump")


_FAILED = Fault("slurm_load_jobs", "Failed while looking for jobs")
_NOT_QUERIED = Fault("slurm_load_jobs()", "Unable to query jobs", decides=True)
jobs = Listing(
    "jobs",
    lambda _, since, flags: job_calls.load_jobs(since, flags),
    {
        36: Words(failed=None),
        37: Words(_FAILED),
        39: Words(
            _NOT_QUERIED,
            unread_time("_op_handler_jobs"),
            unchanged=_unchanged_39,
            empty=_empty,
            keeps=False,
        ),
        40: Words(
            _NOT_QUERIED,
            # The query's code is the answer's, unlike elsewhere, where that of the parameter is.
            unread("op_handler_jobs", "query.")._replace(decides=True),
            unchanged=_unchanged,
        ),
    },
    _SHOWN,
)
"""All, or none if none changed since ``update_time``: 304, from v0.0.39 on with a warning."""

_UNKNOWN = Fault("_handle_job_get", "unknown job {0}", coded=True)
_NOT_FOUND = Fault("slurm_load_job", "Unable to find JobId={1}")
_NOT_TOLD = Fault("_handle_job_get", "Unable to query JobId={0}", unanswered=-1)
_JOB_WORDS = {
    36: Words(_UNKNOWN, missing=_UNKNOWN),
    37: Words(_NOT_FOUND, missing=_NOT_FOUND),
    39: Words(_NOT_TOLD._replace(unanswered=None), keeps=False),
    40: Words(_NOT_TOLD, unread("_handle_job_get", "query.")),
}
_TOO_LARGE = Fault("op_handler_job", "Invalid JobID={} rejected", INVALID_JOB_ID)
_ALL_TASKS = "Job array Ids are not currently supported for job searches. Showing all jobs in array instead."
_WHOLE_JOB = "Job steps are not supported for job searches. Showing whole job instead."


def job(call: Call) -> Answer:
    """GET job/{job_id}: a job, all tasks of an array or all components of a heterogeneous job."""
    report = Report(call)
    chosen = job_id.read(call, report)
    if chosen is None:
        return report.answer()
    if chosen.job >= call.at({36: 1 << 32, 40: calls.MAX_JOB_ID}):
        report.fault(_TOO_LARGE, INVALID_JOB_ID, chosen.job)
        return report.answer()

    def load(_call: Call, _since: int, flags: int) -> calls.Message:
        if chosen.task is not None:
            report.warning("_handle_job_get", _ALL_TASKS)
        if chosen.step is not None:
            report.warning("_handle_job_get", _WHOLE_JOB)
        return job_calls.load_job(chosen.job + (chosen.component or 0) & 0xFFFFFFFF, flags)

    return Listing("jobs", load, _JOB_WORDS, _SHOWN).answer(call, report, chosen, call.parameters["job_id"])


_STATES_FAILED = Fault("slurm_load_job_state()", "Unable to query job states", unanswered=-1)


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
        message = job_calls.load_job_states([(one.job, one.task, one.component) for one in chosen])
    except SlurmError as error:
        report.failure(_STATES_FAILED, error)
        return report.answer(("jobs", call.at({40: NoRecords(), 41: None})))
    return report.answer(("jobs", Records(message, stretches=job_calls.each_task)))
