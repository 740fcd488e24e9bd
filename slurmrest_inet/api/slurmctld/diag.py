# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmctld itself: does it answer, and what has it counted?"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Members
from slurmrest_inet.api.errors import sentence_of
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_PINGS = {
    36: ("hostname", "ping", "status", "mode"),
    39: ("hostname", "pinged", "latency", "mode"),
    42: ("hostname", "pinged", "responding", "latency", "mode", "primary"),
    45: ("hostname", "responding", "latency", "primary", "status"),
}
_ASKED: dict[int, Callable[[], Sequence[tuple[Any, ...]]]] = {36: calls.controllers, 39: calls.ping_configured}
_UNLOADED = {36: Fault(), 37: Fault("slurm_load_ctl_conf", "slurmctld config is unable to load")}


def ping(call: Call) -> Answer:
    """GET ping: every slurmctld with its mode, whether it answers and how fast (microseconds)."""
    report = Report(call)
    try:
        found = call.at(_ASKED)()
    except SlurmError as error:
        report.fault(call.at(_UNLOADED), call.at({36: error.errno, 37: error.code}))
        return report.answer()
    pings = []
    for index, (host, status, *latency) in enumerate(found):
        mode = "primary" if not index else "backup" if len(found) == 2 else f"backup{index}"
        word = "DOWN" if status else "UP"
        said = call.at({36: status, 45: sentence_of(status)})
        known: dict[str, Any] = {"hostname": host, "ping": word, "pinged": word, "status": said}
        known.update(latency=sum(latency), mode=mode, responding=not status, primary=not index)
        pings.append({name: known[name] for name in call.at(_PINGS)})
    return report.answer(("pings", pings))


_EMPTY: dict[int, tuple[tuple[str, Any], ...]] = {
    36: (("statistics", {}),),
    38: (("statistics", {"rpcs_by_message_type": [], "rpcs_by_user": []}),),
    39: (("statistics", None),),
    40: (),
}
_NO_STATISTICS = "slurm_get_statistics() failed to get slurmctld statistics"
_FAILED = {
    36: Fault(),
    38: Fault("slurm_get_statistics", "request failed"),
    39: Fault("_op_handler_diag", _NO_STATISTICS),
    40: Fault("op_handler_diag", _NO_STATISTICS),
}


def diag(call: Call) -> Answer:
    """GET diag: slurmctld's counters since it started or was reset."""
    report = Report(call)
    try:
        message = calls.load_statistics()
    except SlurmError as error:
        report.failure(call.at(_FAILED), error)
        return report.answer(*call.at(_EMPTY))
    return report.answer(("statistics", Members(message)))
