# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab as tests and bench see it: boot or adopt it, ask it for tokens, run Slurm's commands on it.

Rule 1: everything goes through the `lab` command and the variables that it prints; how a lab is made is its business.
Rule 2: a lab that was adopted is left as it was found; one that was booted here is ended here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LAB = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../../contrib/lab/lab"))
SLURMRESTD = "/usr/sbin/slurmrestd"


class Lab(NamedTuple):
    """A running lab: its folder and the variables of `lab env`."""

    directory: str
    variables: Mapping[str, str]

    @property
    def user(self) -> str:
        """The account that serves requests: neither root nor SlurmUser."""
        return self.variables["LAB_SERVICE_USER"]

    @property
    def conf(self) -> str:
        """The path of slurm.conf."""
        return self.variables["SLURM_CONF"]

    @property
    def environment(self) -> dict[str, str]:
        """What a program on this cluster is given: nothing of the caller's but what it needs to be found."""
        kept = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "SLURM_CONF": self.conf,
            **kept,
        }

    def token(self, user: str, lifespan: int = 7200) -> str:
        """A token of `user` that ends after `lifespan` seconds."""
        return _lab("token", "--dir", self.directory, "--lifespan", str(lifespan), user).strip().rpartition("=")[2]

    def run(self, *argv: str, user: str = "root", stdin: str = "") -> str:
        """Standard output of one of Slurm's commands on this cluster, run by `user`; fails when it fails."""
        return subprocess.run(
            argv,
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            errors="surrogateescape",  # names are bytes to Slurm
            check=True,
            env=self.environment,
            cwd=self.variables["LAB_WORK_DIR"],
            **as_user(user),
        ).stdout

    def start(self, daemon: str) -> None:
        """Start a daemon that was stopped."""
        _lab("start", "--dir", self.directory, daemon)

    def stop(self, daemon: str) -> None:
        """End a daemon."""
        _lab("stop", "--dir", self.directory, daemon)

    def down(self) -> None:
        """End the lab and remove its folder."""
        _lab("down", "--dir", self.directory)


def as_user(user: str) -> dict[str, object]:
    """What subprocess takes to start something as `user`: nothing when that is who we are."""
    import pwd  # noqa: PLC0415 - the bench measures children of a small process

    account = pwd.getpwnam(user)
    if account.pw_uid == os.geteuid():
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def adopt(directory: str) -> Lab:
    """The lab that runs in `directory`."""
    lines = _lab("env", "--dir", directory).splitlines()
    pairs = (line.partition("export ")[2].partition("=")[::2] for line in lines)
    return Lab(directory, {name: value.strip("'") for name, value in pairs})


def boot(nodes: int, jobs: int = 0, *options: str) -> Lab:
    """Boot a lab in a folder of its own, where those whom instances run as can read it too.

    options: more of `lab up`.
    """
    directory = tempfile.mkdtemp(prefix="slurmrest-lab-", dir="/var/tmp")
    os.rmdir(directory)  # `lab up` makes it anew, readable by all
    _lab("up", "--dir", directory, "--nodes", str(nodes), "--jobs", str(jobs), *options)
    return adopt(directory)


def _lab(*arguments: str) -> str:
    done = subprocess.run([LAB, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise RuntimeError(f"lab {' '.join(arguments)} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
