# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts and users that are added with their associations; see slurmdbd_steps.py."""

from __future__ import annotations

from typing import Any

from slurmdbd_steps import Step

_NEW = range(40, 46)


def number(value: int) -> dict[str, Any]:
    """A number object."""
    return {"number": value, "set": True, "infinite": False}


def accounts(names: Any, *, each: Any = None, step: Any = None, **condition: Any) -> Step:
    """One request for accounts. each: of the accounts. step: more of the step."""
    body = {"association_condition": {"accounts": names, "clusters": ["lab"], **condition}}
    if each is not None:
        body["account"] = each
    return Step("POST", "accounts_association", body, **{"versions": _NEW, **(step or {})})


def users(names: Any, *, each: Any = None, step: Any = None, **condition: Any) -> Step:
    """One request for users. each: of the users. step: more of the step."""
    condition = {"users": names, "clusters": ["lab"], **condition}
    body = {"association_condition": condition, "user": {} if each is None else each}
    return Step("POST", "users_association", body, **{"versions": _NEW, **(step or {})})


def _bare(target: str, body: Any, **more: Any) -> Step:
    return Step("POST", target, body, **{"versions": _NEW, **more})


_CPUS = [{"type": "cpu", "count": 4}]
_LIMITS: dict[str, Any] = {
    "comment": "limited",
    "defaultqos": "low",
    "fairshare": 5,
    "grpjobs": number(1),
    "grpjobsaccrue": number(2),
    "grpsubmitjobs": number(3),
    "grptres": _CPUS,
    "grptresmins": _CPUS,
    "grptresrunmins": _CPUS,
    "grpwall": number(4),
    "maxjobs": number(5),
    "maxjobsaccrue": number(6),
    "maxsubmitjobs": number(7),
    "maxtresminsperjob": _CPUS,
    "maxtresrunmins": _CPUS,
    "maxtresperjob": [*_CPUS, {"type": "gres", "name": "gpu", "count": 2}],
    "maxtrespernode": _CPUS,
    "maxwalldurationperjob": number(8),
    "minpriothresh": number(9),
    "priority": number(10),
    "qoslevel": ["normal", "low"],
}
_UNREAD = "What cannot be read is refused; the real server calls that a success, or stores the rest."
_ALICE: dict[str, Any] = {"user": "alice"}
_BOB: dict[str, Any] = {"user": "bob"}


_NO_TRES = {"grptres": [{"type": "nosuch", "count": 1}]}


def _unread(status: int, first: int, last: int) -> dict[str, Any]:
    return {"ours": status, "why": _UNREAD, "versions": range(first, last + 1), "same": False}


STEPS = (
    accounts(["@a", "@b"], each={"description": "d", "organization": "o"}),
    accounts(["@a", "@b"], each={"description": "d", "organization": "o"}),
    accounts(["@a", "@c"], association={"maxjobs": number(9)}),
    accounts(["@d"], association={"parent": "@a"}),
    accounts(["@e"], association=_LIMITS),
    accounts(["@f"], association={"grpjobs": {"infinite": True}, "maxjobs": {"set": False}}),
    accounts(["@f2"], clusters=["lab", "other"]),
    accounts(["@f3"], clusters=[]),
    accounts(["@f3"]),
    accounts(["@x"], clusters=["nosuch"]),
    accounts(["@x"], clusters=["lab", "nosuch"]),
    accounts(["@x"], association={"parent": "nosuch"}),
    accounts(["@x"], step=_BOB),
    accounts(["@x"], step=_ALICE),
    accounts(["@g"], association={"parent": "optics"}, step=_ALICE),
    accounts(["@x"], association={"parent": "chemistry"}, step=_ALICE),
    accounts(["@h"], nosuch=1, each={"foo": 1}),
    accounts("@i,@j"),
    accounts(["@ü"], each={"description": "größe"}),
    *(accounts(one) for one in ([], None, "")),
    *(accounts(["@x"], each=one) for one in ("x", [], 5)),
    *(accounts(["@x"], association=one) for one in ("x", [], 5)),
    *(
        accounts(["@x"], association=one)
        for one in (
            {"qoslevel": ["nosuch"]},
            {"grptres": "x"},
            {"grpjobs": "x"},
        )
    ),
    *(_bare("accounts_association", one) for one in ({"account": {}}, {"association_condition": {}}, {}, [], "x")),
    _bare("accounts_association", None),
    users(
        ["@u", "@v"],
        each={"defaultaccount": "@a", "adminlevel": ["Operator"]},
        accounts=["@a", "@b"],
        association={"maxjobs": number(3), "qoslevel": ["normal"]},
    ),
    users(["@u"], accounts=["@a"]),
    users(["@u", "@w"], accounts=["@a", "@b"]),
    users(["@u"], accounts=["@c"], each={"defaultaccount": "@c"}),
    users(
        ["@p"],
        accounts=["@b"],
        partitions=["main", "free"],
        wckeys=["@k", "@l"],
        each={"defaultaccount": "@b", "defaultwckey": "@k"},
    ),
    users(["@p"], wckeys=["@m"]),
    users(["@q"], each={"defaultaccount": "@b"}),
    users(["@r"], accounts=["@a"], association=_LIMITS),
    users(["alice"], accounts=["@c"]),
    users(["@x"]),
    users(["@x"], accounts=["nosuch"]),
    users(["@x"], accounts=["@a"], clusters=["nosuch"]),
    users(["@x"], accounts=["@a"], step=_BOB),
    users(["@u"], accounts=["optics"], association={"maxjobs": number(3)}, step=_ALICE),
    users(["@x"], accounts=["chemistry"], step=_ALICE),
    users(["@s"], accounts="@a,@b", nosuch=1, each={"foo": 1}),
    *(users(one, accounts=["@a"]) for one in ([], None, "")),
    *(users(["@x"], accounts=["@a"], each=one) for one in ("x", [], 5)),
    *(_bare("users_association", one) for one in ({"user": {}}, {"association_condition": {"users": ["@x"]}}, {}, [])),
    _bare("users_association", None),
    _bare("users_association", {"association_condition": {"accounts": ["@a"]}, "user": {}}),
    *(
        accounts(["@y"], association=association, step=_unread(status, *versions))
        for association, status, versions in (
            ({"fairshare": "x"}, 422, (40, 45)),
            ({"defaultqos": "nosuch"}, 500, (40, 42)),
            ({"defaultqos": "nosuch"}, 422, (43, 45)),
        )
    ),
    users(["@z"], accounts=["@a"], each={"adminlevel": ["King"]}, step={"versions": range(40, 41)}),
    # What the real one stores of these, it stores under names that nothing else has.
    accounts(["@y"], association=_NO_TRES, step=_unread(500, 40, 42)),
    accounts(["@y"], association=_NO_TRES, step=_unread(422, 43, 45)),
    users(["@z"], accounts=["@a"], each={"adminlevel": ["King"]}, step=_unread(500, 41, 45)),
)
