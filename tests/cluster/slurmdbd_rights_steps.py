# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may write what: the same requests by who has rights, a coordinator and a plain user; see slurmdbd_steps.py.

alice is the coordinator of the account optics; bob is an operator or an administrator where a test makes him one.
"""

from __future__ import annotations

from typing import Any

from slurmdbd_steps import Step

_ALL, _OLD, _NEW = range(37, 46), range(37, 39), range(40, 46)
_SINCE = {"qos": _NEW}


def _post(path: str, *records: dict[str, Any], **more: Any) -> Step:
    return Step("POST", path, {path: list(records)}, **{"versions": _SINCE.get(path, _ALL), **more})


def _account(name: str) -> dict[str, Any]:
    return {"name": name, "description": "d", "organization": "o"}


def _of(account: str, user: str = "", **more: Any) -> dict[str, Any]:
    return {"account": account, "cluster": "lab", "user": user, **more}


_TWICE = "The real server goes on after what slurmdbd refused, and tells that it is refused again."


def _once(versions: range, why: str, *, may: bool) -> dict[str, Any]:
    """What a step has where the real server makes more of a refusal."""
    return {} if may else {"otherwise": versions, "ours": 500, "why": why}


def _written(user: str, letter: str, *, may: bool) -> tuple[Step, ...]:
    """All that can be written, by a user, under names that begin with a letter. may: whether it is allowed."""
    account, person, qos = f"@{letter}a", f"@{letter}u", f"@{letter}q"
    return (
        _post("accounts", _account(account), user=user),
        _post("associations", _of(account, parent_account="root"), user=user),
        _post("associations", _of(account, parent_account="optics"), user=user, versions=_NEW),
        _post("users", {"name": person}, user=user),
        *(
            _post("users", {"name": f"{person}2", "administrator_level": level}, user=user, versions=versions)
            for level, versions in (("Administrator", _OLD), (["Administrator"], _NEW))
        ),
        _post("associations", _of("optics", person), user=user),
        _post("associations", _of("chemistry", person), user=user),
        _post("qos", {"name": qos}, user=user, same=False),
        _post("qos", {"name": qos, "description": "two"}, user=user, same=False),
        Step("POST", "qos", {"QOS": [{"name": qos}]}, user, range(38, 39), same=False),
        _post("wckeys", {"name": f"@{letter}k", "user": "bob", "cluster": "lab", "id": 7}, user=user),
        Step("DELETE", f"wckey/@{letter}k", user=user, versions=_ALL),
        Step("DELETE", f"qos/{qos}", user=user, versions=range(38, 46), same=False),
        Step(
            "DELETE",
            f"association?account=optics&user={person}&cluster=lab",
            user=user,
            versions=_ALL,
            **_once(range(38, 39), _TWICE, may=may or user == "alice"),
        ),
        Step("DELETE", f"user/{person}", user=user, versions=_ALL),
        Step("DELETE", f"account/{account}", user=user, versions=_ALL, **_once(range(37, 39), _TWICE, may=may)),
        _post("clusters", {"name": "other"}, user=user, same=False),
        Step("DELETE", "cluster/nosuch", user=user, versions=_ALL, same=False),
    )


ADMINISTRATORS = _written("bob", "o", may=True)
OTHERS = (*_written("alice", "c", may=False), *_written("bob", "p", may=False))
"""A coordinator, and a plain user."""
SOME = tuple(step for step in OTHERS if step.target.startswith(("accounts", "association?", "qos/", "account/")))
"""Of these, what every run tries."""
