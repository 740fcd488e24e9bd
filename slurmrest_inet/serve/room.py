# SPDX-License-Identifier: GPL-2.0-or-later
"""How many connections a listener may have without an instance, within the descriptors that it is allowed.

Rule 1: the limit is raised as far as that helps, and never beyond the hard one.
"""

from __future__ import annotations

import os

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.serve import confine, lingering
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings

_LEAST = 4  # on the doorstep: with fewer nobody could be served beside a few silent ones
_OTHERS = 16  # what forking, starting anew and the log need beside connections, for a moment or for good
_UNKNOWN = 64  # descriptors that are open where there is no /proc


class Room(NamedTuple):
    """How many connections may be without an instance: on the doorstep, and refused. `note`: why they are so few."""

    doorstep: int
    lingering: int
    note: str


def divide(settings: Settings, connections: int) -> Room:
    """Raise the limit of descriptors as far as that helps and is allowed, and divide what there is.

    connections: how many descriptors are connections already. Raises StartError if there are too few.
    """
    wanted = settings.max_connections
    own = _open_descriptors() - connections + settings.listener.spare_instances + _OTHERS
    limit = confine.allow_descriptors(own + wanted + lingering.MOST)
    refused = min(lingering.MOST, max(1, (limit - own) // 4))
    doorstep = min(wanted, limit - own - refused)
    if doorstep < min(wanted, _LEAST):
        raise StartError(f"A limit of {limit} descriptors (ulimit -n, LimitNOFILE=) is too low to listen.")
    note = (
        f"With a limit of {limit} descriptors (ulimit -n, LimitNOFILE=) only {doorstep} connections, not {wanted}, can"
        " wait for their first byte or their turn."
    )
    return Room(doorstep, refused, note if doorstep < wanted else "")


def _open_descriptors() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:  # no /proc here
        return _UNKNOWN
