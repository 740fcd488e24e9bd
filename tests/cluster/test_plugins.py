# SPDX-License-Identifier: GPL-2.0-or-later
"""The package of tests/plugins on a real cluster: slurmctld says who asks, and takes a proxy's word from its token."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import tempfile
from typing import TYPE_CHECKING

import pytest
from sidebyside import plugins, program, server, wire
from sidebyside.lab import as_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sidebyside.lab import Lab
    from sidebyside.program import Program

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users")


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """Where the package is installed, readable by those whom instances run as."""
    with tempfile.TemporaryDirectory(prefix="slurmrest-plugins-", dir="/var/tmp") as path:
        os.chmod(path, 0o755)  # noqa: S103 - see above
        yield plugins.install(path)


def _with(one: Program, folder: str, *options: str, **variables: str) -> Program:
    path = os.pathsep.join(filter(None, (folder, one.environment.get("PYTHONPATH"))))
    return one.with_options(*options, PYTHONPATH=path, **variables)


def _get(one: Program, path: str, **headers: str) -> tuple[int, Any]:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    answer, _ = wire.strict_one(one.exchange(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()).output)
    return answer.status, json.loads(answer.body) if answer.body.startswith(b"{") else answer.body


@pytest.fixture(scope="module")
def quota(lab: Lab, folder: str) -> Program:
    """An instance that serves the quotas beside Slurm's own."""
    return _with(program.ours(lab, "-a", "jwt"), folder, "-s", "v0.0.38,quota")


def test_slurmctld_says_who_asks(quota: Program, tokens: dict[str, str]) -> None:
    status, found = _get(quota, "/site/v1/quota", X_SLURM_USER_TOKEN=tokens["alice"])
    assert (status, {one["user"] for one in found["quotas"]}) == (200, {"alice"})
    assert found["meta"]["plugin"]["type"] == "openapi/quota"
    named = {"X_SLURM_USER_NAME": "bob", "X_SLURM_USER_TOKEN": tokens["root"]}
    status, found = _get(quota, "/site/v1/quota", **named)
    assert (status, {one["user"] for one in found["quotas"]}) == (200, {"bob"})


def test_whom_slurmctld_does_not_believe(quota: Program, tokens: dict[str, str]) -> None:
    """A token of another user, one that is over, one that nobody has signed, and none."""
    other = {"X_SLURM_USER_NAME": "bob", "X_SLURM_USER_TOKEN": tokens["alice"]}
    for headers in (other, {"X_SLURM_USER_TOKEN": tokens["expired"]}, {"X_SLURM_USER_TOKEN": tokens["alice"][:-4]}):
        status, found = _get(quota, "/site/v1/quota", **headers)
        assert status >= 400, headers
        assert "quotas" not in found
        assert found["errors"]
    assert _get(quota, "/site/v1/quota") == (401, b"Authentication failure")


def test_that_the_rest_is_served_as_ever(quota: Program, tokens: dict[str, str]) -> None:
    head = {"X_SLURM_USER_NAME": "alice", "X_SLURM_USER_TOKEN": tokens["alice"]}
    assert _get(quota, "/slurm/v0.0.38/ping", **head)[0] == 200
    assert _get(quota, "/slurm/v0.0.42/ping", **head)[0] == 404
    status, document = _get(quota, "/openapi", **head)
    assert (status, "/site/v1/quota" in document["paths"], "/slurm/v0.0.38/ping" in document["paths"]) == (200, 1, 1)


@pytest.fixture(scope="module")
def proxied(lab: Lab, folder: str, tokens: dict[str, str]) -> Iterator[tuple[str, server.Server]]:
    """A listener on a unix socket that believes the proxy and nobody else without a token."""
    with tempfile.TemporaryDirectory(prefix="slurmrest-plugins-", dir="/run") as path:
        os.chmod(path, 0o755)  # noqa: S103 - clients are several users
        shutil.chown(path, lab.user)
        address = os.path.join(path, "socket")
        one = _with(program.ours(lab, "-a", "proxy,jwt"), folder, f"unix:{address}", SLURM_JWT=tokens["root"])
        with server.Server(one.argv, one.environment, **as_user(one.user)) as running:
            running.wait_for("Listening")
            yield address, running


def _ask_as(user: str, address: str, *requests: str) -> list[tuple[int, Any]]:
    """The answers to requests on one connection of a user."""
    account = pwd.getpwnam(user)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(server.PATIENCE)
    os.setegid(account.pw_gid)
    os.seteuid(account.pw_uid)
    try:
        connection.connect(address)
    finally:
        os.seteuid(0)
        os.setegid(0)
    found = []
    with server.Client(connection) as client:
        for request in requests:
            client.send(request.encode())
            answer = client.answer()
            found.append((answer.status, json.loads(answer.body) if answer.body.startswith(b"{") else answer.body))
    return found


def test_each_of_a_proxys_users_acts_as_itself(proxied: Any, lab: Lab) -> None:
    """Without one 401: the token is root's, and the name the proxy's."""
    address, running = proxied
    request = "GET /slurm/v0.0.40/jobs HTTP/1.1\r\nHost: x\r\nX-Remote-User: {}\r\n\r\n"
    found = _ask_as("www-data", address, *(request.format(user) for user in ("alice", "bob", "alice")))
    assert [status for status, _ in found] == [200, 200, 200]
    assert [document["meta"]["client"]["user"] for _, document in found] == ["alice", "bob", "alice"]
    submit = json.dumps({
        "script": "#!/bin/sh\ntrue\n",
        "job": {"name": "by_proxy", "current_working_directory": "/tmp", "environment": ["A=b"],
                "hold": True},
    })  # fmt: skip
    post = (
        "POST /slurm/v0.0.40/job/submit HTTP/1.1\r\nHost: x\r\nX-Remote-User: alice\r\nX-SLURM-USER-NAME: carol\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(submit)}\r\n\r\n{submit}"
    )
    ((status, told),) = _ask_as("www-data", address, post)
    assert status == 200, told
    number = str(told["job_id"])
    try:
        assert lab.run("squeue", "-h", "-j", number, "-o", "%u").strip() == "alice"
    finally:
        lab.run("scancel", number)
    running.wait_for("user=alice method=POST path=/slurm/v0.0.40/job/submit status=200")
    assert running.log.count(" user=bob ") == 1
    assert "carol" not in running.log
    assert " 401" not in running.log


def test_whom_the_proxy_cannot_be(proxied: Any, tokens: dict[str, str]) -> None:
    address, _ = proxied
    request = "GET /slurm/v0.0.40/ping HTTP/1.1\r\nHost: x\r\n{}\r\n"
    for head in ("", "X-Remote-User: root\r\n", "X-Remote-User: alice\r\nX-Remote-User: bob\r\n"):
        assert _ask_as("www-data", address, request.format(head))[0][0] == 401
    assert _ask_as("alice", address, request.format("X-Remote-User: bob\r\n"))[0][0] == 401
    assert _ask_as("alice", address, request.format(f"X-SLURM-USER-TOKEN: {tokens['alice']}\r\n"))[0][0] == 200


def test_a_token_of_nobody_special_acts_for_nobody_else(lab: Lab, folder: str, tokens: dict[str, str]) -> None:
    """slurmctld takes other users' names from root and SlurmUser alone."""
    way = "from slurmrest_inet.plugin import header\ndef PLUGIN(peer, request):\n    return header(request, 'X-User')\n"
    plugins.made_up(folder, "way", way, "auth")
    one = _with(program.ours(lab, "-a", "way"), folder, SLURM_JWT=tokens["alice"])
    assert _get(one, "/slurm/v0.0.40/jobs", X_User="alice")[0] == 200
    assert _get(one, "/slurm/v0.0.40/jobs", X_User="bob")[0] >= 500
    assert _get(one, "/slurm/v0.0.40/jobs")[0] == 401


@pytest.mark.parametrize("args", [["-s", "own"], ["-s", "own", "127.0.0.1:0"], ["-a", "proxy"], ["-s", "broken"]])
def test_a_start_that_is_refused(lab: Lab, folder: str, args: list[str]) -> None:
    """In inetd mode and as a listener: one sentence, status 1, and nothing for the client."""
    if not os.path.exists(os.path.join(folder, "site_own.py")):
        shadow = (
            "from slurmrest_inet.plugin import Operation, Service\n"
            "PLUGIN = Service('/slurm', 'X', (Operation('GET', 'v0.0.38/jobs', lambda asked: {}, 'X'),))\n"
        )
        plugins.made_up(folder, "own", shadow)
        plugins.made_up(folder, "broken", "raise ValueError('x')")
    outcome = _with(program.ours(lab, *args), folder).exchange(b"GET /slurm/v0.0.38/ping HTTP/1.1\r\n\r\n")
    assert (outcome.status, outcome.output) == (1, b"")
    (line,) = outcome.log.splitlines()
    assert "slurmrest-inet: " in line
