# SPDX-License-Identifier: GPL-2.0-or-later
"""Workload characterisation keys: ``slurmdb_wckey_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import (
    NUMBER_32,
    TEXT,
    TEXT_OR_NULL,
    Name,
    Names,
    Row,
    Table,
    both,
    constant,
    derived,
    flags,
)
from slurmrest_inet.schema.readers import listed

from . import readers
from .accounting import ACCOUNTING

FLAGS = Names("wckey_flags", (Name("SLURMDB_WCKEY_FLAG_DELETED", "DELETED"),), bits=True)

WCKEY = Table(
    "slurmdb_wckey_rec_t",
    both(
        Row("accounts", None, constant("[]", "array"), "Nothing: slurmdbd tells no accounts of a wckey", until=38),
        Row("accounting", "accounting_list", listed(ACCOUNTING), "What was used with it", since=39),
        Row("cluster", "cluster", TEXT_OR_NULL, "Cluster", then=readers.TEXTS, required=(38, 45)),
        Row("id", "id", NUMBER_32, "Id", required=(38, 38)),
        Row(
            "name",
            "name",
            TEXT,
            "Name, with an asterisk where it is used for want of another",
            required=(38, 45),
        ),
        Row("user", "user", TEXT_OR_NULL, "User", then=readers.TEXTS, required=(38, 45)),
        Row(
            "flags",
            "flags",
            derived("deleted_or_default", "array"),
            "Whether it is deleted, or the user's default",
            then={39: flags(FLAGS)},
            uses=("is_def",),
        ),
    ),
    skip={"uid": "told by the user's name"},
    parser="WCKEY",
)
