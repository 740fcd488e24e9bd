# SPDX-License-Identifier: GPL-2.0-or-later
"""The signals that end a process.

Rule 1: a signal sets a flag and wakes the wait; nothing is raised into running code.
"""

from __future__ import annotations

import os

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    import signal as _signal
else:
    import _signal  # the C half of signal: the Python half makes enums for 4 ms

_PIPE_BYTES = 4096
_ENDS = (_signal.SIGTERM, _signal.SIGINT)


class Wake:
    """Signals that end the process, as a flag and as a descriptor that poll(2) can wait for."""

    def __init__(self) -> None:
        self.ending = False
        self.descriptor, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        _signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _ENDS:
            _signal.signal(number, self._end)
        _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)  # a client that left is an error of the write

    def settle(self) -> None:
        """Take from the pipe what is no reason to end."""
        if self.ending:
            return
        try:
            heard = os.read(self.descriptor, _PIPE_BYTES)  # numbers of signals (signal.set_wakeup_fd)
        except BlockingIOError:
            return
        if any(number in heard for number in _ENDS):
            self.ending = True  # what `_end` says too, a moment later
            os.write(self._write_end, heard[:1])

    def _end(self, _number: int, _frame: object) -> None:
        self.ending = True
