# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes changed, added and removed by the real slurmrestd and by ours: the same answer and the same effect.

How they are held to each other inventory_writes.py says; a difference is one of node_cases.LIES.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
from typing import TYPE_CHECKING

import homes
import pytest
import told
from configuring import configured
from inventory_writes import Inventory, flag
from node_cases import ALL, CASES, LIES, NODE_SET, NODES, SET_CASES, Case
from writers import NOTHING, Sides, Told, beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inventory_writes import Shown
    from sidebyside.lab import Lab

pytestmark = pytest.mark.slurm(">= 24.11")

_FIELD = re.compile(r"(?:^| )([A-Z][A-Za-z_/:]*)=(.*?)(?=(?: +[A-Z][A-Za-z_/:]*=)|$)")
_UNSTEADY = ("CPULoad", "FreeMem", "LastBusyTime", "ResumeAfterTime")


def shown(lab: Lab, kind: str = "dyn") -> Shown:
    """What scontrol shows of the nodes that were made here, or of another kind: of times only that there is one."""
    found = {}
    for line in lab.run("scontrol", "-o", "show", "node").splitlines():
        fields = dict(_FIELD.findall(re.sub(r"@\d{4}-[\dT:-]+", "@", line)))
        if fields["NodeName"].startswith(kind):
            found[fields["NodeName"]] = {name: text.strip() for name, text in fields.items() if name not in _UNSTEADY}
    return found


@contextlib.contextmanager
def made(lab: Lab) -> Iterator[None]:
    """New nodes as long as it takes."""
    lab.run("scontrol", "create", f"NodeName={','.join(NODES)}", "CPUs=4", "State=CLOUD", "Feature=cloud,amd")
    try:
        yield
    finally:
        remove(lab)


def remove(lab: Lab) -> None:
    """Remove the nodes that were made here."""
    for name in (*NODES, "dyn4", "dyn5"):
        with contextlib.suppress(subprocess.CalledProcessError):  # a hidden one is not shown
            lab.run("scontrol", "delete", f"NodeName={name}")


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[Sides]:
    """Both servers."""
    remove(lab)  # another run may have been broken off
    yield from beside(lab, tokens)


_VERSIONS = [version for version in homes.at_home(homes.installed()) if version in ALL]


def _entries(answer: Told) -> tuple[list[tuple[int, str]], list[str]]:
    return [(one["error_number"], one["source"]) for one in answer.errors], [one["source"] for one in answer.warnings]


def _unread(real: Told, ours: Told, _effect: Shown) -> None:
    assert (real.status, real.errors) == (200, [])
    assert ours.warnings == real.warnings
    ((number, source),) = _entries(ours)[0]
    assert (ours.status, number) == (422, 9000)
    assert source in ("_update_node", "_update_nodes", "_create_node")


def _hosts(real: Told, ours: Told, _effect: Shown) -> None:
    assert real == NOTHING
    assert (ours.status, [number for number, _ in _entries(ours)[0]]) == (500, [9202])


def _several(real: Told, ours: Told, _effect: Shown) -> None:
    assert real == ours
    assert ours.status != 200


def _perhaps(real: Told, ours: Told, _effect: Shown) -> None:
    *warnings, last = ours.warnings
    assert (ours.status, ours.errors, warnings) == (real.status, real.errors, real.warnings)
    assert last["description"] == "Those before the node that was refused may have been changed"


_LIES = {"unread": _unread, "flag": flag, "hosts": _hosts, "several": _several, "perhaps": _perhaps}
_NODES = Inventory(lambda lab, _case: made(lab), shown, _LIES, kept="perhaps")


@homes.writes(CASES, ALL, homes.installed())
def test_request(case: Case, version: int, sides: Sides) -> None:
    _NODES.compare(sides, case, version)


@pytest.fixture(scope="module")
def node_set(lab: Lab) -> Iterator[None]:
    """A cluster that has one; no node keeps a comment."""
    with configured(lab, {"NodeSet": f"{NODE_SET} Nodes={','.join(NODES[:2])}"}):
        yield
    lab.run("scontrol", "update", "nodename=ALL", "comment=")


@pytest.mark.usefixtures("node_set")
@homes.writes(SET_CASES, ALL, homes.installed(), share=3)
def test_nodes_by_the_name_of_many(case: Case, version: int, sides: Sides) -> None:
    _NODES.compare(sides, case, version)


def test_that_each_difference_has_its_reason() -> None:
    assert {case.lie for case in CASES} - {None} == LIES.keys() == _LIES.keys()


@pytest.mark.parametrize("version", ALL)
def test_that_every_key_is_tried(version: int) -> None:
    tried = {key for case in CASES if version in case.versions and isinstance(case.body, dict) for key in case.body}
    assert told.written_members("update_node_msg")[version].keys() <= tried


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize("value", [-1, 2**32, 2**32 - 1, 15])
def test_what_slurmctld_dies_of(value: int, version: int, sides: Sides) -> None:
    """The real server hands it on: all of its bits have a name, and slurmctld has no room for so many."""
    case = Case({"cpu_bind": value, "comment": "x"})
    answer, effect = _NODES.asked(sides.lab, sides.ours, case, version)
    assert (answer.status, _entries(answer)[0]) == (500, [(9202, "#/cpu_bind/")])
    assert effect == _NODES.untouched(sides.lab, case)


@pytest.mark.slurm(">= 26.05")
@pytest.mark.parametrize("version", [44, 45])
def test_no_line_for_a_new_node(version: int, sides: Sides) -> None:
    """The real server hands on that there is none, and slurmctld dies of it."""
    case = Case({"node_conf": None}, "new/node")
    answer, effect = _NODES.asked(sides.lab, sides.ours, case, version)
    assert (answer.status, _entries(answer)[0]) == (422, [(9000, "_create_node")])
    assert effect == _NODES.untouched(sides.lab, case)
