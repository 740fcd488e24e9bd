# SPDX-License-Identifier: GPL-2.0-or-later
"""The site's plug-in of tests/plugins behind a real nginx, which logs people in and says who they are."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from host import Client, daemon, free_port, write
from sidebyside import plugins
from sidebyside.lab import as_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from sidebyside.lab import Lab

pytestmark = [
    pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin"), reason="needs nginx"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl"),
]
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def front(place: str, lab: Lab, tokens: dict[str, str]) -> Iterator[tuple[int, str]]:
    """The port of nginx, and the log of the listener behind it."""
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], capture_output=True, text=True, check=True).stdout
    write(os.path.join(place, "people"), "".join(f"{user}:{hashed}" for user in ("alice", "bob", "root")))
    folder = os.path.join(place, "run")
    os.mkdir(folder)
    shutil.chown(folder, lab.user)
    packages = os.path.join(place, "packages")
    os.mkdir(packages)
    plugins.install(packages)
    port, path = free_port(), os.path.join(folder, "socket")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {place}/{kind};\n" for kind in kinds)
    conf = f"""
daemon off; worker_processes 1; user www-data; pid {place}/nginx.pid; error_log {place}/error.log;
events {{ }}
http {{
access_log off; {temporary}
upstream slurm {{ server unix:{path}; keepalive 1; }}
server {{
    listen 127.0.0.1:{port};
    auth_basic Slurm; auth_basic_user_file {place}/people;
    location / {{
        proxy_pass http://slurm; proxy_http_version 1.1; proxy_set_header Connection "";
        proxy_set_header X-Remote-User $remote_user; proxy_set_header Authorization "";
    }}
}}
}}
"""
    nginx = ["/usr/sbin/nginx", "-p", place, "-e", f"{place}/error.log", "-c", write(f"{place}/nginx.conf", conf)]
    path_of_python = os.pathsep.join(filter(None, (packages, lab.environment.get("PYTHONPATH"))))
    environment = {**lab.environment, "PYTHONPATH": path_of_python, "SLURM_JWT": tokens["root"]}
    argv = [sys.executable, "-m", "slurmrest_inet", "-a", "proxy", "-s", "v0.0.38,quota", f"unix:{path}"]
    log = os.path.join(place, "listener.log")
    with (
        open(log, "wb") as out,
        daemon(argv, address=path, env=environment, cwd="/", stderr=out, **as_user(lab.user)),
        daemon(nginx, address=port),
    ):
        yield port, log


def _get(client: Client, path: str, user: str, *headers: str) -> tuple[int, Any]:
    word = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
    lines = (f"GET {path} HTTP/1.1", "Host: x", f"Authorization: Basic {word}", *headers, "", "")
    client.send("\r\n".join(lines).encode())
    answer = client.answer()
    return answer.status, json.loads(answer.body) if answer.body.startswith(b"{") else answer.body


def test_each_user_is_who_nginx_says(front: tuple[int, str]) -> None:
    """On one connection behind it, each with what slurmctld lets that user see, and without one 401."""
    port, log = front
    with Client(port) as client:
        for user in ("alice", "bob", "alice"):
            status, found = _get(client, "/site/v1/quota", user)
            assert (status, {one["user"] for one in found["quotas"]}) == (200, {user})
            assert _get(client, "/slurm/v0.0.38/jobs", user)[0] == 200
        # The client's own word for who it is does not get past nginx, or not into the log.
        status, found = _get(client, "/site/v1/quota", "bob", "X-Remote-User: alice", "X-SLURM-USER-NAME: carol")
        assert (status, {one["user"] for one in found["quotas"]}) == (200, {"bob"})
        assert _get(client, "/slurm/v0.0.38/nothing", "bob", "X-SLURM-USER-NAME: carol")[0] == 404
    with open(log, encoding="utf-8") as file:
        lines = file.read()
    assert " 401" not in lines
    assert "carol" not in lines
    assert " user=bob method=GET path=/slurm/v0.0.38/nothing status=404 " in lines
    with Client(port) as client:
        assert _get(client, "/site/v1/quota", "root") == (401, b"Authentication failure")
