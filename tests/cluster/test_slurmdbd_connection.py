# SPDX-License-Identifier: GPL-2.0-or-later
"""The connection to slurmdbd ends with the request: what a client that only waits must not hold on to."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
from sidebyside import program

if TYPE_CHECKING:
    from sidebyside.lab import Lab

_CLUSTER = "forgotten"


def _get(path: str, token: str) -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-NAME: root\r\nX-SLURM-USER-TOKEN: {token}\r\n\r\n"
    return head.encode()


def test_that_a_cluster_can_be_removed_while_a_client_waits(lab: Lab) -> None:
    """MariaDB lets nobody drop a table that an open transaction has read (FLUSH and metadata locking)."""
    lab.run("sacctmgr", "-i", "add", "cluster", _CLUSTER)
    with program.ours(lab).converse() as client:
        client.send(_get("/slurmdb/v0.0.38/clusters", lab.token("root")))
        assert _CLUSTER.encode() in client.answer().body
        command = ["sacctmgr", "-i", "delete", "cluster", _CLUSTER]
        removed = subprocess.Popen(command, env=lab.environment, stdout=subprocess.PIPE)
        try:
            removed.wait(20)
        except subprocess.TimeoutExpired:
            pytest.fail("sacctmgr waits for a client that asks for nothing")
        finally:
            client.process.kill()  # upon which sacctmgr goes on
            removed.communicate()
    assert _CLUSTER not in lab.run("sacctmgr", "-nP", "list", "cluster", "format=cluster")


def test_that_a_token_is_worth_nothing_when_its_time_is_over(lab: Lab) -> None:
    with program.ours(lab).converse() as client:
        request = _get("/slurmdb/v0.0.38/clusters", lab.token("root", lifespan=4))
        client.send(request)
        assert client.answer().status == 200
        time.sleep(6)
        client.send(request)
        answer = client.answer()
    assert answer.status >= 400
    assert json.loads(answer.body)["clusters"] == []
