# SPDX-License-Identifier: GPL-2.0-or-later
"""Cloud instances that nodes were."""

from __future__ import annotations

from cases import MODERN, OLD, Case

_QUERIES = (
    *("foo=1", "cluster=lab", "cluster=nosuch", "node_list=burst1", "node_list=burst%5B1-4%5D", "node_list=nosuch"),
    *("extra=x", "instance_id=1", "instance_type=a%2Cb", "format=x", "time_start=1", "time_start=abc", "time_end=now"),
    *("time_start=now-1hour&time_end=now", "time_start=4000000000", "time_end=1"),
)

CASES = (
    *(
        Case(f"{read} with {query}", f"/slurmdb/{{v}}/{read}?{query}", versions=MODERN)
        for read in ("instances", "instance")
        for query in _QUERIES
    ),
    *(Case(read, f"/slurmdb/{{v}}/{read}", versions=MODERN) for read in ("instances", "instance")),
    Case("instances in YAML", "/slurmdb/{v}/instances", headers=("Accept: application/yaml",), versions=MODERN),
    Case("instances that there are not", "/slurmdb/{v}/instances", versions=OLD),
    Case("instances, slurmdbd down", "/slurmdb/{v}/instances", versions=MODERN, setting="dbd-down"),
)

DIFFERENCES = ()
