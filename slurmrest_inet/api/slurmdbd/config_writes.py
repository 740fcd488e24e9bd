# SPDX-License-Identifier: GPL-2.0-or-later
"""All that slurmdbd keeps but jobs, stored from one body: what GET config told of another database, or of this one.

Rule 1: clusters come first and are committed alone, because slurmdbd makes tables for them; all else is one
        transaction.
Rule 2: names tell what is meant, for ids are those of the database that told them. QOSes are added before all that
        names them.
Rule 3: what the installed release lacks is found before slurmdbd is asked for anything.
"""

from __future__ import annotations

import functools

from slurmrest_inet.api.report import Fault, Report
from slurmrest_inet.api.slurmdbd import (
    account_writes,
    asking,
    association_writes,
    cluster_writes,
    config_body,
    foreign_qos,
    qos_writes,
    said,
    user_writes,
    wckey_writes,
    writing,
)
from slurmrest_inet.api.slurmdbd.asking import Asker
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.fill import Structs
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.api.slurmdbd.config_body import Parts
    from slurmrest_inet.schema.reading import Record
    from slurmrest_inet.schema.slurmdbd.known import Known


def update(call: Call) -> Answer:
    """POST config."""
    report = Report(call)
    there = asking.known(call, report)
    if there is None:
        return report.answer()
    known = there.elsewhere(config_body.names_of_qos(call))
    parts = config_body.read(call, report, known)
    note = None
    if parts is not None:
        before: set[str] = set()
        if not writing.keep(
            call, report, lambda kept: _store_all(Asker(call, report, kept), parts, known, before), config_body.SOURCE
        ):
            cluster_writes.tell_what_stays(call, report, parts["clusters"], before)
        parts["clusters"] = cluster_writes.missing(parts["clusters"], before)
        what = ", ".join(f"{len(found)} {key}" for key, found in parts.items() if found)
        note = writing.note(report, "stored", what or "nothing")
    if report.code and call.at(_TELLS_END):
        report.fault(_NOT_COMMITTED, report.code)
    return report.answer(note=note)


_TELLS_END = {36: False, 38: True, 39: False}
_NOT_COMMITTED = Fault(text="refusing to commit after error", nowhere=True)


def _store_all(asker: Asker, parts: Parts, known: Known, before: set[str]) -> None:
    """Store all parts; `before` gets the names of the clusters that were there. Raises RefusedError, MissingError."""
    for body in config_body.BODIES:
        Structs(body.table.struct, [one.members for one in parts[body.key]], body.table).close()
    if asker.call.at(cluster_writes.ASKS_FOR_NONE) or parts["clusters"]:
        _store(
            asker,
            cluster_writes.BODY,
            lambda: cluster_writes.store(asker, parts["clusters"], before),
        )
        asker.kept.commit()
    _store(asker, qos_writes.BODY, lambda: foreign_qos.store(asker, parts, known))
    for body, store in _STORES:
        if parts[body.key]:
            _store(asker, body, functools.partial(store, asker, parts[body.key]))


_STORES: tuple[tuple[writing.Body, Callable[[Asker, list[Record]], None]], ...] = (
    (account_writes.BODY, account_writes.store),
    (user_writes.BODY, user_writes.store),
    (wckey_writes.BODY, wckey_writes.store),
    (association_writes.BODY, association_writes.store),
)
"""In the order in which they are stored."""


def _store(asker: Asker, body: writing.Body, work: Callable[[], None]) -> None:
    """Store a part, and say what is said of it when it fails. Raises RefusedError, MissingError."""
    try:
        work()
    except SlurmError as error:
        said.failed(asker.call, asker.report, error, asker.kept.function, writing.NOT_STORED, body.source)
    if asker.report.code:
        config_body.blame(asker.call, asker.report, body)
        raise writing.RefusedError
