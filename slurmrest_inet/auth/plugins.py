# SPDX-License-Identifier: GPL-2.0-or-later
"""The REST authentication plugins by their names.

Rule 1: only those that are chosen are loaded.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import JWT, LOCAL

if TYPE_CHECKING:
    from slurmrest_inet.auth import Plugin


def plugin(name: str, own_token: str | None = None) -> Plugin:
    """The plugin "rest_auth/…"; own_token: for one of the site's own. Raises StartError."""
    if name == LOCAL:
        from slurmrest_inet.auth import local  # noqa: PLC0415 - rule 1

        return local
    if name == JWT:
        from slurmrest_inet.auth import jwt  # noqa: PLC0415 - likewise

        return jwt
    from slurmrest_inet.auth import site  # noqa: PLC0415 - likewise

    return site.load(name, own_token)
