# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client may say of a job: the keys of its description in each API version, and the members they become.

Rule 1: up to v0.0.38 keys are sbatch's options, which options.py reads; from v0.0.39 on they are the members. A key of
        both is one row where it sets the same member. One that slurmrestd knows and refuses is of the kind "disabled".
Rule 2: the order of rows is that in which later versions read them; of two that set one member, the last one counts.
"""

from __future__ import annotations

from slurmrest_inet.versions import FIRST

from . import job_members as later
from . import options, readers, signals
from .job_names import (
    CPU_BINDING,
    JOB_EXCLUSIVE,
    JOB_FLAGS_40,
    JOB_MAIL,
    JOB_PROFILE_40,
    JOB_SHARED_40,
    MEMORY_BINDING,
    OPEN_MODE,
    POWER,
    X11,
)
from .job_step_id import STEP_ID
from .model import (
    BOOLEAN,
    CSV,
    GROUP,
    IN,
    NOVAL_16,
    NOVAL_32,
    NUMBER,
    NUMBER_16,
    NUMBER_32,
    TEXT,
    USER,
    Kind,
    Names,
    Row,
    Table,
    flags,
    texts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reader

OPTIONS_LAST = 38
"""The last API version whose keys are sbatch's options."""
_LATER = OPTIONS_LAST + 1


def _kind(type_: str, read: Reader, *, width: int = 0) -> Kind:
    return Kind(read.__name__, type=type_, read=read, width=width)


def _row(path: str, member: Any, kind: Kind, doc: str, **more: Any) -> Row:
    """Return a row of every version."""
    return Row(path, member, kind, doc, way=IN, **more)


def _old(path: str, member: str | None, kind: Kind, doc: str, *, until: int = OPTIONS_LAST, **more: Any) -> Row:
    """Return a row of sbatch's options only."""
    return _row(path, member, kind, doc, until=until, **more)


def _new(path: str, member: Any, kind: Kind, doc: str, *, since: int = _LATER, **more: Any) -> Row:
    """Return a row of members only."""
    return _row(path, member, kind, doc, since=since, **more)


def _flag(words: Names, read: Reader = readers.flags) -> Kind:
    return flags(words)._replace(read=read)


_TIME = _kind("noval", readers.timestamp, width=64)
_MOMENT = _kind("integer", readers.moment, width=64)
_CPU_BINDING = _flag(CPU_BINDING, later.cpu_binding)
_MEMORY_BINDING = _flag(MEMORY_BINDING, later.memory_binding)
_PLANE = _kind("noval", later.plane_size, width=16)
_NUMBER_64 = NUMBER._replace(width=64)
_INTEGER = _kind("integer", options.integer)
_FILE = _kind("string", options.file)
_MINUTES = _kind("integer", options.minutes)
_ANY = _kind("string", options.plain)

_ROWS = (
    _row("account", "account", TEXT, "Account that the job is charged to"),
    _row("account_gather_frequency", "acctg_freq", TEXT, "Seconds between two samples, by kind of data: --acctg-freq"),
    _new("admin_comment", "admin_comment", TEXT, "Remark that only administrators make"),
    _new("allocation_node_list", "alloc_node", TEXT, "Node that the request comes from"),
    _new("allocation_node_port", "alloc_resp_port", NUMBER_16, "Port there that an answer goes to"),
    _row(
        "argv",
        "argv",
        _kind("array", options.texts)._replace(count="argc"),
        "Arguments of the script",
        then={_LATER: texts("argc")},
    ),
    _row("array", "array_inx", TEXT, "Indexes of a job array, for example 1-10%2"),
    _row("batch_features", "batch_features", TEXT, "Features of the node that runs the script"),
    _row(
        "begin_time",
        "begin_time",
        _kind("string", options.begin),
        "Earliest start: an epoch, or a time as --begin takes it",
        then={_LATER: _NUMBER_64, 40: _TIME},
    ),
    _new("flags", "bitflags", flags(JOB_FLAGS_40), "Job flags"),
    _row("burst_buffer", "burst_buffer", TEXT, "Burst buffer specification"),
    _new("clusters", "clusters", TEXT, "Clusters that may run the job"),
    _row("cluster_constraint", "cluster_features", TEXT, "Features of the cluster in a federation"),
    _row("comment", "comment", TEXT, "Any remark"),
    _new("contiguous", "contiguous", BOOLEAN, "Whether nodes must be neighbours"),
    _row("container", "container", TEXT, "Path of an OCI bundle that the job runs in", since=OPTIONS_LAST),
    _new("container_id", "container_id", TEXT, "Id of that container", release="23.02"),
    _new("container_type", "container_type", TEXT, "Kind of that container", since=45, release="26.05"),
    _old("cores_per_socket", "cores_per_socket", _INTEGER, "Least cores per socket"),
    _new("cores_per_socket", "cores_per_socket", NUMBER_16, "Least cores per socket", since=40, until=40),
    _row(
        "core_specification",
        "core_spec",
        _kind("integer", options.core_spec),
        "Cores per node left to the system",
        then={_LATER: _kind("integer", later.core_spec, width=16)},
    ),
    _row(
        "thread_specification",
        "core_spec",
        _kind("integer", options.thread_spec),
        "Threads per node left to the system",
        then={_LATER: _kind("integer", later.thread_spec, width=16)},
    ),
    _new("cpu_binding", "cpu_bind", TEXT, "List that goes with the flags of CPU binding"),
    _new("cpu_binding_flags", "cpu_bind_type", _CPU_BINDING, "How tasks are bound to CPUs"),
    _row(
        "cpu_frequency",
        None,
        _kind("string", options.frequency),
        "Frequency of the processors: --cpu-freq",
        then={_LATER: _kind("string", later.frequency)},
    ),
    _new("cpus_per_tres", "cpus_per_tres", TEXT, "CPUs per unit of a TRES, for example gres/gpu:2"),
    _new("crontab", None, _kind("object", later.crontab), "Line of scrontab; never taken"),
    _row(
        "deadline",
        "deadline",
        _kind("string", options.deadline),
        "The job is removed if it cannot end by then: an epoch, or a time as --deadline takes it",
        then={_LATER: _NUMBER_64, 40: _MOMENT},
    ),
    _row(
        "delay_boot",
        "delay_boot",
        _kind("integer", options.delay_boot),
        "How long to wait for nodes with the right features: minutes up to v0.0.38, then seconds",
        then={_LATER: NUMBER_32},
    ),
    _row("dependency", "dependency", TEXT, "What must have happened before: --dependency"),
    _new("end_time", "end_time", _NUMBER_64, "Expected end (epoch)", then={40: _MOMENT}),
    _old("environment", None, _kind("object", options.environment), "Variables by name; a new job must have some"),
    _new("environment", "environment", texts("env_size"), "Environment variables, each NAME=VALUE", required=(39, 39)),
    *(
        _new(f"rlimits/{name}", None, _kind("noval", later.limit, width=64), f"Limit of a process: {what}", since=40)
        for name, what in (
            ("cpu", "seconds on a CPU"),
            ("fsize", "size of a file (bytes)"),
            ("data", "size of its data (bytes)"),
            ("stack", "size of its stack (bytes)"),
            ("core", "size of a core file (bytes)"),
            ("rss", "resident set (bytes)"),
            ("nproc", "number of processes"),
            ("nofile", "number of open files"),
            ("memlock", "locked memory (bytes)"),
            ("as", "address space (bytes)"),
        )
    ),
    _new("excluded_nodes", "exc_nodes", CSV, "Nodes that the job must not get"),
    _new("extra", "extra", TEXT, "Text for filters of nodes, or for anything"),
    _row("constraints", "features", TEXT, "Features that the nodes must have"),
    _new(
        "group_id",
        "group_id",
        GROUP,
        "Group that the job runs as",
        then={40: _kind("group", later.group_number), 41: GROUP},
    ),
    _new("hetjob_group", "het_job_offset", NUMBER_32, "Number of a component of a heterogeneous job"),
    _new("immediate", "immediate", BOOLEAN, "Whether the job starts at once or not at all"),
    _new("job_id", ("job_id", "step_id.job_id"), NUMBER_32, "Id that an administrator asks for"),
    _new("kill_on_node_fail", "kill_on_node_fail", BOOLEAN, "Whether the failure of a node ends the job"),
    _row("licenses", "licenses", TEXT, "Licences, for example matlab:2"),
    _row(
        "mail_type",
        "mail_type",
        _kind("string", options.mail),
        "Events that send mail",
        then={_LATER: _flag(JOB_MAIL, later.mail_type)},
    ),
    _row("mail_user", "mail_user", TEXT, "Who gets the mail"),
    _row("mcs_label", "mcs_label", TEXT, "MCS label"),
    _old("memory_binding", None, _kind("string", options.memory_binding), "How tasks are bound to memory: --mem-bind"),
    _new("memory_binding", "mem_bind", TEXT, "List that goes with the flags of memory binding"),
    _new("memory_binding_type", "mem_bind_type", _MEMORY_BINDING, "How tasks are bound to memory"),
    _new("memory_per_tres", "mem_per_tres", TEXT, "Memory per unit of a TRES, for example gres/gpu:100"),
    _new(
        "memory_update_margin",
        "mem_update_margin",
        NUMBER_16,
        "Percentage above what is used that is left when memory is taken back",
        since=45,
        release="26.05",
    ),
    _new(
        "memory_update_delay",
        "mem_update_delay",
        NUMBER_16,
        "Minutes until memory is taken back",
        since=45,
        release="26.05",
    ),
    _row("name", "name", TEXT, "Name of the job"),
    _new("network", "network", TEXT, "Network specification"),
    _row(
        "nice",
        "nice",
        _kind("string", options.nice),
        "Lowers the priority",
        then={_LATER: _kind("integer", later.nice, width=32)},
    ),
    _row("tasks", "num_tasks", _kind("integer", options.tasks), "Number of tasks", then={_LATER: NUMBER_32}),
    _new(
        "oom_kill_step",
        "oom_kill_step",
        NUMBER_16,
        "Whether a task without memory ends its step",
        since=42,
        release="24.11",
    ),
    _row(
        "open_mode",
        "open_mode",
        _kind("string", options.open_mode),
        "Append to output files or truncate them",
        then={_LATER: flags(OPEN_MODE._replace(bits=True))},
    ),
    _new("reserve_ports", "other_port", NUMBER_16, "Port that messages go to"),
    _new("overcommit", "overcommit", BOOLEAN, "Whether a CPU may have several tasks"),
    _row("partition", "partition", TEXT, "Partition, or several"),
    _new("distribution_plane_size", "plane_size", NUMBER_16, "Tasks in a plane", then={41: _PLANE}),
    _new(
        "power_flags",
        "power_flags",
        flags(POWER),
        "Flags of power management",
        until=44,
        then={40: _kind("array", readers.ignored)},
    ),
    _row("prefer", "prefer", TEXT, "Features that the nodes should have", since=OPTIONS_LAST),
    _old("hold", None, _kind("boolean", options.truth), "Hold the job, or release it"),
    _new("hold", "priority", _kind("boolean", later.hold), "Hold the job, or release it"),
    _old("priority", None, _kind("", readers.ignored)._replace(name="disabled"), "See v0.0.37", until=36, hidden=True),
    _old("priority", None, _kind("string", options.priority), "Priority, or TOP", since=37),
    _new("priority", "priority", NOVAL_32, "Priority"),
    _old("profile", "profile", _kind("string", options.profile), "Data series that are gathered", hidden=True),
    _new("profile", "profile", flags(JOB_PROFILE_40), "Data series that are gathered"),
    _row("qos", "qos", TEXT, "Quality of service"),
    _new("reboot", "reboot", BOOLEAN, "Whether nodes are booted first"),
    _new("required_nodes", "req_nodes", CSV, "Nodes that the job must get"),
    _row(
        "requeue",
        "requeue",
        _kind("boolean", options.requeue),
        "Whether the job may be requeued",
        then={_LATER: BOOLEAN},
    ),
    _row("reservation", "reservation", TEXT, "Reservation, or several"),
    _new(
        "resv_mpi_ports",
        "resv_port_cnt",
        NUMBER_16,
        "Ports to reserve for MPI",
        since=41,
        until=41,
        release="24.05",
    ),
    _new("script", "script", TEXT, "Script to run"),
    _new("shared", "shared", flags(JOB_SHARED_40), "How nodes are shared"),
    _row(
        "exclusive",
        "shared",
        _kind("string", options.exclusive),
        "With whom nodes are shared: true, user, mcs, oversubscribe",
        until=41,
        then={_LATER: _flag(JOB_EXCLUSIVE, later.exclusive)},
    ),
    _old(
        "oversubscribe",
        None,
        _kind("", readers.ignored)._replace(name="disabled"),
        "See v0.0.38",
        until=37,
        hidden=True,
    ),
    _row(
        "oversubscribe",
        "shared",
        _kind("boolean", options.oversubscribe),
        "Share nodes with other jobs",
        since=OPTIONS_LAST,
        until=41,
        then={_LATER: _kind("boolean", later.oversubscribe)},
    ),
    _new("site_factor", "site_factor", NUMBER_32, "Part of the priority that the site sets"),
    _new("spank_environment", "spank_job_env", texts("spank_job_env_size"), "Variables for SPANK plugins"),
    _new("step_id", None, STEP_ID, "Id that an administrator asks for", since=44),
    _row(
        "distribution",
        None,
        _kind("string", options.distribution),
        "How tasks are spread: --distribution",
        then={
            _LATER: _kind("string", later.distribution),
            40: _kind("string", later.unread_distribution),
            41: _kind("string", later.distribution),
        },
    ),
    _row("time_limit", "time_limit", _MINUTES, "Most run time in minutes", then={_LATER: NOVAL_32}),
    _row("time_minimum", "time_min", _MINUTES, "Least run time in minutes", then={_LATER: NOVAL_32}),
    _new("tres_bind", "tres_bind", TEXT, "How tasks are bound to TRES, for example gres/gpu:closest"),
    _new("tres_freq", "tres_freq", TEXT, "Frequency of TRES, for example gpu:high"),
    _new("tres_per_job", "tres_per_job", TEXT, "TRES of the job, for example gres/gpu:2"),
    _new("tres_per_node", "tres_per_node", TEXT, "TRES per node"),
    _new("tres_per_socket", "tres_per_socket", TEXT, "TRES per socket"),
    _new("tres_per_task", "tres_per_task", TEXT, "TRES per task"),
    _new("user_id", "user_id", USER, "User that the job runs as"),
    _row(
        "wait_all_nodes",
        "wait_all_nodes",
        _kind("boolean", options.wait_all_nodes),
        "Start only when all nodes have booted",
        then={_LATER: _kind("boolean", later.wait_all_nodes)},
    ),
    _new("kill_warning_flags", "warn_flags", flags(signals.KILL), "Flags of the signal before the end"),
    _new("kill_warning_signal", "warn_signal", _kind("string", signals.signal, width=16), "Signal before the end"),
    _new("kill_warning_delay", "warn_time", NOVAL_16, "How many seconds before the end it is sent"),
    _row(
        "current_working_directory",
        "work_dir",
        _kind("string", options.folder),
        "Folder that the script starts in",
        then={_LATER: TEXT},
    ),
    _old("cpus_per_task", None, _kind("integer", options.cpus_per_task), "CPUs per task"),
    _new("cpus_per_task", "cpus_per_task", NUMBER_16, "CPUs per task"),
    _new("minimum_cpus", "min_cpus", NUMBER_32, "Least CPUs"),
    _new("maximum_cpus", "max_cpus", NUMBER_32, "Most CPUs"),
    _row(
        "nodes",
        None,
        _kind("array", options.nodes),
        "Number of nodes: [least, most], or a text such as 2-4",
        then={_LATER: _kind("string", later.nodes)},
    ),
    _old("minimum_nodes", None, _kind("boolean", options.use_min_nodes), "Among choices of nodes take the smallest"),
    _new("minimum_nodes", "min_nodes", NUMBER_32, "Least number of nodes"),
    _new("maximum_nodes", "max_nodes", NUMBER_32, "Most number of nodes"),
    _new("minimum_boards_per_node", "boards_per_node", NUMBER_16, "Least boards per node"),
    _new("minimum_sockets_per_board", "sockets_per_board", NUMBER_16, "Least sockets per board"),
    _row("sockets_per_node", "sockets_per_node", _INTEGER, "Least sockets per node", then={_LATER: NUMBER_16}),
    _new("cores_per_socket", "cores_per_socket", NUMBER_16, "Least cores per socket", since=45),
    _row("threads_per_core", "threads_per_core", _INTEGER, "Least threads per core", then={_LATER: NUMBER_16}),
    _row("tasks_per_node", "ntasks_per_node", _INTEGER, "Tasks per node", then={_LATER: NUMBER_16}),
    _row("tasks_per_socket", "ntasks_per_socket", _INTEGER, "Most tasks per socket", then={_LATER: NUMBER_16}),
    _row("tasks_per_core", "ntasks_per_core", _INTEGER, "Most tasks per core", then={_LATER: NUMBER_16}),
    _new("tasks_per_board", "ntasks_per_board", NUMBER_16, "Most tasks per board"),
    _old("ntasks_per_tres", None, _INTEGER, "Tasks per TRES; wins over ntasks_per_gpu", hidden=True),
    _new("ntasks_per_tres", "ntasks_per_tres", NUMBER_16, "Tasks per TRES"),
    _row(
        "minimum_cpus_per_node",
        "pn_min_cpus",
        _INTEGER,
        "Least CPUs per node",
        then={_LATER: NUMBER_16},
    ),
    _old("memory_per_cpu", None, _kind("integer", options.memory_per_cpu), "Memory per CPU, MiB or with a unit"),
    _new("memory_per_cpu", "pn_min_memory", _kind("noval", later.memory_per_cpu, width=64), "MiB per CPU"),
    _old("memory_per_node", None, _kind("integer", options.memory), "Memory per node, MiB or with a unit"),
    _new("memory_per_node", "pn_min_memory", _kind("noval", later.memory_per_node, width=64), "MiB per node"),
    _old(
        "temporary_disk_per_node",
        "pn_min_tmp_disk",
        _kind("integer", options.disk),
        "Temporary disk per node, MiB or with a unit",
        hidden=True,
    ),
    _new("temporary_disk_per_node", "pn_min_tmp_disk", NUMBER_32, "Temporary disk per node, MiB"),
    _new("selinux_context", "selinux_context", TEXT, "SELinux context"),
    _new("required_switches", "req_switch", NOVAL_32, "Most switches between the nodes"),
    _new("segment_size", "segment_size", NOVAL_16, "Nodes in a segment of a block", since=41, release="24.05"),
    _row("standard_error", "std_err", _FILE, "File of standard error", then={_LATER: TEXT}),
    _row("standard_input", "std_in", _FILE, "File of standard input", then={_LATER: TEXT}),
    _row("standard_output", "std_out", _FILE, "File of standard output", then={_LATER: TEXT}),
    _new("wait_for_switch", "wait4switch", NUMBER_32, "Most seconds to wait for these switches"),
    _row("wckey", "wckey", TEXT, "Workload characterization key"),
    _new("x11", "x11", flags(X11), "Which nodes forward X11"),
    _new("x11_magic_cookie", "x11_magic_cookie", TEXT, "Cookie of the X server"),
    _new("x11_target_host", "x11_target", TEXT, "Host of the X server"),
    _new("x11_target_port", "x11_target_port", NUMBER_16, "Port of the X server"),
)

_OPTIONS = (
    _old("account_gather_freqency", "acctg_freq", TEXT, "The same; so the document of v0.0.36 spells it", until=36),
    _old("cluster_constraints", "cluster_features", TEXT, "The same; so the document of v0.0.36 has it", until=36),
    _old("constraint", "features", TEXT, "The same as constraints", hidden=True),
    _old("cpu_binding_hint", None, _ANY, "Hint for binding tasks; jobs do not keep it"),
    _old("cpu_binding hint", None, _ANY, "The same as cpu_binding_hint", until=37, hidden=True),
    _old("cpus_per_gpu", None, _kind("string", options.integer), "CPUs per GPU"),
    _old("cwd", "work_dir", _kind("string", options.folder), "The same as current_working_directory", hidden=True),
    _old("exclude_nodes", "exc_nodes", TEXT, "Nodes that the job must not get", hidden=True),
    _old("get_user_environment", None, _kind("boolean", options.user_environment), "Add the user's login environment"),
    _old("gpu_binding", "tres_bind", _kind("string", options.gpu_binding), "How tasks are bound to GPUs: --gpu-bind"),
    _old("gpu_frequency", "tres_freq", _kind("string", options.gpu_frequency), "Frequency of the GPUs: --gpu-freq"),
    _old("gpus", None, _ANY, "GPUs of the job: [type:]number"),
    _old("gpus_per_node", None, _ANY, "GPUs per node"),
    _old("gpus_per_socket", None, _ANY, "GPUs per socket"),
    _old("gpus_per_task", None, _ANY, "GPUs per task"),
    _old("gres", None, _kind("string", options.gres), "Generic resources per node"),
    _old("gres_flags", None, _kind("string", options.gres_flags), "Whether GPUs must be near the CPUs: --gres-flags"),
    _old("job_name", "name", TEXT, "The same as name", hidden=True),
    _old(
        "kill_on_invalid_dependency",
        None,
        _kind("boolean", options.kill_invalid),
        "Remove the job if its dependency cannot be met",
    ),
    _old(
        "kill_on_invalid dependency",
        None,
        _kind("boolean", options.kill_invalid),
        "The same as kill_on_invalid_dependency",
        until=36,
        hidden=True,
    ),
    _old("license", "licenses", TEXT, "The same as licenses", hidden=True),
    _old("msc_label", "mcs_label", TEXT, "The same as mcs_label", until=37, hidden=True),
    _old("memory_per_gpu", None, _kind("integer", options.memory_per_gpu), "Memory per GPU, MiB or with a unit"),
    _old("no_kill", None, _kind("boolean", options.no_kill), "Go on when a node fails"),
    _old("no_requeue", "requeue", _kind("boolean", options.no_requeue), "The job is not to be requeued", hidden=True),
    _old("node_list", "req_nodes", _kind("string", options.nodelist), "The same as nodelist", hidden=True),
    _old("nodelist", "req_nodes", _kind("string", options.nodelist), "Nodes that the job must get", hidden=True),
    _old("ntasks", "num_tasks", _kind("integer", options.tasks), "The same as tasks", hidden=True),
    _old("ntasks_per_core", "ntasks_per_core", _INTEGER, "The same as tasks_per_core", hidden=True),
    _old("ntasks_per_gpu", None, _INTEGER, "Tasks per GPU", hidden=True),
    _old("ntasks_per_node", "ntasks_per_node", _INTEGER, "The same as tasks_per_node", hidden=True),
    _old("ntasks_per_socket", "ntasks_per_socket", _INTEGER, "The same as tasks_per_socket", hidden=True),
    _old("signal", None, _kind("string", options.warning), "Signal some time before the end: [R:]signal[@seconds]"),
    _old("spread_job", None, _kind("boolean", options.spread_job), "Spread the job over as many nodes as possible"),
    _old("standard_in", "std_in", _FILE, "The same as the later standard_input", until=36),
    _old("standard_out", "std_out", _FILE, "The same as the later standard_output", until=36),
    _old("test_only", None, _kind("string", readers.ignored), "Taken and not heeded, as by slurmrestd", hidden=True),
    _old("time minimum", "time_min", _MINUTES, "The same as time_minimum", until=37, hidden=True),
    _old("umask", None, _kind("string", options.umask), "Checked, but a job keeps its script's own", hidden=True),
    *(
        _old(key, None, _kind("string", readers.ignored)._replace(name="disabled"), "Known, and refused", hidden=True)
        for key in (
            *("accelerator_binding", "allocation_node_list", "bell", "burst_buffer_file", "cluster", "clusters"),
            *("compress", "contiguous", "cpu_binding", "debugger_test", "disable_status", "epilog", "excluded_nodes"),
            *("export_file", "export", "extra_node_info", "group_id", "help", "ignore_pbs", "immediate", "job_id"),
            *("kill_command", "kill_on_bad_exit", "label", "max_threads", "message_timeout", "mpi", "multiple_program"),
            *("network", "no_allocation", "no_bell", "nodefile", "no_shell", "overcommit", "hetjob_group", "parsable"),
            *("power_flags", "preserve_environment", "prolog", "propagate", "pty", "quiet", "quit_on_interrupt"),
            *("reboot", "relative", "required_nodes", "required_switches", "reserve_port", "reserve_ports"),
            *("slurmd_debug", "task_epilog", "task_prolog", "threads", "unbuffered", "unknown", "usage", "user_id"),
            *("version", "verbose", "wait_for_switch", "wait", "wrap", "x11"),
        )
    ),
)
"""What only sbatch's options have."""

_OURS = "set by the request itself"
_STATE = "of slurmctld's own, or of its talk with other clusters"
_CLIENT = "of a client that waits for its allocation"
_REPLACED = "its text is in another member"

JOB_DESC = Table(
    "job_desc_msg_t",
    _ROWS + _OPTIONS,
    {
        "alloc_sid": _CLIENT,
        "alloc_tls_cert": _CLIENT,
        "array_bitmap": _STATE,
        "crontab_entry": "of scrontab(1), which no submission can be",
        "env_hash": _STATE,
        "fed_siblings_active": _STATE,
        "fed_siblings_viable": _STATE,
        "id": _STATE,
        "job_id_str": _OURS,
        "licenses_tot": _STATE,
        "origin_cluster": _STATE,
        "req_context": _CLIENT,
        "resp_host": _CLIENT,
        "restart_cnt": _STATE,
        "script_buf": _REPLACED,
        "script_hash": _STATE,
        "select_jobinfo": _STATE,
        "submit_line": _CLIENT,
        "tres_req_cnt": _STATE,
        # Set beside others.
        "job_size_str": "of nodes",
        "cpu_freq_gov": "of cpu_frequency",
        "cpu_freq_max": "of cpu_frequency",
        "cpu_freq_min": "of cpu_frequency",
        "task_dist": "of distribution",
    },
    parser="JOB_DESC_MSG",
)

MOST_COMPONENTS = 128
"""Slurm's limit of a heterogeneous job's components. slurmctld does not hold its clients to it;
slurmrestd 24.11 does, and 22.05 does not."""

JOB_SUBMIT_REQ = Table(
    "job_submit_req",
    (
        _row("script", "script", TEXT, "Script to run, if it is not in the job", required=(FIRST, OPTIONS_LAST)),
        _row(
            "jobs",
            "jobs",
            Kind("records", type="array", read=readers.records(JOB_DESC, MOST_COMPONENTS)),
            "Components of a heterogeneous job",
        ),
        _row("job", "job", Kind("record", type="object", read=readers.record(JOB_DESC)), "The job"),
    ),
    {},
    parser="JOB_SUBMIT_REQ",
)
"""What a submission is; no C struct is made of it as a whole. Up to v0.0.39 slurmrestd looks at its members one by one,
and so do we: the table is read from v0.0.40 on."""

JOB_ALLOC_REQ = Table(
    "job_alloc_req",
    (
        _new(
            "hetjob",
            "hetjob",
            Kind("records", type="array", read=readers.records(JOB_DESC, MOST_COMPONENTS)),
            "Components of a heterogeneous job",
            since=41,
        ),
        _new("job", "job", Kind("record", type="object", read=readers.record(JOB_DESC)), "The job", since=41),
    ),
    {},
    parser="JOB_ALLOC_REQ",
)
"""What is to be allocated, as a whole likewise."""
