# SPDX-License-Identifier: GPL-2.0-or-later
"""The shapes of values that are no table's: those that C computes, and those with a reader of their own.

The documents are made with them; nothing is written or read by them.

Rule 1: by the name of the function in C or, of what is only read, by the name of the kind; each is a kind that says it.
Rule 2: a value that is an object or a list and stands neither here nor in a table is a fault of the documents' test.
"""

from __future__ import annotations

from .model import (
    BOOLEAN,
    CSV,
    NOVAL_16,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    Kind,
    Name,
    Names,
    Row,
    Table,
    flags,
    listed,
    record,
)


def _words(ident: str, *texts: str) -> Kind:
    return flags(Names(ident, tuple(Name("0", text) for text in texts)))


def _by_number(kind: Kind) -> Kind:
    """Return the kind of an object whose members are numbered."""
    return Kind("map", record=kind.record, names=kind.names, type="object")


_NULLABLE = NUMBER._replace(name="nullable", options=("UNSET_NULL",))
_STATUS = Row(
    "status", None, _words("exit_status", "SUCCESS", "ERROR", "SIGNALED", "PENDING", "INVALID"), "How it ended"
)
_TEXTS = {39: TEXT}

_EXIT_CODE = Table(
    "process_exit_code_verbose",
    (
        _STATUS,
        Row("return_code", None, NOVAL_16, "Code that the process returned; not set where it did not end by itself"),
        Row("signal/id", None, NOVAL_16, "Number of the signal that ended it; not set without one"),
        Row("signal/name", None, TEXT, "Name of that signal"),
    ),
    {},
)
_DBD_EXIT_CODE = Table(
    "job_exit_code",
    (
        _STATUS._replace(kind=TEXT),
        Row("return_code", None, _NULLABLE, "Code that the process returned", then={39: NUMBER}),
        Row("signal/signal_id", None, NUMBER, "Number of the signal that ended it, where one did"),
        Row("signal/name", None, TEXT, "What that signal is called"),
    ),
    {},
)
_ASSOCIATION = Table(
    "job_association",
    (
        Row("account", None, TEXT_OR_NULL, "Account", then=_TEXTS),
        Row("cluster", None, TEXT_OR_NULL, "Cluster", then=_TEXTS),
        Row("partition", None, TEXT_OR_NULL, "Partition, if it is for one", then=_TEXTS),
        Row("user", None, TEXT_OR_NULL, "User", then=_TEXTS),
        Row("id", None, NUMBER, "Id in the database"),
    ),
    {},
)
_WCKEY = Table(
    "wckey_tag",
    (
        Row("wckey", None, TEXT, "Its name"),
        Row(
            "flags", None, _words("wckey_flags", "ASSIGNED_DEFAULT"), "Whether it is the user's default, not asked for"
        ),
    ),
    {},
)
_STEP_ID = Table(
    "slurm_step_id",
    (
        Row("job_id", None, NUMBER, "Id of the job"),
        Row("step_het_component", None, NUMBER, "Number of the component of a heterogeneous step, where it is one"),
        Row("step_id", None, TEXT, "Number of the step, or the word for one of its kind"),
    ),
    {},
)
_EXTREME = Table(
    "step_extreme",
    (
        Row("type", None, TEXT_OR_NULL, "Kind of resource", then=_TEXTS),
        Row("name", None, TEXT_OR_NULL, "Which one of that kind", then=_TEXTS),
        Row("id", None, NUMBER, "Id in the database"),
        Row(
            "count",
            None,
            NUMBER,
            "How much of it: bytes of memory and files, milliseconds of CPUs, joules of energy, else a number",
        ),
        Row("task", None, NUMBER, "Number of the task that it was"),
        Row("node", None, TEXT_OR_NULL, "Node that the task was on", then=_TEXTS),
    ),
    {},
)
_ROLLUP = Table(
    "rollup",
    (
        Row("type", None, TEXT, "Period that is summed up"),
        Row("last_run", None, NUMBER, "When it was summed up last (epoch), 0 if never"),
        Row("last_cycle", None, NUMBER, "How long that took (microseconds)"),
        Row("max_cycle", None, NUMBER, "How long it took at most (microseconds)"),
        Row("total_time", None, NUMBER, "How long it took together (microseconds)"),
        Row("total_cycles", None, NUMBER, "How often it was done"),
        Row("mean_cycles", None, NUMBER, "How long it took in the mean (microseconds)"),
    ),
    {},
)
_PURGE = Table(
    "slurmdb_purge_units",
    (
        Row("set", None, BOOLEAN, "Whether anything is purged"),
        Row("hours", None, NUMBER, "After how many hours, 0 if the time is not in hours"),
        Row("days", None, NUMBER, "After how many days, 0 if the time is not in days"),
        Row("months", None, NUMBER, "After how many months, 0 if the time is not in months"),
        Row("archive", None, BOOLEAN, "Whether it is archived before"),
    ),
    {},
)
_PORTS = Table(
    "port_range",
    (
        Row("minimum", None, NUMBER, "First port"),
        Row("maximum", None, NUMBER, "Last port"),
        Row("set", None, BOOLEAN, "Whether there is a range"),
    ),
    {},
)
_PURGE_COMPLETED = Table(
    "purge_completed",
    (Row("time", None, NUMBER, "How long it may stay idle before it is removed (seconds)"),),
    {},
)
_NODES = Row("nodes", None, TEXT, "Host list")
_HOSTS = Row("allocated_hosts", None, NUMBER, "Number of hosts")
_CPUS = Row("allocated_cpus", None, NUMBER, "CPUs, where these are allocated one by one")
_CORES = Row("allocated_cores", None, NUMBER, "Cores or CPUs of sockets, where those are allocated")
_USE = _words("core_status", "UNALLOCATED", "ALLOCATED", "IN_USE")

_OLD_NODE = Table(
    "node_allocation",
    (
        Row("sockets", None, Kind("map", type="object"), "Use of each socket by its number"),
        Row("cores", None, Kind("map", type="object"), "Use of cores by their number in a socket"),
        Row("memory", None, NUMBER, "Memory (MiB), where it is known"),
        Row("cpus", None, NUMBER, "Number of CPUs"),
    ),
    {},
)
_OLD_SOCKET = Table(
    "job_res_socket_cores",
    (Row("cores", None, Kind("map", type="object"), "Use of each core of the job by its number in the socket"),),
    {},
)
_HELD_NODE = Table(
    "job_res_nodes",
    (
        Row("sockets", None, _by_number(record("job_res_socket_cores")), "Sockets with cores of the job, by number"),
        Row("nodename", None, TEXT, "Name of the node"),
        Row("cpus_used", None, NUMBER, "CPUs that steps use"),
        Row("memory_used", None, NUMBER, "Memory that steps use (MiB)"),
        Row("memory_allocated", None, NUMBER, "Memory (MiB)"),
    ),
    {},
)
_BY_INDEX = Table(
    "job_resources_36",
    (
        _NODES,
        _CPUS,
        _HOSTS,
        Row("allocated_nodes", None, _by_number(record("node_allocation")), "Nodes, by their number in the job"),
    ),
    {},
)
_HELD = Table(
    "job_resources_38",
    (_NODES, _CORES, _CPUS, _HOSTS, Row("allocated_nodes", None, listed("job_res_nodes"), "Nodes")),
    {},
)
_CORE = Table(
    "job_res_core",
    (
        Row("index", None, NUMBER, "Number of the core in its socket"),
        Row("status", None, _USE, "Whether the job holds and uses it"),
    ),
    {},
)
_SOCKET = Table(
    "job_res_socket",
    (
        Row("index", None, NUMBER, "Number of the socket in its node"),
        Row("cores", None, listed("job_res_core"), "Its cores, also those that are not the job's"),
    ),
    {},
)
_NODE = Table(
    "job_res_node",
    (
        Row("index", None, NUMBER, "Number of the node in the job"),
        Row("name", None, TEXT, "Name of the node"),
        Row("cpus/count", None, NUMBER, "CPUs of the job"),
        Row("cpus/used", None, NUMBER, "CPUs that steps use"),
        Row("memory/used", None, NUMBER, "Memory that steps use (MiB)"),
        Row("memory/allocated", None, NUMBER, "Memory of the job (MiB)"),
        Row("sockets", None, listed("job_res_socket"), "Its sockets"),
    ),
    {},
)
_WHOLE = Table(
    "job_res",
    (
        Row("select_type", None, CSV, "What is allocated: nodes, sockets, cores, CPUs, memory"),
        Row("nodes/count", None, NUMBER, "Number of nodes"),
        Row(
            "nodes/select_type",
            None,
            _words("node_select", "AVAILABLE", "ONE_ROW", "RESERVED"),
            "How the nodes' CPUs were taken",
        ),
        Row("nodes/list", None, TEXT, "Host list"),
        Row("nodes/whole", None, BOOLEAN, "Whether nodes are the job's alone"),
        Row("nodes/allocation", None, listed("job_res_node"), "Each node"),
        Row("cpus", None, NUMBER, "Number of CPUs"),
        Row("threads_per_core", None, NOVAL_16, "Threads of a core that are used"),
    ),
    {},
)
TABLES = (
    *(_EXIT_CODE, _DBD_EXIT_CODE, _ASSOCIATION, _WCKEY, _STEP_ID, _EXTREME, _ROLLUP, _PURGE, _PORTS, _PURGE_COMPLETED),
    *(_OLD_NODE, _OLD_SOCKET, _HELD_NODE, _BY_INDEX, _HELD, _CORE, _SOCKET, _NODE, _WHOLE),
)

SHAPES: dict[str, Kind] = {
    "exit_code": record(_EXIT_CODE.name),
    "dbd_exit_code": record(_DBD_EXIT_CODE.name),
    "dbd_job_association": record(_ASSOCIATION.name),
    "dbd_job_association_40": record(_ASSOCIATION.name),
    "dbd_wckey": record(_WCKEY.name),
    "dbd_step_parts": record(_STEP_ID.name),
    "dbd_step_number": Kind("either"),
    "dbd_governors": CSV,
    "dbd_step_nodes": CSV,
    "deleted_or_default": CSV,
    "node_state_flags": CSV,
    "rollups": listed(_ROLLUP.name),
    "purge": record(_PURGE.name),
    "conf_health_checks": _words(
        *("health_checks", "START_ONLY", "REBOOT_ONLY", "ANY", "IDLE", "ALLOC", "MIXED", "NONDRAINED_IDLE", "CYCLE")
    ),
    "conf_ports": record(_PORTS.name),
    **dict.fromkeys(("conf_epilog", "conf_epilog_slurmctld", "conf_prolog", "conf_prolog_slurmctld"), CSV),
    "purge_completed": record(_PURGE_COMPLETED.name),
    "job_resources_by_index": record(_BY_INDEX.name),
    "job_resources": record(_HELD.name),
    "job_resources_39": record(_HELD.name),
    "job_resources_41": record(_WHOLE.name),
    "job_resources_45": record(_WHOLE.name),
    **dict.fromkeys(
        ("dbd_step_in_max", "dbd_step_in_min", "dbd_step_out_max", "dbd_step_out_min"), listed(_EXTREME.name)
    ),
    "environment": Kind("map", type="object"),
    "crontab": Kind("map", type="object"),
}
