# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian packages that the lab runs, and their installation without any of their services being started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLUSTER = (
    "slurmctld", "slurmd", "slurmdbd", "slurmrestd", "slurm-client", "slurm-wlm-basic-plugins",
    "slurm-wlm-jwt-plugin", "slurm-wlm-mysql-plugin", "munge", "mariadb-server", "passwd",
)  # fmt: skip
MANY_JOBS = ("gcc", "libc6-dev", "libslurm-dev")
BUILD = ("gcc", "libc6-dev", "libslurm-dev", "python3-venv", "python3-dev", "python3-pip")
# What the tests host instances with, and look into them with.
HOSTS = (
    "xinetd", "openssh-server", "openssh-client", "nginx-light", "systemd", "socat", "curl", "openssl", "util-linux",
    "binutils",
)  # fmt: skip
BROWSERS = ("chromium",)  # what shows a page to the tests
FOLDERS = ("mmdebstrap",)  # makes the folders of other releases
MACHINES = (*FOLDERS, "systemd-container", "util-linux")  # boots a host of the cluster with systemd

_POLICY = "/usr/sbin/policy-rc.d"  # asked by invoke-rc.d; 101 forbids every start


def missing(names: Sequence[str]) -> list[str]:
    """Those of the packages that are not installed."""
    done = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${binary:Package} ${db:Status-Status}\n", *names],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    there = set()
    for line in done.stdout.splitlines():
        package, _, status = line.partition(" ")
        if status == "installed":
            there.add(package.partition(":")[0])
    return [name for name in dict.fromkeys(names) if name not in there]


def require(names: Sequence[str], *, install: bool) -> None:
    """Have the packages: install what is missing if allowed, else LabError with the command that would."""
    lacking = missing(names)
    if not lacking:
        return
    if not install:
        raise LabError(
            f"not installed: {' '.join(lacking)}\n"
            "give --install, or install them yourself: apt-get install --no-install-recommends " + " ".join(lacking)
        )
    print("installing " + " ".join(lacking), file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with _no_service_starts():
        for argv in (["apt-get", "update", "-qq"],
                     ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *lacking]):  # fmt: skip
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, check=False)
            if done.returncode:
                raise LabError(f"{' '.join(argv[:2])} failed with status {done.returncode}")


@contextlib.contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep maintainer scripts from starting daemons; a policy that the machine already has is left in force."""
    try:
        descriptor = os.open(_POLICY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755)
    except FileExistsError:
        yield
        return
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(_POLICY, 0o755)  # noqa: S103 - a script, whatever the umask
        yield
    finally:
        os.unlink(_POLICY)
