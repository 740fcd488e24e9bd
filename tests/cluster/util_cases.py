# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests below /util, which v0.0.44 and later have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cases import Case

if TYPE_CHECKING:
    from typing import Any

_EXPRESSIONS: dict[str, Any] = {
    "ranges": "n[1-3,7],m[01-02]",
    "one host": "n1",
    "nothing": "",
    "a comma": ",",
    "commas around": ",n1,,n2,",
    "blanks": " n1 , n2 ",
    "a name with a blank": "a b",
    "an open bracket": "n[1-",
    "a closed bracket": "n1]",
    "empty brackets": "n[]",
    "a range of words": "n[a-b]",
    "a range that falls": "n[5-2]",
    "two dimensions": "r[1-2]n[1-2]",
    "three dimensions": "a[1-2]b[1-2]c[1-2]",
    "padding": "n[08-11],n[8-11]",
    "a suffix": "n[1-2].example.org",
    "twice the same": "n1,n1,n[1-2]",
    "1,000 hosts": "n[1-1000]",
    "65,537 hosts": "n[1-65537]",
    "more than can be counted": "n[1-65536]x[1-65536]",
    "a large number": "n[99999999999999999998-99999999999999999999]",
    "a function": "block{a}",
    "another function": "switch{a},n1",
    "no ASCII": "n\u00e4[1-2]",
    "a quote": 'n"1',
    "a list": ["n1", "n[2-3]"],
    "a list with a fault": ["n1", "n["],
    "a list with nothing": ["n1", ""],
    "a list of numbers": [1, 2],
    "a list of lists": [["n1"]],
    "an empty list": [],
    "null": None,
    "true": True,
    "a number": 5,
    "a real number": 1.5,
    "an object": {"a": "n1"},
    "an empty object": {},
}
_NAMES: dict[str, Any] = {
    "in order": ["n1", "n2", "n3", "m01", "n7"],
    "out of order": ["n3", "n1", "n2"],
    "twice the same": ["n1", "n1", "n2"],
    "padding": ["n01", "n2", "n003"],
    "expressions": ["n[1-3]", "n4", "n[7,9]"],
    "two dimensions": ["r1n1", "r1n2", "r2n1", "r2n2"],
    "one": ["n1"],
    "none": [],
    "a text": "n1,n2,n3",
    "a text with a fault": "n1,n[",
    "an empty text": "",
    "an empty name": ["a b", "", "c"],
    "a comma in a name": ["x,y"],
    "a fault": ["n1", "n["],
    "a range of words": ["n1", "n[a-b]"],
    "empty brackets": ["n[]"],
    "a range that falls": ["n[5-2]", "n1"],
    "numbers": [1, 2],
    "real numbers": [1.5],
    "truths": [True, False],
    "null among them": ["n1", None],
    "a list among them": ["n1", ["n2"]],
    "an object among them": ["n1", {"a": "n2"}],
    "no ASCII": ["n\u00e41", "n\u00e42"],
    "null": None,
    "true": True,
    "a number": 5,
    "a real number": 1.5,
    "an object": {"a": "n1", "b": "n2"},
}
_VERSIONS = range(44, 46)


def _post(name: str, path: str, body: Any, *headers: str, **more: Any) -> Case:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = (*(headers or ("Content-Type: application/json",)), f"Content-Length: {len(data)}")
    return Case(f"{path}: {name}", f"/util/{{v}}/{path}", "POST", fields, body=data, versions=_VERSIONS, **more)


def _both(name: str, *bodies: Any, **more: Any) -> tuple[Case, ...]:
    paths = ("hostnames", "hostlist")
    return tuple(_post(name, path, body, **more) for path, body in zip(paths, bodies * (2 // len(bodies))))


_HOSTS = ({"hostlist": "n[1-2]"}, {"hostnames": ["n1", "n2"]})
_RUBBISH = ("X-SLURM-USER-NAME: alice", "X-SLURM-USER-TOKEN: x.y.z")

UTIL_CASES = (
    *(_post(name, "hostnames", {"hostlist": value}) for name, value in _EXPRESSIONS.items()),
    *(_post(name, "hostlist", {"hostnames": value}) for name, value in _NAMES.items()),
    *_both("as it is", *_HOSTS, each=True),
    *_both("no member", {}),
    *_both("an unknown member", {"foo": 1}),
    *_both("an unknown member beside it", *({**one, "foo": {"bar": 1}} for one in _HOSTS)),
    *_both("an answer sent back", *({**one, "meta": {}, "errors": [], "warnings": []} for one in _HOSTS)),
    *_both("an answer with more in it", *({**one, "meta": 1, "errors": {"a": [1]}} for one in _HOSTS)),
    *_both("another case", *({name.upper(): value for name, value in one.items()} for one in _HOSTS)),
    *_both("no object but a list", []),
    *_both("no object but a text", "n[1-2]"),
    *_both("a body that ends early", b"{"),
    *_both("no object but a number", b"5"),
    *(_post("without a body", path, b"") for path in ("hostnames", "hostlist")),
    *(
        _post(f"as {kind}", path, body, f"Content-Type: {kind}")
        for path, key, value in (("hostnames", "hostlist", "n1"), ("hostlist", "hostnames", "n1"))
        for kind, body in (
            ("application/x-yaml", f"{key}: {value}\n".encode()),
            ("application/x-www-form-urlencoded", f"{key}={value}".encode()),
            ("text/html", b"x"),
        )
    ),
    *(
        _post("in YAML", path, body, "Content-Type: application/json", "Accept: application/x-yaml")
        for path, body in zip(("hostnames", "hostlist"), _HOSTS)
    ),
    *_both("by a rubbish token", *_HOSTS, credentials=_RUBBISH),
    *_both("by nobody", *_HOSTS, credentials=()),
    *_both("local", *_HOSTS, credentials=(), setting="local"),
    *_both("slurmctld down", *_HOSTS, setting="down"),
    *_both("munged down", *_HOSTS, credentials=(), setting="unmunged"),
    *(
        Case(f"{method} {path}", f"/util/{{v}}/{path}", method, versions=_VERSIONS)
        for method in ("GET", "PUT", "DELETE", "POST")
        for path in ("hostnames", "hostnames/", "hostlist/n1", "hosts")
    ),
    Case("nothing of util", "/util/{v}", versions=_VERSIONS),
    Case("hostnames of v0.0.43", "/util/v0.0.43/hostnames", "POST", versions=_VERSIONS),
    Case(
        "hostlist with a query",
        "/util/{v}/hostlist?hostnames=n1",
        "POST",
        ("Content-Type: application/json", "Content-Length: 2"),
        body=b"{}",
        versions=_VERSIONS,
    ),
    Case("hostlist in a query alone", "/util/{v}/hostlist?hostnames=n1", "POST", versions=_VERSIONS),
)

_PROBES = ("healthz", "readyz", "livez")

PROBE_CASES = (
    *(Case(f"probe {name}", f"/{name}") for name in _PROBES),
    Case("probe of //healthz/", "//healthz/"),
    Case("probe with a rubbish token", "/healthz", credentials=_RUBBISH),
    Case("probe without credentials", "/healthz", credentials=()),
    Case("probe, local", "/healthz", credentials=(), setting="local"),
    Case("probe, slurmctld down", "/healthz", setting="down"),
    *(Case(f"probe by {method}", "/healthz", method) for method in ("POST", "PUT", "DELETE", "OPTIONS")),
    *(Case(f"probe of {path}", path) for path in ("/HEALTHZ", "/healthz/x", "/slurm/healthz")),
    *(
        case._replace(versions=range(43, 46))
        for case in (
            *(
                Case(f"probe, {header}", "/healthz", headers=(header,))
                for header in (
                    "Accept: text/html",
                    "Accept: application/x-yaml",
                    "Connection: close",
                    "Connection: keep-alive",
                    "Content-Type: text/html",
                )
            ),
            Case("probe by HEAD", "/healthz", "HEAD"),
            Case("probe in HTTP/1.0", "/healthz", http="HTTP/1.0"),
            Case("probe with a query", "/healthz?verbose"),
            Case("probe with a bad query", "/healthz?=x"),
            Case("probe with a body", "/healthz", headers=("Content-Length: 3",), body=b"a=b"),
            Case("probe twice", "/healthz", raw="<request><request>"),
        )
    ),
)
"""Those of Kubernetes, which are of no version: before 26.05 there are none."""
