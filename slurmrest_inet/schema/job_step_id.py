# SPDX-License-Identifier: GPL-2.0-or-later
"""The id of a job's step in a job's description (slurm_step_id_t), from v0.0.44 on.

Rule 1: sentences are slurmrestd's, because clients compare them.
"""

from __future__ import annotations

import re

from .model import IN, NOVAL_32, Kind, Row, Table
from .readers import CONVERSION
from .scalars import InvalidError, infer_scanned, to_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .reading import Reading
    from .scalars import Number

_WORDS = {
    "tbd": "SLURM_PENDING_STEP",
    "extern": "SLURM_EXTERN_CONT",
    "batch": "SLURM_BATCH_SCRIPT",
    "interactive": "SLURM_INTERACTIVE_STEP",
}
_MOST = 0xFFFFFFF0
"""Numbers beyond it mean one of those words, or nothing."""


def _step(value: Any, at: Reading) -> Number | None:
    """A number, or a word for a step that has none."""
    at.expect("string", value)
    if isinstance(value, (list, dict)):
        raise InvalidError
    found = infer_scanned(value) if isinstance(value, str) else value
    if isinstance(value, str) and value[:1] in ("+", "-") and type(found) is int:
        found = float(found)  # slurmrestd's own way
    if type(found) is int:
        if not 0 <= found < _MOST:
            raise InvalidError
        return found
    text = to_text(found)
    word = _WORDS.get(text.lower())
    if word is None:
        at.fault(InvalidError(f'Unknown flag "{text}"', "ESLURM_DATA_FLAGS_INVALID"), "[0]")
    return word


_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of Crockford's base 32, which reads I and L as 1, and O as 0."""
_SLUID = re.compile(r"[sS]([0-9A-TV-Za-tv-z]{13})")


def _sluid(value: Any, at: Reading) -> int | None:
    """An id that is unique among all clusters."""
    at.expect("string", value)
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        raise InvalidError(f"Unable to convert {at.manner.name(value)} to string to parse SLUID", CONVERSION)
    if not isinstance(value, str):
        raise InvalidError(f"Unable to parse {to_text(value)} as SLUID", "ESLURM_INVALID_SLUID")
    match = _SLUID.fullmatch(value)
    if match is None:
        raise InvalidError(f'Unable to convert string "{value}" to SLUID', "ESLURM_INVALID_SLUID")
    number = 0
    for digit in match[1].upper().translate({73: "1", 76: "1", 79: "0"}):
        number = number << 5 | _DIGITS.index(digit)
    return number & (1 << 64) - 1


def _row(path: str, member: str | tuple[str, ...], kind: Kind, doc: str) -> Row:
    return Row(path, member, kind, doc, since=44, way=IN)


JOB_STEP_ID = Table(
    "job_desc_msg_t",
    (
        _row("sluid", "step_id.sluid", Kind("string", read=_sluid), "Id that is unique among all clusters"),
        _row("job_id", ("job_id", "step_id.job_id"), NOVAL_32, "Id of the job"),
        _row("step_het_component", "step_id.step_het_comp", NOVAL_32, "Number of a component"),
        _row("step_id", "step_id.step_id", Kind("string", width=32, read=_step), "Step by number or word"),
    ),
    {},
    view="job_step_id",
    parser="SLURM_STEP_ID",
)

STEP_MEMBERS = tuple(member for row in JOB_STEP_ID.rows for member in row.members if "." in member)
"""What only that id sets."""


class _Parts:
    """The reader of all parts of the id, each of which is a member of the description."""

    table = JOB_STEP_ID

    def __call__(self, value: Any, at: Reading) -> None:
        at.members.update(at.inner(self.table, value).members)


STEP_ID = Kind("job_step_id", type="object", read=_Parts())
