# SPDX-License-Identifier: GPL-2.0-or-later
"""Every operation: a method on a path template, the function behind it, and the API versions that have it.

Rule 1: one row an operation; the function is named, not imported, so that a request loads only its own module.
Rule 2: a path stands before those with parameters that it would fit: the first path that fits a request is its path.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import NamedTuple


class Route(NamedTuple):
    """One operation. ``path`` stands behind the API version; ``{name}`` takes one segment, ``{name:int}`` a number."""

    method: str
    side: str
    path: str
    function: str
    """``module.function`` below ``slurmrest_inet.api``."""
    since: int = versions.FIRST
    until: int = versions.LAST

    def serves(self, version: int) -> bool:
        """Tell whether the operation is one of an API version that is served."""
        served = versions.READ if self.method == "GET" else versions.SERVED
        return version in served and self.since <= version <= self.until


ROUTES = (
    Route("GET", "slurm", "ping", "slurmctld.diag.ping"),
    Route("GET", "slurm", "diag", "slurmctld.diag.diag"),
    Route("GET", "slurm", "licenses", "slurmctld.licenses.list_all", since=38),
    Route("GET", "slurm", "shares", "slurmctld.shares.list_all", since=40),
    Route("GET", "slurm", "jobs", "slurmctld.jobs.list_all"),
    Route("POST", "slurm", "job/submit", "slurmctld.job_writes.submit", until=38),
    Route("GET", "slurm", "job/{job_id:int}", "slurmctld.jobs.get", until=36),
    Route("GET", "slurm", "job/{job_id}", "slurmctld.jobs.get", since=37),
    Route("POST", "slurm", "job/{job_id:int}", "slurmctld.job_writes.update_by_number", until=36),
    Route("POST", "slurm", "job/{job_id}", "slurmctld.job_writes.update", since=37, until=38),
    Route("DELETE", "slurm", "job/{job_id:int}", "slurmctld.job_writes.cancel_by_number", until=36),
    Route("DELETE", "slurm", "job/{job_id}", "slurmctld.job_writes.cancel", since=37, until=38),
    Route("GET", "slurm", "jobs/state", "slurmctld.jobs.states", since=40),
    Route("GET", "slurm", "nodes", "slurmctld.nodes.list_all"),
    Route("GET", "slurm", "node/{node_name}", "slurmctld.nodes.get"),
    Route("GET", "slurm", "partitions", "slurmctld.partitions.list_all"),
    Route("GET", "slurm", "partition/{partition_name}", "slurmctld.partitions.get"),
    Route("GET", "slurm", "reservations", "slurmctld.reservations.list_all", since=37),
    Route("GET", "slurm", "reservation/{reservation_name}", "slurmctld.reservations.get", since=37),
)


def served() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the OpenAPI plugins and of the data parsers that have operations here."""
    every = ((version, route) for version in versions.SERVED for route in ROUTES)
    pairs = sorted({(version, route.side) for version, route in every if route.serves(version)})
    plugins = dict.fromkeys(versions.plugin(side, version)[0] for version, side in pairs)
    parsed = (version for version, _ in pairs if not versions.DIALECTS[version].plugin_by_version)
    parsers = dict.fromkeys(f"data_parser/v0.0.{version}" for version in parsed)
    return tuple(plugins), tuple(parsers)
