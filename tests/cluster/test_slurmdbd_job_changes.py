# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers, changed by the real slurmrestd and by ours: answers, and what MariaDB then has.

Rule 1: both change the same jobs, which are made what they were after each request.
Rule 2: every release changes them; on those that are no home of v0.0.44 there is nobody to compare with.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import homes
import pytest
from comparison import message
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sidebyside.lab import Lab
    from sidebyside.program import Program

    Query = Callable[[str], str]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the lab's database")

_VERSIONS = (44, 45)
_AT_HOME = [version for version in homes.at_home(homes.installed(), "slurmdb") if version in _VERSIONS]
_ALICES, _OF_NOBODY, _TWICE, _ELSEWHERE = "never_started", "stranger", "requeued_0", "whole"
"""Labels of the lab's past: jobs of alice's, of who is unknown, one with several records, one that the cluster `other`
has by the same id."""
_TABLES = ("lab_job_table", "other_job_table")
_COLUMNS = "id_job,derived_ec,derived_es,admin_comment,system_comment,wckey,tres_alloc"


class Step(NamedTuple):
    """One request about a job, by its label; {} in the path and @ in the body are its id.

    ours: the status of ours, where the two differ.
    """

    body: Any
    path: str = "job/{}"
    user: str = "root"
    label: str = _ALICES
    ours: int | None = None


def _many(ids: Any, record: Any = None, **more: Any) -> Step:
    body = {"job_id_list": ids, "job_rec": {"comment": {"job": "many"}} if record is None else record}
    return Step(body, "jobs", **more)


_MINE = {"comment": {"job": "mine"}}
_WHOLE = {
    "comment": {"administrator": "adm", "job": "own", "system": "sys"},
    "derived_exit_code": {"return_code": {"set": True, "infinite": False, "number": 4}},
    "wckey": "mirror",
    "tres": {"allocated": [{"type": "gres", "name": "gpu", "count": 1}]},
}
_STEPS = (
    Step(_WHOLE),
    Step({"extra": "ex"}),
    Step({"wckey": "nosuch"}),
    Step({"tres": {"allocated": []}}),
    *(Step(one) for one in ({}, None, [], "x", {"nosuch": 1}, {"comment": "text"}, {"comment": {}})),
    *(Step({"comment": {"job": one}}) for one in (5, ["x"], "", None, "größe")),
    *(Step({"derived_exit_code": one}) for one in (5, "7", 1.5, None, -1, 4294967296, "x", [], {"return_code": 3})),
    *(Step({"derived_exit_code": {"return_code": one}}) for one in ("x", {"infinite": True}, {"set": False})),
    # The real one stores what happens to be in its memory.
    Step({"derived_exit_code": {}}, ours=304),
    Step({"derived_exit_code": {"signal": {"id": {"set": True, "number": 9}}}}, ours=304),
    Step(_MINE, user="alice"),
    Step({"comment": {"administrator": "mine"}}, user="alice"),
    Step({"wckey": "mirror"}, user="alice"),
    Step(_MINE, user="bob"),
    Step(_MINE, user="alice", label=_OF_NOBODY),
    Step(_MINE, label=_TWICE),
    *(Step(_MINE, f"job/{one}") for one in ("999999", "abc", "0", "-1", "1.5")),
    _many(["@"]),
    _many(["@", "999999"]),
    _many("@"),
    _many("@,1"),
    *(_many(one) for one in (["abc"], [["x"]], [None], {"x": 1}, [1, "abc"])),
    *(_many(["@"], one) for one in ({}, "x", [], {"nosuch": 1})),
    Step([], "jobs"),
    _many(["@"], user="alice"),
    _many(["@"], user="bob"),
    # The real one dies.
    Step({"job_id_list": ["@"]}, "jobs", ours=422),
    Step({}, "jobs", ours=422),
    Step(None, "jobs", ours=422),
)
_NAMES_NOBODY = tuple(
    Step(body, "jobs")
    for body in ({"job_rec": _MINE}, {"job_id_list": [], "job_rec": _MINE}, {"job_id_list": None, "job_rec": _MINE})
)
"""To slurmdbd that is every job there is, and the real one asks it to change them all."""


@pytest.fixture(scope="module")
def past(lab: Lab) -> dict[str, int]:
    with open(os.path.join(lab.directory, "past-jobs.json"), encoding="utf-8") as file:
        found: dict[str, int] = json.load(file)
        return found


@pytest.fixture(scope="module")
def query(lab: Lab) -> Iterator[Query]:
    """Asks MariaDB; all jobs are made what they were afterwards."""

    def ask(text: str) -> str:
        command = ["mariadb", "-N", "-S", lab.variables["LAB_MYSQL_SOCKET"], "-e", text, "slurm_acct_db"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    for table in _TABLES:
        ask(f"drop table if exists kept_{table}; create table kept_{table} as select * from {table}")  # noqa: S608 - ours
    yield ask
    for table in _TABLES:
        ask(f"replace into {table} select * from kept_{table}; drop table kept_{table}")  # noqa: S608 - likewise


def _stored(query: Query) -> dict[str, list[str]]:
    """What has another value now, by table; it is made what it was."""
    found = {}
    for table in _TABLES:
        changed = f"select {_COLUMNS} from {table} except select {_COLUMNS} from kept_{table}"  # noqa: S608 - our names
        lines = query(changed).splitlines()
        found[table] = sorted(lines)
        if lines:
            query(f"replace into {table} select * from kept_{table}")  # noqa: S608 - likewise
    return found


def _send(one: Program, step: Step, version: int, job: int, tokens: dict[str, str]) -> tuple[int, Any]:
    text = "" if step.body is None else json.dumps(step.body, ensure_ascii=False).replace("@", str(job))
    head = [f"X-SLURM-USER-NAME: {step.user}", f"X-SLURM-USER-TOKEN: {tokens[step.user]}"]
    if text:
        head += ["Content-Type: application/json", f"Content-Length: {len(text.encode())}"]
    target = f"/slurmdb/v0.0.{version}/{step.path.format(job)}"
    output = one.exchange(message("POST", target, "HTTP/1.1", head, text.encode())).output
    answers = [answer for answer in wire.lenient(output) if answer.status >= 200]
    if not answers:
        return 0, None
    document = json.loads(answers[0].body) if answers[0].body.startswith(b"{") else None
    if document is not None:
        document.pop("meta")
    return answers[0].status, document


@pytest.mark.parametrize("version", _AT_HOME)
def test_that_both_change_the_same(
    lab: Lab, query: Query, past: dict[str, int], tokens: dict[str, str], version: int
) -> None:
    real, ours = program.real(lab), program.ours(lab)
    troubles = []
    for step in _STEPS:
        job = past[step.label]
        theirs, there = _send(real, step, version, job, tokens), _stored(query)
        own, here = _send(ours, step, version, job, tokens), _stored(query)
        if step.ours is None and (theirs, there) != (own, here):
            troubles.append(f"{step}\n   real {theirs} {there}\n   ours {own} {here}")
        if step.ours is not None and (own[0] != step.ours or any(here.values()) or (theirs, there) == (own, here)):
            troubles.append(f"{step}\n   ours {own} {here}\n   real {theirs} {there}")
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize("step", _NAMES_NOBODY, ids=lambda step: json.dumps(step.body))
@pytest.mark.parametrize("version", _VERSIONS)
def test_that_who_names_no_job_changes_none(
    lab: Lab, query: Query, tokens: dict[str, str], version: int, step: Step
) -> None:
    status, document = _send(program.ours(lab), step, version, 0, tokens)
    assert (status, document["errors"][0]["error_number"]) == (422, 9000)
    assert not any(_stored(query).values())


@pytest.mark.parametrize("version", _VERSIONS)
def test_that_the_job_of_another_cluster_stays(
    lab: Lab, query: Query, past: dict[str, int], tokens: dict[str, str], version: int
) -> None:
    """The real one changes both, of which its GET job/{job_id} tells the one of this cluster."""
    status, document = _send(program.ours(lab), Step(_MINE), version, past[_ELSEWHERE], tokens)
    assert (status, len(document["results"])) == (200, 1)
    stored = _stored(query)
    assert len(stored["lab_job_table"]) == 1
    assert stored["other_job_table"] == []


class Rights(NamedTuple):
    """Whether a user may change this of alice's job."""

    user: str
    level: str
    body: Any
    may: bool


_ADMINISTRATORS = {"comment": {"administrator": "x"}}
_RIGHTS = (
    Rights("root", "", _ADMINISTRATORS, may=True),
    Rights("bob", "Administrator", _ADMINISTRATORS, may=True),
    Rights("bob", "Operator", _ADMINISTRATORS, may=True),
    Rights("bob", "Operator", _MINE, may=True),
    Rights("bob", "", _ADMINISTRATORS, may=False),
    Rights("bob", "", _MINE, may=False),
    Rights("alice", "", _MINE, may=True),
    Rights("alice", "", _ADMINISTRATORS, may=False),
)


@pytest.fixture
def level(lab: Lab) -> Iterator[Callable[[str, str], None]]:
    """Gives users rights in slurmdbd, for as long as a test."""
    given = []

    def give(user: str, what: str) -> None:
        if what:
            lab.run("sacctmgr", "-i", "modify", "user", user, "set", f"adminlevel={what}")
            given.append(user)

    yield give
    for user in given:
        lab.run("sacctmgr", "-i", "modify", "user", user, "set", "adminlevel=None")


def _both(lab: Lab) -> Sequence[Program]:
    return (program.real(lab), program.ours(lab)) if _AT_HOME else (program.ours(lab),)


@pytest.mark.parametrize("rights", _RIGHTS, ids=lambda one: f"{one.user} {one.level or 'None'} {json.dumps(one.body)}")
def test_who_may_change_what(
    lab: Lab,
    query: Query,
    past: dict[str, int],
    tokens: dict[str, str],
    level: Callable[[str, str], None],
    rights: Rights,
) -> None:
    level(rights.user, rights.level)
    for one in _both(lab):
        status, document = _send(one, Step(rights.body, user=rights.user), 45, past[_ALICES], tokens)
        changed = len(_stored(query)["lab_job_table"])
        if rights.may:
            assert (status, changed, len(document["results"])) == (200, 1, 1), (one.name, document)
        else:
            assert (status, changed, document["errors"][0]["error_number"]) == (422, 0, 2002), (one.name, document)


@pytest.mark.slurm("< 23.02")
def test_that_a_release_says_what_it_lacks(
    lab: Lab, query: Query, past: dict[str, int], tokens: dict[str, str]
) -> None:
    status, _ = _send(program.ours(lab), Step({"extra": "x"}), 45, past[_ALICES], tokens)
    assert status == 501
    assert not any(_stored(query).values())
