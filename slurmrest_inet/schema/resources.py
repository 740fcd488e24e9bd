# SPDX-License-Identifier: GPL-2.0-or-later
"""The resources that a job has on each node: ``node_resource_layout_t`` and ``node_gres_layout_t``."""

from __future__ import annotations

from .model import NOVAL, NUMBER, TEXT, Kind, Row, Table, derived, listed


def _row(path: str, member: str, kind: Kind, doc: str) -> Row:
    return Row(path, member, kind, doc, since=44)


GRES_LAYOUT = Table(
    "node_gres_layout_t",
    (
        _row("name", "name", TEXT, "Kind of generic resource"),
        _row("type", "type", TEXT, "Its type, where it has one"),
        _row("count", "count", NUMBER, "How many of them"),
        _row("index", "index", derived("gres_index"), "Their numbers on the node"),
    ),
    skip={},
    parser="NODE_GRES_LAYOUT",
)
RESOURCE_LAYOUT = Table(
    "node_resource_layout_t",
    (
        _row("node", "node", TEXT, "Name of the node"),
        _row("sockets_per_node", "sockets_per_node", NUMBER, "Sockets of the node"),
        _row("cores_per_socket", "cores_per_socket", NUMBER, "Cores of each of them"),
        _row("mem_alloc", "mem_alloc", NUMBER, "Memory of the job (MiB)"),
        _row("core_bitmap", "core_bitmap", TEXT, "Cores of the job, a bit each, in hexadecimal digits"),
        _row("channel", "channel", NOVAL, "Number of its channel of the interconnect, where it has one"),
        _row("gres", "gres", listed("node_gres_layout_t"), "Generic resources of the job"),
    ),
    skip={},
    parser="NODE_RESOURCE_LAYOUT",
)
