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

    from headers import Headers

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


def _modules(headers: Headers | None) -> type[build_py]:
    class Modules(build_py):
        """The package with the regular expressions of the h11 that is installed here, and with the documents."""

        def run(self) -> None:
            super().run()
            if self.dry_run:
                return
            folder = os.path.join(ROOT if self.editable_mode else self.build_lib, "slurmrest_inet")
            text = regexes.source()
            if text is not None:
                with open(os.path.join(folder, regexes.NAME), "w", encoding="utf-8") as out:
                    out.write(text)
            if headers is not None:
                import pieces  # noqa: PLC0415 - needs the package on the path, which only a build has

                pieces.write(headers, folder)

    return Modules


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
        self.filelist.exclude_pattern("slurmrest_inet/_documents*")
        super().make_distribution()


def classes(*, editable: bool = False, headers: Headers | None = None) -> dict[str, Callable[..., Any]]:
    """Return our commands by setuptools' names; the headers say for which release documents are made."""
    return {
        "build_py": _modules(headers),
        "build_scripts": _scripts(ROOT if editable else ""),
        "sdist": _SourceDistribution,
    }
