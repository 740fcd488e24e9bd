# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs written by ours, beside recordings of slurmrestd of releases that Debian does not carry.

Those of 23.02 are of v0.0.39, whose home it is; those of 25.11 are a second opinion on v0.0.44, of 26.05.

Rule 1: what the server itself says must be as recorded, whatever cluster is behind it: status, entries, payload.
Rule 2: what slurmctld says depends on the cluster. There it counts that it was asked, that what our server says beside
        it is as recorded, and that a job then has what was asked for.
Rule 3: where the real server lied, died, or is of another mind than ours, the exchange is named in write_differences,
        with its reason.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import homes
import job_effects
import make
import pytest
import told
from write_differences import ACCEPTED, OTHERWISE, UNDONE
from writers import Told, Writer, alone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_SLURMCTLD = (
    *("slurm_submit_batch_job()", "slurm_submit_batch_het_job()", "slurm_update_job2()", "slurm_kill_job2()"),
    *("_handle_job_delete", "slurm_kill_jobs()"),
)
"""Sources of entries that tell what slurmctld said."""

_ALL = [one for release in make.WRITTEN for one in told.recorded_writes(release)]
_RECORDED = [one for one in _ALL if one["status"] is not None]
_DEADLY = [one for one in _ALL if one["status"] is None]
_DEFAULTS = ("time_limit", "standard_error", "standard_input", "standard_output", "priority", "hold", "job_id")
"""What a job has for these depends on its partition, or on what was asked beside it."""
_GONE = {"submit power_flags": "power_flags"}
"""Members that some release does not have, by exchange."""
_PARTITION = "free"
"""Like those of the recordings it takes every job."""


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server on a lab whose jobs of a test are gone afterwards."""
    yield from alone(lab, tokens)


def _target(lab: Lab, kind: str) -> int:
    """A job of the kind that a path names."""
    options = {"array": ["--array=1-3"], "components": ["-n1", ":", "-n1"], "running": ["-pfree", "-t5"]}.get(kind, [])
    held = [] if kind in ("running", "finished") else ["-H"]
    user = "bob" if kind == "foreign" else "alice"
    if kind == "finished":
        with open(f"{lab.directory}/jobs.json", encoding="utf-8") as file:
            return int(json.load(file)["finished"])
    script = "#!/bin/sh\nsleep 600\n"
    job = int(lab.run("sbatch", "--parsable", *held, *options, user=user, stdin=script).partition(";")[0])
    limit = time.monotonic() + 30
    while kind == "running" and lab.run("squeue", "-h", "-j", str(job), "-o", "%T").strip() != "RUNNING":
        assert time.monotonic() < limit
        time.sleep(0.05)
    return job


def _named(one: dict[str, Any]) -> str:
    """The kind of job that the path of an exchange names, "" for none."""
    return one["path"].partition("}")[0][1:] if one["path"].startswith("{") else ""


def _version(one: dict[str, Any]) -> int:
    return make.WRITTEN[one["release"]][1]


def _asked(ours: Writer, one: dict[str, Any], job: int) -> Told:
    path = f"v0.0.{_version(one)}/job/" + one["path"].replace("{" + _named(one) + "}", str(job))
    user, _, name = one["user"].partition("-as-")
    body = one["body"]
    if isinstance(body, dict) and one["path"] == "submit":
        body = _at_home(body)
    data = None if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return ours.ask(one["method"], path, data, user=user, name=name or None, type_=one["type"])


def _at_home(body: dict[str, Any]) -> dict[str, Any]:
    """A body with the partition of this cluster that is like those of the recordings."""
    if isinstance(body.get("job"), dict) and body["job"].get("partition", "big") == "big":
        return {**body, "job": {**body["job"], "partition": _PARTITION}}
    return body


def _entries(answer: Told, *, own: bool) -> tuple[list[list[Any]], list[list[Any]]]:
    """Errors and warnings as the facts tell them, those of the server itself or those of slurmctld."""
    errors = [[one.get("error_number"), one.get("description"), one["source"]] for one in answer.errors]
    warnings = [[one["description"], one["source"]] for one in answer.warnings]
    return _sorted_out(errors, own=own), _sorted_out(warnings, own=own)


def _sorted_out(entries: list[list[Any]], *, own: bool) -> list[list[Any]]:
    return [entry for entry in entries if (entry[-1] not in _SLURMCTLD) == own]


def _payload(answer: Told) -> dict[str, Any]:
    body = answer.body if isinstance(answer.body, dict) else {}
    found = {name: value for name, value in body.items() if name not in ("errors", "warnings", "job_id")}
    if isinstance(found.get("result"), dict):
        found["result"] = {name: value for name, value in found["result"].items() if name not in ("job_id", "error")}
    return found


def _reached(one: dict[str, Any]) -> bool:
    """Whether slurmctld was asked."""
    if _sorted_out([*one["errors"], *one["warnings"]], own=False):
        return True
    told_of = {"result", "step_id"} & one["payload"].keys()
    done = bool(told_of) if one["path"].startswith("submit") else one["status"] == 200
    return done and not one["errors"]


def _identified(exchanges: list[dict[str, Any]]) -> Any:
    """Those of 25.11 on the release that is next to it, where each run makes a share of them."""
    parameters = []
    for index, one in enumerate(exchanges):
        marks = homes.RECORDED
        if one["release"] == "25.11":
            marks = [pytest.mark.slurm(">= 26.05"), *([pytest.mark.slow] if index % homes.SHARE else [])]
        parameters.append(pytest.param(one, id=f"{one['release']}-{one['name'].replace(' ', '-')}", marks=marks))
    return pytest.mark.parametrize("one", parameters)


def _among(one: dict[str, Any], *kinds: dict[str, dict[str, Any]]) -> bool:
    return any(one["name"] in kind[one["release"]] for kind in kinds)


@_identified([one for one in _RECORDED if not _among(one, UNDONE, OTHERWISE)])
def test_exchange(one: dict[str, Any], lab: Lab, ours: Writer) -> None:
    job = _target(lab, _named(one)) if _named(one) else 0
    answer = Told(0, None)
    try:
        answer = _asked(ours, one, job)
        if answer.status == 501:
            # A later release has no such member any more, and says so.
            assert answer.body.endswith(f" has no {_GONE[one['name']]}")
            return
        if not isinstance(answer.body, dict):
            assert (answer.status, one["errors"], one["payload"]) == (one["status"], [], {})
            return
        errors, warnings = _entries(answer, own=True)
        about = [[number, job_effects.masked(text, job) if job else text, source] for number, text, source in errors]
        assert about == _sorted_out(one["errors"], own=True)
        assert warnings == _sorted_out(one["warnings"], own=True)
        if not _reached(one):
            assert (answer.status, _payload(answer)) == (one["status"], one["payload"])
            return
        assert not (answer.errors and answer.job)
        failures, _ = _entries(answer, own=False)
        assert bool(failures) == (answer.status != 200)
        if answer.status == one["status"] == 200:
            _compare_done(one, answer, ours, job or answer.job)
    finally:
        known = [str(ident) for ident in (job, answer.job) if ident]
        if known and _named(one) != "finished":
            lab.run("scancel", "-Q", *known)


def _compare_done(one: dict[str, Any], answer: Told, ours: Writer, job: int) -> None:
    """What was done is told as recorded, and the job has it."""
    payload = _payload(answer)
    assert payload.keys() == one["payload"].keys()
    result, recorded = (found.get("result") or {} for found in (payload, one["payload"]))
    assert result.keys() == recorded.keys()
    if result and result["error_code"] == recorded["error_code"]:
        assert payload == one["payload"]
        assert _entries(answer, own=False)[1] == _sorted_out(one["warnings"], own=False)
    if "shown" in one:
        (shown, *_) = ours.ask("GET", f"v0.0.{_version(one)}/job/{job}", user="root").body["jobs"]
        expected = {name: value for name, value in one["shown"].items() if name not in _DEFAULTS}
        assert {name: shown[name] for name in expected} == expected


def _nothing(one: dict[str, Any]) -> dict[str, Any]:
    """What an answer to a cancellation has where there is nothing to tell."""
    return {name: [] for name in one["payload"]}


@_identified([one for one in _RECORDED if one["name"] == "cancel again"])
def test_cancelling_twice(one: dict[str, Any], lab: Lab, ours: Writer) -> None:
    job = _target(lab, "held")
    first, second = _asked(ours, one, job), _asked(ours, one, job)
    assert (first.status, first.body) == (200, {**_nothing(one), "errors": [], "warnings": []})
    assert (second.status, _entries(second, own=False)) == (200, ([], one["warnings"]))


def _has_time_limit(one: dict[str, Any]) -> bool:
    return bool(one["name"].startswith("submit time_limit") and one.get("shown", {}).get("time_limit", {}).get("set"))


@_identified([one for one in _RECORDED if _has_time_limit(one)])
def test_time_limits(one: dict[str, Any], ours: Writer, lab: Lab) -> None:
    """Those of the recordings that are numbers: what is boundless may be cut by the limits of an account."""
    answer = _asked(ours, one, 0)
    try:
        ((shown,)) = ours.ask("GET", f"v0.0.{_version(one)}/job/{answer.job}", user="root").body["jobs"]
        assert shown["time_limit"] == one["shown"]["time_limit"]
    finally:
        lab.run("scancel", "-Q", str(answer.job))


@_identified([one for one in _RECORDED if _among(one, UNDONE)])
def test_what_was_not_done(one: dict[str, Any], lab: Lab, ours: Writer) -> None:
    """See UNDONE: ours says so, with the same warnings."""
    job = _target(lab, _named(one)) if _named(one) else 0
    last = job_effects.last(lab)
    try:
        before = job_effects.shown(lab, job) if job else {}
        answer = _asked(ours, one, job)
        assert answer.status in (422, 500)
        assert answer.errors
        assert _entries(answer, own=True)[1] == _sorted_out(one["warnings"], own=True)
        assert not answer.job
        assert job_effects.last(lab) == last
        assert not job or job_effects.shown(lab, job) == before
    finally:
        if job:
            lab.run("scancel", "-Q", str(job))


@_identified(_DEADLY)
def test_what_it_died_of(one: dict[str, Any], lab: Lab, ours: Writer) -> None:
    """Ours answers, and with a job or an error."""
    job = _target(lab, _named(one)) if _named(one) else 0
    answer = Told(0, None)
    try:
        answer = _asked(ours, one, job)
        assert answer.status in (200, 404, 422, 500)
        assert bool(answer.errors) == (answer.status != 200)
        if one["path"] == "submit":
            assert bool(answer.job) == (answer.status == 200)
    finally:
        known = [str(ident) for ident in (job, answer.job) if ident]
        if known:
            lab.run("scancel", "-Q", *known)


@_identified([one for one in _RECORDED if _among(one, OTHERWISE)])
def test_what_is_read_otherwise(one: dict[str, Any], lab: Lab, ours: Writer) -> None:
    answer = _asked(ours, one, 0)
    if answer.job:
        lab.run("scancel", str(answer.job))
    assert answer.status == OTHERWISE[one["release"]][one["name"]][0]
    assert answer.status != one["status"]
    assert bool(answer.job) == (answer.status == 200)


def test_that_each_exception_is_recorded() -> None:
    for release in make.WRITTEN:
        recorded = [one for one in _RECORDED if one["release"] == release]
        assert UNDONE[release].keys() | OTHERWISE[release].keys() <= {one["name"] for one in recorded}
        taken = {one["name"] for one in recorded if one["status"] != 200 and "result" in one["payload"]}
        assert taken == ACCEPTED[release].keys()
