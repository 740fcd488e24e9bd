# SPDX-License-Identifier: GPL-2.0-or-later
"""Used time, by resource and period: ``slurmdb_accounting_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import NUMBER, Row, Table, record

ACCOUNTING = Table(
    "slurmdb_accounting_rec_t",
    (
        Row("allocated/seconds", "alloc_secs", NUMBER, "What was allocated, in seconds times the count"),
        Row("id", "id", NUMBER, "Id of the association or wckey that used it"),
        Row("id_alt", "id_alt", NUMBER, "Id of the QOS in whose name it did", since=42, release="24.11"),
        Row("start", "period_start", NUMBER, "When the period began (epoch)"),
        Row("TRES", "tres_rec", record("slurmdb_tres_rec_t"), "What was used"),
    ),
    skip={},
)
