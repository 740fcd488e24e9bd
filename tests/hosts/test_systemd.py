# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/systemd-socket: judged by systemd-analyze, run by systemd-socket-activate, under what the units forbid."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from host import CONTRIB, JOBS, PATIENCE, PING, Client, children, client_as, daemon, free_port, recipe, until, write
from sidebyside.lab import SLURMRESTD, as_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(not shutil.which("systemd-socket-activate"), reason="needs systemd")

FOLDER = "systemd-socket"
UNITS = (
    "slurmrest-inet.socket",
    "slurmrest-inet@.service",
    "slurmrest-inet-warm.socket",
    "slurmrest-inet-warm.service",
)
SERVICES = tuple(unit for unit in UNITS if unit.endswith(".service"))
DROP_IN = "slurmrestd.service.d/slurmrest-inet.conf"


def run(*argv: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with more variables; its two outputs together."""
    return subprocess.run(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
        env={**os.environ, **variables},
    )


@pytest.fixture(scope="module")
def units(place: str, command: str) -> str:
    """A folder with all units and the drop-in, whose program is the one to test."""
    folder = os.path.join(place, "units")
    os.makedirs(os.path.join(folder, os.path.dirname(DROP_IN)))
    for unit in (*UNITS, DROP_IN):
        replacements = {} if unit.endswith(".socket") else {"/usr/bin/slurmrest-inet": command}
        write(os.path.join(folder, unit), recipe(f"{FOLDER}/{unit}", replacements))
    return folder


class TestUnits:
    def test_verify(self, units: str) -> None:
        done = run("systemd-analyze", "verify", "--man=no", *(os.path.join(units, unit) for unit in UNITS))
        assert (done.returncode, done.stdout) == (0, "")

    @pytest.mark.parametrize("unit", SERVICES)
    def test_security(self, units: str, unit: str) -> None:
        # The threshold is ten times the level that is shown: 2.0.
        done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", os.path.join(units, unit))
        assert done.returncode == 0, done.stdout

    def test_the_warm_service_forbids_at_least_as_much(self, units: str) -> None:
        forbidden = []
        for unit in SERVICES:
            with open(os.path.join(units, unit), encoding="utf-8") as file:
                forbidden.append(set(file.read().partition("AmbientCapabilities=")[2].splitlines()))
        connection, warm = forbidden
        assert connection
        assert connection < warm

    def test_the_client_is_not_the_log(self, units: str) -> None:
        with open(os.path.join(units, "slurmrest-inet@.service"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        for line in ("StandardInput=socket", "StandardOutput=socket", "StandardError=journal"):
            assert line in lines


class Activator:
    """A running systemd-socket-activate: its process, port and socket path."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, path: str) -> None:
        self.process = process
        self.port = port
        self.path = path


def client_of(user: str, path: str) -> Client:
    """A connection of `user` to a socket path."""
    account = pwd.getpwnam(user)
    return client_as(account.pw_uid, account.pw_gid, path)


def runtime_folder(place: str, user: str) -> str:
    """An empty folder of `user`, for a socket."""
    folder = os.path.join(place, "run")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    shutil.chown(folder, user)
    return folder


@contextlib.contextmanager
def activate(place: str, lab: Lab, program: list[str], *options: str, user: str, **more: str) -> Iterator[Activator]:
    """systemd-socket-activate with a port and a path; a connection to either starts `program`."""
    port, path = free_port(), os.path.join(runtime_folder(place, user), "slurmrest-inet.sock")
    variables = {"SLURM_CONF": lab.conf, **more}
    argv = ["systemd-socket-activate", *options, "-l", f"127.0.0.1:{port}", "-l", path]
    for name, value in variables.items():
        argv += ["-E", f"{name}={value}"]
    with (
        open(os.path.join(place, "activate.log"), "wb") as log,
        daemon([*argv, *program], address=path, stderr=log, **as_user(user)) as process,
    ):
        os.chmod(path, 0o666)  # noqa: S103 - SocketMode of the units
        yield Activator(process, port, path)


def confined(unit: str, user: str, *program: str) -> list[str]:
    """The command that starts `program` under what `unit` forbids, as `user`."""
    account = pwd.getpwnam(user)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confined.py")
    return [sys.executable, "-I", script, unit, str(account.pw_uid), str(account.pw_gid), *program]


def log_of(place: str) -> str:
    """What systemd-socket-activate and the program have written to standard error."""
    with open(os.path.join(place, "activate.log"), encoding="utf-8") as file:
        return file.read()


def expect_all_kinds_of_clients(server: Activator, lab: Lab, tokens: dict[str, str]) -> None:
    """What a service answers that has no SLURM_JWT and no -a: tokens from all, no token from root and its own user."""
    with Client(server.port) as client:
        assert [client.get(path, token=tokens["alice"]).status for path in (PING, JOBS)] == [200, 200]
    for how in ({}, {"user": "alice"}, {"user": lab.user}):
        with Client(server.port) as client:
            answer = client.get(**how)
            assert (answer.status, answer.body) == (401, b"Authentication failure")
            assert client.rest() == b""
    expect_local_clients(server.path, lab, tokens)


def expect_local_clients(path: str, lab: Lab, tokens: dict[str, str]) -> None:
    """The same on a unix socket alone."""
    for user, name, status in (
        (lab.user, None, 200),
        # The own user's header is not looked at.
        (lab.user, "alice", 200),
        ("root", None, 200),
        ("root", lab.user, 200),
        ("root", "alice", 401),
        ("root", "nobody-has-this-name", 401),
        ("alice", None, 401),
        ("alice", "alice", 401),
        ("alice", lab.user, 401),
    ):
        with client_of(user, path) as client:
            assert (user, name, client.get(JOBS, user=name).status) == (user, name, status)
    for user in (lab.user, "root", "alice"):
        with client_of(user, path) as client:
            assert client.get(JOBS, token=tokens["bob"], user="bob").status == 200


class TestAccept:
    """Accept=yes with the connection on standard input."""

    OPTIONS = ("--accept", "--inetd")

    def test_who_asks(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command], *self.OPTIONS, user=lab.user) as server:
            expect_all_kinds_of_clients(server, lab, tokens)
            until(lambda: not children(server.process.pid), "end of all instances")
        log = log_of(place)
        assert re.search(r"peer=127\.0\.0\.1:\d+ user=- method=GET path=/slurm/v0\.0\.38/ping status=200", log)
        assert f"peer=uid:{pwd.getpwnam('alice').pw_uid} " in log

    def test_tokens_only(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command], *self.OPTIONS, user=lab.user, SLURM_JWT="daemon") as server:
            for user in (lab.user, "root", "alice"):
                with client_of(user, server.path) as client:
                    assert client.get().status == 401
                with client_of(user, server.path) as client:
                    assert client.get(token=tokens["alice"]).status == 200

    def test_under_what_the_unit_forbids(
        self, place: str, units: str, lab: Lab, command: str, tokens: dict[str, str]
    ) -> None:
        program = confined(os.path.join(units, "slurmrest-inet@.service"), lab.user, command)
        with activate(place, lab, program, *self.OPTIONS, user="root") as server:
            with Client(server.port) as client:
                assert client.get(token=tokens["alice"]).status == 200, log_of(place)
                (pid,) = children(server.process.pid)
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
                assert (status["Seccomp"], status["NoNewPrivs"], int(status["CapBnd"], 16)) == ("2", "1", 0)
                assert client.get(JOBS, token=tokens["alice"]).status == 200
            with client_of(lab.user, server.path) as client:
                assert [client.get(path).status for path in (JOBS, b"/slurm/v0.0.38/nodes")] == [200, 200]


class TestWarm:
    """Accept=no: the program is given the listening sockets when somebody connects, and ends when nobody does."""

    def test_who_asks(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command, "--idle-exit", "300"], user=lab.user) as server:
            expect_all_kinds_of_clients(server, lab, tokens)

    @pytest.mark.slurm("!= 24.11")  # libslurm does not change its plugin there: library.changes_auth
    def test_two_users_in_turns_over_one_connection(
        self, place: str, lab: Lab, command: str, tokens: dict[str, str]
    ) -> None:
        with activate(place, lab, [command], user=lab.user) as server, client_of(lab.user, server.path) as client:
            for how in ({"token": tokens["alice"]}, {}, {"token": tokens["root"], "user": "bob"}, {}):
                assert client.get(JOBS, **how).status == 200

    def test_it_ends_when_nobody_comes(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command, "--idle-exit", "1"], user=lab.user) as server:
            with Client(server.port) as client:
                assert client.get(token=tokens["alice"]).status == 200
            assert server.process.wait(PATIENCE) == 0
            # The sockets are systemd's: they stay.
            assert os.path.exists(server.path)

    def test_under_what_the_unit_forbids(
        self, place: str, units: str, lab: Lab, command: str, tokens: dict[str, str]
    ) -> None:
        unit = "slurmrest-inet-warm.service"
        with open(os.path.join(units, unit), encoding="utf-8") as file:
            start = re.search(r"(?m)^ExecStart=(.*)$", file.read())[1].split()
        program = confined(os.path.join(units, unit), lab.user, *start)
        with activate(place, lab, program, user="root") as server:
            expect_all_kinds_of_clients(server, lab, tokens)


class TestInsteadOfSlurmrestd:
    """The drop-in for slurmrestd.service."""

    UNIT = "/lib/systemd/system/slurmrestd.service"

    @pytest.mark.skipif(not os.path.exists(UNIT), reason="needs slurmrestd's own unit")
    def test_verify(self, units: str) -> None:
        done = run("systemd-analyze", "verify", "--man=no", "slurmrestd.service", SYSTEMD_UNIT_PATH=f"{units}:")
        assert (done.returncode, done.stdout) == (0, "")

    @pytest.mark.skipif(not os.path.exists(UNIT), reason="needs slurmrestd's own unit")
    def test_its_own_command_line_starts_us(self, place: str, units: str, lab: Lab, tokens: dict[str, str]) -> None:
        path = os.path.join(runtime_folder(place, lab.user), "slurmrestd.socket")
        with open(os.path.join(units, DROP_IN), encoding="utf-8") as file:
            source, target = re.search(r"(?m)^BindReadOnlyPaths=(.*):(.*)$", file.read()).groups()
        with open(self.UNIT, encoding="utf-8") as file:
            line = re.search(r"(?m)^ExecStart=(.*)$", file.read())[1].replace("/run/slurmrestd.socket", path)
        assert target == SLURMRESTD == line.split()[0]
        account = pwd.getpwnam(lab.user)
        script = f'mount --bind "$0" "$1" && exec setpriv --reuid "$2" --regid "$3" --clear-groups {line}'
        argv = ["unshare", "--mount", "sh", "-c", script, source, target, str(account.pw_uid), str(account.pw_gid)]
        environment = {**lab.environment, "SLURMRESTD_OPTIONS": "-s openapi/v0.0.38 -t 10"}
        with daemon(argv, address=path, env=environment):
            expect_local_clients(path, lab, tokens)


def test_no_unit_of_contrib_is_forgotten() -> None:
    found = set()
    for folder, _folders, files in os.walk(os.path.join(CONTRIB, FOLDER)):
        paths = (os.path.join(folder, name) for name in files if not name.endswith(".md"))
        found |= {os.path.relpath(path, os.path.join(CONTRIB, FOLDER)) for path in paths}
    assert found == {*UNITS, DROP_IN}
