# SPDX-License-Identifier: GPL-2.0-or-later
"""The requests that both servers are asked: one line each. Those that only v0.0.40 and later have: modern_cases.py.

`{v}` in a target is the API version; `{job}`, `{node}`, `{partition}` and `{reservation}` stand for each one that the
lab has. `{alice}` and such in a header are tokens. In which API versions a case is asked depends on the release of the
lab, see homes.py.
"""

from __future__ import annotations

from typing import NamedTuple

EVERY = range(36, 46)
OLD, MODERN = range(36, 39), range(40, 46)

ALICE = ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: {alice}")
NOBODY: tuple[str, ...] = ()


class Case(NamedTuple):
    """One request. `credentials` and `headers` are header lines. `raw` is what a connection gets instead of the request
    alone: <request> is that request, <lf> the same with bare line feeds, <nowhere> one of an unknown path, <close> one
    that asks to close.

    setting: "token" (rest_auth/jwt), "local" (rest_auth/local on a pipe of one's own), "foreign" (the same on a pipe of
    somebody else), "unmunged" (local, but munged is not there), "down" (tokens, but slurmctld's port refuses), "silent"
    (tokens, but slurmctld never answers), "backup" (tokens, and slurm.conf of this host names a second slurmctld),
    "dbd-down" (tokens, but slurmdbd's port refuses).

    versions: the API versions that it is meant for. each: it is asked in each of those that the lab's release is the
    home of; otherwise in the newest one, for what the parts in front of an operation do does not depend on it.
    by_dialect: in the newest of those that have one dialect.
    """

    name: str
    target: str
    method: str = "GET"
    headers: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ALICE
    body: bytes = b""
    http: str = "HTTP/1.1"
    raw: str | None = None
    versions: range = EVERY
    each: bool = False
    by_dialect: bool = False
    setting: str = "token"

    def describe(self, target: str) -> str:
        """What is special about the request, for reports and for the rows of differences.py."""
        parts = [f"{self.method} {target}"]
        parts += [self.http or "no protocol"] if self.http != "HTTP/1.1" else []
        parts += (self.credentials or ["no credentials"]) if self.credentials != ALICE else []
        parts += self.headers
        parts += [repr(self.body)] if self.body else []
        parts += [repr(self.raw)] if self.raw is not None else []
        parts += [self.setting] if self.setting != "token" else []
        return " | ".join(parts)


PING = "/slurm/{v}/ping"
LISTS = ("jobs", "nodes", "partitions", "reservations")
# fmt: off
READS = (
    "ping", "diag", "jobs", "job/{job}", "nodes", "node/{node}", "partitions", "partition/{partition}",
    "reservations", "reservation/{reservation}", "licenses",
)
_SOME_READS = (
    "ping", "jobs", "job/1", "job/abc", "nodes", "node/node1", "partitions", "partition/main", "reservations",
    "reservation/nope", "licenses", "diag", "nope",
)
_JOB_IDS = (
    "999999", "abc", "0", "-1", "1.5", "007", "1e1", "4294967294", "4294967295", "4294967296", "99999999999999999999",
    "1_1", "1+0", "%31", "1%2F2", "1%20", "true", "submit",
)
_TIMES = (
    "0", "1", "1000000000", "4000000000", "4294967295", "4294967296", "99999999999999999999", "-1", "1.5", "-1.5",
    "1e3", "0x10", "abc", "uts1", "uts4000000000", "", "+1", "%201", "true", "no", "null", "~", "2020-01-01", "1%3B",
    "inf", "nan",
)
_ODD_QUERIES = (
    "", "&", "&&", ";", "=", "=x", "a", "a=", "a=b", "a=b=c", "a==c", "a=b&", "&a=b", "a;b", "a+b=c+d", "a=%zz",
    "a=%", "a=%4", "a=%00", "a=%ff", "a=%C3%BC", "a,b", "a:b", "a/b", "a[0]=b", "a?b", "a=~-_.", "a=*", "a=b#c", "#c",
    "a=(b)", "a='b'", "a=%26&b=%3D", "a=\u00fc",
)
_ODD_PATHS = (
    "/", "//", "/slurm", "/slurm/", "/slurm/{v}", "/slurm/{v}/", "/slurm/{v}/nope", "/nope", "/slurm/v0.0.1/ping",
    "/slurm/{v}/ping/", "//slurm//{v}//ping//", "/slurm/{v}/ping/x", "/slurm/{v}/jobs/", "/slurm/{v}//jobs",
    "/slurm/{v}/job//1", "/slurm/{v}/job/1/", "/slurm/{v}/job/1/x", "/slurm/{v}/node//node1/", "/SLURM/{v}/ping",
    "/slurm/{v}/PING", "/slurm/V0.0.38/ping", "/slurm/./{v}/ping", "/slurm/{v}/./ping", "/slurm/../slurm/{v}/ping",
    "/slurm/{v}/%70ing", "/slurm/{v}/ping%2F", "/slurm%2F{v}/ping", "/slurm/{v}/ping%00", "/slurm/{v}/ping%ff",
    "/slurm/{v}/ping%zz", "/slurm/{v}/ping%", "/slurm/{v}/ping%7", "/slurm/{v}/ping%20", "/slurm/{v}/p,ing",
    "/slurm/{v}/p:ing", "/slurm/{v}/p@ing", "/slurm/{v}/p+ing", "/slurm/{v}/p~ing", "/slurm/{v}/p[ing]",
    "/slurm/{v}/ping;x", "/slurm/{v}/node/{{name}}", "/slurm/{v}/%C3%BC", "/slurm/{v}/ping#x",
    "http://host/slurm/{v}/ping", "http://host", "https://host:1/slurm/{v}/ping", "*", "slurm/{v}/ping", "host:80",
    "ping", "?", "/slurm/{v}/ping\u00fc",
)
_ODD_METHODS = (
    "PROPFIND", "MKCOL", "LOCK", "NOTIFY", "PURGE", "M-SEARCH", "FOO", "get", "Get", "G ET", "G\u00c9T",
)
_ODD_PROTOCOLS = (
    "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/9.9", "HTTP/1.10", "HTTP/1", "http/1.1", "HTTP/1.1 x", "HTCPCP/1.0", "",
)
WEIGHED = (
    "application/json;q=0.9, application/x-yaml;q=0.1", "application/json;q=0.1, application/x-yaml;q=0.9",
    "application/x-yaml;q=0.5, */*;q=0.1", "application/json, application/x-yaml",
    "application/x-yaml, application/json",
)
_ACCEPTS = (
    *WEIGHED,
    "application/json", "application/jsonrequest", "application/x-yaml", "text/yaml", "application/yaml",
    "APPLICATION/JSON", "Text/YAML", "*/*", "application/*", "text/*", "text/html", "text/plain",
    "application/x-www-form-urlencoded", "application/json;charset=utf-8", "application/x-yaml; charset=utf-8",
    "application/json;q=0", "application/json;q=0.5", "text/html, application/json", "text/html,*/*;q=0.1",
    "application/json; q=0.5, application/json",
    "text/html;q=1, application/x-yaml;q=0.2", "json", "application/json,", ",application/json", "application/", "/",
    ";", ",", "q=1", "application/json;q=x", "application/json;q=2", "application/json;q=-1",
    "application/json q=0.5", "",
)
# fmt: on


_JSON_LIKE = (
    b'{"comment":"a",}',
    b"{'comment':'a\"b'}",
    b'{/* a */"comment":"b" // c\n}',
    b'{"comment":"a\nb\tc"}',
    b'{"nice":05}',
    b'{"nice":-007}',
    b'{"nice":1.}',
    b'{"nice":01.5}',
    b'{"nice":1.e1}',
    b'{"hold":TRUE}',
    b'{"hold":False}',
    b'{"comment":NULL}',
    b'{"comment":"a","comment":"b"}',
    b'{"comment":"a"}\0',
    b'{"nice":9223372036854775808}',
    b'{"nice":18446744073709551616}',
    # What only the real server takes
    b'{"name":"x"} x',
    b'{"name":"x"}{}',
    b'{"nice":1e}',
    b'{"nice":1.5e+}',
    b'{"nice":NaN}',
    b'{"nice":Infinity}',
    b'{"nice":-Infinity}',
    b'{"nice":1e999}',
    b'{"nice":' + b"9" * 26 + b"}",
    b'{"comment":"\\ud800"}',
    b'{"comment":"a\\u0000b"}',
    b'{"comment":"\xff"}',
    # What neither takes
    b'{"comment":"a",,}',
    b"{comment:1}",
    b'{"nice":.5}',
    b'{"nice":+1}',
    b'{"nice":0x10}',
    b'{"comment":"\\q"}',
    b"{'comment':'a\\'b'}",
    b'{"comment":None}',
    b"\xef\xbb\xbf{}",
    b'{"comment":"a"',
    b"null",
    b"5",
)
_CUT = (
    "G",
    "GET",
    "GET ",
    "GET /a",
    "GET /a\r\n",
    "GET /a HTTP/1.1",
    "GET /a HTTP/2.0\r\n",
    "GET /a HTTP/1.1\r\n",
    "GET /a HTTP/1.1\r\nA: b",
    "GET /a HTTP/1.1\r\nA: b\r\n\r",
    "PROPFIND /a",
    "HEAD /a HTTP/1.1\r\n",
)
_RUBBISH = (
    "INVALID",
    "INVALID\r\n\r\n",
    "INVALID\nINVALID\n",
    "g",
    "GETX",
    "GET /a X",
    "GET /a HTTP/1.1x",
    " GET",
    "GET /a HTTP/1.1\r\nbad\r\n",
    "GET /a HTTP/1.1\r\nContent-Length: x\r\n",
)


def _with(name: str, *headers: str, target: str = PING) -> Case:
    return Case(name, target, headers=headers)


def _as(name: str, *credentials: str, target: str = PING) -> Case:
    return Case(name, target, credentials=credentials)


def _body(name: str, method: str, body: bytes, *headers: str, target: str = PING) -> Case:
    return Case(name, target, method, (*headers, f"Content-Length: {len(body)}"), body=body)


def _change(name: str, body: bytes, kind: str) -> Case:
    return _body(name, "POST", body, f"Content-Type: {kind}", target="/slurm/{v}/job/999999")


_OPERATIONS = (
    *(Case(read, "/slurm/{v}/" + read) for read in READS),
    *(_with(f"{read} in YAML", "Accept: application/x-yaml", target="/slurm/{v}/" + read) for read in READS),
    *(
        _as(
            f"{read} as {user}",
            f"X-SLURM-USER-NAME: {user}",
            f"X-SLURM-USER-TOKEN: {{{user}}}",
            target="/slurm/{v}/" + read,
        )
        for user in ("root", "bob")
        for read in ("jobs", "nodes", "partitions", "reservations", "diag")
    ),
    *(Case(f"job/{word}", "/slurm/{v}/job/" + word) for word in _JOB_IDS),
    *(Case(f"array task {index}", "/slurm/{v}/job/{array}_" + index) for index in ("1", "2", "999", "x")),
    *(Case(f"het component {index}", "/slurm/{v}/job/{het}" + index) for index in ("+0", "+1", "%2B0", "%2B1")),
    *(
        Case(f"{one}/{word or 'without a name'}", f"/slurm/{{v}}/{one}/{word}")
        for one in ("node", "partition", "reservation")
        for word in ("nope", "", "%C3%BC", "a%20b", "true", "007", "1.5")
    ),
    Case("node in capitals", "/slurm/{v}/node/NODE1"),
    Case("partition in capitals", "/slurm/{v}/partition/MAIN"),
    Case("a node expression", "/slurm/{v}/node/node%5B1-2%5D"),
    Case("job without an id", "/slurm/{v}/job/"),
    *(
        Case(f"{read} twice on a connection", "/slurm/{v}/" + read, raw="<request><request>")
        for read in ("ping", "nodes", "job/999999")
    ),
)

_QUERIES = (
    *(
        Case(f"{read} since {when or 'nothing'}", f"/slurm/{{v}}/{read}?update_time={when}")
        for read in LISTS
        for when in ("0", "4000000000", "abc", "uts1", "")
    ),
    *(
        Case(f"{one} since {when}", f"/slurm/{{v}}/{one}?update_time={when}")
        for one in ("partition/main", "reservation/nope", "node/node1", "job/1", "licenses", "diag", "ping")
        for when in ("0", "4000000000", "abc")
    ),
)

_QUERY_FORMS = (
    *(Case(f"jobs since {when or 'nothing'}, all forms", f"/slurm/{{v}}/jobs?update_time={when}") for when in _TIMES),
    Case("update_time without value", "/slurm/{v}/jobs?update_time"),
    Case("update_time twice", "/slurm/{v}/jobs?update_time=4000000000&update_time=0"),
    Case("update_time twice, semicolon", "/slurm/{v}/jobs?update_time=0;update_time=4000000000"),
    Case("update_time in capitals", "/slurm/{v}/jobs?UPDATE_TIME=4000000000"),
    Case("update_time escaped", "/slurm/{v}/jobs?update%5Ftime=%34000000000"),
    Case("unknown parameter", "/slurm/{v}/jobs?foo=abc"),
    Case("flags", "/slurm/{v}/jobs?flags=foo"),
    *(Case(f"query {query!r}", PING + "?" + query) for query in _ODD_QUERIES),
)

_PATHS = (
    *(Case(f"path {path}", path) for path in _ODD_PATHS),
    *(
        Case(f"{method} {path}", "/slurm/{v}/" + path, method)
        for method in ("PUT", "PATCH", "OPTIONS", "TRACE")
        for path in ("ping", "jobs", "job/1", "nope")
    ),
    *(
        Case(f"{method} {path}", "/slurm/{v}/" + path, method)
        for method in ("POST", "DELETE")
        for path in ("ping", "diag", "licenses", "nope")
    ),
    # From v0.0.40 and from v0.0.43 on there are operations that write behind these.
    *(
        Case(f"{method} {path}", "/slurm/{v}/" + path, method, versions=versions)
        for method in ("POST", "DELETE")
        for versions, paths in ((OLD, ("jobs", "nodes", "node/node1")), (range(36, 43), ("partition/main",)))
        for path in paths
    ),
    *(Case(f"HEAD {path}", "/slurm/{v}/" + path, "HEAD") for path in ("ping", "jobs", "nope")),
    *(Case(f"method {method}", PING, method) for method in _ODD_METHODS),
    Case("CONNECT", "host:80", "CONNECT"),
    Case("OPTIONS *", "*", "OPTIONS"),
)

_AUTHENTICATION = (
    _as("no credentials"),
    _as("a name only", "X-SLURM-USER-NAME: alice"),
    _as("a token only", "X-SLURM-USER-TOKEN: {alice}"),
    _as("a bearer token", "Authorization: Bearer {alice}"),
    _as("a bearer token with a name", "Authorization: Bearer {alice}", "X-SLURM-USER-NAME: alice"),
    _as("a bearer token and a token", *ALICE, "Authorization: Bearer {alice}"),
    _as("another scheme", "Authorization: Basic YWxpY2U6eA=="),
    _as("another scheme and a token", *ALICE, "Authorization: Basic YWxpY2U6eA=="),
    _as("bearer in small letters", "Authorization: bearer {alice}"),
    _as("header names in small letters", "x-slurm-user-name: alice", "x-slurm-user-token: {alice}"),
    _as("header names in mixed letters", "X-Slurm-User-Name: alice", "X-SLURM-USER-TOKEN: {alice}"),
    _as("token before name", *ALICE[::-1]),
    _as("name twice, the right one first", *ALICE, "X-SLURM-USER-NAME: bob"),
    _as("name twice, the right one second", "X-SLURM-USER-NAME: bob", *ALICE),
    _as("token twice, the right one first", *ALICE, "X-SLURM-USER-TOKEN: x.y.z"),
    _as("token twice, the right one second", "X-SLURM-USER-TOKEN: x.y.z", *ALICE),
    *(
        Case(f"{name} on {read}", "/slurm/{v}/" + read, credentials=lines)
        for name, lines in (
            ("a rubbish token", ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: x.y.z")),
            ("an expired token", ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: {expired}")),
            ("an empty token", ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN:")),
            ("an empty name", ("X-SLURM-USER-NAME:", "X-SLURM-USER-TOKEN: {alice}")),
            ("alice's token for bob", ("X-SLURM-USER-NAME: bob", "X-SLURM-USER-TOKEN: {alice}")),
            ("root's token for alice", ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: {root}")),
            ("root's token for an unknown user", ("X-SLURM-USER-NAME: nope", "X-SLURM-USER-TOKEN: {root}")),
        )
        for read in _SOME_READS
    ),
    Case("no credentials, unknown path", "/nope", credentials=NOBODY),
    Case("no credentials, wrong method", PING, "PUT", credentials=NOBODY),
    Case("no credentials, unknown type", PING, headers=("Accept: text/html",), credentials=NOBODY),
    Case("no credentials, bad path", "/%zz", credentials=NOBODY),
    Case("no credentials, bad query", PING + "?=", credentials=NOBODY),
    Case("no credentials, a method without a route", PING, "PROPFIND", credentials=NOBODY),
)

_MEDIA = (
    *(_with(f"Accept {value}", f"Accept: {value}") for value in _ACCEPTS),
    _with("Accept twice", "Accept: application/x-yaml", "Accept: application/json"),
    *(
        _with(f"Content-Type {value} without a body", f"Content-Type: {value}")
        for value in ("application/json", "text/html", "application/x-www-form-urlencoded", "nonsense", "")
    ),
    *(
        _body(f"{method} with {body!r} as {kind}", method, body, f"Content-Type: {kind}")
        for method in ("GET", "DELETE", "POST", "PUT")
        for kind, body in (
            ("application/json", b"{}"),
            ("application/json", b"{"),
            ("application/json; charset=utf-8", b"{}"),
            ("text/html", b"x"),
            ("application/x-www-form-urlencoded", b"a=b"),
            ("application/x-www-form-urlencoded", b"="),
        )
    ),
    # A job is changed up to v0.0.38 only, as yet.
    *(
        case._replace(versions=range(36, 39))
        for case in (
            *(_change(f"JSON {body!r}", body, "application/json") for body in _JSON_LIKE),
            *(
                _change(f"JSON as {kind}", b"{}", kind)
                for kind in ("application/json; charset=utf-8", "application/json; charset=latin-1", "Application/JSON")
            ),
        )
    ),
    _body("GET with an untyped body", "GET", b"a=b"),
    _body("POST with an untyped body", "POST", b"a=b"),
    _body("POST to nowhere", "POST", b"{}", "Content-Type: application/json", target="/nope"),
)

_HTTP = (
    _with("Connection: close", "Connection: close"),
    _with("Connection: Close", "Connection: Close"),
    _with("Connection: keep-alive", "Connection: keep-alive"),
    _with("Connection: close on an error", "Connection: close", target="/nope"),
    Case("HTTP/1.0", PING, http="HTTP/1.0"),
    Case("HTTP/1.0 with keep-alive", PING, headers=("Connection: keep-alive",), http="HTTP/1.0"),
    Case("HTTP/1.0, not found", "/nope", http="HTTP/1.0"),
    *(Case(f"protocol {http or 'none'}", PING, http=http) for http in _ODD_PROTOCOLS),
    _with("Host", "Host: host"),
    _with("Host twice", "Host: a", "Host: b"),
    _with("Host empty", "Host:"),
    _with("Host with blanks", "Host: a b"),
    *(
        _body(f"Transfer-Encoding {coding}", "POST", b"0\r\n\r\n", f"Transfer-Encoding: {coding}")._replace(
            headers=(f"Transfer-Encoding: {coding}",)
        )
        for coding in ("chunked", "gzip", "identity", "")
    ),
    *(_with(f"Content-Encoding {coding}", f"Content-Encoding: {coding}") for coding in ("gzip", "identity")),
    *(_with(f"Expect {value}", f"Expect: {value}") for value in ("100-continue", "100-Continue", "foo", "")),
    _body("Expect 100-continue with a body", "POST", b"{}", "Expect: 100-continue", "Content-Type: application/json"),
    _with("Upgrade", "Upgrade: h2c"),
    _with("Upgrade with Connection", "Connection: Upgrade", "Upgrade: websocket"),
    _with(
        "Upgrade with Connection to h2c",
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    ),
    *(_with(f"Keep-Alive {value}", f"Keep-Alive: {value}") for value in ("timeout=5", "5", "1", "0", "")),
    *(
        _with(f"Content-Length {value}", f"Content-Length: {value}")
        for value in ("0", "00", "-1", "3x", "+0", "", "0, 0", "99999999999999999999", "18446744073709551616")
    ),
    _with("Content-Length twice, equal", "Content-Length: 0", "Content-Length: 0"),
    _with("Content-Length twice, different", "Content-Length: 0", "Content-Length: 1"),
    Case("Content-Length too large", PING, "POST", ("Content-Length: 52428801",), body=b"x"),
    Case("body shorter than Content-Length", PING, "POST", ("Content-Length: 10",), body=b"x"),
    Case("POST without Content-Length", PING, "POST"),
    Case("body without Content-Length", PING, "POST", body=b"{}"),
    _with("folded header", "X-A: b", " c"),
    _with("blank before colon", "X-A : b"),
    _with("header without colon", "X-A"),
    _with("header without name", ": x"),
    _with("empty header value", "X-A:"),
    _with("header value with a control byte", "X-A: a\x01b"),
    _with("header value with a tab", "X-A: a\tb"),
    _with("header value in Latin-1", "X-A: \u00fc"),
    _with("header name with a bracket", "X-A(: b"),
    _with("a header of 20,000 bytes", "X-A: " + "a" * 20_000),
    _with("100 headers more", *(f"X-{number}: a" for number in range(100))),
    _with("a head of 60,000 bytes", *(f"X-{number}: {'a' * 6_000}" for number in range(10))),
    Case("a target of 30,000 bytes", PING + "?a=" + "a" * 30_000),
    Case("garbage", "", raw="garbage\r\n\r\n"),
    Case("a TLS hello", "", raw="\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"),
    Case("an empty line", "", raw="\r\n"),
    Case("nothing", "", raw=""),
    Case("half a request line", "", raw="GET /slu"),
    *(Case(f"half a request: {cut!r}", "", raw=cut) for cut in _CUT),
    *(Case(f"rubbish: {raw!r}", "", raw=raw) for raw in _RUBBISH),
    *(Case(f"rubbish behind a request: {raw!r}", PING, raw="<request>" + raw) for raw in _RUBBISH),
    Case("rubbish behind an error", PING, raw="<nowhere>INVALID"),
    Case("half a head", "", raw="GET /slurm/v0.0.38/ping HTTP/1.1\r\nHost: a\r\n"),
    Case("bare line feeds", PING, raw="<lf>"),
    Case("an empty line first", PING, raw="\r\n<request>"),
    Case("garbage after a request", PING, raw="<request>garbage\r\n\r\n"),
    Case("three requests", PING, raw="<request><request><request>"),
    Case("an error and a request", PING, raw="<nowhere><request>"),
    Case("close and a request", PING, raw="<close><request>"),
)

_LOCAL = (
    *(Case(f"{read}, local", "/slurm/{v}/" + read, credentials=NOBODY, setting="local") for read in READS),
    Case("local, a name is ignored", "/slurm/{v}/jobs", credentials=("X-SLURM-USER-NAME: root",), setting="local"),
    Case("local, a token is ignored", "/slurm/{v}/jobs", credentials=ALICE, setting="local"),
    Case("local, unknown path", "/nope", credentials=NOBODY, setting="local"),
    Case("local on a pipe of somebody else", PING, credentials=NOBODY, setting="foreign"),
    Case("local and tokens, on a pipe of somebody else", PING, setting="foreign"),
)

_DOWN = (
    Case("a backup that slurmctld does not know of", PING, each=True, setting="backup"),
    *(
        Case(f"{read}, slurmctld down", "/slurm/{v}/" + read, setting="down", each=True)
        for read in (*_SOME_READS, "jobs?update_time=4000000000", "jobs?update_time=abc")
    ),
    *(
        Case(f"{read}, slurmctld silent", "/slurm/{v}/" + read, setting="silent", each=True)
        for read in ("ping", "jobs", "node/node1")
    ),
    *(
        Case(f"{read}, munged down", "/slurm/{v}/" + read, credentials=NOBODY, setting="unmunged")
        for read in ("ping", "jobs")
    ),
)

CASES = (
    *(case._replace(each=True) for case in (*_OPERATIONS, *_QUERIES)),
    *_QUERY_FORMS,
    *_PATHS,
    *_AUTHENTICATION,
    *_MEDIA,
    *_HTTP,
    *_LOCAL,
    *_DOWN,
)

ODD_NAME = "no UTF-8: \udcff\udcc3("
"""Python's spelling of the bytes FF and C3: a job that has it is {odd} in the cases below, and only while they run."""

ODD_CASES = tuple(
    case._replace(each=True)
    for case in (
        Case("a name that is no UTF-8", "/slurm/{v}/job/{odd}"),
        _with("a name that is no UTF-8 in YAML", "Accept: application/x-yaml", target="/slurm/{v}/job/{odd}"),
    )
)
