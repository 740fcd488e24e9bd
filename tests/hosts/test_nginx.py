# SPDX-License-Identifier: GPL-2.0-or-later
"""contrib/nginx with the real nginx: TLS and people in front, one connection for all of them behind."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest
from host import JOBS, PATIENCE, PING, Client, connections, daemon, free_port, recipe, write
from sidebyside.lab import as_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside import wire
    from sidebyside.lab import Lab

pytestmark = [
    pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin"), reason="needs nginx"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl"),
]

NAME = "slurm.example.org"
PASSWORD = "correct horse"
BURST = 20  # as in the recipe


def _openssl(*argv: str) -> str:
    done = subprocess.run(["openssl", *argv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Authority:
    """Who signs certificates, in a folder: `sign` makes NAME.crt and NAME.key."""

    def __init__(self, folder: str, name: str) -> None:
        self._folder = folder
        self._name = name
        self._make(name, f"/CN={name}")

    def path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def sign(self, name: str, subject: str, *more: str) -> None:
        own = self.path(self._name)
        self._make(name, subject, "-CA", f"{own}.crt", "-CAkey", f"{own}.key", *more)

    def _make(self, name: str, subject: str, *more: str) -> None:
        path = self.path(name)
        # fmt: off
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            # Clients from Python 3.13 on want it of an authority, as RFC 5280 section 4.2.1.3 does.
            "-addext", "keyUsage=critical,digitalSignature,keyCertSign,cRLSign",
            "-subj", subject, "-keyout", f"{path}.key", "-out", f"{path}.crt", *more,
        )
        # fmt: on


class Front:
    """A running nginx before a running listener."""

    def __init__(self, place: str, port: int, path: str) -> None:
        self._place = place
        self._port = port
        self.socket = path

    def client(self, certificate: str | None = None) -> Client:
        """A TLS connection, with a client's certificate if one is named."""
        context = ssl.create_default_context(cafile=os.path.join(self._place, "site.crt"))
        if certificate:
            path = os.path.join(self._place, certificate)
            context.load_cert_chain(f"{path}.crt", f"{path}.key")
        connection = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        return Client(context.wrap_socket(connection, server_hostname=NAME))


@pytest.fixture(scope="module")
def front(place: str, lab: Lab, command: str) -> Iterator[Front]:
    Authority(place, "site").sign("server", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}")
    people = Authority(place, "people")
    for user in ("alice", "bob", "root"):
        people.sign(user, f"/CN={user}")
    people.sign("long", "/O=Example, CN=root/OU=x/CN=alice")
    people.sign("odd", "/O=x/CN=root/CN=Alice:CN=bob")
    people.sign("longer", "/CN=alice.x")
    Authority(place, "strangers").sign("stranger", "/CN=alice")
    hashed = _openssl("passwd", "-6", PASSWORD)
    users = ("alice", "bob", "root", "0", "+0")
    write(os.path.join(place, "htpasswd"), "".join(f"{user}:{hashed}\n" for user in users))
    port, path = free_port(), os.path.join(place, "run", "slurmrest-inet.sock")
    site = recipe(
        "nginx/slurmrest-inet.conf",
        {
            "/run/slurmrest-inet.sock": path,
            "/etc/nginx/slurmrest.token": f"{place}/token",
            "/etc/nginx/slurmrest.htpasswd": f"{place}/htpasswd",
            "/etc/nginx/slurmrest-people.crt": f"{place}/people.crt",
            "/etc/ssl/slurm.example.org": f"{place}/server",
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        },
    )
    write(os.path.join(place, "site.conf"), site)
    (make_token,) = (line[1:] for line in site.splitlines() if line.startswith("#     scontrol token"))
    subprocess.run(["sh", "-c", f"umask 077; {make_token}"], check=True, env=lab.environment)
    folders = "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    text = f"""
daemon off;
worker_processes 1;
user www-data;
pid {place}/nginx.pid;
error_log {place}/error.log;
events {{ }}
http {{
access_log off;
client_body_temp_path {place}/body;
{folders}
include {place}/site.conf;
}}
"""
    conf = write(os.path.join(place, "nginx.conf"), text)
    os.mkdir(os.path.dirname(path))
    shutil.chown(os.path.dirname(path), lab.user)
    nginx = ["/usr/sbin/nginx", "-p", place, "-e", f"{place}/error.log", "-c", conf]
    environment = {**lab.environment, "SLURM_JWT": "daemon"}
    with (
        open(os.path.join(place, "listener.log"), "wb") as log,
        daemon([command, f"unix:{path}"], address=path, env=environment, stderr=log, **as_user(lab.user)),
        daemon(nginx, address=port),
    ):
        yield Front(place, port, path)


def get(client: Client, path: bytes = PING, user: str | None = None, password: str = PASSWORD) -> wire.Answer:
    """A GET, with a password if `user` is given."""
    lines = b"GET " + path + b" HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\n"
    if user is not None:
        lines += b"Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()) + b"\r\n"
    client.send(lines + b"\r\n")
    return client.answer()


def submit(client: Client, lab: Lab, extra: bytes = b"") -> str:
    """Submit a job and say whose it is."""
    job = {"name": "nginx", "hold": True, "environment": {"A": "b"}, "current_working_directory": "/tmp"}
    body = json.dumps({"script": "#!/bin/sh\ntrue\n", "job": job}).encode()
    head = b"POST /slurm/v0.0.38/job/submit HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\n" + extra
    client.send(head + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    answer = client.answer()
    assert answer.status == 200, answer.body
    number = str(json.loads(answer.body)["job_id"])
    shown = lab.run("scontrol", "show", "job", number)
    lab.run("scancel", number)
    return shown.partition("UserId=")[2].partition("(")[0]


def test_two_users_in_turns_over_one_connection_behind(front: Front, lab: Lab) -> None:
    with front.client("alice") as alice, front.client("bob") as bob:
        users = [submit(client, lab) for client in (alice, bob, alice, bob)]
        assert users == ["alice", "bob", "alice", "bob"]
        assert connections(front.socket) == 1
        for _ in range(3):
            assert [get(client, JOBS).status for client in (alice, bob)] == [200, 200]


def test_a_client_cannot_choose_who_it_is(front: Front, lab: Lab, tokens: dict[str, str]) -> None:
    claims = b"X-SLURM-USER-NAME: bob\r\nX-SLURM-USER-TOKEN: " + tokens["bob"].encode() + b"\r\n"
    with front.client("alice") as client:
        assert submit(client, lab, claims) == "alice"
        # Nor by a password of somebody else.
        authorization = b"Authorization: Basic " + base64.b64encode(f"bob:{PASSWORD}".encode()) + b"\r\n"
        assert submit(client, lab, authorization) == "alice"


def test_subjects_of_certificates(front: Front, lab: Lab) -> None:
    with front.client("long") as client:
        assert submit(client, lab) == "alice"
    for name in ("odd", "longer", None):
        with front.client(name) as client:
            answer = get(client)
            assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="Slurm"')
    with front.client("stranger") as client:
        assert get(client).status == 400
    with front.client("root") as client:
        answer = get(client)
        assert (answer.status, answer.body) == (401, b"Authentication failure")


def test_passwords(front: Front) -> None:
    with front.client() as client:
        assert get(client, JOBS, "alice").status == 200
        assert get(client, JOBS, "alice", "wrong").status == 401
        assert get(client, JOBS, "").status == 401
        for user in ("root", "0", "+0"):
            assert get(client, JOBS, user).body == b"Authentication failure"


def test_a_large_body_and_a_large_answer(front: Front) -> None:
    with front.client("alice") as client:
        client.send(
            b"POST /slurm/v0.0.38/job/submit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 4000000\r\n\r\n" + b" " * 4_000_000
        )
        answer = client.answer()
        assert (answer.status, answer.headers["server"][:5]) == (400, "nginx"), answer.body[:200]
        assert b"nginx" not in answer.body
    with front.client("alice") as client:
        answer = get(client, JOBS)
        assert answer.status == 200
        assert len(answer.body) > 65536
        json.loads(answer.body)


def test_who_fails_is_slowed_down_and_nobody_else(front: Front) -> None:
    """Last, because it uses up what passwords from this address may do."""
    with front.client("alice") as alice, contextlib.ExitStack() as clients:
        unknown = clients.enter_context(front.client())
        statuses = [get(unknown, PING, "alice", f"guess {number}").status for number in range(3 * BURST)]
        assert set(statuses) == {401, 429}
        assert get(unknown, PING, "alice").status == 429
        assert {get(alice).status for _ in range(3 * BURST)} == {200}
