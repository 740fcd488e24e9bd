# SPDX-License-Identifier: GPL-2.0-or-later
"""Users: ``slurmdb_user_rec_t``."""

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
    choice,
    choices,
    flags,
)
from slurmrest_inet.schema.readers import listed

from . import readers
from .association import ASSOCIATION_SHORT
from .coordinator import COORDINATOR
from .names import ADMIN_LEVELS
from .wckey import WCKEY

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
    both(
        Row(
            "administrator_level",
            "admin_level",
            choice(ADMIN_LEVELS),
            "Rights in slurmdbd",
            then={39: choices(ADMIN_LEVELS)},
        ),
        Row("associations", "assoc_list", listed(ASSOCIATION_SHORT), "Their associations"),
        Row("coordinators", "coord_accts", listed(COORDINATOR), "Accounts that they may manage"),
        Row(
            "default/qos",
            "def_qos_id",
            NUMBER_32._replace(read=readers.id_or_none),
            "Id of the QOS of jobs that ask for none",
            since=44,
            release="25.11",
        ),
        Row("default/account", "default_acct", TEXT_OR_NULL, "Account of jobs that ask for none", then=readers.TEXTS),
        Row("default/wckey", "default_wckey", TEXT_OR_NULL, "Wckey of jobs that ask for none", then=readers.TEXTS),
        Row("flags", "flags", flags(FLAGS_38), "Whether they are deleted", since=38, then={39: flags(FLAGS)}),
        Row("name", "name", TEXT_OR_NULL, "Name", then=readers.TEXTS, required=(38, 45)),
        Row("old_name", "old_name", TEXT, "Name that a change takes away", since=39),
        Row("wckeys", "wckey_list", listed(WCKEY), "Their wckeys", since=39),
    ),
    skip={
        "bf_usage": "filled in by slurmctld alone",
        "uid": "told by the name",
    },
    parser="USER",
)
