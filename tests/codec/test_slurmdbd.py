# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd's records as its tables show them: what is no member as it stands."""

from __future__ import annotations

from typing import Any

import documents
import pytest
from documents import JSON_COMPACT, parse


def shown(module: Any, record: Any, version: int) -> Any:
    """What a record reads back as."""
    rows = module.lib.codec_table(b"slurmdb_stats_rec_t", version)
    (found,) = parse(documents.encode(module, rows, record, 1, JSON_COMPACT), JSON_COMPACT)["list"]
    return found


@pytest.fixture
def rollups(module: Any) -> Any:
    """What was rolled up each hour and each month."""
    made = module.ffi.new("slurmdb_rollup_stats_t *")
    made.count = [3, 0, 2]
    made.timestamp = [1700000000, 0, 1690000000]
    made.time_last, made.time_max, made.time_total = [5, 0, 7], [50, 0, 70], [100, 0, 141]
    return made


def test_that_rollups_are_a_list_up_to_40(module: Any, rollups: Any) -> None:
    found = shown(module, module.ffi.new("slurmdb_stats_rec_t *", {"dbd_rollup_stats": rollups}), 40)["rollups"]
    keys = ("type", "last_run", "last_cycle", "max_cycle", "total_time", "total_cycles", "mean_cycles")
    assert [tuple(one) for one in found] == [keys, keys]
    assert [tuple(one.values()) for one in found] == [
        ("internal", 1700000000, 5, 50, 100, 3, 33),
        ("unknown", 1690000000, 7, 70, 141, 2, 70),
    ]


def test_that_rollups_stand_by_their_period_from_41_on(module: Any, rollups: Any) -> None:
    found = shown(module, module.ffi.new("slurmdb_stats_rec_t *", {"dbd_rollup_stats": rollups}), 41)["rollups"]
    assert found["monthly"] == {
        "count": 2,
        "last_run": 1690000000,
        "duration": {"last": 7, "max": 70, "time": 141},
    }
    assert list(found) == ["hourly", "daily", "monthly"]
    assert found["daily"]["duration"] == {"last": 0, "max": 0, "time": 0}


def test_what_was_never_rolled_up(module: Any) -> None:
    """Without roll-ups there is nothing to list."""
    assert shown(module, module.ffi.new("slurmdb_stats_rec_t *"), 38)["rollups"] == []


def test_that_calls_have_names_and_a_mean(module: Any) -> None:
    made = [module.ffi.new("slurmdb_rpc_obj_t *", one) for one in ((7, 1401, 100), (0, 9999, 0))]
    listed = module.lib.slurm_list_create(module.ffi.NULL)
    for one in made:
        module.lib.slurm_list_append(listed, one)
    record = module.ffi.new("slurmdb_stats_rec_t *", {"rpc_list": listed, "user_list": listed})
    found = shown(module, record, 38)
    module.lib.slurm_list_destroy(listed)
    assert found["RPCs"] == [
        {"rpc": "DBD_FINI", "count": 7, "time": {"average": 14, "total": 100}},
        {"rpc": "9999", "count": 0, "time": {"average": 0, "total": 0}},
    ]
    assert [one["user"] for one in found["users"]] == ["1401", "9999"]
