# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are submitted and changed up to v0.0.38, where a description has sbatch's options.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing.
Rule 2: whatever slurmctld did is in the log with the job's id (`note`), because the answer may be lost on its way.
Rule 3: whose job it is, slurmctld decides: requests name no user, they carry the client's token.
"""

from __future__ import annotations

import os

from slurmrest_inet.api.envelope import Answer
from slurmrest_inet.api.errors import (
    FAIL_PARSING,
    INVALID_JOBS_DESC,
    entry,
    job_entry,
)
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.sending import send, undone
from slurmrest_inet.api.slurmctld import job_number
from slurmrest_inet.api.slurmctld.job_number import CLIENT
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import reading, scalars
from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.description import describe
from slurmrest_inet.schema.job_desc import JOB_DESC, MOST_COMPONENTS
from slurmrest_inet.schema.options import ImpossibleError
from slurmrest_inet.slurm import requests, submit_host
from slurmrest_inet.slurm.library import SlurmError, lib, strerror

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.options import Host
    from slurmrest_inet.schema.reading import Members

    Entries = tuple[dict[str, str | int], ...]

_ERROR = -1
_NO_SUCH_PROCESS = 3  # errno after a look-up in slurmrestd's table of options (hsearch_r(3)), which v0.0.36 tells
_NOT_PERMITTED = 1


class _UnfitError(Exception):
    """A description that cannot be sent: `entries` say why, `code` is the sum of it."""

    def __init__(self, code: int, entries: Entries = ()) -> None:
        super().__init__(code)
        self.code = code
        self.entries = entries


def submit(call: Call) -> Answer:
    """POST job/submit: a script with a job, or with the components of a heterogeneous one."""
    try:
        jobs, heterogeneous = _submission(call)
        done = send(lambda: requests.submit(jobs, heterogeneous=heterogeneous))
    except _UnfitError as unfit:
        return Answer(errors=(*unfit.entries, job_entry(unfit.code)), code=unfit.code)
    except SlurmError as error:
        # slurmctld's code is in errno; that of a lost connection is there, too.
        note = f"{undone('submitted', error.errno)}: {strerror(error.errno)}"
        return Answer(errors=(job_entry(error.errno),), code=error.errno, note=note)
    payload = (("job_id", done.job_id), ("step_id", done.step_id), ("job_submit_user_msg", done.message))
    warnings = (job_entry(done.code),) if done.code else ()
    return Answer(payload, warnings, note=f"submitted job {done.job_id}")


def _submission(call: Call) -> tuple[list[Members], bool]:
    """The described jobs and whether they are components of one. Raises _UnfitError."""
    body = call.body if isinstance(call.body, dict) else {}
    try:
        script = scalars.to_text(body["script"])
    except (KeyError, scalars.InvalidError):
        raise _UnfitError(lib.ESLURM_JOB_SCRIPT_MISSING) from None
    described = body["job"] if "job" in body else body.get("jobs")
    host = submit_host.host()
    if isinstance(described, dict):
        found = [_decode(call, described, host)]
    elif isinstance(described, list):
        if len(described) > MOST_COMPONENTS:
            sentence = f"too many components: {len(described)} > {MOST_COMPONENTS}"
            raise _UnfitError(INVALID_JOBS_DESC, (job_entry(INVALID_JOBS_DESC, sentence),))
        found = [_component(call, index, one, host) for index, one in enumerate(described)]
    else:
        raise _UnfitError(INVALID_JOBS_DESC)
    if found:
        # A heterogeneous job has one script, that of its first component.
        found[0]["script"] = script
    return found, isinstance(described, list)


def _component(call: Call, index: int, described: Any, host: Host, *, update: bool = False) -> Members:
    try:
        return _decode(call, described, host, update=update)
    except _UnfitError as unfit:
        sentence = f"unexpected failure parsing het job: {index}"
        problem = entry(FAIL_PARSING, "_parse_job_desc", sentence)
        if call.dialect.job_number:
            problem = {"error": f"_parse_job_component: {sentence}"}
        raise _UnfitError(FAIL_PARSING, (*unfit.entries, problem)) from None


def _decode(call: Call, described: Any, host: Host, *, update: bool = False) -> Members:
    """A job's members. Raises _UnfitError."""
    if not isinstance(described, dict):
        raise _UnfitError(FAIL_PARSING)
    report = reading.Report()
    try:
        record = decode(JOB_DESC, call.version, described, report, host)
        if report.faults:
            raise _UnfitError(FAIL_PARSING, _refusal(call, report.faults[0]))
        members = describe(record, call.version, host, update=update)
    except ImpossibleError:
        raise _UnfitError(FAIL_PARSING) from None
    if not update and not members["environment"]:
        problem = job_entry(lib.ESLURM_ENVIRONMENT_MISSING, "environment must be set")
        raise _UnfitError(FAIL_PARSING, (problem,))
    return members


def _refusal(call: Call, refused: reading.Fault) -> Entries:
    first = call.dialect.job_number
    if refused.kind == "unknown":
        sentence = f'Unknown key "{refused.lower}"'
        if first:
            return (job_entry(_NO_SUCH_PROCESS, f"{sentence}: {os.strerror(_NO_SUCH_PROCESS)}"),)
        return (entry(0, "hsearch_r", sentence),)
    if refused.kind == "disabled":
        sentence = f'Disabled key: "{refused.lower}"'
        return (job_entry(_ERROR, sentence) if first else entry(_NOT_PERMITTED, "openapi specification", sentence),)
    codes = ((text, _ERROR if code == "SLURM_ERROR" else getattr(lib, code)) for text, code in refused.details)
    why = tuple(job_entry(code, text) for text, code in codes)
    if first:
        return (*why, job_entry(_ERROR, f"process failed for key {refused.key} with error: {strerror(_ERROR)}"))
    verb = call.at({37: "Unknown", 38: "Unable to process"})
    return (*why, entry(_ERROR, "slurm_process_option_data", f'{verb} key "{refused.lower}"'))


_UNFIT = {
    36: Fault("_handle_job_post", f"job parsing failed for {CLIENT}", _ERROR, coded=True),
    37: Fault("_parse_job_list", f"job parsing failed for {CLIENT}"),
}
_COMPONENTS = {
    36: Fault("_handle_job_post", f"unexpected het job request from {CLIENT}", _ERROR, coded=True),
    37: Fault("_parse_job_list", f"unexpected het job request from {CLIENT}"),
}
_UNCHANGED = {
    36: Fault("_handle_job_post", f"job update from {CLIENT} failed: {{0}}", coded=True),
    37: Fault("_parse_job_list", f"job update from {CLIENT} failed"),
}
_TASK_UNCHANGED = {
    36: Fault("_handle_job_post", f"job array update from {CLIENT} failed with error_code: {{0}}", _ERROR, coded=True),
    37: Fault("_parse_job_list", f"job array update from {CLIENT} failed"),
}


def update(call: Call) -> Answer:
    """POST job/{job_id}: change a job, some tasks of an array, or a component of a heterogeneous job."""
    report, job_id = Report(call), call.parameters["job_id"]
    if job_number.is_unusable(call, report):
        return report.answer()
    try:
        members = _changes(call)
    except _UnfitError as unfit:
        report.errors += unfit.entries
        report.fault(call.at(_UNFIT), unfit.code)
        return _told(call, report)
    if members is None:
        report.fault(call.at(_COMPONENTS), 0)
        return _told(call, report)
    if call.dialect.job_number:
        members["job_id"] = int(job_id)
    else:
        members["job_id_str"] = job_id
    try:
        tasks = send(lambda: requests.update(members))
    except SlurmError as error:
        report.fault(call.at(_UNCHANGED), error.errno, strerror(error.errno))
        report.code = error.errno if call.dialect.job_number else error.code
        return report.answer(note=f"job {job_id}: {undone('updated', error.errno)}: {strerror(error.errno)}")
    failed = [one for one in tasks if one.code]
    for one in failed:
        report.fault(call.at(_TASK_UNCHANGED), one.code, strerror(one.code))
    return _told(call, report, f"updated job {job_id}" + (f", {len(failed)} errors" if failed else ""))


def _told(call: Call, report: Report, note: str | None = None) -> Answer:
    """Return an answer that is a success whatever its errors say, as from v0.0.37 on."""
    if not call.dialect.job_number:
        report.code = 0
    return report.answer(note=note)


def _changes(call: Call) -> Members | None:
    """What a body asks to be changed; None for a list, which only a submission can be. Raises _UnfitError."""
    host = submit_host.host()
    if isinstance(call.body, list):
        # It is refused in any case, and those that no job can have are not read for it.
        for index, described in enumerate(call.body[:MOST_COMPONENTS]):
            _component(call, index, described, host, update=True)
        return None
    if not isinstance(call.body, dict):
        raise _UnfitError(INVALID_JOBS_DESC)
    return _decode(call, call.body, host, update=True)
