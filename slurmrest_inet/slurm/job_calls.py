# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm's calls for jobs: on this cluster, or on all of a federation (federation.py).

Rule 1: as in calls.py a message belongs to who loads it, and the codec reads it where it lies.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.bits import bits_of
from slurmrest_inet.slurm.calls import NO_VAL, SHOW_ALL, Message, load
from slurmrest_inet.slurm.library import SlurmError, chars_of, ffi, lib

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


def load_jobs(update_time: int, flags: int) -> Message:
    """slurm_load_jobs: every job that changed since ``update_time`` (epoch; 0 for all).

    With SHOW_FEDERATION those of all clusters of the federation, whenever they changed: each has a time of its own.
    """
    if flags & lib.SHOW_FEDERATION and not flags & lib.SHOW_LOCAL:
        from slurmrest_inet.slurm import federation  # noqa: PLC0415 - few ask for it

        return federation.load(lambda: load_jobs(0, flags & ~lib.SHOW_FEDERATION), flags)
    return load(lib.slurm_load_jobs, "job_info_msg_t", update_time, after=(flags,))


def load_job(job_id: int, flags: int) -> Message:
    """slurm_load_job: one job, all tasks of an array, all components of a heterogeneous job.

    Unless SHOW_LOCAL is set, every cluster of the federation is asked.
    """
    if not flags & lib.SHOW_LOCAL:
        from slurmrest_inet.slurm import federation  # noqa: PLC0415 - a listing of jobs does without

        return federation.load(lambda: load_job(job_id, flags | lib.SHOW_LOCAL), flags)
    return load(lib.load_job, "job_info_msg_t", after=(job_id, flags))


def load_job_states(chosen: Sequence[tuple[int, int | None, int | None]]) -> Message:
    """slurm_load_job_state: id and state of every job, or of those chosen by id, task of an array and component.

    22.05 has no such message: there they are taken from the list of jobs, by the table "job_state". In either,
    `each_task` expands a record.
    """
    if not (hasattr(lib, "slurm_load_job_state") and hasattr(lib, "slurm_free_job_state_response_msg")):
        message = load_jobs(0, SHOW_ALL)
        message.struct = "job_state"
        if chosen:
            jobs = [job for job in message.array[0 : message.count] if any(is_named(job, *one) for one in chosen)]
            # Copies of the structs alone; all that they point to belongs to the message.
            message.array, message.count = ffi.new("slurm_job_info_t[]", jobs), len(jobs)
        return message
    steps = ffi.new("slurm_selected_step_t[]", max(1, len(chosen)))
    for step, (job, task, component) in zip(steps, chosen):
        step.step_id.job_id = job
        step.step_id.step_id = step.step_id.step_het_comp = NO_VAL
        step.array_task_id = NO_VAL if task is None else task
        step.het_job_offset = NO_VAL if component is None else component
    wanted = steps if chosen else ffi.NULL
    return load(lib.slurm_load_job_state, "job_state_response_msg_t", len(chosen), wanted)


def is_named(job: Any, number: int, task: int | None, component: int | None) -> bool:
    """Whether an id names a job, its array or its heterogeneous job; a task that waits, all that wait with it."""
    if task is not None:
        return job.array_job_id == number and task in (job.array_task_id, *waiting_tasks(job))
    if component is not None:
        return (job.het_job_id, job.het_job_offset) == (number, component)
    return number in (job.job_id, job.array_job_id, job.het_job_id)


def each_task(message: Message) -> Iterator[tuple[int, int]]:
    """Tell stretches of records (the first, how many), one for each task of an array that waits in a record.

    The record has the number of that task then.
    """
    count = message.count
    if not count:
        return
    struct = ffi.typeof(message.array).item
    where = [ffi.offsetof(struct, name) for name in ("array_task_id", _waiting_bits(message.array[0]))]
    first = index = 0
    while True:
        index = lib.next_waiting_array(message.array, ffi.sizeof(struct), index, count, *where)
        if index >= count:
            break
        tasks = waiting_tasks(message.array[index])
        if tasks:
            yield first, index - first
            first = index + 1
        for task in tasks:
            message.array[index].array_task_id = task
            yield index, 1
        index += 1
    yield first, count - first


def _waiting_bits(job: Any) -> str:
    """The member of a job's record that is the bit string of its array's tasks that wait."""
    return "array_task_id_bitmap" if hasattr(job, "array_task_id_bitmap") else "array_bitmap"


def waiting_tasks(job: Any) -> list[int]:
    """The tasks of an array that wait in a record."""
    return [] if job.array_task_id < NO_VAL else bits_of(getattr(job, _waiting_bits(job)))


def job_id_of(text: str) -> int:
    """slurm_xlate_job_id: the number behind "123", "123_4" (this one asks Slurm) or "123+1"; 0: there is none."""
    if hasattr(lib, "slurm_xlate_job_id"):
        return int(lib.slurm_xlate_job_id(chars_of(text)))
    # 24.11 has no such call any more.
    number, task, index = text.partition("_")
    number, component, offset = (number, "", "") if task else text.partition("+")
    words = [word for word, there in ((number, True), (index, task), (offset, component)) if there]
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
        return 0
    if not task:
        return (int(number) + int(offset or 0)) & 0xFFFFFFFF
    try:
        with load_job(int(number) & 0xFFFFFFFF, SHOW_ALL) as message:
            jobs = message.array[0 : message.count]
            return next((int(job.job_id) for job in jobs if job.array_task_id == int(index)), 0)
    except SlurmError:
        return 0
