# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounts, users, associations and wckeys written by the real slurmrestd and by ours, each under names of its own.

Rule 1: both do the same one after the other. What they answer must be the same but for the names, and so must be what
        sacctmgr then tells of those.
Rule 2: where the real one does otherwise, the step says why, and what ours answers instead; what is stored is then
        compared where both can have come to the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import homes
import pytest
from comparison import message
from sidebyside import program, wire
from slurmdbd_addition_steps import STEPS as ADDITIONS
from slurmdbd_config_steps import CONFIG_STEPS
from slurmdbd_rights_steps import ADMINISTRATORS, OTHERS, SOME
from slurmdbd_steps import STEPS, Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sidebyside.lab import Lab

    Ask = Any

_RELEASE = homes.installed()
_VERSIONS = homes.at_home(_RELEASE, "slurmdb")
# v0.0.37 reads and tells as the one before, and a minute for either would be much.
_SHORT = [pytest.param(one, marks=[pytest.mark.slow] if one == 36 else []) for one in _VERSIONS]
_NAMES = ("real", "ours")
_TOLD = {
    "account": "account withcoord format=account,descr,org,coordinators",
    "assoc": "assoc format=cluster,account,user,partition,parentname,share,grpjobs,maxjobs,maxsubmit,grptres,maxtres,"
    "maxwall,qos,defaultqos,priority",
    "user": "user withcoord format=user,adminlevel,defaultaccount,defaultwckey,coordinators",
    "wckey": "wckey format=wckey,cluster,user",
    "qos": "qos format=name,descr,flags,priority",
    "cluster": "cluster format=cluster",
}


def _told(lab: Lab, step: Step, mark: str) -> list[set[str]]:
    """What sacctmgr tells after a step of all that has the letters of each of the two, with @ in their place."""
    found: list[set[str]] = [set() for _ in _NAMES]
    for kind, what in _TOLD.items():
        told_of = step.target.startswith((kind, "config")) or step.target.endswith("_association")
        if step.method == "POST" and not told_of:
            continue
        lines = lab.run("sacctmgr", "-nP", "list", *what.split()).splitlines()
        for told, name in zip(found, _NAMES):
            own = f"{name}{mark}"
            # Who was there before, and gets another default, gets that of the first of the two.
            known = [line for line in lines if own in line and (kind != "user" or line.startswith(own))]
            told.update(f"{kind} {line.replace(own, '@')}" for line in known)
    return found


def _answer(output: bytes, name: str) -> tuple[int, Any]:
    """The status, and the body without what differs by itself, with @ in the place of a name's letters."""
    answers = [one for one in wire.lenient(output) if one.status >= 200]
    if not answers:
        return 0, None
    text = answers[0].body.decode().replace(name, "@")
    body = json.loads(re.sub(r"\(0x[0-9a-f]+\)", "()", text)) if text.startswith("{") else text
    if isinstance(body, dict):
        body.pop("meta", None)
        for empty in ("errors", "warnings"):
            if not body.get(empty):
                body.pop(empty, None)
    return answers[0].status, body


@pytest.fixture(scope="module")
def ask(lab: Lab, tokens: dict[str, str]) -> Ask:
    """Both programs, with a slurmdbd that has just read its database.

    One of 24.11 that has added and removed many associations comes to miss some that there are, and adds them again for
    one of the two.
    """
    lab.stop("slurmdbd")
    lab.start("slurmdbd")
    programs = {"real": program.real(lab), "ours": program.ours(lab)}

    def send(name: str, step: Step, version: int, mark: str = "") -> tuple[int, Any]:
        own = f"{name}{mark or version}"
        body = "" if step.body is None else json.dumps(step.body, ensure_ascii=False).replace("@", own)
        if version < 39:
            body = body.replace('"user": ""', '"user": null')
        headers = [f"X-SLURM-USER-NAME: {step.user}", f"X-SLURM-USER-TOKEN: {tokens[step.user]}"]
        if body:
            headers += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
        target = f"/slurmdb/v0.0.{version}/{step.target}".replace("@", own)
        data = message(step.method, target, "HTTP/1.1", headers, body.encode())
        return _answer(programs[name].exchange(data).output, own)

    return send


@pytest.fixture(autouse=True)
def _removed(lab: Lab, ask: Ask) -> Iterator[None]:
    yield
    for name in set(lab.run("sacctmgr", "-nP", "list", "wckey", "format=wckey").split()):
        if name.startswith(_NAMES):
            assert ask("ours", Step("DELETE", f"wckey/{name}"), _VERSIONS[-1])[0] == 200  # sacctmgr removes none
    for kind, name in (("user", "user"), ("account", "account"), ("qos", "name"), ("cluster", "cluster")):
        lines = lab.run("sacctmgr", "-nP", "list", kind, f"format={name}").split()
        written = [one for one in lines if one.startswith(_NAMES)]
        if written:
            lab.run("sacctmgr", "-i", "delete", kind, f"name={','.join(written)}")
    # slurmdbd of 26.05 leaves those of an account that went with the one above it; sacctmgr takes them for damage.
    left = lab.run("sacctmgr", "-nP", "list", "assoc", "format=account").split()
    accounts = {one for one in left if one.startswith(_NAMES)}
    if accounts:
        assert ask("ours", Step("DELETE", f"associations?account={'%2C'.join(accounts)}"), _VERSIONS[-1])[0] == 200


@pytest.mark.parametrize("steps", [STEPS, ADDITIONS, CONFIG_STEPS], ids=["each", "together", "config"])
@pytest.mark.parametrize("version", _SHORT)
def test_that_both_store_the_same(lab: Lab, ask: Ask, version: int, steps: tuple[Step, ...]) -> None:
    _compare(lab, ask, version, steps, str(version))


@pytest.mark.parametrize(
    ("version", "steps"),
    [
        *((version, SOME) for version in _VERSIONS[-1:]),
        *(pytest.param(version, OTHERS, marks=pytest.mark.slow) for version in _VERSIONS),
    ],
)
def test_that_a_coordinator_and_a_plain_user_may_do_the_same(
    lab: Lab, ask: Ask, version: int, steps: tuple[Step, ...]
) -> None:
    _compare(lab, ask, version, steps, f"r{version}")


@pytest.mark.slow
@pytest.mark.parametrize("level", ["Operator", "Administrator"])
@pytest.mark.parametrize("version", _VERSIONS)
def test_that_who_has_rights_in_slurmdbd_may_do_the_same(lab: Lab, ask: Ask, version: int, level: str) -> None:
    lab.run("sacctmgr", "-i", "modify", "user", "bob", "set", f"adminlevel={level}")
    try:
        _compare(lab, ask, version, ADMINISTRATORS, f"{level.lower()[:1]}{version}")
    finally:
        lab.run("sacctmgr", "-i", "modify", "user", "bob", "set", "adminlevel=None")


def _compare(lab: Lab, ask: Ask, version: int, steps: tuple[Step, ...], mark: str) -> None:
    """mark: of the names that are written; slurmdbd goes on telling of some that were removed by another test."""
    if not any(version in step.versions for step in steps):
        pytest.skip("this version has no such requests")
    troubles = []
    for number, step in enumerate(steps):
        if version not in step.versions:
            continue
        real, ours = (ask(name, step, version, mark) for name in _NAMES)
        request = f"{number} {step.method} {step.target} {step.user} {json.dumps(step.body)}"
        if step.ours is None or version not in step.otherwise:
            if real != ours:
                troubles.append(f"{request}\n   real {real}\n   ours {ours}")
        elif ours[0] != step.ours:
            troubles.append(f"{request}\n   ours {ours}, not {step.ours}")
        elif real == ours:
            troubles.append(f"{request}\n   no difference: {real}")
        if step.same:
            stored = _told(lab, step, mark)
            if stored[0] != stored[1]:
                only = [sorted(one - other) for one, other in (stored, stored[::-1])]
                troubles.append(f"{request}\n   stored by real {only[0]}\n   stored by ours {only[1]}")
    assert not troubles, "\n".join(troubles)


@pytest.mark.parametrize("target", ["", "?usr=bob", "?account=", "?account=%2C", "?with_deleted=true", "?DELETED=true"])
@pytest.mark.parametrize("version", [number for number in _VERSIONS if number >= 38])
def test_that_what_names_nothing_removes_nothing(lab: Lab, ask: Ask, version: int, target: str) -> None:
    """To slurmdbd that would be every association there is; the real one is not asked."""
    before = lab.run("sacctmgr", "-nP", "list", "assoc")
    status, document = ask("ours", Step("DELETE", f"associations{target}"), version)
    assert status in (400, 422)
    assert "removed_associations" not in document or not document["removed_associations"]
    assert document["errors"]
    assert lab.run("sacctmgr", "-nP", "list", "assoc") == before
