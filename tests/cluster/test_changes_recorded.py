# SPDX-License-Identifier: GPL-2.0-or-later
"""What is changed by ours, beside recordings of slurmrestd of releases that Debian does not carry.

Those of 23.02 are of v0.0.39, whose home it is, and of nodes alone. Those of 25.11 are a second opinion on v0.0.44, of
26.05: nodes, reservations, resources that are waited for, several jobs at once, finished jobs, and what is asked below
/util. test_writes_recorded.py has what is asked of single jobs, test_slurmdbd_writes_recorded.py the rest of what is
asked of slurmdbd.

Rule 1: a recording is repeated in its order, on nodes, a partition and jobs that are like those of its cluster and
        called as they were, and that are gone afterwards.
Rule 2: status, entries, the rest of each answer, and what is then read are as recorded, or a row of
        recorded_differences.py says why not. `_OF_THE_CLUSTER` names what slurmctld can say on that cluster alone.
Rule 3: of what the real server died, ours has an answer, and one that tells of an error has changed nothing.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import job_effects
import make
import pytest
import told
from recorded import Ledger, entries
from recorded_differences import CHANGES
from sidebyside import server
from writers import Told, Writer, own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

_KINDS = {
    "slurm/job": "jobs",
    "slurm/reservation": "reservations",
    "slurm/(new/node|node/d)": "new nodes",
    "slurm/node": "nodes",
    "slurm/reconfigure": "configuration",
    "util/": "names of hosts",
    "slurmdb/job": "finished jobs",
}
"""What exchanges are about, by a regular expression for the path."""
_BEGIN = 1795656385
"""When reservations of the recordings begin, two hours from then."""
_DAY = 86400
_STATES = ("DRAIN", "DOWN", "FAIL", "FUTURE")
"""States of nodes that are asked for; others come of the cluster."""
_GRANTED = ("allocate job", "allocate job without environment", "allocate root")
"""These take slurmctld some seconds each, so they are for `tests/run --all`."""
_WAITS = "allocate cannot start now"
_BETWEEN = {"node delete dynamic": "nodename=d1"}
"""What scontrol deletes before an exchange, as it was gone there."""
_STATIC = {"23.02": {}, "25.11": {"n0035": "spare4", "n0040": "spare6"}}
"""Nodes of slurm.conf, which slurmctld does not delete; that of 23.02 did."""
_NEAREST = {
    "23.02": [pytest.mark.slurm(">= 24.11"), pytest.mark.slurm("< 26.05")],
    "25.11": [pytest.mark.slurm(">= 26.05")],
}
"""The releases whose slurmctld is nearest to that of a recording, of those that the tests of nodes run on."""
_POWER = dict.fromkeys(("node POWER_DOWN", "node POWER_UP"), (200, "there no power is saved"))
_OF_THE_CLUSTER = {
    "23.02": {
        **_POWER,
        "node gres": (500, "there the node has generic resources"),
        "node delete, node with jobs": (500, "see _STATIC"),
    },
    "25.11": {**_POWER, "node gres": (422, "there the node has generic resources")},
}
"""Where slurmctld can say on that cluster alone what it said: our status here, and why."""


def _by_kind(release: str) -> dict[str, list[dict[str, Any]]]:
    """The exchanges of each kind, in their order; a read is of the kind of what it follows."""
    found: dict[str, list[dict[str, Any]]] = {}
    kind = ""
    for one in told.recorded_changes(release):
        if one.get("down"):
            continue
        if not one["name"].startswith("then "):
            kind = next(kind for pattern, kind in _KINDS.items() if re.match(pattern, one["path"]))
        found.setdefault(kind, []).append(one)
    return found


class Here:
    """What stands on this cluster for what the recordings name: jobs by their ids, and times."""

    def __init__(self, jobs: dict[int, int], static: dict[str, str]) -> None:
        """jobs: ours by those of the recordings, to which more come as answers name them. static: as of `_STATIC`."""
        self.jobs = jobs
        self.static = static
        self._later = int(time.time()) + 7200 - _BEGIN

    def asked(self, value: Any) -> Any:
        """A path or a body with ours in the place of the recorded ones."""
        if isinstance(value, dict):
            return {name: self.asked(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.jobs.get(one, one) if isinstance(one, int) else self.asked(one) for one in value]
        if isinstance(value, str):
            return re.sub(r"(?:^|(?<=job/))\d+(?=$|[_?])", lambda match: self._ours(match[0]), value)
        return value + self._later if isinstance(value, int) and abs(value - _BEGIN) < _DAY else value

    def told(self, value: Any) -> Any:
        """A part of an answer, ours or a recorded one, with the recorded jobs, and times to ten minutes."""
        if isinstance(value, dict):
            found = {name: self.told(one) for name, one in value.items()}
            if isinstance(value.get("job_id"), dict):
                found["job_id"]["number"] = int(self._recorded(str(value["job_id"]["number"])))
            if "hostname" in found:
                found["state"] = [one for one in found["state"] if one in _STATES]
            return found
        if isinstance(value, list):
            return [self.told(one) for one in value]
        if isinstance(value, str):
            ids = r"(?:^|(?<=: ))\d+(?=$|_| submitted at )"
            text = re.sub(ids, lambda match: self._recorded(match[0]), value)
            text = re.sub(r"(?<= submitted at )[-\dT:]+$", "some time", text)
            return re.sub(r"spare\d$", lambda match: self._node(match[0]), text)
        for begin in (_BEGIN, _BEGIN + self._later):
            if isinstance(value, int) and abs(value - begin) < _DAY:
                return f"begin and {round((value - begin) / 600) * 10} minutes"
        return value

    def _ours(self, ident: str) -> str:
        return str(self.jobs.get(int(ident), ident))

    def _node(self, name: str) -> str:
        return next((one for one, ours in self.static.items() if ours == name), name)

    def _recorded(self, ident: str) -> str:
        return next((str(one) for one, ours in self.jobs.items() if str(ours) == ident), ident)


def _clear(lab: Lab) -> None:
    """Remove what was made here; another run may have been broken off."""
    for kind, option, pattern in (
        ("reservation", "reservation", r"ReservationName=([rs]\d+) "),
        ("partition", "partitionname", r"PartitionName=(big) "),
        ("node", "nodename", r"NodeName=(n\d{4}|d\d) "),
    ):
        found = re.findall(pattern, lab.run("scontrol", "-a", "-F", "-o", "show", kind))
        for names in [",".join(found)] if kind == "node" and found else found:
            lab.run("scontrol", "delete", f"{option}={names}")


def _until(asked: Callable[[], Any]) -> Any:
    """What is asked for, as soon as there is something."""
    limit = time.monotonic() + 30
    while not (found := asked()):
        assert time.monotonic() < limit
        time.sleep(0.1)
    return found


@pytest.fixture
def content(lab: Lab) -> Iterator[None]:
    """Nodes and a partition like those of the recordings."""
    _clear(lab)
    options = "NodeAddr=127.0.1.[1-40] CPUs=64 RealMemory=256000 Feature=amd,ib State=CLOUD"
    lab.run("scontrol", "create", "NodeName=n[0001-0040]", *options.split())
    lab.run("scontrol", "create", "partitionname=big", "nodes=n[0001-0040]")
    yield
    _clear(lab)


@pytest.fixture
def jobs(lab: Lab) -> Iterator[dict[int, int]]:
    """A job that runs, one that has ended, and one of bob's, by the ids that those of the recordings had."""
    first = job_effects.last(lab)
    found = {}
    for job, user, option in ((1, "alice", "-pfree"), (8, "alice", "-H"), (10, "bob", "-H")):
        command = ("sbatch", "--parsable", "-t5", "-o/dev/null", "--wrap=sleep 600", option)
        found[job] = int(lab.run(*command, user=user))
    lab.run("scancel", str(found[8]))
    known = ("sacct", "-a", "-n", "-X", "-P", "-o", "State", "-j", f"{found[1]},{found[8]}")
    _until(lambda: re.match("RUNNING\nCANCELLED", lab.run(*known)))
    yield found
    job_effects.end_later_ones(lab, first)


@pytest.fixture(scope="module")
def ours(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server, also for a token that is none."""
    yield from own(lab, {**tokens, "rubbish": "rubbish"})


def _body(one: dict[str, Any], here: Here) -> bytes | None:
    body = one["body"]
    if body is None or isinstance(body, str):
        return body and body.encode()
    body = here.asked(body)
    if one["name"] in (*_GRANTED, _WAITS):  # there the default partition had room for them
        body["job"]["partition"] = "free"
    return json.dumps(body).encode()


def _asked(ours: Writer, one: dict[str, Any], here: Here) -> Told:
    path = here.asked(one["path"])
    if one["method"] == "DELETE":
        path = re.sub(r"(?<=node/)n\d+$", lambda match: here.static.get(match[0], match[0]), path)
    side, _, path = path.partition("/")
    user, _, name = (one["user"] or "").partition("-as-")
    return ours.ask(
        one["method"],
        f"v0.0.{make.WRITTEN[one['release']][1]}/{path}",
        _body(one, here),
        user=one.get("token", user) or None,
        name=name or user,
        side=side,
    )


def _told(one: dict[str, Any], answer: Told) -> dict[str, Any]:
    """Ours as the facts have it."""
    body = answer.body if isinstance(answer.body, dict) else {}
    payload = {name: value for name, value in body.items() if name not in ("errors", "warnings", "job_id")}
    shown = make.shown(one["path"], payload) if one["method"] == "GET" else payload
    return {"status": answer.status, **entries(body), "payload": shown}


def _places(one: dict[str, Any], here: Here) -> dict[str, Any]:
    found = {kind: here.told(one[kind]) for kind in ("status", "errors", "warnings")}
    return {**found, **{f"payload/{name}": here.told(value) for name, value in one["payload"].items()}}


def _ledger(exchanges: list[dict[str, Any]]) -> Ledger:
    return Ledger([row for row in CHANGES if any(row.is_of(one) for one in exchanges)], [], set())


def _stored(ours: Writer, here: Here) -> Any:
    """What slurmdbd has of the job that has ended."""
    return ours.ask("GET", f"v0.0.44/job/{here.jobs[8]}", user="root", side="slurmdb").body["jobs"]


@pytest.mark.parametrize(
    ("release", "left_out"),
    [
        pytest.param("23.02", (), marks=_NEAREST["23.02"]),
        pytest.param("25.11", _GRANTED, marks=_NEAREST["25.11"]),
        pytest.param("25.11", (), marks=[*_NEAREST["25.11"], pytest.mark.slow]),
    ],
    ids=["23.02", "25.11-most", "25.11"],
)
@pytest.mark.usefixtures("content")
def test_that_each_answer_is_as_recorded(
    release: str, left_out: tuple[str, ...], jobs: dict[int, int], lab: Lab, ours: Writer
) -> None:
    by_kind, of_the_cluster = _by_kind(release), _OF_THE_CLUSTER[release]
    ledger = _ledger([one for exchanges in by_kind.values() for one in exchanges])
    for kind, exchanges in by_kind.items():
        here = Here(dict(jobs) if "jobs" in kind else {}, _STATIC[release])
        passed_over = False  # with what is then read or cancelled
        for one in exchanges:
            passed_over = one["name"] in (*left_out, _WAITS) or (passed_over and one["name"].startswith("then "))
            if passed_over:
                continue
            if one["name"] in _BETWEEN:
                lab.run("scontrol", "delete", _BETWEEN[one["name"]])
            before = None if one["status"] else _stored(ours, here)
            answer = _asked(ours, one, here)
            here.jobs.update({one["job"]: answer.job} if "job" in one else {})
            if one["name"] in of_the_cluster:
                passed_over = True
                if answer.status != of_the_cluster[one["name"]][0]:
                    ledger.note(one, answer)
            elif one["status"] is not None:
                ledger.compare(one, _places(one, here), _places(_told(one, answer), here))
            elif answer.status != 422 or not answer.errors or _stored(ours, here) != before:
                ledger.note(one, answer)
    ledger.close(release)


@pytest.mark.parametrize(
    ("side", "release"),
    [
        pytest.param("slurm", "23.02", marks=_NEAREST["23.02"]),
        pytest.param("slurm", "25.11", marks=[*_NEAREST["25.11"], pytest.mark.slow]),
        *(pytest.param("slurmdb", release, marks=marks) for release, marks in _NEAREST.items()),
    ],
)
def test_while_the_daemon_is_down(
    side: str, release: str, lab: Lab, tokens: dict[str, str], unreachable: str, dbd_unreachable: str
) -> None:
    all_ = told.recorded_changes(release)
    exchanges = [one for one in all_ if one.get("down") and one["path"].startswith(f"{side}/")]
    ledger, here = _ledger(exchanges), Here({}, {})
    conf = {"slurm": unreachable, "slurmdb": dbd_unreachable}[side]
    ours = Writer(lambda: server.ours(lab, "-a", "jwt", SLURM_CONF=conf), tokens)
    for one in exchanges:
        answer = _asked(ours, one, here)
        ledger.compare(one, _places(one, here), _places(_told(one, answer), here))
    ours.end()
    ledger.close(release)


@pytest.mark.slurm(">= 26.05")
def test_what_nobody_waits_for_any_more(lab: Lab, tokens: dict[str, str]) -> None:
    """There nothing came within the eight seconds that were waited, and the job stayed."""
    (one,) = [one for one in told.recorded_changes("25.11") if one["name"] == _WAITS]
    body = _body(one, Here({}, {}))
    assert body
    first = job_effects.last(lab)
    head = (
        f"POST /slurm/v0.0.44/job/allocate HTTP/1.1\r\nHost: lab\r\n"
        f"X-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {tokens['alice']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with server.ours(lab, "-a", "jwt") as ours:
        with ours.connect() as client:
            client.send(head.encode() + body)
            job = _until(lambda: job_effects.after(lab, first))
            client.socket.settimeout(1)
            with pytest.raises(TimeoutError):
                client.answer()
        _until(lambda: lab.run("squeue", "-h", "-t", "all", "-o", "%T", "-j", str(job)).strip() == "CANCELLED")


@pytest.mark.parametrize("release", _NEAREST)
def test_that_each_exception_is_recorded(release: str) -> None:
    names = {one["name"] for one in told.recorded_changes(release)}
    assert _OF_THE_CLUSTER[release].keys() <= names
    assert release == "23.02" or {*_BETWEEN, *_GRANTED, _WAITS} <= names
