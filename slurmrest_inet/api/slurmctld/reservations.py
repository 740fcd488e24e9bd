# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations."""

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

_UNKNOWN = Fault(code=lib.ESLURM_RESERVATION_INVALID)
_FAILED = Fault("slurm_load_reservations()", "Unable to query reservations", decides=True)
_ALL = {
    36: listing.Words(failed=Fault()),
    40: listing.Words(failed=_FAILED, unread=listing.unread("op_handler_reservations"), keeps=False),
}
_ONE = {
    36: listing.Words(failed=_UNKNOWN, missing=_UNKNOWN),  # slurmrestd hides why it could not ask
    40: listing.Words(
        failed=_FAILED,
        unread=listing.unread("op_handler_reservation"),
        missing=Fault("op_handler_reservation", "Unable to find reservation {}", INVALID_QUERY),
        keeps=False,
        only=True,
    ),
}


def list_all(call: Call) -> Answer:
    """GET reservations."""
    return listing.answer(call, "reservations", _load, _ALL)


def get(call: Call) -> Answer:
    """GET reservation/{reservation_name}."""
    return listing.answer(call, "reservations", _load, _ONE, name=call.parameters["reservation_name"])


def _load(told: dict[str, int]) -> calls.Message:
    return calls.load_reservations(told.get("update_time", 0))
