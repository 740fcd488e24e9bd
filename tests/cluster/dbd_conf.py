# SPDX-License-Identifier: GPL-2.0-or-later
"""How slurmdbd is configured."""

from __future__ import annotations

from cases import Case

CASES = (
    Case("slurmdbd's conf", "/slurmdb/{v}/conf", versions=(45,)),
    Case("slurmdbd's conf in YAML", "/slurmdb/{v}/conf", versions=(45,), headers=("Accept: application/x-yaml",)),
    Case("slurmdbd's conf with a parameter", "/slurmdb/{v}/conf?foo=1", versions=(45,)),
    Case("slurmdbd's conf, slurmdbd down", "/slurmdb/{v}/conf", versions=(45,), setting="dbd-down"),
)

DIFFERENCES = ()
