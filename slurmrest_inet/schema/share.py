# SPDX-License-Identifier: GPL-2.0-or-later
"""Fair shares: ``share_t`` of cffi_build/shares.h, because no public header of Slurm has such a struct."""

from __future__ import annotations

from . import names
from .model import NOVAL, NOVAL_REAL, NUMBER, NUMBER_64, REAL, TEXT, Kind, Row, Table, each, flags, items


def _by_resource(member: str, kind: Kind, view: str) -> Table:
    """Return the table of an array of numbers beside that of the resources' names."""
    rows = (
        Row("name", "tres_names", each(TEXT), "Resource", since=40),
        Row("value", member, each(kind), "Number", since=40),
    )
    return Table("share_t", rows, skip={}, view=view)


RUN_SECONDS = _by_resource("tres_run_secs", NOVAL, "share_run_seconds")
GROUP_MINUTES = _by_resource("tres_grp_mins", NOVAL, "share_group_minutes")
USAGE = _by_resource("usage_tres_raw", REAL, "share_usage")

SHARE = Table(
    "share_t",
    (
        Row("id", "id", NUMBER, "Id of the association", since=40),
        Row("cluster", "cluster", TEXT, "Cluster", since=40),
        Row("name", "name", TEXT, "Account or user", since=40),
        Row("parent", "parent", TEXT, "Account above it", since=40),
        Row("partition", "partition", TEXT, "Partition that it is for", since=40),
        Row("shares_normalized", "shares_norm", NOVAL_REAL, "Part of the cluster that it should get", since=40),
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
            "Its use and that of those beside it",
            since=40,
            then={42: NOVAL_REAL},
        ),
        Row("usage_normalized", "usage_norm", NOVAL_REAL, "Part of all use that was its own", since=40),
        Row("usage", "usage_raw", NUMBER_64, "What it has used, as billed", since=40),
        Row("fairshare/factor", "fs_factor", REAL, "Factor in its jobs' priority", since=40, then={42: NOVAL_REAL}),
        Row("fairshare/level", "level_fs", REAL, "Factor among those beside it", since=40, then={42: NOVAL_REAL}),
        Row("type", "type", flags(names.SHARE_TYPE), "Whether it is a user's", since=40),
    ),
    skip={},
)
