# SPDX-License-Identifier: GPL-2.0-or-later
"""Coordinators: users who may manage an account; they are told with accounts, and up to v0.0.38 with users."""

from __future__ import annotations

from slurmrest_inet.api.report import Fault
from slurmrest_inet.api.slurmdbd import writing
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.schema.reading import Record
from slurmrest_inet.slurm import database
from slurmrest_inet.slurm.fill import Struct
from slurmrest_inet.slurm.library import ffi

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.slurmdbd.asking import Asker

# By the first version: the source, and the sentence for a user and an account.
_NOT_ADDED = {
    36: Fault("slurmdb_coord_add", None),
    39: Fault("slurmdb_coord_add()", "adding coordinator {} to account {} failed"),
}
_NOT_REMOVED = Fault("slurmdb_coord_remove()", "removing coordinator {} from account {} failed")


def add(asker: Asker, accounts: list[str], user: str) -> None:
    """Let a user manage accounts. Raises writing.RefusedError."""
    code, errno = _call(asker, "slurmdb_coord_add", accounts, user)
    if code:
        asker.report.fault(asker.call.at(_NOT_ADDED), errno or code, user, ", ".join(accounts))
        raise writing.RefusedError


def remove(asker: Asker, account: str, user: str) -> None:
    """Let a user no longer manage an account. Raises writing.RefusedError."""
    found, errno = _call(asker, "slurmdb_coord_remove", [account], user)
    if found != ffi.NULL:
        database.texts(found)
    if errno or found == ffi.NULL:
        asker.report.fault(_NOT_REMOVED, errno or -1, user, account)
        raise writing.RefusedError


def _call(asker: Asker, function: str, accounts: list[str], user: str) -> tuple[Any, int]:
    named = Record("slurmdb_assoc_cond_t", {"user_list": [user]}, {})
    with Struct("slurmdb_assoc_cond_t") as listed, Struct("slurmdb_user_cond_t") as condition:
        listed.fill({"acct_list": accounts})
        condition.fill({"assoc_cond": named})
        return asker.kept.call(function, listed.pointer.acct_list, condition.pointer)
