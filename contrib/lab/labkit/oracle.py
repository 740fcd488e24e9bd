# SPDX-License-Identifier: GPL-2.0-or-later
"""The real slurmrestd on the lab's cluster: what our answers are compared with.

Rule 1: it runs as an account that is neither root nor SlurmUser; it refuses those itself.
Rule 2: this process becomes it, so that its descriptors are the caller's own.
"""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, NoReturn

from labkit import client
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labkit.place import Place

PROGRAM = "/usr/sbin/slurmrestd"


def become(place: Place, user: str, *, local: bool, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by slurmrestd; without an address among `arguments` it serves its standard input.

    With `local` it trusts what it can see of its peer; else it takes tokens only, and needs SLURM_JWT set for
    libslurm to pass them on.
    """
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise LabError(f"no user {user}") from None
    if account.pw_uid == 0 or account.pw_name == "slurm":
        raise LabError("slurmrestd must run as neither root nor SlurmUser")
    environment = client.environment(place)
    if not local:
        environment["SLURM_JWT"] = "daemon"
    for name, value in os.environ.items():
        if name.startswith("SLURMRESTD_"):
            environment[name] = value
    os.chdir("/")
    if os.geteuid() != account.pw_uid:
        if os.geteuid() != 0:
            raise LabError(f"only root can run it as {user}; say --user")
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    method = "rest_auth/local" if local else "rest_auth/jwt"
    os.execve(PROGRAM, [PROGRAM, "-f", place.slurm_conf, "-a", method, *arguments], environment)
