# SPDX-License-Identifier: GPL-2.0-or-later
"""From a method and the segments of a path to an operation."""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.api import selection
from slurmrest_inet.api.routes import ROUTES, Route
from slurmrest_inet.http import query
from slurmrest_inet.http.message import RestError
from slurmrest_inet.http.wirecheck import ROUTED
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from slurmrest_inet.http.dialect import Dialect
    from slurmrest_inet.settings import Settings


PROBES = frozenset((("GET", "healthz"), ("GET", "livez"), ("GET", "readyz")))
"""Method and path of those that ask whether anybody answers at all; in no version, and whatever -s and -d say."""


class Match(NamedTuple):
    """An operation in an API version with the values of its path's parameters."""

    route: Route
    version: int
    parameters: dict[str, str]


def parameters_of(template: str, segments: tuple[str, ...]) -> dict[str, str] | None:
    """Return the values of a path's parameters by their names, None where the path does not fit."""
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


def find(method: str, segments: tuple[str, ...], settings: Settings, dialect: Dialect) -> Match | None:
    """Return the operation for a path, None for one of PROBES. Raises RestError 404 or 405 in words of ``dialect``."""
    if (method, *segments) in PROBES:
        return None
    side, rest = (*segments, "")[0], segments[2:]
    version = versions.parse(side, segments[1]) if rest else None
    methods: list[str] = []
    if version is not None and selection.is_selected(settings, side, version):
        path = None
        for route in ROUTES:
            if route.side != side or not route.serves(version) or path not in (None, route.path):
                continue
            parameters = parameters_of(route.path, rest)
            if parameters is None:
                continue
            if route.method == method:
                return Match(route, version, parameters)
            path = None if dialect.method_chooses else route.path
            methods.append(route.method)
    if method not in ROUTED:
        refusal, reason = dialect.unrouted_method, "method without a route"
    elif methods:
        refusal, reason = dialect.undefined_method, "the path has no such method"
    else:
        refusal, reason = dialect.unknown_path, "unknown path"
    # RFC 9110 section 15.5.6; none at all for a path that is not there.
    allow = (("Allow", ", ".join(sorted(set(methods)))),) if refusal.status == 405 else ()
    raise RestError(refusal.status, refusal.text, reason=reason, headers=allow)
