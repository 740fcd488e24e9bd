# SPDX-License-Identifier: GPL-2.0-or-later
"""What operations of all kinds of records have alike: rows for what slurmrestd tells of its own memory."""

from __future__ import annotations

import re
from typing import Any

from cases import Case
from comparison import MISSING, Difference, Rule

CASES = ()
ROOT = ("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")


def posted(name: str, target: str, body: bytes, **more: Any) -> Case:
    """A POST of JSON, by root unless more says otherwise. It is sent many times: what it changes must be the same."""
    headers = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    return Case(name, target, "POST", **{"headers": headers, "body": body, "credentials": ROOT, **more})


_UP_TO_38 = range(36, 39)
_OF_26_05 = range(43, 46)


def _is_of_an_error(value: object, _place: str, here: dict[str, object], _there: object) -> bool:
    return value != 0 and str(here["answer"])[:1] in "45"


def _without_address(value: object, place: str, _here: object, there: dict[str, object]) -> bool:
    return re.sub(r"0x[0-9a-f]+", "", str(there[place])) == value


_ADDRESS = Rule("a sentence with an address of the server's memory", lambda value, *_: "(0x" in str(value))

DIFFERENCES = (
    Difference(
        "dbd-client-user",
        "* /slurmdb/*",
        "any:body/meta/client/user",
        "",
        Rule("who asks, by name", lambda value, *_: value in ("alice", "bob", "root")),
        "On this side the real server of 24.11 names nobody.",
        versions=range(40, 43),
    ),
    Difference(
        "dbd-client-user-26",
        "* /slurmdb/*",
        "any:body/meta/client/user",
        "nobody",
        Rule("who asks, by name", lambda value, *_: value in ("alice", "bob", "root")),
        "On this side the real server of 26.05 names nobody by that name.",
        versions=_OF_26_05,
    ),
    Difference(
        "dbd-client-group-26",
        "* /slurmdb/*",
        "any:body/meta/client/group",
        "",
        Rule("the group of who asks", lambda value, *_: value in ("alice", "bob", "root")),
        "As above.",
        versions=_OF_26_05,
    ),
    Difference(
        "dbd-client-source-26",
        "* /slurmdb/*",
        "any:body/meta/client/source",
        Rule("the pipes behind both descriptors", lambda value, *_: str(value).startswith("pipe:[")),
        "pipe(fd:0)",
        "The names of the server's descriptors are nobody's business; they are other ones in each process.",
        versions=_OF_26_05,
    ),
    Difference(
        "dbd-exit-26",
        "* /slurmdb/*",
        "exit",
        Rule("a code of the error that was answered", _is_of_an_error),
        Rule("0, or 1 after what breaks a connection", lambda value, *_: value in (0, 1)),
        "Whoever started the server learns from the log what was answered.",
        versions=_OF_26_05,
    ),
    Difference(
        "dbd-answered-twice-26",
        "* /slurmdb/*",
        "2:answer",
        Rule("the status again", lambda value, _place, here, _there: str(value)[:3] == str(here["answer"])[:3]),
        MISSING,
        "Two answers to one request, of which a client takes the second for that of its next one.",
        versions=_OF_26_05,
    ),
    Difference(
        "dbd-client-group",
        "* /slurmdb/*",
        "any:body/meta/client/group",
        "",
        Rule("the group of who asks", lambda value, *_: value in ("alice", "bob", "root")),
        "As above.",
        versions=range(40, 43),
    ),
    Difference(
        "dbd-down-is-no-success",
        (
            *("GET /slurmdb/{v}/tres | dbd-down", "GET /slurmdb/{v}/diag | dbd-down"),
            *("GET /slurmdb/{v}/job* | dbd-down", "GET /slurmdb/{v}/tres*: x.y.z"),
        ),
        "answer",
        "200 application/json",
        "500 application/json",
        "There is an error in the answer, and nothing was found out.",
        versions=_UP_TO_38,
    ),
    Difference(
        "dbd-address",
        "* /slurmdb/*",
        "body/*/*/description",
        _ADDRESS,
        Rule("the same without the address", _without_address),  # type: ignore[arg-type]
        "An address of the server's memory is nobody's business; later releases do without.",
        versions=range(39, 43),
    ),
)
