# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP ports for a lab's daemons, free now and not promised to another lab.

Rule 1: only ports below the kernel's ephemeral range, so that no outgoing connection takes one meanwhile.
Rule 2: the caller holds the lock of the register of labs, else two labs that start together pick the same.
"""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING

from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

FIRST, LAST = 20000, 32000  # ip_local_port_range begins at 32768 by default; Slurm's own ports lie at 6817


def is_free(port: int) -> bool:
    """Whether a daemon could listen on this port on every address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As Slurm does: connections in TIME_WAIT do not count, listeners do.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
            probe.listen(1)
        except OSError:
            return False
    return True


def choose(count: int, taken: Collection[int], free: Callable[[int], bool] = is_free) -> list[int]:
    """So many different ports, none of them in `taken`; LabError when there are not enough."""
    chosen: list[int] = []
    for port in random.sample(range(FIRST, LAST), LAST - FIRST):
        if port not in taken and free(port):
            chosen.append(port)
            if len(chosen) == count:
                return chosen
    raise LabError(f"no {count} free TCP ports between {FIRST} and {LAST}")
