# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that may have what the installed release of Slurm lacks.

Rule 1: then nothing is sent, and the client is told what it is.
"""

from __future__ import annotations

from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import BUILT_FOR

if TYPE_CHECKING:
    from typing import Callable, TypeVar

    T = TypeVar("T")


def send(request: Callable[[], T]) -> T:
    """Make a request for slurmctld; raises RestError for a member or a constant that the release does not have."""
    try:
        return request()
    except LookupError as missing:
        sentence = f"Slurm {BUILT_FOR} has no {missing.args[0]}"
        raise RestError(501, sentence, reason=sentence) from None
