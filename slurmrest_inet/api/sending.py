# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that change something: those that are not sent, and those that nobody knows the end of.

Rule 1: one that has what the installed release of Slurm lacks is not sent, and the client is told what that is.
Rule 2: what nobody answered may have been done all the same, and the log does not say otherwise.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import UNANSWERED, sentence_of
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import BUILT_FOR

if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.slurm.library import SlurmError

    T = TypeVar("T")


def send(request: Callable[[], T]) -> T:
    """Make a request for slurmctld; raises RestError for a member or a constant that the release does not have."""
    try:
        return request()
    except MissingError as missing:
        sentence = f"Slurm {BUILT_FOR} has no {missing.args[0]}"
        raise RestError(501, sentence, reason=sentence) from None


def undone(verb: str, code: int) -> str:
    """Return what the log says of a request that failed with a code: "not submitted", unless that is not known."""
    return f"{'not known whether' if code in UNANSWERED else 'not'} {verb}"


def failed(
    report: Report,
    error: SlurmError,
    source: str,
    sentence: str,
    verb: str,
    *payload: tuple[str, Any],
    about: str = "",
) -> Answer:
    """Return the answer to a request that slurmctld refused or never got, or never answered."""
    report.error(error.reason, source, sentence)
    return report.answer(*payload, note=f"{about}{undone(verb, error.reason)}: {sentence_of(error.reason)}")
