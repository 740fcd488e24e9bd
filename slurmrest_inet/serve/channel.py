# SPDX-License-Identifier: GPL-2.0-or-later
"""The descriptors of a client, and all others out of its way.

Rule 1: descriptors 0 and 1 are not the client any more once `claim` has moved it away: what some library prints goes to
        the log, not into an answer.
"""

from __future__ import annotations

import os
import stat

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Channel(NamedTuple):
    """The client's two descriptors, which are the same number if it is one socket, and their kinds (S_IFMT)."""

    input: int
    output: int
    input_kind: int
    output_kind: int


def claim() -> Channel:
    """Take the client from descriptors 0 and 1 and close every other descriptor but 2 (rule 1).

    Call it after `open_log`, which sees to it that 0 to 2 are open and 2 is not the client.
    """
    close_others({0, 1, 2})
    status_in, status_out = os.fstat(0), os.fstat(1)
    given = os.dup(0)
    one_socket = stat.S_ISSOCK(status_in.st_mode) and os.path.samestat(status_in, status_out)
    taken = given if one_socket else os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return Channel(given, taken, stat.S_IFMT(status_in.st_mode), stat.S_IFMT(status_out.st_mode))


def close_others(kept: Collection[int]) -> None:
    """Close every descriptor but `kept`."""
    try:
        numbers: Iterable[int] = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:  # no /proc here: try them all
        numbers = range(max(os.sysconf("SC_OPEN_MAX"), 1024))
    for number in numbers:
        if number not in kept:
            try:
                os.close(number)
            except OSError:  # it was not open, or it was that of the listing itself
                continue
