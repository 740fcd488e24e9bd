# SPDX-License-Identifier: GPL-2.0-or-later
"""Users: ``slurmdb_user_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import NUMBER, TEXT, Name, Names, Row, Table, choice, choices, flags, listed

LEVELS = Names(
    "administrator_levels",
    (
        Name("SLURMDB_ADMIN_NOTSET", "Not Set"),
        Name("SLURMDB_ADMIN_NONE", "None"),
        Name("SLURMDB_ADMIN_OPERATOR", "Operator"),
        Name("SLURMDB_ADMIN_SUPER_USER", "Administrator"),
    ),
)
FLAGS_38 = Names("user_flags_38", (Name("SLURMDB_USER_FLAG_DELETED", "DELETED"),), bits=True)
FLAGS = Names(
    "user_flags",
    (
        Name("SLURMDB_USER_FLAG_NONE", "NONE"),
        Name("SLURMDB_USER_FLAG_DELETED", "DELETED", "SLURMDB_USER_FLAG_DELETED"),
    ),
)

USER = Table(
    "slurmdb_user_rec_t",
    (
        Row("administrator_level", "admin_level", choice(LEVELS), "Rights in slurmdbd", then={39: choices(LEVELS)}),
        Row("associations", "assoc_list", listed("association_short"), "Their associations"),
        Row("coordinators", "coord_accts", listed("slurmdb_coord_rec_t"), "Accounts that they may manage"),
        Row("default/qos", "def_qos_id", NUMBER, "Id of the QOS of jobs that ask for none", since=44, release="25.11"),
        Row("default/account", "default_acct", TEXT, "Account of jobs that ask for none"),
        Row("default/wckey", "default_wckey", TEXT, "Wckey of jobs that ask for none"),
        Row("flags", "flags", flags(FLAGS_38), "Whether they are deleted", since=38, then={39: flags(FLAGS)}),
        Row("name", "name", TEXT, "Name"),
        Row("old_name", "old_name", TEXT, "Name that a change takes away", since=39),
        Row("wckeys", "wckey_list", listed("slurmdb_wckey_rec_t"), "Their wckeys", since=39),
    ),
    skip={
        "bf_usage": "filled in by slurmctld alone",
        "uid": "told by the name",
    },
    parser="USER",
)
