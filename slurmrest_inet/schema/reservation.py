# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations: ``reserve_info_t``."""

from __future__ import annotations

from . import names
from .model import NUMBER, TEXT, Row, Table, derived, flags

RESERVATION = Table(
    "reserve_info_t",
    (
        Row("flags", "flags", flags(names.RESERVATION_FLAGS_37), "Reservation flags", since=37, until=37),
        Row("flags", "flags", flags(names.RESERVATION_FLAGS), "Reservation flags", since=38, until=38),
        Row("accounts", "accounts", TEXT, "Accounts that may use it", since=37, until=38),
        Row("burst_buffer", "burst_buffer", TEXT, "Burst buffers that are reserved", since=37, until=38),
        Row("core_count", "core_cnt", NUMBER, "Cores", since=37, until=38),
        Row("core_spec_cnt", "core_spec_cnt", NUMBER, "Nodes with reserved cores", since=37, until=38),
        Row("end_time", "end_time", NUMBER, "End (epoch)", since=37, until=38),
        Row("features", "features", TEXT, "Node features asked for", since=37, until=38),
        Row("groups", "groups", TEXT, "Groups that may use it", since=37, until=38),
        Row("licenses", "licenses", TEXT, "Licences that are reserved", since=37, until=38),
        Row("max_start_delay", "max_start_delay", NUMBER, "Seconds that jobs may wait for it", since=37, until=38),
        Row("name", "name", TEXT, "Name", since=37, until=38),
        Row("node_count", "node_cnt", NUMBER, "Nodes", since=37, until=38),
        Row("node_list", "node_list", TEXT, "Which nodes", since=37, until=38),
        Row("partition", "partition", TEXT, "Partition", since=37, until=38),
        Row(
            "purge_completed",
            "purge_comp_time",
            derived("purge_completed", "object"),
            "Idle time in seconds after which it is removed; absent unless asked for",
            since=37,
            until=38,
            uses=("flags",),
        ),
        Row("start_time", "start_time", NUMBER, "Start (epoch)", since=37, until=38),
        Row("watts", "resv_watts", NUMBER, "Power in watts", since=37, until=38),
        Row("tres", "tres_str", TEXT, "Trackable resources", since=37, until=38),
        Row("users", "users", TEXT, "Users who may use it", since=37, until=38),
    ),
    skip={
        "core_spec": "no API version up to v0.0.38 shows it",
        "node_inx": "positions in a node table that the client does not have",
    },
)
