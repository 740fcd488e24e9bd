# SPDX-License-Identifier: GPL-2.0-or-later
"""Host lists in libslurm's memory."""

from __future__ import annotations

from typing import Any

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


class _Counting:
    """libslurm that knows how many host lists are not given back."""

    def __init__(self) -> None:
        self._lib = hosts.lib
        self.open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lib, name)

    def slurm_hostlist_create(self, text: Any) -> Any:
        found = self._lib.slurm_hostlist_create(text)
        self.open += found != hosts.ffi.NULL
        return found

    def slurm_hostlist_destroy(self, found: Any) -> None:
        self.open -= 1
        self._lib.slurm_hostlist_destroy(found)


@pytest.mark.parametrize("expressions", [["a", "b[2-1]"], ["a", f"x[1-{hosts.MOST}][1-2]"], ["a", "b[1-3]"], []])
def test_that_each_list_is_given_back(expressions: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    counting = _Counting()
    monkeypatch.setattr(hosts, "lib", counting)
    try:
        with hosts.Hosts.of(expressions) as found:
            assert counting.open == 1
            assert found.expression() == ",".join(expressions)
    except ValueError:
        assert len(expressions) > 1
    assert counting.open == 0
    assert hosts.joined(expressions) in (",".join(expressions), None)
    assert counting.open == 0
