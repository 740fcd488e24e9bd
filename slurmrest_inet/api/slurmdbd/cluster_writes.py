# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters that are added and removed.

Rule 1: a cluster that is there stays as it is: adding it once more would take the limits of its root away.
"""

from __future__ import annotations

from slurmrest_inet.api.errors import code_of
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import asking, listing, said, writing
from slurmrest_inet.api.slurmdbd.asking import Asker
from slurmrest_inet.api.slurmdbd.clusters import CLUSTERS
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd.bodies import CLUSTERS as WHOLE
from slurmrest_inet.schema.slurmdbd.cluster import CLUSTER
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.library import SlurmError, name_of

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.schema.reading import Record

_ADD = "slurmdb_clusters_add"
BODY = writing.Body(
    "clusters",
    CLUSTER,
    WHOLE,
    {39: "_update_clusters", 40: "update_clusters"},
    "each cluster entry must be a dictionary",
)


def add(call: Call) -> Answer:
    """POST clusters: those that are not there yet."""
    report = Report(call)
    known = asking.known(call, report, qos=False)
    if known is None:
        return report.answer()
    found = writing.records(call, report, BODY, known)
    if found is None or (not found and not call.at(ASKS_FOR_NONE)):
        return report.answer()
    before: set[str] = set()

    def work(kept: database.Transaction) -> None:
        store(Asker(call, report, kept), found, before)

    if not writing.keep(call, report, work, BODY.source, begins=_ADD):
        tell_what_stays(call, report, found, before)
    return report.answer(note=writing.note(report, "added", f"clusters {_shown(missing(found, before))}"))


ASKS_FOR_NONE = {36: True, 39: False, 40: True}
"""Whether an empty list is given to slurmdbd, too, which looks who asks."""
_REFUSES_NONE = {36: False, 40: True}


def missing(found: list[Record], before: set[str]) -> list[Record]:
    """Return those of these clusters that are not among the names of `before`."""
    return [record for record in found if str(record.members.get("name")).lower() not in before]


def store(asker: Asker, found: list[Record], before: set[str]) -> None:
    """Add clusters but those that are there, which would lose the limits of their root (`before` gets their names).

    Of what else a request changes, nothing may have been asked yet. Raises SlurmError.
    """
    if any(not record.members.get("name") for record in found):
        asker.kept.function = _ADD
        raise SlurmError(-1, -1)  # as slurmdbd says, which first adds the others
    before.update(there(found))
    added = [record.members for record in missing(found, before)]
    try:
        asker.add(_ADD, added, CLUSTER, "slurmdb_init_cluster_rec")
    except SlurmError as error:
        # Of an empty list later releases say so to who may add clusters, and earlier ones nothing.
        if not found or added or _EMPTY_LIST not in (error.code, error.errno):
            raise
    if not found and asker.call.at(_REFUSES_NONE):
        raise SlurmError(_EMPTY_LIST, 0)
    _tell_what_is_lost(asker, found, before)


def _tell_what_is_lost(asker: Asker, found: list[Record], before: set[str]) -> None:
    """Warn of clusters that are there and of which the body tells more than their names."""
    names = [
        str(record.members["name"])
        for record in found
        if str(record.members["name"]).lower() in before
        and any(map(record.members.get, record.members.keys() - {"name"}))
    ]
    if names:
        sentence = f"These clusters are there already and stay as they are: {', '.join(names)}"
        asker.report.warning(asker.call.at({36: _ADD, **BODY.source}), sentence)


_EMPTY_LIST = code_of("ESLURM_EMPTY_LIST")


def _shown(found: list[Record]) -> str:
    return ", ".join(str(record.members.get("name")) for record in found) or "none"


def there(found: list[Record]) -> set[str]:
    """Return which clusters of these there are. Raises SlurmError."""
    asked = [str(name) for name in (record.members.get("name") for record in found) if name]
    if not asked:
        return set()
    with listing.load(CLUSTERS, {"cluster_list": asked}) as clusters:
        return {name_of(one.name) for one in clusters}


def tell_what_stays(call: Call, report: Report, found: list[Record], before: set[str]) -> None:
    """Tell which clusters are there although the request failed: MariaDB commits with each table that is made."""
    try:
        stay = sorted(there(found) - before)
    except SlurmError:
        return  # who cannot be asked has told nothing better in the answer
    if stay:
        sentence = f"These clusters were added all the same: {', '.join(stay)}"
        said.aside(report, 0, call.at({36: _ADD, **BODY.source}), sentence)


def remove(call: Call) -> Answer:
    """DELETE cluster/{cluster_name}."""
    report, name = Report(call), call.parameters["cluster_name"]
    removed: list[str] = []

    def work(kept: database.Transaction) -> None:
        with database.condition("slurmdb_cluster_cond_t", "slurmdb_init_cluster_cond") as condition:
            condition.fill({"cluster_list": [name]})
            removed.extend(kept.change("slurmdb_clusters_remove", condition))

    done = writing.keep(call, report, work, {39: "_delete_cluster"}, said.FAILED, "slurmdb_clusters_remove")
    told = done or call.at({36: True, 40: False})
    payload = [("deleted_clusters", removed)] if told else []
    return report.answer(*payload, note=writing.note(report, "removed", f"cluster {name}"))
