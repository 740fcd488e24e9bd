# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts."""

from __future__ import annotations

from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reading import Record

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

ALL = listing.Resource(
    {36: "accounts"},
    "slurmdb_accounts_get",
    "slurmdb_account_rec_t",
    "slurmdb_account_cond_t",
    source={36: "_dump_accounts"},
    query="ACCOUNTS",
    strict=False,
    failing={36: True},
)
_ONE = ALL._replace(query="ACCOUNT", strict=True)

_ALL: Members = {"with_assocs": 1, "with_coords": 1}
_WITH: dict[int, Members] = {36: {**_ALL, "with_deleted": 1}, 38: _ALL, 40: {}}


def list_all(call: Call) -> Answer:
    """GET accounts. Up to v0.0.39 with their associations and coordinators, later if these are asked for."""
    return listing.answer(call, _old(call, ALL), call.at(_WITH))


def get(call: Call) -> Answer:
    """GET account/{account_name}."""
    named = Record("slurmdb_assoc_cond_t", {"acct_list": [call.parameters["account_name"]]}, {})
    asked = call.at(_WITH).copy()
    asked["assoc_cond"] = named
    return listing.answer(call, _old(call, _ONE), asked)


def _old(call: Call, resource: listing.Resource) -> listing.Resource:
    """Up to v0.0.38 slurmrestd loads names that no account needs; what goes wrong with these is told."""
    names = call.at({36: True, 39: False})
    return resource._replace(tres=names, qos=names)
