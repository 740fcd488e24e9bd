# SPDX-License-Identifier: GPL-2.0-or-later
"""The resources of a job that runs.

Rule 1: of what a path says behind a job's number nothing is asked for, as by slurmrestd: a task is a job of its own.
Rule 2: a number with an exponent is read as one, and what stands behind its point is then a step, as by slurmrestd.
"""

from __future__ import annotations

import re

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.job_id import JobId
from slurmrest_inet.api.report import Fault, Report, unread
from slurmrest_inet.api.sending import send
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import layouts
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_FAILED = Fault("_handle_get", "Unable to query JobId={}", unanswered=-1)
_EXPONENT = re.compile(r"[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]{1,3}")
_UNREAD = unread("op_handler_resources", "parameters")


def resources(call: Call) -> Answer:
    """GET resources/{job_id}: what a job has on each of its nodes, for who may see it."""
    report = Report(call)
    try:
        text = call.parameters["job_id"]
        chosen = JobId.parse(str(float(text)) if _EXPONENT.fullmatch(text) else text)
    except ValueError:
        report.fault(_UNREAD, INVALID_QUERY)
        return report.answer()
    try:
        layout = send(lambda: layouts.load_resources(chosen.job))
    except SlurmError as error:
        report.failure(_FAILED, error, chosen)
        return report.answer(("nodes", []))
    return report.answer(("nodes", Listed(layout)))
