# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts that are added, changed and removed, with their coordinators.

Rule 1: up to v0.0.38 all accounts are added at once, and slurmdbd changes those that are there; later each is added or
        changed, and its coordinators become those that it is told with.
Rule 2: associations have an operation of their own; those in a body are warned of and left alone.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.slurmdbd import asking, coordinators, removal, writing
from slurmrest_inet.api.slurmdbd.asking import Asker, Condition
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.slurmdbd import bodies as whole
from slurmrest_inet.schema.slurmdbd.account import ACCOUNT
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import ffi, name_of

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

BODY = writing.Body(
    "accounts",
    ACCOUNT,
    whole.ACCOUNTS,
    {39: "_foreach_update_acct"},
    "each account entry must be a dictionary",
    reader="_update_accts",
    absent={36: None},
    refused=INVALID_QUERY,
)

_STRUCT = "slurmdb_account_rec_t"
_GET, _ADD, _MODIFY = (f"slurmdb_accounts_{verb}" for verb in ("get", "add", "modify"))
_DELETED = "SLURMDB_ACCT_FLAG_DELETED"


def update(call: Call) -> Answer:
    """POST accounts."""
    return asking.store(call, BODY, store, _ADD)


def store(asker: Asker, records: list[Record]) -> None:
    """Add or change accounts."""
    asker.call.at({36: _add_all, 39: _store_each})(asker, [record.members for record in records])


_COMPLETES = {36: False, 38: True}
"""Whether a name stands in for what is not told of an account."""


def _add_all(asker: Asker, wanted: list[Members]) -> None:
    for members in wanted if asker.call.at(_COMPLETES) else ():
        for part in ("organization", "description"):
            members.setdefault(part, members.get("name", ""))
    asker.add(_ADD, wanted, ACCOUNT)


def _store_each(asker: Asker, wanted: list[Members]) -> None:
    for members in wanted:
        if members.pop("assoc_list", None):
            sentence = "Account associations ignored. They must be set via the associations end point."
            asker.report.warning("_foreach_update_acct", sentence)
        flags = members.get("flags")
        if isinstance(flags, tuple) and _DELETED in flags:
            asker.report.warning("_foreach_update_acct", "Ignoring request to set flag: DELETED")
            members["flags"] = tuple(flag for flag in flags if flag != _DELETED)
        managed = members.pop("coordinators", None)
        name = str(members["name"])
        condition = Condition("slurmdb_account_cond_t", _named(name))
        with asker.get(_GET, _STRUCT, condition) as found:
            before = list(found)
            if len(before) > 1:
                code = code_of("ESLURM_DATA_AMBIGUOUS_MODIFY")
                asker.report.error(code, "_foreach_update_acct", "ambiguous account modify request")
                raise writing.RefusedError
            if not before:
                asker.add(_ADD, [members], ACCOUNT)
            else:
                with Struct(_STRUCT, ACCOUNT) as record:
                    record.fill(members)
                    asker.change(_MODIFY, condition, record)
            _coordinate(asker, name, managed, before[0].coordinators if before else ffi.NULL)


def _named(name: str) -> Members:
    return {"assoc_cond": Record("slurmdb_assoc_cond_t", {"acct_list": [name]}, {}), "with_coords": 1}


def _coordinate(asker: Asker, account: str, wanted: Any, before: Any) -> None:
    """Let an account have these coordinators (None: those that it has) instead of those before."""
    if wanted is None:
        return
    names = {str(record.members["name"]).lower(): str(record.members["name"]) for record in wanted}
    there = {name_of(one.name).lower(): one for one in database.List(before, "slurmdb_coord_rec_t")}
    for key, name in names.items():
        if key not in there:
            coordinators.add(asker, [account], name)
    for key, one in there.items():
        if one.direct and key not in names:
            coordinators.remove(asker, account, name_of(one.name))


_REMOVAL = removal.Removal(
    {36: "removed_associations", 39: "removed_accounts"},
    "slurmdb_accounts_remove",
    "slurmdb_account_cond_t",
    "_delete_account",
    forgives={36: True, 39: False},
)


def remove(call: Call) -> Answer:
    """DELETE account/{account_name}."""
    named = Record("slurmdb_assoc_cond_t", {"acct_list": [call.parameters["account_name"]]}, {})
    return removal.answer(call, _REMOVAL, {"assoc_cond": named})
