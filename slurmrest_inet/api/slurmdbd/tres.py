# SPDX-License-Identifier: GPL-2.0-or-later
"""Trackable resources."""

from __future__ import annotations

from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import listing, said
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

TRES = listing.Resource(
    {36: "TRES"},
    "slurmdb_tres_get",
    "slurmdb_tres_rec_t",
    "slurmdb_tres_cond_t",
    source={36: "_dump_tres", 40: "_dump_tres"},
    begin="slurmdb_init_tres_cond",
    keeps={36: False, 39: True},
)


def list_all(call: Call) -> Answer:
    """GET tres. Those that were deleted are there, too."""
    return listing.answer(call, TRES, {"with_deleted": 1})


_REFUSAL = {
    36: ("", "Updating TRES is not currently supported."),
    39: ("_update_tres", "Updating TRES is not currently supported"),
    40: ("op_handler_tres", "Updating TRES is not currently supported"),
}


def refuse(call: Call) -> Answer:
    """POST tres: what a cluster has, it tells slurmdbd by itself. Nobody looks at the body."""
    report = Report(call)
    if call.at(said.OPENS_FIRST):
        try:
            database.connect()
        except SlurmError as error:
            said.failed(call, report, error, "")
            return report.answer()
    report.error(lib.ESLURM_NOT_SUPPORTED, *call.at(_REFUSAL))
    return report.answer()
