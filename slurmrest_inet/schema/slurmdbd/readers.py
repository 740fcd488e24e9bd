# SPDX-License-Identifier: GPL-2.0-or-later
"""How values of slurmdbd's records are read from v0.0.39 on, where the readers of all tables do not do.

Rule 1: as in schema/readers.py: a reader gets a value and where it stands, and returns what its row's member gets.
Rule 2: what resources and QOSes there are is in the context (`Known`); one that is not there is a fault, also where
        slurmrestd passes over it and says that all is well.
"""

from __future__ import annotations

from slurmrest_inet.schema.model import QOS_BITS, TEXT, TRES
from slurmrest_inet.schema.readers import CONVERSION, number, record, text
from slurmrest_inet.schema.scalars import InvalidError, infer_scanned, to_text
from slurmrest_inet.schema.unset import ZERO
from slurmrest_inet.versions import since

from .tres import TRES as TRES_TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Reading, Record
    from slurmrest_inet.schema.scalars import Number

    from .known import Known, Resource

NO_RESOURCE, NO_QOS = "ESLURM_INVALID_TRES", "ESLURM_INVALID_QOS"
_NO_LIST = {39: "ESLURM_REST_FAIL_PARSING", 40: "ESLURM_DATA_EXPECTED_LIST"}


def resources(value: Any, at: Reading) -> str | None:
    """A list of {type, name, id, count} as a text of ids and counts; None for an empty list."""
    if not isinstance(value, list):
        raise InvalidError(f"TRES should be LIST but is type {at.manner.word(value)}", since(_NO_LIST, at.version))
    given = [at.inner(TRES_TABLE, item, f"[{index}]") for index, item in enumerate(value)]
    return ",".join(resource(record, at.context) for record in given) or None


NO_SUCH = "Couldn't find TRES matching name:{} type:{}"


def resource(record: Record, known: Known) -> str:
    """One of them as "1=2"."""
    members = record.members
    type_, name = (None if (found := members.get(part)) is None else str(found) for part in ("type", "name"))
    id_, count = (found if isinstance(found := members.get(part), int) else 0 for part in ("id", "count"))
    found = find(known, type_, name, id_)
    return f"{found.id}={count % (1 << 64)}"


def find(known: Known, type_: str | None, name: str | None, id_: int) -> Resource:
    """Return the resource that type, name and id mean, as far as each of them was given."""
    by_id = known.resource_of(id_) if id_ else None
    found = by_id if by_id and not type_ else known.resource(type_ or "", name or "")
    if found is None:
        parts = ("(null)" if part is None else part for part in (name, type_))
        raise InvalidError(NO_SUCH.format(*parts), NO_RESOURCE)
    if id_ and found.id != id_ and not known.echoed:
        raise InvalidError(
            f"Requested TRES id({id_}) doesn't match TRES type/name({found.type}/{found.name}) which id is {found.id}",
            NO_RESOURCE,
        )
    return found


def qos(value: Any, at: Reading) -> int | str:
    """A QOS by its name or id; nothing takes it away."""
    at.expect("string", value)
    return "INFINITE" if value is None or value == "" else _qos(value, at)


def qos_list(value: Any, at: Reading) -> list[str]:
    """QOSes by their names or ids, as a list of ids; slurmdbd takes an empty one for none that was given."""
    at.expect("array", value)
    if not isinstance(value, list):
        raise InvalidError(f"Unable to resolve QOS: {to_text(value, None) if value is not None else ''}", NO_QOS)
    return [str(_qos(one, at)) for one in value]


def _qos(value: Any, at: Reading) -> int:
    known: Known = at.context
    if isinstance(value, dict):
        value = value.get("id") or value.get("name")
    guessed = infer_scanned(value) if isinstance(value, str) else value
    if type(guessed) is int and known.has_qos(guessed):
        return guessed
    found = None if value is None or isinstance(value, (list, dict)) else known.qos(to_text(value))
    if found is None:
        shown = "" if value is None or isinstance(value, (list, dict)) else to_text(value)
        raise InvalidError(f"Unable to resolve QOS: {shown}", NO_QOS)
    return found


def _preempted(value: Any, at: Reading) -> None:
    at.members["preempt_list"] = qos_list(value, at)


TEXTS = {39: TEXT}
"""What text or null is since v0.0.39."""

TRES_IDS = TRES._replace(read=resources)
"""A text of resources, which clients write as a list of records."""
PREEMPTED = QOS_BITS._replace(read=_preempted)
"""QOSes as a string of bits; of requests slurmdbd takes a list of ids, which is another member."""


class record_or_none(record):  # noqa: N801 - as the reader that it is
    """The reader of an object with a table of its own, which need not be there."""

    def __call__(self, value: Any, at: Reading) -> Any:
        return None if value is None else super().__call__(value, at)


def texts(value: Any, _at: Reading) -> list[str]:
    """A list of texts, or one text with commas, without empty words."""
    items = value if isinstance(value, list) else [] if value is None else to_text(value).split(",")
    if any(isinstance(one, (list, dict)) for one in items):
        raise InvalidError("unable to convert csv entry to string", CONVERSION)
    return [word for word in map(to_text, items) if word]


def id_or_none(value: Any, at: Reading) -> Number | float:
    """A number; 0 is as none."""
    return number(value, at) or ZERO


def name(value: Any, at: Reading) -> str | None:
    """A text; an empty one is as none."""
    return text(value, at) or None
