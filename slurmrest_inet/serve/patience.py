# SPDX-License-Identifier: GPL-2.0-or-later
"""Waiting for an answer that is not there yet, for as long as its client does.

Rule 1: whoever ends the wait, the client, a signal, the deadline, a fault of ours or who needs the place, what was
        asked for is taken back (Waiting.give_up).
Rule 2: what was asked for costs its daemon a question each time, so these become rarer the longer it takes.
"""

from __future__ import annotations

from time import monotonic

from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.connection import GoneError

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.http.message import Response, Waiting
    from slurmrest_inet.serve.connection import Connection

_FIRST_PAUSE = 0.1
_GROWTH = 1.25
_LONGEST_PAUSE = 5.0  # a job starts when its scheduler's cycle says so, which is seconds as well
_RETRY_AFTER = (("Retry-After", "60"),)


def wait(waiting: Waiting, connection: Connection, seconds: float, wanted: Callable[[], bool]) -> Response:
    """Return the answer, that of somebody whose time is over after `seconds` (0: never).

    `wanted`: whether somebody else needs the place. Raises RestError when that is so or this process is to end,
    GoneError when the client is gone, and whatever a question raises.
    """
    end = monotonic() + seconds if seconds else float("inf")
    pause = _FIRST_PAUSE
    while True:
        if not connection.has_client(0):
            raise GoneError(f"the client is gone: {waiting.give_up().note}")
        try:
            response = waiting.go_on()
        except Exception:
            waiting.give_up()
            raise
        if response is not None and connection.has_client(0):
            return response
        if response is not None:
            close = getattr(response.body, "close", None)
            if close:
                close()
            continue
        left = end - monotonic()
        if connection.has_client(max(0.0, min(pause, left))):
            if connection.ending:
                raise RestError(503, "Service is ending", reason=f"asked to end: {waiting.give_up().note}")
            if wanted():
                reason = f"its place is needed: {waiting.give_up().note}"
                raise RestError(503, "Service is busy", reason=reason, headers=_RETRY_AFTER)
            if left <= pause:
                return waiting.give_up()
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
