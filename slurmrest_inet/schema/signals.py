# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals for jobs: by name or number, and how they are sent.

Rule 1: sentences are slurmrestd's, because clients compare them.
"""

from __future__ import annotations

import re

from slurmrest_inet.versions import LAST

from .naming import between, pairs
from .readers import CONVERSION, whole
from .reading import Reading
from .scalars import LEADING, InvalidError, is_blank, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .scalars import Number

KILL = between(
    pairs(
        "kill",
        """
        KILL_JOB_BATCH BATCH_JOB
        KILL_ARRAY_TASK ARRAY_TASK
        KILL_JOB_ARRAY ARRAY_TASK
        KILL_STEPS_ONLY FULL_STEPS_ONLY
        KILL_FULL_JOB FULL_JOB
        KILL_FED_REQUEUE FEDERATION_REQUEUE
        KILL_HURRY HURRY
        KILL_OOM OUT_OF_MEMORY
        KILL_NO_SIBS NO_SIBLING_JOBS
        KILL_JOB_RESV RESERVATION_JOB
        KILL_NO_CRON NO_CRON_JOBS
        KILL_JOBS_VERBOSE VERBOSE
        KILL_CRON CRON_JOBS
        WARN_SENT WARNING_SENT
        """,
        bits=True,
    ),
    {(40, 40): "NO_CRON_JOBS", (40, LAST): "VERBOSE CRON_JOBS"},
)
"""Flags of a signal; one had another constant up to 22.05."""

_SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "ALRM": 14, "TERM": 15, "USR1": 10, "USR2": 12,
    "URG": 23, "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "XCPU": 24,
}  # fmt: skip
"""The signals that Slurm knows by name, with Linux's numbers (signal(7))."""


def signal_number(text: str) -> int:
    """The signal of "USR1", "SIGUSR1" or "10"; 0 for anything else: scancel(1)."""
    match = LEADING.match(text)
    if match:
        return int(match[1]) if is_blank(text[match.end() :]) else 0
    name = text.strip(" \t\n\v\f\r").upper()
    return _SIGNALS.get(name.removeprefix("SIG"), 0)


_SIGNAL_NUMBER = re.compile(r"\s*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)", re.ASCII)


def signal(value: Any, at: Reading) -> Number | None:
    """A signal by name or number."""
    at.expect("string", value)
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        raise InvalidError(f"expected string but got {at.manner.name(value)}", CONVERSION)
    text = to_text(value)
    if not text:
        return "NO_VAL"
    number = _SIGNAL_NUMBER.fullmatch(text)
    if number:
        digits = number[0].strip()[:40].lower()
        return max(min(int(digits, 16 if "x" in digits else 10), 2**63 - 1), -(2**63))
    found = signal_number(text)
    if not found:
        raise InvalidError("Unknown signal (null)", "EINVAL")
    return found


def typed_signal(value: Any, at: Reading) -> Number | None:
    """The same in a query whose numbers are such: of one, v0.0.39 does not know where it stands."""
    if isinstance(value, str) and whole(value) is not None and value:
        Reading(at.walk, at.row, at.key, "#/", at.record).expect("string", whole(value))
    return signal(value, at)
