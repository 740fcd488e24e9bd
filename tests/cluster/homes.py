# SPDX-License-Identifier: GPL-2.0-or-later
"""Which API versions are compared on which release of Slurm.

Rule 1: the oracle of an API version is the slurmrestd of its home release, on a cluster of that release. No other
        release says what an answer should be: the same version is served differently from release to release.
Rule 2: a release that still serves a version is a second opinion on its operations, see `SECOND_OPINIONS`. What it
        says otherwise than the home release stands in rows that name it (`Difference.releases`).
"""

from __future__ import annotations

import functools
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from sidebyside.lab import SLURMRESTD

from slurmrest_inet.versions import DIALECTS, HOME, SERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from cases import Case
    from comparison import Difference

LAYERS = (2205, 2411, 2605)
"""The releases whose layer in front of the operations of slurmctld's side is compared."""

SECOND_OPINIONS: dict[int, tuple[int, ...]] = {2605: (42,)}
"""By release (year and month), API versions of which another one is the home."""

SLOW: dict[str, tuple[int, ...]] = {"slurm": (40, 41, 43, 44), "slurmdb": (36, 37, 40, 41, 43, 44)}
"""Those whose reads are compared by `tests/run --all` alone: a few rows tell them from a younger one of their home."""

SHARE = 12
"""Of writes that cost a second each every run makes a twelfth."""

_WITH_RECORDINGS = 2411
"""Where each run holds an API version to recordings of a release that no lab has; the others do in `--all`."""


@functools.cache
def installed() -> int:
    """The release of this host's slurmrestd as year and month, 0 where there is none."""
    try:
        told = subprocess.run([SLURMRESTD, "-V"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)\.(\d+)\.", told)
    return int(found[1]) * 100 + int(found[2]) if found else 0


RECORDED = [] if installed() == _WITH_RECORDINGS else [pytest.mark.slow]
"""The marks of tests that hold us to recordings."""


def at_home(release: int, side: str = "slurm") -> list[int]:
    """The API versions whose reads we serve and that have their home in a release; writes are compared elsewhere."""
    return [version for version in SERVED[side] if HOME[version] == release]


def pairs(cases: Iterable[Case], release: int, side: str = "slurm") -> list[tuple[Case, int]]:
    """What is asked on a cluster of a release, in which API version."""
    found = []
    for case in cases:
        fitting = [version for version in at_home(release, side) if version in case.versions]
        if case.by_dialect:
            fitting = [
                last for last in fitting if all(DIALECTS[last] != DIALECTS[one] for one in fitting if one > last)
            ]
        elif not case.each:
            fitting = fitting[-1:] if side == "slurmdb" or release in LAYERS else []
        found += [(case, version) for version in fitting]
    return found


def each(found: Iterable[tuple[Case, int]], side: str = "slurm", share: int = 1) -> pytest.MarkDecorator:
    """Make a test of each pair; without `--all` one of `share` is run, and none of the versions in SLOW."""
    parameters = [
        pytest.param(
            *(case, version),
            id=f"{case.name}-{version}",
            marks=[pytest.mark.slow] if version in SLOW[side] or index % share else [],
        )
        for index, (case, version) in enumerate(found)
    ]
    return pytest.mark.parametrize(("case", "version"), parameters)


def writes(
    cases: Sequence[Any], all_: Sequence[int], release: int, share: int = 1, slow: tuple[int, ...] = SLOW["slurm"]
) -> pytest.MarkDecorator:
    """Make a test of each case that writes, by what has its `versions`, and each of `all_` at home in a release.

    Without `--all` one of `share` is run, and none of the versions in `slow`.
    """
    here = [version for version in at_home(release) if version in all_]
    found = [(case, version) for case in cases for version in here if version in case.versions]
    every = [pair for pair in found if pair[1] not in slow][::share]
    parameters = [
        pytest.param(*pair, id=f"{pair[0]}-{pair[1]}", marks=[] if pair in every else [pytest.mark.slow])
        for pair in found
    ]
    return pytest.mark.parametrize(("case", "version"), parameters)


def second_opinions(cases: Iterable[Case], release: int) -> list[tuple[Case, int]]:
    """What a release is asked beyond that: operations only, for the HTTP layer is each release's own."""
    return [
        (case, version)
        for version in SECOND_OPINIONS.get(release, ())
        for case in cases
        if version in SERVED["slurm"] and version in case.versions
    ]


def demanded(rows: Iterable[Difference], release: int, side: str = "slurm") -> list[Difference]:
    """The rows that some request on a cluster of a release must need."""
    home = at_home(release, side)
    return [
        row
        for row in rows
        if not row.seldom
        and (release in row.releases if row.releases else any(version in row.versions for version in home))
    ]
