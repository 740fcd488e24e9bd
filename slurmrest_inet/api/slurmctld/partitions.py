# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions."""

from __future__ import annotations

from slurmrest_inet.api.slurmctld.named import answer, answer_40
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.calls import SHOW_ALL, load_partitions
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from slurmrest_inet.api.app import Call
    from slurmrest_inet.api.envelope import Answer


def _answer(call: Call, name: str | None) -> Answer:
    missing = lib.ESLURM_INVALID_PARTITION_NAME
    return answer(call, "partitions", load_partitions, name=name, missing=missing, empty_is_missing=True)


def list_all(call: Call) -> Answer:
    """GET partitions: all, or 304 if none changed since ``update_time``."""
    return _answer(call, None)


def get(call: Call) -> Answer:
    """GET partition/{partition_name}."""
    return _answer(call, call.parameters["partition_name"])


def list_all_40(call: Call) -> Answer:
    """GET partitions: all that are not hidden, or 304 if none changed since ``update_time``."""
    return _answer_40(call, None, 0, "op_handler_partitions", None)


def get_40(call: Call) -> Answer:
    """GET partition/{partition_name}."""
    return _answer_40(call, call.parameters["partition_name"], SHOW_ALL, "op_handler_partition", "op_handler_partition")


def _answer_40(call: Call, name: str | None, flags: int, source: str, load_source: str | None) -> Answer:
    return answer_40(
        call,
        "partitions",
        lambda parameters: load_partitions(parameters.update_time, parameters.flags or flags),
        "PARTITIONS_QUERY",
        "update_time",
        "flags",
        name=name,
        source=source,
        load_source=load_source,
    )
