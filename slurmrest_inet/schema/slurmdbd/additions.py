# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts or users together with their associations, as they are added in one request from v0.0.40 on.

Rule 1: what is told of the associations is told once, and holds for each of them.
Rule 2: keys are those of sacctmgr's options.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    IN,
    LISTED_TEXTS,
    NOVAL_32,
    NUMBER_32,
    QOS,
    QOS_LISTED,
    TEXT,
    Kind,
    Row,
    Table,
    choices,
)
from slurmrest_inet.schema.readers import of_answers, record

from . import readers
from .names import ADMIN_LEVELS

_LIST = LISTED_TEXTS._replace(read=readers.texts)


def _row(path: str, member: str | None, kind: Kind, doc: str, since: int = 40) -> Row:
    return Row(path, member, kind, doc, since=since, way=IN)


def _limit(path: str, member: str, doc: str) -> Row:
    return _row(path, member, NOVAL_32, doc)


def _tres(path: str, member: str, doc: str) -> Row:
    return _row(path, member, readers.TRES_IDS, doc)


ASSOCIATION = Table(
    "slurmdb_assoc_rec_t",
    (
        _row("comment", "comment", TEXT, "Comment"),
        _row("defaultqos", "def_qos_id", QOS._replace(read=readers.qos), "QOS of jobs that ask for none"),
        _limit("grpjobs", "grp_jobs", "Jobs of it and of all below it that may run at once"),
        _limit("grpjobsaccrue", "grp_jobs_accrue", "Jobs of these that may grow older while they wait"),
        _limit("grpsubmitjobs", "grp_submit_jobs", "Jobs of these that may run or wait"),
        _tres("grptres", "grp_tres", "Resources that it and all below it may have at once"),
        _tres("grptresmins", "grp_tres_mins", "Minutes of them that it may use in all"),
        _tres("grptresrunmins", "grp_tres_run_mins", "Minutes of them that running jobs may need"),
        _limit("grpwall", "grp_wall", "Time that all jobs together may take (minutes)"),
        _limit("maxjobs", "max_jobs", "Jobs of each of its users that may run at once"),
        _limit("maxjobsaccrue", "max_jobs_accrue", "Jobs of these that may grow older while they wait"),
        _limit("maxsubmitjobs", "max_submit_jobs", "Jobs of these that may run or wait"),
        _tres("maxtresminsperjob", "max_tres_mins_pj", "Minutes of them that one job may use"),
        _tres("maxtresrunmins", "max_tres_run_mins", "Minutes that running jobs of a user may need"),
        _tres("maxtresperjob", "max_tres_pj", "Resources that one job may have"),
        _tres("maxtrespernode", "max_tres_pn", "Resources of a node that one job may have"),
        _limit("maxwalldurationperjob", "max_wall_pj", "Time that one job may take (minutes)"),
        _limit("minpriothresh", "min_prio_thresh", "Priority from which on jobs keep resources for them"),
        _row("parent", "parent_acct", TEXT, "Account above it"),
        _limit("priority", "priority", "Priority that its jobs get"),
        _row("qoslevel", "qos_list", QOS_LISTED._replace(read=readers.qos_list), "QOSes that its jobs may ask for"),
        _row("fairshare", "shares_raw", NUMBER_32, "Shares that it is given"),
    ),
    {},
    view="association_addition",
    parser="ASSOC_REC_SET",
)

_ACCOUNTS = _row("accounts", "acct_list", _LIST, "Accounts that are added, or that users are added to")
_ASSOCIATION = _row(
    "association", "assoc", Kind("record", type="object", read=record(ASSOCIATION)), "What holds for each association"
)
_CLUSTERS = _row("clusters", "cluster_list", _LIST, "Clusters, all if there are none")

_FOR_ACCOUNTS = Table(
    "slurmdb_add_assoc_cond_t",
    (_ACCOUNTS, _ASSOCIATION, _CLUSTERS),
    {},
    view="accounts_addition_condition",
    parser="ACCOUNTS_ADD_COND",
)

_FOR_USERS = Table(
    "slurmdb_add_assoc_cond_t",
    (
        _ACCOUNTS,
        _ASSOCIATION,
        _CLUSTERS,
        _row("partitions", "partition_list", _LIST, "Partitions that they are for"),
        _row("users", "user_list", _LIST, "Users that are added")._replace(required=(40, 45)),
        _row("wckeys", "wckey_list", _LIST, "Wckeys that they get"),
    ),
    {},
    view="users_addition_condition",
    parser="USERS_ADD_COND",
)

_ACCOUNT = Table(
    "slurmdb_account_rec_t",
    (
        _row("description", "description", TEXT, "What it is for"),
        _row("organization", "organization", TEXT, "Whose it is"),
    ),
    {},
    view="account_addition",
    parser="ACCOUNT_SHORT",
)

_USER = Table(
    "slurmdb_user_rec_t",
    (
        _row("adminlevel", "admin_level", choices(ADMIN_LEVELS), "Rights in slurmdbd"),
        _row("defaultqos", "def_qos_id", NUMBER_32, "Id of the QOS of jobs that ask for none", since=44),
        _row("defaultaccount", "default_acct", TEXT, "Account of jobs that ask for none"),
        _row("defaultwckey", "default_wckey", TEXT, "Wckey of jobs that ask for none"),
    ),
    {},
    view="user_addition",
    parser="USER_SHORT",
)


def _part(path: str, table: Table, doc: str, required: tuple[int, int] | None) -> Row:
    kind = Kind("record", type="object", read=record(table))
    return _row(path, None, kind, doc)._replace(required=required)


def _whole(name: str, *parts: Row) -> Table:
    parser = f"OPENAPI_{name.upper()}_ADD_COND_RESP"
    return Table(f"{name}_addition", (*parts, *of_answers()), {}, parser=parser)


ACCOUNTS = _whole(
    "accounts",
    _part("association_condition", _FOR_ACCOUNTS, "What is added", (44, 45)),
    _part("account", _ACCOUNT, "What holds for each account", None),
)
USERS = _whole(
    "users",
    _part("association_condition", _FOR_USERS, "What is added", (40, 45)),
    _part("user", _USER, "What holds for each user", (40, 45)),
)

TABLES = (ACCOUNTS, USERS)
"""Bodies."""
