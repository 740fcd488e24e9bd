# SPDX-License-Identifier: GPL-2.0-or-later
"""What a route tells of its operation: all that a document needs."""

from __future__ import annotations

import pytest

from slurmrest_inet import slurm, versions
from slurmrest_inet.schema import queries, tables
from slurmrest_inet.schema.model import IN, Table
from slurmrest_inet.schema.slurmdbd import job_queries
from slurmrest_inet.schema.slurmdbd import queries as slurmdbd

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api.routes import ROUTES, Route
from slurmrest_inet.api.slurmctld import diag

SHOWN = {table.name: table for table in (*tables.TABLES, *tables.READ_TABLES, *tables.MADE_TABLES)}
TAKEN = {table.name: table for table in (*tables.READ_TABLES, *tables.BODY_TABLES)}


def ident(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", ROUTES, ids=ident)
def test_that_its_tables_are_there(route: Route) -> None:
    """With rows in each version: those of answers are written, those of queries and bodies read."""
    every = [version for version in versions.SERVED[route.side] if route.since <= version <= route.until]
    for part in route.answer:
        assert all(SHOWN[part.table].rows_of(version) for version in every)
    if route.query is not None:
        module, _, name = route.query.rpartition(".")
        known = {"": queries, "slurmdbd": slurmdbd, "slurmdbd.job_queries": job_queries}
        query: Table = getattr(known[module], name)
        assert any(query.rows_of(version, IN) for version in every)
    if route.body is not None:
        assert all(TAKEN[route.body].rows_of(version, IN) for version in every)


@pytest.mark.parametrize("version", versions.SERVED["slurm"])
def test_what_is_submitted(version: int) -> None:
    """A job or several, and a script beside them, which the documents of 22.05.8 require."""
    (route,) = (one for one in ROUTES if one.path == "job/submit" and one.serves(version))
    rows = {row.path: row for row in TAKEN[str(route.body)].rows_of(version, IN)}
    assert rows.keys() == {"script", "job", "jobs"}
    required = rows["script"].required
    assert (required is not None and required[0] <= version <= required[1]) == (version < 39)


@pytest.mark.parametrize("route", ROUTES, ids=ident)
def test_that_it_says_what_it_does(route: Route) -> None:
    assert route.sentence[0].isupper()
    assert route.sentence[-1] != "."
    assert (route.method == "GET" and not route.path.endswith(("requeue", "reconfigure"))) <= bool(route.answer)


@pytest.mark.parametrize("version", versions.DIALECTS)
def test_that_no_two_have_one_name(version: int) -> None:
    names = [route.operation_id(version) for route in ROUTES if route.since <= version <= route.until]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("method", "path", "names"),
    [
        ("GET", "ping", "slurmctld_ping slurmctld_ping slurm_v0_0_38_ping slurm_v0_0_39_ping slurm_v0040_get_ping"),
        ("GET", "licenses", "- - slurm_v0_0_38_slurmctld_get_licenses - slurm_v0040_get_licenses"),
        ("GET", "job/{job_id}", "- slurmctld_get_job slurm_v0_0_38_get_job - slurm_v0040_get_job"),
        ("DELETE", "job/{job_id}", "- slurmctld_cancel_job slurm_v0_0_38_cancel_job - slurm_v0040_delete_job"),
        ("POST", "job/{job_id}", "- slurmctld_update_job - slurm_v0_0_39_update_job slurm_v0040_post_job"),
        ("POST", "job/submit", "slurmctld_submit_job - - slurm_v0_0_39_submit_job slurm_v0040_post_job_submit"),
        ("GET", "jobs/state", "- - - - slurm_v0040_get_jobs_state"),
        ("GET", "partition/{partition_name}", "slurmctld_get_partition - - - slurm_v0040_get_partition"),
    ],
)
def test_what_documents_call_it(method: str, path: str, names: str) -> None:
    """As the documents of 22.05.8, 23.02.7 and 24.11.5 do."""
    route = next(one for one in ROUTES if (one.method, one.path) == (method, path))
    for version, name in zip((36, 37, 38, 39, 40), names.split()):
        assert name in ("-", route.operation_id(version))


@pytest.mark.parametrize("version", range(36, 45))
def test_that_a_ping_has_the_members_of_its_table(version: int) -> None:
    rows = {row.path for row in SHOWN["ping"].rows_of(version)}
    assert set(versions.since(diag._PINGS, version)) == rows
