# SPDX-License-Identifier: GPL-2.0-or-later
"""What clients write for sbatch's options, read into the numbers and texts that a request holds.

Rule 1: pure: texts in, values out; no constant's number is known here.
Rule 2: a number may be a name of Slurm's headers, or a tuple of numbers and names that are or-ed (`Number`).
Rule 3: what cannot be read is `InvalidError` with slurmrestd's sentence.
"""

from __future__ import annotations

import re

from .scalars import INT_MAX, LEADING, InvalidError, is_blank
from .signals import signal_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .reading import Members
    from .scalars import Number

_FACTORS = {"": 0, "k": -10, "m": 0, "g": 10, "t": 20}
_SIZE = re.compile(r"[ \t\n\v\f\r]*[+]?([0-9]{1,19})(?:([kmgt])b?)?", re.IGNORECASE)


def mebibytes(text: str, trouble: str, code: str = "SLURM_ERROR") -> int:
    """MiB of "512", "2G", "100kb" (rounded up): sbatch(1), --mem."""
    match = _SIZE.fullmatch(text)
    if not match or int(match[1]) >= 2**63:
        raise InvalidError(trouble, code)
    number, shift = int(match[1]), _FACTORS[(match[2] or "").lower()]
    return number << shift if shift >= 0 else -(-number >> -shift)


_COUNT = re.compile(r"[ \t\n\v\f\r]*([+-]?[0-9]{1,18})([kK]?)([mM]?)")


def _count(text: str) -> int:
    match = _COUNT.match(text)
    if not match and is_blank(text):
        return -1
    if not match or not is_blank(text[match.end() :]):
        raise InvalidError("Invalid node count string")
    number = int(match[1]) * (1024 if match[2] else 1) * (1024 * 1024 if match[3] else 1)
    return (number + INT_MAX + 1) % 2**32 - INT_MAX - 1


def node_count(text: str) -> tuple[int, int]:
    """The least and the largest number of nodes of "4", "2-4", "1k-2k": sbatch(1), --nodes."""
    low, dash, high = text.partition("-")
    if dash:
        least, most = _count(low), _count(high)
        least = 1 if least < 0 else least
    else:
        least = most = _count(text)
        if least < 0:
            raise InvalidError("Invalid node count string")
    if most and most < least:
        raise InvalidError("Invalid node count string")
    return least, most


def seconds(text: str) -> Number | None:
    """Seconds of "minutes", "minutes:seconds", "hours:minutes:seconds", "days-hours[:minutes[:seconds]]"; None if bad.

    "infinite", "unlimited" and "-1" are INFINITE: sbatch(1), --time.
    """
    if text.lower() in ("-1", "infinite", "unlimited"):
        return "INFINITE"
    days, dash, clock = text.rpartition("-")
    if text.startswith("-"):
        # No days before today; slurmrestd takes "-0", and makes millennia of "-5".
        return 0 if clock and not clock.strip("0") and not days else None
    parts = (clock or "0" if dash else clock).split(":")
    fields = (*parts, days) if dash else parts
    if len(parts) > 3 or not all(len(part) < 10 and part.isascii() and part.isdigit() for part in fields):
        return None
    numbers = [int(part) for part in parts] + [0, 0]
    if dash or len(parts) == 3:
        hours, minutes, rest = numbers[:3]
    else:
        hours, minutes, rest = 0, *numbers[:2]
    total = int(days or "0") * 86400 + hours * 3600 + minutes * 60 + rest
    return total if total <= INT_MAX else None


def minutes(text: str) -> Number:
    """Minutes of the same, rounded up; 0 is INFINITE."""
    found = seconds(text)
    if found is None:
        raise InvalidError("Invalid time specification")
    if isinstance(found, int):
        return -(-found // 60) or "INFINITE"
    return found


def warning(text: str) -> tuple[int, int, Number]:
    """Signal, seconds before the end, and flags of "[R:]signal[@seconds]": sbatch(1), --signal."""
    flags: Number = 0
    if text[:1] in ("R", "r"):
        flags, text = "KILL_JOB_RESV", text[1:]
    name, at, rest = text[text.startswith(":") :].partition("@")
    number = signal_number(name) & 0xFFFF
    match = LEADING.match(rest)
    before = int(match[1]) if match else 0
    if not number or (at and (not 0 <= before <= 0xFFFF or rest[match.end() if match else 0 :])):
        raise InvalidError("Invalid SIGNAL specification")
    return number, before if at else 60, flags


_MAIL: dict[str, tuple[str, ...]] = {
    "ARRAY_TASKS": ("MAIL_ARRAY_TASKS",),
    "BEGIN": ("MAIL_JOB_BEGIN",),
    "END": ("MAIL_JOB_END",),
    "FAIL": ("MAIL_JOB_FAIL",),
    "INVALID_DEPEND": ("MAIL_INVALID_DEPEND",),
    "REQUEUE": ("MAIL_JOB_REQUEUE",),
    "STAGE_OUT": ("MAIL_JOB_STAGE_OUT",),
    "TIME_LIMIT": ("MAIL_JOB_TIME100",),
    "TIME_LIMIT_90": ("MAIL_JOB_TIME90",),
    "TIME_LIMIT_80": ("MAIL_JOB_TIME80",),
    "TIME_LIMIT_50": ("MAIL_JOB_TIME50",),
}
_MAIL["ALL"] = tuple(
    name for word in ("BEGIN", "END", "FAIL", "INVALID_DEPEND", "REQUEUE", "STAGE_OUT") for name in _MAIL[word]
)


def mail(text: str) -> tuple[str, ...]:
    """The flags of a comma list; unknown words count for nothing as long as a known one is there: sbatch(1)."""
    found: set[str] = set()
    for word in text.upper().split(","):
        if word == "NONE":
            return ()
        found.update(_MAIL.get(word, ()))
    if not found:
        raise InvalidError("Invalid mail type specification")
    return tuple(sorted(found))


MACROS = (
    *("CORE_SPEC_THREAD", "CPU_FREQ_RANGE_FLAG", "INFINITE", "KILL_JOB_RESV", "MEM_PER_CPU", "NICE_OFFSET"),
    *("GRES_DISABLE_BIND", "GRES_ENFORCE_BIND", "KILL_INV_DEP", "NO_KILL_INV_DEP", "SPREAD_JOB", "USE_MIN_NODES"),
    *(
        "SLURM_DIST_PACK_NODES",
        "SLURM_DIST_NO_PACK_NODES",
        "JOB_NTASKS_SET",
        "JOB_CPUS_SET",
        "OPEN_MODE_APPEND",
        "OPEN_MODE_TRUNCATE",
    ),
    *("JOB_SHARED_NONE", "JOB_SHARED_OK", "JOB_SHARED_USER", "JOB_SHARED_MCS"),
    *("MAIL_ARRAY_TASKS", "MAIL_INVALID_DEPEND", "MAIL_JOB_BEGIN", "MAIL_JOB_END", "MAIL_JOB_FAIL", "MAIL_JOB_REQUEUE"),
    *("MAIL_JOB_STAGE_OUT", "MAIL_JOB_TIME100", "MAIL_JOB_TIME90", "MAIL_JOB_TIME80", "MAIL_JOB_TIME50"),
    *("ACCT_GATHER_PROFILE_NONE", "ACCT_GATHER_PROFILE_ALL", "ACCT_GATHER_PROFILE_ENERGY", "ACCT_GATHER_PROFILE_TASK"),
    *("ACCT_GATHER_PROFILE_LUSTRE", "ACCT_GATHER_PROFILE_NETWORK"),
    *("CPU_FREQ_LOW", "CPU_FREQ_MEDIUM", "CPU_FREQ_HIGH", "CPU_FREQ_HIGHM1", "CPU_FREQ_CONSERVATIVE"),
    *("CPU_FREQ_PERFORMANCE", "CPU_FREQ_POWERSAVE", "CPU_FREQ_USERSPACE", "CPU_FREQ_ONDEMAND", "CPU_FREQ_SCHEDUTIL"),
)
"""Every name that a `Number` here can hold and that is no enumerator: the build must be told of macros."""

PROFILES = ("ENERGY", "LUSTRE", "NETWORK", "TASK")


def profile(text: str) -> Number:
    """The series whose names stand somewhere in the text: sbatch(1), --profile. Unknown words count for nothing."""
    text = text.upper()
    for word in ("NONE", "ALL"):
        if word in text:
            return f"ACCT_GATHER_PROFILE_{word}"
    return tuple(f"ACCT_GATHER_PROFILE_{word}" for word in PROFILES if word in text)


def shown_profile(flags: Number) -> str:
    """The same as sbatch exports it in SLURM_PROFILE."""
    if flags in ("ACCT_GATHER_PROFILE_NONE", ()):
        return "None"
    return ",".join(word.title() for word in PROFILES if flags == "ACCT_GATHER_PROFILE_ALL" or _holds(flags, word))


def _holds(flags: Number, word: str) -> bool:
    return isinstance(flags, tuple) and f"ACCT_GATHER_PROFILE_{word}" in flags


_GOVERNORS = (
    ("co", "CONSERVATIVE", "Conservative"),
    ("perf", "PERFORMANCE", "Performance"),
    ("pow", "POWERSAVE", "PowerSave"),
    ("user", "USERSPACE", "UserSpace"),
    ("onde", "ONDEMAND", "OnDemand"),
    ("sche", "SCHEDUTIL", "SchedUtil"),
)
_LEVELS = (
    ("lo", "LOW", "Low", 1),
    ("him1", "HIGHM1", "Highm1", 4),
    ("highm1", "HIGHM1", "Highm1", 4),
    ("hi", "HIGH", "High", 3),
    ("med", "MEDIUM", "Medium", 2),
)
GOVERNORS = tuple(f"CPU_FREQ_{name}" for _, name, _ in _GOVERNORS)
_SHOWN = {f"CPU_FREQ_{name}": shown for _, name, shown in _GOVERNORS} | {
    f"CPU_FREQ_{name}": shown for _, name, shown, _ in _LEVELS
}
_RANK = {f"CPU_FREQ_{name}": 2**32 + rank for _, name, _, rank in _LEVELS}
_FREQUENCY_TROUBLE = "Unable to parse CPU frequency"


class Frequency:
    """What --cpu-freq asks for; a part that was not given is None."""

    def __init__(self, text: str, governors: frozenset[str]) -> None:
        """Read "p1[-p2[:p3]]" (srun(1)); `governors` are those that slurm.conf lets be asked for."""
        self.low: int | str | None = None
        self.high: int | str | None = None
        self.governor = None
        first, dash, second = text.partition("-")
        if dash:
            second, colon, third = second.partition(":")
        else:
            first, colon, third = text.partition(":")
        self.governor = self._governor(first)
        if self.governor is None:
            self.high = self._level(first)
        elif colon:
            raise InvalidError(_FREQUENCY_TROUBLE)
        if dash:
            self.low, self.high = self.high, self._level(second)
            if self.low is None or _rank(self.high) < _rank(self.low):
                raise InvalidError(_FREQUENCY_TROUBLE)
        if colon:
            self.governor = self._governor(third)
            if not dash or self.governor is None:
                raise InvalidError(_FREQUENCY_TROUBLE)
        if self.governor is not None and self.governor not in governors:
            raise InvalidError(_FREQUENCY_TROUBLE)

    def fill(self, members: Members) -> None:
        """Set what was given in a job's description."""
        for name, part in (("min", self.low), ("max", self.high), ("gov", self.governor)):
            if part is not None:
                members[f"cpu_freq_{name}"] = part

    @staticmethod
    def _governor(text: str) -> str | None:
        text = text.lower()
        return next((f"CPU_FREQ_{name}" for start, name, _ in _GOVERNORS if text.startswith(start)), None)

    @staticmethod
    def _level(text: str) -> int | str:
        folded = text.lower()
        for start, name, _, _ in _LEVELS:
            if folded.startswith(start):
                return f"CPU_FREQ_{name}"
        match = LEADING.match(text)
        number = int(match[1]) & 0xFFFFFFFF if match else 0
        if not number:
            raise InvalidError(_FREQUENCY_TROUBLE)
        return number

    def __str__(self) -> str:
        """The same as sbatch exports it in SLURM_CPU_FREQ_REQ."""
        low, high, governor = (_SHOWN.get(str(part), str(part)) for part in (self.low, self.high, self.governor))
        if self.low is not None:
            return f"{low}-{high}" if self.governor is None else f"{low}-{high}:{governor}"
        return governor if self.high is None else high


def _rank(level: int | str) -> int:
    return level if isinstance(level, int) else _RANK[level]


_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_HEXES = re.compile(r"[0-9a-fA-F]+", re.ASCII)
_MEMORY_TROUBLE = "Invalid memory binding specification"
_TIMES = 65_536
"""The most that Slurm lets an item be repeated. Here it bounds all items together: "0*65536,0*65536,..." multiplies."""
_LIST_SIZE = 2 * _TIMES
"""The most characters of a list written out: 65,536 tasks' nodes, with commas. slurmctld refuses longer ones."""
_MEMORY_BASES = {"no": "MEM_BIND_NONE", "none": "MEM_BIND_NONE", "rank": "MEM_BIND_RANK", "local": "MEM_BIND_LOCAL"}


def _binding_items(text: str, *, mask: bool) -> list[tuple[str, int]]:
    """Read "1*3,2" as 1 three times, and 2; masks are hexadecimal and lose their "0x"."""
    found: list[tuple[str, int]] = []
    for item in filter(None, text.split(",")):
        value, star, times = (item[2:] if mask and item.startswith("0x") else item).partition("*")
        if value and not (_HEXES if mask else _DIGITS).fullmatch(value):
            raise InvalidError(_MEMORY_TROUBLE)
        if star and (not _DIGITS.fullmatch(times) or not 0 < int(times[:9]) <= _TIMES):
            raise InvalidError(_MEMORY_TROUBLE)
        found.append((value, int(times) if star else 1))
    return found


def _written_out(items: list[tuple[str, int]]) -> str:
    if sum((len(value) + 1) * times for value, times in items) > _LIST_SIZE:
        raise InvalidError(_MEMORY_TROUBLE)
    return ",".join(value for value, times in items for _ in range(times))


def memory_binding(text: str) -> tuple[tuple[str, ...], str | None]:
    """The flags and the list of nodes or masks of "local", "rank,verbose", "map_mem:0,1*2": sbatch(1), --mem-bind."""
    if "help" in text.lower():
        raise InvalidError("memory binding help not supported")
    flags: set[str] = set()
    base: str | None = None
    items: list[tuple[str, int]] | None = None
    # A comma before a value belongs to a list, any other ends a word.
    for word in re.split(r";|,(?![0-9]|[0-9a-fA-F]*(?:,|\Z))", text):
        folded = word.lower()
        if folded in ("p", "prefer"):
            flags.add("MEM_BIND_PREFER")
        elif folded in ("sort", "nosort"):
            (flags.add if folded == "sort" else flags.discard)("MEM_BIND_SORT")
        elif folded in ("v", "verbose", "q", "quiet"):
            (flags.add if folded[0] == "v" else flags.discard)("MEM_BIND_VERBOSE")
        elif folded in _MEMORY_BASES:
            base, items = _MEMORY_BASES[folded], None
        elif folded.startswith(("map_mem", "mapmem", "mask_mem", "maskmem")):
            mask = folded.startswith("mask")
            parts = re.split("[:=]", word)
            if len(parts) < 2 or not parts[1]:
                raise InvalidError(_MEMORY_TROUBLE)
            base, items = "MEM_BIND_MASK" if mask else "MEM_BIND_MAP", _binding_items(parts[1], mask=mask)
        else:
            raise InvalidError(_MEMORY_TROUBLE)
    nodes = None if items is None else _written_out(items)
    return (*sorted(flags), *((base,) if base else ())), nodes


_GPU_LIST = re.compile(r"[0-9]+(?:\*[0-9]+)?", re.ASCII)
_GPU_MASK = re.compile(r"(?:0x)?[0-9a-fA-F]+(?:\*[0-9]+)?", re.ASCII)
_GPU_LEVEL = re.compile(r"[0-9]{1,18}|low|medium|high|highm1", re.ASCII)


def gpu_binding(text: str) -> str:
    """--gpu-bind as a TRES binding; checked as far as sbatch does."""
    for part in filter(None, f"gpu:{text}".split(";")):
        device, colon, how = part.partition(":")
        folded = how.lower()
        folded = folded.removeprefix("verbose,")
        name, _, rest = folded.partition(":")
        if name in ("map_gpu", "mask_gpu"):
            pattern = _GPU_MASK if name == "mask_gpu" else _GPU_LIST
            good = ":" in folded and all(pattern.fullmatch(item) for item in rest.split(",") if item)
        else:
            good = folded[:1] in ("c", "n") or (name in ("per_task", "single") and folded != name and rest[:1] != "-")
        if device != "gpu" or not colon or not good:
            raise InvalidError("Invalid --gpu-bind argument")
    return f"gpu:{text}"


def gpu_frequency(text: str) -> str:
    """--gpu-freq as a TRES frequency; checked as far as sbatch does."""
    for part in filter(None, f"gpu:{text}".split(";")):
        device, _, how = part.partition(":")
        good = device == "gpu" and bool(how)
        for item in filter(None, how.split(",")):
            name, equals, level = item.partition("=")
            good = good and (name == "memory" if equals else item == "verbose" or bool(_GPU_LEVEL.fullmatch(item)))
            good = good and (not equals or bool(_GPU_LEVEL.fullmatch(level)))
        if not good:
            raise InvalidError("Invalid --gpu-freq argument")
    return f"gpu:{text}"


_LAYOUTS = ("block", "cyclic", "fcyclic")


def shown_distribution(flags: tuple[str, ...]) -> str:
    """The same as sbatch exports it in SLURM_DISTRIBUTION."""
    base, *rest = (flag.replace("SLURM_DIST_", "") for flag in flags)
    words = [] if base == "UNKNOWN" else [base.lower().replace("cfull", "fcyclic").replace("_", ":")]
    return ",".join([*words, *("nopack" if word.startswith("NO_") else "pack" for word in rest)])


def distribution(text: str) -> tuple[tuple[str, ...], int | None]:
    """The flags of a task distribution and the size of a plane: sbatch(1), --distribution."""
    trouble = "Invalid distribution"
    folded = text.lower()
    if folded.startswith("plane"):
        _, equals, size = text.partition("=")
        match = LEADING.fullmatch(size) if equals else None
        if not match or not 0 < int(match[1]) <= INT_MAX:
            raise InvalidError(trouble)
        return ("SLURM_DIST_PLANE",), int(match[1])
    base, _, flag = folded.strip(",").partition(",") if not folded.startswith(",") else ("", "", "")
    words = [word for word in base.split(":") if word]
    flags = {"pack": ("SLURM_DIST_PACK_NODES",), "nopack": ("SLURM_DIST_NO_PACK_NODES",), "": ()}
    if flag not in flags or not words or len(words) > 3:
        raise InvalidError(trouble)
    if len(words) == 1 and words[0] in ("pack", "nopack"):
        return ("SLURM_DIST_UNKNOWN", *flags[words[0]], *flags[flag]), None
    if len(words) == 1 and words[0] in ("arbitrary", "hostfile"):
        return ("SLURM_DIST_ARBITRARY", *flags[flag]), None
    defaults = ("block", "cyclic", words[1] if len(words) > 2 and words[1] != "*" else "cyclic")
    words = [default if word == "*" else word for word, default in zip(words, defaults)]
    if words[0] == "fcyclic" or any(word not in _LAYOUTS for word in words):
        raise InvalidError(trouble)
    return ("SLURM_DIST_" + "_".join(word.upper().replace("FCYCLIC", "CFULL") for word in words), *flags[flag]), None
