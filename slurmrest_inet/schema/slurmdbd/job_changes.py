# SPDX-License-Identifier: GPL-2.0-or-later
"""What may be changed of a job that slurmdbd remembers, from v0.0.44 on."""

from __future__ import annotations

from math import isfinite

from slurmrest_inet.schema import readers as plain
from slurmrest_inet.schema.manner import show
from slurmrest_inet.schema.model import EXIT_CODE, IN, LISTED_TEXTS, NOVAL_32, TEXT, Kind, Row, Table
from slurmrest_inet.schema.readers import record
from slurmrest_inet.schema.reading import Ended, Reading
from slurmrest_inet.schema.scalars import InvalidError, infer_scanned

from . import readers
from .selected_step import chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Record


_EXIT_CODE = Table(
    "",
    (
        Row("status", None, plain.IGNORED, "How it ended", since=44, way=IN),
        Row("return_code", "derived_ec", NOVAL_32, "What wait(2) tells", since=44, way=IN),
        Row("signal/id", None, plain.IGNORED, "Number of a signal", since=44, way=IN),
        Row("signal/name", None, plain.IGNORED, "Name of a signal", since=44, way=IN),
    ),
    {},
    view="exit_code_modify",
    parser="PROCESS_EXIT_CODE_VERBOSE",
)


def _exit_code(value: Any, at: Reading) -> Any:
    """A number as wait(2) has it, null for 0, or an object with such a one, without which nothing is changed."""
    found = infer_scanned(value) if isinstance(value, str) else value
    if found is None:
        return 0
    if isinstance(found, float) and isfinite(found):
        found = round(found)
    if type(found) is int:
        return plain.noval(found, at)
    return at.inner(_EXIT_CODE, value).members.get("derived_ec")


def _row(path: str, member: str, kind: Kind, doc: str, release: str | None = None) -> Row:
    return Row(path, member, kind, doc, since=44, way=IN, release=release)


JOB = Table(
    "slurmdb_job_rec_t",
    (
        _row("comment/administrator", "admin_comment", TEXT, "Comment by an administrator"),
        _row("comment/job", "derived_es", TEXT, "Comment by the user"),
        _row("comment/system", "system_comment", TEXT, "Comment by Slurm"),
        _row(
            "derived_exit_code",
            "derived_ec",
            EXIT_CODE._replace(read=_exit_code, width=32),
            "Highest exit code of all steps",
        ),
        _row("extra", "extra", TEXT, "Arbitrary text", "23.02"),
        _row("tres/allocated", "tres_alloc_str", readers.TRES_IDS, "Trackable resources held"),
        _row("wckey", "wckey", TEXT, "Workload characterization key"),
    ),
    {},
    view="job_modify",
    parser="JOB_MODIFY",
)


def _jobs(value: Any, at: Reading) -> list[Record]:
    """Ids of jobs, of tasks of arrays, of components of heterogeneous jobs."""
    if isinstance(value, dict):
        raise InvalidError("Expected List but found a dictionary", "ESLURM_DATA_EXPECTED_LIST")
    found = []
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        one = Reading(at.walk, at.row, at.key, f"{at.pointer[:-1]}[{index}]/", at.record)
        found.append(chosen(_word(item, one)))
    return found


def _word(value: Any, at: Reading) -> str:
    if isinstance(value, (list, dict)):
        at.expect("string", value)
        at.fault(InvalidError(f"Expecting string but got {show(value)}", plain.CONVERSION))
        raise Ended
    return plain.text(value, at) or ""


JOBS = Table(
    "jobs_modify",
    (
        _row("job_id_list", "step_list", LISTED_TEXTS._replace(read=_jobs), "Ids of the jobs"),
        Row(
            "job_rec",
            None,
            Kind("record", type="object", read=record(JOB)),
            "What is changed of each of them",
            since=44,
            way=IN,
        ),
        *plain.of_answers(),
    ),
    {},
    parser="OPENAPI_JOB_MODIFY_REQ",
)

TABLES = (JOB, JOBS)
"""Bodies."""
