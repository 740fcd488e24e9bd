# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of slurmdbd in bodies, read up to v0.0.38 and later; and what bodies name by what slurmdbd knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.reading import Record, Report
from slurmrest_inet.schema.slurmdbd.account import ACCOUNT
from slurmrest_inet.schema.slurmdbd.association import ASSOCIATION
from slurmrest_inet.schema.slurmdbd.known import Known, Resource
from slurmrest_inet.schema.slurmdbd.old import FailedError, Reader
from slurmrest_inet.schema.slurmdbd.user import USER
from slurmrest_inet.schema.slurmdbd.wckey import WCKEY

if TYPE_CHECKING:
    from slurmrest_inet.schema.model import Table

KNOWN = Known(
    (Resource(1, "cpu"), Resource(2, "mem"), Resource(1001, "gres", "gpu"), Resource(1002, "gres", "gpu:tesla")),
    {1: "normal", 2: "Fast"},
)


def new(table: Table, value: object, version: int = 42) -> tuple[Record, Report]:
    report = Report()
    return decode(table, version, value, report, KNOWN), report


def old(table: Table, value: dict[str, Any], version: int = 38) -> tuple[Record | None, list[tuple[str, str, str]]]:
    report = Report()
    try:
        record = Reader(version, report, KNOWN).record(table, value)
    except FailedError:
        record = None
    return record, [(fault.pointer, *detail) for fault in report.faults for detail in fault.details]


WHOLE = {
    "account": "a",
    "cluster": "lab",
    "user": "alice",
    "partition": None,
    "default": {"qos": "fast"},
    "flags": ["deleted"],
    "max": {"jobs": {"per": {"count": 4}, "active": None}, "tres": {"per": {"job": [{"type": "CPU", "count": 3}]}}},
    "qos": ["normal", "FAST"],
    "shares_raw": 7,
    "nosuch": 1,
}


@pytest.mark.parametrize("version", [37, 38])
def test_an_association_of_old(version: int) -> None:
    record, faults = old(ASSOCIATION, WHOLE, version)
    assert faults == []
    assert record is not None
    assert record.members == {
        "acct": "a",
        "cluster": "lab",
        "user": "alice",
        "def_qos_id": 2,
        "flags": ("SLURMDB_WCKEY_FLAG_DELETED",),
        "grp_jobs": 4,
        "max_jobs": "INFINITE",
        "max_tres_pj": "1=3",
        "qos_list": ["1", "2"],
        "shares_raw": 7,
    }


@pytest.mark.parametrize("version", [40, 42, 45])
def test_an_association(version: int) -> None:
    record, report = new(ASSOCIATION, WHOLE, version)
    assert report.faults == []
    assert record.members["max_tres_pj"] == "1=3"
    assert record.members["max_jobs"] == "NO_VAL"
    assert record.members["grp_jobs"] == 4
    assert record.members["qos_list"] == ["1", "2"]
    assert record.members["def_qos_id"] == 2
    assert record.members["flags"] == ("ASSOC_FLAG_DELETED",)
    sentences = [sentence for _, sentence in report.warnings]
    assert 'Ignoring unknown field "nosuch" of type 64 bit integer in DATA_PARSER_ASSOC' in sentences


FAILED = "Failed to parse field '{}'"
NEEDED = "Failed to parse required field '{}'"
NO_SUCH = "Couldn't find TRES matching "
PARSING = "ESLURM_REST_FAIL_PARSING"
CONVERSION = "ESLURM_DATA_CONV_FAILED"


def _of(**members: object) -> dict[str, Any]:
    return {"account": "a", "user": "u", **members}


@pytest.mark.parametrize(
    ("table", "value", "faults"),
    [
        (ASSOCIATION, {"user": "u"}, [("_parser_run", "Missing required field 'account'", "SLURM_SUCCESS")]),
        (USER, {}, [("_parser_run", "Missing required field 'name'", "SLURM_SUCCESS")]),
        (ASSOCIATION, _of(account=[]), [("_parser_run", NEEDED.format("account"), CONVERSION)]),
        (ASSOCIATION, _of(shares_raw="x"), [("_parser_run", FAILED.format("shares_raw"), CONVERSION)]),
        (ASSOCIATION, _of(shares_raw=1 << 32), [("_parser_run", FAILED.format("shares_raw"), CONVERSION)]),
        (ASSOCIATION, _of(flags="DELETED"), [("_parser_run", FAILED.format("flags"), PARSING)]),
        (
            ASSOCIATION,
            _of(flags=["FOO"]),
            [("flags", "Unknown flag", PARSING), ("_parser_run", FAILED.format("flags"), PARSING)],
        ),
        (
            ASSOCIATION,
            _of(qos=["nosuch"]),
            [
                ("nosuch", "QOS name to ID conversion failed", PARSING),
                ("_parser_run", FAILED.format("qos"), PARSING),
            ],
        ),
        (
            ASSOCIATION,
            _of(default={"qos": "nosuch"}),
            [("_parser_run", FAILED.format("default/qos"), "ESLURM_REST_EMPTY_RESULT")],
        ),
        (
            ASSOCIATION,
            _of(max={"tres": {"total": [{"type": "foo"}]}}),
            [
                ("_for_each_parse_tres_count", f"{NO_SUCH}name:(null) type:foo", "ESLURM_INVALID_TRES"),
                ("_parser_run", FAILED.format("max/tres/total"), PARSING),
            ],
        ),
        (
            ASSOCIATION,
            _of(max={"tres": {"total": [{"type": "cpu", "id": 2}]}}),
            [
                (
                    "_for_each_parse_tres_count",
                    "Requested TRES id(2) doesn't match TRES type/name(cpu/) which id is 1",
                    "ESLURM_INVALID_TRES",
                ),
                ("_parser_run", FAILED.format("max/tres/total"), PARSING),
            ],
        ),
        (
            ACCOUNT,
            {"coordinators": [{"direct": 1}]},
            [
                ("_parser_run", "Missing required field 'name'", "SLURM_SUCCESS"),
                ("_parser_run", FAILED.format("coordinators"), PARSING),
            ],
        ),
        (USER, {"name": "u", "administrator_level": "king"}, [
            ("_parser_run", FAILED.format("administrator_level"), PARSING)]),
    ],
)  # fmt: skip
def test_faults_of_old(table: Table, value: dict[str, Any], faults: list[tuple[str, str, str]]) -> None:
    record, found = old(table, value)
    assert record is None
    assert found == faults


@pytest.mark.parametrize(
    ("value", "number"),
    [(None, "INFINITE"), (5, 5), ("5", 5), (5.5, 6), (True, 1), (-1, "INFINITE"), (-2, "NO_VAL"), (0, 0)],
)
def test_limits_of_old(value: object, number: object) -> None:
    record, faults = old(ASSOCIATION, _of(priority=value))
    assert faults == []
    assert record is not None
    assert record.members["priority"] == number


def test_levels_of_old() -> None:
    for word, level in {"None": "NONE", "o": "OPERATOR", "Admin": "SUPER_USER", "SuperUser": "SUPER_USER"}.items():
        record, faults = old(USER, {"name": "u", "administrator_level": word})
        assert faults == []
        assert record is not None
        assert record.members["admin_level"] == f"SLURMDB_ADMIN_{level}"


def test_a_default_wckey_of_old() -> None:
    record, faults = old(WCKEY, {"cluster": "lab", "id": 0, "name": "w", "user": "u", "flags": ["DEFAULT", "DELETED"]})
    assert faults == []
    assert record is not None
    assert (record.members["is_def"], record.members["flags"]) == (1, ("SLURMDB_WCKEY_FLAG_DELETED",))


MISSING = "ESLURM_DATA_PATH_NOT_FOUND"


@pytest.mark.parametrize(
    ("table", "value", "fault"),
    [
        (ASSOCIATION, {}, ("#/user/", "Missing required field 'user' in dictionary", MISSING)),
        (ACCOUNT, {"name": "a"}, ("#/description/", "Missing required field 'description' in dictionary", MISSING)),
        (
            ASSOCIATION,
            {"user": "u", "max": {"tres": {"per": {"job": "cpu=4"}}}},
            ("#/max/tres/per/job/", "TRES should be LIST but is type string", "ESLURM_DATA_EXPECTED_LIST"),
        ),
        (
            ASSOCIATION,
            {"user": "u", "max": {"tres": {"per": {"job": [{"id": 1}]}}}},
            ("#/max/tres/per/job[0]/type/", "Missing required field 'type' in dictionary", MISSING),
        ),
        (
            ASSOCIATION,
            {"user": "u", "qos": ["+fast"]},
            ("#/qos/", "Unable to resolve QOS: +fast", "ESLURM_INVALID_QOS"),
        ),
        (
            ACCOUNT,
            {"name": "a", "description": "", "organization": "", "coordinators": ["bob"]},
            ("#/coordinators[0]/", "Rejecting string when dictionary expected", "ESLURM_DATA_EXPECTED_DICT"),
        ),
    ],
)
def test_faults(table: Table, value: object, fault: tuple[str, str, str]) -> None:
    _, report = new(table, value)
    found = [(one.pointer, *detail) for one in report.faults for detail in one.details]
    assert fault in found


def test_resources_by_id_and_by_type() -> None:
    job = [{"type": "gres", "name": "GPU", "count": -1}, {"type": "", "id": 2, "count": "5"}, {"type": "gres"}]
    record, report = new(ASSOCIATION, {"user": None, "max": {"tres": {"per": {"job": job}}}})
    assert report.faults == []
    assert record.members["max_tres_pj"] == "1001=18446744073709551615,2=5,1001=0"
    assert "user" not in record.members


def test_nothing_in_a_list_of_resources_or_qoses() -> None:
    record, report = new(ASSOCIATION, {"user": "u", "max": {"tres": {"per": {"job": []}}}, "qos": []})
    assert report.faults == []
    assert "max_tres_pj" not in record.members
    assert record.members["qos_list"] == []


def test_what_is_known_for_a_body_of_elsewhere() -> None:
    """A resource is the one of its type and name, and QOSes of the body are there."""
    known = KNOWN.elsewhere(["FAST", "new", "New"])
    (pending,) = known.pending
    assert known.pending[pending] == "new"
    assert known.qos("NEW") == pending
    assert (known.qos("fast"), KNOWN.qos("new")) == (2, None)
    assert known.has_qos(2)
    assert not known.has_qos(pending)
    value = {"user": "u", "max": {"tres": {"total": [{"type": "gres", "name": "gpu", "id": 5, "count": 1}]}}}
    record = decode(ASSOCIATION, 42, value, Report(), known)
    assert record.members["grp_tres"] == "1001=1"
    assert "grp_tres" not in decode(ASSOCIATION, 42, value, Report(), KNOWN).members
