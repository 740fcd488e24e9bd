# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs written by ours in v0.0.39 to v0.0.45 on any release of Slurm: what was asked for is what the job has.

Rule 1: no real server is asked: what scontrol must show stands beside what is asked.
Rule 2: what a release cannot keep is refused by name, and nothing is submitted.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import job_effects
import pytest
from modern_write_cases import JOB, LATER, SCRIPT
from write_cases import NAMESAKE
from writers import Told, Writer, alone

from slurmrest_inet.schema.job_desc import MOST_COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

VERSIONS = (39, 40, 41, 42, 43, 44, 45)


class Case(NamedTuple):
    """Members of a job, and the fields of scontrol that tell of them; "|" where releases call a field differently."""

    job: dict[str, Any]
    shown: dict[str, str]
    versions: tuple[int, ...] = VERSIONS

    def __str__(self) -> str:
        return next(iter(self.job))


def _number(number: int) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number}


CASES = (
    Case(
        {"account": "physics", "qos": "high", "wckey": "laser", "comment": "any", "name": "v", "partition": "main"},
        {"Account": "physics", "QOS": "high", "WCKey": "laser", "Comment": "any", "JobName": "v", "Partition": "main"},
    ),
    Case(
        {"tasks": 3, "cpus_per_task": 2, "memory_per_cpu": _number(50)},
        {"NumTasks": "3", "CPUs/Task": "2", "MinMemoryCPU": "50M"},
    ),
    Case({"minimum_nodes": 1, "maximum_nodes": 2}, {"NumNodes": "1-2"}),
    Case(
        {"nodes": "2", "tasks_per_node": 2, "threads_per_core": 1, "memory_per_node": _number(300), "contiguous": True},
        {"NumNodes": "2-2", "MinMemoryNode": "300M", "Contiguous": "1", "ReqB:S:C:T": "0:0:*:1"},
    ),
    Case(
        {
            "time_limit": _number(5),
            "time_minimum": _number(2),
            "deadline": LATER,
            "begin_time": LATER - 1000,
            "nice": 7,
        },
        {"TimeLimit": "00:05:00", "TimeMin": "00:02:00", "Nice": "7"},
    ),
    Case({"time_limit": {"set": False, "infinite": True, "number": 0}}, {"TimeLimit": "UNLIMITED"}),
    Case({"time_limit": {"set": False, "infinite": False, "number": 5}}, {"TimeLimit": "1-00:00:00"}),
    Case(
        {"required_nodes": ["node1", "node2"], "excluded_nodes": ["node3"], "constraints": "ib", "requeue": False},
        {"ReqNodeList": "node[1-2]", "ExcNodeList": "node3", "Features": "ib", "Requeue": "0"},
    ),
    Case(
        {"tres_per_node": "gres:gpu:1", "licenses": "matlab:1", "network": "ib0"},
        {"Licenses": "matlab:1", "Network": "ib0"},
        (39,),
    ),
    Case(
        {"licenses": "matlab:1", "network": "ib0", "mail_type": ["END"], "mail_user": "m"},
        {"Licenses": "matlab:1", "Network": "ib0", "MailType": "END"},
    ),
    Case({"dependency": "singleton", "name": NAMESAKE}, {"Dependency": "singleton(unfulfilled)"}),
    Case({"array": "1-3%2"}, {"ArrayTaskId": "1-3%2", "ArrayTaskThrottle": "2"}),
    Case({"shared": ["user"]}, {"OverSubscribe|Exclusive": "USER"}),
    Case({"exclusive": ["true"]}, {"OverSubscribe": "NO"}, (39, 40, 41)),
    Case({"core_specification": 1}, {"CoreSpec": "1"}),
    Case({"thread_specification": 1}, {"ThreadSpec": "1"}),
    Case(
        {"required_switches": _number(1), "wait_for_switch": 60, "delay_boot": 5, "temporary_disk_per_node": 5},
        {"Switches": "1@00:01:00", "DelayBoot": "00:00:05", "MinTmpDiskNode": "5M"},
    ),
    Case(
        {"flags": ["SPREAD_JOB"], "cpu_frequency": "low-high:performance"},
        {"SpreadJob": "Yes", "CPU_max_freq": "High", "CPU_min_freq": "Low"},
    ),
    Case({"flags": ["KILL_INVALID_DEPENDENCY"]}, {"KillOInInvalidDependent|KillOnInvalidDependent": "Yes"}),
    Case(
        {"standard_output": "/tmp/o", "standard_error": "/tmp/e", "standard_input": "/dev/zero"},
        {"StdOut": "/tmp/o", "StdErr": "/tmp/e", "StdIn": "/dev/zero"},
    ),
    Case({"priority": _number(0), "current_working_directory": "/var"}, {"Priority": "0", "WorkDir": "/var"}),
)


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server on a lab whose jobs of a test are gone afterwards."""
    yield from alone(lab, tokens)


def _submit(ours: Writer, version: int, body: dict[str, Any]) -> Told:
    return ours.ask("POST", f"v0.0.{version}/job/submit", json.dumps(body).encode())


def _held(ours: Writer, version: int, **members: Any) -> int:
    answer = _submit(ours, version, {"script": SCRIPT, "job": {**JOB, **members}})
    assert (answer.status, answer.errors) == (200, []), answer
    assert answer.job
    return answer.job


def _fields(lab: Lab, job: int, number: int = 0) -> dict[str, Any]:
    """What scontrol shows, by the names of its fields; script and environment as bytes."""
    shown = job_effects.shown(lab, job).items()
    return {
        name.partition(":")[2]: value.strip() if isinstance(value, str) else value
        for name, value in shown
        if name.startswith(f"{number}:")
    }


def _each(cases: tuple[Case, ...]) -> Any:
    pairs = [(case, version) for case in cases for version in case.versions]
    return pytest.mark.parametrize(("case", "version"), pairs, ids=[f"{case}-{version}" for case, version in pairs])


@_each(CASES)
def test_submission(case: Case, version: int, lab: Lab, ours: Writer) -> None:
    job = _held(ours, version, **case.job)
    fields = _fields(lab, job)
    lab.run("scancel", str(job))
    for names, value in case.shown.items():
        assert value in [fields.get(name) for name in names.split("|")], (names, fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_moments(version: int, lab: Lab, ours: Writer) -> None:
    job = _held(ours, version, deadline=LATER, begin_time=LATER - 200_000)
    fields = _fields(lab, job)
    lab.run("scancel", str(job))
    left = LATER - time.time()
    assert abs(fields["Deadline"] - left) < 60
    assert abs(fields["StartTime"] - left + 200_000) < 60


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_kept_as_files(version: int, lab: Lab, ours: Writer) -> None:
    job = _held(ours, version, environment=["A=1", "B=b c"], script="#!/bin/sh\nignored\n")
    fields = _fields(lab, job)
    lab.run("scancel", str(job))
    assert fields["script"].rstrip(b"\0").decode() in (SCRIPT, "#!/bin/sh\nignored\n")
    assert fields["environment"].endswith(b"A=1\0B=b c\0")


@pytest.mark.parametrize("version", VERSIONS)
def test_that_a_script_sees_it(version: int, lab: Lab, ours: Writer) -> None:
    """Environment, arguments, folder and output of a job that runs."""
    path = f"{lab.variables['LAB_WORK_DIR']}/written-{version}"
    job = {
        "environment": ["PATH=/bin:/usr/bin", "A=b c"],
        "argv": ["script", "one", "two words"],
        "current_working_directory": lab.variables["LAB_WORK_DIR"],
        "standard_output": path,
        "partition": "free",
        "name": "seen",
        "time_limit": _number(1),
        "memory_per_cpu": _number(10),
    }
    script = '#!/bin/sh\nprintf "%s|" "$A" "$PWD" "$@"\necho end\n'
    answer = _submit(ours, version, {"script": script, "job": job})
    assert answer.status == 200, answer
    limit = time.monotonic() + 60
    text = ""
    while not text.endswith("end\n"):
        assert time.monotonic() < limit, (text, lab.run("scontrol", "show", "job", str(answer.job)))
        time.sleep(0.1)
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            continue
    assert text == f"b c|{lab.variables['LAB_WORK_DIR']}|one|two words|end\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_heterogeneous_job(version: int, lab: Lab, ours: Writer) -> None:
    body = {"script": SCRIPT, "jobs": [{**JOB, "tasks": 2}, {**JOB, "name": "second", "tasks": 3}]}
    job = _submit(ours, version, body).job
    assert [_fields(lab, job, number)["NumTasks"] for number in (0, 1)] == ["2", "3"]
    environment = {"environment": JOB["environment"]} if version == VERSIONS[0] else {}
    changes = json.dumps({"comment": "changed", **environment}).encode()
    assert ours.ask("POST", f"v0.0.{version}/job/{job}%2B1", changes).status == 200
    assert ["Comment" in _fields(lab, job, number) for number in (0, 1)] == [False, True]
    assert ours.ask("DELETE", f"v0.0.{version}/job/{job}").status == 200
    assert {_fields(lab, job, number)["JobState"] for number in (0, 1)} == {"CANCELLED"}


@pytest.mark.parametrize("version", VERSIONS)
def test_components(version: int, lab: Lab, ours: Writer) -> None:
    """As many as Slurm's limit, and not one more."""
    last = job_effects.last(lab)
    refused = _submit(ours, version, {"script": SCRIPT, "jobs": [JOB] * (MOST_COMPONENTS + 1)})
    assert (refused.status, job_effects.last(lab)) == (422, last)
    assert " 129 > 128" in refused.errors[0]["description"]
    taken = _submit(ours, version, {"script": SCRIPT, "jobs": [JOB] * MOST_COMPONENTS})
    assert taken.status == 200
    lab.run("scancel", str(taken.job))


@pytest.mark.parametrize("version", VERSIONS)
def test_change_and_cancellation(version: int, lab: Lab, ours: Writer) -> None:
    job = _held(ours, version)
    path = f"v0.0.{version}/job/{job}"
    changes = {"comment": "changed", "time_limit": _number(7), "partition": "limited", "environment": ["A=1"]}
    answer = ours.ask("POST", path, json.dumps(changes).encode())
    assert (answer.status, answer.errors) == (200, [])
    fields = _fields(lab, job)
    assert [fields[name] for name in ("Comment", "TimeLimit", "Partition")] == ["changed", "00:07:00", "limited"]
    assert ours.ask("DELETE", f"{path}?signal=KILL").status == 200
    assert _fields(lab, job)["JobState"] == "CANCELLED"


@pytest.mark.slurm("< 24.11")
@pytest.mark.parametrize(("version", "member"), [(42, "oom_kill_step"), (41, "segment_size"), (42, "segment_size")])
def test_what_the_release_cannot_keep(version: int, member: str, lab: Lab, ours: Writer) -> None:
    last = job_effects.last(lab)
    answer = _submit(ours, version, {"script": SCRIPT, "job": {**JOB, member: 1}})
    assert answer.status == 501
    assert f" has no {member}" in answer.body
    assert job_effects.last(lab) == last


@pytest.mark.slurm("< 26.05")
@pytest.mark.parametrize(
    ("member", "value"),
    [("container_type", "x"), ("memory_update_delay", 1), ("memory_update_margin", 1)],
)
def test_what_only_the_youngest_release_can_keep(member: str, value: object, lab: Lab, ours: Writer) -> None:
    last = job_effects.last(lab)
    answer = _submit(ours, 45, {"script": SCRIPT, "job": {**JOB, member: value}})
    assert (answer.status, job_effects.last(lab)) == (501, last)


@pytest.mark.parametrize(
    ("version", "member"), [(41, "resv_mpi_ports"), (41, "segment_size"), (42, "segment_size"), (42, "oom_kill_step")]
)
def test_what_is_not_set(version: int, member: str, lab: Lab, ours: Writer) -> None:
    """No release is too old for it."""
    for unset in (None, {}, {"set": False, "infinite": False, "number": 1})[: 3 if member == "segment_size" else 1]:
        job = _held(ours, version, **{member: unset})
        lab.run("scancel", str(job))
