# SPDX-License-Identifier: GPL-2.0-or-later
"""The process's last words, for the edge: see ``cffi_build/guard.c``."""

from __future__ import annotations

from slurmrest_inet.slurm.library import lib


def enter() -> None:
    """A connection begins: from now on signals and a timer look whether the guard is armed."""
    lib.guard_enter()


def leave() -> None:
    """It is over; signals are as before."""
    lib.guard_leave()


def arm(fd: int, answer: bytes, seconds: float, record: bytes) -> None:
    """Until disarm(): if libslurm ends the process, or ``seconds`` pass, write ``answer`` to ``fd`` first.

    ``answer`` is a complete HTTP response of at most 1,024 bytes, or empty when nothing may be written any more.
    ``record`` is the request's line for the log without the reason, which the guard knows and puts behind it.
    """
    lib.guard_arm(fd, answer, len(answer), record, len(record), max(1, int(seconds * 1000)))


def disarm() -> None:
    """The call is over."""
    lib.guard_disarm()


def confine() -> int:
    """Give up the chance of new privileges and of core dumps; 0 or an errno (prctl(2))."""
    code: int = lib.guard_confine()
    return code
