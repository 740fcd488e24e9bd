# SPDX-License-Identifier: GPL-2.0-or-later
"""What of the API the administrator lets be served, and how: slurmrestd(8), ``-s`` and ``-d``."""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings


def newest(settings: Settings, release: int | None = None) -> int:
    """Return the newest API version that ``-s`` and ``-d`` let be served, of all that there are if they let none.

    That of slurmctld's side comes first: without a version it is that side's release that answers. ``release`` (2205):
    the newest whose home that release is or an earlier one, if there is any.
    """
    for side in versions.SIDES:
        selected = [one for one in versions.SERVED[side] if is_selected(settings, side, one)]
        known = [one for one in selected if release is None or versions.HOME[one] <= release]
        if selected:
            return max(known or selected)
    return max(versions.SERVED[versions.SIDES[0]])


def is_selected(settings: Settings, side: str, version: int) -> bool:
    """Tell whether ``-s`` and ``-d`` let a side be served in an API version; without them everything is."""
    if settings.openapi_plugins is not None and versions.plugin(side, version)[0] not in settings.openapi_plugins:
        return False
    if settings.data_parsers is None or versions.DIALECTS[version].plugin_by_version:
        return True
    return _parser(settings, side, version) is not None


def flags(settings: Settings, side: str, version: int) -> tuple[str, ...]:
    """Return the flags with which ``-d`` names the data parser of an API version; older versions have none."""
    if settings.data_parsers is None or versions.DIALECTS[version].plugin_by_version:
        return ()
    return tuple((_parser(settings, side, version) or "").split("+")[1:])


def _parser(settings: Settings, side: str, version: int) -> str | None:
    latest = version == versions.SERVED[side][-1]
    names = (f"data_parser/v0.0.{version}", "data_parser/latest" if latest else "")
    return next((parser for parser in settings.data_parsers or () if parser.split("+")[0] in names), None)
