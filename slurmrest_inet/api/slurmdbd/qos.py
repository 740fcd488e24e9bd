# SPDX-License-Identifier: GPL-2.0-or-later
"""QOSes."""

from __future__ import annotations

from slurmrest_inet.api.slurmdbd import listing
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

QOS = listing.Resource(
    {36: "QOS", 39: "qos"},
    "slurmdb_qos_get",
    "slurmdb_qos_rec_t",
    "slurmdb_qos_cond_t",
    source={36: "_dump_qos"},
    query="QOS",
    tres=True,
    qos=True,
    told={36: False, 40: True},
    strict=True,
    failing={36: False},
    leads=True,
)
_SINGLE = QOS._replace(source={36: "_dump_qos", 40: "_op_handler_qos"}, query="SINGLE_QOS")


def list_all(call: Call) -> Answer:
    """GET qos. From v0.0.40 on slurmrestd documents parameters and looks at none."""
    return listing.answer(call, QOS, queried=call.at({36: True, 40: False}))


def get(call: Call) -> Answer:
    """GET qos/{qos}: by its name, and from v0.0.40 on by its id, too."""
    name = named(call)
    return listing.answer(call, _SINGLE, condition(call, name), exact=call.at({36: name, 40: None}))


def named(call: Call) -> str:
    """Return what the path calls the QOS."""
    return call.parameters.get("qos") or call.parameters["qos_name"]


def condition(call: Call, name: str) -> Members:
    """Return members of the condition that chooses the QOS of that name, or id."""
    by_id = call.at({36: False, 40: True}) and name.isascii() and name.isdigit()
    return {"id_list" if by_id else "name_list": [name]}
