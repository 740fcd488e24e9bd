# SPDX-License-Identifier: GPL-2.0-or-later
"""How slurmctld is configured."""

from __future__ import annotations

from slurmrest_inet.api import parameters
from slurmrest_inet.api.envelope import Answer, Members
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.report import Fault, Report, unread
from slurmrest_inet.api.slurmctld.listing import time_text
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call

_SOURCE = "_dump_config"
_FAILED = Fault(_SOURCE, "slurm_load_ctl_conf() failed")
_UNREAD = unread(_SOURCE, "query.")._replace(decides=True)


def conf(call: Call) -> Answer:
    """GET conf: slurmctld's slurm.conf, if it changed since ``update_time``; no passwords."""
    report = Report(call)
    told = parameters.read(call, report)
    if told is None:
        report.fault(_UNREAD, INVALID_QUERY)
        return report.answer()
    try:
        message = calls.load_configuration(told.get("update_time", 0))
    except SlurmError as error:
        if NO_CHANGE_IN_DATA in (error.code, error.errno):
            since = told["update_time"]
            report.warning(_SOURCE, f"No config changes since update_time[{since}]={time_text(since)}")
            return report.answer()
        report.failure(_FAILED, error)
        return report.answer()
    return report.answer(("slurm_conf", Members(message)), ("slurm_conf_meta", Members(message, "slurm_conf_meta")))
