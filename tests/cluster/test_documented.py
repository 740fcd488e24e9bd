# SPDX-License-Identifier: GPL-2.0-or-later
"""That documented.py sees what a client with generated models would trip over; test_comparison.py and others ask it."""

from __future__ import annotations

import pytest
from documented import broken, has_a_row, misfits, type_of

_TYPE = {"jobs": [{"a": "string", "b": ["integer"], "c": {"*": "number"}}], "errors": ["any"]}


def _jobs(**members: object) -> dict[str, object]:
    return {"jobs": [{"a": "", "b": [1], "c": {"x": 1.5, "y": 1}, **members}]}


@pytest.mark.parametrize(
    ("member", "place"),
    [
        ({"a": 1}, "a"),
        ({"a": None}, "a"),
        ({"a": True}, "a"),
        ({"b": 1}, "b"),
        ({"b": ["1"]}, "b/0"),
        ({"b": [True]}, "b/0"),
        ({"b": [1.0]}, "b/0"),
        ({"c": []}, "c"),
        ({"c": {"x": "1"}}, "c/x"),
    ],
)
def test_that_misfits_are_found(member: dict[str, object], place: str) -> None:
    assert not misfits(_TYPE, _jobs())
    assert list(misfits(_TYPE, _jobs(**member))) == [f"body/jobs/0/{place}"]
    assert broken(_TYPE, _jobs(), _jobs(**member))
    assert not broken(_TYPE, _jobs(**member), _jobs())
    assert not broken(_TYPE, _jobs(**member), _jobs(**member))


def test_that_null_is_read_by_models() -> None:
    """What may be missing may be null: a number in its place is what breaks."""
    assert broken(_TYPE, _jobs(a=None), _jobs(a=1))
    assert broken(_TYPE, _jobs(a=1), _jobs(a=None)) == []
    assert broken(_TYPE, _jobs(a=None, b="x"), _jobs(a=1)) == [], "the record could not be read before either"


def test_that_a_row_is_for_its_place_alone() -> None:
    trouble = "body/jobs/4/time/start: None is no integer"
    assert has_a_row(37, "slurmdb/jobs", trouble)
    assert has_a_row(36, "slurmdb/job/1", trouble)
    assert has_a_row(36, "slurmdb/jobs?users=alice&state=cd", "body/jobs/1/priority: None is no integer")
    assert not has_a_row(36, "slurmdb/jobs?users=alice", "body/jobs/1/priority: None is no integer")
    assert not has_a_row(38, "slurmdb/jobs", trouble)
    assert not has_a_row(37, "slurm/jobs", trouble)
    assert not has_a_row(37, "slurmdb/jobs", trouble.replace("start", "end"))


def test_that_operations_are_found() -> None:
    for path in ("job/1", "job/1_1", "jobs", "node/node1", "partition/main"):
        for version in (36, 37, 38):
            assert type_of(version, "GET", f"slurm/{path}", 200)["errors"]
    assert type_of(38, "POST", "slurm/job/submit", 200)["job_id"] == "integer"
    assert type_of(38, "GET", "slurm/nope", 200) is None
    assert type_of(36, "GET", "slurm/reservations", 200) is None
    assert type_of(38, "GET", "slurmdb/qos/normal", 200)["qos"]
    assert type_of(38, "GET", "qos", 200) is None
