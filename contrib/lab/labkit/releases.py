# SPDX-License-Identifier: GPL-2.0-or-later
"""The releases of Slurm that a lab can be of: where Debian has each, and in what their clusters differ.

Rule 1: what differs by release stands here as data; no other module asks for a release's name.
Rule 2: one release is this machine's own. The others live in folders, see rootfs.py.
"""

from __future__ import annotations

import re
import subprocess
from typing import NamedTuple

from labkit.trouble import LabError


class Release(NamedTuple):
    """One release and what is particular to it."""

    name: str
    suite: str  # of Debian, by its code name
    python: str  # what that suite has as python3
    keyring_from: str | None = None  # the release whose folder holds the keys that this suite is signed with
    apt: tuple[str, ...] = ()  # options for apt while its folder is made
    system_tables: str = "/usr/share/mariadb/mariadb_system_tables.sql"
    cgroup_conf: str = "CgroupPlugin=disabled\n"  # cgroup.conf(5)
    other_words: tuple[tuple[str, str], ...] = ()  # of the catalogue's, by what stands in their place
    held_in_federation: tuple[str, ...] = ()  # labels of jobs that it never starts there, and that would block others
    auth: tuple[str, ...] = ("munge", "slurm")  # what its daemons can prove to each other who they are with


_NO_POWER = ("--power=level", "")  # gone with Cray's power management

_ALL = (
    Release(
        "22.05",
        "bookworm",
        "3.11",
        system_tables="/usr/share/mysql/mysql_system_tables.sql",
        cgroup_conf="CgroupAutomount=no\n",
        auth=("munge",),
    ),
    # In a federation its backfill does not start a heterogeneous job, and other jobs get the cores of a reservation.
    Release("24.11", "trixie", "3.13", other_words=(_NO_POWER,), held_in_federation=("het", "reserved")),
    Release(
        "26.05",
        "forky",
        "3.14",
        keyring_from="24.11",
        apt=('Acquire::Check-Valid-Until "false"',),  # a suite in the making, whose mirrors lag
        other_words=(_NO_POWER, ("--get-user-env=10L", "--get-user-env")),
    ),
)
BY_NAME = {release.name: release for release in _ALL}
_BY_SUITE = {release.suite: release.name for release in _ALL}


def number(version: str) -> str:
    """The release of a Debian version such as 22.05.8-4+deb12u3; empty when it is none."""
    found = re.match(r"(?:\d+:)?(\d+\.\d+)", version)
    return found[1] if found else ""


def own() -> str | None:
    """The release that this machine has, or would get by installing Slurm's packages."""
    done = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", "slurmctld"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if number(done.stdout):
        return number(done.stdout)
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            found = re.search(r'(?m)^VERSION_CODENAME="?(\w+)', file.read())
    except FileNotFoundError:
        return None
    return _BY_SUITE.get(found[1]) if found else None


def require_auth(name: str | None, auth: str) -> None:
    """LabError when a release lacks this way to authenticate."""
    if name in BY_NAME and auth not in BY_NAME[name].auth:
        raise LabError(f"Slurm {name} has no auth/{auth}")


def here() -> Release:
    """What is particular to this machine's own release."""
    name = own()
    if name not in BY_NAME:
        raise LabError(f"no lab for Slurm {name or 'of this machine'}; there are labs of {', '.join(BY_NAME)}")
    return BY_NAME[name]
