# SPDX-License-Identifier: GPL-2.0-or-later
"""Steps of jobs as slurmdbd keeps them: ``slurmdb_step_rec_t``, with its ``slurmdb_stats_t``.

What is counted as input of a resource is called requested on the wire, and what is counted as output consumed.
"""

from __future__ import annotations

from slurmrest_inet.schema.job_names import JOB_STATE, JOB_STATES
from slurmrest_inet.schema.model import (
    EXIT_CODE,
    HOSTS,
    NOVAL,
    NULLABLE,
    NULLABLE_OR_INFINITE,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    TRES,
    USER,
    USER_OR_EMPTY,
    Row,
    Table,
    choice,
    derived,
    flags,
)

_EXITED = derived("dbd_exit_code", "object", "UNSET_NULL")


def _seconds(name: str, prefix: str, doc: str) -> tuple[Row, Row]:
    return (
        Row(f"time/{name}/seconds", f"{prefix}_cpu_sec", NUMBER, f"{doc}, whole seconds"),
        Row(f"time/{name}/microseconds", f"{prefix}_cpu_usec", NUMBER, f"{doc}, the rest in microseconds"),
    )


def _usage(name: str, direction: str) -> tuple[Row, ...]:
    """Rows of what was counted in one direction: the largest and the smallest task's, the mean, and the sum."""
    stem = f"stats.tres_usage_{direction}"

    def extreme(which: str, doc: str) -> Row:
        function = f"dbd_step_{direction}_{which}"
        old, kind = derived(function, "array", "UNSET_NULL"), derived(function, "array")
        return Row(f"tres/{name}/{which}", f"{stem}_{which}", old, f"{doc}, with its node and task", then={39: kind})

    return (
        extreme("max", f"Most of each resource {name} by a task"),
        extreme("min", f"Least of each resource {name} by a task"),
        Row(f"tres/{name}/average", f"{stem}_ave", TRES, f"Mean of each resource {name} by a task"),
        Row(f"tres/{name}/total", f"{stem}_tot", TRES, f"Sum of each resource {name}"),
    )


def _paths(name: str, member: str) -> tuple[Row, Row]:
    return (
        Row(f"step/{name}", member, TEXT, f"Path of {name} as it was asked for", since=43, release="25.05"),
        Row(
            f"step/{name}_expanded",
            member,
            derived(f"dbd_step_{name}"),
            f"Path of {name} with its patterns filled in",
            since=43,
            release="25.05",
        ),
    )


_STDERR, _STDIN, _STDOUT = _paths("stderr", "std_err"), _paths("stdin", "std_in"), _paths("stdout", "std_out")

STEP = Table(
    "slurmdb_step_rec_t",
    (
        Row("time/elapsed", "elapsed", NUMBER, "Seconds run"),
        Row("time/end", "end", NUMBER, "End (epoch), 0 before", then={40: NOVAL}),
        Row("time/start", "start", NUMBER, "Start (epoch), 0 before", then={40: NOVAL}),
        Row("time/suspended", "suspended", NUMBER, "Seconds suspended"),
        *_seconds("system", "sys", "CPU time of the system"),
        Row("time/limit", "timelimit", NOVAL, "Time limit (minutes)", since=43, release="25.05"),
        *_seconds("total", "tot", "CPU time"),
        *_seconds("user", "user", "CPU time of the step itself"),
        Row(
            "exit_code",
            "exitcode",
            derived("dbd_exit_code", "object", "UNSET_NULL"),
            "How the step ended",
            then={39: derived("dbd_exit_code", "object"), 40: EXIT_CODE},
        ),
        Row("nodes/count", "nnodes", NUMBER, "Number of nodes"),
        Row("nodes/range", "nodes", TEXT_OR_NULL, "Nodes", then={39: TEXT}),
        Row("nodes/list", "nodes", derived("dbd_step_nodes", "array"), "Nodes, one by one", then={39: HOSTS}),
        Row("tasks/count", "ntasks", NUMBER, "Number of tasks"),
        Row("pid", "pid_str", TEXT_OR_NULL, "Process that started the step", until=44, then={39: TEXT}),
        Row("CPU/requested_frequency/min", "req_cpufreq_min", NULLABLE, "Lowest CPU frequency (kHz)", then={39: NOVAL}),
        Row(
            "CPU/requested_frequency/max", "req_cpufreq_max", NULLABLE, "Highest CPU frequency (kHz)", then={39: NOVAL}
        ),
        Row(
            "CPU/governor",
            "req_cpufreq_gov",
            derived("dbd_governors", "array"),
            "CPU frequency governor",
            then={39: derived("dbd_governor")},
        ),
        Row("kill_request_user", "requid", USER, "Who cancelled the step", then={39: USER_OR_EMPTY}),
        Row("state", "state", choice(JOB_STATE), "State in the end", then={40: flags(JOB_STATES)}),
        Row(
            "statistics/CPU/actual_frequency",
            "stats.act_cpufreq",
            derived("whole", "integer"),
            "Mean CPU frequency (kHz)",
        ),
        Row(
            "statistics/energy/consumed",
            "stats.consumed_energy",
            NULLABLE_OR_INFINITE,
            "Energy (joules)",
            then={39: NOVAL},
        ),
        Row("step/job_id", "step_id.job_id", NUMBER, "Id of the job", until=38),
        Row(
            "step/het/component",
            "step_id.step_het_comp",
            NULLABLE,
            "Number of the component of a heterogeneous step",
            until=38,
        ),
        Row(
            "step/id", "step_id.step_id", derived("dbd_step_number"), "Number, or word for a step of its kind", until=38
        ),
        Row("step/id", "step_id.step_id", derived("dbd_step_parts", "object"), "Id in its parts", 39, 39),
        Row("step/id", "step_id.step_id", derived("dbd_step_id"), "Id: JOB.STEP, JOB.STEP+COMPONENT", since=40),
        Row("step/name", "stepname", TEXT_OR_NULL, "Name", then={39: TEXT}),
        *(row for rows in (*zip(_STDERR, _STDIN, _STDOUT),) for row in rows),
        Row("submit_line", "submit_line", TEXT, "Command line that started the step", since=45),
        Row("task/distribution", "task_dist", derived("dbd_distribution"), "How tasks were laid out"),
        *_usage("requested", "in"),
        *_usage("consumed", "out"),
        Row("tres/allocated", "tres_alloc_str", TRES, "Trackable resources held"),
    ),
    skip={
        "container": "shown by no version",
        "cwd": "shown by no version",
        "job_ptr": "the job that shows the step",
    },
)
