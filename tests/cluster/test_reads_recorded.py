# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads by ours, beside recordings of slurmrestd of releases that Debian does not carry.

Those of 23.02 are of v0.0.39, whose home it is; those of 25.11 are a second opinion on versions of 26.05.

Rule 1: status, entries and the types of all values are as recorded, whatever cluster is behind it, or a row of
        recorded_differences.py says what is otherwise and why.
Rule 2: requests of one user and version share a connection, so of one instance: none of them changes anything.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import make
import pytest
import told
from comparison import message
from recorded_differences import LIES, READS
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_HERE = {"debug": "main", "big": "free", "maint": "cores", "n0001": "node2"}
"""Names of this cluster by those of the recorded one."""
_HERE_IN_DATABASE = {
    "debug": "main", "big": "main", "wk1": "laser", "fast": "high", "gpu1": "past", "amd": "fast",
    "jobs?account=physics": "jobs?account=optics", "step=5%2B1": "step={components}%2B1", "step=3_1": "step={array}_1",
    "association?user=alice": "association?user=alice&account=optics&cluster=lab",
    "description=phys": "description=Physics", "default_account=physics": "default_account=optics",
    "scheduled_on_submit=true": "job_name=nosuch",
    "instances?cluster=lab": "instances?cluster=nosuch", "instance?cluster=lab": "instance?cluster=nosuch",
    "instances": "instances?cluster=nosuch", "instance": "instance?cluster=nosuch",
}  # fmt: skip
"""The same of what slurmdbd keeps, what has jobs or names one association, and what there was nothing of."""
_RELEASES = ("23.02", "25.11")
_RECORDED = [
    {"release": release, **one}
    for release in _RELEASES
    for side in ("slurm", "slurmdb")
    for one in told.recorded_reads(release, side)
]


def _id(one: dict[str, Any]) -> str:
    told_ = f"{one['side']}-{one['version']}-{one['path']}"
    return told_ + (", as root" if one.get("root") else "") + (", daemon down" if one.get("down") else "")


def _marks(one: dict[str, Any]) -> list[pytest.MarkDecorator]:
    """25.11 says nothing of what ours is on earlier releases; v0.0.43 is v0.0.44 but for resources."""
    if one["release"] != "25.11":
        return []
    slow = one["version"] == 43 or one.get("down")
    return [pytest.mark.slurm(">= 26.05"), *([pytest.mark.slow] if slow else [])]


class _Group(NamedTuple):
    """Who asks what of whom."""

    version: int
    side: str
    root: bool
    down: bool


def _group(one: dict[str, Any]) -> _Group:
    return _Group(one["version"], one["side"], bool(one.get("root")), bool(one.get("down")))


class Answers:
    """Our answers to all that was recorded, asked a group at a time when one of it is wanted."""

    def __init__(self, lab: Lab, tokens: dict[str, str], labels: dict[str, str], unreachable: dict[str, str]) -> None:
        self._lab, self._tokens, self._labels, self._unreachable = lab, tokens, labels, unreachable
        self._found: dict[_Group, dict[str, wire.Answer]] = {}

    def to(self, one: dict[str, Any]) -> wire.Answer:
        """The answer to a recorded exchange."""
        group = _group(one)
        if group not in self._found:
            self._found[group] = dict(self._ask(group))
        return self._found[group][one["path"]]

    def _ask(self, group: _Group) -> Iterator[tuple[str, wire.Answer]]:
        ours = program.ours(self._lab)
        if group.down:
            ours = ours.with_options(SLURM_CONF=self._unreachable[group.side])
        waiting = list(dict.fromkeys(one["path"] for one in _RECORDED if _group(one) == group))
        while waiting:
            data = b"".join(self._request(group, path) for path in waiting)
            answers = wire.strict(ours.exchange(data).output)
            assert answers, waiting[0]
            yield from zip(waiting, answers)
            waiting = waiting[len(answers) :]  # what stands behind an answer that closes is sent again

    def _request(self, group: _Group, path: str) -> bytes:
        here = _HERE if group.side == "slurm" else _HERE_IN_DATABASE
        path = re.sub("|".join(map(re.escape, here)), lambda match: here[match[0]], path).format_map(self._labels)
        user = "root" if group.root else "alice"
        lines = (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {self._tokens[user]}")
        return message("GET", f"/{group.side}/v0.0.{group.version}/{path}", "HTTP/1.1", lines, b"")


@pytest.fixture(scope="module")
def answers(lab: Lab, tokens: dict[str, str], unreachable: str, dbd_unreachable: str) -> Answers:
    with open(f"{lab.directory}/jobs.json", encoding="utf-8") as file:
        jobs = json.load(file)
    labels = {"running": jobs["plain"], "array": jobs["array"], "components": jobs["het"], "finished": jobs["finished"]}
    return Answers(lab, tokens, labels, {"slurm": unreachable, "slurmdb": dbd_unreachable})


_needed: dict[str, set[str]] = defaultdict(set)
_done: dict[str, int] = defaultdict(int)


@pytest.mark.parametrize("one", [pytest.param(one, id=_id(one), marks=_marks(one)) for one in _RECORDED])
def test_exchange(one: dict[str, Any], answers: Answers) -> None:
    answer = answers.to(one)
    body = json.loads(answer.body) if answer.headers.get("content-type") == "application/json" else {}
    if one["release"] == "23.02" and (one["path"], bool(one.get("down"))) in LIES:
        assert (one["status"], one["errors"]) == (200, [])
        assert answer.status in (422, 500)
        assert body["errors"][0]["description"]
        return
    left = {}
    for place, (recorded, ours) in dict(_disagreements(one, answer.status, body)).items():
        rows = [row.ident for row in READS if row.explains(one, place, recorded, ours)]
        _needed[one["release"]].update(rows)
        if not rows:
            left[place] = f"recorded {recorded!r}, ours {ours!r}"
    assert left == {}
    _done[one["release"]] += 1


@pytest.mark.parametrize("release", _RELEASES)
def test_that_every_difference_was_needed(release: str) -> None:
    lies = len(LIES) if release == "23.02" else 0
    if _done[release] < sum(one["release"] == release for one in _RECORDED) - lies:
        pytest.skip("not all exchanges were compared, or some failed")
    assert sorted({row.ident for row in READS if row.release == release} - _needed[release]) == []


def _disagreements(one: dict[str, Any], status: int, body: dict[str, Any]) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each place where ours is otherwise than recorded, and what both have there."""
    errors = [[e.get("error_number"), e.get("description"), e["source"]] for e in body.get("errors", ())]
    warnings = [[e["description"], e.get("source")] for e in body.get("warnings", ())]
    payload = {name: value for name, value in body.items() if name not in ("meta", "errors", "warnings")}
    frame = list(body)[:3] if one["version"] == 39 else list(body)[-3:]
    for place, recorded, ours in (
        ("status", one["status"], status),
        ("errors", [[number, _without_address(text), source] for number, text, source in one["errors"]], errors),
        ("warnings", [[_without_address(text), source] for text, source in one["warnings"]], warnings),
        ("payload", sorted(one["types"]), sorted(payload)),
        ("frame", ["meta", "errors", "warnings"] if body else [], frame),
    ):
        if recorded != ours:
            yield place, (recorded, ours)
    for name in payload.keys() & one["types"].keys():
        yield from _others(one["types"][name], make.told_type(payload[name]), name)


_SOMETIMES = {"signal", "step_het_component"}
"""What is in an exit code only where a signal was, and in a step's id only in a heterogeneous job."""


def _without_address(sentence: str | None) -> str | None:
    """See the row dbd-address: a place in the real server's memory is nobody's business."""
    return sentence and re.sub(r"\(0x[0-9a-f]+\)", "()", sentence)


def _others(recorded: Any, ours: Any, place: str) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each place where a type is another one; what was empty or null there tells nothing."""
    if type(recorded) is not type(ours):
        yield place, (recorded, ours)
    elif recorded in ([], {}) or ours in ([], {}):
        return
    elif isinstance(recorded, dict):
        for name in (recorded.keys() ^ ours.keys()) - _SOMETIMES:
            yield f"{place}/{name}", (recorded.get(name), ours.get(name))
        for name in recorded.keys() & ours.keys():
            yield from _others(recorded[name], ours[name], f"{place}/{name}")
    elif isinstance(recorded, list):
        yield from _others(recorded[0], ours[0], f"{place}/*")
    elif recorded != ours:
        yield place, (recorded, ours)


def test_that_another_type_is_found() -> None:
    known = make.told_type([{"a": 1, "b": [], "c": {"0": "x"}}, {"a": 2, "b": ["y"], "d": None}])
    assert known == [{"a": "integer", "b": ["string"], "c": {"*": "string"}, "d": "null"}]
    plain = {"a": 5, "b": [], "c": {}, "d": None}
    assert list(_others(known, make.told_type([plain]), "x")) == []
    for name, other in {"a": 1.0, "b": [1], "c": [], "e": 1}.items():
        places = [place for place, _ in _others(known, make.told_type([{**plain, name: other}]), "x")]
        assert places in ([f"x/*/{name}"], [f"x/*/{name}/*"])
