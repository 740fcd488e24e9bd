# SPDX-License-Identifier: GPL-2.0-or-later
"""Bodies of POST config, written as those of slurmdbd_steps.py."""

from __future__ import annotations

from typing import Any

from slurmdbd_steps import Step

_FIRST, _38, _NEW = range(36, 38), range(38, 39), range(40, 46)
_OLD = range(36, 39)
_EMPTY: dict[str, Any] = {"users": [], "QOS": [], "wckeys": []}
"""Up to v0.0.38 these must be there."""

_NO_SUCCESS = (
    "What was refused is an error, and nothing stays; the real server says 200, and has stored what came before."
)
_READ_FIRST = "The body is read to its end before slurmdbd is asked for anything."
_ANSWER = "An answer that is sent back as it came is understood; this one is ours, of a cluster that was never there."
_FORM = "The entry is of another form than others."
_ELSEWHERE = "A QOS is the one of its name; the real server looks for the id that it has in another database."
_STORED = "The real server of 24.11 and 26.05 stores the clusters, and nothing else, and says that all is well."
_PASSED_OVER = "What is passed over is warned of; the real server stores nothing but clusters, and says nothing."


def _config(body: Any, **more: Any) -> Step:
    return Step("POST", "config", body, **more)


def _fault(body: Any, **more: Any) -> Step:
    return _config(body, **{"same": False, **more})


def _old(**parts: Any) -> dict[str, Any]:
    return {**_EMPTY, **parts}


def _account(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "organization": "o", **more}


def _of(account: str, user: str = "", **more: Any) -> dict[str, Any]:
    return {"account": account, "cluster": "lab", "user": user, **more}


def _new(**parts: Any) -> dict[str, Any]:
    return {"clusters": [{"name": "lab"}], **parts}


_WHOLE: dict[str, Any] = {
    "clusters": [{"name": "lab"}],
    "accounts": [_account("@a"), _account("@b")],
    "users": [{"name": "@u"}],
    "wckeys": [{"name": "@k", "user": "bob", "cluster": "lab", "id": 0}],
    "associations": [
        _of("@a", parent_account="root", shares_raw=3),
        _of("@b", parent_account="@a"),
        _of("@b", "@u", qos=["normal"]),
    ],
}
_QOS = [{"name": "@q", "description": "d"}, {"name": "@r"}]

CONFIG_STEPS = (
    *(_fault(body, versions=(*_FIRST, *_38, *_NEW)) for body in ({}, [], {"clusters": []}, {"nosuch": 1})),
    *(
        _fault(body, versions=_OLD)
        for body in (
            _old(clusters=[], accounts=[], associations=[], TRES=[]),
            _old(),
            {"users": [], "qos": [], "wckeys": []},
            _old(clusters=5, accounts={}, associations="x", TRES=5),
            _old(TRES=[{"type": "gres", "name": "@"}]),
        )
    ),
    *(
        _fault(body, versions=_OLD, otherwise=_FIRST, ours=400, why=_NO_SUCCESS)
        for body in (
            _old(accounts=[5]),
            _old(associations=[5]),
            {"users": [], "QOS": [5]},
            {"users": [5]},
        )
    ),
    _fault({"users": [], "QOS": [], "wckeys": [5]}, versions=_OLD, ours=400, why=_FORM),
    _config({"accounts": [_account("@n")], "users": [], "wckeys": []}, versions=_38),
    _config({"accounts": [_account("@n")]}, versions=_38),
    _config({"accounts": [_account("@n")]}, versions=_FIRST),
    *(
        _fault(body, user="alice", versions=_OLD, ours=500, why=f"{_NO_SUCCESS} {_READ_FIRST}")
        for body in (_old(), _old(accounts=[_account("@n")]))
    ),
    _fault({}, user="alice", versions=_38, ours=400, why=_READ_FIRST),
    _config({**_WHOLE, "QOS": _QOS}, versions=_OLD),
    _config({**_WHOLE, "QOS": _QOS}, versions=_OLD),
    _config(_old(QOS=[{"name": "@z", "id": 4000000}]), versions=_38, ours=200, why=_ELSEWHERE, same=False),
    *(_fault(body, user="alice", versions=_NEW) for body in ({"clusters": []}, _new())),
    *(
        _fault(_new(**body), versions=_NEW)
        for body in (
            {},
            {"tres": [5]},
            {"accounts": {"a": 1}},
            {"accounts": 5},
            {"accounts": None},
            {"accounts": [{"name": "@x"}]},
            {"associations": [_of("@a", qos=["nosuch"])]},
            {"nosuch": []},
            {"clusters": [{"name": "@c", "select_plugin": "", "tres": []}]},
        )
    ),
    _fault({"clusters": [{"name": "@c", "associations": {"root": None}}]}, versions=_NEW, ours=200, why=_ANSWER),
    _fault(_new(instances=[5]), versions=range(40, 45)),
    _fault(_new(instances=[{"foo": 1}]), versions=range(40, 45), ours=200, why=_PASSED_OVER),
    # The answers are the same; what is stored is not, see _STORED and test_slurmdbd_config.py.
    _config({**_WHOLE, "qos": _QOS}, versions=_NEW, same=False),
    *(
        _config(_new(**body), versions=_NEW, ours=200, why=_PASSED_OVER, same=False)
        for body in (
            {"tres": [{"type": "gres", "name": "@"}]},
            {"accounts": [_account("@d", flags=["DELETED"])]},
            {"users": [{"name": "@d", "flags": ["DELETED"]}]},
            {"accounts": [_account("@b", associations=[_of("@b", "alice")])]},
        )
    ),
    _fault(_new(associations=[_of("nosuch", "bob")]), versions=_NEW, ours=500, why=_STORED),
)
