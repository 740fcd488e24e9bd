# SPDX-License-Identifier: GPL-2.0-or-later
"""Associations changed to what a client wants them to be, in the way in which slurmdbd is told of a change.

Rule 1: slurmdbd takes numbers and lists as they are to be, and of texts of resources what is to change: a resource that
        is to go is told with a count of -1.
Rule 2: a changed record borrows what it does not change from the one that slurmdbd sent, and is gone before that.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.slurmdbd.association import ASSOCIATION
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import ffi

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.schema.reading import Members

STRUCT = "slurmdb_assoc_rec_t"
_GONE = (1 << 64) - 1
"""INFINITE64: no limit of a resource."""

_NUMBERS = (
    *("def_qos_id", "grp_jobs", "grp_jobs_accrue", "grp_submit_jobs", "grp_wall", "is_def", "max_jobs"),
    *("max_jobs_accrue", "max_submit_jobs", "max_wall_pj", "min_prio_thresh", "priority", "shares_raw"),
)
_POINTERS = ("acct", "cluster", "comment", "parent_acct", "partition", "qos_list", "user")
_RESOURCES = (
    *("grp_tres", "grp_tres_mins", "grp_tres_run_mins", "max_tres_mins_pj", "max_tres_run_mins", "max_tres_pj"),
    "max_tres_pn",
)


def new(members: Members) -> Struct:
    """Return an association that is to be added. Raises MissingError."""
    made = Struct(STRUCT, ASSOCIATION, database.begin("slurmdb_init_assoc_rec"))
    made.fill(members)
    return made


class Changed:
    """What slurmdbd is told so that the association `before` becomes one with these members."""

    def __init__(self, before: Any, members: Members) -> None:
        """Raises MissingError."""
        self._wanted = new(members)
        self.struct = Struct(STRUCT, ASSOCIATION)
        pointer, wanted = self.struct.pointer, self._wanted.pointer
        pointer[0] = before[0]
        for name in _NUMBERS:
            setattr(pointer, name, getattr(wanted, name))
        for name in _POINTERS:
            if hasattr(wanted, name) and getattr(wanted, name) != ffi.NULL:
                setattr(pointer, name, getattr(wanted, name))
        if _text(pointer.parent_acct).lower() in ("", _text(before.parent_acct).lower()):
            # Of an account that is to stay below the same one, slurmdbd changes nothing else either.
            pointer.parent_acct = ffi.NULL
        texts = {name: _changed(_text(getattr(before, name)), _text(getattr(wanted, name))) for name in _RESOURCES}
        for name in _RESOURCES:
            setattr(pointer, name, ffi.NULL)
        self.struct.fill({name: text for name, text in texts.items() if text is not None})

    def close(self) -> None:
        """Let go of what was made for it."""
        self.struct.close()
        self._wanted.close()


def _text(pointer: Any) -> str:
    return "" if pointer == ffi.NULL else str(ffi.string(pointer).decode())


def _changed(before: str, wanted: str) -> str | None:
    """Return what makes one text of resources the other; None: nothing."""
    counts = dict.fromkeys(_counts(before), _GONE) | _counts(wanted)
    return ",".join(f"{id_}={count}" for id_, count in counts.items()) or None


def _counts(text: str) -> dict[str, int]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair)
    return {id_: int(count) for id_, _, count in pairs}
