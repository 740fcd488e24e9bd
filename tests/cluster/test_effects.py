# SPDX-License-Identifier: GPL-2.0-or-later
"""What requests do and tell on whatever release is installed, beside what Slurm's own commands say of it.

No other server is asked, so this holds where the home release of an API version is not the installed one.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from comparison import message
from sidebyside import program, wire

from slurmrest_inet.versions import SERVED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sidebyside.lab import Lab

    Ask = Callable[..., tuple[int, Any]]

WRITTEN = (36, 37, 38)
_LATER = {"environment": {"PATH": "/bin"}, "current_working_directory": "/tmp", "begin_time": "2037-01-01T00:00:00"}
"""A job that waits: one that is held is told as an error of 22.05's dialect."""


@pytest.fixture(scope="module")
def ask(lab: Lab, tokens: dict[str, str]) -> Ask:
    """Ask our server as alice; status and document."""
    ours = program.ours(lab)

    def exchange(method: str, version: int, path: str, body: object = None, user: str = "alice") -> tuple[int, Any]:
        lines = [f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}"]
        data = b""
        if body is not None:
            data = json.dumps(body).encode()
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        sent = message(method, f"/slurm/v0.0.{version}/{path}", "HTTP/1.1", tuple(lines), data)
        (answer,) = wire.strict(ours.exchange(sent).output)
        return answer.status, json.loads(answer.body) if answer.body else None

    return exchange


def _job(lab: Lab, number: int) -> dict[str, str]:
    """What scontrol says of a job."""
    return dict(re.findall(r"(\w+)=(\S*)", lab.run("scontrol", "-o", "show", "job", str(number))))


@pytest.fixture
def submitted(lab: Lab, ask: Ask) -> Iterator[Callable[..., int]]:
    """Submit jobs that wait; they are cancelled at the end."""
    numbers: list[int] = []

    def submit(version: int, **described: object) -> int:
        body = {"script": "#!/bin/sh\nexit 0\n", "job": {**_LATER, "name": f"effect{version}", **described}}
        status, document = ask("POST", version, "job/submit", body)
        assert (status, document["errors"]) == (200, []), document
        numbers.append(document["job_id"])
        assert document["step_id"] == "BATCH"
        return numbers[-1]

    yield submit
    if numbers:
        lab.run("scancel", *map(str, numbers))


@pytest.mark.parametrize("version", WRITTEN)
def test_a_submission_answers_with_its_job(lab: Lab, submitted: Callable[..., int], version: int) -> None:
    number = submitted(version, comment="told", time_limit=17)
    found = _job(lab, number)
    assert found["JobName"] == f"effect{version}"
    assert found["UserId"].startswith("alice(")
    assert (found["Comment"], found["TimeLimit"], found["JobState"]) == ("told", "00:17:00", "PENDING")


def test_a_heterogeneous_submission(lab: Lab, ask: Ask) -> None:
    body = {"script": "#!/bin/sh\n", "jobs": [{**_LATER, "name": "one"}, {**_LATER, "name": "two"}]}
    status, document = ask("POST", 38, "job/submit", body)
    assert (status, document["errors"]) == (200, [])
    try:
        assert _job(lab, document["job_id"])["HetJobId"] == str(document["job_id"])
        status, told = ask("GET", 38, f"job/{document['job_id']}")
        assert status == 200
        assert {job["name"] for job in told["jobs"]} == {"one", "two"}
    finally:
        lab.run("scancel", str(document["job_id"]))


@pytest.mark.parametrize("version", SERVED["slurm"])
def test_a_job_by_its_id(submitted: Callable[..., int], ask: Ask, version: int) -> None:
    number = submitted(38)
    status, document = ask("GET", version, f"job/{number}")
    assert (status, document["errors"]) == (200, [])
    (job,) = document["jobs"]
    assert (job["job_id"], job["name"]) == (number, "effect38")
    status, document = ask("GET", version, "jobs")
    assert status == 200
    assert number in [job["job_id"] for job in document["jobs"]]


@pytest.mark.parametrize("version", WRITTEN)
def test_an_update(lab: Lab, submitted: Callable[..., int], ask: Ask, version: int) -> None:
    number = submitted(version)
    status, document = ask("POST", version, f"job/{number}", {"comment": "changed", "time_limit": 23})
    assert (status, document["errors"]) == (200, [])
    found = _job(lab, number)
    assert (found["Comment"], found["TimeLimit"]) == ("changed", "00:23:00")


def test_an_update_of_an_array(lab: Lab, submitted: Callable[..., int], ask: Ask) -> None:
    number = submitted(38, array="1-3")
    status, document = ask("POST", 38, f"job/{number}_2", {"comment": "second"})
    assert (status, document["errors"]) == (200, [])
    lines = lab.run("scontrol", "-o", "show", "job", str(number)).splitlines()
    assert ["second" in line for line in lines].count(True) == 1


@pytest.mark.parametrize("version", WRITTEN)
def test_a_cancellation(lab: Lab, submitted: Callable[..., int], ask: Ask, version: int) -> None:
    number = submitted(version)
    status, document = ask("DELETE", version, f"job/{number}")
    assert (status, document["errors"]) == (200, [])
    assert _job(lab, number)["JobState"] == "CANCELLED"
    assert ask("DELETE", version, "job/67108862")[0] != 200


def _allocated(lab: Lab) -> dict[str, tuple[int, int, int, str]]:
    """CPUs in all and held, memory and resources held of each node, as scontrol says them."""
    found = {}
    for line in lab.run("scontrol", "-o", "show", "node").splitlines():
        told = dict(re.findall(r"(NodeName|CPUTot|CPUAlloc|AllocMem|AllocTRES)=(\S*)", line))
        numbers = (int(told[name]) for name in ("CPUTot", "CPUAlloc", "AllocMem"))
        found[told["NodeName"]] = (*numbers, told["AllocTRES"])
    return found


@pytest.mark.parametrize("version", [37, 38, 42])
def test_what_jobs_hold_of_nodes(lab: Lab, ask: Ask, version: int) -> None:
    for attempt in range(10):
        before = _allocated(lab)
        status, document = ask("GET", version, "nodes", user="root")
        assert status == 200
        if _allocated(lab) == before:  # else a job began or ended meanwhile
            break
        time.sleep(attempt / 4)
    told = {node["name"]: node for node in document["nodes"]}
    assert set(told) == set(before)
    for name, (cpus, held, memory, resources) in before.items():
        node = told[name]
        idle = node["idle_cpus" if version < 39 else "alloc_idle_cpus"]
        assert (node["cpus"], node["alloc_cpus"], idle, node["alloc_memory"]) == (cpus, held, cpus - held, memory), name
        assert (node["tres_used"] or "") == resources, name
        assert isinstance(node["tres_weighted"], float), name
    assert any(held for _, held, _, _ in before.values())
    assert any(resources for *_, resources in before.values())


@pytest.mark.parametrize("version", [38, 42])
def test_that_message_types_have_names(ask: Ask, version: int) -> None:
    ask("GET", version, "diag", user="root")  # it counts itself when it has been answered
    status, document = ask("GET", version, "diag", user="root")
    assert status == 200
    types = {one["type_id"]: one["message_type"] for one in document["statistics"]["rpcs_by_message_type"]}
    assert types[2035] == "REQUEST_STATS_INFO"
    assert not [name for name in types.values() if name.isdigit()]


def test_shares(lab: Lab, ask: Ask) -> None:
    """The layout of their message is in no header, so values are compared, not only names."""
    status, document = ask("GET", 42, "shares", user="root")
    assert (status, document["errors"]) == (200, [])
    # slurmctld of 24.11 keeps one of a user who was removed, without a name.
    shown = [one for one in document["shares"]["shares"] if one["type"] == ["USER"] and one["name"]]
    users = {(one["parent"], one["name"]): one for one in shown}
    lines = lab.run("sshare", "-a", "-n", "-P", "-o", "Account,User,RawShares,NormShares").splitlines()
    told = [line.strip().split("|") for line in lines]
    listed = {(account.strip(), user): rest for account, user, *rest in told if user}
    assert set(users) == set(listed)
    for key, (raw, normalised) in listed.items():
        assert abs(users[key]["shares_normalized"]["number"] - float(normalised)) < 1e-6, key
        assert raw == "parent" or users[key]["shares"]["number"] == int(raw), key
    assert {name for _, name in users} >= {"root", "alice"}


def _count(ids: str) -> int:
    """How many numbers 0-1,4 names."""
    ends = (part.partition("-") for part in ids.split(","))
    return sum(int(last or first) - int(first) + 1 for first, _, last in ends)


def test_what_a_job_holds_of_nodes(lab: Lab, ask: Ask) -> None:
    """This layout is in no header either; cores are told by position, memory by node."""
    _, document = ask("GET", 38, "nodes", user="root")
    threads = {node["name"]: node["threads"] for node in document["nodes"]}
    compared = 0
    for number in lab.run("squeue", "-h", "-t", "RUNNING", "-o", "%A").split():
        lines = lab.run("scontrol", "-d", "-o", "show", "job", number).splitlines()
        line = next(one for one in lines if one.startswith(f"JobId={number} "))  # of a heterogeneous job all are shown
        wanted = {}
        for nodes, ids, memory in re.findall(r" Nodes=(\S+) CPU_IDs=(\S+) Mem=(\d+)", line):
            for name in lab.run("scontrol", "show", "hostnames", nodes).split():
                wanted[name] = (_count(ids) // threads[name], int(memory))
        status, document = ask("GET", 38, f"job/{number}", user="root")
        assert status == 200
        for job in document["jobs"]:
            if str(job["job_id"]) != number or job["job_state"] != "RUNNING":
                continue
            held = {
                node["nodename"]: (
                    sum(len(socket["cores"]) for socket in node["sockets"].values()),
                    node["memory_allocated"],
                )
                for node in job["job_resources"]["allocated_nodes"]
            }
            assert held == wanted, number
            compared += 1
    assert compared
