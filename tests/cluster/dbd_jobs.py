# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers: those of the lab's past (labkit/history.py), and every way to ask for them.

`{past}` stands for the id of each of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import Case
from comparison import MISSING, Difference, Rule, matching

if TYPE_CHECKING:
    from comparison import Places

_JOBS = "/slurmdb/{v}/jobs"
_PAST = "start_time=2025-03-01&end_time=2025-04-01"
"""The time that those jobs lie in."""

# fmt: off
_FILTERS = (
    "account=optics", "account=OPTICS%2Cchemistry", "account=", "account=optics&account=chemistry",
    "association=%5B1-9%5D", "qos=%5B1-2%5D%2C3", "job_name=%5B1-2%5Dpast%2Ctasks", "account=%5Boptics%2Cchemistry%5D",
    "association=1%2C2", "association=abc", "cluster=lab", "cluster=lab%2Cother", "cluster=nosuch",
    "constraints=fast%2Crack1", "cpus_min=3", "cpus_min=2&cpus_max=4", "cpus_min=abc", "cpus_min=-1", "cpus_max=",
    "cpus_min=1.5", "nodes_min=1&nodes_max=2", "nodes_max=abc", "timelimit_min=30&timelimit_max=90", "timelimit_max=x",
    "exit_code=1", "exit_code=abc", "exit_code=", "format=jobid", "group=alice", "groups=alice", "groups=61001",
    "groups=nosuch", "groups=alice%2Cbob", "job_name=past", "job_name=head%2Ctail", "job_name=1.5", "job_name=F",
    "partition=main%2Cpercpu", "qos=high", "qos=nosuch", "qos=1", "reason=Priority", "reason=nosuch",
    "reservation=cores", "reservation_id=1", "state=COMPLETED", "state=f%2CCD", "state=foo", "state=cd",
    "state=PENDING", "state=RUNNING", "state=", "state=0", "state=1", "state=3", "state=6%2C5",
    "state=TIMEOUT%2CFAILED", "state=COMPLETING",
    "step=60000001.batch", "step=60000014_5", "step=60000009%2B1", "step=60000001%2C60000002", "step=60000001.1%2B1",
    "step=1.5.2", "step=", "step=0", "step=-1", "step=abc", "step=1%2Cabc", "step=60000001.foo", "step=4294967295",
    "node=node1", "node=nosuch", "node=node%5B1-2%5D", "node=", "node=node1%2Cnode2",
    "users=alice", "users=alice%2Cbob", "users=nosuch", "users=", "users=61001", "users=61999",
    "wckey=laser", "wckey=%2Alaser", "skip_steps=true", "skip_steps=false", "skip_steps=abc", "skip_steps",
    "disable_wait_for_result=true", "show_duplicates=true", "show_duplicates=false", "whole_hetjob=true",
    "disable_whole_hetjob=true&step=60000009", "disable_truncate_usage_time=true", "disable_truncate_usage_time=false",
    "usage_time_as_submit_time=true", "show_batch_script=true", "show_job_environment=true", "scheduler_unset=true",
    "scheduled_on_submit=true", "scheduled_by_main=true", "scheduled_by_backfill=true", "job_started=true",
    "job_altered=true", "scheduled_by_main=false", "foo=bar", "ACCOUNT=optics", "with_deleted=true",
)
_TIMES = (
    "uts1741000000", "1741000000", "2025-03-04T05%3A06%3A08", "03%2F04%2F25", "now-1hour", "abc", "uts4000000000",
    "uts0", "0", "-1", "tomorrow", "08%3A00", "2025-13-01", "", "true", "1741000000.5", "4294967296",
    "99999999999999999999",
)
_JOB_IDS = (
    "999999", "0", "007", "1e1", "1.5", "60000014_5", "60000009%2B1", "60000001.batch", "4294967295", "4294967296",
    "abc", "-1", "%2060000001", "true", "60000001.foo",
)
# fmt: on

CASES = (
    Case("db jobs", _JOBS),
    Case("db jobs as root", _JOBS, credentials=("X-SLURM-USER-NAME: root", "X-SLURM-USER-TOKEN: {root}")),
    Case("db jobs of the past", f"{_JOBS}?{_PAST}"),
    Case("db jobs of the past in YAML", f"{_JOBS}?{_PAST}", headers=("Accept: application/x-yaml",)),
    Case("db jobs elsewhere", f"{_JOBS}?{_PAST}&cluster=other"),
    *(Case(f"db jobs {one}", f"{_JOBS}?{_PAST}&{one}") for one in _FILTERS),
    *(Case(f"db jobs since {one}", f"{_JOBS}?start_time={one}") for one in _TIMES),
    *(Case(f"db jobs until {one}", f"{_JOBS}?end_time={one}") for one in ("2025-04-01", "abc", "")),
    *(Case(f"db jobs submitted {one}", f"{_JOBS}?submit_time={one}") for one in ("2025-03-01", "abc", "")),
    Case("db jobs submitted and started", f"{_JOBS}?submit_time=2025-03-01&start_time=2025-03-01"),
    Case("db jobs started and submitted", f"{_JOBS}?start_time=2025-03-01&submit_time=2025-03-01"),
    Case("db jobs until before they began", f"{_JOBS}?start_time=2025-04-01&end_time=2025-03-01"),
    Case("db jobs in a cut window", f"{_JOBS}?start_time=uts1741064800&end_time=uts1741064850&job_name=head"),
    Case("db job", "/slurmdb/{v}/job/{past}"),
    *(Case(f"db job {one}", f"/slurmdb/{{v}}/job/{one}") for one in _JOB_IDS),
    Case("db job with a parameter", "/slurmdb/{v}/job/60000001?skip_steps=true&foo=1"),
    Case("db jobs, slurmdbd down", _JOBS, setting="dbd-down"),
    Case("db job, slurmdbd down", "/slurmdb/{v}/job/60000001", setting="dbd-down"),
)

_GET = "GET /slurmdb/{v}/job*"
_UP_TO_38, _UP_TO_37 = range(36, 39), range(36, 38)
_IN_24_11 = range(40, 43)


def _is_eligible(value: object, place: str, here: Places, _there: Places) -> bool:
    return value == here[place.rpartition("/")[0] + "/eligible"]


def _lacks_a_slash(value: object, place: str, _here: Places, there: Places) -> bool:
    return isinstance(value, str) and len(value) + 1 == len(str(there[place])) and "/" in value


def _job(place: str) -> str:
    """The place of the record that a place is in."""
    return "/".join(place.split("/")[:3])


def _clusters(place: str, here: Places) -> tuple[object, object]:
    """The job's, and that of the association that it is told with."""
    return here.get(f"{_job(place)}/cluster"), here.get(f"{_job(place)}/association/cluster")


def _of_another_cluster(_value: object, place: str, here: Places, _there: Places) -> bool:
    own, told = _clusters(place, here)
    return isinstance(told, str) and told != own


ASSOCIATIONS: dict[tuple[str, int], dict[str, str]] = {}
"""The association of each job by its cluster and id, as sacct and sacctmgr tell it; of this lab."""


def _of_its_own(value: object, place: str, here: Places, _there: Places) -> bool:
    job = _job(place)
    known = ASSOCIATIONS.get((str(here.get(f"{job}/cluster")), here.get(f"{job}/job_id")), {})  # type: ignore[arg-type]
    return (value or "") == known.get(place.rpartition("/")[2])


def _is_start(value: object, place: str, here: Places, _there: Places) -> bool:
    """Whether it goes with the other times of a job: what never started has none."""
    elapsed, end, suspended = (here.get(f"{_job(place)}/time/{name}") for name in ("elapsed", "end", "suspended"))
    if not (isinstance(elapsed, int) and isinstance(end, int) and isinstance(suspended, int)):
        return False
    if not isinstance(value, int) or not value:
        return elapsed == 0
    return not end or value + elapsed + suspended == end


_GOVERNORS = ("Conservative", "Performance", "PowerSave", "OnDemand", "UserSpace", "SchedUtil")


def _is_in_turn(value: object, place: str, _here: Places, _there: Places) -> bool:
    return value == _GOVERNORS[int(place.rpartition("/")[2])]


GOVERNORS: dict[str, str] = {}
"""What governor each step of a job asked for, as sacct tells it: a name, or another word; of this lab."""


def _governor(place: str, here: Places) -> object:
    """The governor that the step asked for in whose record a place is, if any."""
    job, step = _job(place), place.partition("/CPU/")[0]
    name = GOVERNORS.get(f"{here.get(f'{job}/job_id')}.{here.get(f'{step}/step/id')}")
    return name if name in _GOVERNORS else MISSING


def _is_the_governor(value: object, place: str, here: Places, _there: Places) -> bool:
    return value == (_governor(place, here) if place[-2:] == "/0" else MISSING)


def _asked_for_none(value: object, place: str, here: Places, _there: Places) -> bool:
    return value == [] and _governor(place, here) is MISSING


def _halved(value: object, place: str, _here: Places, there: Places) -> bool:
    whole = there.get(place)
    return isinstance(whole, int) and whole >> 32 > 0 and value == whole & 0xFFFFFFFF


BY_STATE: dict[str, frozenset[int]] = {}
"""Ids of the jobs of the past that the real slurmrestd tells when it is asked by a state's number; of this lab."""

PAST_BY_STATE = f"{_JOBS}?{_PAST}&state="


def _of_states(*numbers: str) -> Rule:
    """Whatever belongs to a job that is told for these, or that there is none at that place of the list."""

    def holds(_value: object, place: str, here: Places, _there: Places) -> bool:
        number = here.get(f"{_job(place)}/job_id", MISSING)
        return number is MISSING or any(number in BY_STATE[one] for one in numbers)

    return Rule(f"of a job that is told for state={','.join(numbers)}", holds)


_BY_WORD = {
    "COMPLETED": ("3",), "cd": ("3",), "f%2CCD": ("5", "3"), "RUNNING": ("1",), "TIMEOUT%2CFAILED": ("6", "5"),
}  # fmt: skip
STATES = ("0", "1", "3", "5", "6")

_NUMBER = Rule("a number", lambda value, *_: isinstance(value, int))
_POSITIVE = Rule("a number above 0", lambda value, *_: isinstance(value, int) and value > 0)
_ANY = Rule("anything", lambda *_: True)

DIFFERENCES = (
    Difference(
        "dbd-job-no-step",
        (
            *(
                "GET /slurmdb/{v}/jobs*&step=-1",
                "GET /slurmdb/{v}/jobs*&step=abc",
                "GET /slurmdb/{v}/jobs*&step=1%2Cabc",
            ),
            *("GET /slurmdb/{v}/jobs*&step=60000001.foo", "GET /slurmdb/{v}/job/-1", "GET /slurmdb/{v}/job/abc"),
            *("GET /slurmdb/{v}/job/%2060000001", "GET /slurmdb/{v}/job/true", "GET /slurmdb/{v}/job/60000001.foo"),
        ),
        "answer",
        MISSING,
        "400 application/json",
        "What names no job or step makes the real server end itself.",
        versions=_UP_TO_38,
        exits=(1, 0),
    ),
    Difference(
        "dbd-job-exit-status",
        _GET,
        "body/jobs/**/status",
        "SUCCESS",
        "ERROR",
        "The real server calls every end but one by a signal a success.",
        versions=_UP_TO_38,
    ),
    Difference("dbd-job-exit-code", _GET, "body/jobs/**/return_code", 0, _POSITIVE, "As above.", versions=_UP_TO_38),
    Difference(
        "dbd-job-governors",
        _GET,
        "body/jobs/*/steps/*/CPU/governor/*",
        Rule("all governors in turn", _is_in_turn),
        Rule("the one that was asked for, or none, as sacct has it", _is_the_governor),
        "The real server lists all governors of any step but those without a range of frequencies.",
        versions=_UP_TO_38,
    ),
    Difference(
        "dbd-job-no-governor",
        _GET,
        "body/jobs/*/steps/*/CPU/governor",
        MISSING,
        Rule("[], where none was asked for", _asked_for_none),
        "As above.",
        versions=_UP_TO_38,
    ),
    Difference(
        "dbd-job-frequency",
        _GET,
        "body/jobs/*/steps/*/statistics/CPU/actual_frequency",
        _NUMBER,
        _NUMBER,
        "The real server shows the bits of a real number, or half of them, as an integer.",
    ),
    Difference(
        "dbd-job-start",
        _GET,
        "body/jobs/*/time/start",
        Rule("when the job was eligible", _is_eligible),
        Rule("when it started, by its other times", _is_start),
        "The real server shows another time in the place of the start, also where there is none (null).",
        versions=_UP_TO_37,
    ),
    Difference(
        "dbd-job-far",
        _GET,
        "body/jobs/*/time/eligible",
        Rule("its lower 32 bits", _halved),
        Rule("a time beyond 2106", lambda value, *_: isinstance(value, int) and value >> 32 > 0),
        "The real server cuts such a time to 32 bits. Only jobs of other tests start that late.",
        versions=_UP_TO_38,
        seldom=True,
    ),
    Difference(
        "dbd-job-reservation",
        _GET,
        "body/jobs/*/reservation/name",
        _POSITIVE,
        0,
        "The real server shows half of a pointer into its memory.",
        versions=_UP_TO_38,
        seldom=True,
    ),
    Difference(
        "dbd-job-elsewhere",
        _GET,
        "body/jobs/*/association/*",
        Rule("of an association of another cluster than the job's", _of_another_cluster),
        Rule("of the job's association, as sacct has it", _of_its_own),
        "Ids of associations are each cluster's own; the real server takes the first one with that id of any cluster.",
        versions=_UP_TO_38,
    ),
    *(
        Difference(
            f"dbd-job-states-{word.replace('%2C', '-')}",
            f"GET /slurmdb/{{v}}/jobs*&state={word}",
            "body/jobs/**",
            _of_states("0"),
            _of_states(*states),
            "The real server takes every state that is no number for PENDING.",
            versions=_UP_TO_37,
        )
        for word, states in _BY_WORD.items()
    ),
    Difference(
        "dbd-job-unknown-state",
        ("GET /slurmdb/{v}/jobs*&state=foo", "GET /slurmdb/{v}/jobs*&state="),
        "answer",
        "200 application/json",
        "500 application/json",
        "As above, also of what is no state at all.",
        versions=_UP_TO_37,
    ),
    Difference(
        "dbd-job-no-step-24.11",
        ("GET /slurmdb/{v}/jobs*&step=60000001.foo", "GET /slurmdb/{v}/job/60000001.foo"),
        "answer",
        MISSING,
        "422 application/json",
        "What names no step makes the real server crash.",
        versions=_IN_24_11,
        exits=(-11, 0),
    ),
    Difference(
        "dbd-job-groups",
        ("GET /slurmdb/{v}/jobs*&groups=alice*", "GET /slurmdb/{v}/jobs*&groups=nosuch"),
        "answer",
        MISSING,
        _ANY,
        "A name of a group makes the real server end itself.",
        versions=range(41, 43),
        exits=(-6, 0),
    ),
    Difference(
        "dbd-job-paths",
        _GET,
        "body/jobs/*/std*_expanded",
        Rule("the same with a slash less", _lacks_a_slash),
        Rule("a path", lambda value, *_: isinstance(value, str) and value.startswith("/")),
        "The real server puts no slash between the directory and the name.",
        versions=range(41, 43),
    ),
    Difference(
        "dbd-job-widths",
        _GET,
        "body/jobs/*/stdout_expanded",
        matching("/tmp/a_*_4j_", "/tmp/a_.*_4j_"),
        matching("/tmp/a_*_ID_", "/tmp/a_.*_600000[0-9]{2}_"),
        "A width may begin with 0, as for slurmd; the real server leaves that out, and the rest as it is.",
        versions=range(41, 43),
    ),
)
