# SPDX-License-Identifier: GPL-2.0-or-later
"""Fair shares: ``share_t`` of cffi_build/shares.h, because no public header of Slurm has such a struct."""

from __future__ import annotations

from .model import NOVAL, NOVAL_REAL, NUMBER, NUMBER_64, REAL, TEXT, Kind, Row, Table, each, flags, items
from .naming import pairs

_TYPES = pairs(
    "share_type",
    """
    USER USER
    ASSOCIATION ASSOCIATION
    """,
    prefix="SHARE_",
)


def _by_resource(member: str, kind: Kind, view: str, doc: str) -> Table:
    """Return the table of an array of numbers beside that of the resources' names."""
    rows = (
        Row("name", "tres_names", each(TEXT), "Resource", since=40),
        Row("value", member, each(kind), doc, since=40),
    )
    return Table("share_t", rows, skip={}, view=view)


_TIMED = "Seconds or minutes of it, as the list says; of memory that times MiB"
"""One schema for both lists, as in the home release."""
RUN_SECONDS = _by_resource("tres_run_secs", NOVAL, "share_run_seconds", _TIMED)
GROUP_MINUTES = _by_resource("tres_grp_mins", NOVAL, "share_group_minutes", _TIMED)
USAGE = _by_resource("usage_tres_raw", REAL, "share_usage", "Seconds of it, of memory seconds times MiB")

SHARE = Table(
    "share_t",
    (
        Row("id", "id", NUMBER, "Id of the association", since=40),
        Row("cluster", "cluster", TEXT, "Cluster", since=40),
        Row("name", "name", TEXT, "Account or user", since=40),
        Row("parent", "parent", TEXT, "Account above it", since=40),
        Row("partition", "partition", TEXT, "Partition that it is for", since=40),
        Row(
            "shares_normalized", "shares_norm", NOVAL_REAL, "Part of the cluster that it should get (0 to 1)", since=40
        ),
        Row("shares", "shares_raw", NOVAL, "Shares that it has been given", since=40),
        Row(
            "tres/run_seconds",
            "tres_run_secs",
            items("share_run_seconds", "tres_cnt"),
            "What its running jobs may still use, by resource (seconds)",
            since=40,
        ),
        Row(
            "tres/group_minutes",
            "tres_grp_mins",
            items("share_group_minutes", "tres_cnt"),
            "What all its jobs together may use, by resource (minutes)",
            since=40,
        ),
        Row(
            "tres/usage",
            "usage_tres_raw",
            items("share_usage", "tres_cnt"),
            "What it has used, by resource, older use counting less",
            since=40,
        ),
        Row(
            "effective_usage",
            "usage_efctv",
            REAL,
            "Part of all use that was its own or of those beside it (0 to 1)",
            since=40,
            then={42: NOVAL_REAL},
        ),
        Row("usage_normalized", "usage_norm", NOVAL_REAL, "Part of all use that was its own (0 to 1)", since=40),
        Row("usage", "usage_raw", NUMBER_64, "What it has used (billed units times seconds)", since=40),
        Row(
            "fairshare/factor",
            "fs_factor",
            REAL,
            "Factor in its jobs' priority (0 to 1)",
            since=40,
            then={42: NOVAL_REAL},
        ),
        Row(
            "fairshare/level",
            "level_fs",
            REAL,
            "What it should get by what it has used, among those beside it",
            since=40,
            then={42: NOVAL_REAL},
        ),
        Row("type", "type", flags(_TYPES), "Whether it is a user's", since=40),
    ),
    skip={},
)
