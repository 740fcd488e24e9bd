# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads of v0.0.39 by ours, beside recordings of its home release's slurmrestd, which Debian does not carry.

Rule 1: status, entries and the types of all values are as recorded, whatever cluster is behind it.
Rule 2: where the real server said nothing of what went wrong, the exchange is in `LIES`, with its reason.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import make
import pytest
import told
from comparison import message
from sidebyside import program, wire

from slurmrest_inet import slurm

if TYPE_CHECKING:
    from sidebyside.lab import Lab

VERSION = 39

LIES = {
    ("nodes?update_time=abc", False): "A time that it cannot read is null to it, and no error.",
    ("partitions", True): "Where nobody could be asked it says that all is well, and null.",
    ("partition/debug", True): "As above.",
}
"""By path and whether slurmctld was down: the real server answers 200."""

_HERE = {"debug": "main", "big": "free", "maint": "cores", "n0001": "node2"}
"""Names of this cluster by those of the recorded one."""
_HERE_IN_DATABASE = {
    "debug": "main", "big": "main", "wk1": "laser", "fast": "high", "gpu1": "past", "amd": "fast",
    "jobs?account=physics": "jobs?account=optics", "step=5%2B1": "step={components}%2B1", "step=3_1": "step={array}_1",
    "association?user=alice": "association?user=alice&account=optics&cluster=lab",
}  # fmt: skip
"""The same of what slurmdbd keeps, an account with jobs, and what names one association."""
_RECORDED = [(side, one) for side in ("slurm", "slurmdb") for one in told.recorded_reads(side)]


def _id(one: Any) -> str:
    if isinstance(one, str):
        return one
    return one["path"] + (", as root" if one.get("root") else "") + (", daemon down" if one.get("down") else "")


@pytest.fixture(scope="module")
def labels(lab: Lab) -> dict[str, str]:
    """Ids of jobs by what the recordings call them."""
    with open(f"{lab.directory}/jobs.json", encoding="utf-8") as file:
        jobs = json.load(file)
    return {"running": jobs["plain"], "array": jobs["array"], "components": jobs["het"], "finished": jobs["finished"]}


@pytest.mark.parametrize(("side", "one"), _RECORDED, ids=_id)
def test_exchange(
    side: str,
    one: dict[str, Any],
    lab: Lab,
    labels: dict[str, str],
    tokens: dict[str, str],
    unreachable: str,
    dbd_unreachable: str,
) -> None:
    if one["path"] == "jobs?qos=fast" and slurm.release() >= "24.11":
        pytest.skip("slurmdbd of 24.11 and later refuses a QOS that is no id, which this version sends on")
    ours = program.ours(lab)
    if one.get("down"):
        ours = ours.with_options(SLURM_CONF=unreachable if side == "slurm" else dbd_unreachable)
    here = _HERE if side == "slurm" else _HERE_IN_DATABASE
    path = re.sub("|".join(map(re.escape, here)), lambda match: here[match[0]], one["path"]).format_map(labels)
    user = "root" if one.get("root") else "alice"
    lines = (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}")
    data = message("GET", f"/{side}/v0.0.{VERSION}/{path}", "HTTP/1.1", lines, b"")
    (answer,) = wire.strict(ours.exchange(data).output)
    body = json.loads(answer.body) if answer.headers.get("content-type") == "application/json" else {}
    if (one["path"], bool(one.get("down"))) in LIES:
        assert (one["status"], one["errors"]) == (200, [])
        assert answer.status in (422, 500)
        assert body["errors"][0]["description"]
        return
    assert answer.status == one["status"]
    errors = [[number, _without_address(sentence), source] for number, sentence, source in one["errors"]]
    assert [[e.get("error_number"), e.get("description"), e["source"]] for e in body.get("errors", ())] == errors
    recorded = [[_without_address(sentence), source] for sentence, source in one["warnings"]]
    assert [[e["description"], e.get("source")] for e in body.get("warnings", ())] == recorded
    payload = {name: value for name, value in body.items() if name not in ("meta", "errors", "warnings")}
    assert list(body)[:3] == (["meta", "errors", "warnings"] if body else [])
    assert payload.keys() == one["types"].keys()
    for name, value in payload.items():
        _compare(one["types"][name], make.told_type(value), name)


_SOMETIMES = {"signal", "step_het_component"}
"""What is in an exit code only where a signal was, and in a step's id only in a heterogeneous job."""


def _without_address(sentence: str | None) -> str | None:
    """See the row dbd-address: a place in the real server's memory is nobody's business."""
    return sentence and re.sub(r"\(0x[0-9a-f]+\)", "()", sentence)


def _compare(recorded: Any, ours: Any, place: str) -> None:
    """Fail where a type is another one; what was empty or null there tells nothing."""
    if recorded in ([], {}) or ours in ([], {}):
        assert type(recorded) is type(ours), place
    elif isinstance(recorded, dict):
        assert isinstance(ours, dict), place
        assert recorded.keys() - _SOMETIMES == ours.keys() - _SOMETIMES, place
        for name in recorded.keys() & ours.keys():
            _compare(recorded[name], ours[name], f"{place}/{name}")
    elif isinstance(recorded, list):
        assert isinstance(ours, list), place
        _compare(recorded[0], ours[0], f"{place}/*")
    else:
        assert recorded == ours, place


def test_that_another_type_is_found() -> None:
    known = make.told_type([{"a": 1, "b": [], "c": {"0": "x"}}, {"a": 2, "b": ["y"], "d": None}])
    assert known == [{"a": "integer", "b": ["string"], "c": {"*": "string"}, "d": "null"}]
    _compare(known, make.told_type([{"a": 5, "b": [], "c": {}, "d": None}]), "x")
    for other in ({"a": 1.0}, {"b": [1]}, {"c": []}, {"e": 1}):
        with pytest.raises(AssertionError):
            _compare(known, make.told_type([{"a": 5, "b": [], "c": {}, "d": None, **other}]), "x")
