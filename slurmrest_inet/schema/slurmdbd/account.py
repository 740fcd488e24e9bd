# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts: ``slurmdb_account_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.model import TEXT_OR_NULL, Name, Names, Row, Table, both, flags
from slurmrest_inet.schema.readers import listed

from . import readers
from .association import ASSOCIATION_SHORT
from .coordinator import COORDINATOR

FLAGS = Names(
    "account_flags",
    (
        Name("SLURMDB_ACCT_FLAG_DELETED", "DELETED"),
        Name("SLURMDB_ACCT_FLAG_WASSOC", "WithAssociations", since=41),
        Name("SLURMDB_ACCT_FLAG_WCOORD", "WithCoordinators", since=41),
        Name("SLURMDB_ACCT_FLAG_USER_COORD_NO", "NoUsersAreCoords", since=41),
        Name("SLURMDB_ACCT_FLAG_USER_COORD", "UsersAreCoords", since=41),
    ),
    bits=True,
)

ACCOUNT = Table(
    "slurmdb_account_rec_t",
    both(
        Row("associations", "assoc_list", listed(ASSOCIATION_SHORT), "Its associations"),
        Row("coordinators", "coordinators", listed(COORDINATOR), "Users who may manage it"),
        Row("description", "description", TEXT_OR_NULL, "What it is for", then=readers.TEXTS, required=(39, 45)),
        Row("name", "name", TEXT_OR_NULL, "Name", then=readers.TEXTS, required=(39, 45)),
        Row("organization", "organization", TEXT_OR_NULL, "Whose it is", then=readers.TEXTS, required=(39, 45)),
        Row("flags", "flags", flags(FLAGS), "Whether it is deleted, and what it lets its users do"),
    ),
    skip={},
    parser="ACCOUNT",
)
