# SPDX-License-Identifier: GPL-2.0-or-later
"""Used time, by resource and period: ``slurmdb_accounting_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema import readers
from slurmrest_inet.schema.model import NUMBER, NUMBER_32, Row, Table, both, record

from .tres import TRES

ACCOUNTING = Table(
    "slurmdb_accounting_rec_t",
    both(
        Row(
            "allocated/seconds",
            "alloc_secs",
            NUMBER._replace(width=64),
            "What was allocated, in seconds times the count",
        ),
        Row("id", "id", NUMBER_32, "Id of the association or wckey that used it"),
        Row("id_alt", "id_alt", NUMBER_32, "Id of the QOS in whose name it did", since=42, release="24.11"),
        Row("start", "period_start", NUMBER._replace(width=64), "When the period began (epoch)"),
        Row("TRES", "tres_rec", record("slurmdb_tres_rec_t")._replace(read=readers.record(TRES)), "What was used"),
    ),
    skip={},
    parser="ACCOUNTING",
)
