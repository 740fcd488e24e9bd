# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients that two generators make from our documents: all of a document is in them, and they work on a cluster.

Rule 1: what a generator warns of is ours, but for what its `USUAL` says, which no document can help.
Rule 2: the cluster is one of the API version's home release. v0.0.39 has none here: it has this machine's own.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import driving
import pytest
from generated import KINDS, OfOpenapiPythonClient, operations, ours
from places import release_of

if TYPE_CHECKING:
    from typing import Callable

    from generated import Client
    from places import Place

pytest.importorskip("openapi_python_client", reason="clients are tried on the machine's own release")

_VERSIONS = (38, 39, 40, 41, 42, 45)
_QUICK = (OfOpenapiPythonClient, 38)
"""What every run tries."""


_each = pytest.mark.parametrize(
    ("kind", "version"),
    [
        pytest.param(*pair, id=f"{pair[0].NAME}-{pair[1]}", marks=[] if pair == _QUICK else [pytest.mark.slow])
        for pair in itertools.product(KINDS, _VERSIONS)
    ],
)


_made: dict[tuple[type[Client], int], Client] = {}


def _client(kind: type[Client], version: int, folder: str) -> Client:
    if (kind, version) not in _made:
        package = f"{kind.__name__.lower()}_{version}"
        _made[kind, version] = kind(ours(version), folder, package)
    return _made[kind, version]


@_each
def test_that_nothing_is_left_out(kind: type[Client], version: int, folder: str) -> None:
    client = _client(kind, version, folder)
    assert [said for said in client.warnings if not said.endswith(kind.USUAL)] == []
    for operation in operations(ours(version)):
        client.function(operation)


@_each
@pytest.mark.timeout(900)
def test_that_it_works_on_a_cluster(
    kind: type[Client], version: int, folder: str, place_of: Callable[[str], Place]
) -> None:
    client, place = _client(kind, version, folder), place_of(release_of(version))
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
