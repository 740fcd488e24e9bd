# SPDX-License-Identifier: GPL-2.0-or-later
"""Resources without a script: asked for, looked for, and given back.

Rule 1: no call waits for resources: what is not granted at once is looked for again by who asked. libslurm's own calls
        that wait (slurm_allocate_resources_blocking) are told by slurmctld at a port, in a message that a client with a
        token cannot check, and slurmctld ends the job of a client that does not answer it.
Rule 2: a request is sent once. What is not certain to have failed is told as what libslurm says, never tried again.
"""

from __future__ import annotations

import contextlib
import os

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import SlurmError, ffi, lib, text_of
from slurmrest_inet.slurm.requests import job

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slurmrest_inet.schema.reading import Members


class Allocation(NamedTuple):
    """slurmctld's answer: the job, whether it has its resources already, and what a job_submit plugin says."""

    job_id: int
    granted: bool
    message: str


def allocate(members: Members) -> Allocation:
    """slurm_allocate_resources, for a client that listens at no port. Raises SlurmError, MissingError."""
    with job(_whole(members)) as request:
        slot = ffi.new("resource_allocation_response_msg_t **")
        ffi.errno = 0
        code = lib.slurm_allocate_resources(request.pointer, slot)
        errno = ffi.errno
    return _told(slot[0], code, errno)


def allocate_components(components: Sequence[Members]) -> Allocation:
    """The same for a heterogeneous job, in a message that libslurm has no call for. Raises SlurmError, MissingError."""
    if not lib.message_known():
        raise MissingError("call for a heterogeneous job's resources that does not wait")
    with contextlib.ExitStack() as stack:
        requests = [stack.enter_context(job(_whole(members))) for members in components]
        described = lib.slurm_list_create(ffi.NULL)  # without a function to free its items: they are ours
        for request in requests:
            lib.slurm_list_append(described, request.pointer)
        slot = ffi.new("void **")
        ffi.errno = 0
        code = lib.allocate_components(described, slot)
        errno = ffi.errno
        lib.slurm_list_destroy(described)
    if code or slot[0] == ffi.NULL:
        raise SlurmError(code or -1, errno)
    try:
        first = lib.first_allocation(slot[0])
        if first == ffi.NULL:
            raise SlurmError(-1, -1)
        # None begins before all of them do.
        return Allocation(lib.allocated_job_id(first), granted=False, message=text_of(first.job_submit_user_msg))
    finally:
        lib.slurm_list_destroy(slot[0])  # with its items


def _whole(members: Members) -> Members:
    """What slurmctld is to know of who asks: it refuses a request without the node that it comes from."""
    host = os.uname().nodename.partition(".")[0]
    return {"alloc_node": host, **members, "alloc_sid": os.getsid(0), "alloc_resp_port": 0}


def is_granted(job_id: int) -> bool:
    """slurm_allocation_lookup: whether a job has its resources; one that has ended is a SlurmError."""
    slot = ffi.new("resource_allocation_response_msg_t **")
    ffi.errno = 0
    code = lib.look_up_allocation(job_id, slot)
    errno = ffi.errno
    try:
        _told(slot[0], code, errno)
    except SlurmError as error:
        if lib.ESLURM_JOB_PENDING in (error.code, error.errno):
            return False
        raise
    return True


def _told(answer: Any, code: int, errno: int) -> Allocation:
    """What an answer says, which is freed here. Raises SlurmError."""
    if code or answer == ffi.NULL:
        raise SlurmError(code or -1, errno)
    try:
        return Allocation(lib.allocated_job_id(answer), bool(answer.node_cnt), text_of(answer.job_submit_user_msg))
    finally:
        lib.slurm_free_resource_allocation_response_msg(answer)
