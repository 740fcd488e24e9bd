# SPDX-License-Identifier: GPL-2.0-or-later
"""The Unix accounts that a lab's users need: slurmctld, slurmd and munge ask the name service for them.

Rule 1: this is the one thing a lab changes in /etc. An account that already exists is used as it is and kept.
Rule 2: an account made here goes with the last lab; its comment field says whose it is.
"""

from __future__ import annotations

import grp
import pwd
import subprocess

from labkit.trouble import LabError

ALICE, BOB = "alice", "bob"
SERVICE = "slurmrest"  # portals run instances under it: no Slurm account, no rights
ACCOUNTS = {ALICE: 61001, BOB: 61002, SERVICE: 61003}
_MARK = "slurmrest lab"


def ensure() -> None:
    """Make the accounts that are missing; the caller holds the register's lock."""
    for name, number in ACCOUNTS.items():
        if not _exists(name):
            wanted = [] if _taken(number) else ["--uid", str(number), "--key", f"GID_MIN={number}"]
            group = ["--user-group", "--key", "GID_MAX=65000"]
            home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/sh"]
            trouble = _attempt(["useradd", "--no-log-init", *wanted, *group, *home, "--comment", _MARK, name])
            if trouble:
                raise LabError(trouble)


def remove() -> list[str]:
    """Remove the accounts that a lab made, and return those that could not be, for somebody works under them.

    The caller holds the register's lock and no other lab exists.
    """
    ours = [name for name in ACCOUNTS if _exists(name) and pwd.getpwnam(name).pw_gecos == _MARK]
    return [name for name in ours if _attempt(["userdel", name])]


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _taken(number: int) -> bool:
    for lookup in (pwd.getpwuid, grp.getgrgid):
        try:
            lookup(number)
        except KeyError:
            continue
        return True
    return False


def _attempt(argv: list[str]) -> str:
    """Why it did not work, an empty string when it did."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return f"{' '.join(argv)}: {done.stderr.strip()}" if done.returncode else ""
