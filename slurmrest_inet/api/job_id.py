# SPDX-License-Identifier: GPL-2.0-or-later
"""The job that a path names: 7, a task 7_3 of an array, a component 7+1, a step 7.0 or 7.batch."""

from __future__ import annotations

import re

from slurmrest_inet.api.errors import (
    BAD_COMPONENT,
    INVALID_JOB_ID,
    INVALID_JOBS_DESC,
    INVALID_QUERY,
    LARGE_JOB_ID,
    NEGATIVE_JOB_ID,
    NO_JOB_ID,
    NO_TASK,
)
from slurmrest_inet.api.report import Fault
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm import calls, job_calls

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report

_SHAPE = re.compile(
    r"([0-9]{1,18})(?:_([0-9]{1,18})|\+([0-9]{1,18}))?(?:\.(?:([0-9]{1,18})(?:\+[0-9]{1,18})?|(batch|extern|interactive|tbd)))?",
    re.IGNORECASE,
)

_LAST_COMPONENT = 128
"""slurmrestd refuses those behind it. No job that is submitted here has as many (job_desc.MOST_COMPONENTS); slurmctld
takes them from other clients. Of a task's number slurmrestd looks at 32 bits."""
_RESERVED = 0xFFFFFFFD
"""From here on numbers mean something else than a job."""


class JobId(NamedTuple):
    """One job id with what follows it, if anything does."""

    job: int
    task: int | None = None
    component: int | None = None
    step: str | None = None

    @classmethod
    def parse(cls, text: str) -> JobId:
        """Read a job id as from v0.0.40 on; raises ValueError for what is none, 0, or what means that there is none."""
        text = text.lstrip(" \t\n\v\f\r")
        signed = text[:1] == "+"  # slurmrestd takes it for the step 0 of that job
        match = _SHAPE.fullmatch(text[signed:])
        if match is None or not 0 < int(match[1]) < _RESERVED:
            raise ValueError(text)
        task, component = (int(number) if number is not None else None for number in match.group(2, 3))
        if component is not None and component > _LAST_COMPONENT:
            raise ValueError(text)
        if task is not None:
            task &= 0xFFFFFFFF
        step = match[4] or match[5] or ("0" if signed else None)
        return cls(int(match[1]), None if task == calls.NO_VAL else task, component, step)

    def __str__(self) -> str:
        parts = (("_", self.task), ("+", self.component), (".", self.step))
        return f"{self.job}" + "".join(f"{sign}{part}" for sign, part in parts if part is not None)


def read(call: Call, report: Report) -> JobId | None:
    """Return the job that a path names; None: it names none, as the report says.

    A number in v0.0.36; then what libslurm makes of a text, which may ask slurmctld for the task of an array.
    """
    text = call.parameters["job_id"]
    try:
        return call.at(_READERS)(text)
    except UnusableError as error:
        report.fault(call.at(_UNUSABLE), error.code, text, error)
    except ValueError as error:
        report.fault(call.at(_UNUSABLE), INVALID_JOB_ID, text, error)
    return None


class UnusableError(ValueError):
    """A text that is no job's id, and Slurm's code for why."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


def _told_why(text: str) -> JobId:
    """Read a job id as v0.0.39 does, which tells why it cannot be one."""
    number = re.match(r"-?[0-9]{0,18}", text)
    if number is None or not number[0].strip("-0"):
        raise UnusableError(text, NO_JOB_ID)
    if number[0].startswith("-"):
        raise UnusableError(text, NEGATIVE_JOB_ID)
    if int(number[0]) >= _RESERVED:
        raise UnusableError(text, LARGE_JOB_ID)
    try:
        return JobId.parse(text)
    except ValueError:
        raise UnusableError(text, NO_TASK if text.endswith("_") else BAD_COMPONENT) from None


def _number(text: str) -> JobId:
    number = int(text)
    if number >= calls.NO_VAL or not number:
        raise ValueError(f"job_id too large: {number}" if number else "job_id is zero")
    return JobId(number)


def _translated(text: str) -> JobId:
    number = job_calls.job_id_of(text)
    if not number:
        raise ValueError(text)
    return JobId(number)


_READERS = {36: _number, 37: _translated, 39: _told_why, 40: JobId.parse}
_UNUSABLE = {
    36: Fault("_op_handler_job", "{1}", -1, coded=True),
    37: Fault("_handle_job_get", "Unable to find JobId={0}", INVALID_JOBS_DESC),
    39: Fault("_op_handler_job", 'Failure parsing "{0}"'),
    40: Fault("op_handler_job", "Rejecting request. Failure parsing parameters", INVALID_QUERY),
}
