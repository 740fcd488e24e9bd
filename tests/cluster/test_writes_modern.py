# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs written in v0.0.40 and later by the real slurmrestd and by ours: the same answer and the same effect.

Rule 1: each request is made once with either server, on jobs that were made for it. What came of it is read from
        slurmctld: what it was sent (hearing.py), and what each job has become (job_effects.py).
Rule 2: a difference is one of write_differences.LIES, which says what ours is; where there is none, the case fails.
"""

from __future__ import annotations

import json
import pwd
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import homes
import job_effects
import pytest
import told
from hearing import Hearing
from job_effects import unlike
from modern_write_cases import ALL, BODIES, CANCELS, CASES, CHANGES, JOB, SCRIPT, Body, Cancel, Case, Change
from sidebyside import program, wire
from write_cases import WAITING
from write_differences import LIES
from writers import JSON, NOTHING, Told, Writer, both, encoded

from slurmrest_inet.versions import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.slurm(">= 24.11")

HERE = tuple(version for version in ALL if HOME[version] == homes.installed())
"""The versions whose home is the installed release."""


class Sides(NamedTuple):
    """The two servers as those of writers.py, and what they can be watched with."""

    lab: Lab
    real: Writer
    ours: Writer
    hearing: Hearing

    def submit(self, **members: Any) -> int:
        """A new job of alice, made by the real server."""
        answer = self.real.ask("POST", "v0.0.42/job/submit", encoded({"script": SCRIPT, "job": {**JOB, **members}}))
        assert answer.job, answer
        return answer.job

    def submit_components(self) -> int:
        """A new heterogeneous job of two components."""
        body = encoded({"script": SCRIPT, "jobs": [JOB, {**JOB, "name": "second"}]})
        return self.real.ask("POST", "v0.0.42/job/submit", body).job

    def effect(self, job: int) -> dict[str, object]:
        """All that there is to know of a job and its components or tasks, with ids and times masked."""
        jobs = self.real.ask("GET", f"v0.0.42/job/{job}", user="root").body["jobs"]
        return {**job_effects.served(jobs, job), **job_effects.shown(self.lab, job)}

    def cancel(self, *jobs: int) -> None:
        """End jobs that a test made."""
        known = [str(job) for job in jobs if job]
        if known:
            self.lab.run("scancel", "-Q", *known)


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[Sides]:
    """Both servers on a lab whose jobs of alice are gone afterwards."""
    fence = f"REQUEST_JOB_INFO_SINGLE from UID={pwd.getpwnam('bob').pw_uid}"
    for real, ours in both(lab, {**tokens, "rubbish": "x.y.z"}):
        path = f"v0.0.42/job/{job_effects.last(lab)}"
        with Hearing(lab, lambda real=real, path=path: real.ask("GET", path, user="bob"), fence) as hearing:
            hearing.begin()
            yield Sides(lab, real, ours, hearing)


def _text(answer: Told, job: int = 0) -> str:
    """An answer, in the order of its members, with the id of a job masked: where ids are, and in sentences."""
    return f"{answer.status} {json.dumps(_masked(answer.body, job or answer.job))}"


def _masked(value: Any, job: int) -> Any:
    if isinstance(value, list):
        return [_masked(one, job) for one in value]
    if isinstance(value, dict):
        found = {name: _masked(one, job) for name, one in value.items()}
        for name in ("job_id", "number"):
            if found.get(name) == job:
                found[name] = "<job>"
        return found
    return re.sub(rf"(?<!\d){job}(?!\d)", "<job>", value) if job and isinstance(value, str) else value


def _each(cases: tuple[Any, ...]) -> Any:
    """v0.0.40 in every run, too: it tells its errors in another way."""
    return homes.writes(cases, ALL, homes.installed(), slow=(41, 43, 44))


def _compare(sides: Sides, version: int, body: bytes, type_: str, lie: str | None) -> None:
    path = f"v0.0.{version}/job/submit"
    answers, heard = [], []
    try:
        for who in (sides.real, sides.ours):
            answers.append(who.ask("POST", path, body, type_=type_))
            heard.append(sides.hearing.end(answers[-1].job))
        real, ours = answers
        if lie is not None:
            assert ours == LIES[lie].ours(real)
            assert not heard[1]
            assert real != ours, "no difference any more"
            return
        assert _text(real) == _text(ours)
        assert len(heard[0]) == len(heard[1])
        for one, other in zip(*heard):
            assert not unlike(one, other)
        if ours.job:
            assert not unlike(sides.effect(real.job), sides.effect(ours.job))
    finally:
        sides.cancel(*(answer.job for answer in answers))


def test_that_every_key_is_tried() -> None:
    for version in HERE:
        tried = {key for case in CASES if version in case.versions for key in case.job}
        assert told.written_members("job_desc_msg")[version].keys() <= tried


@_each(CASES)
def test_submission(case: Case, version: int, sides: Sides, waiting: str) -> None:
    body: dict[str, Any] = {"script": SCRIPT, "job": {**JOB, **case.job}}
    if "script" in case.job:
        del body["script"]
    _compare(sides, version, encoded(body).replace(f'"{WAITING}"'.encode(), waiting.encode()), JSON, case.lie)


@_each(BODIES)
def test_body(case: Body, version: int, sides: Sides) -> None:
    _compare(sides, version, encoded(case.body), case.type, case.lie)


@_each(CHANGES)
def test_change(case: Change, version: int, sides: Sides) -> None:
    jobs, answers, heard = [], [], []
    try:
        for who in (sides.real, sides.ours):
            jobs.append(sides.submit(comment="as submitted", **case.submitted))
            before = sides.effect(jobs[-1])
            sides.hearing.end(0)
            path = f"v0.0.{version}/job/{case.target.format(job=jobs[-1])}"
            answers.append(who.ask("POST", path, encoded(case.changes), user=case.user, name=case.acting))
            heard.append(sides.hearing.end(jobs[-1]))
        if case.lie is not None:
            assert answers[1] == LIES[case.lie].ours(answers[0])
            assert not heard[1]
            assert not unlike(before, sides.effect(jobs[1]))
            return
        assert _text(answers[0], jobs[0]) == _text(answers[1], jobs[1])
        assert len(heard[0]) == len(heard[1])
        for one, other in zip(*heard):
            assert not unlike(one, other)
        assert not unlike(*map(sides.effect, jobs))
    finally:
        sides.cancel(*jobs)


def _cancel(sides: Sides, case: Cancel, version: int, who: Writer, job: int) -> Told:
    path = f"v0.0.{version}/job/{case.target.format(job=job)}{case.query}"
    body = None if case.body is None else encoded(case.body)
    return who.ask("DELETE", path, body, user=case.user, name=case.acting)


@_each(tuple(case for case in CANCELS if case.lie != "cancel-unsaid"))
def test_cancellation(case: Cancel, version: int, sides: Sides) -> None:
    jobs, answers = [], []
    try:
        for who in (sides.real, sides.ours):
            jobs.append(sides.submit(**case.submitted))
            before = sides.effect(jobs[-1])
            answers.append(_cancel(sides, case, version, who, jobs[-1]))
        if case.lie is not None:
            assert answers[1] == LIES[case.lie].ours(answers[0])
            assert not unlike(before, sides.effect(jobs[1]))
            assert unlike(before, sides.effect(jobs[0])), "no difference any more"
            return
        assert _text(answers[0], jobs[0]) == _text(answers[1], jobs[1])
        assert not unlike(*map(sides.effect, jobs))
    finally:
        sides.cancel(*jobs)


@_each(tuple(case for case in CANCELS if case.lie == "cancel-unsaid"))
def test_cancellation_that_fails(case: Cancel, version: int, sides: Sides) -> None:
    """See write_differences.LIES: what the real server says in v0.0.42 only."""
    job = sides.submit(**case.submitted)
    try:
        before = sides.effect(job)
        assert _cancel(sides, case, version, sides.real, job) == Told(200, {"errors": [], "warnings": []})
        ours = _cancel(sides, case, version, sides.ours, job)
        ((failure,)) = [one["error"] for one in _cancel(sides, case, 42, sides.real, job).body["status"]]
        number, text = failure["code"], failure["string"]
        entry = {"description": text, "error_number": number, "error": text, "source": "slurm_kill_jobs()"}
        assert ours == Told(404 if number == 2017 else 500, {"errors": [entry], "warnings": []})
        assert not unlike(before, sides.effect(job))
    finally:
        sides.cancel(job)


@pytest.mark.parametrize("version", HERE)
@pytest.mark.parametrize("target", ["{job}", "{job}%2B0", "{job}%2B1", "{job}%2B7"])
def test_cancelled_component(target: str, version: int, sides: Sides) -> None:
    jobs, answers = [], []
    case = Cancel(target=target)
    try:
        for who in (sides.real, sides.ours):
            jobs.append(sides.submit_components())
            answers.append(_cancel(sides, case, version, who, jobs[-1]))
        if target.endswith("7") and version in LIES["cancel-unsaid"].versions:
            assert [one.status for one in answers] == [200, 404]  # see cancel-unsaid
        else:
            assert _text(answers[0], jobs[0]) == _text(answers[1], jobs[1])
        assert not unlike(*map(sides.effect, jobs))
    finally:
        sides.cancel(*jobs)


@pytest.mark.parametrize("version", HERE)
@pytest.mark.parametrize(("target", "changed"), [("{job}", 0), ("{job}%2B0", 0), ("{job}%2B1", 1), ("{job}%2B7", None)])
def test_changed_component(target: str, changed: int | None, version: int, sides: Sides) -> None:
    """The component that was asked for, and no other; see write_differences.LIES."""
    jobs, answers = [], []
    try:
        for who in (sides.real, sides.ours):
            jobs.append(sides.submit_components())
            path = f"v0.0.{version}/job/{target.format(job=jobs[-1])}"
            answers.append(who.ask("POST", path, b'{"comment": "changed"}'))
        real, ours = map(sides.effect, jobs)
        comments = [ours[f"{number}.comment"] for number in (0, 1)]
        assert comments == ["changed" if number == changed else "" for number in (0, 1)]
        if changed is None:
            assert (answers[1].status, [one["error_number"] for one in answers[1].errors]) == (404, [2017])
        else:
            assert _text(answers[0], jobs[0]) == _text(answers[1], jobs[1])
        assert (real["0.comment"], real["1.comment"]) == ("changed", ""), "no difference any more"
    finally:
        sides.cancel(*jobs)


@pytest.mark.parametrize("version", [version for version in LIES["group-name"].versions if version in HERE])
@pytest.mark.parametrize(("group", "status"), [("alice", 200), ("nosuch", 500)])
def test_group_by_name(group: str, status: int, version: int, sides: Sides) -> None:
    body = encoded({"script": SCRIPT, "job": {**JOB, "group_id": group}})
    path = f"v0.0.{version}/job/submit"
    assert sides.real.ask("POST", path, body) == NOTHING, "no difference any more"
    ours = sides.ours.ask("POST", path, body)
    try:
        assert ours.status == status
        assert bool(ours.job) == (status == 200)
        assert [(one["error_number"], one["source"]) for one in ours.errors] == (
            [] if ours.job else [(2164, "#/job/group_id/")]
        )
    finally:
        sides.cancel(ours.job)


_FAR = "now+999999999999weeks"


@pytest.mark.parametrize("version", HERE)
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("nodes", text) for text in ("4,", ",4", "5-3,", ",", "-1,4", "1-2-3,5", "0-0:1", "3-3:1")),
        *(("begin_time", text) for text in (_FAR, "now-999999999999weeks", f"now+{2**64}")),
        ("deadline", _FAR),
    ],
)
def test_what_is_no_value(key: str, value: str, version: int, sides: Sides) -> None:
    """See no-size and no-calendar of write_differences.LIES."""
    body = encoded({"script": SCRIPT, "job": {**JOB, key: value}})
    real, ours = (who.ask("POST", f"v0.0.{version}/job/submit", body) for who in (sides.real, sides.ours))
    try:
        # What a deadline comes to in the bits that slurmrestd keeps lies ahead or has passed, by the day.
        assert real.job or key == "deadline", "no difference any more"
        assert (ours.status, ours.job) == (500, 0)
        assert [one["error_number"] for one in ours.errors] == [9202]
    finally:
        sides.cancel(real.job, ours.job)


_OPERATIONS = {
    "submit": ("POST", "job/submit", encoded({"script": SCRIPT, "job": JOB})),
    "change": ("POST", "job/1", b'{"comment": "x"}'),
    "cancel": ("DELETE", "job/1", None),
}


@pytest.mark.parametrize("version", HERE)
@pytest.mark.parametrize("operation", _OPERATIONS)
@pytest.mark.parametrize("token", ["rubbish", "expired"])
def test_bad_token(token: str, operation: str, version: int, sides: Sides) -> None:
    method, path, body = _OPERATIONS[operation]
    real, ours = (
        who.ask(method, f"v0.0.{version}/{path}", body, user=token, name="alice") for who in (sides.real, sides.ours)
    )
    assert _text(real) == _text(ours)
    assert real.status == 511


@pytest.mark.parametrize("version", HERE)
@pytest.mark.parametrize("operation", _OPERATIONS)
def test_without_slurmctld(operation: str, version: int, lab: Lab, tokens: dict[str, str], unreachable: str) -> None:
    method, path, body = _OPERATIONS[operation]
    head = [
        f"{method} /slurm/v0.0.{version}/{path} HTTP/1.1",
        "X-SLURM-USER-NAME: alice",
        f"X-SLURM-USER-TOKEN: {tokens['alice']}",
        *([f"Content-Type: {JSON}", f"Content-Length: {len(body)}"] if body else []),
    ]
    said = []
    for start in (program.real, program.ours):
        outcome = (
            start(lab)
            .with_options(SLURM_CONF=unreachable)
            .exchange("\r\n".join([*head, "", ""]).encode() + (body or b""))
        )
        answer, *_again = wire.lenient(outcome.output)  # the real 26.05 writes its answer twice
        document = json.loads(answer.body)
        del document["meta"]
        said.append((answer.status, document))
    assert said[0] == said[1]
    assert said[0][0] in (403, 500, 502)  # libslurm of 26.05 leaves EPERM behind where jobs are cancelled


def test_that_each_difference_has_its_reason() -> None:
    """None without one, none that no case needs any more but those that have a test of their own, for each version."""
    own_tests = {"group-name", "component", "no-size", "no-calendar", "requeue-flag"}
    own_tests |= {f"signal-{name}" for name in ("all", "user", "wraps")}
    own_tests |= {f"allocate-{name}" for name in ("nothing", "ended", "components", "client", "flag")}
    needed = {}
    for case in (*CASES, *BODIES, *CHANGES, *CANCELS):
        if case.lie is not None:
            needed.setdefault(case.lie, set()).update(case.versions)
    assert needed == {name: set(lie.versions) for name, lie in LIES.items() if name not in own_tests}
