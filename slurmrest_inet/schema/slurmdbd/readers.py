# SPDX-License-Identifier: GPL-2.0-or-later
"""How lists of trackable resources and of QOSes are read: as the ids that slurmdbd knows them by.

Rule 1: as in schema/readers.py. What has which id, the context says (known.py).
"""

from __future__ import annotations

from slurmrest_inet.schema.model import QOS_BITS, TRES
from slurmrest_inet.schema.scalars import InvalidError, to_text
from slurmrest_inet.versions import since

from .tres import TRES as TRES_TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Reading

_NO_LIST = {39: "ESLURM_REST_FAIL_PARSING", 40: "ESLURM_DATA_EXPECTED_LIST"}


def _tres(value: Any, at: Reading) -> str | None:
    """Resources as Slurm's text of ids and counts ("1=8,1001=2"); one that slurmdbd does not know is left out."""
    if not isinstance(value, list):
        raise InvalidError(f"TRES should be LIST but is type {at.manner.word(value)}", since(_NO_LIST, at.version))
    found = []
    for index, one in enumerate(value):
        members: dict[str, Any] = dict(at.inner(TRES_TABLE, one, f"[{index}]").members)
        resource = at.context.resource(str(members.get("type") or ""), str(members.get("name") or ""))
        if resource is not None:
            found.append(f"{resource.id}={int(members.get('count', 0)) % (1 << 64)}")
    return ",".join(found)


def qos_ids(value: Any, at: Reading) -> list[str]:
    """The ids of a list of QOSes by name, as texts."""
    at.expect("array", value)
    if not isinstance(value, list):
        raise InvalidError(f"Expected list but got {at.manner.name(value)}", "ESLURM_DATA_EXPECTED_LIST")
    found = []
    for one in value:
        id_ = at.context.qos(to_text(one))
        if id_ is None:
            raise InvalidError(f"Unable to resolve QOS: {to_text(one)}", "ESLURM_INVALID_QOS")
        found.append(str(id_))
    return found


def _preempted(value: Any, at: Reading) -> None:
    at.members["preempt_list"] = qos_ids(value, at)


TRES_IDS = TRES._replace(read=_tres)
"""A text of resources, which clients write as a list of records."""
PREEMPTED = QOS_BITS._replace(read=_preempted)
"""QOSes as a string of bits; of requests slurmdbd takes a list of ids, which is another member."""
