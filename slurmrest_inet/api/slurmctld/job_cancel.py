# SPDX-License-Identifier: GPL-2.0-or-later
"""A job that is sent a signal up to v0.0.38, by the query of a DELETE.

Rule 1: whatever slurmctld did is in the log with the job's id (`note`), because the answer may be lost on its way.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.sending import undone
from slurmrest_inet.api.slurmctld import job_number
from slurmrest_inet.http import query
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import one_signal
from slurmrest_inet.slurm.library import SlurmError, lib, strerror

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_ERROR = -1
_KILL = 9
_NO_SIGNAL = {
    36: Fault("_op_handler_job", "invalid signal: {0}", _ERROR, coded=True),
    37: Fault("HTTP request: signal", "invalid signal: {0}", INVALID_QUERY),
}
_UNKILLED = {
    36: Fault("_handle_job_delete", "unable to kill job {0} with signal {1}: {2}", coded=True),
    37: Fault("slurm_kill_job", "unable to kill JobId={0} with signal {1}: {2}"),
}


def cancel(call: Call) -> Answer:
    """DELETE job/{job_id}: send a signal, SIGKILL unless ``signal`` says another."""
    report, job_id = Report(call), call.parameters["job_id"]
    if job_number.is_unusable(call, report):
        return report.answer()
    signal = _signal(call)
    if not 0 < signal < _SIGNALS:
        report.fault(call.at(_NO_SIGNAL), INVALID_QUERY, signal)
        return report.answer()
    try:
        one_signal.kill(int(job_id) if call.dialect.job_number else job_id, signal)
    except SlurmError as error:
        if error.errno != lib.ESLURM_ALREADY_DONE:
            report.fault(call.at(_UNKILLED), error.errno, job_id, signal, strerror(error.errno))
        what = f"signal {signal} to job {job_id}: {undone('sent', error.errno)}"
        return report.answer(note=f"{what}: {strerror(error.errno)}")
    return report.answer(note=f"signal {signal} sent to job {job_id}")


_SIGNALS = 64
"""SIGRTMAX of Linux (signal(7)), which slurmrestd does not send any more."""


def _signal(call: Call) -> int:
    """The query's signal; 0 for a name that nobody knows. What is neither a number nor a name is SIGKILL."""
    text = call.query.get("signal")
    signal = query.infer(text) if isinstance(text, str) else None
    if isinstance(signal, str):
        from slurmrest_inet.schema.signals import signal_number  # noqa: PLC0415 - most name none, or a number

        return signal_number(signal)
    if isinstance(signal, bool) or not isinstance(signal, int):
        return _KILL
    return (signal + 2**31) % 2**32 - 2**31  # as C stores it in an int
