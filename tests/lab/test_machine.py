# SPDX-License-Identifier: GPL-2.0-or-later
"""The booted host of the lab: two at a time, and nothing of them after their end, however that comes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest
from labkit import machine
from labkit.process import wait_for

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot it"),
    pytest.mark.skipif(
        not (shutil.which("mmdebstrap") and shutil.which("systemd-nspawn")),
        reason="needs mmdebstrap and systemd-container",
    ),
]


def traces() -> list[str]:
    """What a machine that runs can be known by here: control groups, mounts, files of systemd-nspawn."""
    found = [
        os.path.join(folder, name)
        for folder, folders, _files in os.walk("/sys/fs/cgroup")
        for name in folders
        if name.startswith("slurmrest-host-")
    ]
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        found += [line for line in file if "slurmrest-lab/host-" in line or "slurmrest-host-" in line]
    for folder, folders, files in os.walk("/run/systemd/nspawn"):
        found += [os.path.join(folder, name) for name in (*folders, *files) if "slurmrest" in name]
    return found


@pytest.fixture(autouse=True)
def _nothing_is_left() -> object:
    """Only what other sessions on this machine have running."""
    before = traces()
    yield
    assert [trace for trace in traces() if trace not in before] == []


def test_two_at_a_time() -> None:
    with machine.boot() as one, machine.boot() as two:
        one.write("/etc/only-here", "one\n")
        assert one.run("systemctl", "is-system-running") == two.run("systemctl", "is-system-running") == "running\n"
        assert one.run("cat", "/etc/only-here") == "one\n"
        assert two.attempt("cat", "/etc/only-here").returncode == 1
        assert one.init != two.init
    assert not os.path.exists(os.path.join(machine.template(install=False), "etc/only-here"))


def test_it_ends_with_its_starter() -> None:
    script = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from labkit import machine\n"
        "with machine.boot() as booted: print(booted.init, *booted.groups.values(), flush=True); time.sleep(600)"
    )
    folder = os.path.dirname(os.path.dirname(machine.__file__))
    argv = [sys.executable, "-Bc", script, folder]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        init, *groups = starter.stdout.readline().split()
        assert groups
        starter.send_signal(signal.SIGKILL)
        wait_for("the end of the machine", lambda: not os.path.exists(f"/proc/{init}"), 30)
    # Nobody was left to remove its control groups: the next one does it.
    with machine.boot():
        assert not any(map(os.path.exists, groups))
