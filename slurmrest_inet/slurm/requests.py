# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that change something: C structs filled from decoded members, and the calls that send them.

Rule 1: everything that a struct points to lives in the `Request` beside it until the call is over; libslurm frees none
        of it, and none of it is given to a libslurm function that frees.
Rule 2: an answer is copied out and freed here.
Rule 3: a request is sent once. What is not certain to have failed is told as what libslurm says, never tried again.
"""

from __future__ import annotations

import os
import time

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema import job_desc, values
from slurmrest_inet.slurm.library import VERSION, SlurmError, ffi, lib

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slurmrest_inet.schema.job_desc import Members
    from slurmrest_inet.schema.values import Number


class Submitted(NamedTuple):
    """slurmctld's answer to a submission; `code` is a warning or 0."""

    job_id: int
    step_id: int | str
    code: int
    message: str


class Request:
    """A struct of the C type `struct` and all that it points to."""

    def __init__(self, struct: str) -> None:
        self.pointer = ffi.new(f"{struct} *")
        self._types = dict(ffi.typeof(struct).fields)
        self._kept: list[Any] = []

    def fill(self, members: Members) -> None:
        """Set members by name. Raises LookupError for one that this release of Slurm lacks."""
        for name, value in members.items():
            if name not in self._types:
                raise LookupError(name)
            type_ = self._types[name].type
            if isinstance(value, list):
                setattr(self.pointer, name, self._texts(value))
            elif type_.kind == "pointer":
                setattr(self.pointer, name, self._text(str(value)))
            else:
                # As an assignment in C: what does not fit loses its high bits.
                bits = 8 * ffi.sizeof(type_)
                number = _number(value) & ((1 << bits) - 1)
                signed = int(ffi.cast(type_, -1)) < 0
                setattr(self.pointer, name, number - (1 << bits) if signed and number >> (bits - 1) else number)

    def _text(self, text: str) -> Any:
        self._kept.append(ffi.new("char[]", text.encode("utf-8", "surrogateescape")))
        return self._kept[-1]

    def _texts(self, texts: list[str]) -> Any:
        self._kept.append(ffi.new("char *[]", [*map(self._text, texts), ffi.NULL]))
        return self._kept[-1]


def _number(value: Number) -> int:
    if isinstance(value, tuple):
        return sum(map(_number, value))
    if isinstance(value, int):
        return value
    number = getattr(lib, value, None)
    if number is None:
        raise LookupError(value)
    return int(number)


def job(members: Members) -> Request:
    """A job_desc_msg_t with what is given; the rest is unset."""
    request = Request("job_desc_msg_t")
    lib.slurm_init_job_desc_msg(request.pointer)
    request.fill({name: value for name, value in members.items() if name != "job_id"})
    job_id = members.get("job_id")
    if isinstance(job_id, int):
        # Not every release has it as a member of its own.
        lib.describe_job_id(request.pointer, job_id & 0xFFFFFFFF)
    for texts, count in (("environment", "env_size"), ("argv", "argc")):
        found = members.get(texts)
        if isinstance(found, list):
            request.fill({count: len(found)})
    return request


def host() -> job_desc.Host:
    """What a job's description is read with: this process's folder, the time, and slurm.conf."""
    conf = lib.conf_loaded()
    known = conf != ffi.NULL
    governors = (
        name for name in values.GOVERNORS if not known or _number(name) & conf.cpu_freq_govs & ~lib.CPU_FREQ_RANGE_FLAG
    )
    return job_desc.Host(
        os.getcwd(),
        time.time(),
        _hosts,
        frozenset(governors),
        gres=tuple(filter(None, _text(conf.gres_plugins).split(","))) if known else None,
        cons_tres=known and _text(conf.select_type) == "select/cons_tres",
        prefix="gres/" if VERSION >= (23, 11) else "gres:",
    )


def _text(text: Any) -> str:
    return "" if text == ffi.NULL else str(ffi.string(text).decode(errors="replace"))


def _hosts(text: str) -> str:
    """A list of nodes, sorted and without repetition (slurm_hostlist_uniq). Raises job_desc.ImpossibleError."""
    hosts = lib.slurm_hostlist_create(ffi.new("char[]", text.encode("utf-8", "surrogateescape")))
    if hosts == ffi.NULL:
        raise job_desc.ImpossibleError
    try:
        lib.slurm_hostlist_uniq(hosts)
        size = 4096
        while True:
            buffer = ffi.new("char[]", size)
            if lib.slurm_hostlist_ranged_string(hosts, size, buffer) >= 0:
                return str(ffi.string(buffer).decode("utf-8", "surrogateescape"))
            size *= 4
    finally:
        lib.slurm_hostlist_destroy(hosts)


def submit(jobs: Sequence[Members], *, heterogeneous: bool) -> Submitted:
    """slurm_submit_batch_job, or slurm_submit_batch_het_job with one component a member. Raises SlurmError."""
    requests = [job(members) for members in jobs]
    slot = ffi.new("submit_response_msg_t **")
    ffi.errno = 0
    if not heterogeneous:
        code = lib.slurm_submit_batch_job(requests[0].pointer, slot)
    elif not requests:
        raise SlurmError(-1, -1)
    else:
        # A list without a function to free its items: they are ours.
        components = lib.slurm_list_create(ffi.NULL)
        for request in requests:
            lib.slurm_list_append(components, request.pointer)
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
    message = _text(answer.job_submit_user_msg)
    return Submitted(lib.submitted_job_id(answer), _STEPS.get(step, step), answer.error_code, message)


_STEPS = {
    lib.SLURM_PENDING_STEP: "PENDING",
    lib.SLURM_BATCH_SCRIPT: "BATCH",
    lib.SLURM_EXTERN_CONT: "EXTERN",
    lib.SLURM_INTERACTIVE_STEP: "INTERACTIVE",
}


def update(members: Members) -> list[int]:
    """slurm_update_job2; the codes of an array's tasks, nothing for another job. Raises SlurmError."""
    request = job(members)
    slot = ffi.new("job_array_resp_msg_t **")
    ffi.errno = 0
    code = lib.slurm_update_job2(request.pointer, slot)
    errno = ffi.errno
    answer = slot[0]
    codes: list[int] = []
    if answer != ffi.NULL:
        if answer.error_code != ffi.NULL:
            codes = [answer.error_code[index] for index in range(answer.job_array_count)]
        lib.slurm_free_job_array_resp(answer)
    if code:
        raise SlurmError(code, errno)
    return codes


def kill(job_id: int | str, signal: int) -> None:
    """slurm_kill_job2, or slurm_kill_job with a number, to all steps and the script. Raises SlurmError."""
    ffi.errno = 0
    if isinstance(job_id, int):
        code = lib.kill_job(job_id & 0xFFFFFFFF, signal, lib.KILL_FULL_JOB)
    else:
        text = ffi.new("char[]", job_id.encode("utf-8", "surrogateescape"))
        code = lib.slurm_kill_job2(text, signal, lib.KILL_FULL_JOB, ffi.NULL)
    if code:
        raise SlurmError(code, ffi.errno)
