# SPDX-License-Identifier: GPL-2.0-or-later
"""The site's package of tests/plugins, and small ones made up, installed into a folder as pip leaves them.

Rule 1: no network and no pip: the modules, and beside them a .dist-info with the entry points of the pyproject.toml.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../plugins"))
QUOTAS = "alice /home 10 100 old\nalice /scratch 70 -\nbob /home 100 100\n"


def offers(project: str) -> dict[str, dict[str, str]]:
    """The entry points of a pyproject.toml, by group and name."""
    sections = re.findall(r'(?m)^\[project\.entry-points\."(.+)"\]\n((?:.+\n)+)', project)
    return {group: dict(re.findall(r'(\w+) = "(.+)"', text)) for group, text in sections}


def install(folder: str) -> str:
    """Install the package with its file of quotas; returns the folder."""
    modules = os.path.join(folder, "site_plugins")
    shutil.copytree(os.path.join(PACKAGE, "site_plugins"), modules, ignore=shutil.ignore_patterns("__pycache__"))
    with open(os.path.join(modules, "quotas"), "w", encoding="utf-8") as file:
        file.write(QUOTAS)
    with open(os.path.join(PACKAGE, "pyproject.toml"), encoding="utf-8") as file:
        return announce(folder, "site_plugins-1.0", offers(file.read()))


def announce(folder: str, name: str, offered: Mapping[str, Mapping[str, str]]) -> str:
    """Write the .dist-info of a package with entry points; returns the folder."""
    info = os.path.join(folder, f"{name}.dist-info")
    os.makedirs(info)
    with open(os.path.join(info, "entry_points.txt"), "w", encoding="utf-8") as file:
        for group, names in offered.items():
            lines = (f"{one} = {target}\n" for one, target in names.items())
            file.writelines((f"[{group}]\n", *lines))
    return folder


def made_up(folder: str, word: str, source: str, group: str = "openapi") -> str:
    """Install a plug-in of that name, whose module has `source` and in it the object PLUGIN; returns the folder."""
    with open(os.path.join(folder, f"site_{word}.py"), "w", encoding="utf-8") as file:
        file.write(source)
    return announce(folder, f"site_{word}-1.0", {f"slurmrest_inet.{group}": {word: f"site_{word}:PLUGIN"}})
