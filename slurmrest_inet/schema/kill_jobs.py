# SPDX-License-Identifier: GPL-2.0-or-later
"""Which jobs are sent a signal, and which: what DELETE jobs is told (kill_jobs_msg_t).

Rule 1: the order of rows is that in which slurmrestd reads them. Every filter that is given has to fit.
"""

from __future__ import annotations

from slurmrest_inet.versions import since

from . import signals
from .job_names import JOB_STATES
from .model import IN, TEXT, Kind, Row, Table, flags
from .readers import CONVERSION, text, user
from .reading import Ended, Fault
from .scalars import InvalidError, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading
    from .scalars import Number


def _said_by(at: Reading, source: str, sentence: str, code: str) -> Ended:
    """Report a fault of which slurmrestd says who found it, instead of the place."""
    at.walk.report.fault(Fault("invalid", source, at.key, at.key, ((sentence, code),)))
    return Ended()


def _jobs(value: Any, at: Reading) -> list[str]:
    """Ids of jobs."""
    at.expect("array", value)
    if isinstance(value, dict):
        at.expect("string", value)
        raise InvalidError(f"Expecting string but got {at.manner.name(value)}", CONVERSION)
    if not isinstance(value, list):
        source = f"{since({40: f'_v{at.version}', 44: ''}, at.version)}_parse_KILL_JOBS_MSG_JOBS_ARRAY"
        raise _said_by(at, source, f"Unexpected type {at.manner.word(value)} when expecting a list", CONVERSION)
    for one in value:
        at.expect("string", one)
        if isinstance(one, (list, dict)):
            raise InvalidError
    return [to_text(one) for one in value]


def _user_id(value: Any, at: Reading) -> int | None:
    """A user's name or uid: slurmctld looks at the uid only where a name stands beside it."""
    found = user(value, at)
    if found is not None:
        at.members["user_name"] = str(found)
    return found


def _user_name(value: Any, at: Reading) -> str | None:
    """A user's name, or the digits of a uid."""
    name = text(value, at)
    if name is None:
        return None
    uid: int | None = at.context.user(name)
    if uid is None:
        raise _said_by(at, "uid_from_string()", f"Unable to resolve {name} to numeric user id", "SLURM_ERROR")
    at.members.setdefault("user_id", uid)
    return name


def _nodes(value: Any, at: Reading) -> str | None:
    """A list of nodes, or a text of one."""
    at.expect("array", value)
    code = since({40: CONVERSION, 44: "ESLURM_DATA_PARSE_BAD_INPUT"}, at.version)
    names = value if isinstance(value, list) else [value]
    for one in names:
        if one is not None and not isinstance(one, str):
            raise InvalidError(f"string expected but got {at.manner.name(one)}", code)
    found = ",".join(filter(None, names))
    if not found:
        return "" if isinstance(value, list) else None  # no job is on a node of an empty list
    try:
        at.context.hosts(found)
    except ValueError:
        raise InvalidError(f"Invalid hostlist string: {found}", code) from None
    return found


_LARGEST = 2**16 - 1


def _signal(value: Any, at: Reading) -> Number | None:
    """A signal by name or number; null is one that slurmctld refuses. What 16 bits do not hold would be another one."""
    found = "NO_VAL" if value is None else signals.signal(value, at)
    if isinstance(found, int) and not 0 <= found <= _LARGEST:
        raise InvalidError("Unknown signal (null)", "EINVAL")
    return found


def _row(path: str, member: str, kind: Kind, doc: str) -> Row:
    return Row(path, member, kind, doc, since=40, way=IN, release="23.11")


KILL_JOBS = Table(
    "kill_jobs_msg_t",
    (
        _row("account", "account", TEXT, "Jobs of an account"),
        _row("flags", "flags", flags(signals.KILL), "How the signal is sent"),
        _row("job_name", "job_name", TEXT, "Jobs of a name"),
        _row("jobs", "jobs_array", Kind("texts", count="jobs_cnt", type="array", read=_jobs), "Ids of jobs"),
        _row("partition", "partition", TEXT, "Jobs of a partition"),
        _row("qos", "qos", TEXT, "Jobs of a QOS"),
        _row("reservation", "reservation", TEXT, "Jobs of a reservation"),
        _row(
            "signal",
            "signal",
            Kind("signal", type="string", width=16, read=_signal),
            "Signal by name or number; without one the jobs are killed",
        ),
        _row("job_state", "state", flags(JOB_STATES), "Jobs in a state"),
        _row("user_id", "user_id", Kind("user", read=_user_id), "Jobs of a user, by id or name"),
        _row("user_name", "user_name", Kind("text", read=_user_name), "Jobs of a user, by name"),
        _row("wckey", "wckey", TEXT, "Jobs of a wckey"),
        _row("nodes", "nodelist", Kind("hosts", type="array", read=_nodes), "Jobs on any of these nodes"),
    ),
    {"admin_comment": "slurmctld's own clients set it"},
    parser="KILL_JOBS_MSG",
)
"""What stands in a body; also what a struct is filled by."""
