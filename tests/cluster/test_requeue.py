# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are requeued in v0.0.45: by the real slurmrestd and by ours alike, and by ours on any release."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import job_effects
import losing
import pytest
from sidebyside import server
from writers import Told, Writer, alone, both

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

VERSION = 45
RUNNING, HELD = ("-pfree", "-t5"), ("-H",)


class Case(NamedTuple):
    """What is asked: a path, or a body of jobs/requeue; of which job, by whom. lie: requeue-flag of LIES."""

    asked: Any
    options: tuple[str, ...] = HELD
    user: str = "alice"
    lie: bool = False

    def __str__(self) -> str:
        return f"{self.user}-{self.options[0]}-{self.asked}".replace(" ", "").replace("/", "|")[:80]


_ARRAY = ("-H", "--array=1-3")
CASES = (
    *(Case(f"job/{{job}}/requeue{query}", RUNNING) for query in ("", "?Hold=true", "?Hold=true&SpecialExit=true")),
    Case("job/{job}/requeue?SpecialExit=true", RUNNING),
    *(
        Case(f"job/{{job}}/requeue{query}", RUNNING)
        for query in ("?hold=true", "?HOLD=true", "?specialexit=true&hold=1", "?hold=x")
    ),
    *(
        Case(f"job/{{job}}/requeue{query}")
        for query in ("", "?Incomplete=true", "?Incomplete", "?Hold=x", "?foo=1", "?Incomplete=", "?Hold=true&Hold=no")
    ),
    *(Case(f"job/{target}/requeue") for target in ("abc", "0", "-1", "999999", "{job}_1", "{job}.batch", "{job}%2B1")),
    Case("job/{job}/requeue", user="bob"),
    *(Case(f"job/{{job}}{task}/requeue", _ARRAY) for task in ("", "_2", "_9", "_%5B1-2%5D")),
    Case({"jobs": ["{job}"]}, RUNNING),
    Case({"jobs": ["999999", "{job}", "999998"]}, RUNNING),
    Case({"jobs": ["{job}"], "flags": ["Hold"]}, RUNNING),
    Case({"jobs": ["{job}"], "flags": ["hold", "SpecialExit"]}, RUNNING),
    Case({"jobs": ["{job}"], "flags": ["SpecialExit"]}, RUNNING),
    Case({"jobs": ["{job}"], "flags": ["Incomplete"]}),
    Case({"jobs": ["{job}", "999999"]}),
    Case({"jobs": ["{job}"]}, user="bob"),
    Case({"jobs": ["{job}", "{job}_2"]}, _ARRAY),
    *(Case({"jobs": value}) for value in ([], None, "999999", 5, {}, [5], ["abc"], [None], [[]], [{}], ["0"], [""])),
    Case({"jobs": [True]}),
    Case({"jobs": ["{job}", "abc"]}, RUNNING),
    *(Case({"jobs": ["{job}"], "flags": value}) for value in ("Hold", [], None, 5)),
    Case({"jobs": ["{job}"], "flags": ["Foo"]}, RUNNING, lie=True),
    *(Case(body) for body in ({}, b"", [], b"null", b'"x"', {"flags": ["Hold"]}, {"jobs": ["999999"], "foo": 1})),
)


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[tuple[Writer, Writer]]:
    """Both servers on a lab whose jobs of a test are gone afterwards."""
    yield from both(lab, tokens)


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server alone."""
    yield from alone(lab, tokens)


def _submitted(lab: Lab, options: tuple[str, ...]) -> int:
    text = "#!/bin/sh\nsleep 300\n"
    job = int(lab.run("sbatch", "--parsable", "-o/dev/null", *options, user="alice", stdin=text))
    if options == RUNNING:
        _wait(lab, job, lambda shown: shown["JobState"] == "RUNNING")
    return job


def _shown(lab: Lab, job: int) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S*)", lab.run("scontrol", "-o", "show", "job", str(job)).splitlines()[0]))


def _wait(lab: Lab, job: int, done: Any) -> dict[str, str]:
    limit = time.monotonic() + 60
    while not done(shown := _shown(lab, job)):
        assert time.monotonic() < limit, shown
        time.sleep(0.1)
    return shown


def _asked(who: Writer, case: Case, job: int) -> Told:
    if isinstance(case.asked, str):
        return who.ask("GET", f"v0.0.{VERSION}/{case.asked.replace('{job}', str(job))}", user=case.user)
    body = case.asked
    if not isinstance(body, bytes):
        body = json.dumps(body).replace("{job}", str(job)).encode()
    return who.ask("POST", f"v0.0.{VERSION}/jobs/requeue", body, user=case.user)


_UNREAD = {
    "description": "Rejecting request. Failure parsing query",
    "error_number": 9000,
    "error": "Query empty or not RFC7320 compliant",
    "source": "op_handler_jobs_requeue",
}
"""What the real server says of another body that it cannot read, and ours of this one, too."""


@pytest.mark.slurm("== 26.05")
@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_the_real_server(case: Case, lab: Lab, sides: tuple[Writer, Writer]) -> None:
    answers, told, effects = [], [], []
    for who in sides:
        job = _submitted(lab, case.options)
        answer = _asked(who, case, job)
        answers.append(answer)
        told.append((answer.status, job_effects.masked(json.dumps(answer.body), job)))
        shown = _shown(lab, job)
        effects.append((shown["Restarts"], "JobState" in shown and shown["JobState"] == "RUNNING"))
        lab.run("scancel", "-Q", str(job))
    if case.lie:
        assert effects[1] == ("0", True)
        assert effects[0] != effects[1], "no difference any more"
        real, ours = answers
        assert real.errors
        assert ours == Told(422, {"errors": [*real.errors, _UNREAD], "warnings": real.warnings})
        return
    assert told[0] == told[1]
    assert effects[0] == effects[1]


@pytest.mark.parametrize("many", [False, True])
def test_on_any_release(many: bool, lab: Lab, ours: Writer) -> None:
    """Started once more; with Hold it is held then, as scontrol shows."""
    job = _submitted(lab, RUNNING)
    held = {"jobs": ["{job}"], "flags": ["Hold"]}
    case = Case(held if many else "job/{job}/requeue?Hold=true")
    answer = _asked(ours, case, job)
    assert (answer.status, answer.errors) == (200, []), answer
    shown = _wait(lab, job, lambda shown: shown["JobState"] in ("PENDING", "REQUEUE_HOLD", "REQUEUED"))
    assert shown["Restarts"] == "1"
    assert _shown(lab, job)["Priority"] == "0"
    lab.run("scancel", "-Q", str(job))


def test_that_each_is_told_of_where_slurmctld_is_lost(lab: Lab, tokens: dict[str, str], conf: Any) -> None:
    """It does not answer for the second of three: the first is requeued, the others are named, and not asked for."""
    jobs = [_submitted(lab, RUNNING) for _ in range(3)]
    with losing.door(lab, conf, 1) as path:
        writer = Writer(lambda: server.ours(lab, "-a", "jwt", SLURM_CONF=path), tokens)
        body = json.dumps({"jobs": [str(job) for job in jobs], "flags": ["Hold"]}).encode()
        answer = writer.ask("POST", f"v0.0.{VERSION}/jobs/requeue", body)
        writer.end()
    assert [error["description"] for error in answer.errors] == [f"Requeue JobId={job} failed" for job in jobs[1:]]
    assert [error["error"] for error in answer.errors] == ["Unexpected message received"] * 2
    assert answer.status == 500, answer
    _wait(lab, jobs[0], lambda shown: shown["Restarts"] == "1")
    assert [_shown(lab, job)["Restarts"] for job in jobs[1:]] == ["0", "0"]
    lab.run("scancel", "-Q", *map(str, jobs))
