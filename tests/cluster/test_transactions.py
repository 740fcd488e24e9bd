# SPDX-License-Identifier: GPL-2.0-or-later
"""All that one request changes in slurmdbd stays, or nothing: read back by sacctmgr and from MariaDB itself.

QOSes stand for all kinds of records: each of a body is a call of its own, in one transaction.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import pytest
from sidebyside import program, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may look into the lab's database")

VERSION = "v0.0.42"
PREFIX = "trx"
"""What the names of these tests' QOSes begin with."""
_KILLS, _MANY_KILLS = 50, 1000

_STOPS = """
import os, signal, sys
from slurmrest_inet.slurm import database
call, before = database.Transaction.call, sys.argv[1]
def stop(self, name, *arguments):
    if name == before:
        os.kill(os.getpid(), signal.SIGSTOP)
    return call(self, name, *arguments)
database.Transaction.call = stop
sys.argv = ["slurmrest-inet", *sys.argv[2:]]
from slurmrest_inet.__main__ import main
main()
"""
"""An instance that stops itself before a call of libslurm's in a transaction."""


def _ask_mariadb(lab: Lab, query: str) -> subprocess.CompletedProcess[str]:
    command = ["mariadb", "-N", "-S", lab.variables["LAB_MYSQL_SOCKET"], "-e", query]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _told_by_mariadb(lab: Lab, query: str) -> str:
    told = _ask_mariadb(lab, query)
    told.check_returncode()
    return told.stdout


def _locked(lab: Lab) -> bool:
    """Whether somebody has changed QOSes and has neither committed that nor taken it back.

    Asked of the table, since slurmdbd has transactions of its own open, as of slurmctld or of the hour's usage.
    """
    query = "set innodb_lock_wait_timeout=0; select count(*) from slurm_acct_db.qos_table for update"
    told = _ask_mariadb(lab, query)
    assert told.returncode == 0 or "ERROR 1205" in told.stderr, told.stderr
    return told.returncode != 0


def _wait_until_nothing_is_locked(lab: Lab) -> None:
    limit = time.monotonic() + 10
    while _locked(lab):
        assert time.monotonic() < limit
        time.sleep(0.1)


Post = "Callable[[list[dict[str, Any]]], bytes]"


@pytest.fixture
def kept(lab: Lab) -> Iterator[Callable[[], list[str]]]:
    """Tells the names of these tests' QOSes that there are, each as often as it is there; removes them at the end."""

    def told() -> list[str]:
        listed = lab.run("sacctmgr", "-nP", "list", "qos", "format=name").split()
        names = sorted(name for name in listed if name.startswith(PREFIX))
        query = "select name from slurm_acct_db.qos_table where deleted=0 and name like 'trx%'"
        assert names == sorted(_told_by_mariadb(lab, query).split())
        return names

    yield told
    names = told()
    if names:
        lab.run("sacctmgr", "-i", "delete", "qos", ",".join(names))


@pytest.fixture(scope="module")
def post(lab: Lab) -> Callable[[list[dict[str, Any]]], bytes]:
    """A request of root's that adds QOSes."""
    token = lab.token("root")

    def make(qos: list[dict[str, Any]]) -> bytes:
        body = json.dumps({"qos": qos}).encode()
        head = (
            f"POST /slurmdb/{VERSION}/qos HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-NAME: root\r\n"
            f"X-SLURM-USER-TOKEN: {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def _named(*names: str) -> list[dict[str, Any]]:
    return [{"name": f"{PREFIX}{name}"} for name in names]


def _answer(lab: Lab, data: bytes) -> wire.Answer:
    (answer,) = wire.strict(program.ours(lab).exchange(data).output)
    return answer


def test_that_all_stays(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    assert _answer(lab, post(_named("a", "b", "c", "d", "e"))).status == 200
    assert kept() == [f"{PREFIX}{name}" for name in "abcde"]


def test_that_the_third_of_five_takes_the_others_with_it(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    before = lab.run("sacctmgr", "-nP", "list", "qos", "withdeleted")
    answer = _answer(lab, post([*_named("a", "b"), {"id": 4_000_000}, *_named("d", "e")]))
    assert answer.status == 422
    assert b"QOS was not found for the requested ID" in answer.body
    assert kept() == []
    assert lab.run("sacctmgr", "-nP", "list", "qos", "withdeleted") == before


def _changed(lab: Lab, script: str, argument: str) -> program.Program:
    """Our instance as a script changes it."""
    ours = program.ours(lab)
    return ours._replace(argv=(sys.executable, "-c", script, argument, *ours.argv[3:]))


def _stopping(lab: Lab, call: str) -> program.Program:
    return _changed(lab, _STOPS, call)


def _wait_until_it_stops(process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        number, status = os.waitpid(process.pid, os.WUNTRACED | os.WNOHANG)
        if number:
            assert os.WIFSTOPPED(status), status
            return
        time.sleep(0.01)
    raise AssertionError("it does not come to that call")


@pytest.mark.parametrize("call", ["slurmdb_qos_add", "slurmdb_connection_commit"])
def test_a_kill_between_two_calls(lab: Lab, kept: Callable[[], list[str]], post: Any, call: str) -> None:
    with _stopping(lab, call).converse() as instance:
        instance.send(post(_named("a", "b")))
        _wait_until_it_stops(instance.process)
        if call == "slurmdb_qos_add":
            instance.process.send_signal(signal.SIGCONT)
            _wait_until_it_stops(instance.process)  # before the second one
        instance.process.kill()
        instance.process.wait()
    assert kept() == []
    assert _answer(lab, post(_named("a"))).status == 200  # and nothing is locked
    assert kept() == [f"{PREFIX}a"]


def test_a_slurmdbd_that_comes_back_in_between(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    """libslurm opens another connection, and a commit there would be one of nothing: success must not be told."""
    with _stopping(lab, "slurmdb_connection_commit").converse() as instance:
        instance.send(post(_named("a", "b")))
        _wait_until_it_stops(instance.process)
        lab.stop("slurmdbd")
        lab.start("slurmdbd")
        instance.process.send_signal(signal.SIGCONT)
        answer = instance.answer()
    assert answer.status == 502
    assert json.loads(answer.body)["errors"][0]["error_number"] == 7000
    assert kept() == []


def test_what_is_told_as_added_where_it_is_not_kept(lab: Lab, post: Any) -> None:
    """slurmdbd says in a text what it has added, before it is told to keep it."""
    body = {"association_condition": {"accounts": ["optics"], "users": [f"{PREFIX}u"], "clusters": ["lab"]}, "user": {}}
    data = post([]).replace(b"/qos", b"/users_association").partition(b"Content-Length")[0]
    text = json.dumps(body).encode()
    with _stopping(lab, "slurmdb_connection_commit").converse() as instance:
        instance.send(data + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        _wait_until_it_stops(instance.process)
        lab.stop("slurmdbd")
        lab.start("slurmdbd")
        instance.process.send_signal(signal.SIGCONT)
        answer = instance.answer()
    assert answer.status == 502
    assert json.loads(answer.body)["added_users"] == ""
    assert lab.run("sacctmgr", "-nP", "list", "user", f"{PREFIX}u") == ""


def test_a_slurmdbd_that_comes_back_between_two_calls(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    """What was changed on the other connection goes with it, also while the client stays: nothing is locked."""
    with _stopping(lab, "slurmdb_qos_add").converse() as instance:
        instance.send(post(_named("a", "b")).replace(b"/v0.0.42/", b"/v0.0.38/").replace(b'"qos"', b'"QOS"'))
        _wait_until_it_stops(instance.process)
        instance.process.send_signal(signal.SIGCONT)
        _wait_until_it_stops(instance.process)  # before the second one
        assert _locked(lab)
        lab.stop("slurmdbd")
        lab.start("slurmdbd")
        instance.process.send_signal(signal.SIGCONT)
        assert b'"error_number":7000' in instance.answer().body
        assert instance.process.poll() is None
        _wait_until_nothing_is_locked(lab)
    assert kept() == []


def test_a_client_that_leaves_after_the_commit(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    """It finds everything, whether it read its answer or not."""
    with _stopping(lab, "slurmdb_connection_commit").converse() as instance:
        instance.send(post(_named("a", "b", "c")))
        _wait_until_it_stops(instance.process)
        instance.process.stdin.close()  # type: ignore[union-attr]
        instance.process.stdout.close()  # type: ignore[union-attr]
        instance.process.send_signal(signal.SIGCONT)
        instance.process.wait(30)
        instance.process.stdin = open(os.devnull, "wb")  # noqa: SIM115 - closed by converse
        instance.process.stdout = open(os.devnull, "rb")  # noqa: SIM115
    assert kept() == [f"{PREFIX}{name}" for name in "abc"]


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_client_that_leaves_in_the_middle_of_its_body(
    lab: Lab, kept: Callable[[], list[str]], post: Any, share: float
) -> None:
    data = post(_named(*"abcdefghij"))
    head = data.index(b"\r\n\r\n") + 4
    outcome = program.ours(lab).exchange(data[: head + int((len(data) - head) * share)])
    assert b" 200 " not in outcome.output
    assert kept() == []


_TELLS = """
import os, sys
from slurmrest_inet.slurm import database
call, path = database.Transaction.call, sys.argv[1]
def tell(self, name, *arguments):
    marks = os.open(path, os.O_WRONLY)
    os.write(marks, b"<")
    found = call(self, name, *arguments)
    os.write(marks, b">")
    os.close(marks)
    return found
database.Transaction.call = tell
sys.argv = ["slurmrest-inet", *sys.argv[2:]]
from slurmrest_inet.__main__ import main
main()
"""
"""An instance that tells when it begins and ends each call of libslurm's in a transaction."""

_PARTS = ("a", "b", "c")
_COMMITTING = 2 * 2 * len(_PARTS) + 1
"""The phase in which the commit is called: two calls for each QOS, which begin and end a phase each, before it."""
_ANSWERING = _COMMITTING + 1
_LASTING = (0, *range(1, _COMMITTING + 1, 2), _ANSWERING)
"""Phases that are more than a few instructions long: before all calls, within each, and after the commit."""


class _Killer:
    """Writes, each of an instance that is killed somewhere in a phase of its write.

    A phase is told by the instance itself, as the number of calls that it has begun and ended, so that the moments are
    spread over the whole write however fast or slow the machine is. `hits` counts the phases in which kills came.
    """

    def __init__(self, lab: Lab, post: Any, folder: str) -> None:
        marks = os.path.join(folder, "marks")
        os.mkfifo(marks)
        for path, mode in ((folder, 0o755), (marks, 0o666)):
            os.chmod(path, mode)  # instances run as somebody else
        self._marks = os.open(marks, os.O_RDWR | os.O_NONBLOCK)
        self._program = _changed(lab, _TELLS, marks)
        self._post = post
        self._chance = random.Random(folder)  # noqa: S311 - moments, no secrets
        self._lengths = self._measure(5)
        self.hits = [0] * (_ANSWERING + 1)

    def close(self) -> None:
        """Close what tells of phases."""
        os.close(self._marks)

    def _await(self, count: int) -> None:
        limit = time.monotonic() + 30
        while count:
            left = limit - time.monotonic()
            assert left > 0, "an instance does not come to its next call"
            select.select([self._marks], [], [], left)
            count -= self._told(count)

    def _told(self, most: int = 1000) -> int:
        try:
            return len(os.read(self._marks, most))
        except BlockingIOError:
            return 0

    def _measure(self, times: int) -> list[float]:
        """The usual seconds from each mark to the next, first from the request, last to the answer."""
        found: list[list[float]] = [[] for _ in range(_ANSWERING + 1)]
        for turn in range(times):
            with self._program.converse() as instance:
                instance.send(self._post(_named(*(f"x{turn}{part}" for part in _PARTS))))
                last = time.monotonic()
                for index, lengths in enumerate(found):
                    if index < _ANSWERING:
                        self._await(1)
                    else:
                        assert instance.answer().status == 200
                    lengths.append(time.monotonic() - last)
                    last = time.monotonic()
        return [sorted(lengths)[times // 2] for lengths in found]

    def kill(self, name: str, phase: int) -> int:
        """Kill one that writes QOSes of that name after it has begun the phase; the phase that it came to."""
        with self._program.converse() as instance:
            instance.send(self._post(_named(*(f"{name}{part}" for part in _PARTS))))
            self._await(phase)
            time.sleep(self._chance.uniform(0, 0.9 * self._lengths[phase]))
            instance.process.kill()
            instance.process.wait()
        came = phase + self._told()
        self.hits[came] += 1
        # On a machine that is busier than before, moments late in a phase come when it is over: ask for earlier ones.
        self._lengths[phase] *= 1.03 if came == phase else 0.9
        return came


def _kill_some(lab: Lab, kept: Callable[[], list[str]], killer: _Killer, times: int) -> None:
    """Kill so many writes, in each phase as many; fails for one of which there is another part than its phase says."""
    came = {str(index): killer.kill(str(index), index % (_ANSWERING + 1)) for index in range(times)}
    _wait_until_nothing_is_locked(lab)  # slurmdbd has seen the end of the last one
    found: dict[str, list[str]] = {}
    for name in kept():
        match = re.fullmatch(rf"{PREFIX}(x?\d+)([abc])", name)
        assert match, name
        found.setdefault(match[1], []).append(match[2])
    assert all(one == [*_PARTS] for one in found.values()), found
    stayed = {name for name in found if name.isdigit()}
    assert {name for name, phase in came.items() if phase == _ANSWERING} <= stayed
    assert stayed <= {name for name, phase in came.items() if phase >= _COMMITTING}
    lab.run("sacctmgr", "-i", "delete", "qos", ",".join(kept()))


@pytest.mark.parametrize(
    "times",
    [_KILLS, pytest.param(_MANY_KILLS, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])],
)
def test_kills_at_random_moments(
    lab: Lab, kept: Callable[[], list[str]], post: Any, times: int, record_property: Any
) -> None:
    with tempfile.TemporaryDirectory(prefix="slurmrest-marks-", dir="/var/tmp") as folder:
        killer = _Killer(lab, post, folder)
        try:
            for done in range(0, times, _KILLS):
                _kill_some(lab, kept, killer, min(_KILLS, times - done))
        finally:
            killer.close()
    record_property("kills by phase", killer.hits)
    assert min(killer.hits[phase] for phase in _LASTING) >= times // 40
