# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs that are submitted, changed and cancelled.

Rule 1: up to v0.0.38 a description has sbatch's options, and slurmrestd answers in a way of its own (job_options.py);
        later it has the members of Slurm's own message (job_messages.py). A request loads only what speaks its version.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer

_SPOKEN = {36: "job_options", 39: "job_messages"}


def _spoken(call: Call) -> Any:
    name = call.at(_SPOKEN)
    return __import__(f"slurmrest_inet.api.slurmctld.{name}", fromlist=(name,)).__dict__


def submit(call: Call) -> Answer:
    """POST job/submit: a job, or the components of a heterogeneous one."""
    answer: Answer = _spoken(call)["submit"](call)
    return answer


def update(call: Call) -> Answer:
    """POST job/{job_id}: change a job, tasks of an array, or a component of a heterogeneous job."""
    answer: Answer = _spoken(call)["update"](call)
    return answer


def cancel(call: Call) -> Answer:
    """DELETE job/{job_id}: send a signal, SIGKILL unless ``signal`` says another."""
    answer: Answer = _spoken(call)["cancel"](call)
    return answer
