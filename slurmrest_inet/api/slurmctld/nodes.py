# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes."""

from __future__ import annotations

from slurmrest_inet.api import modern
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA, bare_entry
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.app import Call


def _show(call: Call) -> int:
    """v0.0.36 calls a node allocated as soon as one of its CPUs is."""
    return calls.SHOW_ALL | calls.SHOW_DETAIL | (calls.SHOW_MIXED if call.version > 36 else 0)


def _answer(load: Callable[[], calls.Message]) -> Answer:
    try:
        message = load()
    except SlurmError as error:
        if error.errno == NO_CHANGE_IN_DATA:
            return Answer(code=NO_CHANGE_IN_DATA)
        return Answer((("nodes", []),), (bare_entry(error.code),), error.code)
    if not message.count:
        message.close()
        code = lib.ESLURM_INVALID_NODE_NAME
        return Answer((("nodes", []),), (bare_entry(code),), code)
    return Answer((("nodes", Records(message)),))


def list_all(call: Call) -> Answer:
    """GET nodes: all, or 304 if none changed since ``update_time``."""
    try:
        update_time = call.update_time()
    except ValueError:
        return Answer((("nodes", []),), code=INVALID_QUERY)
    return _answer(lambda: calls.load_nodes(update_time, _show(call)))


def get(call: Call) -> Answer:
    """GET node/{node_name}."""
    return _answer(lambda: calls.load_node(call.parameters["node_name"], _show(call)))


_FAILURE = "Failure to query node {}"


def _answer_40(call: Call, name: str | None) -> Answer:
    report = modern.Report()
    parameters = modern.Parameters(call, report, "NODES_QUERY", "update_time", "flags")
    if parameters.unreadable:
        return report.rejected("_dump_nodes", "query.")
    flags = parameters.flags or _show(call)
    try:
        if name is None:
            message = calls.load_nodes(parameters.update_time, flags, flags)
        else:
            message = calls.load_node(name, flags, flags)
    except SlurmError as error:
        report.failure(error, "_dump_nodes", "Failure to query nodes" if name is None else _FAILURE.format(name))
        return report.answer()
    if name is not None and not message.count:
        message.close()
        # An unknown node is an entry without a code, and so no error, to slurmrestd from 24.11 on.
        report.error(0, "_dump_nodes", _FAILURE.format(name))
        return report.answer()
    return report.listing("nodes", message)


def list_all_40(call: Call) -> Answer:
    """GET nodes: all, or 304 if none changed since ``update_time``."""
    return _answer_40(call, None)


def get_40(call: Call) -> Answer:
    """GET node/{node_name}."""
    return _answer_40(call, call.parameters["node_name"])
