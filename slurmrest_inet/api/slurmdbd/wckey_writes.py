# SPDX-License-Identifier: GPL-2.0-or-later
"""Wckeys that are added and removed."""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.slurmdbd import asking, removal, writing
from slurmrest_inet.api.slurmdbd.wckeys import NAME
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd import bodies as whole
from slurmrest_inet.schema.slurmdbd.wckey import WCKEY

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.slurmdbd.asking import Asker
    from slurmrest_inet.schema.reading import Record

BODY = writing.Body(
    "wckeys",
    WCKEY,
    whole.WCKEYS,
    {39: "_update_wckeys", 40: "update_wckeys"},
    "each wckey entry must be a dictionary",
    absent={
        36: "ignoring empty or non-existant wckeys array for update",
        43: "ignoring empty or non-existent wckeys array for update",
    },
    must=True,
    empty="_update_wckeys",
    refused=INVALID_QUERY,
)

_ADD = "slurmdb_wckeys_add"


def update(call: Call) -> Answer:
    """POST wckeys."""
    return asking.store(call, BODY, store, _ADD)


def store(asker: Asker, records: list[Record]) -> None:
    """Add wckeys; those that are there stay."""
    asker.add(_ADD, [record.members for record in records], WCKEY, "slurmdb_init_wckey_rec")


_REMOVAL = removal.Removal(
    {36: "deleted_wckeys"},
    "slurmdb_wckeys_remove",
    "slurmdb_wckey_cond_t",
    "_delete_wckey",
    keeps={36: True},
    unchanged={36: False},
)


def remove(call: Call) -> Answer:
    """DELETE wckey/{wckey}, {id} from v0.0.40 on: those of that name, of all users and clusters."""
    return removal.answer(call, _REMOVAL, {"name_list": [call.parameters[call.at(NAME)]]})
