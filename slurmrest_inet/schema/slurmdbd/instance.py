# SPDX-License-Identifier: GPL-2.0-or-later
"""Cloud instances that nodes were: ``slurmdb_instance_rec_t`` (sacctmgr(1), "show instance")."""

from __future__ import annotations

from slurmrest_inet.schema.model import NUMBER, TEXT, Row, Table, both

_RELEASE = "23.11"

INSTANCE = Table(
    "slurmdb_instance_rec_t",
    both(
        Row("cluster", "cluster", TEXT, "Cluster", since=40, release=_RELEASE),
        Row("extra", "extra", TEXT, "What the node was told besides", since=40, release=_RELEASE),
        Row("instance_id", "instance_id", TEXT, "Id that the cloud gave it", since=40, release=_RELEASE),
        Row("instance_type", "instance_type", TEXT, "Type that the cloud gave it", since=40, release=_RELEASE),
        Row("node_name", "node_name", TEXT, "Node", since=40, release=_RELEASE),
        Row("time/time_end", "time_end", NUMBER, "End (epoch), 0 before", since=40, release=_RELEASE),
        Row("time/time_start", "time_start", NUMBER, "Start (epoch)", since=40, release=_RELEASE),
    ),
    skip={},
    parser="INSTANCE",
)
