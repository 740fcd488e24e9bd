# SPDX-License-Identifier: GPL-2.0-or-later
"""All that slurmdbd keeps but jobs."""

from __future__ import annotations

from cases import Case
from comparison import MISSING, Difference, Rule

_ROOT = ("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")
_BOB = ("X-SLURM-USER-NAME: bob", "X-SLURM-USER-TOKEN: {bob}")

CASES = (
    Case("config as root", "/slurmdb/{v}/config", credentials=_ROOT),
    Case("config as nobody with rights", "/slurmdb/{v}/config", credentials=_BOB),
    Case("config with a parameter", "/slurmdb/{v}/config?foo=1", credentials=_ROOT),
    Case("config, slurmdbd down", "/slurmdb/{v}/config", setting="dbd-down"),
)

_MODERN = range(40, 46)
_ANY = Rule("an association of the account root", lambda *_: True)

DIFFERENCES = (
    Difference(
        "dbd-config-associations-of-root",
        "GET /slurmdb/{v}/config*",
        "body/accounts/*/associations",
        [],
        MISSING,
        "The real server leaves those of one account out, often, which it tells where accounts alone are asked for.",
        versions=_MODERN,
        seldom=True,
    ),
    Difference(
        "dbd-config-each-association-of-root",
        "GET /slurmdb/{v}/config*",
        "body/accounts/*/associations/**",
        MISSING,
        _ANY,
        "As above.",
        versions=_MODERN,
        seldom=True,
    ),
)
