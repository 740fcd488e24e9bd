# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs whose states are asked for by id, where the release has no message for that: taken from the list of jobs."""

from __future__ import annotations

from typing import Any

import pytest

job_calls = pytest.importorskip("slurmrest_inet.slurm.job_calls", reason="needs the compiled extension")
from slurmrest_inet.slurm.library import ffi, lib  # noqa: E402 - needs the extension as well

NO_VAL = lib.NO_VAL
WAITING = ffi.new("int64_t[]", [0, 70, 0b1010, 1])  # tasks 1, 3 and 64
JOBS = (
    {"job_id": 7},
    {"job_id": 8, "array_job_id": 8, "array_bitmap": ffi.cast("void *", WAITING)},
    {"job_id": 9, "array_job_id": 8, "array_task_id": 0},
    {"job_id": 10, "het_job_id": 10, "het_job_offset": 0},
    {"job_id": 11, "het_job_id": 10, "het_job_offset": 1},
)
EVERY = [(7, NO_VAL), (8, 1), (8, 3), (8, 64), (9, 0), (10, NO_VAL), (11, NO_VAL)]


@pytest.fixture
def freed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was given back of a list of these jobs, which slurmctld would send."""
    if hasattr(lib, "slurm_load_job_state"):
        pytest.skip("this release has the message")
    defaults = {"array_task_id": NO_VAL, "het_job_offset": NO_VAL}
    array = ffi.new("slurm_job_info_t[]", [{**defaults, **job} for job in JOBS])
    freed: list[Any] = []
    message = job_calls.Message(ffi.new("job_info_msg_t *"), freed.append, "slurm_job_info_t", array, len(JOBS))
    monkeypatch.setattr(job_calls, "load_jobs", lambda _since, _flags: message)
    return freed


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ((), EVERY),
        (((7, None, None),), EVERY[:1]),
        (((8, None, None),), EVERY[1:5]),
        (((8, 0, None),), EVERY[4:5]),
        (((8, 64, None),), EVERY[1:4]),
        (((9, None, None),), EVERY[4:5]),
        (((10, None, None),), EVERY[5:]),
        (((10, None, 1),), EVERY[6:]),
        (((11, None, None), (7, None, None)), [EVERY[0], EVERY[6]]),
        (((8, 2, None), (9, None, 0), (12, None, None)), []),
    ],
)
def test_states(freed: list[Any], chosen: Any, found: list[tuple[int, int]]) -> None:
    """In the order of the list, and a record for each task that waits."""
    with job_calls.load_job_states(chosen) as message:
        told = [
            (job.job_id, job.array_task_id)
            for first, count in job_calls.each_task(message)
            for job in message.array[first : first + count]
        ]
        assert told == found
        assert message.struct == "job_state"
        assert not freed
    assert len(freed) == 1


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([3], "3"), ([1, 2], "1-2"), ([1, 2, 3, 7, 9, 10], "1-3,7,9-10")]
)
def test_ranges(numbers: list[int], text: str) -> None:
    from slurmrest_inet.slurm.bits import ranges  # noqa: PLC0415 - needs the extension as well

    assert ranges(numbers) == text
