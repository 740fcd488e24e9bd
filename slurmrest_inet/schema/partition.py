# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions: ``partition_info_t``."""

from __future__ import annotations

from . import names
from .model import (
    INFINITE_MINUS,
    NULLABLE,
    NUMBER,
    TEXT,
    UNSET_NULL_INFINITE_MINUS,
    Row,
    Table,
    choice,
    derived,
    flags,
)

_NOT_IN_38 = "no API version up to v0.0.38 shows it"

PARTITION = Table(
    "partition_info_t",
    (
        Row("flags", "flags", flags(names.PARTITION_FLAGS), "Partition flags", until=38),
        Row(
            "preemption_mode",
            "preempt_mode",
            derived("preemption_mode", "array"),
            "How jobs are preempted",
            since=37,
            until=38,
        ),
        Row("allowed_allocation_nodes", "allow_alloc_nodes", TEXT, "Hosts that may submit here", until=38),
        Row("allowed_accounts", "allow_accounts", TEXT, "Accounts that may use the partition", until=38),
        Row("allowed_groups", "allow_groups", TEXT, "Groups that may use the partition", until=38),
        Row("allowed_qos", "allow_qos", TEXT, "QOS that may use the partition", until=38),
        Row("alternative", "alternate", TEXT, "Partition to use while this one is down", until=38),
        Row("billing_weights", "billing_weights_str", TEXT, "Billing weights of resources", until=38),
        Row(
            "default_memory_per_cpu",
            "def_mem_per_cpu",
            derived("partition_memory_per_cpu", "integer"),
            "Memory a CPU (MiB) unless asked for",
            until=38,
        ),
        Row(
            "default_memory_per_node",
            "def_mem_per_cpu",
            derived("partition_memory_per_node", "integer"),
            "Memory a node (MiB) unless asked for",
            since=38,
            until=38,
        ),
        Row(
            "default_time_limit",
            "default_time",
            UNSET_NULL_INFINITE_MINUS,
            "Limit in minutes unless asked for, -1 for none",
            until=38,
        ),
        Row("denied_accounts", "deny_accounts", TEXT, "Accounts that may not use the partition", until=38),
        Row("denied_qos", "deny_qos", TEXT, "QOS that may not use the partition", until=38),
        Row("preemption_grace_time", "grace_time", NUMBER, "Seconds between notice and preemption", until=38),
        Row(
            "maximum_cpus_per_node",
            "max_cpus_per_node",
            UNSET_NULL_INFINITE_MINUS,
            "Most CPUs a node, -1 for all",
            until=38,
        ),
        Row(
            "maximum_memory_per_cpu",
            "max_mem_per_cpu",
            derived("partition_memory_per_cpu", "integer"),
            "Most memory a CPU (MiB)",
            since=38,
            until=38,
        ),
        Row(
            "maximum_memory_per_node",
            "max_mem_per_cpu",
            derived("partition_memory_per_node", "integer"),
            "Most memory a node (MiB)",
            until=38,
        ),
        Row("maximum_nodes_per_job", "max_nodes", INFINITE_MINUS, "Most nodes a job, -1 for all", until=38),
        Row("max_time_limit", "max_time", INFINITE_MINUS, "Highest limit in minutes, -1 for none", until=38),
        Row("min nodes per job", "min_nodes", NUMBER, "Fewest nodes a job", until=38),
        Row("name", "name", TEXT, "Name", until=38),
        Row("nodes", "nodes", TEXT, "Nodes", until=38),
        Row("over_time_limit", "over_time_limit", NULLABLE, "Minutes that a job may pass its limit", until=38),
        Row("priority_job_factor", "priority_job_factor", NUMBER, "Part in a job's priority", until=38),
        Row("priority_tier", "priority_tier", NUMBER, "Order of partitions in scheduling", until=38),
        Row("qos", "qos_char", TEXT, "QOS whose limits bind the partition", until=38),
        Row("state", "state_up", choice(names.PARTITION_STATE), "State", since=37, until=38),
        Row("total_cpus", "total_cpus", NUMBER, "CPUs", until=38),
        Row("total_nodes", "total_nodes", NUMBER, "Nodes", until=38),
        Row("tres", "tres_fmt_str", TEXT, "Trackable resources", until=38),
    ),
    skip={
        "cluster_name": _NOT_IN_38,
        "cr_type": _NOT_IN_38,
        "cpu_bind": _NOT_IN_38,
        "job_defaults_list": "the string form would be shown",
        "job_defaults_str": _NOT_IN_38,
        "max_share": _NOT_IN_38,
        "node_inx": "positions in a node table that the client does not have",
        "nodesets": _NOT_IN_38,
        "resume_timeout": _NOT_IN_38,
        "suspend_time": _NOT_IN_38,
        "suspend_timeout": _NOT_IN_38,
    },
)
