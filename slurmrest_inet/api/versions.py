# SPDX-License-Identifier: GPL-2.0-or-later
"""API versions: which there are, whose slurmrestd each imitates, and which the administrator lets be served.

Rule 1: an answer follows the version in the request's target, also one that is made before a path is looked up; where
        none stands there, the newest that is served (`home_of`).
"""

from __future__ import annotations

from slurmrest_inet.http.dialect import Dialect, Refusal
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings

SERVED = (36, 37, 38, 42)
"""API versions that have operations here."""

HOME = {36: 2205, 37: 2205, 38: 2205, 39: 2302, 40: 2411, 41: 2411, 42: 2411, 43: 2605, 44: 2605, 45: 2605}
"""The release whose slurmrestd is the model of an API version, as year and month."""

_SIDES = ("slurm", "slurmdb")

_UNKNOWN_IN_26_05 = Refusal(
    404,
    "Unable to find requested URL endpoint. Please query the '/openapi/v3' endpoint or visit "
    "'https://slurm.schedmd.com/rest_api.html' for the OpenAPI specification which includes a list of all possible "
    "slurmrestd endpoints.",
)
_2205 = Dialect()
_2411 = _2205._replace(
    undefined_method=_2205.unknown_path, body_is_query=True, repeats=True, yaml=(*_2205.yaml, "application/yaml")
)
DIALECTS = {
    2205: _2205,
    2302: _2205,
    2411: _2411,
    2605: _2411._replace(
        head=Refusal(404, ""),
        unknown_method=Refusal(405, "Invalid HTTP method"),
        connect=Refusal(404, "Invalid or unknown URL path"),
        unrouted_method=Refusal(405, "Invalid HTTP method"),
        undefined_method=_UNKNOWN_IN_26_05,
        unknown_path=_UNKNOWN_IN_26_05,
        bad_path=Refusal(404, "Invalid or unknown URL path"),
        bad_query=Refusal(500, "Unspecified error"),
        bad_body=Refusal(400, "Failure during parsing"),
        unknown_content_type=Refusal(415, "MIME type is unknown to any loaded plugins"),
        unknown_accept=Refusal(415, "HTTP Accept header content type is unknown or unsupported"),
        dot_is_nothing=True,
    ),
}
"""How the releases differ in front of their operations (seen on 22.05.8, 23.02.8, 24.11.5, 25.11.8 and 26.05.5)."""

MODERN = 40
"""From v0.0.40 on one plugin serves a side in every version, and data parsers choose the versions."""


def parse(segment: str) -> int | None:
    """Return 38 for ``v0.0.38``, None for what is no API version that is served."""
    version = _number(segment)
    return version if version in SERVED else None


def _number(segment: str) -> int | None:
    prefix, number = segment[:5], segment[5:]
    if prefix != "v0.0." or not (number.isascii() and number.isdigit()) or len(number) != 2:
        return None
    return int(number) if int(number) in HOME else None


def newest(settings: Settings) -> int:
    """Return the newest API version that ``-s`` and ``-d`` let be served, of all that there are if they let none."""
    selected = [one for one in SERVED if any(is_selected(settings, side, one) for side in _SIDES)]
    return max(selected or SERVED)


def home_of(path: str, newest_served: int) -> int:
    """Return the home release of the API version that stands in a request's path, else of the newest that is served.

    The version need not be served: whoever asks for it expects the words of its release.
    """
    segments = [segment for segment in path.split("/", 4) if segment]
    return HOME[(_number(segments[1]) if len(segments) > 1 else None) or newest_served]


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
