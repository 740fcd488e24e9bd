# SPDX-License-Identifier: GPL-2.0-or-later
"""What is written one after the other in test_slurmdbd_writes.py; @ stands for the letters of who writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALL = range(36, 46)
_OLD, _NEW = range(36, 39), range(40, 46)


class Step(NamedTuple):
    """One request. versions: in which it is sent.

    otherwise: versions in which the real one does otherwise, for which `why` is the reason, and `ours` the status that
    ours answers. same: whether what is stored is the same after it.
    """

    method: str
    target: str
    body: Any = None
    user: str = "root"
    versions: Sequence[int] = _ALL
    ours: int | None = None
    why: str = ""
    otherwise: Sequence[int] = _ALL
    same: bool = True


def _account(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "organization": "o", **more}


def _accounts(*accounts: Any, **more: Any) -> Step:
    return Step("POST", "accounts", {"accounts": list(accounts)}, **more)


def _associations(*associations: Any, **more: Any) -> Step:
    return Step("POST", "associations", {"associations": list(associations)}, **{"versions": range(37, 46), **more})


def _users(*users: Any, **more: Any) -> Step:
    return Step("POST", "users", {"users": list(users)}, **more)


def _of(account: str, user: str = "", **more: Any) -> dict[str, Any]:
    return {"account": account, "cluster": "lab", "user": user, **more}


def _number(value: int) -> dict[str, Any]:
    return {"number": value, "set": True, "infinite": False}


def _wckey(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "user": "bob", "cluster": "lab", **more}


_LACKING = "A record without what it must have is stored by nobody; the real server sends it to slurmdbd all the same."
_UNREAD = "What cannot be read is refused with all beside it; the real server stores the rest of it and says nothing."
_KEPT = "slurmdbd says that all is well and stores nothing."
_FROM_38 = range(38, 46)
_37_ON = range(37, 46)
_36 = range(36, 37)

STEPS = (
    _accounts(_account("@a")),
    _accounts(_account("@a")),
    _accounts(_account("@a", description="zwei")),
    _accounts(_account("@b"), user="bob"),
    _accounts(_account("@b"), user="alice"),
    _accounts({"name": "@b"}),
    _accounts(_account("@c", coordinators=[{"name": "bob", "direct": True}]), versions=_NEW),
    _accounts(_account("@c", coordinators=[]), versions=_NEW),
    _accounts(_account("@ü", description="größe")),
    _accounts(_account("@c", coordinators=[{"name": "nosuchuser", "direct": True}]), versions=_NEW),
    _accounts(_account("@d", associations=[_of("@d", "bob")]), versions=_NEW),
    _accounts(_account("@e", flags=["DELETED"])),
    _accounts(_account("@e", flags=["FOO"]), versions=_FROM_38),
    *(Step("POST", "accounts", {"accounts": one}) for one in (["x"], {"name": "x"}, "x", None, 5, [], [None], [[]])),
    *(Step("POST", "accounts", one) for one in ({}, [], {"foo": 1})),
    _accounts(_account("@f", nosuch=1)),
    *(
        _accounts({**_account("@f"), **one}, versions=_FROM_38)
        for one in (
            {"coordinators": "bob"},
            {"coordinators": ["bob"]},
            {"coordinators": None},
            {"flags": "DELETED"},
        )
    ),
    _accounts({**_account("@f"), "name": ["x"]}, versions=_FROM_38, otherwise=_NEW, ours=422, why=_UNREAD),
    _associations(_of("@a", "bob"), otherwise=_NEW, ours=500, why=_KEPT),
    _associations(_of("@a"), otherwise=_NEW, ours=500, why=_KEPT),
    _associations(_of("@a", parent_account="root")),
    _associations(_of("@b", parent_account="@a", shares_raw=10)),
    _associations(_of("@b", max={"tres": {"total": [{"type": "cpu", "count": 100}]}}), versions=_NEW),
    _associations(
        _of("@b", max={"jobs": {"active": _number(5), "per": {"wall_clock": _number(600)}}}),
        versions=_NEW,
    ),
    _associations(_of("@b", "bob")),
    _associations(_of("@b", "bob", partition="main")),
    _associations(_of("@b", "bob", partition="free", qos=["normal", "low"]), versions=_FROM_38),
    _associations(_of("@b", "bob", partition="main", priority=_number(3)), versions=_NEW),
    _associations(_of("@b", shares_raw=11), versions=_NEW),
    _associations(_of("@b", "bob", shares_raw=12), user="bob", versions=_NEW),
    _associations(_of("@a", "alice"), user="alice"),
    *(
        _associations(_of("@b", "bob", **one), versions=_NEW)
        for one in (
            {"qos": ["nosuch"]},
            {"max": {"jobs": {"active": "x"}}},
            {"nosuch": 1},
            {"parent_account": "nosuch"},
        )
    ),
    _associations(_of("@b", "bob", shares_raw="many"), versions=_NEW, ours=422, why=_UNREAD),
    _associations(_of("@b", "bob", qos="normal,low"), versions=range(43, 46), ours=422, why=_UNREAD),
    *(
        _associations(
            _of("@b", "bob", default={"qos": "nosuch"}),
            versions=some,
            ours=status,
            why="A QOS that there is not is a fault; the real server passes over it.",
        )
        for some, status in ((range(40, 43), 500), (range(43, 46), 422))
    ),
    _associations(_of("@b", "bob", flags=["FOO"]), versions=range(40, 41)),
    _associations(
        _of("@b", "bob", flags=["FOO"]),
        versions=range(41, 43),
        ours=500,
        why="slurmdbd is asked nothing once something of a body is a fault.",
    ),
    _users({"name": "@u"}),
    _users({"name": "@u"}),
    _users({"name": "@v", "administrator_level": "Operator"}, versions=_OLD),
    _users({"name": "@v", "administrator_level": ["Operator"]}, versions=_NEW),
    _users({"name": "@v", "administrator_level": ["King"]}, versions=_FROM_38),
    _associations(_of("@a", "@v")),
    _users({"name": "@v", "default": {"account": "@a"}}, versions=_NEW),
    _users({"name": "@w"}, user="alice"),
    *(Step("POST", "users", one) for one in ({}, {"users": []}, {"users": ["x"]})),
    Step("POST", "users", {"users": [{}]}, versions=range(36, 38)),
    Step("POST", "users", {"users": [{}]}, versions=range(38, 39), ours=400, why=_LACKING),
    Step("POST", "users", {"users": [{}]}, versions=range(40, 43), ours=500, why=_LACKING),
    Step("POST", "users", {"users": [{}]}, versions=range(43, 46), ours=422, why=_LACKING),
    Step("POST", "wckeys", {"wckeys": [_wckey("@k")]}, otherwise=range(38, 39), ours=400, why=_LACKING),
    Step("POST", "wckeys", {"wckeys": [_wckey("@k", id=7)]}),
    Step("POST", "wckeys", {"wckeys": [_wckey("@k", id=7)]}),
    Step("POST", "wckeys", {"wckeys": [_wckey("@k2", id=7)]}, user="bob"),
    *(Step("POST", "wckeys", one) for one in ({}, {"wckeys": []})),
    Step("POST", "wckeys", {"wckeys": ["x"]}, versions=_OLD, ours=400, why="The entry is of another form than others."),
    Step("POST", "wckeys", {"wckeys": ["x"]}, versions=_NEW),
    Step("DELETE", "wckey/@nosuch"),
    Step("DELETE", "wckey/@k", user="bob"),
    Step("DELETE", "wckey/@k"),
    Step("DELETE", "association?account=nosuch"),
    Step("DELETE", "association?account=@b", versions=_FROM_38),
    Step("DELETE", "association?account=@b&user=bob&partition=main&cluster=lab", versions=_37_ON),
    Step("DELETE", "user/nosuch", versions=_37_ON),
    Step("DELETE", "user/@u", user="bob", versions=_37_ON),
    Step("DELETE", "user/@u", versions=_37_ON),
    Step("DELETE", "user/@v", versions=_37_ON),
    Step("DELETE", "account/nosuch"),
    Step(
        "DELETE",
        "account/@e",
        user="bob",
        otherwise=_OLD,
        ours=500,
        why="What slurmdbd refused is not committed, which it refuses, too.",
    ),
    Step("DELETE", "account/@e"),
    Step("DELETE", "account/@a"),
    _accounts(_account("@f", flags=["FOO"]), versions=range(36, 38), ours=400, why=_UNREAD, same=False),
    Step(
        "DELETE",
        "user/@u",
        versions=_36,
        ours=200,
        why="The real server of v0.0.36 calls it a bad request, and removes nobody.",
        same=False,
    ),
)
