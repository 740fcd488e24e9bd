# SPDX-License-Identifier: GPL-2.0-or-later
"""What is removed of what slurmdbd keeps, told by what it names.

Rule 1: slurmdbd says what it removed before that is committed; what nobody wanted so much of is taken back.
Rule 2: an error means that nothing was removed, also where slurmrestd 22.05 says 200 beside it.
Rule 3: what names nothing removes nothing: to slurmdbd a condition without a name is everything that there is.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA
from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmdbd import query, said, writing
from slurmrest_inet.api.slurmdbd.asking import Condition
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members


class Removal(NamedTuple):
    """One kind of record that is removed.

    key: of the names in answers, by version. function: libslurm's. condition: the C type that tells what goes. source:
    the function of slurmrestd's. keeps: whether an answer that removed nothing has an empty list, by version. query:
    the name of the table of what a client may ask (queries.py). failed: what is said after a call that failed, by
    version. unchanged: whether it is 304 where nothing was there, by version. forgives: whether that is told beside a
    success, by version. ambiguous: what is said where there was more than one, by version; None: any number.
    """

    key: dict[int, str]
    function: str
    condition: str
    source: str
    keeps: dict[int, bool] = {36: False}  # noqa: RUF012 - nobody changes it
    query: str | None = None
    failed: dict[int, Fault | None] = {36: None}  # noqa: RUF012 - likewise
    unchanged: dict[int, bool] = {36: True}  # noqa: RUF012 - likewise
    forgives: dict[int, bool] = {36: False}  # noqa: RUF012 - likewise
    ambiguous: dict[int, Fault] | None = None


_NAMES_NOTHING = "Request names nothing that could be removed"

_HAS_NONE_OF_MANY = {36: False, 38: True, 40: False}
"""Whether an answer that removed nothing because there was too much has an empty list."""


def answer(call: Call, removal: Removal, asked: Members | None = None) -> Answer:
    """Remove what the query and `asked`, members of the condition, name. Raises RestError 501."""
    report = Report(call)
    removed: list[str] = []
    many: list[bool] = []
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
    except SlurmError as error:
        said.failed(call, report, error, removal.function)
        return report.answer()
    wanted = query.read(call, report, removal.query)
    if wanted is None:
        return report.answer()
    members = {**wanted, **(asked or {})}
    if removal.ambiguous is None and not _names_something(members):
        report.error(INVALID_QUERY, removal.source, _NAMES_NOTHING)
        return report.answer()
    condition = Condition(removal.condition, members)

    def work(kept: database.Transaction) -> None:
        try:
            with condition.filled() as filled:
                names = kept.change(removal.function, filled)
        except SlurmError as error:
            if error.errno != NO_CHANGE_IN_DATA:
                raise
            if call.at(removal.forgives):
                said.aside(report, NO_CHANGE_IN_DATA, removal.function, None)
                return
            names = []
        if removal.ambiguous is not None and len(names) > 1:
            many.append(True)
            report.fault(call.at(removal.ambiguous), 0)
        elif not names and call.at(removal.unchanged):
            raise SlurmError(-1, NO_CHANGE_IN_DATA)
        elif not names:
            said.nothing(call, report, removal.function, removal.source)
        removed.extend(names)

    source = {39: removal.source}
    if not writing.keep(call, report, work, source, said.FAILED, removal.function):
        removed.clear()
        failed = call.at(removal.failed)
        if failed is not None and not many and report.code != NO_CHANGE_IN_DATA:
            report.fault(failed, report.code)
    told = bool(removed) or call.at(removal.keeps) or (bool(many) and call.at(_HAS_NONE_OF_MANY))
    payload = [(call.at(removal.key), removed)] if told else []
    return report.answer(*payload, note=f"removed: {', '.join(removed)}" if removed else None)


def _names_something(members: Members) -> bool:
    """Whether any list of a condition has a name in it."""
    return any(
        _names_something(value.members) if isinstance(value, Record) else isinstance(value, list) and any(value)
        for value in members.values()
    )
