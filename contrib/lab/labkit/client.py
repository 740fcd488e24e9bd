# SPDX-License-Identifier: GPL-2.0-or-later
"""Slurm's own commands run on this lab's cluster, as root or as one of its users."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from labkit.trouble import LabError

if TYPE_CHECKING:
    from labkit.place import Place

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def environment(place: Place, conf: str | None = None) -> dict[str, str]:
    """What daemons and commands of the lab see: none of the caller's variables, least of all its SLURM_*.

    conf: another slurm.conf than the first cluster's.
    """
    return {
        "PATH": PATH,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "SLURM_CONF": conf or place.slurm_conf,
        # libmariadb's "localhost"; the only way to tell slurmdbd of another socket.
        "MYSQL_UNIX_PORT": place.mysql_socket,
    }


def run(place: Place, *argv: str, user: str = "root", stdin: str = "", conf: str | None = None) -> str:
    """Standard output of one command; LabError with its standard error when it fails."""
    done = attempt(place, *argv, user=user, stdin=stdin, conf=conf)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise LabError(f"{' '.join(argv)[:300]} failed with status {done.returncode}: {said}")
    return done.stdout


def attempt(
    place: Place, *argv: str, user: str = "root", stdin: str = "", conf: str | None = None
) -> subprocess.CompletedProcess[str]:
    """One command, whatever its end."""
    as_root = user == "root"
    return subprocess.run(
        argv,
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(place, conf),
        cwd=place("work"),
        user=None if as_root else user,
        group=None if as_root else user,
        extra_groups=None if as_root else [],
        check=False,
    )
