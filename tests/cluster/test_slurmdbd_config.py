# SPDX-License-Identifier: GPL-2.0-or-later
"""All that slurmdbd keeps but jobs, from one database into another, and what a failure leaves.

Rule 1: what was stored is asked of sacctmgr, on either database.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import homes
import pytest
import second_slurmdbd
from sidebyside import program, wire

from slurmrest_inet.versions import LAST, since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

    Ask = Callable[..., tuple[int, Any]]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a slurmdbd as its user")

_VERSIONS = (38, 39, 42, 45)
_HERE = [*homes.at_home(homes.installed(), "slurmdb"), *((39,) if homes.installed() == 2205 else ())]
"""The versions that are tried in every run: v0.0.39, whose home release is nowhere, on 22.05."""

_LIMITS = "GrpJobs,GrpJobsAccrue,GrpTRES,GrpTRESRunMins,GrpWall,MaxTRES,MaxTRESPerNode,MaxTRESMins,MaxWall"
_MORE = "GrpSubmitJobs,GrpTRESMins"
_TOLD = {
    "clusters": "cluster format=cluster",
    "accounts": "account withcoord format=account,descr,org,coordinators",
    "users": "user withcoord format=user,adminlevel,defaultaccount,coordinators",
    "associations": "assoc format=cluster,account,user,partition,parentname,share,priority,maxjobs,maxjobsaccrue,"
    f"maxsubmit,qos,defaultqos,{_LIMITS},{_MORE}",
    "qos": "qos format=name,descr,flags,gracetime,priority,usagefactor,usagethres,limitfactor,preempt,preemptmode,"
    "preemptexempttime,minprio,mintres,maxjobspa,maxjobspu,maxsubmitpa,maxsubmitpu,maxtrespa,maxtrespu,"
    f"maxjobsaccruepa,maxjobsaccruepu,maxtresrunminspa,maxtresrunminspu,{_LIMITS}",
    "wckeys": "wckey format=wckey,cluster,user",
}


_LATER = {38: "", 42: f",{_MORE}"}
"""What QOSes have, too, and a version tells."""


def _told(lab: Lab, version: int) -> dict[str, set[str]]:
    asked = {**_TOLD, "qos": _TOLD["qos"] + since(_LATER, version)}
    told = {kind: set(lab.run("sacctmgr", "-nP", "list", *what.split()).splitlines()) for kind, what in asked.items()}
    # slurmdbd leaves some of an account below one that was deleted: associations of nothing, which nobody is told of.
    accounts = {line.partition("|")[0] for line in told["accounts"]}
    told["associations"] = {line for line in told["associations"] if line.split("|")[1] in accounts}
    return told


def _missed(second: Lab, first: Lab, version: int) -> list[tuple[set[str], set[str]]]:
    """What only the first and what only the second has, by kind, where that is anything."""
    each = zip(_told(first, version).values(), _told(second, version).values())
    return [(one - other, other - one) for one, other in each if one != other]


@pytest.fixture(scope="module")
def ask(tokens: dict[str, str]) -> Ask:
    """Ask our server on a lab; return status and document (None without one)."""

    def send(lab: Lab, method: str, path: str, body: Any = None, user: str = "root") -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} /slurmdb/{path} HTTP/1.1", f"X-SLURM-USER-NAME: {user}"]
        lines += [f"X-SLURM-USER-TOKEN: {tokens[user]}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}"] if data else []
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        (answer,) = wire.strict(program.ours(lab).exchange(head + data).output)
        return answer.status, json.loads(answer.body) if answer.body else None

    return send


@pytest.mark.parametrize(
    "version", [pytest.param(one, marks=[] if one in _HERE else [pytest.mark.slow]) for one in _VERSIONS]
)
def test_that_one_database_becomes_as_another(lab: Lab, ask: Ask, version: int) -> None:
    path = f"v0.0.{version}/config"
    status, document = ask(lab, "GET", path)
    assert status == 200
    with second_slurmdbd.empty(lab) as second:
        before = _told(second, version)
        assert before != _told(lab, version)
        status, answer = ask(second, "POST", path, document)
        assert (status, answer["errors"]) == (200, [])
        assert not _missed(second, lab, version)
        status, answer = ask(second, "POST", path, ask(second, "GET", path)[1])
        assert (status, answer["errors"]) == (200, [])
        assert not _missed(second, lab, version)


@pytest.fixture
def stored(lab: Lab) -> Iterator[Callable[[], dict[str, set[str]]]]:
    """Tells what there is; clusters of a test are removed."""

    def told() -> dict[str, set[str]]:
        return _told(lab, LAST)

    before = told()
    yield told
    for name in told()["clusters"] - before["clusters"]:
        lab.run("sacctmgr", "-i", "delete", "cluster", name)


def _body(version: int, **parts: Any) -> dict[str, Any]:
    """A body of all the lists that a version demands."""
    qos = since({36: "QOS", 39: "qos"}, version)
    return {"clusters": [{"name": "lab"}], "accounts": [], "users": [], qos: [], "wckeys": [], **parts}


@pytest.mark.parametrize("version", homes.at_home(homes.installed(), "slurmdb"))
def test_that_one_refusal_takes_all_with_it(lab: Lab, ask: Ask, stored: Any, version: int) -> None:
    """But clusters, whose tables MariaDB commits: those that stay are told."""
    before = stored()
    account = {"name": f"acc{version}", "description": "d", "organization": "o"}
    qos = {since({36: "QOS", 39: "qos"}, version): [{"name": f"qos{version}"}]}
    nobody = {"account": "nosuch", "cluster": "lab", "user": "bob", "shares_raw": 3}
    more: dict[str, Any] = {"accounts": [account], "users": [{"name": f"user{version}"}], **qos}
    body = _body(version, **more, associations=[nobody])
    status, document = ask(lab, "POST", f"v0.0.{version}/config", body)
    assert status >= 400
    assert document["errors"]
    assert stored() == before
    clusters = [{"name": "lab"}, {"name": f"new{version}"}]
    status, document = ask(lab, "POST", f"v0.0.{version}/config", {**body, "clusters": clusters})
    assert status >= 400
    told = f"These clusters were added all the same: new{version}"
    assert [one for one in document["errors"] if one.get("description") == told]
    after = stored()
    assert after["clusters"] == before["clusters"] | {f"new{version}"}
    assert all(after[kind] == before[kind] for kind in ("accounts", "users", "qos", "wckeys"))
