# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are sent a signal from v0.0.39 on: one by its id, or all that a body describes.

Rule 1: what is asked is read to its end before slurmctld is: what is wrong in it sends no signal, also where slurmrestd
        sends one all the same (an unknown flag, state or signal).
Rule 2: what became of each job is told, also where one of them could not be asked about any more.
Rule 3: whatever slurmctld did is in the log with the jobs' ids (`note`), because the answer may be lost on its way.
"""

from __future__ import annotations

import signal as signals

from slurmrest_inet.api import job_id, told
from slurmrest_inet.api.errors import INVALID_QUERY, sentence_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.kill_jobs import KILL_JOBS
from slurmrest_inet.schema.queries import JOB_DELETE
from slurmrest_inet.slurm import one_signal, signalling, this_host
from slurmrest_inet.slurm.library import SlurmError, lib
from slurmrest_inet.slurm.one_signal import BrokenError, Signalled

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.job_id import JobId
    from slurmrest_inet.schema.reading import Members

_KILL = 9
_BITS = 0xFFFF
_NONE = 2**16 - 2
"""What an empty text is: NO_VAL of 16 bits (slurm.h), which slurmctld refuses."""
_ONE, _KILL_JOBS = "_handle_job_delete", "slurm_kill_jobs()"
_REFUSED = "Signal request failed"


def _number(found: object) -> int:
    """Return the signal that a value was read as; nothing is SIGKILL."""
    return _NONE if found == "NO_VAL" else int(str(found or 0)) & _BITS or _KILL


def cancel(call: Call) -> Answer:
    """DELETE job/{job_id}: send a signal, SIGKILL unless ``signal`` says another."""
    report = Report(call)
    chosen = job_id.read(call, report)
    if chosen is None:
        return report.answer()
    asked = call.query if call.body is None else call.body
    record = told.read(call, report, JOB_DELETE, asked, query=True)
    if record is None:
        if not report.code:
            report.error(INVALID_QUERY, _ONE, "Rejecting request. Failure parsing query")
        return report.answer(*call.at({39: (), 42: (("status", []),)}))
    members: Members = dict(record.members)
    return call.at({39: _cancel_one, 40: _cancel_each})(report, call, chosen, members)


def _cancel_one(report: Report, _call: Call, chosen: JobId, members: Members) -> Answer:
    """Send a signal with the call that v0.0.39 makes, whose code is the answer's."""
    number = _number(members.get("signal"))
    name = signals.strsignal(number) if 0 < number < signals.NSIG else None
    name = name or f"Unknown signal {number}"
    try:
        one_signal.kill(str(chosen), number)
    except SlurmError as error:
        if error.errno == lib.ESLURM_ALREADY_DONE:
            report.warning(_ONE, f"Job was already sent signal {name}")
            return report.answer(note=f"signal {number} not sent to job {chosen}: {sentence_of(error.errno)}")
        sentence = f"unable to send signal {name} to JobId={chosen}"
        return failed(report, error, "slurm_kill_job2()", sentence, "sent", about=f"signal {number} to job {chosen}: ")
    return report.answer(note=f"signal {number} sent to job {chosen}")


def _cancel_each(report: Report, call: Call, chosen: JobId, members: Members) -> Answer:
    """Send a signal with the call that tells of each job that could not be sent it."""
    number = _number(members.get("signal"))
    members.update(signal=number, jobs_array=[str(chosen)], jobs_cnt=1)
    try:
        outcome = send(lambda: signalling.signal(members))
    except SlurmError as error:
        payload: tuple[tuple[str, Any], ...] = call.at({40: (), 42: (("status", []),)})
        return failed(report, error, _KILL_JOBS, _REFUSED, "sent", *payload, about=f"signal {number} to job {chosen}: ")
    note = f"signal {number} sent to job {chosen}"
    unsent = [one for one in outcome if one.code]
    if unsent:
        note = f"signal {number} not sent to job {_noted(unsent)}"
    if call.at({40: False, 42: True}):
        return report.answer(("status", [_status(one) for one in outcome]), note=note)
    # slurmrestd says that all is well, whatever came of it.
    for one in unsent:
        report.error(one.code, _KILL_JOBS, sentence_of(one.code))
    return report.answer(note=note)


def _noted(jobs: list[Signalled]) -> str:
    return "; ".join(f"{one.job}: {sentence_of(one.code)}" for one in jobs)


def _status(one: Signalled) -> dict[str, Any]:
    sentence = sentence_of(one.code)
    number = {"set": one.job_id is not None, "infinite": False, "number": one.job_id or 0}
    return {
        "error": {"string": sentence, "code": one.code, "message": one.message},
        "step_id": one.job,
        "job_id": number,
        "federation": {"sibling": one.sibling},
    }


def cancel_all(call: Call) -> Answer:
    """DELETE jobs: send a signal to all jobs that the body names or describes."""
    report = Report(call)
    asked = call.query if call.body is None else call.body
    record = told.read(call, report, KILL_JOBS, asked, this_host.host())
    if record is None:
        report.code = report.code or -1  # what is wrong, warnings may tell alone
        return report.answer(("status", []))
    members: Members = dict(record.members)
    number = members["signal"] = _number(members.get("signal"))
    whom = ", ".join(f"{name}={value}" for name, value in members.items() if name not in ("signal", "jobs_cnt"))
    try:
        outcome = send(lambda: signalling.signal(members))
    except BrokenError as error:
        done = [_status(one) for one in error.done]
        about = f"signal {number} to jobs with {whom}, of whom {len(done)} were told of: "
        return failed(report, error, _KILL_JOBS, _REFUSED, "sent", ("status", done), about=about)
    except SlurmError as error:
        about = f"signal {number} to jobs with {whom}: "
        return failed(report, error, _KILL_JOBS, _REFUSED, "sent", ("status", []), about=about)
    note = f"signal {number} sent to jobs with {whom}"
    unsent = [one for one in outcome if one.code]
    if unsent:
        note += f", not sent to {_noted(unsent)}"
    return report.answer(("status", [_status(one) for one in outcome]), note=note)
