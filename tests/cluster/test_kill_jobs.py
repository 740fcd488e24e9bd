# SPDX-License-Identifier: GPL-2.0-or-later
"""DELETE jobs: which jobs are sent a signal, by the real slurmrestd and by ours, and by ours on any release.

Rule 1: each case has jobs of its own, which a name finds that nobody else's have; what became of each is read from
        slurmctld.
Rule 2: where the real server signals jobs in spite of what it could not read, ours refuses, and the case says so.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import homes
import losing
import pytest
from modern_write_cases import SCRIPT
from sidebyside import server
from write_differences import LIES
from writers import Told, Writer, alone, both

from slurmrest_inet.versions import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

VERSIONS = (40, 41, 42, 43, 44, 45)
HERE = tuple(version for version in VERSIONS if HOME[version] == homes.installed())
_NAMES = (f"signalled{number}" for number in itertools.count())
PENDING, CANCELLED = "PENDING", "CANCELLED"


class Jobs(NamedTuple):
    """Two held jobs of alice, the second also in the partition limited, an array of hers, and a held one of bob."""

    name: str
    one: int
    two: int
    array: int
    foreign: int

    def told(self, text: str) -> str:
        """A text with ids and the name masked."""
        for word, number in (*zip(("one", "two", "array", "foreign"), self[1:]), ("name", self.name)):
            text = re.sub(rf"(?<![\w]){number}(?!\w)|(?<=\"){number}(?=_)", f"<{word}>", text)
        return text


class Case(NamedTuple):
    """A body with places for names, who asks, what then is of the jobs one, two and of the array's record.

    lie: a key of write_differences.LIES.
    """

    body: Any
    states: str = "P P P"
    user: str = "alice"
    lie: str | None = None
    versions: tuple[int, ...] = VERSIONS

    def __str__(self) -> str:
        return f"{self.user}-{self.body}".replace(" ", "").replace("/", "|").replace("[", "(").replace("]", ")")[:80]


_NAMED = {"job_name": "{name}"}
_VERBOSE = {**_NAMED, "flags": ["VERBOSE"]}
CASES = (
    Case({"jobs": ["{one}", "{two}"]}, "C C P"),
    Case({"jobs": ["{one}", "{one}"]}, "C P P"),
    Case({"jobs": ["999999", "{one}", "999998"]}, "C P P"),
    Case({"jobs": ["{array}_2", "{array}_9", "{two}"], "flags": ["VERBOSE"]}, "P C P"),
    Case({"jobs": ["{array}_[1-3]"], "flags": ["VERBOSE"]}, "P P C"),
    Case({"jobs": ["{array}"]}, "P P C"),
    Case({"jobs": ["{foreign}", "{one}"]}, "C P P"),
    *(Case({"jobs": ["{one}", text]}) for text in ("abc", "0", "-1", "", "4294967295", "{one}_x", None, True)),
    *(Case({"jobs": value, **_NAMED}) for value in (None, 5, "1", {"a": "1"}, [["x"]], [{}])),
    Case({"jobs": [], **_NAMED}, "C C C"),
    Case({"jobs": ["{one}"], "job_name": "nope"}),
    Case({"jobs": ["{one}", "{two}"], **_VERBOSE}, "C C P"),
    Case({**_NAMED}, "C C C"),
    Case({**_VERBOSE}, "C C C"),
    Case({**_VERBOSE}, "C C C", user="root"),
    Case({"job_name": "nope"}),
    Case({}, user="bob"),
    Case(b"", user="bob"),
    Case([]),
    Case(b"null"),
    Case(b'"x"'),
    Case({**_NAMED, "job_state": ["PENDING"]}, "C C C"),
    Case({**_NAMED, "job_state": "pending"}, "C C C"),
    Case({**_NAMED, "job_state": []}, "C C C"),
    *(Case({**_NAMED, "job_state": words}) for words in (["RUNNING"], ["PENDING", "RUNNING"], ["REQUEUED"], None)),
    Case({**_VERBOSE, "partition": "limited"}, "P C P"),
    Case({**_VERBOSE, "partition": "nope"}),
    Case({**_VERBOSE, "account": "optics", "user_name": "alice"}, "C C C"),
    *(Case({**_VERBOSE, key: "nope"}) for key in ("account", "qos", "reservation", "wckey", "user_name", "user_id")),
    *(Case({**_VERBOSE, key: ""}) for key in ("account", "reservation", "wckey", "partition")),
    Case({**_VERBOSE, "user_name": "bob"}),
    Case({**_VERBOSE, "user_name": "alice", "user_id": "bob"}),
    Case({**_VERBOSE, "user_id": "alice"}, "C C C", user="root"),
    *(Case({**_VERBOSE, "nodes": value}) for value in ("node1", ["node1", "node[2-3]"], "nope", 5, {}, "[", [])),
    *(Case({**_VERBOSE, "nodes": value}, "C C C") for value in (None, "")),
    *(Case({**_NAMED, "signal": value}) for value in ("USR1", "", None, [], {})),
    *(Case({**_NAMED, "signal": value}, "C C C") for value in (9, "9", "KILL")),
    Case({**_NAMED, "foo": 1}, "C C C"),
    Case({"job_name": 5}),
    Case({"job_name": ["x"]}),
    *(
        Case({"jobs": ["{one}"], **wrong}, lie=None if version == 40 else "signal-all", versions=(version,))
        for version in VERSIONS
        for wrong in ({"flags": ["FOO"]}, {"job_state": ["FOO"]}, {"signal": "FOO"}, {"flags": ["FOO", "VERBOSE"]})
    ),
    Case({**_NAMED, "signal": 65536}, lie="signal-wraps"),
    Case({"jobs": ["{one}", "{two}"], "user_id": "bob"}, lie="signal-user"),
    Case({**_NAMED, "user_id": 61002}, lie="signal-user"),
)


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[tuple[Writer, Writer]]:
    """Both servers on a lab whose jobs of a test are gone afterwards."""
    yield from both(lab, tokens)


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server alone."""
    yield from alone(lab, tokens)


def _made(lab: Lab) -> Jobs:
    name = next(_NAMES)
    text = SCRIPT

    def submit(*options: str, user: str = "alice") -> int:
        return int(lab.run("sbatch", "--parsable", "-H", f"-J{name}", *options, user=user, stdin=text))

    return Jobs(name, submit(), submit("-plimited"), submit("--array=1-3"), submit("-Jother", user="bob"))


def _states(lab: Lab, jobs: Jobs) -> str:
    told = lab.run("squeue", "-a", "-h", "-t", "all", "-o", "%A %T", "-j", ",".join(map(str, jobs[1:4])))
    found: dict[str, str] = {}
    for line in told.splitlines():
        job, state = line.split()
        found[job] = "P" if "P" in (state[0], found.get(job, "")[:1]) else state[0]
    return " ".join(found[str(job)] for job in jobs[1:4])


def _asked(who: Writer, case: Case, version: int, jobs: Jobs) -> Told:
    body = case.body
    if not isinstance(body, bytes):
        text = json.dumps(body)
        for word, value in jobs._asdict().items():
            text = text.replace(f"{{{word}}}", str(value))
        body = text.encode()
    return who.ask("DELETE", f"v0.0.{version}/jobs", body or None, user=case.user)


def _each(versions: tuple[int, ...]) -> Any:
    """Without `--all` the last of them alone."""
    found = [
        pytest.param(
            *(case, version),
            id=f"{case}-{version}",
            marks=[] if version == versions[-1] else [pytest.mark.slow],
        )
        for case in CASES
        for version in case.versions
        if version in versions
    ]
    return pytest.mark.parametrize(("case", "version"), found)


@pytest.mark.slurm(">= 24.11")
@_each(HERE)
def test_as_the_real_server(case: Case, version: int, lab: Lab, sides: tuple[Writer, Writer]) -> None:
    answers, told, states = [], [], []
    for who in sides:
        jobs = _made(lab)
        answers.append(_asked(who, case, version, jobs))
        told.append((answers[-1].status, jobs.told(json.dumps(answers[-1].body))))
        states.append(_states(lab, jobs))
        lab.run("scancel", "-Q", *map(str, jobs[1:]))
    assert states[1] == case.states
    if case.lie is None:
        assert told[0] == told[1]
        assert states[0] == states[1]
    else:
        assert version in LIES[case.lie].versions
        assert (told[0], states[0]) != (told[1], states[1]), "no difference any more"
        _LIES[case.lie](*answers, jobs)


def _signal_all(real: Told, ours: Told, _jobs: Jobs) -> None:
    """The same errors, of which none is "No error", and no job."""
    errors = [one if one["error_number"] else {**one, **_INVALID} for one in real.errors]
    assert errors
    assert ours == Told(500, {**real.body, "status": [], "errors": errors})


_INVALID = {"error_number": 22, "error": "Invalid argument"}


def _signal_user(real: Told, ours: Told, jobs: Jobs) -> None:
    """That all is well, with each job that was named and is not that user's."""
    assert real.body["status"] == []
    assert ours._replace(body={**ours.body, "status": []}) == real
    refused = [one["job_id"]["number"] for one in ours.body["status"] if one["error"]["code"]]
    assert len(refused) == len(ours.body["status"])
    assert refused in ([], [jobs.one, jobs.two])


def _signal_wraps(real: Told, ours: Told, _jobs: Jobs) -> None:
    """That it has sent a signal, which was not the one that was asked for; ours refuses the number."""
    assert (real.status, real.errors) == (200, [])
    assert (ours.status, ours.body["status"], ours.warnings) == (500, [], real.warnings)
    assert ours.errors[0]["error_number"] == _INVALID["error_number"]


_LIES = {"signal-all": _signal_all, "signal-user": _signal_user, "signal-wraps": _signal_wraps}


@_each(VERSIONS[:1] + VERSIONS[-1:])
def test_on_any_release(case: Case, version: int, lab: Lab, ours: Writer) -> None:
    jobs = _made(lab)
    answer = _asked(ours, case, version, jobs)
    assert _states(lab, jobs) == case.states, answer
    lab.run("scancel", "-Q", *map(str, jobs[1:]))
    assert answer.status in (200, 400, 422, 500)
    if answer.status != 200:
        assert case.states == "P P P"
        return
    assert answer.errors == []
    sent = [one["job_id"]["number"] for one in answer.body["status"] if not one["error"]["code"]]
    if _is_verbose(case):
        for job, state in zip((jobs.one, jobs.two), case.states.split()):
            assert sent.count(job) == (state == "C"), answer
        assert jobs.array in sent or case.states[-1] != "C"


def _is_verbose(case: Case) -> bool:
    return isinstance(case.body, dict) and "VERBOSE" in (case.body.get("flags") or ())


@pytest.mark.parametrize("version", VERSIONS[:1] + VERSIONS[-1:])
def test_that_components_end_with_their_leader(version: int, lab: Lab, ours: Writer) -> None:
    """A heterogeneous job is asked to end once: of none of its components is told that it had ended already."""
    name = next(_NAMES)
    options = ("-H", f"-J{name}")
    leader = lab.run("sbatch", "--parsable", *options, ":", *options, user="alice", stdin=SCRIPT).strip()
    body = json.dumps({"job_name": name, "flags": ["VERBOSE"]}).encode()
    answer = ours.ask("DELETE", f"v0.0.{version}/jobs", body)
    assert (answer.status, answer.errors) == (200, []), answer
    assert {one["error"]["code"] for one in answer.body["status"]} == {0}
    assert leader in {one["step_id"].partition("+")[0] for one in answer.body["status"]}
    assert lab.run("squeue", "-a", "-h", "-n", name) == ""


@pytest.mark.slurm("< 23.11")
@pytest.mark.parametrize("version", VERSIONS[:1] + VERSIONS[-1:])
def test_that_those_before_are_told_of_where_slurmctld_is_lost(
    version: int, lab: Lab, tokens: dict[str, str], conf: Any
) -> None:
    """Where one call is made after the other, slurmctld may not answer for the second: the first has its signal."""
    jobs = _made(lab)
    with losing.door(lab, conf, 2) as path:  # for the list of jobs, and the first signal
        writer = Writer(lambda: server.ours(lab, "-a", "jwt", SLURM_CONF=path), tokens)
        answer = _asked(writer, Case({"jobs": ["{one}", "{two}"], "flags": ["VERBOSE"]}), version, jobs)
        writer.end()
    assert answer.status >= 500, answer
    assert len(answer.errors) == 1
    assert [(one["step_id"], one["error"]["code"]) for one in answer.body["status"]] == [(str(jobs.one), 0)]
    assert _states(lab, jobs) == "C P P"
    lab.run("scancel", "-Q", *map(str, jobs[1:]))
