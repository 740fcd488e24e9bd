# SPDX-License-Identifier: GPL-2.0-or-later
"""What operations from v0.0.40 on share: parameters that may be wrong one by one, and answers that tell their age.

Rule 1: what is wrong with a request is collected, not raised; the operation says whether it can go on.
Rule 2: every entry of ``errors`` has its four members and every one of ``warnings`` its two.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import CONVERSION_FAILED, FLAGS_INVALID, INVALID_QUERY, sentence_of
from slurmrest_inet.http import query
from slurmrest_inet.slurm import calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slurmrest_inet.api.app import Call
    from slurmrest_inet.slurm.library import SlurmError

_REJECTED = "The request is refused: its query cannot be read"


def number(value: int) -> dict[str, bool | int]:
    """Return a number object that is set."""
    return {"set": True, "infinite": False, "number": value}


class Report:
    """Errors and warnings of one request; ``code``, that of the first error with one, decides on the status."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str | int]] = []
        self.warnings: list[dict[str, str | int]] = []
        self.code = 0

    def error(self, code: int, source: str, description: str = "") -> None:
        """Add an error; one with the code 0 leaves the answer a success."""
        self.errors.append(
            {"description": description, "error_number": code, "error": sentence_of(code), "source": source}
        )
        self.code = self.code or code

    def failure(self, error: SlurmError, source: str, description: str) -> None:
        """Add the error of a call to Slurm; libslurm often keeps the code in errno alone."""
        self.error(error.errno if error.code == -1 and error.errno else error.code, source, description)

    def warning(self, source: str, description: str) -> None:
        """Add a warning."""
        self.warnings.append({"description": description, "source": source})

    def unknown(self, name: str) -> None:
        """Warn of a query's parameter that the operation does not have."""
        self.warning("#/", f'The unknown parameter "{name}" is ignored')

    def answer(self, *payload: tuple[str, Any], code: int | None = None) -> Answer:
        """Return the answer with this payload; ``code`` where it is not that of the first error."""
        chosen = self.code if code is None else code
        return Answer(payload, tuple(self.errors), chosen, warnings=tuple(self.warnings))

    def rejected(self, source: str) -> Answer:
        """Return the answer to a request whose query could not be read."""
        self.error(INVALID_QUERY, source, _REJECTED)
        return self.answer()

    def listing(self, key: str, message: calls.Message | None, indexes: Sequence[int] | None = None) -> Answer:
        """Return a message's records, all or those at ``indexes``, with the time of their last change (None: none)."""
        records: Any = [] if message is None else Records(message, indexes)
        stamps = () if message is None else message.stamps
        names = ("last_backfill", "last_update") if key == "jobs" else ("last_update",)
        return self.answer((key, records), *((name, number(dict(stamps).get(name, 0))) for name in names))


def _epoch(text: str) -> int | None:
    """Return the time that a text of sbatch's kind stands for ("now-1hour", "2026-11-22T10:00"), None for no time."""
    from slurmrest_inet.schema import values  # noqa: PLC0415 - large, and most requests tell the time as a number

    try:
        return values.point_in_time(text, time.time()) or None
    except ValueError:
        return None


class Parameters:
    """The query of one request.

    ``update_time`` is an epoch, 0 without one. ``flags`` are SHOW_ bits, 0 without any. ``unreadable`` tells that a
    parameter has a value which none of its type has.
    """

    def __init__(self, call: Call, report: Report, *known: str) -> None:
        self.update_time = 0
        self.flags = 0
        self.unreadable = False
        self._report = report
        for name, value in call.query.items():
            if name not in known:
                report.unknown(name)
            elif name == "update_time":
                self._update_time(value)
            elif name == "flags":
                self._flags(value)

    def _update_time(self, text: str | None) -> None:
        value = query.infer(text or "")
        found = _epoch(value) if isinstance(value, str) else None
        try:
            self.update_time = query.as_int(value) if found is None else found
        except ValueError:
            self._report.error(CONVERSION_FAILED, "#/update_time/", f'"{text or ""}" is no time')
            self.unreadable = True

    def _flags(self, text: str | None) -> None:
        for constant, word in calls.SHOW_FLAGS.items():
            if word.lower() == (text or "").lower():
                self.flags = constant
                return
        # The request goes on without it, and still its answer is an error.
        self._report.error(FLAGS_INVALID, "#/flags[0]/", f'The flag "{text or ""}" is unknown')
