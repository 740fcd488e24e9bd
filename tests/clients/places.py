# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers on labs of any release, as clients on this machine see them: a URL, tokens, and Slurm's commands.

Rule 1: everything goes through the `lab` command. A lab of another release is in a world of its own, so its server
        listens on a unix socket in the lab's folder, and a relay on loopback leads there.
Rule 2: what was started here is ended here.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from typing import TYPE_CHECKING, NamedTuple

from labkit import releases
from sidebyside import server
from sidebyside.lab import LAB

from slurmrest_inet.versions import HOME, written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab

_PATIENCE = 120.0
OURS = ("slurmrest-inet", "-u", "slurmrest", "-a", "jwt")
REAL = (
    *("setpriv", "--reuid=slurmrest", "--regid=slurmrest", "--clear-groups"),
    *("/usr/sbin/slurmrestd", "-a", "rest_auth/jwt"),
)
"""How the two servers are started; addresses follow."""


class Place(NamedTuple):
    """A server on a cluster. ``folder`` is the lab's, ``within`` what its commands need to find another release's."""

    url: str
    folder: str
    within: tuple[str, ...]
    variables: dict[str, str]

    def run(self, *argv: str, check: bool = True) -> str:
        """Standard output of one of Slurm's commands on the cluster."""
        # In a lab of this machine's own release they need no more than the variables.
        command = [LAB, "exec", *self.within, "--dir", self.folder, *argv] if self.within else argv
        environment = {**os.environ, **self.variables}
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=check, env=environment).stdout

    def token(self, user: str) -> str:
        """A token of a user."""
        argv = [LAB, "token", *self.within, "--dir", self.folder, user]
        return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout.strip().rpartition("=")[2]

    @property
    def job(self) -> int:
        """A job that runs, on a GPU."""
        with open(self.variables["LAB_JOB_IDS"], encoding="utf-8") as file:
            return int(json.load(file)["gpus"])


def _variables(folder: str, within: tuple[str, ...]) -> dict[str, str]:
    told = subprocess.run([LAB, "env", *within, "--dir", folder], stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = (line.partition("export ")[2].partition("=")[::2] for line in told.splitlines())
    return {name: value.strip("'") for name, value in pairs}


def release_of(version: int) -> str:
    """The release of the lab that an API version is tried on: its home, or this machine's own if no lab is of that."""
    home = written(HOME[version])
    return home if home in releases.BY_NAME else releases.here().name


@contextlib.contextmanager
def here(lab: Lab) -> Iterator[Place]:
    """Our server on a lab of this machine's own release."""
    with server.ours(lab, "-a", "jwt", SLURM_JWT="daemon") as one:
        yield Place(f"http://127.0.0.1:{one.port}", lab.directory, (), dict(lab.variables))


@contextlib.contextmanager
def there(release: str) -> Iterator[Place]:
    """Our server on a lab of any release that is booted for it."""
    with cluster(release) as (folder, within), serving(folder, within, OURS) as place:
        yield place


@contextlib.contextmanager
def cluster(release: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A lab of a release: its folder, and what its commands need to be found."""
    within = ("--release", release)
    folder = tempfile.mkdtemp(prefix="slurmrest-clients-", dir="/var/tmp")
    os.rmdir(folder)  # `lab up` makes it anew, readable by all
    try:
        subprocess.run([LAB, "up", *within, "--dir", folder, "--nodes", "20", "--jobs", "20"], check=True)
        yield folder, within
    finally:
        subprocess.run([LAB, "down", *within, "--dir", folder], check=False, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(folder: str, within: tuple[str, ...], command: tuple[str, ...]) -> Iterator[Place]:
    """A server on a lab, ours or the real one, started by a command that takes addresses."""
    with contextlib.ExitStack() as ending:
        sockets = os.path.join(folder, "clients")
        os.makedirs(sockets, exist_ok=True)
        os.chmod(sockets, 0o777)  # noqa: S103 - the real server binds as slurmrest
        path = os.path.join(sockets, uuid.uuid4().hex[:8])
        _start(ending, [LAB, "exec", *within, "--dir", folder, "env", "SLURM_JWT=daemon", *command, f"unix:{path}"])
        limit = time.monotonic() + _PATIENCE  # our server is built first
        while not os.path.exists(path):
            if time.monotonic() > limit:
                raise AssertionError("the server does not listen")
            time.sleep(0.2)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        _start(ending, ["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork", f"UNIX-CONNECT:{path}"])
        yield Place(f"http://127.0.0.1:{port}", folder, within, _variables(folder, within))


def _start(ending: contextlib.ExitStack, command: list[str]) -> None:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()

    ending.callback(end)
