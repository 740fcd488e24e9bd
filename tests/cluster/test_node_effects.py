# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes changed, added and removed by ours in v0.0.39 to v0.0.45 on any release of Slurm: what was asked for is there.

Rule 1: no real server is asked: what scontrol must show stands beside what is asked. What v0.0.39 says is what a
        recording of slurmrestd 23.02.8 says.
Rule 2: what a release cannot keep is refused by name, and nothing is changed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import homes
import pytest
from test_node_writes import made, remove
from test_node_writes import shown as shown_of
from writers import Told, Writer, own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

VERSIONS = tuple(range(39, 46))

_OLD = homes.installed() < 2411
"""slurmctld of 22.05 dies of nodes that are added again: there, nodes that have always been there are set back."""
NODES = tuple(f"{'cloud0' if _OLD else 'dyn'}{number}" for number in (1, 2, 3))


def shown(lab: Lab) -> dict[str, dict[str, str]]:
    """What scontrol shows of the three nodes, and of others that were added."""
    return shown_of(lab, NODES[0][:-1])


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server."""
    if not _OLD:
        remove(lab)  # another run may have been broken off
    yield from own(lab, tokens)


@pytest.fixture
def nodes(lab: Lab) -> Iterator[None]:
    """Three nodes without a job."""
    if not _OLD:
        with made(lab):
            yield
        return
    before = shown(lab)
    yield
    lab.run("scontrol", "update", f"nodename={','.join(NODES)}", "state=undrain")
    for name in NODES:
        features = before[name]["AvailableFeatures"]
        changes = ("comment=", "extra=", f"weight={before[name]['Weight']}", f"nodeaddr={name}")
        both = (f"availablefeatures={features}", f"activefeatures={features}")
        lab.run("scontrol", "update", f"nodename={name}", *changes, *both)


def _change(
    ours: Writer, version: int, body: Any, path: str = f"node/{NODES[0]}", user: str = "root", name: str | None = None
) -> Told:
    return ours.ask("POST", f"v0.0.{version}/{path}", json.dumps(body).encode(), user=user, name=name)


def _number(number: int) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number}


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("version", VERSIONS)
def test_change(version: int, lab: Lab, ours: Writer) -> None:
    features = ["amd", "new"]
    body = {"comment": "c", "extra": "e", "weight": _number(7), "features": features, "features_act": features}
    answer = _change(ours, version, {**body, "address": ["127.0.0.3"]})
    assert (answer.status, answer.errors, answer.warnings) == (200, [], [])
    node = shown(lab)[NODES[0]]
    assert (node["Comment"], node["Extra"], node["Weight"]) == ("c", "e", "7")
    assert (node["ActiveFeatures"], node["NodeAddr"]) == ("amd,new", "127.0.0.3")
    assert shown(lab)[NODES[1]]["Weight"] != "7"


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("version", VERSIONS)
def test_drain_and_resume(version: int, lab: Lab, ours: Writer) -> None:
    assert _change(ours, version, {"state": ["DRAIN"], "reason": "disk"}).status == 200
    node = shown(lab)[NODES[0]]
    assert "DRAIN" in node["State"]
    assert node["Reason"].startswith("disk [")
    assert _change(ours, version, {"state": ["UNDRAIN"]}).status == 200
    assert "DRAIN" not in shown(lab)[NODES[0]]["State"]


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("version", VERSIONS[1:])
def test_change_of_several(version: int, lab: Lab, ours: Writer) -> None:
    assert _change(ours, version, {"name": [NODES[0], NODES[2]], "comment": "many"}, "nodes").status == 200
    assert [shown(lab)[name].get("Comment") for name in NODES] == ["many", None, "many"]
    answer = _change(ours, version, {"name": [*NODES, "nosuch"], "comment": "none"}, "nodes")
    assert [one["error_number"] for one in answer.errors] == [2018]
    assert [shown(lab)[name].get("Comment") for name in NODES] == ["many", None, "many"]


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_plain_user_may_not(version: int, lab: Lab, ours: Writer) -> None:
    before = shown(lab)
    for answer in (
        _change(ours, version, {"comment": "c"}, user="alice"),
        _change(ours, version, {"state": ["DRAIN"]}, name="alice"),
        ours.ask("DELETE", f"v0.0.{version}/node/{NODES[0]}"),
    ):
        assert answer.status in (422, 500)
        assert [one["error_number"] for one in answer.errors] == [2010]
    if version > 39:
        refused = ours.ask("GET", f"v0.0.{version}/reconfigure")
        assert [(one["error_number"], one["source"]) for one in refused.errors] == [(2010, "op_handler_reconfigure")]
    assert shown(lab) == before


@pytest.mark.slurm(">= 24.11")
@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("version", VERSIONS)
def test_removal(version: int, lab: Lab, ours: Writer) -> None:
    assert ours.ask("DELETE", f"v0.0.{version}/node/dyn2", user="root").status == 200
    assert list(shown(lab)) == [NODES[0], NODES[2]]
    assert ours.ask("DELETE", f"v0.0.{version}/node/dyn%5B1-2%5D", user="root").errors[0]["error_number"] == 2018
    assert list(shown(lab)) == [NODES[0], NODES[2]]
    assert ours.ask("DELETE", f"v0.0.{version}/node/dyn%5B1%2C3%5D", user="root").status == 200
    assert list(shown(lab)) == []


@pytest.mark.slurm(">= 24.11")
@pytest.mark.parametrize("version", VERSIONS[5:])
def test_new_nodes(version: int, lab: Lab, ours: Writer) -> None:
    try:
        line = "NodeName=dyn[4-5] CPUs=4 State=CLOUD Weight=3"
        answer = _change(ours, version, {"node_conf": line}, "new/node", user="root")
        assert (answer.status, answer.errors) == (200, [])
        assert [node["Weight"] for node in shown(lab).values()] == ["3", "3"]
    finally:
        remove(lab)


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_reconfiguration(version: int, lab: Lab, ours: Writer) -> None:
    """What the file says is as before: slurmctld says so in its log, or it is a new process."""
    answer = ours.ask("GET", f"v0.0.{version}/reconfigure", user="root")
    assert (answer.status, answer.body) == (200, {"errors": [], "warnings": []})
    assert "UP" in lab.run("scontrol", "ping")


@pytest.mark.usefixtures("nodes")
@pytest.mark.slurm("< 23.02")
@pytest.mark.parametrize(("member", "value", "version"), [("resume_after", _number(60), 42), ("topology_str", "x", 45)])
def test_what_22_05_cannot_keep(member: str, value: Any, version: int, lab: Lab, ours: Writer) -> None:
    _is_refused(_change(ours, version, {"comment": "c", member: value}, user="root"), member, lab)


@pytest.mark.usefixtures("nodes")
@pytest.mark.slurm(">= 26.05")
@pytest.mark.parametrize("version", VERSIONS[:4])
def test_what_26_05_cannot_keep(version: int, lab: Lab, ours: Writer) -> None:
    body = {"state": ["DRAIN"], "reason": "r", "reason_uid": "alice"}
    _is_refused(_change(ours, version, body, user="root"), "reason_uid", lab)


def _is_refused(answer: Told, member: str, lab: Lab) -> None:
    assert answer.status == 501
    assert answer.body.endswith(f" has no {member}")
    assert "Comment" not in shown(lab)[NODES[0]]
    assert "DRAIN" not in shown(lab)[NODES[0]]["State"]


_EXPECTED = "Expected OpenAPI type={} (Slurm type={}) but got OpenAPI type={} (Slurm type={})"
_RECORDED: list[tuple[Any, int, list[list[Any]], list[list[str]]]] = [
    ([], 200, [], []),
    ({}, 200, [], []),
    ({"nosuch": 1}, 200, [], []),
    ({"state": ["DRAIN"]}, 200, [], []),
    ({"reason": "why"}, 200, [], []),
    ({"weight": 4}, 200, [], [[_EXPECTED.format("object", "dictionary", "integer", "int 64bits"), "#/weight/"]]),
    ({"state": 5}, 500, [[9206, "Expected a List but found a int 64bits", "#/state/"]], []),
    (
        {"state": ["FOO"]},
        500,
        [[9207, 'Unknown flag "FOO"', "#/state[0]/"], [9207, "Parsing flags failed", "#/state/"]],
        [],
    ),
    (
        {"name": "n0003", "comment": "by name"},
        200,
        [],
        [
            [_EXPECTED.format("array", "list", "string", "string"), "#/name/"],
            ["node_names field n0003 ignored for singular node update", "_update_node"],
        ],
    ),
    (
        {"name": ["n0004", "n0005"]},
        200,
        [],
        [["node_names field n[0004-0005] ignored for singular node update", "_update_node"]],
    ),
    (
        {"features": "amd"},
        500,
        [[2031, f"Failure to update node {NODES[0]}", "_update_node"]],
        [[_EXPECTED.format("array", "list", "string", "string"), "#/features/"]],
    ),
]


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize("recorded", _RECORDED, ids=lambda one: str(one[0]).replace("/", "|"))
def test_what_39_says(recorded: Any, ours: Writer) -> None:
    body, status, errors, warnings = recorded
    answer = _change(ours, 39, body, user="root")
    told = [[one.get("error_number"), one["description"], one["source"]] for one in answer.errors]
    assert (answer.status, told) == (status, errors)
    assert [[one["description"], one["source"]] for one in answer.warnings] == warnings


@pytest.mark.usefixtures("nodes")
def test_what_39_says_of_nodes_that_are_not_there(ours: Writer) -> None:
    for answer, source in (
        (_change(ours, 39, {"comment": "x"}, "node/nosuch", user="root"), "_update_node"),
        (ours.ask("DELETE", "v0.0.39/node/nosuch", user="root"), "_delete_node"),
    ):
        ((entry),) = answer.errors
        assert (answer.status, entry["error_number"], entry["source"]) == (500, 2018, source)
        assert entry["description"] == "Failure to update node nosuch"
