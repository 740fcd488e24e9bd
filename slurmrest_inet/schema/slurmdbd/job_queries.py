# SPDX-License-Identifier: GPL-2.0-or-later
"""What jobs can be asked for by: ``slurmdb_job_cond_t``.

Rule 1: up to v0.0.39 slurmrestd reads parameters in the order of the query and stops at the first fault; a fault has
        the parameter as its place.
Rule 2: what is no member as it stands (a flag, a time that changes what is asked for) is a part of the record, by its
        path; api/slurmdbd/jobs.py puts the condition together.
"""

from __future__ import annotations

import re

from slurmrest_inet.schema.model import IN, Kind, Row, Table
from slurmrest_inet.schema.moments import point_in_time
from slurmrest_inet.schema.names import JOB_STATE_BASE, JOB_STATE_FLAGS
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.scalars import InvalidError, to_integer, to_text, to_truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Reading

_INVALID = "ESLURM_REST_INVALID_QUERY"
_NO_VAL = "NO_VAL"


def _char_list(value: Any, _at: Reading) -> list[str]:
    """A comma list as sacct's options take it: in small letters, quotes around it do not count, nor do empty words."""
    text = to_text(value).lower()
    if text[:1] in ("'", '"'):
        text = text[1:].partition(text[0])[0]
    return [word for word in text.split(",") if word] or [""]


def _ignored(_value: Any, _at: Reading) -> None:
    """Anything."""


def _integer(value: Any, _at: Reading) -> int:
    try:
        return to_integer(float(value) if isinstance(value, str) and "." in value else value)
    except (ValueError, OverflowError):
        raise InvalidError("must be an integer", _INVALID) from None


def _truth(value: Any, _at: Reading) -> bool:
    return to_truth(value)


def _text(value: Any, _at: Reading) -> str:
    return to_text(value)


def _time(value: Any, at: Reading) -> int:
    try:
        return point_in_time(to_text(value), at.context.now, past=True)
    except ValueError:
        raise InvalidError("Unable to parse time format", _INVALID) from None


def _window(value: Any, at: Reading) -> int:
    """The begin of the window in time: of what ran in it, or of what was submitted in it."""
    if at.record.parts.keys() & {"start_time", "submit_time"}:
        raise InvalidError("start_time and submit_time are mutually exclusive", _INVALID)
    return _time(value, at)


_STATES = {
    **{name.text.lower(): name.constant for name in JOB_STATE_BASE.entries},
    "pd": "JOB_PENDING", "r": "JOB_RUNNING", "s": "JOB_SUSPENDED", "cd": "JOB_COMPLETE", "ca": "JOB_CANCELLED",
    "f": "JOB_FAILED", "to": "JOB_TIMEOUT", "nf": "JOB_NODE_FAIL", "pr": "JOB_PREEMPTED", "bf": "JOB_BOOT_FAIL",
    "dl": "JOB_DEADLINE", "oom": "JOB_OOM",
    # Flags have no base state of their own, and slurmdbd is asked for that alone.
    **dict.fromkeys((name.text.lower() for name in JOB_STATE_FLAGS.entries), "JOB_PENDING"),
    **dict.fromkeys(("cg", "cf", "rs", "rq", "rf", "rh", "se", "st", "rv", "si", "so", "rd"), "JOB_PENDING"),
}  # fmt: skip
"""States by their long and short names (squeue(1), JOB STATE CODES)."""

_LAST_STATE = 11


def _states(value: Any, at: Reading) -> list[str]:
    """Numbers of states, or names of the constants that they are."""
    found = []
    for word in _char_list(value, at):
        number = int(word) if word.isascii() and word.isdigit() and len(word) < 5 else -1
        if not (word in _STATES or 0 <= number <= _LAST_STATE):
            raise InvalidError("Unable to parse CSV list", _INVALID)
        found.append(_STATES.get(word, word))
    return found


BAD_STEP = "Bad job/step specified"
"""Upon which slurmrestd up to 23.02 dies."""

# Numbers take as many digits as there are and give none back: what follows them may be digits, too.
_STEP = re.compile(
    r"(?=([0-9]{1,18}))\1[^_+.]*(?:(?:_(?=([0-9]{1,18}))\2|\+(?=([0-9]{1,18}))\3)[^_+.]*)?"
    r"(?:\.(?:([0-9]{1,18})|(batch|extern|interactive|tbd))(?:\+([0-9]{1,18}))?.*)?",
    re.IGNORECASE | re.DOTALL,
)
_STEP_WORDS = {
    "batch": "SLURM_BATCH_SCRIPT",
    "extern": "SLURM_EXTERN_CONT",
    "interactive": "SLURM_INTERACTIVE_STEP",
    "tbd": "SLURM_PENDING_STEP",
}


def _steps(value: Any, _at: Reading) -> list[Record]:
    """Jobs, tasks of arrays, components of heterogeneous jobs and steps: 7, 7_3, 7+1, 7.0, 7.batch."""
    text = to_text(value)
    words = [word for word in text.split(",") if word]
    if not words:
        raise InvalidError("Unable to parse job/step format", _INVALID)
    return [selected(word) for word in words]


def selected(text: str) -> Record:
    """What one of these names, as a slurm_selected_step_t. Raises InvalidError."""
    match = _STEP.fullmatch(text)
    if match is None:
        raise InvalidError(BAD_STEP, _INVALID)
    job, task, component, step, word, part = match.groups()

    def number(digits: str | None) -> int | str:
        return _NO_VAL if digits is None else int(digits) & 0xFFFFFFFF

    members: dict[str, Any] = {
        "step_id.job_id": number(job),
        "step_id.step_id": _STEP_WORDS[word.lower()] if word else number(step),
        "step_id.step_het_comp": number(part),
        "array_task_id": number(task),
        "het_job_offset": number(component),
    }
    return Record("slurm_selected_step_t", members, {})


def _kind(read: Any, type_: str = "string", width: int = 0) -> Kind:
    return Kind("text" if type_ == "string" else "number", type=type_, width=width, read=read)


_LIST, _NUMBER = _kind(_char_list), _kind(_integer, "integer", 32)
_MOMENT, _FLAG = _kind(_time), Kind("boolean", type="boolean", read=_truth)


def _row(path: str, member: str | None, kind: Kind, doc: str, **more: Any) -> Row:
    return Row(path, member, kind, doc, way=IN, **more)


JOBS = Table(
    "slurmdb_job_cond_t",
    (
        _row("account", "acct_list", _LIST, "Names of accounts, with commas"),
        _row("association", "associd_list", _LIST, "Ids of associations, with commas"),
        _row("cluster", "cluster_list", _LIST, "Names of clusters, with commas"),
        _row("constraints", "constraint_list", _LIST, "Node features that were asked for, with commas"),
        _row("cpus_max", "cpus_max", _NUMBER, "At most so many CPUs"),
        _row("cpus_min", "cpus_min", _NUMBER, "At least so many CPUs"),
        _row("exit_code", "exitcode", _NUMBER, "Exit code"),
        _row("skip_steps", None, _FLAG, "Leave steps out"),
        _row("disable_wait_for_result", None, _FLAG, "Do not wait for the answer"),
        _row("format", None, _kind(_ignored), "Accepted, and nothing comes of it", until=44),
        _row("groups", "groupid_list", _LIST, "Groups, with commas"),
        _row("job_name", "jobname_list", _LIST, "Names of jobs, with commas"),
        _row("nodes_max", "nodes_max", _NUMBER, "At most so many nodes"),
        _row("nodes_min", "nodes_min", _NUMBER, "At least so many nodes"),
        _row("partition", "partition_list", _LIST, "Partitions, with commas"),
        _row("qos", "qos_list", _LIST, "Qualities of service, with commas"),
        _row("reason", "reason_list", _LIST, "Why jobs waited, with commas"),
        _row("reservation", "resv_list", _LIST, "Names of reservations, with commas"),
        _row("state", "state_list", _kind(_states), "States, with commas"),
        _row("step", "step_list", _kind(_steps), "Jobs and steps, with commas"),
        _row("end_time", "usage_end", _MOMENT, "End of the time that is looked at"),
        _row("start_time", None, _kind(_window), "Begin of the time in which jobs ran"),
        _row("submit_time", None, _kind(_window), "Begin of the time in which jobs were submitted"),
        _row("node", "used_nodes", _kind(_text), "Nodes that jobs ran on"),
        _row("wckey", "wckey_list", _LIST, "Workload characterization keys, with commas"),
    ),
    {},
    view="jobs_query",
    parser="JOB_CONDITION",
)
