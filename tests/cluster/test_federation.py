# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs of two clusters in one federation, asked for with a token and without one.

Rule 1: what is found with a token is what the real server finds without one: with one it finds nothing, because it
asks the clusters in threads that do not have it (see slurm/federation.py).
"""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from comparison import Comparison, message
from differences import DIFFERENCES
from sidebyside import lab as labs
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from sidebyside.lab import Lab
    from sidebyside.program import Outcome, Program

_SCRIPT = "#!/bin/sh\nexec sleep 86400\n"


@pytest.fixture(scope="module")
def both() -> Iterator[Lab]:
    """A lab of its own, since ids of jobs are others in a federation."""
    if os.geteuid() != 0:
        pytest.skip("only root can boot a lab")
    booted = labs.boot(0, 0, "--clusters", "2")
    try:
        yield booted
    finally:
        booted.down()


@pytest.fixture(scope="module")
def ids(both: Lab) -> dict[str, int]:
    """Jobs by where they came in and where they are."""
    known = {}
    for name in ("LAB_JOB_IDS", "LAB_SECOND_JOB_IDS"):
        with open(both.variables[name], encoding="utf-8") as file:
            known.update(json.load(file))
    options = ("-pmain", "-n1", "--cluster-constraint=away", "-Jaway")
    away = both.run("sbatch", "--parsable", *options, user="alice", stdin=_SCRIPT).strip().partition(";")[0]
    there = both._replace(variables={**both.variables, "SLURM_CONF": both.variables["LAB_SECOND_CONF"]})
    limit = time.monotonic() + 30
    while there.run("squeue", "-ha", "-tall", "-o%T", "-naway").strip() != "RUNNING":
        assert time.monotonic() < limit
        time.sleep(0.1)
    return {**known, "away": int(away), "nowhere": 5}


def _version(both: Lab) -> str:
    """An API version that the real server of this release has."""
    return "v0.0.38" if both.variables["LAB_RELEASE"] == "22.05" else "v0.0.42"


class _Side(NamedTuple):
    """One of the two programs, asked with a token of alice and without one on a pipe of its own."""

    with_token: Callable[[str], Outcome]
    without: Callable[[str], Outcome]


@pytest.fixture(scope="module")
def sides(both: Lab) -> dict[str, _Side]:
    token = ("Host: lab", "X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {both.token('alice')}")

    def of(start: Callable[..., Program]) -> _Side:
        local = start(both, "-a", "rest_auth/local").without("SLURM_JWT")
        return _Side(
            lambda target: start(both).exchange(message("GET", target, "HTTP/1.1", token, b"")),
            lambda target: local.exchange(message("GET", target, "HTTP/1.1", token[:1], b""), own_pipe=True),
        )

    return {"real": of(program.real), "ours": of(program.ours)}


def _jobs(outcome: Outcome) -> list[dict[str, Any]]:
    # Ours tells the date, and a long listing of it comes in chunks, which the real one never sends.
    read = wire.strict if b"\r\nDate: " in outcome.output[:2000] else wire.lenient
    (answer,) = read(outcome.output)
    assert answer.status == 200
    jobs: list[dict[str, Any]] = json.loads(answer.body)["jobs"]
    return jobs


@pytest.mark.slurm("< 23.02")
@pytest.mark.parametrize(
    ("label", "clusters"),
    [("plain", ["lab"]), ("second_running", ["second"]), ("away", ["lab", "second"]), ("nowhere", None)],
)
def test_that_a_job_is_found_wherever_it_is(
    sides: dict[str, _Side], ids: dict[str, int], label: str, clusters: list[str] | None
) -> None:
    target = f"/slurm/v0.0.38/job/{ids[label]}"
    real, ours = sides["real"], sides["ours"]
    if clusters:
        assert [job["cluster"] for job in _jobs(real.without(target))] == clusters
    for way in (ours.with_token, ours.without):
        comparison = Comparison(f"GET {target.replace('v0.0.38', '{v}')}", 38, DIFFERENCES)
        assert comparison.run(lambda: real.without(target), lambda way=way: way(target)) == []
    assert wire.lenient(real.with_token(target).output)[0].status == 500


@pytest.mark.slurm(">= 24.11")
def test_that_the_jobs_of_all_clusters_are_listed(sides: dict[str, _Side], ids: dict[str, int]) -> None:
    target = "/slurm/v0.0.42/jobs/?flags=FEDERATION"

    def told(outcome: Outcome) -> list[tuple[object, ...]]:
        # Flags are left out that a scheduler sets meanwhile.
        return [
            (
                *(job["job_id"], job["cluster"], job["name"], job["job_state"]),
                sorted({*job["flags"]} - {"BACKFILL_ATTEMPTED", "SCHEDULING_ATTEMPTED"}),
            )
            for job in _jobs(outcome)
        ]

    real = sorted(told(sides["real"].without(target)))
    assert {cluster for _, cluster, *_ in real} == {"lab", "second"}
    assert ids["second_running"] in {number for number, *_ in real}
    assert sorted(told(sides["ours"].with_token(target))) == real
    assert sorted(told(sides["ours"].without(target))) == real
    assert wire.lenient(sides["real"].with_token(target).output)[0].status != 200


def test_that_a_listing_is_of_the_own_cluster(both: Lab, sides: dict[str, _Side], ids: dict[str, int]) -> None:
    target = f"/slurm/{_version(both)}/jobs"
    numbers = [job["job_id"] for job in _jobs(sides["ours"].with_token(target))]
    assert numbers == [job["job_id"] for job in _jobs(sides["real"].with_token(target))]
    assert ids["second_running"] not in numbers


def test_that_a_sibling_that_is_down_is_left_out(both: Lab, sides: dict[str, _Side], ids: dict[str, int]) -> None:
    listing, one = "jobs/?flags=FEDERATION", f"job/{ids['plain']}"
    target = f"/slurm/{_version(both)}/{one if _version(both) == 'v0.0.38' else listing}"
    both.stop("slurmctld2")
    try:
        found = _jobs(sides["ours"].with_token(target))
        assert {job["cluster"] for job in found} == {"lab"}
        assert len(found) == len(_jobs(sides["real"].without(target)))
    finally:
        both.start("slurmctld2")
