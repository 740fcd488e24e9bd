# SPDX-License-Identifier: GPL-2.0-or-later
"""Every table, in the order in which the build writes them (a nested one before those that nest it)."""

from __future__ import annotations

from .hosts import HOSTLIST, HOSTNAMES
from .job import JOB, JOB_STATE, JOB_STATE_RESPONSE, PRIORITIES
from .job_desc import JOB_ALLOC_REQ, JOB_DESC, JOB_SUBMIT_REQ
from .job_step_id import JOB_STEP_ID
from .kill_jobs import KILL_JOBS
from .license import LICENSE
from .model import OUT, Names, Table
from .node import ENERGY, EXTERNAL_SENSORS, NODE, POWER
from .node_names import NODE_STATE_BASE, NODE_STATE_FLAGS
from .node_update import NEW_NODE, NODE_UPDATE
from .partition import PARTITION
from .partition_names import SELECT_TYPE, SELECT_TYPE_45
from .partition_update import MACROS as PARTITION_MACROS
from .partition_update import PARTITION_UPDATE, PARTITIONS_UPDATE
from .ping import PING
from .requeue import JOBS_REQUEUE
from .reservation import CORE_SPEC, RESERVATION
from .reservation_update import RESERVATION_UPDATE, RESERVATIONS_UPDATE
from .resources import GRES_LAYOUT, RESOURCE_LAYOUT
from .sbatch import MACROS
from .share import GROUP_MINUTES, RUN_SECONDS, SHARE, USAGE
from .slurm_conf import CONF as SLURM_CONF
from .slurm_conf import CONTROLLERS, JOB_DEFAULTS
from .slurm_conf import META as SLURM_CONF_META
from .slurmdbd import queries as _queries
from .slurmdbd import statistics as slurmdbd_statistics
from .slurmdbd.account import ACCOUNT
from .slurmdbd.accounting import ACCOUNTING
from .slurmdbd.additions import TABLES as SLURMDBD_ADDITIONS
from .slurmdbd.association import ASSOCIATION, ASSOCIATION_SHORT
from .slurmdbd.association import USAGE as ASSOCIATION_USAGE
from .slurmdbd.bodies import TABLES as SLURMDBD_BODIES
from .slurmdbd.cluster import CLUSTER
from .slurmdbd.conf import CONF
from .slurmdbd.coordinator import COORDINATOR
from .slurmdbd.instance import INSTANCE
from .slurmdbd.job import ASSOCIATION as JOB_ASSOCIATION
from .slurmdbd.job import JOB as JOB_RECORD
from .slurmdbd.job_changes import TABLES as SLURMDBD_JOB_CHANGES
from .slurmdbd.job_queries import JOBS as JOBS_QUERY
from .slurmdbd.ping import PING as SLURMDBD_PING
from .slurmdbd.qos import QOS
from .slurmdbd.step import STEP
from .slurmdbd.tres import TRES
from .slurmdbd.user import USER
from .slurmdbd.wckey import WCKEY
from .statistics import PENDING_RPCS, PENDING_RPCS_BY_HOSTS, RPCS_BY_TYPE, RPCS_BY_USER, STATISTICS

TABLES = (
    PRIORITIES,
    JOB,
    JOB_STATE,
    JOB_STATE_RESPONSE,
    LICENSE,
    ENERGY,
    EXTERNAL_SENSORS,
    POWER,
    NODE,
    PARTITION,
    CORE_SPEC,
    RESERVATION,
    RUN_SECONDS,
    GROUP_MINUTES,
    USAGE,
    SHARE,
    RPCS_BY_TYPE,
    RPCS_BY_USER,
    PENDING_RPCS,
    PENDING_RPCS_BY_HOSTS,
    STATISTICS,
    GRES_LAYOUT,
    RESOURCE_LAYOUT,
    CONTROLLERS,
    JOB_DEFAULTS,
    SLURM_CONF_META,
    SLURM_CONF,
    TRES,
    ACCOUNTING,
    ASSOCIATION_SHORT,
    ASSOCIATION_USAGE,
    ASSOCIATION,
    COORDINATOR,
    ACCOUNT,
    WCKEY,
    USER,
    QOS,
    CLUSTER,
    INSTANCE,
    *slurmdbd_statistics.TABLES,
    STEP,
    JOB_ASSOCIATION,
    JOB_RECORD,
    CONF,
)

READ_TABLES = (JOB_DESC, JOB_STEP_ID, KILL_JOBS, NODE_UPDATE, PARTITION_UPDATE, RESERVATION_UPDATE)
"""Those that structs are filled by, and which the codec writes no answer with."""

BODY_TABLES = (
    JOB_SUBMIT_REQ,
    JOB_ALLOC_REQ,
    JOBS_REQUEUE,
    NEW_NODE,
    PARTITIONS_UPDATE,
    RESERVATIONS_UPDATE,
    *SLURMDBD_BODIES,
    *SLURMDBD_ADDITIONS,
    *SLURMDBD_JOB_CHANGES,
    HOSTLIST,
    HOSTNAMES,
)
"""Those of bodies that a struct is filled with parts of."""

MADE_TABLES = (PING, SLURMDBD_PING)
"""Those of records that operations make, without a struct of Slurm's."""


NAMES_IN_C = (NODE_STATE_BASE, NODE_STATE_FLAGS, SELECT_TYPE, SELECT_TYPE_45)
"""Tables of names that derived.c and job_resources.c look at themselves."""


def names() -> dict[str, Names]:
    """Return every table of names that values are written or read by, by its identifier."""
    kinds = (kind for table in (*TABLES, *READ_TABLES, *BODY_TABLES) for row in table.rows for kind in row.kinds)
    found = (kind.names for kind in kinds if kind.names is not None and kind.names.entries)
    return {one.ident: one for one in (*NAMES_IN_C, *found)}


def constants() -> tuple[str, ...]:
    """Return every constant of Slurm's headers that a value from a client can become."""
    queries = (table for table in (*vars(_queries).values(), JOBS_QUERY) if isinstance(table, Table))
    rows = (row for table in (*TABLES, *READ_TABLES, *queries) for row in table.rows if row.way != OUT)
    kinds = [kind for row in rows for kind in row.kinds]
    entries = (entry for kind in kinds if kind.names is not None for entry in kind.names.entries)
    words = (word for entry in entries for word in entry.constant.split("|"))
    bits = (kind.literal for kind in kinds if kind.name == "bit" and kind.literal is not None)
    return tuple(dict.fromkeys((*MACROS, *PARTITION_MACROS, *words, *bits)))
