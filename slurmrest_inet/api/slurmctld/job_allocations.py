# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs without a script: a client waits until they have their resources, and has them given back if it goes before.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing.
Rule 2: a job that was asked for is granted, or is cancelled, or the answer and the log say that it may still be there.
Rule 3: nothing here waits: whoever answers the client asks again (envelope.Awaited).
"""

from __future__ import annotations

import signal
import time

from slurmrest_inet.api import told
from slurmrest_inet.api.envelope import Awaited
from slurmrest_inet.api.errors import FAIL_PARSING, INVALID_QUERY, UNANSWERED, sentence_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.job_desc import JOB_ALLOC_REQ
from slurmrest_inet.slurm import allocations, one_signal, submit_host
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_SOURCE, _COMPONENTS = "op_handler_alloc_job", "_job_post_het_allocate"
_CALL, _HET_CALL = "slurm_allocate_resources_blocking()", "slurm_allocate_het_job_blocking()"
_FAILED = "Job allocation request failed"
_BOTH = 'Specify only one "job" or "hetjob" fields but never both'
_NEITHER = {
    41: 'Specifing either "job" or "hetjob" fields are required to allocate job',
    43: 'Specifying either "job" or "hetjob" fields are required to allocate job',
}
_WITHOUT = "Refusing HetJob submission without any components"
_TIMED_OUT = 110  # ETIMEDOUT, which libslurm's own call leaves when its time is over
_ENDED = (lib.ESLURM_INVALID_JOB_ID, lib.ESLURM_ALREADY_DONE)
_ZERO_BYTES: int = lib.SLURM_PROTOCOL_SOCKET_ZERO_BYTES_SENT
"""slurmctld of 22.05 hangs up on whoever it does not believe (any more)."""
_REFUSALS = 5
"""One after the other, before any other code is believed."""
_PAUSES = (1.0, 3.0)
"""Before slurmctld is asked once more to cancel a job, when it did not answer."""


def allocate(call: Call) -> Answer | Awaited:
    """POST job/allocate: resources of one job, which may be heterogeneous."""
    report = Report(call)
    body = {} if call.body is None else call.body
    record = told.read(call, report, JOB_ALLOC_REQ, body, submit_host.host())
    if record is None:
        listed = isinstance(body, dict) and "hetjob" in body and not isinstance(body["hetjob"], dict)
        # slurmrestd has one code for whatever is wrong within a list; where no error says what it is, a warning does.
        report.code = FAIL_PARSING if listed and "job" not in body else report.code or -1
        return report.answer()
    members: dict[str, Any] = dict(record.members)
    job, components = members.get("job"), members.get("hetjob")
    if job is not None and components is not None:
        report.error(INVALID_QUERY, _SOURCE, _BOTH)
        return report.answer()
    if components is not None:
        if not components:
            report.error(INVALID_QUERY, _COMPONENTS, _WITHOUT)
            return report.answer()
        described = [one.members for one in components]
        return _awaited(_Waiting(report, lambda: allocations.allocate_components(described), _HET_CALL))
    if job is None:
        report.error(INVALID_QUERY, _SOURCE, call.at(_NEITHER))
        return report.answer()
    return _awaited(_Waiting(report, lambda: allocations.allocate(job.members), _CALL))


def _awaited(waiting: _Waiting) -> Awaited:
    return Awaited(waiting.go_on, waiting.give_up)


class _Waiting:
    """One job that is asked for, looked for, or cancelled: a heterogeneous one by its first component.

    call: what slurmrestd asks for it with, which its errors name.
    """

    def __init__(self, report: Report, ask: Callable[[], allocations.Allocation], call: str) -> None:
        self._report = report
        self._ask = ask
        self._call = call
        self._job: allocations.Allocation | None = None
        self._refusals = 0

    def go_on(self) -> Answer | None:
        """Ask for it at first, then look for it: the answer, None while there is none."""
        job = self._job
        try:
            if job is None:
                job = self._job = send(self._ask)
                granted = job.granted
            else:
                granted = allocations.is_granted(job.job_id)
        except SlurmError as error:
            if job is None:
                if error.reason in UNANSWERED:
                    self._report.warning(self._call, "The job may be there all the same: slurmctld did not answer")
                return failed(self._report, error, self._call, _FAILED, "allocated")
            return self._lost(job, error.reason)
        self._refusals = 0
        if not granted:
            return None
        return self._report.answer(
            ("job_id", job.job_id), ("job_submit_user_msg", job.message), note=f"allocated job {job.job_id}"
        )

    def _lost(self, job: allocations.Allocation, code: int) -> Answer | None:
        """The job has ended before it had anything, or its user may not ask for it any more.

        slurmctld keeps the job over a restart. While it ends or begins, calls fail in many ways, but only for a moment.
        """
        if code in UNANSWERED and code != _ZERO_BYTES:
            return None
        self._refusals += 1
        if code not in _ENDED and self._refusals < _REFUSALS:
            return None
        self._report.error(code, self._call, _FAILED)
        return self._report.answer(note=f"not allocated: {sentence_of(code)}; {self._cancel(job)}")

    def give_up(self) -> Answer:
        """Cancel it: it is waited for no longer."""
        self._report.error(_TIMED_OUT, self._call, _FAILED)
        return self._report.answer(note="not asked for" if self._job is None else self._cancel(self._job))

    def _cancel(self, job: allocations.Allocation) -> str:
        """Cancel a job, and return what the log says of that; the client is told where it may still be there."""
        code = 0
        for pause in (*_PAUSES, None):
            try:
                one_signal.kill(job.job_id, signal.SIGKILL)
            except SlurmError as error:
                code = error.reason
                if code in UNANSWERED and pause is not None:
                    time.sleep(pause)
                    continue
                break
            return f"cancelled job {job.job_id}"
        if code in _ENDED:
            return f"job {job.job_id} has ended"
        self._report.warning(self._call, f"JobId={job.job_id} may still be there: it could not be cancelled")
        return f"job {job.job_id} is not cancelled: {sentence_of(code)}"
