# SPDX-License-Identifier: GPL-2.0-or-later
"""Job ids as text, from v0.0.40 on: 7, a task 7_3 of an array, a component 7+1, a step 7.0 or 7.batch."""

from __future__ import annotations

import re

from slurmrest_inet.record import NamedTuple

_SHAPE = re.compile(
    r"([0-9]{1,18})(?:_([0-9]{1,18})|\+([0-9]{1,18}))?(?:\.(?:([0-9]{1,18})(?:\+[0-9]{1,18})?|(batch|extern|interactive|tbd)))?",
    re.IGNORECASE,
)

_LAST_COMPONENT = 128
"""slurmrestd refuses those behind it (Slurm's limit of components); of a task's number it looks at 32 bits."""
_NO_VAL = 0xFFFFFFFE
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
        """Read a job id; raises ValueError for what is none, 0, or what means that there is none."""
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
        return cls(int(match[1]), None if task == _NO_VAL else task, component, step)

    def __str__(self) -> str:
        parts = (("_", self.task), ("+", self.component), (".", self.step))
        return f"{self.job}" + "".join(f"{sign}{part}" for sign, part in parts if part is not None)
