# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests about batch jobs: C structs filled from decoded members, and the calls that send them.

Rule 1: what a request points to lives in the `Struct` beside it until the call is over (fill.py).
Rule 2: an answer is copied out and freed here.
Rule 3: a request is sent once. What is not certain to have failed is told as what libslurm says, never tried again.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.slurm.fill import Struct, number_of
from slurmrest_inet.slurm.library import SlurmError, chars_of, ffi, lib, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slurmrest_inet.schema.reading import Members
    from slurmrest_inet.schema.scalars import Number


class Submitted(NamedTuple):
    """slurmctld's answer to a submission; `code` is a warning or 0."""

    job_id: int
    step_id: int | str
    code: int
    message: str


class Updated(NamedTuple):
    """What became of one task of an array: its id, slurmctld's code, and its message, which may be none."""

    job_id: str
    code: int
    message: str


def job(members: Members) -> Struct:
    """A job_desc_msg_t with what is given; the rest is unset."""
    request = Struct("job_desc_msg_t", JOB_DESC)
    lib.slurm_init_job_desc_msg(request.pointer)
    try:
        request.fill(members)
    except BaseException:
        request.close()
        raise
    return request


def submit(jobs: Sequence[Members], *, heterogeneous: bool) -> Submitted:
    """slurm_submit_batch_job, or slurm_submit_batch_het_job with one component a member. Raises SlurmError."""
    with contextlib.ExitStack() as stack:
        requests = [stack.enter_context(job(members)) for members in jobs]
        return _submit([request.pointer for request in requests], heterogeneous=heterogeneous)


def _submit(requests: list[Any], *, heterogeneous: bool) -> Submitted:
    slot = ffi.new("submit_response_msg_t **")
    ffi.errno = 0
    if not heterogeneous:
        code = lib.slurm_submit_batch_job(requests[0], slot)
    elif not requests:
        raise SlurmError(-1, -1)
    else:
        # A list without a function to free its items: they are ours.
        components = lib.slurm_list_create(ffi.NULL)
        for request in requests:
            lib.slurm_list_append(components, request)
        code = lib.slurm_submit_batch_het_job(components, slot)
        errno = ffi.errno
        lib.slurm_list_destroy(components)
        ffi.errno = errno
    if code:
        raise SlurmError(code, ffi.errno)
    if slot[0] == ffi.NULL:
        raise SlurmError(-1, -1)
    try:
        return submitted(slot[0])
    finally:
        lib.slurm_free_submit_response_response_msg(slot[0])


def submitted(answer: Any) -> Submitted:
    """What a submit_response_msg_t says; nothing of it is kept."""
    step: int = lib.submitted_step_id(answer)
    message = text_of(answer.job_submit_user_msg)
    return Submitted(lib.submitted_job_id(answer), _STEPS.get(step, step), answer.error_code, message)


_STEPS = {
    lib.SLURM_PENDING_STEP: "PENDING",
    lib.SLURM_BATCH_SCRIPT: "BATCH",
    lib.SLURM_EXTERN_CONT: "EXTERN",
    lib.SLURM_INTERACTIVE_STEP: "INTERACTIVE",
}


def update(members: Members) -> list[Updated]:
    """slurm_update_job2; what became of an array's tasks, nothing for another job. Raises SlurmError."""
    with job(members) as request:
        slot = ffi.new("job_array_resp_msg_t **")
        ffi.errno = 0
        code = lib.slurm_update_job2(request.pointer, slot)
        errno = ffi.errno
    return _tasks(slot[0], code, errno)


def requeue(job: str, flags: Number) -> list[Updated]:
    """slurm_requeue2; what became of an array's tasks, nothing for another job. Raises SlurmError, MissingError."""
    text, bits = chars_of(job), number_of(flags)
    slot = ffi.new("job_array_resp_msg_t **")
    ffi.errno = 0
    code = lib.slurm_requeue2(text, bits, slot)
    return _tasks(slot[0], code, ffi.errno)


def _tasks(answer: Any, code: int, errno: int) -> list[Updated]:
    """What an answer about an array says, which is freed here. Raises SlurmError for a code."""
    found: list[Updated] = []
    if answer != ffi.NULL:
        found = [_updated(answer, index) for index in range(answer.job_array_count)]
        lib.slurm_free_job_array_resp(answer)
    if code:
        raise SlurmError(code, errno)
    return found


def _updated(answer: Any, index: int) -> Updated:
    # Up to 22.05 slurmctld has no message for a task.
    messages = getattr(answer, "err_msg", ffi.NULL)
    message = "" if messages == ffi.NULL else text_of(messages[index])
    ids, codes = answer.job_array_id, answer.error_code
    return Updated("" if ids == ffi.NULL else text_of(ids[index]), 0 if codes == ffi.NULL else codes[index], message)
