# SPDX-License-Identifier: GPL-2.0-or-later
"""Records of a body that are stored: what the operations of accounts, users, associations and wckeys have in common."""

from __future__ import annotations

from slurmrest_inet.api import lookup
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import said, writing
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.slurmdbd.known import Known
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Structs
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.model import Table
    from slurmrest_inet.schema.reading import Members, Record
    from slurmrest_inet.slurm.fill import Struct


class Condition(NamedTuple):
    """What records are chosen by: members of a C type.

    begin: libslurm's function that sets it to unset values (slurmdb_init_), where zeros are not.
    """

    struct: str
    members: Members
    begin: str | None = None

    def filled(self) -> Struct:
        """Return it as libslurm takes it. Raises MissingError."""
        made = database.condition(self.struct, self.begin)
        made.fill(self.members)
        return made


class Asker:
    """What one request asks of slurmdbd in its transaction. Everything raises SlurmError and MissingError."""

    def __init__(self, call: Call, report: Report, kept: database.Transaction) -> None:
        self.call = call
        self.report = report
        self.kept = kept

    def get(self, function: str, struct: str, condition: Condition) -> database.List:
        """Return the records that a condition chooses."""
        with condition.filled() as asked:
            return self.kept.get(function, struct, asked)

    def add(self, function: str, records: Iterable[Members], table: Table, begin: str | None = None) -> None:
        """Add records. begin: libslurm's function that sets one to unset values."""
        with Structs(table.struct, records, table, None if begin is None else database.begin(begin)) as structs:
            self.kept.add(function, structs)

    def change(self, function: str, condition: Condition, record: Struct) -> None:
        """Change what a condition chooses to a record."""
        with condition.filled() as asked:
            self.kept.change(function, asked, record)


def known(call: Call, report: Report, *, tres: bool = True, qos: bool = True) -> Known | None:
    """Return what a body may name that slurmdbd knows by ids; None: it cannot be asked, as the report says.

    tres: whether that is resources; qos: and QOSes.
    """
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
        return lookup.known(qos=qos) if tres else Known()
    except SlurmError as error:
        said.failed(call, report, error, "slurmdb_tres_get")
        return None


def store(
    call: Call, body: writing.Body, work: Callable[[Asker, list[Record]], None], begins: str, *, names: bool = False
) -> Answer:
    """Return the answer to a request whose records are to be stored. names: of resources and QOSes are in them."""
    report = Report(call)
    there = known(call, report, tres=names, qos=names)
    if there is None:
        return report.answer()
    records = writing.records(call, report, body, there)
    if not records:
        return report.answer()
    writing.keep(call, report, lambda kept: work(Asker(call, report, kept), records), body.source, begins=begins)
    return report.answer(note=writing.note(report, "stored", f"{len(records)} {body.key}"))
