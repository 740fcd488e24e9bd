# SPDX-License-Identifier: GPL-2.0-or-later
"""Every table, in the order in which the build writes them (a nested one before those that nest it)."""

from __future__ import annotations

from .job import JOB, JOB_STATE, JOB_STATE_RESPONSE
from .license import LICENSE
from .node import ENERGY, NODE
from .partition import PARTITION
from .reservation import CORE_SPEC, RESERVATION
from .share import SHARE
from .statistics import STATISTICS

TABLES = (
    JOB,
    JOB_STATE,
    JOB_STATE_RESPONSE,
    LICENSE,
    ENERGY,
    NODE,
    PARTITION,
    CORE_SPEC,
    RESERVATION,
    SHARE,
    STATISTICS,
)
