# SPDX-License-Identifier: GPL-2.0-or-later
"""From a method and the segments of a path to an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slurmrest_inet.api import versions
from slurmrest_inet.api.routes import ROUTES, Route
from slurmrest_inet.http import query
from slurmrest_inet.http.message import RestError

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings

UNKNOWN_PATH = "Unable find requested URL. Please view /openapi/v3 for API reference."
UNKNOWN_METHOD = "Requested REST method is not defined at URL. Please view /openapi/v3 for API reference."
"""The sentences that slurmrestd 22.05 sends; clients compare them."""

_UNDEFINED_IS_UNKNOWN = 2311
"""From this release on a method that a path does not have is answered like an unknown path."""


class Match(NamedTuple):
    """An operation in an API version with the values of its path's parameters."""

    route: Route
    version: int
    parameters: dict[str, str]


def _parameters(template: str, segments: tuple[str, ...]) -> dict[str, str] | None:
    names = template.split("/")
    if len(names) != len(segments):
        return None
    found = {}
    for name, segment in zip(names, segments):
        if name[0] == "{":
            word, _, type_ = name[1:-1].partition(":")
            if type_:
                try:
                    segment = str(query.as_int(segment))  # noqa: PLW2901 - from here on it is that number
                except ValueError:
                    return None
            found[word] = segment
        elif name != segment:
            return None
    return found


def find(method: str, segments: tuple[str, ...], settings: Settings) -> Match:
    """Return the operation for a path. Raises RestError 404 or 405 with slurmrestd's sentences."""
    unknown = RestError(404, UNKNOWN_PATH, reason="unknown path")
    if len(segments) < 3:
        raise unknown
    side, version, rest = segments[0], versions.parse(segments[1]), segments[2:]
    if version is None or not versions.is_selected(settings, side, version):
        raise unknown
    # The first path that fits is the path, whatever its methods: job/submit is never job/{job_id}.
    path = None
    for route in ROUTES:
        if route.side != side or not route.since <= version <= route.until or path not in (None, route.path):
            continue
        parameters = _parameters(route.path, rest)
        if parameters is None:
            continue
        if route.method == method:
            return Match(route, version, parameters)
        path = route.path
    if path and versions.HOME[version] < _UNDEFINED_IS_UNKNOWN:
        raise RestError(405, UNKNOWN_METHOD, reason="the path has no such method")
    raise unknown
