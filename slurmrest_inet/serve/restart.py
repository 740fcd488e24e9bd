# SPDX-License-Identifier: GPL-2.0-or-later
"""A listener that reads all again: another process tries whether it could serve, and only then this one is replaced.

Rule 1: libslurm ends a process that finds something wrong in slurm.conf, and that is never the one that serves.
Rule 2: sockets, connections and children are kept (kept.py), with the process id that whoever started us knows.
"""

from __future__ import annotations

import os
import sys

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.instances import EXIT_FAULT, SIGNALS
from slurmrest_inet.serve.kept import KEPT

if TYPE_CHECKING:
    import signal as _signal
    from typing import NoReturn

    from slurmrest_inet.serve.kept import Kept

else:
    import _signal  # the C half, as everywhere here


def try_anew(kept: Kept, environ: dict[str, str]) -> int:
    """Start a process that does all that start_anew() does but serve, and exits with 0; its id. Raises OSError."""
    process = os.fork()
    if not process:
        try:
            start_anew(kept._replace(trial=True), environ)
        finally:
            os._exit(EXIT_FAULT)
    return process


def start_anew(kept: Kept, environ: dict[str, str]) -> NoReturn:
    """Replace this process by a new listener; `environ` is the environment before it was cleaned."""
    memory = kept.write()
    for number in (*kept.sockets, *(number for number, _source in kept.waiting), kept.seats):
        os.set_inheritable(number, True)
    # Until the new program hears them, signals have to wait: by default they would end it.
    _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)
    with open("/proc/self/cmdline", "rb") as file:
        words = file.read().split(b"\0")[:-1]
    os.execve(sys.executable, words, {**environ, KEPT: str(memory)})
