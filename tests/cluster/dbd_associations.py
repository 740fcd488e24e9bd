# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import MODERN, Case
from comparison import MISSING, Difference, Rule
from dbd_asking import ROOT, TRUTHS, queries

if TYPE_CHECKING:
    from comparison import Places

_SINGLE = (
    "", "?user=alice&account=optics&cluster=lab", "?user=alice", "?account=optics", "?user=nosuch", "?foo=1",
    "?user=bob&partition=limited", "?user=bob&account=optics&partition=limited&cluster=lab",
)  # fmt: skip
_TRUTHS = {
    "with_deleted": "Include%20deleted%20associations",
    "with_usage": "Include%20usage",
    "only_defaults": "Filter%20to%20only%20defaults",
    "with_raw_qos": "Include%20the%20raw%20QOS%20or%20delta_qos",
    "with_sub_accts": "Include%20sub%20acct%20information",
    "without_parent_info": "Exclude%20parent%20id%2Fname",
    "without_parent_limits": "Exclude%20limits%20from%20parents",
}
_DELETED = ("with_deleted", _TRUTHS["with_deleted"])

CASES = (
    Case("associations", "/slurmdb/{v}/associations"),
    Case("associations as root", "/slurmdb/{v}/associations", credentials=ROOT),
    Case("associations in YAML", "/slurmdb/{v}/associations", headers=("Accept: application/x-yaml",)),
    *(Case(f"association{one}", f"/slurmdb/{{v}}/association{one}", credentials=ROOT) for one in _SINGLE),
    Case("associations of each account", "/slurmdb/{v}/associations?account={account}", credentials=ROOT),
    Case("associations of each user", "/slurmdb/{v}/associations?user={user}", credentials=ROOT),
    *queries(
        "associations",
        ["user=alice%2Cbob", "user=ALICE", "user=", "user", "user=5", "user=true", "user=nosuch", "user=%22alice%22"],
        ["account=Optics", "account=optics%2Cphysics", "cluster=lab", "cluster=nosuch", "cluster=other%2Clab"],
        ["partition=limited", "partition=", "partition=limited%2Cmain", "foo=1", "foo=1&user=alice", "USER=alice"],
        ["user=alice&user=bob", "user=alice&account=optics"],
    ),
    *queries(
        "associations",
        [f"{name}=true" for name in (*_TRUTHS, *_TRUTHS.values()) if name not in _DELETED],
        *([f"{name}={one}" for one in TRUTHS] for name in _DELETED),
        ["default_qos=normal", "default_qos=1", "default_qos=nosuch", "default_qos=normal%2Clow", "default_qos="],
        ["qos=low", "qos=1", "qos=nosuch", "qos=", "id=1", "id=1%2C2", "id=abc", "id=", "id=999999"],
        ["parent_account=physics", "parent_account=nosuch", "parent_account=", "format=user", "format="],
        ["usage_start=abc", "usage_end=uts1", "usage_start=now-1hour"],
        ["with_usage=true&usage_start=0", "only_defaults=true&usage_start=abc"],
        ["with_usage=true&usage_start=2025-01-01&usage_end=2025-12-31"],
        ["&".join(f"{name}=true" for name in _TRUTHS)],
        ["Include%20usage=true&usage_start=2025-01-01&usage_end=2025-12-31"],
        versions=MODERN,
    ),
    Case("associations, slurmdbd down", "/slurmdb/{v}/associations", setting="dbd-down"),
    Case("association, slurmdbd down", "/slurmdb/{v}/association?user=alice", setting="dbd-down"),
)

_MODERN = range(40, 46)
_UNSEEN = ("GET /slurmdb/{v}/associations?Exclude%20parent%20id%2Fname=true*",)


def _reordered(_value: object, place: str, here: Places, there: Places) -> bool:
    """Whether an association has the same records of use on both sides, from the same times on."""
    records = place[: place.index("/accounting/") + len("/accounting/")]
    return not place.endswith("/start") and _records(here, records) == _records(there, records)


def _records(places: Places, before: str) -> list[list[tuple[str, object]]]:
    found: dict[str, list[tuple[str, object]]] = {}
    for place, value in places.items():
        if place.startswith(before):
            number, _, member = place[len(before) :].partition("/")
            found.setdefault(number, []).append((member, value))
    return sorted((sorted(record) for record in found.values()), key=repr)


DIFFERENCES = (
    Difference(
        "dbd-usage-order",
        ("GET /slurmdb/{v}/associations?with_usage=true&*", "GET /slurmdb/{v}/associations?Include%20usage=true&*"),
        "body/associations/*/accounting/**",
        Rule("one of them", _reordered),
        Rule("another of them", _reordered),
        "slurmdbd asks MariaDB for records of use in the order of their time alone, and gets those of one hour in any.",
        versions=_MODERN,
        seldom=True,
    ),
    Difference(
        "dbd-association-id",
        ("GET /slurmdb/{v}/association*", "GET /slurmdb/{v}/config*"),
        "body/associations/*/id",
        0,
        Rule("its number", lambda value, *_: isinstance(value, int) and value > 0),
        "The number is there, and clients ask by it.",
        versions=range(41, 43),
    ),
    Difference(
        "dbd-association-not-asked",
        (
            "GET /slurmdb/{v}/associations?default_qos=n*",
            "GET /slurmdb/{v}/associations?qos=low*",
            "GET /slurmdb/{v}/associations?qos=nosuch*",
            "GET /slurmdb/{v}/associations?id=abc*",
        ),
        "answer",
        "200 application/json",
        "500 application/json",
        "slurmdbd refuses a name where it wants a number; there is no list in either answer.",
        versions=_MODERN,
    ),
    Difference(
        "dbd-association-unseen",
        _UNSEEN,
        "body/warnings",
        [],
        MISSING,
        "The real server takes the slash in it for a path, and finds nothing; ours tells that it looks at nothing.",
        versions=_MODERN,
    ),
    Difference(
        "dbd-association-unseen-told",
        _UNSEEN,
        "body/warnings/**",
        MISSING,
        Rule("that it is not looked at, and where", lambda value, *_: "Exclude parent id/name" in str(value)),
        "As above.",
        versions=_MODERN,
    ),
)
