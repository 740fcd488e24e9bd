# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of slurmdbd's side, each a list of records under one key.

Rule 1: up to v0.0.38 slurmrestd looks for the key by itself, and so do we: these are read from v0.0.39 on.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import IN, Row, Table

from . import readers
from .cluster import CLUSTER
from .qos import QOS as QOS_TABLE


def _body(key: str, table: Table, doc: str, parser: str, required: tuple[int, int] | None = (40, 45)) -> Table:
    row = Row(key, key, readers.listed(table), doc, way=IN, required=required)
    return Table(f"{key}_body", (row,), {}, parser=parser)


CLUSTERS = _body("clusters", CLUSTER, "Clusters to add", "OPENAPI_CLUSTERS_RESP")

QOS = _body("qos", QOS_TABLE, "QOSes to add or change", "OPENAPI_SLURMDBD_QOS_RESP")

TABLES = (CLUSTERS, QOS)
"""All of them."""
