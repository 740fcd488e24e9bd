# SPDX-License-Identifier: GPL-2.0-or-later
"""Words for partitions, and for what slurm.conf says of the same (SelectTypeParameters)."""

from __future__ import annotations

from slurmrest_inet.versions import FIRST, LAST

from .job_names import CPU_BINDING
from .model import Name, Names
from .naming import as_bits, exact, pairs, plain_bits, without


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
        *as_bits(plain_bits("select_bits", _SELECT_BITS, "SELECT_")),
    ),
)
"""The same as slurm.conf(5) has it in SelectTypeParameters."""

PARTITION_CPU_BINDING = CPU_BINDING._replace(
    ident="partition_cpu_binding",
    entries=tuple(
        entry._replace(since=FIRST, until=LAST)
        for word in ["TO_THREADS", "TO_CORES", "TO_SOCKETS", "TO_LDOMS", "NONE", "OFF", "VERBOSE"]
        for entry in CPU_BINDING.entries
        if entry.constant == f"CPU_BIND_{word}"
    ),
)

PARTITION_FLAGS = pairs(
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

PARTITION_FLAGS_45 = pairs(
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

PARTITION_STATE = pairs(
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

OVERSUBSCRIBE = Names("oversubscribe", (Name("SHARED_FORCE", "force"),), bits=True)

_PREEMPT_MODE_BITS = pairs(
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

PREEMPT_MODE = exact("preempt_mode", _PREEMPT_MODE_BITS, PREEMPT_MODE_OFF="disabled", NO_VAL16="disabled")

PREEMPT_MODE_36 = without("preempt_mode_36", PREEMPT_MODE, "within")

PREEMPT_MODE_45 = exact(
    "preempt_mode_45",
    plain_bits("preempt_mode_bits_45", "SUSPEND REQUEUE CANCEL PRIORITY", "PREEMPT_MODE_"),
    NO_VAL16="CLUSTER_GLOBAL",
    PREEMPT_MODE_OFF="DISABLED",
)
