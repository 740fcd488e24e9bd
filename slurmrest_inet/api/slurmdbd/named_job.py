# SPDX-License-Identifier: GPL-2.0-or-later
"""The job that a path on slurmdbd's side names, as members of the condition that it is asked for with."""

from __future__ import annotations

import re
from math import isfinite

from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Fault, Report, unread
from slurmrest_inet.api.slurmdbd import job_condition
from slurmrest_inet.http.query import infer
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.scalars import InvalidError, to_text
from slurmrest_inet.schema.slurmdbd.selected_step import BAD_STEP, chosen, selected

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.reading import Members, Record


def asked(call: Call, report: Report) -> Members | None:
    """Return what the id in a path asks for; None: it is none."""
    try:
        step = call.at(_STEPS)(call.parameters["job_id"])
    except InvalidError:
        report.fault(call.at(_NO_ID), INVALID_QUERY)
        return None
    return job_condition.named(call, [step])


def _typed(text: str) -> Record:
    """An id as releases before 23.11 understand it: a number with a point is rounded."""
    value = infer(text)
    return selected(to_text(round(value) if isinstance(value, float) and isfinite(value) else value))


def _typed_40(text: str) -> Record:
    """A number with an exponent is written without, and what stands behind its point is a step."""
    return chosen(f"{float(text):f}" if _WITH_EXPONENT.fullmatch(text) else text)


_WITH_EXPONENT = re.compile(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_STEPS: dict[int, Callable[[str], Record]] = {36: _typed, 40: _typed_40}
_NO_ID = {
    36: Fault("job_id", BAD_STEP, INVALID_QUERY),
    40: unread("op_handler_job", "query parameters"),
}
