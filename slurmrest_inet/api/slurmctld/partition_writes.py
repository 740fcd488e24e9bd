# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions that are created, changed and deleted.

Rule 1: several.py decides what becomes of several, here stands what is theirs alone.
Rule 2: one that has a name which is there is changed, any other one is new.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send
from slurmrest_inet.api.slurmctld import several
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.partition_update import PARTITIONS_UPDATE, PASSED_OVER
from slurmrest_inet.slurm import partitions
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.slurm.fill import Struct


def update_all(call: Call) -> Answer:
    """POST partitions: create each that the body describes, or change the one that has its name."""
    report = Report(call)
    sentence = "Rejecting request. Failure parsing query"
    record = several.read(call, report, PARTITIONS_UPDATE, "_partitions_mod", sentence)
    if record is None:
        return report.answer()
    found: Any = record.members["partitions"]
    with contextlib.ExitStack() as stack:
        messages = send(lambda: [stack.enter_context(partitions.description(one.members)) for one in found])
        try:
            done = several.done(report, _changes(report, found, messages))
        except SlurmError as error:
            return failed(report, error, "slurm_load_partitions", "Unable to query partitions", "written")
    return several.answer(report, "partitions", [one.name for one in done])


def _changes(report: Report, records: list[Record], messages: list[Struct]) -> Iterator[several.Change]:
    """What is sent of each that has a name. Raises SlurmError where it is not known which there are."""
    known = partitions.known() if records else set()
    for index, (record, message) in enumerate(zip(records, messages)):
        name = record.members.get("name")
        if name is None:
            sentence = f"The partition description at index {index} must specify a name. Skipping"
            report.error(lib.ESLURM_INVALID_PARTITION_NAME, "_foreach_create_update_partition", sentence)
            continue
        _passed_over(report, record, index)
        is_new = str(name) not in known
        verb = "create" if is_new else "update"
        sentence = f"Failed to {verb} partition {name} with description at index {index}"
        request = partitions.create if is_new else partitions.update
        yield several.Change(str(name), message, request, f"slurm_{verb}_partition", sentence)


def _passed_over(report: Report, record: Record, index: int) -> None:
    found = [path for path in PASSED_OVER if record.parts.get(path) not in (None, 0, ("0",))]
    if found:
        sentence = f"The partition description at index {index} contains the following ignored fields: "
        report.warning("_warn_on_ignore_values", sentence + ", ".join(found))


def remove(call: Call) -> Answer:
    """DELETE partition/{partition_name}: slurmctld refuses it as long as jobs are there."""
    report = Report(call)
    name = call.parameters["partition_name"]
    try:
        partitions.delete(name)
    except SlurmError as error:
        about = f"partition {name}: "
        return failed(report, error, "slurm_delete_partition()", "Unable to delete partition", "deleted", about=about)
    return report.answer(note=f"partition {name} deleted")
