# SPDX-License-Identifier: GPL-2.0-or-later
"""The body of POST config as its parts: lists of records by their keys.

Rule 1: what GET config tells, of this database or of another one, is understood.
Rule 2: what was deleted there is passed over with a warning, and so are resources and instances, which slurmctld alone
        makes.
"""

from __future__ import annotations

from slurmrest_inet.api import told
from slurmrest_inet.api.errors import INVALID_QUERY, UNANSWERED
from slurmrest_inet.api.slurmdbd import (
    account_writes,
    association_writes,
    cluster_writes,
    qos_writes,
    user_writes,
    wckey_writes,
    writing,
)
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd import bodies

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.schema.slurmdbd.known import Known

    Parts = dict[str, list[Record]]

BODIES = (
    cluster_writes.BODY,
    account_writes.BODY,
    user_writes.BODY,
    qos_writes.BODY,
    wckey_writes.BODY,
    association_writes.BODY,
)
"""In the order in which they are read."""


def names_of_qos(call: Call) -> list[str]:
    """Return the names of the QOSes in a body that is not read yet."""
    found = call.body.get(call.at(_QOS_KEY)) if isinstance(call.body, dict) else None
    each = (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()
    live = (one for one in each if not (isinstance(one.get("flags"), list) and "DELETED" in one["flags"]))
    return [one["name"] for one in live if isinstance(one.get("name"), str)]


_QOS_KEY = {36: "QOS", 39: "qos"}


SOURCE = {36: "config", 39: "op_handler_config"}
"""Who tells of what is no part's own."""


def read(call: Call, report: Report, known: Known) -> Parts | None:
    """Return all parts, those that are not there as empty lists; None: something is a fault, which the report has."""
    parts: Parts | None = call.at(_READS)(call, report, known)
    if parts is not None:
        _find_defaults(call, report, parts, known)
        _pass_over(call, report, parts)
    return parts


def _find_defaults(call: Call, report: Report, parts: Parts, known: Known) -> None:
    """Give users' default QOSes the ids that they have here; without a list of QOSes they are taken for such."""
    if not parts["qos"]:
        return
    names = {one.members.get("id"): _name(one) for one in parts["qos"]}
    for user in parts["users"]:
        foreign: Any = user.members.get("def_qos_id")
        if foreign:
            here = known.qos(names.get(foreign, ""))
            if here is None:
                del user.members["def_qos_id"]
                what = f"the default QOS of user {_name(user)}"
                report.warning(call.at(SOURCE), f"Ignoring {what}: none that is here has the id {foreign} in the body")
            else:
                user.members["def_qos_id"] = here


def _by_lists(call: Call, report: Report, known: Known) -> Parts | None:
    """Read one list after the other; None: the report has a fault."""
    parts: Parts = {}
    for body in BODIES:
        found = writing.records(call, report, body, known, quiet=body is not association_writes.BODY)
        if found is None and call.at(_ENDS) and not _is_given(call, [body, *BODIES[len(parts) :]]):
            report.code = 0
            break
        if found is None:
            blame(call, report, body)
            return None
        parts[body.key] = found
    return {**{body.key: [] for body in BODIES}, **parts}


def blame(call: Call, report: Report, body: writing.Body) -> None:
    """Say that the client is at fault, whatever slurmdbd says, for a part where v0.0.38 does so."""
    if body.key in call.at(_BLAMES) and report.code not in UNANSWERED:
        report.code = INVALID_QUERY


_BLAMES: dict[int, tuple[str, ...]] = {36: (), 38: ("qos", "associations"), 39: ()}
_ENDS = {36: True, 38: False}
"""Whether a list that has to be there, and is not, ends all well, if nothing comes behind it."""


def _is_given(call: Call, every: list[writing.Body]) -> bool:
    return isinstance(call.body, dict) and any(call.body.get(body.known_as) for body in every)


def _as_a_whole(call: Call, report: Report, known: Known) -> Parts | None:
    record = told.read(call, report, bodies.CONFIG, {} if call.body is None else call.body, known)
    if record is None:
        if not report.code:
            report.error(INVALID_QUERY, call.at(SOURCE), "Rejecting request. Failure parsing query")
        return None
    return {body.key: record.members.get(body.key) or [] for body in BODIES}  # type: ignore[misc]


_READS: dict[int, Callable[[Call, Report, Known], Parts | None]] = {36: _by_lists, 40: _as_a_whole}


def _pass_over(call: Call, report: Report, parts: Parts) -> None:
    """Leave out what is not stored, and warn of it."""
    for what in call.at(_OF_SLURMCTLD):
        if isinstance(call.body, dict) and any(call.body.get(key) for key in (what, what.lower())):
            report.warning(call.at(SOURCE), f"Ignoring {what}, which slurmctld alone adds")
    _tell_once(call, parts)
    for key, found in parts.items():
        live = [one for one in found if not _is_deleted(one)]
        if len(live) < len(found):
            report.warning(call.at(SOURCE), f"Ignoring {len(found) - len(live)} {key} with the flag DELETED")
            parts[key] = live
    for key, members in _EMPTY_IS_NONE.items():
        for one in parts[key]:
            for member in members:
                if not one.members.get(member):
                    one.members.pop(member, None)


_OF_SLURMCTLD: dict[int, tuple[str, ...]] = {36: ("TRES",), 40: ("TRES", "instances"), 45: ("TRES",)}
"""Parts that are read and not stored."""
_EMPTY_IS_NONE = {
    "users": ("default_acct", "default_wckey"),
    "associations": ("user", "partition", "parent_acct", "comment", "lineage"),
}
"""What answers tell as an empty text where there is none, and slurmdbd takes for a name or a release does not know."""


def _tell_once(call: Call, parts: Parts) -> None:
    """Leave out of accounts and users what the body tells elsewhere: associations in full, coordinators of accounts."""
    listed = {association_writes.identity(one.members) for one in parts["associations"]}
    for one in (*parts["accounts"], *parts["users"]):
        _keep(one, "assoc_list", lambda each: association_writes.identity(each.members) not in listed)
    if call.at(_COORDINATES_ACCOUNTS):
        managed = {(_name(one), _name(user)) for one in parts["accounts"] for user in _listed(one, "coordinators")}
        for user in parts["users"]:
            _keep(user, "coord_accts", lambda each, user=user: (_name(each), _name(user)) not in managed)  # type: ignore[misc]


_COORDINATES_ACCOUNTS = {36: False, 39: True}
"""Whether coordinators are told with accounts, not with users."""


def _listed(record: Record, member: str) -> list[Record]:
    found: Any = record.members.get(member)
    return found or []


def _keep(record: Record, member: str, wanted: Callable[[Record], bool]) -> None:
    if member in record.members:
        record.members[member] = list(filter(wanted, _listed(record, member)))


def _name(record: Record) -> str:
    return str(record.members.get("name") or "").lower()


def _is_deleted(record: Record) -> bool:
    flags = record.members.get("flags")
    return isinstance(flags, tuple) and any(str(flag).endswith("_DELETED") for flag in flags)
