# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the differences (see differences.py) that speak of v0.0.40 and later, by home release."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from comparison import MISSING, Difference, Rule, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    Places = Mapping[str, object]

_OF_24_11 = range(40, 43)
_ON_26_05 = (2605,)
_JSON = "200 application/json"
_BAD_QUERY = "400 text/plain: Unable to parse query."
_CRASHES = ("GET /slurm/{v}/job/1.x", "GET /slurm/{v}/job/1..0", "GET /slurm/{v}/jobs/state?job_id=*.x")
_UNMUNGED = "GET * | unmunged"
_SINCE = ("GET /slurm/{v}/jobs?update_time=9223372036854775807", "GET /slurm/{v}/jobs?update_time=99999999999999999999")
_NUMBERS = tuple(
    f"GET /slurm/{{v}}/{one}/{word}" for one in ("node", "partition", "reservation") for word in ("007", "1.5")
)


def _is_said_again(value: object, _place: str, here: Places, _there: Places) -> bool:
    return str(value).startswith(f"{str(here['answer'])[:3]} text/plain: ")


def _as_a_number(value: object, place: str, _here: Places, there: Places) -> bool:
    return str(there[place]) == str(value).replace(" 007", " 7").replace(" 1.5", " 1.500000")


def _is_endless(value: object, _place: str, here: Places, _there: Places) -> bool:
    return value is MISSING and here["exit"] == -signal.SIGKILL


_RECORD = re.compile(r"(body/shares/shares/)(\d+)(/.*)")


def _is_found_elsewhere(value: object, place: str, here: Places, there: Places) -> bool:
    """Whether a member of one of our shares is that of the real server's share with the same id."""
    match = _RECORD.fullmatch(place)
    if match is None:
        return False
    head, number, member = match.groups()
    ident = here.get(f"{head}{number}/id", MISSING)
    if ident is MISSING:
        return value is MISSING  # behind our last one
    same = [found for found, other in there.items() if other == ident and re.fullmatch(head + r"\d+/id", found)]
    return len(same) == 1 and there.get(same[0].rpartition("/")[0] + member, MISSING) == value


MODERN_DIFFERENCES: tuple[Difference, ...] = (
    # Who asks
    Difference(
        "client-source",
        "*",
        "any:body/meta/client/source",
        matching(
            "the files, pipes or addresses behind both descriptors", r"pipe:\[\d+\]\(fd:0\)->pipe:\[\d+\]\(fd:1\)"
        ),
        "pipe(fd:0)",
        "The names of the server's descriptors are nobody's business; they are other ones in each process.",
        versions=_OF_24_11,
    ),
    Difference(
        "client-user",
        "*",
        "any:body/meta/client/user",
        "root",
        matching("who asks, by name; nothing where only the token knows", "alice|bob|slurmrest|nope|"),
        "The real server names root whoever asks and however.",
        versions=_OF_24_11,
    ),
    Difference(
        "client-group",
        "*",
        "any:body/meta/client/group",
        "root",
        matching("the group of who asks", "alice|bob|slurmrest|"),
        "As above.",
        versions=_OF_24_11,
    ),
    # The frame
    Difference(
        "endless",
        "*",
        "answer",
        Rule("nothing, for ever", _is_endless),
        matching("a refusal", "(400|413|505) text/plain: .*"),
        "On some requests that it cannot parse the real server never ends, on some machines and runs only.",
        versions=_OF_24_11,
        seldom=True,
    ),
    Difference(
        "endless-exit",
        "*",
        "exit",
        -signal.SIGKILL,
        1,
        "As above; the tests end it.",
        versions=_OF_24_11,
        seldom=True,
    ),
    Difference(
        "keep-alive-of-nothing",
        ("* | Keep-Alive: 0", "* | Keep-Alive: 1"),
        "answer",
        Rule("nothing, for ever", _is_endless),
        _JSON,
        "As above; there it is refused, and nothing depends on it.",
        versions=_OF_24_11,
        seldom=True,
    ),
    Difference(
        "keep-alive-of-nothing-exit",
        ("* | Keep-Alive: 0", "* | Keep-Alive: 1"),
        "exit",
        -signal.SIGKILL,
        0,
        "As above.",
        versions=_OF_24_11,
        seldom=True,
    ),
    Difference(
        "charset-of-a-query",
        "GET * | Content-Type: application/json; charset=utf-8 | *",
        "answer",
        _BAD_QUERY,
        _JSON,
        "JSON is UTF-8 anyway (RFC 8259 section 8.1), and many clients say so.",
        versions=_OF_24_11,
    ),
    # What is asked for
    Difference(
        "path-typed-modern",
        ("GET /slurm/{v}/job/1e1", "GET /slurm/{v}/job/1.", "GET /slurm/{v}/job/0x1"),
        "answer",
        _JSON,
        "422 application/json",
        "The real server makes a number of it and answers for the jobs 10 and 1.",
        versions=_OF_24_11,
    ),
    Difference(
        "path-typed-in-text-modern",
        _NUMBERS,
        "body/errors/0/description",
        matching("the name as a number", "(Failure to query|Unable to find) (node|partition|reservation) (7|1.500000)"),
        Rule("the name as it was asked for", _as_a_number),
        "As above: what is called 007 cannot be found there.",
        versions=_OF_24_11,
    ),
    Difference(
        "query-no-utf-8",
        "GET /slurm/{v}/partitions?flags=%80",
        "answer",
        "500 application/json",
        _BAD_QUERY,
        "A query is text (RFC 3986 section 2.5), and bytes that are none are refused wherever they stand.",
        versions=_OF_24_11,
    ),
    Difference(
        "states-list",
        "GET /slurm/{v}/jobs/state?job_id=*%2C*",
        "answer",
        "422 application/json",
        _JSON,
        "The API's document says that it is a comma list, and the real server takes repeated parameters only.",
        versions=_OF_24_11,
    ),
    Difference(
        "step-crash",
        _CRASHES,
        "answer",
        MISSING,
        "422 application/json",
        "The real server dies by SIGSEGV.",
        versions=_OF_24_11,
    ),
    Difference("step-crash-exit", _CRASHES, "exit", -11, 0, "As above.", versions=_OF_24_11),
    Difference(
        "node-since",
        "GET /slurm/{v}/node/node1?update_time=4000000000",
        "answer",
        "500 application/json",
        _JSON,
        "The real server finds the node, then asks for the partitions, and takes that none has changed for an error.",
        versions=_OF_24_11,
    ),
    Difference(
        "shares-of-some",
        ("GET /slurm/{v}/shares?*accounts=*", "GET /slurm/{v}/shares?*users=*"),
        "body/shares/shares/**",
        Rule("that of all shares, named or not", lambda *_: True),
        Rule("the share that the real server has at another place; nothing behind the last one", _is_found_elsewhere),
        "The real server does not look at the query at all. Whoever knows this filters the answer, and finds the same.",
        versions=_OF_24_11,
    ),
    Difference(
        "shares-of-nobody",
        ("GET /slurm/{v}/shares?*accounts=*", "GET /slurm/{v}/shares?*users=*"),
        "body/shares/shares",
        MISSING,
        [],
        "As above.",
        versions=_OF_24_11,
    ),
    # What is said
    Difference(
        "time-out-of-range",
        _SINCE,
        "body/warnings/0/description",
        matching("the number and a date", r"No job changes since update_time\[9223372036854775807\]=.*\d\d:\d\d:\d\d"),
        "No job changes since update_time[9223372036854775807]=Unknown",
        "No calendar has this year; the real server shows what lies in its memory.",
        versions=_OF_24_11,
    ),
    Difference(
        "no-munge",
        _UNMUNGED,
        "answer",
        MISSING,
        matching("an answer that tells what is wrong", "(200|500|511) application/json"),
        "The real server does not even start without munged.",
        versions=_OF_24_11,
    ),
    Difference("no-munge-exit", _UNMUNGED, "exit", 1, 0, "As above.", versions=_OF_24_11),
    # What 26.05 makes of v0.0.42, whose home is 24.11
    *(
        Difference(
            f"answered-twice-{exits[0]}",
            requests,
            "2:answer",
            Rule("the status again, with a sentence", _is_said_again),
            MISSING,
            "Two answers to one request, of which a client takes the second for that of its next one.",
            exits=exits,
            versions=(42,),
            releases=_ON_26_05,
        )
        for exits, requests in (
            ((225, 0), "GET /slurm/{v}/job/999999"),
            ((247, 0), "GET /slurm/{v}/jobs?flags=FOO"),
            (
                (40, 0),
                (
                    "GET /slurm/{v}/job/abc",
                    "GET /slurm/{v}/reservation/nope",
                    "GET /slurm/{v}/jobs?update_time=abc",
                    "GET /slurm/{v}/jobs/state?job_id=1%2C2",
                ),
            ),
        )
    ),
    *(
        Difference(
            f"shares-level-{member}",
            ("GET /slurm/{v}/shares", "GET /slurm/{v}/shares?users=alice"),
            f"body/shares/shares/*/fairshare/level/{member}",
            real,
            ours,
            "An infinite level is a number of its own in 26.05; infinite in the home release.",
            versions=(42,),
            releases=_ON_26_05,
        )
        for member, real, ours in (
            ("set", True, False),
            ("infinite", False, True),
            ("number", 1.8446744073709552e19, 0.0),
        )
    ),
    Difference(
        "partition-unknown",
        "GET /slurm/{v}/partition/nope",
        "answer",
        _JSON,
        "422 application/json",
        "Refused by the home release.",
        versions=(42,),
        releases=_ON_26_05,
    ),
    Difference(
        "reservation-unknown",
        "GET /slurm/{v}/reservation/nope",
        "body/errors/0/source",
        "_get_single_reservation",
        "op_handler_reservation",
        "The name of the home release's function.",
        versions=(42,),
        releases=_ON_26_05,
    ),
)
