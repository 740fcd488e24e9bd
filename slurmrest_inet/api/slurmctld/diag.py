# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmctld itself: does it answer, and what has it counted?"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Answer, Members
from slurmrest_inet.api.errors import bare_entry, entry
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.app import Call


def _mode(index: int, count: int) -> str:
    if not index:
        return "primary"
    return "backup" if count == 2 else f"backup{index}"


def ping(call: Call) -> Answer:
    """GET ping: every slurmctld with its mode and whether it answers."""
    try:
        found = calls.controllers()
    except SlurmError as error:
        if call.version < 37:
            return Answer(errors=(bare_entry(error.errno),), code=error.code)
        problem = entry(error.code, "slurm_load_ctl_conf", "slurmctld config is unable to load")
        return Answer(errors=(problem,), code=error.code)
    pings = [
        {"hostname": host, "ping": "DOWN" if status else "UP", "status": status, "mode": _mode(index, len(found))}
        for index, (host, status) in enumerate(found)
    ]
    return Answer((("pings", pings),))


def diag(call: Call) -> Answer:
    """GET diag: slurmctld's counters since it started or was reset."""
    try:
        message = calls.load_statistics()
    except SlurmError as error:
        if call.version < 38:
            return Answer((("statistics", {}),), (bare_entry(error.code),), error.code)
        problem = entry(error.code, "slurm_get_statistics", "request failed")
        empty: dict[str, list[str]] = {"rpcs_by_message_type": [], "rpcs_by_user": []}
        return Answer((("statistics", empty),), (problem,), error.code)
    return Answer((("statistics", Members(message)),))


def ping_40(_call: Call) -> Answer:
    """GET ping: every slurmctld that slurm.conf names, whether it answers and how fast (microseconds)."""
    from slurmrest_inet.api import modern  # noqa: PLC0415 - start-up time: the pings up to v0.0.38 do without

    found = calls.ping_configured()
    pings = [
        {
            "hostname": host,
            "pinged": "DOWN" if status else "UP",
            "responding": not status,
            "latency": latency,
            "mode": _mode(index, len(found)),
            "primary": not index,
        }
        for index, (host, status, latency) in enumerate(found)
    ]
    return modern.Report().answer(("pings", pings))


def diag_40(_call: Call) -> Answer:
    """GET diag: slurmctld's counters since it started or was reset."""
    from slurmrest_inet.api import modern  # noqa: PLC0415 - as above

    report = modern.Report()
    try:
        message = calls.load_statistics()
    except SlurmError as error:
        report.failure(error, "op_handler_diag", "slurm_get_statistics() failed to get slurmctld statistics")
        return report.answer()
    return report.answer(("statistics", Members(message)))
