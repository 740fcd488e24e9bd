# SPDX-License-Identifier: GPL-2.0-or-later
"""Records as they land in structs of every shape that a request can have."""

from __future__ import annotations

import pytest

from slurmrest_inet.schema.model import IN, NUMBER_32, TEXT, Row, Table
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.schema.unset import UNSET, ZERO

fill = pytest.importorskip("slurmrest_inet.slurm.fill", reason="needs the compiled extension")
library = pytest.importorskip("slurmrest_inet.slurm.library")
ffi, lib = library.ffi, library.lib


@pytest.mark.parametrize(
    ("member", "value", "found"),
    [
        ("cpus_per_task", "NO_VAL", 0xFFFE),
        ("cpus_per_task", "INFINITE", 0xFFFF),
        ("cpus_per_task", UNSET, 0xFFFE),
        ("cpus_per_task", ZERO, 0),
        ("cpus_per_task", 70_000, 70_000 & 0xFFFF),
        ("time_limit", "NO_VAL", 0xFFFFFFFE),
        ("time_limit", "INFINITE", 0xFFFFFFFF),
        ("pn_min_memory", "NO_VAL", 2**64 - 2),
        ("pn_min_memory", "INFINITE", 2**64 - 1),
        ("overcommit", "NO_VAL", 0xFE),
        ("begin_time", "NO_VAL", -2),
        ("nice", ("NICE_OFFSET", 0), 0x80000000),
        ("nice", ("NICE_OFFSET", -7), 0x80000000 - 7),
        ("cpu_bind_type", (0xD000, "CPU_AUTO_BIND_TO_THREADS"), 0xD000),
        ("mail_type", (0xF800, 0xF801), 0xF801),
        ("pn_min_memory", ("MEM_PER_CPU", 2**63 + 5), 2**63 + 5),
        ("profile", (), 0),
        ("warn_flags", ("KILL_ARRAY_TASK|KILL_JOB_ARRAY",), 2),
    ],
)
def test_widths(member: str, value: object, found: int) -> None:
    with fill.Struct("job_desc_msg_t") as job:
        job.fill({member: value})
        assert getattr(job.pointer, member) == found


@pytest.mark.parametrize(("value", "found"), [(0.25, 0.25), (3, 3.0), ("NO_VAL", 0xFFFFFFFE), ("INFINITE", 0xFFFFFFFF)])
def test_real_numbers(value: object, found: float) -> None:
    with fill.Struct("slurmdb_qos_rec_t") as qos:
        qos.fill({"usage_factor": value})
        assert qos.pointer.usage_factor == found


def test_structs_in_structs() -> None:
    with fill.Struct("slurmdb_assoc_rec_t") as record:
        record.fill({"usage": Record("slurmdb_assoc_usage_t", {"used_jobs": 5}, {}), "user": "alice"})
        assert record.pointer.usage.used_jobs == 5
    with fill.Struct("slurm_selected_step_t") as step:
        step.fill({"step_id": Record("slurm_step_id_t", {"job_id": 7, "step_id": "NO_VAL"}, {})})
        assert (step.pointer.step_id.job_id, step.pointer.step_id.step_id) == (7, lib.NO_VAL)


def _items(list_: object) -> list[object]:
    found = []
    iterator = lib.slurm_list_iterator_create(list_)
    while True:
        item = lib.slurm_list_next(iterator)
        if item == ffi.NULL:
            break
        found.append(item)
    lib.slurm_list_iterator_destroy(iterator)
    return found


def test_lists() -> None:
    with fill.Struct("slurmdb_user_rec_t") as user:
        associations = [Record("slurmdb_assoc_rec_t", {"acct": name}, {}) for name in ("a", "b")]
        user.fill({"name": "alice", "assoc_list": associations, "coord_accts": ["x", "ü"]})
        found = [ffi.cast("slurmdb_assoc_rec_t *", item).acct for item in _items(user.pointer.assoc_list)]
        assert [ffi.string(text) for text in found] == [b"a", b"b"]
        texts = [ffi.string(ffi.cast("char *", item)).decode() for item in _items(user.pointer.coord_accts)]
        assert texts == ["x", "ü"]
        assert len(user._lists) == 2
    assert user._lists == []


def test_texts() -> None:
    with fill.Struct("job_desc_msg_t") as job:
        job.fill({"environment": ["A=1", "B=ü"], "env_size": 2})
        assert ffi.string(job.pointer.environment[1]).decode() == "B=ü"
        assert job.pointer.environment[2] == ffi.NULL


_ROWS = (
    Row("id", ("no_such_member", "name"), TEXT, "A member that only other releases have", way=IN),
    Row("gone", ("gone", "gone.inner"), NUMBER_32, "One that no release has", way=IN),
)


def test_stand_ins() -> None:
    with fill.Struct("job_desc_msg_t", Table("job_desc_msg_t", _ROWS, {})) as job:
        for unset in (UNSET, ZERO):
            job.fill({"no_such_member": "x", "gone": unset})
        assert ffi.string(job.pointer.name) == b"x"
        for given in (5, 0, "NO_VAL", "", [], ("NO_VAL",)):
            with pytest.raises(fill.MissingError, match="gone"):
                job.fill({"gone": given})


def test_a_member_of_a_struct_inside() -> None:
    row = Row("id", ("no_such_member", "step_id.job_id"), NUMBER_32, "As in later releases", way=IN)
    with fill.Struct("slurm_selected_step_t", Table("slurm_selected_step_t", (row,), {})) as step:
        step.fill({"no_such_member": 9})
        assert step.pointer.step_id.job_id == 9
