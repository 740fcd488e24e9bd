# SPDX-License-Identifier: GPL-2.0-or-later
"""The query of one request, read.

Rule 1: what is wrong with it is collected in the report; None tells that the operation cannot go on.
Rule 2: slurmrestd reads in the order of its own list, not in that of the query.
"""

from __future__ import annotations

import time

from slurmrest_inet import versions
from slurmrest_inet.api.errors import CONVERSION_FAILED, FLAGS_INVALID, FLAGS_NO_LIST
from slurmrest_inet.http import query
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema import scalars
from slurmrest_inet.slurm import calls

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.http.query import Repeated

QUERIES = {
    "jobs": ("JOB_INFO_QUERY", {"update_time": 37, "flags": 40}),
    "job": ("JOB_INFO_QUERY", {"update_time": 40, "flags": 40}),
    "job_states": ("JOB_STATE_QUERY", {"job_id": 40}),
    "nodes": ("NODES_QUERY", {"update_time": 37, "flags": 40}),
    "node": ("NODES_QUERY", {"update_time": 40, "flags": 40}),
    "partitions": ("PARTITIONS_QUERY", {"update_time": 37, "flags": 40}),
    "reservations": ("RESERVATION_QUERY", {"update_time": 37}),
}
"""slurmrestd's name of a query, its parameters, and the API version from which each is known."""


def read(call: Call, report: Report, query: str) -> dict[str, Any] | None:
    """Return the parameters that are there: ``update_time`` as an epoch, ``flags`` as SHOW_ bits."""
    parser, parameters = QUERIES[query]
    known = [name for name, first in parameters.items() if call.version >= first]
    found: dict[str, Any] | None = {}
    for name in known:
        if name in call.query and found is not None:
            value = _READERS[name](call.query[name], report, call.dialect)
            found = None if value is None else {**found, name: value}
    if call.dialect.unknown_parameter == versions.WARNED and not report.fast:
        for name, told in call.query.items():
            if name not in known:
                text = f'Ignoring unknown field "{name}" of type {_type_of(told)} in DATA_PARSER_OPENAPI_{parser}'
                report.warning(f"#/{name.strip()}/", text)
    return found


def _type_of(value: Repeated) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", str: "string"}.get(type(value), "list")


def _update_time(told: Repeated, report: Report, dialect: versions.Dialect) -> int | None:
    if dialect.sparse:
        try:
            return query.as_int(told)  # type: ignore[arg-type]  # lists are of later versions
        except ValueError:
            return None
    value = scalars.infer_scanned(told) if isinstance(told, str) else told
    if isinstance(value, (bool, list)):
        import json  # noqa: PLC0415 - only who is wrong needs it

        shown = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
        return _unreadable(report, CONVERSION_FAILED, "#/update_time/", f"Expected integer but got {shown}")
    if isinstance(value, str):
        found = _epoch(value)
        trouble = f"Parsing of {value} for timestamp failed"
    else:
        is_number = isinstance(value, int) or (value is not None and -1 < value < float("inf"))
        found = query.as_int(value) if is_number else None
        trouble = "Invalid or unset timestamp value"
    return _unreadable(report, CONVERSION_FAILED, "#/update_time/", trouble) if found is None else found


def _epoch(text: str) -> int | None:
    """Return the time that a text of sbatch's kind stands for ("now-1hour", "2026-11-22T10:00"), None for no time."""
    from slurmrest_inet.schema import moments  # noqa: PLC0415 - large, and most requests tell the time as a number

    try:
        return moments.point_in_time(text, time.time()) or None
    except ValueError:
        return None


def _flags(told: Repeated, report: Report, _dialect: versions.Dialect) -> int | None:
    if told is None or isinstance(told, bool):
        return _unreadable(report, FLAGS_NO_LIST, "#/flags/", f"Expected a List but found a {_type_of(told)}")
    flags = 0
    for index, word in enumerate(told if isinstance(told, list) else [told]):
        text = "true" if word is True else word or ""
        found = next((bit for bit, name in calls.SHOW_FLAGS.items() if name.lower() == text.lower()), None)
        if found is None:
            # The request goes on without it, and still its answer is an error.
            report.error(FLAGS_INVALID, "" if report.fast else f"#/flags[{index}]/", f'Unknown flag "{text}"')
        else:
            flags |= found
    return flags


def _unreadable(report: Report, code: int, source: str, description: str) -> int | None:
    report.error(code, "" if report.fast else source, description)
    return None


def _listed(told: Repeated, _report: Report, _dialect: versions.Dialect) -> list[Any]:
    return told if isinstance(told, list) else [told]


_READERS: dict[str, Callable[[Any, Report, versions.Dialect], Any]] = {
    "update_time": _update_time,
    "flags": _flags,
    "job_id": _listed,
}
