# SPDX-License-Identifier: GPL-2.0-or-later
"""Fair shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slurmrest_inet.api import modern
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.app import Call


def list_all_40(call: Call) -> Answer:
    """GET shares: of all associations, or of those that ``accounts`` and ``users`` (comma lists) name."""
    report = modern.Report()
    modern.Parameters(call, report, "SHARES_QUERY", "accounts", "users")
    chosen = ([word for word in (call.query.get(key) or "").split(",") if word] for key in ("accounts", "users"))
    try:
        message, total = calls.load_shares(*chosen)
    except SlurmError as error:
        report.failure(error, "_dump_shares", "slurm_associations_get_shares() failed: GET")
        return report.answer()
    return report.answer(("shares", {"shares": Records(message), "total_shares": total}))
