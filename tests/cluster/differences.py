# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers differ from slurmrestd's on purpose, each place with both values and the reason.

The comparison (test_comparison.py) fails on any difference that is not here and on any row that no request needed.
`python tests/cluster/differences.py` prints the page DIFFERENCES.md. Whatever is said of "the same connection" or
"half a request" is in tests/http and tests/process: here both get whole requests.
"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))

from cases import ODD_NAME, WEIGHED
from comparison import MISSING, Difference, Rule, same
from modern_differences import MODERN_DIFFERENCES
from write_differences import ACCEPTED, LIES, OTHERWISE, UNDONE, WRITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Places = Mapping[str, object]

_JSON, _YAML = "200 application/json", "200 application/x-yaml"
_UNKNOWN_PATH = "404 text/plain: Unable find requested URL. Please view /openapi/v3 for API reference."
_UNKNOWN_TYPE = "415 text/plain: Accept content type is unknown"
_BAD_TARGET = "400 text/plain: Malformed request target"
_NO_ENTRY = "401 text/plain: Authentication failure"
_BAD_BODY = "400 text/plain: Unable to parse query."
_TOO_LARGE = "413 text/plain: Request body too large"


def _matches(text: str, pattern: str) -> Rule:
    return Rule(text, lambda value, *_: bool(re.fullmatch(pattern, str(value))))


def _cache_control(value: object, place: str, here: Places, _there: Places) -> bool:
    status = int(str(here[place.replace("header/cache-control", "answer")])[:3])
    return value == ("no-store" if status >= 400 else "private, no-cache")


def _same_with_sentence(value: object, place: str, _here: Places, there: Places) -> bool:
    return str(value).startswith(f"{there[place]} text/plain: ")


def _cut_head(value: object, *_: object) -> bool:
    return (
        isinstance(value, list)
        and value[0] == "head without end"
        and all(re.fullmatch(r"then 1\.1 400", more) for more in value[1:])
    )


def _preferred(accept: str) -> str:
    """The first of the heaviest types of an Accept header, as an answer (RFC 9110 section 12.5.1)."""
    weights: dict[str, float] = {}
    for entry in accept.split(","):
        name, _, weight = entry.strip().partition(";q=")
        weights[name.replace("*/*", "application/json")] = float(weight or 1)
    return f"200 {max(weights, key=weights.__getitem__)}"


def _challenge(value: object, place: str, here: Places, _there: Places) -> bool:
    status = str(here[place.replace("header/www-authenticate", "answer")])[:3]
    return value == 'Bearer realm="slurm"' and status == "401"


def _on_a_405(methods: str) -> Rule:
    """What Allow says, if the answer beside it is a 405."""
    return Rule(
        f"{methods}, on a 405", lambda value, _, here, __: value == methods and str(here["answer"])[:3] == "405"
    )


def _is_rounded(value: object, number: object) -> bool:
    return isinstance(value, float) and isinstance(number, float) and value == round(number, 6)


def _is_backup(value: object, place: str, *_: object) -> bool:
    backup = {"hostname": "other", "ping": "UP", "status": 0, "mode": "backup"}
    return value == backup.get(place.rpartition("/")[2], MISSING)


def _sum(value: object, more: int) -> object:
    return value + more if isinstance(value, int) else MISSING


def _beside(place: str, name: str) -> str:
    """The place of another member of the same record."""
    return place.rpartition("/")[0] + "/" + name


_JOBS = "GET /slurm/{v}/*job*"
_PARTITIONS = "GET /slurm/{v}/partition*"
_UP_TO_38 = range(36, 39)
_UP_TO_39 = range(36, 40)
_UP_TO_37 = range(36, 38)
_CORE_SPEC_THREAD = 0x8000
_NUMBER = Rule("a number", lambda value, *_: isinstance(value, int) and not isinstance(value, bool))


def _not_11(value: object, *_: object) -> bool:
    return value in ("0.9", "1.0", "1.2", "2.0", "9.9")


def _is_partition_of(name: str, value: object, place: str, here: Places) -> bool:
    """Whether scontrol has this at this place of the list of a node's partitions: of all, or of those not hidden."""
    shown = [one for key, one in here.items() if key.startswith("body/nodes/0/partitions/")]
    known = [one for one, hidden in PARTITIONS.get(name, ()) if not hidden or one in shown]
    index = int(place.rpartition("/")[2])
    return value == (known[index] if index < len(known) else MISSING)


def _own_partition(value: object, place: str, here: Places, _there: Places) -> bool:
    return _is_partition_of(str(here["body/nodes/0/name"]), value, place, here)


def _first_partition(value: object, place: str, here: Places, _there: Places) -> bool:
    return _is_partition_of(next(iter(PARTITIONS)), value, place, here)


def _unasked(path: str) -> tuple[str, ...]:
    """Requests that slurmctld gets no chance to answer (see cases.Case.setting)."""
    return tuple(f"GET /slurm/{{v}}/{path} | {setting}" for setting in ("down", "silent"))


def _path(place: str, here: Places) -> str:
    """A place of a partition or of the statistics as a key of IN_38."""
    _, key, *rest = place.split("/")
    if key == "statistics":
        return "/".join((key, *rest))
    return "/".join((key, str(here[f"body/{key}/{rest[0]}/name"]), *rest[1:]))


def _as_in_38(value: object, place: str, here: Places, _there: Places) -> bool:
    return same(value, IN_38.get(_path(place, here), MISSING))


def _time_in_38(value: object, place: str, here: Places, _there: Places) -> bool:
    wanted = IN_38.get(_path(place, here), MISSING)
    return same(value, -1 if wanted == 2**32 - 1 else wanted)  # see default-time-unlimited


def _other_in_38(name: str, more: int = 0) -> Rule:
    """What the real server has in v0.0.38 for another member of the record, changed by so much."""

    def holds(value: object, place: str, here: Places, _there: Places) -> bool:
        wanted = IN_38.get(_beside(_path(place, here), name))
        return isinstance(wanted, int) and value == wanted + more

    return Rule(f"{name} of v0.0.38" + (f" less {-more}" if more else ""), holds)


def _memory_by(other: str) -> Rule:
    """0, where v0.0.38 knows another limit instead."""

    def holds(value: object, place: str, here: Places, _there: Places) -> bool:
        return value == 0 and isinstance(IN_38.get(_beside(_path(place, here), other)), int)

    return Rule(f"0, as there is {other} in v0.0.38", holds)


def _cpus_of_tres(value: object, place: str, _here: Places, there: Places) -> bool:
    requested = there.get(_beside(place, "tres_req_str"))
    return f"cpu={value}," in f"{requested}," if requested else value == 0


_SENTENCES = {
    1800: "Unable to contact slurm controller (connect failure)",
    5004: "Socket timed out on send/recv operation",
}


def _sentence(value: object, place: str, here: Places, _there: Places) -> bool:
    return value == _SENTENCES.get(here[_beside(place, "errno")])  # type: ignore[call-overload]


def _no_sentence(value: object, place: str, here: Places, _there: Places) -> bool:
    said = "_op_handler_ping: slurmctld config is unable to load: Unknown error"
    return value == f"{said} {here[_beside(place, 'errno')]}"


_IN_38 = Rule("as the real server has it in v0.0.38", _as_in_38)

IN_38: dict[str, object] = {}
"""What the real server has in v0.0.38: partitions/<name>/<member> and statistics/<member>; conftest.py asks."""

PARTITIONS: dict[str, tuple[tuple[str, bool], ...]] = {}
"""The partitions of each node, nodes and partitions in slurmctld's order, as scontrol tells them: conftest.py asks."""

_ALL = "*"

DIFFERENCES: tuple[Difference, ...] = (
    # Every answer
    Difference(
        "date",
        _ALL,
        "any:header/date",
        MISSING,
        _matches("the time", r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"),
        "RFC 9110 section 6.6.1: a server with a clock sends Date.",
    ),
    Difference(
        "cache-control",
        _ALL,
        "any:header/cache-control",
        MISSING,
        Rule("no-store on errors, else private, no-cache", _cache_control),
        "An answer belongs to one user, and a cache cannot know that from the token's header (RFC 9111 section 3.5).",
    ),
    # The frame
    Difference(
        "cut-head",
        _ALL,
        "any:oddities",
        Rule("a head without its end, maybe another status line (400)", _cut_head),
        [],
        "What the real HTTP layer refuses it answers with bytes that are no HTTP message.",
    ),
    Difference(
        "refusals-say-why",
        _ALL,
        "any:answer",
        _matches("the status alone", "4.."),
        Rule("the same status, with a sentence", _same_with_sentence),
        "Whoever wrote the client should see what was wrong.",
    ),
    Difference(
        "head-refused", "HEAD *", "framing", "none", "length", "As above; a HEAD has no body to carry a sentence."
    ),
    Difference(
        "stray-close",
        "*",
        "oddities",
        ["stray 'Connection: Close\\r\\n'"],
        [],
        "The real server writes the header behind the body, outside of the message.",
    ),
    Difference(
        "close-is-said",
        ("* | HTTP/1.0*", "* | Connection: close", "* | Connection: Close", "* | '<close><request>'"),
        "header/connection",
        MISSING,
        "close",
        "In the head, where it belongs; see stray-close.",
    ),
    Difference(
        "allow",
        tuple(f"* /slurm/{{v}}/{path}" for path in ("ping*", "diag", "*s", "node/*", "partition/*")),
        "header/allow",
        MISSING,
        _on_a_405("GET"),
        "RFC 9110 section 15.5.6: a 405 must say what is allowed.",
    ),
    Difference(
        "allow-of-submit",
        "GET /slurm/{v}/job/submit",
        "header/allow",
        MISSING,
        _on_a_405("POST"),
        "As above.",
        versions=_UP_TO_39,
    ),
    Difference(
        "challenge",
        _ALL,
        "any:header/www-authenticate",
        MISSING,
        Rule("a challenge, on a 401", _challenge),
        "RFC 9110 section 15.5.2: a 401 must say what would be accepted.",
    ),
    Difference(
        "allow-of-a-job",
        "* /slurm/{v}/job/1",
        "header/allow",
        MISSING,
        _on_a_405("DELETE, GET, POST"),
        "As above.",
        versions=_UP_TO_39,
    ),
    Difference(
        "own-version",
        _ALL,
        "any:version",
        Rule("the client's, or 0.9 for what does not parse", _not_11),
        "1.1",
        "RFC 9110 section 6.2: a server names the version it conforms to.",
    ),
    Difference(
        "chunked",
        "GET /slurm/{v}/*job*",
        "framing",
        "length",
        "chunked",
        "A listing is written while it is made, in constant memory, so its length is not known beforehand.",
    ),
    Difference(
        "chunked-header",
        "GET /slurm/{v}/*job*",
        "header/transfer-encoding",
        MISSING,
        Rule("chunked, as the body is", lambda value, _, here, __: value == here["framing"] == "chunked"),
        "As above.",
    ),
    Difference(
        "continue-without-body",
        "* | Expect: 100-*",
        "interim",
        [100],
        [],
        "RFC 9110 section 10.1.1: there is nothing to continue with.",
    ),
    Difference(
        "nothing-after-an-error",
        ("* | '<nowhere>*'", "GET /slurm/{v}/job/999999 | '<request><request>'", "POST /slurm/{v}/ping | b'{}'"),
        "2:answer",
        "400",
        MISSING,
        "RFC 9112 section 9.6: the answer before has said that it is the last one. Whether more came in time does not "
        "decide how the process ends.",
        exits=(1, 0),
    ),
    Difference(
        "close-and-more",
        "* | '<close><request>'",
        "answer",
        MISSING,
        _JSON,
        "When more bytes follow a request with Connection: close, the real server may die by SIGSEGV, unanswered.",
        wavers=True,
    ),
    Difference("close-and-more-exit", "* | '<close><request>'", "exit", -11, 0, "As above.", wavers=True),
    # What is a request at all
    Difference(
        "http-version",
        "* | HTTP/*",
        "answer",
        "400",
        "505 text/plain: Only HTTP/1.1 and HTTP/1.0 are supported",
        "RFC 9110 section 15.6.6 has a status for it.",
    ),
    Difference(
        "fragment",
        "* *#*",
        "answer",
        _JSON,
        _BAD_TARGET,
        "A fragment is never sent (RFC 9112 section 3.2); two readers may cut it differently.",
        exits=(0, 1),
    ),
    Difference(
        "target",
        "* *\u00fc",
        "answer",
        _matches("400 with a sentence of the router", "400 text/plain: Unable to parse (URL path|query)\\."),
        _BAD_TARGET,
        "No URI has such a byte (RFC 3986 section 2), so it is refused before anybody is authenticated.",
        exits=(0, 1),
    ),
    Difference(
        "host-repeated",
        "* | Host: * | Host: *",
        "answer",
        _JSON,
        "400 text/plain: Repeated Host",
        "RFC 9112 section 3.2: must be refused.",
        exits=(0, 1),
    ),
    Difference(
        "host-malformed",
        ("* | Host:", "* | Host: a b"),
        "answer",
        _JSON,
        "400 text/plain: Malformed Host",
        "RFC 9112 section 3.2: must be refused.",
        exits=(0, 1),
    ),
    Difference(
        "blank-before-colon",
        "* | X-A : b",
        "answer",
        _JSON,
        "400 text/plain: Malformed header field",
        "RFC 9112 section 5.1: must be refused.",
        exits=(0, 1),
    ),
    Difference(
        "header-count",
        "* | X-0: a | * | X-99: a",
        "answer",
        _JSON,
        "431 text/plain: Too many header fields",
        "A bound on the work for one request; SLURMREST_INET_HEADER_COUNT raises it.",
        exits=(0, 1),
    ),
    Difference(
        "keep-alive-field",
        "* | Keep-Alive: *",
        "answer",
        "400",
        _JSON,
        "Clients send `timeout=5`; nothing depends on it.",
        exits=(1, 0),
    ),
    Difference(
        "length-is-a-number",
        ("* | Content-Length: 99999999999999999999", "* | Content-Length: 18446744073709551616"),
        "answer",
        "400",
        _TOO_LARGE,
        "Twenty digits are a number, and too large.",
    ),
    Difference(
        "length-over-limit",
        "POST * | Content-Length: 52428801 | *",
        "answer",
        MISSING,
        _TOO_LARGE,
        "The real server waits for the bytes before it says so.",
        exits=(0, 1),
    ),
    Difference(
        "upgrade",
        "* | Connection: Upgrade* | Upgrade: *",
        "answer",
        "405",
        _JSON,
        "RFC 9110 section 7.8: a server may ignore it, and Java's client asks for h2c with every request.",
    ),
    Difference(
        "unrouted-method-and-nobody",
        "PROPFIND * | no credentials",
        "answer",
        "405",
        _NO_ENTRY,
        "Allow would tell which paths there are; nobody learns that without credentials.",
    ),
    # Who asks
    Difference(
        "scheme-in-any-letters",
        "* | Authorization: bearer {alice}",
        "answer",
        _NO_ENTRY,
        _JSON,
        "RFC 9110 section 11.1: the name of a scheme has no letter case.",
    ),
    Difference(
        "credentials-twice",
        ("* {alice} | X-SLURM-USER-NAME: bob", "* {alice} | X-SLURM-USER-TOKEN: x.y.z"),
        "answer",
        _JSON,
        _NO_ENTRY,
        "Of two headers a proxy may have set one and its client the other; the real server takes the first.",
    ),
    Difference(
        "credentials-twice-the-wrong-first",
        ("* | X-SLURM-USER-NAME: bob | X-SLURM-USER-NAME: alice | *", "* | X-SLURM-USER-TOKEN: x.y.z | *{alice}"),
        "answer",
        "500 application/json",
        _NO_ENTRY,
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "credentials-twice-the-wrong-first-modern",
        ("* | X-SLURM-USER-NAME: bob | X-SLURM-USER-NAME: alice | *", "* | X-SLURM-USER-TOKEN: x.y.z | *{alice}"),
        "answer",
        _JSON,
        _NO_ENTRY,
        "As above; a ping of these releases asks slurmctld nothing that needs a token.",
        versions=range(40, 46),
    ),
    Difference(
        "token-alone",
        (
            "* | X-SLURM-USER-TOKEN: {alice}",
            "* | Authorization: Bearer {alice}",
            "* | Authorization: Bearer {alice} | X-SLURM-USER-NAME: alice",
        ),
        "answer",
        _NO_ENTRY,
        _JSON,
        "Taken by every release since 23.02.",
        versions=_UP_TO_38,
    ),
    Difference(
        "token-and-authorization",
        "* | X-SLURM-USER-TOKEN: {alice} | Authorization: *",
        "answer",
        _JSON,
        _NO_ENTRY,
        "Two identities in one request; refused by every release since 23.02.",
        versions=_UP_TO_38,
    ),
    # Bodies
    Difference(
        "content-type-charset",
        "POST */job/999999 | Content-Type: application/json; charset=utf-8 | *",
        "answer",
        _BAD_BODY,
        "500 application/json",
        "Many clients say so, and JSON is UTF-8 anyway (RFC 8259 section 8.1).",
        versions=_UP_TO_38,
    ),
    Difference(
        "json-behind",
        'POST * | b\'{"name":"x"}*\'',
        "answer",
        "500 application/json",
        _BAD_BODY,
        "The real server reads one value and not the bytes behind it: two things were said.",
        versions=_UP_TO_38,
    ),
    Difference(
        "json-no-number",
        tuple(
            f"POST * | b'{{\"nice\":{number}}}'" for number in ("1e", "1.5e+", "NaN", "Infinity", "-Infinity", "1e999")
        ),
        "answer",
        "500 application/json",
        _BAD_BODY,
        "The real server cuts a number at its letter, and makes something of what no member can be.",
        versions=_UP_TO_38,
    ),
    Difference(
        "json-no-text",
        ("POST * | *ud800*", "POST * | *u0000*", "POST * | *xff*"),
        "answer",
        "500 application/json",
        _BAD_BODY,
        "Half a surrogate pair, a NUL and a byte that is no UTF-8 (RFC 8259 section 8) become another text there.",
        versions=_UP_TO_38,
    ),
    # What is wanted
    Difference(
        "short-path",
        ("GET /slurm", "GET /slurm/", "GET /slurm/{v}", "GET /slurm/{v}/"),
        "answer",
        _JSON,
        _UNKNOWN_PATH,
        "22.05 takes the first longer path that it knows (diag); corrected in 23.11.",
        versions=_UP_TO_39,
    ),
    Difference(
        "short-path-of-one",
        ("GET /slurm/{v}/node/", "GET /slurm/{v}/partition/", "GET /slurm/{v}/reservation/"),
        "answer",
        "500 application/json",
        _UNKNOWN_PATH,
        "As above: a name that is not there is not looked up.",
        versions=_UP_TO_39,
    ),
    Difference(
        "short-path-of-a-job",
        "GET /slurm/{v}/job/",
        "answer",
        "405 text/plain: Requested REST method is not defined at URL. Please view /openapi/v3 for API reference.",
        _UNKNOWN_PATH,
        "As above, with the longer path job/submit.",
        versions=_UP_TO_39,
    ),
    Difference(
        "path-typed",
        "GET /slurm/{v}/job/1.5",
        "answer",
        _JSON,
        "400 application/json",
        "The real server makes a number of it, rounds it to 2 and answers for job 2.",
        versions=range(36, 39),
    ),
    Difference(
        "path-typed-in-text",
        ("GET /slurm/{v}/job/007", "GET /slurm/{v}/job/99999999999999999999"),
        "body/errors/0/description",
        _matches("JobId=7, JobId=9223372036854775807", "Unable to find JobId=(7|9223372036854775807)"),
        _matches("the id as it was asked for", "Unable to find JobId=(007|99999999999999999999)"),
        "As above.",
        versions=range(36, 39),
    ),
    Difference(
        "accept-form",
        "* | Accept: application/x-www-form-urlencoded",
        "answer",
        "500",
        _UNKNOWN_TYPE,
        "No answer can be written as a form.",
    ),
    Difference(
        "accept-zero",
        "* | Accept: application/json;q=0",
        "answer",
        _JSON,
        _UNKNOWN_TYPE,
        "RFC 9110 section 12.4.2: a weight of 0 is a refusal.",
    ),
    Difference("accept-crash", "* | Accept: ;", "answer", MISSING, _UNKNOWN_TYPE, "The real server dies by SIGSEGV."),
    Difference("accept-crash-exit", "* | Accept: ;", "exit", -11, 0, "As above."),
    Difference(
        "accept-lines",
        "* | Accept: application/x-yaml | Accept: application/json",
        "answer",
        _JSON,
        _YAML,
        "RFC 9110 section 5.3: two lines are one list; the real server reads the last one only.",
    ),
    *(
        Difference(
            f"accept-weights-{number}",
            f"* | Accept: {accept}",
            "answer",
            Rule("JSON or YAML by chance", lambda value, *_: value in (_JSON, _YAML)),
            _preferred(accept),
            "RFC 9110 section 12.5.1: the highest weight is preferred, the first of equals.",
            wavers=True,
        )
        for number, accept in enumerate(WEIGHED, 1)
    ),
    # Values
    Difference(
        "own-controllers",
        "GET /slurm/{v}/ping | backup",
        "body/pings/1/*",
        MISSING,
        Rule("the second slurmctld of this host's slurm.conf", _is_backup),
        "Both ping what slurm.conf of this host names; the real server has slurmctld count them, for another call.",
        _UP_TO_38,
    ),
    Difference(
        "yaml-decimals",
        "* | Accept: *yaml",
        "body/**",
        Rule("the number, cut to six decimals", lambda value, place, _, there: _is_rounded(value, there.get(place))),
        Rule("the number", lambda value, *_: isinstance(value, float)),
        "The same number as in JSON, where the real server writes all of its digits.",
    ),
    Difference(
        "cpus",
        _JOBS,
        "body/jobs/*/cpus",
        Rule(
            "null, as tasks is",
            lambda value, place, here, _: value is None is here.get(_beside(place, "tasks"), MISSING),
        ),
        Rule("the CPUs of tres_req_str, 0 without any", _cpus_of_tres),
        "The real server looks whether a wrong member is set.",
        versions=_UP_TO_38,
    ),
    Difference(
        "cpu-frequency-key",
        _JOBS,
        "body/jobs/*/cpu_frequency_minumum",
        _NUMBER,
        MISSING,
        "The real server misspells the key when the value is set, not when it is null.",
        versions=_UP_TO_38,
    ),
    Difference(
        "cpu-frequency",
        _JOBS,
        "body/jobs/*/cpu_frequency_minimum",
        MISSING,
        Rule(
            "the same number",
            lambda value, place, _, there: value == there.get(_beside(place, "cpu_frequency_minumum")),
        ),
        "As above; the documented key.",
        versions=_UP_TO_38,
    ),
    Difference(
        "core-spec",
        _JOBS,
        "body/jobs/*/core_spec",
        None,
        Rule("the number", lambda value, place, _, there: value == there.get(_beside(place, "thread_spec"))),
        "The real server swaps cores and threads.",
        versions=_UP_TO_38,
    ),
    Difference("core-spec-swapped", _JOBS, "body/jobs/*/thread_spec", _NUMBER, None, "As above.", versions=_UP_TO_38),
    Difference(
        "thread-spec",
        _JOBS,
        "body/jobs/*/thread_spec",
        None,
        Rule(
            "the number",
            lambda value, place, _, there: _sum(value, _CORE_SPEC_THREAD) == there.get(_beside(place, "core_spec")),
        ),
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "thread-spec-swapped",
        _JOBS,
        "body/jobs/*/core_spec",
        Rule(
            "the number and the bit CORE_SPEC_THREAD",
            lambda value, *_: isinstance(value, int) and bool(value & _CORE_SPEC_THREAD),
        ),
        None,
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "nice",
        _JOBS,
        "body/jobs/*/nice",
        Rule("the number plus 2 to the 32nd", lambda value, place, _, there: value == _sum(there.get(place), 2**32)),
        Rule("a number below 0", lambda value, *_: isinstance(value, int) and value < 0),
        "The real server loses the sign.",
        versions=_UP_TO_38,
    ),
    Difference(
        "default-time-unlimited",
        _PARTITIONS,
        "body/partitions/*/default_time_limit",
        2**32 - 1,
        -1,
        "The real server tests for infinity and then writes the number all the same.",
        versions=range(38, 39),
    ),
    Difference(
        "rpc-name",
        "GET /slurm/{v}/diag*",
        "body/statistics/rpcs_by_message_type/*/message_type",
        "REQUEST_SET_FS_DAMPENING_FACTOR,",
        "REQUEST_SET_FS_DAMPENING_FACTOR",
        "A comma slipped into the real name.",
        versions=_UP_TO_38,
    ),
    Difference(
        "no-utf-8",
        _JOBS,
        "body/jobs/0/name",
        ODD_NAME,
        ODD_NAME.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "JSON is UTF-8 (RFC 8259 section 8.1): each byte that is not becomes U+FFFD.",
    ),
    Difference(
        "no-utf-8-in-yaml",
        _JOBS + " | Accept: application/x-yaml",
        "answer",
        "500",
        _YAML,
        "As above; in YAML one such byte costs the real server the whole answer.",
    ),
    Difference(
        "partitions-of-a-node",
        "GET /slurm/{v}/node/*",
        "body/nodes/0/partitions/*",
        Rule("a partition of the first node of all", _first_partition),
        Rule("a partition of this node, by scontrol", _own_partition),
        "The real server gives every node that is asked for alone the partitions of the first one; in the list each "
        "has its own.",
        versions=(37, 38, 40, 41, 42),
    ),
    # Values that 22.05 corrected in v0.0.38 and left as they were in what came before
    Difference(
        "preemption-unset",
        _PARTITIONS,
        "body/partitions/*/preemption_mode/0",
        "requeue",
        Rule(
            "disabled, as in v0.0.38",
            lambda value, place, here, there: value == "disabled" and _as_in_38(value, place, here, there),
        ),
        "Unset is no set of bits; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "preemption-unset-more",
        _PARTITIONS,
        "body/partitions/*/preemption_mode/1",
        "gang_schedule",
        Rule(
            "nothing, as in v0.0.38",
            lambda value, place, _, there: value is MISSING is IN_38.get(_path(place, there), MISSING),
        ),
        "As above.",
        versions=_UP_TO_37,
    ),
    Difference(
        "default-time",
        _PARTITIONS,
        "body/partitions/*/default_time_limit",
        Rule(
            "the memory per CPU",
            lambda value, place, here, _: value == here.get(_beside(place, "default_memory_per_cpu")),
        ),
        Rule("as the real server has it in v0.0.38, -1 without a limit", _time_in_38),
        "The real server writes another member; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-cpu",
        _PARTITIONS,
        "body/partitions/*/default_memory_per_cpu",
        _other_in_38("default_memory_per_cpu", -(2**63)),
        _IN_38,
        "The real server writes the bit which says that the number is per CPU; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-node-as-per-cpu",
        _PARTITIONS,
        "body/partitions/*/default_memory_per_cpu",
        _other_in_38("default_memory_per_node"),
        _memory_by("default_memory_per_node"),
        "The real server writes the memory per node here; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-cpu-as-per-node",
        _PARTITIONS,
        "body/partitions/*/maximum_memory_per_node",
        _other_in_38("maximum_memory_per_cpu", -(2**63)),
        _memory_by("maximum_memory_per_cpu"),
        "The other way round; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "job-flags-blank",
        _JOBS,
        "body/jobs/*/flags/*",
        "JOB_CPUS_SET ",
        "JOB_CPUS_SET",
        "The real server writes a blank behind the name; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "queue-length",
        "GET /slurm/{v}/diag*",
        "body/statistics/bf_queue_len_mean",
        _other_in_38("bf_table_size_mean"),
        _IN_38,
        "The real server divides the size of another table; as in v0.0.38.",
        versions=range(36, 37),
    ),
    Difference(
        "descriptors",
        "GET /slurm/{v}/job/*",
        "body/errors/0/error",
        Rule(
            "the sentence with [fd:0->fd:1] in it",
            lambda value, place, _, there: str(value).replace("[fd:0->fd:1] ", "") == there.get(place) != value,
        ),
        _matches("the sentence", "_op_handler_job: .*"),
        "The names of the server's descriptors are nobody's business.",
        versions=range(36, 37),
    ),
    Difference(
        "ping-error",
        _unasked("ping"),
        "body/errors/0/error",
        Rule("a function, and the number beside without its sentence", _no_sentence),
        Rule("the sentence of the number beside", _sentence),
        "As above: the name of a function helps nobody.",
        versions=range(36, 37),
    ),
    Difference(
        "ping-error-again",
        _unasked("ping"),
        "body/errors/1/error",
        "_op_handler_ping: slurmctld config is missing",
        MISSING,
        "The same error for a second time.",
        versions=range(36, 37),
    ),
    Difference(
        "node-errno",
        _unasked("node*"),
        "body/errors/0/errno",
        2018,
        -1,
        "Where slurmctld cannot be asked, the real server says that the node's name is wrong; as in v0.0.38.",
        versions=range(36, 37),
    ),
    Difference(
        "node-error",
        _unasked("node*"),
        "body/errors/0/error",
        "Invalid node name specified",
        "Unspecified error",
        "As above.",
        versions=range(36, 37),
    ),
    Difference(
        "partition-errno",
        _unasked("partition*"),
        "body/errors/0/errno",
        2000,
        -1,
        "Where slurmctld cannot be asked, the real server says that the partition's name is wrong; as in v0.0.38.",
        versions=range(36, 37),
    ),
    Difference(
        "partition-error",
        _unasked("partition*"),
        "body/errors/0/error",
        "Invalid partition name specified",
        "Unspecified error",
        "As above.",
        versions=range(36, 37),
    ),
    Difference(
        "short-path-of-a-job-36",
        "GET /slurm/{v}/job/",
        "answer",
        "500 application/json",
        _UNKNOWN_PATH,
        "See short-path-of-one.",
        versions=range(36, 37),
    ),
    *MODERN_DIFFERENCES,
)

READS: dict[str, str] = {
    "partition-changed": "slurmrestd answers 304 about nodes although their partitions have changed",
    "node-changed": "slurmrestd answers 500 about nodes that have changed while no partition has",
    "federated-job": "slurmrestd finds no job at all with a token when its cluster is in a federation",
}
"""What test_update_time.py and test_federation.py show, which the comparison on a still cluster cannot."""


_HEAD = """\
# Differences from slurmrestd

The tests send the same requests to the real slurmrestd and to this program on the same cluster and compare status,
headers and body. These are all the differences that are allowed; a row that no request shows fails the tests, too. In a
request an asterisk matches anything; in a place it ends at a slash, two do not, and "any:" means whichever answer of
the connection. "As above" speaks of the row above.

This page is made by `{command}` from `tests/cluster/differences.py`.

| name | API versions | request | place | slurmrestd | ours | reason |
|---|---|---|---|---|---|---|
"""
_READS = """
## Reads on a cluster that changes, or that is in a federation

`tests/cluster/test_update_time.py` and `tests/cluster/test_federation.py` show them.

"""
_WRITES = """
## Writes

Each with the values of both sides in `tests/cluster/write_cases.py`, up to v0.0.38:

"""
_RECORDED = """
Of v0.0.39 the recordings below `tests/facts/` tell what slurmrestd says; the exchanges have names there. Of what it
died of, ours has an answer. Where it said 200 and did nothing, or told of an error and went on, ours refuses, but for
the last of these:

"""
_OTHERWISE = """
Bodies that are read otherwise:

"""
_LIES = """
From v0.0.40 on, as `tests/cluster/modern_write_cases.py` and `tests/cluster/test_writes_modern.py` show them:

"""
COMMAND = "python tests/cluster/differences.py > tests/cluster/DIFFERENCES.md"


def _code(text: str) -> str:
    """`text` as it is, in a cell of a table: asterisks and angle brackets mean something in Markdown."""
    return f"`{text}`".replace("|", "\\|")


def _value(value: object) -> str:
    return repr(value) if value is MISSING or isinstance(value, Rule) else _code(repr(value))


def _exit(status: int | None) -> str:
    return "" if status is None else f", exit status {status}"


def _versions(versions: Sequence[int]) -> str:
    if versions == Difference._field_defaults["versions"]:
        return "all"
    parts: list[list[int]] = []
    for one in versions:
        if parts and one == parts[-1][1] + 1:
            parts[-1][1] = one
        else:
            parts.append([one, one])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def page() -> str:
    """The text of DIFFERENCES.md."""
    lines = []
    for row in DIFFERENCES:
        requests = (row.request,) if isinstance(row.request, str) else row.request
        cells = (
            _code(row.ident),
            _versions(row.versions) + "".join(f" on {one // 100}.{one % 100:02d}" for one in row.releases),
            "<br>".join(map(_code, requests)),
            _code(row.place),
            *(_value(value) + _exit(status) for value, status in zip((row.real, row.ours), row.exits or (None, None))),
            row.reason.replace("|", "\\|"),
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    reads, writes = ([f"- `{key}`: {reason}\n" for key, reason in known.items()] for known in (READS, WRITES))
    lies = [f"- `{key}` ({_versions(lie.versions)}): {lie.reason}\n" for key, lie in LIES.items()]
    undone = [f"- {names}: {reason}\n" for reason, names in _by_reason([*UNDONE.items(), *ACCEPTED.items()])]
    otherwise = [f"- `{name}`: {reason}\n" for name, (_, reason) in OTHERWISE.items()]
    recorded = (_RECORDED, *undone, _OTHERWISE, *otherwise)
    return "".join((_HEAD.format(command=COMMAND), *lines, _READS, *reads, _WRITES, *writes, *recorded, _LIES, *lies))


def _by_reason(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for name, reason in named:
        found.setdefault(reason, []).append(f"`{name}`")
    return [(reason, ", ".join(names)) for reason, names in found.items()]


if __name__ == "__main__":
    sys.stdout.write(page())
