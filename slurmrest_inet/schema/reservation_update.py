# SPDX-License-Identifier: GPL-2.0-or-later
"""How a reservation is described that is created or changed: ``resv_desc_msg_t``, which answers tell as it was sent.

Rule 1: the order of rows is that in which slurmrestd reads and writes them.
Rule 2: resources stand in a request by their names; slurmctld knows these, and slurmdbd is not needed to send them.
"""

from __future__ import annotations

from . import readers
from .manner import show
from .model import CSV, HOSTS, IN, NOVAL_32, NUMBER, TEXT, TRES, Kind, Row, Table, both, flags
from .readers import CONVERSION
from .reservation_names import RESERVATION_FLAGS_40
from .scalars import InvalidError
from .slurmdbd.tres import TRES as TRES_TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading
    from .scalars import Number

_MOMENT = Kind("noval", type="noval", width=64, read=readers.timestamp)


def _count(value: Any, at: Reading) -> Number | float:
    try:
        return readers.number(value, at)
    except InvalidError:
        raise InvalidError(f"Expected integer but got {show(value)}", CONVERSION) from None


_RESOURCE = TRES_TABLE._replace(
    rows=tuple(
        row._replace(kind=NUMBER._replace(width=64, read=_count), then=None) if row.path == "count" else row
        for row in TRES_TABLE.rows
    ),
    view="reservation_resource",
)


def _resources(value: Any, at: Reading) -> str | None:
    """Trackable resources as "node=2,license/matlab=1"; None for an empty list."""
    if not isinstance(value, list):
        raise InvalidError(f"TRES should be LIST but is type {at.manner.word(value)}", "ESLURM_DATA_EXPECTED_LIST")
    found = []
    for index, item in enumerate(value):
        members = at.inner(_RESOURCE, item, f"[{index}]").members
        name = "/".join(str(members[part]) for part in ("type", "name") if members.get(part))
        if set(name) & set("=,"):
            raise InvalidError(f"Invalid TRES {name}", CONVERSION)
        found.append(f"{name}={int(members.get('count') or 0) % (1 << 64)}")  # type: ignore[arg-type]
    return ",".join(found) or None


RESERVATION_UPDATE = Table(
    "resv_desc_msg_t",
    tuple(
        row._replace(since=43)
        for row in both(
            Row("accounts", "accounts", CSV, "Accounts that may use it"),
            Row("burst_buffer", "burst_buffer", TEXT, "Burst buffers that are reserved"),
            Row("comment", "comment", TEXT, "Comment", release="23.02"),
            Row("core_count", "core_cnt", NOVAL_32, "How many cores"),
            Row("duration", "duration", NOVAL_32, "Minutes that it lasts"),
            Row("end_time", "end_time", _MOMENT, "End (epoch)"),
            Row("features", "features", TEXT, "Node features asked for"),
            Row("flags", "flags", flags(RESERVATION_FLAGS_40), "Reservation flags; NO_ takes one away"),
            Row("groups", "groups", CSV, "Groups that may use it"),
            Row("licenses", "licenses", CSV, "Licences that are reserved"),
            Row("max_start_delay", "max_start_delay", NOVAL_32, "Seconds that jobs may wait for it"),
            Row("name", "name", TEXT, "Name"),
            Row("node_count", "node_cnt", NOVAL_32, "How many nodes"),
            Row("node_list", "node_list", HOSTS._replace(read=readers.hosts), "Which nodes"),
            Row("partition", "partition", TEXT, "Partition"),
            Row("purge_completed/time", "purge_comp_time", NOVAL_32, "Idle time in seconds after which it is removed"),
            Row("start_time", "start_time", _MOMENT, "Start (epoch)"),
            Row("tres", "tres_str", TRES._replace(read=_resources), "Trackable resources"),
            Row("users", "users", CSV, "Users who may use it"),
        )
    ),
    skip={
        "allowed_parts": "no API version takes it",
        "job_ptr": "slurmctld's own",
        "qos": "no API version takes it",
        "resv_watts": "gone since 24.05",
        "time_force": "no API version takes it",
    },
    parser="RESERVATION_DESC_MSG",
)

RESERVATIONS_UPDATE = Table(
    "reservations_update",
    (
        Row(
            "reservations",
            "reservations",
            readers.listed(RESERVATION_UPDATE),
            "Reservations to create or change",
            since=43,
            way=IN,
        ),
    ),
    {},
    parser="RESERVATION_MOD_REQ",
)
"""Several of them; no C struct is made of it as a whole."""
