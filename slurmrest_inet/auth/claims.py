# SPDX-License-Identifier: GPL-2.0-or-later
"""The user that a token names, as slurm.conf lets slurmctld read it.

Rule 1: what a token says counts only after slurmctld, or `verify`, has found it good: who asks before knows nothing.
Rule 2: where slurmctld may read another user out of a token than this module, nobody is named here.
"""

from __future__ import annotations

import binascii
import json

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Naming(NamedTuple):
    """Where the user stands in a token.

    field: a claim that counts where neither `sun` nor `username` is there. told: whether these claims tell; otherwise
    an identity inside of the token may win over them.
    """

    field: str | None = None
    told: bool = True


_FIELD = "userclaimfield="


def naming(parameters: str | None, info: str | None) -> Naming:
    """Judge AuthAltParameters and AuthInfo of slurm.conf(5); None: they are not known."""
    if parameters is None or info is None:
        return Naming(told=False)
    field = parameters.partition(_FIELD)[2].partition(",")[0]
    # 26.05 has the words use_jwt_client_ids and use_jwt_client_ids_only; AuthInfo has use_client_ids for auth/slurm.
    return Naming(field or None, told="client_ids" not in parameters and "jwt_client_ids" not in info)


def user_in(claims: Any, where: Naming) -> str | None:
    """Return the user in claims: in `sun`, in older tokens `username` (slurm's jwt.html), or in a site's own field."""
    if not where.told or not isinstance(claims, dict):
        return None
    named = (claims.get(name) for name in ("sun", "username", where.field))
    return next((user for user in named if isinstance(user, str)), None) or None


def user_of(token: str, where: Naming) -> str | None:
    """Return the user that a token names, None where there is none."""
    _, _, rest = token.partition(".")
    data = rest.partition(".")[0].encode()
    try:
        # RFC 7515 appendix C: base64url without its padding.
        text = binascii.a2b_base64(data.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(data) % 4))
        return user_in(json.loads(text), where)
    except (ValueError, RecursionError):
        return None
