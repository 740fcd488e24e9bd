# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs submitted, changed and cancelled by the real slurmrestd and by ours: the same answer and the same effect.

Rule 1: each request is made once with either server, on jobs that were made for it. What each job has become is read
        from slurmctld with scontrol, and from its state folder: the script and the environment to the byte.
Rule 2: ids and times of day are masked; times are compared as distances from the submission.
Rule 3: a difference is one of write_differences.WRITES; where there is none, the case fails.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, NamedTuple

import job_effects
import pytest
from documented import broken, type_of
from job_effects import unlike
from sidebyside import program, server, wire
from write_cases import ALL, BODIES, CANCELS, CASES, CHANGES, JOB, SCRIPT, WAITING, Body, Cancel, Case, Change
from write_differences import WRITES

from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.model import IN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sidebyside.lab import Lab
    from sidebyside.program import Program
    from sidebyside.server import Server

# The versions that have these operations so far are at home in it; another release's server has them no more.
pytestmark = pytest.mark.slurm("== 22.05")

_JSON = "application/json"


class Told(NamedTuple):
    """One answer: status (0: none came), body without `meta` and with ids masked, and the id of a submitted job."""

    status: int
    body: object
    job: int


class Writer:
    """Asks both servers, a new process each time, and looks with `reader`, a real one, at what became of jobs."""

    def __init__(self, lab: Lab, tokens: dict[str, str], reader: Server) -> None:
        self.lab = lab
        self._reader = reader
        self.tokens = tokens
        self.real = program.real(lab)
        self.ours = program.ours(lab)

    def request(
        self, method: str, path: str, body: bytes, *, user: str, name: str | None = None, type_: str = _JSON
    ) -> bytes:
        """A request with the token of `user` in the name of `name`."""
        head = [
            f"{method} {path} HTTP/1.1",
            f"X-SLURM-USER-NAME: {name or user}",
            f"X-SLURM-USER-TOKEN: {self.tokens[user]}",
        ]
        if method == "POST":
            head += [f"Content-Type: {type_}", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body

    def ask(self, who: Program, method: str, path: str, body: bytes = b"", *, user: str = "alice", **more: Any) -> Told:
        """One request to a new process."""
        outcome = who.exchange(self.request(method, path, body, user=user, **more))
        answers = (wire.strict if who.name == self.ours.name else wire.lenient)(outcome.output)
        if not answers:
            return Told(0, None, 0)
        answer = answers[0]
        text = answer.body.decode()
        if not answer.headers.get("content-type", "").startswith("application/json"):
            return Told(answer.status, text, 0)
        found = json.loads(text)
        assert found.pop("meta")
        job = found.get("job_id", 0)
        if job:
            found["job_id"] = "<job>"
        return Told(answer.status, found, job)

    def submit(self, who: Program, version: int, body: bytes, type_: str = _JSON) -> tuple[Told, int]:
        """The answer, and the id of the job that is there now and was not before: an answer may be lost."""
        before = job_effects.last(self.lab)
        told = self.ask(who, "POST", f"/slurm/v0.0.{version}/job/submit", body, type_=type_)
        return told, job_effects.after(self.lab, before)

    def effect(self, job: int) -> dict[str, object]:
        """All that there is to know of a job and its components or tasks, with ids and times masked."""
        return {**job_effects.served(self._read(job), job), **job_effects.shown(self.lab, job)}

    def shown(self, job: int) -> dict[str, Any]:
        """The job as the real server shows it in v0.0.38."""
        return self._read(job)[0]

    def _read(self, job: int) -> list[dict[str, Any]]:
        request = self.request("GET", f"/slurm/v0.0.38/job/{job}", b"", user="root")
        found: list[dict[str, Any]] = json.loads(self._reader.ask(request).body)["jobs"]
        return found

    def cancel(self, *jobs: int) -> None:
        """End jobs that a test made."""
        known = [str(job) for job in jobs if job]
        if known:
            self.lab.run("scancel", *known)


def _undocumented(version: int, real: Told, ours: Told) -> list[str]:
    """Where our answer to a submission is not of the documented type although the real server's is."""
    type_ = type_of(version, "POST", "slurm/job/submit", ours.status)
    bodies = [{**told.body, "job_id": told.job} for told in (real, ours) if isinstance(told.body, dict)]
    return broken(type_, *bodies) if type_ and len(bodies) == 2 and real.status == ours.status else []


@pytest.fixture(scope="module")
def writer(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """A writer on a lab whose jobs of alice are gone afterwards."""
    first = job_effects.last(lab)
    with server.real(lab) as reader:
        yield Writer(lab, tokens, reader)
    job_effects.end_later_ones(lab, first)


def _each(cases: tuple[Any, ...]) -> Any:
    pairs = [(case, version) for case in cases for version in case.versions]
    return pytest.mark.parametrize(("case", "version"), pairs, ids=[f"{case}-{version}" for case, version in pairs])


def test_that_every_key_is_tried() -> None:
    tried = {key.lower() for case in CASES for key in case.job}
    rows = (row for version in ALL for row in JOB_DESC.rows_of(version, IN))
    assert {row.path for row in rows if row.kind.name != "disabled"} <= tried


@_each(CASES)
def test_submission(case: Case, version: int, writer: Writer, waiting: str) -> None:
    job = {**JOB, **case.job}
    if any(key.lower() == "job_name" for key in case.job):
        job.pop("name", None)
        job = {**job, **case.job}
    body = json.dumps({"script": SCRIPT, "job": job}).replace(WAITING, waiting).encode()
    real, real_job = writer.submit(writer.real, version, body)
    ours, our_job = writer.submit(writer.ours, version, body)
    try:
        assert not _undocumented(version, real, ours)
        apart = unlike(writer.effect(real_job), writer.effect(our_job)) if real_job and our_job else {}
        alike = real[:2] == ours[:2] and bool(real_job) == bool(our_job) and not apart
        if case.difference is None:
            assert real[:2] == ours[:2]
            assert bool(real_job) == bool(our_job)
            assert not apart
        else:
            assert not alike, "no difference any more"
            assert ours.status == case.status, ours
            assert ours.job == our_job
            assert bool(our_job) == (case.status == 200)
            if case.ours:
                shown = writer.shown(our_job)
                assert {key: shown[key] for key in case.ours} == case.ours
    finally:
        writer.cancel(real_job, our_job)


@_each(BODIES)
def test_body(case: Body, version: int, writer: Writer) -> None:
    body = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
    real, real_job = writer.submit(writer.real, version, body, case.type)
    ours, our_job = writer.submit(writer.ours, version, body, case.type)
    try:
        assert not _undocumented(version, real, ours)
        if case.difference is not None:
            assert real[:2] != ours[:2], "no difference any more"
            assert (ours.status, our_job) == (case.status, 0)
            return
        assert real[:2] == ours[:2]
        assert bool(real_job) == bool(our_job)
        # Of a heterogeneous job that is refused, slurmctld keeps the components before the refused one as failed.
        assert ours.job in (0, our_job)
        if our_job:
            assert not unlike(writer.effect(real_job), writer.effect(our_job))
    finally:
        writer.cancel(real_job, our_job)


def _held(writer: Writer, members: dict[str, Any]) -> int:
    body = json.dumps({"script": SCRIPT, "job": {**JOB, "comment": "as submitted", **members}}).encode()
    told, job = writer.submit(writer.ours, 38, body)
    assert told.job == job, told
    return job


def _without_id(told: Told, job: int) -> tuple[int, str]:
    # Codes of Slurm's have numbers of jobs, too.
    codes = "".join(f'(?<!"{name}": )' for name in ("error_number", "error_code", "errno"))
    return told.status, re.sub(rf"(?<!\d){codes}{job}(?!\d)", "<job>", json.dumps(told.body))


@_each(CHANGES)
def test_change(case: Change, version: int, writer: Writer) -> None:
    body = json.dumps(case.changes).encode()
    jobs, tellings = [], []
    try:
        for who in (writer.real, writer.ours):
            jobs.append(_held(writer, case.submitted))
            path = f"/slurm/v0.0.{version}/job/{case.target.format(job=jobs[-1])}"
            told = writer.ask(who, "POST", path, body, user=case.user)
            tellings.append(_without_id(told, jobs[-1]))
        apart = unlike(*map(writer.effect, jobs))
        if case.difference is None:
            assert tellings[0] == tellings[1]
            assert not apart
        else:
            assert apart or tellings[0] != tellings[1], "no difference any more"
            assert tellings[1] == (200, '{"errors": []}')
            shown = writer.shown(jobs[1])
            assert {key: shown[key] for key in case.ours} == case.ours
    finally:
        writer.cancel(*jobs)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("case", CANCELS, ids=str)
def test_cancellation(case: Cancel, version: int, writer: Writer) -> None:
    jobs, tellings = [], []
    try:
        for who in (writer.real, writer.ours):
            jobs.append(_held(writer, case.submitted))
            path = f"/slurm/v0.0.{version}/job/{case.target.format(job=jobs[-1])}{case.query}"
            tellings.append(_without_id(writer.ask(who, "DELETE", path, user=case.user, name=case.acting), jobs[-1]))
        assert tellings[0] == tellings[1]
        assert not unlike(*map(writer.effect, jobs))
    finally:
        writer.cancel(*jobs)


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("target", ["{job}", "{job}%2B1", "{job}%2B7"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_heterogeneous_job(method: str, target: str, version: int, writer: Writer) -> None:
    described = json.dumps({"script": SCRIPT, "jobs": [JOB, {**JOB, "name": "second"}]}).encode()
    jobs, tellings = [], []
    try:
        for who in (writer.real, writer.ours):
            jobs.append(writer.submit(writer.ours, 38, described)[1])
            # In v0.0.36 slurmrestd renames what has no name, see write_differences.WRITES.
            change = {"comment": "changed", **({"name": "w"} if version == 36 else {})}
            body = json.dumps(change).encode() if method == "POST" else b""
            path = f"/slurm/v0.0.{version}/job/{target.format(job=jobs[-1])}"
            tellings.append(_without_id(writer.ask(who, method, path, body), jobs[-1]))
        assert tellings[0] == tellings[1]
        assert not unlike(*map(writer.effect, jobs))
    finally:
        writer.cancel(*jobs)


_OPERATIONS = {
    "submit": ("POST", "job/submit", json.dumps({"script": SCRIPT, "job": JOB}).encode()),
    "change": ("POST", "job/1", b'{"comment": "x"}'),
    "cancel": ("DELETE", "job/1", b""),
}


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("operation", _OPERATIONS)
@pytest.mark.parametrize("trouble", ["rubbish", "expired", "down"])
def test_without_slurmctld(trouble: str, operation: str, version: int, writer: Writer, unreachable: str) -> None:
    """A token that slurmctld refuses, and a slurmctld that is not there."""
    method, path, body = _OPERATIONS[operation]
    sides = [writer.real, writer.ours]
    token = "alice"
    if trouble == "down":
        sides = [side.with_options(SLURM_CONF=unreachable) for side in sides]
    else:
        writer.tokens.setdefault("rubbish", "x.y.z")
        token = trouble
    before = job_effects.last(writer.lab)
    real, ours = (
        writer.ask(side, method, f"/slurm/v0.0.{version}/{path}", body, user=token, name="alice") for side in sides
    )
    assert real == ours
    assert real.status == 500
    assert job_effects.last(writer.lab) == before


def _raw(writer: Writer, body: bytes) -> bytes:
    return writer.request("POST", "/slurm/v0.0.38/job/submit", body, user="alice")


def test_that_half_a_body_submits_nothing(writer: Writer) -> None:
    body = json.dumps({"script": SCRIPT, "job": JOB}).encode()
    request = _raw(writer, body)
    before = job_effects.last(writer.lab)
    for missing in (1, len(body) // 2, len(body)):
        assert writer.ours.exchange(request[:-missing]).output == b""
    assert job_effects.last(writer.lab) == before


def test_that_a_lost_answer_is_in_the_log(writer: Writer) -> None:
    """Nobody reads the answer: the job is there, and the log knows its number."""
    reader, sink = os.pipe()
    os.close(reader)
    source, feed = os.pipe()
    os.write(feed, _raw(writer, json.dumps({"script": SCRIPT, "job": JOB}).encode()))
    os.close(feed)
    log_reader, log = os.pipe()
    process = writer.ours.start(source, sink, log)
    for descriptor in (source, sink, log):
        os.close(descriptor)
    with open(log_reader, encoding="utf-8") as file:
        said = file.read()
    process.wait()
    job = job_effects.last(writer.lab)
    writer.cancel(job)
    assert f'why="submitted job {job}"' in said


def test_that_the_log_tells_of_every_write(writer: Writer) -> None:
    job = _held(writer, {})
    path = f"/slurm/v0.0.38/job/{job}"
    changed = writer.ours.exchange(writer.request("POST", path, b'{"comment": "x"}', user="alice"))
    assert f'why="updated job {job}"' in changed.log
    cancelled = writer.ours.exchange(writer.request("DELETE", path, b"", user="alice"))
    assert f'why="signal 9 sent to job {job}"' in cancelled.log


def test_that_one_connection_can_submit_many(writer: Writer) -> None:
    request = _raw(writer, json.dumps({"script": SCRIPT, "job": JOB}).encode())
    answers = wire.strict(writer.ours.exchange(request * 20).output)
    ids = [json.loads(answer.body)["job_id"] for answer in answers]
    writer.cancel(*ids)
    assert len(set(ids)) == 20
    assert {answer.status for answer in answers} == {200}


def test_that_each_difference_has_its_reason() -> None:
    """None without one, and none that no case needs any more but those that have a test of their own."""
    own_tests = {"job-name", "array-update", "update-ignored"}
    needed = {case.difference for case in (*CASES, *BODIES, *CANCELS, *CHANGES) if getattr(case, "difference", None)}
    assert needed | own_tests == set(WRITES)
