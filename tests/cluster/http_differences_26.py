# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the differences (see differences.py) that speak of HTTP as 26.05 has it, whose parser is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comparison import MISSING, Difference, Rule, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    Places = Mapping[str, object]

_OF_26_05 = range(43, 46)
_JSON = "200 application/json"
_BAD_TARGET = "400 text/plain: Malformed request target"
_NO_METHOD = "405 text/plain: Invalid HTTP method"
_BAD_LENGTH = "Unexpected character or unparsable number in HTTP Content-Length header"
_BAD_ENCODING = "Invalid or unsupported HTTP Content-Encoding header"
_NO_PATH = "404 text/plain: Invalid or unknown URL path"


def _is_of_an_error(value: object, _place: str, here: Places, _there: Places) -> bool:
    answers = [str(said) for place, said in here.items() if place.endswith("answer")]
    return value != 0 and any(said[:1] in ("4", "5") for said in answers)


def _row(
    ident: str, request: str | tuple[str, ...], real: object, ours: object, reason: str, **more: object
) -> Difference:
    """A row about an answer."""
    place = str(more.pop("place", "answer"))
    return Difference(ident, request, place, real, ours, reason, versions=_OF_26_05, **more)  # type: ignore[arg-type]


HTTP_DIFFERENCES_26: tuple[Difference, ...] = (
    # How a process ends
    _row(
        "exit-of-an-error",
        "*",
        Rule("the lowest byte of an error's number", _is_of_an_error),
        Rule("0, or 1 after what is no request", lambda value, *_: value in (0, 1)),
        "Shells read a number above 127 as a signal, and 256 errors share each; the log tells what was answered.",
        place="exit",
    ),
    _row("connect-exit", "CONNECT *", 0, 1, "Ours does not read on behind a tunnel.", place="exit"),
    # What is a request at all
    _row(
        "malformed-request",
        "*",
        matching(
            "405 for what is no method, 500 for what else is no request",
            r"405 text/plain: Invalid HTTP method|500 text/plain: (Unexpected character added or missing in HTTP|"
            r"Incompatible versions of client and server code|Invalid (empty HTTP header|format for URL format)|"
            r"Only HTTP version 1\.1 requests are supported)",
        ),
        matching(
            "400 that says what is wrong", "400 text/plain: (Malformed .*|Folded header fields are not supported)"
        ),
        "RFC 9110 section 15.5.1: the client is wrong, not the server (500), and there is no method to allow (405).",
        place="any:answer",
    ),
    _row(
        "http-version-26.05",
        "* | HTTP/*",
        "500 text/plain: Only HTTP version 1.1 requests are supported",
        "505 text/plain: Only HTTP/1.1 and HTTP/1.0 are supported",
        "RFC 9110 section 15.6.6 has a status for it.",
    ),
    *(
        _row(
            f"refusal-words-{field.lower()}",
            request,
            f"{status} text/plain: {real}",
            matching(f"{status} that names the field", f"{status} text/plain: ({ours})"),
            "One sentence for all releases, which names the field; that of 26.05 about Expect names another one.",
            place="any:answer",
        )
        for field, request, status, real, ours in (
            (
                "Transfer-Encoding",
                "POST * | Transfer-Encoding: *",
                406,
                "Invalid HTTP Tranfser-Encoding header",
                "Transfer-Encoding is not supported",
            ),
            ("Content-Encoding", "* | Content-Encoding: *", 406, _BAD_ENCODING, "Content-Encoding is not supported"),
            ("Expect", "* | Expect: *", 417, _BAD_ENCODING, "Only the expectation 100-continue is supported"),
            ("Content-Length", "GET *Content-Length: *", 400, _BAD_LENGTH, "(Malformed|Repeated) Content-Length"),
        )
    ),
    _row(
        "length-is-a-number-26.05",
        ("* | Content-Length: 99999999999999999999", "* | Content-Length: 18446744073709551616"),
        f"400 text/plain: {_BAD_LENGTH}",
        "413 text/plain: Request body too large",
        "Twenty digits are a number, and too large.",
    ),
    _row(
        "target-26.05",
        "* *\u00fc",
        matching("what the path or the query is to blame for", f"500 text/plain: Unspecified error|{_NO_PATH}"),
        _BAD_TARGET,
        "No URI has such a byte (RFC 3986 section 2), so it is refused before anybody is authenticated.",
        exits=(0, 1),
    ),
    _row(
        "https-target",
        "GET https://*",
        "500 text/plain: TLS missing but required for connection",
        _JSON,
        "RFC 9112 section 3.2.2: a proxy in front that ends TLS may send the URI as it got it.",
    ),
    _row(
        "no-path",
        "GET http://host",
        _NO_PATH,
        matching("404 in the words for a path that is not there", "404 text/plain: Unable to find .*"),
        "RFC 9110 section 4.2.3: an empty path is that of the server itself.",
    ),
    _row(
        "head-has-no-text",
        "HEAD *",
        matching("404 with a sentence", "404 text/plain: .*"),
        "404",
        "RFC 9110 section 9.3.2: a client reads no content behind a HEAD, and takes it for its next answer.",
    ),
    _row(
        "allow-of-no-method",
        tuple(f"{word} /slurm/{{v}}/ping" for word in ("FOO", "get", "Get")),
        MISSING,
        "DELETE, GET, POST",
        "RFC 9110 section 15.5.6: a 405 must say what is allowed.",
        place="header/allow",
    ),
    _row(
        "upgrade-26.05",
        "* | Upgrade: *",
        "406 text/plain: HTTP protocol upgrading is not supported.",
        _JSON,
        "RFC 9110 section 7.8: a server may ignore it, and Java's client asks for h2c with every request.",
    ),
    _row(
        "continue",
        "POST * | Expect: 100-continue | *",
        [],
        [100],
        "RFC 9110 section 10.1.1: a client may wait for it before it sends its body.",
        place="interim",
    ),
    _row(
        "nothing-after-close",
        "* | '<close><request>'",
        _JSON,
        MISSING,
        "RFC 9112 section 9.6: who asks to close has made its last request.",
        place="2:answer",
    ),
    # Who asks, and for what
    _row(
        "unrouted-method-and-nobody-26.05",
        "PROPFIND * | no credentials",
        _NO_METHOD,
        "401 text/plain: Authentication failure",
        "Allow would tell which paths there are; nobody learns that without credentials.",
    ),
    _row(
        "accept-form-26.05",
        "* | Accept: application/x-www-form-urlencoded",
        matching("422, in whichever type", "422 .*"),
        matching("415", "415 text/plain: .*"),
        "No answer can be written as a form, and that is the fault of the type that was asked for.",
    ),
    _row(
        "charset-of-a-query-26.05",
        "GET * | Content-Type: application/json; charset=utf-8 | *",
        "415 text/plain: MIME type is unknown to any loaded plugins",
        _JSON,
        "JSON is UTF-8 anyway (RFC 8259 section 8.1), and many clients say so.",
    ),
    _row(
        "util-answer-members",
        'POST /util/* | *"meta": 1*',
        "422 application/json",
        _JSON,
        "What an answer has beside the hosts is nothing in a request, whatever is in it.",
    ),
    _row(
        "util-too-many-hosts",
        "POST /util/{v}/hostnames *[1-65536]x[1-65536]*",
        _JSON,
        "422 application/json",
        "The real server counts 4,294,967,296 hosts as none; ours has a bound of 4,194,304.",
    ),
)
