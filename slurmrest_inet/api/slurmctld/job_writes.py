# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are submitted, changed and cancelled, up to v0.0.38.

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
    INVALID_QUERY,
    coded_entry,
    entry,
    job_entry,
)
from slurmrest_inet.http import query
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import scalars
from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.description import describe
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.options import ImpossibleError
from slurmrest_inet.schema.reading import Report
from slurmrest_inet.schema.sbatch import signal_number
from slurmrest_inet.slurm import requests
from slurmrest_inet.slurm.library import BUILT_FOR, SlurmError, lib, strerror

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.reading import Fault, Members

    Entries = tuple[dict[str, str | int], ...]

_FIRST = 36
_ERROR = -1
_NO_SUCH_PROCESS = 3  # errno after a look-up in slurmrestd's table of options (hsearch_r(3)), which v0.0.36 tells
_NOT_PERMITTED = 1
_CLIENT = "fd:0->fd:1"
"""What slurmrestd calls the client of a process on pipes. Who it is stands in our log, not in its own answer."""


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
        done = _ask(lambda: requests.submit(jobs, heterogeneous=heterogeneous))
    except _UnfitError as unfit:
        return Answer(errors=(*unfit.entries, job_entry(unfit.code)), code=unfit.code)
    except SlurmError as error:
        # slurmctld's code is in errno; that of a lost connection is there, too.
        note = f"not submitted: {strerror(error.errno)}"
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
    if isinstance(described, dict):
        found = [_decode(call.version, described)]
    elif isinstance(described, list):
        found = [_component(call.version, index, one) for index, one in enumerate(described)]
    else:
        raise _UnfitError(INVALID_JOBS_DESC)
    if found:
        # A heterogeneous job has one script, that of its first component.
        found[0]["script"] = script
    return found, isinstance(described, list)


def _component(version: int, index: int, described: Any, *, update: bool = False) -> Members:
    try:
        return _decode(version, described, update=update)
    except _UnfitError as unfit:
        sentence = f"unexpected failure parsing het job: {index}"
        problem = entry(FAIL_PARSING, "_parse_job_desc", sentence)
        if version == _FIRST:
            problem = {"error": f"_parse_job_component: {sentence}"}
        raise _UnfitError(FAIL_PARSING, (*unfit.entries, problem)) from None


def _decode(version: int, described: Any, *, update: bool = False) -> Members:
    """A job's members. Raises _UnfitError."""
    if not isinstance(described, dict):
        raise _UnfitError(FAIL_PARSING)
    host, report = requests.host(), Report()
    try:
        record = decode(JOB_DESC, version, described, report, host)
        if report.faults:
            raise _UnfitError(FAIL_PARSING, _refusal(version, report.faults[0]))
        members = describe(record, version, host, update=update)
    except ImpossibleError:
        raise _UnfitError(FAIL_PARSING) from None
    if not update and not members["environment"]:
        problem = job_entry(lib.ESLURM_ENVIRONMENT_MISSING, "environment must be set")
        raise _UnfitError(FAIL_PARSING, (problem,))
    return members


def _refusal(version: int, refused: Fault) -> Entries:
    first = version == _FIRST
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
    verb = "Unknown" if version == 37 else "Unable to process"
    return (*why, entry(_ERROR, "slurm_process_option_data", f'{verb} key "{refused.lower}"'))


def _ask(request: Any) -> Any:
    try:
        return request()
    except LookupError as missing:
        sentence = f"Slurm {BUILT_FOR} has no {missing.args[0]}"
        raise RestError(501, sentence, reason=sentence) from None


def update(call: Call) -> Answer:
    """POST job/{job_id}: change a job, some tasks of an array, or a component of a heterogeneous job."""
    source = "_parse_job_list"
    job_id = call.parameters["job_id"]
    try:
        members = _changes(call)
    except _UnfitError as unfit:
        # slurmrestd says 200 here, and the errors that nothing was done.
        return Answer(errors=(*unfit.entries, entry(unfit.code, source, f"job parsing failed for {_CLIENT}")))
    if members is None:
        return Answer(errors=(entry(0, source, f"unexpected het job request from {_CLIENT}"),))
    members["job_id_str"] = job_id
    try:
        tasks = _ask(lambda: requests.update(members))
    except SlurmError as error:
        problem = entry(error.errno, source, f"job update from {_CLIENT} failed")
        return Answer(errors=(problem,), code=error.code, note=f"job {job_id} not updated: {strerror(error.errno)}")
    sentence = f"job array update from {_CLIENT} failed"
    problems = tuple(entry(one.code, source, sentence) for one in tasks if one.code)
    return Answer(errors=problems, note=f"updated job {job_id}" + (f", {len(problems)} errors" if problems else ""))


def update_by_number(call: Call) -> Answer:
    """POST job/{job_id} of v0.0.36, where the id is a number."""
    job_id = int(call.parameters["job_id"])
    refusal = _unusable(job_id)
    if refusal is not None:
        return refusal
    try:
        members = _changes(call)
    except _UnfitError as unfit:
        problem = coded_entry(f"_handle_job_post: job parsing failed for {_CLIENT}")
        return Answer(errors=(*unfit.entries, problem), code=_ERROR)
    if members is None:
        problem = coded_entry(f"_handle_job_post: unexpected het job request from {_CLIENT}")
        return Answer(errors=(problem,), code=_ERROR)
    members["job_id"] = job_id
    try:
        tasks = _ask(lambda: requests.update(members))
    except SlurmError as error:
        return _failure(f"_handle_job_post: job update from {_CLIENT} failed", job_id, error)
    sentence = f"_handle_job_post: job array update from {_CLIENT} failed with error_code: "
    problems = tuple(coded_entry(sentence + strerror(one.code)) for one in tasks if one.code)
    return Answer(errors=problems, code=_ERROR if problems else 0, note=f"updated job {job_id}")


def _changes(call: Call) -> Members | None:
    """What a body asks to be changed; None for a list, which only a submission can be. Raises _UnfitError."""
    if isinstance(call.body, list):
        for index, described in enumerate(call.body):
            _component(call.version, index, described, update=True)
        return None
    if not isinstance(call.body, dict):
        raise _UnfitError(INVALID_JOBS_DESC)
    return _decode(call.version, call.body, update=True)


def cancel(call: Call) -> Answer:
    """DELETE job/{job_id}: send a signal, SIGKILL unless ``signal`` says another."""
    job_id = call.parameters["job_id"]
    signal = _signal(call)
    if not 0 < signal < _SIGNALS:
        problem = entry(INVALID_QUERY, "HTTP request: signal", f"invalid signal: {signal}")
        return Answer(errors=(problem,), code=INVALID_QUERY)
    try:
        requests.kill(job_id, signal)
    except SlurmError as error:
        if error.errno != lib.ESLURM_ALREADY_DONE:
            sentence = f"unable to kill JobId={job_id} with signal {signal}: {strerror(error.errno)}"
            problem = entry(error.errno, "slurm_kill_job", sentence)
            return Answer(errors=(problem,), code=error.errno, note=sentence)
    return Answer(note=f"signal {signal} sent to job {job_id}")


def cancel_by_number(call: Call) -> Answer:
    """DELETE job/{job_id} of v0.0.36, where the id is a number."""
    job_id = int(call.parameters["job_id"])
    refusal = _unusable(job_id)
    if refusal is not None:
        return refusal
    signal = _signal(call)
    if not 0 < signal < _SIGNALS:
        return Answer(errors=(coded_entry(f"_op_handler_job: invalid signal: {signal}"),), code=_ERROR)
    try:
        requests.kill(job_id, signal)
    except SlurmError as error:
        if error.errno != lib.ESLURM_ALREADY_DONE:
            return _failure(f"_handle_job_delete: unable to kill job {job_id} with signal {signal}", job_id, error)
    return Answer(note=f"signal {signal} sent to job {job_id}")


_SIGNALS = 64
"""SIGRTMAX of Linux (signal(7)), which slurmrestd does not send any more."""


def _signal(call: Call) -> int:
    """The query's signal; 0 for a name that nobody knows. What is neither a number nor a name is SIGKILL."""
    text = call.query.get("signal")
    signal = query.infer(text) if isinstance(text, str) else None
    if isinstance(signal, str):
        return signal_number(signal)
    if isinstance(signal, bool) or not isinstance(signal, int):
        return 9
    return (signal + 2**31) % 2**32 - 2**31  # as C stores it in an int


def _unusable(job_id: int) -> Answer | None:
    if 0 < job_id < lib.NO_VAL or job_id < 0:
        return None
    what = f"job_id too large: {job_id}" if job_id else "job_id is zero"
    return Answer(errors=(coded_entry(f"_op_handler_job: [{_CLIENT}] {what}"),), code=_ERROR)


def _failure(what: str, job_id: int, error: SlurmError) -> Answer:
    sentence = f"{what}: {strerror(error.errno)}"
    return Answer(errors=(coded_entry(sentence),), code=error.errno, note=f"job {job_id}: {strerror(error.errno)}")
