# SPDX-License-Identifier: GPL-2.0-or-later
"""accounts_association and users_association on every release, also those before 23.11, which have no call for them.

What is said, and what is there afterwards, is what slurmrestd 24.11.5 says and does (test_slurmdbd_writes.py).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from comparison import message
from sidebyside import program, wire

from slurmrest_inet.versions import SERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

    Ask = Callable[[str, dict[str, Any], str], tuple[int, Any]]

_VERSIONS = [version for version in SERVED["slurmdb"] if version >= 40]
_CREATED = " Adding {}(s)\n{} Settings\n{}"
_HEADING = " Associations =\n"


def _associated(account: str, user: str | None = None, partition: str | None = None) -> str:
    line = f"  C = lab        A = {account:<20}"
    line += "" if user is None else f" U = {user:<9}"
    return line + ("\n" if partition is None else f" P = {partition}\n")


def _accounts(*names: str, description: str = "Account Name") -> str:
    settings = f"  Description     = {description}\n  Organization    = Parent/Account Name\n"
    return _CREATED.format("Account", "".join(f"  {name}\n" for name in names), settings)


def _users(*names: str, settings: str = "") -> str:
    return _CREATED.format("User", "".join(f"  {name}\n" for name in names), settings)


class Case(NamedTuple):
    """One request of a row of them, and what is said: a text with a success, a code with an error, None with 304."""

    path: str
    condition: dict[str, Any]
    each: dict[str, Any]
    said: str | int | None
    user: str = "root"


_ROW = (
    Case(
        "accounts",
        {
            "accounts": ["tga", "tgb"],
            "association": {"maxjobs": {"set": True, "number": 9}, "grptres": [{"type": "cpu", "count": 4}]},
        },
        {"description": "d"},
        _accounts("tga", "tgb", description="d") + _HEADING + _associated("tga") + _associated("tgb"),
    ),
    Case("accounts", {"accounts": ["tga", "tgb"]}, {}, None),
    Case(
        "accounts",
        {"accounts": ["tga", "tgc"], "association": {"parent": "tgb"}},
        {},
        _accounts("tgc") + "Already existing account tga on cluster lab\n" + _associated("tgc"),
    ),
    Case("accounts", {"accounts": ["tgx"], "association": {"parent": "nosuch"}}, {}, 2046),
    Case("accounts", {"accounts": ["tgx"], "clusters": ["lab", "nosuch"]}, {}, 7104),
    Case("accounts", {"accounts": []}, {}, 2162),
    Case("accounts", {"accounts": ["tgx"]}, {}, 2002, "bob"),
    Case("accounts", {"accounts": ["tgx"], "association": {"parent": "chemistry"}}, {}, 2002, "alice"),
    Case(
        "accounts",
        {"accounts": ["tgd"], "association": {"parent": "optics"}},
        {},
        _accounts("tgd") + _HEADING + _associated("tgd"),
        "alice",
    ),
    Case(
        "users",
        {"users": ["tgu", "tgv"], "accounts": ["tga", "tgb"], "association": {"maxjobs": {"set": True, "number": 3}}},
        {"defaultaccount": "tgb", "adminlevel": ["Operator"]},
        _users("tgu", "tgv", settings="  Default Account = tgb\n  Admin Level     = Operator\n")
        + _HEADING
        + "".join(_associated(account, user) for account in ("tga", "tgb") for user in ("tgu", "tgv")),
    ),
    Case("users", {"users": ["tgu"], "accounts": ["tga"]}, {}, None),
    Case("users", {"users": ["tgu"], "accounts": ["nosuch"]}, {}, None),
    Case("users", {"users": ["tgu"], "accounts": ["tgc"]}, {}, _HEADING + _associated("tgc", "tgu")),
    Case("users", {"users": ["tgu"]}, {}, 9211),
    Case("users", {"users": ["tgx"], "accounts": ["tga"]}, {}, 2002, "bob"),
    Case(
        "users",
        {"users": ["tgw"], "accounts": ["tga"], "partitions": ["main", "free"], "wckeys": ["tgk"]},
        {"defaultaccount": "tga", "defaultwckey": "tgk"},
        _users("tgw", settings="  Default Account = tga\n  Default WCKey   = tgk\n")
        + _HEADING
        + _associated("tga", "tgw", "main")
        + _associated("tga", "tgw", "free")
        + " Wckey(s)\n  C = lab        W = tgk        U = tgw      \n",
    ),
)
_STORED = """
tga|||9|cpu=4 tga|tgu||3| tga|tgv||3| tga|tgw|free|| tga|tgw|main||
tgb|||9|cpu=4 tgb|tgu||3| tgb|tgv||3| tgc|||| tgc|tgu||| tgd||||
"""
_PEOPLE = "tgu|Operator|tgb| tgv|Operator|tgb| tgw|None|tga|tgk"


@pytest.fixture(params=_VERSIONS)
def ask(request: pytest.FixtureRequest, lab: Lab, tokens: dict[str, str]) -> Iterator[Ask]:
    ours = program.ours(lab)

    def send(path: str, body: dict[str, Any], user: str) -> tuple[int, Any]:
        data = json.dumps(body).encode()
        head = [f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}", "Content-Type: application/json"]
        target = f"/slurmdb/v0.0.{request.param}/{path}_association"
        sent = message("POST", target, "HTTP/1.1", [*head, f"Content-Length: {len(data)}"], data)
        (answer,) = wire.strict(ours.exchange(sent).output)
        return answer.status, json.loads(answer.body) if answer.body else None

    yield send
    lab.run("sacctmgr", "-i", "delete", "user", "name=tgu,tgv,tgw")
    lab.run("sacctmgr", "-i", "delete", "account", "name=tga,tgb,tgc,tgd")


def _told(lab: Lab, *what: str) -> list[str]:
    lines = lab.run("sacctmgr", "-nP", "list", *what).splitlines()
    return sorted(line for line in lines if line.startswith("tg"))


def test_that_all_of_it_is_there(lab: Lab, ask: Ask) -> None:
    for case in _ROW:
        condition = {"clusters": ["lab"], **case.condition}
        body = {"association_condition": condition, case.path[:-1]: case.each}
        before = _told(lab, "assoc", "format=account,user,partition,qos")
        status, document = ask(case.path, body, case.user)
        if isinstance(case.said, str):
            assert (status, document.get(f"added_{case.path}")) == (200, case.said), case
        elif case.said is None:
            assert (status, document) == (304, None), case
        else:
            assert status >= 400, case
            assert document["errors"][0]["error_number"] == case.said, case
        if not isinstance(case.said, str):
            assert _told(lab, "assoc", "format=account,user,partition,qos") == before, case
    stored = _told(lab, "assoc", "wopi", "format=account,user,partition,maxjobs,grptres")
    assert stored == sorted(_STORED.split())
    parents = _told(lab, "assoc", "user=", "format=account,parentname")
    assert parents == ["tga|root", "tgb|root", "tgc|tgb", "tgd|optics"]
    assert _told(lab, "user", "format=user,adminlevel,defaultaccount,defaultwckey") == _PEOPLE.split()
