# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations: accounts and users on clusters, with their limits."""

from __future__ import annotations

import time

from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

ASSOCIATIONS = listing.Resource(
    {36: "associations"},
    "slurmdb_associations_get",
    "slurmdb_assoc_rec_t",
    "slurmdb_assoc_cond_t",
    source={36: "_dump_assoc_cond"},
    query="ASSOCIATIONS",
    tres=True,
    qos=True,
    keeps={36: False, 39: True},
    failing={36: False},
    leads=True,
)

_TOO_MANY = "Ambiguous request: More than 1 association would have been dumped."
_SINGLE: dict[int, Fault | None] = {
    36: None,
    38: Fault("", _TOO_MANY, INVALID_QUERY),
    39: Fault("_dump_assoc_cond", _TOO_MANY, code_of("ESLURM_DATA_AMBIGUOUS_QUERY")),
}


_DELETED: dict[int, Members] = {36: {"with_deleted": 1}, 38: {}}
"""Whether those that were deleted are told, whatever is asked for."""


def bounded(condition: Members) -> Members:
    """Let the time whose use counts end now where it has no end, and turn round one whose end comes first."""
    start, end = (cast("int", condition.get(name, 0)) for name in ("usage_start", "usage_end"))
    if start and not end:
        return {**condition, "usage_end": int(time.time())}
    return {**condition, "usage_start": end, "usage_end": start} if start > end else condition


_COMPLETED: dict[int, Callable[[Members], Members] | None] = {36: None, 40: bounded}


def list_all(call: Call) -> Answer:
    """GET associations: all that the query names, which is looked at from v0.0.38 on."""
    queried, completed = call.at({36: False, 38: True}), call.at(_COMPLETED)
    return listing.answer(call, ASSOCIATIONS, call.at(_DELETED), queried=queried, completed=completed)


def get(call: Call) -> Answer:
    """GET association: the one that the query names."""
    return listing.answer(call, ASSOCIATIONS, single=_SINGLE)
