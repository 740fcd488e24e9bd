# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents' sentences: of each number they say its unit, and of each value that may be unset what that means.

A place is a member of a schema, without what tells the version ("job_info/priority"), or a parameter ("?cpus_max",
"{job_id}"). Of a number that has no unit the reason stands in `NONE`.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from schemas import query_table

from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.schema import tables
from slurmrest_inet.schema.model import IN
from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

_TIME = "seconds?|minutes?|hours?|days?|months?|microseconds|milliseconds|epoch"
_SIZE = "MiB|bytes"
_THINGS = (
    "agents|boards|calls|cores|CPUs|cycles|hosts|indexes|jobs|messages|nodes|ports|records|shares|slots|sockets|"
    "steps|switches|tasks|threads|tries"
)
_COUNT = f"number of|how many|so many|how often|units|^(\\S+ )?({_THINGS})"
_PART = r"per ?cent|percentage|hundredths|times 100|\(0 to 1\)|Always 0"
_UNIT = re.compile(rf"(?i)(?<!\w)({_TIME}|{_SIZE}|{_COUNT}|{_PART}|watts|joules|kHz|Celsius)(?!\w)")

OF = (
    (r"^(When|Until|From when|Since|Time|End|Start|Begin|Earliest|How long|Last|Mean time|Longest)\b", _TIME),
    (r"(?i)\b(time|latency|delay)\b(?! (that|when|and the))", f"{_TIME}|{_COUNT}"),
    (r"(?i)\b(memory|disk|size of|address space)\b", f"{_SIZE}|{_PART}|minutes"),
    (r"(?i)\benergy\b", "joules"),
    (r"\bPower\b|\bpower \(", "watts"),
    (r"(?i)\bfrequency\b(?! governor)", "kHz|CPUs"),
)
"""What a sentence speaks of, and the units of which it then names one."""


class Row(NamedTuple):
    """Why numbers have no unit, and which they are."""

    reason: str
    places: tuple[str, ...]


NONE = (
    Row(
        "an id",
        (
            *("*/id", "*/id_alt", "*/*job_id", "*/*task_id", "*/association_id", "*/user_id", "*/group_id", "{job_id}"),
            *("*/default/qos", "*/defaultqos", "*/ClusterId", "*/FirstJobId", "*/MaxJobId", "*/NEXT_JOB_ID"),
            *("*/SlurmUserId", "*/SlurmdUserId"),
        ),
    ),
    Row(
        "a code of Slurm's, of a process or of the protocol",
        (
            *(
                "*/error_number",
                "*/error_code",
                "*/errno",
                "*/error/code",
                "*/return_code",
                "*/exit_code",
                "?exit_code",
            ),
            *("*/derived_exit_code", "ping/status", "*/cpu_frequency_governor", "*/cpu_binding", "*/cpu_bind"),
            *("*/task_binding", "*/rpc_version", "partition/nodes_online", "power_mgmt_data/state"),
        ),
    ),
    Row(
        "a port of TCP",
        (
            "*/port",
            "*_port",
            "*/reserve_ports",
            "port_range/minimum",
            "port_range/maximum",
            "slurm_conf/*Port",
            "slurmdbd_conf/DbdPort",
        ),
    ),
    Row(
        "a priority, or a part of one: only what is more and what is less counts",
        (
            *("*/priority", "*/nice", "*/site_factor", "*/weight", "*/priority_job_factor", "*/priority/job_factor"),
            *("*/priority_tier", "*/priority/tier", "*/priority_threshold", "*/minpriothresh"),
            "slurm_conf/PriorityWeight*",
        ),
    ),
    Row(
        "a factor",
        (
            *("qos/limits/factor", "qos/usage_factor", "slurm_conf/FairShareDampeningFactor"),
            *("assoc_shares_obj_wrap/fairshare/level", "*/fairshare_level"),
        ),
    ),
    Row("yes or no", ("*/parts_packed", "association/is_default", "coordinator_info/direct", "*/oom_kill_step")),
    Row("a part of the name of a release", ("meta/Slurm/version/major",)),
    Row("its own sentence says what 0 and 1 are", ("slurm_conf/SlurmSchedLogLevel",)),
    Row("a checksum", ("slurm_conf_meta/HashValue",)),
)

ALWAYS = (
    Row("it is always known", ("*/submit_time", "job/time/submission", "accounting/start", "instance/time/time_start")),
    Row("it is that of a daemon that runs", ("*/req_time", "*/req_time_start", "*/time_start", "slurm_conf_meta/*")),
    Row(
        "a reservation always has it", ("reservation/*_time", "reservation_info/*_time", "reservation_desc_msg/*_time")
    ),
    Row("it is only asked for", ("job_desc_msg/begin_time", "job_desc_msg/deadline", "job_desc_msg/end_time")),
    Row("without the parameter there is no bound", ("?update_time", "?usage_*", "?time_*", "?*_time")),
)
"""Moments that are never 0, so that nothing has to be said of that."""


class Said(NamedTuple):
    """What is said of a member or a parameter."""

    place: str
    sentence: str
    is_number: bool
    is_nullable: bool


def _is_number(schema: dict[str, Any]) -> bool:
    """Whether it is a number, an object of one, or a list of either."""
    (one,) = schema.get("allOf", [schema])
    if one.get("type") == "array":
        return _is_number(one["items"])
    return one.get("type") in ("integer", "number") or _is_object(one.get("$ref", ""))


def _is_object(title: str) -> bool:
    return title.endswith(("_no_val", "_no_val_struct"))


def _members(place: str, schema: dict[str, Any]) -> Iterator[Said]:
    for name, one in schema.get("properties", {}).items():
        inner = f"{place}/{name}"
        if "description" in one:
            yield Said(inner, one["description"], _is_number(one), one.get("nullable", False))
        yield from _members(inner, one)


def _parameters(version: int, document: dict[str, Any]) -> Iterator[Said]:
    """Those that documents have as numbers, and those that they have as text because more is taken."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                place = f"?{one['name']}" if one["in"] == "query" else f"{{{one['name']}}}"
                yield Said(place, one["description"], _is_number(one["schema"]), is_nullable=False)
    for route in ROUTES:
        table = query_table(route.query) if route.query and route.serves(version) else None
        for row in table.rows_of(version, IN) if table else ():
            yield Said(f"?{row.path}", row.doc, row.kind.type in ("integer", "number", "noval"), is_nullable=False)


@pytest.fixture(scope="module")
def said(made: dict[int, dict[str, Any]]) -> set[Said]:
    """What the documents of all versions say."""
    found: set[Said] = set()
    for version, document in made.items():
        found.update(_parameters(version, document))
        for title, schema in document["components"]["schemas"].items():
            if not _is_object(title):
                found.update(_members(title.partition("_")[2], schema))
    return found


def _fault(sentence: str) -> str | None:
    """What the sentence of a number does not say."""
    for spoken, units in OF:
        if re.search(spoken, sentence) and not re.search(rf"(?i)(?<!\w)({units})(?!\w)", sentence):
            return f"speaks of {re.search(spoken, sentence)[0]}, in no unit of it"  # type: ignore[index]
    return None if _UNIT.search(sentence) else "names no unit"


def _listed(rows: tuple[Row, ...], place: str) -> bool:
    return any(fnmatchcase(place, known) for row in rows for known in row.places)


def test_that_each_number_has_its_unit(said: set[Said]) -> None:
    faults = {
        f"{one.place}: {one.sentence!r} {fault}"
        for one in said
        if one.is_number and not _listed(NONE, one.place) and (fault := _fault(one.sentence))
    }
    assert sorted(faults) == []


_NAMED = re.compile(r"(?<![a-z])(microseconds|seconds|minutes|hours|days|months|watts)$")


def test_that_a_name_and_its_sentence_have_one_unit(said: set[Said]) -> None:
    named = {one: found[1] for one in said if one.is_number and (found := _NAMED.search(one.place))}
    assert set(named.values()) == {"microseconds", "seconds", "hours", "days", "months", "watts"}
    assert {one.place: one.sentence for one, unit in named.items() if unit not in one.sentence} == {}


_MEMBERS = {
    "suspend_time": "of a job it is when, of nodes after how long",
    "resume_after": "asked for as a span, and kept as a moment",
    "start": "from it a span is reckoned, too",
}
"""Members of C structs that are told in one unit of time here and in another there."""


def test_that_one_member_is_told_in_one_unit() -> None:
    told: dict[str, list[set[str]]] = {}
    for table in (*tables.TABLES, *tables.READ_TABLES):
        for row in table.rows:
            units = {unit.lower() for unit in re.findall(rf"(?i)\b({_TIME})\b", row.doc)}
            for member in row.members if units else ():
                told.setdefault(re.split(r"\.|->", member)[-1], []).append(units)
    assert {member for member, units in told.items() if not set.intersection(*units)} == set(_MEMBERS)


def _without_zero(one: Said) -> bool:
    return one.is_number and "epoch" in one.sentence and not re.search(r"(?<![.\w])0(?![.\w])", one.sentence)


def test_that_each_moment_says_what_0_is(said: set[Said]) -> None:
    faults = {f"{one.place}: {one.sentence!r}" for one in said if _without_zero(one) and not _listed(ALWAYS, one.place)}
    assert sorted(faults) == []


@pytest.mark.parametrize("row", [*NONE, *ALWAYS], ids=lambda row: row.reason)
def test_that_a_reason_is_needed(row: Row, said: set[Said]) -> None:
    wanting = {one.place for one in said if one.is_number and (_fault(one.sentence) or _without_zero(one))}
    for place in row.places:
        assert any(fnmatchcase(one, place) for one in wanting), place


def test_that_null_is_explained(said: set[Said]) -> None:
    assert (
        sorted(f"{one.place}: {one.sentence}" for one in said if one.is_nullable and "null" not in one.sentence) == []
    )


@pytest.mark.parametrize("version", [one for one in DIALECTS if one > 38])
def test_that_an_object_of_a_number_says_what_none_is(version: int, made: dict[int, dict[str, Any]]) -> None:
    objects = [one for title, one in made[version]["components"]["schemas"].items() if _is_object(title)]
    assert objects
    assert all(word in one["description"] for one in objects for word in ("set", "infinite", "none"))


def test_that_a_number_without_bound_is_told(said: set[Said]) -> None:
    told = {one.place: one.sentence for one in said}
    assert told["partition/max_time_limit"].endswith("; -1 without bound")


@pytest.mark.parametrize("sentence", ["Most memory of a CPU", "When the job began", "Energy (watts)", "Priority"])
def test_that_a_fault_is_found(sentence: str) -> None:
    """Without this a check that looks away would pass."""
    assert _fault(sentence) is not None
