# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that are changed, added and removed.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing.
Rule 2: of several nodes each has to be there before any is changed; slurmctld would change those before the first that
        is not. What else it may refuse of one of them it alone knows, and it does not tell which those before it were:
        then a warning says that. ALL and the name of a NodeSet are several nodes, too.
"""

from __future__ import annotations

from slurmrest_inet.api import told
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.node_update import NEW_NODE, NODE_UPDATE
from slurmrest_inet.slurm import administration, this_host
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

_FAILED = "Failure to update node {}"
_PERHAPS = "Those before the node that was refused may have been changed"
_REMOVAL_FAILED = {
    39: ("_delete_node", _FAILED),
    40: ("op_handler_node", _FAILED),
    43: ("op_handler_node", "Failure to delete node {}"),
}
"""Who says that a node could not be removed, and how."""


def update(call: Call) -> Answer:
    """POST node/{node_name}: change a node, or each of a host list."""
    report = Report(call)
    members = _described(call, report, "_update_node")
    if members is None:
        return report.answer()
    name = call.parameters["node_name"]
    if "node_names" in members:
        report.warning("_update_node", f"node_names field {members['node_names']} ignored for singular node update")
    return _change(report, {**members, "node_names": name}, name, "_update_node")


def update_all(call: Call) -> Answer:
    """POST nodes: change the nodes that the body names."""
    report = Report(call)
    members = _described(call, report, "_update_nodes")
    if members is None:
        return report.answer()
    return _change(report, members, members.get("node_names"), "_update_nodes")


def _described(call: Call, report: Report, source: str) -> Members | None:
    body = {} if call.body is None else call.body
    if not isinstance(body, dict) and call.at({39: True, 40: False}):
        body = {}  # v0.0.39 looks for members, and finds none
    record = told.read(call, report, NODE_UPDATE, body, this_host.host())
    if record is None:
        _unread(report, source)
        return None
    return record.members


def _unread(report: Report, source: str) -> None:
    """Say that something could not be read where slurmrestd says nothing of it, and that all is well."""
    if not report.code:
        report.error(INVALID_QUERY, source, "Rejecting request. Failure parsing node description")


def _change(report: Report, members: Members, name: object, source: str) -> Answer:
    return _done(report, name, lambda: administration.update_node(members), "updated", (source, _FAILED))


def remove(call: Call) -> Answer:
    """DELETE node/{node_name}: remove a dynamic node, or each of a host list."""
    name = call.parameters["node_name"]
    return _done(Report(call), name, lambda: administration.delete_node(name), "deleted", call.at(_REMOVAL_FAILED))


def _done(report: Report, nodes: object, request: Callable[[], None], verb: str, said: tuple[str, str]) -> Answer:
    """Make a request about nodes that may be a host list (None: none was given), and return the answer."""
    source, sentence = said
    name = "(null)" if nodes is None else str(nodes)
    count = 0
    try:
        if nodes is not None:
            count = administration.look_for_nodes(name)
        send(request)
    except SlurmError as error:
        # Nothing was sent where one of several is not there: then they are not counted either.
        if administration.may_be_several(name, count, error):
            report.warning(source, _PERHAPS)
        return failed(report, error, source, sentence.format(name), verb, about=f"node {name}: ")
    return report.answer(note=f"node {name} {verb}")


def create(call: Call) -> Answer:
    """POST new/node: add dynamic nodes, as a line of slurm.conf describes them."""
    report = Report(call)
    record = told.read(call, report, NEW_NODE, {} if call.body is None else call.body, this_host.host())
    line = None if record is None else record.members.get("node_conf")
    if line is None:  # slurmctld dies of none
        _unread(report, "_create_node")
        return report.answer()
    try:
        send(lambda: administration.create_node(str(line)))
    except SlurmError as error:
        return failed(report, error, "_create_node", "Failure to create node", "created", about="node ")
    return report.answer(note="node created")
