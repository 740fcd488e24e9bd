# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions created, changed and removed by the real slurmrestd and by ours: the same answer and the same effect.

How they are held to each other inventory_writes.py says; a difference is one of partition_cases.LIES.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import homes
import pytest
import told
from inventory_writes import Inventory, flag
from partition_cases import CASES, LIES, NAME, OTHER, Case
from writers import Sides, Told, Writer, beside, own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inventory_writes import Shown
    from sidebyside.lab import Lab

_FIELD = re.compile(r"(?:^| )([A-Z][A-Za-z]*)=(.*?)(?=(?: +[A-Z][A-Za-z]*=)|$)")


def shown(lab: Lab) -> Shown:
    """What scontrol shows of the partitions that requests are about, and which one is the default."""
    found = {}
    for line in lab.run("scontrol", "-o", "-a", "show", "partition").splitlines():
        fields = {key: text.strip() for key, text in _FIELD.findall(line)}
        name = fields["PartitionName"]
        if name.lower() in (NAME, OTHER):
            found[name] = fields
        elif fields["Default"] == "YES":
            found["default"] = {"PartitionName": name}
    return found


def remove(lab: Lab) -> None:
    """Remove what was made here, and set back which is the default."""
    lab.run("scontrol", "update", "partition=main", "default=yes")
    for name in (NAME, OTHER, NAME.upper()):
        with contextlib.suppress(subprocess.CalledProcessError):  # it is not there
            lab.run("scontrol", "delete", f"partition={name}")


def make(lab: Lab) -> None:
    """Create the one that is changed."""
    lab.run("scontrol", "create", f"partition={NAME}", "nodes=cloud[12-13]")


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[Sides]:
    """Both servers."""
    remove(lab)  # another run may have been broken off
    yield from beside(lab, tokens)


@contextlib.contextmanager
def _there(lab: Lab, case: Case) -> Iterator[None]:
    if case.there:
        make(lab)
    try:
        yield
    finally:
        remove(lab)


def _done(real: Told, ours: Told, effect: Shown) -> None:
    *warnings, last = ours.warnings
    assert (ours.status, ours.errors, warnings) == (real.status, real.errors, real.warnings)
    names = ", ".join(name for name in (NAME, OTHER) if name in effect)
    assert last["description"] == f"These partitions have been created or changed: {names}"


_PARTITIONS = Inventory(_there, shown, {"flag": flag, "done": _done}, kept="done")


@pytest.mark.slurm(">= 26.05")
@homes.writes(CASES, (45,), homes.installed(), homes.SHARE)
def test_request(case: Case, version: int, sides: Sides) -> None:
    _PARTITIONS.compare(sides, case, version)


def test_that_each_difference_has_its_reason() -> None:
    assert {case.lie for case in CASES} - {None} == LIES.keys() == _PARTITIONS.lies.keys()


def _paths(value: Any, before: str = "") -> set[str]:
    if not isinstance(value, dict) or {"set", "infinite", "number"} & value.keys():
        return {before}
    return set().union(*(_paths(one, f"{before}/{key}") for key, one in value.items()))


def test_that_every_key_is_tried() -> None:
    lists = [case.body["partitions"] for case in CASES if isinstance(case.body, dict) and "partitions" in case.body]
    tried = set().union(*(_paths(one) for found in lists if isinstance(found, list) for one in found))
    assert _paths(told.written_members("update_part_msg")[45]) <= tried


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server, on any release."""
    remove(lab)
    yield from own(lab, tokens)


@pytest.fixture
def clean(lab: Lab) -> Iterator[None]:
    """None of the partitions, before and after."""
    remove(lab)
    yield
    remove(lab)


def _write(ours: Writer, *found: dict[str, Any], user: str = "root") -> Told:
    return ours.ask("POST", "v0.0.45/partitions", json.dumps({"partitions": found}).encode(), user=user)


_NEW = {"name": NAME, "nodes": {"configured": "cloud[12-13]"}}


@pytest.mark.usefixtures("clean")
def test_life(lab: Lab, ours: Writer) -> None:
    """On any release: it is created, changed and removed, and by nobody who may not."""
    new = {**_NEW, "maximums": {"time": 60, "nodes": 2}, "flags": ["HIDDEN"], "partition": {"state": ["DRAIN"]}}
    assert [one["error_number"] for one in _write(ours, new, user="alice").errors] == [2010]
    assert NAME not in shown(lab)
    answer = _write(ours, new)
    assert (answer.status, answer.errors, answer.warnings) == (200, [], [])
    found = shown(lab)[NAME]
    assert (found["Nodes"], found["MaxTime"], found["MaxNodes"]) == ("cloud[12-13]", "01:00:00", "2")
    assert (found["Hidden"], found["State"]) == ("YES", "DRAIN")
    more = {"defaults": {"partition_memory_per_cpu": 7}, "flags": ["HIDDEN_CLEAR"], "priority": {"tier": 4}}
    sharing = {"oversubscribe": "FORCE:3", "state": ["UP"]}
    assert _write(ours, {"name": NAME, **more, "partition": sharing, "preempt_mode": ["DISABLED"]}).errors == []
    found = shown(lab)[NAME]
    assert (found["DefMemPerCPU"], found["Hidden"], found["PriorityTier"]) == ("7", "NO", "4")
    assert (found["OverSubscribe"], found["State"], found["MaxTime"]) == ("FORCE:3", "UP", "01:00:00")
    assert [one["error_number"] for one in ours.ask("DELETE", f"v0.0.45/partition/{NAME}").errors] == [2010]
    assert NAME in shown(lab)
    assert ours.ask("DELETE", f"v0.0.45/partition/{NAME}", user="root").status == 200
    assert NAME not in shown(lab)


@pytest.mark.usefixtures("clean")
def test_several(lab: Lab, ours: Writer) -> None:
    """The second is refused, and the answer says which are there; what cannot be read changes nothing."""
    third = {"name": OTHER, "nodes": {"configured": "cloud14"}}
    assert _write(ours, _NEW, {**third, "flags": ["FOO"]}).status == 500
    assert NAME not in shown(lab)
    answer = _write(ours, _NEW, {"name": "made3", "nodes": {"configured": "nosuch"}}, third)
    assert [one["error_number"] for one in answer.errors] == [2018]
    assert answer.warnings[-1]["description"].endswith(f": {NAME}, {OTHER}")
    assert {NAME, OTHER} <= shown(lab).keys()


@pytest.mark.usefixtures("clean")
def test_what_slurmctld_may_die_of(lab: Lab, ours: Writer) -> None:
    """As of nodes: it has no room for the names of so many bits."""
    make(lab)
    before = shown(lab)
    words = [f"CPU_BIND_{word}" for word in ("TO_THREADS", "TO_CORES", "TO_SOCKETS", "TO_LDOMS")]
    answer = _write(ours, {"name": NAME, "cpus": {"task_binding": words}})
    assert (answer.status, answer.errors[0]["error_number"]) == (500, 9202)
    assert shown(lab) == before


@pytest.mark.usefixtures("clean")
@pytest.mark.slurm("< 23.02")
@pytest.mark.parametrize("member", [{"topology": "x"}, {"maximums": {"cpus_per_socket": 2}}])
def test_what_22_05_cannot_keep(member: dict[str, Any], lab: Lab, ours: Writer) -> None:
    answer = _write(ours, {**_NEW, **member})
    assert answer.status == 501
    assert "has no " in answer.body
    assert NAME not in shown(lab)
