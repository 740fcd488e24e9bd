# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs of long ago, as slurmdbd remembers them: put into its tables, for no cluster could run them all.

Rule 1: dates and ids are fixed, and both lie far from those of jobs that the lab runs.
Rule 2: as many different values as possible, see config.py; also those that only a fault in Slurm could leave.
Rule 3: a column that the release's tables do not have is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from labkit import client, config
from labkit.users import ACCOUNTS, ALICE, BOB

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Union

    from labkit.place import Place

    Value = Union[int, float, str, "Sql"]
    Columns = dict[str, Value]

OTHER = "other"
"""A cluster without a slurmctld (accounting.py)."""

FIRST_ID = 60_000_001
"""Of a job: below MaxJobId, and above what slurmctld gives."""
_THEN = 1_741_064_767  # 2025-03-04T05:06:07Z
_NO_VAL, _INFINITE, _NO_VAL64, _INFINITE64 = 0xFFFFFFFE, 0xFFFFFFFF, 2**64 - 2, 2**64 - 1
_PER_CPU = 1 << 63
_BATCH, _EXTERN, _INTERACTIVE, _PENDING = -5, -4, -6, -3

_ODD = "says \"hi\" & 'bye' \\ Ünï cödé 日本語 \t</script>\u2028 é"


class Sql(str):
    """An expression instead of a value."""

    __slots__ = ()


class Past(NamedTuple):
    """A record of a job and those of its steps, by column of the tables; what is not said is as in `_JOB`, `_STEP`."""

    label: str
    columns: Columns
    steps: tuple[Columns, ...] = ()
    cluster: str = config.CLUSTER


def _association(account: str, user: str) -> Sql:
    of = f"acct='{account}' and user='{user}' and `partition`=''"
    return Sql(f"(select id_assoc from {config.CLUSTER}_assoc_table where {of})")  # noqa: S608 - our own names


def _named(table: str, column: str, name: str, key: str = "name") -> Sql:
    return Sql(f"(select {column} from {table} where {key}='{name}' limit 1)")  # noqa: S608 - our own names


_USAGE = {"ave": "1=40,2=800,6=70,7=9", "tot": "1=80,2=1600,6=140,7=18"}
_MOST = {"max": "1=50,2=900,6=80,7=10", "max_nodeid": "1=0,2=1,6=1,7=0", "max_taskid": "1=0,2=3,6=2,7=1"}
_LEAST = {"min": "1=30,2=700,6=60,7=8", "min_nodeid": "1=1,2=0,6=0,7=1", "min_taskid": "1=2,2=1,6=0,7=3"}
_COUNTED: Columns = {
    f"tres_usage_{direction}_{name}": text
    for direction in ("in", "out")
    for name, text in {**_USAGE, **_MOST, **_LEAST}.items()
}

_JOB: Columns = {
    "account": "optics", "cpus_req": 2, "derived_ec": 0, "exit_code": 0, "flags": 4 | 16, "job_name": "past",
    "id_assoc": _association("optics", ALICE), "id_array_job": 0, "id_array_task": _NO_VAL, "id_qos": 1, "id_resv": 0,
    "id_wckey": 0, "id_user": ACCOUNTS[ALICE], "id_group": ACCOUNTS[ALICE], "het_job_id": 0,
    "het_job_offset": _NO_VAL, "state_reason_prev": 0, "mem_req": 100, "nodelist": "node1", "node_inx": "0",
    "nodes_alloc": 1,
    "partition": "main", "priority": 4711, "state": 3, "timelimit": 60, "time_submit": _THEN,
    "time_eligible": _THEN + 1, "time_start": _THEN + 11, "time_end": _THEN + 111, "work_dir": "/tmp",
    "tres_alloc": "1=2,2=100,4=1,5=2", "tres_req": "1=2,2=100,4=1,5=2", "submit_line": "sbatch past.sh",
}  # fmt: skip
_STEP: Columns = {
    "id_step": 0, "step_het_comp": _NO_VAL, "step_name": "a.out", "state": 3, "exit_code": 0, "nodelist": "node1",
    "nodes_alloc": 1, "node_inx": "0", "task_cnt": 2, "task_dist": 1, "time_start": _THEN + 12,
    "time_end": _THEN + 100, "user_sec": 3, "user_usec": 250_000, "sys_sec": 1, "sys_usec": 900_000,
    "tres_alloc": "1=2,2=100,4=1", "consumed_energy": 0, "req_cpufreq_min": _NO_VAL, "req_cpufreq": _NO_VAL,
    "req_cpufreq_gov": _NO_VAL, "submit_line": "srun a.out",
}  # fmt: skip

_OUTCOMES = (
    # state, exit code, highest exit code of a step, who cancelled it, why it waited
    (0, _NO_VAL, 0, None, 2),
    (1, 0, 0, None, 1),
    (2, 0, 0, None, 3),
    (3, 256, 512, None, 4),
    (4, 15, 9, ACCOUNTS[BOB], 10),
    (5, 139, 11, None, 28),
    (6, 0, 15, 0, 21),
    (7, 1, 0, None, 18),
    (8, 0, 0, 61_999, 35),
    (9, 65_280, 0, None, 36),
    (10, 0x7F, 0x137F, None, 42),
    (11, 32_000, 9, None, 255),
    (11, 0, 0, None, 100_000),
    (3 | 0x400, 0, 0, None, 0),
    (4 | 0x8000, 0, _NO_VAL, None, 0),
)
_LAYOUTS = (
    *(0, 2, 3, 4, 5, 0x11, 0x21, 0x31, 0x12, 0x22, 0x32, 0x111, 0x211, 0x311, 0x121, 0x221, 0x321, 0x131, 0x231),
    *(0x331, 0x112, 0x212, 0x312, 0x122, 0x222, 0x322, 0x132, 0x232, 0x332, 0x2000, 0x800001, 0x400001, 0x800004),
    *(0xC00022, 0x201, 0x13),
)
_GOVERNORS = (
    *(0, 0x80000001, 0x80000002, 0x80000003, 0x80000004, 0x88000000, 0x84000000, 0x82000000, 0x81000000),
    *(0x80800000, 0x80400000, 0x8FF00000, _INFINITE, 0x80000000, 0x8C000000),
)


def _jobs() -> Iterator[Past]:
    yield Past(
        "whole",
        {
            "admin_comment": 'seen by "root"', "derived_es": "as was to be expected", "system_comment": "Slurm's own",
            "constraints": "fast&rack1", "container": "/srv/oci/x", "extra": "ex=1", "failed_node": "node2",
            "licenses": "ansys:2", "mcs_label": "optics", "nodelist": "node[1-2]", "nodes_alloc": 2, "node_inx": "0-1",
            "id_block": "RMP0", "gres_used": "gpu:2", "wckey": "laser", "id_wckey": 1, "timelimit": _INFINITE,
            "time_suspended": 30, "qos_req": "high,normal", "resv_req": "cores,tres", "restart_cnt": 2,
            "segment_size": 4, "exclusive": "USER", "oversubscribe": "OK",
            "std_out": "/tmp/out.%j", "std_err": "err.%x", "std_in": "/dev/null", "flags": 8 | 16,
            "id_resv": _named(f"{config.CLUSTER}_resv_table", "id_resv", "cores", "resv_name"),
            "id_qos": _named("qos_table", "id", "high"), "cpus_req": 4, "mem_req": 200,
            "tres_alloc": "1=4,2=200,3=18446744073709551614,4=2,5=4,1001=2", "tres_req": "1=4,2=200,4=2,5=4,999=7",
        },
        (
            {"id_step": _BATCH, "step_name": "batch", "task_dist": 0, **_COUNTED},
            {"id_step": _EXTERN, "step_name": "extern", "nodelist": "node[1-2]", "nodes_alloc": 2},
            {"id_step": _INTERACTIVE, "step_name": "interactive"},
            {"id_step": _PENDING, "step_name": "pending"},
            {
                **_COUNTED, "nodelist": "node[1-2]", "nodes_alloc": 2, "node_inx": "0-1", "task_cnt": 4,
                "act_cpufreq": 2_100_000.75, "consumed_energy": 12_345, "req_cpufreq_min": 1_000_000,
                "req_cpufreq": 2_000_000, "kill_requid": ACCOUNTS[BOB], "state": 4, "exit_code": 9,
                "container": "/srv/oci/y", "timelimit": 5, "cwd": "/tmp/here", "std_out": "/tmp/step.%j.%s.%t.out",
                "std_err": "step.%J.err", "std_in": "/dev/null", "time_suspended": 5,
            },
            {"id_step": 1, "step_het_comp": 0, "step_name": "left", "timelimit": _INFINITE},
            {"id_step": 1, "step_het_comp": 1, "step_name": "right", "timelimit": _NO_VAL},
            {"id_step": 2, "step_name": _ODD, "consumed_energy": _NO_VAL64, "exit_code": -2, "time_end": 0},
            {"id_step": 3, "exit_code": 512, "state": 5, "act_cpufreq": 1.5, "nodelist": "", "nodes_alloc": 0},
            {
                "id_step": 4, "nodelist": "None assigned", "tres_usage_in_max": "1=1,2=2,7=9",
                "tres_usage_in_max_nodeid": "1=7", "tres_usage_in_max_taskid": "2=4294967294",
            },
        ),
    )  # fmt: skip
    yield Past("never_started", {"time_start": 0, "time_end": _THEN + 5, "state": 4, "nodelist": "None assigned",
                                 "nodes_alloc": 0, "tres_alloc": "", "kill_requid": ACCOUNTS[ALICE]})  # fmt: skip
    yield Past("never_eligible", {"time_eligible": 0, "time_start": 0, "time_end": 0, "state": 0, "priority": 0})
    yield Past("eligible_late", {"time_eligible": _THEN + 50, "priority": _NO_VAL, "timelimit": _NO_VAL})
    yield Past("by_cpu", {"mem_req": _PER_CPU | 300, "priority": _INFINITE, "wckey": "*laser", "timelimit": 0})
    yield Past("no_memory", {"mem_req": 0, "wckey": "*", "flags": 0})
    yield Past("texts", {"job_name": _ODD, "derived_es": _ODD, "admin_comment": _ODD, "work_dir": "/tmp/ü ñ",
                         "submit_line": f"sbatch --comment={_ODD}", "wckey": "schlüssel"})  # fmt: skip
    yield Past("unset", {"job_name": "", "nodelist": "", "work_dir": "", "submit_line": "", "account": "", "wckey": "",
                         "partition": "", "tres_alloc": "", "tres_req": "", "flags": 1, "sluid": 0})  # fmt: skip
    for offset, name in enumerate(("head", "middle", "tail")):
        yield Past(
            f"het_{name}",
            {"het_job_id": Sql("@het"), "het_job_offset": offset, "job_name": name, "time_end": _THEN + 111 + offset},
            ({"id_step": _BATCH, "step_name": "batch"},) if not offset else ({"step_het_comp": offset},),
        )
    for task in (1, 2, 5):
        yield Past(
            f"array_{task}",
            {
                "id_array_job": Sql("@array"), "id_array_task": task, "array_max_tasks": 2, "job_name": "tasks",
                "std_out": "/tmp/a_%A_%a_%4a_%b_%j_%J_%u_%x_%N_%n_%s_%t_%%_%q_%04j_%", "std_in": "",
                "std_err": "%A/%a_%-4j_% 4j_%+4j_%12j_%99j_%99999999999999999999j", "exit_code": 256 * task,
            },
        )  # fmt: skip
    yield Past(
        "array_rest",
        {
            "id_array_job": Sql("@array"), "array_task_str": "6-9%2", "array_max_tasks": 2, "array_task_pending": 4,
            "state": 0, "time_start": 0, "time_end": 0, "nodes_alloc": 0, "nodelist": "None assigned",
        },
    )  # fmt: skip
    for index, (state, code, highest, requid, reason) in enumerate(_OUTCOMES):
        ended: Columns = {"time_end": 0} if state < 3 else {}
        yield Past(
            f"outcome_{index}",
            {
                "state": state, "exit_code": code, "derived_ec": highest, "state_reason_prev": reason,
                "flags": 1 << index % 6, **({} if requid is None else {"kill_requid": requid}), **ended,
            },
            ({"state": state, "exit_code": -2 if code == _NO_VAL else code},),
        )  # fmt: skip
    yield Past("layouts", {}, tuple({"id_step": at, "task_dist": word} for at, word in enumerate(_LAYOUTS)))
    yield Past("governors", {}, tuple({"id_step": at, "req_cpufreq_gov": word} for at, word in enumerate(_GOVERNORS)))
    yield Past("stranger", {"id_user": 61_999, "id_group": 61_999, "kill_requid": 61_999, "state": 4})
    yield Past("bobs", {"id_user": ACCOUNTS[BOB], "id_group": ACCOUNTS[BOB], "account": "chemistry",
                        "id_assoc": _association("chemistry", BOB), "partition": "percpu"})  # fmt: skip
    yield Past("no_association", {"id_assoc": 4_000_000, "account": "gone"})
    yield Past(
        "left_account", {"id_user": ACCOUNTS[BOB], "account": "particles", "id_assoc": _association("particles", BOB)}
    )
    for run, state in enumerate((7, 8, 3)):
        yield Past(
            f"requeued_{run}",
            {
                "id_job": Sql("@requeued"), "time_submit": _THEN + 200 * run, "time_eligible": _THEN + 200 * run,
                "time_start": _THEN + 200 * run + 20, "time_end": _THEN + 200 * run + 100, "state": state,
                "restart_cnt": run,
            },
            ({"id_step": _BATCH, "step_name": "batch", "state": state},),
        )  # fmt: skip
    for run, name in enumerate(("before", "after")):
        yield Past(
            f"reused_{name}",
            {
                "id_job": Sql("@reused"), "job_name": name, "time_submit": _THEN + 40_000 * run,
                "time_eligible": _THEN + 40_000 * run, "time_start": _THEN + 40_000 * run + 5,
                "time_end": _THEN + 40_000 * run + 9, "id_user": ACCOUNTS[(ALICE, BOB)[run]],
            },
        )  # fmt: skip
    for name, memory in (
        ("infinite", _INFINITE64), ("unset", _NO_VAL64), ("most", _PER_CPU - 1), ("none_by_cpu", _PER_CPU),
    ):  # fmt: skip
        yield Past(f"memory_{name}", {"mem_req": memory})
    yield Past("elsewhere", {"id_assoc": 1, "account": "root", "id_job": FIRST_ID, "nodelist": "far[1-3]",
                             "job_name": "elsewhere"}, ({"step_name": "far"},), OTHER)  # fmt: skip


_KEYS = {"@het": "het_head", "@array": "array_rest", "@requeued": "requeued_0", "@reused": "reused_before"}
"""Whose id stands in place of a variable."""


def fill(place: Place) -> dict[str, int]:
    """Put the jobs into slurmdbd's tables; returns their ids by label."""
    _account(place, "add", "user", BOB, f"cluster={config.CLUSTER}", "account=particles")
    jobs = list(_jobs())
    known = {job.label: FIRST_ID + index for index, job in enumerate(jobs)}
    # As slurmdbd says it: what a table cannot hold becomes a question mark.
    script = ["set sql_mode = '';", *(f"set {name} = {known[label]};" for name, label in _KEYS.items())]
    for index, job in enumerate(jobs):
        key = 90_000_001 + index
        own: Columns = {"job_db_inx": key, "id_job": known[job.label], "sluid": key}
        script.append(_insert(place, f"{job.cluster}_job_table", {**_JOB, **own, **job.columns}))
        steps = ({**_STEP, **step, "job_db_inx": key} for step in job.steps)
        script += [_insert(place, f"{job.cluster}_step_table", step) for step in steps]
    _query(place, "\n".join(script))
    # Whose association has a job is marked as deleted, and stays.
    _account(place, "delete", "user", BOB, f"cluster={config.CLUSTER}", "account=particles")
    for job in jobs:
        number = job.columns.get("id_job")
        known[job.label] = known[_KEYS[number]] if isinstance(number, Sql) else int(number or known[job.label])
    return known


def _account(place: Place, *words: str) -> None:
    client.run(place, "sacctmgr", "-i", *words)


def _insert(place: Place, table: str, columns: Columns) -> str:
    there = _columns(place, table)
    values = {f"`{name}`": _literal(value) for name, value in columns.items() if name in there}
    return f"insert into {table} ({', '.join(values)}) values ({', '.join(values.values())});"  # noqa: S608 - as above


def _columns(place: Place, table: str) -> frozenset[str]:
    key = (place.folder, table)
    if key not in _known_columns:
        said = _query(place, f"show columns from {table};")
        _known_columns[key] = frozenset(line.split("\t")[0] for line in said.splitlines())
    return _known_columns[key]


_known_columns: dict[tuple[str, str], frozenset[str]] = {}


def _literal(value: Value) -> str:
    if isinstance(value, Sql) or not isinstance(value, str):
        return str(value)
    return f"convert(x'{value.encode().hex()}' using utf8mb4)" if value else "''"


def _query(place: Place, statements: str) -> str:
    return client.run(
        place, "mariadb", "--no-defaults", "--default-character-set=utf8mb4", f"--socket={place.mysql_socket}",
        "--batch", "--skip-column-names", config.DATABASE, stdin=statements,
    )  # fmt: skip
