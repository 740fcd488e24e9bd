# SPDX-License-Identifier: GPL-2.0-or-later
"""What is looked up on this host for values that clients send: the time, users and groups, and host lists.

Rule 1: no daemon of Slurm's is asked. Users and groups are those of the host's name service (nsswitch.conf(5)).
Rule 2: what sbatch would ask its own host, a job's description alone is read with (submit_host.py).
"""

from __future__ import annotations

import grp
import pwd
import time

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm.hosts import joined, names_of, united
from slurmrest_inet.slurm.library import lib

if TYPE_CHECKING:
    from typing import Callable


class Host(NamedTuple):
    """What readers of values may ask (schema/reading.py, `Reading.context`)."""

    now: float
    """An epoch."""
    user: Callable[[str], int | None]
    """The uid of a name or number; None for nobody's."""
    group: Callable[[str], int | None]
    """The gid of the same."""
    hosts: Callable[[str], str]
    """Sorts a host list, and keeps of equal hosts one. Raises ValueError for what is none."""
    names: Callable[[str], list[str]]
    """The names that a host list stands for; none for what is none."""
    joined: Callable[[list[str]], str | None]
    """One host list of several, in ranges; None where one of them is none."""


def host() -> Host:
    """Return what this host says, at this moment."""
    return Host(time.time(), uid, gid, united, names_of, joined)


def uid(text: str) -> int | None:
    """Return the uid of a user's name, or of a number that any user may have; None for nobody's."""
    if text.isascii() and text.isdigit():
        return _id(text)
    try:
        return pwd.getpwnam(text).pw_uid
    except KeyError:
        return None


def gid(text: str) -> int | None:
    """Return the gid of a group's name, or of a number that any group may have; None for no group's."""
    if text.isascii() and text.isdigit():
        return _id(text)
    try:
        return grp.getgrnam(text).gr_gid
    except KeyError:
        return None


def _id(digits: str) -> int | None:
    return int(digits) if len(digits) < 11 and int(digits) < lib.NO_VAL else None
