# SPDX-License-Identifier: GPL-2.0-or-later
"""Licences: ``slurm_license_info_t``."""

from __future__ import annotations

from .model import BOOLEAN, NUMBER, TEXT, Row, Table

LICENSE = Table(
    "slurm_license_info_t",
    (
        Row("LicenseName", "name", TEXT, "Name", since=38),
        Row("Total", "total", NUMBER, "How many there are", since=38),
        Row("Used", "in_use", NUMBER, "How many jobs hold", since=38),
        Row("Free", "available", NUMBER, "How many are free", since=38),
        Row("Reserved", "reserved", NUMBER, "How many are kept for reservations", since=38),
        Row("Remote", "remote", BOOLEAN, "Whether the database serves them", since=38),
        Row("LastConsumed", "last_consumed", NUMBER, "How many the licence server counts", since=39, release="23.02"),
        Row("LastDeficit", "last_deficit", NUMBER, "How many are missing there", since=39, release="23.02"),
        Row("LastUpdate", "last_update", NUMBER, "When that was told (epoch), 0 if never", since=39, release="23.02"),
        Row("Nodes", "nodes", TEXT, "Nodes that they are for", since=44, release="25.05"),
    ),
    skip={
        "mode": "no API version shows it",
    },
)
