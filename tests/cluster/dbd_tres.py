# SPDX-License-Identifier: GPL-2.0-or-later
"""Trackable resources."""

from __future__ import annotations

from cases import ALICE, Case
from dbd_all import posted

CASES = (
    Case("tres", "/slurmdb/{v}/tres"),
    Case("tres in YAML", "/slurmdb/{v}/tres", headers=("Accept: application/x-yaml",)),
    Case("tres for a rubbish token", "/slurmdb/{v}/tres", credentials=(ALICE[0], "X-SLURM-USER-TOKEN: x.y.z")),
    Case("tres as root", "/slurmdb/{v}/tres", credentials=("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")),
    Case("tres with a parameter", "/slurmdb/{v}/tres?foo=1&with_deleted=true"),
    Case("tres twice on a connection", "/slurmdb/{v}/tres", raw="<request><request>"),
    Case("tres, slurmdbd down", "/slurmdb/{v}/tres", setting="dbd-down"),
    *(
        posted(f"tres are added: {body!r}", "/slurmdb/{v}/tres", body)
        for body in (b"", b"{}", b"[]", b'{"tres":[{"type":"gres","name":"foo"}]}', b'{"TRES":[{"id":1,"count":5}]}')
    ),
)

DIFFERENCES = ()
