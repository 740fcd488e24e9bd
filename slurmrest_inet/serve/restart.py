# SPDX-License-Identifier: GPL-2.0-or-later
"""A listener that reads all again: another process tries whether it could serve, and only then this one is replaced.

Rule 1: libslurm ends a process that finds something wrong in slurm.conf, and that is never the one that serves. Only
        what changes between a trial and the start that follows it at once is not tried; nothing can close that gap.
Rule 2: sockets, connections and children are kept (kept.py), with the process id that whoever started us knows.
Rule 3: signals are blocked from before the old program looks at them last until the new one hears them: none is lost.
Rule 4: a trial has an end, and holds no client.
"""

from __future__ import annotations

import os
import sys
from time import monotonic

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.instances import EXIT_FAULT, SIGNALS
from slurmrest_inet.serve.kept import KEPT

if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn

    from slurmrest_inet.serve.kept import Kept
    from slurmrest_inet.serve.log import Log

else:
    import _signal  # the C half, as everywhere here

TRIAL_SECONDS = 60.0
"""How long a trial may take; it waits for no client, but slurm.conf can come from a file system that is not there."""


class Trial:
    """The process that does all that start_anew() does but serve; true while there is one."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._process = 0
        self._until = 0.0

    def __bool__(self) -> bool:
        return self._process != 0

    def start(self, kept: Kept, environ: dict[str, str]) -> None:
        """Start one, which exits with 0 if it could serve. Raises OSError."""
        _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)
        try:
            process = os.fork()
            if not process:
                self._be_trial(kept, environ)
        finally:
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
        self._process = process
        self._until = monotonic() + TRIAL_SECONDS

    def _be_trial(self, kept: Kept, environ: dict[str, str]) -> NoReturn:
        """The life of the child; signals are still blocked."""
        try:
            # A client that goes, or is let go, must not seem to stay because the trial also holds its connection.
            start_anew(kept._replace(trial=True, waiting=(), refused=()), environ)
        except OSError as error:
            self._log.error(f"The configuration cannot be tried: {error.strerror}.")
        finally:
            os._exit(EXIT_FAULT)

    def bury(self, process: int) -> bool:
        """A child has ended; whether it was this one."""
        if process != self._process:
            return False
        self._process = 0
        return True

    def deadline(self) -> float | None:
        """When `see_to_deadline` has something to do."""
        return self._until or None if self._process else None

    def see_to_deadline(self, now: float) -> None:
        """End one that takes too long."""
        if self._process and self._until and now >= self._until:
            self._log.error(f"The configuration cannot be tried within {TRIAL_SECONDS:g} s.")
            self.end()

    def end(self) -> None:
        """Let none outlive this listener; until it is reaped it is there."""
        if self._process:
            os.kill(self._process, _signal.SIGKILL)
            self._until = 0.0


def start_anew(kept: Kept, environ: dict[str, str]) -> NoReturn:
    """Replace this process by a new listener; `environ` is the environment before it was cleaned.

    Signals must be blocked: by default they would end the new program. Raises OSError, and all is as before.
    """
    memory = kept.write()
    numbers = (*kept.sockets, *kept.connections(), kept.seats)
    try:
        for number in numbers:
            os.set_inheritable(number, True)
        with open("/proc/self/cmdline", "rb") as file:
            words = file.read().split(b"\0")[:-1]
        os.execve(sys.executable, words, {**environ, KEPT: str(memory)})
    finally:
        os.close(memory)
        for number in numbers:
            os.set_inheritable(number, False)
