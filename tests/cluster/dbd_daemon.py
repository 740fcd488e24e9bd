# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd itself: ping, diag, conf."""

from __future__ import annotations

from cases import MODERN, Case
from comparison import Difference

_ROOT = ("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")
_RUBBISH = ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: x.y.z")
_EXPIRED = ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: {expired}")
_PING = range(42, 46)

CASES = (
    Case("slurmdbd's ping", "/slurmdb/{v}/ping", versions=_PING),
    Case("slurmdbd's ping with a parameter", "/slurmdb/{v}/ping?foo=1", versions=_PING),
    Case("slurmdbd's ping that there is not", "/slurmdb/{v}/ping", versions=range(36, 42)),
    Case("slurmdbd's ping, slurmdbd down", "/slurmdb/{v}/ping", versions=_PING, setting="dbd-down"),
    # First of all: slurmdbd counts who shows no good token under an id that nobody has.
    Case("slurmdbd's counters for a rubbish token", "/slurmdb/{v}/diag", credentials=_RUBBISH),
    Case("slurmdbd's counters for an expired token", "/slurmdb/{v}/diag", credentials=_EXPIRED),
    Case("slurmdbd's counters", "/slurmdb/{v}/diag", credentials=_ROOT),
    Case(
        "slurmdbd's counters in YAML", "/slurmdb/{v}/diag", headers=("Accept: application/x-yaml",), credentials=_ROOT
    ),
    Case("slurmdbd's counters as a plain user", "/slurmdb/{v}/diag"),
    Case("slurmdbd's counters with a parameter", "/slurmdb/{v}/diag?foo=1", credentials=_ROOT, versions=MODERN),
    Case("slurmdbd's counters, slurmdbd down", "/slurmdb/{v}/diag", setting="dbd-down"),
)

DIFFERENCES = (
    *(
        Difference(
            f"dbd-diag-36-{form}",
            "GET /slurmdb/{v}/diag*",
            "answer",
            f"500 application/{form}",
            f"200 application/{form}",
            "There is no error in the answer, and all that was asked for is in it.",
            versions=range(36, 37),
        )
        for form in ("json", "x-yaml")
    ),
)
