# SPDX-License-Identifier: GPL-2.0-or-later
"""Trackable resources: ``slurmdb_tres_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import NULLABLE, NUMBER, NUMBER_32, TEXT, TEXT_OR_NULL, Row, Table, both

TRES = Table(
    "slurmdb_tres_rec_t",
    both(
        Row("type", "type", TEXT_OR_NULL, "Type", required=(36, 45), then={39: TEXT}),
        Row("name", "name", TEXT_OR_NULL, "Name within the type, if there may be several", then={39: TEXT}),
        Row("id", "id", NUMBER_32, "Id"),
        Row(
            "count",
            "count",
            NULLABLE._replace(width=64),
            "How much: MiB of memory, joules of energy, else a number; of what a step used, bytes and milliseconds",
            then={39: NUMBER._replace(width=64)},
        ),
    ),
    skip={
        "alloc_secs": "in the records of what was used",
        "modifier": "of a later release, and of no answer",
        "rec_count": "slurmdbd's own count of the records that were added up",
    },
    parser="TRES",
)
