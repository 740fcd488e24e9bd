# SPDX-License-Identifier: GPL-2.0-or-later
"""Host lists in libslurm's memory."""

from __future__ import annotations

import pytest

hosts = pytest.importorskip("slurmrest_inet.slurm.hosts", reason="needs the compiled extension")


@pytest.mark.parametrize(
    ("text", "found"),
    [("node2,node1,node1", "node[1-2]"), ("node1", "node1"), ("", ""), ("a5,b[1-3],a[4,6]", "a[4-6],b[1-3]")],
)
def test_lists_of_nodes(text: str, found: str) -> None:
    assert hosts.united(text) == found


def test_a_long_list_of_nodes() -> None:
    names = [f"x{number}y" for number in range(3000)]
    assert set(hosts.united(",".join(names)).split(",")) == set(names)


def test_what_is_no_host_list() -> None:
    with pytest.raises(ValueError, match=r"a\[2"):
        hosts.united("a[2-1]")
    assert hosts.names_of("a[2-1]") == []
