# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts."""

from __future__ import annotations

from cases import MODERN, Case
from comparison import MISSING, Difference, Rule
from dbd_asking import ROOT, TRUTHS, queries

_NAMES = ("nosuch", "OPTICS", "optics%2Cphysics", "%20", "o'x", "%C3%BC", "0", "optics%00")

CASES = (
    Case("accounts", "/slurmdb/{v}/accounts"),
    Case("accounts as root", "/slurmdb/{v}/accounts", credentials=ROOT),
    Case("accounts in YAML", "/slurmdb/{v}/accounts", headers=("Accept: application/x-yaml",)),
    Case("each account", "/slurmdb/{v}/account/{account}"),
    *(Case(f"account {name}", f"/slurmdb/{{v}}/account/{name}") for name in _NAMES),
    *queries(
        "accounts", [f"with_deleted={one}" for one in TRUTHS], ["foo=1", "with_deleted=1&foo=2", "WITH_DELETED=1"]
    ),
    *queries("account/optics", [f"with_deleted={one}" for one in ("true", "abc", "")], ["foo=1", "with_assocs=true"]),
    *queries(
        "accounts",
        ["with_assocs=true", "with_coords=yes", "description=lasers", "description=Lasers%2CPhysics", "description="],
        ["DELETED=true", "WithAssociations=1", "WithCoordinators=true", "NoUsersAreCoords=true", "UsersAreCoords=true"],
        ["DELETED=abc", "DELETED=", "DELETED", "deleted=true", "WithAssociations=1&WithCoordinators=1&DELETED=true"],
        versions=MODERN,
    ),
    *queries(
        "account/optics",
        ["with_assocs=true&with_coords=true", "with_assocs", "with_assocs=", "with_assocs=0", "WithAssociations=1"],
        versions=MODERN,
    ),
    Case("accounts, slurmdbd down", "/slurmdb/{v}/accounts", setting="dbd-down"),
    Case("account, slurmdbd down", "/slurmdb/{v}/account/optics?foo=1", setting="dbd-down"),
)

_LOWER = ("GET /slurmdb/{v}/accounts?deleted=true*",)

DIFFERENCES = (
    Difference(
        "dbd-account-flag-case",
        _LOWER,
        "body/warnings",
        [],
        MISSING,
        "A parameter that the document does not name is warned of, as the real server does elsewhere.",
        versions=range(41, 46),
    ),
    Difference(
        "dbd-account-flag-case-told",
        _LOWER,
        "body/warnings/**",
        MISSING,
        Rule("that it is unknown, and where", lambda value, *_: "deleted" in str(value)),
        "As above.",
        versions=range(41, 46),
    ),
)
