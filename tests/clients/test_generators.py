# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that two generators make from our documents: all of a document is in them, and they work on a cluster.

Rule 1: what a generator warns of is ours, but for what `_THEIRS` says, which no document can help.
Rule 2: the cluster is one of the API version's home release. v0.0.39 has none here: its client is only generated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import driving
import pytest
from generated import KINDS, OfOpenapiGenerator, OfOpenapiPythonClient, operations, ours

from slurmrest_inet.versions import HOME, written

if TYPE_CHECKING:
    from typing import Callable

    from generated import Client
    from places import Place

pytest.importorskip("openapi_python_client", reason="clients are tried on the machine's own release")

_GENERATED = (38, 39, 40, 42, 45)
_DRIVEN = (38, 42, 45)
_THEIRS = {
    OfOpenapiPythonClient: ("Unsupported content type application/x-yaml",),
    OfOpenapiGenerator: ("Failed to get the schema name: null",),
}
"""The one has no YAML: of a body it offers JSON alone. The other says so of any document that has an object."""
_QUICK = (OfOpenapiPythonClient, 38)
"""What every run tries."""


def _each(versions: tuple[int, ...]) -> pytest.MarkDecorator:
    pairs = [(kind, version) for kind in KINDS for version in versions]
    return pytest.mark.parametrize(
        ("kind", "version"),
        [
            pytest.param(*pair, id=f"{pair[0].NAME}-{pair[1]}", marks=[] if pair == _QUICK else [pytest.mark.slow])
            for pair in pairs
        ],
    )


_made: dict[tuple[type[Client], int], Client] = {}


def _client(kind: type[Client], version: int, folder: str) -> Client:
    if (kind, version) not in _made:
        package = f"{kind.__name__.lower()}_{version}"
        _made[kind, version] = kind(ours(version), folder, package)
    return _made[kind, version]


@_each(_GENERATED)
def test_that_nothing_is_left_out(kind: type[Client], version: int, folder: str) -> None:
    client = _client(kind, version, folder)
    assert [said for said in client.warnings if not said.endswith(_THEIRS[kind])] == []
    for operation in operations(ours(version)):
        client.function(operation)


@_each(_DRIVEN)
@pytest.mark.timeout(900)
def test_that_it_works_on_a_cluster(
    kind: type[Client], version: int, folder: str, place_of: Callable[[str], Place]
) -> None:
    client, place = _client(kind, version, folder), place_of(written(HOME[version]))
    client.connect(place.url, "root", place.token("root"))
    names = driving.names(place.run, place.job, "node1", "alice")
    unread = [
        f"{operation.path}: {why}"
        for operation, values in driving.readable(client, names)
        if (why := driving.read(client, operation, values))
    ]
    assert unread == []
    driving.an_account(client, version, "bob", place.run)
    client.connect(place.url, "alice", place.token("alice"))
    driving.a_job(client, version, place.variables["LAB_FREE_PARTITION"], place.run)
