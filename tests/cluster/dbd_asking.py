# SPDX-License-Identifier: GPL-2.0-or-later
"""What the modules of slurmdbd's side ask alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import EVERY, Case

if TYPE_CHECKING:
    from collections.abc import Iterable

CASES = ()
DIFFERENCES = ()

ROOT = ("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")
BOB = ("X-SLURM-USER-NAME: bob", "X-SLURM-USER-TOKEN: {bob}")
TRUTHS = ("true", "false", "1", "0", "yes", "no", "abc", "", "null", "~", "-1", "1.5")


def queries(path: str, *texts: Iterable[str], versions: range = EVERY) -> list[Case]:
    """A path with each of these queries, as root, who sees everything."""
    every = [text for some in texts for text in some]
    return [
        Case(f"{path}?{text}{'' if versions == EVERY else ' later'}", f"/slurmdb/{{v}}/{path}?{text}",
             credentials=ROOT, versions=versions)
        for text in every
    ]  # fmt: skip
