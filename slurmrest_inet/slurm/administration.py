# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm's calls that change what slurmctld has beside jobs.

Rule 1: a request is sent once, and what is not certain to have failed is told as what libslurm says (requests.py).
Rule 2: who may change what, slurmctld decides: requests carry the client's identity.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.node_update import NODE_UPDATE
from slurmrest_inet.slurm.calls import SHOW_ALL, change, load
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.hosts import Hosts
from slurmrest_inet.slurm.library import SlurmError, chars_of, ffi, lib

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.schema.reading import Members


_EVERY = SHOW_ALL | lib.SHOW_FUTURE


def look_for_nodes(expression: str) -> int:
    """Return how many nodes a host list names, 0 where it is none. Raises SlurmError where one of several is not there.

    NodeSets slurmctld alone knows, and what it says of a change of nothing tells whether all nodes are there. Of a
    single name its answer does.
    """
    try:
        hosts = Hosts(expression)
    except ValueError:
        return 0  # slurmctld says so
    with hosts:
        hosts.unite()
        count = len(hosts)
        if count < 2:
            return count
        with load(lib.slurm_load_node, "node_info_msg_t", 0, after=(_EVERY,)) as nodes:
            known = (node.name for node in nodes.array[0 : nodes.count] if node.name != ffi.NULL)
            found = sum(name in hosts for name in known)
        if found < count:
            update_node({"node_names": expression})
    return count


def may_be_several(expression: str, count: int, refusal: SlurmError) -> bool:
    """Tell whether slurmctld may have changed some of the nodes that a host list names before it refused one.

    count: of those that it names (`look_for_nodes`). A single name may be that of a NodeSet, or ALL. Of who may not
    change nodes it refuses all, and where it could not be reached it has changed none.
    """
    if refusal.reason in (lib.ESLURM_USER_ID_MISSING, lib.SLURMCTLD_COMMUNICATIONS_CONNECTION_ERROR):
        return False
    if count != 1:
        return count > 1
    if refusal.reason == lib.ESLURM_INVALID_NODE_NAME:
        return False
    try:
        with load(lib.slurm_load_node_single, "node_info_msg_t", after=(chars_of(expression), _EVERY)) as nodes:
            return not nodes.count
    except SlurmError:
        return True  # nobody knows


def update_node(members: Members) -> None:
    """slurm_update_node. Raises SlurmError, and MissingError as `Struct.fill`."""
    _send_node(lib.slurm_update_node, members)


def delete_node(names: str) -> None:
    """slurm_delete_node: dynamic nodes that have no job. Raises SlurmError."""
    _send_node(lib.slurm_delete_node, {"node_names": names})


def create_node(line: str) -> None:
    """slurm_create_node: dynamic nodes, as a line of slurm.conf describes them. Raises SlurmError."""
    _send_node(lib.slurm_create_node, {"extra": line})


def reconfigure() -> None:
    """slurm_reconfigure: slurmctld and every slurmd read their configuration again. Raises SlurmError."""
    change(lib.slurm_reconfigure)


def node(members: Members) -> Struct:
    """An update_node_msg_t with what is given; the rest is unset."""
    message = Struct("update_node_msg_t", NODE_UPDATE, lib.slurm_init_update_node_msg)
    message.fill(members)
    return message


def _send_node(call: Callable[[Any], int], members: Members) -> None:
    with node(members) as message:
        change(lambda: call(message.pointer))
