# SPDX-License-Identifier: GPL-2.0-or-later
"""Every GET that reads, of every API version, found and not found, is on the lab as our own document says, closed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import own_document
import pytest
from comparison import message
from sidebyside import program

from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_YOUNGEST = (38, 39, 42, 45)
"""The youngest version of each home release; the others differ from it by some rows."""
_NAMES = {
    "job_id": ("{job}", "{array}", "{het}", "999999", "abc"),
    "node_name": ("{node}", "nowhere"),
    "partition_name": ("{partition}", "nowhere"),
    "reservation_name": ("{reservation}", "nowhere"),
    "cluster_name": ("lab", "nowhere"),
    "account_name": ("root", "nobody"),
    "user_name": ("alice", "nobody"),
    "name": ("alice", "nobody"),
}
_FORMATS = ("application/json", "application/x-yaml")
_QUERIES = {"slurmdb/jobs": ("", "?start_time=2025-03-01&end_time=2025-04-01")}
"""The past of the lab has what no job of today has (labkit/history.py)."""


def _targets(version: int, names: dict[str, list[str]]) -> Iterator[str]:
    for path, methods in own_document.document()["paths"].items():
        if f"/v0.0.{version}/" not in path or "get" not in methods or path.endswith("/requeue"):
            continue  # that one changes jobs
        parameter = re.search(r"\{(\w+)\}", path)
        if parameter is None:
            side, _, rest = path.strip("/").split("/", 2)
            yield from (path + query for query in _QUERIES.get(f"{side}/{rest}", ("",)))
            continue
        for value in _NAMES.get(parameter[1], ("normal", "nowhere")):
            word = value.strip("{}")
            for name in names[word][:6] if word != value else (value,):
                yield path.replace(parameter[0], name)


@pytest.mark.parametrize(
    "version", [one if one in _YOUNGEST else pytest.param(one, marks=pytest.mark.slow) for one in DIALECTS]
)
def test_that_every_answer_is_as_documented(
    version: int, lab: Lab, names: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    ours = program.ours(lab)
    found: set[str] = set()
    for target in _targets(version, names):
        for accept in _FORMATS if target.count("/") == 3 else _FORMATS[:1]:
            lines = ("X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {tokens['root']}", f"Accept: {accept}")
            data = message("GET", target, "HTTP/1.1", lines, b"")
            output = ours.exchange(data).output
            assert output
            found.update(own_document.troubles(data, output))
    assert sorted(found) == []


def test_that_a_misfit_is_found(lab: Lab, tokens: dict[str, str]) -> None:
    """Without this a check that looks away would pass."""
    target = "/slurm/v0.0.42/ping"
    lines = ("X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {tokens['root']}")
    data = message("GET", target, "HTTP/1.1", lines, b"")
    output = program.ours(lab).exchange(data).output
    assert own_document.troubles(data, output) == []
    body = json.loads(output.partition(b"\r\n\r\n")[2])
    body["pings"][0].update(mode=7, more="x")
    body["errors"] = None
    changed = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(changed)}\r\n\r\n".encode()
    assert own_document.troubles(data, head + changed) == [
        f"GET {target} 200/errors is null",
        f"GET {target} 200/pings/mode is no string: 7",
        f"GET {target} 200/pings/more is not documented",
    ]
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    assert own_document.troubles(data, empty) == [f"GET {target}: 200 has no body"]
