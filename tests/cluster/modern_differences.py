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

_MODERN = range(40, 46)
_OF_24_11 = range(40, 43)
_OF_26_05 = range(43, 46)
_ON_26_05 = (2605,)
_JSON = "200 application/json"
_BAD_QUERY = "400 text/plain: Unable to parse query."
_CRASHES = ("GET /slurm/{v}/job/1.x", "GET /slurm/{v}/job/1..0", "GET /slurm/{v}/jobs/state?job_id=*.x")
_HOLDERS = ("GET /slurm/{v}/shares*", "GET /slurm/{v}/partition*")
_UNMUNGED = ("GET * | unmunged", "POST /util/* | unmunged")
_SINCE = ("GET /slurm/{v}/jobs?update_time=9223372036854775807", "GET /slurm/{v}/jobs?update_time=99999999999999999999")
_NUMBERS = tuple(
    f"GET /slurm/{{v}}/{one}/{word}" for one in ("node", "partition", "reservation") for word in ("007", "1.5")
)


def _is_said_again(value: object, _place: str, here: Places, _there: Places) -> bool:
    return str(value).startswith(f"{str(here.get('answer'))[:3]} text/plain: ")


def _is_of_an_error(value: object, _place: str, here: Places, _there: Places) -> bool:
    return bool(value) and _is_said_again(here.get("2:answer", ""), "2:answer", here, {})


def _as_a_number(value: object, place: str, _here: Places, there: Places) -> bool:
    return str(there[place]) == str(value).replace(" 007", " 7").replace(" 1.5", " 1.500000")


def _is_endless(value: object, _place: str, here: Places, _there: Places) -> bool:
    return value is MISSING and here["exit"] == -signal.SIGKILL


_PLACE_HOLDER = 1.8446744073709552e19
_ENDLESS = {"level": None, "set": False, "infinite": True, "number": 0.0}
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
    if len(same) != 1:
        return False
    share = same[0].rpartition("/")[0]
    level = share + "/fairshare/level"
    endless = there.get(level) == float("inf") or there.get(f"{level}/number") == _PLACE_HOLDER
    if endless and member.startswith("/fairshare/level"):
        return value == _ENDLESS[member.rpartition("/")[2]]  # see shares-level
    return there.get(share + member, MISSING) == value


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
        versions=_MODERN,
    ),
    Difference(
        "client-user",
        "*",
        "any:body/meta/client/user",
        "root",
        matching("who asks, by name; nothing where only the token knows", "alice|bob|slurmrest|nope|"),
        "The real server names root whoever asks and however.",
        versions=_MODERN,
    ),
    Difference(
        "client-group",
        "*",
        "any:body/meta/client/group",
        "root",
        matching("the group of who asks", "alice|bob|slurmrest|"),
        "As above.",
        versions=_MODERN,
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
        versions=_MODERN,
    ),
    Difference(
        "path-typed-in-text-modern",
        _NUMBERS,
        "body/errors/0/description",
        matching("the name as a number", "(Failure to query|Unable to find) (node|partition|reservation) (7|1.500000)"),
        Rule("the name as it was asked for", _as_a_number),
        "As above: what is called 007 cannot be found there.",
        versions=_MODERN,
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
        versions=_MODERN,
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
        versions=_MODERN,
    ),
    Difference(
        "shares-of-nobody",
        ("GET /slurm/{v}/shares?*accounts=*", "GET /slurm/{v}/shares?*users=*"),
        "body/shares/shares",
        MISSING,
        [],
        "As above.",
        versions=_MODERN,
    ),
    # What is said
    Difference(
        "time-out-of-range",
        _SINCE,
        "body/warnings/0/description",
        matching("the number and a date", r"No job changes since update_time\[9223372036854775807\]=.*\d\d:\d\d:\d\d"),
        "No job changes since update_time[9223372036854775807]=Unknown",
        "No calendar has this year; the real server shows what lies in its memory.",
        versions=_MODERN,
    ),
    Difference(
        "conf-unchanged",
        "GET /slurm/{v}/conf?update_time=4000000000",
        "body/warnings/0/description",
        matching("how long that is from now", r"No config changes since update_time\[now-\(.*\)\]=.*T\d\d:\d\d:\d\d"),
        matching("the number", r"No config changes since update_time\[4000000000\]=.*T\d\d:\d\d:\d\d"),
        "Of a time to come the real server's span is beyond all numbers, and another one with each nanosecond.",
        versions=(45,),
    ),
    Difference(
        "no-munge",
        _UNMUNGED,
        "answer",
        MISSING,
        matching("an answer that tells what is wrong", "(200|500|511) application/json"),
        "The real server does not even start without munged.",
        versions=_MODERN,
    ),
    Difference("no-munge-exit", _UNMUNGED, "exit", 1, 0, "As above.", versions=_MODERN),
    Difference(
        "shares-level-without-bound",
        "GET /slurm/{v}/shares*",
        "body/shares/shares/*/fairshare/level",
        float("inf"),
        None,
        "JSON has no number for infinity (RFC 8259 section 6), and readers of JSON stop at it.",
        versions=range(40, 42),
    ),
    # 26.05
    Difference(
        "query-no-utf-8-26.05",
        "GET /slurm/{v}/partitions?flags=%80",
        "answer",
        "500 application/json",
        "500 text/plain: Unspecified error",
        "As with v0.0.42, above, in the words of 26.05.",
        versions=_OF_26_05,
    ),
    Difference(
        "yaml-no-utf-8",
        "GET /slurm/{v}/job/* | Accept: application/x-yaml",
        "answer",
        "500 application/x-yaml",
        "200 application/x-yaml",
        "The real server cannot write the name of that job, and so tells nothing of it.",
        versions=_OF_26_05,
    ),
    Difference(
        "numbers-of-the-system",
        ("GET /slurm/{v}/reservations?update_time=1e", "GET /slurm/{v}/reservations?update_time=0x"),
        "answer",
        "500 application/json",
        _JSON,
        "The C library that the real server runs on decides: a later one sees no number there, an earlier one 1 and 0.",
        versions=_OF_26_05,
    ),
    Difference(
        "unknown-name-blank",
        "GET /slurm/{v}/partitions?flags%20=ALL",
        "body/warnings/0/source",
        "#/flags /",
        "#/flags/",
        "Blanks around a name are no part of its place, as with v0.0.42.",
        versions=_OF_26_05,
    ),
    Difference(
        "unknown-name-odd",
        (
            *("GET /slurm/{v}/partitions?flags%5B%5D=ALL", "GET /slurm/{v}/partitions?%22=1"),
            *("GET /slurm/{v}/partitions?%C3%BC=1", "GET /slurm/{v}/jobs/state?job_id%5B%5D=1"),
        ),
        "body/warnings/0/source",
        "#/",
        matching("the place of the name", r'#/(flags\[\]|"|ü|job_id\[\])/'),
        "A name with brackets, quotes or letters beyond ASCII is left out there; with v0.0.42 it is told.",
        versions=_OF_26_05,
    ),
    Difference(
        "path-typed-in-warning",
        ("GET /slurm/{v}/partition/007", "GET /slurm/{v}/partition/1.5"),
        "body/warnings/0/description",
        matching("the name as a number", "Unable to find partition (7|1.500000)"),
        Rule("the name as it was asked for", _as_a_number),
        "As with nodes and reservations, above.",
        versions=_OF_26_05,
    ),
    Difference(
        "answered-twice",
        "*",
        "2:answer",
        Rule("the status again, with a sentence", _is_said_again),
        MISSING,
        "Two answers to one request, of which a client takes the second for that of its next one.",
        versions=_OF_26_05,
    ),
    Difference(
        "answered-twice-exit",
        "*",
        "exit",
        Rule("the code of an error, beside a second answer", _is_of_an_error),
        0,
        "As above.",
        versions=_OF_26_05,
    ),
    *(
        Difference(
            f"shares-level-{member}-26.05",
            "GET /slurm/{v}/shares*",
            f"body/shares/shares/*/fairshare/level/{member}",
            real,
            ours,
            "The real server says that it puts a number in the place of infinity.",
            versions=_OF_26_05,
        )
        for member, real, ours in (
            ("set", True, False),
            ("infinite", False, True),
            ("number", _PLACE_HOLDER, 0.0),
        )
    ),
    *(
        Difference(
            f"place-holder-{member}",
            _HOLDERS,
            f"body/warnings/*/{member}",
            real,
            MISSING,
            "As above.",
            versions=_OF_26_05,
        )
        for member, real in (
            ("description", "Dumping (0xffffffffffffffff) as place holder for Infinity"),
            ("source", ""),
        )
    ),
    Difference(
        "place-holders",
        _HOLDERS,
        "body/warnings",
        MISSING,
        [],
        "As above.",
        versions=_OF_26_05,
    ),
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
            ("number", _PLACE_HOLDER, 0.0),
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
