# SPDX-License-Identifier: GPL-2.0-or-later
"""Who uses slurmdbd's side, over a socket: a site's agent, an exporter, a budget tool; and who has no use for it.

Rule 1: each does what its kind does, in the youngest version that the release is the home of; test_past.py has the
        portal.
Rule 2: what is right is told by Slurm's own commands, or was put into slurmdbd's tables.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import homes
import pytest
from sidebyside import server

from slurmrest_inet.versions import plugin, since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Server

    Ask = Callable[..., "tuple[int, dict[str, Any]]"]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users")
VERSION = homes.at_home(homes.installed(), "slurmdb")[-1:]


@pytest.fixture(scope="module")
def listening(lab: Lab) -> Iterator[Server]:
    with server.ours(lab, "-a", "jwt") as one:
        yield one


@pytest.fixture
def ask(listening: Server, tokens: dict[str, str]) -> Iterator[Ask]:
    """One request after the other, on one connection as long as the answers let it stay."""
    clients = [listening.connect()]

    def send(method: str, path: str, body: Any = None, user: str = "root") -> tuple[int, dict[str, Any]]:
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: lab", f"X-SLURM-USER-NAME: {user}"]
        lines.append(f"X-SLURM-USER-TOKEN: {tokens[user]}")
        if data:
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        clients[-1].send("\r\n".join([*lines, "", ""]).encode() + data)
        answer = clients[-1].answer()
        if answer.headers.get("connection") == "close":
            clients.append(listening.connect())
        return answer.status, json.loads(answer.body) if answer.body else {}

    yield send
    for one in clients:
        one.socket.close()


def _told(lab: Lab, *words: str) -> list[str]:
    return lab.run("sacctmgr", "-nP", "list", *words).splitlines()


def _limited(version: int, jobs: int, minutes: int) -> dict[str, Any]:
    """Limits of an association: jobs that run at once, and minutes of one."""

    def number(value: int) -> Any:
        return value if version < 39 else {"set": True, "infinite": False, "number": value}

    return {"jobs": {"active": number(jobs), "per": {"wall_clock": number(minutes)}}}


_QOS = {38: "QOS", 39: "qos"}


@pytest.fixture
def _removed(lab: Lab) -> Iterator[None]:
    """Take away what a site's agent has left when it failed."""
    yield
    for kind, name in (("user", "agentuser"), ("account", "agentsite"), ("qos", "agentqos")):
        if name in _told(lab, kind, f"format={'name' if kind == 'qos' else kind}"):
            lab.run("sacctmgr", "-i", "delete", kind, name)


@pytest.mark.usefixtures("_removed")
@pytest.mark.parametrize("version", VERSION)
def test_the_cycle_of_a_sites_agent(lab: Lab, ask: Ask, version: int) -> None:
    """A project comes with its QOS, its account and its user, is given more, and goes."""
    base = f"/slurmdb/v0.0.{version}"
    of_user = {"account": "agentsite", "user": "agentuser", "cluster": "lab", "partition": ""}

    def done(method: str, path: str, body: Any = None) -> dict[str, Any]:
        status, answer = ask(method, f"{base}/{path}", body)
        assert (status, answer["errors"]) == (200, []), (path, answer)
        return answer

    def associations() -> list[str]:
        return _told(lab, "assoc", "account=agentsite", "format=account,user,share,maxjobs,maxwall,qos")

    def is_there() -> bool:
        return any(line.startswith("agentsite||5|") for line in associations())

    done("POST", "qos", {since(_QOS, version): [{"name": "agentqos", "description": "of a project", "priority": 7}]})
    account = {"name": "agentsite", "description": "a project", "organization": "site"}
    done("POST", "accounts", {"accounts": [account]})
    own = {"account": "agentsite", "cluster": "lab", "parent_account": "root", "partition": "", "shares_raw": 5}
    done("POST", "associations", {"associations": [{**own, "user": None if version < 39 else ""}]})
    done("POST", "users", {"users": [{"name": "agentuser"}]})
    limits = {"max": _limited(version, 4, 600), "qos": ["agentqos"]}
    done("POST", "associations", {"associations": [{**of_user, **limits}]})
    assert _told(lab, "qos", "agentqos", "format=name,descr,priority") == ["agentqos|of a project|7"]
    assert _told(lab, "account", "agentsite", "format=account,descr,org") == ["agentsite|a project|site"]
    assert is_there()
    assert associations()[1:] == ["agentsite|agentuser|1|4|10:00:00|agentqos"]
    (shown,) = done("GET", "associations?account=agentsite&user=agentuser")["associations"]
    assert shown["qos"] == ["agentqos"]
    assert shown["max"]["jobs"]["active"] == limits["max"]["jobs"]["active"]

    limits = {"max": _limited(version, 9, 1200), "qos": ["agentqos", "normal"]}
    done("POST", "associations", {"associations": [{**of_user, **limits}]})
    done("POST", "accounts", {"accounts": [{**account, "description": "a larger one"}]})
    assert associations()[1:] == ["agentsite|agentuser|1|9|20:00:00|agentqos,normal"]
    assert _told(lab, "account", "agentsite", "format=descr") == ["a larger one"]
    status, answer = ask("POST", f"{base}/accounts", {"accounts": [{**account, "name": "agentother"}]}, user="bob")
    assert status >= 400
    assert answer["errors"]
    assert not _told(lab, "account", "agentother")

    done("DELETE", "association?account=agentsite&user=agentuser&cluster=lab")
    assert is_there()
    assert len(associations()) == 1
    done("DELETE", "user/agentuser")
    done("DELETE", "account/agentsite")
    done("DELETE", "qos/agentqos")
    for kind, name in (("user", "agentuser"), ("account", "agentsite"), ("qos", "agentqos")):
        assert not _told(lab, kind, name)


@pytest.mark.parametrize("version", VERSION)
def test_an_exporters_diag(lab: Lab, ask: Ask, version: int) -> None:
    """Counters go up by what was asked meanwhile, and each has its time."""

    def counted() -> dict[str, dict[str, Any]]:
        status, answer = ask("GET", f"/slurmdb/v0.0.{version}/diag")
        assert (status, answer["errors"]) == (200, [])
        return {str(one.get("rpc", one.get("type"))): one for one in answer["statistics"]["RPCs"]}

    before = counted()
    lab.run("sacctmgr", "-n", "list", "qos")
    after = counted()
    assert after["DBD_GET_QOS"]["count"] > before["DBD_GET_QOS"]["count"]
    assert all(after[name]["count"] >= one["count"] for name, one in before.items())
    times = after["DBD_GET_QOS"]["time"]
    assert 0 < times["average"] <= times["total"]
    listed = lab.run("sacctmgr", "show", "stats")
    assert all(name in listed for name in before)


_DAYS = ("2025-03-04", "2025-03-06")
_BEGAN = 1_741_046_400  # 2025-03-04T00:00:00Z
_USED = {("alice", "optics"): (3600, 7200), ("bob", "chemistry"): (86_400, 0)}
"""CPU seconds of the two days that users have used with an account."""


def _in_database(lab: Lab, statement: str) -> None:
    command = ["mariadb", "--no-defaults", f"--socket={lab.variables['LAB_MYSQL_SOCKET']}", "slurm_acct_db"]
    subprocess.run([*command, "-e", statement], check=True)


@pytest.fixture
def _used(lab: Lab) -> Iterator[None]:
    """Let associations have used something on days that nothing of the lab ran on: no roll-up comes to these."""
    table = "lab_assoc_usage_day_table"
    for (user, account), seconds in _USED.items():
        for day, used in enumerate(seconds):
            _in_database(
                lab,
                f"insert into {table} (creation_time, mod_time, id, id_tres, time_start, alloc_secs) "  # noqa: S608 - our own
                f"select 1, 1, id_assoc, 1, {_BEGAN + 86_400 * day}, {used} from lab_assoc_table "
                f"where user='{user}' and acct='{account}' and `partition`='' and deleted=0;",
            )
    yield
    _in_database(lab, f"delete from {table} where time_start < {_BEGAN + 10 * 86_400};")  # noqa: S608 - our own


@pytest.mark.usefixtures("_used")
@pytest.mark.parametrize("version", [version for version in VERSION if version >= 40])
def test_a_budget_tools_usage(lab: Lab, ask: Ask, version: int) -> None:
    """CPU seconds by user of an account."""
    query = f"Include%20usage=true&account=optics%2Cchemistry&usage_start={_DAYS[0]}&usage_end={_DAYS[1]}"
    status, answer = ask("GET", f"/slurmdb/v0.0.{version}/associations?{query}")
    assert (status, answer["errors"], answer["warnings"]) == (200, [], [])
    found: dict[tuple[str, str], int] = {}
    for one in answer["associations"]:
        key = (one["user"], one["account"])
        for used in one["accounting"]:
            if one["user"] and used["TRES"]["type"] == "cpu":
                found[key] = found.get(key, 0) + used["allocated"]["seconds"]
    assert found == {key: sum(seconds) for key, seconds in _USED.items()}


@pytest.mark.parametrize("version", [version for version in VERSION if version < 40])
def test_a_budget_tools_usage_of_jobs(lab: Lab, ask: Ask, version: int) -> None:
    """The same where no version tells the use of associations: of jobs that have ended, as sacct has it."""
    window = f"start_time={quote(_DAYS[0])}&end_time={quote(_DAYS[1])}"
    status, answer = ask("GET", f"/slurmdb/v0.0.{version}/jobs?{window}")
    assert (status, answer["errors"]) == (200, [])
    found: dict[tuple[str, str], int] = {}
    for job in answer["jobs"]:
        cpus = sum(one["count"] for one in job["tres"]["allocated"] if one["type"] == "cpu")
        key = (job["account"], job["association"]["user"])
        if key[1] and cpus and job["time"]["end"]:
            found[key] = found.get(key, 0) + job["time"]["elapsed"] * cpus
    told: dict[tuple[str, str], int] = {}
    fields = "Account,AssocID,CPUTimeRAW,AllocCPUS,End"
    users = dict(line.split("|") for line in _told(lab, "assoc", "withdeleted", "format=id,user"))
    lines = lab.run("sacct", "-DnPXa", "-M", "lab", "-S", _DAYS[0], "-E", _DAYS[1], "-o", fields).splitlines()
    for account, association, seconds, cpus, end in (line.split("|") for line in lines):
        user = users.get(association)
        if user and int(cpus) and end != "Unknown":
            told[account, user] = told.get((account, user), 0) + int(seconds)
    assert found
    assert found == told


@pytest.mark.parametrize("version", VERSION)
def test_that_slurmctlds_side_alone_needs_no_slurmdbd(
    lab: Lab, dbd_unreachable: str, tokens: dict[str, str], version: int
) -> None:
    def head(method: str, path: str, size: int = 0) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: lab", "Connection: close", "X-SLURM-USER-NAME: alice"]
        lines.append(f"X-SLURM-USER-TOKEN: {tokens['alice']}")
        if size:
            lines += ["Content-Type: application/json", f"Content-Length: {size}"]
        return "\r\n".join([*lines, "", ""]).encode()

    with server.ours(lab, "-a", "jwt", "-s", plugin("slurm", version)[0], SLURM_CONF=dbd_unreachable) as one:
        for path in ("ping", "jobs", "nodes", "diag"):
            answer = one.ask(head("GET", f"/slurm/v0.0.{version}/{path}"))
            assert (answer.status, json.loads(answer.body)["errors"]) == (200, [])
        environment: Any = {"PATH": "/bin"} if version < 39 else ["PATH=/bin"]
        job = {"name": "undatabased", "hold": True, "environment": environment, "current_working_directory": "/tmp"}
        body = json.dumps({"script": "#!/bin/sh\ntrue\n", "job": job}).encode()
        answer = one.ask(head("POST", f"/slurm/v0.0.{version}/job/submit", len(body)) + body)
        assert answer.status == 200, answer.body
        number = json.loads(answer.body)["job_id"]
        answer = one.ask(head("DELETE", f"/slurm/v0.0.{version}/job/{number}"))
        assert answer.status == 200, answer.body
        assert one.ask(head("GET", f"/slurmdb/v0.0.{version}/qos")).status == 404
