# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies with trackable resources and QOSes, as ids that slurmdbd knows."""

from __future__ import annotations

from typing import Any

import pytest

from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.reading import Report
from slurmrest_inet.schema.slurmdbd.known import Known, Resource
from slurmrest_inet.schema.slurmdbd.qos import QOS

KNOWN = Known((Resource(1, "cpu"), Resource(1001, "gres", "gpu")), {1: "normal", 2: "low"})


def read(body: Any, version: int = 42) -> tuple[dict[str, Any], Report]:
    report = Report()
    return dict(decode(QOS, version, body, report, KNOWN).members), report


def tres(value: Any, version: int = 42) -> tuple[Any, Report]:
    members, report = read({"limits": {"max": {"tres": {"total": value}}}}, version)
    return members.get("grp_tres"), report


@pytest.mark.parametrize("version", [39, 40, 42, 45])
def test_resources(version: int) -> None:
    value = [{"type": "cpu", "count": 8}, {"type": "gres", "name": "gpu", "id": 1001, "count": 2}]
    found, report = tres(value, version)
    assert (found, report.faults, report.warnings) == ("1=8,1001=2", [], [])


def test_an_unknown_resource() -> None:
    """slurmrestd passes over it and says that all is well."""
    found, report = tres([{"type": "foo", "count": 1}, {"type": "cpu"}])
    assert found is None
    assert report.faults[0].details == (("Couldn't find TRES matching name:(null) type:foo", "ESLURM_INVALID_TRES"),)


def test_that_minus_one_takes_a_limit_away() -> None:
    """As slurmdbd has it: INFINITE64."""
    assert tres([{"type": "cpu", "count": -1}])[0] == "1=18446744073709551615"


def test_no_resources() -> None:
    assert tres([])[0] is None


@pytest.mark.parametrize("value", ["cpu=4", {"cpu": 4}, 5])
def test_that_resources_are_a_list(value: Any) -> None:
    _, report = tres(value)
    (fault,) = report.faults
    word = {str: "string", dict: "dictionary", int: "64 bit integer"}[type(value)]
    assert fault.details == ((f"TRES should be LIST but is type {word}", "ESLURM_DATA_EXPECTED_LIST"),)
    assert fault.pointer == "#/limits/max/tres/total/"


def test_that_a_resource_must_have_a_type() -> None:
    _, report = tres([{"id": 1, "count": 2}])
    (fault,) = report.faults
    assert fault.pointer == "#/limits/max/tres/total[0]/type/"
    assert fault.details == (("Missing required field 'type' in dictionary", "ESLURM_DATA_PATH_NOT_FOUND"),)


def test_that_qos_become_ids() -> None:
    members, report = read({"preempt": {"list": ["low", "normal"]}})
    assert members == {"preempt_list": ["2", "1"]}
    assert report.faults == []


def test_an_unknown_qos() -> None:
    members, report = read({"preempt": {"list": ["low", "nosuch"]}})
    assert members == {}
    assert report.faults[0].pointer == "#/preempt/list/"
    assert report.faults[0].details == (("Unable to resolve QOS: nosuch", "ESLURM_INVALID_QOS"),)


def test_flags_and_modes() -> None:
    members, _ = read({"flags": ["DENY_LIMIT", "no_decay"], "preempt": {"mode": ["requeue"]}})
    assert members == {"flags": ("QOS_FLAG_DENY_LIMIT", "QOS_FLAG_NO_DECAY"), "preempt_mode": ("PREEMPT_MODE_REQUEUE",)}
    assert read({"flags": []})[0] == {}


def test_limits() -> None:
    """Nothing is unset, and more than the member holds is without bound."""
    limits = {"max": {"jobs": {"count": 7}, "wall_clock": {"per": {"job": {"infinite": True}}}}, "grace_time": 30}
    members, report = read({"name": "q", "limits": limits, "priority": None, "usage_factor": 2})
    assert report.faults == []
    assert members == {
        "name": "q",
        "grp_submit_jobs": 7,
        "max_wall_pj": "INFINITE",
        "grace_time": 30,
        "priority": "NO_VAL",
        "usage_factor": 2.0,
    }
