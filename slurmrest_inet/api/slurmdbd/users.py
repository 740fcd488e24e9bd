# SPDX-License-Identifier: GPL-2.0-or-later
"""Users."""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reading import Record

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

ALL = listing.Resource(
    {36: "users"},
    "slurmdb_users_get",
    "slurmdb_user_rec_t",
    "slurmdb_user_cond_t",
    source={36: "_dump_users"},
    query="USERS",
    strict=True,
)
_ONE = ALL._replace(query="USER")

_ALL: Members = {"with_assocs": 1, "with_coords": 1, "with_wckeys": 1}
_WITH: dict[int, Members] = {36: {**_ALL, "with_deleted": 1}, 38: _ALL, 40: {}}


def list_all(call: Call) -> Answer:
    """GET users. Up to v0.0.39 with all that belongs to them, later with what is asked for."""
    return listing.answer(call, ALL, call.at(_WITH))


def get(call: Call) -> Answer:
    """GET user/{user_name}, {name} from v0.0.40 on."""
    named = Record("slurmdb_assoc_cond_t", {"user_list": [call.parameters[call.at(NAME)]]}, {})
    asked = call.at(_WITH).copy()
    asked["assoc_cond"] = named
    answer = listing.answer(call, _ONE, asked)
    if answer.code and call.at(_BLAMES):
        answer = answer._replace(code=INVALID_QUERY)
    return answer


_BLAMES = {36: True, 37: False}
"""Whether the client is at fault, whatever went wrong."""

NAME = {36: "user_name", 40: "name"}
"""What the path calls a user's name."""
