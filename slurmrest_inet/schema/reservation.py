# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations: ``reserve_info_t``."""

from __future__ import annotations

from .model import NOVAL, NUMBER, TEXT, Row, Table, constant, derived, flags, records
from .reservation_names import RESERVATION_FLAGS, RESERVATION_FLAGS_37, RESERVATION_FLAGS_40

CORE_SPEC = Table(
    "resv_core_spec_t",
    (
        Row("node", "node_name", TEXT, "Node", since=39),
        Row("core", "core_id", TEXT, "Its cores that are reserved", since=39),
    ),
    skip={},
)

RESERVATION = Table(
    "reserve_info_t",
    (
        Row(
            "flags",
            "flags",
            flags(RESERVATION_FLAGS_37),
            "Reservation flags",
            since=37,
            then={38: flags(RESERVATION_FLAGS), 39: flags(RESERVATION_FLAGS_40)},
        ),
        Row("accounts", "accounts", TEXT, "Accounts that may use it", since=37),
        Row("burst_buffer", "burst_buffer", TEXT, "Burst buffers that are reserved", since=37),
        Row("core_count", "core_cnt", NUMBER, "Cores", since=37),
        Row("core_spec_cnt", "core_spec_cnt", NUMBER, "Nodes with reserved cores", since=37, until=38),
        Row(
            "core_specializations",
            "core_spec",
            records("resv_core_spec_t", "core_spec_cnt"),
            "Which cores of which nodes",
            since=39,
        ),
        Row("end_time", "end_time", NUMBER, "End (epoch)", since=37, then={40: NOVAL}),
        Row("features", "features", TEXT, "Node features asked for", since=37),
        Row("groups", "groups", TEXT, "Groups that may use it", since=37),
        Row("licenses", "licenses", TEXT, "Licences that are reserved", since=37),
        Row("max_start_delay", "max_start_delay", NUMBER, "Seconds that jobs may wait for it", since=37),
        Row("name", "name", TEXT, "Name", since=37),
        Row("node_count", "node_cnt", NUMBER, "Nodes", since=37),
        Row("node_list", "node_list", TEXT, "Which nodes", since=37),
        Row("partition", "partition", TEXT, "Partition", since=37),
        Row(
            "purge_completed",
            "purge_comp_time",
            derived("purge_completed", "object"),
            "Idle time in seconds after which it is removed; absent unless asked for",
            since=37,
            until=38,
            uses=("flags",),
        ),
        Row(
            "purge_completed/time",
            "purge_comp_time",
            NOVAL,
            "Idle time in seconds after which it is removed",
            since=39,
        ),
        Row("start_time", "start_time", NUMBER, "Start (epoch)", since=37, then={40: NOVAL}),
        Row("watts", "resv_watts", NUMBER, "Power in watts", since=37, until=39, then={39: NOVAL}),
        Row("watts", None, constant("{}", "object"), "Power, gone since 24.05", since=40, until=44),
        Row("tres", "tres_str", TEXT, "Trackable resources", since=37),
        Row("users", "users", TEXT, "Users who may use it", since=37),
    ),
    skip={
        "allowed_parts": "no API version shows it",
        "comment": "no API version shows it",
        "node_inx": "positions in a node table that the client does not have",
        "qos": "no API version shows it",
    },
)
