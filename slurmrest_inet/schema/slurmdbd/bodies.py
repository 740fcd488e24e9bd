# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of slurmdbd's side, each a list of records under one key, as an answer has it.

Rule 1: up to v0.0.38 slurmrestd looks for the key by itself, and so do we: these are read from v0.0.39 on.
Rule 2: an answer that is sent back as it came is understood.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import IN, Kind, Row, Table

from . import readers
from .account import ACCOUNT
from .association import ASSOCIATION
from .cluster import CLUSTER
from .qos import QOS as QOS_TABLE
from .user import USER
from .wckey import WCKEY

_IGNORED = Kind("ignored", read=lambda _value, _at: None)
OF_ANSWERS = tuple(
    Row(name, None, _IGNORED, "Of answers", way=IN, hidden=True) for name in ("meta", "errors", "warnings")
)


def _body(key: str, table: Table, doc: str, parser: str, required: tuple[int, int] | None = (40, 45)) -> Table:
    row = Row(key, key, readers.listed(table), doc, way=IN, required=required)
    return Table(f"{key}_body", (row, *OF_ANSWERS), {}, parser=parser)


CLUSTERS = _body("clusters", CLUSTER, "Clusters to add", "OPENAPI_CLUSTERS_RESP")

QOS = _body("qos", QOS_TABLE, "QOSes to add or change", "OPENAPI_SLURMDBD_QOS_RESP")

ACCOUNTS = _body("accounts", ACCOUNT, "Accounts to add or change", "OPENAPI_ACCOUNTS_RESP")
ASSOCIATIONS = _body("associations", ASSOCIATION, "Associations to add or change", "OPENAPI_ASSOCS_RESP")
USERS = _body("users", USER, "Users to add or change", "OPENAPI_USERS_RESP")
WCKEYS = _body("wckeys", WCKEY, "Wckeys to add", "OPENAPI_WCKEY_RESP")

TABLES = (CLUSTERS, QOS, ACCOUNTS, ASSOCIATIONS, USERS, WCKEYS)
"""All of them."""
