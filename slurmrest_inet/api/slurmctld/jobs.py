# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs in slurmctld's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import INVALID_JOBS_DESC, INVALID_QUERY, NO_CHANGE_IN_DATA, coded_entry, entry
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Callable

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
