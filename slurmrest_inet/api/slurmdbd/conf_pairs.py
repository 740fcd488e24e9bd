# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd's configuration as releases before 26.05 tell it, in names and texts, made into what later ones tell.

Rule 1: pure. What slurmdbd tells nobody from 26.05 on (where its database is, and whose) is told by nobody here.
Rule 2: what a release does not tell is unset, and named to the client.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_NONE = ("", "(null)", "N/A")
_FLAGS = ("AllowNoDefAcct", "AllResourcesAbsolute", "DisableCoordDBD", "DisableArchiveCommands")
_PURGED = {
    "Event": "Events",
    "Job": "Jobs",
    "Resv": "Resvs",
    "Step": "Steps",
    "Suspend": "Suspend",
    "TXN": "TXN",
    "Usage": "Usage",
    "JobScript": "JobScript",
    "JobEnv": "JobEnv",
}
"""What is purged, and what its archive is called."""
_UNITS = ("hours", "days", "months")


def told(pairs: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the configuration as v0.0.45 tells it, and the names of what the pairs do not tell."""
    parameters = [one for one in _text(pairs, "Parameters").split(",") if one]
    found = {
        **{name: _text(pairs, name) for name in ("ArchiveDir", "ArchiveScript")},
        "CommitDelay": _number(pairs, "CommitDelay"),
        **{name: _text(pairs, name) for name in ("DbdAddr", "DbdBackupHost", "DbdHost")},
        "DbdPort": _number(pairs, "DbdPort"),
        **{name: _text(pairs, name) for name in ("DebugLevel", "DefaultQOS")},
        "Flags": [name for name in _FLAGS if _is_set(pairs, name)],
        "LogFile": _text(pairs, "LogFile"),
        "MaxPurgeLimit": _number(pairs, "MaxPurgeLimit"),
        "MaxQueryTimeRange": _text(pairs, "MaxQueryTimeRange"),
        "Parameters": parameters,
        "PersistConnFlags": [one for one in parameters if one == "PreserveCaseUser"],
        "PidFile": _text(pairs, "PidFile"),
        **{f"Purge{what}After": _purge(pairs, what) for what in _PURGED},
        **dict.fromkeys(("StorageLoc", "StoragePassScript", "StorageUser"), ""),
        "DebugLevelSyslog": _text(pairs, "DebugLevelSyslog"),
        **{name: _is_set(pairs, name) for name in ("TrackWCKey", "TrackSlurmctldDown")},
    }
    untold = [name for name, value in found.items() if value is None]
    return {name: 0 if value is None else value for name, value in found.items()}, untold


def _text(pairs: dict[str, str], name: str) -> str:
    found = pairs.get(name, "")
    return "" if found in _NONE else found


def _number(pairs: dict[str, str], name: str) -> int | None:
    """Return a number, None where it is not told; of one that is 0 some releases say "No", and of others "Yes"."""
    found = _text(pairs, name).lower()
    return int(found) if found.isascii() and found.isdigit() else 0 if found == "no" else None


def _is_set(pairs: dict[str, str], name: str) -> bool:
    return _text(pairs, name).lower() == "yes"


def _purge(pairs: dict[str, str], what: str) -> dict[str, Any]:
    """Return what "12 months*" says, or "NONE"; the asterisk stands for an archive."""
    number, _, unit = _text(pairs, f"Purge{what}After").partition(" ")
    given = number.isascii() and number.isdigit()
    return {
        "set": given,
        **{name: int(number) if given and unit.rstrip("*") == name else 0 for name in _UNITS},
        "archive": given and (unit.endswith("*") or _is_set(pairs, f"Archive{_PURGED[what]}")),
    }
