# SPDX-License-Identifier: GPL-2.0-or-later
"""The project's requirements as wheels for another release's Python, fetched by this machine's pip.

Rule 1: an enclosure has no network, and a newer pip may not trust the certificates that this machine's does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Inside, pip looks nowhere else.
CONFIGURATION = """\
[global]
no-index = true
find-links = {folder}
disable-pip-version-check = true
root-user-action = ignore
"""


def requirements(checkout: str, *extras: str) -> list[str]:
    """What pyproject.toml asks for to build and to run, and for these of its extras."""
    import tomllib  # noqa: PLC0415 - Python 3.11 and later, as every Debian with a release that we know has it

    with open(os.path.join(checkout, "pyproject.toml"), "rb") as file:
        described = tomllib.load(file)
    project = described["project"]
    wanted = [*described["build-system"]["requires"], *project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return list(dict.fromkeys(wanted))


def fetch(python: str, wanted: Sequence[str], folder: str, pip: str = "/usr/bin/python3") -> None:
    """Have the wheels for a Python such as "3.13" in a folder, which may be made here, or LabError."""
    fresh = folder + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    argv = [pip, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    done = subprocess.run(
        [*argv, f"--python-version={python}", f"--dest={fresh}", *wanted],
        stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=subprocess.PIPE, text=True, cwd="/", check=False,
    )  # fmt: skip
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise LabError(f"pip download for Python {python} failed:\n{done.stderr[-2000:]}")
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(fresh, folder)
