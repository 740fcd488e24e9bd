# SPDX-License-Identifier: GPL-2.0-or-later
"""Ids of jobs and steps that slurmdbd is asked for, as ``slurm_selected_step_t``: 7, 7_3, 7+1, 7.0, 7.batch.

Rule 1: what an id has behind it that slurmrestd of a version does not look at is no fault there.
"""

from __future__ import annotations

import re

from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.scalars import InvalidError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_INVALID = "ESLURM_REST_INVALID_QUERY"
_NO_VAL = "NO_VAL"

BAD_STEP = "Bad job/step specified"
"""Upon which slurmrestd up to 23.02 dies."""

# Numbers take as many digits as there are and give none back: what follows them may be digits, too.
_STEP = re.compile(
    r"(?=([0-9]{1,18}))\1[^_+.]*(?:(?:_(?=([0-9]{1,18}))\2|\+(?=([0-9]{1,18}))\3)[^_+.]*)?"
    r"(?:\.(?:([0-9]{1,18})|(batch|extern|interactive|tbd))(?:\+([0-9]{1,18}))?.*)?",
    re.IGNORECASE | re.DOTALL,
)
_STEP_WORDS = {
    "batch": "SLURM_BATCH_SCRIPT",
    "extern": "SLURM_EXTERN_CONT",
    "interactive": "SLURM_INTERACTIVE_STEP",
    "tbd": "SLURM_PENDING_STEP",
}


def selected(text: str) -> Record:
    """What one of these names, as a slurm_selected_step_t. Raises InvalidError."""
    match = _STEP.fullmatch(text)
    if match is None:
        raise InvalidError(BAD_STEP, _INVALID)
    return _selected(*match.groups())


def _selected(
    job: str | None, task: str | None, component: str | None, step: str | None, word: str | None, part: str | None
) -> Record:
    def number(digits: str | None) -> int | str:
        return _NO_VAL if digits is None else int(digits) & 0xFFFFFFFF

    members: dict[str, Any] = {
        "step_id.job_id": number(job),
        "step_id.step_id": _STEP_WORDS[word.lower()] if word else number(step),
        "step_id.step_het_comp": number(part),
        "array_task_id": number(task),
        "het_job_offset": number(component),
    }
    return Record("slurm_selected_step_t", members, {})


_CHOSEN = re.compile(
    r"([0-9]{1,18})(?:_([0-9]{1,18})|\+([0-9]{1,18}))?"
    r"(?:\.(?:([0-9]{1,18})|(batch|extern|interactive|tbd))(?:\+([0-9]{1,18}))?)?",
    re.IGNORECASE,
)


def chosen(text: str) -> Record:
    """The same as `selected` from v0.0.40 on. Raises InvalidError without a sentence."""
    match = _CHOSEN.fullmatch(text.lstrip(_BLANKS))
    if match is None or not 0 < int(match[1]) < _RESERVED:
        raise InvalidError
    return _selected(*match.groups())


_BLANKS = " \t\n\v\f\r"
_RESERVED = 0xFFFFFFFD
"""From here on numbers mean something else than a job."""
