# SPDX-License-Identifier: GPL-2.0-or-later
"""Comma lists that jobs of slurmdbd are asked for by up to v0.0.39, as slurmrestd 22.05 sends them to slurmdbd.

What is right was read in MariaDB's log of queries.
"""

from __future__ import annotations

import time

import pytest

from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.slurmdbd.job_queries import JOBS

this_host = pytest.importorskip("slurmrest_inet.slurm.this_host", reason="needs the compiled extension")


def _read(text: str) -> tuple[list[str], reading.Report]:
    report = reading.Report(fast=True, size=0)
    record = decode.decode(JOBS, 38, {"job_name": text}, report, this_host.host(), query=True)
    return record.members.get("jobname_list", []), report


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a", "a"), ("A,b", "a b"), ("a,,b,", "a b"), ("b,a,b", "a b"), ("'a,b',c", "a b"), ('q"r,s', "q`r s"),
        ("a[1-2]", "a1 a2"), ("b,a[1-2]", "b a1 a2"), ("A[01-03]", "a01 a02 a03"), ("a[1,2,1]", "a2 a1"),
        ("a[1-2],a1", "a2 a1"), ('"a[1-2],b"', "a1 a2 b"), ("[1-2],[3-4]", "1 2 3 4"), ("a[1-2,5]x", "a1 a2 a5 x"),
        ("x[1-2]y[3-4]", "x1 x2 y3 y4"), ("a[1-2]b,c", "a1 a2 c"), ("a[1-2]]", "a1 a2 ]"), ("a[[1-2]]", "a[1 a[2 ]"),
        ("a[1-2", "a[1-2"), ("a[1-2,b", "a[1-2,b"), ("a[1-3]z[1-2", "a1 a2 a3 z[1-2"), ("a]b[1-2]", "a] b1 b2"),
        ("a]b,c", "a] c"), ("[a,b]", "[a,b]"), ("a[b,c]d", "a[b,c]d"), ("a[b,c]d,e", "e"), ("a[2-1]", "a[2-1]"),
        ("a[b]c[1-2]", "a[b]c[1-2]"), ("b[1-2]c[b]", "b1 b2 c[b]"), ("a[1-2]b[c],d", "a1 a2 d"), ("x,a[]", "x a[]"),
        ("a[],b", "b"), ("a[1-70000]", "a[1-70000]"), ('"a[1-2"]', "a[1-2"),
    ],
)  # fmt: skip
def test_that_it_is_split_as_slurmrestd_does(text: str, words: str) -> None:
    assert _read(text)[0] == words.split()


@pytest.mark.parametrize("text", ["", ",", "[x],"])
def test_that_a_list_of_nothing_asks_for_what_has_no_name(text: str) -> None:
    assert _read(text)[0] == [""]


def test_that_brackets_cannot_stand_for_any_number_of_words() -> None:
    words, report = _read("a[1-60000]")
    assert len(words) == 60_000
    assert not report.ended
    began = time.process_time()
    words, report = _read(",".join(f"{letter}[1-60000]" for letter in "abcdefgh" * 100))
    assert report.ended
    assert time.process_time() - began < 5
