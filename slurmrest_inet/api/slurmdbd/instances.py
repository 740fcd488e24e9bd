# SPDX-License-Identifier: GPL-2.0-or-later
"""Cloud instances that nodes were."""

from __future__ import annotations

from slurmrest_inet.api.errors import code_of
from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

INSTANCES = listing.Resource(
    {36: "instances"},
    "slurmdb_instances_get",
    "slurmdb_instance_rec_t",
    "slurmdb_instance_cond_t",
    source={36: "_dump_instance_cond"},
    query="INSTANCES",
    keeps={36: False},
    many=False,
)
_TOO_MANY = "Ambiguous request: More than 1 instance would have been dumped."
_SINGLE: dict[int, Fault | None] = {36: Fault("_dump_instance_cond", _TOO_MANY, code_of("ESLURM_DATA_AMBIGUOUS_QUERY"))}


def list_all(call: Call) -> Answer:
    """GET instances."""
    return listing.answer(call, INSTANCES)


def get(call: Call) -> Answer:
    """GET instance: the one that fits the query."""
    return listing.answer(call, INSTANCES, single=_SINGLE)
