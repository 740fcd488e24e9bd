# SPDX-License-Identifier: GPL-2.0-or-later
"""What partitions and reservations share: slurmctld sends all of them, and the one that is asked for is picked here."""

from __future__ import annotations

from slurmrest_inet.api import modern
from slurmrest_inet.api.envelope import Answer, Records
from slurmrest_inet.api.errors import INVALID_QUERY, NO_CHANGE_IN_DATA, bare_entry
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.library import SlurmError, ffi

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.app import Call
    from slurmrest_inet.slurm.calls import Message


def _fold(name: bytes) -> bytes:
    """Names compare without regard to ASCII case, as strcasecmp(3) does in the C locale."""
    return name.lower()


def answer(
    call: Call,
    key: str,
    load: Callable[[int], Message],
    *,
    name: str | None = None,
    missing: int,
    empty_is_missing: bool,
    failure_is_missing: bool = False,
) -> Answer:
    """Return the list ``key`` of all records or of those called ``name``; the error ``missing`` where there are none.

    ``empty_is_missing`` says whether a list without any record is that error, too; ``failure_is_missing`` whether a
    failed call for a name is (slurmrestd hides the cause there).
    """
    empty: tuple[tuple[str, list[str]]] = ((key, []),)
    try:
        update_time = call.update_time()
    except ValueError:
        return Answer(empty, code=INVALID_QUERY)
    try:
        message = load(update_time)
    except SlurmError as error:
        if error.errno == NO_CHANGE_IN_DATA:
            return Answer(code=NO_CHANGE_IN_DATA)
        code = missing if failure_is_missing and name is not None else error.code
        return Answer(empty, (bare_entry(code),), code)
    if name is None:
        if message.count or not empty_is_missing:
            return Answer(((key, Records(message)),))
    else:
        indexes = _named(message, name)
        if indexes:
            return Answer(((key, Records(message, indexes)),))
    message.close()
    return Answer(empty, (bare_entry(missing),), missing)


def answer_40(
    call: Call,
    key: str,
    load: Callable[[modern.Parameters], Message],
    parser: str,
    *known: str,
    name: str | None = None,
    source: str,
    load_source: str | None,
) -> Answer:
    """Return the list ``key`` of all records or of the one called ``name``, as from v0.0.40 on.

    ``known`` are the query's parameters; ``parser``, ``source`` and, of a call that failed, ``load_source`` are what
    warnings and errors name (without the last, of such a call only the status tells).
    """
    report = modern.Report()
    parameters = modern.Parameters(call, report, parser, *known)
    if parameters.unreadable:
        return report.rejected(source)
    try:
        message = load(parameters)
    except SlurmError as error:
        if NO_CHANGE_IN_DATA in (error.code, error.errno):
            return Answer(code=NO_CHANGE_IN_DATA)
        report.failure(error, load_source, f"Unable to query {key}", decides=True)
        return report.answer()
    if name is None:
        return report.listing(key, message)
    indexes = _named(message, name)
    if indexes:
        return report.listing(key, message, indexes[:1])
    message.close()
    report.error(INVALID_QUERY, source, f"Unable to find {key[:-1]} {name}")
    return report.answer()


def _named(message: Message, name: str) -> list[int]:
    """Return where the records called ``name`` are."""
    wanted = _fold(name.encode("utf-8", "surrogateescape"))
    return [
        index
        for index in range(message.count)
        if message.array[index].name != ffi.NULL and _fold(ffi.string(message.array[index].name)) == wanted
    ]
