# SPDX-License-Identifier: GPL-2.0-or-later
"""QOSes of a body that another database has told, and what names them there, with the ids that they have in this one.

Rule 1: a QOS is the one of its name. What names it in the same body is read before it is there, with an id of nobody's
        (`Known.pending`), which is never sent to slurmdbd.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import code_of
from slurmrest_inet.api.slurmdbd import qos_writes
from slurmrest_inet.api.slurmdbd.asking import Condition
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd.qos import QOS
from slurmrest_inet.slurm.library import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slurmrest_inet.api.slurmdbd.asking import Asker
    from slurmrest_inet.schema.reading import Members, Record
    from slurmrest_inet.schema.slurmdbd.known import Known

    Parts = dict[str, list[Record]]


def store(asker: Asker, parts: Parts, known: Known) -> None:
    """Add or change the QOSes of a body, and let all of it name them by the ids that they have here.

    The report has what went wrong. Raises SlurmError, MissingError.
    """
    found = parts["qos"]
    for one in found:
        if _name(one):
            one.members.pop("id", None)
    added = {name.lower() for name in known.pending.values()}
    # A QOS may name one that comes behind it.
    qos_writes.put(asker.kept, asker.report, [_unnaming(one) for one in found if _name(one) in added])
    if asker.report.code:
        return
    here = _ids(asker) if added else {}
    for name in added - here.keys():
        asker.report.error(code_of("ESLURM_INVALID_QOS"), "slurmdb_qos_add", f"Unable to resolve QOS: {name}")
    _renumber(
        (one.members for records in parts.values() for one in records),
        {id_: here.get(name.lower(), 0) for id_, name in known.pending.items()},
    )
    if not asker.report.code:
        rest = [one for one in found if _name(one) not in added or one.members.get("preempt_list")]
        qos_writes.put(asker.kept, asker.report, rest)


def _name(one: Record) -> str:
    return str(one.members.get("name") or "").lower()


def _unnaming(one: Record) -> Record:
    return one._replace(members={name: value for name, value in one.members.items() if name != "preempt_list"})


def _ids(asker: Asker) -> dict[str, int]:
    with asker.get("slurmdb_qos_get", QOS.struct, Condition("slurmdb_qos_cond_t", {})) as every:
        return {name_of(one.name).lower(): int(one.id) for one in every}


def _renumber(records: Iterable[Members], ids: dict[int, int]) -> None:
    """Put other ids in the place of those that some members have."""
    texts = {str(before): str(after) for before, after in ids.items()}
    for members in records:
        default = members.get("def_qos_id")
        if isinstance(default, int) and default in ids:
            members["def_qos_id"] = ids[default]
        for name in ("qos_list", "preempt_list"):
            listed = members.get(name)
            if isinstance(listed, list):
                members[name] = [texts.get(str(one), str(one)) for one in listed]
