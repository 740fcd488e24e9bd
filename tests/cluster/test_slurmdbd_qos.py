# SPDX-License-Identifier: GPL-2.0-or-later
"""QOSes that are added, changed and removed by the real slurmrestd and by ours, each its own ones.

Rule 1: the same steps by both, with names of the same length; then answers and what there is must be alike.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import homes
import pytest

from slurmrest_inet.versions import since

if TYPE_CHECKING:
    from conftest import Sides

_RELEASE = homes.installed()
_VERSIONS = [version for version in homes.at_home(_RELEASE, "slurmdb") if version not in (36, 37)]
_KEY = {38: "QOS", 39: "qos"}
_WHOLE = {
    "description": "one",
    "priority": 5,
    "limits": {
        "grace_time": 30,
        "factor": 1.5,
        "max": {"wall_clock": {"per": {"job": 60}}, "tres": {"per": {"user": [{"type": "cpu", "count": 8}]}}},
    },
    "usage_factor": 2.0,
    "flags": ["DENY_LIMIT"],
    "preempt": {"list": ["normal"], "mode": ["REQUEUE"]},
}
_STEPS: tuple[tuple[str, str, str, Any], ...] = (
    ("root", "POST", "qos", [{"name": "NAME1", **_WHOLE}]),
    ("root", "GET", "qos/NAME1", None),
    ("root", "POST", "qos", [{"name": "NAME1", "description": "two"}]),
    ("root", "GET", "qos/NAME1", None),
    ("root", "POST", "qos", [{"name": "NAME1", "preempt": {"list": ["low", "normal"]}}]),
    ("root", "GET", "qos/NAME1", None),
    ("root", "POST", "qos", [{"name": "NAME2"}]),
    ("root", "GET", "qos/NAME2", None),
    ("root", "POST", "qos", [{"name": "NAME3"}, {"description": "without a name"}, {"name": "NAME4"}]),
    ("root", "GET", "qos/NAME3", None),
    ("root", "POST", "qos", []),
    ("root", "POST", "qos", [5]),
    ("root", "POST", "qos", [{"id": 99, "description": "x"}]),
    ("root", "POST", "qos", [{"name": "NAME1", "id": 1}]),
    ("root", "POST", "qos", [{"name": ""}]),
    ("root", "POST", "qos", [{"name": "NAME1", "flags": ["FOO"]}]),
    ("root", "POST", "qos", [{"name": "NAME1", "priority": "x"}]),
    ("root", "POST", "qos", [{"name": "NAME1", "preempt": {"list": ["nosuch"]}}]),
    ("root", "POST", "qos", [{"name": "NAME1", "preempt": {"mode": ["FOO"]}}]),
    ("alice", "POST", "qos", [{"name": "NAME5"}]),
    ("alice", "DELETE", "qos/NAME1", None),
    ("root", "DELETE", "qos/NAME1", None),
    ("root", "DELETE", "qos/NAME2", None),
    ("root", "DELETE", "qos/NAME2", None),
    ("root", "GET", "qos/NAME1", None),
)


def _request(step: tuple[str, str, str, Any], version: int, name: str, tokens: dict[str, str]) -> bytes:
    user, method, path, records = step
    key = since(_KEY, version)
    data = b"" if records is None else json.dumps({key: records}).replace("NAME", name).encode()
    head = [
        f"{method} /slurmdb/v0.0.{version}/{path.replace('NAME', name)} HTTP/1.1",
        *("Host: lab", "Connection: close", f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}"),
    ]
    if records is not None:
        head += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*head, "", ""]).encode() + data


def _told(output: bytes, name: str) -> tuple[int, Any]:
    """Status and document, without what differs by server: meta, names and ids of QOSes, addresses."""
    head, _, body = output.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if status == 304:
        return status, None
    start = body.find(b"{")
    document, _ = json.JSONDecoder().raw_decode(body[start:].decode())
    del document["meta"]
    for one in document.get("QOS", document.get("qos", ())):
        del one["id"]
    text = json.dumps(document).replace(name, "NAME")
    return status, json.loads(re.sub(r"0x[0-9a-f]+", "", text))


@pytest.mark.parametrize("version", _VERSIONS)
def test_that_both_keep_the_same(version: int, sides: dict[str, Sides], tokens: dict[str, str]) -> None:
    both = sides["token"]
    for step in _STEPS:
        real = both.real(_request(step, version, f"real{version}q", tokens))
        ours = both.ours(_request(step, version, f"ours{version}q", tokens))
        assert _told(ours.output, f"ours{version}q") == _told(real.output, f"real{version}q"), step
