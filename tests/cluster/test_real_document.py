# SPDX-License-Identifier: GPL-2.0-or-later
"""The document that the real slurmrestd serves here is the one that ours is held to (tests/facts/, tests/schema/)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import described
import homes
import make
import pytest
import told
from comparison import message
from sidebyside import program, wire

from slurmrest_inet.versions import HOME, written

if TYPE_CHECKING:
    from sidebyside.lab import Lab

_HERE = homes.installed()


@pytest.fixture(scope="module")
def document(lab: Lab, tokens: dict[str, str]) -> dict[str, Any]:
    """What the real server says of all that it serves."""
    lines = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {tokens['alice']}", "Accept: application/json")
    data = message("GET", "/openapi/v3", "HTTP/1.1", lines, b"")
    (answer,) = wire.lenient(program.real(lab).exchange(data).output)
    return dict(json.loads(answer.body))


@pytest.mark.parametrize("version", [*homes.at_home(_HERE), *homes.SECOND_OPINIONS.get(_HERE, ())])
def test_that_it_is_the_one_that_is_kept(version: int, document: dict[str, Any]) -> None:
    """Schemas of v0.0.41 have names or none as they are met, so what is behind the names is compared."""
    real = described.Described(make.told_document(version, document))
    kept = described.Described(told.document(version, None if HOME[version] == _HERE else written(_HERE)))
    assert described.differences(real, kept) == {}
    assert _statuses(real) == _statuses(kept)


def _statuses(of: described.Described) -> dict[str, list[str]]:
    return {name: sorted(one["answers"]) for name, one in of.operations.items()}
