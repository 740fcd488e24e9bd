# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations that are added, changed and removed.

Rule 1: an association is the one of its account, cluster, user and partition; what is there is changed, what is not is
        added, in the order of the body.
Rule 2: slurmdbd is asked once for all that a body names, and told at once of all that it adds, as far as their order
        allows: a body may have thousands.
Rule 3: what slurmdbd says it added, and did not, is an error.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY, UNANSWERED, code_of
from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmdbd import asking, removal, writing
from slurmrest_inet.api.slurmdbd.asking import Asker, Condition
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd import bodies as whole
from slurmrest_inet.schema.slurmdbd.association import ASSOCIATION
from slurmrest_inet.slurm import associations
from slurmrest_inet.slurm.library import name_of

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members, Record
    from slurmrest_inet.slurm.database import List

    Key = tuple[str, str, str, str]

BODY = writing.Body(
    "associations",
    ASSOCIATION,
    whole.ASSOCIATIONS,
    {39: "_foreach_update_assoc"},
    "Associations must be a list of dictionaries",
    reader="_update_associations",
    absent={36: "ignoring empty or non-existant associations array"},
    refused=INVALID_QUERY,
)

_PARTS = {"acct": "acct_list", "cluster": "cluster_list", "user": "user_list", "partition": "partition_list"}
_GET, _ADD, _MODIFY = (f"slurmdb_associations_{verb}" for verb in ("get", "add", "modify"))


def update(call: Call) -> Answer:
    """POST associations."""
    answer = asking.store(call, BODY, store, _GET, names=True)
    if answer.code and answer.code not in UNANSWERED and call.at(_BLAMES):
        answer = answer._replace(code=INVALID_QUERY)
    return answer


_BLAMES = {36: False, 38: True, 39: False}
"""Whether the client is at fault, whatever slurmdbd says."""


def store(asker: Asker, records: list[Record]) -> None:
    """Add or change associations."""
    wanted = [record.members for record in records]
    with _there(asker, wanted) as found:
        before: dict[Key, list[Any]] = {}
        for one in found:
            before.setdefault(_key_of(one), []).append(one)
        added: dict[Key, Members] = {}
        for members in wanted:
            key = identity(members)
            if key in added:
                _add(asker, added)
                with _there(asker, [members]) as again:
                    _change(asker, members, list(again))
            elif key in before:
                _add(asker, added)
                _change(asker, members, before[key])
            else:
                added[key] = members
        _add(asker, added)


def _there(asker: Asker, wanted: list[Members]) -> List:
    """Return what there is of associations; a part that was not given is asked for as an empty one."""
    lists = {name: sorted({str(members.get(part) or "") for members in wanted}) for part, name in _PARTS.items()}
    return asker.get(_GET, associations.STRUCT, Condition("slurmdb_assoc_cond_t", dict(lists)))


def identity(members: Members) -> Key:
    """Return what tells an association from others: account, cluster, user, partition."""
    account, cluster, user, partition = (str(members.get(part) or "").lower() for part in _PARTS)
    return account, cluster, user, partition


def _key_of(record: Any) -> Key:
    parts = (getattr(record, part) for part in _PARTS)
    account, cluster, user, partition = (name_of(part).lower() for part in parts)
    return account, cluster, user, partition


def _add(asker: Asker, added: dict[Key, Members]) -> None:
    if not added:
        return
    asker.add(_ADD, added.values(), ASSOCIATION, "slurmdb_init_assoc_rec")
    with _there(asker, list(added.values())) as found:
        there = {_key_of(one) for one in found}
    for key in added:
        if key not in there:
            account, cluster, user, partition = key
            text = f"nothing was added for account={account} cluster={cluster} partition={partition} user={user}"
            asker.report.error(-1, _ADD, text)
    added.clear()
    if asker.report.code:
        raise writing.RefusedError


_AMBIGUOUS_MODIFY = code_of("ESLURM_DATA_AMBIGUOUS_MODIFY")
_AMBIGUOUS = {
    36: Fault(_GET, "ambiguous modify request", INVALID_QUERY),
    39: Fault("_foreach_update_assoc", "ambiguous association modify request", _AMBIGUOUS_MODIFY),
}


def _change(asker: Asker, members: Members, before: list[Any]) -> None:
    if len(before) > 1:
        asker.report.fault(asker.call.at(_AMBIGUOUS), 0)
        raise writing.RefusedError
    condition: Members = {name: [str(members.get(part) or "")] for part, name in _PARTS.items()}
    changed = associations.Changed(before[0], members)
    try:
        asker.change(_MODIFY, Condition("slurmdb_assoc_cond_t", condition), changed.struct)
    finally:
        changed.close()


_TOO_MANY = "ambiguous request: More than 1 association would have been deleted."
_ALL = removal.Removal(
    {36: "removed_associations"},
    "slurmdb_associations_remove",
    "slurmdb_assoc_cond_t",
    "_delete_assoc",
    keeps={36: False, 39: True, 40: False},
    query="ASSOCIATIONS",
    failed={36: None, 39: Fault("_delete_assoc", "remove associations failed")},
    unchanged={36: False, 38: True},
)
_ONE = _ALL._replace(
    ambiguous={
        36: Fault("", _TOO_MANY, code=INVALID_QUERY),
        39: Fault("_delete_assoc", _TOO_MANY, _AMBIGUOUS_MODIFY),
    }
)


def remove_all(call: Call) -> Answer:
    """DELETE associations: all that the query names."""
    return removal.answer(call, _ALL)


def remove(call: Call) -> Answer:
    """DELETE association: the one that the query names."""
    return removal.answer(call, _ONE)
