# SPDX-License-Identifier: GPL-2.0-or-later
"""Which jobs are requeued and how: what v0.0.45 is told."""

from __future__ import annotations

from .model import IN, Kind, Row, Table, flags
from .naming import pairs
from .readers import CONVERSION
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading

REQUEUE = pairs(
    "requeue",
    """
    JOB_RUNNING Incomplete
    JOB_REQUEUE_HOLD Hold
    JOB_SPECIAL_EXIT SpecialExit
    """,
    bits=True,
)
"""How jobs are requeued; libslurm says with a state that only those are that have not ended."""


def _jobs(value: Any, at: Reading) -> list[str]:
    """Ids of jobs; what is no list is taken for a list of one."""
    if isinstance(value, dict):
        raise InvalidError("Expected List but found a dictionary", "ESLURM_DATA_EXPECTED_LIST")
    if not isinstance(value, list):
        return [to_text(value)]
    for index, one in enumerate(value):
        at.expect("string", one, f"[{index}]")
        if isinstance(one, (list, dict)):
            at.fault(InvalidError(f"Expecting string but got {at.manner.name(one)}", CONVERSION), f"[{index}]")
            return []
    return [to_text(one) for one in value]


JOBS_REQUEUE = Table(
    "jobs_requeue",
    (
        Row("flags", "flags", flags(REQUEUE), "How jobs are requeued", since=45, way=IN),
        Row("jobs", "jobs", Kind("texts", type="array", read=_jobs), "Ids of jobs", since=45, way=IN),
    ),
    {},
    parser="OPENAPI_JOBS_REQUEUE_QUERY",
)
