# SPDX-License-Identifier: GPL-2.0-or-later
"""/site/v1/quota: how much each user has on the site's file systems, from a file with a line for each quota.

Its words are the user's name, the file system, MiB used, and MiB at most ("-": no limit) with any words as tags.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from slurmrest_inet.plugin import (
    NUMBER,
    NUMBER_OBJECT,
    REAL,
    TEXT,
    TEXTS,
    TRUTH,
    Member,
    Operation,
    Service,
    Trouble,
    row,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slurmrest_inet.plugin import Asked

PATH = os.path.join(os.path.dirname(__file__), "quotas")
ADMINISTRATORS = ("root",)

QUOTA = table(
    "quota",
    row("user", TEXT, "Name of the user"),
    row("file_system", TEXT, "Where the files lie"),
    row("space/used", NUMBER, "What the files take, in MiB"),
    row("space/limit", NUMBER_OBJECT, "What they may take, in MiB; infinite without a limit"),
    row("share", REAL, "Which part of the limit is used; 0 without a limit"),
    row("full", TRUTH, "Whether nothing more can be written"),
    row("tags", TEXTS, "What the administrators have noted"),
)
QUERY = table(
    "quota_query",
    row("file_system", TEXT, "Only quotas there"),
    row("least", NUMBER, "Only quotas of which so many MiB are used"),
    row("full", TRUTH, "Only those of whom nothing more can be written"),
)
NOTE = table("quota_note", row("tags", TEXTS, "What is to be noted", required=True))


def _all() -> Iterator[dict[str, Any]]:
    with open(PATH, encoding="utf-8") as file:
        for line in file:
            user, file_system, used, limit, *tags = line.split()
            most = float("inf") if limit == "-" else int(limit)
            yield {
                "user": user,
                "file_system": file_system,
                "space/used": int(used),
                "space/limit": most,
                "share": int(used) / most if most else 1.0,
                "full": int(used) >= most,
                "tags": tags,
            }


def _of(user: str, asked: Asked) -> list[dict[str, Any]]:
    if asked.user != user and asked.user not in ADMINISTRATORS:
        raise Trouble("Quotas of others are for administrators", 403)
    return [one for one in _all() if one["user"] == user]


def quota(asked: Asked) -> dict[str, Any]:
    """The quotas of who asks; of an administrator everybody's."""
    found = list(_all()) if asked.user in ADMINISTRATORS else _of(asked.user or "", asked)
    least = asked.query.get("least", 0)
    if least < 0:
        asked.warn("Nobody uses less than nothing", "#/least/")
    chosen = [
        one
        for one in found
        if one["space/used"] >= least
        and one["file_system"] == asked.query.get("file_system", one["file_system"])
        and one["full"] >= asked.query.get("full", False)
    ]
    return {"quotas": chosen}


def one_user(asked: Asked) -> dict[str, Any]:
    """The quotas of one user."""
    found = _of(asked.parameters["user"], asked)
    if not found:
        raise Trouble(f"{asked.parameters['user']} has no quota", 404)
    return {"quotas": found}


def note(asked: Asked) -> dict[str, Any]:
    """The first quota of a user with more tags, which nobody keeps."""
    first = one_user(asked)["quotas"][0]
    return {"quota": {**first, "tags": [*first["tags"], *asked.body["tags"]]}}


def file_systems(_asked: Asked) -> dict[str, Any]:
    """Where there are quotas, for everybody."""
    return {"file_systems": [{"name": name} for name in sorted({one["file_system"] for one in _all()})]}


_QUOTAS = (Member("quotas", QUOTA, "One for each user and file system"),)
_USER = {"user": "Name of the user"}
SERVICE = Service(
    "/site/v1",
    "Quotas of our file systems",
    (
        Operation("GET", "quota", quota, "Quotas", _QUOTAS, QUERY),
        Operation("GET", "quota/{user}", one_user, "Quotas of one user", _QUOTAS, parameters=_USER),
        Operation(
            *("POST", "quota/{user}", note, "Note something"),
            (Member("quota", QUOTA, "The first one of the user", many=False),),
            body=NOTE,
            parameters=_USER,
        ),
        Operation(
            *("GET", "file-systems", file_systems, "Where there are quotas"),
            (Member("file_systems", table("file_system", row("name", TEXT, "Name")), "One for each"),),
            unconfirmed=True,
        ),
    ),
)
