# SPDX-License-Identifier: GPL-2.0-or-later
"""Values of slurmdbd's jobs and steps that are not one member (accounting.c), by the tables of answers."""

from __future__ import annotations

from typing import Any

import pytest
from test_sequences import Memory

NO_VAL = 0xFFFFFFFE


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


@pytest.mark.slurm(">= 24.11")
@pytest.mark.parametrize("width", [b"-4000", b"-99999999999999999999", b"-5"])
def test_that_a_width_below_zero_is_none(memory: Memory, width: bytes) -> None:
    """The owner of a job writes it; what stands beside a number in memory is not told."""
    assert _job(memory, 43, jobid=7, std_out=b"/o/%" + width + b"j")["stdout_expanded"] == "/o/7"
