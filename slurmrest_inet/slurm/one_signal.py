# SPDX-License-Identifier: GPL-2.0-or-later
"""A signal for one job, and what is told of a job that was sent one.

Rule 1: a signal is sent once. What is not certain to have failed is told as what libslurm says, never tried again.
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple
from slurmrest_inet.slurm.library import SlurmError, chars_of, ffi, lib, strerror


class Signalled(NamedTuple):
    """What became of a job that was sent a signal: as it was asked for, its id if it is there, and how it went."""

    job: str
    job_id: int | None
    code: int
    message: str
    sibling: str = ""


class BrokenError(SlurmError):
    """slurmctld was not there any more for one of several jobs; `done` is what became of those before it."""

    def __init__(self, error: SlurmError, done: list[Signalled]) -> None:
        super().__init__(error.code, error.errno)
        self.done = done


def kill(job_id: int | str, signal: int) -> None:
    """slurm_kill_job2, or slurm_kill_job with a number, to all steps and the script. Raises SlurmError."""
    if isinstance(job_id, str):
        _kill(job_id, signal, lib.KILL_FULL_JOB)
        return
    ffi.errno = 0
    code = lib.kill_job(job_id & 0xFFFFFFFF, signal, lib.KILL_FULL_JOB)
    if code:
        raise SlurmError(code, ffi.errno)


def _kill(job: str, signal: int, flags: int) -> None:
    text = chars_of(job)
    ffi.errno = 0
    code = lib.slurm_kill_job2(text, signal, flags, ffi.NULL)
    if code:
        raise SlurmError(code, ffi.errno)


def send_to(job: str, job_id: int | None, number: int, flags: int) -> Signalled:
    """slurm_kill_job2, which knows one job and does not say which it is. Raises SlurmError when nobody answers."""
    try:
        _kill(job, number, flags)
    except SlurmError as error:
        code = error.errno or -1
        if code not in range(2000, 3000):
            raise SlurmError(-1, code) from None
        known = None if code == lib.ESLURM_INVALID_JOB_ID else job_id
        return Signalled(job, known, code, strerror(code))
    return Signalled(job, job_id, 0, "")
