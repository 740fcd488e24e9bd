# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that change what slurmdbd keeps: a body as records, and one transaction.

Rule 1: a body is read to its end before slurmdbd is asked to change anything: what is wrong in it changes nothing.
Rule 2: all that a request changes stays, or nothing (database.Transaction).
Rule 3: an entry of a body that slurmrestd passes over and calls well is told as it tells it; nothing is changed by it.
"""

from __future__ import annotations

import functools
import re

from slurmrest_inet.api import told
from slurmrest_inet.api.errors import FAIL_PARSING, INVALID_QUERY, code_of, sentence_of
from slurmrest_inet.api.sending import undone
from slurmrest_inet.api.slurmdbd import said
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema import decode, reading
from slurmrest_inet.schema.slurmdbd import old
from slurmrest_inet.schema.slurmdbd.readers import NO_QOS
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.report import Report
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.schema.slurmdbd.known import Known

    Sentences = dict[int, str | None]


class Body(NamedTuple):
    """A body that is a list of records.

    key: under which the list stands. table: of a record. whole: of the body from v0.0.39 on. source: the function of
    slurmrestd's that tells of it, by version. entry: what is said up to v0.0.38 of a record that is no object. old_key:
    the key up to v0.0.38, and what v0.0.39 calls it, if that is another. must: up to v0.0.38 it is a fault that there
    is no list. absent: what is said of that from v0.0.39 on, by version, with the key in the place of {}; None: nothing
    more. reader: the function that says it, if that is another. refused: Slurm's code up to v0.0.38 for what cannot be
    read; None: its own. entry_code: that in the entry of a record that is no object. empty: the function that says
    `absent` of an empty list from v0.0.40 on; None: none does.
    """

    key: str
    table: Table
    whole: Table
    source: dict[int, str]
    entry: str
    old_key: str | None = None
    must: bool = False
    absent: dict[int, str | None] = {36: "ignoring non-existant {} array"}  # noqa: RUF012 - nobody changes it
    reader: str | None = None
    refused: int | None = None
    entry_code: int = INVALID_QUERY
    empty: str | None = None

    @property
    def known_as(self) -> str:
        """What is told of the list up to v0.0.39."""
        return self.old_key or self.key


def records(call: Call, report: Report, body: Body, known: Known, *, quiet: bool = False) -> list[Record] | None:
    """Return what a body has of a list; None: something in it is a fault, which the report has.

    A list that is not there is an empty one up to v0.0.39, and told in the report. quiet: v0.0.39 says nothing of it.
    """
    found = reading.Report(fast=report.fast, size=call.size)
    reads = call.at({36: _by_keys, 39: _silently if quiet else _one_by_one, 40: _as_a_whole})
    made = reads(call, report, body, known, found)
    code = report.code
    report.take(found)
    report.code = code or report.code
    if found.faults and not report.code:
        # One that slurmrestd has no words for; what stands behind it was not read.
        report.error(
            INVALID_QUERY, call.at({36: body.key, **body.source}), f"Rejecting request. Failure parsing {body.key}"
        )
    absent = call.at(body.absent)
    if not made and not report.code and body.empty is not None and absent and call.at({36: False, 40: True}):
        report.warning(body.empty, absent.format(body.known_as))
    return None if report.code else made


def whole(call: Call, report: Report, table: Table, known: Known, source: str, what: str) -> Record | None:
    """Return a body that is one record; None: something in it is a fault, which the report has.

    source: who says that `what` could not be read where slurmrestd has no words for it.
    """
    record = told.read(call, report, table, {} if call.body is None else call.body, known)
    if record is None and not report.code:
        report.error(INVALID_QUERY, source, f"Rejecting request. Failure parsing {what}")
    return record


def _by_keys(call: Call, report: Report, body: Body, known: Known, found: reading.Report) -> list[Record]:
    """As slurmrestd 22.05: what is no list is not there, and that is no error."""
    key = body.known_as
    given = call.body.get(key) if isinstance(call.body, dict) else None
    if not isinstance(given, list):
        there = isinstance(call.body, dict) and key in call.body
        sentence = "Query parameter must be a list" if there else "Query parameter not found"
        tell = report.error if body.must else functools.partial(said.aside, report)
        tell(code_of("ESLURM_DATA_PATH_NOT_FOUND"), key, sentence)
        if body.must:
            report.code = body.refused or report.code
        return []
    reader, made = old.Reader(call.version, found, known), []
    for one in given:
        if not isinstance(one, dict):
            report.error(body.entry_code, "", body.entry)
            report.code = body.refused or report.code
            return []
        try:
            made.append(reader.record(body.table, one))
        except old.FailedError as failed:
            report.code = body.refused or code_of(failed.args[0])
            return []
    return made


def _given(call: Call, body: Body) -> Any:
    """Return what stands under the key in any letter case, None without one."""
    every = call.body.items() if isinstance(call.body, dict) else ()
    return next((value for key, value in every if key.lower() == body.key), None)


def _silently(call: Call, report: Report, body: Body, known: Known, found: reading.Report) -> list[Record]:
    return _one_by_one(call, report, body, known, found) if _given(call, body) is not None else []


def _one_by_one(call: Call, report: Report, body: Body, known: Known, found: reading.Report) -> list[Record]:
    """As slurmrestd 23.02: what is not there is warned of, and of a fault is told where it is in the place of what."""
    place = f"#/{body.known_as}/"
    given = _given(call, body)
    if given is None:
        sentence = f"unable to find {place} in HTTP query"
        if isinstance(call.body, list):
            kind = "expected HTTP query to be a dictionary instead of list while searching for"
            sentence = f"{kind} {place}"
        absent = call.at(body.absent)
        for one in filter(None, (sentence, absent and absent.format(body.known_as))):
            report.warning(body.reader or call.at(body.source), one)
        return []
    members = decode.decode(body.whole, call.version, {body.key: given}, found, known).members
    if found.full:
        return []

    def named(pointer: str) -> str:
        return pointer.replace(f"#/{body.key}", place[:-1], 1)

    for fault in found.faults:
        for sentence, code in fault.details:
            if code != NO_QOS:  # 23.02 says nothing of it
                report.error(code_of(code), sentence, named(fault.pointer))
        for around in _lists_around(named(fault.pointer)):
            report.error(FAIL_PARSING, "parsing failed", around)
    for pointer, sentence in found.warnings:
        report.warning(sentence, named(pointer))
    found.faults.clear()
    found.warnings.clear()
    return _listed(members.get(body.key))


def _lists_around(pointer: str) -> list[str]:
    """Return the places of the lists that a place is in, from the innermost."""
    return [f"{pointer[: found.start()]}/" for found in re.finditer(r"\[[0-9]+\]", pointer)][::-1]


def _as_a_whole(call: Call, _report: Report, body: Body, known: Known, found: reading.Report) -> list[Record]:
    value = {} if call.body is None else call.body
    return _listed(decode.decode(body.whole, call.version, value, found, known).members.get(body.key))


def _listed(value: Any) -> list[Record]:
    return value if isinstance(value, list) else []


class RefusedError(Exception):
    """The report says what is wrong; nothing more is asked."""


def keep(
    call: Call,
    report: Report,
    work: Callable[[database.Transaction], None],
    source: dict[int, str],
    sentence: Sentences | None = None,
    begins: str = "",
) -> bool:
    """Do the work and commit it; False where it failed, nothing of it stays, and the report says why.

    Work that finds a fault of its own reports it, and is not committed. source: the function of slurmrestd's that tells
    of a call that failed, from v0.0.39 on. sentence: what it says then, with the call in the place of {}, by version;
    None: `NOT_STORED`. begins: the first call for slurmdbd.
    """
    kept = database.Transaction()
    kept.function = begins
    try:
        with kept:
            work(kept)
            if report.code:
                return False
            kept.commit()
    except SlurmError as error:
        said.failed(call, report, error, kept.function, sentence or NOT_STORED, source)
        return False
    except RefusedError:
        return False
    except MissingError as error:
        said.missing(error)
    return True


NOT_STORED: Sentences = {36: None, 39: "{}() failed"}
"""What is said of a call that should have stored something and failed; of others said.FAILED, which v0.0.43 changes."""


def note(report: Report, verb: str, what: str) -> str:
    """Return what the log says: "added clusters a, b", or that they were not, or that this is not known."""
    if not report.code:
        return f"{verb} {what}"
    return f"{undone(verb, report.code)} {what}: {sentence_of(report.code)}"
