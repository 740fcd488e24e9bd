# SPDX-License-Identifier: GPL-2.0-or-later
"""Host lists, on any release: what is read, what is made of it, and that large ones are made while they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from slurmrest_inet import slurm

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api import envelope
from slurmrest_inet.api.call import Call
from slurmrest_inet.api.util import hosts
from slurmrest_inet.slurm import codec
from slurmrest_inet.slurm.hosts import Hosts, bound

if TYPE_CHECKING:
    from slurmrest_inet.api.envelope import Answer

VERSIONS = (44, 45)


def _document(answer: Answer, version: int = 45) -> dict[str, Any]:
    document = envelope.Document(answer, {}, version, codec.JSON_COMPACT)
    try:
        found: dict[str, Any] = json.loads(b"".join(map(bytes, document)))
    finally:
        document.close()
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("n[1-3,7],m[01-02]", ["n1", "n2", "n3", "n7", "m01", "m02"]),
        ("", []),
        (None, []),
        ([], []),
        (["n1", "n[2-3]"], ["n1", "n2", "n3"]),
        ("n1,n1", ["n1", "n1"]),
    ],
)
def test_names(given: Any, names: list[str], version: int) -> None:
    answer = hosts.names(Call(version, {}, {}, {"hostlist": given}))
    assert (answer.code, _document(answer, version)["hostnames"]) == (0, names)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("given", "expression"),
    [
        (["n1", "n2", "n3", "m01", "n7"], "n[1-3],m01,n7"),
        (["n3", "n1", "n2"], "n[3,1-2]"),
        ("n1,n2", "n[1-2]"),
        ([1, 2], "[1-2]"),
        ([], ""),
        (None, ""),
    ],
)
def test_expressions(given: Any, expression: str, version: int) -> None:
    answer = hosts.expression(Call(version, {}, {}, {"hostnames": given}))
    assert (answer.code, _document(answer, version)["hostlist"]) == (0, expression)


@pytest.mark.parametrize("function", [hosts.names, hosts.expression])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("n[1-", "Invalid hostlist string: n[1-"),
        ("n1,n[", "Invalid hostlist string: n1,n["),
        (["n1", "n["], "Invalid host string: n["),
        (["n1", ""], "Invalid host string: "),
        (5, "string expected but got 5"),
        ([["n1"]], 'string expected but got ["n1"]'),
    ],
)
def test_faults(function: Any, value: Any, said: str) -> None:
    key = {hosts.names: "hostlist", hosts.expression: "hostnames"}[function]
    answer = function(Call(45, {}, {}, {key: value}))
    assert answer.code == 9000
    first, second = answer.errors
    assert (first["description"], first["error_number"], first["source"].partition("[")[0]) == (said, 9216, f"#/{key}/")
    assert (second["error_number"], second["source"]) == (9000, "_convert_hostnames_hostlist")
    assert not answer.payload


@pytest.mark.parametrize("function", [hosts.names, hosts.expression])
@pytest.mark.parametrize("body", [None, {}, {"foo": 1}, [], "n1"])
def test_bodies_without_hosts(function: Any, body: Any) -> None:
    answer = function(Call(45, {}, {}, body))
    assert (answer.code, [one["error_number"] for one in answer.errors][1:]) == (9000, [9000])


def test_that_names_are_made_while_they_are_written() -> None:
    """A dozen bytes are 65,536 hosts, and so are the next dozen: the buffer stays as it is."""
    answer = hosts.names(Call(45, {}, {}, {"hostlist": ",".join(["node[1-60000]"] * 20)}))
    document = envelope.Document(answer, {}, 45, codec.JSON_COMPACT)
    sizes = [len(piece) for piece in document]
    document.close()
    assert len(sizes) > 40
    assert max(sizes) < 1.1 * codec.BUFFER_BYTES


_MANY = "[1-65536]"


@pytest.mark.parametrize("given", [f"n{_MANY}x{_MANY}", f"n{_MANY}" * 4, ",".join([f"n{_MANY}"] * 65)])
@pytest.mark.parametrize("listed", [False, True])
def test_that_too_many_hosts_are_refused(given: str, listed: bool) -> None:
    """libslurm of 26.05 counts the first of these as 0, and has no memory for the second."""
    answer = hosts.names(Call(45, {}, {}, {"hostlist": given.split(",") if listed else given}))
    assert (answer.code, answer.errors[0]["description"]) == (9000, "More than 4194304 hosts")


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ("", 1),
        ("n1", 1),
        ("a,b[1-2],c", 4),
        ("n[1-3,7],m[01-02]", 6),
        ("a[1-2]b[1-3],c,d[5-9],e,f", 14),
        ("n[1-65536]x[1-64]", 2**22),
        ("n[5-2]", 1),
    ],
)
def test_how_many_hosts_a_text_can_be(given: str, count: int) -> None:
    assert bound(given) == count


def test_that_a_list_is_given_back() -> None:
    with Hosts("n[1-2]") as kept:
        assert kept.add("n3")
        assert not kept.add("n[")
        assert kept.expression() == "n[1-3]"
    kept.close()
    with pytest.raises(ValueError, match=r"n\["):
        Hosts("n[")


def test_long_expressions() -> None:
    """Longer than the room that libslurm is given at first."""
    names = [f"a{number}b" for number in range(5000)]
    answer = hosts.expression(Call(45, {}, {}, {"hostnames": names}))
    again = hosts.names(Call(45, {}, {}, {"hostlist": _document(answer)["hostlist"]}))
    assert _document(again)["hostnames"] == names
