# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers, changed afterwards: comments, exit codes, wckeys.

Rule 1: a change is for jobs that a request names; to slurmdbd, one that names none would be for all there are.
Rule 2: who may change what of whose job is slurmdbd's to say.
"""

from __future__ import annotations

from slurmrest_inet.api import lookup
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Report, unread
from slurmrest_inet.api.slurmdbd import job_condition, said, writing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.scalars import InvalidError
from slurmrest_inet.schema.slurmdbd import job_changes
from slurmrest_inet.schema.slurmdbd.selected_step import chosen
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members, Record
    from slurmrest_inet.schema.slurmdbd.known import Known

_MODIFY = "slurmdb_job_modify"
_ONE, _MANY = "_job_post_update", "_jobs_post_update"
_NOTHING: Members = {"derived_ec": "NO_VAL"}
"""What leaves a job as it is, beside members that are zero."""


def update(call: Call) -> Answer:
    """POST job/{job_id}."""
    report = Report(call)
    try:
        database.connect()
        step = chosen(call.parameters["job_id"])
        known = lookup.known(qos=False)
    except InvalidError:
        report.fault(unread("op_handler_job", "query parameters"), 0)
        return report.answer()
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_tres_get")
        return report.answer()
    record = _read(call, report, job_changes.JOB, known, _ONE)
    return report.answer() if record is None else _change(call, report, [step], record.members, _ONE)


def update_all(call: Call) -> Answer:
    """POST jobs: those that the body names."""
    report = Report(call)
    try:
        database.connect()
        known = lookup.known(qos=False)
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_tres_get")
        return report.answer()
    record = _read(call, report, job_changes.JOBS, known, _MANY)
    if record is None:
        return report.answer()
    steps: Any = record.members.get("step_list")
    changed: Record | None = record.parts.get("job_rec")
    if not steps or changed is None:
        what = "no job that could be changed" if not steps else "nothing that jobs could be changed to"
        report.error(INVALID_QUERY, _MANY, f"Request names {what}")
        return report.answer()
    return _change(call, report, steps, changed.members, _MANY)


def _read(call: Call, report: Report, table: Table, known: Known, source: str) -> Record | None:
    record = writing.whole(call, report, table, known, source, "job update request.")
    rejected = unread(source, "job update request.")
    if record is None and not any(entry["description"] == rejected.text for entry in report.errors):
        report.fault(rejected, 0)
    return record


def _change(call: Call, report: Report, steps: list[Record], members: Members, source: str) -> Answer:
    changed: list[str] = []

    def work(kept: database.Transaction) -> None:
        with Struct("slurmdb_job_cond_t") as condition, Struct("slurmdb_job_rec_t") as record:
            condition.fill({**job_condition.named(call, steps), "flags": 0})
            record.fill({**_NOTHING, **members})
            changed.extend(kept.change(_MODIFY, condition, record))

    if not writing.keep(call, report, work, {40: source}, said.FAILED, _MODIFY):
        changed.clear()
        if report.errors:
            said.aside(report, 0, f"{_MODIFY}()", "Job update requested failed")
    payload = [("results", changed)] if changed else []
    return report.answer(*payload, note=writing.note(report, "changed", f"jobs {', '.join(changed)}"))
