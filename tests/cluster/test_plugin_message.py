# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job_submit plugin has to say to who submits: told of a job that is accepted.

Of one that is refused libslurm of each release logs it and keeps it from its caller: so neither server can tell it.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import homes
import job_effects
import pytest
from configuring import configured
from sidebyside import server
from writers import Writer

from slurmrest_inet.versions import HOME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_SCRIPT = """
function slurm_job_submit(job, partitions, user)
    if job.name == "refused" then
        slurm.log_user("not today")
        return slurm.ERROR
    elseif job.name == "greeted" then
        slurm.log_user("hello there")
    end
    return slurm.SUCCESS
end
function slurm_job_modify(job, record, partitions, user)
    return slurm.SUCCESS
end
return slurm.SUCCESS
"""
_VERSIONS = (40, 42, 45)


@pytest.fixture(scope="module")
def talking(lab: Lab) -> Iterator[None]:
    """A slurmctld whose plugin speaks."""
    path = os.path.join(os.path.dirname(lab.conf), "job_submit.lua")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_SCRIPT)
    os.chmod(path, 0o644)
    first = job_effects.last(lab)
    with configured(lab, {"JobSubmitPlugins": "lua"}):
        yield
    os.unlink(path)
    job_effects.end_later_ones(lab, first)


def _body(name: str) -> bytes:
    job = {"name": name, "hold": True, "current_working_directory": "/tmp", "environment": ["PATH=/bin"]}
    return json.dumps({"script": "#!/bin/sh\ntrue\n", "job": job}).encode()


@pytest.mark.slow
@pytest.mark.usefixtures("talking")
@pytest.mark.parametrize("version", _VERSIONS)
def test_that_it_is_told_of_what_is_accepted(version: int, lab: Lab, tokens: dict[str, str]) -> None:
    starts = (server.ours, server.real) if HOME[version] == homes.installed() else (server.ours,)
    for start in starts:
        with start(lab, "-a", "rest_auth/jwt") as listener:
            answer = Writer(lambda listener=listener: listener, tokens).ask(  # type: ignore[misc]
                "POST", f"v0.0.{version}/job/submit", _body("greeted")
            )
        assert (answer.status, answer.body["job_submit_user_msg"]) == (200, "hello there"), answer


@pytest.mark.slow
@pytest.mark.usefixtures("talking")
@pytest.mark.parametrize("version", _VERSIONS)
def test_that_it_is_logged_where_it_is_refused(version: int, lab: Lab, tokens: dict[str, str]) -> None:
    starts = (server.ours, server.real) if HOME[version] == homes.installed() else (server.ours,)
    found = []
    for start in starts:
        with start(lab, "-a", "rest_auth/jwt") as listener:
            answer = Writer(lambda listener=listener: listener, tokens).ask(  # type: ignore[misc]
                "POST", f"v0.0.{version}/job/submit", _body("refused")
            )
            listener.wait_for("not today")
        found.append((answer.status, answer.errors))
    assert found[0][0] == 500
    assert [one["error"] for one in found[0][1]] == ["Unspecified error"]
    assert found[1:] in ([], found[:1])
