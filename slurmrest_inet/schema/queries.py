# SPDX-License-Identifier: GPL-2.0-or-later
"""The queries of operations, each a table without a C struct.

Rule 1: the order of rows is that in which slurmrestd reads them.
Rule 2: without a parser's name slurmrestd says nothing of parameters that it does not know.
"""

from __future__ import annotations

from . import signals
from .model import BOOLEAN, IN, Kind, Row, Table, flags
from .moments import point_in_time
from .naming import plain_bits
from .readers import CONVERSION, truth
from .scalars import InvalidError, infer_scanned, to_integer, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading


def _integer(value: Any, _at: Reading) -> int:
    """An integer up to v0.0.39, where a text with a point is rounded and nothing is said of any other."""
    try:
        return to_integer(float(value) if isinstance(value, str) and "." in value else value)
    except (ValueError, OverflowError):
        raise InvalidError from None


def _time(value: Any, at: Reading) -> int:
    """A time: an epoch, or a text that stands for one as sbatch's do ("now-1hour")."""
    found = infer_scanned(value) if isinstance(value, str) and at.manner.scanned else value or None
    if isinstance(found, (bool, list)):
        if not at.manner.shown:
            at.expect("object", found)
            raise InvalidError(f"Expected dictionary but got {at.manner.word(found)}", "ESLURM_DATA_EXPECTED_DICT")
        raise InvalidError(f"Expected integer but got {at.manner.name(found)}", CONVERSION)
    if isinstance(found, str):
        try:
            moment = point_in_time(found, at.context.now)
        except ValueError:
            moment = 0
        if not moment:
            raise InvalidError(f"Parsing of {found} for timestamp failed", CONVERSION)
        return moment
    if isinstance(found, int) or (found is not None and -1 < found < float("inf")):
        return to_integer(found)
    raise InvalidError("Invalid or unset timestamp value", CONVERSION)


def listed(value: Any, _at: Reading) -> list[str]:
    """What a comma list names, or all of them where the parameter was repeated."""
    texts = value if isinstance(value, list) else [value]
    return [word for text in texts for word in ("" if text is True else to_text(text)).split(",")]


TIME = Kind("noval", type="noval", width=64, read=_time)
TIME_TOLD = "an epoch (in v0.0.41 as uts1800000000), from v0.0.40 on also a time as sbatch takes it"
"""What its sentence ends with."""
_UPDATE_TIME = Row(
    "update_time",
    "update_time",
    Kind("number", type="integer", width=64, read=_integer),
    f"Only what changed since then: {TIME_TOLD}",
    since=37,
    then={40: TIME},
    way=IN,
)
SHOW_FLAGS = plain_bits(
    "job_show_flags",
    "SHOW_ALL SHOW_DETAIL SHOW_MIXED SHOW_LOCAL SHOW_SIBLING SHOW_FEDERATION SHOW_FUTURE",
)
SHOW_FLAGS_39 = SHOW_FLAGS._replace(
    ident="job_show_flags_39",
    entries=tuple(entry._replace(text=entry.text[5:]) for entry in SHOW_FLAGS.entries),
)
_FLAGS = Row("flags", "flags", flags(SHOW_FLAGS_39), "What is shown", since=40, way=IN)
LIST = Kind("csv", type="string", read=listed)


def _query(name: str, parser: str, *rows: Row) -> Table:
    return Table(f"{name}_query", rows, {}, parser=parser and f"OPENAPI_{parser}")


JOBS = _query("jobs", "JOB_INFO_QUERY", _UPDATE_TIME, _FLAGS)
JOB = _query("job", "JOB_INFO_QUERY", _UPDATE_TIME._replace(since=40), _FLAGS)
JOB_STATES = _query(
    "job_states", "JOB_STATE_QUERY", Row("job_id", "job_id", LIST, "Ids of jobs, with commas", since=40, way=IN)
)
NODES = _query("nodes", "NODES_QUERY", _UPDATE_TIME, _FLAGS)
NODE = _query("node", "NODES_QUERY", _UPDATE_TIME._replace(since=40), _FLAGS)
PARTITIONS = _query("partitions", "PARTITIONS_QUERY", _UPDATE_TIME, _FLAGS)
RESERVATIONS = _query("reservations", "RESERVATION_QUERY", _UPDATE_TIME)
CONF = _query("conf", "CONF_QUERY", _UPDATE_TIME._replace(since=45))
SHARES = _query(
    "shares",
    "",
    Row("accounts", "accounts", LIST, "Names of accounts, with commas", since=40, way=IN),
    Row("users", "users", LIST, "Names of users, with commas", since=40, way=IN),
)


def _flag(value: Any, at: Reading) -> int:
    """A flag that is a parameter of its own."""
    if isinstance(value, list):
        at.warn(f"Unable to convert to boolean from list. Flag {at.key} is being treated as false.")
        return 0
    return int(truth(value))


def _of_requeue(path: str, doc: str) -> Row:
    return Row(path, path, BOOLEAN._replace(read=_flag), doc, since=45, way=IN)


REQUEUE = _query(
    "requeue",
    "JOB_REQUEUE_QUERY",
    _of_requeue("Incomplete", "Whether only jobs that have not ended are requeued"),
    _of_requeue("Hold", "Whether they are held then"),
    _of_requeue("SpecialExit", "Whether they are in the state SPECIAL_EXIT then; only beside Hold"),
)
_SIGNAL = Kind("signal", type="string", width=16, read=signals.signal)

JOB_DELETE = _query(
    "job_delete",
    "JOB_INFO_DELETE_QUERY",
    Row(
        "signal",
        "signal",
        _SIGNAL,
        "Signal by name or number; without one the job is killed",
        way=IN,
        then={39: _SIGNAL._replace(read=signals.typed_signal), 40: _SIGNAL},
    ),
    Row("flags", "flags", flags(signals.KILL), "How the signal is sent", since=40, way=IN),
)
