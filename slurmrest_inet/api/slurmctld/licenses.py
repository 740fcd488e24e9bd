# SPDX-License-Identifier: GPL-2.0-or-later
"""Licences."""

from __future__ import annotations

from slurmrest_inet.api import modern
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import entry
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.app import Call


def list_all(_call: Call) -> Answer:
    """GET licenses."""
    try:
        return Answer((("licenses", Records(calls.load_licenses())),))
    except SlurmError as error:
        problem = entry(error.code, "slurm_load_licenses", "slurmctld unable to load licenses")
        return Answer(errors=(problem,), code=error.code)


def list_all_40(_call: Call) -> Answer:
    """GET licenses."""
    report = modern.Report()
    try:
        return report.listing("licenses", calls.load_licenses())
    except SlurmError as error:
        report.failure(error, "op_handler_licenses", "slurm_load_licenses() was unable to load licenses")
        return report.listing("licenses", None)
