# SPDX-License-Identifier: GPL-2.0-or-later
"""What is prepared for libslurm before there is a call."""

from __future__ import annotations

import _socket
import os
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


class _Slurm:
    """libslurm as far as plugins for authentication go: where ``early``, slurm_init loads one, else a call of its own.

    ``loaded`` is the one that it uses, ``asked`` what was called.
    """

    RTLD_LAZY = RTLD_NOLOAD = 0

    def __init__(self, *, early: bool) -> None:
        self.early = early
        self.loaded: str | None = None
        self.asked: list[str] = []

    def _load(self) -> int:
        self.loaded = self.loaded or ("auth/jwt" if "SLURM_JWT" in os.environ else "auth/munge")
        return 0

    def name_program(self, _name: object) -> None: ...

    def slurm_init(self, _path: object) -> None:
        self.asked.append("init")
        if self.early:
            self._load()

    def slurm_fini(self) -> None:
        self.asked.append("fini")
        self.loaded = None

    def slurm_auth_init_if_exported(self) -> int:
        self.asked.append("auth")
        return 0 if self.early else self._load()

    def conf_loaded(self) -> Any:
        return types.SimpleNamespace(authtype=library.ffi.new("char[]", b"auth/munge"))

    def conf_plugin_dir(self) -> Any:
        return library.ffi.new("char[]", b"/plugins")

    def dlopen(self, path: bytes, _flags: int) -> Any:
        found = self.loaded is not None and path.decode() == f"/plugins/{self.loaded.replace('/', '_')}.so"
        return library.ffi.cast("void *", 1) if found else library.ffi.NULL


@pytest.mark.parametrize("first", [None, False, True])
@pytest.mark.parametrize("early", [False, True])
def test_that_no_token_is_given_to_a_plugin_that_is_not_used(
    monkeypatch: pytest.MonkeyPatch, early: bool, first: bool | None
) -> None:
    """Releases after 22.05 load one with slurm.conf: a token that came later went to one that nobody asked."""
    fake = _Slurm(early=early)
    monkeypatch.delenv("SLURM_JWT", raising=False)
    monkeypatch.setattr(library, "check_release", lambda: None)
    monkeypatch.setattr(library, "lib", fake)
    monkeypatch.setattr(library, "_loaded", None)
    monkeypatch.setattr(library, "_exchange_auth", lambda *_, **__: pytest.fail("only where no slurm_init did it"))
    library.start("/dev/null", token=first)
    for token in (True, True, False, True) if early else (bool(first),):
        library.load_auth(token=token)
        assert fake.loaded == ("auth/jwt" if token else "auth/munge")
    changes = {None: 3, False: 3, True: 2}[first] if early else 0
    assert fake.asked.count("fini") == changes
    assert fake.asked.count("init") == changes + 1
