# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of slurmdbd's side, a list of records under one key, or several, as an answer has them.

Rule 1: up to v0.0.38 slurmrestd looks for the key by itself, and so do we: these are read from v0.0.39 on.
Rule 2: an answer that is sent back as it came is understood.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import IN, Row, Table
from slurmrest_inet.schema.readers import listed, of_answers

from .account import ACCOUNT
from .association import ASSOCIATION
from .cluster import CLUSTER
from .instance import INSTANCE
from .qos import QOS as QOS_TABLE
from .tres import TRES
from .user import USER
from .wckey import WCKEY


def _body(key: str, table: Table, doc: str, parser: str, required: tuple[int, int] | None = (40, 45)) -> Table:
    row = Row(key, key, listed(table), doc, way=IN, required=required)
    return Table(f"{key}_body", (row, *of_answers()), {}, parser=parser)


CLUSTERS = _body("clusters", CLUSTER, "Clusters to add", "OPENAPI_CLUSTERS_RESP")

QOS = _body("qos", QOS_TABLE, "QOSes to add or change", "OPENAPI_SLURMDBD_QOS_RESP")

ACCOUNTS = _body("accounts", ACCOUNT, "Accounts to add or change", "OPENAPI_ACCOUNTS_RESP")
ASSOCIATIONS = _body("associations", ASSOCIATION, "Associations to add or change", "OPENAPI_ASSOCS_RESP")
USERS = _body("users", USER, "Users to add or change", "OPENAPI_USERS_RESP")
WCKEYS = _body("wckeys", WCKEY, "Wckeys to add", "OPENAPI_WCKEY_RESP")


def _part(key: str, table: Table, doc: str, since: int = 36, until: int = 45) -> Row:
    return Row(key, key, listed(table), doc, since=since, until=until, way=IN)


CONFIG = Table(
    "config_body",
    (
        _part("clusters", CLUSTER, "Clusters"),
        _part("TRES", TRES, "Trackable resources, which slurmctld alone makes", until=39),
        _part("tres", TRES, "Trackable resources, which slurmctld alone makes", since=40),
        _part("accounts", ACCOUNT, "Accounts"),
        _part("users", USER, "Users"),
        _part("qos", QOS_TABLE, "QOSes"),
        _part("wckeys", WCKEY, "Wckeys"),
        _part("associations", ASSOCIATION, "Associations"),
        _part("instances", INSTANCE, "Instances, which slurmctld alone makes", since=40, until=44),
        *of_answers(),
    ),
    {},
    parser="OPENAPI_SLURMDBD_CONFIG_RESP",
)
"""All of that at once: what GET config tells."""

TABLES = (CLUSTERS, QOS, ACCOUNTS, ASSOCIATIONS, USERS, WCKEYS, CONFIG)
"""All of them."""
