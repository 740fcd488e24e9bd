# SPDX-License-Identifier: GPL-2.0-or-later
"""The words on the wire for Slurm's flags and enumerations, beside the C constants that they stand for.

Rule 1: a constant that the installed headers lack is left out by the build; one that no supported release has is a
        typo, which a test finds.
Rule 2: order counts: flags are listed in it, and of a choice the first entry that matches wins.
"""

from __future__ import annotations

from slurmrest_inet.versions import FIRST, LAST

from .model import Name, Names


def _bits(ident: str, constants: str, prefix: str = "") -> Names:
    """Return a table of bits whose words are the constants' own names without ``prefix``."""
    return Names(ident, tuple(Name(prefix + word, word) for word in constants.split()), bits=True)


def _pairs(
    ident: str,
    text: str,
    *,
    prefix: str = "",
    otherwise: str | None = None,
    mask: str | None = None,
    bits: bool = False,
) -> Names:
    """Return a table from lines ``CONSTANT word``."""
    entries = (line.split(None, 1) for line in text.strip().splitlines())
    return Names(ident, tuple(Name(prefix + name, word, mask) for name, word in entries), otherwise, bits)


def _as_bits(table: Names) -> tuple[Name, ...]:
    """Return the entries of a table of bits for use beside entries of another kind."""
    return tuple(entry._replace(mask=entry.constant) for entry in table.entries)


def _exact(ident: str, bits: Names, **words: str) -> Names:
    """Return a table of bits that come after whole values with a word of their own (given by constant)."""
    whole = tuple(Name(constant, text) for constant, text in words.items())
    return Names(ident, whole + _as_bits(bits))


def _without(ident: str, table: Names, *texts: str) -> Names:
    """Return a table without the entries of these words, as an earlier API version has it."""
    return table._replace(ident=ident, entries=tuple(entry for entry in table.entries if entry.text not in texts))


def _between(table: Names, spans: dict[tuple[int, int], str]) -> Names:
    """Return a table of which only some API versions (the first, the last) have these words."""
    words = {word: span for span, text in spans.items() for word in text.split()}
    entries = (
        entry._replace(since=words[entry.text][0], until=words[entry.text][1]) if entry.text in words else entry
        for entry in table.entries
    )
    return table._replace(entries=tuple(entries))


JOB_FLAGS = _bits(
    "job_flags",
    """
    KILL_INV_DEP NO_KILL_INV_DEP HAS_STATE_DIR BACKFILL_TEST GRES_ENFORCE_BIND TEST_NOW_ONLY SPREAD_JOB USE_MIN_NODES
    JOB_KILL_HURRY TRES_STR_CALC SIB_JOB_FLUSH HET_JOB_FLAG JOB_CPUS_SET TOP_PRIO_TMP JOB_ACCRUE_OVER GRES_DISABLE_BIND
    JOB_WAS_RUNNING JOB_MEM_SET JOB_RESIZED
    """,
)

JOB_STATE_BASE = _pairs(
    "job_state_base",
    """
    PENDING PENDING
    RUNNING RUNNING
    SUSPENDED SUSPENDED
    COMPLETE COMPLETED
    CANCELLED CANCELLED
    FAILED FAILED
    TIMEOUT TIMEOUT
    NODE_FAIL NODE_FAIL
    PREEMPTED PREEMPTED
    BOOT_FAIL BOOT_FAIL
    DEADLINE DEADLINE
    OOM OUT_OF_MEMORY
    """,
    prefix="JOB_",
    otherwise="?",
    mask="JOB_STATE_BASE",
)

JOB_STATE_FLAGS = _pairs(
    "job_state_flags",
    """
    COMPLETING COMPLETING
    STAGE_OUT STAGE_OUT
    CONFIGURING CONFIGURING
    RESIZING RESIZING
    REQUEUE REQUEUED
    REQUEUE_FED REQUEUE_FED
    REQUEUE_HOLD REQUEUE_HOLD
    SPECIAL_EXIT SPECIAL_EXIT
    STOPPED STOPPED
    REVOKED REVOKED
    RESV_DEL_HOLD RESV_DEL_HOLD
    SIGNALING SIGNALING
    """,
    prefix="JOB_",
    bits=True,
)

JOB_STATE = Names(
    "job_state",
    _as_bits(JOB_STATE_FLAGS) + JOB_STATE_BASE.entries,
    "?",
)
"""One word for a job's state: a flag hides the base state, as squeue shows it."""

_JOB_STATE_FLAGS_40 = _pairs(
    "job_state_flags_40",
    """
    LAUNCH_FAILED LAUNCH_FAILED
    REQUEUE REQUEUED
    REQUEUE_HOLD REQUEUE_HOLD
    SPECIAL_EXIT SPECIAL_EXIT
    RESIZING RESIZING
    CONFIGURING CONFIGURING
    COMPLETING COMPLETING
    STOPPED STOPPED
    RECONFIG_FAIL RECONFIG_FAIL
    POWER_UP_NODE POWER_UP_NODE
    REVOKED REVOKED
    REQUEUE_FED REQUEUE_FED
    RESV_DEL_HOLD RESV_DEL_HOLD
    SIGNALING SIGNALING
    STAGE_OUT STAGE_OUT
    EXPEDITING EXPEDITING
    """,
    prefix="JOB_",
    bits=True,
)

JOB_STATES = _between(
    Names("job_states", JOB_STATE_BASE.entries + _as_bits(_JOB_STATE_FLAGS_40)), {(44, LAST): "EXPEDITING"}
)
"""Every word for a job's state: the base state, then its flags."""

JOB_FLAGS_40 = _between(
    _pairs(
        "job_flags_40",
        """
        KILL_INV_DEP KILL_INVALID_DEPENDENCY
        NO_KILL_INV_DEP NO_KILL_INVALID_DEPENDENCY
        HAS_STATE_DIR HAS_STATE_DIRECTORY
        BACKFILL_TEST TESTING_BACKFILL
        GRES_ENFORCE_BIND GRES_BINDING_ENFORCED
        TEST_NOW_ONLY TEST_NOW_ONLY
        JOB_SEND_ENV SEND_JOB_ENVIRONMENT
        SPREAD_JOB SPREAD_JOB
        USE_MIN_NODES PREFER_MINIMUM_NODE_COUNT
        JOB_KILL_HURRY JOB_KILL_HURRY
        TRES_STR_CALC SKIP_TRES_STRING_ACCOUNTING
        SIB_JOB_FLUSH SIBLING_CLUSTER_UPDATE_ONLY
        HET_JOB_FLAG HETEROGENEOUS_JOB
        JOB_NTASKS_SET EXACT_TASK_COUNT_REQUESTED
        JOB_CPUS_SET EXACT_CPU_COUNT_REQUESTED
        BF_WHOLE_NODE_TEST TESTING_WHOLE_NODE_BACKFILL
        TOP_PRIO_TMP TOP_PRIORITY_JOB
        JOB_ACCRUE_OVER ACCRUE_COUNT_CLEARED
        GRES_DISABLE_BIND GRES_BINDING_DISABLED
        GRES_DISABLE_BIND GRED_BINDING_DISABLED
        JOB_WAS_RUNNING JOB_WAS_RUNNING
        RESET_ACCRUE_TIME JOB_ACCRUE_TIME_RESET
        CRON_JOB CRON_JOB
        JOB_MEM_SET EXACT_MEMORY_REQUESTED
        EXTERNAL_JOB EXTERNAL_JOB
        JOB_RESIZED JOB_RESIZED
        USE_DEFAULT_ACCT USING_DEFAULT_ACCOUNT
        USE_DEFAULT_PART USING_DEFAULT_PARTITION
        USE_DEFAULT_QOS USING_DEFAULT_QOS
        USE_DEFAULT_WCKEY USING_DEFAULT_WCKEY
        JOB_DEPENDENT DEPENDENT
        JOB_MAGNETIC MAGNETIC
        JOB_PART_ASSIGNED PARTITION_ASSIGNED
        BACKFILL_SCHED BACKFILL_ATTEMPTED
        BACKFILL_LAST SCHEDULING_ATTEMPTED
        JOB_SEND_SCRIPT SAVE_BATCH_SCRIPT
        GRES_ONE_TASK_PER_SHARING GRES_ONE_TASK_PER_SHARING
        GRES_MULT_TASKS_PER_SHARING GRES_MULTIPLE_TASKS_PER_SHARING
        GRES_ALLOW_TASK_SHARING GRES_ALLOW_TASK_SHARING
        STEPMGR_ENABLED STEPMGR_ENABLED
        SPREAD_SEGMENTS SPREAD_SEGMENTS
        CONSOLIDATE_SEGMENTS CONSOLIDATE_SEGMENTS
        EXPEDITED_REQUEUE EXPEDITED_REQUEUE
        JOB_IMPLICIT_MAX_NODES JOB_IMPLICIT_MAX_NODES
        """,
        bits=True,
    ),
    {
        (FIRST, 39): "GRED_BINDING_DISABLED JOB_RESIZED",
        (FIRST, 40): "SAVE_BATCH_SCRIPT",
        (40, 40): "GRES_ONE_TASK_PER_SHARING GRES_MULTIPLE_TASKS_PER_SHARING GRES_ALLOW_TASK_SHARING",
        (40, LAST): "GRES_BINDING_DISABLED",
        (41, LAST): "STEPMGR_ENABLED",
        (43, LAST): "EXTERNAL_JOB",
        (44, LAST): "SPREAD_SEGMENTS CONSOLIDATE_SEGMENTS EXPEDITED_REQUEUE",
        (45, LAST): "JOB_IMPLICIT_MAX_NODES",
    },
)

JOB_MAIL = _pairs(
    "job_mail",
    """
    JOB_BEGIN BEGIN
    JOB_END END
    JOB_FAIL FAIL
    JOB_REQUEUE REQUEUE
    JOB_TIME100 TIME=100%
    JOB_TIME90 TIME=90%
    JOB_TIME80 TIME=80%
    JOB_TIME50 TIME=50%
    JOB_STAGE_OUT STAGE_OUT
    ARRAY_TASKS ARRAY_TASKS
    INVALID_DEPEND INVALID_DEPENDENCY
    """,
    prefix="MAIL_",
    bits=True,
)


def _select_type(prefix: str) -> tuple[Name, ...]:
    unit = "|".join(prefix + word for word in ("CPU", "SOCKET", "CORE"))
    bits = "BOARD MEMORY ONE_TASK_PER_CORE PACK_NODES CORE_DEFAULT_DIST_BLOCK LLN LINEAR"
    return (
        *(Name(prefix + word, word, unit) for word in ("CPU", "SOCKET", "CORE")),
        *(Name(prefix + word, word, f"{prefix}{word}|{unit}") for word in bits.split()),
    )


SELECT_TYPE = Names("select_type", _select_type("CR_") + _select_type("SELECT_"))
"""What a cluster or partition gives to jobs one by one: CPUs, sockets or cores. slurmrestd says the rest only where
none of these is set.

The constants begin with CR_ up to 25.05 and with SELECT_ later.
"""


def _select_type_45(prefix: str) -> tuple[Name, ...]:
    unit = "|".join(prefix + word for word in ("CPU", "SOCKET", "CORE", "MEMORY"))
    bits = "ONE_TASK_PER_CORE CORE_DEFAULT_DIST_BLOCK LLN PACK_NODES"
    return (
        *(
            Name(f"{prefix}{word}{memory}", f"CR_{word}{suffix}", unit)
            for word in ("CPU", "CORE", "SOCKET")
            for memory, suffix in ((f"|{prefix}MEMORY", "_MEMORY"), ("", ""))
        ),
        Name(f"{prefix}MEMORY", "CR_MEMORY", unit),
        *(Name(prefix + word, f"CR_{word}", prefix + word) for word in bits.split()),
    )


_SELECT_BITS = "LL_SHARED_GRES MULTIPLE_SHARING_GRES_PJ ENFORCE_BINDING_GRES ONE_TASK_PER_SHARING_GRES"
SELECT_TYPE_45 = Names(
    "select_type_45",
    (
        Name("0", "NONE"),
        *_select_type_45("CR_"),
        *_select_type_45("SELECT_"),
        Name("SELECT_NO_DIST_TOPO_BLOCK", "CR_NO_DIST_TOPO_BLOCK", "SELECT_NO_DIST_TOPO_BLOCK"),
        *_as_bits(_bits("select_bits", _SELECT_BITS, "SELECT_")),
    ),
)
"""The same as slurm.conf(5) has it in SelectTypeParameters."""

JOB_SHARED_40 = _between(
    _pairs(
        "job_shared_40",
        """
        NONE none
        OK oversubscribe
        USER user
        MCS mcs
        TOPO topo
        """,
        prefix="JOB_SHARED_",
    ),
    {(41, LAST): "topo"},
)

JOB_SHARED = _pairs(
    "job_shared",
    """
    NONE none
    OK shared
    USER user
    MCS mcs
    TOPO topo
    """,
    prefix="JOB_SHARED_",
)

JOB_SHOW_FLAGS = _bits(
    "job_show_flags",
    "SHOW_ALL SHOW_DETAIL SHOW_MIXED SHOW_LOCAL SHOW_SIBLING SHOW_FEDERATION SHOW_FUTURE",
)

JOB_SHOW_FLAGS_39 = JOB_SHOW_FLAGS._replace(
    ident="job_show_flags_39",
    entries=tuple(entry._replace(text=entry.text[5:]) for entry in JOB_SHOW_FLAGS.entries),
)

JOB_EXCLUSIVE = _between(
    _pairs(
        "job_exclusive",
        """
        NONE true
        OK false
        USER user
        MCS mcs
        TOPO topo
        """,
        prefix="JOB_SHARED_",
    ),
    {(41, LAST): "topo"},
)

CPU_BINDING = _between(
    _pairs(
        "cpu_binding",
        """
        CPU_BIND_TO_THREADS CPU_BIND_TO_THREADS
        CPU_BIND_TO_CORES CPU_BIND_TO_CORES
        CPU_BIND_TO_SOCKETS CPU_BIND_TO_SOCKETS
        CPU_BIND_TO_LDOMS CPU_BIND_TO_LDOMS
        CPU_AUTO_BIND_TO_THREADS CPU_AUTO_BIND_TO_THREADS
        CPU_AUTO_BIND_TO_CORES CPU_AUTO_BIND_TO_CORES
        CPU_AUTO_BIND_TO_SOCKETS CPU_AUTO_BIND_TO_SOCKETS
        CPU_BIND_NONE CPU_BIND_NONE
        CPU_BIND_RANK CPU_BIND_RANK
        CPU_BIND_MAP CPU_BIND_MAP
        CPU_BIND_MASK CPU_BIND_MASK
        CPU_BIND_LDRANK CPU_BIND_LDRANK
        CPU_BIND_LDMAP CPU_BIND_LDMAP
        CPU_BIND_LDMASK CPU_BIND_LDMASK
        CPU_BIND_VERBOSE VERBOSE
        CPU_BIND_ONE_THREAD_PER_CORE CPU_BIND_ONE_THREAD_PER_CORE
        SLURMD_OFF_SPEC SLURMD_OFF_SPEC
        CPU_BIND_OFF CPU_BIND_OFF
        """,
        bits=True,
    ),
    {
        (39, 39): """
            CPU_AUTO_BIND_TO_THREADS CPU_AUTO_BIND_TO_CORES CPU_AUTO_BIND_TO_SOCKETS SLURMD_OFF_SPEC CPU_BIND_OFF
        """,
        (FIRST, 44): "CPU_BIND_RANK",
    },
)

PARTITION_CPU_BINDING = CPU_BINDING._replace(
    ident="partition_cpu_binding",
    entries=tuple(
        entry._replace(since=FIRST, until=LAST)
        for word in ["TO_THREADS", "TO_CORES", "TO_SOCKETS", "TO_LDOMS", "NONE", "OFF", "VERBOSE"]
        for entry in CPU_BINDING.entries
        if entry.constant == f"CPU_BIND_{word}"
    ),
)

MEMORY_BINDING = _between(
    _bits("memory_binding", "NONE RANK MAP MASK LOCAL VERBOSE SORT PREFER", "MEM_BIND_"), {(FIRST, 43): "SORT"}
)

OPEN_MODE = _pairs(
    "open_mode",
    """
    APPEND APPEND
    TRUNCATE TRUNCATE
    """,
    prefix="OPEN_MODE_",
)

X11 = _pairs(
    "x11",
    """
    ALL FORWARD_ALL_NODES
    BATCH BATCH_NODE
    FIRST FIRST_NODE
    LAST LAST_NODE
    """,
    prefix="X11_FORWARD_",
    bits=True,
)

REQUEUE = _pairs(
    "requeue",
    """
    JOB_RUNNING Incomplete
    JOB_REQUEUE_HOLD Hold
    JOB_SPECIAL_EXIT SpecialExit
    """,
    bits=True,
)
"""How jobs are requeued; libslurm says with a state that only those are that have not ended."""

POWER = _pairs("power", "SLURM_POWER_FLAGS_LEVEL EQUAL_POWER", bits=True)

KILL = _between(
    _pairs(
        "kill",
        """
        KILL_JOB_BATCH BATCH_JOB
        KILL_ARRAY_TASK ARRAY_TASK
        KILL_JOB_ARRAY ARRAY_TASK
        KILL_STEPS_ONLY FULL_STEPS_ONLY
        KILL_FULL_JOB FULL_JOB
        KILL_FED_REQUEUE FEDERATION_REQUEUE
        KILL_HURRY HURRY
        KILL_OOM OUT_OF_MEMORY
        KILL_NO_SIBS NO_SIBLING_JOBS
        KILL_JOB_RESV RESERVATION_JOB
        KILL_NO_CRON NO_CRON_JOBS
        KILL_JOBS_VERBOSE VERBOSE
        KILL_CRON CRON_JOBS
        WARN_SENT WARNING_SENT
        """,
        bits=True,
    ),
    {(40, 40): "NO_CRON_JOBS", (40, LAST): "VERBOSE CRON_JOBS"},
)
"""Flags of a signal; one had another constant up to 22.05."""

NODE_STATE_BASE = _pairs(
    "node_state_base",
    """
    DOWN down
    IDLE idle
    ALLOCATED allocated
    ERROR error
    MIXED mixed
    FUTURE future
    UNKNOWN unknown
    """,
    prefix="NODE_STATE_",
    otherwise="invalid",
    mask="NODE_STATE_BASE",
)

NODE_STATE_BASE_36 = _without("node_state_base_36", NODE_STATE_BASE, "unknown")

NODE_STATE_FLAGS = _pairs(
    "node_state_flags",
    """
    STATE_CLOUD CLOUD
    STATE_COMPLETING COMPLETING
    STATE_DRAIN DRAIN
    STATE_DYNAMIC_FUTURE DYNAMIC_FUTURE
    STATE_DYNAMIC_NORM DYNAMIC_NORM
    STATE_INVALID_REG INVALID_REG
    STATE_FAIL FAIL
    STATE_MAINT MAINTENANCE
    STATE_POWER_DOWN POWER_DOWN
    STATE_POWER_UP POWER_UP
    STATE_NET PERFCTRS
    STATE_POWERED_DOWN POWERED_DOWN
    STATE_REBOOT_REQUESTED REBOOT_REQUESTED
    STATE_REBOOT_ISSUED REBOOT_ISSUED
    STATE_RES RESERVED
    RESUME RESUME
    STATE_NO_RESPOND NOT_RESPONDING
    STATE_PLANNED PLANNED
    STATE_POWERING_UP POWERING_UP
    STATE_POWERING_DOWN POWERING_DOWN
    """,
    prefix="NODE_",
    bits=True,
)

_NODE_STATE_FLAGS_40 = _pairs(
    "node_state_flags_40",
    """
    STATE_NET PERFCTRS
    STATE_EXTERNAL EXTERNAL
    STATE_RES RESERVED
    STATE_UNDRAIN UNDRAIN
    STATE_CLOUD CLOUD
    RESUME RESUME
    STATE_DRAIN DRAIN
    STATE_COMPLETING COMPLETING
    STATE_NO_RESPOND NOT_RESPONDING
    STATE_POWERED_DOWN POWERED_DOWN
    STATE_FAIL FAIL
    STATE_POWERING_UP POWERING_UP
    STATE_MAINT MAINTENANCE
    STATE_REBOOT_REQUESTED REBOOT_REQUESTED
    STATE_REBOOT_CANCEL REBOOT_CANCELED
    STATE_POWERING_DOWN POWERING_DOWN
    STATE_DYNAMIC_FUTURE DYNAMIC_FUTURE
    STATE_REBOOT_ISSUED REBOOT_ISSUED
    STATE_PLANNED PLANNED
    STATE_INVALID_REG INVALID_REG
    STATE_POWER_DOWN POWER_DOWN
    STATE_POWER_UP POWER_UP
    STATE_POWER_DRAIN POWER_DRAIN
    STATE_POWER_DOWN|NODE_STATE_POWER_DRAIN POWER_DOWN_ASAP
    STATE_POWER_DOWN|NODE_STATE_POWERED_DOWN POWER_DOWN_FORCE
    STATE_DYNAMIC_NORM DYNAMIC_NORM
    STATE_BLOCKED BLOCKED
    """,
    prefix="NODE_",
    bits=True,
)

NODE_STATES = _between(
    Names(
        "node_states",
        (
            Name("NO_VAL", "INVALID"),
            *(entry._replace(text=entry.text.upper()) for entry in NODE_STATE_BASE.entries),
            *_as_bits(_NODE_STATE_FLAGS_40),
        ),
    ),
    {(FIRST, 39): "PERFCTRS", (44, LAST): "EXTERNAL BLOCKED", (45, LAST): "POWER_DOWN_ASAP POWER_DOWN_FORCE"},
)
"""Every word for a node's state: the base state, then its flags."""

NODE_CERT = Names("node_cert", (Name("NODE_CERT_TOKEN_SET", "TOKEN_SET"),), bits=True)

PARTITION_FLAGS = _pairs(
    "partition_flags",
    """
    DEFAULT default
    HIDDEN hidden
    NO_ROOT no_root
    ROOT_ONLY root_only
    REQ_RESV reservation_required
    LLN least_loaded_nodes
    EXCLUSIVE_USER exclusive_user
    """,
    prefix="PART_FLAG_",
    bits=True,
)

PARTITION_FLAGS_45 = _pairs(
    "partition_flags_45",
    """
    DEFAULT DEFAULT
    HIDDEN HIDDEN
    NO_ROOT NO_ROOT
    ROOT_ONLY ROOT_ONLY
    REQ_RESV REQ_RESV
    LLN LLN
    PDOI PDOI
    DEFAULT_CLR DEFAULT_CLEAR
    HIDDEN_CLR HIDDEN_CLEAR
    NO_ROOT_CLR NO_ROOT_CLEAR
    ROOT_ONLY_CLR ROOT_ONLY_CLEAR
    REQ_RESV_CLR REQ_RESV_CLEAR
    LLN_CLR LLN_CLEAR
    PDOI_CLR PDOI_CLEAR
    """,
    prefix="PART_FLAG_",
    bits=True,
)

PARTITION_STATE = _pairs(
    "partition_state",
    """
    UP UP
    DOWN DOWN
    INACTIVE INACTIVE
    DRAIN DRAIN
    """,
    prefix="PARTITION_",
    otherwise="UNKNOWN",
)

PARTITION_STATES = PARTITION_STATE._replace(
    ident="partition_states",
    entries=(*PARTITION_STATE.entries, Name("NO_VAL16", "UNKNOWN")),
    otherwise=None,
)

SHARE_TYPE = _pairs(
    "share_type",
    """
    USER USER
    ASSOCIATION ASSOCIATION
    """,
    prefix="SHARE_",
)

OVERSUBSCRIBE = Names("oversubscribe", (Name("SHARED_FORCE", "force"),), bits=True)

_PREEMPT_MODE_BITS = _pairs(
    "preempt_mode_bits",
    """
    SUSPEND suspend
    REQUEUE requeue
    GANG gang_schedule
    WITHIN within
    """,
    prefix="PREEMPT_MODE_",
    bits=True,
)

PREEMPT_MODE = _exact("preempt_mode", _PREEMPT_MODE_BITS, PREEMPT_MODE_OFF="disabled", NO_VAL16="disabled")
PREEMPT_MODE_36 = _without("preempt_mode_36", PREEMPT_MODE, "within")

PREEMPT_MODE_45 = _exact(
    "preempt_mode_45",
    _bits("preempt_mode_bits_45", "SUSPEND REQUEUE CANCEL PRIORITY", "PREEMPT_MODE_"),
    NO_VAL16="CLUSTER_GLOBAL",
    PREEMPT_MODE_OFF="DISABLED",
)

RESERVATION_FLAGS = _pairs(
    "reservation_flags",
    """
    MAINT MAINT
    NO_MAINT NO_MAINT
    FLEX FLEX
    OVERLAP OVERLAP
    IGN_JOBS IGNORE_JOBS
    HOURLY HOURLY
    NO_HOURLY NO_HOURLY
    DAILY DAILY
    NO_DAILY NO_DAILY
    WEEKDAY WEEKDAY
    WEEKEND WEEKEND
    WEEKLY WEEKLY
    NO_WEEKLY NO_WEEKLY
    SPEC_NODES SPEC_NODES
    ALL_NODES ALL_NODES
    ANY_NODES ANY_NODES
    NO_ANY_NODES NO_ANY_NODES
    STATIC STATIC
    NO_STATIC NO_STATIC
    PART_NODES PART_NODES
    NO_PART_NODES NO_PART_NODES
    FIRST_CORES FIRST_CORES
    TIME_FLOAT TIME_FLOAT
    REPLACE REPLACE
    REPLACE_DOWN REPLACE_DOWN
    NO_HOLD_JOBS NO_HOLD_JOBS_AFTER_END
    MAGNETIC MAGNETIC
    NO_MAGNETIC NO_MAGNETIC
    """,
    prefix="RESERVE_FLAG_",
    bits=True,
)

RESERVATION_FLAGS_37 = _without("reservation_flags_37", RESERVATION_FLAGS, "HOURLY", "NO_HOURLY")

RESERVATION_FLAGS_40 = _between(
    _pairs(
        "reservation_flags_40",
        """
    FLAG_MAINT MAINT
    FLAG_NO_MAINT NO_MAINT
    FLAG_DAILY DAILY
    FLAG_NO_DAILY NO_DAILY
    FLAG_WEEKLY WEEKLY
    FLAG_NO_WEEKLY NO_WEEKLY
    FLAG_IGN_JOBS IGNORE_JOBS
    FLAG_NO_IGN_JOB NO_IGNORE_JOBS
    FLAG_ANY_NODES ANY_NODES
    FLAG_NO_ANY_NODES NO_ANY_NODES
    FLAG_STATIC STATIC
    FLAG_NO_STATIC NO_STATIC
    FLAG_PART_NODES PART_NODES
    FLAG_NO_PART_NODES NO_PART_NODES
    FLAG_OVERLAP OVERLAP
    FLAG_SPEC_NODES SPEC_NODES
    FLAG_FIRST_CORES FIRST_CORES
    FLAG_TIME_FLOAT TIME_FLOAT
    FLAG_REPLACE REPLACE
    FLAG_ALL_NODES ALL_NODES
    FLAG_PURGE_COMP PURGE_COMP
    FLAG_WEEKDAY WEEKDAY
    FLAG_NO_WEEKDAY NO_WEEKDAY
    FLAG_WEEKEND WEEKEND
    FLAG_NO_WEEKEND NO_WEEKEND
    FLAG_FLEX FLEX
    FLAG_NO_FLEX NO_FLEX
    FLAG_DUR_PLUS DURATION_PLUS
    FLAG_DUR_MINUS DURATION_MINUS
    FLAG_NO_HOLD_JOBS NO_HOLD_JOBS_AFTER_END
    FLAG_REPLACE_DOWN REPLACE_DOWN
    FLAG_NO_PURGE_COMP NO_PURGE_COMP
    FLAG_MAGNETIC MAGNETIC
    FLAG_NO_MAGNETIC NO_MAGNETIC
    FLAG_SKIP SKIP
    FLAG_HOURLY HOURLY
    FLAG_NO_HOURLY NO_HOURLY
    FLAG_USER_DEL USER_DELETE
    FLAG_FORCE_START FORCE_START
    FLAG_NO_USER_DEL NO_USER_DELETE
    REOCCURRING REOCCURRING
    TRES_PER_NODE TRES_PER_NODE
    """,
        prefix="RESERVE_",
        bits=True,
    ),
    {
        (FIRST, 39): "FIRST_CORES",
        (41, LAST): "USER_DELETE NO_USER_DELETE",
        (44, LAST): "NO_ANY_NODES REPLACE_DOWN NO_MAGNETIC FORCE_START TRES_PER_NODE",
    },
)

_JOB_PROFILE_BITS = _pairs(
    "job_profile_bits",
    """
    ENERGY Energy
    LUSTRE Lustre
    NETWORK Network
    TASK Task
    """,
    prefix="ACCT_GATHER_PROFILE_",
    bits=True,
)

JOB_PROFILE_40 = _exact(
    "job_profile_40",
    _JOB_PROFILE_BITS._replace(entries=tuple(e._replace(text=e.text.upper()) for e in _JOB_PROFILE_BITS.entries)),
    ACCT_GATHER_PROFILE_NOT_SET="NOT_SET",
    ACCT_GATHER_PROFILE_NONE="NONE",
)

JOB_PROFILE = _exact("job_profile", _JOB_PROFILE_BITS, ACCT_GATHER_PROFILE_NONE="None")

_REASON_36 = _pairs(
    "job_reason_36",
    """
    WAIT_NO_REASON None
    WAIT_PROLOG Prolog
    WAIT_PRIORITY Priority
    WAIT_DEPENDENCY Dependency
    WAIT_RESOURCES Resources
    WAIT_PART_NODE_LIMIT PartitionNodeLimit
    WAIT_PART_TIME_LIMIT PartitionTimeLimit
    WAIT_PART_DOWN PartitionDown
    WAIT_PART_INACTIVE PartitionInactive
    WAIT_HELD JobHeldAdmin
    WAIT_HELD_USER JobHeldUser
    WAIT_TIME BeginTime
    WAIT_LICENSES Licenses
    WAIT_ASSOC_JOB_LIMIT AssociationJobLimit
    WAIT_ASSOC_RESOURCE_LIMIT AssociationResourceLimit
    WAIT_ASSOC_TIME_LIMIT AssociationTimeLimit
    WAIT_RESERVATION Reservation
    WAIT_NODE_NOT_AVAIL ReqNodeNotAvail
    WAIT_FRONT_END FrontEndDown
    FAIL_DEFER SchedDefer
    FAIL_DOWN_PARTITION PartitionDown
    FAIL_DOWN_NODE NodeDown
    FAIL_BAD_CONSTRAINTS BadConstraints
    FAIL_SYSTEM SystemFailure
    FAIL_LAUNCH JobLaunchFailure
    FAIL_EXIT_CODE NonZeroExitCode
    FAIL_TIMEOUT TimeLimit
    FAIL_INACTIVE_LIMIT InactiveLimit
    FAIL_ACCOUNT InvalidAccount
    FAIL_QOS InvalidQOS
    WAIT_QOS_THRES QOSUsageThreshold
    WAIT_QOS_JOB_LIMIT QOSJobLimit
    WAIT_QOS_RESOURCE_LIMIT QOSResourceLimit
    WAIT_QOS_TIME_LIMIT QOSTimeLimit
    WAIT_BLOCK_MAX_ERR BlockMaxError
    WAIT_BLOCK_D_ACTION BlockFreeAction
    WAIT_CLEANING Cleaning
    WAIT_QOS QOSNotAllowed
    WAIT_ACCOUNT AccountNotAllowed
    WAIT_DEP_INVALID DependencyNeverSatisfied
    WAIT_QOS_GRP_CPU QOSGrpCpuLimit
    WAIT_QOS_GRP_CPU_MIN QOSGrpCPUMinutesLimit
    WAIT_QOS_GRP_CPU_RUN_MIN QOSGrpCPURunMinutesLimit
    WAIT_QOS_GRP_JOB QOSGrpMemLimit
    WAIT_QOS_GRP_MEM QOSGrpMemLimit
    WAIT_QOS_GRP_NODE QOSGrpNodeLimit
    WAIT_QOS_GRP_SUB_JOB QOSGrpSubmitJobsLimit
    WAIT_QOS_GRP_WALL QOSGrpWallLimit
    WAIT_QOS_MAX_CPU_PER_JOB QOSMaxCpuPerJobLimit
    WAIT_QOS_MAX_CPU_MINS_PER_JOB QOSMaxCpuMinutesPerJobLimit
    WAIT_QOS_MAX_NODE_PER_JOB QOSMaxNodePerJobLimit
    WAIT_QOS_MAX_WALL_PER_JOB QOSMaxWallDurationPerJobLimit
    WAIT_QOS_MAX_CPU_PER_USER QOSMaxCpuPerUserLimit
    WAIT_QOS_MAX_JOB_PER_USER QOSMaxJobsPerUserLimit
    WAIT_QOS_MAX_NODE_PER_USER QOSMaxNodePerUserLimit
    WAIT_QOS_MAX_SUB_JOB QOSMaxSubmitJobPerUserLimit
    WAIT_QOS_MIN_CPU QOSMinCpuNotSatisfied
    WAIT_ASSOC_GRP_CPU AssocGrpCpuLimit
    WAIT_ASSOC_GRP_CPU_MIN AssocGrpCPUMinutesLimit
    WAIT_ASSOC_GRP_CPU_RUN_MIN AssocGrpCPURunMinutesLimit
    WAIT_ASSOC_GRP_JOB AssocGrpMemLimit
    WAIT_ASSOC_GRP_MEM AssocGrpMemLimit
    WAIT_ASSOC_GRP_NODE AssocGrpNodeLimit
    WAIT_ASSOC_GRP_SUB_JOB AssocGrpSubmitJobsLimit
    WAIT_ASSOC_GRP_WALL AssocGrpWallLimit
    WAIT_ASSOC_MAX_JOBS AssocMaxJobsLimit
    WAIT_ASSOC_MAX_CPU_PER_JOB AssocMaxCpuPerJobLimit
    WAIT_ASSOC_MAX_CPU_MINS_PER_JOB AssocMaxCpuMinutesPerJobLimit
    WAIT_ASSOC_MAX_NODE_PER_JOB AssocMaxNodePerJobLimit
    WAIT_ASSOC_MAX_WALL_PER_JOB AssocMaxWallDurationPerJobLimit
    WAIT_ASSOC_MAX_SUB_JOB AssocMaxSubmitJobLimit
    WAIT_MAX_REQUEUE JobHoldMaxRequeue
    WAIT_ARRAY_TASK_LIMIT JobArrayTaskLimit
    WAIT_BURST_BUFFER_RESOURCE BurstBufferResources
    WAIT_BURST_BUFFER_STAGING BurstBufferStageIn
    FAIL_BURST_BUFFER_OP BurstBufferOperation
    WAIT_POWER_NOT_AVAIL PowerNotAvail
    WAIT_POWER_RESERVED PowerReserved
    WAIT_ASSOC_GRP_UNK AssocGrpUnknown
    WAIT_ASSOC_GRP_UNK_MIN AssocGrpUnknownMinutes
    WAIT_ASSOC_GRP_UNK_RUN_MIN AssocGrpUnknownRunMinutes
    WAIT_ASSOC_MAX_UNK_PER_JOB AssocMaxUnknownPerJob
    WAIT_ASSOC_MAX_UNK_PER_NODE AssocMaxUnknownPerNode
    WAIT_ASSOC_MAX_UNK_MINS_PER_JOB AssocMaxUnknownMinutesPerJob
    WAIT_ASSOC_MAX_CPU_PER_NODE AssocMaxCpuPerNode
    WAIT_ASSOC_GRP_MEM_MIN AssocGrpMemMinutes
    WAIT_ASSOC_GRP_MEM_RUN_MIN AssocGrpMemRunMinutes
    WAIT_ASSOC_MAX_MEM_PER_JOB AssocMaxMemPerJob
    WAIT_ASSOC_MAX_MEM_PER_NODE AssocMaxMemPerNode
    WAIT_ASSOC_MAX_MEM_MINS_PER_JOB AssocMaxMemMinutesPerJob
    WAIT_ASSOC_GRP_NODE_MIN AssocGrpNodeMinutes
    WAIT_ASSOC_GRP_NODE_RUN_MIN AssocGrpNodeRunMinutes
    WAIT_ASSOC_MAX_NODE_MINS_PER_JOB AssocMaxNodeMinutesPerJob
    WAIT_ASSOC_GRP_ENERGY AssocGrpEnergy
    WAIT_ASSOC_GRP_ENERGY_MIN AssocGrpEnergyMinutes
    WAIT_ASSOC_GRP_ENERGY_RUN_MIN AssocGrpEnergyRunMinutes
    WAIT_ASSOC_MAX_ENERGY_PER_JOB AssocMaxEnergyPerJob
    WAIT_ASSOC_MAX_ENERGY_PER_NODE AssocMaxEnergyPerNode
    WAIT_ASSOC_MAX_ENERGY_MINS_PER_JOB AssocMaxEnergyMinutesPerJob
    WAIT_ASSOC_GRP_GRES AssocGrpGRES
    WAIT_ASSOC_GRP_GRES_MIN AssocGrpGRESMinutes
    WAIT_ASSOC_GRP_GRES_RUN_MIN AssocGrpGRESRunMinutes
    WAIT_ASSOC_MAX_GRES_PER_JOB AssocMaxGRESPerJob
    WAIT_ASSOC_MAX_GRES_PER_NODE AssocMaxGRESPerNode
    WAIT_ASSOC_MAX_GRES_MINS_PER_JOB AssocMaxGRESMinutesPerJob
    WAIT_ASSOC_GRP_LIC AssocGrpLicense
    WAIT_ASSOC_GRP_LIC_MIN AssocGrpLicenseMinutes
    WAIT_ASSOC_GRP_LIC_RUN_MIN AssocGrpLicenseRunMinutes
    WAIT_ASSOC_MAX_LIC_PER_JOB AssocMaxLicensePerJob
    WAIT_ASSOC_MAX_LIC_MINS_PER_JOB AssocMaxLicenseMinutesPerJob
    WAIT_ASSOC_GRP_BB AssocGrpBB
    WAIT_ASSOC_GRP_BB_MIN AssocGrpBBMinutes
    WAIT_ASSOC_GRP_BB_RUN_MIN AssocGrpBBRunMinutes
    WAIT_ASSOC_MAX_BB_PER_JOB AssocMaxBBPerJob
    WAIT_ASSOC_MAX_BB_PER_NODE AssocMaxBBPerNode
    WAIT_ASSOC_MAX_BB_MINS_PER_JOB AssocMaxBBMinutesPerJob
    WAIT_QOS_GRP_UNK QOSGrpUnknown
    WAIT_QOS_GRP_UNK_MIN QOSGrpUnknownMinutes
    WAIT_QOS_GRP_UNK_RUN_MIN QOSGrpUnknownRunMinutes
    WAIT_QOS_MAX_UNK_PER_JOB QOSMaxUnknownPerJob
    WAIT_QOS_MAX_UNK_PER_NODE QOSMaxUnknownPerNode
    WAIT_QOS_MAX_UNK_PER_USER QOSMaxUnknownPerUser
    WAIT_QOS_MAX_UNK_MINS_PER_JOB QOSMaxUnknownMinutesPerJob
    WAIT_QOS_MIN_UNK QOSMinUnknown
    WAIT_QOS_MAX_CPU_PER_NODE QOSMaxCpuPerNode
    WAIT_QOS_GRP_MEM_MIN QOSGrpMemoryMinutes
    WAIT_QOS_GRP_MEM_RUN_MIN QOSGrpMemoryRunMinutes
    WAIT_QOS_MAX_MEM_PER_JOB QOSMaxMemoryPerJob
    WAIT_QOS_MAX_MEM_PER_NODE QOSMaxMemoryPerNode
    WAIT_QOS_MAX_MEM_PER_USER QOSMaxMemoryPerUser
    WAIT_QOS_MAX_MEM_MINS_PER_JOB QOSMaxMemoryMinutesPerJob
    WAIT_QOS_MIN_MEM QOSMinMemory
    WAIT_QOS_GRP_NODE_MIN QOSGrpNodeMinutes
    WAIT_QOS_GRP_NODE_RUN_MIN QOSGrpNodeRunMinutes
    WAIT_QOS_MAX_NODE_MINS_PER_JOB QOSMaxNodeMinutesPerJob
    WAIT_QOS_MIN_NODE QOSMinNode
    WAIT_QOS_GRP_ENERGY QOSGrpEnergy
    WAIT_QOS_GRP_ENERGY_MIN QOSGrpEnergyMinutes
    WAIT_QOS_GRP_ENERGY_RUN_MIN QOSGrpEnergyRunMinutes
    WAIT_QOS_MAX_ENERGY_PER_JOB QOSMaxEnergyPerJob
    WAIT_QOS_MAX_ENERGY_PER_NODE QOSMaxEnergyPerNode
    WAIT_QOS_MAX_ENERGY_PER_USER QOSMaxEnergyPerUser
    WAIT_QOS_MAX_ENERGY_MINS_PER_JOB QOSMaxEnergyMinutesPerJob
    WAIT_QOS_MIN_ENERGY QOSMinEnergy
    WAIT_QOS_GRP_GRES QOSGrpGRES
    WAIT_QOS_GRP_GRES_MIN QOSGrpGRESMinutes
    WAIT_QOS_GRP_GRES_RUN_MIN QOSGrpGRESRunMinutes
    WAIT_QOS_MAX_GRES_PER_JOB QOSMaxGRESPerJob
    WAIT_QOS_MAX_GRES_PER_NODE QOSMaxGRESPerNode
    WAIT_QOS_MAX_GRES_PER_USER QOSMaxGRESPerUser
    WAIT_QOS_MAX_GRES_MINS_PER_JOB QOSMaxGRESMinutesPerJob
    WAIT_QOS_MIN_GRES QOSMinGRES
    WAIT_QOS_GRP_LIC QOSGrpLicense
    WAIT_QOS_GRP_LIC_MIN QOSGrpLicenseMinutes
    WAIT_QOS_GRP_LIC_RUN_MIN QOSGrpLicenseRunMinutes
    WAIT_QOS_MAX_LIC_PER_JOB QOSMaxLicensePerJob
    WAIT_QOS_MAX_LIC_PER_USER QOSMaxLicensePerUser
    WAIT_QOS_MAX_LIC_MINS_PER_JOB QOSMaxLicenseMinutesPerJob
    WAIT_QOS_MIN_LIC QOSMinLicense
    WAIT_QOS_GRP_BB QOSGrpBB
    WAIT_QOS_GRP_BB_MIN QOSGrpBBMinutes
    WAIT_QOS_GRP_BB_RUN_MIN QOSGrpBBRunMinutes
    WAIT_QOS_MAX_BB_PER_JOB QOSMaxBBPerJob
    WAIT_QOS_MAX_BB_PER_NODE QOSMaxBBPerNode
    WAIT_QOS_MAX_BB_PER_USER QOSMaxBBPerUser
    WAIT_QOS_MAX_BB_MINS_PER_JOB AssocMaxBBMinutesPerJob
    WAIT_QOS_MIN_BB QOSMinBB
    FAIL_DEADLINE DeadLine
    WAIT_QOS_MAX_BB_PER_ACCT MaxBBPerAccount
    WAIT_QOS_MAX_CPU_PER_ACCT MaxCpuPerAccount
    WAIT_QOS_MAX_ENERGY_PER_ACCT MaxEnergyPerAccount
    WAIT_QOS_MAX_GRES_PER_ACCT MaxGRESPerAccount
    WAIT_QOS_MAX_NODE_PER_ACCT MaxNodePerAccount
    WAIT_QOS_MAX_LIC_PER_ACCT MaxLicensePerAccount
    WAIT_QOS_MAX_MEM_PER_ACCT MaxMemoryPerAccount
    WAIT_QOS_MAX_UNK_PER_ACCT MaxUnknownPerAccount
    WAIT_QOS_MAX_JOB_PER_ACCT MaxJobsPerAccount
    WAIT_QOS_MAX_SUB_JOB_PER_ACCT MaxSubmitJobsPerAccount
    WAIT_PART_CONFIG PartitionConfig
    WAIT_ACCOUNT_POLICY AccountingPolicy
    WAIT_FED_JOB_LOCK FedJobLock
    FAIL_OOM OutOfMemory
    WAIT_PN_MEM_LIMIT MaxMemPerLimit
    WAIT_ASSOC_GRP_BILLING AssocGrpBilling
    WAIT_ASSOC_GRP_BILLING_MIN AssocGrpBillingMinutes
    WAIT_ASSOC_GRP_BILLING_RUN_MIN AssocGrpBillingRunMinutes
    WAIT_ASSOC_MAX_BILLING_PER_JOB AssocMaxBillingPerJob
    WAIT_ASSOC_MAX_BILLING_PER_NODE AssocMaxBillingPerNode
    WAIT_ASSOC_MAX_BILLING_MINS_PER_JOB AssocMaxBillingMinutesPerJob
    WAIT_QOS_GRP_BILLING QOSGrpBilling
    WAIT_QOS_GRP_BILLING_MIN QOSGrpBillingMinutes
    WAIT_QOS_GRP_BILLING_RUN_MIN QOSGrpBillingRunMinutes
    WAIT_QOS_MAX_BILLING_PER_JOB QOSMaxBillingPerJob
    WAIT_QOS_MAX_BILLING_PER_NODE QOSMaxBillingPerNode
    WAIT_QOS_MAX_BILLING_PER_USER QOSMaxBillingPerUser
    WAIT_QOS_MAX_BILLING_MINS_PER_JOB QOSMaxBillingMinutesPerJob
    WAIT_QOS_MAX_BILLING_PER_ACCT MaxBillingPerAccount
    WAIT_QOS_MIN_BILLING QOSMinBilling
    WAIT_RESV_DELETED ReservationDeleted
    """,
)

_REASON_40 = _pairs(
    "job_reason_new_40",
    """
    WAIT_QOS_GRP_JOB QOSGrpJobsLimit
    WAIT_ASSOC_GRP_JOB AssocGrpJobsLimit
    FAIL_SIGNAL RaisedSignal
    WAIT_RESV_INVALID ReservationInvalid
    FAIL_CONSTRAINTS Constraints
    WAIT_QOS_MAX_BB_RUN_MINS_PER_ACCT MaxBBRunMinsPerAccount
    WAIT_QOS_MAX_BILLING_RUN_MINS_PER_ACCT MaxBillingRunMinsPerAccount
    WAIT_QOS_MAX_CPU_RUN_MINS_PER_ACCT MaxCpuRunMinsPerAccount
    WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_ACCT MaxEnergyRunMinsPerAccount
    WAIT_QOS_MAX_GRES_RUN_MINS_PER_ACCT MaxGRESRunMinsPerAccount
    WAIT_QOS_MAX_NODE_RUN_MINS_PER_ACCT MaxNodeRunMinsPerAccount
    WAIT_QOS_MAX_LIC_RUN_MINS_PER_ACCT MaxLicenseRunMinsPerAccount
    WAIT_QOS_MAX_MEM_RUN_MINS_PER_ACCT MaxMemoryRunMinsPerAccount
    WAIT_QOS_MAX_UNK_RUN_MINS_PER_ACCT MaxUnknownRunMinsPerAccount
    WAIT_QOS_MAX_BB_RUN_MINS_PER_USER MaxBBRunMinsPerUser
    WAIT_QOS_MAX_BILLING_RUN_MINS_PER_USER MaxBillingRunMinsPerUser
    WAIT_QOS_MAX_CPU_RUN_MINS_PER_USER MaxCpuRunMinsPerUser
    WAIT_QOS_MAX_ENERGY_RUN_MINS_PER_USER MaxEnergyRunMinsPerUser
    WAIT_QOS_MAX_GRES_RUN_MINS_PER_USER MaxGRESRunMinsPerUser
    WAIT_QOS_MAX_NODE_RUN_MINS_PER_USER MaxNodeRunMinsPerUser
    WAIT_QOS_MAX_LIC_RUN_MINS_PER_USER MaxLicenseRunMinsPerUser
    WAIT_QOS_MAX_MEM_RUN_MINS_PER_USER MaxMemoryRunMinsPerUser
    WAIT_QOS_MAX_UNK_RUN_MINS_PER_USER MaxUnknownRunMinsPerUser
    WAIT_MAX_POWERED_NODES MaxPoweredUpNodes
    WAIT_MPI_PORTS_BUSY MpiPortsBusy
    """,
)

JOB_REASON = Names("job_reason", _REASON_36.entries + _REASON_40.entries)
"""Up to v0.0.39 reasons that are younger have the only words that there are for them."""

JOB_REASON_40 = Names("job_reason_40", _REASON_40.entries + _REASON_36.entries, "InvaildReason")
"""New words win over older ones for the same reason; the last is slurmrestd's spelling, which clients may compare."""
JOB_REASON_43 = Names("job_reason_43", JOB_REASON_40.entries, "InvalidReason")
