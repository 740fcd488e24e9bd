# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the differences (see differences.py) that speak of values up to v0.0.39, and what they are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import ODD_NAME
from comparison import MISSING, Difference, Rule, matching, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    Places = Mapping[str, object]

_JOBS = "GET /slurm/{v}/*job*"
_PARTITIONS = "GET /slurm/{v}/partition*"
_UP_TO_38 = range(36, 39)
_UP_TO_37 = range(36, 38)
_CORE_SPEC_THREAD = 0x8000
_NUMBER = Rule("a number", lambda value, *_: isinstance(value, int) and not isinstance(value, bool))

IN_38: dict[str, object] = {}
"""What the real server has in v0.0.38: partitions/<name>/<member> and statistics/<member>; conftest.py asks."""

PARTITIONS: dict[str, tuple[tuple[str, bool], ...]] = {}
"""The partitions of each node, nodes and partitions in slurmctld's order, as scontrol tells them: conftest.py asks."""


def _is_rounded(value: object, number: object) -> bool:
    return isinstance(value, float) and isinstance(number, float) and value == round(number, 6)


def _is_backup(value: object, place: str, *_: object) -> bool:
    backup = {"hostname": "other", "ping": "UP", "status": 0, "mode": "backup"}
    return value == backup.get(place.rpartition("/")[2], MISSING)


def _sum(value: object, more: int) -> object:
    return value + more if isinstance(value, int) else MISSING


def _beside(place: str, name: str) -> str:
    """The place of another member of the same record."""
    return place.rpartition("/")[0] + "/" + name


def _is_partition_of(name: str, value: object, place: str, here: Places) -> bool:
    """Whether scontrol has this at this place of the list of a node's partitions: of all, or of those not hidden."""
    shown = [one for key, one in here.items() if key.startswith("body/nodes/0/partitions/")]
    known = [one for one, hidden in PARTITIONS.get(name, ()) if not hidden or one in shown]
    index = int(place.rpartition("/")[2])
    return value == (known[index] if index < len(known) else MISSING)


def _own_partition(value: object, place: str, here: Places, _there: Places) -> bool:
    return _is_partition_of(str(here["body/nodes/0/name"]), value, place, here)


def _first_partition(value: object, place: str, here: Places, _there: Places) -> bool:
    return _is_partition_of(next(iter(PARTITIONS)), value, place, here)


def _unasked(path: str) -> tuple[str, ...]:
    """Requests that slurmctld gets no chance to answer (see cases.Case.setting)."""
    return tuple(f"GET /slurm/{{v}}/{path} | {setting}" for setting in ("down", "silent"))


def _path(place: str, here: Places) -> str:
    """A place of a partition or of the statistics as a key of IN_38."""
    _, key, *rest = place.split("/")
    if key == "statistics":
        return "/".join((key, *rest))
    return "/".join((key, str(here[f"body/{key}/{rest[0]}/name"]), *rest[1:]))


def _as_in_38(value: object, place: str, here: Places, _there: Places) -> bool:
    return same(value, IN_38.get(_path(place, here), MISSING))


def _time_in_38(value: object, place: str, here: Places, _there: Places) -> bool:
    wanted = IN_38.get(_path(place, here), MISSING)
    return same(value, -1 if wanted == 2**32 - 1 else wanted)  # see default-time-unlimited


def _other_in_38(name: str, more: int = 0) -> Rule:
    """What the real server has in v0.0.38 for another member of the record, changed by so much."""

    def holds(value: object, place: str, here: Places, _there: Places) -> bool:
        wanted = IN_38.get(_beside(_path(place, here), name))
        return isinstance(wanted, int) and value == wanted + more

    return Rule(f"{name} of v0.0.38" + (f" less {-more}" if more else ""), holds)


def _memory_by(other: str) -> Rule:
    """0, where v0.0.38 knows another limit instead."""

    def holds(value: object, place: str, here: Places, _there: Places) -> bool:
        return value == 0 and isinstance(IN_38.get(_beside(_path(place, here), other)), int)

    return Rule(f"0, as there is {other} in v0.0.38", holds)


def _cpus_of_tres(value: object, place: str, _here: Places, there: Places) -> bool:
    requested = there.get(_beside(place, "tres_req_str"))
    return f"cpu={value}," in f"{requested}," if requested else value == 0


_SENTENCES = {
    1800: "Unable to contact slurm controller (connect failure)",
    5004: "Socket timed out on send/recv operation",
}


def _sentence(value: object, place: str, here: Places, _there: Places) -> bool:
    return value == _SENTENCES.get(here[_beside(place, "errno")])  # type: ignore[call-overload]


def _no_sentence(value: object, place: str, here: Places, _there: Places) -> bool:
    said = "_op_handler_ping: slurmctld config is unable to load: Unknown error"
    return value == f"{said} {here[_beside(place, 'errno')]}"


_IN_38 = Rule("as the real server has it in v0.0.38", _as_in_38)

VALUE_DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "own-controllers",
        "GET /slurm/{v}/ping | backup",
        "body/pings/1/*",
        MISSING,
        Rule("the second slurmctld of this host's slurm.conf", _is_backup),
        "Both ping what slurm.conf of this host names; the real server has slurmctld count them, for another call.",
        _UP_TO_38,
    ),
    Difference(
        "yaml-decimals",
        "* | Accept: *yaml",
        "body/**",
        Rule("the number, cut to six decimals", lambda value, place, _, there: _is_rounded(value, there.get(place))),
        Rule("the number", lambda value, *_: isinstance(value, float)),
        "The same number as in JSON, where the real server writes all of its digits.",
    ),
    Difference(
        "cpus",
        _JOBS,
        "body/jobs/*/cpus",
        Rule(
            "null, as tasks is",
            lambda value, place, here, _: value is None is here.get(_beside(place, "tasks"), MISSING),
        ),
        Rule("the CPUs of tres_req_str, 0 without any", _cpus_of_tres),
        "The real server looks whether a wrong member is set.",
        versions=_UP_TO_38,
    ),
    Difference(
        "cpu-frequency-key",
        _JOBS,
        "body/jobs/*/cpu_frequency_minumum",
        _NUMBER,
        MISSING,
        "The real server misspells the key when the value is set, not when it is null.",
        versions=_UP_TO_38,
    ),
    Difference(
        "cpu-frequency",
        _JOBS,
        "body/jobs/*/cpu_frequency_minimum",
        MISSING,
        Rule(
            "the same number",
            lambda value, place, _, there: value == there.get(_beside(place, "cpu_frequency_minumum")),
        ),
        "As above; the documented key.",
        versions=_UP_TO_38,
    ),
    Difference(
        "core-spec",
        _JOBS,
        "body/jobs/*/core_spec",
        None,
        Rule("the number", lambda value, place, _, there: value == there.get(_beside(place, "thread_spec"))),
        "The real server swaps cores and threads.",
        versions=_UP_TO_38,
    ),
    Difference("core-spec-swapped", _JOBS, "body/jobs/*/thread_spec", _NUMBER, None, "As above.", versions=_UP_TO_38),
    Difference(
        "thread-spec",
        _JOBS,
        "body/jobs/*/thread_spec",
        None,
        Rule(
            "the number",
            lambda value, place, _, there: _sum(value, _CORE_SPEC_THREAD) == there.get(_beside(place, "core_spec")),
        ),
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "thread-spec-swapped",
        _JOBS,
        "body/jobs/*/core_spec",
        Rule(
            "the number and the bit CORE_SPEC_THREAD",
            lambda value, *_: isinstance(value, int) and bool(value & _CORE_SPEC_THREAD),
        ),
        None,
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "nice",
        _JOBS,
        "body/jobs/*/nice",
        Rule("the number plus 2 to the 32nd", lambda value, place, _, there: value == _sum(there.get(place), 2**32)),
        Rule("a number below 0", lambda value, *_: isinstance(value, int) and value < 0),
        "The real server loses the sign.",
        versions=_UP_TO_38,
    ),
    Difference(
        "default-time-unlimited",
        _PARTITIONS,
        "body/partitions/*/default_time_limit",
        2**32 - 1,
        -1,
        "The real server tests for infinity and then writes the number all the same.",
        versions=range(38, 39),
    ),
    Difference(
        "rpc-name",
        "GET /slurm/{v}/diag*",
        "body/statistics/rpcs_by_message_type/*/message_type",
        "REQUEST_SET_FS_DAMPENING_FACTOR,",
        "REQUEST_SET_FS_DAMPENING_FACTOR",
        "A comma slipped into the real name.",
        versions=_UP_TO_38,
    ),
    Difference(
        "no-utf-8",
        _JOBS,
        "body/jobs/0/name",
        ODD_NAME,
        ODD_NAME.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "JSON is UTF-8 (RFC 8259 section 8.1): each byte that is not becomes U+FFFD.",
    ),
    Difference(
        "no-utf-8-in-yaml",
        _JOBS + " | Accept: application/x-yaml",
        "answer",
        "500",
        "200 application/x-yaml",
        "As above; in YAML one such byte costs the real server the whole answer.",
        versions=range(36, 43),
    ),
    Difference(
        "partitions-of-a-node",
        "GET /slurm/{v}/node/*",
        "body/nodes/0/partitions/*",
        Rule("a partition of the first node of all", _first_partition),
        Rule("a partition of this node, by scontrol", _own_partition),
        "The real server gives every node that is asked for alone the partitions of the first one; in the list each "
        "has its own.",
        versions=(37, 38, 40, 41, 42),
    ),
    # Values that 22.05 corrected in v0.0.38 and left as they were in what came before
    Difference(
        "preemption-unset",
        _PARTITIONS,
        "body/partitions/*/preemption_mode/0",
        "requeue",
        Rule(
            "disabled, as in v0.0.38",
            lambda value, place, here, there: value == "disabled" and _as_in_38(value, place, here, there),
        ),
        "Unset is no set of bits; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "preemption-unset-more",
        _PARTITIONS,
        "body/partitions/*/preemption_mode/1",
        "gang_schedule",
        Rule(
            "nothing, as in v0.0.38",
            lambda value, place, _, there: value is MISSING is IN_38.get(_path(place, there), MISSING),
        ),
        "As above.",
        versions=_UP_TO_37,
    ),
    Difference(
        "default-time",
        _PARTITIONS,
        "body/partitions/*/default_time_limit",
        Rule(
            "the memory per CPU",
            lambda value, place, here, _: value == here.get(_beside(place, "default_memory_per_cpu")),
        ),
        Rule("as the real server has it in v0.0.38, -1 without a limit", _time_in_38),
        "The real server writes another member; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-cpu",
        _PARTITIONS,
        "body/partitions/*/default_memory_per_cpu",
        _other_in_38("default_memory_per_cpu", -(2**63)),
        _IN_38,
        "The real server writes the bit which says that the number is per CPU; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-node-as-per-cpu",
        _PARTITIONS,
        "body/partitions/*/default_memory_per_cpu",
        _other_in_38("default_memory_per_node"),
        _memory_by("default_memory_per_node"),
        "The real server writes the memory per node here; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "memory-per-cpu-as-per-node",
        _PARTITIONS,
        "body/partitions/*/maximum_memory_per_node",
        _other_in_38("maximum_memory_per_cpu", -(2**63)),
        _memory_by("maximum_memory_per_cpu"),
        "The other way round; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "job-flags-blank",
        _JOBS,
        "body/jobs/*/flags/*",
        "JOB_CPUS_SET ",
        "JOB_CPUS_SET",
        "The real server writes a blank behind the name; as in v0.0.38.",
        versions=_UP_TO_37,
    ),
    Difference(
        "queue-length",
        "GET /slurm/{v}/diag*",
        "body/statistics/bf_queue_len_mean",
        _other_in_38("bf_table_size_mean"),
        _IN_38,
        "The real server divides the size of another table; as in v0.0.38.",
        versions=range(36, 37),
        seldom=True,  # the two may be equal
    ),
    Difference(
        "descriptors",
        "GET /slurm/{v}/job/*",
        "body/errors/0/error",
        Rule(
            "the sentence with [fd:0->fd:1] in it",
            lambda value, place, _, there: str(value).replace("[fd:0->fd:1] ", "") == there.get(place) != value,
        ),
        matching("the sentence", "_op_handler_job: .*"),
        "The names of the server's descriptors are nobody's business.",
        versions=range(36, 37),
    ),
    Difference(
        "ping-error",
        _unasked("ping"),
        "body/errors/0/error",
        Rule("a function, and the number beside without its sentence", _no_sentence),
        Rule("the sentence of the number beside", _sentence),
        "As above: the name of a function helps nobody.",
        versions=range(36, 37),
    ),
    Difference(
        "ping-error-again",
        _unasked("ping"),
        "body/errors/1/error",
        "_op_handler_ping: slurmctld config is missing",
        MISSING,
        "The same error for a second time.",
        versions=range(36, 37),
    ),
    Difference(
        "node-errno",
        _unasked("node*"),
        "body/errors/0/errno",
        2018,
        -1,
        "Where slurmctld cannot be asked, the real server says that the node's name is wrong; as in v0.0.38.",
        versions=range(36, 37),
    ),
    Difference(
        "node-error",
        _unasked("node*"),
        "body/errors/0/error",
        "Invalid node name specified",
        "Unspecified error",
        "As above.",
        versions=range(36, 37),
    ),
    Difference(
        "partition-errno",
        _unasked("partition*"),
        "body/errors/0/errno",
        2000,
        -1,
        "Where slurmctld cannot be asked, the real server says that the partition's name is wrong; as in v0.0.38.",
        versions=range(36, 37),
    ),
    Difference(
        "partition-error",
        _unasked("partition*"),
        "body/errors/0/error",
        "Invalid partition name specified",
        "Unspecified error",
        "As above.",
        versions=range(36, 37),
    ),
)
