# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations that are created, changed and deleted.

Rule 1: several.py decides what becomes of several, here stands what is theirs alone.
Rule 2: what a new reservation must have is looked at here, as slurmrestd does: slurmctld would take some of it for
        something else. Sentences are slurmrestd's.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet.api import lookup
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send
from slurmrest_inet.api.slurmctld import several
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reservation_update import RESERVATION_UPDATE, RESERVATIONS_UPDATE
from slurmrest_inet.schema.slurmdbd.known import Resource
from slurmrest_inet.slurm import reservations
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members, Record
    from slurmrest_inet.slurm.fill import Struct

_INVALID: int = lib.ESLURM_RESERVATION_INVALID
_ONE_PARTITION = (
    "Error creating reservation {}. Note, unless nodes are directly requested a reservation must exist in a single "
    "partition. If no partition is requested the default partition is assumed."
)
_OF_PARTITIONS = (lib.ESLURM_REQUESTED_NODE_CONFIG_UNAVAILABLE, lib.ESLURM_NODES_BUSY)


def update(call: Call) -> Answer:
    """POST reservation: create it, or change the one that has its name."""
    report = Report(call)
    record = _read(call, report, RESERVATION_UPDATE, "_parse_resv_desc")
    if record is None:
        return report.answer()
    if record.members.get("name") is None:
        report.error(_INVALID, "_mod_reservation", "Reservation must be given.")
        return report.answer()
    return _change_all(call, report, [record.members])


def update_all(call: Call) -> Answer:
    """POST reservations: the same of each that the body describes."""
    report = Report(call)
    source = "_parse_resv_desc_list"
    record = _read(call, report, RESERVATIONS_UPDATE, source)
    if record is None:
        return report.answer()
    none = "No reservation descriptions specified in reservations array"
    found: Any = record.members.get("reservations")
    if found is None:
        report.error(INVALID_QUERY, source, none)
        return report.answer()
    if not found:
        report.warning(source, none)
    if any(one.members.get("name") is None for one in found):
        report.error(_INVALID, "_check_resv_name", "Reservation must be given")
        return report.answer()
    return _change_all(call, report, [one.members for one in found])


def _read(call: Call, report: Report, table: Table, source: str) -> Record | None:
    return several.read(call, report, table, source, "Rejecting request. Failure parsing parameters", decides=True)


def _change_all(call: Call, report: Report, described: list[Members]) -> Answer:
    with contextlib.ExitStack() as stack:
        messages = send(lambda: [stack.enter_context(reservations.description(one)) for one in described])
        try:
            done = several.done(report, _changes(report, messages))
        except SlurmError as error:
            return failed(report, error, "slurm_load_reservations", "Unable to query reservations", "written")
        told = [] if report.errors else _answered([one.message for one in done], call.version)
        return several.answer(report, "reservations", [one.name for one in done], ("reservations", told))


def _changes(report: Report, messages: list[Struct]) -> Iterator[several.Change]:
    """What is sent of each in which nothing is wrong. Raises SlurmError where it is not known which there are."""
    known = reservations.known() if messages else set()
    for message in messages:
        name = str(reservations.text(message, "name"))
        if name.lower() in known:
            sentence = f"Error updating reservation {name}"
            yield several.Change(name, message, reservations.update, "slurm_update_reservation", sentence)
            continue
        problem = _wrong(message)
        if problem is not None:
            report.error(_INVALID, "validate_resv_create_desc", problem)
            continue
        sentence = f"Error creating reservation  {name}"
        other = dict.fromkeys(_OF_PARTITIONS, _ONE_PARTITION.format(name))
        yield several.Change(name, message, reservations.create, "slurm_create_reservation", sentence, other)


def _wrong(message: Struct) -> str | None:
    """What a new reservation lacks, None where nothing; one of a whole partition is completed here."""
    return _wrong_times(message) or _wrong_resources(message) or _wrong_users(message)


def _wrong_times(message: Struct) -> str | None:
    start, end, duration = (reservations.number(message, one) for one in ("start_time", "end_time", "duration"))
    if start == lib.NO_VAL:
        return "A start time must be given.  No reservation created."
    if end == duration == lib.NO_VAL:
        return "An end time or duration must be given.  No reservation created."
    if lib.NO_VAL not in (end, duration) and start + 60 * duration != end:
        return "StartTime + Duration does not equal EndTime.  No reservation created."
    if end != lib.NO_VAL and start > end:
        return "Start time cannot be after end time.  No reservation created."
    return None


def _wrong_resources(message: Struct) -> str | None:
    flags = reservations.number(message, "flags")
    flags = 0 if flags == lib.NO_VAL64 else flags
    partition = reservations.text(message, "partition")
    nodes = reservations.text(message, "node_list") or ""
    of_all = nodes.lower() == "all"
    if flags & lib.RESERVE_FLAG_PART_NODES and not (partition and of_all):
        return "PART_NODES flag requires specifying a Partition and ALL nodes.  No reservation created."
    if flags & getattr(lib, "RESERVE_FLAG_FORCE_START", 0) and not flags & _REOCCURRING:
        return "FORCE_START flag requires a reoccuring reservation. No reservation created."
    counts = (reservations.number(message, one) for one in ("core_cnt", "node_cnt"))
    texts = (reservations.text(message, one) for one in ("burst_buffer", "licenses", "tres_str"))
    if not nodes and not any(count not in (0, lib.NO_VAL) for count in counts) and not any(texts):
        if partition is None:
            return "CoreCnt, Nodes, NodeCnt, TRES or Watts must be specified.  No reservation created."
        message.fill({"node_list": "ALL"})
        of_all = True
    if partition is not None and of_all:
        message.fill({"flags": flags | lib.RESERVE_FLAG_PART_NODES})
    return None


_REOCCURRING = (
    lib.RESERVE_FLAG_DAILY
    | lib.RESERVE_FLAG_WEEKLY
    | lib.RESERVE_FLAG_WEEKDAY
    | lib.RESERVE_FLAG_WEEKEND
    | getattr(lib, "RESERVE_FLAG_HOURLY", 0)
)


def _wrong_users(message: Struct) -> str | None:
    users, groups, accounts = (reservations.text(message, one) for one in ("users", "groups", "accounts"))
    if not (users or groups or accounts):
        return "Either Users/Groups, AllowedPartitions, QOS and/or Accounts must be specified.  No reservation created."
    if users is not None and groups is not None:
        return (
            "Users and Groups are mutually exclusive.  You can have one or the other, but not both.  "
            "No reservation created."
        )
    return None


def _answered(messages: list[Struct], version: int) -> list[dict[str, Any]]:
    found = [reservations.told(message, version) for message in messages]
    ids = lookup.resources() if any(one["tres"] for one in found) else {}
    for one in found:
        one["purge_completed"] = {"time": one.pop("purge_completed/time")}
        one["tres"] = _resources(one["tres"], ids)
    return [{key: one[key] for key in _ORDER} for one in found]


_ORDER = tuple(dict.fromkeys(row.path.partition("/")[0] for row in RESERVATION_UPDATE.rows))


def _resources(text: str, ids: dict[str, Resource]) -> list[dict[str, Any]]:
    """Each resource of a text, with the first of its counts."""
    found: dict[str, dict[str, Any]] = {}
    for part in filter(None, text.split(",")):
        name, _, count = part.partition("=")
        type_, _, of_type = name.partition("/")
        of_id = ids.get(name.lower(), Resource(0, type_, of_type))
        resource = {"type": of_id.type, "name": of_id.name, "id": of_id.id, "count": _signed(int(count))}
        found.setdefault(name.lower(), resource)
    return list(found.values())


def _signed(count: int) -> int:
    """A count as answers have it, which know 64 bits with a sign."""
    return count - (1 << 64) if count >> 63 else count


def remove(call: Call) -> Answer:
    """DELETE reservation/{reservation_name}."""
    report = Report(call)
    name = call.parameters["reservation_name"]
    try:
        reservations.delete(name)
    except SlurmError as error:
        sentence = f"Error deleting reservation {name}"
        about = f"reservation {name}: "
        return failed(report, error, "slurm_delete_reservation", sentence, "deleted", about=about)
    return report.answer(note=f"reservation {name} deleted")
