# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job that is written, changed or cancelled comes to where it does not get as far as slurmctld, or not back."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from slurmrest_inet import slurm, versions

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api import errors, told
from slurmrest_inet.api.call import Call
from slurmrest_inet.api.sending import send
from slurmrest_inet.api.slurmctld import job_cancel, job_messages, job_options, job_signals
from slurmrest_inet.http.message import RestError
from slurmrest_inet.schema.job_desc import MOST_COMPONENTS
from slurmrest_inet.slurm import one_signal, requests, signalling, submit_host
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import SlurmError, strerror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slurmrest_inet.api.envelope import Answer

SCRIPT = "#!/bin/sh\ntrue\n"
MANY = MOST_COMPONENTS + 1
VERSIONS = versions.SERVED["slurm"]


def _operation(name: str, version: int) -> Callable[[Call], Answer]:
    modules = {36: job_cancel, 39: job_signals} if name == "cancel" else {36: job_options, 39: job_messages}
    function: Callable[[Call], Answer] = getattr(versions.since(modules, version), name)
    return function


def _never(*_arguments: object, **_named: object) -> None:
    raise AssertionError("slurmctld was asked")


def _replace(monkeypatch: pytest.MonkeyPatch, function: Callable[..., object]) -> None:
    """Let a function stand for all that asks slurmctld to change a job."""
    for module, name in ((requests, "submit"), (requests, "update"), (one_signal, "kill"), (signalling, "signal")):
        monkeypatch.setattr(module, name, function)


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing get as far as slurmctld."""
    _replace(monkeypatch, _never)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.usefixtures("unasked")
def test_too_many_components(version: int) -> None:
    """None of them is read: each would be a fault."""
    body = {"script": SCRIPT, "jobs": [5] * MANY}
    answer = _operation("submit", version)(Call(version, {}, {}, body))
    said = [one.get("description", one["error"]) for one in answer.errors]
    assert answer.code
    assert str(said[0]).endswith(f"too many components: {MANY} > {MOST_COMPONENTS}")
    assert len(said) == (1 if version >= 39 else 2)


@pytest.mark.parametrize("version", [36, 37, 38])
@pytest.mark.usefixtures("unasked")
def test_too_many_changes(version: int) -> None:
    """A list can be no change. Those in it that are read are not more than a job's components."""
    body: list[Any] = [{}] * MOST_COMPONENTS + [{"foo": 1}]
    answer = _operation("update", version)(Call(version, {"job_id": "7"}, {}, body))
    assert [str(one).count("unexpected het job request") for one in answer.errors] == [1]


def _failing(code: int, errno: int) -> Any:
    def request(*_arguments: object, **_named: object) -> None:
        raise SlurmError(code, errno)

    return request


OPERATIONS = {"submit": "submitted", "update": "updated", "cancel": "sent"}
BODIES: dict[str, dict[int, Any]] = {
    "submit": {
        36: {"script": SCRIPT, "job": {"environment": {"A": "1"}}},
        39: {"script": SCRIPT, "job": {"environment": ["A=1"]}},
    },
    "update": {36: {"comment": "x"}, 39: {"comment": "x", "environment": ["A=1"]}},
    "cancel": {36: None},
}


def _answer(operation: str, version: int) -> Answer:
    body = versions.since(BODIES[operation], version)
    return _operation(operation, version)(Call(version, {"job_id": "7"}, {}, body))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("errno", "told"), [(5004, "not known whether"), (1800, "not known whether"), (2015, "not")])
def test_what_the_log_says_of_a_failure(
    operation: str, version: int, errno: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what nobody answered, no more than that: slurmctld may have done it."""
    _replace(monkeypatch, _failing(-1, errno))
    answer = _answer(operation, version)
    assert answer.code
    assert answer.note is not None
    assert re.search(rf"(^|: ){told} {OPERATIONS[operation]}: {re.escape(strerror(errno))}$", answer.note), answer.note


def _signalled(code: int, message: str = "said") -> list[one_signal.Signalled]:
    return [one_signal.Signalled("7_1", 8, code, message), one_signal.Signalled("7_2", 9, 0, "")]


@pytest.mark.parametrize("version", [40, 41, 42, 43, 44, 45])
@pytest.mark.parametrize(
    ("code", "note"),
    [(0, "signal 9 sent to job 7"), (2021, "signal 9 not sent to job 7_1: Job/step already completing or completed")],
)
def test_what_the_log_says_of_a_signal(version: int, code: int, note: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of a success that is told because the client wants to know of each job."""
    monkeypatch.setattr(signalling, "signal", lambda _asked: _signalled(code))
    assert _answer("cancel", version).note == note


@pytest.mark.parametrize("version", [36, 37, 38, 39])
def test_what_the_log_says_of_a_job_that_has_ended(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_signal, "kill", _failing(-1, 2021))
    answer = _answer("cancel", version)
    assert (answer.code, answer.errors) == (0, ())
    assert " not sent" in str(answer.note)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, 9),
        ("0", 9),
        ("65536", 9),
        ("10", 10),
        ("USR1", 10),
        ("70000", 70_000 - 65_536),
        ("-1", 65_535),
        ("", 65_534),
    ],
)
@pytest.mark.parametrize("version", [39, 40, 41, 42, 43, 44, 45])
def test_signals(text: str | None, number: int, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """16 bits of a number; none is SIGKILL, and an empty text what Slurm calls no value."""
    sent = []
    monkeypatch.setattr(one_signal, "kill", lambda _job, signal: sent.append(signal))
    monkeypatch.setattr(signalling, "signal", lambda asked: sent.append(asked["signal"]) or [])
    told: dict[str, Any] = {"signal": text}
    query, body = (told, None) if version == 39 else ({}, told)
    answer = _operation("cancel", version)(Call(version, {"job_id": "7"}, query, body))
    assert (sent, answer.code) == ([number], 0)


@pytest.fixture
def in_a_folder_that_is_gone(tmp_path: Path) -> Iterator[None]:
    """Start where a service that is removed while it runs is."""
    before = os.getcwd()
    folder = tmp_path / "folder"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    yield
    os.chdir(before)


@pytest.mark.usefixtures("in_a_folder_that_is_gone")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_no_folder_is_looked_for(operation: str, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the job says what its own is, or no job is described."""
    _replace(monkeypatch, _failing(-1, 5004))
    body = versions.since(BODIES[operation], version)
    if operation == "submit":
        body = {**body, "job": {**body["job"], "current_working_directory": "/"}}
    assert _operation(operation, version)(Call(version, {"job_id": "7"}, {}, body)).note


@pytest.mark.parametrize("version", [38, 39])
def test_that_the_host_is_asked_once(version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many components are described."""
    asked = []
    host = submit_host.host()
    monkeypatch.setattr(submit_host, "host", lambda: asked.append(1) or host)
    monkeypatch.setattr(requests, "submit", _failing(-1, 5004))
    body = versions.since(BODIES["submit"], version)
    _operation("submit", version)(Call(version, {}, {}, {"script": SCRIPT, "jobs": [body["job"]] * 3}))
    assert asked == [1]


@pytest.mark.parametrize("trouble", [KeyError("x"), IndexError("x"), LookupError("x")])
def test_that_a_fault_of_ours_is_no_lack_of_slurm_s(trouble: LookupError, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise trouble

    monkeypatch.setattr(requests, "submit", broken)
    with pytest.raises(type(trouble)):
        _answer("submit", 42)


def test_what_slurm_lacks() -> None:
    def lacking() -> None:
        raise MissingError("member")

    with pytest.raises(RestError, match="has no member") as caught:
        send(lacking)
    assert caught.value.status == 501


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("version", [39, 40, 41, 42, 43, 44, 45])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_that_what_could_not_be_read_is_an_error(operation: str, version: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing more is said of it."""
    monkeypatch.setattr(told, "read", lambda *_arguments, **_named: None)
    answer = _answer(operation, version)
    assert (answer.code, len(answer.errors)) == (errors.INVALID_QUERY, 1)
