# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of calls for slurmdbd that fail or find nothing, alike for all resources.

Rule 1: sentences and sources are slurmrestd's, because clients compare them, but for the addresses of memory that it
        tells from v0.0.39 to v0.0.42.
Rule 2: an answer that could not be had is no success, whatever the real one makes of it.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import AUTHENTICATION_ERROR
from slurmrest_inet.api.report import Fault
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.database import UnreachableError
from slurmrest_inet.slurm.library import BUILT_FOR, lib

if TYPE_CHECKING:
    from typing import NoReturn, Union

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.slurm.fill import MissingError
    from slurmrest_inet.slurm.library import SlurmError

    Sentences = dict[int, Union[str, None]]

_EMPTY_RESULT: int = lib.ESLURM_REST_EMPTY_RESULT

# By the first version: the source (None: the call) and the sentence.
_UNREACHABLE: dict[int, tuple[str | None, str]] = {
    36: (None, "Failed connecting to slurmdbd"),
    39: ("init_connection", "openapi_get_db_conn() failed to open slurmdb connection"),
    40: ("openapi_get_db_conn", "Failed to open slurmdbd connection"),
}
_UNAUTHENTICATED = {36: "", 40: ", authentication error", 43: ""}
"""What is said beyond that where slurmdbd did not believe who asks."""
FAILED: Sentences = {36: None, 39: "{}() failed", 43: "{} failed"}

OPENS_FIRST = {36: False, 39: True}
"""Whether slurmrestd connects before it looks at a request, and then says nothing else."""


def failed(
    call: Call,
    report: Report,
    error: SlurmError,
    function: str,
    sentence: Sentences = FAILED,
    source: dict[int, str] | None = None,
) -> None:
    """Report a call that failed: `function` is libslurm's.

    sentence: what is said of it, with the function in the place of {}. source: who says it from v0.0.39 on, if that is
    not the function. Both by version.
    """
    if isinstance(error, UnreachableError):
        who, text = call.at(_UNREACHABLE)
        if error.errno == AUTHENTICATION_ERROR:
            text += call.at(_UNAUTHENTICATED)
        report.fault(Fault(who or function, text), lib.ESLURM_DB_CONNECTION)
        return
    said = call.at(sentence)
    teller = function if said is None or source is None else call.at(source)
    report.fault(Fault(teller, said and said.format(function)), error.reason)


def aside(report: Report, code: int, source: str, sentence: str | None) -> None:
    """Add an entry that leaves the answer what it is."""
    before = report.code
    report.error(code, source, sentence)
    report.code = before


def nothing(call: Call, report: Report, function: str, source: str) -> None:
    """Report that a call found nothing; `source` is the function of slurmrestd's that warns of it."""
    if call.at({36: True, 39: False}):
        report.fault(Fault(function, "Nothing found", _EMPTY_RESULT), _EMPTY_RESULT)
    else:
        report.warning(source, f"{function}() found nothing")


def missing(error: MissingError) -> NoReturn:
    """Say that the installed release cannot do what was asked. Raises RestError 501."""
    sentence = f"Slurm {BUILT_FOR} has no {error.args[0]}"
    raise RestError(501, sentence, reason=sentence) from None
