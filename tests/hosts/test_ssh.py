# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/ssh through a real sshd: the login is the identity, and there is no token."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from host import CONTRIB, JOBS, PATIENCE, PING, daemon, free_port, listens, recipe, request, write
from sidebyside import wire
from sidebyside.lab import as_user
from sidebyside.program import Conversation, Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

pytestmark = [
    pytest.mark.skipif(not shutil.which("sshd", path="/usr/sbin"), reason="needs sshd"),
    pytest.mark.skipif(not shutil.which("ssh"), reason="needs ssh"),
]

SUBMIT = json.dumps(
    {
        "script": "#!/bin/sh\ntrue\n",
        "job": {"name": "over-ssh", "hold": True, "environment": {"A": "b"}, "current_working_directory": "/tmp"},
    }
).encode()


class Sshd:
    """A running sshd, and how alice logs in there: with a key for everything or with one for the REST API only."""

    def __init__(self, place: str, lab: Lab, command: str) -> None:
        self.place = place
        self.lab = lab
        self.command = command

    def ssh(self, key: str, *options: str) -> list[str]:
        """The beginning of an ssh command line."""
        return ["ssh", "-F", os.path.join(self.place, "ssh_config"), "-i", os.path.join(self.place, key), *options]

    def program(self, key: str, *command: str) -> Program:
        """`ssh here command`, run by alice, as something to talk to."""
        return Program("ssh", (*self.ssh(key), "here", *command), {"PATH": os.environ["PATH"]}, "alice")

    def talk(self, key: str, data: bytes, *command: str) -> list[wire.Answer]:
        """The answers to `data` and the end of input."""
        outcome = self.program(key, *command).exchange(data, own_pipe=True)
        assert outcome.status == 0, outcome.log
        return wire.strict(outcome.output)


def _make_key(place: str, name: str) -> str:
    path = os.path.join(place, name)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice", "-f", path], check=True)
    account = pwd.getpwnam("alice")
    if name != "host":
        os.chown(path, account.pw_uid, account.pw_gid)
    with open(f"{path}.pub", encoding="ascii") as file:
        return file.read().strip()


@contextlib.contextmanager
def _separation_folder() -> Iterator[None]:
    """The empty folder of sshd's unprivileged half, which the service's start would make (sshd(8))."""
    made = not os.path.exists("/run/sshd")
    if made:
        os.mkdir("/run/sshd", 0o755)
    yield
    if made:
        os.rmdir("/run/sshd")


@pytest.fixture(scope="module")
def sshd(place: str, lab: Lab, command: str) -> Iterator[Sshd]:
    port = free_port()
    public = {name: _make_key(place, name) for name in ("host", "any", "rest")}
    forced = recipe(
        "ssh/authorized_keys",
        {"/usr/bin/slurmrest-inet": command, "ssh-ed25519 AAAA... alice, REST API only": public["rest"]},
    )
    write(os.path.join(place, "authorized_keys.alice"), f"{forced}\n{public['any']}\n")
    write(os.path.join(place, "known_hosts"), f"[127.0.0.1]:{port} {public['host']}\n")
    server = f"""
ListenAddress 127.0.0.1:{port}
HostKey {place}/host
PidFile none
AuthorizedKeysFile {place}/authorized_keys.%u
AuthenticationMethods publickey
UsePAM yes
SetEnv SLURM_CONF={lab.conf}
"""
    client = f"""
Host here
    HostName 127.0.0.1
    Port {port}
    User alice
    IdentitiesOnly yes
    BatchMode yes
    UserKnownHostsFile {place}/known_hosts
    GlobalKnownHostsFile none
    LogLevel ERROR
"""
    conf = write(os.path.join(place, "sshd_config"), server)
    write(os.path.join(place, "ssh_config"), client)
    with (
        _separation_folder(),
        open(os.path.join(place, "sshd.log"), "wb") as log,
        daemon(["/usr/sbin/sshd", "-D", "-e", "-f", conf], address=port, stderr=log),
    ):
        yield Sshd(place, lab, command)


@pytest.mark.parametrize("key", ["any", "rest"])
def test_one_request_as_the_user_who_logs_in(sshd: Sshd, key: str) -> None:
    data = b"POST /slurm/v0.0.38/job/submit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    data += b"Content-Length: %d\r\n\r\n" % len(SUBMIT) + SUBMIT
    # With the key for one command it does not matter which one the client asks for.
    command = sshd.command if key == "any" else "id"
    (answer,) = sshd.talk(key, data, command)
    assert answer.status == 200, answer.body
    job = str(json.loads(answer.body)["job_id"])
    assert "UserId=alice(" in sshd.lab.run("scontrol", "show", "job", job)
    sshd.lab.run("scancel", job)


@pytest.mark.parametrize("key", ["any", "rest"])
def test_many_requests_over_one_login(sshd: Sshd, key: str) -> None:
    with Conversation(sshd.program(key, sshd.command)) as talk:
        for path in (PING, JOBS, PING):
            talk.send(request(path))
            answer = talk.answer()
            assert (answer.status, answer.body[:8]) == (200, b'{"meta":')


def test_pipes_on_the_other_side(sshd: Sshd) -> None:
    (answer,) = sshd.talk("any", request(), f"cat | {sshd.command} | cat")
    assert answer.status == 200


def test_a_token_is_heard_here_too(sshd: Sshd, tokens: dict[str, str]) -> None:
    assert [answer.status for answer in sshd.talk("rest", request(JOBS, token=tokens["bob"]))] == [200]
    assert [answer.status for answer in sshd.talk("rest", request(JOBS, token="x.y.z"))] == [500]


def test_a_token_of_one_s_own_where_there_is_no_munge(sshd: Sshd, tokens: dict[str, str]) -> None:
    munge = sshd.lab.variables["LAB_MUNGE_SOCKET"]
    with open(sshd.lab.conf, encoding="utf-8") as file:
        text = file.read()
    assert munge in text
    conf = write(os.path.join(sshd.place, "slurm.conf"), text.replace(munge, f"{munge}.gone"))
    own = f"SLURM_CONF={conf} SLURM_JWT={tokens['alice']} {sshd.command}"
    assert [answer.status for answer in sshd.talk("any", request(JOBS), own)] == [200]
    # A placeholder says that this user has nothing to say of his own.
    assert [answer.status for answer in sshd.talk("any", request(JOBS), f"SLURM_JWT=daemon {sshd.command}")] == [401]


def test_a_key_for_one_command_gives_nothing_else(sshd: Sshd) -> None:
    done = subprocess.run(
        [*sshd.ssh("rest", "-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1"), "here"],
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        **as_user("alice"),
    )
    assert done.returncode != 0


@pytest.fixture
def folder(sshd: Sshd) -> str:
    """A folder of alice's own, for the socket: her XDG_RUNTIME_DIR."""
    path = os.path.join(sshd.place, "runtime of alice")
    account = pwd.getpwnam("alice")
    if not os.path.exists(path):
        os.mkdir(path, 0o700)
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


@pytest.mark.skipif(not shutil.which("socat"), reason="needs socat")
@pytest.mark.parametrize("key", ["any", "rest"])
def test_a_socket_for_curl(sshd: Sshd, folder: str, key: str) -> None:
    script = os.path.join(CONTRIB, "ssh/slurmrest-ssh-socket")
    path = os.path.join(folder, "slurm.sock")
    variables = {
        "PATH": os.environ["PATH"],
        "XDG_RUNTIME_DIR": folder,
        "TMPDIR": folder,
        "SLURMREST_SSH": " ".join(sshd.ssh(key)),
        "SLURMREST_COMMAND": sshd.command,
    }
    with open(script, encoding="utf-8") as file:
        # The script itself may stand where alice cannot read it.
        copy = write(os.path.join(sshd.place, "slurmrest-ssh-socket"), file.read(), 0o755)
    with daemon([copy, "here"], address=path, env=variables, **as_user("alice")) as process:
        url = "http://localhost/slurm/v0.0.38"
        curl = ["curl", "--silent", "--show-error", "--fail", "--unix-socket", path]
        # One connection for two requests, and a second one.
        for urls in ([f"{url}/jobs", f"{url}/ping"], [f"{url}/nodes"]):
            done = subprocess.run(
                [*curl, *urls], capture_output=True, text=True, timeout=PATIENCE, check=False, **as_user("alice")
            )
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.count('{"meta":') == len(urls)
        assert os.stat(path).st_mode & 0o777 == 0o600
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert not listens(path)
    assert os.listdir(folder) == []


def test_the_script_says_what_it_needs(place: str) -> None:
    script = os.path.join(CONTRIB, "ssh/slurmrest-ssh-socket")
    done = subprocess.run([script], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert (done.returncode, done.stderr) == (2, "usage: slurmrest-ssh-socket HOST [SOCKET]\n")
    done = subprocess.run([script, "h"], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})
    assert done.returncode != 0
    assert "XDG_RUNTIME_DIR" in done.stderr
