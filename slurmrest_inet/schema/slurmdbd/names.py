# SPDX-License-Identifier: GPL-2.0-or-later
"""Words that records of slurmdbd's and queries for them have in common; those of one table alone stand beside it."""

from __future__ import annotations

from slurmrest_inet.schema.model import Name, Names

ADMIN_LEVELS = Names(
    "administrator_levels",
    (
        Name("SLURMDB_ADMIN_NOTSET", "Not Set"),
        Name("SLURMDB_ADMIN_NONE", "None"),
        Name("SLURMDB_ADMIN_OPERATOR", "Operator"),
        Name("SLURMDB_ADMIN_SUPER_USER", "Administrator"),
    ),
)

QOS_PREEMPT_MODES = Names(
    "qos_preempt_modes",
    (
        Name("PREEMPT_MODE_OFF", "DISABLED", since=39),
        Name("PREEMPT_MODE_SUSPEND", "SUSPEND", "PREEMPT_MODE_SUSPEND"),
        Name("PREEMPT_MODE_REQUEUE", "REQUEUE", "PREEMPT_MODE_REQUEUE"),
        Name("PREEMPT_MODE_CANCEL", "CANCEL", "PREEMPT_MODE_CANCEL"),
        Name("PREEMPT_MODE_GANG", "GANG", "PREEMPT_MODE_GANG"),
    ),
)

CLUSTER_FLAGS = Names(
    "cluster_flags",
    (
        Name("CLUSTER_FLAG_DELETED", "DELETED", since=43),
        Name("CLUSTER_FLAG_REGISTER", "REGISTERING"),
        Name("CLUSTER_FLAG_MULTSD", "MULTIPLE_SLURMD"),
        Name("CLUSTER_FLAG_FE", "FRONT_END", until=42),
        Name("CLUSTER_FLAG_CRAY", "CRAY_NATIVE", until=39),
        Name("CLUSTER_FLAG_FED", "FEDERATION"),
        Name("CLUSTER_FLAG_EXT", "EXTERNAL"),
    ),
    bits=True,
)
