# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts or users with their associations, put together of the calls that releases before 23.11 have.

Rule 1: what is there stays as it is; what is added, and the text that says so, are as slurmdbd of later releases has
        them (seen on 24.11 and 25.11).
Rule 2: everything is in the one transaction of the request, and what slurmdbd says it added, and did not, is an error.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import code_of
from slurmrest_inet.api.slurmdbd.asking import Asker, Condition
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.slurmdbd.account import ACCOUNT
from slurmrest_inet.schema.slurmdbd.association import ASSOCIATION
from slurmrest_inet.schema.slurmdbd.user import USER
from slurmrest_inet.schema.slurmdbd.wckey import WCKEY
from slurmrest_inet.slurm.library import SlurmError, lib, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from slurmrest_inet.schema.reading import Members

    Place = tuple[str, str, str, str]
    """Cluster, account, user and partition of an association, each empty where it has none."""

_NO_CHANGE: int = lib.SLURM_NO_CHANGE_IN_DATA
_DENIED: int = lib.ESLURM_ACCESS_DENIED
_NO_PARENT: int = lib.ESLURM_INVALID_PARENT_ACCOUNT
_NO_CLUSTER: int = lib.ESLURM_INVALID_CLUSTER_NAME
_ROOT = "root"

_LEVELS = {
    "SLURMDB_ADMIN_NONE": "None",
    "SLURMDB_ADMIN_OPERATOR": "Operator",
    "SLURMDB_ADMIN_SUPER_USER": "Administrator",
}


class _Wanted(NamedTuple):
    """What a request names; none of clusters are all of them."""

    accounts: list[str]
    clusters: list[str]
    users: list[str]
    partitions: list[str]
    wckeys: list[str]
    association: Members


def _wanted(condition: Members) -> _Wanted:
    lists = ("acct_list", "cluster_list", "user_list", "partition_list", "wckey_list")
    inner: Any = condition.get("assoc")
    accounts, clusters, users, partitions, wckeys = (_unique(condition.get(name) or ()) for name in lists)
    return _Wanted(accounts, clusters, users, partitions, wckeys, {} if inner is None else inner.members)


def _unique(names: Any) -> list[str]:
    return list(dict.fromkeys(str(name) for name in names))


def add(asker: Asker, part: str, condition: Members, each: Members) -> tuple[str, int]:
    """Add all that is named; return what there is to say of it, and Slurm's code. Raises SlurmError, MissingError."""
    wanted, there = _wanted(condition), _clusters(asker)
    missing = [name for name in wanted.clusters if name.lower() not in there]
    if part == "account" and not wanted.accounts:
        return "", code_of("ESLURM_EMPTY_LIST")
    if part == "account" and missing:
        then = "please contact your admin before adding accounts to it"
        return f"Cluster '{missing[0]}' has not been added yet, {then}", _NO_CLUSTER
    named = [there[name.lower()] for name in wanted.clusters if name not in missing]
    wanted = wanted._replace(clusters=named if wanted.clusters else list(there.values()))
    if not wanted.clusters:
        return "", _NO_CHANGE
    try:
        return _add_accounts(asker, wanted, each) if part == "account" else _add_users(asker, wanted, each)
    except SlurmError as error:
        if _DENIED not in (error.code, error.errno):
            raise
        return "Only admins/operators/coordinators can add accounts", _DENIED


def _clusters(asker: Asker) -> dict[str, str]:
    """Return the names of all clusters by themselves in lower case."""
    every = Condition("slurmdb_cluster_cond_t", {}, begin="slurmdb_init_cluster_cond")
    with asker.get("slurmdb_clusters_get", "slurmdb_cluster_rec_t", every) as found:
        return {name_of(one.name).lower(): name_of(one.name) for one in found}


def _associations(asker: Asker, **lists: list[str]) -> set[Place]:
    """Return the places of what there is, in lower case."""
    condition = Condition("slurmdb_assoc_cond_t", dict(lists))
    with asker.get("slurmdb_associations_get", "slurmdb_assoc_rec_t", condition) as found:
        return {_lower((one.cluster, one.acct, one.user, one.partition)) for one in found}


def _lower(parts: Iterable[Any]) -> Place:
    cluster, account, user, partition = ((part if isinstance(part, str) else name_of(part)).lower() for part in parts)
    return cluster, account, user, partition


def _add_accounts(asker: Asker, wanted: _Wanted, each: Members) -> tuple[str, int]:
    parent = str(wanted.association.get("parent_acct") or _ROOT)
    there = _associations(asker, cluster_list=wanted.clusters, acct_list=[*wanted.accounts, parent], user_list=[""])
    for cluster in wanted.clusters:
        if _lower((cluster, parent, "", "")) not in there:
            return f"No parent account '{parent}' on cluster '{cluster}'", _NO_PARENT
    new = _new(asker, "account", wanted.accounts)
    places = [(cluster, account, "", "") for cluster in wanted.clusters for account in wanted.accounts]
    missing = [place for place in places if _lower(place) not in there]
    if not new and not missing:
        return "", _NO_CHANGE
    records: list[Members] = [
        {
            "name": name,
            "description": each.get("description") or name,
            "organization": each.get("organization") or (name if parent == _ROOT else parent),
        }
        for name in new
    ]
    if records:
        asker.add("slurmdb_accounts_add", records, ACCOUNT)
    _add_associations(asker, [({**wanted.association, "parent_acct": parent}, place) for place in missing])
    said = []
    if new:
        settings = {
            "Description     ": each.get("description") or "Account Name",
            "Organization    ": each.get("organization") or "Parent/Account Name",
        }
        said = [" Adding Account(s)", *(f"  {name}" for name in new), " Settings", *_settings(settings)]
    return _lines([*said, *_said_of_accounts(places, missing)]), 0


def _said_of_accounts(places: list[Place], missing: list[Place]) -> list[str]:
    """Return what there is to say of associations; a heading only stands before anything else."""
    said: list[str] = []
    for place in places:
        cluster, account, *_ = place
        if place not in missing:
            said.append(f"Already existing account {account} on cluster {cluster}")
            continue
        if not said:
            said.append(" Associations =")
        said.append(f"  C = {_cell(cluster, 10)} A = {_cell(account, 20)}")
    return said


def _add_users(asker: Asker, wanted: _Wanted, each: Members) -> tuple[str, int]:
    there = _associations(asker, cluster_list=wanted.clusters, acct_list=wanted.accounts) if wanted.accounts else set()
    new = _new(asker, "user", wanted.users)
    missing = [
        (cluster, account, user, partition)
        for cluster in wanted.clusters
        for account in wanted.accounts
        for user in wanted.users
        for partition in wanted.partitions or [""]
        if _lower((cluster, account, "", "")) in there and _lower((cluster, account, user, partition)) not in there
    ]
    wckeys = _missing_wckeys(asker, wanted)
    if not missing and not wckeys:
        return "", _NO_CHANGE
    records: list[Members] = [{**each, "name": name} for name in new]
    if records:
        asker.add("slurmdb_users_add", records, USER)
    default = str(each.get("default_acct") or (wanted.accounts or [""])[0]).lower()
    added: list[tuple[Members, Place]] = []
    for place in missing:
        is_default = place[1].lower() == default and (place[2] in new or bool(each.get("default_acct")))
        added.append(({**wanted.association, **({"is_def": 1} if is_default else {})}, place))
    _add_associations(asker, added)
    _add_wckeys(asker, wckeys, str(each.get("default_wckey") or (wanted.wckeys or [""])[0]))
    return _lines(_said_of_users(new, each, missing, wckeys)), 0


def _said_of_users(
    new: list[str], each: Members, missing: list[Place], wckeys: list[tuple[str, str, str]]
) -> list[str]:
    said = []
    if new:
        settings = {
            "Default Account ": each.get("default_acct"),
            "Default WCKey   ": each.get("default_wckey"),
            "Admin Level     ": _LEVELS.get(str(each.get("admin_level"))),
        }
        said = [" Adding User(s)", *(f"  {name}" for name in new), " Settings", *_settings(settings)]
    if missing:
        said.append(" Associations =")
    for cluster, account, user, partition in missing:
        line = f"  C = {_cell(cluster, 10)} A = {_cell(account, 20)} U = {_cell(user, 9)}"
        said.append(f"{line} P = {partition}" if partition else line)
    if wckeys:
        said.append(" Wckey(s)")
    for cluster, name, user in wckeys:
        said.append(f"  C = {_cell(cluster, 10)} W = {_cell(name, 10)} U = {_cell(user, 9)}")
    return said


def _cell(text: str, width: int) -> str:
    """Return a text in a column of so many bytes, as printf(3) writes it."""
    kept = text.encode("utf-8", "surrogateescape")[:width]
    return kept.decode("utf-8", "ignore") + " " * (width - len(kept))


def _settings(settings: dict[str, Any]) -> Iterable[str]:
    return (f"  {name}= {value}" for name, value in settings.items() if value)


def _lines(said: list[str]) -> str:
    return "".join(f"{line}\n" for line in said)


def _new(asker: Asker, what: str, names: list[str]) -> list[str]:
    """Return which accounts or users slurmdbd does not know."""
    lists: Members = {"acct_list" if what == "account" else "user_list": names}
    named = Record("slurmdb_assoc_cond_t", lists, {})
    condition = Condition(f"slurmdb_{what}_cond_t", {"assoc_cond": named})
    with asker.get(f"slurmdb_{what}s_get", f"slurmdb_{what}_rec_t", condition) as found:
        known = {name_of(one.name).lower() for one in found}
    return [name for name in names if name.lower() not in known]


_ADD = "slurmdb_associations_add"


def _add_associations(asker: Asker, added: list[tuple[Members, Place]]) -> None:
    """Add associations with these members at these places."""
    if not added:
        return
    records: list[Members] = []
    for members, place in added:
        parts = zip(("cluster", "acct", "user", "partition"), place)
        records.append({**members, **{name: part for name, part in parts if part}})
    asker.add(_ADD, records, ASSOCIATION, "slurmdb_init_assoc_rec")
    there = _associations(asker, acct_list=_unique(place[1] for _, place in added))
    if any(_lower(place) not in there for _, place in added):
        raise SlurmError(-1, -1)


def _missing_wckeys(asker: Asker, wanted: _Wanted) -> list[tuple[str, str, str]]:
    """Return cluster, name and user of the wckeys that are not there."""
    if not wanted.wckeys:
        return []
    condition = Condition("slurmdb_wckey_cond_t", {"name_list": wanted.wckeys, "user_list": wanted.users})
    with asker.get("slurmdb_wckeys_get", "slurmdb_wckey_rec_t", condition) as found:
        parts = ((one.cluster, one.name, one.user) for one in found)
        there = {tuple(name_of(part).lower() for part in one) for one in parts}
    return [
        (cluster, name, user)
        for cluster in wanted.clusters
        for name in wanted.wckeys
        for user in wanted.users
        if (cluster.lower(), name.lower(), user.lower()) not in there
    ]


def _add_wckeys(asker: Asker, missing: list[tuple[str, str, str]], default: str) -> None:
    if missing:
        made: list[Members] = [
            {"cluster": cluster, "name": name, "user": user, "is_def": int(name == default)}
            for cluster, name, user in missing
        ]
        asker.add("slurmdb_wckeys_add", made, WCKEY, "slurmdb_init_wckey_rec")
