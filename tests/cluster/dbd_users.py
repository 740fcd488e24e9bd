# SPDX-License-Identifier: GPL-2.0-or-later
"""Users."""

from __future__ import annotations

from cases import MODERN, Case
from dbd_asking import ROOT, TRUTHS, queries

_NAMES = ("nosuch", "ALICE", "alice%2Cbob", "0", "%20")

CASES = (
    Case("users", "/slurmdb/{v}/users"),
    Case("users as root", "/slurmdb/{v}/users", credentials=ROOT),
    Case("users in YAML", "/slurmdb/{v}/users", headers=("Accept: application/x-yaml",)),
    Case("each user", "/slurmdb/{v}/user/{user}", credentials=ROOT),
    Case("another user", "/slurmdb/{v}/user/bob"),
    *(Case(f"user {name}", f"/slurmdb/{{v}}/user/{name}", credentials=ROOT) for name in _NAMES),
    *queries("users", [f"with_deleted={one}" for one in TRUTHS], ["foo=1"]),
    *queries("user/alice", ["with_deleted=true", "with_deleted=abc", "foo=1", "with_assocs=true"]),
    *queries(
        "users",
        ["with_assocs=true", "with_coords=true", "with_wckeys=true", "without_defaults=true", "without_defaults=false"],
        ["with_assocs=true&with_coords=true&with_wckeys=true&with_deleted=true"],
        ["default_account=optics", "default_account=OPTICS", "default_account=optics%2Cchemistry", "default_account="],
        ["default_wckey=laser", "default_wckey=nosuch"],
        [f"admin_level={one}" for one in ("Administrator", "none", "Operator", "Not%20Set", "foo", "", "1", "NONE")],
        versions=MODERN,
    ),
    *queries(
        "user/alice",
        ["with_assocs=true&with_coords=true&with_wckeys=true", "with_wckeys", "with_wckeys=", "admin_level=None"],
        versions=MODERN,
    ),
    Case("users, slurmdbd down", "/slurmdb/{v}/users", setting="dbd-down"),
    Case("user, slurmdbd down", "/slurmdb/{v}/user/alice", setting="dbd-down"),
)

DIFFERENCES = ()
