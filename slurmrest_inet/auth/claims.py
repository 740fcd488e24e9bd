# SPDX-License-Identifier: GPL-2.0-or-later
"""The user that a token names.

Rule 1: what a token says counts only after slurmctld, or `verify`, has found it good: who asks before knows nothing.
"""

from __future__ import annotations

import binascii
import json


def user_of(token: str) -> str | None:
    """Return the user in a token's `sun` (in older ones `username`, slurm's jwt.html), None where there is none."""
    _, _, rest = token.partition(".")
    data = rest.partition(".")[0].encode()
    try:
        # RFC 7515 appendix C: base64url without its padding.
        text = binascii.a2b_base64(data.translate(bytes.maketrans(b"-_", b"+/")) + b"=" * (-len(data) % 4))
        claims = json.loads(text)
    except (ValueError, RecursionError):
        return None
    user = claims.get("sun", claims.get("username")) if isinstance(claims, dict) else None
    return user if isinstance(user, str) and user else None
