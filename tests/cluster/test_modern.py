# SPDX-License-Identifier: GPL-2.0-or-later
"""v0.0.42 on any release: its facts are those of v0.0.38, its errors and parameters those of its home release.

On that release it is compared with the real server (test_comparison.py); elsewhere no real server can be asked.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Get
    from sidebyside.lab import Lab

LISTS = {"jobs": "job", "nodes": "node", "partitions": "partition", "reservations": "reservation"}
_SOME = 100  # records: other tests leave thousands of jobs behind
NAMES = {"jobs": "job_id", "nodes": "name", "partitions": "name", "reservations": "name"}


@pytest.mark.parametrize("operation", LISTS)
def test_that_one_record_is_the_list_s(get: Get, operation: str) -> None:
    for record in get(operation)[1][operation][:_SOME]:
        if operation == "jobs" and (record["array_job_id"]["number"] or record["het_job_id"]["number"]):
            continue  # more than one record answers
        status, document = get(f"{LISTS[operation]}/{record[NAMES[operation]]}")
        assert status == 200
        (one,) = document[operation]
        assert one[NAMES[operation]] == record[NAMES[operation]]


_UNSET = {"set": False, "infinite": False, "number": 0}
_INFINITE = {"set": False, "infinite": True, "number": 0}


def _number(value: float) -> dict[str, Any]:
    """A number object that is set."""
    return {"set": True, "infinite": False, "number": value}


_NULLS = {
    **dict.fromkeys(("core_spec", "nice"), 0),
    **dict.fromkeys(("owner", "reason_set_by_user", "tres_used"), ""),
    # A limit that there is not; 0 as tasks a core would be none.
    **dict.fromkeys(("tasks_per_core", "tasks_per_socket", "time_limit"), _INFINITE),
    "billable_tres": {**_UNSET, "number": 0.0},
}
"""What null of v0.0.38 is in v0.0.42, where it is no number object that is not set."""


def _same(one: Any, other: Any) -> bool:
    """Equal to a typed client: false is not 0, and 1 is not 1.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _agree(key: str, record: dict[str, Any], new: Any) -> bool:
    """Whether the value of a record of v0.0.38 and one of v0.0.42 say the same; neither 0 nor false is null."""
    old = record[key]
    if old is None and key.endswith("memory_per_node"):
        # Unset beside memory by CPU; else null is 0, which means all memory.
        per_cpu = record[key.replace("per_node", "per_cpu")]
        return _same(new, _number(0) if per_cpu is None else _UNSET)
    if old is None and key == "thread_spec":
        # The unset value without the bit for threads; 0 where cores are kept.
        return _same(new, 32766 if record.get("core_spec") is None else 0)
    if old is None:
        return _same(new, _NULLS.get(key, _UNSET))
    if isinstance(new, dict) and set(new) == {"set", "infinite", "number"}:
        return _same(new, _INFINITE if old == -1 else _number(old))
    if isinstance(new, list) and isinstance(old, str):
        return new == [word for word in old.split(",") if word] or old.upper() in new
    return _same(old, new)


_MEANINGS = {
    # The wait status is taken apart, flags and sharing have other words, this host's paths are completed.
    "jobs": {
        *("exit_code", "derived_exit_code", "flags", "shared", "profile"),
        *("job_resources", "standard_error", "standard_input", "standard_output"),
        # Null in v0.0.38: see test_cpus_of_a_task.
        "cpus_per_task",
    },
    # States have their flags beside them.
    "nodes": {"state", "next_state_after_reboot"},
    # The same words name other things.
    "partitions": {"nodes", "qos", "tres"},
    # Power is no more.
    "reservations": {"flags", "watts", "purge_completed"},
}
"""What the two versions call by the same word and do not say alike."""

_REASONS = {"QOSGrpMemLimit", "AssocGrpMemLimit"}
"""Words that older servers give to two reasons."""


@pytest.mark.parametrize("operation", LISTS)
def test_that_facts_are_those_of_v38(get: Get, operation: str) -> None:
    old = {record[NAMES[operation]]: record for record in get(operation, 38)[1][operation]}
    flags = "?flags=ALL" if operation == "partitions" else ""
    new = {record[NAMES[operation]]: record for record in get(operation + flags)[1][operation]}
    assert old.keys() == new.keys()
    for name, before in old.items():
        after = new[name]
        shared = (before.keys() & after.keys()) - _MEANINGS[operation]
        for key in shared:
            if key == "state_reason" and before[key] in _REASONS:
                continue
            assert _agree(key, before, after[key]), (name, key, before[key], after[key])


def test_that_null_is_neither_zero_nor_false() -> None:
    record = {"a": None, "b": 0, "c": -1, "d": 1.0, "memory_per_node": None, "memory_per_cpu": 5, "nice": None}
    agreeing = {"a": _UNSET, "b": _number(0), "c": _INFINITE, "d": _number(1.0), "memory_per_node": _UNSET, "nice": 0}
    others = (None, 0, 1, False, "", [], _number(0), _number(1), _number(1.0), _UNSET, _INFINITE)
    for key, value in agreeing.items():
        found = [other for other in others if _agree(key, record, other)]
        # What is no number object in either version is compared as it is.
        assert found in ([value], [record[key], value]), (key, found)


def test_cpus_of_a_task(get: Get, lab: Lab) -> None:
    shown = lab.run("squeue", "-a", "-h", "-r", "-t", "all", "-O", "JobID:20,cpus-per-task:10").splitlines()
    wanted = dict(line.split() for line in shown)
    for job in get("jobs")[1]["jobs"]:
        if str(job["job_id"]) in wanted and wanted[str(job["job_id"])] != "N/A":
            assert job["cpus_per_task"] == _number(int(wanted[str(job["job_id"])]))


_UNLIMITED = _number(2**63 - 1)


def test_unlimited_memory(get: Get, lab: Lab) -> None:
    """DefMemPerCPU=UNLIMITED is every bit of 64, also the one for CPUs: as slurmrestd of 24.11 writes it."""
    partitions = {one["name"]: one for one in get("partitions")[1]["partitions"]}
    for name in ("requeue", "pernode"):
        for limits in (partitions[name]["defaults"], partitions[name]["maximums"]):
            assert limits["memory_per_cpu"] is None
            assert limits["partition_memory_per_cpu"] == _UNLIMITED
            assert limits["partition_memory_per_node"] == _UNSET
    number = lab.run("squeue", "-a", "-h", "-n", "boundless", "-o", "%A").split()[0]
    (job,) = get(f"job/{number}")[1]["jobs"]
    assert (job["memory_per_cpu"], job["memory_per_node"]) == (_UNLIMITED, _UNSET)


def test_states_of_nodes(get: Get) -> None:
    old = {node["name"]: node for node in get("nodes", 38)[1]["nodes"]}
    seen = set()
    for node in get("nodes")[1]["nodes"]:
        before = old[node["name"]]
        assert set(node["state"]) == {before["state"].upper(), *before["state_flags"]} - {"PERFCTRS"}
        expected = {before["next_state_after_reboot"].upper(), *before["next_state_after_reboot_flags"]}
        assert set(node["next_state_after_reboot"]) == expected or node["next_state_after_reboot"] == ["INVALID"]
        seen.update(node["state"])
    assert {"IDLE", "MIXED", "DOWN", "DRAIN", "CLOUD", "POWERING_UP"} <= seen


_PARTITION = {
    "nodes": "nodes/configured",
    "total_nodes": "nodes/total",
    "allowed_allocation_nodes": "nodes/allowed_allocation",
    "allowed_accounts": "accounts/allowed",
    "denied_accounts": "accounts/deny",
    "allowed_groups": "groups/allowed",
    "allowed_qos": "qos/allowed",
    "denied_qos": "qos/deny",
    "qos": "qos/assigned",
    "alternative": "alternate",
    "billing_weights": "tres/billing_weights",
    "tres": "tres/configured",
    "total_cpus": "cpus/total",
    "default_memory_per_cpu": "defaults/partition_memory_per_cpu",
    "default_memory_per_node": "defaults/partition_memory_per_node",
    "default_time_limit": "defaults/time",
    "preemption_grace_time": "grace_time",
    "maximum_cpus_per_node": "maximums/cpus_per_node",
    "maximum_memory_per_cpu": "maximums/partition_memory_per_cpu",
    "maximum_memory_per_node": "maximums/partition_memory_per_node",
    "maximum_nodes_per_job": "maximums/nodes",
    "max_time_limit": "maximums/time",
    "over_time_limit": "maximums/over_time_limit",
    "min nodes per job": "minimums/nodes",
    "priority_job_factor": "priority/job_factor",
    "priority_tier": "priority/tier",
    "state": "partition/state",
}


def test_that_partitions_say_the_same(get: Get) -> None:
    old = {one["name"]: one for one in get("partitions", 38)[1]["partitions"]}
    for partition in get("partitions?flags=ALL")[1]["partitions"]:
        before = old[partition["name"]]
        assert set(before) - set(_PARTITION) == {"name", "flags", "preemption_mode"}
        for key, path in _PARTITION.items():
            after: Any = partition
            for step in path.split("/"):
                after = after[step]
            assert _agree(key, before, after), (partition["name"], key, before[key], after)


def test_what_a_job_holds(get: Get) -> None:
    before = {job["job_id"]: job for job in get("jobs", 38)[1]["jobs"]}
    held = 0
    for job in get("jobs")[1]["jobs"]:
        old, new = before[job["job_id"]].get("job_resources"), job["job_resources"]
        assert (old is None) == (new is None)
        if old is None:
            continue
        held += 1
        assert new["nodes"]["list"] == old["nodes"]
        assert new["nodes"]["count"] == old["allocated_hosts"] == len(new["nodes"]["allocation"])
        for one, other in zip(old["allocated_nodes"], new["nodes"]["allocation"]):
            assert other["name"] == one["nodename"]
            assert other["memory"]["allocated"] == one["memory_allocated"]
            cores = {
                (str(socket["index"]), str(core["index"]))
                for socket in other["sockets"]
                for core in socket["cores"]
                if "ALLOCATED" in core["status"]
            }
            assert cores == {(s, c) for s, socket in one["sockets"].items() for c in socket["cores"]}
    assert held


def test_how_jobs_ended(get: Get) -> None:
    statuses = {job["job_id"]: job["exit_code"] for job in get("jobs", 38)[1]["jobs"]}
    seen = set()
    for job in get("jobs")[1]["jobs"]:
        status, said = statuses[job["job_id"]], job["exit_code"]
        if os.WIFSIGNALED(status):
            expected = ("SIGNALED", False, os.WTERMSIG(status))
        else:
            expected = ("ERROR" if status else "SUCCESS", True, 0)
            assert said["return_code"]["number"] == os.WEXITSTATUS(status)
        assert (*said["status"], said["return_code"]["set"], said["signal"]["id"]["number"]) == expected
        assert bool(said["signal"]["name"]) == os.WIFSIGNALED(status)
        seen.add(expected[0])
    assert seen == {"SUCCESS", "ERROR", "SIGNALED"}


def test_states_of_jobs(get: Get) -> None:
    """Each task for itself, with the id of its record: tasks that wait share one, others have their own."""
    wanted = []
    for job in get("jobs")[1]["jobs"]:
        ident, waiting = job["job_id"], job["array_task_string"]
        if job["het_job_id"]["number"]:
            texts = [f"{ident}+{job['het_job_offset']['number']}"]
        elif job["array_task_id"]["set"]:
            texts = [f"{ident}_{job['array_task_id']['number']}"]
        else:
            none_left = f"{ident}_*" if job["array_job_id"]["number"] else str(ident)
            texts = [f"{ident}_{task}" for task in _expanded(waiting)] or [none_left]
        wanted += [(text, job["job_state"]) for text in texts]
    assert [(one["job_id"], one["state"]) for one in get("jobs/state")[1]["jobs"]] == wanted
    assert sum("_" in text for text, _ in wanted) > 3


def _expanded(text: str) -> list[int]:
    """The numbers of "0-2,7" and of "1-9:4%2", which has a step and a limit."""
    found = []
    for part in text.partition("%")[0].split(",") if text else ():
        first, _, rest = part.partition("-")
        last, _, step = rest.partition(":")
        found += list(range(int(first), int(last or first) + 1, int(step or 1)))
    return found


def test_states_of_some_jobs(get: Get) -> None:
    jobs = get("jobs")[1]["jobs"]
    states = [one["job_id"] for one in get("jobs/state")[1]["jobs"]]

    def ask(*chosen: str) -> list[str]:
        listed = "%2C".join(text.replace("+", "%2B") for text in chosen)
        return [one["job_id"] for one in get(f"jobs/state?job_id={listed}")[1]["jobs"]]

    array = next(job for job in jobs if "," in job["array_task_string"])
    tasks = [f"{array['job_id']}_{task}" for task in _expanded(array["array_task_string"])]
    # Those that wait are one record: who names one of them gets all, as from slurmrestd.
    assert ask(tasks[1]) == tasks
    assert ask(f"{array['job_id']}_99999") == []
    apart = next(job for job in jobs if job["array_task_id"]["set"] and job["job_id"] != job["array_job_id"]["number"])
    task = f"{apart['array_job_id']['number']}_{apart['array_task_id']['number']}"
    assert ask(task) == [f"{apart['job_id']}_{apart['array_task_id']['number']}"]
    assert set(ask(str(apart["array_job_id"]["number"]))) > set(ask(task))
    het = next(text for text in states if text.endswith("+1"))
    assert ask(f"{int(het.partition('+')[0]) - 1}+1") == ask(het.partition("+")[0]) == [het]


_ANSWERS = (
    # path, status, number of the first error, payload
    ("job/999999", 404, 2017, True),
    ("job/67108863", 404, 2017, False),
    ("job/abc", 422, 9000, False),
    ("job/0", 422, 9000, False),
    ("node/nope", 200, 0, False),
    ("partition/nope", 422, 9000, False),
    ("reservation/nope", 422, 9000, False),
    ("jobs?update_time=abc", 422, 9202, False),
    ("nodes?update_time=abc", 500, 9202, False),
    ("partitions?update_time=abc", 500, 9202, False),
    ("reservations?update_time=abc", 500, 9202, False),
    ("jobs?flags=foo", 500, 9207, True),
    ("jobs?update_time=", 422, 9202, False),
    ("jobs?update_time=1&update_time=2", 422, 9202, False),
    ("partitions?flags=ALL&flags=foo", 500, 9207, True),
    ("jobs/state?job_id=x", 422, 9000, False),
)


@pytest.mark.parametrize(("path", "status", "code", "payload"), _ANSWERS)
def test_errors(get: Get, path: str, status: int, code: int, payload: bool) -> None:
    found, document = get(path)
    assert found == status
    assert document["errors"][0]["error_number"] == code
    assert all(one["description"] and one["error"] and one["source"] for one in document["errors"])
    assert bool(set(document) - {"meta", "errors", "warnings"}) == payload


@pytest.mark.parametrize("when", ["4000000000", "2090-01-01", "now%2B1hour", "4000000000.4"])
def test_nothing_new(get: Get, when: str) -> None:
    status, document = get(f"jobs?update_time={when}")
    assert (status, document["jobs"], len(document["warnings"])) == (200, [], 1)
    for one in ("nodes", "partitions", "reservations"):
        assert get(f"{one}?update_time={when}") == (304, None)


@pytest.mark.parametrize("when", ["0", "1", "2020-01-01", "2020-01-01T12%3A00%3A00", "-5"])
def test_something_new(get: Get, when: str) -> None:
    for one in LISTS:
        status, document = get(f"{one}?update_time={when}")
        assert status == 200
        assert document[one]
        assert document["last_update"]["number"] > 0


def test_unknown_parameters(get: Get) -> None:
    for one in (*LISTS, "jobs/state"):
        status, document = get(f"{one}?foo=1&bar&baz=&foo=2")
        assert status == 200
        found = [(entry["source"], entry["description"].split(" in ")[0]) for entry in document["warnings"]]
        assert found == [
            (f"#/{name}/", f'Ignoring unknown field "{name}" of type {type_}')
            for name, type_ in (("foo", "list"), ("bar", "boolean"), ("baz", "null"))
        ]
    for one in ("ping", "shares"):
        assert not get(f"{one}?foo=1")[1]["warnings"]


def test_flags(get: Get) -> None:
    """Hidden partitions are hidden from those who are no administrators."""
    assert get("jobs?flags=detail")[1]["errors"] == []
    everything, shown = (
        {one["name"] for one in get(f"partitions{flags}", user="alice")[1]["partitions"]}
        for flags in ("?flags=ALL", "")
    )
    assert shown < everything


def test_who_asked(get: Get) -> None:
    client = get("ping", user="bob")[1]["meta"]["client"]
    assert (client["user"], client["group"]) == ("bob", "bob")


def test_shares(get: Get, lab: Lab) -> None:
    document = get("shares")[1]["shares"]
    listed = [
        line.split("|") for line in lab.run("sshare", "-a", "-h", "-P", "-o", "Account,User,NormShares").splitlines()
    ]
    assert len(document["shares"]) == len(listed)
    for share, (account, user, normal) in zip(document["shares"], listed):
        if share["type"] == ["USER"] and not share["name"]:
            continue  # slurmctld of 24.11 keeps one of a user who was removed, without a name
        assert share["name"] == (user or account).strip()
        assert share["type"] == ["USER" if user else "ASSOCIATION"]
        assert share["shares_normalized"]["number"] == pytest.approx(float(normal), abs=1e-6)
        assert len({len(share["tres"][key]) for key in ("run_seconds", "group_minutes", "usage")}) == 1
    assert all(one["name"] in ("physics", "alice") for one in get("shares?accounts=physics")[1]["shares"]["shares"])
    users = {one["name"] for one in get("shares?users=alice")[1]["shares"]["shares"] if one["type"] == ["USER"]}
    assert users == {"alice"}


@pytest.mark.parametrize("operation", ["licenses", "nodes", "partitions", "reservations", "shares"])
def test_that_yaml_says_the_same(get: Get, operation: str) -> None:
    """Also where a string is missing, which is null in the YAML of older versions."""
    status, document = get(operation, accept="application/yaml")
    assert (status, document[operation]) == (200, get(operation)[1][operation])


def _simplified(value: Any, complex_: Any) -> Any:
    """A value as +complex has it, which also has null for what is missing, and that has been looked at here."""
    if isinstance(value, dict) and set(value) == {"set", "infinite", "number"}:
        return "Infinity" if value["infinite"] else value["number"] if value["set"] else None
    if value in ("", {}, [], False, 0) and complex_ is None:
        return None
    if isinstance(value, dict):
        return {key: _simplified(one, complex_[key]) for key, one in value.items()}
    if isinstance(value, list):
        return [_simplified(*pair) for pair in zip(value, complex_)]
    return value


@pytest.mark.parametrize("operation", [*LISTS, "licenses", "shares"])
def test_complex(get: Get, operation: str) -> None:
    """No number object, null and "Infinity" in their place; nothing else has another value."""
    plain, complex_ = (get(operation, parser=parser)[1] for parser in ("v0.0.42", "v0.0.42+complex"))
    assert complex_["meta"]["plugin"]["data_parser"] == "data_parser/v0.0.42+complex"
    assert _simplified(plain[operation], complex_[operation]) == complex_[operation]
    assert '"set"' not in json.dumps(complex_)
    if operation == "jobs":
        # Texts that are missing, no signal, and no association are null; a 0 that is a number stays one.
        for job in complex_["jobs"]:
            assert type(job["core_spec"]) is int
            assert job["power"] == {"flags": None}
            assert job["admin_comment"] is None or job["admin_comment"]
            assert job["exit_code"]["signal"]["name"] != ""


def test_fast(get: Get) -> None:
    """No warning of a parameter that there is not."""
    for parser, version, count in (("v0.0.42", 42, 1), ("v0.0.42+fast", 42, 0), ("latest+complex+fast", 45, 0)):
        assert len(get("jobs?foo=1", version, parser=parser)[1]["warnings"]) == count

    assert get("jobs?flags=foo", parser="v0.0.42+fast")[1]["errors"][0]["source"] == ""
    assert get("jobs?flags=foo")[1]["errors"][0]["source"] == "#/flags[0]/"
    assert get("job/999999", parser="v0.0.42+complex")[1]["jobs"] is None


def test_flags_of_a_data_parser_are_those_of_its_version(get: Get) -> None:
    """Older versions have none."""
    assert get("partitions", 38, parser="v0.0.42+complex")[1]["partitions"] == get("partitions", 38)[1]["partitions"]
