# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd itself: does it answer, what has it counted, and how is it configured?"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Members
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmdbd import conf_pairs, said
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import BUILT_FOR, SlurmError, lib, strerror

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

PINGS = {
    42: ("hostname", "responding", "latency", "primary"),
    45: ("hostname", "responding", "latency", "primary", "status"),
}


def ping(call: Call) -> Answer:
    """GET ping: every slurmdbd that slurm.conf names, whether it answers and how fast (microseconds)."""
    report = Report(call)
    try:
        database.connect()
        found = database.pings()
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_ping_all")
        return report.answer()
    pings: list[dict[str, Any]] = []
    for index, (host, code, latency) in enumerate(found):
        known = {"hostname": host, "responding": not code, "latency": latency, "primary": not index}
        known["status"] = strerror(code)
        pings.append({name: known[name] for name in call.at(PINGS)})
    return report.answer(("pings", pings))


_NO_STATISTICS: said.Sentences = {36: None, 39: "stats query failed"}
_ERROR = -1  # SLURM_ERROR
_UNREACHABLE = Fault("openapi_get_db_conn", code=lib.ESLURM_DB_CONNECTION_INVALID)


def diag(call: Call) -> Answer:
    """GET diag: slurmdbd's counters, for administrators."""
    report = Report(call)
    try:
        return report.answer(("statistics", Members(database.statistics())))
    except database.UnreachableError as error:
        if call.at(said.OPENS_FIRST):
            said.failed(call, report, error, "")
        elif not error.errno:  # slurmdbd did not believe who asks: the real one has a connection, and asks in vain
            report.fault(Fault("slurmdb_get_stats"), _ERROR)
        else:
            report.fault(_UNREACHABLE, error.code)
        return report.answer(*call.at(_WITHOUT))
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_get_stats", _NO_STATISTICS)
        return report.answer(*call.at(_REFUSED))


_WITHOUT: dict[int, tuple[tuple[str, Any], ...]] = {36: (), 39: (("statistics", None),), 40: ()}
_REFUSED: dict[int, tuple[tuple[str, Any], ...]] = {36: (), 39: (("statistics", {}),)}


def conf(call: Call) -> Answer:
    """GET conf: how slurmdbd is configured."""
    report = Report(call)
    found: Any
    try:
        try:
            found = Members(database.configuration())
        except MissingError:
            found, untold = conf_pairs.told(database.configured())
            for name in untold:
                report.warning("slurmdb_config_get", f"Slurm {BUILT_FOR} does not tell {name}")
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_config_get")
        return report.answer()
    return report.answer(("slurmdbd_conf", found))
