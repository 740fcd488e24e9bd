# SPDX-License-Identifier: GPL-2.0-or-later
"""Workload characterisation keys: ``slurmdb_wckey_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import NUMBER, TEXT, Name, Names, Row, Table, derived, flags, listed

FLAGS = Names("wckey_flags", (Name("SLURMDB_WCKEY_FLAG_DELETED", "DELETED"),), bits=True)

WCKEY = Table(
    "slurmdb_wckey_rec_t",
    (
        Row("accounts", "accounting_list", listed("slurmdb_accounting_rec_t"), "What was used with it", until=38),
        Row("accounting", "accounting_list", listed("slurmdb_accounting_rec_t"), "What was used with it", since=39),
        Row("cluster", "cluster", TEXT, "Cluster"),
        Row("id", "id", NUMBER, "Id"),
        Row("name", "name", TEXT, "Name, with an asterisk where it is used for want of another"),
        Row("user", "user", TEXT, "User"),
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
