# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom an instance acts for is known when its request has been read: nothing before that may have settled it.

Rule 1: libslurm after 22.05 loads the plugin for authentication with all else, and every release is to act alike.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from comparison import message
from sidebyside import program, wire
from sidebyside.lab import as_user

if TYPE_CHECKING:
    from sidebyside.lab import Lab
    from sidebyside.program import Program

_JOB = "#!/bin/sh\nexit 0\n"

# Whose the process is and a token, in turn; root may use a token with any name.
_CHANGES = """
import sys
from slurmrest_inet.auth import Identity
from slurmrest_inet.slurm import calls, job_calls, library
library.start(None)
for word in sys.argv[2:]:
    library.adopt(Identity("rest_auth/jwt", word, sys.argv[1]) if word else Identity("rest_auth/local", None, None))
    try:
        calls.load_statistics().close()
        job_calls.load_jobs(0, calls.SHOW_ALL).close()
    except library.SlurmError as error:
        print(word, error)
    else:
        print(word, "right")
"""


@pytest.fixture
def plain(lab: Lab) -> Program:
    """An instance as a superserver starts it: no options, and no variable that tells of tokens."""
    started = program.ours(lab).without("SLURM_JWT")
    return started._replace(argv=(sys.executable, "-m", "slurmrest_inet"))


def _answer(plain: Program, method: str, target: str, *headers: str, own_pipe: bool = False) -> wire.Answer:
    done = plain.exchange(message(method, target, "HTTP/1.1", ("Host: lab", *headers), b""), own_pipe=own_pipe)
    return wire.strict(done.output)[0]


def test_that_a_request_with_a_token_acts_with_that_token(lab: Lab, tokens: dict[str, str], plain: Program) -> None:
    job = lab.run("sbatch", "--parsable", "-H", "-n1", user="alice", stdin=_JOB).strip()

    def cancel(user: str) -> int:
        names = (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}")
        return _answer(plain, "DELETE", f"/slurm/v0.0.38/job/{job}", *names).status

    def state() -> str:
        return lab.run("squeue", "-h", "-tall", "-o%T", f"-j{job}").strip()

    assert cancel("bob") != 200
    assert state() == "PENDING"
    assert cancel("alice") == 200
    assert state() == "CANCELLED"


def test_that_a_request_without_a_token_acts_for_the_pipes_owner(plain: Program) -> None:
    answer = _answer(plain, "GET", "/slurm/v0.0.38/jobs", own_pipe=True)
    assert answer.status == 200
    assert json.loads(answer.body)["jobs"]


@pytest.mark.slurm("!= 24.11")  # its libslurm keeps to the first kind: see library.changes_auth
@pytest.mark.parametrize("order", [("alice", "", "bob", ""), ("", "alice", "", "bob")])
def test_that_an_identity_can_take_the_place_of_another(
    lab: Lab, tokens: dict[str, str], order: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHANGES, tokens["root"], *order],
        env=lab.environment, capture_output=True, text=True, check=False, cwd="/", **as_user(lab.user),
    )  # fmt: skip
    assert done.stdout.splitlines() == [f"{word} right" for word in order], done.stderr
