# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are submitted and changed from v0.0.39 on, where a description has the members of Slurm's own.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing. So an answer with an
        error means that nothing was done, also where slurmrestd does it all the same, or says that all is well. Only
        where slurmctld did not answer is that not known, which the error's code tells (errors.UNANSWERED).
Rule 2: whatever slurmctld did is in the log with the job's id (`note`), because the answer may be lost on its way.
Rule 3: whose job it is, slurmctld decides: requests carry the client's token, and the user that one may name is for
        slurmctld to judge.
"""

from __future__ import annotations

from slurmrest_inet.api import job_id, told
from slurmrest_inet.api.errors import EXPECTED_DICT, EXPECTED_LIST, INVALID_QUERY, sentence_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send, undone
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.job_desc import JOB_DESC, JOB_SUBMIT_REQ, MOST_COMPONENTS
from slurmrest_inet.schema.job_step_id import STEP_MEMBERS
from slurmrest_inet.schema.manner import manner_of
from slurmrest_inet.schema.scalars import to_text
from slurmrest_inet.slurm import requests, submit_host
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.options import Host
    from slurmrest_inet.schema.reading import Members, Record

_NO_SCRIPT = lib.ESLURM_JOB_SCRIPT_MISSING


class _Words(NamedTuple):
    """What slurmrestd says of a submission, and under which name."""

    source: str
    neither: str
    components: str
    """What a heterogeneous job is called."""
    accepted: str | None
    """Before slurmctld's sentence for the code of a job that it took; None: that sentence stands alone."""


_WORDS = {
    39: _Words(
        source="_job_submit_post",
        neither='Specifying either "job" or "jobs" fields are required to submit a new job',
        components="HET job",
        accepted=None,
    ),
    40: _Words(
        source="_job_post",
        neither='Specifing either "job" or "jobs" fields are required to submit job',
        components="HetJob",
        accepted="{} submission resulted in non-zero return code: {}",
    ),
}
_WORDS[43] = _WORDS[40]._replace(neither=_WORDS[40].neither.replace("Specifing", "Specifying"))
_SUBMIT, _SUBMIT_COMPONENTS = "slurm_submit_batch_job()", "slurm_submit_batch_het_job()"
_COMPONENTS = "_job_post_het_submit"


class _RefusedError(Exception):
    """The report says why a request cannot be sent."""


def _refused(report: Report, code: int, source: str, sentence: str) -> _RefusedError:
    report.error(code, source, sentence)
    return _RefusedError()


class _Submission(NamedTuple):
    """What a body asks to be submitted; what it does not have is None."""

    script: str | None
    job: Members | None
    jobs: list[Members] | None


def submit(call: Call) -> Answer:
    """POST job/submit: a job, or the components of a heterogeneous one."""
    report, words = Report(call), call.at(_WORDS)
    try:
        found = call.at({39: _in_parts, 40: _as_a_whole})(call, report)
        jobs = call.at({39: _jobs_39, 40: _jobs})(found, report, words)
    except _RefusedError:
        return report.answer()
    het = found.jobs is not None
    try:
        done = send(lambda: requests.submit(jobs, heterogeneous=het))
    except SlurmError as error:
        what = f"{words.components if het else 'Batch job'} submission failed"
        return failed(report, error, _SUBMIT_COMPONENTS if het else _SUBMIT, what, "submitted")
    if done.code:
        said = sentence_of(done.code)
        if words.accepted is not None:
            text = words.accepted.format(words.components if het else "Job", said)
            report.warning(_SUBMIT_COMPONENTS if het else _SUBMIT, text)
        report.warning(_SUBMIT, said)
    return report.answer(*_result(call, done, het=het), note=f"submitted job {done.job_id}")


def _result(call: Call, done: requests.Submitted, *, het: bool) -> list[tuple[str, Any]]:
    step = str(done.step_id).lower()
    head = {"job_id": done.job_id, "step_id": step}
    message = {"job_submit_user_msg": done.message}
    result = {**head, "error_code": done.code, "error": sentence_of(done.code), **message}
    if het and call.at({39: True, 40: False}):
        head["step_id"] = lib.SLURM_BATCH_SCRIPT  # slurmrestd tells the number, and only here
    return [*((("result", result),) if call.at({39: True, 42: False}) else ()), *head.items(), *message.items()]


def _read(call: Call, report: Report, table: Table, value: object, host: Host, pointer: str = "#/") -> Record:
    """Read what is submitted, or a part of it. Raises _RefusedError."""
    record = told.read(call, report, table, value, host, pointer=pointer)
    if record is None:
        if not report.code:
            text = "Rejecting request. Failure parsing job submission request."
            report.error(INVALID_QUERY, call.at(_WORDS).source, text)
        raise _RefusedError
    return record


def _as_a_whole(call: Call, report: Report) -> _Submission:
    """Read a body that is described as a whole. Raises _RefusedError."""
    record = _read(call, report, JOB_SUBMIT_REQ, {} if call.body is None else call.body, submit_host.host())
    members: dict[str, Any] = dict(record.members)
    job, jobs = members.get("job"), members.get("jobs")
    return _Submission(
        members.get("script"),
        None if job is None else job.members,
        None if jobs is None else [one.members for one in jobs],
    )


def _jobs(found: _Submission, report: Report, words: _Words) -> list[Members]:
    """Return the jobs with their scripts: that beside them stands in the place of their own. Raises _RefusedError."""
    if found.job is not None and found.jobs is not None:
        raise _refused(report, INVALID_QUERY, words.source, _BOTH)
    if not found.script and "script" not in (found.job or {}) and found.jobs is None:
        raise _refused(report, INVALID_QUERY, words.source, _SCRIPT)
    if found.jobs is not None:
        if not found.jobs:
            raise _refused(report, INVALID_QUERY, _COMPONENTS, _WITHOUT.format(words.components))
        if not _with_script(found.jobs[0], found.script):
            text = "Refusing HetJob submission without batch script or empty batch script for first component"
            raise _refused(report, _NO_SCRIPT, _COMPONENTS, text)
        return found.jobs
    if found.job is None:
        raise _refused(report, INVALID_QUERY, words.source, words.neither)
    if not _with_script(found.job, found.script):
        raise _refused(report, _NO_SCRIPT, "script", "Batch job script empty or missing")
    return [found.job]


_BOTH = 'Specify only one "job" or "jobs" fields but never both'
_SCRIPT = 'Populated "script" field is required for job submission'
_WITHOUT = "Refusing {} submission without any components"
_TOO_MANY = "Refusing {} submission too many components: {} > {}"


def _with_script(members: Members, script: str | None) -> bool:
    if script is not None:
        members["script"] = script
    return bool(members.get("script"))


def _in_parts(call: Call, report: Report) -> _Submission:
    """Read a body whose members v0.0.39 looks at one by one. Raises _RefusedError."""
    words, body = call.at(_WORDS), {} if call.body is None else call.body
    if not isinstance(body, dict):
        raise _refused(report, EXPECTED_DICT, words.source, "Job query must be a dictionary")
    if "job" in body and "jobs" in body:
        raise _refused(report, INVALID_QUERY, words.source, _BOTH)
    if "job" not in body and "jobs" not in body:
        raise _refused(report, INVALID_QUERY, words.source, words.neither)
    script = _script_39(body, report, words)
    if "job" in body:
        if not isinstance(body["job"], dict):
            text = '"job" field must be a dictionary with job properties'
            raise _refused(report, EXPECTED_DICT, words.source, text)
        return _Submission(script, _described_39(call, report, body["job"], submit_host.host(), "#/job/"), None)
    jobs = body["jobs"]
    if not isinstance(jobs, list):
        text = f"Expected List but found a {manner_of(call.version).word(jobs)}"
        raise _refused(report, EXPECTED_LIST, "#/jobs/", text)
    if len(jobs) > MOST_COMPONENTS:
        text = _TOO_MANY.format(words.components, len(jobs), MOST_COMPONENTS)
        raise _refused(report, INVALID_QUERY, _COMPONENTS, text)
    host = submit_host.host()
    components = [_described_39(call, report, one, host, f"#/jobs[{index}]/") for index, one in enumerate(jobs)]
    return _Submission(script, None, components)


def _script_39(body: dict[str, Any], report: Report, words: _Words) -> str | None:
    """The script beside a job: any scalar, but not an empty one. Raises _RefusedError."""
    if "script" not in body:
        return None
    script = body["script"]
    text = "" if isinstance(script, (list, dict)) else to_text(script)
    if not text:
        raise _refused(report, INVALID_QUERY, words.source, _SCRIPT)
    return text


def _described_39(call: Call, report: Report, described: object, host: Host, pointer: str) -> Members:
    return _read(call, report, JOB_DESC, described, host, pointer).members


def _jobs_39(found: _Submission, report: Report, words: _Words) -> list[Members]:
    """Return the jobs with the script beside them, if there is one. Raises _RefusedError."""
    if found.jobs == []:
        raise _refused(report, INVALID_QUERY, _COMPONENTS, _WITHOUT.format(words.components))
    jobs = [found.job] if found.job is not None else found.jobs or []
    _with_script(jobs[0], found.script)
    return jobs


_UPDATE = "_job_post_update"
_UNREAD = "Rejecting request. Failure parsing job update request."
_TASK = "Rejecting request. Submit job update against Array Job's JobID instead of array task id."
_STEP = (
    "Job step information ignored. Job update requests apply to whole job and can not be targeted to specific steps."
)


def update(call: Call) -> Answer:
    """POST job/{job_id}: change a job, all tasks of an array, or a component of a heterogeneous job."""
    report = Report(call)
    chosen = job_id.read(call, report)
    if chosen is None:
        return report.answer()
    collected = call.at({39: False, 40: True})
    if collected and chosen.task is not None:
        report.error(INVALID_QUERY, _UPDATE, _TASK)
        return report.answer(*_results(call, report, []))
    if collected and chosen.step is not None:
        report.warning(_UPDATE, _STEP)
    body = {} if call.body is None else call.body
    if not isinstance(body, dict) and not collected:
        body = {}  # v0.0.39 looks for members, and finds none
    record = told.read(call, report, JOB_DESC, body, submit_host.host())
    if record is None:
        if collected or not report.code:
            report.error(INVALID_QUERY, _UPDATE, _UNREAD)
        return report.answer(*_results(call, report, []))
    members = record.members
    for name in ("job_id", *STEP_MEMBERS):  # the path says which job it is
        members.pop(name, None)
    if "environment" not in body:
        # What follows from other members is for new jobs only.
        members.pop("environment", None)
        members.pop("env_size", None)
    if chosen.component is None and call.at({39: False, 40: True}):
        members["job_id"] = chosen.job  # by number a heterogeneous job is its first component
    else:
        members["job_id_str"] = str(chosen._replace(step=None))
    try:
        tasks = send(lambda: requests.update(members))
    except SlurmError as error:
        code = error.reason
        report.error(code, "slurm_update_job2()", "Job update requested failed")
        note = f"job {chosen}: {undone('updated', code)}: {sentence_of(code)}"
        return report.answer(*_results(call, report, []), note=note)
    failed = [one for one in tasks if one.code]
    note = f"updated job {chosen}" + (f", {len(failed)} errors" if failed else "")
    return report.answer(*_results(call, report, failed), note=note)


def _results(call: Call, report: Report, tasks: list[requests.Updated]) -> list[tuple[str, Any]]:
    """What an update answers with: what became of tasks that could not be changed."""
    found = tasks_told(tasks)
    nothing: list[Any] | None = call.at({39: None if report.errors else [], 40: [], 41: None})
    rest = call.at({39: (), 40: ("job_id", "step_id", "job_submit_user_msg"), 42: ()})
    return [("results", found or nothing), *((name, "") for name in rest)]


def tasks_told(tasks: list[requests.Updated]) -> list[dict[str, Any]]:
    """What became of the tasks of an array, as answers tell it."""
    return [
        {
            "job_id": int(one.job_id.partition("_")[0] or 0),
            "step_id": one.job_id,
            "error": sentence_of(one.code),
            "error_code": one.code,
            "why": one.message,
        }
        for one in tasks
    ]
