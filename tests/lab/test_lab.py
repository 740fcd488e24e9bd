# SPDX-License-Identifier: GPL-2.0-or-later
"""The `lab` command as its users meet it; the last test boots a real cluster, twice, and takes most of a minute."""

from __future__ import annotations

import json
import os
import pwd
import shlex
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from labkit import packages, place, users

if TYPE_CHECKING:
    from collections.abc import Iterator

LAB = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../contrib/lab/lab"))
DEFAULTS = ("/etc/slurm", "/etc/munge", "/run/munge", "/run/mysqld", "/var/lib/mysql", "/var/log/munge", "/var/spool")


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal."""
    return subprocess.run(
        [LAB, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, start_new_session=True
    )


@pytest.fixture
def folder() -> Iterator[str]:
    """A place for a lab, and the end of it. Not below /tmp/pytest-*, which other users may not enter."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="lab-") as parent:
        os.chmod(parent, 0o755)  # noqa: S103 - the lab's users must come in
        path = os.path.join(parent, "lab")
        yield path
        lab("down", "--dir", path)


@pytest.mark.parametrize(
    "command",
    [("env",), ("token", "alice"), ("start", "slurmctld"), ("stop", "slurmd"), ("oracle", "inetd")],
)
def test_no_lab_is_one_sentence(folder: str, command: tuple[str, ...]) -> None:
    done = lab(*command, "--dir", folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"lab: no lab in {folder}; start one with `lab up`\n"


def test_down_without_a_lab_is_harmless(folder: str) -> None:
    assert lab("down", "--dir", folder).returncode == 0
    assert not os.path.exists(folder)
    assert lab("status", "--dir", folder).returncode == 1


@pytest.mark.parametrize("arguments", [(), ("fly",), ("up", "--nodes", "-1"), ("signal", "slurmd", "NOSUCH")])
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...]) -> None:
    done = lab(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def listings() -> dict[str, list[tuple[str, int]]]:
    """What lies where the machine's own daemons would keep their things, and when it changed."""
    return {
        path: sorted((entry.name, entry.stat(follow_symlinks=False).st_mtime_ns) for entry in os.scandir(path))
        for path in DEFAULTS
        if os.path.isdir(path)
    }


def processes_of(folder: str) -> list[str]:
    """The command lines of all processes that have anything to do with the lab in a folder."""
    found = []
    mark = os.fsencode(folder)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            texts = []
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    texts.append(file.read())
            if any(mark in text for text in texts) or os.readlink(f"/proc/{pid}/cwd").startswith(folder):
                found.append(texts[0].replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # noqa: PERF203 - processes end meanwhile
            continue
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a cluster")
@pytest.mark.skipif(bool(packages.missing(packages.CLUSTER)), reason="Slurm's packages are not installed")
def test_a_lab_from_nothing_to_nothing(folder: str) -> None:
    before = listings()

    # An `up` that dies half-way, without a chance to clean.
    with subprocess.Popen([LAB, "up", "--dir", folder], stderr=subprocess.DEVNULL, start_new_session=True) as first:
        while "slurmdbd" not in _started(folder):
            assert first.poll() is None
            time.sleep(0.02)
        first.kill()
    assert lab("status", "--dir", folder).returncode == 1

    # The next one says so, and boots.
    done = lab("up", "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert f"half-started lab in {folder}" in done.stderr
    assert done.stdout == ""
    up = _started(folder)

    # Once more is harmless, another size is not what was asked for.
    again = lab("up", "--dir", folder)
    assert again.returncode == 0
    assert "already up" in again.stderr
    assert _started(folder) == up
    assert lab("up", "--dir", folder, "--jobs", "1").returncode == 1
    assert lab("status", "--dir", folder).returncode == 0

    said = lab("env", "--dir", folder).stdout
    variables = {}
    for line in said.splitlines():
        name, _, value = line.removeprefix("export ").partition("=")
        variables[name] = "".join(shlex.split(value))
    assert variables["LAB_DIR"] == folder

    def ask(*argv: str) -> str:
        return subprocess.run(argv, capture_output=True, text=True, check=True, env={**os.environ, **variables}).stdout

    # The content is what the catalogue promises (`up` has waited for it), and everybody's.
    owners = set(ask("squeue", "-ha", "-tall", "-o%u").split())
    assert owners == {"root", users.ALICE, users.BOB}
    with open(os.path.join(folder, "jobs.json"), encoding="utf-8") as file:
        jobs = json.load(file)
    assert ask("squeue", "-h", "-tall", "-o%T", f"-j{jobs['suspended']}").strip() == "SUSPENDED"

    # Tokens are good for the real server.
    token = lab("token", "--dir", folder, "--lifespan", "60", users.ALICE).stdout.strip()
    head = ("GET /slurm/v0.0.38/ping HTTP/1.1", f"X-SLURM-USER-NAME: {users.ALICE}", f"X-SLURM-USER-TOKEN: {token}")
    request = "\r\n".join((*head, "", ""))
    oracle = [LAB, "oracle", "inetd", "--dir", folder, "--", "-s", "v0.0.38"]
    answer = subprocess.run(oracle, input=request, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("HTTP/1.1 200 OK")

    # Single daemons can be stopped, held and started again.
    assert lab("stop", "--dir", folder, "slurmctld").returncode == 0
    assert lab("status", "--dir", folder).returncode == 1
    assert lab("start", "--dir", folder, "slurmctld").returncode == 0
    assert lab("signal", "--dir", folder, "slurmd", "STOP").returncode == 0
    assert lab("signal", "--dir", folder, "slurmd", "CONT").returncode == 0
    assert lab("signal", "--dir", folder, "slurmd", "KILL").returncode == 0
    assert lab("start", "--dir", folder, "slurmd").returncode == 0
    assert lab("status", "--dir", folder).returncode == 0
    assert lab("signal", "--dir", folder, "mariadb", "STOP").returncode == 0  # `down` does not wait for it

    assert lab("down", "--dir", folder).returncode == 0
    assert not os.path.exists(folder)
    assert processes_of(folder) == []
    assert listings() == before
    if not os.path.exists(place.REGISTER):  # else another lab still needs the accounts
        assert [one.pw_name for one in pwd.getpwall() if one.pw_gecos == users._MARK] == []


def _started(folder: str) -> dict[str, list[object]]:
    """The daemons that an `up` has started so far, with their processes."""
    try:
        with open(os.path.join(folder, "lab.json"), encoding="utf-8") as file:
            daemons: dict[str, list[object]] = json.load(file)["daemons"]
            return daemons
    except FileNotFoundError:
        return {}
