# SPDX-License-Identifier: GPL-2.0-or-later
"""What a plug-in of a site may rely on: this module, and nothing else of this package.

Rule 1: names that stand here keep their meaning from one version to the next; whatever else a plug-in imports may
        change.
Rule 2: nobody of ours imports this module: who has no plug-in does not load it.

An OpenAPI plug-in is a `Service` below the entry point `slurmrest_inet.openapi`; `-s NAME` serves it::

    QUOTA = table("quota", row("user", TEXT, "Name of the user"), row("limit", NUMBER_OBJECT, "Most bytes"))

    def quota(asked):
        return {"quotas": [{"user": asked.user, "limit": float("inf")}]}

    SERVICE = Service("/site/v1", "Quotas of our file systems", (
        Operation("GET", "quota", quota, "Quota of who asks", (Member("quotas", QUOTA, "One a file system"),)),
    ))

A plug-in that authenticates is a function of a `Peer` and a `Request` below the entry point `slurmrest_inet.auth`;
`-a NAME` asks it. It returns the user's name, None to let the next one look, or raises `refuse(reason)`; SLURM_JWT has
to be a token of root or SlurmUser, with which Slurm is then asked in that name. The recipe is
contrib/plug-ins/README.md.
"""

from __future__ import annotations

from slurmrest_inet.api.service import Asked, Member, Operation, Service, Trouble
from slurmrest_inet.auth import refuse, text
from slurmrest_inet.auth.peer import FILE, INET, OTHER, PIPE, TTY, UNIX, Peer
from slurmrest_inet.http.message import Request
from slurmrest_inet.schema.model import Row, Table
from slurmrest_inet.schema.site import NUMBER, NUMBER_OBJECT, REAL, TEXT, TEXTS, TRUTH, row, table

__all__ = [
    "FILE",
    "INET",
    "NUMBER",
    "NUMBER_OBJECT",
    "OTHER",
    "PIPE",
    "REAL",
    "TEXT",
    "TEXTS",
    "TRUTH",
    "TTY",
    "UNIX",
    "Asked",
    "Member",
    "Operation",
    "Peer",
    "Request",
    "Row",
    "Service",
    "Table",
    "Trouble",
    "header",
    "refuse",
    "row",
    "table",
]


def header(request: Request, name: str) -> str | None:
    """Return the one value of a header that says who asks, None without one. Raises the refusal where there are two.

    Of two, a proxy may have set one and its client the other.
    """
    values = [value for key, value in request.headers if key == name.lower().encode()]
    if len(values) > 1:
        raise refuse(f"the header {name} twice")
    return text(values[0], f"header {name}") if values else None
