# SPDX-License-Identifier: GPL-2.0-or-later
"""The listener on a real cluster: identities, what is selected, keys, --check."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from sidebyside import server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Client, Server

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users")
V = "v0.0.38"


def request(
    path: str, user: str | None, token: str | None, *headers: str, method: str = "GET", body: Any = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: lab", *headers]
    if user is not None:
        lines.append(f"X-SLURM-USER-NAME: {user}")
    if token is not None:
        lines.append(f"X-SLURM-USER-TOKEN: {token}")
    data = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def submit(user: str | None, token: str | None, name: str) -> bytes:
    job = {
        "name": name, "hold": True, "current_working_directory": "/tmp", "environment": {"PATH": "/bin"},
        "time_limit": 5,
    }  # fmt: skip
    body = {"script": "#!/bin/sh\ntrue\n", "job": job}
    return request(f"/slurm/{V}/job/submit", user, token, method="POST", body=body)


def owners(lab: Lab, name: str) -> list[str]:
    """Who has jobs of that name, in the order of their numbers; they are cancelled."""
    jobs = [line.split() for line in lab.run("squeue", "-a", "-h", "-t", "all", "-n", name, "-o", "%A %u").splitlines()]
    lab.run("scancel", "-n", name)
    return [user for _job, user in sorted(jobs, key=lambda job: int(job[0]))]


@pytest.fixture(scope="module")
def listening(lab: Lab) -> Iterator[Server]:
    """Our listener for tokens."""
    with server.ours(lab, "-a", "jwt") as one:
        yield one


def sockets_of_children(one: Server) -> list[int]:
    """How many sockets each child of a server holds; a child that ends meanwhile holds none."""
    counts = []
    for child in one.children:
        count = 0
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{child}/fd"):
                count += os.readlink(f"/proc/{child}/fd/{number}").startswith("socket:")
        counts.append(count)
    return counts


def test_that_an_instance_holds_its_client_alone(lab: Lab, tokens: dict[str, str]) -> None:
    """Nothing of the listener's, nor of what the instance rehearsed while it was a spare."""
    with server.ours(lab, "-a", "jwt", SLURMREST_INET_SPARE_INSTANCES="1") as one:
        limit = time.monotonic() + 30
        while sockets_of_children(one) != [1]:  # the spare, which waits for a client
            assert time.monotonic() < limit, sockets_of_children(one)
            time.sleep(0.01)
        with one.connect() as client:
            client.send(request(f"/slurm/{V}/ping", "alice", tokens["alice"]))
            assert client.answer().status == 200
            while sockets_of_children(one) != [1, 1]:  # the client's instance, and the next spare
                assert time.monotonic() < limit, sockets_of_children(one)
                time.sleep(0.01)


@pytest.fixture
def name() -> str:
    """A name for jobs that no other test has, nor this one in another run."""
    return f"listener-{uuid.uuid4().hex}"


class TestIdentities:
    def test_users_on_one_connection(self, lab: Lab, name: str, listening: Server, tokens: dict[str, str]) -> None:
        order = ("alice", "bob", "alice", "bob", "bob", "alice")
        with listening.connect() as client:
            for user in order:
                client.send(submit(user, tokens[user], name))
                assert client.answer().status == 200
        assert owners(lab, name) == list(order)

    def test_rubbish_between(self, lab: Lab, name: str, listening: Server, tokens: dict[str, str]) -> None:
        """What is refused ends its connection; the next one starts with nothing."""
        for bad in (
            submit("alice", "a.b.c", name),
            submit("alice", tokens["bob"], name),
            submit(None, None, name),
            submit("alice", None, name),
        ):
            with listening.connect() as client:
                client.send(submit("alice", tokens["alice"], name))
                assert client.answer().status == 200
                client.send(bad)
                assert client.answer().status in (401, 500)
                assert client.at_end()
        with listening.connect() as client:
            client.send(submit("bob", tokens["bob"], name))
            assert client.answer().status == 200
        assert owners(lab, name) == ["alice"] * 4 + ["bob"]

    def test_a_proxys_token(self, lab: Lab, name: str, listening: Server, tokens: dict[str, str]) -> None:
        with listening.connect() as client:
            for user in ("alice", "bob", "alice"):
                client.send(submit(user, tokens["root"], name))
                assert client.answer().status == 200
        assert owners(lab, name) == ["alice", "bob", "alice"]

    def test_another_users_job(self, lab: Lab, listening: Server, tokens: dict[str, str]) -> None:
        number = lab.run("sbatch", "--parsable", "-H", user="alice", stdin="#!/bin/sh\n").strip()
        with listening.connect() as client:
            client.send(request(f"/slurm/{V}/job/{number}", "alice", tokens["alice"]))
            assert client.answer().status == 200
            client.send(request(f"/slurm/{V}/job/{number}", "bob", tokens["bob"], method="DELETE"))
            assert client.answer().status == 500
        assert number in lab.run("squeue", "-h", "-o", "%A")
        lab.run("scancel", number)

    def test_token_and_peer_on_connections_of_their_own(self, lab: Lab, name: str, tokens: dict[str, str]) -> None:
        """No release of libslurm is too stiff for that: each instance loads what its first request needs."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o711)  # noqa: S103 - others are to come to the socket
            with server.ours(lab, "-u", "bob", f"unix:{folder}/s"):
                for user in (None, "alice", None):
                    with server.unix(f"{folder}/s") as client:
                        client.send(submit(user, None if user is None else tokens[user], name))
                        assert client.answer().status == 200
        assert owners(lab, name) == ["bob", "alice", "bob"]

    @pytest.mark.slurm("!= 24.11")  # libslurm does not change its plugin there: library.changes_auth
    def test_token_and_peer_on_one_unix_socket(self, lab: Lab, name: str, tokens: dict[str, str]) -> None:
        """The listener's own user by its uid, others by tokens, one after the other."""
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o711)  # noqa: S103 - others are to come to the socket
            with server.ours(lab, "-u", "bob", f"unix:{folder}/s"), server.unix(f"{folder}/s") as client:
                # Root, without a name, is let in as the user of the process.
                for user in (None, "alice", None, None, "bob", "alice"):
                    client.send(submit(user, None if user is None else tokens[user], name))
                    assert client.answer().status == 200
        assert owners(lab, name) == ["bob", "alice", "bob", "bob", "bob", "alice"]

    def test_become_user(self, lab: Lab, name: str) -> None:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o711)  # noqa: S103 - others are to come to the socket
            environment = {**lab.environment, "SLURMRESTD_SECURITY": "become_user"}
            command = [sys.executable, "-m", "slurmrest_inet", "-a", "local", f"unix:{folder}/s"]
            with server.Server(command, environment) as one:
                one.wait_for("Listening")
                for user in ("alice", "bob"):
                    assert b" 200 " in as_user(user, f"{folder}/s", submit(None, None, name))
        assert owners(lab, name) == ["alice", "bob"]


def as_user(user: str, path: str, data: bytes) -> bytes:
    program = (
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.settimeout(60); s.connect(sys.argv[1]);"
        "s.sendall(sys.stdin.buffer.read()); s.shutdown(1);"
        "sys.stdout.buffer.write(b''.join(iter(lambda: s.recv(99999), b'')))"
    )
    account = pwd.getpwnam(user)
    return subprocess.run(
        ["/usr/bin/python3", "-I", "-c", program, path],
        input=data,
        stdout=subprocess.PIPE,
        check=True,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
    ).stdout


def test_a_portal_and_somebody_else(lab: Lab, tokens: dict[str, str]) -> None:
    """A hundred kept connections of one address, as many as there may be; then a user comes from another one."""
    options = {"SLURMREST_INET_EXEMPT_SOURCES": "none", "SLURMRESTD_MAX_CONNECTIONS": "100"}
    with server.ours(lab, "-a", "jwt", **options) as one, contextlib.ExitStack() as stack:
        portal = [stack.enter_context(one.connect("127.0.0.2")) for _ in range(100)]
        for _ in range(2):
            for number, client in enumerate(portal):
                user = ("alice", "bob")[number % 2]
                client.send(request(f"/slurm/{V}/ping", user, tokens[user]))
                assert client.answer().status == 200
                if number == 0:
                    time.sleep(0.5)  # that it rests, its instance tells a moment after the answer
        assert one.ask(request(f"/slurm/{V}/jobs", "alice", tokens["alice"]), "127.0.0.3").status == 200
        ended, _, _ = select.select([client.socket for client in portal], [], [], 60)
        assert ended == [portal[0].socket]  # it has rested for the longest time
        assert portal[0].at_end()
        for client in portal[1:]:
            client.send(request(f"/slurm/{V}/ping", "bob", tokens["bob"]))
            assert client.answer().status == 200


class TestSelection:
    def test_only_the_side_of_slurmctld(self, lab: Lab, tokens: dict[str, str]) -> None:
        with server.ours(lab, "-a", "jwt", "-s", "openapi/v0.0.38") as one:
            assert one.ask(request("/slurm/v0.0.38/ping", "alice", tokens["alice"])).status == 200
            for path in ("/slurm/v0.0.37/ping", "/slurmdb/v0.0.38/diag", "/slurm/v0.0.40/ping"):
                assert one.ask(request(path, "alice", tokens["alice"])).status == 404

    @pytest.mark.parametrize("option", ["v0.0.38", "openapi/v0.0.38,v0.0.37"])
    def test_without_slurmdbd(self, lab: Lab, tokens: dict[str, str], option: str, conf_without_dbd: str) -> None:
        with server.ours(lab, "-a", "jwt", "-s", option, SLURM_CONF=conf_without_dbd) as one:
            assert one.ask(request("/slurm/v0.0.38/jobs", "alice", tokens["alice"])).status == 200


@pytest.fixture(scope="module")
def conf_without_dbd(lab: Lab) -> Iterator[str]:
    """A slurm.conf whose slurmdbd is not there."""
    with socket.socket() as taken, tempfile.NamedTemporaryFile("w", suffix=".conf", dir="/var/tmp") as file:
        taken.bind(("127.0.0.1", 0))
        with open(lab.conf, encoding="utf-8") as source:
            text = source.read()
        text = re.sub(r"(?m)^AccountingStoragePort=.*", f"AccountingStoragePort={taken.getsockname()[1]}", text)
        file.write(text)
        file.flush()
        os.chmod(file.name, 0o644)
        yield file.name


@pytest.fixture(scope="module")
def verifying(lab: Lab) -> Iterator[Server]:
    """Our listener, which verifies tokens."""
    with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"]) as one:
        yield one


class TestKeys:
    def test_slurms_own_tokens(self, verifying: Server, tokens: dict[str, str]) -> None:
        with verifying.connect() as client:
            for user in ("alice", "bob"):
                client.send(request(f"/slurm/{V}/ping", user, tokens[user]))
                assert client.answer().status == 200
        assert verifying.ask(request(f"/slurm/{V}/ping", "bob", tokens["root"])).status == 200

    def test_bad_ones_are_refused_here(self, verifying: Server, tokens: dict[str, str]) -> None:
        for user, token in (("alice", tokens["expired"]), ("alice", "a.b.c"), ("bob", tokens["alice"])):
            answer = verifying.ask(request(f"/slurm/{V}/ping", user, token))
            assert (answer.status, answer.body) == (401, b"Authentication failure")

    def test_nobody_else_of_that_address_waits(self, lab: Lab, tokens: dict[str, str]) -> None:
        options = {"SLURMREST_INET_EXEMPT_SOURCES": "none"}
        with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"], **options) as one:
            for _ in range(10):
                assert one.ask(request(f"/slurm/{V}/ping", "bob", "a.b.c"), "127.0.0.9").status == 401
                assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"]), "127.0.0.9").status == 200

    def test_the_penalties_see_it(self, lab: Lab, tokens: dict[str, str]) -> None:
        options = {"SLURMREST_INET_EXEMPT_SOURCES": "none", "SLURMREST_INET_SOURCES": "strict"}
        with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"], **options) as one:
            limit = time.monotonic() + 60
            while one.ask(request(f"/slurm/{V}/ping", "alice", "a.b.c"), "127.0.0.9").status == 401:
                assert time.monotonic() < limit
            one.wait_for("source=127.0.0.9 is not served")
            assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"]), "127.0.0.9").status == 503
            assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"])).status == 200

    def test_the_generators_token(self, lab: Lab, name: str, listening: Server) -> None:
        token = subprocess.run(
            [sys.executable, "-m", "slurmrest_inet", "--token", "alice", "--lifespan", "60",
             "--jwt-key", lab.variables["LAB_JWT_KEY"]],
            env=lab.environment, stdout=subprocess.PIPE, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        listening_answer = listening.ask(submit("alice", token, name))
        assert listening_answer.status == 200
        assert owners(lab, name) == ["alice"]

    def test_a_reload_keeps_a_key_that_only_root_could_read(self, lab: Lab, tokens: dict[str, str]) -> None:
        with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"]) as one:
            one.process.send_signal(1)
            one.wait_for("read again(.|\n)*Listening")
            assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"])).status == 200
            assert one.ask(request(f"/slurm/{V}/ping", "alice", "a.b.c")).status == 401


class TestCheck:
    """What is looked at before the operations, of which only those of one version are tried; see test_check.py."""

    def run(self, lab: Lab, *args: str, **environ: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "slurmrest_inet", "--check", "-s", "openapi/v0.0.38,openapi/dbv0.0.38", *args],
            env={**lab.environment, **environ},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )
        assert all(line[:4] in ("ok  ", "NO  ", "--  ") for line in done.stdout.splitlines()[:-1])
        return done.returncode, done.stdout

    def test_all_right(self, lab: Lab) -> None:
        status, text = self.run(lab, "-u", lab.user)
        assert status == 0, text
        for word in ("slurm.conf", "AuthAltTypes", "munge", "slurmctld on", "slurmdbd answers", lab.user, "release"):
            assert re.search(rf"(?m)^ok  .*{word}", text), word
        assert text.endswith("All is right.\n")

    def test_with_a_key(self, lab: Lab) -> None:
        status, text = self.run(lab, "-u", lab.user, "--jwt-key", lab.variables["LAB_JWT_KEY"])
        assert status == 0, text
        assert "ok  slurmctld on" in text
        assert "a token made with --jwt-key" in text

    def test_with_a_token(self, lab: Lab, tokens: dict[str, str]) -> None:
        assert self.run(lab, "-u", lab.user, SLURM_JWT=tokens["alice"])[0] == 0
        status, text = self.run(lab, "-u", lab.user, SLURM_JWT=tokens["expired"])
        assert status == 1
        assert "NO  slurmctld does not answer, asked with the token in SLURM_JWT" in text
        assert tokens["expired"] not in text

    def test_with_both(self, lab: Lab, tokens: dict[str, str]) -> None:
        key = ("--jwt-key", lab.variables["LAB_JWT_KEY"])
        status, text = self.run(lab, "-u", lab.user, *key, SLURM_JWT=tokens["alice"])
        assert status == 0, text
        assert "asked with the token in SLURM_JWT" in text
        assert "a token made with" not in text

    def test_root(self, lab: Lab) -> None:
        status, text = self.run(lab)
        assert status == 1
        assert "NO  user: This program does not serve as root." in text

    def test_no_slurmctld(self, lab: Lab, unreachable: str) -> None:
        status, text = self.run(lab, "-u", lab.user, SLURM_CONF=unreachable)
        assert status == 1
        assert "NO  slurmctld does not answer" in text
        assert "ok  slurmdbd answers" in text

    def test_no_slurmdbd(self, lab: Lab, conf_without_dbd: str) -> None:
        status, text = self.run(lab, "-u", lab.user, SLURM_CONF=conf_without_dbd)
        assert status == 1
        assert "ok  slurmctld on" in text
        assert "NO  slurmdbd does not answer" in text

    @pytest.mark.parametrize("path", ["/no/such/file", "/etc/passwd"])
    def test_a_bad_slurm_conf(self, lab: Lab, path: str) -> None:
        status, text = self.run(lab, "-u", lab.user, "-f", path)
        assert status == 1
        assert "NO  slurm.conf cannot be used" in text

    def test_a_key_that_others_read(self, lab: Lab) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(lab.variables["LAB_JWT_KEY"], folder)
            os.chmod(path, 0o644)
            status, text = self.run(lab, "-u", lab.user, "--jwt-key", path)
        assert status == 1
        assert "by others than its owner" in text


def test_called_as_slurmrestd(lab: Lab, tokens: dict[str, str]) -> None:
    """A symlink of that name in the place of the real one."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.chmod(folder, 0o711)  # noqa: S103 - others are to come to the socket
        script = os.path.join(folder, "slurmrest-inet")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"#!{sys.executable}\nfrom slurmrest_inet.__main__ import main\nmain()\n")
        os.chmod(script, 0o755)  # noqa: S103 - it is a program
        link = os.path.join(folder, "slurmrestd")
        os.symlink(script, link)
        said = subprocess.run([link, "-h"], env=lab.environment, stderr=subprocess.PIPE, text=True, check=True).stderr
        assert said.startswith("Usage: slurmrestd ")
        command = [link, "-u", lab.user, "-a", "rest_auth/jwt", "127.0.0.1:0"]
        with server.Server(command, {**lab.environment, "SLURM_JWT": "daemon"}) as one:
            one.port = int(one.wait_for(r"Listening on 127\.0\.0\.1:(\d+)")[1])
            assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"])).status == 200
            one.process.send_signal(1)
            one.wait_for("read again(.|\n)*Listening")
            assert one.ask(request(f"/slurm/{V}/ping", "alice", tokens["alice"])).status == 200


def test_memory_stays(listening: Server, tokens: dict[str, str]) -> None:
    """Listings are the instances' business: the listener does not grow by them."""

    def resident() -> int:
        with open(f"/proc/{listening.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1])

    def listing(client: Client) -> None:
        client.send(request(f"/slurm/{V}/jobs", "alice", tokens["alice"], "Connection: close"))
        assert client.answer().status == 200

    for _ in range(3):
        with listening.connect() as client:
            listing(client)
    before = resident()
    for _ in range(20):
        with listening.connect() as client:
            listing(client)
    assert resident() - before <= 32  # pages


def libraries(pid: int) -> set[str]:
    """The shared objects that a process has, by path."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        return {line.split()[-1] for line in file if ".so" in line.rpartition("/")[2]}


@pytest.mark.parametrize("path", ["nodes", "jobs", "partitions"])
def test_that_no_instance_loads_a_plugin(path: str, lab: Lab, tokens: dict[str, str]) -> None:
    """What libslurm loads for a listing the listener has already, for all of them."""
    with server.ours(lab, "-a", "jwt", SLURMREST_INET_SPARE_INSTANCES="0") as one, one.connect() as client:
        client.send(request(f"/slurm/{V}/{path}", "alice", tokens["alice"]))
        assert client.answer().status == 200
        (instance,) = one.children
        later = libraries(instance) - libraries(one.process.pid)
        assert not [found for found in later if "slurm" in found]
