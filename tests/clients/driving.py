# SPDX-License-Identifier: GPL-2.0-or-later
"""What a generated client does with a cluster: it reads all that can be read, and takes a job and an account through.

Rule 1: what a client wrote is believed when Slurm's own commands show it.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from generated import Client, Operation

    Run = Callable[..., str]

PATIENCE = 60.0
SCRIPT = "#!/bin/sh\nexec sleep 300\n"
CHANGING = ("reconfigure", "requeue")
"""Last words of paths whose GET changes something."""
_WITH_ENVIRONMENT = (39,)
"""Versions that take no change of a job without its environment."""
_OF_ONE = ("association", "instance")
"""Those of paths that want to be told which, and of which there may be none: the answer says so."""


def readable(client: Client, names: dict[str, str]) -> Iterator[tuple[Operation, dict[str, Any]]]:
    """The GETs that change nothing, with the parameters of their paths; ``names`` has a value for each."""
    for operation in client.operations.values():
        if operation.method != "get" or operation.last in CHANGING:
            continue
        values: dict[str, Any] = {}
        for parameter in operation.described.get("parameters", ()):
            if parameter["in"] == "path":
                value = names[parameter["name"]]
                values[parameter["name"]] = int(value) if parameter["schema"]["type"] == "integer" else value
        yield operation, values


def read(client: Client, operation: Operation, values: dict[str, Any]) -> str:
    """Read one thing; returns why it cannot be read as the document says, nothing if it can."""
    try:
        answer = client.ask("get", operation.path, values)
        if answer.model is None:
            return f"{answer.status} has no model"
        if answer.status != 200 and operation.last not in _OF_ONE:
            return f"{answer.status} {str(answer.body)[:200]}"
        return "" if client.keeps(answer) else "the model is not what came"
    except Exception as failure:  # noqa: BLE001 - whatever a generated client raises is what is told
        return f"{type(failure).__name__}: {str(failure)[:300]}"


def _states(answer: Any) -> Any:
    return answer.body["jobs"][0]["job_state"]


def _await(client: Client, path: str, values: dict[str, Any], state: str) -> None:
    limit = time.monotonic() + PATIENCE
    while True:
        answer = client.ask("get", path, values)
        assert answer.status == 200, answer.body
        if state in _states(answer):
            return
        assert time.monotonic() < limit, f"the job does not come to be {state}: {_states(answer)}"
        time.sleep(0.2)


def _number(version: int, value: int) -> Any:
    return value if version < 39 else {"set": True, "infinite": False, "number": value}


def a_job(client: Client, version: int, partition: str, run: Run) -> None:
    """Submit, watch, change and cancel a job."""
    name = f"generated-{uuid.uuid4().hex[:8]}"
    environment = {"PATH": "/usr/bin:/bin"} if version < 39 else ["PATH=/usr/bin:/bin"]
    job = {
        "name": name,
        "partition": partition,
        "tasks": 1,
        "current_working_directory": "/tmp",
        "environment": environment,
        "standard_output": "/dev/null",
        "standard_error": "/dev/null",
        "time_limit": _number(version, 5),
    }
    base = f"/slurm/v0.0.{version}"
    sent = client.ask("post", f"{base}/job/submit", body={"script": SCRIPT, "job": job})
    assert sent.status == 200, sent.body
    path, values = f"{base}/job/{{job_id}}", {"job_id": str(sent.model.job_id)}
    try:
        _await(client, path, values, "RUNNING")
        change = {"comment": "changed by a client"}
        if version in _WITH_ENVIRONMENT:
            change["environment"] = environment
        changed = client.ask("post", path, values, change)
        assert changed.status == 200, changed.body
        assert client.ask("get", path, values).model.jobs[0].comment == "changed by a client"
        assert "Comment=changed by a client" in run("scontrol", "show", "job", values["job_id"])
        cancelled = client.ask("delete", path, values)
        assert cancelled.status == 200, cancelled.body
        _await(client, path, values, "CANCELLED")
        assert "JobState=CANCELLED" in run("scontrol", "show", "job", values["job_id"])
    finally:
        run("scancel", "-Q", "-n", name)


def an_account(client: Client, version: int, user: str, run: Run) -> None:
    """Create an account, associate a user with it, change both, and delete both; the client is an administrator's."""
    name = f"generated{uuid.uuid4().hex[:8]}"
    base = f"/slurmdb/v0.0.{version}"
    of_it = {"account": name, "user": user}

    def told(kind: str, format_: str) -> str:
        where = f"{'name' if kind == 'account' else 'account'}={name}"
        return run("sacctmgr", "-nP", "list", kind, where, f"format={format_}")

    def done(method: str, path: str, values: dict[str, Any] | None = None, body: Any = None) -> None:
        answer = client.ask(method, base + path, values, body)
        assert answer.status == 200, answer.body
        assert not answer.body["errors"], answer.body

    def put(description: str, share: int) -> None:
        account = {"name": name, "description": description, "organization": "generators"}
        done("post", "/accounts", body={"accounts": [account]})
        for whose in ({"user": "", "parent_account": "root"}, {"user": user}):
            association = {"account": name, "cluster": "lab", "shares_raw": share, **whose}
            done("post", "/associations", body={"associations": [association]})
        assert f"{name}|{description}|generators" in told("account", "account,descr,org")
        assert f"{user}|{share}" in told("assoc", "user,share")
        (found,) = client.ask("get", f"{base}/association", of_it).model.associations
        assert (found.account, found.shares_raw) == (name, share)

    try:
        put("made", 7)
        put("changed", 9)
        done("delete", "/association", of_it)
        assert user not in told("assoc", "user")
        done("delete", "/account/{account_name}", {"account_name": name})
        assert not told("account", "account").strip()
    finally:
        run("sacctmgr", "-i", "-Q", "delete", "account", f"name={name}", check=False)


def names(run: Run, job: int, node: str, user: str) -> dict[str, str]:
    """A value for each parameter of a path."""
    shown = {
        word: re.findall(rf"(?m)^{word.capitalize()}Name=(\S+)", run("scontrol", "-a", "-o", "show", word))
        for word in ("partition", "reservation")
    }
    # A default one has an asterisk before its name, which some clients leave as it is, and no path may have.
    wckey = max(run("sacctmgr", "-nP", "list", "wckey", "format=wckey").split(), key=str.isalnum)
    return {
        "job_id": str(job),
        "node_name": node,
        "partition_name": shown["partition"][0],
        "reservation_name": shown["reservation"][0],
        "cluster_name": "lab",
        "account_name": "root",
        "user_name": user,
        "name": user,
        "qos_name": "normal",
        "qos": "normal",
        "wckey": wckey,
        "id": wckey,
    }
