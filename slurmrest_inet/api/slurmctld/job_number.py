# SPDX-License-Identifier: GPL-2.0-or-later
"""The number of a job in the path of a request that changes or ends it, which up to v0.0.36 has to be one.

Rule 1: what is no job's number is told before anything of the request is read.
"""

from __future__ import annotations

from slurmrest_inet.api.report import Fault
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report

_ERROR = -1
CLIENT = "fd:0->fd:1"
"""What slurmrestd calls the client of a process on pipes. Who it is stands in our log, not in its own answer."""

_UNUSABLE = Fault("_op_handler_job", f"[{CLIENT}] {{0}}", _ERROR, coded=True)


def is_unusable(call: Call, report: Report) -> bool:
    """Tell whether a path's number is no job's; a negative one is what it is in 32 bits."""
    if not call.dialect.job_number:
        return False
    job_id = int(call.parameters["job_id"])
    if job_id < 0 or 0 < job_id < lib.NO_VAL:
        return False
    report.fault(_UNUSABLE, _ERROR, f"job_id too large: {job_id}" if job_id else "job_id is zero")
    return True
