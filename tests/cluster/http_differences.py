# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the differences (see differences.py) that speak of HTTP: frames, heads, who asks, bodies, paths and types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cases import WEIGHED
from comparison import MISSING, Difference, Rule, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    Places = Mapping[str, object]

_JSON, _YAML = "200 application/json", "200 application/x-yaml"
_UNKNOWN_PATH = "404 text/plain: Unable find requested URL. Please view /openapi/v3 for API reference."
_UNKNOWN_TYPE = matching(
    "415 in the words of the release",
    "415 text/plain: (Accept content type is unknown|HTTP Accept header content type is unknown or unsupported)",
)
_BAD_TARGET = "400 text/plain: Malformed request target"
_NO_ENTRY = "401 text/plain: Authentication failure"
_BAD_BODY = "400 text/plain: Unable to parse query."
_TOO_LARGE = "413 text/plain: Request body too large"
_ALL = "*"
_UP_TO_38 = range(36, 39)
_UP_TO_39 = range(36, 40)
_UP_TO_42 = range(36, 43)


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


def _not_11(value: object, *_: object) -> bool:
    return value in ("0.9", "1.0", "1.2", "2.0", "9.9")


HTTP_DIFFERENCES: tuple[Difference, ...] = (
    # Every answer
    Difference(
        "date",
        _ALL,
        "any:header/date",
        MISSING,
        matching("the time", r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"),
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
    # Probes
    Difference(
        "probe",
        ("GET /healthz*", "GET //healthz/*", "GET /readyz", "GET /livez"),
        "answer",
        _UNKNOWN_PATH,
        "204",
        "Those who watch servers ask all releases alike; 26.05 has them.",
        versions=_UP_TO_42,
    ),
    # The frame
    Difference(
        "cut-head",
        _ALL,
        "any:oddities",
        Rule("a head without its end, maybe another status line (400)", _cut_head),
        [],
        "What the real HTTP layer refuses it answers with bytes that are no HTTP message.",
        versions=_UP_TO_42,
    ),
    Difference(
        "refusals-say-why",
        _ALL,
        "any:answer",
        matching("the status alone", "4.."),
        Rule("the same status, with a sentence", _same_with_sentence),
        "Whoever wrote the client should see what was wrong.",
        versions=_UP_TO_42,
    ),
    Difference(
        "head-refused",
        "HEAD *",
        "framing",
        "none",
        "length",
        "As above; a HEAD has no body to carry a sentence.",
        versions=_UP_TO_42,
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
        ("GET /slurm/{v}/*job*", "GET /slurmdb/{v}/jobs*", "GET /slurmdb/{v}/instances*"),
        "framing",
        "length",
        "chunked",
        "A listing is written while it is made, in constant memory, so its length is not known beforehand.",
    ),
    Difference(
        "chunked-header",
        ("GET /slurm/{v}/*job*", "GET /slurmdb/{v}/jobs*", "GET /slurmdb/{v}/instances*"),
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
        versions=_UP_TO_42,
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
        versions=_UP_TO_42,
    ),
    Difference(
        "close-and-more",
        "* | '<close><request>'",
        "answer",
        MISSING,
        _JSON,
        "When more bytes follow a request with Connection: close, the real server may die by SIGSEGV, unanswered.",
        wavers=True,
        versions=_UP_TO_42,
    ),
    Difference(
        "close-and-more-exit",
        "* | '<close><request>'",
        "exit",
        -11,
        0,
        "As above.",
        wavers=True,
        versions=_UP_TO_42,
    ),
    # What is a request at all
    Difference(
        "http-version",
        "* | HTTP/*",
        "answer",
        "400",
        "505 text/plain: Only HTTP/1.1 and HTTP/1.0 are supported",
        "RFC 9110 section 15.6.6 has a status for it.",
        versions=_UP_TO_42,
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
        matching("400 with a sentence of the router", "400 text/plain: Unable to parse (URL path|query)\\."),
        _BAD_TARGET,
        "No URI has such a byte (RFC 3986 section 2), so it is refused before anybody is authenticated.",
        exits=(0, 1),
        versions=_UP_TO_42,
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
        versions=_UP_TO_42,
    ),
    Difference(
        "length-is-a-number",
        ("* | Content-Length: 99999999999999999999", "* | Content-Length: 18446744073709551616"),
        "answer",
        "400",
        _TOO_LARGE,
        "Twenty digits are a number, and too large.",
        versions=_UP_TO_42,
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
        versions=_UP_TO_42,
    ),
    Difference(
        "unrouted-method-and-nobody",
        "PROPFIND * | no credentials",
        "answer",
        "405",
        _NO_ENTRY,
        "Allow would tell which paths there are; nobody learns that without credentials.",
        versions=_UP_TO_42,
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
        "short-path-of-a-job-36",
        "GET /slurm/{v}/job/",
        "answer",
        "500 application/json",
        _UNKNOWN_PATH,
        "See short-path-of-one.",
        versions=range(36, 37),
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
        matching("JobId=7, JobId=9223372036854775807", "Unable to find JobId=(7|9223372036854775807)"),
        matching("the id as it was asked for", "Unable to find JobId=(007|99999999999999999999)"),
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
        versions=_UP_TO_42,
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
)
