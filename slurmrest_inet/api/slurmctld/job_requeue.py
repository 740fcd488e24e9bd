# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that wait again, or start once more: one by its id, or several.

Rule 1: what is asked is read to its end before slurmctld is: what is wrong in it requeues no job.
Rule 2: of several jobs each that was not requeued is an error of its own, and none is passed over in silence.
"""

from __future__ import annotations

from slurmrest_inet.api import parameters, told
from slurmrest_inet.api.errors import BAD_REQUEST, INVALID_JOB_ID, INVALID_QUERY, UNANSWERED
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import send, undone
from slurmrest_inet.api.slurmctld.job_messages import tasks_told
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.requeue import JOBS_REQUEUE, REQUEUE
from slurmrest_inet.slurm import requests
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_ONE, _MANY = "op_handler_job_requeue", "op_handler_jobs_requeue"
_LOST = (*UNANSWERED, lib.SLURM_UNEXPECTED_MSG_ERROR)
"""slurm_requeue2 takes an answer that did not come for one that it does not know."""
_FLAGS = {entry.text: entry.constant for entry in REQUEUE.entries}
_IN_ANY_CASE = {name.lower(): name for name in _FLAGS}
"""slurmrestd finds the names of flags in whatever letters, in a query, too."""


def _refuses(report: Report, flags: tuple[str, ...], source: str) -> bool:
    """Whether flags do not go together, which the report then says."""
    if _FLAGS["SpecialExit"] in flags and _FLAGS["Hold"] not in flags:
        report.error(BAD_REQUEST, source, "SpecialExit requires Hold mode")
        return True
    return False


def requeue(call: Call) -> Answer:
    """GET job/{job_id}/requeue: one job, or the tasks of an array."""
    report = Report(call)
    try:
        chosen = JobId.parse(call.parameters["job_id"])
    except ValueError:
        report.error(INVALID_QUERY, _ONE, "Rejecting request. Failure parsing parameters")
        return report.answer()
    query = {_IN_ANY_CASE.get(key.lower(), key): value for key, value in call.query.items()}
    asked = parameters.read(call._replace(query=query), report) or {}
    flags = tuple(constant for name, constant in _FLAGS.items() if asked.get(name))
    if _refuses(report, flags, _ONE):
        return report.answer()
    found: list[requests.Updated] = []
    try:
        found = send(lambda: requests.requeue(str(chosen), flags))
    except SlurmError as error:
        report.error(error.reason, _ONE, f"Requeue JobID={chosen} failed")
        note = f"job {chosen}: {undone('requeued', error.reason)}"
    else:
        note = f"requeued job {chosen}" + (f", {len(found)} answers for tasks" if found else "")
    return report.answer(("status", tasks_told(found)), note=note)


def requeue_all(call: Call) -> Answer:
    """POST jobs/requeue: all that the body names."""
    report = Report(call)
    record = told.read(call, report, JOBS_REQUEUE, {} if call.body is None else call.body)
    asked: dict[str, Any] = {} if record is None else dict(record.members)
    try:
        jobs = [JobId.parse(text) for text in asked.get("jobs", ())]
    except ValueError:
        record = None
    if record is None:
        report.error(INVALID_QUERY, _MANY, "Rejecting request. Failure parsing query")
        report.code = INVALID_QUERY
        return report.answer()
    if not jobs:
        report.error(INVALID_JOB_ID, _MANY, "Query missing JobIds")
        return report.answer()
    flags: tuple[str, ...] = asked.get("flags", ())
    if _refuses(report, flags, _MANY):
        return report.answer()
    found: list[list[dict[str, Any]]] = []
    lost = 0
    for job in jobs:
        code = lost
        try:
            tasks = [] if lost else send(lambda job=job: requests.requeue(str(job), flags))  # type: ignore[misc]
        except SlurmError as error:
            code = error.reason
            lost = code if code in _LOST else 0
        if code:
            report.error(code, _MANY, f"Requeue JobId={job} failed")
        elif tasks:
            found.append(tasks_told(tasks))
    note = f"requeued {len(jobs) - len(report.errors)} of the jobs {', '.join(map(str, jobs))}"
    return report.answer(("status", found), note=note)
