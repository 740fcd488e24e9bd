# SPDX-License-Identifier: GPL-2.0-or-later
"""The first process of an enclosure, run there by that release's own Python: it reaps, and all ends with it.

Rule 1: nothing of ours is imported, so that it stays small; it asks for nothing and says nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal

_WAITED_FOR = (signal.SIGCHLD, signal.SIGTERM)

signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)
while signal.sigwait(_WAITED_FOR) != signal.SIGTERM:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
