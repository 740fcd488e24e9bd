# SPDX-License-Identifier: GPL-2.0-or-later
"""Each text that an option of sbatch can have, read alone. What is right here was seen on slurmrestd 22.05.8."""

from __future__ import annotations

import time

import pytest
from reading_alone import BAD, read

from slurmrest_inet.schema import sbatch, signals


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("512", 512),
        ("1k", 1),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", BAD),
        ("1024K", 1),
        ("1025kb", 2),
        ("2m", 2),
        ("2M", 2),
        ("3G", 3072),
        ("3gb", 3072),
        ("1T", 2**20),
        ("1TB", 2**20),
        (" 5", 5),
        ("+5", 5),
        *((text, BAD) for text in ("", "x", "-5", "5 ", "5 G", "5p", "1.5", "5kib", "G", "5bb")),
    ],
)
def test_mebibytes(text: str, size: object) -> None:
    assert read(lambda one: sbatch.mebibytes(one, "bad"), text) == size


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("1", (1, 1)),
        ("2-4", (2, 4)),
        ("0", (0, 0)),
        ("1k", (1024, 1024)),
        ("1-2k", (1, 2048)),
        ("2M-3m", (2097152, 3145728)),
        ("-5", (1, 5)),
        (" 2 ", (2, 2)),
        ("2- 3", (2, 3)),
        ("3-0", (3, 0)),
        *((text, BAD) for text in ("", " ", "x", "2x", "4-2", "2-", "1-2-3", "1.5", "-")),
    ],
)
def test_node_count(text: str, counts: object) -> None:
    assert read(sbatch.node_count, text) == counts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5", 300),
        ("0", 0),
        ("1:30", 90),
        ("1:2:3", 3723),
        ("1-0", 86400),
        ("1-", 86400),
        ("1-2", 93600),
        ("1-2:3", 93780),
        ("2-3:4:5", 183845),
        ("infinite", "INFINITE"),
        ("UNLIMITED", "INFINITE"),
        ("-1", "INFINITE"),
        *(
            (text, None)
            for text in ("", "x", "-5", "1:", ":1", "1::2", "1:2:3:4", "1--1", "1-2-3", "5 ", "1:1-1", "9999999999")
        ),
    ],
)
def test_seconds(text: str, found: object) -> None:
    assert sbatch.seconds(text) == found


@pytest.mark.parametrize(("text", "found"), [("0", "INFINITE"), ("0:01", 1), ("1:00", 1), ("1:01", 2), ("90", 90)])
def test_minutes(text: str, found: object) -> None:
    assert sbatch.minutes(text) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("KILL", 9),
        ("SIGKILL", 9),
        ("sigusr1", 10),
        (" Term ", 15),
        ("9", 9),
        (" 9 ", 9),
        ("-1", -1),
        ("XCPU", 24),
        *((text, 0) for text in ("", "FOO", "9x", "SIG", "KILL9", "RTMIN", "CHLD")),
    ],
)
def test_signal_number(text: str, number: int) -> None:
    assert signals.signal_number(text) == number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("USR1", (10, 60, 0)),
        ("USR1@30", (10, 30, 0)),
        ("R:USR1@0", (10, 0, "KILL_JOB_RESV")),
        ("RUSR1", (10, 60, "KILL_JOB_RESV")),
        ("12@", (12, 0, 0)),
        (":9", (9, 60, 0)),
        *((text, BAD) for text in ("", "x", "B:USR1", "0", "USR1@x", "USR1@70000", "USR1@-1", "USR1@5s", "@30")),
    ],
)
def test_warning(text: str, found: object) -> None:
    assert read(sbatch.warning, text) == found


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("end", ("MAIL_JOB_END",)),
        ("BEGIN,FAIL", ("MAIL_JOB_BEGIN", "MAIL_JOB_FAIL")),
        ("NONE", ()),
        ("END,none", ()),
        ("x,END", ("MAIL_JOB_END",)),
        ("", BAD),
        ("x", BAD),
        (",", BAD),
    ],
)
def test_mail(text: str, flags: object) -> None:
    assert read(sbatch.mail, text) == flags


def test_mail_of_all_kinds() -> None:
    assert len(sbatch.mail("ALL")) == 6
    assert set(sbatch.mail("TIME_LIMIT,TIME_LIMIT_90,TIME_LIMIT_80,TIME_LIMIT_50,ARRAY_TASKS")) <= set(sbatch.MACROS)


@pytest.mark.parametrize(
    ("text", "flags", "shown"),
    [
        ("task", ("ACCT_GATHER_PROFILE_TASK",), "Task"),
        ("Energy,network", ("ACCT_GATHER_PROFILE_ENERGY", "ACCT_GATHER_PROFILE_NETWORK"), "Energy,Network"),
        ("none,task", "ACCT_GATHER_PROFILE_NONE", "None"),
        ("all", "ACCT_GATHER_PROFILE_ALL", "Energy,Lustre,Network,Task"),
    ],
)
def test_profile(text: str, flags: object, shown: str) -> None:
    assert sbatch.profile(text) == flags
    assert sbatch.shown_profile(sbatch.profile(text)) == shown


_ALLOWED = frozenset(("CPU_FREQ_ONDEMAND", "CPU_FREQ_PERFORMANCE", "CPU_FREQ_USERSPACE"))


@pytest.mark.parametrize(
    ("text", "parts", "shown"),
    [
        ("high", (None, "CPU_FREQ_HIGH", None), "High"),
        ("1200000", (None, 1200000, None), "1200000"),
        ("low-high", ("CPU_FREQ_LOW", "CPU_FREQ_HIGH", None), "Low-High"),
        ("low-HighM1:perf", ("CPU_FREQ_LOW", "CPU_FREQ_HIGHM1", "CPU_FREQ_PERFORMANCE"), "Low-Highm1:Performance"),
        ("1000-medium", (1000, "CPU_FREQ_MEDIUM", None), "1000-Medium"),
        ("ondemand", (None, None, "CPU_FREQ_ONDEMAND"), "OnDemand"),
    ],
)
def test_frequency(text: str, parts: tuple[object, ...], shown: str) -> None:
    found = sbatch.Frequency(text, _ALLOWED)
    assert (found.low, found.high, found.governor) == parts
    assert str(found) == shown


@pytest.mark.parametrize(
    "text", ["", "x", "high-low", "perf:perf", "low:perf", "low-high:x", "low-", "-high", "perf-high", "powersave"]
)
def test_no_frequency(text: str) -> None:
    assert read(lambda one: sbatch.Frequency(one, _ALLOWED), text) is BAD


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("local", (("MEM_BIND_LOCAL",), None)),
        ("rank,v", (("MEM_BIND_VERBOSE", "MEM_BIND_RANK"), None)),
        ("map_mem:0*2,1", (("MEM_BIND_MAP",), "0,0,1")),
        ("mask_mem=0xf,a", (("MEM_BIND_MASK",), "f,a")),
        ("prefer;sort;nosort", (("MEM_BIND_PREFER",), None)),
        ("verbose,quiet,none", (("MEM_BIND_NONE",), None)),
        ("map_mem:1,local", (("MEM_BIND_LOCAL",), None)),
        *(
            (text, BAD)
            for text in ("", "x", "HELP", "map_mem", "map_mem:", "map_mem:x", "map_mem:1*0", "map_mem:1*x", "local,")
        ),
        ("map_mem:0*65536", (("MEM_BIND_MAP",), ",".join("0" * 65536))),
        ("map_mem:0*65536;map_mem:0*65536;local", (("MEM_BIND_LOCAL",), None)),
        ("map_mem:0*65536,1", BAD),
        ("map_mem:1,0*65536,0*65536", BAD),
        (f"mask_mem:0x{'f' * 200}*65536", BAD),
    ],
)
def test_memory_binding(text: str, found: object) -> None:
    assert read(sbatch.memory_binding, text) == found


def test_that_lists_of_memory_that_do_not_count_are_not_written_out() -> None:
    before = time.thread_time()
    assert sbatch.memory_binding("map_mem:0*65536;" * 10_000 + "none") == (("MEM_BIND_NONE",), None)
    assert time.thread_time() - before < 5  # written out they are 1.3 GB


@pytest.mark.parametrize(
    "text", ["closest", "c", "none", "map_gpu:0,1*2", "mask_gpu:0x3,f", "single:2", "per_task:1", "verbose,closest"]
)
def test_gpu_binding(text: str) -> None:
    assert sbatch.gpu_binding(text) == f"gpu:{text}"


@pytest.mark.parametrize("text", ["", "x", "map_gpu:x", "mask_gpu:g", "single:-1", "single", "closest;none", "verbose"])
def test_no_gpu_binding(text: str) -> None:
    assert read(sbatch.gpu_binding, text) is BAD


@pytest.mark.parametrize("text", ["high", "450", "medium,memory=high", "verbose,low", "high,,low"])
def test_gpu_frequency(text: str) -> None:
    assert sbatch.gpu_frequency(text) == f"gpu:{text}"


@pytest.mark.parametrize("text", ["", "x", "memory=x", "high=low", "HIGH", "5x", "memory"])
def test_no_gpu_frequency(text: str) -> None:
    assert read(sbatch.gpu_frequency, text) is BAD


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("block", (("SLURM_DIST_BLOCK",), None)),
        ("Cyclic:FCyclic", (("SLURM_DIST_CYCLIC_CFULL",), None)),
        ("block:cyclic:block,pack", (("SLURM_DIST_BLOCK_CYCLIC_BLOCK", "SLURM_DIST_PACK_NODES"), None)),
        ("*", (("SLURM_DIST_BLOCK",), None)),
        ("*:block:*", (("SLURM_DIST_BLOCK_BLOCK_BLOCK",), None)),
        ("cyclic:*:*", (("SLURM_DIST_CYCLIC_CYCLIC_CYCLIC",), None)),
        ("nopack", (("SLURM_DIST_UNKNOWN", "SLURM_DIST_NO_PACK_NODES"), None)),
        ("arbitrary", (("SLURM_DIST_ARBITRARY",), None)),
        ("plane=4", (("SLURM_DIST_PLANE",), 4)),
        *(
            (text, BAD)
            for text in (
                "",
                "x",
                "fcyclic",
                "plane",
                "plane=0",
                "plane=4x",
                ",pack",
                "block,x",
                "block:block:block:block",
            )
        ),
    ],
)
def test_distribution(text: str, found: object) -> None:
    assert read(sbatch.distribution, text) == found
