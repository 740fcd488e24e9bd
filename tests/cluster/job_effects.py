# SPDX-License-Identifier: GPL-2.0-or-later
"""What has become of a job, so that two jobs that were asked for alike can be compared.

Rule 1: all that scontrol shows, and script and environment from slurmctld's state folder, to the byte.
Rule 2: ids are told as distances from the job's own, times of day as distances from its submission.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sidebyside.lab import Lab

# Their values hold blanks, so each ends where the next field begins.
_FIELD = re.compile(r"(?:^| )([A-Z][A-Za-z_/:]*)=(.*?)(?=(?: [A-Z][A-Za-z_/:]*=)|$)")
# Where ids of jobs stand.
_NAMING = (
    *("JobId", "ArrayJobId", "HetJobId", "HetJobIdSet", "StdErr", "StdIn", "StdOut"),
    *("job_id", "array_job_id", "het_job_id", "het_job_id_set", "standard_error", "standard_input", "standard_output"),
)
# An id that no two jobs have, and no distance.
_UNIQUE = ("SLUID",)
# What the scheduler makes of a job depends on when it looks.
_UNSTEADY = ("LastSchedEval", "Scheduler", "Reason", "last_sched_evaluation", "state_reason", "state_description")
_UNSTEADY_FLAGS = {"DEPENDENT", "BACKFILL_ATTEMPTED", "SCHEDULING_ATTEMPTED"}
# Moments that a request may set far from now, which slurmrestd then brings to 32 bits.
_ASKED_MOMENTS = ("deadline", "eligible_time", "start_time", "end_time")
_MOMENT = re.compile(r"\d{4,}-\d\d-\d\dT[\d:]{8}")


def last(lab: Lab) -> int:
    """The id that slurmctld gave away last; it counts on, whoever asks (scontrol(1), show config)."""
    found = re.search(r"(?m)^NEXT_JOB_ID\s*= (\d+)$", lab.run("scontrol", "show", "config"))
    assert found
    return int(found[1]) - 1


def after(lab: Lab, before: int) -> int:
    """The job that has been made since `last` was `before`; 0 if there is none: a refused one may have taken an id."""
    with contextlib.suppress(subprocess.CalledProcessError):
        if lab.run("squeue", "-a", "-h", "-t", "all", "-o", "%A", "-j", str(before + 1)).strip():
            return before + 1
    return 0


def end_later_ones(lab: Lab, first: int) -> None:
    """End all jobs that came after a job."""
    alive = {int(ident) for ident in lab.run("squeue", "-a", "-h", "-t", "PENDING,RUNNING", "-o", "%A").split()}
    made = [str(ident) for ident in sorted(alive) if ident > first]
    if made:
        with contextlib.suppress(subprocess.CalledProcessError):  # one may have ended by itself meanwhile
            lab.run("scancel", "-Q", *made)


def shown(lab: Lab, job: int) -> dict[str, object]:
    """What scontrol shows of a job, its components or tasks, and what slurmctld keeps of them as files."""
    found: dict[str, object] = {}
    text = lab.run("scontrol", "-o", "-d", "show", "job", str(job))
    for number, line in enumerate(sorted(text.splitlines())):
        found.update((f"{number}:{key}", value) for key, value in _fields(line, job).items())
        ident = re.match(r"JobId=(\d+)", line)
        folder = f"{lab.variables['LAB_DIR']}/spool/slurmctld/hash.{int(ident[1]) % 10}/job.{ident[1]}"
        for name in ("script", "environment"):
            if os.path.exists(f"{folder}/{name}"):
                with open(f"{folder}/{name}", "rb") as file:
                    found[f"{number}:{name}"] = file.read()
    return found


def served(jobs: list[dict[str, object]], job: int) -> dict[str, object]:
    """The same of the records of an answer of any API version."""
    found: dict[str, object] = {}
    for number, one in enumerate(jobs):
        submitted = _number(one["submit_time"])
        for key, value in one.items():
            plain = _number(value)
            is_moment = type(plain) is int and (plain > 1_500_000_000 or (plain > 0 and key in _ASKED_MOMENTS))
            found[f"{number}.{key}"] = (
                float(plain - submitted) if is_moment else masked(value, job) if key in _NAMING else value
            )
        for key in _UNSTEADY:
            found.pop(f"{number}.{key}", None)
        found[f"{number}.flags"] = [word for word in one["flags"] if word not in _UNSTEADY_FLAGS]
    return found


def _number(value: object) -> object:
    """A number, also of an object that says whether it is set."""
    return value["number"] if isinstance(value, dict) and value.get("set") is True else value


def _fields(line: str, job: int) -> dict[str, object]:
    fields: dict[str, object] = dict(_FIELD.findall(line))
    submitted = epoch(str(fields["SubmitTime"]))
    for name, value in fields.items():
        if _MOMENT.fullmatch(str(value)):
            fields[name] = epoch(str(value)) - submitted
    fields.update({name: masked(fields[name], job) for name in _NAMING if name in fields})
    return {name: value for name, value in fields.items() if name not in _UNSTEADY + _UNIQUE}


def masked(value: object, job: int) -> str:
    """Every id of a job and its components as the distance from the first."""

    def mask(match: re.Match[str]) -> str:
        distance = int(match[0]) - job
        return f"<{distance}>" if 0 <= distance < 10 else match[0]

    return re.sub(r"\d+", mask, str(value))


def epoch(text: str) -> float:
    """A time of day of Slurm's commands as seconds, in any year."""
    return time.mktime((*map(int, re.split("[-T:]", text)), 0, 0, -1))


def unlike(real: dict[str, object], ours: dict[str, object]) -> dict[str, tuple[object, object]]:
    """The fields that differ, times by more than what two requests take."""
    found = {}
    for key in real.keys() | ours.keys():
        one, other = real.get(key), ours.get(key)
        apart = isinstance(one, float) and isinstance(other, float) and abs(one - other) <= 3
        if one != other and not apart:
            found[key] = (one, other)
    return found
