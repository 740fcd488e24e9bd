# SPDX-License-Identifier: GPL-2.0-or-later
"""What -a, -s and -d can choose, as slurmrestd lists it, with what this program has beyond the installed release.

Rule 1: first the names that the installed release has, in the order of its plugins' folder, as slurmrestd finds them;
        then those that are served here all the same, and the site's own.
Rule 2: standard output has names and nothing else, whatever the release, so that scripts can read them.
Rule 3: a host without slurm.conf, or without libslurm, still gets a list: who asks may be about to set it up.
"""

from __future__ import annotations

import os
import signal

from slurmrest_inet import entry_points, versions
from slurmrest_inet import settings as known
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from collections.abc import Iterable

HEADINGS = {
    "auth_types": "Possible REST authentication plugins:",
    "openapi_plugins": "Possible OpenAPI plugins:",
    "data_parsers": "Possible data_parser plugins:",
}
_SECONDS = 10  # without slurm.conf libslurm asks the name service for it
_DEPRECATED = "Deprecated by Slurm {} or before it: {}"


def show(field: str, conf: str | None) -> None:
    """Print the list for an option, by its field in Options; ``conf`` is the slurm.conf that tells the folder."""
    release, files = _installed(conf)
    served = _served(field)
    names = dict.fromkeys((*_of_release(served, release, files), *served, *_of_site(field)))
    os.write(2, f"{HEADINGS[field]}\n".encode())
    os.write(1, "".join(f"{name}\n" for name in names).encode())
    deprecated = [name for name in names if release and name in served and versions.is_deprecated(name, release)]
    if deprecated:
        os.write(2, f"{_DEPRECATED.format(versions.written(release), ', '.join(deprecated))}\n".encode())


def _served(field: str) -> tuple[str, ...]:
    """The plugins that can be chosen and do something."""
    if field == "auth_types":
        return known.AUTH_PLUGINS
    from slurmrest_inet.api import routes  # noqa: PLC0415 - its rows are many

    return routes.served()[field == "data_parsers"]


def _of_site(field: str) -> list[str]:
    """The site's own plug-ins, which nobody has loaded yet. Raises StartError."""
    kind = {"auth_types": "rest_auth", "openapi_plugins": "openapi"}.get(field)
    return [] if kind is None else [f"{kind}/{name}" for name in sorted(entry_points.offered(kind))]


def _of_release(served: Iterable[str], release: int, files: list[str]) -> list[str]:
    """Those of them that the release has; what is not in its folder comes last."""
    found = [name for name in served if versions.has_plugin(name, release)]
    places = {file: place for place, file in enumerate(files)}
    return sorted(found, key=lambda name: places.get(_file(name), len(files)))


def _file(name: str) -> str:
    return name.replace("/", "_").replace(".", "_") + ".so"


def _installed(conf: str | None) -> tuple[int, list[str]]:
    """Return the release that libslurm is of, 0 where there is none, and what its folder of plugins holds.

    A child asks: libslurm ends the process that has no slurm.conf for it.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(_SECONDS)  # the default of SIGALRM ends the process
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            _tell(conf, writer)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8", errors="surrogateescape") as file:
        release, *files = file.read().split("\n")
    os.waitpid(child, 0)
    return int(release or 0), files


def _tell(conf: str | None, descriptor: int) -> None:
    try:
        from slurmrest_inet.slurm import library  # noqa: PLC0415 - loads libslurm, which may be missing

        os.write(descriptor, str(library.RELEASE).encode())
        library.start(conf)
    except StartError:
        return
    for folder in library.plugin_folders():
        os.write(descriptor, b"".join(b"\n" + file for file in os.listdir(os.fsencode(folder))))
