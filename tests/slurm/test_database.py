# SPDX-License-Identifier: GPL-2.0-or-later
"""What a call for slurmdbd came to, by what it returned and by what it left in errno."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

database = pytest.importorskip("slurmrest_inet.slurm.database", reason="needs the compiled extension")
from slurmrest_inet.slurm.library import ffi  # noqa: E402 - needs the extension as well


def _answered(monkeypatch: pytest.MonkeyPatch, text: str | None, errno: int) -> Any:
    """A transaction whose calls come to this."""
    found = ffi.NULL if text is None else ffi.new("char[]", text.encode())
    kept = database.Transaction()
    monkeypatch.setattr(kept, "call", lambda *_: (found, errno))
    monkeypatch.setattr(database, "lib", SimpleNamespace(free_text=lambda _: None, ESLURM_DB_CONNECTION=7000))
    return kept


@pytest.mark.parametrize("errno", [0, 1, 13, 999, 1900, 2002])
def test_that_a_code_beside_a_text_is_told(monkeypatch: pytest.MonkeyPatch, errno: int) -> None:
    """Also one of the system: what slurmdbd did not add is no success."""
    nothing = SimpleNamespace(pointer=ffi.NULL)
    kept = _answered(monkeypatch, "Adding", errno)
    assert kept.add_together("slurmdb_users_add_cond", nothing, nothing) == ("Adding", errno)


def test_that_a_code_of_the_system_alone_is_that_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = SimpleNamespace(pointer=ffi.NULL)
    monkeypatch.setattr(database, "_away", False)
    with pytest.raises(database.UnreachableError):
        _answered(monkeypatch, None, 111).add_together("slurmdb_users_add_cond", nothing, nothing)
