# SPDX-License-Identifier: GPL-2.0-or-later
"""What a client may change of partitions, and how new ones are described: ``update_part_msg_t``.

Rule 1: what slurmctld keeps no client from asking for and does not take is read, and told as what was passed over.
Rule 2: the order of rows is that in which slurmrestd reads them.
"""

from __future__ import annotations

import re

from . import job_members, readers
from .model import IN, NOVAL_16, NOVAL_32, NOVAL_64, NUMBER_16, NUMBER_32, TEXT, Kind, Row, Table, constant, flags
from .partition import PARTITION
from .partition_names import (
    PARTITION_CPU_BINDING,
    PARTITION_FLAGS_45,
    PARTITION_STATES,
    PREEMPT_MODE_45,
    SELECT_TYPE_45,
)
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading

_FORM = "ESLURM_REST_FAIL_PARSING"
_MOST_BITS = 3
_DEFAULT_SHARE = 4


def _binding(value: Any, at: Reading) -> Any:
    """How tasks are bound; slurmctld dies of the names of many bits, which it writes behind each other."""
    found = readers.flags(value, at)
    if isinstance(found, tuple) and len(found) > _MOST_BITS:
        raise InvalidError("Too many ways to bind tasks", readers.CONVERSION)
    return found


def _node_sets(value: Any, at: Reading) -> str | None:
    """Node sets, which slurmctld takes beside nodes."""
    found = readers.text(value, at)
    return None if found is None else ",".join(filter(None, (str(at.members.get("nodes") or ""), found)))


def _word(value: Any, at: Reading) -> str | None:
    """A word in capitals; None for nothing."""
    at.expect("string", value)
    if isinstance(value, (list, dict)):
        raise InvalidError(f"Expecting string but got {at.manner.name(value)}", readers.CONVERSION)
    return None if value is None else to_text(value).upper()


def _exclusive(value: Any, at: Reading) -> Any:
    """What a job does not share, by flags, or for whole nodes by a share of 0."""
    word = _word(value, at)
    if word is None:
        return None
    bits = _EXCLUSIVE.get(word)
    if bits is None:
        raise InvalidError("expected NO, NODE, USER, or TOPO", _FORM)
    if word in _WHOLE:
        at.record.parts[_SHARED] = False
    if word == "NODE":
        at.members["max_share"] = 0
    given: Any = at.members.get("flags", ())
    return (*given, *bits) or None


MACROS = (
    "SHARED_FORCE",
    "PART_FLAG_EXC_TOPO_CLR",
    "PART_FLAG_EXC_USER_CLR",
    "PART_FLAG_EXCLUSIVE_TOPO",
    "PART_FLAG_EXCLUSIVE_USER",
)
"""Constants that no table of names has."""
_EXCLUSIVE = {
    "NO": ("PART_FLAG_EXC_USER_CLR", "PART_FLAG_EXC_TOPO_CLR"),
    "NODE": (),
    "USER": ("PART_FLAG_EXCLUSIVE_USER",),
    "TOPO": ("PART_FLAG_EXCLUSIVE_TOPO",),
}


_WHOLE, _SHARED = ("NODE", "TOPO"), "shared"


def _oversubscribe(value: Any, at: Reading) -> Any:
    """Whether jobs share a CPU, and how many: NO, YES:2, FORCE:2 (slurm.conf(5), OverSubscribe)."""
    text = _word(value, at)
    if text is None:
        return None
    word, colon, digits = text.partition(":")
    if word not in ("NO", "YES", "FORCE") or (word == "NO" and colon):
        raise InvalidError("expected NO, YES[:#], or FORCE[:#]", _FORM)
    jobs = _jobs(word, digits) if colon else _DEFAULT_SHARE
    if at.record.parts.get(_SHARED) is False:
        at.warn("Oversubscribe ignored, Exclusive=TOPO and Exclusive=NODE imply OverSubscribe=NO")
        return None
    return {"NO": 1, "YES": jobs}.get(word, ("SHARED_FORCE", jobs))


def _jobs(word: str, digits: str) -> int:
    """How many jobs share a CPU; a number that strtol(3) has no room for is found before what stands behind it."""
    found = re.match(r"\s*([+-]?)(?=[0-9])0*([0-9]*)", digits, re.ASCII)
    sign, number = ("", "") if found is None else found.groups()
    jobs = int(sign + (number[:_ENOUGH] or "0"))
    if not -_LONG <= jobs < _LONG:
        raise InvalidError("job count out of range", _FORM)
    if found is None or found.end() < len(digits):
        raise InvalidError("invalid job count", _FORM)
    if word == "YES" and jobs < 2:
        raise InvalidError("YES count must be > 1", _FORM)
    if jobs < 1:
        raise InvalidError("FORCE count must be >= 1", _FORM)
    if jobs >= _TOO_MANY:
        raise InvalidError("count too large", _FORM)
    return jobs


_TOO_MANY = 1 << 15
"""The bit that stands for FORCE."""
_LONG = 1 << 63
_ENOUGH = 20
"""Digits of a number that 64 bits do not hold, whatever follows them; Python refuses to read one of thousands."""
_BY_CPU, _BY_NODE = (
    NOVAL_64._replace(read=reader) for reader in (job_members.memory_per_cpu, job_members.memory_per_node)
)
_NO_NUMBER, _NO_LIST = (
    constant(*empty)._replace(read=readers.ignored) for empty in (("0", "integer"), ("[]", "array"))
)
"""What another member tells."""
_RELEASES = {"maximums/cpus_per_socket": "23.02", "topology": "25.05"}


_TOLD = {row.path: row.doc for row in PARTITION.rows_of(45)}
"""Requests and answers are one object of the document."""


def _rows(*rows: tuple[str, str | None, Kind]) -> tuple[Row, ...]:
    return tuple(Row(*row, _TOLD[row[0]], since=45, way=IN, release=_RELEASES.get(row[0])) for row in rows)


PARTITION_UPDATE = Table(
    "partition_info_t",
    _rows(
        ("nodes/allowed_allocation", "allow_alloc_nodes", TEXT),
        ("nodes/configured", "nodes", TEXT),
        ("nodes/total", None, NUMBER_32),
        ("accounts/allowed", "allow_accounts", TEXT),
        ("accounts/deny", "deny_accounts", TEXT),
        ("groups/allowed", "allow_groups", TEXT),
        ("qos/allowed", "allow_qos", TEXT),
        ("qos/deny", "deny_qos", TEXT),
        ("qos/assigned", "qos_char", TEXT),
        ("alternate", "alternate", TEXT),
        ("tres/billing_weights", "billing_weights_str", TEXT),
        ("tres/configured", None, TEXT),
        ("cluster", None, TEXT),
        ("select_type", None, flags(SELECT_TYPE_45)),
        ("cpus/task_binding", "cpu_bind", flags(PARTITION_CPU_BINDING)._replace(read=_binding)),
        ("cpus/total", None, NUMBER_32),
        ("defaults/memory_per_cpu", None, _NO_NUMBER),
        ("defaults/partition_memory_per_cpu", "def_mem_per_cpu", _BY_CPU),
        ("defaults/partition_memory_per_node", "def_mem_per_cpu", _BY_NODE),
        ("defaults/time", "default_time", NOVAL_32),
        ("defaults/job", "job_defaults_str", TEXT),
        ("flags", "flags", flags(PARTITION_FLAGS_45)),
        ("partition/exclusive", "flags", TEXT._replace(read=_exclusive)),
        ("partition/oversubscribe", "max_share", TEXT._replace(read=_oversubscribe)),
        ("partition/state", "state_up", flags(PARTITION_STATES)),
        ("grace_time", "grace_time", NUMBER_32),
        ("maximums/cpus_per_node", "max_cpus_per_node", NOVAL_32),
        ("maximums/cpus_per_socket", "max_cpus_per_socket", NOVAL_32),
        ("maximums/memory_per_cpu", None, _NO_NUMBER),
        ("maximums/partition_memory_per_cpu", "max_mem_per_cpu", _BY_CPU),
        ("maximums/partition_memory_per_node", "max_mem_per_cpu", _BY_NODE),
        ("maximums/nodes", "max_nodes", NOVAL_32),
        ("maximums/shares", None, _NO_NUMBER),
        ("maximums/oversubscribe/jobs", None, _NO_NUMBER),
        ("maximums/oversubscribe/flags", None, _NO_LIST),
        ("maximums/time", "max_time", NOVAL_32),
        ("maximums/over_time_limit", "over_time_limit", NOVAL_16),
        ("minimums/nodes", "min_nodes", NUMBER_32),
        ("name", "name", TEXT),
        ("node_sets", "nodes", TEXT._replace(read=_node_sets)),
        ("preempt_mode", "preempt_mode", flags(PREEMPT_MODE_45)),
        ("priority/job_factor", "priority_job_factor", NUMBER_16),
        ("priority/tier", "priority_tier", NUMBER_16),
        ("timeouts/resume", None, NOVAL_16),
        ("timeouts/suspend", None, NOVAL_16),
        ("topology", "topology_name", TEXT),
        ("suspend_time", None, NOVAL_32),
    ),
    skip={
        **dict.fromkeys(("total_nodes", "tres_fmt_str", "cluster_name", "cr_type"), "slurmctld takes none"),
        **dict.fromkeys(("total_cpus", "resume_timeout", "suspend_timeout", "suspend_time"), "slurmctld takes none"),
        "nodesets": "slurmctld takes them as nodes",
        "job_defaults_list": "the string form is taken",
        "node_inx": "slurmctld's own",
    },
    view="partition_update",
    parser="PARTITION_INFO",
)

PASSED_OVER = (
    *("cluster", "select_type", "timeouts/resume", "suspend_time", "timeouts/suspend", "cpus/total", "nodes/total"),
    "tres/configured",
)
"""Paths of what slurmctld does not take, in the order in which slurmrestd tells them."""

PARTITIONS_UPDATE = Table(
    "partitions_update",
    (
        Row(
            *("partitions", "partitions", readers.listed(PARTITION_UPDATE), "Partitions to create or change"),
            since=45,
            way=IN,
            required=(45, 45),
        ),
        *readers.of_answers(45),
    ),
    {},
    parser="OPENAPI_PARTITIONS_MOD_REQ",
)
"""Several of them; no C struct is made of it as a whole."""
