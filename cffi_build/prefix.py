# SPDX-License-Identifier: GPL-2.0-or-later
"""Where Slurm is installed: in the system's own folders, or in a prefix of its own.

Rule 1: SLURM_PREFIX decides; else the folder of the scontrol or srun that PATH finds, which is the Slurm that the
        administrator works with.
Rule 2: a prefix is taken whole: a library without its headers is not completed with those of another Slurm.
"""

from __future__ import annotations

import os
import shutil
import sysconfig
from typing import NamedTuple

PROGRAMS = ("scontrol", "srun")
_SYSTEM = ("/", "/usr")
"""Prefixes that compiler and loader look in by themselves."""


class PrefixError(Exception):
    """There is no whole Slurm where one was said to be; the text is the sentence to show."""


class Place(NamedTuple):
    """Where headers and library are: two folders, or None for those that the compiler and the loader know.

    ``why`` says in a few words how the place was found.
    """

    include: str | None
    library: str | None
    why: str

    @property
    def compile(self) -> list[str]:
        """What the compiler has to be told."""
        return [f"-I{self.include}"] if self.include else []

    @property
    def link(self) -> list[str]:
        """What the linker has to be told."""
        return [f"-L{self.library}"] if self.library else []


def _library(prefix: str) -> str | None:
    multiarch = sysconfig.get_config_var("MULTIARCH")
    folders = ("lib64", "lib", *((f"lib/{multiarch}",) if multiarch else ()))
    for folder in (os.path.join(prefix, name) for name in folders):
        if os.path.exists(os.path.join(folder, "libslurm.so")):
            return folder
    return None


def _below(prefix: str, why: str) -> Place | None:
    """Return the Slurm in a prefix, None where there is nothing of it. Raises PrefixError for half of one."""
    headers = os.path.exists(os.path.join(prefix, "include", "slurm", "slurm.h"))
    library = _library(prefix)
    if not headers and library is None:
        return None
    if not headers:
        raise PrefixError(f"{prefix} ({why}) has libslurm.so but no include/slurm/slurm.h: install its headers there")
    if library is None:
        raise PrefixError(f"{prefix} ({why}) has include/slurm/slurm.h but no libslurm.so in lib64 or lib")
    return Place(os.path.join(prefix, "include"), library, why)


def find() -> Place:
    """Return where Slurm is. Raises PrefixError."""
    given = os.environ.get("SLURM_PREFIX")
    if given:
        prefix = os.path.abspath(given)
        why = f"SLURM_PREFIX={given}"
        if prefix in _SYSTEM:
            return Place(None, None, why)
        place = _below(prefix, why)
        if place is not None:
            return place
        raise PrefixError(f"{why} has neither include/slurm/slurm.h nor libslurm.so in lib64 or lib")
    for program in PROGRAMS:
        path = shutil.which(program)
        # A prefix may be in PATH itself or by a link from the system's folders.
        for binary in dict.fromkeys((path, os.path.realpath(path))) if path else ():
            prefix = os.path.dirname(os.path.dirname(os.path.abspath(binary)))
            why = f"{program} is {binary}"
            if prefix in _SYSTEM:
                continue
            place = _below(prefix, why)
            if place is not None:
                return place
    return Place(None, None, "the system's own folders")
