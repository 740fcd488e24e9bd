# SPDX-License-Identifier: GPL-2.0-or-later
"""What the installed Slurm calls itself in front of its version: "slurm", or the word that its packager chose.

Rule 1: it is asked of the Slurm that is built for, and of no other; where nobody can be asked it is "slurm".
Rule 2: whoever builds may have no cluster: the commands read slurm.conf before anything else, so they are given one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefix import Place

PLAIN = "slurm"
_SECONDS = 10
_CONF = b"ClusterName=none\nSlurmctldHost=localhost\n"
_SAID = re.compile(r"([\w.+-]+) (\d+)\.(\d+)\.(\d+)\S*\n")


def word(place: Place, release: tuple[int, int, int]) -> str:
    """Return the word that `scontrol -V` prints before the version (scontrol(1))."""
    folder = None if place.include is None else os.path.join(os.path.dirname(place.include), "bin")
    program = shutil.which("scontrol", path=folder)
    if program is None:
        return PLAIN
    with tempfile.NamedTemporaryFile() as conf:
        conf.write(_CONF)
        conf.flush()
        try:
            said = subprocess.run(
                [program, "-V"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env={**os.environ, "SLURM_CONF": conf.name},
                text=True,
                check=True,
                timeout=_SECONDS,
            ).stdout
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            return PLAIN
    found = _SAID.fullmatch(said)
    return found[1] if found and tuple(map(int, found.groups()[1:])) == release else PLAIN
