# SPDX-License-Identifier: GPL-2.0-or-later
"""What this machine's apt has been told: the mirror of Debian and the way to it.

Rule 1: the mirror, the proxy and the like are the machine's business; nothing here names a host.
"""

from __future__ import annotations

import re
import subprocess
from typing import NamedTuple

from labkit.trouble import LabError

# What concerns the way to a mirror, whoever's mirror it is (apt.conf(5)).
_PASSED_ON = re.compile(r"Acquire::(https?|ftp|Retries|Check-Valid-Until|Check-Date|ForceIPv[46])\b", re.IGNORECASE)


class Mirror(NamedTuple):
    """A mirror of Debian, and options to reach it, each a line of apt.conf(5)."""

    address: str
    options: tuple[str, ...]


def mirror() -> Mirror:
    """The mirror that this machine's own suite comes from; LabError when its apt names none."""
    suite = own_suite()
    sources = _ask("apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages")
    for line in sources.splitlines():
        release, component, address = line.split(" ", 2)
        if component == "main" and release.strip("/") in {suite, "stable", "oldstable", "testing"}:
            return Mirror(address, _options())
    raise LabError(f"apt has no source for {suite} main, so Debian's mirror is not known")


def own_suite() -> str:
    """The code name of this machine's Debian; empty when it does not tell one."""
    with open("/etc/os-release", encoding="utf-8") as file:
        found = re.search(r'(?m)^VERSION_CODENAME="?(\w+)', file.read())
    return found[1] if found else ""


def _options() -> tuple[str, ...]:
    lines = _ask("apt-config", "dump").splitlines()
    return tuple(line.rstrip(";") for line in lines if _PASSED_ON.match(line) and not line.endswith(' "";'))


def _ask(*argv: str) -> str:
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"{' '.join(argv[:2])}: {done.stderr.strip()}")
    return done.stdout
