# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmdbd is asked for where it is asked for jobs: members of ``slurmdb_job_cond_t``.

Rule 1: nothing here reads what a client sends (job_query.py, named_job.py): the jobs of today are asked for without.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import calls

if TYPE_CHECKING:
    from slurmrest_inet.api.call import Call
    from slurmrest_inet.schema.reading import Members, Record

FLAGS: dict[int, tuple[str, ...]] = {
    36: ("JOBCOND_FLAG_DUP", "JOBCOND_FLAG_NO_TRUNC", "JOBCOND_FLAG_WHOLE_HETJOB"),
    38: ("JOBCOND_FLAG_DUP", "JOBCOND_FLAG_NO_TRUNC"),
}
"""What slurmrestd asks for by version where a query or a job is given; without either, for none of these."""
_AT_HOME = {36: False, 38: True}
"""Whether what names no cluster is for that of slurm.conf alone."""
_ANYHOW = ("SLURMDB_JOB_FLAG_NOTSET",)
"""Jobs that came to start in whatever way."""


def of_today() -> Members:
    """Return what a request without a query asks for: slurmdbd takes it for the jobs of today."""
    return with_flags(())


def with_flags(flags: tuple[str, ...], starts: tuple[str, ...] = ()) -> Members:
    """Return the words of flags: of the condition, and of how jobs came to start."""
    return {"flags": flags or 0, "db_flags": starts or _ANYHOW}


def home(call: Call) -> Members:
    """Return the cluster of slurm.conf where the version asks for that alone."""
    return {"cluster_list": [calls.configuration()[0]]} if call.at(_AT_HOME) else {}


def named(call: Call, steps: list[Record]) -> Members:
    """Return members of the condition that asks for jobs by their ids."""
    return {**with_flags(call.at(FLAGS)), **home(call), "step_list": steps}
