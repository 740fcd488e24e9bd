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
    from comparison import Sides
    from sidebyside.lab import Lab

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
_UNKNOWN: tuple[tuple[dict[str, Any], bool], ...] = (
    ({"type": "nosuch", "count": 1}, True),
    ({"type": "gres", "name": "nosuch", "count": 1}, True),
    ({"id": 4000000, "count": 1}, False),
    ({"count": 1}, False),
    ({}, True),
)
"""Resources that there are not, and whether slurmrestd 24.11 and 26.05 leave them out in silence, with all others of
their list: there ours refuses the body, because a QOS with less limits than it was asked for is none that was."""
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


@pytest.mark.parametrize("version", _VERSIONS[-1:])
def test_resources_that_there_are_not(version: int, lab: Lab, sides: dict[str, Sides], tokens: dict[str, str]) -> None:
    both = sides["token"]
    try:
        for resource, is_lost in _UNKNOWN:
            limits = {"max": {"tres": {"total": [resource, {"type": "cpu", "count": 3}]}}}
            step = ("root", "POST", "qos", [{"name": "NAME", "limits": limits}])
            real = _told(both.real(_request(step, version, f"real{version}q", tokens)).output, f"real{version}q")
            ours = _told(both.ours(_request(step, version, f"ours{version}q", tokens)).output, f"ours{version}q")
            if is_lost and version >= 40:
                assert (real[0], real[1]["errors"]) == (200, [])
                assert (ours[0], len(ours[1]["errors"])) == (since({40: 500, 43: 422}, version), 1)
            else:
                assert ours == real
            stored = lab.run("sacctmgr", "-nP", "list", "qos", "format=name,grptres").split()
            assert not [one for one in stored if one.startswith(f"ours{version}q")]
            assert f"real{version}q|cpu=3" not in stored
    finally:
        if version >= 40:
            lab.run("sacctmgr", "-i", "delete", "qos", f"real{version}q")
