# SPDX-License-Identifier: GPL-2.0-or-later
"""A slurmdbd that was asked whether it is there, from v0.0.42 on; the record is made by the operation."""

from __future__ import annotations

from slurmrest_inet.schema.model import BOOLEAN, NUMBER, TEXT, Row, Table

PING = Table(
    "slurmdbd_ping",
    (
        Row("hostname", "hostname", TEXT, "Host", since=42),
        Row("responding", "responding", BOOLEAN, "Whether it answers", since=42),
        Row("latency", "latency", NUMBER, "How long that took (microseconds)", since=42),
        Row("primary", "primary", BOOLEAN, "Whether it is the first one", since=42),
        Row("status", "status", TEXT, "What came of it", since=45),
    ),
    {},
)
