# SPDX-License-Identifier: GPL-2.0-or-later
"""Our instance on the real cluster where there is nothing to compare: one process and its client, in good and bad days.

Rule 1: the cluster is never harmed. What shall fail is a copy of slurm.conf that leads astray.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from comparison import message
from sidebyside import program, wire

if TYPE_CHECKING:
    from typing import Callable

    from sidebyside.lab import Lab
    from sidebyside.program import Program

    Conf = Callable[..., str]


@pytest.fixture
def ours(lab: Lab) -> Program:
    return program.ours(lab)


@pytest.fixture
def ask(tokens: dict[str, str]) -> Callable[..., bytes]:
    """A request below /slurm/v0.0.38/, by alice if nobody else is named."""

    def build(path: str, user: str = "alice", http: str = "HTTP/1.1") -> bytes:
        lines = (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}")
        return message("GET", f"/slurm/v0.0.38/{path}", http, lines, b"")

    return build


def _is_lost(answer: wire.Answer) -> bool:
    """Whether this is the answer of a process that could not go on."""
    return (answer.status, answer.body, answer.closes) == (500, b"Internal error", True)


def test_that_one_identity_is_served_again_and_again(ours: Program, ask: Callable[..., bytes]) -> None:
    with ours.converse() as client:
        for path in ("ping", "nodes", "job/1", "jobs?update_time=4000000000", "licenses", "ping"):
            client.send(ask(path))
            answer = client.answer()
            assert answer.status == (304 if "?" in path else 200)
            assert not answer.closes
        client.end()
        assert client.at_end()
        assert client.process.wait(20) == 0


def test_that_another_identity_is_refused(ours: Program, ask: Callable[..., bytes]) -> None:
    with ours.converse() as client:
        client.send(ask("ping"))
        assert client.answer().status == 200
        client.send(ask("ping", user="bob"))
        answer = client.answer()
        assert (answer.status, answer.body, answer.closes) == (401, b"Authentication failure", True)
        assert client.at_end()


def test_that_an_identity_is_the_cluster_s_own(ours: Program, ask: Callable[..., bytes], lab: Lab) -> None:
    """PrivateData or not: what bob may not see of alice's partition he does not see through us either."""
    seen = {}
    for user in ("root", "bob"):
        (answer,) = wire.strict(ours.exchange(ask("partitions", user=user)).output)
        seen[user] = {one["name"] for one in json.loads(answer.body)["partitions"]}
        listed = lab.run("scontrol", "-o", "show", "partition", user=user)
        assert {line.split()[0].partition("=")[2] for line in listed.splitlines()} <= seen[user]


def test_that_a_ping_is_one_call(ours: Program, ask: Callable[..., bytes], lab: Lab) -> None:
    def calls() -> dict[str, int]:
        lines = re.findall(r"^\s*(REQUEST_PING|REQUEST_BUILD_INFO)\s.*count:(\d+)", lab.run("sdiag"), re.MULTILINE)
        return {name: int(count) for name, count in lines}

    before = calls()
    answers = wire.strict(ours.exchange(ask("ping") * 3).output)
    assert [answer.status for answer in answers] == [200] * 3
    after = calls()
    assert after["REQUEST_PING"] - before.get("REQUEST_PING", 0) == 3
    assert after.get("REQUEST_BUILD_INFO") == before.get("REQUEST_BUILD_INFO")


def test_that_a_silent_slurmctld_is_called_once(ours: Program, ask: Callable[..., bytes], conf: Conf) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        path = conf(SlurmctldPort=mute.getsockname()[1], MessageTimeout=2)
        (answer,) = wire.strict(ours.with_options(SLURM_CONF=path).exchange(ask("ping")).output)
        assert answer.status == 500
        assert [error["source"] for error in json.loads(answer.body)["errors"]] == ["slurm_load_ctl_conf"]
        mute.accept()[0].close()
        mute.setblocking(False)
        with pytest.raises(BlockingIOError):
            mute.accept()


@pytest.mark.parametrize("http", ["HTTP/1.1", "HTTP/1.0"])
def test_that_a_streamed_listing_is_the_sum_of_its_records(
    ours: Program, ask: Callable[..., bytes], names: dict[str, list[str]], http: str
) -> None:
    def listing() -> dict[int, dict[str, object]]:
        (answer,) = wire.strict(ours.exchange(ask("jobs", http=http)).output)
        if answer.framing == "length":
            pytest.skip("the lab has too few jobs: boot it with --jobs 150")
        assert answer.framing == ("chunked" if http == "HTTP/1.1" else "close")
        return {one["job_id"]: one for one in json.loads(answer.body)["jobs"]}

    def single(number: int) -> list[dict[str, object]]:
        client.send(ask(f"job/{number}"))
        answer = client.answer()
        assert answer.framing == "length"
        found: list[dict[str, object]] = json.loads(answer.body)["jobs"]
        return found

    listed = listing()
    assert {int(number) for number in names["job"]} <= set(listed)
    with ours.converse() as client:
        for number in map(int, names["job"]):
            for _ in range(5):  # the scheduler looks at waiting jobs now and then, and says when
                if listed[number] in single(number):
                    break
                listed = listing()
            else:
                assert listed[number] in single(number)


def test_that_a_client_may_leave_in_the_middle_of_a_listing(ours: Program, ask: Callable[..., bytes]) -> None:
    process = ours.start(subprocess.PIPE, subprocess.PIPE, subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(ask("jobs") * 5)
    process.stdin.flush()
    assert os.read(process.stdout.fileno(), 100).startswith(b"HTTP/1.1 200 OK\r\n")
    process.stdout.close()
    assert process.wait(20) == 0
    process.stdin.close()
    log = process.stderr.read().decode()
    process.stderr.close()
    assert "Traceback" not in log
    # What a pipe holds has been written (1 MiB at most); five listings are more, so the last is never begun.
    assert log.count("path=/slurm/v0.0.38/jobs") < 5


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="NamedTuple comes from typing there")
def test_that_a_ping_loads_nothing_that_it_does_not_need(ours: Program, ask: Callable[..., bytes]) -> None:
    outcome = ours.with_options(PYTHONPROFILEIMPORTTIME="1").exchange(ask("ping"))
    loaded = set(re.findall(r"^import time:.*\|\s+([\w.]+)$", outcome.log, re.MULTILINE))
    assert {"h11", "slurmrest_inet.api.slurmctld.diag"} <= loaded
    heavy = {
        "slurmrest_inet.api.modern",
        "typing",
        "dataclasses",
        "inspect",
        "json",
        "socket",
        "argparse",
        "logging",
        "traceback",
        "yaml",
        "jwt",
    }
    assert not heavy & loaded


def _lost_line(operation: str, why: str) -> str:
    """The end of the log's line for a request whose answer the guard gave."""
    return f'method=GET path=/slurm/v0.0.38/{operation} status=500 bytes=172 why="{why}"'


# Younger clients load no select plugin to read jobs, and so do not miss one.
_FATAL = pytest.mark.slurm("< 24.11")
_NO_PLUGIN = {"SelectType": "select/nowhere", "MaxNodeCount": None}  # the second is refused without select/cons_tres


@_FATAL
def test_that_a_fatal_error_of_libslurm_leaves_an_answer(ours: Program, ask: Callable[..., bytes], conf: Conf) -> None:
    """libslurm calls fatal() when a plugin that slurm.conf names is not there, in the middle of reading jobs."""
    outcome = ours.with_options(SLURM_CONF=conf(**_NO_PLUGIN)).exchange(ask("ping") + ask("jobs"))
    first, second = wire.strict(outcome.output)
    assert first.status == 200
    assert _is_lost(second)
    assert outcome.status == 1
    assert re.search("^slurmrest-inet: fatal: .*select/nowhere", outcome.log, re.MULTILINE)
    assert _lost_line("jobs", "Slurm's library ended the process") in outcome.log


def test_that_a_silent_slurmctld_is_not_waited_for(
    ours: Program, ask: Callable[..., bytes], silent: Callable[[int], str]
) -> None:
    """The port accepts connections and never answers, as that of a stopped process does."""
    patient = ours.with_options(SLURM_CONF=silent(300))
    outcome = patient.with_options(SLURMREST_INET_REQUEST_SECONDS="0.5").exchange(ask("jobs"), seconds=60)
    (answer,) = wire.strict(outcome.output)
    assert _is_lost(answer)
    assert outcome.status == 1
    assert _lost_line("jobs", "a call to Slurm took longer than the deadline") in outcome.log


def test_that_sigterm_during_a_call_leaves_an_answer(
    ours: Program, ask: Callable[..., bytes], silent: Callable[[int], str]
) -> None:
    with ours.with_options(SLURM_CONF=silent(300)).converse() as client:
        client.send(ask("jobs"))
        # It is in the call when it has read the request and a connection stands; both take no time to speak of.
        assert _wait_for(lambda: _connections(client.process.pid))
        client.process.send_signal(signal.SIGTERM)
        assert _is_lost(client.answer())
        assert client.process.wait(20) == 0


def _connections(pid: int) -> int:
    names = []
    with contextlib.suppress(OSError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                names.append(os.readlink(f"/proc/{pid}/fd/{number}"))
    return sum(name.startswith("socket:") for name in names)


def _wait_for(condition: Callable[[], object]) -> bool:
    limit = time.monotonic() + 20
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _all_of(client: socket.socket) -> bytes:
    found = []
    with contextlib.suppress(ConnectionResetError):  # of a process that ended without reading the request
        while data := client.recv(1 << 20):
            found.append(data)
    return b"".join(found)


@pytest.mark.parametrize("trouble", ["none", "unreachable", pytest.param("fatal", marks=_FATAL), "deadline", "missing"])
def test_that_nothing_is_written_to_a_client_on_descriptor_2(
    ours: Program,
    ask: Callable[..., bytes],
    conf: Conf,
    unreachable: str,
    silent: Callable[[int], str],
    trouble: str,
) -> None:
    """xinetd puts the client on all three descriptors; libslurm writes its errors to the third."""
    confs = {
        "none": {},
        "unreachable": {"SLURM_CONF": unreachable},
        "fatal": {"SLURM_CONF": conf(**_NO_PLUGIN)},
        "deadline": {"SLURM_CONF": silent(300), "SLURMREST_INET_REQUEST_SECONDS": "0.5"},
        "missing": {"SLURM_CONF": "/nonexistent/slurm.conf"},
    }
    here, there = socket.socketpair()
    with here, there:
        process = ours.with_options(**confs[trouble]).start(there.fileno(), there.fileno(), there.fileno())
        there.close()
        here.settimeout(60)
        here.sendall(ask("jobs"))
        here.shutdown(socket.SHUT_WR)
        output = _all_of(here)
        status = process.wait(20)
    answers = wire.strict(output)
    assert [answer.status for answer in answers] == (
        [] if trouble == "missing" else [200 if trouble == "none" else 500]
    )
    assert status == (0 if trouble in ("none", "unreachable") else 1)
