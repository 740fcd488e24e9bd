# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions."""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmctld import listing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_OLD = listing.Words(failed=Fault(), missing=Fault(code=lib.ESLURM_INVALID_PARTITION_NAME))
_ALL = {36: _OLD, 40: listing.Words(failed=None, unread=listing.unread("op_handler_partitions"), keeps=False)}
_ONE = {
    36: _OLD,
    40: listing.Words(
        failed=Fault("op_handler_partition", "Unable to query partitions", decides=True),
        unread=listing.unread("op_handler_partition"),
        missing=Fault("op_handler_partition", "Unable to find partition {}", INVALID_QUERY),
        keeps=False,
        only=True,
    ),
}


def list_all(call: Call) -> Answer:
    """GET partitions: all, from v0.0.40 on those that are not hidden."""
    flags = call.at({36: calls.SHOW_ALL, 40: 0})
    return listing.answer(call, "partitions", lambda told: _load(told, flags), _ALL)


def get(call: Call) -> Answer:
    """GET partition/{partition_name}."""
    name = call.parameters["partition_name"]
    return listing.answer(call, "partitions", lambda told: _load(told, calls.SHOW_ALL), _ONE, name=name)


def _load(told: dict[str, int], flags: int) -> calls.Message:
    return calls.load_partitions(told.get("update_time", 0), told.get("flags") or flags)
