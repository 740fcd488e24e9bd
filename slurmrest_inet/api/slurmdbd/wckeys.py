# SPDX-License-Identifier: GPL-2.0-or-later
"""Workload characterisation keys."""

from __future__ import annotations

from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

ALL = listing.Resource(
    {36: "wckeys"},
    "slurmdb_wckeys_get",
    "slurmdb_wckey_rec_t",
    "slurmdb_wckey_cond_t",
    source={36: "_dump_wckeys"},
    query="WCKEYS",
    tres=True,
    leads=True,
)

DELETED: dict[int, Members] = {36: {"with_deleted": 1}, 40: {}}


def list_all(call: Call) -> Answer:
    """GET wckeys. Up to v0.0.39 with those that were deleted, later if these are asked for."""
    return listing.answer(call, ALL, call.at(DELETED))


def get(call: Call) -> Answer:
    """GET wckey/{wckey}, {id} from v0.0.40 on: those of that name, of all users and clusters."""
    asked = call.at(DELETED).copy()
    asked["name_list"] = [call.parameters[call.at(NAME)]]
    return listing.answer(call, ALL, asked, queried=False)


NAME = {36: "wckey", 40: "id"}
"""What the path calls a wckey's name."""
