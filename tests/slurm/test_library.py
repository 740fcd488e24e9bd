# SPDX-License-Identifier: GPL-2.0-or-later
"""What is prepared for libslurm before there is a call."""

from __future__ import annotations

import _socket
import types
from typing import Any

import pytest

library = pytest.importorskip("slurmrest_inet.slurm.library", reason="needs the compiled extension")


def test_that_each_controller_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def look_up(name: str, *_: object, **__: object) -> None:
        asked.append(name)
        raise OSError("nobody of that name")

    names = [library.ffi.new("char[]", name) for name in (b"one", b"two.example")]
    conf: Any = types.SimpleNamespace(control_cnt=2, control_addr=names)
    monkeypatch.setattr(library, "configuration", lambda: conf)
    monkeypatch.setattr(_socket, "getaddrinfo", look_up)
    library.resolve_controllers()
    assert asked == ["one", "two.example"]


def test_that_a_release_that_hides_its_configuration_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "configuration", lambda: None)
    library.resolve_controllers()
