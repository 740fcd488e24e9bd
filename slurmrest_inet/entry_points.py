# SPDX-License-Identifier: GPL-2.0-or-later
"""Plug-ins of a site: what installed packages offer under the entry points `slurmrest_inet.openapi` and `.auth`.

Rule 1: nobody looks until `-s` or `-a` names what is not built in, or asks for the list: who has no plug-in pays
        nothing.
Rule 2: what is found is what importlib.metadata would find (entry_points.txt beside packages on sys.path, of packages
        of one name the first), without loading it and the dozens of modules behind it.
Rule 3: a plug-in that cannot be loaded, whatever the reason, is one sentence at the start.
"""

from __future__ import annotations

import os
import sys

from slurmrest_inet import paths
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from typing import Any

_GROUPS = {"openapi": "slurmrest_inet.openapi", "rest_auth": "slurmrest_inet.auth"}
"""By the kind of plug-in, as it stands before the slash of its name."""


class Offer(NamedTuple):
    """What a package offers under a name: `target` is `module:attribute`."""

    name: str
    target: str
    package: str


def offered(kind: str) -> dict[str, Offer]:
    """Return all that is installed of a kind ("openapi", "rest_auth"), by name. Raises StartError for a name of two."""
    paths.everywhere()
    return _look(kind)


def is_offered(kind: str, name: str) -> bool:
    """Tell whether there is a plug-in of that name. Raises StartError for a name of two."""
    # Most are beside this package, where nobody has to ask `site` for other folders.
    return name in _look(kind) or name in offered(kind)


def load(kind: str, name: str) -> Any:
    """Return the object that a plug-in is. Raises StartError."""
    offer = _look(kind).get(name) or offered(kind).get(name)
    if offer is None:
        raise StartError(f"There is no {kind} plugin {name!r}.")
    module_name, _, attributes = offer.target.partition(":")
    try:
        found: Any = __import__(module_name, fromlist=("",))
        for attribute in filter(None, attributes.split(".")):
            found = getattr(found, attribute)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - rule 3
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise StartError(f"The plug-in {kind}/{name} of {offer.package} cannot be loaded: {said}.") from None
    return found


def broken(kind: str, name: str, why: str) -> StartError:
    """Return what is said of a plug-in that is not what it has to be."""
    return StartError(f"The plug-in {kind}/{name} cannot be used: {why}.")


def _look(kind: str) -> dict[str, Offer]:
    group, packages = _GROUPS.get(kind), set()
    found: dict[str, Offer] = {}
    for folder in dict.fromkeys(sys.path) if group else ():
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue  # an archive, or no folder
        for name in names:
            stem, ending = os.path.splitext(name)
            package = stem.partition("-")[0].replace(".", "_").lower()
            if ending not in (".dist-info", ".egg-info") or package in packages:
                continue
            packages.add(package)
            for offer in _read(os.path.join(folder, name, "entry_points.txt"), group, stem):
                if offer.name in found:
                    both = f"{found[offer.name].package} and {stem}"
                    raise StartError(f"Two packages offer the plug-in {kind}/{offer.name}: {both}.")
                found[offer.name] = offer
    return found


def _read(path: str, group: str | None, package: str) -> list[Offer]:
    """Return what stands in a file in the section of a group (packaging.python.org, "Entry points specification")."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = [line.strip() for line in file]
    except OSError:
        return []
    found, section = [], ""
    for line in lines:
        if line.startswith("["):
            section = line[1:].partition("]")[0].strip()
        elif section == group and "=" in line and line[0] not in "#;":
            name, _, target = line.partition("=")
            found.append(Offer(name.strip(), target.partition("[")[0].replace(" ", ""), package))
    return found
