# SPDX-License-Identifier: GPL-2.0-or-later
"""QOS: ``slurmdb_qos_rec_t`` (sacctmgr(1), "SPECIFICATIONS FOR QOS")."""

from __future__ import annotations

from slurmrest_inet.schema import model
from slurmrest_inet.schema.model import (
    BOTH,
    DOUBLE,
    NO_LIMIT,
    NOVAL_32,
    NOVAL_REAL,
    NUMBER_32,
    REAL,
    TEXT,
    TEXT_OR_NULL,
    Kind,
    Name,
    Names,
    Row,
    Table,
    flags,
)

from .names import QOS_PREEMPT_MODES
from .readers import PREEMPTED, TRES_IDS

FLAGS = Names(
    "qos_flags",
    (
        Name("QOS_FLAG_NOTSET", "NOT_SET"),
        Name("QOS_FLAG_ADD", "ADD"),
        Name("QOS_FLAG_REMOVE", "REMOVE"),
        Name("QOS_FLAG_DELETED", "DELETED", since=43),
        Name("QOS_FLAG_PART_MIN_NODE", "PARTITION_MINIMUM_NODE"),
        Name("QOS_FLAG_PART_MAX_NODE", "PARTITION_MAXIMUM_NODE"),
        Name("QOS_FLAG_PART_TIME_LIMIT", "PARTITION_TIME_LIMIT"),
        Name("QOS_FLAG_ENFORCE_USAGE_THRES", "ENFORCE_USAGE_THRESHOLD"),
        Name("QOS_FLAG_NO_RESERVE", "NO_RESERVE"),
        Name("QOS_FLAG_REQ_RESV", "REQUIRED_RESERVATION"),
        Name("QOS_FLAG_DENY_LIMIT", "DENY_LIMIT"),
        Name("QOS_FLAG_OVER_PART_QOS", "OVERRIDE_PARTITION_QOS"),
        Name("QOS_FLAG_PART_QOS", "PARTITION_QOS", since=43),
        Name("QOS_FLAG_NO_DECAY", "NO_DECAY"),
        Name("QOS_FLAG_USAGE_FACTOR_SAFE", "USAGE_FACTOR_SAFE"),
        Name("QOS_FLAG_RELATIVE", "RELATIVE", since=40),
    ),
    bits=True,
)

_LIMIT = model.NULLABLE_OR_INFINITE._replace(width=32)
_FACTOR = Kind("nullable", ("UNSET_NULL", "INFINITE_NULL"), type="number", width=DOUBLE)


def _number(path: str, member: str, doc: str) -> Row:
    """Return the row of a number that may be unset or without bound."""
    return Row(path, member, _LIMIT, doc, then={39: NOVAL_32}, way=BOTH)


def _limit(path: str, member: str, doc: str) -> Row:
    return _number(path, member, f"{doc}; {NO_LIMIT}")


def _tres(path: str, member: str, doc: str) -> Row:
    return Row(path, member, TRES_IDS, doc, way=BOTH)


_ACTIVE_JOBS = (
    _limit("limits/max/active_jobs/accruing", "grp_jobs_accrue", "Jobs of it that may gain priority by waiting"),
    _limit("limits/max/active_jobs/count", "grp_jobs", "Jobs of it that may run"),
)

_TRES_MINUTES = (
    _tres("limits/max/tres/minutes/per/qos", "grp_tres_run_mins", "Minutes that its running jobs may still use"),
    _tres("limits/max/tres/minutes/per/job", "max_tres_mins_pj", "Minutes that a job may use"),
    _tres(
        "limits/max/tres/minutes/per/account",
        "max_tres_run_mins_pa",
        "Minutes that an account's running jobs may still use",
    ),
    _tres(
        "limits/max/tres/minutes/per/user", "max_tres_run_mins_pu", "Minutes that a user's running jobs may still use"
    ),
)

_TRES_PER = (
    _tres("limits/max/tres/per/account", "max_tres_pa", "Resources that an account may use at a time"),
    _tres("limits/max/tres/per/job", "max_tres_pj", "Resources that a job may use"),
    _tres("limits/max/tres/per/node", "max_tres_pn", "Resources that a job may use on each node"),
    _tres("limits/max/tres/per/user", "max_tres_pu", "Resources that a user may use at a time"),
)

_WALL_CLOCK = (
    _limit("limits/max/wall_clock/per/qos", "grp_wall", "Minutes that all its jobs together may run"),
    _limit("limits/max/wall_clock/per/job", "max_wall_pj", "Minutes that a job may run"),
)


_JOBS = (
    _limit("limits/max/jobs/active_jobs/per/account", "max_jobs_pa", "Jobs of an account that may run"),
    _limit("limits/max/jobs/active_jobs/per/user", "max_jobs_pu", "Jobs of a user that may run"),
    _limit("limits/max/jobs/per/account", "max_submit_jobs_pa", "Jobs of an account that may wait or run"),
    _limit("limits/max/jobs/per/user", "max_submit_jobs_pu", "Jobs of a user that may wait or run"),
)

_JOBS_36 = (
    _limit("limits/max/jobs/per/account", "max_jobs_pa", "Jobs of an account that may run"),
    _limit("limits/max/jobs/per/user", "max_jobs_pu", "Jobs of a user that may run"),
)

_WITHOUT = "only slurmctld's own, not sent"

QOS = Table(
    "slurmdb_qos_rec_t",
    (
        Row("description", "description", TEXT_OR_NULL, "Description", then={39: TEXT}, way=BOTH),
        Row("flags", "flags", flags(FLAGS), "How limits hold, and what a change does with these flags", way=BOTH),
        Row("id", "id", NUMBER_32, "Id", way=BOTH),
        Row(
            "limits/grace_time",
            "grace_time",
            NUMBER_32,
            "Seconds that a job has when it is preempted",
            then={39: NOVAL_32, 40: NUMBER_32},
            way=BOTH,
        ),
        Row(
            "limits/factor",
            "limit_factor",
            _FACTOR,
            "What limits of associations are multiplied with",
            since=37,
            then={39: REAL._replace(width=DOUBLE), 40: NOVAL_REAL},
            way=BOTH,
        ),
        *_ACTIVE_JOBS,
        Row(
            "limits/max/jobs/count",
            "grp_submit_jobs",
            NOVAL_32,
            f"Jobs of it that may wait or run; {NO_LIMIT}",
            since=42,
            way=BOTH,
        ),
        *(row.at(42)._replace(since=42) for row in _JOBS),
        _tres("limits/max/tres/total", "grp_tres", "Resources that all its jobs together may use at a time"),
        Row(
            "limits/max/tres/minutes/total",
            "grp_tres_mins",
            TRES_IDS,
            "Minutes that all its jobs together may use",
            since=42,
            way=BOTH,
        ),
        *_TRES_MINUTES,
        *_TRES_PER,
        *_WALL_CLOCK,
        *(row._replace(until=36, then=None) for row in _JOBS_36),
        *(row._replace(since=37, until=41) for row in _JOBS),
        _limit(
            "limits/max/accruing/per/account", "max_jobs_accrue_pa", "Jobs of an account that gain priority by waiting"
        ),
        _limit("limits/max/accruing/per/user", "max_jobs_accrue_pu", "Jobs of a user that gain priority by waiting"),
        _number("limits/min/priority_threshold", "min_prio_thresh", "Priority without which a job reserves nothing"),
        _tres("limits/min/tres/per/job", "min_tres_pj", "Resources that a job must ask for"),
        Row("name", "name", TEXT_OR_NULL, "Name", then={39: TEXT}, way=BOTH),
        Row("preempt/list", "preempt_bitstr", PREEMPTED, "QOSes whose jobs it may preempt", way=BOTH),
        Row("preempt/mode", "preempt_mode", flags(QOS_PREEMPT_MODES), "How its jobs are preempted", way=BOTH),
        _number("preempt/exempt_time", "preempt_exempt_time", "Seconds that a job runs before it may be preempted"),
        _number("priority", "priority", "Priority that its jobs get"),
        Row("usage_factor", "usage_factor", _FACTOR, "What use is multiplied with", then={39: NOVAL_REAL}, way=BOTH),
        Row(
            "usage_threshold",
            "usage_thres",
            _FACTOR,
            "Least factor of fair share that an association must have (0 to 1)",
            then={39: NOVAL_REAL},
            way=BOTH,
        ),
    ),
    skip={
        "blocked_until": _WITHOUT,
        "grp_tres_ctld": _WITHOUT,
        "grp_tres_mins_ctld": _WITHOUT,
        "grp_tres_run_mins_ctld": _WITHOUT,
        "max_tres_mins_pj_ctld": _WITHOUT,
        "max_tres_pa_ctld": _WITHOUT,
        "max_tres_pj_ctld": _WITHOUT,
        "max_tres_pn_ctld": _WITHOUT,
        "max_tres_pu_ctld": _WITHOUT,
        "max_tres_run_mins_pa_ctld": _WITHOUT,
        "max_tres_run_mins_pu_ctld": _WITHOUT,
        "min_tres_pj_ctld": _WITHOUT,
        "preempt_list": "the same as preempt_bitstr, for requests",
        "relative_tres_cnt": _WITHOUT,
        "usage": _WITHOUT,
        "usage_het": _WITHOUT,
    },
    parser="QOS",
)
