# SPDX-License-Identifier: GPL-2.0-or-later
"""A signal for many jobs at once.

Rule 1: what became of each job is told, also where a later one could not be asked any more (one_signal.BrokenError).
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.kill_jobs import KILL_JOBS
from slurmrest_inet.slurm.bits import bits_of, ranges
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import SlurmError, ffi, lib, text_of
from slurmrest_inet.slurm.one_signal import Signalled

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Members


def signal(asked: Members) -> list[Signalled]:
    """slurm_kill_jobs, or in its place (`earlier_signals`): the jobs that could not be sent a signal.

    asked: members of kill_jobs_msg_t, among them the signal. With KILL_JOBS_VERBOSE among the flags, those jobs that
    could are told, too. Raises SlurmError when nobody answers or the request as a whole is refused, and MissingError.
    """
    if not hasattr(lib, "slurm_kill_jobs"):
        from slurmrest_inet.slurm import earlier_signals  # noqa: PLC0415 - later releases do without

        return earlier_signals.signal(asked)
    with Struct("kill_jobs_msg_t", KILL_JOBS) as message:
        message.fill({"state": "JOB_END", "user_id": "SLURM_AUTH_NOBODY|NO_VAL", **asked})
        slot = ffi.new("kill_jobs_resp_msg_t **")
        ffi.errno = 0
        code = lib.slurm_kill_jobs(message.pointer, slot)
        errno = ffi.errno
    answer = slot[0]
    found: list[Signalled] = []
    if answer != ffi.NULL:
        found = [_signalled(answer.job_responses[index]) for index in range(answer.jobs_cnt)]
        lib.free_kill_jobs_response(answer)
    if code:
        raise SlurmError(code, errno)
    return found


def _signalled(one: Any) -> Signalled:
    job = ""
    if one.id != ffi.NULL:
        job = str(one.id.step_id.job_id)
        tasks = bits_of(one.id.array_bitmap)
        if tasks:
            job += f"_[{ranges(tasks)}]"
        elif one.id.array_task_id != lib.NO_VAL:
            job += f"_{one.id.array_task_id}"
        elif one.id.het_job_offset != lib.NO_VAL:
            job += f"+{one.id.het_job_offset}"
    job_id = None if one.real_job_id == lib.NO_VAL else one.real_job_id
    return Signalled(job, job_id, one.error_code, text_of(one.error_msg), text_of(one.sibling_name))
