# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers to writes differ from slurmrestd's on purpose, with the reason.

Rule 1: up to v0.0.38 the cases hold the values of both sides.
Rule 2: from v0.0.40 on a row says what ours is, given what the real server said: nothing else may differ. An error
        means that nothing was done, and what was not done is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import homes
from writers import Told

from slurmrest_inet.versions import HTTP

if TYPE_CHECKING:
    from typing import Any, Callable

WRITES: dict[str, str] = {
    "crash": "slurmrestd frees what it still needs: it dies after the job was submitted, and the client hears nothing",
    "crash-36": "slurmrestd of v0.0.36 dies where those of later versions refuse",
    "documented": "the API's document lists the key, and slurmrestd does not know it",
    "documented-type": "the API's document gives the value's type, and slurmrestd refuses values of that type",
    "nodes-list": "slurmrestd takes the list that its document asks for, and does not heed it",
    "false": "slurmrestd takes false for true",
    "type": "slurmrestd tells an error and submits the job all the same, without the value",
    "components": "slurmrestd submits more than 128 components, Slurm's limit: one request can fill slurmctld",
    "cut": "slurmrestd cuts a text at a NUL and submits the rest; a body with a NUL is refused here",
    "no-calendar": "slurmrestd makes another time, or none, of one that is in no calendar",
    "negative-time": "slurmrestd makes 4,294,960,097 minutes of a negative number of days",
    "job-name": "slurmrestd of v0.0.36 gives every job that is changed the name openapi",
    "update-ignored": "slurmrestd takes a change of these and does not pass it on",
    "array-update": "slurmrestd tells of an error where an array was changed without one",
}
"""What write_cases.py and test_writes.py refer to: they hold the values of both sides for each option."""


class Lie(NamedTuple):
    """What the real server says and does is not the same, or it dies.

    `ours`: our answer, given its; the same answer means that ours does what it says. None: a test of its own tells.
    """

    versions: tuple[int, ...]
    reason: str
    ours: Callable[[Told], Told] | None = None


_INVALID_QUERY = {"error_number": 9000, "error": "Query empty or not RFC7320 compliant"}
_PAYLOAD = ("result", "job_id", "step_id", "job_submit_user_msg")
_SAID_BY_SLURMCTLD = ("slurm_submit_batch_job()", "slurm_submit_batch_het_job()")


def _invalid(description: str, source: str) -> dict[str, Any]:
    return {"description": description, **_INVALID_QUERY, "source": source}


_UNREAD = _invalid("Rejecting request. Failure parsing job submission request.", "_job_post")
_UNREAD_CHANGE = _invalid("Rejecting request. Failure parsing job update request.", "_job_post_update")


def _refused(real: Told, status: int, errors: list[dict[str, Any]]) -> Told:
    """Without what slurmctld said of the job."""
    kept = {key: value for key, value in real.body.items() if key not in _PAYLOAD}
    warnings = [one for one in real.warnings if one["source"] not in _SAID_BY_SLURMCTLD]
    return Told(status, {**kept, "errors": errors, "warnings": warnings})


def _unread(real: Told) -> Told:
    return _refused(real, 422, [_UNREAD])


def _flag(real: Told) -> Told:
    return _refused(real, 500, real.errors)


def _signal(real: Told) -> Told:
    return _refused(real, 500, [{**one, "error_number": 22, "error": "Invalid argument"} for one in real.errors])


def _no_component(real: Told) -> Told:
    return _refused(real, 422, [{**one, **_INVALID_QUERY} for one in real.errors])


def _rubbish(_real: Told) -> Told:
    return Told(400, HTTP[homes.installed()].bad_body.text)


def _change_flag(real: Told) -> Told:
    return Told(500, {**real.body, "errors": [*real.errors, _UNREAD_CHANGE]})


def _change_signal(real: Told) -> Told:
    errors = [{**one, "error_number": 22, "error": "Invalid argument"} for one in real.errors]
    return Told(500, {**real.body, "errors": [*errors, _UNREAD_CHANGE]})


def _cancel_signal(real: Told) -> Told:
    errors = [{**one, "error_number": 22, "error": "Invalid argument"} for one in real.errors]
    return Told(500, {**real.body, "errors": errors})


_MODERN = (40, 41, 42, 43, 44, 45)
_SINCE_41 = _MODERN[1:]

LIES: dict[str, Lie] = {
    "unread": Lie(
        _MODERN, "slurmrestd answers 200 with a warning where a value has a wrong type, and there is no job", _unread
    ),
    "flag": Lie(
        _SINCE_41, "slurmrestd tells of an unknown flag as an error and submits the job all the same, without it", _flag
    ),
    "signal": Lie(
        _SINCE_41,
        'slurmrestd tells of an unknown signal as an error "No error" and submits the job without it',
        _signal,
    ),
    "no-component": Lie(
        _MODERN, 'slurmrestd answers 200 with an error "No error" where a job of no component is refused', _no_component
    ),
    "too-many-components": Lie(_MODERN, "as no-component, where there are more than 128", _no_component),
    "rubbish": Lie(_MODERN, "slurmrestd reads one value and not the bytes behind it, see json-behind", _rubbish),
    "change-flag": Lie(_SINCE_41, "as flag: slurmrestd changes the rest", _change_flag),
    "change-signal": Lie(_SINCE_41, "as signal: slurmrestd changes the rest", _change_signal),
    "cancel-flag": Lie(_SINCE_41, "as flag: slurmrestd kills the job", lambda real: real),
    "cancel-signal": Lie(_SINCE_41, "as signal: slurmrestd kills the job", _cancel_signal),
    "cancel-unsaid": Lie(
        (40, 41), "slurmrestd says nothing of a job that it could not cancel; ours says what v0.0.42 has"
    ),
    "group-name": Lie((41, 42), "slurmrestd dies of a group that is given by name, as the document allows"),
    "no-size": Lie(
        _MODERN, "slurmrestd takes an empty text for a size, and a job without one gets 4,294,967,295 nodes"
    ),
    "no-calendar": Lie(_MODERN, WRITES["no-calendar"]),
    "signal-all": Lie(
        _SINCE_41,
        "DELETE jobs: slurmrestd tells of an unknown flag, state or signal as an error and signals jobs all the same, "
        "with an unknown state all that are pending",
    ),
    "signal-wraps": Lie(
        _MODERN,
        "DELETE jobs: slurmrestd looks at 16 bits of a signal's number; of 65536 none is left, which is SIGKILL",
    ),
    "requeue-flag": Lie((45,), "jobs/requeue: as signal-all, of an unknown flag: slurmrestd requeues the jobs"),
    "allocate-nothing": Lie(
        (41, 42, 43, 44, 45), "job/allocate: without components slurmrestd answers with a code that nothing has set"
    ),
    "allocate-ended": Lie(
        (41, 42, 43, 44, 45),
        "job/allocate: slurmctld ends what slurmrestd was granted for a token, because slurmrestd does not answer its "
        "message; ours looks for the job, which stays",
    ),
    "allocate-components": Lie(
        (41, 42, 43, 44, 45),
        "job/allocate: of a heterogeneous job, likewise; ours tells the id of its first component",
    ),
    "allocate-client": Lie(
        (41, 42, 43, 44, 45), "job/allocate: slurmrestd leaves the job of a client that has gone; ours cancels it"
    ),
    "allocate-flag": Lie((41, 42, 43, 44, 45), "job/allocate: as signal-all, of an unknown flag: slurmrestd allocates"),
    "signal-user": Lie(_MODERN, "DELETE jobs: slurmrestd does not look at user_id where no user_name stands beside it"),
    "component": Lie(_MODERN, "slurmrestd changes the first component of a heterogeneous job when asked for another"),
}

UNDONE: dict[str, dict[str, str]] = {
    "23.02": {
        **dict.fromkeys(
            (
                *("submit tasks word", "submit tasks object", "submit tasks list", "submit tasks true"),
                *("submit tasks NOVAL object", "submit requeue object", "submit name list", "submit name object"),
                *("submit begin_time rubbish", "submit begin_time object", "submit begin_time text now+1hour"),
                *("submit begin_time ISO", "update wrong type"),
            ),
            "a value of a wrong type: 200 and a warning, and nothing is done",
        ),
        "submit user_id unknown": "200 without a word, and there is no job",
        "submit jobs empty": "200 with an error",
        "submit kill_warning_signal rubbish": "200 with an error, and the job is submitted without the signal",
        "cancel bad signal": "an error, and slurmctld is asked all the same",
        "cancel signal number as word": "as above",
    },
    "25.11": {
        **dict.fromkeys(
            (
                *("submit tasks word", "submit tasks object", "submit tasks list", "submit tasks true"),
                *("submit tasks NOVAL object", "submit requeue object", "submit name list", "submit name object"),
            ),
            "a value of a wrong type: 200 and a warning, and nothing is done, see unread",
        ),
        **dict.fromkeys(
            (
                *("submit mail_type csv text", "submit mail_type unknown", "submit mail_type ALL"),
                *("submit shared rubbish", "submit flags unknown"),
            ),
            "an error, and the job is submitted without the flag, see flag",
        ),
        "submit kill_warning_signal rubbish": "an error, and the job is submitted without the signal, see signal",
        "submit jobs empty": "an error of a code that nothing has set, see no-component",
        "cancel bad signal": "an error, and the job is killed, see cancel-signal",
        "cancel signal number as word": "as above",
    },
}
"""Where the real server does not do what it was asked and says 200, or tells of an error and goes on: ours refuses."""

ACCEPTED: dict[str, dict[str, str]] = {
    "23.02": dict.fromkeys(
        ("submit one key minimum_nodes", "submit required_nodes expression", "submit too many nodes"),
        "slurmctld took the job with a code: 500 and the job's id; ours is 200 with a warning",
    ),
    "25.11": {},
}
"""Where the real server tells of an error and the job is there."""

_READ_OTHERWISE = {
    "submit body trailing rubbish": (400, "bytes behind the value, see json-behind in differences.py"),
    "submit body two objects": (400, "as above"),
    "submit body NaN": (400, "no JSON (RFC 8259 section 6)"),
    "submit YAML broken": (400, "no YAML; the real server takes it for nothing"),
    "submit Content-Type */*": (400, "no type of a body (RFC 9110 section 8.3)"),
    "submit Content-Type application/json; charset=utf-8": (200, "see content-type-charset in differences.py"),
}
OTHERWISE: dict[str, dict[str, tuple[int, str]]] = {
    "23.02": _READ_OTHERWISE,
    "25.11": {
        **_READ_OTHERWISE,
        "submit Content-Type */*": (415, "26.05 knows no such type of a body"),
        **dict.fromkeys(("submit Content-Type None", "submit Content-Type "), (415, "as above")),
        **dict.fromkeys(
            ("submit user_id unknown", "submit group_id unknown", "submit distribution rubbish"),
            (422, "the status that 26.05 has for it"),
        ),
    },
}
"""Where bodies are read otherwise than by the real server: our status, and why."""
