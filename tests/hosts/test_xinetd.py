# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/xinetd under the real xinetd: many clients, its limits, and nothing for the client but HTTP."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from host import CONTRIB, JOBS, PING, Client, Syslog, children, daemon, free_port, program, recipe, until, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(not shutil.which("xinetd"), reason="needs xinetd")

CLIENTS = 50
MANY = 30  # of one portal; the recipe does not count them
PER_SOURCE = 4  # where it does


class Xinetd:
    """A running xinetd: its pid and port."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self.port = port

    def client(self, source: str = "127.0.0.1") -> Client:
        """A new connection, from an address of loopback."""
        return Client(self.port, source)


@contextlib.contextmanager
def xinetd(
    place: str, command: str, lab: Lab, log: Syslog, conf: str | None = None, per_source: str = "UNLIMITED", **more: str
) -> Iterator[Xinetd]:
    """The recipe, run by a xinetd of its own."""
    port = free_port()
    variables = {
        "SLURM_JWT": "daemon",
        "SLURM_CONF": conf or lab.conf,
        "SLURMREST_INET_SYSLOG": log.path,
        **more,
    }
    text = recipe(
        "xinetd/slurmrest-inet",
        {
            "/usr/bin/slurmrest-inet": command,
            "/etc/xinetd.d/": os.path.join(CONTRIB, "xinetd/"),
            "6820": str(port),
            "= UNLIMITED\n": f"= {per_source}\n",
            "= slurmrest\n": f"= {lab.user}\n",
            "SLURM_JWT=daemon\n": " ".join(f"{name}={value}" for name, value in variables.items()) + "\n",
        },
    )
    path = write(os.path.join(place, "xinetd.conf"), text)
    argv = ["xinetd", "-dontfork", "-f", path, "-pidfile", f"{path}.pid", "-filelog", f"{path}.log"]
    with daemon(argv, address=port) as process:
        yield Xinetd(process.pid, port)


@pytest.fixture
def server(place: str, command: str, lab: Lab, syslog: Syslog) -> Iterator[Xinetd]:
    with xinetd(place, command, lab, syslog) as running:
        yield running


def test_fifty_clients_at_once(server: Xinetd, tokens: dict[str, str]) -> None:
    def talk(number: int) -> list[tuple[int, bytes]]:
        user = ("alice", "bob")[number % 2]
        with server.client(f"127.0.1.{number + 1}") as client:
            answers = [client.get(path, token=tokens[user], user=user) for path in (PING, JOBS, PING)]
        return [(answer.status, answer.body[:8]) for answer in answers]

    with ThreadPoolExecutor(CLIENTS) as pool:
        results = list(pool.map(talk, range(CLIENTS)))
    assert results == [[(200, b'{"meta":')] * 3] * CLIENTS
    until(lambda: not children(server.pid), "end of all instances")


def test_who_asks(server: Xinetd, tokens: dict[str, str], syslog: Syslog) -> None:
    with server.client() as client:
        assert client.get(token=tokens["alice"]).status == 200
        # The connection is alice's now.
        assert client.get(token=tokens["bob"]).status == 401
        assert client.rest() == b""
    with server.client() as client:
        assert client.get(token=tokens["root"], user="bob").status == 200
    for how in ({}, {"user": "alice"}):
        with server.client() as client:
            answer = client.get(**how)
            assert (answer.status, answer.body) == (401, b"Authentication failure")
            assert client.rest() == b""
    # slurmctld refuses what is no token of its own: that is an answer of Slurm, in Slurm's form.
    with server.client() as client:
        answer = client.get(JOBS, token=tokens["alice"][:-4] + "AAAA", user="alice")
        assert (answer.status, answer.headers["content-type"]) == (500, "application/json")
    assert "peer=127.0.0.1:" in syslog.wait_for("status=401")
    assert tokens["alice"] not in syslog.text


def test_the_instance_is_confined_and_its_standard_error_is_not_the_client(
    server: Xinetd, lab: Lab, tokens: dict[str, str]
) -> None:
    with server.client() as client:
        assert client.get(token=tokens["alice"]).status == 200
        (pid,) = children(server.pid)
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            limits = {line[:26].rstrip(): line[26:].split()[:2] for line in file}
        links = {number: os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
        with open(f"/proc/{pid}/environ", "rb") as file:
            names = {entry.partition(b"=")[0].decode() for entry in file.read().split(b"\0") if entry}
    account = pwd.getpwnam(lab.user)
    assert status["Uid"].split() == [str(account.pw_uid)] * 4
    assert status["Gid"].split() == [str(account.pw_gid)] * 4
    assert status["Groups"].strip() == ""
    assert limits["Max address space"] == [str(4096 << 20)] * 2
    assert limits["Max cpu time"] == ["600"] * 2
    assert limits["Max core file size"] == ["0"] * 2
    clients = [number for number, link in links.items() if link.startswith("socket:") and link != links["2"]]
    assert len(clients) == 1
    assert links["1"] == links["2"] != links[clients[0]]
    # xinetd adds REMOTE_HOST itself.
    assert names == {"SLURM_JWT", "SLURM_CONF", "SLURMREST_INET_SYSLOG", "REMOTE_HOST"}


def test_many_connections_of_one_source(server: Xinetd, tokens: dict[str, str]) -> None:
    with contextlib.ExitStack() as held, ThreadPoolExecutor(MANY) as pool:
        clients = [held.enter_context(server.client()) for _ in range(MANY)]
        assert list(pool.map(lambda one: one.get(token=tokens["alice"]).status, clients)) == [200] * MANY


def test_no_more_than_its_share_for_one_source(
    place: str, command: str, lab: Lab, syslog: Syslog, tokens: dict[str, str]
) -> None:
    with (
        xinetd(place, command, lab, syslog, per_source=str(PER_SOURCE)) as server,
        contextlib.ExitStack() as held,
    ):
        silent = [held.enter_context(server.client("127.0.2.1")) for _ in range(PER_SOURCE)]
        until(lambda: len(children(server.pid)) == PER_SOURCE, "start of the instances")
        with server.client("127.0.2.1") as one_too_many:
            answer = one_too_many.answer()
            assert (answer.status, answer.headers["retry-after"], answer.closes) == (503, "1", True)
            assert one_too_many.rest() == b""
        with server.client("127.0.2.2") as other:
            assert other.get(token=tokens["alice"]).status == 200
        silent.pop().socket.shutdown(socket.SHUT_WR)
        until(lambda: len(children(server.pid)) < PER_SOURCE, "end of one instance")
        with server.client("127.0.2.1") as next_one:
            assert next_one.get(token=tokens["alice"]).status == 200


def test_a_traceback_goes_to_syslog(place: str, lab: Lab, syslog: Syslog) -> None:
    before = """
def main(*arguments):
    raise RuntimeError("forced fault")
from slurmrest_inet import lazy
lazy.start = main
"""
    with xinetd(place, program(place, "faulty", before), lab, syslog) as server, server.client() as client:
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest() == b""
    syslog.wait_for("forced fault")


def test_what_libslurm_says_goes_to_syslog(
    place: str, command: str, lab: Lab, syslog: Syslog, tokens: dict[str, str]
) -> None:
    with open(lab.conf, encoding="utf-8") as source:
        conf = write(os.path.join(place, "slurm.conf"), source.read() + "ControlMachine=old\n")
    with xinetd(place, command, lab, syslog, conf) as server, server.client() as client:
        assert client.get(JOBS, token=tokens["alice"], close=True).status == 200
        assert client.rest() == b""
    syslog.wait_for("error: Ignoring ControlMachine")


def test_a_fatal_error_of_libslurm_goes_to_syslog(place: str, command: str, lab: Lab, syslog: Syslog) -> None:
    conf = write(os.path.join(place, "broken.conf"), "ClusterName=x\nNoSuchKey=1\n")
    with xinetd(place, command, lab, syslog, conf) as server, server.client() as client:
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest() == b""
    syslog.wait_for("NoSuchKey")


def test_a_client_that_stops_in_the_middle(
    place: str, command: str, lab: Lab, syslog: Syslog, tokens: dict[str, str]
) -> None:
    with xinetd(place, command, lab, syslog, SLURMREST_INET_HEAD_SECONDS="0.5") as server:
        with server.client() as slow, server.client() as other:
            slow.send(b"GET ")
            assert other.get(token=tokens["alice"]).status == 200
            assert slow.answer().status == 408
            assert slow.rest() == b""
        until(lambda: not children(server.pid), "end of all instances")
