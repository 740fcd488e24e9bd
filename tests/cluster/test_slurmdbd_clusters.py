# SPDX-License-Identifier: GPL-2.0-or-later
"""What comes of clusters that are added and removed, in each API version on the installed release."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sidebyside import program, wire

from slurmrest_inet.versions import SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

Ask = "Callable[..., tuple[int, Any]]"


@pytest.fixture(scope="module")
def logs() -> list[str]:
    """What our server wrote into its log, a request each."""
    return []


@pytest.fixture(scope="module")
def ask(lab: Lab, logs: list[str]) -> Callable[..., tuple[int, Any]]:
    """Ask our server; return status and document (None without one)."""
    tokens = {user: lab.token(user) for user in ("root", "alice")}

    def send(method: str, path: str, body: Any = None, user: str = "root") -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} /slurmdb/{path} HTTP/1.1", f"X-SLURM-USER-NAME: {user}"]
        lines += [f"X-SLURM-USER-TOKEN: {tokens[user]}", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(data)}"] if data else []
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        outcome = program.ours(lab).exchange(head + data)
        logs.append(outcome.log)
        (answer,) = wire.strict(outcome.output)
        return answer.status, json.loads(answer.body) if answer.body else None

    return send


@pytest.fixture
def clusters(lab: Lab) -> Iterator[Callable[[], set[str]]]:
    """Tells which clusters sacctmgr shows; what a test leaves is removed."""

    def told() -> set[str]:
        return set(lab.run("sacctmgr", "-nP", "list", "cluster", "format=cluster").split())

    before = told()
    yield told
    for name in told() - before:
        lab.run("sacctmgr", "-i", "delete", "cluster", name)


@pytest.mark.parametrize("version", SERVED["slurmdb"])
def test_clusters_come_and_go(ask: Any, clusters: Callable[[], set[str]], version: int) -> None:
    api, before = f"v0.0.{version}", clusters()
    added = {"clusters": [{"name": f"one{version}"}, {"name": f"two{version}", "nodes": "x", "unknown": 1}]}
    names = {f"one{version}", f"two{version}"}
    assert ask("POST", f"{api}/clusters", added, "alice")[0] in (422, 500)
    assert clusters() == before
    for lost in ([], [f"These clusters are there already and stay as they are: two{version}"]):
        status, document = ask("POST", f"{api}/clusters", added)
        assert (status, document["errors"]) == (200, [])
        stay = [one["description"] for one in document.get("warnings", ()) if one["source"] != "#/clusters[1]/unknown/"]
        assert stay == (lost if version >= 39 else [])
        assert clusters() == before | names
    shown = ask("GET", f"{api}/clusters")[1]["clusters"]
    assert {one["name"] for one in shown} == before | names
    (one,) = ask("GET", f"{api}/cluster/one{version}")[1]["clusters"]
    assert one["controller"] == {"host": "", "port": 0}
    assert ask("DELETE", f"{api}/cluster/one{version}", user="alice")[0] in (422, 500)
    status, document = ask("DELETE", f"{api}/cluster/one{version}")
    assert (status, document["deleted_clusters"]) == (200, [f"one{version}"])
    assert clusters() == before | {f"two{version}"}
    assert ask("DELETE", f"{api}/cluster/one{version}") == (304, None)
    assert ask("DELETE", f"{api}/cluster/two{version}")[0] == 200
    assert clusters() == before


@pytest.mark.parametrize("version", SERVED["slurmdb"])
@pytest.mark.parametrize(
    "third", [{}, {"name": ""}, {"name": []}, 5, {"name": "x", "flags": ["FOO"]}, {"name": "n" * 70}]
)
def test_that_the_third_of_five_takes_the_others_with_it(
    ask: Any, clusters: Callable[[], set[str]], version: int, third: Any
) -> None:
    before = clusters()
    body = {"clusters": [{"name": "c1"}, {"name": "c2"}, third, {"name": "c4"}, {"name": "c5"}]}
    status, document = ask("POST", f"v0.0.{version}/clusters", body)
    assert status >= 400
    assert document["errors"]
    assert clusters() == before


def test_that_the_log_tells_what_was_added(ask: Any, logs: list[str], clusters: Callable[[], set[str]]) -> None:
    before = clusters()
    for names, told in ((["one", "lab"], "one"), (["lab"], "none")):
        ask("POST", "v0.0.42/clusters", {"clusters": [{"name": name} for name in names]})
        assert f'"added clusters {told}"' in logs[-1]
    assert clusters() == before | {"one"}


def test_a_cluster_that_runs_stays(ask: Any, clusters: Callable[[], set[str]]) -> None:
    for version in SERVED["slurmdb"]:
        status, document = ask("DELETE", f"v0.0.{version}/cluster/lab")
        assert status in (422, 500)
        assert document["errors"][0]["error_number"] == 7001
    assert "lab" in clusters()
