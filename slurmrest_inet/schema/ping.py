# SPDX-License-Identifier: GPL-2.0-or-later
"""What a ping tells of one slurmctld. No struct of Slurm's has it: the operation makes it (api/slurmctld/diag.py)."""

from __future__ import annotations

from .model import BOOLEAN, NUMBER, TEXT, Row, Table

PING = Table(
    "ping",
    (
        Row("hostname", "hostname", TEXT, "Host that it runs on"),
        Row("ping", "ping", TEXT, "UP or DOWN", until=38),
        Row("pinged", "pinged", TEXT, "UP or DOWN", since=39, until=44),
        Row("responding", "responding", BOOLEAN, "Whether it answers", since=42),
        Row("status", "status", NUMBER, "Slurm's code for what came of it", until=38),
        Row("status", "status", TEXT, "What came of it", since=45),
        Row("latency", "latency", NUMBER, "How long that took (microseconds)", since=39),
        Row("mode", "mode", TEXT, "primary, or which backup", until=44),
        Row("primary", "primary", BOOLEAN, "Whether it is the first one", since=42),
    ),
    {},
)
