# SPDX-License-Identifier: GPL-2.0-or-later
"""The job that a path names: 7, a task 7_3 of an array, a component 7+1, a step 7.0 or 7.batch.

Rule 1: ids are taken apart by hand: `re` is a tenth of what a request for one job costs, and nothing else in it has
        regular expressions.
"""

from __future__ import annotations

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

_DIGITS = 18
"""Those of numbers that 64 bits hold."""
_STEPS = ("batch", "extern", "interactive", "tbd")
"""Those without a number, in any letter case."""

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
        whole, point, step = text[signed:].partition(".")
        job, sign, number = whole.partition("_" if "_" in whole else "+")
        numbers = [job, *([number] if sign else ())]
        if point and step.lower() not in _STEPS:
            step, plus, component_of_step = step.partition("+")
            numbers += [step, *([component_of_step] if plus else ())]
        if not all(map(_is_number, numbers)) or not 0 < int(job) < _RESERVED:
            raise ValueError(text)
        task = int(number) & 0xFFFFFFFF if sign == "_" else None
        component = int(number) if sign == "+" else None
        if component is not None and component > _LAST_COMPONENT:
            raise ValueError(text)
        return cls(int(job), None if task == calls.NO_VAL else task, component, step or ("0" if signed else None))

    def __str__(self) -> str:
        parts = (("_", self.task), ("+", self.component), (".", self.step))
        return f"{self.job}" + "".join(f"{sign}{part}" for sign, part in parts if part is not None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS


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
    unsigned = text.removeprefix("-")
    digits = unsigned[: len(unsigned) - len(unsigned.lstrip("0123456789"))][:_DIGITS]
    if not digits.strip("0"):
        raise UnusableError(text, NO_JOB_ID)
    if unsigned != text:
        raise UnusableError(text, NEGATIVE_JOB_ID)
    if int(digits) >= _RESERVED:
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
