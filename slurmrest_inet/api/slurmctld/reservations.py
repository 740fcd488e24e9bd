# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations."""

from __future__ import annotations

from slurmrest_inet.api.slurmctld.named import answer, answer_40
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.calls import load_reservations
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from slurmrest_inet.api.app import Call
    from slurmrest_inet.api.envelope import Answer


def _answer(call: Call, name: str | None) -> Answer:
    missing = lib.ESLURM_RESERVATION_INVALID
    return answer(
        call,
        "reservations",
        load_reservations,
        name=name,
        missing=missing,
        empty_is_missing=False,
        failure_is_missing=True,
    )


def list_all(call: Call) -> Answer:
    """GET reservations: all, or 304 if none changed since ``update_time``."""
    return _answer(call, None)


def get(call: Call) -> Answer:
    """GET reservation/{reservation_name}."""
    return _answer(call, call.parameters["reservation_name"])


def list_all_40(call: Call) -> Answer:
    """GET reservations: all, or 304 if none changed since ``update_time``."""
    return _answer_40(call, None, "op_handler_reservations")


def get_40(call: Call) -> Answer:
    """GET reservation/{reservation_name}."""
    return _answer_40(call, call.parameters["reservation_name"], "op_handler_reservation")


def _answer_40(call: Call, name: str | None, source: str) -> Answer:
    return answer_40(
        call,
        "reservations",
        lambda parameters: load_reservations(parameters.update_time),
        "RESERVATION_QUERY",
        "update_time",
        name=name,
        source=source,
        load_source="slurm_load_reservations()",
    )
