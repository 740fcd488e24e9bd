# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard's timer, which it cannot have for itself; what it does to a real call is tested where calls are made."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("slurmrest_inet._slurm")

import slurmrest_inet

ROOT = os.path.dirname(os.path.dirname(slurmrest_inet.__file__))


def ended(code: str) -> tuple[int, str, str]:
    """How a process ends that does `code` under the guard, and what it says; 20 seconds later it says so itself."""
    start = f"""
        import signal, sys, time
        sys.path.append({ROOT!r})
        from slurmrest_inet.slurm import guard
        def arm(seconds): guard.arm(1, b"answer", seconds, b"record")
        guard.enter()
    """
    end = """
        time.sleep(20)
        print("nobody cares")
    """
    lines = "".join(textwrap.dedent(part) for part in (start, code, end))
    done = subprocess.run([sys.executable, "-c", lines], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


LATE = (1, "answer", 'record why="a call to Slurm took longer than the deadline"\n')


@pytest.mark.parametrize(
    "before",
    [
        "",
        # A timer of a call that is over.
        "arm(0.1); guard.disarm()",
        "arm(60); guard.disarm()",
        "arm(0.1); guard.disarm(); time.sleep(0.3)",
    ],
)
def test_a_deadline_passes(before: str) -> None:
    assert ended(f"{before}\narm(0.5)") == LATE


@pytest.mark.parametrize("other", ["signal.alarm(0)", "signal.setitimer(signal.ITIMER_REAL, 0)"])
def test_somebody_else_took_the_timer(other: str) -> None:
    """The call in which it was taken has no deadline any more; the next one has."""
    assert ended(f"arm(0.1)\n{other}\nguard.disarm()\ntime.sleep(0.2)\narm(0.5)") == LATE
