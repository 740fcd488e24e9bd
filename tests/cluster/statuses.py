# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests for every operation of a version that are refused: by us, by Slurm, or because it cannot be reached.

Rule 1: they are made of the document: method and path of each operation, and names that nothing has.
Rule 2: they change nothing. Those that Slurm would do come with a token that it refuses, from somebody without rights,
        or find nobody.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import own_document

from slurmrest_inet.versions import HOME, since

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Operation(NamedTuple):
    """A method on a path of the document, in an API version."""

    version: int
    method: str
    path: str

    @property
    def side(self) -> str:
        """The first word of its path."""
        return self.path.split("/", 2)[1]

    @property
    def name(self) -> str:
        """The operation without its API version: "GET slurm/job/{job_id}"."""
        return f"{self.method} {self.side}/{self.path.split('/', 3)[3]}"


_ANY: dict[int, int | None] = {2205: None}


class Way(NamedTuple):
    """A kind of request, asked as `user` of a server whose Slurm is as `setting` says.

    statuses: what it is answered with, by the home release from which it holds; None: what the operation, or Slurm,
    makes of it. sides: those that are asked. name: what stands in paths, else what nothing is called.
    """

    ident: str
    statuses: Mapping[int, int | None] = _ANY
    lines: tuple[str, ...] = ()
    body: bytes | None = None
    query: str = ""
    user: str = "bob"
    setting: str = "whole"
    sides: tuple[str, ...] = ("slurm", "slurmdb", "util")
    name: str = ""

    def status(self, version: int) -> int | None:
        """What an operation of a version is answered with, if that is known."""
        return since(dict(self.statuses), HOME[version])


_JSON = "Content-Type: application/json"
BEFORE = (
    Way("no-token", {2205: 401}, user=""),
    Way("unknown-type", {2205: 415}, ("Accept: image/png",)),
    Way("no-json", {2205: 400}, (_JSON,), b"{"),
    Way("coding", {2205: 406}, ("Content-Encoding: gzip",), b"{}"),
    Way("length", {2205: 413}, ("Content-Length: 99999999999",)),
    Way("expectation", {2205: 417}, ("Expect: wonders",)),
    Way("nameless", {2205: None, 2411: 400, 2605: 500}, query="?=x"),
)
"""Refused before Slurm is asked."""

AFTER = (
    Way("no-body"),
    Way("no-rights"),
    Way("later", query="?update_time=4000000000"),
    Way("on-a-later-day", query="?update_time=2090-01-01"),
    Way("no-id", name="abc"),
    Way("no-word", query="?update_time=never&flags=wonders&state=wonders&format=wonders&start_time=never"),
    Way("refused", user="forged"),
    Way("away", setting="away"),
    Way("silent", setting="silent", sides=("slurm",)),
)
"""Refused by Slurm or for what operations read. A slurmdbd that is silent is waited for too long."""

_JOB = {"name": "refused", "current_working_directory": "/", "partition": "nowhere"}
_ENVIRONMENT: dict[int, Any] = {36: {"A": "b"}, 39: ["A=b"]}
_ACCOUNT = {"name": "nowhere", "description": "x", "organization": "x"}
_BODIES: dict[str, Any] = {
    "job/{job_id}": {"comment": "x"},
    "jobs": {"jobs": ["999999"]},
    "jobs/requeue": {"jobs": ["999999"]},
    "nodes": {"comment": "x", "name": ["nowhere"]},
    "node/{node_name}": {"comment": "x"},
    "new/node": {"node_conf": "NodeName=nowhere CPUs=1 State=CLOUD"},
    "partitions": {"partitions": [{"name": "nowhere"}]},
    "reservations": {"reservations": [{"name": "nowhere", "start_time": 4000000000}]},
    "reservation": {"name": "nowhere", "start_time": 4000000000, "duration": 60, "users": ["bob"]},
    "clusters": {"clusters": [{"name": "nowhere"}]},
    "config": {"accounts": [_ACCOUNT]},
    "tres": {"tres": []},
    "qos": {"qos": [{"name": "nowhere"}]},
    "accounts": {"accounts": [_ACCOUNT]},
    "users": {"users": [{"name": "bob", "default": {"account": "nowhere"}}]},
    "associations": {"associations": [{"account": "nowhere", "cluster": "lab"}]},
    "wckeys": {"wckeys": [{"name": "nowhere", "user": "bob", "cluster": "lab"}]},
    "accounts_association": {"association_condition": {"accounts": ["nowhere"]}, "account": {"description": "x"}},
    "users_association": {"association_condition": {"users": ["bob"], "accounts": ["root"]}, "user": {}},
    "hostnames": {"hostlist": "n[1-2]"},
    "hostlist": {"hostnames": ["n1", "n2"]},
}
"""Of operations that take one, by their places."""
_NOBODY = {"job_id": "999999"}
_SUBMISSIONS = ("job/submit", "job/allocate")


def _body(operation: Operation) -> bytes | None:
    place = operation.path.split("/", 3)[3]
    if place in _SUBMISSIONS:
        job = {**_JOB, "environment": since(_ENVIRONMENT, operation.version)}
        return json.dumps({"script": "#!/bin/sh\n", "job": job}).encode()
    takes_one = "requestBody" in own_document.document()["paths"][operation.path][operation.method.lower()]
    return json.dumps(_BODIES[place]).encode() if takes_one else None


def operations(version: int) -> Iterator[Operation]:
    """Those of an API version."""
    for path, methods in own_document.document()["paths"].items():
        if f"/v0.0.{version}/" in path:
            yield from (Operation(version, method.upper(), path) for method in methods)


def one_of_each(version: int) -> Iterator[tuple[Operation, Way]]:
    """Each operation once, and one of the ways of `BEFORE`."""
    return zip(operations(version), itertools.cycle(BEFORE))


def asked(version: int, way: Way) -> Iterator[Operation]:
    """The operations of a version that are asked in a way."""
    for operation in operations(version):
        if operation.side in way.sides and not (way in AFTER and _does_something(operation, way)):
            yield operation


def _does_something(operation: Operation, way: Way) -> bool:
    """Whether Slurm would do what nobody without rights may be let do."""
    return way.setting == "whole" and way.user == "bob" and operation.path.endswith(_SUBMISSIONS)


def request(operation: Operation, way: Way, tokens: dict[str, str]) -> bytes:
    """A request for an operation."""
    path = re.sub(r"\{(\w+)\}", lambda one: way.name or _NOBODY.get(one[1], "nowhere"), operation.path)
    lines = [f"{operation.method} {path}{way.query} HTTP/1.1", "Host: lab", *way.lines]
    body = way.body
    if way in AFTER and not way.query and way.ident != "no-body":
        body = _body(operation)
        lines += [_JSON] if body else []
    if way.user:
        lines += ["X-SLURM-USER-NAME: bob", f"X-SLURM-USER-TOKEN: {tokens[way.user]}"]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")
