# SPDX-License-Identifier: GPL-2.0-or-later
"""In a federation, with a token: libslurm asks every cluster in a thread of its own, and those have no token.

What libslurm finds with munge, where threads need nothing, is the model.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from comparison import message
from differences import READS
from sidebyside import lab as labs
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot a lab")
_BOUND = 30.0  # seconds until a slurmctld is there


@pytest.fixture(scope="module")
def federation() -> Iterator[tuple[Lab, str]]:
    """A lab of its own with a second slurmctld beside the first, in one federation; and the second one's slurm.conf."""
    booted = labs.boot(nodes=0)
    with contextlib.ExitStack() as stack:
        stack.callback(booted.down)
        conf = _second_conf(booted)
        booted.run("sacctmgr", "-i", "add", "cluster", "second")
        booted.run("sacctmgr", "-i", "add", "account", "physics", "cluster=second")
        booted.run("sacctmgr", "-i", "add", "user", "alice", "account=physics", "cluster=second")
        second = subprocess.Popen(
            ["/usr/sbin/slurmctld", "-D", "-f", conf],
            env={**booted.environment, "SLURM_CONF": conf},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **labs.as_user("slurm"),
        )
        stack.callback(second.wait)
        stack.callback(second.terminate)
        _until(lambda: "UP" in _on(booted, conf, "scontrol", "ping"))
        booted.run("sacctmgr", "-i", "add", "federation", "both", "clusters=lab,second")
        _until(lambda: booted.run("scontrol", "show", "federation").count("Synced:Yes") == 1)
        yield booted, conf


def _second_conf(lab: Lab) -> str:
    """slurm.conf of another cluster on the same slurmdbd: its own name, port and folder."""
    folder = os.path.join(lab.directory, "spool", "second")
    os.mkdir(folder)
    os.chown(folder, *_ids("slurm"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    values = {
        "ClusterName": "second",
        "SlurmctldPort": port,
        "StateSaveLocation": folder,
        "SlurmctldPidFile": os.path.join(folder, "pid"),
    }
    with open(lab.conf, encoding="utf-8") as source:
        text = source.read()
    for name, value in values.items():
        text = re.sub(rf"(?m)^{name}=.*", f"{name}={value}", text)
    path = os.path.join(os.path.dirname(lab.conf), "second.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _ids(user: str) -> tuple[int, int]:
    import pwd  # noqa: PLC0415 - root only

    account = pwd.getpwnam(user)
    return account.pw_uid, account.pw_gid


def _on(lab: Lab, conf: str, *argv: str, **more: Any) -> str:
    return lab._replace(variables={**lab.variables, "SLURM_CONF": conf}).run(*argv, **more)


def _until(holds: Any) -> None:
    limit = time.monotonic() + _BOUND
    while True:
        with contextlib.suppress(subprocess.CalledProcessError):
            if holds():
                return
        assert time.monotonic() < limit
        time.sleep(0.5)


def _ask(one: program.Program, path: str, *lines: str, own_pipe: bool = False) -> tuple[int, Any]:
    asked = one.exchange(message("GET", path, "HTTP/1.1", lines, b""), own_pipe=own_pipe)
    answer = wire.lenient(asked.output)[0] if one.name == "real" else wire.strict(asked.output)[0]
    return answer.status, json.loads(answer.body)


@pytest.fixture(scope="module")
def jobs(federation: tuple[Lab, str]) -> dict[str, int]:
    """A job that came in at each of the two, one of before the federation, and one that there is not."""
    lab, conf = federation
    held = ("sbatch", "--parsable", "-H", "-o", "/dev/null", "--wrap", "true")
    here = int(lab.run(*held, user="alice"))
    there = int(_on(lab, conf, *held, "--clusters=second", user="alice").partition(";")[0])
    assert here >> 26 == 1
    assert there >> 26 == 2
    return {"here": here, "there": there, "before": 1, "nowhere": there + 1000}


@pytest.mark.parametrize("version", [36, 37, 38])
@pytest.mark.parametrize("which", ["here", "there", "before", "nowhere"])
def test_a_job(which: str, version: int, federation: tuple[Lab, str], jobs: dict[str, int]) -> None:
    lab, _ = federation
    path = f"/slurm/v0.0.{version}/job/{jobs[which]}"
    local = ("-a", "rest_auth/local")
    wanted = _ask(program.real(lab, *local).without("SLURM_JWT"), path, own_pipe=True)
    lines = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {lab.token('alice')}")
    found = _ask(program.ours(lab), path, *lines)
    assert found[0] == wanted[0] == (500 if which == "nowhere" else 200)
    for document in (found[1], wanted[1]):
        for job in document["jobs"]:
            job.pop("show_flags")  # of the request that libslurm made
    assert found[1]["jobs"] == wanted[1]["jobs"]
    assert found[1]["errors"] == wanted[1]["errors"]
    if which != "nowhere":
        assert _ask(program.real(lab), path, *lines)[0] == 500, READS["federated-job"]


@pytest.mark.parametrize("operation", ["jobs", "nodes", "partitions"])
def test_a_list_of_the_federation(operation: str, federation: tuple[Lab, str], jobs: dict[str, int]) -> None:
    """With a token it is that of this cluster."""
    lab, _ = federation
    lines = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {lab.token('alice')}")
    key = "job_id" if operation == "jobs" else "name"
    listed = []
    for flags in ("FEDERATION", "LOCAL"):
        status, document = _ask(program.ours(lab), f"/slurm/v0.0.42/{operation}?flags={flags}", *lines)
        assert (status, document["errors"]) == (200, [])
        listed.append([one[key] for one in document[operation]])
    assert listed[0] == listed[1] != []
