# SPDX-License-Identifier: GPL-2.0-or-later
"""A signal for many jobs where libslurm has no slurm_kill_jobs (before 23.11): jobs are looked up, and each is sent it.

Rule 1: whatever is wrong with a request is found before the first signal is sent.
Rule 2: which jobs are meant, and what is said of them, is as slurmctld of later releases has it: every filter must
        fit, those that have ended are told only where they were named, and of those that are sent the signal only what
        failed is told, unless more is asked for (KILL_JOBS_VERBOSE, a bit that only later releases have).
"""

from __future__ import annotations

import re

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import job_calls, this_host
from slurmrest_inet.slurm.bits import ranges
from slurmrest_inet.slurm.calls import NO_VAL, SHOW_ALL
from slurmrest_inet.slurm.fill import number_of
from slurmrest_inet.slurm.hosts import Hosts
from slurmrest_inet.slurm.library import SlurmError, lib, strerror, text_of
from slurmrest_inet.slurm.one_signal import BrokenError, Signalled, send_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from slurmrest_inet.schema.reading import Members

_NONE, _NOBODY, _EMPTY, _ZERO, _NEGATIVE, _LARGE, _NO_TASK = 2172, 2173, 2136, 2137, 2138, 2139, 2144
"""Codes of later releases: a named job that a filter does not fit, neither an id nor a filter, and what is no id."""
_VERBOSE = "KILL_JOBS_VERBOSE"
_SHAPE = re.compile(
    r"[0-9]{1,10}(_([0-9]{1,10}|\[[0-9,:%-]+\])|\+[0-9]{1,10})?(\.[0-9a-z+]+)?", re.ASCII | re.IGNORECASE
)
_NO_JOB = 0xFFFFFFFD
"""From here on numbers mean something else than a job."""
_DIGITS = 10
"""Of the largest number of 32 bits; int() refuses thousands of them."""
_STATE = 0xFF
"""The bits of a job's state that are no flags (JOB_STATE_BASE of slurm.h)."""


def signal(asked: Members) -> list[Signalled]:
    """Send a signal to jobs as signalling.signal does. Raises SlurmError, BrokenError and MissingError."""
    told: Any = asked.get("flags") or 0
    words = told if isinstance(told, tuple) else (told,)
    flags = number_of(tuple(word for word in words if word != _VERBOSE))
    number = number_of(asked["signal"]) & 0xFFFF
    named: Any = asked.get("jobs_array")
    filters = _filters(asked)
    if not filters and not named:
        raise SlurmError(-1, _NOBODY)
    for text in named or ():
        code = _trouble(text)
        if code:
            raise SlurmError(-1, code)
    chosen = list(_chosen(named, filters))
    found: list[Signalled] = []
    try:
        found.extend(one if one.code else send_to(one.job, one.job_id, number, flags) for one in chosen)
    except SlurmError as error:
        if not found:
            raise
        raise BrokenError(error, found) from None
    return [one for one in found if one.code or _VERBOSE in words]


def _trouble(text: str) -> int:
    """Slurm's code for why a text is no job's id; 0: it is one."""
    digits = text[: len(text) - len(text.lstrip("-0123456789"))]
    if not text:
        return _EMPTY
    if not digits.strip("-0"):
        return _ZERO
    if digits.startswith("-"):
        return _NEGATIVE
    number = digits.partition("-")[0].lstrip("0")
    if len(number) > _DIGITS or int(number) >= _NO_JOB:
        return _LARGE
    return 0 if _SHAPE.fullmatch(text) else _NO_TASK


def _filters(asked: Members) -> list[Callable[[Any], bool]]:
    """What a job has to be, one function for each filter that is given. Raises MissingError."""
    found = [_is(member, str(asked[key])) for key, member in _TEXTS.items() if key in asked]
    if "partition" in asked:
        wanted = str(asked["partition"])
        found.append(lambda job: bool(wanted) and wanted in text_of(job.partition).split(","))
    if "wckey" in asked:
        found.append(_has_wckey(str(asked["wckey"])))
    if "state" in asked:
        state = number_of(asked["state"])
        found.append(lambda job: job.job_state & _STATE == state)
    if "user_id" in asked:
        users = {asked["user_id"], this_host.uid(str(asked["user_name"]))}
        found.append(lambda job: users == {job.user_id})
    if "nodelist" in asked:
        nodes = str(asked["nodelist"])
        found.append(lambda job: _meet(text_of(job.nodes), nodes))
    return found


_TEXTS = {"account": "account", "job_name": "name", "qos": "qos", "reservation": "resv_name"}
"""By the filter, the member of a job that has to be the same text."""


def _is(member: str, wanted: str) -> Callable[[Any], bool]:
    """An empty text fits no job: it is no wish for all those that have none."""
    return lambda job: bool(wanted) and text_of(getattr(job, member)) == wanted


def _has_wckey(wanted: str) -> Callable[[Any], bool]:
    """A wckey that nobody asked for, a default, has an asterisk in front of it."""
    return lambda job: bool(wanted) and wanted in (text_of(job.wckey), text_of(job.wckey).removeprefix("*"))


def _meet(nodes: str, others: str) -> bool:
    """Whether two lists of nodes have one in common: then fewer are in both together than in each."""
    return bool(nodes) and _size(nodes) + _size(others) > _size(f"{nodes},{others}")


def _size(nodes: str) -> int:
    try:
        with Hosts(nodes, whole=False) as hosts:
            hosts.unite()
            return len(hosts)
    except ValueError:
        return 0


def _chosen(named: list[str] | None, filters: list[Callable[[Any], bool]]) -> Iterator[Signalled]:
    """The jobs that are meant; with a code those of which there is only something to say."""
    if named and len(named) == 1 and named[0].isdigit() and not filters:
        yield Signalled(named[0], int(named[0]), 0, "")  # slurmctld looks it up as the signal comes
        return
    with job_calls.load_jobs(0, SHOW_ALL) as message:
        jobs = message.array[0 : message.count]
        if not named:
            fitting = [job for job in jobs if not _has_ended(job) and all(fits(job) for fits in filters)]
            leaders = {job.het_job_id for job in fitting if not job.het_job_offset}
            for job in fitting:
                if not (job.het_job_offset and job.het_job_id in leaders):  # components end with their leader
                    yield Signalled(_name(job), job.job_id, 0, "")
            return
        for text in named:
            yield from _named(text, jobs, filters)


def _named(text: str, jobs: list[Any], filters: list[Callable[[Any], bool]]) -> Iterator[Signalled]:
    """The same of what one id names."""
    number, task, component = _parts(text)
    found = [job for job in jobs if job_calls.is_named(job, number, task, component)]
    alive = [job for job in found if not _has_ended(job)]
    if not alive:
        code = lib.ESLURM_ALREADY_DONE if found else lib.ESLURM_INVALID_JOB_ID
        yield Signalled(text, found[0].job_id if found else None, code, strerror(code))
    elif all(fits(job) for job in alive for fits in filters):
        yield Signalled(text, alive[0].job_id, 0, "")
    else:
        for job in alive:
            fits_all = all(fits(job) for fits in filters)
            yield Signalled(_name(job), job.job_id, 0 if fits_all else _NONE, "" if fits_all else "Cannot signal job")


def _has_ended(job: Any) -> bool:
    return bool(job.job_state & _STATE > lib.JOB_SUSPENDED)


def _parts(text: str) -> tuple[int, int | None, int | None]:
    """The number of a job, and of the task or the component behind it; of several tasks none."""
    number, _, task = text.partition(".")[0].partition("_")
    number, _, component = number.partition("+")
    return int(number), int(task) if task.isdigit() else None, int(component) if component else None


def _name(job: Any) -> str:
    """What a job is called that slurmctld has told of: an array's tasks that wait are one record."""
    if job.het_job_id:
        return f"{job.het_job_id}+{job.het_job_offset}"
    tasks = job_calls.waiting_tasks(job)
    if tasks:
        return f"{job.array_job_id}_[{ranges(tasks)}]"
    if job.array_job_id and job.array_task_id < NO_VAL:
        return f"{job.array_job_id}_{job.array_task_id}"
    return str(job.job_id)
