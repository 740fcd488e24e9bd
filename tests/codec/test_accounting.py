# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of slurmdbd's jobs and steps that are not one member (accounting.c), by the tables of answers."""

from __future__ import annotations

from typing import Any

import pytest
from test_sequences import Memory

from slurmrest_inet.schema import shapes

NO_VAL = 0xFFFFFFFE
SHAPED = {table.name: table for table in shapes.TABLES}


@pytest.fixture
def memory(module: Any) -> Any:
    made = Memory(module)
    yield made
    made.close()


def _job(memory: Memory, version: int, **members: Any) -> Any:
    return memory.answered("slurmdb_job_rec_t", memory.struct("slurmdb_job_rec_t", **members), version)


def _step(memory: Memory, version: int, **members: Any) -> Any:
    step = memory.struct("slurmdb_step_rec_t", job_ptr=memory.struct("slurmdb_job_rec_t"))
    for name, value in members.items():
        owner, _, member = name.rpartition("__")
        setattr(
            getattr(step, owner) if owner else step, member, memory.text(value) if isinstance(value, bytes) else value
        )
    return memory.answered("slurmdb_step_rec_t", step, version)


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (0, {"status": "SUCCESS", "return_code": 0}),
        (256 * 3, {"status": "ERROR", "return_code": 3}),
        (9, {"status": "SIGNALED", "return_code": None, "signal": {"signal_id": 9, "name": "Killed"}}),
        (NO_VAL, {"status": "PENDING", "return_code": None}),
    ],
)
def test_exit_codes_before_40(memory: Memory, status: int, shown: dict[str, Any]) -> None:
    assert _job(memory, 38, exitcode=status)["exit_code"] == shown


@pytest.mark.parametrize("status", [0, 256 * 3, 9, NO_VAL, 0x7F, 0xFFFF, 0x137F])
def test_that_each_exit_code_has_a_word_of_the_document(memory: Memory, status: int) -> None:
    """What wait(2) never tells is there, too: a database keeps whatever was written into it."""
    (word,) = _job(memory, 40, exitcode=status)["exit_code"]["status"]
    (row,) = (row for row in SHAPED["process_exit_code_verbose"].rows if row.path == "status")
    assert word in {entry.text for entry in row.kind.names.entries}


def test_reasons_without_a_name_before_40(memory: Memory) -> None:
    assert _job(memory, 38, state_reason_prev=100_000)["state"]["reason"] == "100000"
    job = memory.struct("slurm_job_info_t", state_reason=60_000)
    assert memory.answered("slurm_job_info_t", job, 38)["state_reason"] == "60000"


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        (0, "Unknown"), (1, "Cyclic"), (2, "Block"), (3, "arbitrary task distribution"), (4, "Plane"), (5, "Unknown"),
        (0x11, "CCyclic"), (0x32, "BFCyclic"), (0x122, "BBlockCyclic"), (0x331, "CFCyclicFCyclic"),
        (0x321, "CCyclicFCyclic"), (0x201, "Unknown"), (0x13, "Unknown"), (0x2000, "Unknown"), (0x411, "Unknown"),
        (0x800002, "Block,Pack"), (0x400000, "Unknown,NoPack"), (0xC00022, "BBlock,Pack,NoPack"),
    ],
)  # fmt: skip
def test_distributions(memory: Memory, word: int, shown: str) -> None:
    assert _step(memory, 45, task_dist=word)["task"]["distribution"] == shown


@pytest.mark.parametrize(
    ("step", "component", "old", "parts", "text"),
    [
        (0, NO_VAL, 0, {"job_id": 7, "step_id": "0"}, "7.0"),
        (0xFFFFFFFB, NO_VAL, "batch", {"job_id": 7, "step_id": "batch"}, "7.batch"),
        (0xFFFFFFFC, NO_VAL, "extern", {"job_id": 7, "step_id": "extern"}, "7.extern"),
        (0xFFFFFFFD, NO_VAL, "pending", {"job_id": 7, "step_id": "TBD"}, "7.TBD"),
        (0xFFFFFFFA, NO_VAL, "interactive", {"job_id": 7, "step_id": "interactive"}, "7.interactive"),
        (3, 1, 3, {"job_id": 7, "step_het_component": 1, "step_id": "3"}, "7.3+1"),
    ],
)
def test_ids_of_steps(memory: Memory, step: int, component: int, old: Any, parts: dict[str, Any], text: str) -> None:
    members = {"step_id__job_id": 7, "step_id__step_id": step, "step_id__step_het_comp": component}
    shown = _step(memory, 38, **members)["step"]
    assert (shown["id"], shown["job_id"], shown["het"]["component"]) == (old, 7, None if component == NO_VAL else 1)
    assert _step(memory, 39, **members)["step"]["id"] == parts
    assert _step(memory, 45, **members)["step"]["id"] == text


def test_wckeys(memory: Memory) -> None:
    assert _job(memory, 42, wckey=b"*laser")["wckey"] == {"wckey": "laser", "flags": ["ASSIGNED_DEFAULT"]}
    assert _job(memory, 42, wckey=b"laser")["wckey"] == {"wckey": "laser", "flags": []}
    assert _job(memory, 42)["wckey"] == {"wckey": "", "flags": []}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        (100, 100), (0, 0), (2**63, 0), (2**63 + 300, 300), (2**64 - 1, None), (2**64 - 2, None),
        (2**64 - 3, 2**63 - 3), (2**63 - 1, None), (2**63 - 2, None),
    ],
)  # fmt: skip
def test_memory_before_39(memory: Memory, word: int, shown: int | None) -> None:
    for version in (36, 37, 38):
        assert _job(memory, version, req_mem=word)["required"]["memory"] == shown


@pytest.mark.parametrize("nodes", [b"n[1-3,7],m5", b"n1,n2,n3,n7,m5"])
def test_the_node_of_each_use(memory: Memory, nodes: bytes) -> None:
    """In any order, also one that the list of nodes does not have."""
    members = {
        "nodes": nodes,
        "stats__tres_usage_in_max": b"1=10,2=20,3=30,4=40,5=50,6=60",
        "stats__tres_usage_in_max_nodeid": b"1=4,2=0,3=3,4=5,5=4294967295",
        "stats__tres_usage_in_max_taskid": b"1=7",
    }
    shown = _step(memory, 45, **members)["tres"]["requested"]["max"]
    assert [one["node"] for one in shown] == ["m5", "n1", "n7", "", "", ""]
    assert [one["task"] for one in shown] == [7, 0, 0, 0, 0, 0]
    del members["nodes"]
    assert {one["node"] for one in _step(memory, 45, **members)["tres"]["requested"]["max"]} == {""}


@pytest.mark.slurm(">= 24.11")
@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (b"%j", "7"), (b"%4j", "0007"), (b"%04j", "0007"), (b"%12j", "0000000007"), (b"%%", "%"), (b"%j%", "7"),
        (b"%99999999999999999999999j", "0000000007"), (b"%-4000j", "%-4000j"), (b"% 4j", "% 4j"), (b"%+4j", "%+4j"),
        (b"%-", "%-"), (b"%5", ""),
    ],
)  # fmt: skip
def test_widths_in_paths(memory: Memory, pattern: bytes, path: str) -> None:
    """The owner of a job writes them: nothing but digits is a width, and none is wider than a number may be."""
    assert _job(memory, 43, jobid=7, std_out=b"/o/" + pattern)["stdout_expanded"] == f"/o/{path}"
