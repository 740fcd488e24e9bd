# SPDX-License-Identifier: GPL-2.0-or-later
"""What setuptools does otherwise for us: a command that is compiled, and a module that is made.

Rule 1: what is generated goes where setuptools builds; only an editable installation has its module in the source tree,
        beside the extension.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

import regexes
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

from distutils.command.build_scripts import build_scripts  # isort: skip - setuptools brings it

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
LAUNCHER = "cffi_build/launcher.c"
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra")


def launcher(target: str, *, source: str = "", flags: tuple[str, ...] = FLAGS) -> None:
    """Compile the command to `target`; `source` is the checkout of an editable installation."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
    options = shlex.split(os.environ.get("CPPFLAGS", "") + " " + os.environ.get("CFLAGS", ""))
    known = {
        "PYTHON": f"python{sys.version_info[0]}.{sys.version_info[1]}",
        "BASE": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
        "SOURCE": source,
    }
    # Nothing of the environment that is built in: a frontend's own lies below /tmp, and is gone afterwards.
    words = [f"-DOWNER={os.stat(source).st_uid if source else 0}", *(f'-D{name}="{known[name]}"' for name in known)]
    links = shlex.split(os.environ.get("LDFLAGS", ""))
    subprocess.run(
        [*compiler, *flags, *options, *words, os.path.join(ROOT, LAUNCHER), "-o", target, *links], check=True
    )


class _Modules(build_py):
    """The package with the regular expressions of the h11 that is installed here."""

    def run(self) -> None:
        super().run()
        text = regexes.source()
        folder = ROOT if self.editable_mode else self.build_lib
        if text is not None and not self.dry_run:
            with open(os.path.join(folder, "slurmrest_inet", regexes.NAME), "w", encoding="utf-8") as out:
                out.write(text)


def _scripts(source: str) -> type[build_scripts]:
    class Scripts(build_scripts):
        """The command, which is a program and no script."""

        def run(self) -> None:
            self.mkpath(self.build_dir)
            launcher(os.path.join(self.build_dir, "slurmrest-inet"), source=source)

    return Scripts


class _SourceDistribution(sdist):
    """An sdist with the build's own sources, which setuptools would only find through a MANIFEST.in."""

    def make_distribution(self) -> None:
        for name in sorted(os.listdir(HERE)):
            if name.endswith((".py", ".c", ".h")):
                self.filelist.append(f"cffi_build/{name}")
        self.filelist.append("CHANGELOG.md")
        self.filelist.exclude_pattern(f"slurmrest_inet/{regexes.NAME}")
        super().make_distribution()


def classes(*, editable: bool = False) -> dict[str, Callable[..., Any]]:
    """Return our commands by setuptools' names."""
    return {"build_py": _Modules, "build_scripts": _scripts(ROOT if editable else ""), "sdist": _SourceDistribution}
