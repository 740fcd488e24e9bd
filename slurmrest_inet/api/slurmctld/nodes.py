# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes."""

from __future__ import annotations

from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmctld import listing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_SHOW = calls.SHOW_ALL | calls.SHOW_DETAIL
_SHOWN = {36: _SHOW, 37: _SHOW | calls.SHOW_MIXED}
"""v0.0.36 calls a node allocated as soon as one of its CPUs is."""

_OLD = listing.Words(failed=Fault(), missing=Fault(code=lib.ESLURM_INVALID_NODE_NAME))
_UNREAD = listing.unread("_dump_nodes", "query.")
_FAILED = Fault("_dump_nodes", "Failure to query node {}")
_ALL = {36: _OLD, 40: listing.Words(Fault("_dump_nodes", "Failure to query nodes"), _UNREAD, keeps=False)}
# An unknown node is an entry without a code, and so no error, to slurmrestd from 24.11 on.
_ONE = {36: _OLD, 40: listing.Words(_FAILED, _UNREAD, _FAILED._replace(code=0), keeps=False)}


def list_all(call: Call) -> Answer:
    """GET nodes."""

    def load(told: dict[str, int]) -> calls.Message:
        return calls.load_nodes(told.get("update_time", 0), *_flags(call, told))

    return listing.answer(call, "nodes", load, _ALL)


def get(call: Call) -> Answer:
    """GET node/{node_name}."""
    name = call.parameters["node_name"]

    def load(told: dict[str, int]) -> calls.Message:
        return calls.load_node(name, *_flags(call, told))

    return listing.answer(call, "nodes", load, _ONE, name=name, picked=False)


def _flags(call: Call, told: dict[str, int]) -> tuple[int, int]:
    """Return those for nodes, and those for the partitions that they are in."""
    flags = told.get("flags") or call.at(_SHOWN)
    return flags, call.at({36: calls.SHOW_ALL, 40: flags})
