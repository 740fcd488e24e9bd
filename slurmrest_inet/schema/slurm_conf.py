# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmctld's configuration: ``slurm_conf_t`` (slurm.conf(5)), and what slurmctld tells of it beside.

Rule 1: passwords are never told; slurmrestd leaves them out as well.
"""

from __future__ import annotations

from .model import (
    BOOLEAN,
    CSV,
    NOVAL,
    NUMBER,
    TEXT,
    Kind,
    Name,
    Names,
    Row,
    Table,
    choice,
    derived,
    each,
    flags,
    items,
    listed,
)
from .partition_names import SELECT_TYPE_45
from .slurmdbd.conf import LEVELS

_STRUCT = "slurm_conf_t"


def _names(ident: str, text: str, prefix: str = "", *, otherwise: str | None = None, bits: bool = False) -> Names:
    """Return a table from lines ``CONSTANT word``; a constant of no header is its number."""
    pairs = (line.split() for line in text.strip().splitlines())
    entries = (Name(name if name.isdigit() else prefix + name, word) for name, word in pairs)
    return Names(ident, tuple(entries), otherwise, bits)


def _conf_flags(ident: str, text: str) -> Names:
    """Return a table of bits of conf_flags, whose constants begin with CTL_CONF_ in 22.05."""
    earlier, later = (_names(ident, text, prefix, bits=True) for prefix in ("CTL_CONF_", "CONF_FLAG_"))
    known = (entry for entry in earlier.entries if entry.constant.rpartition("CTL_CONF_")[2] in _CTL_CONF)
    return later._replace(entries=(*known, *later.entries))


_CTL_CONF = ("OR", "SJC", "DRJ", "ASRU", "PAM", "WCKEY", "IPV4_ENABLED", "IPV6_ENABLED", "SJS", "SJE")

ENFORCED = _names(
    "conf_enforced",
    """
    1 associations
    2 limits
    4 wckeys
    8 qos
    16 safe
    32 nojobs
    64 nosteps
    """,
    bits=True,
)
GENERAL_FLAGS = _conf_flags(
    "conf_flags",
    """
    DRJ DisableRootJobs
    ASRU AllowSpecResourcesUsage
    PAM UsePam
    WCKEY TrackWCKey
    """,
)
COMMUNICATION_FLAGS = _conf_flags(
    "conf_communication_flags",
    """
    IPV4_ENABLED IPv4
    IPV6_ENABLED IPv6
    DISABLE_HTTP disable_http
    """,
)
STORE_FLAGS = _conf_flags(
    "conf_store_flags",
    """
    SJC job_comment
    SJX job_extra
    SJS job_script
    SJE job_env
    NO_STDIO no_stdio
    """,
)
SLURMD_FLAGS = _conf_flags(
    "conf_slurmd_flags",
    """
    OR config_overrides
    L3CSOCK l3cache_as_socket
    NNSOCK numa_node_as_socket
    ECORE allow_ecores
    SHR shutdown_on_reboot
    CONTAIN_SPANK contain_spank
    """,
)
GOVERNORS = _names(
    "conf_governors",
    """
    0 Unset
    CONSERVATIVE Conservative
    ONDEMAND OnDemand
    PERFORMANCE Performance
    POWERSAVE PowerSave
    SCHEDUTIL SchedUtil
    USERSPACE UserSpace
    LOW Low
    MEDIUM Medium
    HIGHM1 Highm1
    HIGH High
    """,
    "CPU_FREQ_",
)
"""Where there are several, slurmrestd tells none."""
DEBUG_FLAGS = _names(
    "conf_debug_flags",
    """
    ACCRUE Accrue
    AGENT Agent
    AUDIT_RPCS AuditRPCs
    AUDIT_TLS AuditTLS
    BACKFILL Backfill
    BACKFILL_MAP BackfillMap
    BURST_BUF BurstBuffer
    CGROUP Cgroup
    CONMGR ConMgr
    CPU_FREQ CpuFrequency
    CPU_BIND CPU_Bind
    DATA Data
    DBD_AGENT DBD_Agent
    DB_ARCHIVE DB_Archive
    DB_ASSOC DB_Assoc
    DB_EVENT DB_Event
    DB_JOB DB_Job
    DB_QOS DB_QOS
    DB_QUERY DB_Query
    DB_RESV DB_Reservation
    DB_RES DB_Resource
    DB_STEP DB_Step
    DB_TRES DB_TRES
    DB_USAGE DB_Usage
    DB_WCKEY DB_WCKey
    DEPENDENCY Dependency
    ENERGY Energy
    FEDR Federation
    GANG Gang
    GLOB_SILENCE GLOB_SILENCE
    GRES Gres
    HETJOB Hetjob
    INTERCONNECT Interconnect
    JAG JobAccountGather
    JOBCOMP JobComp
    NAMESPACE Namespace
    JOB_CONT Namespace
    NODE_FEATURES NodeFeatures
    LICENSE License
    METRICS Metrics
    MPI MPI
    NET Network
    NET_RAW NetworkRaw
    NO_CONF_HASH NO_CONF_HASH
    POWER Power
    PRIO Priority
    PROFILE Profile
    PROTOCOL Protocol
    RESERVATION Reservation
    ROUTE Route
    SACK Sack
    SCRIPT Script
    SELECT_TYPE SelectType
    STEPS Steps
    SWITCH Switch
    THREAD thread
    TLS TLS
    TRACE_JOBS TraceJobs
    TRIGGERS Triggers
    """,
    "DEBUG_FLAG_",
    bits=True,
)
"""DEBUG_FLAG_NAMESPACE is called DEBUG_FLAG_JOB_CONT up to 25.05."""
PARTITION_LIMITS = _names("conf_partition_limits", "NONE NO\nANY ANY\nALL ALL", "PARTITION_ENFORCE_")
LOG_FORMATS = _names(
    "conf_log_formats",
    """
    ISO8601_MS iso8601_ms
    ISO8601 iso8601
    RFC5424_MS rfc5424_ms
    RFC5424 rfc5424
    RFC3339 rfc3339
    CLOCK clock
    SHORT short
    THREAD_ID thread_id
    """,
    "LOG_FMT_",
)
PREEMPTION = Names(
    "conf_preemption",
    (
        Name("PREEMPT_MODE_OFF", "DISABLED"),
        *(
            Name(f"PREEMPT_MODE_{word}", word, f"PREEMPT_MODE_{word}")
            for word in ("SUSPEND", "REQUEUE", "CANCEL", "GANG", "WITHIN", "PRIORITY")
        ),
    ),
)
PRIORITY_FLAGS = _names(
    "conf_priority_flags",
    """
    ACCRUE_ALWAYS ACCRUE_ALWAYS
    SIZE_RELATIVE SMALL_RELATIVE_TO_TIME
    CALCULATE_RUNNING CALCULATE_RUNNING
    DEPTH_OBLIVIOUS DEPTH_OBLIVIOUS
    FAIR_TREE FAIR_TREE
    INCR_ONLY INCR_ONLY
    MAX_TRES MAX_TRES
    MAX_TRES_GRES MAX_TRES_GRES
    NO_NORMAL_ASSOC NO_NORMAL_ASSOC
    NO_NORMAL_PART NO_NORMAL_PART
    NO_NORMAL_QOS NO_NORMAL_QOS
    NO_NORMAL_TRES NO_NORMAL_TRES
    """,
    "PRIORITY_FLAGS_",
    bits=True,
)
RESETS = _names(
    "conf_resets",
    """
    NONE NONE
    NOW NOW
    DAILY DAILY
    WEEKLY WEEKLY
    MONTHLY MONTHLY
    QUARTERLY QUARTERLY
    YEARLY YEARLY
    """,
    "PRIORITY_RESET_",
)
PRIVATE = _names(
    "conf_private",
    """
    ACCOUNTS accounts
    EVENTS events
    JOBS jobs
    NODES nodes
    PARTITIONS partitions
    RESERVATIONS reservations
    USAGE usage
    USERS users
    """,
    "PRIVATE_DATA_",
    bits=True,
)
PROPAGATION = _names("conf_propagation", "OFF off\nON on\nNICER nicer", "PROP_PRIO_")
PROLOG_FLAGS = _names(
    "conf_prolog_flags",
    """
    ALLOC Alloc
    NOHOLD NoHold
    CONTAIN Contain
    SERIAL Serial
    X11 X11
    DEFER_BATCH DeferBatch
    FORCE_REQUEUE_ON_FAIL ForceRequeueOnFail
    RUN_IN_JOB RunInJob
    """,
    "PROLOG_FLAG_",
    bits=True,
)
KEPT = _names(
    "conf_kept",
    """
    KEEP_PART_INFO KeepPartInfo
    KEEP_PART_STAT KeepPartState
    KEEP_POWER_SAVE_SETTINGS KeepPowerSaveSettings
    """,
    "RECONFIG_",
    bits=True,
)
RETURNS = _names("conf_returns", "0 none\n1 non_responsive_only\n2 all")
_BOUND = "CPU_BIND_TO_THREADS|CPU_BIND_TO_CORES|CPU_BIND_TO_SOCKETS|CPU_BIND_TO_LDOMS"
_BY_ITSELF = "CPU_AUTO_BIND_TO_THREADS|CPU_AUTO_BIND_TO_CORES|CPU_AUTO_BIND_TO_SOCKETS"
_UNBOUND = "CPU_BIND_NONE|CPU_BIND_MAP|CPU_BIND_MASK|CPU_BIND_LDRANK|CPU_BIND_LDMAP|CPU_BIND_LDMASK"
TASK_FLAGS = Names(
    "conf_task_flags",
    (
        Name("CPU_BIND_NONE", "None", _UNBOUND),
        Name("CPU_BIND_TO_THREADS", "Threads", _BOUND),
        Name("CPU_BIND_TO_CORES", "Cores", _BOUND),
        Name("CPU_BIND_TO_SOCKETS", "Sockets", _BOUND),
        Name("CPU_AUTO_BIND_TO_THREADS", "autobind=threads", _BY_ITSELF),
        Name("CPU_AUTO_BIND_TO_CORES", "autobind=cores", _BY_ITSELF),
        Name("CPU_AUTO_BIND_TO_SOCKETS", "autobind=sockets", _BY_ITSELF),
        # slurmrestd shows these only where nothing else is set.
        Name("SLURMD_OFF_SPEC", "SlurmdOffSpec"),
        Name("OOM_KILL_STEP", "OOMKillStep"),
        Name("SLURMD_SPEC_OVERRIDE", "SlurmdSpecOverride"),
        Name("CPU_BIND_VERBOSE", "Verbose", "CPU_BIND_VERBOSE"),
    ),
)
DEFAULTS = _names("conf_job_defaults", "CPU_PER_GPU DefCpuPerGPU\nMEM_PER_GPU DefMemPerGPU", "JOB_DEF_")


def _row(path: str, member: str | tuple[str, ...], kind: Kind, doc: str, release: str | None = None) -> Row:
    return Row(path, member, kind, doc, since=45, release=release)


_TIME = derived("time_range")
_BY_CPU = derived("memory_by_cpu", "noval", "NOVAL")
_BY_NODE = derived("memory_by_node", "noval", "NOVAL")
"""slurmrestd shows the one limit only where it is of a CPU, the other only where it is of a node."""

CONTROLLERS = Table(
    _STRUCT,
    (
        _row("address", "control_addr", each(TEXT), "Address of its host"),
        _row("machine", "control_machine", each(TEXT), "Host that it runs on"),
    ),
    skip={},
    view="controller",
)
JOB_DEFAULTS = Table(
    "job_defaults_t",
    (
        _row("type", "type", flags(DEFAULTS), "Of what"),
        _row("value", "value", NUMBER, "How much of it: CPUs, or memory (MiB)"),
    ),
    skip={},
    parser="JOB_DEFAULTS",
)
META = Table(
    _STRUCT,
    (
        _row("LastUpdate", "last_update", NUMBER, "When it was read last (epoch)"),
        _row("BOOT_TIME", "boot_time", NUMBER, "When slurmctld was started (epoch)"),
        _row("ClusterId", "cluster_id", NOVAL, "Id that slurmdbd knows the cluster by", "24.11"),
        _row("HashValue", "hash_val", NUMBER, "Checksum that is the same for the same slurm.conf"),
        _row("NEXT_JOB_ID", "next_job_id", NOVAL, "Id of the next job"),
        _row("SLURM_CONF", "slurm_conf", TEXT, "Path of slurm.conf"),
        _row("SLURM_VERSION", "version", TEXT, "Release of slurmctld"),
    ),
    skip={},
    view="slurm_conf_meta",
)
CONF = Table(
    _STRUCT,
    (
        _row("AccountingStorageTRES", "accounting_storage_tres", CSV, "Resources that are accounted for"),
        _row("AccountingStorageBackupHost", "accounting_storage_backup_host", TEXT, "Host of the second slurmdbd"),
        _row("AccountingStorageEnforce", "accounting_storage_enforce", flags(ENFORCED), "What jobs are held to"),
        _row("AccountingStorageExternalHost", "accounting_storage_ext_host", TEXT, "Other slurmdbd's to register with"),
        _row("AccountingStorageHost", "accounting_storage_host", TEXT, "Host of slurmdbd"),
        _row("AccountingStorageParameters", "accounting_storage_params", CSV, "Parameters of the accounting plugin"),
        _row("AccountingStoragePort", "accounting_storage_port", NUMBER, "Port of slurmdbd"),
        _row("AccountingStorageType", "accounting_storage_type", TEXT, "Accounting plugin"),
        _row("AcctGatherEnergyType", "acct_gather_energy_type", CSV, "Plugins that measure energy"),
        _row("AcctGatherProfileType", "acct_gather_profile_type", TEXT, "Plugin that profiles jobs"),
        _row("AcctGatherInterconnectType", "acct_gather_interconnect_type", TEXT, "Plugin that measures networks"),
        _row("AcctGatherFilesystemType", "acct_gather_filesystem_type", TEXT, "Plugin that measures file systems"),
        _row(
            "AcctGatherNodeFreq", "acct_gather_node_freq", NUMBER, "Seconds between measurements of a node, 0 for none"
        ),
        _row("ConfFlags", "conf_flags", flags(GENERAL_FLAGS), "What else is switched on"),
        _row("AuthAltTypes", "authalttypes", CSV, "Further authentication plugins"),
        _row("AuthInfo", "authinfo", TEXT, "Parameters of the authentication plugin"),
        _row("AuthAltParameters", "authalt_params", TEXT, "Parameters of the further ones"),
        _row("AuthType", "authtype", TEXT, "Authentication plugin"),
        _row("BatchStartTimeout", "batch_start_timeout", NUMBER, "Seconds in which a script has to start"),
        _row("BurstBufferType", "bb_type", TEXT, "Burst buffer plugin"),
        _row("BcastExclude", "bcast_exclude", CSV, "Folders whose libraries sbcast leaves out"),
        _row("BcastParameters", "bcast_parameters", CSV, "Parameters of sbcast"),
        _row("CertgenParameters", "certgen_params", CSV, "Parameters of the plugin that makes certificates", "25.05"),
        _row("CertgenType", "certgen_type", TEXT, "Plugin that makes certificates", "25.05"),
        _row("CertmgrParameters", "certmgr_params", TEXT, "Parameters of the plugin that signs them", "24.11"),
        _row("CertmgrType", "certmgr_type", TEXT, "Plugin that signs certificates", "24.11"),
        _row("CliFilterParameters", "cli_filter_params", CSV, "Parameters of the cli_filter plugins", "25.11"),
        _row("CliFilterPlugins", "cli_filter_plugins", CSV, "Plugins of the commands that submit"),
        _row("ClusterName", "cluster_name", TEXT, "Name of the cluster"),
        _row("CommunicationParameters", "comm_params", CSV, "How daemons talk to each other"),
        _row(
            "CompleteWait",
            "complete_wait",
            NUMBER,
            "Seconds to wait for jobs that end before others start, 0 not to wait",
        ),
        _row("CommunicationParametersFlags", "conf_flags", flags(COMMUNICATION_FLAGS), "What of that is switched on"),
        _row("AccountingStoreFlags", "conf_flags", flags(STORE_FLAGS), "What of a job is sent to slurmdbd"),
        _row("SlurmdParametersFlags", "conf_flags", flags(SLURMD_FLAGS), "What is switched on for slurmd"),
        _row("controllers", "control_machine", items("controller", "control_cnt"), "Every slurmctld, the first first"),
        _row("CpuFreqDef", "cpu_freq_def", derived("dbd_governor"), "CPU frequency or governor of steps"),
        _row("CpuFreqGovernors", "cpu_freq_govs", flags(GOVERNORS), "Governors that users may ask for"),
        _row("CredType", "cred_type", TEXT, "Plugin that signs credentials"),
        _row("DataParserParameters", "data_parser_parameters", TEXT, "Data parser of commands", "24.11"),
        _row("DebugFlags", "debug_flags", flags(DEBUG_FLAGS), "What more is logged of"),
        _row("DefMemPerCPU", "def_mem_per_cpu", _BY_CPU, "Memory of a CPU, if none is asked for (MiB), 0 for no limit"),
        _row("DependencyParameters", "dependency_params", CSV, "How dependencies are taken"),
        _row("EioTimeout", "eio_timeout", NUMBER, "Seconds in which slurmstepd has to close a connection to srun"),
        _row("EnforcePartLimits", "enforce_part_limits", flags(PARTITION_LIMITS), "Which partitions' limits count"),
        _row("Epilog", "epilog", derived("conf_epilog", "array"), "Programs that slurmd runs after a job"),
        _row("EpilogMsgTime", "epilog_msg_time", NUMBER, "Microseconds in which slurmctld takes the end of one"),
        _row(
            *("EpilogSlurmctld", "epilog_slurmctld", derived("conf_epilog_slurmctld", "array")),
            "Programs that slurmctld runs after a job",
        ),
        _row("EpilogTimeout", ("epilog_timeout", "prolog_epilog_timeout"), NOVAL, "Seconds for an epilog"),
        _row("FederationParameters", "fed_params", CSV, "How a federation is shown"),
        _row("FirstJobId", "first_job_id", NUMBER, "Id of the first job"),
        _row("FairShareDampeningFactor", "fs_dampening_factor", NUMBER, "How much less an overuse counts"),
        _row("GetNameInfoCacheTimeout", "getnameinfo_cache_timeout", NUMBER, "Seconds that names are known", "23.02"),
        _row("GresTypes", "gres_plugins", CSV, "Kinds of generic resources"),
        _row(
            "GroupUpdateTime",
            "group_time",
            NUMBER,
            "Seconds after which groups of partitions are read again, 0 for never",
        ),
        _row("GroupUpdateForce", "group_force", BOOLEAN, "Whether they are when /etc/group is the same"),
        _row("GpuFreqDef", "gpu_freq_def", TEXT, "GPU frequency of steps"),
        _row("HashPlugin", "hash_plugin", TEXT, "Plugin that hashes messages", "24.05"),
        _row("HealthCheckInterval", "health_check_interval", NUMBER, "Seconds between checks of nodes, 0 for none"),
        _row(
            "HealthCheckNodeState",
            "health_check_node_state",
            derived("conf_health_checks", "array"),
            "Nodes that are checked",
        ),
        _row("HealthCheckProgram", "health_check_program", TEXT, "Program that checks them"),
        _row("HealthCheckTimeout", "health_check_timeout", NUMBER, "Seconds that it has", "26.05"),
        _row("HttpParserType", "http_parser_type", TEXT, "Plugin that reads HTTP", "25.11"),
        _row("HostUnreachRetryCount", "host_unreach_retry_count", NUMBER, "Tries to reach a host", "25.05"),
        _row("InactiveLimit", "inactive_limit", NUMBER, "Seconds after which an idle allocation ends, 0 for never"),
        _row("InteractiveStepOptions", "interactive_step_opts", TEXT, "What salloc gives srun for its shell"),
        _row("JobAcctGatherFrequency", "job_acct_gather_freq", CSV, "Seconds between measurements of jobs"),
        _row("JobAcctGatherType", "job_acct_gather_type", TEXT, "Plugin that measures jobs"),
        _row("JobAcctGatherParams", "job_acct_gather_params", CSV, "Its parameters"),
        _row("JobAcctOomKill", "job_acct_oom_kill", BOOLEAN, "Whether it ends a step with too much memory"),
        _row("JobCompHost", "job_comp_host", TEXT, "Host that records of ended jobs go to"),
        _row("JobCompLoc", "job_comp_loc", TEXT, "Where they go there"),
        _row("JobCompParams", "job_comp_params", TEXT, "Parameters of the plugin that sends them"),
        _row("JobCompPort", "job_comp_port", NUMBER, "Port that they go to"),
        _row("JobCompType", "job_comp_type", TEXT, "Plugin that sends them"),
        _row("JobCompUser", "job_comp_user", TEXT, "User whom they are sent as"),
        _row("JobDefaults", "job_defaults_list", listed("job_defaults_t"), "What jobs get that do not ask for it"),
        _row("JobFileAppend", "job_file_append", BOOLEAN, "Whether a job's output is put behind what is there"),
        _row("JobRequeue", "job_requeue", BOOLEAN, "Whether a job whose node fails is requeued"),
        _row("JobSubmitPlugins", "job_submit_plugins", CSV, "Plugins that look at jobs which are submitted"),
        _row("KeepaliveInterval", "keepalive_interval", NUMBER, "Seconds between probes of a connection"),
        _row("KeepaliveProbes", "keepalive_probes", NUMBER, "How many of them may fail"),
        _row("KeepaliveTime", "keepalive_time", NUMBER, "Seconds before the first one"),
        _row("KillOnBadExit", "kill_on_bad_exit", BOOLEAN, "Whether a step ends with its first task that fails"),
        _row("KillWait", "kill_wait", NUMBER, "Seconds between SIGTERM and SIGKILL at a job's time limit"),
        _row("LaunchParameters", "launch_params", CSV, "How steps are launched"),
        _row("Licenses", "licenses", CSV, "Licences of the cluster"),
        _row("LicenseParameters", "license_params", CSV, "How licences are kept", "26.05"),
        _row("LogTimeFormat", "log_fmt", choice(LOG_FORMATS), "How logs tell the time"),
        _row("MailDomain", "mail_domain", TEXT, "What is put behind a user's name for mail"),
        _row("MailProg", "mail_prog", TEXT, "Program that sends mail"),
        _row("MaxArraySize", "max_array_sz", NUMBER, "How many indexes there are for an array, from 0 on"),
        _row("MaxBatchRequeue", "max_batch_requeue", NUMBER, "How often a job is requeued before it is held", "23.02"),
        _row("MaxDBDMsgs", "max_dbd_msgs", NUMBER, "How many messages wait for slurmdbd at most"),
        _row("MaxJobCount", "max_job_cnt", NUMBER, "How many jobs there may be"),
        _row("MaxJobId", "max_job_id", NUMBER, "Id after which the first one comes again"),
        _row("MaxMemPerCPU", "max_mem_per_cpu", _BY_NODE, "Memory that a CPU may have (MiB), 0 for no limit"),
        _row("MaxNodeCount", "max_node_cnt", NUMBER, "How many nodes there may be"),
        _row("MaxStepCount", "max_step_cnt", NUMBER, "How many steps a job may have"),
        _row("MaxTasksPerNode", "max_tasks_per_node", NUMBER, "How many tasks a node may have"),
        _row("MCSPlugin", "mcs_plugin", TEXT, "Plugin of multi-category security"),
        _row("MCSParameters", "mcs_plugin_params", CSV, "Its parameters"),
        _row("MetricsAuthUsers", "metrics_auth_users", CSV, "Users who may read metrics", "26.05"),
        _row("MetricsParameters", "metrics_params", CSV, "Parameters of the metrics plugin", "26.05"),
        _row("MetricsType", "metrics_type", TEXT, "Metrics plugin", "25.11"),
        _row("MinJobAge", "min_job_age", NUMBER, "Seconds that an ended job is remembered, 0 for ever"),
        _row("MpiDefault", "mpi_default", TEXT, "MPI plugin of jobs that ask for none"),
        _row("MpiParams", "mpi_params", CSV, "Parameters of MPI"),
        _row("MessageTimeout", "msg_timeout", NUMBER, "Seconds in which a message has to be answered"),
        _row("NamespaceType", ("namespace_plugin", "job_container_plugin"), TEXT, "Plugin of jobs' own namespaces"),
        _row("NodeFeaturesPlugins", "node_features_plugins", CSV, "Plugins that change features of nodes"),
        _row("OverTimeLimit", "over_time_limit", NUMBER, "Minutes that a job may outlast its limit"),
        _row("PluginDir", "plugindir", TEXT, "Folders of plugins"),
        _row("PlugStackConfig", "plugstack", TEXT, "Configuration of SPANK"),
        _row("PreemptExemptTime", "preempt_exempt_time", NOVAL, "Seconds that a job runs before it is preempted"),
        _row("PreemptMode", "preempt_mode", flags(PREEMPTION), "What becomes of jobs that make room for others"),
        _row("PreemptParameters", "preempt_params", CSV, "How they are chosen", "23.02"),
        _row("PreemptType", "preempt_type", TEXT, "Plugin that chooses them"),
        _row("PrEpParameters", "prep_params", TEXT, "Parameters of the plugins of prologs and epilogs"),
        _row("PrEpPlugins", "prep_plugins", CSV, "Plugins that run prologs and epilogs"),
        _row("PriorityDecayHalfLife", "priority_decay_hl", _TIME, "Time after which use counts half"),
        _row("PriorityCalcPeriod", "priority_calc_period", _TIME, "Time after which priorities are reckoned again"),
        _row("PriorityFavorSmall", "priority_favor_small", BOOLEAN, "Whether small jobs go first"),
        _row("PriorityFlags", "priority_flags", flags(PRIORITY_FLAGS), "How priorities are reckoned"),
        _row("PriorityMaxAge", "priority_max_age", _TIME, "Time after which waiting longer does not help"),
        _row("PriorityParameters", "priority_params", TEXT, "Parameters of the priority plugin"),
        _row("PriorityUsageResetPeriod", "priority_reset_period", choice(RESETS), "How often use is forgotten"),
        _row("PriorityType", "priority_type", TEXT, "Priority plugin"),
        _row("PriorityWeightAge", "priority_weight_age", NUMBER, "How much waiting counts"),
        _row("PriorityWeightAssoc", "priority_weight_assoc", NUMBER, "How much the association counts"),
        _row("PriorityWeightFairshare", "priority_weight_fs", NUMBER, "How much the fair share counts"),
        _row("PriorityWeightJobSize", "priority_weight_js", NUMBER, "How much the size counts"),
        _row("PriorityWeightPartition", "priority_weight_part", NUMBER, "How much the partition counts"),
        _row("PriorityWeightQOS", "priority_weight_qos", NUMBER, "How much the QOS counts"),
        _row("PriorityWeightTRES", "priority_weight_tres", TEXT, "How much each resource counts"),
        _row("PrivateData", "private_data", flags(PRIVATE), "What users do not see of others"),
        _row("ProctrackType", "proctrack_type", TEXT, "Plugin that knows a job's processes"),
        _row("Prolog", "prolog", derived("conf_prolog", "array"), "Programs that slurmd runs before a job"),
        _row(
            *("PrologSlurmctld", "prolog_slurmctld", derived("conf_prolog_slurmctld", "array")),
            "Programs that slurmctld runs before a job",
        ),
        _row("PrologTimeout", ("prolog_timeout", "prolog_epilog_timeout"), NOVAL, "Seconds for a prolog"),
        _row("PropagatePrioProcess", "propagate_prio_process", choice(PROPAGATION), "Whether nice values go along"),
        _row("PrologFlags", "prolog_flags", flags(PROLOG_FLAGS), "How prologs and epilogs are run"),
        _row("PropagateResourceLimits", "propagate_rlimits", CSV, "Limits that go along with a job"),
        _row("PropagateResourceLimitsExcept", "propagate_rlimits_except", CSV, "Those that do not"),
        _row("RebootProgram", "reboot_program", TEXT, "Program that restarts a node"),
        _row("ReconfigFlags", "reconfig_flags", flags(KEPT), "What stays when the configuration is read again"),
        _row("RequeueExit", "requeue_exit", CSV, "Exit codes with which a job is requeued"),
        _row("RequeueExitHold", "requeue_exit_hold", CSV, "Those with which it is held then"),
        _row("ResumeFailProgram", "resume_fail_program", TEXT, "Program that is run where nodes do not wake up"),
        _row("ResumeProgram", "resume_program", TEXT, "Program that wakes nodes up"),
        _row("ResumeRate", "resume_rate", NUMBER, "How many of them a minute, 0 for all at once"),
        _row("ResumeTimeout", "resume_timeout", NUMBER, "Seconds in which a node has to wake up"),
        _row("ResvEpilog", "resv_epilog", TEXT, "Program that is run after a reservation"),
        _row("ResvOverRun", "resv_over_run", NUMBER, "Minutes that jobs may outlast their reservation"),
        _row("ResvProlog", "resv_prolog", TEXT, "Program that is run before a reservation"),
        _row("ReturnToService", "ret2service", choice(RETURNS), "Which nodes that were down come back by themselves"),
        _row("SlurmSchedLogFile", "sched_logfile", TEXT, "Log file of the scheduler"),
        _row("SlurmSchedLogLevel", "sched_log_level", NUMBER, "How much it logs: nothing (0) or all (1)"),
        _row("SchedulerParameters", "sched_params", CSV, "Parameters of the scheduler"),
        _row("SchedulerTimeSlice", "sched_time_slice", NUMBER, "Seconds for which jobs take turns"),
        _row("SchedulerType", "schedtype", TEXT, "Scheduler plugin"),
        _row("ScronParameters", "scron_params", CSV, "How scrontab is taken"),
        _row("SelectType", "select_type", TEXT, "Plugin that chooses nodes"),
        _row("SelectTypeParameters", "select_type_param", flags(SELECT_TYPE_45), "What is given to jobs one by one"),
        _row("PrioritySiteFactorPlugin", "site_factor_plugin", TEXT, "Plugin of the site's part of priorities"),
        _row("PrioritySiteFactorParameters", "site_factor_params", TEXT, "Its parameters"),
        _row("SlurmUserId", "slurm_user_id", NUMBER, "User id of slurmctld"),
        _row("SlurmUser", "slurm_user_name", TEXT, "User whom slurmctld runs as"),
        _row("SlurmdUserId", "slurmd_user_id", NUMBER, "User id of slurmd"),
        _row("SlurmdUser", "slurmd_user_name", TEXT, "User whom slurmd runs as"),
        _row("SlurmctldAddr", "slurmctld_addr", TEXT, "Address of whichever slurmctld is active"),
        _row("SlurmctldDebug", "slurmctld_debug", choice(LEVELS), "How much slurmctld logs"),
        _row("SlurmctldHttpAuthParams", "slurmctld_http_auth_params", CSV, "How its HTTP clients are known", "26.05"),
        _row("SlurmctldLogFile", "slurmctld_logfile", TEXT, "Its log file"),
        _row("SlurmctldPidFile", "slurmctld_pidfile", TEXT, "File with its process id"),
        _row("SlurmctldPort", "slurmctld_port", NUMBER, "Its port"),
        _row("SlurmctldPortCount", "slurmctld_port_count", NUMBER, "How many ports it has"),
        _row("SlurmctldPrimaryOffProg", "slurmctld_primary_off_prog", TEXT, "Program that is run when it stands back"),
        _row("SlurmctldPrimaryOnProg", "slurmctld_primary_on_prog", TEXT, "Program that is run when it takes over"),
        _row("SlurmctldSyslogDebug", "slurmctld_syslog_debug", choice(LEVELS), "How much of it goes to syslog"),
        _row("SlurmctldTimeout", "slurmctld_timeout", NUMBER, "Seconds before the next one takes over"),
        _row("SlurmctldParameters", "slurmctld_params", CSV, "Its parameters"),
        _row("SlurmdDebug", "slurmd_debug", choice(LEVELS), "How much slurmd logs"),
        _row("SlurmdHttpAuthParams", "slurmd_http_auth_params", CSV, "How its HTTP clients are known", "26.05"),
        _row("SlurmdLogFile", "slurmd_logfile", TEXT, "Its log file"),
        _row("SlurmdParameters", "slurmd_params", CSV, "Its parameters"),
        _row("SlurmdPidFile", "slurmd_pidfile", TEXT, "File with its process id"),
        _row("SlurmdPort", "slurmd_port", NUMBER, "Its port"),
        _row("SlurmdSpoolDir", "slurmd_spooldir", TEXT, "Folder with what it keeps for a time"),
        _row("SlurmdSyslogDebug", "slurmd_syslog_debug", choice(LEVELS), "How much of it goes to syslog"),
        _row("SlurmdTimeout", "slurmd_timeout", NUMBER, "Seconds before a node that is silent is down, 0 for never"),
        _row("SrunEpilog", "srun_epilog", TEXT, "Program that srun runs after a step"),
        _row("SrunPortRange", "srun_port_range", derived("conf_ports", "object"), "Ports that srun listens at"),
        _row("SrunProlog", "srun_prolog", TEXT, "Program that srun runs before a step"),
        _row("StateSaveLocation", "state_save_location", TEXT, "Folder with what slurmctld knows"),
        _row("SuspendExcNodes", "suspend_exc_nodes", CSV, "Nodes that are never put to sleep"),
        _row("SuspendExcParts", "suspend_exc_parts", CSV, "Partitions whose nodes are not"),
        _row("SuspendExcStates", "suspend_exc_states", CSV, "States in which nodes are not", "23.02"),
        _row("SuspendProgram", "suspend_program", TEXT, "Program that puts nodes to sleep"),
        _row("SuspendRate", "suspend_rate", NUMBER, "How many of them a minute, 0 for all at once"),
        _row("SuspendTime", "suspend_time", NOVAL, "Seconds after which an idle node is put to sleep"),
        _row("SuspendTimeout", "suspend_timeout", NUMBER, "Seconds in which it falls asleep"),
        _row("SwitchType", "switch_type", TEXT, "Plugin of the network"),
        _row("SwitchParameters", "switch_param", CSV, "Its parameters"),
        _row("TaskEpilog", "task_epilog", TEXT, "Program that is run after a task"),
        _row("TaskPlugin", "task_plugin", CSV, "Plugins that launch tasks"),
        _row("TaskPluginParam", "task_plugin_param", flags(TASK_FLAGS), "What tasks are bound to"),
        _row("TaskProlog", "task_prolog", TEXT, "Program that is run before a task"),
        _row("TLSParameters", "tls_params", CSV, "Parameters of the TLS plugin", "24.05"),
        _row("TLSType", "tls_type", TEXT, "TLS plugin", "24.05"),
        _row("TCPTimeout", "tcp_timeout", NUMBER, "Seconds in which a connection has to be made"),
        _row("TmpFS", "tmp_fs", TEXT, "Folder whose room nodes tell"),
        _row("TopologyParam", "topology_param", CSV, "Parameters of the topology plugin"),
        _row("TopologyPlugin", "topology_plugin", TEXT, "Topology plugin"),
        _row("TreeWidth", "tree_width", NUMBER, "To how many others a slurmd passes a message on"),
        _row("UnkillableStepProgram", "unkillable_program", TEXT, "Program that is run where a step does not end"),
        _row("UnkillableStepTimeout", "unkillable_timeout", NUMBER, "Seconds that a step may take to end"),
        _row("UrlParserType", "url_parser_type", TEXT, "Plugin that reads URLs", "25.11"),
        _row(
            "VSizeFactor",
            "vsize_factor",
            NUMBER,
            "Virtual memory of a job, in hundredths of its memory, 0 for no limit",
        ),
        _row("WaitTime", "wait_time", NUMBER, "Seconds that srun waits after its first task has ended, 0 for ever"),
        _row("X11Parameters", "x11_params", CSV, "How X11 is forwarded"),
    ),
    skip={
        **dict.fromkeys(
            ("accounting_storage_pass", "job_comp_pass", "job_comp_pass_script"), "a password, or what tells it"
        ),
        **dict.fromkeys(
            *(("acct_gather_conf", "cgroup_conf", "mpi_conf", "node_features_conf", "select_conf_key_pairs"),),
            "another file's settings, which slurmrestd does not tell",
        ),
        "metrics_auth": "slurmrestd does not tell it",
        **dict.fromkeys(("epilog_cnt", "epilog_slurmctld_cnt", "prolog_cnt", "prolog_slurmctld_cnt"), "read beside it"),
        **dict.fromkeys(
            (
                *("accounting_storage_user", "core_spec_plugin", "ext_sensors_conf", "ext_sensors_freq"),
                *("ext_sensors_type", "get_env_timeout", "job_credential_private_key", "launch_type", "node_prefix"),
                *("job_credential_public_certificate", "power_parameters", "power_plugin", "route_plugin"),
                *("slurmctld_plugstack", "slurmctld_plugstack_conf"),
            ),
            "gone in the home release",
        ),
    },
    parser="SLURM_CONF",
)
