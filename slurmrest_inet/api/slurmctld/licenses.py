# SPDX-License-Identifier: GPL-2.0-or-later
"""Licences."""

from __future__ import annotations

from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_FAILED = {
    38: Fault("slurm_load_licenses", "slurmctld unable to load licenses"),
    40: Fault("op_handler_licenses", "slurm_load_licenses() was unable to load licenses"),
}


def list_all(call: Call) -> Answer:
    """GET licenses. Nothing is said of parameters that are not known."""
    report = Report(call)
    try:
        return report.listing("licenses", calls.load_licenses())
    except SlurmError as error:
        report.failure(call.at(_FAILED), error)
        return report.listing("licenses", None) if call.dialect.dated else report.answer()
