# SPDX-License-Identifier: GPL-2.0-or-later
"""A lab of another release than this machine's: an enclosure, and in it the same `lab` command, which boots the lab.

Rule 1: inside, that release is the machine's own; nothing here knows what a cluster is made of.
Rule 2: the lab's folder is shown inside at its own path, the checkout too, but for reading only.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from labkit import client, cluster, enclosure, packages, process, program, releases, wheels
from labkit.enclosure import Shown
from labkit.place import CHECKOUT, Enclosed, Place
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAB = os.path.join(CHECKOUT, "contrib/lab/lab")


def up(place: Place, release: str, arguments: Sequence[str], *, install: bool) -> int:
    """Boot a lab of that release, or leave the one that runs; `arguments` are `up` and its options."""
    packages.require(packages.FOLDERS, install=install)
    if os.geteuid() != 0:
        raise LabError("only root can make an enclosure for another release")
    with place.locked():
        known = place.enclosure()
        if known is not None and not process.is_alive(known.first):
            cluster.say(f"half-started lab in {place.folder} (its enclosure has ended): cleaning it")
            _end(place, known)
            known = None
        if known is None:
            known = _enclose(place, release)
        return run(place, known, arguments)


def _enclose(place: Place, release: str) -> Enclosed:
    if place.load() is not None:
        raise LabError(f"a lab of this machine's own release is in {place.folder}; end it with `lab down`")
    if os.path.isdir(place.folder) and os.listdir(place.folder):
        raise LabError(f"{place.folder} is not empty and not a lab")
    os.makedirs(place.folder, mode=0o755, exist_ok=True)
    shown = (Shown(place.folder, writable=True), Shown(CHECKOUT))
    files = {"/etc/pip.conf": wheels.CONFIGURATION.format(folder=place("wheels"))}
    first = enclosure.begin(release, shown, files, lambda first: place.enclosed(Enclosed(release, first)))
    return Enclosed(release, first)


def run(place: Place, known: Enclosed, arguments: Sequence[str], passed_on: Sequence[str] = ()) -> int:
    """Run one of this command's own commands inside, told by its arguments but for the lab's folder; its exit status.

    passed_on: what comes after --.
    """
    argv = [_LAB, *arguments, "--dir", place.folder, *(["--", *passed_on] if passed_on else [])]
    return enclosure.run(_first(place, known), argv, _environment())


def execute(place: Place, known: Enclosed, command: Sequence[str]) -> int:
    """Run a command inside, on the cluster; its exit status. The program is built first if need be."""
    _first(place, known)
    environment = {**_environment(), **cluster.variables(place)}
    environment["PATH"] = f"{program.commands(place)}:{client.PATH}"
    if not program.is_built(place):
        status = build(place, known)
        if status:
            return status
    return enclosure.run(known.first, command, environment, (os.getcwd(), place("work")))


def build(place: Place, known: Enclosed) -> int:
    """Build the program inside, from wheels that are fetched out here."""
    with place.locked():
        python = releases.BY_NAME[known.release].python
        wheels.fetch(python, wheels.requirements(CHECKOUT), place("wheels"))
        return run(place, known, ["build"])


def down(place: Place, known: Enclosed) -> None:
    """End the lab with its enclosure and leave nothing of it but the release's folder, for the next one."""
    with place.locked():
        _end(place, known)
        cluster.say(f"down, {place.folder} is gone")


def _end(place: Place, known: Enclosed) -> None:
    process.kill([known.first])
    shutil.rmtree(place.folder, ignore_errors=True)
    place.enclosed(None)


def _first(place: Place, known: Enclosed) -> process.Identity:
    if not process.is_alive(known.first):
        raise LabError(f"the enclosure of the lab in {place.folder} has ended; `lab down` cleans")
    return known.first


def _environment() -> dict[str, str]:
    """The caller's, but for what is told about this machine's Python: inside is another."""
    ours = ("PIP_", "PYTHON", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
