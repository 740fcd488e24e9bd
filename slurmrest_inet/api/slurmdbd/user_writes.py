# SPDX-License-Identifier: GPL-2.0-or-later
"""Users that are added, changed, renamed and removed.

Rule 1: up to v0.0.38 all users are added at once, and then made the coordinators that they are told to be; later each
        is added or changed.
Rule 2: from v0.0.39 on associations and coordinators have operations of their own; those in a body are warned of and
        left alone.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY, code_of
from slurmrest_inet.api.slurmdbd import asking, coordinators, removal, writing
from slurmrest_inet.api.slurmdbd.asking import Asker, Condition
from slurmrest_inet.api.slurmdbd.users import NAME
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.slurmdbd import bodies as whole
from slurmrest_inet.schema.slurmdbd.user import USER
from slurmrest_inet.slurm import calls, database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import lib, name_of

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

_SOURCE = "_foreach_update_user"
BODY = writing.Body(
    "users",
    USER,
    whole.USERS,
    {39: _SOURCE},
    "each user entry must be a dictionary",
    reader="_update_users",
    absent={36: "ignoring empty or non-existant users array"},
    must=True,
    refused=INVALID_QUERY,
    entry_code=lib.ESLURM_NOT_SUPPORTED,
)

_STRUCT = "slurmdb_user_rec_t"
_GET, _ADD, _MODIFY = (f"slurmdb_users_{verb}" for verb in ("get", "add", "modify"))
_DELETED = "SLURMDB_USER_FLAG_DELETED"
_AMBIGUOUS = code_of("ESLURM_DATA_AMBIGUOUS_MODIFY")


def update(call: Call) -> Answer:
    """POST users."""
    return asking.store(call, BODY, store, _ADD)


def store(asker: Asker, records: list[Record]) -> None:
    """Add or change users."""
    asker.call.at({36: _add_all, 39: _store_each})(asker, [record.members for record in records])


def _add_all(asker: Asker, wanted: list[Members]) -> None:
    managed: list[tuple[str, list[str]]] = []
    for members in wanted:
        told: Any = members.get("coord_accts", [])
        accounts = [str(one.members["name"]) for one in told if one.members.get("direct")]
        if accounts:
            managed.append((str(members.get("name")), accounts))
    asker.add(_ADD, wanted, USER)
    for name, accounts in managed:
        coordinators.add(asker, accounts, name)


def _store_each(asker: Asker, wanted: list[Members]) -> None:
    for members in wanted:
        name, before = str(members["name"]), members.pop("old_name", None) or None
        _leave(asker, name, members)
        condition = _renamed(asker, str(before), name) if before else _named(name)
        with asker.get(_GET, _STRUCT, condition) as found:
            there = list(found)
            if len(there) > 1:
                asker.report.error(_AMBIGUOUS, _SOURCE, "ambiguous user modify request")
                raise writing.RefusedError
            asker.call.at(_DEFAULTS)(asker, name, members, there)
        if not there:
            asker.add(_ADD, [members], USER)
        else:
            with Struct(_STRUCT, USER) as record:
                record.fill(members)
                asker.change(_MODIFY, condition, record)


def _named(name: str) -> Condition:
    named = Record("slurmdb_assoc_cond_t", {"user_list": [name]}, {})
    return Condition("slurmdb_user_cond_t", {"assoc_cond": named, "with_assocs": 1})


def _renamed(asker: Asker, before: str, name: str) -> Condition:
    """Return the condition of a user who is to have another name."""
    with asker.get(_GET, _STRUCT, _named(before)) as found:
        if not found:
            sentence = f"Unable to rename non-existant user {before} to {name}"
            asker.report.error(lib.ESLURM_USER_ID_MISSING, _SOURCE, sentence)
            raise writing.RefusedError
    with asker.get(_GET, _STRUCT, _named(name)) as found:
        if found:
            asker.report.error(_AMBIGUOUS, _SOURCE, f"Unable to rename user {before} to existing {name}")
            raise writing.RefusedError
    return _named(before)


def _leave(asker: Asker, name: str, members: Members) -> None:
    """Warn of what has other operations, and leave it out."""
    if members.pop("assoc_list", None):
        sentence = f"User {name} associations list ignored. They must be set via the associations end point."
        asker.report.warning(_SOURCE, sentence)
    if members.pop("coord_accts", None):
        what = f"User {name} coordinators list ignored."
        asker.report.warning(_SOURCE, f"{what} They must be set via the coordinators or accounts end point.")
    flags = members.get("flags")
    if isinstance(flags, tuple) and _DELETED in flags:
        asker.report.warning(_SOURCE, "Ignoring request to set flag: DELETED")
        members["flags"] = tuple(flag for flag in flags if flag != _DELETED)


def _only_what_is_there(asker: Asker, name: str, members: Members, there: list[Any]) -> None:
    """Leave a default account out that the user does not have."""
    account = members.get("default_acct")
    if not account:
        return
    has = {name_of(one.acct).lower() for user in there for one in database.List(user.assoc_list, "slurmdb_assoc_rec_t")}
    if str(account).lower() in has:
        return
    del members["default_acct"]
    what = "this account already" if has else "accounts already"
    ignored = f"User {name} default account of {account} was ignored."
    asker.report.warning(_SOURCE, f"{ignored} It can only be set if the user has {what} associated.")


def _wckey_of_default(_asker: Asker, name: str, members: Members, _there: list[Any]) -> None:
    """Add a default wckey to the user's wckeys, on this cluster, unless it is there."""
    default = members.get("default_wckey")
    if not default:
        return
    listed: Any = members.setdefault("wckey_list", [])
    for one in listed:
        one.members["is_def"] = int(one.members.get("name") == default)
    if not any(one.members["is_def"] for one in listed):
        cluster = calls.configuration()[0]
        made: Members = {"name": str(default), "user": name, "cluster": cluster, "is_def": 1}
        listed.append(Record("slurmdb_wckey_rec_t", made, {}))


_DEFAULTS = {39: _only_what_is_there, 40: _wckey_of_default}


_REMOVAL = removal.Removal(
    {36: "removed_users"},
    "slurmdb_users_remove",
    "slurmdb_user_cond_t",
    "_delete_user",
    keeps={36: False, 39: True, 40: False},
)


def remove(call: Call) -> Answer:
    """DELETE user/{user_name}, {name} from v0.0.40 on."""
    named = Record("slurmdb_assoc_cond_t", {"user_list": [call.parameters[call.at(NAME)]]}, {})
    return removal.answer(call, _REMOVAL, {"assoc_cond": named})
