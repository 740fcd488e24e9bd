# SPDX-License-Identifier: GPL-2.0-or-later
"""What jobs can be asked for by: ``slurmdb_job_cond_t``.

Rule 1: up to v0.0.39 slurmrestd reads parameters in the order of the query and stops at the first fault; a fault has
        the parameter as its place.
Rule 2: what is no member as it stands (a flag, a time that changes what is asked for) is a part of the record, by its
        path; api/slurmdbd/jobs.py puts the condition together.
"""

from __future__ import annotations

import re

from slurmrest_inet.schema import readers
from slurmrest_inet.schema.job_names import JOB_STATE_BASE, JOB_STATE_FLAGS, JOB_STATES
from slurmrest_inet.schema.model import IN, Kind, Row, Table
from slurmrest_inet.schema.model import flags as flags_of
from slurmrest_inet.schema.moments import point_in_time
from slurmrest_inet.schema.queries import LIST, TIME
from slurmrest_inet.schema.reading import Ended, Reading, Record
from slurmrest_inet.schema.scalars import InvalidError, to_integer, to_text, to_truth

from .selected_step import chosen, selected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from slurmrest_inet.schema.reading import Reader

_INVALID = "ESLURM_REST_INVALID_QUERY"


_MARKS = re.compile(r"([][,])")
_MOST_NAMES = 1 << 17
"""As many as two texts with brackets can stand for."""


def _char_list(value: Any, at: Reading) -> list[str]:
    """A comma list as sacct's options take it: each word once, where it stands last, in small letters.

    Quotes around it do not count, nor do empty words, and brackets stand for several words as in a list of nodes.
    What stands between a bracket that ends and a comma is lost.
    """
    text = to_text(value).lower()
    if text[:1] in ("'", '"'):
        text = text[1:].partition(text[0])[0]
    found: dict[str, None] = {}
    word, opened, listed = "", False, False
    for part in _MARKS.split(text.replace("'", "`").replace('"', "`")):
        if part == "," and not opened:
            _append(found, () if listed else (word,))
            word, listed = "", False
            continue
        word += part
        if part == "[":
            opened = True
        elif part == "]":
            opened, listed = False, True
            names = at.context.names(word)
            _append(found, names)
            word = "" if names else word
    _append(found, (word,))
    return list(found) or [""]


def _append(found: dict[str, None], words: Iterable[str]) -> None:
    for word in filter(None, words):
        found.pop(word, None)
        found[word] = None
    if len(found) > _MOST_NAMES:
        raise InvalidError("Too many names in a list", _INVALID)


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


def _steps(value: Any, _at: Reading) -> list[Record]:
    """Jobs, tasks of arrays, components of heterogeneous jobs and steps: 7, 7_3, 7+1, 7.0, 7.batch."""
    text = to_text(value)
    words = [word for word in text.split(",") if word]
    if not words:
        raise InvalidError("Unable to parse job/step format", _INVALID)
    return [selected(word) for word in words]


def _kind(read: Any, type_: str = "string", width: int = 0) -> Kind:
    return Kind("text" if type_ == "string" else "number", type=type_, width=width, read=read)


_LIST, _NUMBER = _kind(_char_list), _kind(_integer, "integer", 32)
_MOMENT, _FLAG = _kind(_time), Kind("boolean", type="boolean", read=_truth)

# From v0.0.40 on


def _words(value: Any, at: Reading) -> list[str]:
    """A comma list as it stands, without its empty words."""
    return [] if value is None else [word for word in LIST.read(value, at) if word]  # type: ignore[misc]


def _each(read: Reader) -> Reader:
    """Return the reader of a parameter that may be repeated, and is no comma list."""

    def each(value: Any, at: Reading) -> list[Any]:
        found = []
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            one = Reading(at.walk, at.row, at.key, f"{at.pointer[:-1]}[{index}]/", at.record)
            try:
                found.append(read(item, one))
            except InvalidError as invalid:
                if invalid.details:
                    at.fault(invalid, f"[{index}]")
                raise Ended from None
        return found

    return each


def _state(value: Any, at: Reading) -> Any:
    """Constants of a state; none for a word that there is not."""
    return readers.flags("" if value is None else value, at) or 0


_NOBODY = 99
"""Whom nothing is the id of."""


def _user(value: Any, at: Reading) -> int:
    found = readers.user(value, at)
    return _NOBODY if found is None else found


def _group(value: Any, at: Reading) -> int:
    found = readers.group(value, at)
    return _NOBODY if found is None else found


def _group_id(value: Any, at: Reading) -> int:
    """A group by its number alone."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise InvalidError("Invalid group field value type: string", readers.CONVERSION)
    return _group(value, at)


def _exit_code(value: Any, at: Reading) -> int:
    at.expect("integer", value)
    found = readers.whole(value)
    if found is None:
        raise InvalidError(f"Expected integer but got {at.manner.name(value)}", readers.CONVERSION)
    if not -(2**31) <= found < 2**31:
        raise InvalidError
    return found


def _step(value: Any, _at: Reading) -> Record:
    return chosen("" if value is None else value)


def _submission_40(value: Any, at: Reading) -> Any:
    return None if value is None else readers.timestamp(value, at)


def _submission(value: Any, at: Reading) -> Any:
    return None if value is None else TIME.read(value, at)  # type: ignore[misc]


def _users_39(value: Any, at: Reading) -> list[int]:
    found = [at.context.user(word) for word in to_text(value).split(",")]
    if None in found:
        raise InvalidError("error resolving UID from user name", "ESLURM_REST_MISSING_UID")
    return found


_LEADING = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?")
_NO_ID = "4294967294"


def _ids_39(value: Any, at: Reading) -> list[str]:
    """Ids as MariaDB compares them, a word that begins with no number as 0; slurmdbd of 24.11 refuses what is none."""
    found = []
    for word in _char_list(value, at):
        match = _LEADING.match(word)
        number = float(match[0]) if match else 0.0
        found.append(str(int(number)) if number.is_integer() else _NO_ID)
    return found


def _groups_39(value: Any, at: Reading) -> list[int]:
    found = [at.context.group(word) for word in to_text(value).split(",")]
    if None in found:
        raise InvalidError("error resolving GID from group name", "ESLURM_REST_MISSING_GID")
    return found


_LIST_40 = _kind(_words)
_STATES_40 = flags_of(JOB_STATES)._replace(read=_each(_state))
_LATER_GROUPS = {39: _kind(_groups_39), 40: _kind(_each(_group_id)), 42: _kind(_each(_group))}
_NUMBER_40 = Kind("noval", type="noval", width=32)
_QOS_39 = _kind(_ids_39)
_BIT = Kind("boolean", type="boolean", read=lambda value, _at: readers.truth(value))

_BEGIN_40 = {40: Kind("noval", type="noval", read=readers.moment), 42: TIME}
_SUBMITTED_40 = {
    40: Kind("noval", type="noval", read=_submission_40),
    42: _kind(_submission),
}


def _row(path: str, member: str | None, kind: Kind, doc: str, **more: Any) -> Row:
    return Row(path, member, kind, doc, way=IN, **more)


def _list(path: str, member: str, doc: str, since: int = 36) -> Row:
    return _row(path, member, _LIST, doc, since=since, then={40: _LIST_40})


def _bit(path: str, doc: str, since: int = 40) -> Row:
    return _row(path, None, _FLAG, doc, since=since, then={40: _BIT})


def _count(path: str, doc: str, since: int = 36) -> Row:
    return _row(path, path, _NUMBER, doc, since=since, then={40: _NUMBER_40})


_TIME_TOLD = "an epoch (in v0.0.41 and up to v0.0.39 as uts1800000000), or a time as sacct takes it"

JOBS = Table(
    "slurmdb_job_cond_t",
    (
        _list("account", "acct_list", "Names of accounts, with commas"),
        _list("association", "associd_list", "Ids of associations, with commas"),
        _list("cluster", "cluster_list", "Names of clusters, with commas"),
        _list("constraints", "constraint_list", "Node features that were asked for, with commas"),
        _count("cpus_max", "At most so many CPUs"),
        _count("cpus_min", "At least so many CPUs"),
        _bit("scheduler_unset", "Jobs of which it is not known how they came to start"),
        _bit("scheduled_on_submit", "Jobs that started when they were submitted"),
        _bit("scheduled_by_main", "Jobs that the main scheduler started"),
        _bit("scheduled_by_backfill", "Jobs that backfill started"),
        _bit("job_started", "Jobs whose start was told"),
        _bit("job_altered", "Jobs that were changed since", since=44),
        _row(
            "exit_code",
            "exitcode",
            _NUMBER,
            "Exit code that jobs ended with",
            then={40: _kind(_exit_code, "integer", 32)},
        ),
        _bit("show_duplicates", "Every record of an id that was used again"),
        _bit("skip_steps", "Leave steps out", since=36),
        _bit("disable_truncate_usage_time", "Do not cut times to the window"),
        _bit("whole_hetjob", "All components of a heterogeneous job"),
        _bit("disable_whole_hetjob", "No other component than those asked for"),
        _bit("disable_wait_for_result", "Do not wait for the answer", since=36),
        _bit("usage_time_as_submit_time", "The window is that of submission"),
        _bit("show_batch_script", "Batch scripts"),
        _bit("show_job_environment", "Environments"),
        _row("format", None, _kind(readers.ignored), "Accepted, and nothing comes of it", until=44),
        _row("groups", "groupid_list", _LIST, "Groups, with commas", then=_LATER_GROUPS),
        _list("job_name", "jobname_list", "Names of jobs, with commas"),
        _count("nodes_max", "At most so many nodes"),
        _count("nodes_min", "At least so many nodes"),
        _list("partition", "partition_list", "Partitions, with commas"),
        _row("qos", "qos_list", _QOS_39, "Qualities of service by their ids, with commas", then={40: _LIST_40}),
        _list("reason", "reason_list", "Why jobs waited, with commas"),
        _list("reservation", "resv_list", "Names of reservations, with commas"),
        _list("reservation_id", "resvid_list", "Ids of reservations, with commas", since=40),
        _row("state", "state_list", _kind(_states), "States", then={40: _STATES_40}),
        _row("step", "step_list", _kind(_steps), "Jobs and steps", then={40: _kind(_each(_step))}),
        _count("timelimit_max", "At most such a time limit (minutes)", since=40),
        _count("timelimit_min", "At least such a time limit (minutes)", since=40),
        _row("end_time", "usage_end", _MOMENT, f"End of the time that is looked at: {_TIME_TOLD}", then=_BEGIN_40),
        _row("start_time", None, _kind(_window), f"Begin of the time in which jobs ran: {_TIME_TOLD}", then=_BEGIN_40),
        _row(
            "submit_time",
            None,
            _kind(_window),
            f"Begin of the time in which jobs were submitted: {_TIME_TOLD}",
            then=_SUBMITTED_40,
        ),
        _row("node", "used_nodes", _kind(_text), "Nodes that jobs ran on", then={40: Kind("text")}),
        _row("users", "userid_list", _kind(_users_39), "Users", since=39, then={40: _kind(_each(_user))}),
        _list("wckey", "wckey_list", "Workload characterization keys, with commas"),
    ),
    {},
    view="jobs_query",
    parser="JOB_CONDITION",
)
