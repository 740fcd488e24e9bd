# SPDX-License-Identifier: GPL-2.0-or-later
"""All that slurmdbd keeps but jobs, as one answer.

Rule 1: what stops slurmrestd stops us, too: up to v0.0.39 what was found before is told, later nothing is.
"""

from __future__ import annotations

from slurmrest_inet.api.envelope import Listed
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import (
    accounts,
    associations,
    clusters,
    listing,
    query,
    said,
    tres,
    users,
    wckeys,
)
from slurmrest_inet.api.slurmdbd import qos as qualities
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Members

_TRES = tres.TRES._replace(key={36: "TRES", 40: "tres"})
_OWNERS: Members = {"with_assocs": 1, "with_coords": 1}
_DELETED: Members = {"with_deleted": 1}
_OWNED: dict[int, Members] = {36: {**_OWNERS, **_DELETED}, 38: _OWNERS, 40: {**_OWNERS, **_DELETED}}

_WCKEYS: Members = {"with_wckeys": 1}
_USED: dict[int, Members] = {36: {**_OWNED[36], **_WCKEYS}, 38: {**_OWNERS, **_WCKEYS}, 40: _OWNED[40]}

# Each with what it is asked with, by version; in the order of the answer. Most versions tell what was deleted, too.
_PARTS: tuple[tuple[listing.Resource, dict[int, Members]], ...] = (
    (clusters.CLUSTERS, {36: {}}),
    (_TRES, {36: _DELETED}),
    (accounts.ALL, _OWNED),
    (users.ALL, _USED),
    (qualities.QOS, {36: {}}),
    (wckeys.ALL, wckeys.DELETED),
    (associations.ASSOCIATIONS, {36: _DELETED, 38: {}, 40: _DELETED}),
)
_INSTANCES: dict[int, tuple[tuple[str, Any], ...]] = {36: (), 40: (("instances", ()),), 45: ()}
"""slurmrestd asks for those of no time at all, and later for none."""

_KEEPS = {36: True, 40: False}
"""Whether what was found before a call failed is in the answer."""


_LOOKS_AT_QUERY = {36: False, 38: True, 39: False}
"""Whether each part is asked for with the query, as by an operation of its own."""


def get(call: Call) -> Answer:
    """GET config."""
    report = Report(call)
    payload: list[tuple[str, Any]] = []
    names: list[database.List] = []
    resource, function = clusters.CLUSTERS, "slurmdb_tres_get"
    try:
        if call.at(said.OPENS_FIRST):
            database.connect()
        names.append(database.tres())
        function = "slurmdb_qos_get"
        names.append(database.qos())
        for resource, asked in _PARTS:
            function = resource.get
            members = _asked(call, report, resource, call.at(asked))
            if members is None:
                break
            payload.append((call.at(resource.key), Listed(listing.load(resource, members), resource.view)))
        else:
            more = call.at(_INSTANCES)
            payload.extend(more)
    except SlurmError as error:
        said.failed(call, report, error, function, source={**resource.source, 40: "_dump"})
        if call.at(_KEEPS) and not (isinstance(error, database.UnreachableError) and call.at(said.OPENS_FIRST)):
            payload.append((call.at(resource.key), ()))
        else:
            _close(payload)
            payload.clear()
    return report.answer(*payload, names=database.Names(names))


def _asked(call: Call, report: Report, resource: listing.Resource, asked: Members) -> Members | None:
    """Return what a part is asked for with; None: the query is refused, and with it all that comes behind."""
    if not call.at(_LOOKS_AT_QUERY) or resource.query is None:
        return asked
    if listing.is_refused(call, report, resource):
        return None
    found = query.read(call, report, resource.query)
    return None if found is None else {**asked, **found}


def _close(payload: list[tuple[str, Any]]) -> None:
    for _, part in payload:
        if isinstance(part, Listed):
            part.message.close()
