# SPDX-License-Identifier: GPL-2.0-or-later
"""Every API version on any release: what two of them both tell of a record, they tell alike.

Rule 1: v0.0.42 is what the others are held against; it is compared with v0.0.38 itself (test_modern.py).
Rule 2: what a version tells otherwise stands in `_OTHERWISE` with its reason; anything else must be the same, but for
        the form of a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slurmrest_inet.versions import SERVED

if TYPE_CHECKING:
    from typing import Callable

    from conftest import Get

    Read = Callable[[str, int], Any]

VERSIONS = [version for version in SERVED["slurm"] if version >= 39 and version != 42]
NAMES = {
    "jobs": "job_id",
    "nodes": "name",
    "partitions": "name",
    "reservations": "name",
    "licenses": "LicenseName",
}
_PATHS = {"standard_input", "standard_output", "standard_error"}
_MOVING = {"last_sched_evaluation"}  # slurmctld looks at jobs that wait between two requests
_OTHERWISE = {
    # Whole values, of which later versions tell the parts.
    (39, "jobs"): {"exit_code", "derived_exit_code", "job_state", "job_resources", "flags"},
    (39, "nodes"): {"external_sensors", "power", "cpu_load"},
    (39, "reservations"): {"watts"},
    (40, "jobs"): {"job_resources"},
    # As they were given; what became of them is told beside them.
    **{(version, "jobs"): _PATHS for version in (43, 44)},
    # Memory without a bound, as a number.
    **{(version, "partitions"): {"defaults", "maximums"} for version in (43, 44)},
    (45, "jobs"): {*_PATHS, "shared", "job_resources"},
    (45, "nodes"): {"reason_set_by_user"},
    (45, "partitions"): {"select_type", "cpus", "defaults", "maximums"},
}


@pytest.fixture
def read(get: Get) -> Read:
    """What a read comes to, by path and version; it must succeed."""

    def ask(path: str, version: int) -> Any:
        status, document = get(path, version, parser=f"v0.0.{version}")
        assert status == 200
        return document

    return ask


def _plain(value: Any) -> Any:
    """A value without the form of a number: none, infinity, or the number itself."""
    if isinstance(value, dict) and set(value) == {"set", "infinite", "number"}:
        return "infinite" if value["infinite"] else value["number"]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _agree(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_agree(one[name], other[name]) for name in one.keys() & other.keys())
    if isinstance(one, list) and isinstance(other, list) and all(isinstance(word, str) for word in (*one, *other)):
        # A version may have a word for a flag that another one does not know.
        return set(one) <= set(other) or set(other) <= set(one)
    return bool(one == other)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", NAMES)
def test_that_records_agree(read: Read, operation: str, version: int) -> None:
    key = NAMES[operation]
    # v0.0.39 shows all partitions; later versions those that are not hidden.
    paths = [operation + ("?flags=ALL" if operation == "partitions" and one > 39 else "") for one in (42, version)]
    known, found = (
        {one[key]: _plain(one) for one in read(path, number)[operation]} for path, number in zip(paths, (42, version))
    )
    assert found
    assert found.keys() == known.keys()
    for name, record in found.items():
        shared = record.keys() & known[name].keys() - _OTHERWISE.get((version, operation), set()) - _MOVING
        assert len(shared) > len(record) / 2
        for member in shared:
            assert _agree(record[member], known[name][member]), (name, member, record[member], known[name][member])


@pytest.mark.parametrize("version", VERSIONS)
def test_that_counters_agree(read: Read, version: int) -> None:
    known, found = (read("diag", one)["statistics"] for one in (42, version))
    assert found["jobs_pending"] == known["jobs_pending"]
    assert len(found.keys() & known.keys()) > 30


@pytest.mark.parametrize("version", [version for version in VERSIONS if version > 39])
def test_that_states_and_shares_agree(read: Read, version: int) -> None:
    known, found = (read("jobs/state", one)["jobs"] for one in (42, version))
    assert [one["state"] for one in found] == [one["state"] for one in known]
    known, found = (read("shares", one)["shares"]["shares"] for one in (42, version))
    assert [(one["name"], one["id"], one["usage"]) for one in found] == [
        (one["name"], one["id"], one["usage"]) for one in known
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_ping(read: Read, version: int) -> None:
    (ping,) = read("ping", version)["pings"]
    assert ping["latency"] >= 0
    assert ping.get("pinged", "UP") == "UP"
    assert ping.get("responding", True) is True
    assert ping.get("status", "No error") == "No error"


@pytest.mark.parametrize("version", VERSIONS)
def test_one_of_each(read: Read, version: int) -> None:
    for operation, one in (("nodes", "node"), ("partitions", "partition"), ("reservations", "reservation")):
        records = read(operation, version)[operation]
        assert read(f"{one}/{records[0]['name']}", version)[operation] == records[:1]
