# SPDX-License-Identifier: GPL-2.0-or-later
"""Coordinators: ``slurmdb_coord_rec_t``, which names a user in an account, and an account in a user."""

from __future__ import annotations

from slurmrest_inet.schema.model import BOOLEAN, NUMBER_16, TEXT_OR_NULL, Row, Table, both

from . import readers

COORDINATOR = Table(
    "slurmdb_coord_rec_t",
    both(
        Row("name", "name", TEXT_OR_NULL, "Name", then=readers.TEXTS, required=(38, 45)),
        Row("direct", "direct", NUMBER_16, "Whether it is so by itself, not by an account above", then={39: BOOLEAN}),
    ),
    skip={},
    parser="COORD",
)
