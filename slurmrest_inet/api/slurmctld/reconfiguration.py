# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration of the cluster, read again."""

from __future__ import annotations

from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import administration
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer


def reconfigure(call: Call) -> Answer:
    """GET reconfigure: slurmctld lets administrators alone do it, although it is a GET."""
    report = Report(call)
    try:
        administration.reconfigure()
    except SlurmError as error:
        source, sentence = "op_handler_reconfigure", "slurm_reconfigure() failed"
        return failed(report, error, source, sentence, "read again", about="configuration ")
    return report.answer(note="configuration read again")
