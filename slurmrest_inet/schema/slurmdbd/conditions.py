# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd's conditions have as a member in some releases and as a bit of their flag word in later ones.

Rule 1: a condition is filled by the name of the member in all releases; what stands for it, its table here says.
Rule 2: nothing here knows a parameter (queries.py), so that who asks for nothing reads no table of them.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import BOOLEAN, IN, Row, Source, Table, bit

_BITS = {
    "slurmdb_account_cond_t": {
        "with_assocs": "SLURMDB_ACCT_FLAG_WASSOC",
        "with_coords": "SLURMDB_ACCT_FLAG_WCOORD",
        "with_deleted": "SLURMDB_ACCT_FLAG_DELETED",
        "users_no_coords": "SLURMDB_ACCT_FLAG_USER_COORD_NO",
        "users_are_coords": "SLURMDB_ACCT_FLAG_USER_COORD",
    },
    "slurmdb_assoc_cond_t": {
        "with_usage": "ASSOC_COND_FLAG_WITH_USAGE",
        "with_deleted": "ASSOC_COND_FLAG_WITH_DELETED",
        "only_defs": "ASSOC_COND_FLAG_ONLY_DEFS",
        "with_raw_qos": "ASSOC_COND_FLAG_RAW_QOS",
        "with_sub_accts": "ASSOC_COND_FLAG_SUB_ACCTS",
        "without_parent_info": "ASSOC_COND_FLAG_WOPI",
        "without_parent_limits": "ASSOC_COND_FLAG_WOPL",
    },
    "slurmdb_qos_cond_t": {"with_deleted": "QOS_COND_FLAG_WITH_DELETED"},
}


def stand_ins(struct: str, member: str) -> tuple[str | Source, ...]:
    """Return a member of a condition, and the bit that it is in releases without it."""
    return member, Source("flags", bit(_BITS[struct][member]))


TABLES = {
    struct: Table(struct, tuple(Row(name, stand_ins(struct, name), BOOLEAN, name, way=IN) for name in members), skip={})
    for struct, members in _BITS.items()
}
"""What `fill.Struct` is given, by the C type."""
