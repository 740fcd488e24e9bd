# SPDX-License-Identifier: GPL-2.0-or-later
"""All that one request changes in slurmdbd stays, or nothing: read back by sacctmgr and from MariaDB itself.

QOSes stand for all kinds of records: each of a body is a call of its own, in one transaction.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
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


def _told_by_mariadb(lab: Lab, query: str) -> str:
    command = ["mariadb", "-N", "-S", lab.variables["LAB_MYSQL_SOCKET"], "-e", query]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _changing(lab: Lab) -> str:
    """How many transactions have changed something that is neither committed nor taken back."""
    return _told_by_mariadb(lab, "select count(*) from information_schema.innodb_trx where trx_rows_modified").strip()


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


def _stopping(lab: Lab, call: str) -> program.Program:
    ours = program.ours(lab)
    return ours._replace(argv=(sys.executable, "-c", _STOPS, call, *ours.argv[3:]))


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


def test_a_slurmdbd_that_comes_back_between_two_calls(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    """What was changed on the other connection goes with it, also while the client stays: nothing is locked."""
    with _stopping(lab, "slurmdb_qos_add").converse() as instance:
        instance.send(post(_named("a", "b")).replace(b"/v0.0.42/", b"/v0.0.38/").replace(b'"qos"', b'"QOS"'))
        _wait_until_it_stops(instance.process)
        instance.process.send_signal(signal.SIGCONT)
        _wait_until_it_stops(instance.process)  # before the second one
        lab.stop("slurmdbd")
        lab.start("slurmdbd")
        instance.process.send_signal(signal.SIGCONT)
        assert b'"error_number":7000' in instance.answer().body
        assert instance.process.poll() is None
        until = time.monotonic() + 2
        while _changing(lab) != "0" and time.monotonic() < until:
            time.sleep(0.1)
        assert _changing(lab) == "0"
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


def _kill_at_random(lab: Lab, kept: Callable[[], list[str]], post: Any, times: int) -> tuple[int, int]:
    """How many requests stayed, and how many left nothing; fails for one of which there is a part."""
    chance = random.Random(times)  # noqa: S311 - moments, no secrets
    parts = ("a", "b", "c")
    needed = []
    for _ in range(5):
        began = time.monotonic()
        assert _answer(lab, post(_named(*(f"x{part}" for part in parts)))).status == 200
        needed.append(time.monotonic() - began)
    for index in range(times):
        with program.ours(lab).converse() as instance:
            instance.send(post(_named(*(f"{index}{part}" for part in parts))))
            time.sleep(chance.uniform(0.6, 1.4) * sorted(needed)[2])
            instance.process.kill()
            instance.process.wait()
    found: dict[str, set[str]] = {}
    names = kept()
    assert len(names) == len(set(names))
    for name in names:
        match = re.fullmatch(rf"{PREFIX}(x|\d+)([abc])", name)
        assert match, name
        found.setdefault(match[1], set()).add(match[2])
    assert all(one == set(parts) for one in found.values()), found
    return len(found) - 1, times - len(found) + 1


def test_kills_at_random_moments(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    stayed, left = _kill_at_random(lab, kept, post, _KILLS)
    assert stayed
    assert left


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_many_kills_at_random_moments(lab: Lab, kept: Callable[[], list[str]], post: Any) -> None:
    stayed, left = _kill_at_random(lab, kept, post, _MANY_KILLS)
    assert min(stayed, left) > _MANY_KILLS // 20
