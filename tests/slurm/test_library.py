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


@pytest.mark.parametrize(
    ("code", "errno", "reason"), [(2021, 0, 2021), (2021, 111, 2021), (-1, 1007, 1007), (0, 2002, 2002), (-1, 0, -1)]
)
def test_what_went_wrong(code: int, errno: int, reason: int) -> None:
    assert library.SlurmError(code, errno).reason == reason


class _Slurm:
    """libslurm as far as plugins for authentication go: where ``early``, slurm_init loads one, else a call of its own.

    ``loaded`` is the one that it uses, ``asked`` what was called.
    """

    def __init__(self, *, early: bool) -> None:
        self.early = early
        self.loaded: str | None = None
        self.asked: list[str] = []

    def _load(self) -> int:
        self.loaded = self.loaded or ("auth/jwt" if "SLURM_JWT" in os.environ else "auth/munge")
        return 0

    def name_program(self, _name: object) -> None: ...

    def read_conf(self, _path: object) -> None:
        assert not self.asked

    def slurm_init(self, _path: object) -> None:
        self.asked.append("init")
        if self.early:
            self._load()

    def slurm_fini(self) -> None:
        self.asked.append("fini")
        self.loaded = None

    def slurm_auth_init_if_exported(self) -> int:
        return 0 if self.early else self._load()

    def conf_loaded(self) -> Any:
        return types.SimpleNamespace(authtype=library.ffi.new("char[]", b"auth/munge"))

    def dlsym(self, *_: object) -> Any:
        return library.ffi.NULL


@pytest.fixture(params=[False, True], ids=["late", "early"])
def slurm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> _Slurm:
    """A libslurm of 22.05's kind and one of the later ones, with slurm.conf read and no plugin loaded."""
    fake = _Slurm(early=request.param)
    # A copy: what is loaded last stays in the environment, and libslurm's programs that later tests start see it there.
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != "SLURM_JWT"})
    monkeypatch.setattr(library, "check_release", lambda: None)
    monkeypatch.setattr(library, "lib", fake)
    monkeypatch.setattr(library, "_loaded", None)
    monkeypatch.setattr(library, "RELEASE", 2605)  # one that can do it, whatever is installed
    library.start("/dev/null")
    return fake


@pytest.mark.parametrize("first", [False, True])
def test_that_no_token_is_given_to_a_plugin_that_is_not_used(slurm: _Slurm, first: bool) -> None:
    """Releases after 22.05 load one in slurm_init: a token that came later went to one that nobody asked."""
    for count, token in enumerate((first, first, not first, first)):
        library.load_auth(token=token)
        assert slurm.loaded == ("auth/jwt" if token else "auth/munge")
        assert slurm.asked.count("fini") == max(0, count - 1)


def test_a_release_that_cannot_change(slurm: _Slurm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "RELEASE", 2411)
    assert not library.changes_auth()
    library.load_auth(token=True)
    with pytest.raises(library.LibraryError, match="does not change between a token and the user"):
        library.load_auth(token=False)
    assert (slurm.loaded, slurm.asked.count("fini")) == ("auth/jwt", 0)
