# SPDX-License-Identifier: GPL-2.0-or-later
"""What jobs are asked for by: names of jobs and steps, as sacct's --jobs takes them, and ids that are none.

Also as a client writes them that wants to keep us busy.
"""

from __future__ import annotations

import time

import pytest

from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.scalars import InvalidError
from slurmrest_inet.schema.slurmdbd import job_queries, selected_step

_LONG = 60_000
"""About what a request line may have."""


def _parts(text: str) -> tuple[object, ...]:
    members = selected_step.selected(text).members
    names = ("step_id.job_id", "array_task_id", "het_job_offset", "step_id.step_id", "step_id.step_het_comp")
    return tuple(None if members[name] == "NO_VAL" else members[name] for name in names)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("7", (7, None, None, None, None)),
        ("7abc", (7, None, None, None, None)),
        ("7_3", (7, 3, None, None, None)),
        ("7x_3x.0x", (7, 3, None, 0, None)),
        ("7+1.Batch+2", (7, None, 1, "SLURM_BATCH_SCRIPT", 2)),
        ("1" * 18 + "2_3", (int("1" * 18) & 0xFFFFFFFF, 3, None, None, None)),
    ],
)
def test_that_a_name_is_read(text: str, parts: tuple[object, ...]) -> None:
    assert _parts(text) == parts


@pytest.mark.parametrize("text", ["", "abc", "7_", "7+x", "7_3_1", "7.foo"])
def test_that_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        selected_step.selected(text)


@pytest.mark.parametrize("text", ["1" * _LONG + "_", "1" + "a" * _LONG + "_", "1_" + "1" * _LONG + "_"])
def test_that_a_long_one_costs_little(text: str) -> None:
    began = time.process_time()
    with pytest.raises(InvalidError):
        selected_step.selected(text)
    assert time.process_time() - began < 2  # and minutes where each digit and letter is tried in each place


def _qos(version: int, text: str) -> object:
    report = reading.Report(fast=False, size=0)
    return decode.decode(job_queries.JOBS, version, {"qos": text}, report, None, query=True).members["qos_list"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("1,3", ["1", "3"]),
        ("fast,007", ["0", "7"]),
        ("12abc,-1,+2", ["12", "-1", "2"]),
        ("1.0,1.5,1e1,.5", ["1", "4294967294", "10", "4294967294"]),
        ("9e999", ["4294967294"]),
    ],
)
@pytest.mark.parametrize("version", [36, 38, 39])
def test_that_qos_are_ids_as_the_database_reads_them(version: int, text: str, ids: list[str]) -> None:
    assert _qos(version, text) == ids


def test_that_qos_stay_as_they_are_from_v0_0_40_on() -> None:
    assert _qos(40, "fast,1") == ["fast", "1"]
