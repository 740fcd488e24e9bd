# SPDX-License-Identifier: GPL-2.0-or-later
"""The project, built from this checkout in a lab and for its Slurm: `$LAB_DIR/venv/bin/slurmrest-inet`.

Rule 1: the checkout is only read; the copy that is built and the environment lie in the lab and go with it.
Rule 2: what was built is known by the sources it was built from; after a change it is built anew.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from labkit.place import CHECKOUT
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labkit.place import Place

_SOURCES = ("pyproject.toml", "cffi_build", "slurmrest_inet")
_NOT_COPIED = (".*", "__pycache__", "*.so", "*.egg-info", "build", "dist")


def commands(place: Place) -> str:
    """The folder of the program, for PATH."""
    return place("venv", "bin")


def is_built(place: Place) -> bool:
    """Whether the lab has the program as the checkout has it now."""
    try:
        with open(_mark(place), encoding="ascii") as file:
            return file.read() == _digest()
    except FileNotFoundError:
        return False


def build(place: Place) -> None:
    """Build it from nothing; the caller holds the lab."""
    print(f"lab: building the project in {place('venv')}", file=sys.stderr, flush=True)
    for name in ("src", "venv"):
        shutil.rmtree(place(name), ignore_errors=True)
    digest = _digest()
    shutil.copytree(CHECKOUT, place("src"), ignore=shutil.ignore_patterns(*_NOT_COPIED))
    _run(place, "/usr/bin/python3", "-m", "venv", place("venv"))
    _run(place, place("venv", "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--root-user-action=ignore", place("src"))  # fmt: skip
    with open(_mark(place), "w", encoding="ascii") as file:
        file.write(digest)


def _mark(place: Place) -> str:
    return place("venv", "built-from")


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _files():
        with open(path, "rb") as file:
            digest.update(f"{path}\n".encode() + hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def _files() -> Iterator[str]:
    for source in _SOURCES:
        path = os.path.join(CHECKOUT, source)
        if os.path.isfile(path):
            yield path
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            yield from (os.path.join(folder, name) for name in sorted(names) if not name.endswith((".so", ".pyc")))


def _run(place: Place, *argv: str) -> None:
    """One step of the build, with the caller's environment for pip's sake (proxies, indexes, certificates)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    log = place.log("build")
    with open(log, "ab") as output:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=kept, cwd="/", umask=0o022, check=False
        )
    if done.returncode:
        with open(log, encoding="utf-8", errors="replace") as file:
            raise LabError(f"{' '.join(argv)} failed, see {log}:\n{file.read()[-2000:]}")
