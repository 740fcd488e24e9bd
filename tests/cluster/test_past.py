# SPDX-License-Identifier: GPL-2.0-or-later
"""The page that a portal shows: a user's finished jobs within a time, from a listener; sacct tells what is right."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import homes
import pytest
from sidebyside import server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Server

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users")
_VERSIONS = homes.at_home(homes.installed(), "slurmdb")
_USERS_SINCE = 39
"""Before, a portal itself has to leave out who was not asked for."""
_SINCE, _UNTIL = "2025-03-04T00:00:00", "2025-03-05T00:00:00"


@pytest.fixture(scope="module")
def listening(lab: Lab) -> Iterator[Server]:
    with server.ours(lab, "-a", "jwt") as one:
        yield one


def _page(listening: Server, tokens: dict[str, str], version: int, query: str) -> list[dict[str, Any]]:
    lines = [
        *(f"GET /slurmdb/v0.0.{version}/jobs?{query} HTTP/1.1", "Host: lab"),
        *("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {tokens['alice']}"),
    ]
    with listening.connect() as client:
        client.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        answer = client.answer()
    assert answer.status == 200, answer.body[:1000]
    body = json.loads(answer.body)
    assert body["errors"] == []
    jobs: list[dict[str, Any]] = body["jobs"]
    return jobs


def _told(lab: Lab) -> list[tuple[int, str]]:
    lines = lab.run("sacct", "-DnPXu", "alice", "-S", _SINCE, "-E", _UNTIL, "-o", "JobIDRaw,State").splitlines()
    return sorted((int(number), state.split()[0]) for number, state in (line.split("|") for line in lines))


def _shown(jobs: list[dict[str, Any]]) -> list[tuple[int, str]]:
    states = [(job["job_id"], job["state"]["current"]) for job in jobs]
    # What a job is besides its state stands behind that, and sacct tells that alone.
    return sorted((number, state if isinstance(state, str) else state[-1]) for number, state in states)


@pytest.mark.parametrize("version", _VERSIONS)
def test_that_a_page_has_the_jobs_of_the_user_and_the_time(
    lab: Lab, listening: Server, tokens: dict[str, str], version: int
) -> None:
    users = "users=alice&" if version >= _USERS_SINCE else ""
    jobs = _page(listening, tokens, version, f"{users}start_time={quote(_SINCE)}&end_time={quote(_UNTIL)}")
    told = _told(lab)
    assert told
    if users:
        assert _shown(jobs) == told
    else:
        assert set(told) <= set(_shown(jobs))
