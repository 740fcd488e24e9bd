# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/systemd-socket and contrib/xinetd on a host that systemd has booted: the recipes as they stand.

One host is booted for all tests. It shares this machine's network, so each unit is given a port by what an
administrator uses for that, `systemctl edit`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import re
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from host import CONTRIB, JOBS, PING, Client, client_as, free_port, listens, request, until
from sidebyside import booted, wire
from sidebyside.lab import LAB

from slurmrest_inet.settings import Deadlines, Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labkit.machine import Machine
    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(booted.unable() is not None, reason=str(booted.unable()))

ACCEPT, WARM = "slurmrest-inet", "slurmrest-inet-warm"
UNITS = "/etc/systemd/system"
RUNTIME = "/run/systemd/system.control"  # of `systemctl set-property --runtime`
DEFAULTS = "/etc/default/slurmrest-inet"
SOCKET = "/run/slurmrest-inet.sock"
SUBMIT = b"/slurm/v0.0.38/job/submit"
BODY = 50 << 20  # what is taken at most
MANY = 30  # connections of one portal; the old bound was 20


@pytest.fixture(scope="module")
def machine(lab: Lab) -> Iterator[Machine]:
    """The host, with the units of contrib/ where the recipe puts them."""
    with booted.boot(lab) as one:
        folder = os.path.join(CONTRIB, "systemd-socket")
        for name in os.listdir(folder):
            if name.startswith("slurmrest-inet"):
                with open(os.path.join(folder, name), "rb") as file:
                    one.write(f"{UNITS}/{name}", file.read())
        one.run("systemctl", "daemon-reload")
        yield one


class Units:
    """One of the two ways, running: its socket unit and, in the warm one, its service."""

    def __init__(self, machine: Machine, name: str, port: int) -> None:
        self.machine = machine
        self.name = name
        self.service = f"{WARM}.service"  # of the warm one
        self.port = port
        self.path = machine.path(SOCKET)
        self._begun = machine.run("date", "+%s.%N").strip()

    def client(self) -> Client:
        """A new connection over TCP."""
        return Client(self.port)

    def edit(self, unit: str, text: str) -> None:
        """What `systemctl edit` does."""
        self.machine.write(f"{UNITS}/{unit}.d/override.conf", text)
        self.machine.run("systemctl", "daemon-reload")

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.machine.run("systemctl", "show", f"--property={name}", "--value", unit).strip()

    def log(self) -> str:
        """What the journal says of these units since they were started."""
        return self.machine.run(
            "journalctl", "--output=cat", f"--since=@{self._begun}", f"--unit={self.name}*", f"--unit={self.name}@*"
        )

    def started_anew(self) -> bool:
        """Whether the listener has been reloaded once."""
        return self.log().count(f"Listening on 127.0.0.1:{self.port}") == 2

    def main(self) -> int:
        """The listener's process, as it is called here."""
        inside = self.show(self.service, "MainPID")
        group = f"{self.machine.units}{self.show(self.service, 'ControlGroup')}/cgroup.procs"
        with open(group, encoding="ascii") as file:
            (main,) = (pid for pid in map(int, file) if status_of(pid)["NSpid"].split()[-1] == inside)
        return main

    def serving(self, client: Client) -> int:
        """The process that serves a client who came over TCP."""
        port = client.socket.getsockname()[1]
        with open("/proc/net/tcp", encoding="ascii") as file:
            ends = [line.split() for line in file]
        (inode,) = (end[9] for end in ends if end[1].endswith(f":{self.port:04X}") and end[2].endswith(f":{port:04X}"))
        # systemd keeps the connection of an instance, too.
        for pid in {int(name) for name in os.listdir("/proc") if name.isdigit()} - {self.machine.init}:
            with contextlib.suppress(OSError):
                folder = f"/proc/{pid}/fd"
                if any(os.readlink(f"{folder}/{name}") == f"socket:[{inode}]" for name in os.listdir(folder)):
                    return pid
        raise AssertionError("nobody serves it")


@contextlib.contextmanager
def running(
    machine: Machine, name: str, service: str = "", defaults: str = "", port: int | None = None
) -> Iterator[Units]:
    """Enable the socket `name`, with more settings for its service, until the end of the block."""
    units = Units(machine, name, port or free_port())
    socket_unit, service_unit = f"{name}.socket", f"{name}{'@' if name == ACCEPT else ''}.service"
    units.edit(socket_unit, f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{units.port}\nListenStream={SOCKET}\n")
    if service:
        units.edit(service_unit, service)
    machine.write(DEFAULTS, defaults)
    try:
        machine.run("systemctl", "enable", "--now", socket_unit)
        yield units
    finally:
        machine.run("systemctl", "disable", "--now", socket_unit)
        machine.run("systemctl", "stop", f"{name}*.service", f"{name}@*.service")
        machine.attempt("systemctl", "reset-failed", f"{name}*")
        set_by = (f"{folder}/{unit}.d" for folder in (UNITS, RUNTIME) for unit in (socket_unit, service_unit))
        machine.run("rm", "-rf", *set_by, DEFAULTS)
        machine.run("systemctl", "daemon-reload")


@pytest.fixture
def accept(machine: Machine) -> Iterator[Units]:
    with running(machine, ACCEPT) as units:
        yield units


@pytest.fixture
def warm(machine: Machine) -> Iterator[Units]:
    with running(machine, WARM) as units:
        yield units


@contextlib.contextmanager
def a_request_that_runs(lab: Lab, *clients: Client, token: str) -> Iterator[None]:
    """Let each client ask for jobs, and slurmctld not answer before the end of the block."""
    there = f":{int(lab.variables['LAB_SLURMCTLD_PORT']):04X}"

    def asking() -> set[str]:
        with open("/proc/net/tcp", encoding="ascii") as file:
            lines = [line.split() for line in file]
        return {line[1] for line in lines if line[2].endswith(there) and line[3] == "01"}  # TCP_ESTABLISHED

    def send(name: str) -> None:
        subprocess.run([LAB, "signal", "--dir", lab.directory, "slurmctld", name], check=True)

    before = asking()
    send("STOP")
    try:
        for client in clients:
            client.send(request(JOBS, token=token))
        until(lambda: len(asking() - before) >= len(clients), "a question to slurmctld")
        yield
    finally:
        send("CONT")


def status_of(pid: int) -> dict[str, str]:
    """/proc/PID/status, see proc(5)."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return {name: value.strip() for name, _, value in (line.partition(":") for line in file)}


def account(machine: Machine) -> tuple[int, int]:
    """Uid and gid of the user that the recipe has made."""
    return tuple(int(machine.run("id", option, booted.USER)) for option in ("-u", "-g"))  # type: ignore[return-value]


class TestBoth:
    """What holds for either way."""

    @pytest.fixture(params=[ACCEPT, WARM])
    def units(self, machine: Machine, request: pytest.FixtureRequest) -> Iterator[Units]:
        with running(machine, request.param) as units:
            yield units

    def test_who_asks(self, units: Units, tokens: dict[str, str]) -> None:
        with units.client() as client:
            assert [client.get(path, token=tokens["alice"]).status for path in (PING, JOBS)] == [200, 200]
            serving = status_of(units.serving(client))
            assert (serving["Seccomp"], serving["NoNewPrivs"], int(serving["CapBnd"], 16)) == ("2", "1", 0)
        for how in ({}, {"user": "alice"}):
            with units.client() as client:
                assert client.get(**how).status == 401
        own, alice, root = account(units.machine), _ids("alice"), (0, 0)
        for ids, how, status in (
            (own, {}, 200),
            (root, {}, 200),
            (root, {"user": "alice"}, 401),
            (alice, {}, 401),
            (alice, {"token": tokens["bob"], "user": "bob"}, 200),
        ):
            with client_as(*ids, units.path) as client:
                assert (ids, how, client.get(JOBS, **how).status) == (ids, how, status)

    def test_no_start_complains(self, units: Units, tokens: dict[str, str]) -> None:
        for path in (units.port, units.path):
            with Client(path) as client:
                assert client.get(token=tokens["alice"]).status == 200
        assert " status=200" in units.log()
        # Of systemd itself: a setting that cannot be honoured is said there, with the priority of a warning.
        command = ("journalctl", "--output=cat", "--priority=warning", "_PID=1")
        assert [line for line in units.machine.run(*command).splitlines() if ACCEPT in line] == []

    def test_a_portal_with_many_connections(self, units: Units, tokens: dict[str, str]) -> None:
        with contextlib.ExitStack() as held, ThreadPoolExecutor(MANY) as pool:
            clients = [held.enter_context(units.client()) for _ in range(MANY)]
            answers = list(pool.map(lambda client: client.get(token=tokens["alice"]).status, clients))
        assert answers == [200] * MANY

    def test_one_takes_over_from_the_other(self, machine: Machine, tokens: dict[str, str]) -> None:
        with running(machine, ACCEPT) as one, running(machine, WARM, port=one.port) as other:
            for name in (ACCEPT, WARM, ACCEPT, WARM):
                machine.run("systemctl", "start", f"{name}.socket")
                for address in (other.port, other.path):
                    with Client(address) as client:
                        assert client.get(token=tokens["alice"]).status == 200
                assert (name == WARM) == (other.show(other.service, "ActiveState") == "active")


def _ids(name: str) -> tuple[int, int]:
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


class TestEachConnection:
    """Accept=yes."""

    def test_nothing_stays(self, accept: Units, tokens: dict[str, str]) -> None:
        with accept.client() as client:
            assert client.get(token=tokens["alice"]).status == 200
            pid = accept.serving(client)
        until(lambda: not os.path.exists(f"/proc/{pid}"), "end of the instance")
        listing = ("systemctl", "list-units", "--all", "--plain", "--no-legend", f"{ACCEPT}@*")
        until(lambda: not accept.machine.run(*listing), "end of the unit")

    def test_one_that_is_killed(self, accept: Units, tokens: dict[str, str]) -> None:
        with accept.client() as one, accept.client() as other:
            for client in (one, other):
                assert client.get(token=tokens["alice"]).status == 200
            os.kill(accept.serving(one), signal.SIGKILL)
            assert one.rest() == b""
            assert other.get(JOBS, token=tokens["alice"]).status == 200
        with accept.client() as next_one:
            assert next_one.get(token=tokens["alice"]).status == 200

    def test_the_socket_stops_while_a_request_runs(self, accept: Units, lab: Lab, tokens: dict[str, str]) -> None:
        with accept.client() as client:
            assert client.get(token=tokens["alice"]).status == 200
            with a_request_that_runs(lab, client, token=tokens["alice"]):
                accept.machine.run("systemctl", "stop", f"{ACCEPT}.socket")
                with pytest.raises(ConnectionRefusedError):
                    accept.client()
            assert client.answer().status == 200

    def test_an_instance_is_stopped_while_a_request_runs(self, accept: Units, lab: Lab, tokens: dict[str, str]) -> None:
        with accept.client() as client:
            assert client.get(token=tokens["alice"]).status == 200
            with a_request_that_runs(lab, client, token=tokens["alice"]):
                accept.machine.run("systemctl", "stop", f"{ACCEPT}@*.service")
                # Cut short, and yet answered.
                assert client.answer().status == 500
                assert client.rest() == b""

    def test_its_own_memory(self, machine: Machine, tokens: dict[str, str]) -> None:
        with running(machine, ACCEPT) as units:
            bound = enough(units, tokens["alice"])
        with running(machine, ACCEPT, defaults=f"SLURMREST_INET_MEMORY_MIB={bound}\n") as units:
            expect_the_others_to_go_on(units, tokens["alice"])

    def test_the_unit_bounds_more_than_the_process(self, accept: Units, tokens: dict[str, str]) -> None:
        with accept.client() as client:
            assert client.get(token=tokens["alice"]).status == 200
            name = f"{ACCEPT}@*-127.0.0.1:{accept.port}-127.0.0.1:{client.socket.getsockname()[1]}.service"
            assert int(accept.show(name, "MemoryMax")) > memory_of(accept, name) << 20
            assert seconds(accept.show(name, "TimeoutStopUSec")) > Deadlines().grace

    def test_strict_by_choice(self, machine: Machine, tokens: dict[str, str]) -> None:
        with running(machine, ACCEPT) as units:
            units.machine.write(f"{UNITS}/{ACCEPT}.socket.d/strict.conf", "[Socket]\nMaxConnectionsPerSource=2\n")
            units.machine.run("systemctl", "daemon-reload")
            units.machine.run("systemctl", "restart", f"{ACCEPT}.socket")
            with units.client() as one, units.client() as two, units.client() as three:
                for client in (one, two):
                    assert client.get(token=tokens["alice"]).status == 200
                assert three.rest() == b""


class TestWarm:
    """Accept=no."""

    def test_stop_while_requests_run(self, warm: Units, lab: Lab, tokens: dict[str, str]) -> None:
        with warm.client() as one, warm.client() as two, warm.client() as idle:
            for client in (one, two, idle):
                assert client.get(token=tokens["alice"]).status == 200
            with a_request_that_runs(lab, one, two, token=tokens["alice"]):
                warm.machine.run("systemctl", "stop", "--no-block", f"{WARM}.socket", warm.service)
                assert idle.rest() == b""
                assert warm.show(warm.service, "ActiveState") == "deactivating"
            assert [client.answer().status for client in (one, two)] == [200, 200]
            assert one.rest() == two.rest() == b""
        until(lambda: warm.show(warm.service, "ActiveState") == "inactive", "end of the listener")
        assert warm.show(warm.service, "Result") == "success"

    def test_there_is_time_to_stop(self, warm: Units) -> None:
        patience = Listener().drain + Deadlines().grace
        assert seconds(warm.show(warm.service, "TimeoutStopUSec")) > patience + 1

    def test_reload_while_a_request_runs(self, warm: Units, lab: Lab, tokens: dict[str, str]) -> None:
        with warm.client() as busy, warm.client() as idle:
            for client in (busy, idle):
                assert client.get(token=tokens["alice"]).status == 200
            main = warm.main()
            warm.machine.run("systemctl", "reload", warm.service)
            until(warm.started_anew, "start anew")
            with a_request_that_runs(lab, busy, token=tokens["alice"]):
                warm.machine.run("systemctl", "reload", warm.service)
            assert busy.answer().status == 200
            assert idle.get(token=tokens["alice"]).status == 200
            assert warm.main() == main
            with warm.client() as client:
                assert client.get(token=tokens["alice"]).status == 200

    def test_idle_exit_loses_nobody(self, machine: Machine, tokens: dict[str, str]) -> None:
        service = f"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=\nExecStart={booted.PROGRAM}\n"
        with running(machine, WARM, service, "SLURMREST_INET_IDLE_EXIT_SECONDS=0.3\n") as units:
            # Each pause ends some milliseconds before or after the moment in which the listener goes.
            for pause in itertools.islice(itertools.cycle([0.27, 0.29, 0.3, 0.305, 0.31, 0.33, 0.36, 0.4]), 24):
                with units.client() as client:
                    assert client.get(token=tokens["alice"], close=True).status == 200
                    assert client.rest() == b""
                time.sleep(pause)
            assert units.log().count("the listener ends") >= 5

    def test_one_that_is_killed(self, warm: Units, tokens: dict[str, str]) -> None:
        with warm.client() as one, warm.client() as other:
            for client in (one, other):
                assert client.get(token=tokens["alice"]).status == 200
            main = warm.main()
            os.kill(warm.serving(one), signal.SIGKILL)
            assert one.rest() == b""
            assert other.get(JOBS, token=tokens["alice"]).status == 200
            until(lambda: "died by signal 9" in warm.log(), "a line about it")
            with warm.client() as next_one:
                assert next_one.get(token=tokens["alice"]).status == 200
            assert warm.main() == main

    def test_its_own_memory(self, machine: Machine, tokens: dict[str, str]) -> None:
        with running(machine, WARM) as units:
            bound = enough(units, tokens["alice"])
        with running(machine, WARM, defaults=f"SLURMREST_INET_MEMORY_MIB={bound}\n") as units:
            expect_the_others_to_go_on(units, tokens["alice"])
            assert units.show(units.service, "ActiveState") == "active"

    def test_the_memory_of_all(self, machine: Machine, tokens: dict[str, str]) -> None:
        enforced = machine.govern_memory()
        with running(machine, WARM, "[Service]\nEnvironment=SLURMREST_INET_MEMORY_MIB=0\n") as units:
            assert units.show(units.service, "OOMPolicy") == "continue"
            if not enforced:
                pytest.skip("the machine's memory controller cannot be written to from inside")
            with units.client() as client:
                assert client.get(JOBS, token=tokens["alice"]).status == 200
                used = int(units.show(units.service, "MemoryCurrent"))
                bound = f"MemoryMax={used + (BODY >> 1)}"
                units.machine.run("systemctl", "set-property", "--runtime", units.service, bound)
                main = units.main()
                expect_the_others_to_go_on(units, tokens["alice"], killed=True)
                assert client.get(JOBS, token=tokens["alice"]).status == 200
                assert units.main() == main
                assert "died by signal 9" in units.log()

    def test_the_unit_bounds_more_than_a_process(self, warm: Units) -> None:
        # Three run wild, and there is still room.
        assert int(warm.show(warm.service, "MemoryMax")) > 3 * memory_of(warm, warm.service) << 20

    def test_the_program_is_upgraded(self, warm: Units, tokens: dict[str, str]) -> None:
        """As pip does it: the old files are taken away, then the new ones are put there."""
        site = booted.site_packages(warm.machine)
        with warm.client() as kept, asking_all_the_time(warm, tokens["alice"]) as statuses:
            assert kept.get(token=tokens["alice"]).status == 200
            main = warm.main()
            warm.machine.run("mv", f"{site}/slurmrest_inet", f"{site}/~lurmrest_inet")
            before = len(statuses)
            until(lambda: len(statuses) > before + 5, "requests without the program")
            warm.machine.run("cp", "-r", f"{site}/~lurmrest_inet", f"{site}/slurmrest_inet")
            warm.machine.run("rm", "-r", f"{site}/~lurmrest_inet")
            assert in_memory(main) == {"deleted"}
            warm.machine.run("systemctl", "reload", warm.service)
            until(warm.started_anew, "start anew")
            assert kept.get(JOBS, token=tokens["alice"]).status == 200
            before = len(statuses)
            until(lambda: len(statuses) > before + 5, "requests to the new program")
            assert warm.main() == main
            assert in_memory(main) == {"present"}
        assert set(statuses) == {200}


class TestInsteadOfSlurmrestd:
    """The drop-in for Debian's slurmrestd.service, put in and taken out."""

    FOLDER = f"{UNITS}/slurmrestd.service.d"
    # Debian's unit starts slurmrestd as root, who it refuses to be: whoever uses it has said what the unit's own
    # comments propose, and a user.
    AS_USED = (
        "[Service]\nEnvironment=SLURM_JWT=daemon\nExecStart=\nExecStart=/usr/sbin/slurmrestd $SLURMRESTD_OPTIONS {}\n"
    )

    def ours(self, port: int, token: str) -> bool:
        """Whether this program answers; slurmrestd does not send a Date."""
        until(lambda: listens(port), "start of slurmrestd.service")
        with Client(port) as client:
            client.send(request(PING, token=token, user="alice", close=True))
            head = client.rest().partition(b"\r\n\r\n")[0]
        assert head.startswith(b"HTTP/1.1 200 ")
        return b"\r\ndate:" in head.lower()

    def test_in_and_out(self, machine: Machine, tokens: dict[str, str]) -> None:
        port, token = free_port(), tokens["alice"]
        machine.write("/etc/default/slurmrestd", f"SLURMRESTD_OPTIONS=-u {booted.USER} -g {booted.USER}\n")
        machine.write(f"{self.FOLDER}/override.conf", self.AS_USED.format(f"127.0.0.1:{port}"))
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "slurmrestd")
        try:
            assert not self.ours(port, token)
            with open(os.path.join(CONTRIB, "systemd-socket/slurmrestd.service.d/slurmrest-inet.conf"), "rb") as file:
                machine.write(f"{self.FOLDER}/slurmrest-inet.conf", file.read())
            machine.run("systemctl", "daemon-reload")
            machine.run("systemctl", "restart", "slurmrestd")
            assert self.ours(port, token)
            assert machine.run("systemctl", "show", "--property=OOMPolicy", "--value", "slurmrestd") == "continue\n"
            machine.run("systemctl", "reload", "slurmrestd")
            assert self.ours(port, token)
            machine.run("rm", f"{self.FOLDER}/slurmrest-inet.conf")
            machine.run("systemctl", "daemon-reload")
            machine.run("systemctl", "restart", "slurmrestd")
            assert not self.ours(port, token)
        finally:
            machine.run("systemctl", "stop", "slurmrestd")


class TestXinetd:
    """The recipe in the real xinetd.service."""

    def test_in_and_out(self, machine: Machine, tokens: dict[str, str]) -> None:
        port = free_port()
        for name in ("slurmrest-inet", "slurmrest-inet.busy"):
            with open(os.path.join(CONTRIB, "xinetd", name), encoding="utf-8") as file:
                text = file.read()
            assert name.endswith(".busy") or text.count("6820") == 1
            machine.write(f"/etc/xinetd.d/{name}", text.replace("6820", str(port)))
        machine.run("systemctl", "reload", "xinetd")
        try:

            def answers() -> bool:
                with contextlib.suppress(ConnectionRefusedError), Client(port) as client:
                    return client.get(token=tokens["alice"]).status == 200
                return False

            until(answers, "reload of xinetd")
            header = f"X-SLURM-USER-TOKEN: {tokens['alice']}"
            url = f"http://localhost:{port}/slurm/v0.0.38/ping"
            assert '"pings"' in machine.run("curl", "--silent", "--header", header, url)
            until(lambda: " status=200" in machine.run("journalctl", "--output=cat", "_COMM=slurmrest-inet"), "its log")
            with Client(port) as kept:
                assert kept.get(token=tokens["alice"]).status == 200
                machine.run("systemctl", "reload", "xinetd")
                until(answers, "reload of xinetd")
                assert kept.get(token=tokens["alice"]).status == 200
        finally:
            machine.run("rm", "/etc/xinetd.d/slurmrest-inet", "/etc/xinetd.d/slurmrest-inet.busy")
            machine.run("systemctl", "reload", "xinetd")


def in_memory(pid: int) -> set[str]:
    """Whether the files of the program that a process has mapped are there."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        lines = [line for line in file if "lurmrest_inet/" in line]
    return {"deleted" if line.endswith("(deleted)\n") else "present" for line in lines}


def seconds(text: str) -> float:
    """A span of systemd.time(7), as `systemctl show` writes it."""
    units = {"min": 60, "s": 1, "ms": 0.001}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(min|ms|s)\b", text))


def memory_of(units: Units, unit: str) -> int:
    """The MiB that a unit gives its processes."""
    found = re.search(r"SLURMREST_INET_MEMORY_MIB=(\d+)", units.show(unit, "Environment"))
    assert found
    return int(found[1])


def enough(units: Units, token: str) -> int:
    """So many MiB that a process answers what is small, and cannot hold a large body."""
    with units.client() as client:
        assert client.get(JOBS, token=token).status == 200
        peak = status_of(units.serving(client))["VmPeak"]
    return (int(peak.split()[0]) >> 10) + (BODY >> 21)


def expect_the_others_to_go_on(units: Units, token: str, *, killed: bool = False) -> None:
    """While one client sends a body that its process cannot hold."""
    with units.client() as other, units.client() as greedy:
        assert other.get(token=token).status == 200
        head = request(SUBMIT, token=token).replace(b"GET ", b"POST ", 1)[:-2]
        greedy.send(head + f"Content-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):  # it has been answered already, or nobody is there
            greedy.send(b'{"script": "' + b"x" * (BODY - 14) + b'"}')
        answer = greedy.rest()
        assert not answer or (not killed and wire.strict_one(answer)[0].status >= 500)
        assert other.get(JOBS, token=token).status == 200
        with units.client() as next_one:
            assert next_one.get(JOBS, token=token).status == 200


@contextlib.contextmanager
def asking_all_the_time(units: Units, token: str) -> Iterator[list[int]]:
    """New connections, one after the other, until the end of the block; their statuses, 0 for none."""
    statuses: list[int] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            status = 0
            with contextlib.suppress(OSError, wire.MalformedError), units.client() as client:
                status = client.get(token=token, close=True).status
            statuses.append(status)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield statuses
    finally:
        over.set()
        thread.join()
