# SPDX-License-Identifier: GPL-2.0-or-later
"""How much one connection may ask for."""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple


class Limits(NamedTuple):
    """Sizes in bytes."""

    # Request line and header fields together: where the parser of slurmrestd stops. A Kerberos or OIDC token that a
    # proxy passes on takes 16 KB, a query that lists jobs several times that.
    head_bytes: int = 81_920
    # Three times what a browser sends through two proxies, and Apache's default.
    header_count: int = 100
    # What slurmrestd takes in one element of a head. RFC 9112 section 3 asks for 8,000 at least.
    target_bytes: int = 65_536
    # slurmrestd's own limit.
    body_bytes: int = 52_428_800
    # libslurm's leaks leave with the process: after so many requests the client opens another connection.
    requests: int = 1_000
