# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations, accounts and users on a cluster with their limits: ``slurmdb_assoc_rec_t``.

Rule 1: what slurmctld alone fills in (`_CONTROLLERS`) is in no answer of slurmdbd.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    BOOLEAN,
    LISTED_TEXTS,
    NO_LIMIT,
    NOVAL_32,
    NULLABLE_OR_INFINITE,
    NUMBER,
    NUMBER_16,
    NUMBER_32,
    QOS,
    QOS_LISTED,
    QOS_OR_NULL,
    QOS_SORTED,
    REAL,
    TEXT,
    TEXT_OR_NULL,
    Name,
    Names,
    Row,
    Table,
    both,
    derived,
    flags,
    own,
    record,
    record_or_null,
)
from slurmrest_inet.schema.readers import listed
from slurmrest_inet.schema.readers import record as record_reader

from . import readers
from .accounting import ACCOUNTING

FLAGS = Names(
    "association_flags",
    (
        Name("ASSOC_FLAG_DELETED", "DELETED"),
        Name("ASSOC_FLAG_NO_UPDATE", "NoUpdate", since=41),
        Name("ASSOC_FLAG_EXACT", "Exact", since=41),
        Name("ASSOC_FLAG_USER_COORD_NO", "NoUsersAreCoords", since=41),
        Name("ASSOC_FLAG_USER_COORD", "UsersAreCoords", since=41),
    ),
    bits=True,
)

ASSOCIATION_SHORT = Table(
    "slurmdb_assoc_rec_t",
    both(
        Row("account", "acct", TEXT_OR_NULL, "Account", then=readers.TEXTS, required=(38, 38)),
        Row("cluster", "cluster", TEXT_OR_NULL, "Cluster", then=readers.TEXTS),
        Row("partition", "partition", TEXT_OR_NULL, "Partition that it is for, empty for all", then=readers.TEXTS),
        Row("user", "user", TEXT_OR_NULL, "User, empty in an account's own", then=readers.TEXTS, required=(38, 45)),
        Row("id", "id", NUMBER_32, "Id", since=40),
    ),
    skip={},
    view="association_short",
    parser="ASSOC_SHORT",
)

USAGE = Table(
    "slurmdb_assoc_usage_t",
    both(
        Row("accrue_job_count", "accrue_cnt", NUMBER, "Jobs that grow older while they wait", until=39),
        Row("group_used_wallclock", "grp_used_wall", REAL, "Time that its jobs ran (seconds)", until=39),
        Row("fairshare_factor", "fs_factor", REAL, "Factor in its jobs' priority (0 to 1)", until=39),
        Row("fairshare_shares", "level_shares", NUMBER, "Shares of all beside it", until=39),
        Row("normalized_priority", "priority_norm", REAL, "Priority as part of the highest (0 to 1)", until=39),
        Row("normalized_shares", "shares_norm", REAL, "Part of the cluster that it should get (0 to 1)", until=39),
        Row(
            "effective_normalized_usage",
            "usage_efctv",
            REAL,
            "Part of all use that was its own or of those beside it (0 to 1)",
            until=39,
        ),
        Row("normalized_usage", "usage_norm", REAL, "Part of all use that was its own (0 to 1)", until=39),
        Row("raw_usage", "usage_raw", REAL, "What it has used (billed units times seconds)", until=39),
        Row("active_jobs", "used_jobs", NUMBER, "Jobs that run", until=39),
        Row("job_count", "used_submit_jobs", NUMBER, "Jobs that run or wait", until=39),
        Row(
            "fairshare_level",
            "level_fs",
            REAL,
            "What it should get by what it has used, among those beside it",
            until=39,
        ),
    ),
    skip=dict.fromkeys(
        (
            *("children_list", "fs_assoc_ptr", "grp_node_bitmap", "grp_node_job_cnt", "grp_used_tres"),
            *("grp_used_tres_run_secs", "parent_assoc_ptr", "tres_cnt", "usage_tres_raw", "valid_qos"),
        ),
        "slurmctld's own books, shown nowhere",
    ),
)

_OWN = own("association_short")._replace(read=record_reader(ASSOCIATION_SHORT))
_LIMIT = NULLABLE_OR_INFINITE._replace(width=32)


def _number(path: str, member: str, doc: str, since: int = 36) -> Row:
    """A number that is null where there is none, later a number object."""
    return Row(path, member, _LIMIT, doc, since=since, then={39: NOVAL_32})


def _limit(path: str, member: str, doc: str, since: int = 36) -> Row:
    return _number(path, member, f"{doc}; {NO_LIMIT}", since)


def _tres(path: str, member: str, doc: str, since: int = 36, until: int = 45) -> Row:
    return Row(path, member, readers.TRES_IDS, doc, since=since, until=until)


_CONTROLLERS = dict.fromkeys(
    (
        *("assoc_next", "assoc_next_id", "bf_usage", "grp_tres_ctld", "grp_tres_mins_ctld", "grp_tres_run_mins_ctld"),
        *("leaf_usage", "max_tres_ctld", "max_tres_mins_ctld", "max_tres_pn_ctld", "max_tres_run_mins_ctld"),
        *("usage_het", "user_rec"),
    ),
    "filled in by slurmctld alone",
)

ASSOCIATION = Table(
    "slurmdb_assoc_rec_t",
    both(
        Row("accounting", "accounting_list", listed(ACCOUNTING), "What it has used", since=40),
        Row("account", "acct", TEXT_OR_NULL, "Account", then=readers.TEXTS, required=(38, 38)),
        Row("cluster", "cluster", TEXT_OR_NULL, "Cluster", then=readers.TEXTS),
        Row("comment", "comment", TEXT, "Comment", since=40, release="23.02"),
        Row(
            "default/qos",
            "def_qos_id",
            QOS_OR_NULL,
            "QOS of jobs that ask for none",
            then={39: QOS._replace(read=readers.qos)},
        ),
        Row(
            "flags",
            "flags",
            derived("deleted_or_default", "array"),
            "Whether it is deleted, or the user's default",
            then={39: flags(FLAGS)},
            uses=("is_def",),
        ),
        _limit("max/jobs/per/count", "grp_jobs", "Jobs of it and of all below it that may run at once"),
        _limit("max/jobs/per/accruing", "grp_jobs_accrue", "Jobs of these that may grow older while they wait"),
        _limit("max/jobs/per/submitted", "grp_submit_jobs", "Jobs of these that may run or wait"),
        _limit("max/jobs/per/wall_clock", "max_wall_pj", "Time that one job may take (minutes)"),
        _limit("max/jobs/active", "max_jobs", "Jobs of each of its users that may run at once", since=37),
        _limit("max/jobs/accruing", "max_jobs_accrue", "Jobs of these that may grow older while they wait", since=37),
        _limit("max/jobs/total", "max_submit_jobs", "Jobs of these that may run or wait", since=37),
        _tres("max/tres/total", "grp_tres", "Resources that it and all below it may have at once"),
        _tres("max/tres/group/minutes", "grp_tres_mins", "Minutes of them that it may use in all", since=40),
        _tres("max/tres/group/active", "grp_tres_run_mins", "Minutes of them that running jobs may need", since=40),
        _tres("max/tres/minutes/total", "max_tres_run_mins", "Minutes that running jobs of a user may need", since=40),
        _tres("max/tres/minutes/per/job", "max_tres_mins_pj", "Minutes of them that one job may use"),
        _tres("max/tres/minutes/total", "max_tres_run_mins", "Minutes that running jobs of a user may need", until=39),
        _tres("max/tres/group/minutes", "grp_tres_mins", "Minutes of them that it may use in all", since=37, until=39),
        _tres(
            "max/tres/group/active",
            "grp_tres_run_mins",
            "Minutes of them that running jobs may need",
            since=37,
            until=39,
        ),
        _tres("max/tres/per/job", "max_tres_pj", "Resources that one job may have"),
        _tres("max/tres/per/node", "max_tres_pn", "Resources of a node that one job may have"),
        _limit("max/per/account/wall_clock", "grp_wall", "Time that all jobs together may take (minutes)"),
        Row("id", None, _OWN, "Itself in short", since=40, until=40),
        Row("id", "id", NUMBER_32, "Id", since=41),
        Row("is_default", "is_def", NUMBER_16, "Whether it is the user's default", since=37, then={39: BOOLEAN}),
        Row("lineage", "lineage", TEXT, "The accounts above it, as a path", since=40, release="23.11"),
        _number("min/priority_threshold", "min_prio_thresh", "Priority from which on jobs keep resources for them"),
        Row("parent_account", "parent_acct", TEXT_OR_NULL, "Account above it", then=readers.TEXTS),
        Row("partition", "partition", TEXT_OR_NULL, "Partition that it is for, empty for all", then=readers.TEXTS),
        _number("priority", "priority", "Priority that its jobs get"),
        Row(
            "qos",
            "qos_list",
            LISTED_TEXTS,
            "QOSes that its jobs may ask for",
            then={38: QOS_SORTED, 39: QOS_LISTED._replace(read=readers.qos_list)},
        ),
        Row("shares_raw", "shares_raw", NUMBER_32, "Shares that it has been given"),
        Row(
            "usage",
            "usage",
            record_or_null("slurmdb_assoc_usage_t"),
            "What slurmctld counts",
            until=39,
            then={39: record("slurmdb_assoc_usage_t", pointer=True)._replace(read=record_reader(USAGE))},
        ),
        Row("user", "user", TEXT_OR_NULL, "User, empty in an account's own", then=readers.TEXTS, required=(38, 45)),
    ),
    skip={
        **_CONTROLLERS,
        "lft": "slurmdbd's own order of the tree, of some releases",
        "rgt": "slurmdbd's own order of the tree, of some releases",
        "parent_id": "told by the parent's name",
        "uid": "told by the user's name",
    },
    parser="ASSOC",
)
