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
from host import CONTRIB, JOBS, PATIENCE, PING, Client, children, daemon, free_port, recipe, until, write
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

    def test_the_two_services_forbid_the_same(self, units: str) -> None:
        forbidden = []
        for unit in SERVICES:
            with open(os.path.join(units, unit), encoding="utf-8") as file:
                forbidden.append(file.read().partition("AmbientCapabilities=")[2])
        assert forbidden[0]
        assert forbidden[0] == forbidden[1]

    def test_the_client_is_not_the_log(self, units: str) -> None:
        with open(os.path.join(units, "slurmrest-inet@.service"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        for line in ("StandardInput=socket", "StandardOutput=socket", "StandardError=journal"):
            assert line in lines


class Activator:
    """A running systemd-socket-activate: its pid, port, socket path and the folder of that."""

    def __init__(self, pid: int, port: int, path: str) -> None:
        self.pid = pid
        self.port = port
        self.path = path

    def client(self, user: str) -> Client:
        """A connection of `user` to the socket path."""
        account = pwd.getpwnam(user)
        try:
            # The socket's credentials are the effective ids at connect(2), see unix(7).
            os.setegid(account.pw_gid)
            os.seteuid(account.pw_uid)
            return Client(self.path)
        finally:
            os.seteuid(0)
            os.setegid(0)


@contextlib.contextmanager
def activate(place: str, lab: Lab, program: list[str], *options: str, user: str, **more: str) -> Iterator[Activator]:
    """systemd-socket-activate with a port and a path; a connection to either starts `program`."""
    folder = os.path.join(place, "run")
    os.makedirs(folder, exist_ok=True)
    account = pwd.getpwnam(user)
    os.chown(folder, account.pw_uid, account.pw_gid)
    port, path = free_port(), os.path.join(folder, "slurmrest-inet.sock")
    variables = {"SLURM_CONF": lab.conf, **more}
    argv = ["systemd-socket-activate", *options, "-l", f"127.0.0.1:{port}", "-l", path]
    for name, value in variables.items():
        argv += ["-E", f"{name}={value}"]
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with (
        open(os.path.join(place, "activate.log"), "wb") as log,
        daemon([*argv, *program], address=path, stderr=log, **as_user(user)) as process,
    ):
        os.chmod(path, 0o666)  # noqa: S103 - SocketMode of the units
        yield Activator(process.pid, port, path)


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
        with server.client(user) as client:
            assert (user, name, client.get(JOBS, user=name).status) == (user, name, status)
    for user in (lab.user, "root", "alice"):
        with server.client(user) as client:
            assert client.get(JOBS, token=tokens["bob"], user="bob").status == 200


class TestAccept:
    """Accept=yes with the connection on standard input."""

    OPTIONS = ("--accept", "--inetd")

    def test_who_asks(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command], *self.OPTIONS, user=lab.user) as server:
            expect_all_kinds_of_clients(server, lab, tokens)
            until(lambda: not children(server.pid), "end of all instances")
        log = log_of(place)
        assert re.search(r"peer=127\.0\.0\.1:\d+ user=- method=GET path=/slurm/v0\.0\.38/ping status=200", log)
        assert f"peer=uid\\x20{pwd.getpwnam('alice').pw_uid} " in log

    def test_tokens_only(self, place: str, lab: Lab, command: str, tokens: dict[str, str]) -> None:
        with activate(place, lab, [command], *self.OPTIONS, user=lab.user, SLURM_JWT="daemon") as server:
            for user in (lab.user, "root", "alice"):
                with server.client(user) as client:
                    assert client.get().status == 401
                with server.client(user) as client:
                    assert client.get(token=tokens["alice"]).status == 200

    @pytest.mark.parametrize("unit", SERVICES)
    def test_under_what_the_unit_forbids(
        self, place: str, units: str, lab: Lab, command: str, tokens: dict[str, str], unit: str
    ) -> None:
        confined = os.path.join(os.path.dirname(os.path.abspath(__file__)), "confined.py")
        account = pwd.getpwnam(lab.user)
        program = [sys.executable, "-I", confined, os.path.join(units, unit)]
        program += [str(account.pw_uid), str(account.pw_gid), command]
        with activate(place, lab, program, *self.OPTIONS, user="root") as server:
            with Client(server.port) as client:
                assert client.get(token=tokens["alice"]).status == 200, log_of(place)
                (pid,) = children(server.pid)
                with open(f"/proc/{pid}/status", encoding="ascii") as file:
                    status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
                assert (status["Seccomp"], status["NoNewPrivs"], int(status["CapBnd"], 16)) == ("2", "1", 0)
                assert client.get(JOBS, token=tokens["alice"]).status == 200
            with server.client(lab.user) as client:
                assert [client.get(path).status for path in (JOBS, b"/slurm/v0.0.38/nodes")] == [200, 200]


class TestInsteadOfSlurmrestd:
    """The drop-in for slurmrestd.service."""

    UNIT = "/lib/systemd/system/slurmrestd.service"

    @pytest.mark.skipif(not os.path.exists(UNIT), reason="needs slurmrestd's own unit")
    def test_verify(self, units: str) -> None:
        done = run("systemd-analyze", "verify", "--man=no", "slurmrestd.service", SYSTEMD_UNIT_PATH=f"{units}:")
        assert (done.returncode, done.stdout) == (0, "")

    def test_the_path_of_slurmrestd_leads_to_us(self, place: str, units: str, lab: Lab) -> None:
        with open(os.path.join(units, DROP_IN), encoding="utf-8") as file:
            (source, target) = re.search(r"(?m)^BindReadOnlyPaths=(.*):(.*)$", file.read()).groups()
        assert target == SLURMRESTD
        account = pwd.getpwnam(lab.user)
        script = (
            'mount --bind "$0" "$1" && exec setpriv --reuid "$2" --regid "$3" --clear-groups "$1" -s v0.0.38 -a local'
        )
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, source, target, str(account.pw_uid), str(account.pw_gid)],
            input=b"GET /slurm/v0.0.38/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
            capture_output=True,
            env=lab.environment,
            timeout=PATIENCE,
            check=False,
        )
        # The pipe is root's, so the answer is no; it is ours by its word for the log.
        assert done.stdout.startswith(b"HTTP/1.1 401 ")
        assert b"slurmrest-inet: peer=- " in done.stderr


def test_no_unit_of_contrib_is_forgotten() -> None:
    found = set()
    for folder, _folders, files in os.walk(os.path.join(CONTRIB, FOLDER)):
        found |= {os.path.relpath(os.path.join(folder, name), os.path.join(CONTRIB, FOLDER)) for name in files}
    assert found == {*UNITS, DROP_IN}
