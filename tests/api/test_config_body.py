# SPDX-License-Identifier: GPL-2.0-or-later
"""The body of POST config: an answer of GET config, which tells more than is stored, and tells some of it twice."""

from __future__ import annotations

from typing import Any

import pytest

from slurmrest_inet import slurm, versions
from slurmrest_inet.schema.slurmdbd.known import Known, Resource

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api.call import Call
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import config_body

KNOWN = Known((Resource(1, "cpu"), Resource(1002, "gres", "gpu")), {1: "normal"})

_ACCOUNT: dict[str, Any] = {
    "name": "a",
    "description": "d",
    "organization": "o",
    "flags": [],
    "coordinators": [{"name": "u", "direct": 1}],
    "associations": [{"account": "a", "cluster": "lab", "user": None, "partition": None}],
}
_USER: dict[str, Any] = {
    "name": "u",
    "default": {"account": None, "wckey": None},
    "coordinators": [{"name": "a", "direct": 1}, {"name": "b", "direct": 1}],
    "associations": [
        {"account": "a", "cluster": "lab", "user": "u", "partition": None},
        {"account": "gone", "cluster": "lab", "user": "u", "partition": None},
    ],
}
_OF_U: dict[str, Any] = {
    "account": "a",
    "cluster": "lab",
    "user": "u",
    "partition": None,
    "parent_account": None,
    "qos": ["normal", "New"],
    "max": {"tres": {"total": [{"type": "gres", "name": "gpu", "id": 1007, "count": 3}], "per": {"job": []}}},
}


def _body(version: int) -> dict[str, Any]:
    """As GET config of a version, which tells missing texts as empty ones since v0.0.39."""
    resources, qos = (versions.since(keys, version) for keys in ({36: "TRES", 40: "tres"}, {36: "QOS", 39: "qos"}))
    body: dict[str, Any] = {
        "meta": {},
        "errors": [],
        "clusters": [{"name": "lab", "controller": {"host": "h", "port": 6817}, "rpc_version": 9728, "tres": []}],
        resources: [{"type": "cpu", "name": None, "id": 1, "count": 0}],
        "accounts": [_ACCOUNT, {**_ACCOUNT, "name": "gone", "flags": ["DELETED"]}],
        "users": [_USER],
        qos: [{"name": "normal", "id": 7}, {"name": "new", "id": 8, "preempt": {"list": ["new"]}}],
        "wckeys": [{"name": "k", "user": "u", "cluster": "lab", "id": 3, "flags": ["DELETED"]}],
        "associations": [
            {**_OF_U, "user": None, "qos": []},
            _OF_U,
            {**_OF_U, "account": "gone", "flags": ["DELETED"]},
        ],
    }
    return body if version < 39 else _with_empty_texts(body)


def _with_empty_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_empty_texts(one) for name, one in value.items()}
    return [_with_empty_texts(one) for one in value] if isinstance(value, list) else "" if value is None else value


def _read(version: int, body: Any) -> tuple[config_body.Parts | None, Report, Known]:
    call = Call(version, {}, {}, body)
    report = Report(call)
    known = KNOWN.elsewhere(config_body.names_of_qos(call))
    return config_body.read(call, report, known), report, known


def _names(parts: config_body.Parts, key: str, member: str = "name") -> list[Any]:
    return [one.members.get(member) for one in parts[key]]


@pytest.mark.parametrize("version", versions.DIALECTS)
def test_what_an_answer_tells(version: int) -> None:
    parts, report, known = _read(version, _body(version))
    assert parts is not None, report.errors
    assert (report.code, report.errors) == (0, [])
    assert _names(parts, "accounts") == ["a"]
    assert _names(parts, "qos") == ["normal", "new"]
    assert parts["wckeys"] == []
    assert _names(parts, "associations", "acct") == ["a", "a"]
    assert _names(parts, "associations", "user") == [None, "u"]
    (pending,) = known.pending
    assert parts["associations"][1].members["qos_list"] == ["1", str(pending)]
    assert parts["associations"][1].members["grp_tres"] == "1002=3"
    assert "grp_tres_mins" not in parts["associations"][1].members
    assert parts["qos"][1].members["preempt_list"] == [str(pending)]


@pytest.mark.parametrize("version", versions.DIALECTS)
def test_that_nothing_is_told_twice(version: int) -> None:
    """Nor what was deleted: an account would come back with its associations."""
    parts, _, _ = _read(version, _body(version))
    assert parts is not None
    (account,), (user,) = parts["accounts"], parts["users"]
    assert account.members["assoc_list"] == user.members["assoc_list"] == []
    managed: Any = user.members["coord_accts"]
    assert [one.members["name"] for one in managed] == (["a", "b"] if version < 39 else ["b"])
    assert not {"default_acct", "default_wckey"} & user.members.keys()


@pytest.mark.parametrize("version", [version for version in versions.DIALECTS if version >= 39])
def test_that_it_is_warned_of_what_is_passed_over(version: int) -> None:
    _, report, _ = _read(version, _body(version))
    said = [one["description"] for one in report.warnings]
    assert "Ignoring TRES, which slurmctld alone adds" in said
    assert "Ignoring 1 accounts with the flag DELETED" in said
    assert "Ignoring 1 associations with the flag DELETED" in said


@pytest.mark.parametrize("version", [version for version in versions.DIALECTS if version >= 40])
def test_that_instances_are_passed_over(version: int) -> None:
    _, report, _ = _read(version, {**_body(version), "instances": [{"cluster": "lab", "node_name": "n1"}]})
    said = [one["description"] for one in report.warnings]
    assert ("Ignoring instances, which slurmctld alone adds" in said) is (version < 45)


@pytest.mark.parametrize("version", [version for version in versions.DIALECTS if version >= 44])
@pytest.mark.parametrize(
    ("foreign", "here"), [(7, "normal"), (8, "new"), (9, "normal"), (10, None), (1, None), (0, "none")]
)
def test_that_a_default_qos_is_the_one_of_its_name(version: int, foreign: int, here: str | None) -> None:
    """By the id that it has where the body comes from; what was deleted there may be here."""
    body = _body(version)
    body["qos"] += [{"name": "Normal", "id": 9, "flags": ["DELETED"]}, {"name": "gone", "id": 10, "flags": ["DELETED"]}]
    body["users"] = [{**_USER, "default": {"qos": foreign}}]
    parts, report, known = _read(version, body)
    assert parts is not None
    ids = {"normal": 1, "new": next(iter(known.pending)), "none": 0}
    assert parts["users"][0].members.get("def_qos_id") == (None if here is None else ids[here])
    sentence = f"Ignoring the default QOS of user u: none that is here has the id {foreign} in the body"
    assert (sentence in [one["description"] for one in report.warnings]) is (here is None)


@pytest.mark.parametrize("version", [version for version in versions.DIALECTS if version >= 44])
def test_that_a_body_without_a_list_of_qos_is_of_here(version: int) -> None:
    user = {**_USER, "default": {"qos": 1}}
    parts, _, _ = _read(version, {**_body(version), "qos": [], "associations": [], "users": [user]})
    assert parts is not None
    assert parts["users"][0].members["def_qos_id"] == 1


@pytest.mark.parametrize("version", versions.DIALECTS)
def test_a_qos_that_is_nowhere(version: int) -> None:
    """Neither in the database nor in the body."""
    body = _body(version)
    body["associations"] = [{**_OF_U, "qos": ["nosuch"], "user": "u", "partition": "", "parent_account": ""}]
    parts, report, _ = _read(version, body)
    assert parts is None
    assert report.code


@pytest.mark.parametrize("version", [36, 37])
def test_that_a_list_which_has_to_be_there_ends_all_well(version: int) -> None:
    """Unless something comes behind it, which would not be stored."""
    parts, report, _ = _read(version, {"accounts": [_ACCOUNT]})
    assert parts is not None
    assert report.code == 0
    assert _names(parts, "accounts") == ["a"]
    assert not parts["users"]
    parts, report, _ = _read(version, {"accounts": [_ACCOUNT], "wckeys": [{"name": "k"}]})
    assert parts is None
    assert report.code
