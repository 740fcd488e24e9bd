# SPDX-License-Identifier: GPL-2.0-or-later
"""Members as they land in libslurm's struct."""

from __future__ import annotations

import itertools
import types

import pytest

from slurmrest_inet.schema import sbatch

requests = pytest.importorskip("slurmrest_inet.slurm.requests", reason="needs the compiled extension")
fill = pytest.importorskip("slurmrest_inet.slurm.fill")
one_signal = pytest.importorskip("slurmrest_inet.slurm.one_signal")
library = pytest.importorskip("slurmrest_inet.slurm.library")
ffi, lib = library.ffi, library.lib

_MEMBERS = dict(ffi.typeof("job_desc_msg_t").fields)


def test_that_every_constant_of_sbatch_exists() -> None:
    for name in sbatch.MACROS:
        assert isinstance(getattr(lib, name), int)


def _names() -> set[str]:
    """Every name that a value can become."""
    words = ("block", "cyclic", "fcyclic")
    layouts = [":".join(layout) for size in (1, 2, 3) for layout in itertools.product(words, repeat=size)]
    layouts = [layout for layout in layouts if not layout.startswith("f")]
    found = {
        name
        for text in (*layouts, "arbitrary", "plane=2", "pack", "block,nopack")
        for name in sbatch.distribution(text)[0]
    }
    for text in ("none", "rank", "local", "map_mem:1", "mask_mem:1", "prefer,sort,verbose"):
        found.update(sbatch.memory_binding(text)[0])
    for word in ("low", "medium", "high", "highm1"):
        found.add(str(sbatch.Frequency(word, frozenset()).high))
    found.update(sbatch.GOVERNORS, sbatch.mail("ALL,ARRAY_TASKS,TIME_LIMIT,TIME_LIMIT_90,TIME_LIMIT_80,TIME_LIMIT_50"))
    for text in ("none", "all"):
        found.add(str(sbatch.profile(text)))
    found.update(map(str, sbatch.profile("energy task lustre network")))  # type: ignore[arg-type]
    return found


def test_that_every_name_is_a_number() -> None:
    assert len(_names()) > 50
    for name in _names():
        requests.job({"bitflags": name})


def test_an_empty_job() -> None:
    job = requests.job({}).pointer
    assert job.min_nodes == lib.NO_VAL
    nobody = 99  # SLURM_AUTH_NOBODY, which later releases put in the place of NO_VAL
    assert {job.user_id, job.group_id} <= {lib.NO_VAL, nobody}
    assert job.script == ffi.NULL
    assert job.env_size == 0


def test_texts_and_lists() -> None:
    request = requests.job({"name": "ü", "comment": "", "environment": ["A=1", "B=ü"], "env_size": 2, "argv": []})
    job = request.pointer
    assert ffi.string(job.name).decode() == "ü"
    assert ffi.string(job.comment) == b""
    assert job.env_size == 2
    assert ffi.string(job.environment[1]).decode() == "B=ü"
    assert job.environment[2] == ffi.NULL
    assert (job.argc, job.argv[0]) == (0, ffi.NULL)


@pytest.mark.parametrize(
    ("member", "value", "found"),
    [
        ("min_nodes", 5, 5),
        ("cores_per_socket", 70_000, 70_000 & 0xFFFF),
        ("ntasks_per_node", -3, 0xFFFD),
        ("begin_time", 1_900_000_000, 1_900_000_000),
        ("begin_time", -5, -5),
        ("nice", ("NICE_OFFSET", -5), 0x80000000 - 5),
        ("priority", "INFINITE", 0xFFFFFFFF),
        ("pn_min_memory", ("MEM_PER_CPU", 100), (1 << 63) + 100),
        ("bitflags", ("KILL_INV_DEP", "SPREAD_JOB"), 1 + (1 << 8)),
        ("task_dist", ("SLURM_DIST_UNKNOWN", "SLURM_DIST_PACK_NODES"), 0x2000 | 0x800000),
        ("profile", (), 0),
    ],
)
def test_numbers(member: str, value: object, found: int) -> None:
    assert getattr(requests.job({member: value}).pointer, member) == found


def test_a_member_or_constant_that_this_release_lacks() -> None:
    for members in ({"nonsense": 1}, {"min_nodes": "NO_SUCH_CONSTANT"}):
        with pytest.raises(fill.MissingError):
            requests.job(members)


def test_that_no_component_is_no_request() -> None:
    with pytest.raises(library.SlurmError) as caught:
        requests.submit([], heterogeneous=True)
    assert caught.value.errno == -1


def test_that_a_failure_without_a_code_is_none_the_less_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the call for one job, which may leave errno alone."""
    monkeypatch.setattr(one_signal, "lib", types.SimpleNamespace(slurm_kill_job2=lambda *_: -1))
    with pytest.raises(library.SlurmError) as caught:
        one_signal.send_to("7", 7, 9, 0)
    assert caught.value.errno == -1
