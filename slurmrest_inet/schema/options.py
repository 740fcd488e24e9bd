# SPDX-License-Identifier: GPL-2.0-or-later
"""How the values of sbatch's options are read, which are the keys of a job's description up to v0.0.38.

Rule 1: a reader for each option that is more than a text; what a text means is in sbatch.py.
Rule 2: what the host has to say is in `Host`; nothing here asks it.
"""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple

from . import sbatch, tres
from .moments import point_in_time
from .scalars import INT_MAX, LEADING, InvalidError, small, to_integer, to_text, to_truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from .reading import Reading
    from .scalars import Number


class Host(NamedTuple):
    """What the host and its slurm.conf say."""

    folder: Callable[[], str]
    """Where this process is, which may be a folder that is gone."""
    now: float
    hosts: Callable[[str], str]
    """Turns a list of nodes into a sorted one without repetition. Raises ValueError for what is none."""
    governors: frozenset[str]
    gres: tuple[str, ...] | None
    """GresTypes; None when this release of libslurm does not tell."""
    cons_tres: bool
    prefix: str
    """What a generic resource's name has in front among TRES: "gres:", from 23.11 on "gres/"."""
    user: Callable[[str], int | None]
    """The uid of a name or number; None for nobody's."""
    group: Callable[[str], int | None]
    """The gid of the same."""


class ImpossibleError(Exception):
    """Values that each are right and do not go together."""


def plain(value: Any, _at: Reading) -> str:
    """A text that may be any."""
    return to_text(value, None)


def texts(value: Any, _at: Reading) -> list[str]:
    """The script's arguments."""
    if not isinstance(value, list):
        raise InvalidError("argv must be a list")
    return [to_text(item) for item in value]


def file(value: Any, _at: Reading) -> str:
    """A file, or none."""
    path = to_text(value)
    return "/dev/null" if path.lower() == "none" else path


def folder(value: Any, at: Reading) -> str:
    """A folder; one without a slash in front is below this process's."""
    path = to_text(value)
    return path if path.startswith("/") else f"{at.context.folder()}/{path}"


def begin(value: Any, at: Reading) -> int:
    """When a job may start: --begin, or an epoch."""
    # The documents say that it is an epoch, which no text that --begin takes can be mistaken for.
    if type(value) is int and value >= 1_000_000:
        return value
    return _moment(to_text(value), at, "Unable to parse time", "ESLURM_INVALID_TIME_VALUE")


def deadline(value: Any, at: Reading) -> int:
    """--deadline."""
    return _moment(to_text(value), at, "Invalid deadline time", "SLURM_ERROR")


def _moment(text: str, at: Reading, trouble: str, code: str) -> int:
    try:
        return point_in_time(text, at.context.now)
    except ValueError:
        raise InvalidError(trouble, code) from None


def core_spec(value: Any, _at: Reading) -> int:
    """--core-spec."""
    number = to_integer(value, "Unable to read int")
    if number < 0:
        raise InvalidError("Invalid core specification")
    return number


def thread_spec(value: Any, _at: Reading) -> Number:
    """--thread-spec."""
    number = to_integer(value, "Unable to read integer")
    if number >= 1 << 15:
        raise InvalidError("core_spec is too large")
    if number <= 0:
        raise InvalidError("core_spec must be >0")
    return ("CORE_SPEC_THREAD", number)


def integer(value: Any, _at: Reading) -> int:
    """A number of 32 bits."""
    return small(value)


def cpus_per_task(value: Any, _at: Reading) -> int:
    """--cpus-per-task."""
    number = to_integer(value)
    if number >= INT_MAX:
        raise InvalidError("Integer too large")
    if number < 1:
        raise InvalidError("cpus per task much be greater than 0")
    return number


def tasks(value: Any, _at: Reading) -> int:
    """--ntasks."""
    number = to_integer(value)
    if number >= INT_MAX:
        raise InvalidError("ntasks too large")
    if number <= 0:
        raise InvalidError("ntasks too small")
    return number


def delay_boot(value: Any, _at: Reading) -> Number:
    """--delay-boot."""
    found = sbatch.seconds(to_text(value))
    if found is None:
        raise InvalidError("Invalid delay boot specification")
    return found


def minutes(value: Any, _at: Reading) -> Number:
    """--time."""
    return sbatch.minutes(to_text(value))


def frequency(value: Any, at: Reading) -> sbatch.Frequency:
    """--cpu-freq."""
    return sbatch.Frequency(to_text(value), at.context.governors)


def distribution(value: Any, _at: Reading) -> tuple[tuple[str, ...], int | None]:
    """--distribution."""
    return sbatch.distribution(to_text(value))


def environment(value: Any, _at: Reading) -> dict[str, str]:
    """Variables by name."""
    if not isinstance(value, dict):
        raise InvalidError("environment must be a dictionary")
    try:
        return {name: to_text(item) for name, item in value.items() if name}
    except InvalidError:
        raise InvalidError("failure parsing environment") from None


def exclusive(value: Any, _at: Reading) -> str | None:
    """--exclusive."""
    word = to_text(value).lower()
    if word in ("false", "true") or isinstance(value, bool):
        return "JOB_SHARED_NONE" if word == "true" else None
    for known in ("exclusive", "oversubscribe", "user", "mcs"):
        if word == known:
            return "JOB_SHARED_" + {"exclusive": "NONE", "oversubscribe": "OK"}.get(known, known.upper())
    raise InvalidError("Invalid exclusive specification")


def oversubscribe(value: Any, _at: Reading) -> str | None:
    """--oversubscribe."""
    return None if value is False else "JOB_SHARED_OK"


def user_environment(value: Any, _at: Reading) -> bool:
    """--get-user-env."""
    if isinstance(value, bool):
        return value
    text = to_text(value)
    match = LEADING.match(text)
    if text[match.end() if match else 0 :][:1] not in ("", "s", "S", "l", "L"):
        raise InvalidError("Invalid get user environment specification")
    # A negative number of seconds is slurmrestd's mark for "not asked for".
    return not match or int(match[1]) >= 0


def gpu_binding(value: Any, at: Reading) -> str:
    """--gpu-bind."""
    binding = sbatch.gpu_binding(to_text(value))
    prefix: str = at.context.prefix
    # The same change of names in 23.11, where there had been no prefix before.
    return prefix + binding if prefix.endswith("/") else binding


def gpu_frequency(value: Any, _at: Reading) -> str:
    """--gpu-freq."""
    return sbatch.gpu_frequency(to_text(value))


def gres(value: Any, at: Reading) -> str | None:
    """--gres."""
    text = to_text(value)
    if text.lower() in ("help", "list"):
        raise InvalidError('GRES "help" not supported')
    return None if text.lower() == "none" else tres.gres(text, at.context.prefix)


def gres_flags(value: Any, _at: Reading) -> dict[str, bool]:
    """--gres-flags."""
    word = to_text(value).lower()
    if word not in ("disable-binding", "enforce-binding"):
        raise InvalidError("Invalid GRES flags")
    return {"GRES_DISABLE_BIND": word == "disable-binding", "GRES_ENFORCE_BIND": word == "enforce-binding"}


def truth(value: Any, _at: Reading) -> bool:
    """A truth."""
    return to_truth(value)


def kill_invalid(value: Any, _at: Reading) -> dict[str, bool]:
    """--kill-on-invalid-dep."""
    return {"KILL_INV_DEP" if to_truth(value, "Unable to read boolean") else "NO_KILL_INV_DEP": True}


def spread_job(value: Any, _at: Reading) -> dict[str, bool]:
    """--spread-job. Only the word false is none: an option of sbatch counts by being there."""
    return {"SPREAD_JOB": value is not False}


def use_min_nodes(value: Any, _at: Reading) -> dict[str, bool]:
    """--use-min-nodes, with the same truth."""
    return {"USE_MIN_NODES": value is not False}


def mail(value: Any, _at: Reading) -> Number:
    """--mail-type."""
    return sbatch.mail(to_text(value))


def memory_binding(value: Any, at: Reading) -> None:
    """--mem-bind."""
    at.members["mem_bind_type"], nodes = sbatch.memory_binding(to_text(value))
    if nodes is not None:
        at.members["mem_bind"] = nodes


def memory(value: Any, _at: Reading) -> int:
    """--mem."""
    return sbatch.mebibytes(to_text(value), "Invalid memory specification")


def memory_per_cpu(value: Any, _at: Reading) -> int:
    """--mem-per-cpu."""
    return _mebibytes(value, "--mem-per-cpu")


def memory_per_gpu(value: Any, _at: Reading) -> int:
    """--mem-per-gpu."""
    return _mebibytes(value, "--mem-per-gpu")


def disk(value: Any, _at: Reading) -> int:
    """--tmp."""
    return _mebibytes(value, "--tmp")


def _mebibytes(value: Any, option: str) -> int:
    trouble = f"Invalid {option} specification"
    return sbatch.mebibytes(to_text(value, f"{trouble} string"), trouble)


def nice(value: Any, _at: Reading) -> Number:
    """--nice."""
    number = 100 if value is None else to_integer(value)
    if abs(number) >= 2**31 - 3:
        raise InvalidError("Nice too large")
    return ("NICE_OFFSET", number)


def no_kill(value: Any, _at: Reading) -> bool:
    """--no-kill."""
    word = "set" if value is None else to_text(value).lower()
    if word not in ("set", "off", "no", "true", "false"):
        raise InvalidError("Invalid no kill specification")
    return word in ("set", "true")


def requeue(value: Any, _at: Reading) -> int:
    """--requeue."""
    return int(value is not False)


def no_requeue(_value: Any, _at: Reading) -> int:
    """--no-requeue."""
    return 0


def nodelist(value: Any, _at: Reading) -> str:
    """--nodelist."""
    return to_text(value)


def nodes(value: Any, _at: Reading) -> tuple[int, int]:
    """--nodes, or a list of least and most."""
    if not isinstance(value, list):
        return sbatch.node_count(to_text(value))
    if len(value) != 2:
        raise InvalidError("Invalid node count list size")
    trouble = "Invalid node count specification"
    try:
        least, most = (to_integer(item) for item in value)
    except InvalidError:
        raise InvalidError("Invalid node count", "ESLURM_DATA_CONV_FAILED", trouble) from None
    if not 0 <= least <= (most or least) <= INT_MAX:
        raise InvalidError(trouble)
    return least, most


def open_mode(value: Any, _at: Reading) -> str:
    """--open-mode."""
    letter = to_text(value)[:1].lower()
    if letter not in ("a", "t"):
        raise InvalidError("Invalid open mode specification")
    return "OPEN_MODE_APPEND" if letter == "a" else "OPEN_MODE_TRUNCATE"


def priority(value: Any, _at: Reading) -> int:
    """--priority."""
    try:
        number = to_integer(value)
    except InvalidError:
        if to_text(value).lower() != "top":
            raise InvalidError("Invalid priority") from None
        number = 2**32 - 3
    if number >= 2**32 - 2:
        raise InvalidError("Priority too large")
    if number <= 0:
        raise InvalidError("Priority must be >0")
    return number


def profile(value: Any, _at: Reading) -> Number:
    """--profile."""
    return sbatch.profile(to_text(value))


def warning(value: Any, at: Reading) -> None:
    """--signal."""
    members = at.members
    members["warn_signal"], members["warn_time"], members["warn_flags"] = sbatch.warning(to_text(value))


def umask(value: Any, _at: Reading) -> None:
    """An octal mask, which is only checked."""
    text = to_text(value)
    match = LEADING.match(text)
    digits = match[1].lstrip("+-") if match else ""
    octal = digits[: next((at for at, digit in enumerate(digits) if digit in "89"), len(digits))]
    if match is None or not octal:
        raise InvalidError("Invalid octal umask")
    if match[1].startswith("-") and int(octal, 8):
        raise InvalidError("umask too small")
    if int(octal, 8) > 0o7777:
        raise InvalidError("umask too large")


def wait_all_nodes(value: Any, _at: Reading) -> int:
    """--wait-all-nodes."""
    number = int(value) if isinstance(value, bool) else to_integer(value)
    if number > 1:
        raise InvalidError("Wait all nodes too large")
    if number < 0:
        raise InvalidError("Wait all nodes too small")
    return number
