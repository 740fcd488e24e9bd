# SPDX-License-Identifier: GPL-2.0-or-later
"""Each request to slurmdbd's side (dbd.py), asked of the real slurmrestd and of ours."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import homes
import pytest
from compared import compare
from comparison import message
from dbd import CASES, OWN, ROWS
from dbd_jobs import ASSOCIATIONS, BY_STATE, GOVERNORS, PAST_BY_STATE, STATES
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cases import Case
    from comparison import Sides
    from sidebyside.lab import Lab

_RELEASE = homes.installed()
_PAIRS = homes.pairs(CASES, _RELEASE, "slurmdb")

_done: set[tuple[str, int]] = set()
_needed: set[str] = set()


@pytest.fixture(scope="session")
def records(lab: Lab, sides: dict[str, Sides], tokens: dict[str, str]) -> dict[str, list[str]]:
    """All names that slurmdbd has, by the word that cases use for them."""

    def told(entity: str, field: str) -> list[str]:
        return list(dict.fromkeys(lab.run("sacctmgr", "-nP", "list", entity, f"format={field}").split()))

    fields = {"cluster": "cluster", "account": "account", "user": "user", "qos": "name", "wckey": "wckey", "tres": "id"}
    found = {entity: told(entity, field) for entity, field in fields.items()}
    with open(os.path.join(lab.directory, "past-jobs.json"), encoding="utf-8") as file:
        found["past"] = sorted(map(str, set(json.load(file).values())))
    BY_STATE.update((state, _past(state, sides["token"], tokens["alice"])) for state in STATES)
    GOVERNORS.update(line.split("|") for line in _sacct(lab, "jobidraw,reqcpufreqgov"))  # type: ignore[misc]
    ASSOCIATIONS.update(_associations(lab))
    return found


def _sacct(lab: Lab, fields: str, *options: str) -> list[str]:
    return lab.run("sacct", "-nPaDL", "-S", "2025-01-01", f"--format={fields}", *options).splitlines()


def _associations(lab: Lab) -> Iterator[tuple[tuple[str, int], dict[str, str]]]:
    """See dbd_jobs.ASSOCIATIONS."""
    parts = ("account", "cluster", "partition", "user")
    told = lab.run("sacctmgr", "-nP", "list", "assoc", "withdeleted", f"format=id,{','.join(parts)}").splitlines()
    known = {(fields[2], fields[0]): dict(zip(parts, fields[1:])) for fields in (line.split("|") for line in told)}
    for line in _sacct(lab, "cluster,jobidraw,associd", "-X"):
        cluster, job, ident = line.split("|")
        if (cluster, ident) in known:
            yield (cluster, int(job)), known[cluster, ident]


def _past(state: str, asked: Sides, token: str) -> frozenset[int]:
    """See dbd_jobs.BY_STATE; nothing on releases that are not the home of the versions that it is about."""
    if 37 not in homes.at_home(_RELEASE, "slurmdb"):
        return frozenset()
    lines = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {token}")
    data = message("GET", PAST_BY_STATE.format(v="v0.0.37") + state, "HTTP/1.1", lines, b"")
    return frozenset(job["job_id"] for job in json.loads(wire.lenient(asked.real(data).output)[0].body)["jobs"])


def test_that_names_are_unique() -> None:
    for names in ([case.name for case in CASES], [row.ident for row in ROWS]):
        assert len(set(names)) == len(names), {name for name in names if names.count(name) > 1}


@homes.each(_PAIRS, "slurmdb")
def test_that_both_answer_alike(
    case: Case, version: int, sides: dict[str, Sides], records: dict[str, list[str]], tokens: dict[str, str]
) -> None:
    _needed.update(compare(case, version, sides[case.setting], records, tokens, ROWS))
    _done.add((case.name, version))


def test_that_every_difference_was_needed() -> None:
    if len(_done) < len(_PAIRS):
        pytest.skip("not all comparisons were made, or some failed")
    assert sorted({row.ident for row in homes.demanded(OWN, _RELEASE, "slurmdb")} - _needed) == []
