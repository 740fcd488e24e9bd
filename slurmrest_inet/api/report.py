# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors and warnings of one request, collected and written as the client's API version writes them.

Rule 1: an operation is one function for all versions. What they say otherwise stands in tables beside it, by the
        version from which it holds (`versions.since`); what all operations of a version do alike, its dialect says.
Rule 2: what is wrong with a request is collected, not raised; the operation says whether it can go on.
Rule 3: descriptions are slurmrestd's on the wire, because clients compare them.
"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Answer, NoRecords, Number, Records
from slurmrest_inet.api.errors import INVALID_QUERY, UNANSWERED, bare_entry, code_of, coded_entry, entry
from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.errors import Entry
    from slurmrest_inet.schema import reading
    from slurmrest_inet.slurm.calls import Message
    from slurmrest_inet.slurm.database import Names
    from slurmrest_inet.slurm.library import SlurmError


class Fault(NamedTuple):
    """What an operation says of something that went wrong; ``text`` may have places for what was asked for ({}).

    Without a source the entry tells code and sentence alone. ``code`` stands in the place of what Slurm said,
    ``unanswered`` does where nobody could be asked. ``errno``: of a call that came to -1, what it left there is told.
    ``coded``: the entry is one sentence with the code 0 (the job operations of v0.0.36). ``decides``: the code is the
    answer's, whatever came before. ``warns``: it is a warning, and no error. ``nowhere``: the entry has a sentence and
    a code, and no source.
    """

    source: str | None = None
    text: str | None = None
    code: int | None = None
    unanswered: int | None = None
    coded: bool = False
    decides: bool = False
    nowhere: bool = False
    warns: bool = False
    errno: bool = False


def unread(source: str, query: str = "query") -> Fault:
    """Return what is said of a query that cannot be read."""
    return Fault(source, f"Rejecting request. Failure parsing {query}", INVALID_QUERY)


def unread_time(source: str) -> Fault:
    """Return what v0.0.39 says of a time that cannot be read."""
    return Fault(source, 'Unable to parse "update_time" field', INVALID_QUERY)


class Report:
    """``code``, that of the first error with one, decides on the status."""

    def __init__(self, call: Call) -> None:
        self.errors: list[Entry] = []
        self.warnings: list[Entry] = []
        self.code = 0
        self.fast = "fast" in call.flags
        """A fast parser does not remember where it is, and says nothing of what it does not know."""
        self._dialect = call.dialect

    def error(self, code: int, source: str, description: str | None = None) -> None:
        """Add an error; one with the code 0 leaves the answer a success."""
        self._add(code, entry(code, source, description, sparse=self._dialect.sparse))

    def take(self, found: reading.Report) -> None:
        """Add what was wrong with a body or a query. Raises RestError 413 where that is more than it is worth."""
        if found.full:
            text = "There is more wrong with the request than an answer can tell"
            raise RestError(413, text, reason="more errors and warnings than the size of the request allows")
        for fault in found.faults:
            for sentence, code in fault.details:
                self.error(code_of(code), fault.pointer, sentence)
        for place, sentence in found.warnings:
            self.warning(place, sentence)

    def warning(self, source: str | None, description: str) -> None:
        """Add a warning."""
        known: Entry = {"description": description}
        if source is not None or not self._dialect.sparse:
            known["source"] = source or ""
        self.warnings.append(known)

    def fault(self, said: Fault | None, code: int, *asked: object) -> None:
        """Add a fault with Slurm's code for it; None: nothing is said, and the code is the answer's."""
        if said is None:
            self.code = code
            return
        code = code if said.code is None else said.code
        if said.unanswered is not None and code in UNANSWERED:
            code = said.unanswered
        text = said.text and said.text.format(*asked)
        if said.warns:
            self.warning(said.source, text or "")
            return
        if said.coded:
            self._add(code, coded_entry(f"{said.source}: {text}"))
        elif said.nowhere:
            self._add(code, {name: part for name, part in entry(code, "", text).items() if name != "source"})
        elif said.source is None:
            self._add(code, bare_entry(code))
        else:
            self.error(code, said.source, text)
        if said.decides:
            self.code = code

    def failure(self, said: Fault | None, error: SlurmError, *asked: object) -> None:
        """Add the fault of a call for Slurm that failed; libslurm often leaves the code in errno alone."""
        tells_errno = self._dialect.tells_errno or (said is not None and said.errno)
        self.fault(said, error.reason if tells_errno else error.code, *asked)

    def _add(self, code: int, added: Entry) -> None:
        self.errors.append(added)
        self.code = self.code or code

    def answer(self, *payload: tuple[str, Any], note: str | None = None, names: Names | None = None) -> Answer:
        """Return the answer with this payload."""
        return Answer(payload, tuple(self.errors), self.code, note, tuple(self.warnings), names)

    def listing(self, key: str, message: Message | None, indexes: Sequence[int] | None = None) -> Answer:
        """Return a message's records, all or those at ``indexes`` (None: none), and when they changed last."""
        records: Any = NoRecords() if message is None else Records(message, indexes)
        stamps = {} if message is None else message.stamps
        names = ("last_backfill", "last_update") if key == "jobs" else ("last_update",)
        return self.answer(
            (key, records), *((name, Number(stamps.get(name, 0))) for name in names if self._dialect.dated)
        )
