# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that slurmdbd remembers: those of the lab's past (labkit/history.py), and every way to ask for them.

`{past}` stands for the id of each of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cases import Case
from comparison import MISSING, Difference, Rule

if TYPE_CHECKING:
    from comparison import Places

_JOBS = "/slurmdb/{v}/jobs"
_PAST = "start_time=2025-03-01&end_time=2025-04-01"
"""The time that those jobs lie in."""

# fmt: off
_FILTERS = (
    "account=optics", "account=OPTICS%2Cchemistry", "account=", "account=optics&account=chemistry",
    "association=1%2C2", "association=abc", "cluster=lab", "cluster=lab%2Cother", "cluster=nosuch",
    "constraints=fast%2Crack1", "cpus_min=3", "cpus_min=2&cpus_max=4", "cpus_min=abc", "cpus_min=-1", "cpus_max=",
    "cpus_min=1.5", "nodes_min=1&nodes_max=2", "nodes_max=abc", "timelimit_min=30&timelimit_max=90", "timelimit_max=x",
    "exit_code=1", "exit_code=abc", "exit_code=", "format=jobid", "group=alice", "groups=alice", "groups=61001",
    "groups=nosuch", "groups=alice%2Cbob", "job_name=past", "job_name=head%2Ctail", "job_name=1.5", "job_name=F",
    "partition=main%2Cpercpu", "qos=high", "qos=nosuch", "qos=1", "reason=Priority", "reason=nosuch",
    "reservation=cores", "reservation_id=1", "state=COMPLETED", "state=f%2CCD", "state=foo", "state=cd",
    "state=PENDING", "state=RUNNING", "state=", "state=3", "state=TIMEOUT%2CFAILED", "state=COMPLETING",
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
        Rule("one of all governors", lambda value, *_: isinstance(value, str)),
        _ANY,
        "The real server lists all governors of any step but those without a range of frequencies.",
        versions=_UP_TO_38,
    ),
    Difference(
        "dbd-job-no-governor",
        _GET,
        "body/jobs/*/steps/*/CPU/governor",
        MISSING,
        [],
        "As above, where none was asked for.",
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
        _ANY,
        "The real server shows another time in the place of the start.",
        versions=_UP_TO_37,
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
        _ANY,
        _ANY,
        "Ids of associations are each cluster's own; the real server takes the first one with that id of any cluster.",
        versions=_UP_TO_38,
    ),
    Difference(
        "dbd-job-states",
        ("GET /slurmdb/{v}/jobs*&state=*",),
        "body/**",
        _ANY,
        _ANY,
        "The real server takes every state that is no number for PENDING.",
        versions=_UP_TO_37,
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
)
