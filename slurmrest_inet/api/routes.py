# SPDX-License-Identifier: GPL-2.0-or-later
"""Every operation: a method on a path template, the function behind it, and the API versions that have it.

Rule 1: one row an operation; the function is named, not imported, so that a request loads only its own module.
Rule 2: a path stands before those with parameters that it would fit: the first path that fits a request is its path.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import NamedTuple


class Part(NamedTuple):
    """One member of an answer: its key (a path), the table of its record or records, and whether there may be many."""

    key: str
    table: str
    many: bool = True


class Route(NamedTuple):
    """One operation. ``path`` stands behind the API version; ``{name}`` takes one segment, ``{name:int}`` a number.

    ``function`` is ``module.function`` below ``slurmrest_inet.api``; ``sentence`` says what it does. ``answer`` names
    the tables of what it sends beside meta, errors and warnings, ``query`` that of its parameters (schema/queries.py),
    ``body`` that of what it is sent. ``name`` is what documents up to v0.0.39 call it, if not after its path; their tag
    is the side.
    """

    method: str
    side: str
    path: str
    function: str
    sentence: str
    answer: tuple[Part, ...] = ()
    query: str | None = None
    body: str | None = None
    name: str | None = None
    since: int = versions.FIRST
    until: int = versions.LAST

    def serves(self, version: int) -> bool:
        """Tell whether the operation is one of an API version that is served."""
        served = versions.READ if self.method == "GET" else versions.SERVED
        return version in served and self.since <= version <= self.until

    def operation_id(self, version: int) -> str:
        """Return what the documents of an API version call the operation."""
        words = "_".join(segment for segment in self.path.split("/") if segment[0] != "{")
        method = self.method.lower()
        return versions.DIALECTS[version].operation_id.format(
            daemon=versions.DAEMONS[self.side],
            side=self.side,
            version=version,
            name=self.name or f"{method}_{words}",
            method=method,
            path=words,
        )


_JOBS = (Part("jobs", "slurm_job_info_t"),)
_NODES = (Part("nodes", "node_info_t"),)
_PARTITIONS = (Part("partitions", "partition_info_t"),)
_RESERVATIONS = (Part("reservations", "reserve_info_t"),)

ROUTES = (
    Route(
        "GET", "slurm", "ping", "slurmctld.diag.ping", "Which slurmctld answer", (Part("pings", "ping"),), name="ping"
    ),
    Route(
        "GET",
        "slurm",
        "diag",
        "slurmctld.diag.diag",
        "What slurmctld has counted",
        answer=(Part("statistics", "stats_info_response_msg_t", many=False),),
        name="diag",
    ),
    Route(
        "GET",
        "slurm",
        "licenses",
        "slurmctld.licenses.list_all",
        "All licences",
        answer=(Part("licenses", "slurm_license_info_t"),),
        name="slurmctld_get_licenses",
        since=38,
    ),
    Route(
        "GET",
        "slurm",
        "shares",
        "slurmctld.shares.list_all",
        "Fair shares of associations",
        answer=(Part("shares/shares", "share_t"),),
        query="SHARES",
        since=40,
    ),
    Route("GET", "slurm", "jobs", "slurmctld.jobs.list_all", "All jobs", _JOBS, "JOBS"),
    Route(
        "POST",
        "slurm",
        "job/submit",
        "slurmctld.job_writes.submit",
        "Submit a job",
        body="job_desc_msg_t",
        name="submit_job",
        until=42,
    ),
    Route("GET", "slurm", "job/{job_id:int}", "slurmctld.jobs.get", "One job", _JOBS, until=36),
    Route("GET", "slurm", "job/{job_id}", "slurmctld.jobs.get", "One job", _JOBS, "JOB", since=37),
    Route(
        "POST",
        "slurm",
        "job/{job_id:int}",
        "slurmctld.job_writes.update",
        "Change a job",
        body="job_desc_msg_t",
        name="update_job",
        until=36,
    ),
    Route(
        "POST",
        "slurm",
        "job/{job_id}",
        "slurmctld.job_writes.update",
        "Change a job",
        body="job_desc_msg_t",
        name="update_job",
        since=37,
        until=42,
    ),
    Route(
        "DELETE",
        "slurm",
        "job/{job_id:int}",
        "slurmctld.job_writes.cancel",
        "Send a signal to a job",
        name="cancel_job",
        until=36,
    ),
    Route(
        "DELETE",
        "slurm",
        "job/{job_id}",
        "slurmctld.job_writes.cancel",
        "Send a signal to a job",
        query="JOB_DELETE",
        name="cancel_job",
        since=37,
        until=42,
    ),
    Route(
        "GET",
        "slurm",
        "jobs/state",
        "slurmctld.jobs.states",
        "States of jobs",
        answer=(Part("jobs", "job_state"),),
        query="JOB_STATES",
        since=40,
    ),
    Route("GET", "slurm", "nodes", "slurmctld.nodes.list_all", "All nodes", _NODES, "NODES"),
    Route("GET", "slurm", "node/{node_name}", "slurmctld.nodes.get", "One node", _NODES, "NODE"),
    Route("GET", "slurm", "partitions", "slurmctld.partitions.list_all", "All partitions", _PARTITIONS, "PARTITIONS"),
    Route(
        "GET",
        "slurm",
        "partition/{partition_name}",
        "slurmctld.partitions.get",
        "One partition",
        _PARTITIONS,
        "PARTITIONS",
    ),
    Route(
        "GET",
        "slurm",
        "reservations",
        "slurmctld.reservations.list_all",
        "All reservations",
        _RESERVATIONS,
        "RESERVATIONS",
        since=37,
    ),
    Route(
        "GET",
        "slurm",
        "reservation/{reservation_name}",
        "slurmctld.reservations.get",
        "One reservation",
        _RESERVATIONS,
        "RESERVATIONS",
        since=37,
    ),
)


def served() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the OpenAPI plugins and of the data parsers that have operations here."""
    every = ((version, route) for version in versions.SERVED for route in ROUTES)
    pairs = sorted({(version, route.side) for version, route in every if route.serves(version)})
    plugins = dict.fromkeys(versions.plugin(side, version)[0] for version, side in pairs)
    parsed = (version for version, _ in pairs if not versions.DIALECTS[version].plugin_by_version)
    parsers = dict.fromkeys(f"data_parser/v0.0.{version}" for version in parsed)
    return tuple(plugins), tuple(parsers)
