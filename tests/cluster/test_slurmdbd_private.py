# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads of a slurmdbd with PrivateData (slurmdbd.conf(5)): who sees what, by the real slurmrestd and by ours.

alice coordinates the account optics and bob is a plain user; root sees everything.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import homes
import pytest
import second_slurmdbd
from cases import ALICE, Case
from compared import compare, data_of
from comparison import Sides, exchange_with
from dbd import ROWS
from sidebyside import program, wire

from slurmrest_inet.versions import since

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may start a slurmdbd as its user")

_VERSIONS = homes.at_home(homes.installed(), "slurmdb")[-1:]
_PRIVATE = "PrivateData=accounts,jobs,usage,users\n"
_BOB, _ROOT = (tuple(line.replace("alice", user) for line in ALICE) for user in ("bob", "root"))
_USAGE = {36: "", 40: "with_usage=true&", 42: "Include%20usage=true&"}
_PAST = "jobs?start_time=2025-03-01&end_time=2025-04-01"
_TARGETS = ("accounts", "users", "user/alice", "associations?USAGEusage_start=2025-01-01", "config", _PAST)
_MORE = (
    *("account/optics", "account/chemistry", "accounts?WithAssociations=true&WithCoordinators=true"),
    *("user/bob", "users?with_assocs=true&with_wckeys=true", "associations", "associations?user=alice"),
    *("association?user=bob&account=chemistry&cluster=lab", "wckeys", "wckey/laser", "qos", "clusters", "tres"),
    *(f"{_PAST}&users=bob", "job/60000001", "job/60000004", "jobs"),
)
"""What `tests/run --all` asks, too."""

_USED = """
insert into slurm_second_db.lab_assoc_usage_hour_table
    (creation_time, mod_time, deleted, id, id_tres, time_start, alloc_secs)
    select 1, 1, 0, id_assoc, tres.id, hour, id_assoc * 100 + tres.id
        from slurm_second_db.lab_assoc_table as assoc, slurm_second_db.tres_table as tres,
            (select 1748736000 as hour union select 1748739600) as hours
        where tres.id < 1005 and not tres.deleted and not assoc.deleted;
"""
"""Two hours of use of all that there is, which the lab's own slurmdbd has not counted yet."""


@pytest.fixture(scope="module")
def private(lab: Lab) -> Iterator[Sides]:
    """Both servers with such a slurmdbd, which has all that the lab's has."""
    with second_slurmdbd.copied(lab, _PRIVATE) as second:
        second_slurmdbd.ask_mariadb(lab, _USED)
        yield Sides(*(exchange_with(start(second), own_pipe=False) for start in (program.real, program.ours)))


@pytest.mark.parametrize("targets", [_TARGETS, pytest.param(_MORE, marks=pytest.mark.slow)], ids=["some", "more"])
@pytest.mark.parametrize("credentials", [ALICE, _BOB, _ROOT], ids=["alice", "bob", "root"])
@pytest.mark.parametrize("version", _VERSIONS)
def test_that_both_tell_the_same(
    version: int,
    credentials: tuple[str, str],
    targets: tuple[str, ...],
    private: Sides,
    tokens: dict[str, str],
    records: dict[str, list[str]],
) -> None:
    for target in targets:
        asked = target.replace("USAGE", since(_USAGE, version))
        case = Case(target, f"/slurmdb/{{v}}/{asked}", credentials=credentials)
        compare(case, version, private, records, tokens, ROWS)


@pytest.mark.parametrize("version", _VERSIONS)
def test_that_something_is_hidden(version: int, private: Sides, tokens: dict[str, str]) -> None:
    """Else both would tell the same of anything."""
    told = {}
    for name, credentials in (("bob", _BOB), ("root", _ROOT)):
        for target in ("users", "accounts", _PAST):
            data = data_of(Case("", "", credentials=credentials), f"/slurmdb/v0.0.{version}/{target}", tokens)
            (answer,) = wire.strict(private.ours(data).output)
            key = target.partition("?")[0]
            told[name, key] = {one.get("name") for one in json.loads(answer.body)[key]}
    assert told["bob", "users"] == {"bob"}
    assert told["bob", "accounts"] < told["root", "accounts"]
    assert told["bob", "jobs"] < told["root", "jobs"]
    assert {"alice", "bob", "root"} <= told["root", "users"]
