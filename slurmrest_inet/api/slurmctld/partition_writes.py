# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions that are created, changed and deleted.

Rule 1: a body is read to its end before slurmctld is asked; what is wrong in it changes nothing.
Rule 2: which of several slurmctld refuses, it says of each; those that are done stay, and a warning names them.
"""

from __future__ import annotations

import contextlib

from slurmrest_inet.api import told
from slurmrest_inet.api.errors import FLAGS_INVALID, INVALID_QUERY, UNANSWERED, sentence_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.sending import failed, send, undone
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.partition_update import PARTITIONS_UPDATE, PASSED_OVER
from slurmrest_inet.slurm import administration, partitions
from slurmrest_inet.slurm.library import SlurmError, lib

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.slurm.fill import Struct


def update_all(call: Call) -> Answer:
    """POST partitions: create each that the body describes, or change the one that has its name."""
    report = Report(call)
    body = {} if call.body is None else call.body
    record = told.read(call, report, PARTITIONS_UPDATE, body, administration.host())
    if record is None:
        if not report.errors or any(one["error_number"] != FLAGS_INVALID for one in report.errors):
            report.error(INVALID_QUERY, "_partitions_mod", "Rejecting request. Failure parsing query")
        return report.answer()
    found: Any = record.members["partitions"]
    with contextlib.ExitStack() as stack:
        messages = send(lambda: [stack.enter_context(partitions.description(one.members)) for one in found])
        try:
            done = _done(report, found, messages)
        except SlurmError as error:
            return failed(report, error, "slurm_load_partitions", "Unable to query partitions", "written")
    note = f"partitions written: {', '.join(done) or 'none'}"
    if not report.errors:
        return report.answer(note=note)
    if done:
        report.warning(None, f"These partitions have been created or changed: {', '.join(done)}")
    return report.answer(note=f"{note}; {undone('all of them', report.code)}: {sentence_of(report.code)}")


def _done(report: Report, records: list[Record], messages: list[Struct]) -> list[str]:
    """Create or change each of them; returns the names of those for which that went well."""
    known = partitions.known() if records else set()
    done: list[str] = []
    lost = 0
    for index, (record, message) in enumerate(zip(records, messages)):
        name = record.members.get("name")
        if name is None:
            sentence = f"The partition description at index {index} must specify a name. Skipping"
            report.error(lib.ESLURM_INVALID_PARTITION_NAME, "_foreach_create_update_partition", sentence)
            continue
        _passed_over(report, record, index)
        is_new = str(name) not in known
        code = lost
        try:
            if not lost:
                (partitions.create if is_new else partitions.update)(message)
        except SlurmError as error:
            code = error.reason
            lost = code if code in UNANSWERED else 0
        verb = "create" if is_new else "update"
        if code:
            sentence = f"Failed to {verb} partition {name} with description at index {index}"
            report.error(code, f"slurm_{verb}_partition", sentence)
        else:
            done.append(str(name))
    return done


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
