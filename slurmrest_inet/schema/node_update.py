# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client may change of nodes, and how new ones are described: ``update_node_msg_t``.

Rule 1: the order of rows is that in which slurmrestd reads them.
"""

from __future__ import annotations

from . import readers
from .model import CSV, HOSTS, IN, NOVAL_32, NUMBER_32, TEXT, USER, Row, Table, flags
from .node_names import NODE_STATES
from .scalars import InvalidError, to_text
from .unset import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading
    from .scalars import Number

_NAMES = HOSTS._replace(read=readers.hosts)


def _binding(value: Any, at: Reading) -> Number | float | None:
    """A default binding of tasks; slurmctld dies of the names of many bits, which it writes behind each other."""
    found = readers.number(value, at)
    if found is UNSET or (isinstance(found, (int, float)) and bin(int(found)).count("1") > _MOST_BITS):
        raise InvalidError(f"Invalid cpu_bind {to_text(value)}", readers.CONVERSION)
    return found


_MOST_BITS = 3
_IGNORED = TEXT._replace(read=readers.ignored)
_NEVER = "no API version takes it"

NODE_UPDATE = Table(
    "update_node_msg_t",
    (
        Row("comment", "comment", TEXT, "Comment", since=39, way=IN),
        Row(
            "cpu_bind",
            "cpu_bind",
            NUMBER_32._replace(read=_binding),
            "Default binding of tasks (code)",
            since=39,
            way=IN,
        ),
        Row("extra", "extra", TEXT, "Arbitrary text", since=39, way=IN),
        Row("features", "features", CSV, "Features that the node can have", since=39, way=IN),
        Row("features_act", "features_act", CSV, "Features that the node has now", since=39, way=IN),
        Row("gres", "gres", TEXT, "Generic resources", since=39, way=IN),
        Row("address", "node_addr", _NAMES, "Addresses that slurmctld uses", since=39, way=IN),
        Row("hostname", "node_hostname", _NAMES, "Host names", since=39, way=IN),
        Row("name", "node_names", _NAMES, "Nodes to change", since=39, way=IN),
        Row("state", "node_state", flags(NODE_STATES), "State to be", since=39, way=IN),
        Row("reason", "reason", TEXT, "Why the node is out of service", since=39, way=IN),
        Row("reason_uid", "reason_uid", USER, "Who gives the reason", since=39, until=42, way=IN),
        Row("reason_uid", None, _IGNORED, "Nobody any more: who asks gives the reason", since=43, way=IN),
        Row(
            "resume_after",
            "resume_after",
            NOVAL_32,
            "Seconds after which it comes back",
            since=39,
            release="23.02",
            way=IN,
        ),
        Row("topology_str", "topology_str", TEXT, "Where it is in the network", since=43, release="25.05", way=IN),
        Row("weight", "weight", NOVAL_32, "Scheduling weight: the lowest is used first", since=39, way=IN),
    ),
    skip={
        "cert_token": _NEVER,
        "instance_id": _NEVER,
        "instance_type": _NEVER,
        "power_action_name": _NEVER,
    },
    parser="UPDATE_NODE_MSG",
)

NEW_NODE = Table(
    "new_node",
    (
        Row("node_conf", "node_conf", TEXT, "A node's line of slurm.conf", since=44, way=IN, required=(44, 45)),
        *readers.of_answers(44),
    ),
    {},
    parser="OPENAPI_CREATE_NODE_REQ",
)
"""What new nodes are described with; no C struct is made of it as a whole."""
