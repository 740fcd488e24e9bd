# SPDX-License-Identifier: GPL-2.0-or-later
"""``meta`` is made once for who asks the same way again, and never shown to anybody else."""

from __future__ import annotations

import pwd
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slurmrest_inet._slurm")

from slurmrest_inet.api import meta
from slurmrest_inet.auth import Identity
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.slurm import calls

if TYPE_CHECKING:
    from typing import Any

PEER = Peer(INET, None, 0, 0, "192.0.2.1:4711")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whom the user database was asked for."""
    found: list[str] = []
    known = pwd.getpwnam

    def ask(name: str) -> Any:
        found.append(name)
        return known(name)

    monkeypatch.setattr(meta, "_last", ((), {}))
    monkeypatch.setattr(pwd, "getpwnam", ask)
    monkeypatch.setattr(calls, "configuration", lambda: ("lab", "accounting_storage/none"))
    return found


def user(name: str, token: str = "a.b.c") -> str:  # noqa: S107 - a token that nobody takes
    return str(meta.of("slurm", 42, PEER, Identity("rest_auth/jwt", name, token))["client"]["user"])


def test_names_are_looked_up_once(asked: list[str]) -> None:
    assert [user("root") for _ in range(5)] == ["root"] * 5
    assert asked == ["root"]


def test_each_identity_has_its_own(asked: list[str]) -> None:
    assert [user("root"), user("daemon"), user("root"), user("root", "d.e.f"), user("nobody-here")] == [
        *("root", "daemon", "root", "root", "nobody-here"),
    ]
    assert asked == ["root", "daemon", "root", "root", "nobody-here"]


def test_each_version_has_its_own(asked: list[str]) -> None:
    user("root")
    assert "client" not in meta.of("slurm", 38, PEER, Identity("rest_auth/jwt", "root", "a.b.c"))
