# SPDX-License-Identifier: GPL-2.0-or-later
"""How members of a job's description are read from v0.0.39 on, where that is more than the inverse of an answer.

Rule 1: sentences are slurmrestd's, because clients compare them.
Rule 2: where slurmrestd dies, or submits in spite of what it could not read, this is a fault like any other.
"""

from __future__ import annotations

import re

from slurmrest_inet.versions import FIRST, since

from . import readers, sbatch
from .readers import CONVERSION, whole
from .reading import Ended, Fault, Reading
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .scalars import Number


def crontab(_value: Any, at: Reading) -> None:
    """A line of scrontab(1), which no submission can have."""
    at.warn("crontab submissions are not supported")


def hold(value: Any, at: Reading) -> Number:
    """Whether the job is held, which is a priority."""
    if value is None:
        return "NO_VAL"
    return 0 if readers.boolean(value, at) else "INFINITE"


def oversubscribe(value: Any, at: Reading) -> str:
    """Whether nodes are shared."""
    return "JOB_SHARED_OK" if readers.boolean(value, at) else "JOB_SHARED_NONE"


def exclusive(value: Any, at: Reading) -> Number | None:
    """With whom nodes are not shared: a flag, or a truth."""
    if value is None or isinstance(value, bool):
        return "JOB_SHARED_NONE" if value else "JOB_SHARED_OK"
    return readers.flags(value, at)


def core_spec(value: Any, at: Reading) -> int:
    """Cores per node left to the system."""
    return _specialised(value, at, "core", "<=", "ESLURM_INVALID_CORE_CNT")


def thread_spec(value: Any, at: Reading) -> Number:
    """Threads per node left to the system."""
    return ("CORE_SPEC_THREAD", _specialised(value, at, "thread", "<=", "ESLURM_BAD_THREAD_PER_CORE"))


def _specialised(value: Any, at: Reading, what: str, sign: str, code: str) -> int:
    at.expect("integer", value)
    found = whole(value)
    if found is None:
        raise InvalidError(f"Expected integer for {what} specification but got {at.manner.name(value)}", CONVERSION)
    if found >= 1 << 15:
        raise InvalidError(f"Invalid {what} specification {found} >= 32768", code)
    if found <= 0:
        blank = " " if what == "core" else ""  # slurmrestd's own
        raise InvalidError(f"Invalid {what} specification {found}{blank}{sign} 0", code)
    return found


_NICE_MOST = 2**31 - 3


def nice(value: Any, at: Reading) -> Number:
    """How much the priority is lowered."""
    at.expect("integer", value)
    at.expect("integer", value)  # slurmrestd warns twice
    found = whole(value)
    if found is None:
        raise InvalidError(f"Expected integer but got {at.manner.name(value)}", CONVERSION)
    if abs(found) > _NICE_MOST:
        raise InvalidError(f"Nice value not within +/- {_NICE_MOST}", "ESLURM_INVALID_NICE")
    return ("NICE_OFFSET", found)


def frequency(value: Any, at: Reading) -> None:
    """What --cpu-freq takes."""
    at.expect("string", value)
    if value is None:
        return
    if isinstance(value, (list, dict)):
        raise InvalidError(f"string expected but got {at.manner.name(value)}", CONVERSION)
    try:
        found = sbatch.Frequency(to_text(value), at.context.governors)
    except InvalidError:
        raise InvalidError(_FREQUENCY_TROUBLE.get(at.version, "Invalid cpu_frequency")) from None
    if found.governor is None:
        if found.low is not None:
            raise InvalidError(_FREQUENCY_TROUBLE.get(at.version, "Invalid cpu_frequency"))
        found.governor = "CPU_FREQ_USERSPACE"
    found.fill(at.members)


_FREQUENCY_TROUBLE = {41: "Invalid cpu_freuency"}
"""slurmrestd's own spelling in a version."""


def distribution(value: Any, at: Reading) -> None:
    """What --distribution takes."""
    at.expect("string", value)
    if value is None:
        return
    if isinstance(value, (list, dict)):
        raise InvalidError("Invalid distribution", CONVERSION)
    try:
        flags, plane = sbatch.distribution(to_text(value))
    except InvalidError:
        raise InvalidError("Invalid distribution specification", "ESLURM_BAD_DIST") from None
    if "SLURM_DIST_ARBITRARY" in flags and "req_nodes" not in at.members:
        raise InvalidError("Arbitrary distribution needs required_nodes to be specified", "ESLURM_BAD_DIST")
    set_before = at.members.get("plane_size")
    if plane is not None and isinstance(set_before, int) and set_before != plane:
        sentence = "Plane distribution set by distribution_plane_size and distribution do not match."
        raise InvalidError(f"{sentence} ({set_before} != {plane})", "ESLURM_BAD_DIST")
    at.members["task_dist"] = flags
    if "SLURM_DIST_ARBITRARY" in flags:
        _variable(at, f"SLURM_ARBITRARY_NODELIST={at.members['req_nodes']}")
    _variable(at, f"SLURM_DISTRIBUTION={sbatch.shown_distribution(flags)}")
    if plane is not None:
        at.members["plane_size"] = plane
        _variable(at, f"SLURM_DIST_PLANESIZE={plane}")


def unread_distribution(value: Any, at: Reading) -> None:
    """What v0.0.40 makes of one: nothing, and says so."""
    at.expect("string", value)
    at.warn("data_parser/v0.0.40 does not support parser 208 for parsing. Output may be incomplete.")


def plane_size(value: Any, at: Reading) -> Number | float:
    """The size of a plane of tasks, which also travels in the environment."""
    found = readers.noval(value, at)
    if found != "NO_VAL":
        _variable(at, "SLURM_DISTRIBUTION=plane")
        _variable(at, f"SLURM_DIST_PLANESIZE={65535 if found == 'INFINITE' else int(str(found)) % 65536}")
    return found


def wait_all_nodes(value: Any, at: Reading) -> Number:
    """Whether a job starts only when all nodes have booted; null leaves it to the cluster."""
    return "NO_VAL" if value is None else readers.boolean(value, at)


def cpu_binding(value: Any, at: Reading) -> Number | None:
    """How tasks are bound to CPUs."""
    outdated = since(_OUTDATED, at.version)
    for index, word in enumerate(value if isinstance(value, list) else ()):
        if word in outdated:
            at.warn(f"Ignoring deprecated flag: {word}", f"[{index}]")
    return _over(0xD000, readers.flags(value, at, outdated))


_OUTDATED: dict[int, tuple[str, ...]] = {FIRST: ("CPU_BIND_RANK",), 45: ()}


def memory_binding(value: Any, at: Reading) -> Number | None:
    """How tasks are bound to memory: the last of the ways, and what goes with each."""
    found: Any = readers.flags(value, at)
    if found is None:
        return None
    ways = [one for one in found if one in _WAYS]
    unset = since({FIRST: 0xFF00, 44: 0xFF40}, at.version)  # with the bit of a way that v0.0.44 does not know any more
    return _over(unset, tuple(one for one in found if one not in ways[:-1]))


_WAYS = {f"MEM_BIND_{word}" for word in ("NONE", "RANK", "MAP", "MASK", "LOCAL")}


def mail_type(value: Any, at: Reading) -> Number | None:
    """Events that send mail."""
    return _over(0xF800, readers.flags(value, at))


def _over(unset: int, found: Number | None) -> Number | None:
    """Flags beside what is left of NO_VAL in a member without any of their kind, as slurmrestd sets them."""
    if found is None:
        return None
    return (unset, *(found if isinstance(found, tuple) else (found,)))


def limit(value: Any, at: Reading) -> None:
    """A limit of processes, which travels in the environment (sbatch(1), --propagate)."""
    found = readers.noval(value, at)
    if found == "NO_VAL":
        return
    number = _UNLIMITED if found == "INFINITE" else int(str(found)) % 2**64
    _variable(at, f"SLURM_RLIMIT_{at.key.rpartition('/')[2].upper()}={number}")


_UNLIMITED = 2**64 - 1


def _variable(at: Reading, text: str) -> None:
    """Set a variable of the job's environment."""
    variables: Any = at.members.setdefault("environment", [])
    head = text.partition("=")[0] + "="
    for index, one in enumerate(variables):
        if one.startswith(head):
            variables[index] = text
            return
    variables.append(text)
    at.members["env_size"] = len(variables)


def nodes(value: Any, at: Reading) -> None:
    """What --nodes takes, or a list of the least and the most number."""
    at.expect("string", value)
    if isinstance(value, dict):
        raise InvalidError(f"Expected string instead of {at.manner.word(value)} for node counts", CONVERSION)
    if isinstance(value, list):
        least, most = _pair(value, at)
    else:
        text = to_text(value)
        try:
            least, most = _sizes(text, at) if set(text) & set(",:") else sbatch.node_count(text)
        except InvalidError:
            shown = f'"{text}"' if at.manner.shown else text
            details = ((f"Unknown format: {shown}", CONVERSION),)
            pointer = _NODES_TROUBLE.get(at.version, at.pointer)
            at.walk.report.fault(Fault("invalid", pointer, at.key, at.key, details))
            raise Ended from None
    at.members["min_nodes"] = least
    at.members["max_nodes"] = most


_NODES_TROUBLE = {39: "verify_node_count()"}
"""Whom slurmrestd of a version lets say what is wrong with nodes, instead of the place."""


def _sizes(text: str, at: Reading) -> tuple[int, int]:
    """The smallest and the largest of several sizes that a job may have: "2,4", "1-8:2" (sbatch(1), --nodes).

    With a step, slurmctld counts the end in no more.
    """
    if "," in text and ":" in text:
        raise InvalidError
    ends: list[int] = []
    parts: list[str] = []
    for word in text.split(","):
        part = word.lstrip(" \t\n\v\f\r")
        match = _SIZES.fullmatch(part)
        if match is None:
            raise InvalidError
        first, last, step = int(match[1]), int(match[2] or match[1]), match[3]
        if step and not int(step):
            raise InvalidError
        sizes = range(first, last, int(step)) if step else range(first, last + 1)
        if sizes:
            ends += (sizes[0], sizes[-1])
            parts.append(part)
    if not ends or max(ends) > _MOST_NODES:
        raise InvalidError
    at.members["job_size_str"] = ",".join(parts)  # slurmctld gets no range of nothing
    return min(ends), max(ends)


_SIZES = re.compile(r"([0-9]{1,7})(?:-([0-9]{1,7})(?::([0-9]{1,7}))?)?", re.ASCII)
_MOST_NODES = 16_383
"""slurmrestd knows no larger one among several sizes."""


def _pair(value: list[Any], at: Reading) -> tuple[int, int]:
    if len(value) not in (1, 2):
        raise InvalidError("Node count in format of a list must have a cardinality of 2 or 1", CONVERSION)
    for word, one in (("Minimum", value[0]), ("Maximum", value[-1]))[2 - len(value) :]:
        if type(one) is not int:
            raise InvalidError(f"{word} nodes must be an integer instead of {at.manner.word(one)}", CONVERSION)
    return value[0], value[-1]


def group_number(value: Any, at: Reading) -> int | None:
    """A gid; v0.0.40 knows no group by its name."""
    if isinstance(value, str) and value and whole(value) is None:
        raise InvalidError(f"Invalid group field value type: {at.manner.word(value)}", CONVERSION)
    return readers.group(value, at)


def memory_per_cpu(value: Any, at: Reading) -> Number:
    """MiB per CPU."""
    found = _memory(value, at)
    return ("MEM_PER_CPU", found) if isinstance(found, int) else _all_of_it(found)


def memory_per_node(value: Any, at: Reading) -> Number:
    """MiB per node, as a number object, or a text with a unit."""
    return _all_of_it(_memory(value, at))


def _memory(value: Any, at: Reading) -> Number:
    found: Number | float
    if isinstance(value, str):
        found = sbatch.mebibytes(value, f"Invalid formatted memory size: {value}", CONVERSION)
    else:
        found = readers.noval(value, at)
    if found in ("INFINITE", -1):
        return "INFINITE"
    if isinstance(found, (int, float)) and not 0 <= found < 2**63:
        sentence = f"Memory value {int(found) % 2**64} equal or larger than {2**63}"
        raise InvalidError(sentence, "ESLURM_INVALID_TASK_MEMORY")
    return int(found) if isinstance(found, float) else found


def _all_of_it(found: Number) -> Number:
    """Memory without bound is all that a node has: 0."""
    return 0 if found == "INFINITE" else found
