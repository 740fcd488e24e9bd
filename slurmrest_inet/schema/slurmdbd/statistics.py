# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd's statistics: ``slurmdb_stats_rec_t`` (sacctmgr(1), "show stats")."""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    NUMBER,
    USER_OR_DIGITS,
    USER_OR_EMPTY,
    Row,
    Table,
    derived,
    listed,
    quotient,
    record,
)

from .messages import TYPE


def _period(name: str, index: str) -> tuple[Row, ...]:
    """Return the rows of the roll-ups of one period of time."""
    return (
        Row(f"{name}/count", f"count[{index}]", NUMBER, "How often it was done", since=41),
        Row(f"{name}/last_run", f"timestamp[{index}]", NUMBER, "When it was last done (epoch), 0 if never", since=41),
        Row(
            f"{name}/duration/last",
            f"time_last[{index}]",
            NUMBER,
            "How long it took the last time (microseconds)",
            since=41,
        ),
        Row(f"{name}/duration/max", f"time_max[{index}]", NUMBER, "The longest that it took (microseconds)", since=41),
        Row(f"{name}/duration/time", f"time_total[{index}]", NUMBER, "All that it took (microseconds)", since=41),
    )


ROLLUPS = Table(
    "slurmdb_rollup_stats_t",
    (
        *_period("hourly", "DBD_ROLLUP_HOUR"),
        *_period("daily", "DBD_ROLLUP_DAY"),
        *_period("monthly", "DBD_ROLLUP_MONTH"),
    ),
    skip={"cluster_name": "of slurmdbd's own roll-ups it is not set"},
)


def _calls(called: Row) -> tuple[Row, ...]:
    """Return the rows of how often something was asked for."""
    return (
        called,
        Row("count", "cnt", NUMBER, "Calls"),
        Row("time/average", "time", quotient("cnt"), "Mean time of a call (microseconds)"),
        Row("time/total", "time", NUMBER, "Time of all calls (microseconds)"),
    )


RPCS = Table(
    "slurmdb_rpc_obj_t",
    _calls(Row("rpc", "id", TYPE, "Type of message")),
    skip={"time_ave": "not sent; it is what time and cnt make"},
)
USERS = Table(
    "slurmdb_rpc_obj_t",
    _calls(Row("user", "id", USER_OR_DIGITS, "User name", then={39: USER_OR_EMPTY})),
    skip={},
    view="calls_by_user",
)

STATISTICS = Table(
    "slurmdb_stats_rec_t",
    (
        Row("time_start", "time_start", NUMBER, "When counting began (epoch)"),
        Row(
            "rollups",
            "dbd_rollup_stats",
            derived("rollups", "array"),
            "Roll-ups of usage that slurmdbd has done",
            then={41: record("slurmdb_rollup_stats_t", pointer=True)},
        ),
        Row("RPCs", "rpc_list", listed("slurmdb_rpc_obj_t"), "Calls by type of message"),
        Row("users", "user_list", listed("calls_by_user"), "Calls by user"),
    ),
    skip={"rollup_stats": "by cluster; no API version shows it"},
)

TABLES = (ROLLUPS, RPCS, USERS, STATISTICS)
"""All of them, a nested one before those that nest it."""
