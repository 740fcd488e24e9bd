# SPDX-License-Identifier: GPL-2.0-or-later
"""`update_time`: no change may be said only when nothing that the answer would show has changed.

The list of nodes is made of two messages of slurmctld, each with a time of its own: nodes and partitions. Every other
answer that takes update_time is one message. In each test only one of the two changes, between two requests; that it
was only one, the answers of the real slurmrestd tell (differences.READS).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import homes
import pytest
from comparison import message
from differences import READS
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from conftest import Get
    from sidebyside.lab import Lab

VERSIONS = (37, 38, 42)
_REAL = tuple(version for version in VERSIONS[:2] if version in homes.at_home(homes.installed()))
_ADDED = "added"


def _create(lab: Lab) -> None:
    lab.run("scontrol", "create", f"partitionname={_ADDED}", "nodes=node5", "state=DOWN")


@pytest.fixture
def partition(lab: Lab, content: None) -> Iterator[str]:
    """A partition that is gone afterwards."""
    _create(lab)
    yield _ADDED
    if f"PartitionName={_ADDED}" in lab.run("scontrol", "-a", "-o", "show", "partition"):
        lab.run("scontrol", "delete", f"partitionname={_ADDED}")


@pytest.fixture
def since(get: Get, partition: str) -> int:
    """A time after the last change of all nodes and partitions, and before whatever comes next."""
    return _still(get)


def _still(get: Get) -> int:
    for _ in range(20):
        time.sleep(1.1)  # slurmctld compares whole seconds
        now = int(time.time())
        if all(get(f"{one}?update_time={now}", 38)[0] == 304 for one in ("nodes", "partitions")):
            return now
    raise AssertionError("the lab is not still")


@pytest.fixture
def real(lab: Lab, tokens: dict[str, str]) -> Callable[[int, int], int]:
    """The status that the real server answers about nodes since a time."""
    program_ = program.real(lab)

    def ask(since: int, version: int) -> int:
        lines = ("X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {tokens['root']}")
        data = message("GET", f"/slurm/v0.0.{version}/nodes?update_time={since}", "HTTP/1.1", lines, b"")
        return wire.lenient(program_.exchange(data).output)[0].status

    return ask


@pytest.mark.parametrize("version", VERSIONS)
def test_a_partition_has_gone(
    version: int, get: Get, lab: Lab, partition: str, real: Callable[[int, int], int]
) -> None:
    """Its nodes have not changed, says the real server, and yet they are in one partition less."""
    for _ in range(5):
        since = _still(get)
        lab.run("scontrol", "delete", f"partitionname={partition}")
        assert get(f"partitions?update_time={since}", version)[0] == 200
        unchanged = version not in _REAL or real(since, version) == 304
        status, document = get(f"nodes?update_time={since}", version)
        assert status == 200
        assert not any(partition in node["partitions"] for node in document["nodes"])
        assert get("nodes", version)[1]["nodes"] == document["nodes"]
        if unchanged:
            return
        _create(lab)  # a job of another test has ended meanwhile, and its nodes have changed as well
    raise AssertionError(READS["partition-changed"])


def test_a_partition_is_hidden(get: Get, lab: Lab, partition: str, since: int) -> None:
    """From those who are no administrators and do not ask for what is hidden."""
    lab.run("scontrol", "update", f"partitionname={partition}", "hidden=yes")
    status, document = get(f"nodes?flags=DETAIL&update_time={since}", user="alice")
    assert status == 200
    assert not any(partition in node["partitions"] for node in document["nodes"])
    assert any(partition in node["partitions"] for node in get(f"nodes?update_time={since}")[1]["nodes"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_node_has_changed(version: int, get: Get, lab: Lab, since: int, real: Callable[[int, int], int]) -> None:
    lab.run("scontrol", "update", "nodename=spare4", f"comment=of{version}")
    assert get(f"partitions?update_time={since}", version) == (304, None)
    if version in _REAL:
        assert real(since, version) == 500, READS["node-changed"]
    status, document = get(f"nodes?update_time={since}", version)
    assert status == 200
    assert [node["comment"] for node in document["nodes"] if node["name"] == "spare4"] == [f"of{version}"]
    assert get("nodes", version)[1]["nodes"] == document["nodes"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("user", ["root", "alice"])
@pytest.mark.parametrize("flags", ["", "?flags=ALL", "?flags=DETAIL"])
def test_that_a_node_alone_is_that_of_the_list(version: int, user: str, flags: str, get: Get, partition: str) -> None:
    """With its partitions, hidden ones or not."""
    for node in get(f"nodes{flags}", version, user=user)[1]["nodes"]:
        if node["name"] in ("node1", "spare1", "burst2"):
            assert get(f"node/{node['name']}{flags}", version, user=user)[1]["nodes"] == [node]
