# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists of what slurmdbd keeps, all of it or what a condition names.

Rule 1: what a kind of record has of its own stands in a `Resource`; an operation is a function of a few lines.
Rule 2: up to v0.0.38 slurmrestd connects with its first call, later before it looks at a request.
"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.errors import INVALID_QUERY
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import query, said
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import SlurmError, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.report import Fault
    from slurmrest_inet.schema.reading import Members


class Resource(NamedTuple):
    """A kind of record.

    key: of its list in answers, by version. get: libslurm's function. struct: the C type of a record. condition: that
    of what is asked for, None where nothing can be. source: the function of slurmrestd's that warns where nothing is
    found, by version. begin: libslurm's function that sets a condition to unset values (slurmdb_init_). query: the name
    of the table of what a client may ask (queries.py). tres, qos: whether names of these are looked up. keeps: whether
    an empty list is in the answer where there is nothing to tell, by version. view: a table of the record that is not
    the struct's own. told: whether it is said that nothing was found, by version. strict: v0.0.38 refuses a parameter
    that it does not know; False: it tells of it and goes on; None: neither. failing: whether an empty list is in the
    answer where a call failed, by version, if it is where nothing was found. many: whether it is where there were too
    many. leads: the records are asked for before the names, which are not if there are none.
    """

    key: dict[int, str]
    get: str
    struct: str
    condition: str | None
    source: dict[int, str]
    begin: str | None = None
    query: str | None = None
    tres: bool = False
    qos: bool = False
    keeps: dict[int, bool] = {36: True}  # noqa: RUF012 - nobody changes it
    view: str | None = None
    told: dict[int, bool] = {36: True}  # noqa: RUF012 - likewise
    strict: bool | None = None
    failing: dict[int, bool] = {36: True, 40: False}  # noqa: RUF012 - likewise
    many: bool = True
    leads: bool = False


def answer(
    call: Call,
    resource: Resource,
    asked: Members | None = None,
    *,
    queried: bool = True,
    single: dict[int, Fault | None] | None = None,
    exact: str | None = None,
    completed: Callable[[Members], Members] | None = None,
) -> Answer:
    """Return the list of the records that the query and `asked`, members of the condition, name.

    queried: whether the client's query is looked at. completed: what members the query's come to. single: what is said
    of several records where there may be one only, by version. exact: the name of the one that is meant, where slurmdbd
    minds no case of letters. Raises RestError 501.
    """
    report, function = Report(call), resource.get
    lists: list[database.List] = []
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
        if resource.strict is not None and query.minds_unknown(call):
            call = call._replace(query=query.compared(call.query))
        condition = query.read(call, report, resource.query) if queried else {}
        if condition is None or is_refused(call, report, resource):
            return report.answer()
        members = {**(completed(condition) if completed is not None else condition), **(asked or {})}
        for function, ask in _loads(resource, members):
            lists.append(ask())
            if function == resource.get and not lists[-1]:
                break
    except SlurmError as error:
        for one in lists:
            one.close()
        said.failed(call, report, error, function, source=resource.source)
        if isinstance(error, database.UnreachableError) and call.at(said.OPENS_FIRST):
            return report.answer()
        return _without(call, report, resource, keeps=call.at(resource.keeps) and call.at(resource.failing))
    found = lists.pop(0 if resource.leads else -1)
    if exact is not None and not any(name_of(one.name) == exact for one in found):
        found.close()
    if not found and call.at(resource.told):
        said.nothing(call, report, resource.get, call.at(resource.source))
    too_many = call.at(single) if single is not None and len(found) > 1 else None
    if too_many is not None:
        report.fault(too_many, 0)
        for one in (found, *lists):
            one.close()
        return _without(call, report, resource, keeps=resource.many)
    payload = (call.at(resource.key), Listed(found, resource.view))
    names = database.Names(lists) if lists else None
    return report.answer(*([payload] if found or call.at(resource.keeps) else []), names=names)


def is_refused(call: Call, report: Report, resource: Resource) -> bool:
    """Tell whether v0.0.38 refuses a parameter that it does not know; the report has it, also where it does not."""
    if resource.strict is None or not call.query or not query.minds_unknown(call):
        return False
    known = {row.path for row in query.rows_of(call, resource.query)}
    if known.issuperset(key.lower() for key in call.query):
        return False
    said.aside(report, INVALID_QUERY, "", "Unknown query field")
    if resource.strict:
        report.code = INVALID_QUERY
    return resource.strict


def _loads(resource: Resource, asked: Members) -> Iterator[tuple[str, Callable[[], database.List]]]:
    """Return the calls in slurmrestd's order."""
    if resource.leads:
        yield resource.get, lambda: load(resource, asked)
    if resource.tres:
        yield "slurmdb_tres_get", database.tres
    if resource.qos:
        yield "slurmdb_qos_get", database.qos
    if not resource.leads:
        yield resource.get, lambda: load(resource, asked)


def load(resource: Resource, asked: Members) -> database.List:
    """Return the records that members of the condition name. Raises SlurmError, RestError 501."""
    try:
        database.function(resource.get)
        if resource.condition is None:
            return database.get(resource.get, resource.struct)
        with database.condition(resource.condition, resource.begin) as condition:
            condition.fill(asked)
            return database.get(resource.get, resource.struct, condition)
    except MissingError as error:
        said.missing(error)


def _without(call: Call, report: Report, resource: Resource, *, keeps: bool) -> Answer:
    """Return the answer without any record."""
    return report.answer(*([(call.at(resource.key), ())] if keeps else []))
