# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd is asked to keep by ours, beside recordings of slurmrestd of releases that Debian does not carry.

That of 23.02 is of v0.0.39, whose home it is; that of 25.11 is a second opinion on v0.0.44, of 26.05.

Rule 1: a recording is repeated in its order, on a slurmdbd of its own that begins with what was there then. Status,
        entries and the rest of each answer are as recorded, or a row of recorded_differences.py says why not.
Rule 2: of what the real server died, ours has an answer, and one that tells of an error has changed nothing.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from typing import TYPE_CHECKING, Any

import make
import pytest
import second_slurmdbd
import told
from comparison import flatten, message
from recorded import Ledger, entries
from recorded_differences import DATABASE_WRITES
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a second slurmdbd")

_CONTENT = (
    "add cluster lab",
    "add qos fast",
    "add account physics description=phys organization=sci maxjobs=50",
    "add account chem description=chem organization=sci",
    "add user alice account=physics wckeys=wk1 defaultwckey=wk1 qos=normal,fast defaultqos=normal",
    "add user bob account=physics",
    "add user root account=physics",
    "add coordinator account=chem names=bob",
)
"""What sacctmgr had been told before the recordings were made."""
_OF_JOBS = """
set sql_mode = '';
insert into slurm_second_db.lab_job_table (id_job, id_assoc, time_submit, time_start, state, account, id_qos)
    select id_assoc, id_assoc, 1, 1, 1, acct, (select id from slurm_second_db.qos_table where name = '{qos}')
    from slurm_second_db.lab_assoc_table where user in ('alice', 'root') and acct = 'physics' and deleted = 0;
insert into slurm_second_db.lab_wckey_table (creation_time, wckey_name, user) values (1, 'nosuch', 'alice');
"""
_QOS = {"23.02": "normal", "25.11": "fast"}
"""Jobs that run, of which nobody may take the account away; of 25.11, not their QOS either."""
_OF_WCKEYS = {
    "23.02": """
insert into slurm_second_db.lab_wckey_table (creation_time, wckey_name, user)
    values (1, '*wk1', 'alice'), (1, '', 'bob'), (1, '*', 'bob');
""",
    "25.11": """
update slurm_second_db.lab_job_table set wckey = 'nosuch',
    id_wckey = (select id_wckey from slurm_second_db.lab_wckey_table where wckey_name = 'nosuch');
""",
}
"""What others had; of 25.11, jobs that run have one."""
_BETWEEN = {
    # slurmdbd of 23.02 had removed it although it was in use.
    ("23.02", "db accounts for associations"): ("add qos fast",),
    # What the real server had stored of two.
    ("25.11", "db config with accounts, associations, users"): ("add user bu2 account=b2",),
    # What it had not stored.
    ("25.11", "db delete association by plain user, existing"): (
        "delete user cfu1",
        "delete account cf1",
        "delete qos cfq1",
    ),
}
"""What sacctmgr is told before an exchange: what is otherwise on either side."""


@pytest.fixture
def second(lab: Lab, release: str) -> Iterator[Lab]:
    with second_slurmdbd.empty(lab) as found:
        for line in _CONTENT:
            found.run("sacctmgr", "-i", *line.split())
        second_slurmdbd.ask_mariadb(lab, _OF_JOBS.format(qos=_QOS[release]))
        second_slurmdbd.ask_mariadb(lab, _OF_WCKEYS[release])
        yield found


def _request(one: dict[str, Any], tokens: dict[str, str]) -> bytes:
    user, _, name = one["user"].partition("-as-")
    lines = [f"X-SLURM-USER-NAME: {name or user}", f"X-SLURM-USER-TOKEN: {tokens[user]}"]
    body = one["body"]
    data = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    if one["method"] == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    _, version = make.WRITTEN[one["release"]]
    return message(one["method"], f"/slurmdb/v0.0.{version}/{one['path']}", "HTTP/1.1", lines, data)


def _between(one: dict[str, Any]) -> tuple[str, ...]:
    return _BETWEEN.get((one["release"], one["name"]), ())


def _answers(exchanges: list[dict[str, Any]], second: Lab, tokens: dict[str, str]) -> list[wire.Answer]:
    """Ours to each, in their order: those of one user in a row share a connection as long as it stays."""
    ours = program.ours(second)
    found: list[wire.Answer] = []
    for (_, between), some in itertools.groupby(exchanges, key=lambda one: (one["user"], _between(one))):
        waiting = [_request(one, tokens) for one in some]
        for line in between:
            second.run("sacctmgr", "-i", *line.split())
        while waiting:
            answers = wire.strict(ours.exchange(b"".join(waiting)).output)
            assert answers, waiting[0]
            found += answers
            waiting = waiting[len(answers) :]
    return found


def _told(answer: wire.Answer) -> dict[str, Any]:
    """Ours as the facts have it."""
    body = json.loads(answer.body) if answer.headers.get("content-type") == "application/json" else {}
    payload = {name: value for name, value in body.items() if name not in ("meta", "errors", "warnings")}
    return {"status": answer.status, **entries(body), "payload": make.without_nothing(payload)}


def _without_address(part: Any) -> Any:
    """See the row dbd-address."""
    return re.sub(r"\(0x[0-9a-f]+\)", "()", part) if isinstance(part, str) else part


def _places(one: dict[str, Any]) -> dict[str, Any]:
    """What an answer has, by place."""
    found: dict[str, Any] = {"status": one["status"]}
    for kind in ("errors", "warnings"):
        found[kind] = [[_without_address(part) for part in entry] for entry in one[kind]]
    if one["payload"]:
        flatten(one["payload"], "payload", found)
    return found


_FIRST = 60
_READ = "then get"


_NEAREST = {"23.02": pytest.mark.slurm("< 24.11"), "25.11": pytest.mark.slurm(">= 26.05")}
"""The releases whose slurmdbd is nearest to that of a recording."""


@pytest.mark.parametrize("release", [pytest.param(release, marks=mark) for release, mark in _NEAREST.items()])
@pytest.mark.parametrize("most", [_FIRST, pytest.param(None, marks=pytest.mark.slow)], ids=["first", "all"])
def test_that_each_answer_is_as_recorded(most: int | None, release: str, second: Lab, tokens: dict[str, str]) -> None:
    exchanges = told.recorded_database_writes(release)[:most]
    ledger, then = Ledger(DATABASE_WRITES, [], set()), None
    for one, answer in zip(exchanges, _answers(exchanges, second, tokens)):
        ours = _told(answer)
        if one["name"] == _READ and then is not None:
            if not re.search(then, json.dumps([ours["payload"], ours["warnings"]])):
                ledger.note(one, ours)
            continue
        rows = [row for row in DATABASE_WRITES if row.then and row.is_of(one)]
        ledger.needed.update(row.ident for row in rows)
        then = rows[0].then if rows else None
        if one["status"] is not None:
            ledger.compare(one, _places(one), _places(ours))
        elif bool(ours["errors"]) != (answer.status not in (200, 304)):
            ledger.note(one, ours)
    ledger.close(release, whole=most is None)
