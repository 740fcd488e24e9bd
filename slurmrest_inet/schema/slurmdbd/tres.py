# SPDX-License-Identifier: GPL-2.0-or-later
"""Trackable resources: ``slurmdb_tres_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import BOTH, NUMBER_32, TEXT, Kind, Row, Table

_COUNT = Kind("number", type="integer", width=64)

TRES = Table(
    "slurmdb_tres_rec_t",
    (
        Row("type", "type", TEXT, "Type", way=BOTH, required=(39, 45)),
        Row("name", "name", TEXT, "Name within the type, empty where there is but one", way=BOTH),
        Row("id", "id", NUMBER_32, "Id", way=BOTH),
        Row("count", "count", _COUNT, "How much of it", way=BOTH),
    ),
    skip={
        "alloc_secs": "in the records of what was used",
        "modifier": "of a later release, and of no answer",
        "rec_count": "slurmdbd's own count of the records that were added up",
    },
    parser="TRES",
)
