# SPDX-License-Identifier: GPL-2.0-or-later
"""Fair shares."""

from __future__ import annotations

from slurmrest_inet.api import parameters
from slurmrest_inet.api.envelope import Records
from slurmrest_inet.api.report import Report
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer


def list_all(call: Call) -> Answer:
    """GET shares: of all associations, or of those that ``accounts`` and ``users`` (comma lists) name.

    Unlike elsewhere, nothing is said of parameters that are not known, and never why slurmctld could not be asked.
    """
    report = Report(call)
    told = parameters.read(call, report) or {}
    named = ([name for name in told.get(key, ()) if name] for key in ("accounts", "users"))
    try:
        message, total = calls.load_shares(*named)
    except SlurmError:
        report.error(-1, "_dump_shares", "slurm_associations_get_shares() failed: GET")
        return report.answer()
    return report.answer(("shares", {"shares": Records(message), "total_shares": total}))
