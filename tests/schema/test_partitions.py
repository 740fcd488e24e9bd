# SPDX-License-Identifier: GPL-2.0-or-later
"""How many jobs share a CPU of a partition, as texts tell it: any of them is read or refused."""

from __future__ import annotations

from typing import Any

import pytest

from slurmrest_inet.schema.decode import decode
from slurmrest_inet.schema.partition_update import PARTITION_UPDATE
from slurmrest_inet.schema.reading import Report


def _read(text: str) -> tuple[Any, list[str]]:
    """The value of the member, and what is said of it."""
    report = Report()
    record = decode(PARTITION_UPDATE, 45, {"partition": {"oversubscribe": text}}, report)
    return record.members.get("max_share"), [fault.details[0][0] for fault in report.faults]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"FORCE:{' ' * 45}5", ("SHARED_FORCE", 5)),
        (f"FORCE:{' ' * 39}+5", ("SHARED_FORCE", 5)),
        (f"YES:{'0' * 40}5", 5),
        (f"YES:\t+{'0' * 9000}32767", 32767),
    ],
)
def test_that_blanks_and_zeros_are_no_part_of_a_count(text: str, found: object) -> None:
    assert _read(text) == (found, [])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"YES:{'0' * 40}", "YES count must be > 1"),
        (f"FORCE:{'0' * 5000}", "FORCE count must be >= 1"),
        (f"YES:-{2**63}", "YES count must be > 1"),
        ("FORCE:32768", "count too large"),
        (f"FORCE:{2**63 - 1}", "count too large"),
        (f"FORCE:{'0' * 30}{2**63}", "job count out of range"),
        (f"FORCE:{'9' * 9000}", "job count out of range"),
        (f"FORCE:-{'9' * 9000}", "job count out of range"),
        (f"FORCE:  {2**63}x", "job count out of range"),
        (f"FORCE:{2**63 - 1}x", "invalid job count"),
        (f"FORCE:{' ' * 45}", "invalid job count"),
        ("FORCE:+", "invalid job count"),
        ("FORCE:+-5", "invalid job count"),
        ("FORCE:5 ", "invalid job count"),
        ("FORCE:\u0665", "invalid job count"),
    ],
)
def test_counts_that_are_none(text: str, sentence: str) -> None:
    assert _read(text) == (None, [sentence])
