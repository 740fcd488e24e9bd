# SPDX-License-Identifier: GPL-2.0-or-later
"""What operations from v0.0.40 on share: parameters that may be wrong one by one, and answers that tell their age.

Rule 1: what is wrong with a request is collected, not raised; the operation says whether it can go on.
Rule 2: every entry of ``errors`` has its four members and every one of ``warnings`` its two.
Rule 3: descriptions are slurmrestd's on the wire, because clients compare them.
"""

from __future__ import annotations

import time

from slurmrest_inet.api.envelope import Answer, NoRecords, Number, Records
from slurmrest_inet.api.errors import (
    CONVERSION_FAILED,
    FLAGS_INVALID,
    FLAGS_NO_LIST,
    INVALID_QUERY,
    UNANSWERED,
    sentence_of,
)
from slurmrest_inet.http import query
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slurmrest_inet.api.app import Call
    from slurmrest_inet.http.query import Repeated
    from slurmrest_inet.slurm.library import SlurmError


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

    def failure(
        self,
        error: SlurmError,
        source: str | None,
        description: str,
        *,
        decides: bool = False,
        unanswered: int | None = None,
    ) -> None:
        """Add the error of a call to Slurm; libslurm often keeps the code in errno alone.

        decides: its code is the answer's, whatever came before. source: without one the code is all that is told.
        unanswered: what stands in the place of the code where slurmctld could not be asked.
        """
        code = error.errno if error.code == -1 and error.errno else error.code
        if unanswered is not None and code in UNANSWERED:
            code = unanswered
        if source is not None:
            self.error(code, source, description)
        if decides or source is None:
            self.code = code

    def warning(self, source: str, description: str) -> None:
        """Add a warning."""
        self.warnings.append({"description": description, "source": source})

    def unknown(self, name: str, value: Repeated, parser: str) -> None:
        """Warn of a parameter that the operation does not have; ``parser`` is slurmrestd's name of its query."""
        type_ = _type_of(value)
        text = f'Ignoring unknown field "{name}" of type {type_} in DATA_PARSER_OPENAPI_{parser}'
        self.warning(f"#/{name.strip()}/", text)

    def answer(self, *payload: tuple[str, Any], code: int | None = None) -> Answer:
        """Return the answer with this payload; ``code`` where it is not that of the first error."""
        chosen = self.code if code is None else code
        return Answer(payload, tuple(self.errors), chosen, warnings=tuple(self.warnings))

    def rejected(self, source: str, what: str = "query") -> Answer:
        """Return the answer to a request whose ``what`` could not be read."""
        self.error(INVALID_QUERY, source, f"Rejecting request. Failure parsing {what}")
        return self.answer()

    def listing(self, key: str, message: calls.Message | None, indexes: Sequence[int] | None = None) -> Answer:
        """Return a message's records, all or those at ``indexes``, with the time of their last change (None: none)."""
        records: Any = NoRecords() if message is None else Records(message, indexes)
        stamps = () if message is None else message.stamps
        names = ("last_backfill", "last_update") if key == "jobs" else ("last_update",)
        return self.answer((key, records), *((name, Number(dict(stamps).get(name, 0))) for name in names))


def _epoch(text: str) -> int | None:
    """Return the time that a text of sbatch's kind stands for ("now-1hour", "2026-11-22T10:00"), None for no time."""
    from slurmrest_inet.schema import moments  # noqa: PLC0415 - large, and most requests tell the time as a number

    try:
        return moments.point_in_time(text, time.time()) or None
    except ValueError:
        return None


def _type_of(value: Repeated) -> str:
    if value is None:
        return "null"
    return {bool: "boolean", str: "string"}.get(type(value), "list")


class Parameters:
    """The query of one request.

    ``update_time`` is an epoch, 0 without one. ``flags`` are SHOW_ bits, 0 without any. ``unreadable`` tells that a
    parameter has a value which none of its type has; those behind it are then not read.
    """

    def __init__(self, call: Call, report: Report, parser: str, *known: str) -> None:
        self.update_time = 0
        self.flags = 0
        self.unreadable = False
        self._report = report
        # A fast parser does not remember where in the query it is.
        self._is_fast = "fast" in call.flags
        # slurmrestd reads in the order of its own list, not in that of the query.
        if "update_time" in known and "update_time" in call.query:
            self._update_time(call.query["update_time"])
        if "flags" in known and "flags" in call.query and not self.unreadable:
            self._flags(call.query["flags"])
        for name, value in call.query.items():
            if name not in known and not self._is_fast:
                report.unknown(name, value, parser)

    def _update_time(self, told: Repeated) -> None:
        from slurmrest_inet.schema import scalars  # noqa: PLC0415 - needs re, which a ping does without

        value = scalars.infer_scanned(told) if isinstance(told, str) else told
        if isinstance(value, (bool, list)):
            import json  # noqa: PLC0415 - only who is wrong needs it

            shown = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
            self._unreadable(CONVERSION_FAILED, "#/update_time/", f"Expected integer but got {shown}")
            return
        trouble = "Invalid or unset timestamp value"
        found = None
        if isinstance(value, str):
            found = _epoch(value)
            trouble = f"Parsing of {value} for timestamp failed"
        elif isinstance(value, int) or (value is not None and -1 < value < float("inf")):
            found = query.as_int(value)
        if found is None:
            self._unreadable(CONVERSION_FAILED, "#/update_time/", trouble)
        else:
            self.update_time = found

    def _flags(self, told: Repeated) -> None:
        if told is None or isinstance(told, bool):
            self._unreadable(FLAGS_NO_LIST, "#/flags/", f"Expected a List but found a {_type_of(told)}")
            return
        for index, word in enumerate(told if isinstance(told, list) else [told]):
            text = "true" if word is True else word or ""
            found = next((bit for bit, name in calls.SHOW_FLAGS.items() if name.lower() == text.lower()), None)
            if found is None:
                # The request goes on without it, and still its answer is an error.
                self._report.error(FLAGS_INVALID, self._source(f"#/flags[{index}]/"), f'Unknown flag "{text}"')
            else:
                self.flags |= found

    def _unreadable(self, code: int, source: str, description: str) -> None:
        self._report.error(code, self._source(source), description)
        self.unreadable = True

    def _source(self, text: str) -> str:
        return "" if self._is_fast else text
