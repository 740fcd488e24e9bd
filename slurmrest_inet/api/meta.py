# SPDX-License-Identifier: GPL-2.0-or-later
"""``meta``: which server answered, in which API version, and from v0.0.40 on whom.

Rule 1: the client is told what it asked as; slurmrestd shows root to everybody (see tests/cluster/DIFFERENCES.md).
"""

from __future__ import annotations

import os

from slurmrest_inet import versions
from slurmrest_inet.auth.peer import INET
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls
from slurmrest_inet.slurm.library import BUILT_FOR, VERSION

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.auth import Identity
    from slurmrest_inet.auth.peer import Peer


_last: tuple[tuple[object, ...], dict[str, Any]] = ((), {})


def of(side: str, version: int, peer: Peer, identity: Identity, flags: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return ``meta`` in the shape of an API version; who asks the same way again gets the same, names included."""
    global _last  # noqa: PLW0603 - a kept connection would look its user up for each answer
    like = (side, version, peer, identity, flags)
    if like != _last[0]:
        _last = like, _make(side, version, peer, identity, flags)
    return _last[1]


def _make(side: str, version: int, peer: Peer, identity: Identity, flags: tuple[str, ...]) -> dict[str, Any]:
    dialect = versions.DIALECTS[version]
    type_, name = versions.plugin(side, version)
    major, minor, micro = VERSION
    plugin = {"type": type_, "name": name}
    about: dict[str, Any] = {"plugin": plugin}
    if dialect.data_parser is not None:
        plugin["data_parser"] = "+".join((dialect.data_parser.format(version), *flags))
    source = peer.name if peer.kind == INET else peer.kind
    if not dialect.tells_cluster:
        if dialect.tells_source:
            about["client"] = {"source": source}
        numbers = {"major": major, "micro": micro, "minor": minor}
        return {**about, "Slurm": {"version": numbers, "release": BUILT_FOR}}
    cluster, plugin["accounting_storage"] = calls.configuration()
    user, group = _names(identity)
    texts = {"major": str(major), "micro": str(micro), "minor": f"{minor:02d}"}
    return {
        **about,
        "client": {"source": f"{source}(fd:0)", "user": user, "group": group},
        "command": [],
        "slurm": {"version": texts, "release": BUILT_FOR, "cluster": cluster},
    }


def _names(identity: Identity) -> tuple[str, str]:
    """Return the user who asks and that user's group; empty where only the token knows."""
    import grp  # noqa: PLC0415 - the versions up to v0.0.38 need neither
    import pwd  # noqa: PLC0415

    try:
        if identity.user_name:
            user = pwd.getpwnam(identity.user_name)
        elif identity.token is None:
            user = pwd.getpwuid(os.geteuid())
        else:
            return "", ""
        return user.pw_name, grp.getgrgid(user.pw_gid).gr_name
    except KeyError:
        return identity.user_name or "", ""
