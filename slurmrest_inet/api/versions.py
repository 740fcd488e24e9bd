# SPDX-License-Identifier: GPL-2.0-or-later
"""API versions: which there are, whose slurmrestd each imitates, and which the administrator lets be served."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings

SERVED = (36, 37, 38, 42)
"""API versions that have operations here."""

HOME = {36: 2205, 37: 2205, 38: 2205, 39: 2302, 40: 2411, 41: 2411, 42: 2411, 43: 2605, 44: 2605, 45: 2605}
"""The release whose slurmrestd is the model of an API version, as year and month."""

MODERN = 40
"""From v0.0.40 on one plugin serves a side in every version, and data parsers choose the versions."""


def parse(segment: str) -> int | None:
    """Return 38 for ``v0.0.38``, None for what is no API version that is served."""
    prefix, number = segment[:5], segment[5:]
    if prefix != "v0.0." or not (number.isascii() and number.isdigit()) or len(number) != 2:
        return None
    version = int(number)
    return version if version in SERVED else None


def plugin(side: str, version: int) -> tuple[str, str]:
    """Return the type and the name of the plugin that serves a side (``slurm``, ``slurmdb``) in an API version."""
    if version < MODERN:
        db = "db" if side == "slurmdb" else ""
        title = "REST" if version == 36 and not db else "Slurm OpenAPI DB" if db else "Slurm OpenAPI"
        return f"openapi/{db}v0.0.{version}", f"{title} v0.0.{version}"
    daemon = "slurmdbd" if side == "slurmdb" else "slurmctld"
    return f"openapi/{daemon}", f"Slurm OpenAPI {daemon}"


def is_selected(settings: Settings, side: str, version: int) -> bool:
    """Tell whether ``-s`` and ``-d`` let a side be served in an API version; without them everything is."""
    if settings.openapi_plugins is not None and plugin(side, version)[0] not in settings.openapi_plugins:
        return False
    if settings.data_parsers is None or version < MODERN:
        return True
    return _parser(settings, version) is not None


def flags(settings: Settings, version: int) -> tuple[str, ...]:
    """Return the flags with which ``-d`` names the data parser of an API version; older versions have none."""
    if settings.data_parsers is None or version < MODERN:
        return ()
    return tuple((_parser(settings, version) or "").split("+")[1:])


def _parser(settings: Settings, version: int) -> str | None:
    names = (f"data_parser/v0.0.{version}", "data_parser/latest" if version == SERVED[-1] else "")
    return next((parser for parser in settings.data_parsers or () if parser.split("+")[0] in names), None)
