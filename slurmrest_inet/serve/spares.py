# SPDX-License-Identifier: GPL-2.0-or-later
"""Instances that are forked ahead of their clients: when one more is worth its while.

Rule 1: only in quiet moments: forking takes the processors from those who are being served, and while connections come
        without a pause a spare costs more (its own rehearsal) than it spares.
Rule 2: what hinders forking now would hinder it again: wait a moment.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.serve.instances import Instances

QUIET = 10
"""Milliseconds without any event before a spare is made."""

_PAUSE = 1.0  # seconds


class Spares:
    """When `instances` gets another spare."""

    def __init__(self, instances: Instances) -> None:
        self._instances = instances
        self._none_until = 0.0

    def wanted(self, now: float) -> bool:
        """Whether one more is wanted, if it stays quiet."""
        return now >= self._none_until and self._instances.may_add_spare

    def add(self, now: float) -> None:
        """Make one."""
        try:
            self._instances.add_spare()
        except OSError:
            # A connection that meets the same says so to its client and to the log.
            self.pause(now)

    def pause(self, now: float) -> None:
        """A process could not be started, or a spare has died."""
        self._none_until = now + _PAUSE

    def deadline(self, now: float) -> float | None:
        """When one may be wanted again."""
        return self._none_until if self._none_until > now and self._instances.may_add_spare else None
