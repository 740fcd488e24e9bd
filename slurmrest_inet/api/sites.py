# SPDX-License-Identifier: GPL-2.0-or-later
"""Operations of a site's own, which plug-ins bring (api/service.py): loaded and judged at the start, then found.

Rule 1: nobody stands in the way of a path that is ours, in any API version: such a plug-in ends the start.
Rule 2: answers, faults and documents are those of one API version (`MANNER`), whatever release is installed.
Rule 3: nothing of libslurm is needed here: a document is made without it.
"""

from __future__ import annotations

from slurmrest_inet import entry_points, versions
from slurmrest_inet.api import router
from slurmrest_inet.api.service import Member, Operation, Service
from slurmrest_inet.http.wirecheck import ROUTED
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.schema import site as tables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from slurmrest_inet.http.dialect import Dialect
    from slurmrest_inet.schema.model import Kind, Table
    from slurmrest_inet.settings import Settings

MANNER = 45
"""The API version that a site's own answers are written as."""

_OURS = frozenset((*versions.SIDES, "openapi", "docs", *(path for _, path in router.PROBES)))
"""First segments of paths (without what is behind a point) that no plug-in may have."""
_METHODS = ("GET", "POST", "DELETE")
_SEGMENT = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")


class Site(NamedTuple):
    """A plug-in by its name, "quota" of "openapi/quota"."""

    name: str
    service: Service

    @property
    def about(self) -> dict[str, str]:
        """What `meta` says of the plug-in."""
        return {"type": f"openapi/{self.name}", "name": self.service.title}


class Match(NamedTuple):
    """An operation of a plug-in with the values of its path's parameters."""

    site: Site
    operation: Operation
    parameters: dict[str, str]
    version: int = MANNER


class Sites:
    """All plug-ins that `-s` names."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = tuple(sites)
        self._first = {_segments(site.service.path)[0] for site in self.sites}

    @property
    def dialect(self) -> Dialect:
        """How to speak to who asks for a path of theirs."""
        return versions.HTTP[versions.HOME[MANNER]]

    def owns(self, path: str) -> bool:
        """Tell whether a path, not decoded, is below a plug-in's as far as its first segment tells."""
        return next((segment for segment in path.split("/") if segment), "") in self._first

    def find(self, method: str, segments: tuple[str, ...]) -> Match | None:
        """Return the operation for a path."""
        for site in self.sites:
            prefix = _segments(site.service.path)
            if segments[: len(prefix)] != prefix:
                continue
            rest = segments[len(prefix) :]
            for operation in site.service.operations:
                parameters = router.parameters_of(operation.path, rest)
                if parameters is not None and operation.method == method:
                    return Match(site, operation, parameters)
        return None


def load(settings: Settings) -> Sites | None:
    """Return the plug-ins that `-s` names, None without any. Raises StartError."""
    sites: list[Site] = []
    for full_name in settings.site_plugins:
        kind, _, name = full_name.partition("/")
        service = entry_points.load(kind, name)
        try:
            trouble = _trouble(service) or next((t for one in sites if (t := _common(one, service))), None)
        except Exception as error:  # noqa: BLE001 - what stands in a Service can be anything
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            trouble = f"what is in it is of another kind than it has to be ({said})"
        if trouble is not None:
            raise entry_points.broken(kind, name, trouble)
        sites.append(Site(name, service))
    return Sites(sites) if sites else None


def _segments(path: str) -> tuple[str, ...]:
    return tuple(segment for segment in path.split("/") if segment)


def _trouble(service: Any) -> str | None:
    """Return why an object is no service that can be served, None if it is one."""
    if type(service) is not Service:
        return "it is no Service of slurmrest_inet.plugin"
    if not isinstance(service.path, str) or not isinstance(service.title, str) or not service.title:
        return "its path and its title have to be texts"
    prefix = _segments(service.path)
    if not prefix or service.path.rstrip("/") != "/".join(("", *prefix)) or any(set(one) - _SEGMENT for one in prefix):
        return f"{service.path!r} is no path below which it could be"
    if prefix[0].partition(".")[0] in _OURS:
        return f"its path {service.path} would stand in the way of those below /{prefix[0]}, which are Slurm's or ours"
    if not service.operations:
        return "it has no operations"
    named: dict[str, Table] = {}
    paths: set[tuple[str, tuple[str, ...]]] = set()
    for operation in service.operations:
        why = _trouble_of(operation, named)
        if why is not None:
            return f"{getattr(operation, 'path', operation)!r} {why}"
        shape = (operation.method, tuple("{}" if one[0] == "{" else one for one in _segments(operation.path)))
        if shape in paths:
            return f"{operation.method} {operation.path!r} is there twice"
        paths.add(shape)
    return None


def _trouble_of(operation: Any, named: dict[str, Table]) -> str | None:
    if type(operation) is not Operation:
        return "is no Operation"
    if operation.method not in _METHODS or operation.method not in ROUTED:
        return f"has a method that is none of {', '.join(_METHODS)}"
    segments = _segments(operation.path)
    names = [segment[1:-1] for segment in segments if segment[0] == "{" and segment[-1] == "}"]
    plain = [segment for segment in segments if segment[1:-1] not in names]
    if operation.path != "/".join(segments) or not segments:
        return "is no path of an operation: segments with one / between them"
    if any(set(one) - _SEGMENT for one in plain) or not all(one.isidentifier() for one in names):
        return "is no path of an operation"
    if set(names) != set(operation.parameters) or len(set(names)) < len(names):
        return "needs one sentence for each parameter of its path"
    if not callable(operation.function) or not operation.sentence:
        return "needs a function and a sentence"
    if operation.body is not None and operation.method != "POST":
        return "has a body, which only POST has"
    if operation.query is not None and operation.method == "POST":
        return "has a query, which POST has not"
    used = [(operation.query, tables.QUERY_KINDS), (operation.body, tables.READ_KINDS)]
    for member in operation.answer:
        if type(member) is not Member or not member.sentence or member.key in versions.DIALECTS[MANNER].members:
            return "has an answer with what is no Member, has no sentence, or bears a name of ours"
        used.append((member.table, tables.KINDS))
    return next((why for table, kinds in used if table is not None and (why := _judge(table, kinds, named))), None)


def _judge(table: Table, kinds: tuple[Kind, ...], named: dict[str, Table]) -> str | None:
    name = getattr(table, "parser", "").lower()
    if not name.isidentifier() or named.setdefault(name, table) is not table:
        return f"has two tables of one name, or one without: {name!r}"
    paths = [row.path for row in table.rows]
    nested = any(other.startswith(f"{one}/") for one in paths for other in paths)
    if not paths or len(set(paths)) < len(paths) or nested:
        return f"has a table with rows of one path, {name}"
    for row in table.rows:
        if row.kind not in kinds or not row.doc:
            return f"has a row without a sentence, or of a kind that it cannot have there: {name}/{row.path}"
    return None


def _common(one: Site, service: Service) -> str | None:
    mine, other = _segments(service.path), _segments(one.service.path)
    shorter = min(len(mine), len(other))
    if mine[:shorter] == other[:shorter]:
        return f"its path {service.path} is that of openapi/{one.name}, {one.service.path}"
    return None
