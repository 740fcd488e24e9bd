# SPDX-License-Identifier: GPL-2.0-or-later
"""The `lab` command as its users meet it; the last tests boot real clusters, and take most of a minute each."""

from __future__ import annotations

import json
import os
import pwd
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
from labkit import packages, place, releases, users

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
    [("env",), ("token", "alice"), ("start", "slurmctld"), ("stop", "slurmd"), ("oracle", "inetd"), ("exec", "true")],
)
@pytest.mark.parametrize("release", [(), *(("--release", name) for name in releases.BY_NAME)])
def test_no_lab_is_one_sentence(folder: str, release: tuple[str, ...], command: tuple[str, ...]) -> None:
    options = ("--dir", folder, *release)
    # What comes behind the command of `exec` is the command's.
    done = lab("exec", *options, *command[1:]) if command[0] == "exec" else lab(*command, *options)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"lab: no lab in {folder}; start one with `lab up`\n"


def test_down_without_a_lab_is_harmless(folder: str) -> None:
    assert lab("down", "--dir", folder).returncode == 0
    assert not os.path.exists(folder)
    assert lab("status", "--dir", folder).returncode == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("fly",),
        ("up", "--nodes", "-1"),
        ("up", "--release", "2.6"),
        ("signal", "slurmd", "NOSUCH"),
        ("exec",),
        ("exec", "--release", "24.11", "--"),
    ],
)
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
    version = "v0.0.38" if releases.own() == "22.05" else "v0.0.42"
    head = (f"GET /slurm/{version}/ping HTTP/1.1", f"X-SLURM-USER-NAME: {users.ALICE}", f"X-SLURM-USER-TOKEN: {token}")
    request = "\r\n".join((*head, "", ""))
    served = ("-s", version) if version == "v0.0.38" else ("-d", version)
    oracle = [LAB, "oracle", "inetd", "--dir", folder, "--", *served]
    answer = subprocess.run(oracle, input=request, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("HTTP/1.1 200 OK")

    # The project is built for it.
    which = ("--dir", folder)
    assert _there(which, "which", "slurmrest-inet").strip() == f"{folder}/venv/bin/slurmrest-inet"
    _streams_are_passed_through(which)

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


OTHERS = [name for name in releases.BY_NAME if name != releases.own()]


def mounts() -> list[str]:
    with open("/proc/self/mounts", encoding="utf-8") as file:
        return file.read().splitlines()


@pytest.mark.timeout(900)  # its folder may have to be made
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a cluster")
@pytest.mark.skipif(bool(packages.missing(packages.FOLDERS)), reason="mmdebstrap is not installed")
@pytest.mark.parametrize("release", OTHERS)
def test_a_lab_of_another_release_from_nothing_to_nothing(folder: str, release: str) -> None:
    before, mounted = listings(), mounts()
    which = ("--release", release, "--dir", folder)
    size = ("--nodes", "3", "--jobs", "1", "--clusters", "2", "--auth", "slurm")

    # An `up` that dies half-way, without a chance to clean.
    with subprocess.Popen([LAB, "up", *which, *size], stderr=subprocess.DEVNULL, start_new_session=True) as first:
        while "slurmdbd" not in _started(folder):
            assert first.poll() is None
            time.sleep(0.02)
        first.kill()
    assert lab("status", *which).returncode == 1
    done = lab("up", *which, *size)
    assert done.returncode == 0, done.stderr
    assert f"half-started lab in {folder}" in done.stderr
    assert done.stdout == ""

    again = lab("up", *which, *size)
    assert again.returncode == 0
    assert "already up" in again.stderr
    other = lab("up", *which, *size[:-2])
    assert other.returncode == 1
    assert other.stderr.startswith(
        "lab: a lab of another size runs there (--nodes 3 --jobs 1 --clusters 2 --auth slurm)"
    )
    assert lab("status", "--dir", folder).returncode == 0  # the folder tells the release
    for other in set(releases.BY_NAME) - {release}:
        wrong = lab("token", "--release", other, "--dir", folder, "alice")
        assert wrong.returncode == 1
        assert wrong.stderr == f"lab: the lab in {folder} is of Slurm {release}; end it with `lab down`\n"

    # It is that release's Slurm, and the content is there.
    assert _there(which, "slurmctld", "-V").split()[1].startswith(release)
    assert set(_there(which, "squeue", "-ha", "-tall", "-o%u").split()) == {"root", users.ALICE, users.BOB}
    assert "cloud[1-3]" in _there(which, "sinfo", "-ho%N", "-pcloud")
    variables = dict(line.partition("=")[::2] for line in _there(which, "env").splitlines())
    said = lab("env", *which).stdout.splitlines()
    for name, _, value in (line.removeprefix("export ").partition("=") for line in said):
        assert variables[name] == "".join(shlex.split(value))
    assert variables["LAB_RELEASE"] == release
    _the_second_cluster_is_there(which, variables)
    _nobody_needs_munge(which, variables)

    # The real server there takes the token that is made there.
    token = lab("token", *which, "--lifespan", "60", users.ALICE).stdout.strip()
    request = (
        f"GET /slurm/v0.0.42/jobs/ HTTP/1.1\r\nX-SLURM-USER-NAME: {users.ALICE}\r\nX-SLURM-USER-TOKEN: {token}\r\n\r\n"
    )
    oracle = [LAB, "oracle", "inetd", *which, "--", "-d", "v0.0.42"]
    answer = subprocess.run(oracle, input=request, capture_output=True, text=True, check=True).stdout
    assert answer.startswith("HTTP/1.1 200 OK")

    # The project is built for it, by that folder's Python.
    interpreter = _there(which, "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix)")
    assert interpreter.split() == [releases.BY_NAME[release].python, f"{folder}/venv"]
    assert _there(which, "which", "slurmrest-inet").strip() == f"{folder}/venv/bin/slurmrest-inet"
    _streams_are_passed_through(which)

    assert lab("stop", *which, "slurmctld").returncode == 0
    assert lab("status", *which).returncode == 1
    assert lab("start", *which, "slurmctld").returncode == 0
    assert lab("signal", *which, "slurmd", "STOP").returncode == 0

    assert lab("down", *which).returncode == 0
    assert not os.path.exists(folder)
    assert processes_of(folder) == []
    assert listings() == before
    assert mounts() == mounted


@pytest.mark.skipif(releases.own() != "22.05", reason="this machine's release has auth/slurm")
def test_a_lab_cannot_authenticate_as_its_release_does_not(folder: str) -> None:
    done = lab("up", "--dir", folder, "--auth", "slurm")
    assert (done.returncode, done.stderr) == (1, "lab: Slurm 22.05 has no auth/slurm\n")
    assert not os.path.exists(folder)


def _the_second_cluster_is_there(which: tuple[str, ...], variables: dict[str, str]) -> None:
    """Both slurmctld know each other, and the first cluster's jobs have stayed at home."""
    fed = _there(which, "scontrol", "show", "federation")
    assert f"Sibling:    {variables['LAB_SECOND_CLUSTER']}:" in fed
    assert "PersistConnSend/Recv:Yes/Yes" in fed
    assert not _there(which, "squeue", "-ha", "-tREVOKED")
    second = ("env", f"SLURM_CONF={variables['LAB_SECOND_CONF']}")
    jobs = dict(line.split() for line in _there(which, *second, "squeue", "-ha", "-tall", "-o%A %T").splitlines())
    known = json.loads(_there(which, "cat", variables["LAB_SECOND_JOB_IDS"]))
    assert jobs == {str(known["second_running"]): "RUNNING", str(known["second_held"]): "PENDING"}
    status = lab("status", *which).stdout
    for daemon in ("slurmctld2", "away1"):
        assert f"  {daemon} " in status
        assert lab("stop", *which, daemon).returncode == 0
        assert lab("status", *which).returncode == 1
        assert lab("start", *which, daemon).returncode == 0
    assert lab("signal", *which, "slurmctld2", "CONT").returncode == 0
    assert lab("status", *which).returncode == 0


# The pipe is the account's own, as rest_auth/local wants it: no token, and yet somebody.
_OWN_PIPE = """
import os, pwd, subprocess, sys
account = pwd.getpwnam(sys.argv[1])
os.setgroups([]), os.setgid(account.pw_gid), os.setuid(account.pw_uid)
done = subprocess.run(sys.argv[2:], input=b"GET /slurm/v0.0.42/jobs/ HTTP/1.1\\r\\nHost: lab\\r\\n\\r\\n", stdout=1)
sys.exit(done.returncode)
"""


def _nobody_needs_munge(which: tuple[str, ...], variables: dict[str, str]) -> None:
    assert variables["LAB_AUTH"] == "slurm"
    assert "LAB_MUNGE_SOCKET" not in variables
    assert "munged" not in lab("status", *which).stdout
    local = ("-a", "rest_auth/local")
    for program in ("slurmrestd", "slurmrest-inet"):
        answer = _there(which, "python", "-c", _OWN_PIPE, variables["LAB_SERVICE_USER"], program, *local)
        assert answer.startswith("HTTP/1.1 200 OK"), program
        assert '"cluster"' in answer


def _there(which: tuple[str, ...], *command: str) -> str:
    done = subprocess.run(
        [LAB, "exec", *which, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _streams_are_passed_through(which: tuple[str, ...]) -> None:
    """What `lab exec` runs has our descriptors, statuses and signals."""
    run = [LAB, "exec", *which, "--"]
    data = bytes(range(256)) * 1024
    done = subprocess.run(
        [*run, "sh", "-c", "cat; echo said >&2; exit 7"], input=data, capture_output=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (data, b"said\n", 7)

    ours, theirs = socket.socketpair()
    with ours, theirs:
        seen = os.fstat(theirs.fileno())
        script = "import os, sys; print(os.fstat(0).st_ino); s = os.read(0, 9); os.write(0, s.upper())"
        with subprocess.Popen([*run, "python", "-c", script], stdin=theirs, stdout=subprocess.PIPE, text=True) as child:
            theirs.close()
            ours.sendall(b"question")
            assert ours.recv(9) == b"QUESTION"
            assert ours.recv(9) == b""
            assert child.communicate()[0] == f"{seen.st_ino}\n"

    missing = subprocess.run([*run, "no-such-program"], capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr) == (127, "lab: no-such-program: No such file or directory\n")

    for number, shown in ((signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 128 + signal.SIGINT)):
        with subprocess.Popen([*run, "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"\n"
            child.send_signal(number)
            assert child.wait() in (shown, -number)

    with subprocess.Popen([*run, "sh", "-c", "echo; exec sleep 599"], stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"\n"
        child.kill()
        child.wait()
        assert child.stdout.read() == b""  # it has closed it: it is gone as well


def _started(folder: str) -> dict[str, list[object]]:
    """The daemons that an `up` has started so far, with their processes."""
    try:
        with open(os.path.join(folder, "lab.json"), encoding="utf-8") as file:
            daemons: dict[str, list[object]] = json.load(file)["daemons"]
            return daemons
    except FileNotFoundError:
        return {}
