# SPDX-License-Identifier: GPL-2.0-or-later
"""Flags that shape documents, and the statuses in them, as the real server of the home release has them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import homes
import pytest
from sidebyside import program, wire

if TYPE_CHECKING:
    from typing import Any

    from sidebyside.lab import Lab

pytestmark = [
    pytest.mark.slurm(">= 24.11"),
    pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users"),
]
PLUGINS = ("-s", "slurmctld,slurmdbd")

_ONCE = {
    "openapi_shares_resp": "one operation alone has it, and slurmrestd leaves it a schema of its own all the same",
    "openapi_tres_resp": "it is the body of POST tres as well, which every release refuses and ours has none for",
}
"""What slurmrestd's document keeps as a schema of its own, and ours does not, with the reason."""


def _print(lab: Lab, one: Any, parser: str, statuses: str = "") -> tuple[int, dict[str, Any]]:
    """The exit status of who prints its document, and the document."""
    chosen = one(lab, *PLUGINS, "-d", parser, "--generate-openapi-spec")
    outcome = chosen.with_options(SLURMRESTD_RESPONSE_STATUS_CODES=statuses).exchange(b"")
    return outcome.status, json.loads(outcome.output) if outcome.output else {}


def _newest() -> int:
    return max(homes.at_home(homes.installed()) or [0])


@pytest.fixture(autouse=True)
def _home() -> None:
    if not _newest():
        pytest.skip("this release is nobody's home")


def test_few_references(lab: Lab) -> None:
    """The same schemas stay, and what they say of a member stays in them."""
    version = _newest()
    (_, real), (_, ours) = (_print(lab, one, f"v0.0.{version}+minimize_refs") for one in (program.real, program.ours))
    prefix = f"v0.0.{version}_"
    kept = [
        {name[len(prefix) :] for name in found["components"]["schemas"] if name.startswith(prefix)}
        for found in (real, ours)
    ]
    assert kept[1] - kept[0] == set()
    assert kept[0] - kept[1] == set(_ONCE)
    for name in kept[1]:
        both = [found["components"]["schemas"][prefix + name]["properties"] for found in (real, ours)]
        assert set(both[0]) <= set(both[1]), name


@pytest.mark.parametrize("statuses", ["200", "default,0404", "ok,Internal Error", "200,bogus", "Not_Found"])
def test_statuses(lab: Lab, statuses: str) -> None:
    version = _newest()
    found = [_print(lab, one, f"v0.0.{version}", statuses) for one in (program.real, program.ours)]
    assert found[0][0] == found[1][0]
    path = f"/slurm/v0.0.{version}/job/submit"
    told = [list(document["paths"][path]["post"]["responses"]) if document else None for _, document in found]
    assert told[0] == told[1]


@pytest.mark.parametrize("flag", ["minimize_refs", "inline_enums", "spec_only"])
@pytest.mark.parametrize("path", ["ping", "job/999999"])
def test_answers(lab: Lab, tokens: dict[str, str], flag: str, path: str) -> None:
    """They tell the flag; with spec_only they are schemas."""
    version = _newest()
    head = f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {tokens['alice']}\r\n\r\n"
    request = f"GET /slurm/v0.0.{version}/{path} HTTP/1.1\r\n{head}".encode()
    both = []
    for one in (program.real, program.ours):
        output = one(lab, "-a", "jwt", *PLUGINS, "-d", f"v0.0.{version}+{flag}").exchange(request).output
        answer, *_ = wire.lenient(output) if one is program.real else wire.strict_one(output)
        both.append((answer.status, json.loads(answer.body)))
    assert both[0][0] == both[1][0]
    if flag == "spec_only":
        assert both[0][1]["type"] == both[1][1]["type"] == "object"
        assert set(both[0][1]["properties"]) == set(both[1][1]["properties"])
        assert "$ref" not in json.dumps(both[1][1])
    else:
        assert both[0][1]["meta"]["plugin"]["data_parser"] == both[1][1]["meta"]["plugin"]["data_parser"]


def test_writes_of_which_schemas_are_shown(lab: Lab, tokens: dict[str, str]) -> None:
    """Both are made, and of the one that fails nobody is told why (contrib/SETTINGS.md)."""
    version = _newest()
    for name, partition in (("spec-good", None), ("spec-bad", "nowhere")):
        job = {"name": name, "hold": True, "current_working_directory": "/tmp", "environment": ["A=b"]}
        body = json.dumps(
            {"script": "#!/bin/sh\ntrue\n", "job": {**job, **({"partition": partition} if partition else {})}}
        )
        head = f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {tokens['alice']}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        request = f"POST /slurm/v0.0.{version}/job/submit HTTP/1.1\r\n{head}\r\n{body}".encode()
        statuses = []
        for one in (program.real, program.ours):
            output = one(lab, "-a", "jwt", *PLUGINS, "-d", f"v0.0.{version}+spec_only").exchange(request).output
            answer, *_ = wire.lenient(output) if one is program.real else wire.strict_one(output)
            statuses.append(answer.status)
            assert b"nvalid partition" not in answer.body
        assert len(set(statuses)) == 1
        assert (statuses[0] == 200) == (partition is None)
    try:
        assert lab.run("squeue", "-h", "-o", "%j %u").count("spec-good alice") == 2
        assert "spec-bad" not in lab.run("squeue", "-h", "-o", "%j")
    finally:
        lab.run("scancel", "-n", "spec-good")
