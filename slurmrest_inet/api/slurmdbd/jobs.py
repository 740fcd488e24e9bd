# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers, whether they have ended or not.

Rule 1: of associations those are looked up that a job was charged to, not all that there are.
"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmdbd import job_condition, said
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import MissingError, Struct
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

_GET = "slurmdb_jobs_get"
_SOURCE = "_dump_jobs"


def list_all(call: Call) -> Answer:
    """GET jobs: those that the query names, or those of today."""
    report = Report(call)

    def ask() -> Members | None:
        if not call.query:
            return job_condition.of_today()
        from slurmrest_inet.api.slurmdbd import job_query  # noqa: PLC0415 - those of today are asked for without

        return job_query.asked(call, report)

    return _answer(call, report, ask)


def get(call: Call) -> Answer:
    """GET job/{job_id}: every record of a job, of all tasks of an array, of all components of a heterogeneous job."""
    from slurmrest_inet.api.slurmdbd import named_job  # noqa: PLC0415 - a listing names none

    report = Report(call)
    return _answer(call, report, lambda: named_job.asked(call, report))


def _answer(call: Call, report: Report, ask: Callable[[], Members | None]) -> Answer:
    lists: list[database.List] = []
    function = "slurmdb_tres_get"
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
        asked = ask()
        if asked is None:
            return report.answer()
        lists.append(database.tres())
        function = "slurmdb_qos_get"
        lists.append(database.qos())
        function = _GET
        found = _load(asked)
        if call.at(_LOOKED_UP):
            function = "slurmdb_associations_get"
            try:
                lists.append(_associations(found))
            except SlurmError:
                found.close()
                raise
    except SlurmError as error:
        for one in lists:
            one.close()
        if function == _GET and call.at(_FAILED) and not isinstance(error, database.UnreachableError):
            report.failure(call.at(_FAILED), error)
            return report.answer()
        said.failed(call, report, error, function)
        if isinstance(error, database.UnreachableError) and call.at(said.OPENS_FIRST):
            return report.answer()
        return report.answer(("jobs", ()))
    if not found:
        said.nothing(call, report, _GET, _SOURCE)
        report.code = 0  # nothing is a success
    names = database.Names(lists)
    if call.at(_MISSED):
        for number in _ids(lib.job_unknown_associations, names.lookup.raw, found.pointer):
            report.warning("", f"Unknown association with id#{number}. Unable to dump association.")
    return report.answer(("jobs", Listed(found)), names=names)


_FAILED: dict[int, Fault | None] = {
    36: None,
    40: Fault(_SOURCE, "slurmdb_jobs_get() failed"),
    43: Fault(_SOURCE, "slurmdb_jobs_get failed"),
}
_MISSED = {36: False, 40: True, 43: False}
"""Whether associations that there are not are warned of."""
_LOOKED_UP = {36: True, 43: False}
"""Whether associations are told by name."""


def _load(asked: Members) -> database.List:
    try:
        with Struct("slurmdb_job_cond_t") as condition:
            condition.fill(asked)
            return database.get(_GET, "slurmdb_job_rec_t", condition)
    except MissingError as error:
        said.missing(error)


_MOST = 1000
"""Of more associations than that all there are cost less to load than to name."""


def _associations(jobs: database.List) -> database.List:
    """Those that jobs were charged to, of all clusters that have one of the id."""
    ids = _ids(lib.job_associations, jobs.pointer)
    ids = ids if len(ids) <= _MOST else []
    with database.condition("slurmdb_assoc_cond_t") as condition:
        condition.fill({"with_deleted": 1, **({"id_list": list(map(str, ids))} if ids else {})})
        return database.get("slurmdb_associations_get", "slurmdb_assoc_rec_t", condition)


def _ids(function: Callable[..., Any], *arguments: Any) -> list[int]:
    slot = ffi.new("size_t *")
    raw = function(*arguments, slot)
    if raw == ffi.NULL:
        raise MemoryError
    try:
        return list(ffi.unpack(raw, slot[0]))
    finally:
        lib.job_associations_free(raw)
