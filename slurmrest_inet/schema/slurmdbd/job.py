# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs as slurmdbd keeps them: ``slurmdb_job_rec_t``."""

from __future__ import annotations

from slurmrest_inet.schema.job_names import JOB_STATE, JOB_STATES
from slurmrest_inet.schema.job_reasons import JOB_REASON, JOB_REASON_40, JOB_REASON_43
from slurmrest_inet.schema.model import (
    BOOLEAN_ZERO,
    EXIT_CODE,
    GROUP,
    GROUP_OR_EMPTY,
    NOVAL,
    NULLABLE,
    NULLABLE_OR_INFINITE,
    NUMBER,
    QOS,
    TEXT,
    TEXT_OR_NULL,
    TRES,
    USER,
    USER_OR_EMPTY,
    Name,
    Names,
    Row,
    Table,
    choice,
    choice_or_digits,
    constant,
    derived,
    derived_noval,
    flags,
    listed,
    own,
)

_REASON = choice_or_digits(JOB_REASON)

_MOMENT = derived("dbd_moment", "integer")
_REASON_40 = choice(JOB_REASON_40)

_BIT = "SLURMDB_JOB_FLAG_"


def _bit(constant_: str, word: str, since: int = 36) -> Name:
    return Name(_BIT + constant_, word, _BIT + constant_, since)


FLAGS = Names(
    "dbd_job_flags",
    (
        Name("SLURMDB_JOB_FLAG_NONE", "NONE", since=39),
        # Of these bits one is set at most.
        *(
            Name(_BIT + word, "CLEAR_SCHEDULING", "SLURMDB_JOB_CLEAR_SCHED", until=38)
            for word in ("NOTSET", "SUBMIT", "SCHED", "BACKFILL")
        ),
        _bit("NOTSET", "NOT_SET"),
        _bit("SUBMIT", "STARTED_ON_SUBMIT"),
        _bit("SCHED", "STARTED_ON_SCHEDULE"),
        _bit("BACKFILL", "STARTED_ON_BACKFILL"),
        _bit("START_R", "START_RECEIVED", 40),
        _bit("ALTERED", "JOB_ALTERED", 44),
    ),
)

ASSOCIATION = Table(
    "slurmdb_job_rec_t",
    (
        Row("account", None, constant('""'), "Account, which is not looked up", since=43),
        Row("cluster", "cluster", TEXT, "Cluster", since=43),
        Row("partition", None, constant('""'), "Partition, which is not looked up", since=43),
        Row("user", None, constant('""'), "User, who is not looked up", since=43),
        Row("id", "associd", NUMBER, "Id on that cluster", since=43),
    ),
    {},
    view="dbd_job_association",
)
"""The association as later versions show it: by its key alone."""


def _text(path: str, member: str, doc: str, since: int = 36) -> Row:
    return Row(path, member, TEXT_OR_NULL, doc, since, then={39: TEXT})


def _path(name: str, member: str) -> tuple[Row, Row]:
    return (
        Row(
            f"{name}_expanded",
            member,
            derived(f"dbd_job_{name}"),
            f"Path of {name} with its patterns filled in",
            since=41,
            release="24.05",
        ),
        Row(name, member, TEXT, f"Path of {name} as it was asked for", since=41, release="24.05"),
    )


_STDIN, _STDOUT, _STDERR = _path("stdin", "std_in"), _path("stdout", "std_out"), _path("stderr", "std_err")

JOB = Table(
    "slurmdb_job_rec_t",
    (
        _text("account", "account", "Account that the job was charged to"),
        _text("comment/administrator", "admin_comment", "Comment by an administrator"),
        _text("comment/job", "derived_es", "Comment by the user"),
        _text("comment/system", "system_comment", "Comment by Slurm"),
        Row("allocation_nodes", "alloc_nodes", NUMBER, "Number of nodes"),
        Row("array/job_id", "array_job_id", NUMBER, "Job id of the array, 0 outside of one"),
        Row(
            "array/limits/max/running/tasks",
            "array_max_tasks",
            NUMBER,
            "Most tasks that run at once, 0 without a limit",
        ),
        Row("array/task_id", "array_task_id", NULLABLE, "Task id within the array", then={39: NOVAL}),
        _text("array/task", "array_task_str", "Task ids that this record stands for"),
        Row(
            "association",
            "associd",
            derived("dbd_job_association", "object", "UNSET_NULL", "ZERO_NULL"),
            "Association that the job was charged to",
            until=42,
            then={
                38: derived("dbd_job_association", "object", "UNSET_NULL"),
                39: derived("dbd_job_association", "object"),
                40: derived("dbd_job_association_40", "object"),
            },
        ),
        Row("association", None, own("dbd_job_association"), "Association that the job was charged to", since=43),
        Row("block", "blockid", TEXT, "Block of a Blue Gene", since=39),
        _text("cluster", "cluster", "Cluster that ran the job"),
        _text("constraints", "constraints", "Node features asked for"),
        _text("container", "container", "OCI container bundle", since=38),
        Row("sluid", "db_index", derived("sluid"), "Lasting id of the job", since=45),
        Row(
            "derived_exit_code",
            "derived_ec",
            derived("dbd_exit_code", "object", "UNSET_NULL"),
            "Highest exit code of all steps",
            then={39: derived("dbd_exit_code", "object"), 40: EXIT_CODE},
        ),
        Row("time/elapsed", "elapsed", NUMBER, "Seconds run"),
        Row(
            "time/eligible",
            "eligible",
            _MOMENT,
            "When the job might start (epoch), 0 if that is not known",
            then={39: NUMBER},
        ),
        Row("time/end", "end", _MOMENT, "End (epoch), 0 before", then={39: NUMBER}),
        Row("time/planned", "start", derived_noval("dbd_planned"), "Seconds from eligible to start", 41),
        Row("time/start", "start", _MOMENT, "Start (epoch), 0 before", then={39: NUMBER}),
        Row("time/submission", "submit", NUMBER, "Submission (epoch)"),
        Row("time/suspended", "suspended", NUMBER, "Seconds suspended"),
        Row("time/system/seconds", "sys_cpu_sec", NUMBER, "CPU time of the system, whole seconds"),
        Row("time/system/microseconds", "sys_cpu_usec", NUMBER, "CPU time of the system, the rest in microseconds"),
        Row("time/limit", "timelimit", NULLABLE_OR_INFINITE, "Time limit (minutes)", then={39: NOVAL}),
        Row("time/total/seconds", "tot_cpu_sec", NUMBER, "CPU time, whole seconds"),
        Row("time/total/microseconds", "tot_cpu_usec", NUMBER, "CPU time, the rest in microseconds"),
        Row("time/user/seconds", "user_cpu_sec", NUMBER, "CPU time of the job itself, whole seconds"),
        Row("time/user/microseconds", "user_cpu_usec", NUMBER, "CPU time of the job itself, the rest in microseconds"),
        Row("exclusive", "exclusive", TEXT, "With whom nodes were not shared", since=45, release="26.05"),
        Row(
            "exit_code",
            "exitcode",
            derived("dbd_exit_code", "object", "UNSET_NULL"),
            "How the job ended",
            then={39: derived("dbd_exit_code", "object"), 40: EXIT_CODE},
        ),
        Row("extra", "extra", TEXT, "Arbitrary text", since=39, release="23.02"),
        Row("failed_node", "failed_node", TEXT, "Node that made the job fail", since=39, release="23.02"),
        Row("flags", "flags", flags(FLAGS), "How the job came to start, and such"),
        Row("group", "gid", GROUP, "Group of the owner", then={39: GROUP_OR_EMPTY}),
        Row("het/job_id", "het_job_id", NUMBER, "Id of the heterogeneous job, 0 outside of one"),
        Row(
            "het/job_offset", "het_job_offset", NULLABLE, "Number of this component, 0 for the first", then={39: NOVAL}
        ),
        Row("job_id", "jobid", NUMBER, "Job id"),
        _text("name", "jobname", "Job name"),
        Row("licenses", "licenses", TEXT, "Licences asked for", since=39, release="23.02"),
        _text("mcs/label", "mcs_label", "Multi-category security label"),
        _text("nodes", "nodes", "Nodes that the job held"),
        Row("oversubscribe", "oversubscribe", TEXT, "With whom nodes might be shared", since=45, release="26.05"),
        _text("partition", "partition", "Partition"),
        Row("hold", "priority", BOOLEAN_ZERO, "Whether the job was held", since=39),
        Row("priority", "priority", NULLABLE_OR_INFINITE, "Scheduling priority", then={39: NOVAL}),
        Row("qos", "qosid", QOS, "Quality of service"),
        Row("qosreq", "qos_req", TEXT, "Qualities of service asked for", since=42, release="24.11"),
        Row("required/CPUs", "req_cpus", NUMBER, "Fewest CPUs"),
        Row(
            "required/memory_per_cpu",
            "req_mem",
            derived_noval("memory_by_cpu"),
            "Memory a CPU (MiB), nothing when it was asked for by node",
            since=39,
        ),
        Row(
            "required/memory_per_node",
            "req_mem",
            derived_noval("memory_by_node"),
            "Memory a node (MiB), nothing when it was asked for by CPU",
            since=39,
        ),
        Row(
            "required/memory",
            "req_mem",
            derived("dbd_memory", "integer", "UNSET_NULL"),
            "Memory asked for (MiB)",
            until=39,
            then={39: derived("dbd_memory", "integer")},
        ),
        Row("kill_request_user", "requid", USER, "Who cancelled the job", then={39: USER_OR_EMPTY}),
        Row("restart_cnt", "restart_cnt", NUMBER, "How often the job was restarted", since=42, release="24.11"),
        Row("reservation/id", "resvid", NUMBER, "Id of the reservation"),
        Row("reservation/name", None, constant("0", "integer"), "Always 0, as documented", until=38),
        Row("reservation/name", "resv_name", TEXT, "Reservation", since=39),
        Row("reservation/requested", "resv_req", TEXT, "Reservations asked for", since=43, release="25.05"),
        Row("script", "script", TEXT, "Batch script, where that was asked for", since=39),
        Row("segment_size", "segment_size", NUMBER, "Nodes of a segment", since=43, release="25.05"),
        Row(
            "original_sluid",
            "sluid",
            derived("sluid"),
            "Lasting id that the job was given first",
            since=45,
            release="26.05",
        ),
        *(row for rows in zip(_STDIN, _STDOUT, _STDERR) for row in rows),
        Row("state/current", "state", choice(JOB_STATE), "State in the end", then={40: flags(JOB_STATES)}),
        Row("state/previous", "state_reason_prev", _REASON, "Why the job waited last", until=36),
        Row(
            "state/reason",
            "state_reason_prev",
            _REASON,
            "Why the job waited last",
            37,
            then={40: _REASON_40, 43: choice(JOB_REASON_43)},
        ),
        Row("steps", "steps", listed("slurmdb_step_rec_t"), "Steps"),
        Row("submit_line", "submit_line", TEXT, "Command line that submitted the job", since=39),
        Row("tres/allocated", "tres_alloc_str", TRES, "Trackable resources held"),
        Row("tres/requested", "tres_req_str", TRES, "Trackable resources asked for"),
        Row("used_gres", "used_gres", TEXT, "Generic resources held", since=39),
        Row(
            "user",
            "user",
            TEXT_OR_NULL,
            "User name of the owner",
            then={39: derived("dbd_user")},
        ),
        Row("wckey", "wckey", derived("dbd_wckey", "object"), "Workload characterization key"),
        _text("working_directory", "work_dir", "Directory that the job ran in"),
    ),
    skip={
        "env": "shown by no version: the environment that show_job_environment asks for",
        "first_step_ptr": "a pointer that sacct follows",
        "lft": "a place in the tree of associations, gone with 25.05",
        "lineage": "a place in the tree of associations",
        "show_full": "sacct's own mark",
        "uid": "shown by name, as user",
        "wckeyid": "shown by name",
    },
)
