# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd knows by ids, for requests of either side that name it.

Rule 1: it is asked anew for each request: somebody may have added more since then.
Rule 2: a request of slurmctld's side leaves slurmdbd as soon as it has the names: nobody else does it for that side.
"""

from __future__ import annotations

from slurmrest_inet.schema.slurmdbd.known import Known, Resource
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.library import SlurmError, name_of


def known(*, qos: bool = True) -> Known:
    """Return what slurmdbd knows by ids: resources, and QOSes if they are wanted. Raises SlurmError."""
    with database.tres() as tres:
        found = tuple(Resource(one.id, name_of(one.type), name_of(one.name)) for one in tres)
    if not qos:
        return Known(found)
    with database.qos() as every:
        return Known(found, {int(one.id): name_of(one.name) for one in every})


def resources() -> dict[str, Resource]:
    """Return resources by their names in small letters for slurmctld's side; none where slurmdbd does not answer."""
    try:
        return known(qos=False).by_names()
    except SlurmError:
        return {}
    finally:
        database.end_request()
