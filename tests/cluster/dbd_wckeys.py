# SPDX-License-Identifier: GPL-2.0-or-later
"""Workload characterisation keys."""

from __future__ import annotations

from cases import MODERN, Case
from comparison import MISSING, Difference
from dbd_asking import ROOT, queries

CASES = (
    Case("wckeys", "/slurmdb/{v}/wckeys"),
    Case("wckeys as root", "/slurmdb/{v}/wckeys", credentials=ROOT),
    Case("wckeys in YAML", "/slurmdb/{v}/wckeys", credentials=ROOT, headers=("Accept: application/x-yaml",)),
    Case("a wckey without permission", "/slurmdb/{v}/wckey/laser"),
    *(
        Case(f"wckey {name}", f"/slurmdb/{{v}}/wckey/{name}", credentials=ROOT)
        for name in ("laser", "mirror", "LASER", "nosuch", "laser%2Cmirror", "*", "%2A")
    ),
    *queries("wckeys", ["foo=1", "with_deleted=true", "with_deleted=abc"]),
    *queries(
        "wckeys",
        ["cluster=lab", "cluster=nosuch", "cluster=lab%2Cother", "name=laser", "name=LASER%2Cmirror", "name="],
        ["user=alice", "user=ALICE", "user=nosuch", "id=1", "id=abc", "id=1%2C2", "only_defaults=true"],
        ["with_usage=true", "with_usage=true&usage_start=0", "with_usage=true&usage_start=2025-01-01&usage_end=now"],
        ["usage_start=abc", "usage_end=uts1", "usage_start=now-1hour", "usage_start=", "format=name", "format="],
        versions=MODERN,
    ),
    Case("wckeys, slurmdbd down", "/slurmdb/{v}/wckeys", setting="dbd-down"),
    Case("wckey, slurmdbd down", "/slurmdb/{v}/wckey/laser", setting="dbd-down"),
)

DIFFERENCES = (
    Difference(
        "dbd-wckeys-dies",
        (
            "GET /slurmdb/{v}/wckeys?only_defaults=true*",
            "GET /slurmdb/{v}/wckeys?usage_start=now-1hour*",
            "GET /slurmdb/{v}/wckeys?with_usage=true&usage_start=2025*",
        ),
        "answer",
        MISSING,
        "200 application/json",
        "The real server dies of it.",
        versions=range(40, 43),
        exits=(-11, 0),
    ),
)
