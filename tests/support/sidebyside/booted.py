# SPDX-License-Identifier: GPL-2.0-or-later
"""A booted host of the lab's cluster with this program installed on it, for tests and bench.

Rule 1: what is installed is what is tested: the package that this Python imports, and what that needs, from its own
        environment. It runs there as everywhere, in an environment of its own below /opt.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import slurmrest_inet
from sidebyside.lab import LAB

sys.path.insert(0, os.path.dirname(LAB))

from labkit import machine
from labkit.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labkit.machine import Machine

    from sidebyside.lab import Lab

ENVIRONMENT = "/opt/slurmrest-inet"
PROGRAM = "/usr/bin/slurmrest-inet"
USER = "slurmrest"
_PROJECT = "slurmrest-inet"


def unable() -> str | None:
    """Why no host can be booted here, None if one can."""
    if os.geteuid() != 0:
        return "only root can boot a host"
    if not (shutil.which("mmdebstrap") and shutil.which("systemd-nspawn")):
        return "needs mmdebstrap and systemd-container"
    return None


@contextlib.contextmanager
def boot(lab: Lab) -> Iterator[Machine]:
    """A host of `lab`'s cluster with the program and its user, until the end of the block."""
    with machine.boot() as host:
        host.join(Place(lab.directory))
        install(host)
        host.run("useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER)
        yield host


def site_packages(host: Machine) -> str:
    """Where packages lie on `host`."""
    version = host.run("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    if version != f"{sys.version_info[0]}.{sys.version_info[1]}":
        raise RuntimeError(f"the host has Python {version}, for which this program was not built")
    return f"{ENVIRONMENT}/lib/python{version}/site-packages"


def install(host: Machine) -> None:
    """Make the environment, and put the program and what it needs into it."""
    host.run("/usr/bin/python3", "-m", "venv", "--without-pip", ENVIRONMENT)
    target = host.path(site_packages(host))
    for name in _needed(_PROJECT, set()):
        _copy(metadata.distribution(name), target)
    package = os.path.dirname(os.path.abspath(slurmrest_inet.__file__))
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, os.path.join(target, "slurmrest_inet"), ignore=unwanted, dirs_exist_ok=True)
    shutil.copy2(os.path.join(os.path.dirname(sys.executable), _PROJECT), host.path(f"{ENVIRONMENT}/bin"))
    host.run("ln", "--symbolic", f"{ENVIRONMENT}/bin/slurmrest-inet", PROGRAM)
    host.run(f"{ENVIRONMENT}/bin/python3", "-m", "compileall", "-q", site_packages(host))


def _needed(name: str, known: set[str]) -> set[str]:
    """The names of a distribution and of all that it needs without its extras."""
    if name not in known:
        known.add(name)
        for requirement in metadata.distribution(name).requires or ():
            found = re.match(r"[\w.-]+", requirement)
            if found and "extra ==" not in requirement:
                _needed(found[0], known)
    return known


def _copy(distribution: metadata.Distribution, target: str) -> None:
    for file in distribution.files or ():
        # Scripts are elsewhere, and an editable installation has a hook for this machine's checkout.
        if ".." not in file.parts and "__pycache__" not in file.parts and not file.name.startswith("__editable__"):
            path = os.path.join(target, str(file))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy2(str(file.locate()), path)
