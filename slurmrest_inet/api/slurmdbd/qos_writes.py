# SPDX-License-Identifier: GPL-2.0-or-later
"""QOSes that are added, changed and removed.

Rule 1: a QOS is the one of its name, or of its id; what is there is changed, what is not is added, in the order of the
        body, up to the first one that is a fault.
"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Answer
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import asking, qos, query, said, writing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd import bodies
from slurmrest_inet.schema.slurmdbd.qos import QOS as TABLE
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct, Structs
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.reading import Members, Record

BODY = writing.Body(
    "qos",
    TABLE,
    bodies.QOS,
    {39: "_update_qos", 40: "op_handler_qos"},
    "each QOS entry must be a dictionary",
    old_key="QOS",
    must=True,
    absent={36: "ignoring empty or non-existant {} array for update"},
)
_SOURCE = "_foreach_update_qos"
_REFUSES_ALIKE = {38: True, 39: False}
"""Whether any fault in a body comes to the same status."""


def update(call: Call) -> Answer:
    """POST qos: those that are not there yet are added, the others changed."""
    report = Report(call)
    known = asking.known(call, report)
    if known is None:
        return report.answer()
    found = writing.records(call, report, BODY, known)
    if found:
        writing.keep(call, report, lambda kept: put(kept, report, found), dict.fromkeys((39,), _SOURCE))
    if report.code and call.at(_REFUSES_ALIKE):
        report.code = INVALID_QUERY
    return report.answer(note=writing.note(report, "added or changed", f"QOS {_shown(found)}") if found else None)


def _shown(found: list[Record]) -> str:
    return ", ".join(str(one.members.get("name") or one.members.get("id")) for one in found)


_RESET: Members = {"flags": 0, "preempt_mode": 0}
"""What a change takes away where it does not tell it."""


def _begin(pointer: Any) -> None:
    lib.slurmdb_init_qos_rec(pointer, False, lib.NO_VAL)


def put(kept: database.Transaction, report: Report, found: list[Record]) -> None:
    """Add or change QOSes, up to the first one that is a fault. Raises SlurmError."""
    for record in found:
        members = {**_RESET, **record.members}
        name, id_ = members.get("name"), members.get("id")
        with database.condition("slurmdb_qos_cond_t") as condition:
            asked: Members = {}
            if name:
                asked["name_list"] = [str(name)]
            if id_:
                asked["id_list"] = [str(id_)]
            condition.fill(asked)
            is_there = bool(name or id_) and _count(kept, condition)
            if not is_there and id_:
                report.error(INVALID_QUERY, _SOURCE, "QOS was not found for the requested ID")
                return
            if not is_there and name is None:
                report.error(INVALID_QUERY, _SOURCE, "Cannot create a QOS without a name")
                return
            if is_there:
                with Struct(TABLE.struct, TABLE, _begin) as changed:
                    changed.fill(members)
                    kept.change("slurmdb_qos_modify", condition, changed)
            else:
                _add(kept, members)


def _add(kept: database.Transaction, members: Members) -> None:
    if not members["name"]:
        kept.function = "slurmdb_qos_add"
        raise SlurmError(-1, -1)  # as slurmdbd says
    with Structs(TABLE.struct, [members], TABLE, _begin) as added:
        kept.add("slurmdb_qos_add", added)


def _count(kept: database.Transaction, condition: Struct) -> int:
    with kept.get("slurmdb_qos_get", TABLE.struct, condition) as found:
        return len(found)


_REMOVES = {36: "_delete_qos", 40: "_op_handler_qos"}


def remove(call: Call) -> Answer:
    """DELETE qos/{qos}: as `qos.get`."""
    report, name = Report(call), qos.named(call)
    removed: list[str] = []
    reached = False

    def work(kept: database.Transaction) -> None:
        nonlocal reached
        reached = True
        if call.at({36: False, 40: True}):
            query.read(call, report, "SINGLE_QOS")
        with database.condition("slurmdb_qos_cond_t") as condition:
            condition.fill(qos.condition(call, name))
            removed.extend(kept.change("slurmdb_qos_remove", condition))

    done = writing.keep(call, report, work, _REMOVES, said.FAILED, "slurmdb_qos_remove")
    if done and not removed:
        if call.at({36: False, 43: True}):
            return Answer(code=NO_CHANGE_IN_DATA)
        said.nothing(call, report, "slurmdb_qos_remove", call.at(_REMOVES))
    told = (done and not report.code) or (reached and call.at({36: False, 39: True}))
    payload = [("removed_qos", removed)] if told else []
    return report.answer(*payload, note=writing.note(report, "removed", f"QOS {name}"))
