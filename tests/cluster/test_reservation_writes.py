# SPDX-License-Identifier: GPL-2.0-or-later
"""Reservations created, changed and removed by the real slurmrestd and by ours: the same answer and the same effect.

How they are held to each other inventory_writes.py says; a difference is one of reservation_cases.LIES.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import homes
import pytest
import told
from inventory_writes import Inventory, flag
from reservation_cases import ALL, BEGIN, CASES, LIES, NAME, OTHER, Case
from writers import Sides, Told, Writer, beside, own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inventory_writes import Shown
    from sidebyside.lab import Lab

_FIELD = re.compile(r"(?:^| )([A-Z][A-Za-z]*)=(.*?)(?=(?: +[A-Z][A-Za-z]*=)|$)")


def shown(lab: Lab) -> Shown:
    """What scontrol shows of reservations that the lab itself has not; one that slurmctld named has its user's name."""
    found = {}
    for line in lab.run("scontrol", "-o", "show", "reservation").splitlines():
        fields = dict(_FIELD.findall(line))
        name = fields.get("ReservationName", "")
        if name.lower() in (NAME, OTHER, "5", "a,b") or re.fullmatch(r"alice_\d+", name):
            found[re.sub(r"_\d+", "_", name)] = {key: text.strip() for key, text in fields.items()}
    return found


def remove(lab: Lab) -> None:
    """Remove what was made here."""
    for fields in shown(lab).values():
        lab.run("scontrol", "delete", f"reservation={fields['ReservationName']}")


def make(lab: Lab) -> None:
    """Create the one that is changed."""
    more = ("starttime=2033-05-18T03:33:19", "duration=5", "users=alice", "nodes=cloud12")
    lab.run("scontrol", "create", f"reservation={NAME}", *more)


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


def _shown(lab: Lab) -> Shown:
    """The same without the number that slurmctld puts behind a name of its own, and times that float to the hour."""
    found = {}
    for name, fields in shown(lab).items():
        floating = ("StartTime", "EndTime") if "TIME_FLOAT" in fields.get("Flags", "") else ()
        found[name] = {**fields, "ReservationName": name, **{key: fields[key][:13] for key in floating}}
    return found


_BUSY = 2016  # ESLURM_NODES_BUSY


def _resource(real: Told, ours: Told, _effect: Shown) -> None:
    # slurmctld is asked for three nodes, which other reservations of the lab may keep busy.
    assert (real.status, [one["error_number"] for one in real.errors]) in ((200, []), (422, [_BUSY]))
    assert (ours.status, [one["error_number"] for one in ours.errors]) == (422, [9202, 9000])


def _done(real: Told, ours: Told, _effect: Shown) -> None:
    *warnings, last = ours.warnings
    assert (ours.status, ours.errors, warnings) == (real.status, real.errors, real.warnings)
    assert last["description"] == f"These reservations have been created or changed: {NAME}"


_RESERVATIONS = Inventory(_there, _shown, {"flag": flag, "resource": _resource, "done": _done}, kept="done")


@pytest.mark.slurm(">= 26.05")
@homes.writes(CASES, ALL, homes.installed(), homes.SHARE)
def test_request(case: Case, version: int, sides: Sides) -> None:
    _RESERVATIONS.compare(sides, case, version)


def test_that_each_difference_has_its_reason() -> None:
    assert {case.lie for case in CASES} - {None} == LIES.keys() == _RESERVATIONS.lies.keys()


@pytest.mark.parametrize("version", ALL)
@pytest.mark.parametrize("there", [True, False])
def test_that_every_key_is_tried(version: int, *, there: bool) -> None:
    bodies = [case.body for case in CASES if version in case.versions and case.there == there]
    tried = {key for body in bodies if isinstance(body, dict) for key in body}
    assert told.written_members("resv_desc_msg")[version].keys() <= tried


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server, on any release."""
    remove(lab)
    yield from own(lab, tokens)


@pytest.fixture
def clean(lab: Lab) -> Iterator[None]:
    """None of the reservations, before and after."""
    remove(lab)
    yield
    remove(lab)


def _write(ours: Writer, version: int, body: Any, path: str = "reservation", user: str = "root") -> Told:
    return ours.ask("POST", f"v0.0.{version}/{path}", json.dumps(body).encode(), user=user)


_NEW = {"name": NAME, "start_time": BEGIN, "duration": 5, "users": ["alice"]}


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("version", ALL)
def test_life(version: int, lab: Lab, ours: Writer) -> None:
    """On any release: it is created, changed and removed, and by nobody who may not."""
    new = {**_NEW, "node_count": 2, "partition": "cloud", "flags": ["MAINT", "OVERLAP"], "tres": []}
    assert [one["error_number"] for one in _write(ours, version, new, user="alice").errors] == [2010]
    answer = _write(ours, version, new)
    assert (answer.status, answer.errors, answer.warnings) == (200, [], [])
    (told_,) = answer.body["reservations"]
    assert (told_["name"], told_["flags"], told_["node_count"]["number"]) == (NAME, ["MAINT", "OVERLAP"], 2)
    found = shown(lab)[NAME]
    assert (found["NodeCnt"], found["PartitionName"], found["Users"]) == ("2", "cloud", "alice")
    assert {"MAINT", "OVERLAP"} <= set(found["Flags"].split(","))
    answer = _write(ours, version, {"name": NAME, "duration": 9, "flags": ["NO_MAINT"], "users": ["alice", "bob"]})
    assert (answer.status, answer.errors) == (200, [])
    found = shown(lab)[NAME]
    assert (found["Duration"], found["Users"]) == ("00:09:00", "alice,bob")
    assert "MAINT" not in found["Flags"].split(",")
    path = f"v0.0.{version}/reservation/{NAME}"
    assert [one["error_number"] for one in ours.ask("DELETE", path, user="alice").errors] == [2010]
    assert NAME in shown(lab)
    assert ours.ask("DELETE", path, user="root").status == 200
    assert shown(lab) == {}
    assert ours.ask("DELETE", path, user="root").errors[0]["error_number"] == 2053


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("version", [41, 42])
def test_removal_in_versions_whose_home_has_none(version: int, lab: Lab, ours: Writer) -> None:
    """Which 25.11 and 26.05 serve in these versions, and 24.11 does not."""
    make(lab)
    assert ours.ask("DELETE", f"v0.0.{version}/reservation/{NAME}", user="root").status == 200
    assert shown(lab) == {}


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("version", ALL)
def test_whole_partition(version: int, lab: Lab, ours: Writer) -> None:
    answer = _write(ours, version, {**_NEW, "partition": "cloud"})
    assert (answer.status, answer.body["reservations"][0]["node_list"]) == (200, ["ALL"])
    assert (shown(lab)[NAME]["NodeCnt"], shown(lab)[NAME]["PartitionName"]) == ("20", "cloud")


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("version", ALL)
def test_several(version: int, lab: Lab, ours: Writer) -> None:
    """The third is refused, and the answer says which are there; what cannot be read changes nothing."""
    first, second = {**_NEW, "node_list": ["cloud12"]}, {**_NEW, "name": OTHER, "node_list": ["cloud13"]}
    body = {"reservations": [first, second, {**_NEW, "name": "made3", "node_list": ["nosuch"]}]}
    broken = {"reservations": [first, {**second, "flags": ["FOO"]}]}
    assert _write(ours, version, broken, "reservations").status == 500
    assert shown(lab) == {}
    answer = _write(ours, version, body, "reservations")
    assert [one["description"] for one in answer.errors] == ["Error creating reservation  made3"]
    assert answer.warnings[-1]["description"].endswith(f": {NAME}, {OTHER}")
    assert sorted(shown(lab)) == [NAME, OTHER]


@pytest.mark.usefixtures("clean")
@pytest.mark.slurm("< 23.02")
@pytest.mark.parametrize("version", ALL)
def test_what_22_05_cannot_keep(version: int, lab: Lab, ours: Writer) -> None:
    answer = _write(ours, version, {**_NEW, "node_list": ["cloud12"], "comment": "c"})
    assert answer.status == 501
    assert answer.body.endswith(" has no comment")
    assert shown(lab) == {}
