# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two servers are asked to submit: one line for an option and a value, right or wrong.

Rule 1: every key of the table of options stands here at least once; a test sees to it.
Rule 2: a value where the two differ on purpose names its reason; one that then does not differ is a failure.
Rule 3: what a job depends on stays as it is: once a minute slurmctld drops what is fulfilled, or names no job.
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALL = (36, 37, 38)
WAITING = "{waiting}"
"""Stands for the id of a job of the lab that is held for ever."""
NAMESAKE = "plain"
"""The name of a job of alice's that runs for ever: a singleton of that name waits for it."""


class Case(NamedTuple):
    """Members of a job beside those that every job has, and the API versions that are asked.

    difference: a key of write_differences.WRITES; `ours` is then our status, and what our job holds in v0.0.38.
    """

    job: dict[str, Any]
    versions: tuple[int, ...] = (38,)
    difference: str | None = None
    status: int = 200
    ours: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def __str__(self) -> str:
        text = ",".join(f"{key}={value!r}" for key, value in self.job.items() if (key, value) not in _COMPANIONS)
        return text.replace(" ", "_").replace("/", "|").replace("[", "(").replace("]", ")")[:60] or "nothing"


_COMPANIONS = (("nodes", "1"), ("tasks", 2), ("gpus", "1"), ("sockets_per_node", 1))


def _texts(key: str, *values: Any, versions: tuple[int, ...] = (38,)) -> tuple[Case, ...]:
    return tuple(Case({key: value}, versions) for value in values)


CASES = (
    Case({}, ALL),
    *_texts("account", "physics", "nope", "", None, 5, True, [], {}),
    *_texts("Account", "physics", versions=ALL),
    *_texts("account_gather_frequency", "task=30", "30", 15, "rubbish", {}),
    *_texts("array", "1-10%2", "1,3,5", "0-6:2", "5-1", "x", 3, "1-2000"),
    Case({"argv": ["a", "b c", ""]}, ALL, "crash", ours={"command": "a b c "}),
    Case({"argv": [1, None, True]}, (38,), "crash", ours={"command": "1  true"}),
    Case({"argv": "a"}, (38,), "type", 400),
    Case({"batch_features": "fast", "constraints": "fast"}, ALL, "crash", ours={"batch_features": "fast"}),
    *_texts(
        "begin_time", "now+1hour", "now", "2030-01-02T03:04:05", "2030-01-02", "uts1900000000", "tomorrow", "x", ""
    ),
    *_texts("begin_time", "now+30", "now-1day", "now + 2 days", "1224", "12/24/30-10:00", "122430", "10:00 PM", "noon"),
    *_texts(
        "begin_time", "12:30:61", "24:00", "Tomorrow", "midnight tomorrow", "13/01/30", 1225, [], "now+1week", "fika"
    ),
    *_texts("begin_time", "now+1fortnight", "now+", "2030-13-01", "uts5", "1/2/3", "teatime", "today 23:59:59", None),
    *_texts(
        "begin_time", "now+9999999999999", "now+ 1 000000000weeks", "now-1000000days", "now+0000000000000000003600"
    ),
    *(Case({key: "now+999999999999weeks"}, (38,), "no-calendar", 400) for key in ("begin_time", "deadline")),
    *(Case({"begin_time": f"now{far}"}, (38,), "no-calendar", 400) for far in ("-999999999999weeks", f"+{2**64}")),
    Case({"begin_time": 1900000000}, (38,), "documented-type", ours={"eligible_time": 1900000000}),
    *_texts("burst_buffer", "capacity=1G"),
    *_texts("cluster_constraint", "x", "", versions=(38, 36)),
    Case({"cluster_constraints": "x"}, (36,), "documented", 200, {"cluster_features": "x"}),
    Case({"account_gather_freqency": "task=30"}, (36,), "documented"),
    *_texts("comment", "any", "üñí €", "", None, 12.5, False, "x" * 2000, ["x"]),
    *_texts("constraint", "fast"),
    *_texts("constraints", "fast&ib", "fast|rack2", "[rack1|rack2]", "nope", "fast*2"),
    *_texts("container", "/tmp/bundle", versions=ALL),
    *_texts("core_specification", 1, 0, "2", "x", 70000),
    Case({"core_specification": -1}, (38,), "type", 400),
    *_texts("cores_per_socket", 2, "2", 0, 100, "x", 2**31, -(2**40), -3, None, True, 2.5, 3.5),
    *_texts("cpu_binding_hint", "compute_bound", "rubbish", {}),
    Case({"cpu_binding_hint": "compute_bound"}, (36, 37), "documented"),
    *_texts("cpu_binding hint", "compute_bound", versions=ALL),
    *_texts(
        "cpu_frequency", "high", "low-high", "low-high:performance", "performance", "1200000", "medium-2400000", "x"
    ),
    *_texts(
        "cpu_frequency", "high-low", "powersave", "low:ondemand", "highm1", "1000-2000:userspace", "perf:perf", "", 5
    ),
    *_texts("cpu_frequency", "1000-", "high-highm1:ondemand", "low-high:nope", "perf-high", "onde", "userspace"),
    Case({"cpus_per_gpu": 2, "gpus": "1"}),
    Case({"cpus_per_gpu": 2}),
    Case({"cpus_per_gpu": 2, "gpus": "1", "cpus_per_task": 2}),
    *_texts("cpus_per_gpu", 0, "x"),
    *_texts("cpus_per_task", 2, "3", 0, -1, "x", 2**31),
    Case({"cpus_per_task": 2, "tasks": 3}),
    *_texts("current_working_directory", "/var/tmp", "relative/path", "", None, 5),
    Case({"current_working_directory": []}, (38,), "type", 400),
    *_texts("cwd", "/var"),
    *_texts("deadline", "now+2hours", "2031-01-01", "x", "now-1hour", ""),
    *_texts("delay_boot", 5, "1:30", "x", "-1", "unlimited", "1-0", 0),
    Case({"dependency": "singleton", "name": NAMESAKE}),
    *_texts("dependency", f"afterany:{WAITING}", f"afterok:{WAITING}", "rubbish", ""),
    *_texts("distribution", "cyclic", "block:cyclic", "plane=4", "plane", "x", "arbitrary", "*:*:block", "block,pack"),
    *_texts("distribution", "pack", "nopack", "block:block:fcyclic,nopack", "plane=0", "block:cyclic:block:block", ""),
    *_texts("distribution", "fcyclic", ",pack", "block,", "cyclic::block", "PLANE=3", "hostfile"),
    Case({"distribution": "arbitrary", "nodelist": "node1,node2"}),
    *_texts(
        "environment", {"A": "b"}, {"A": 5, "B": None, "C": True, "D": 1.5}, {}, {"A": []}, "A=b", [], {"A": "ü=€"}
    ),
    *_texts("environment", {"A": "x" * 200_000}, {"": "x"}, {"A=B": "c"}, None),
    *_texts("exclude_nodes", "node1", "nope", "node[1-2]"),
    *_texts("exclusive", "user", "mcs", "exclusive", "oversubscribe", "x", "", versions=(38, 36)),
    Case({"exclusive": "true"}, ALL, "documented-type", ours={"shared": "none"}),
    Case({"exclusive": True}, (38,), "documented-type", ours={"shared": "none"}),
    Case({"exclusive": "false"}, (38,), "documented-type", ours={"shared": None}),
    *_texts("get_user_environment", None, 0, "5", "10S", "10L", "-1", "x", "", 5),
    Case({"get_user_environment": True}, (38,), "documented-type"),
    Case({"get_user_environment": False}, (38,), "documented-type"),
    *_texts(
        "gpu_binding", "closest", "map_gpu:0,1", "mask_gpu:0x3,0x3", "none", "single:2", "per_task:1", "verbose,closest"
    ),
    *_texts("gpu_binding", "x", "map_gpu:x", "", "single:-1", "mask_gpu:0xg", "map_gpu", "closest;closest", "single"),
    *_texts(
        "gpu_frequency", "high", "medium,memory=high", "450", "high,verbose", "x", "", "memory=x", "high=low", "low,,"
    ),
    *_texts("gpus", "1", 1, "tesla:2", "x", "0", "tesla:1,1", "100", "a:b:c", "1K"),
    *_texts("gpus_per_node", "1", "tesla:1", "0"),
    *_texts("gpus_per_socket", "1"),
    Case({"gpus_per_socket": "1", "sockets_per_node": 1}),
    *_texts("gpus_per_task", "1"),
    Case({"gpus_per_task": "1", "tasks": 2}),
    Case({"gpus_per_task": "1", "nodes": "2"}),
    Case({"gpus_per_task": "1", "gpus": "4"}),
    Case({"gpus_per_task": "3", "gpus": "4"}),
    Case({"gpus_per_node": "2", "gpus": "4"}),
    Case({"gpus_per_node": "2", "gpus": "5"}),
    Case({"gpus": "1", "nodes": "2"}),
    Case({"gpus": "1", "nodes": "1-2"}),
    *_texts(
        "gres", "gpu:1", "gpu", "gpu:tesla:1", "none", "", "help", "gpu:tesla:1,gpu:1", "gres:gpu:1", "gpu:", "gpu:0"
    ),
    Case({"gres": "foo:1"}, (37, 38)),
    Case({"gres": "foo:1"}, (36,), "crash-36", 400),
    Case({"gres": "gpu:1", "gpus_per_node": "tesla:1"}),
    Case({"gres_flags": "enforce-binding", "gpus": "1"}),
    *_texts("gres_flags", "disable-binding", "Enforce-Binding", "x", None),
    *_texts("hold", True, "yes", "any", 1),
    *_texts("job_name", "other"),
    *_texts("kill_on_invalid_dependency", True, False, "no", "x", None, 0, "0.0", "00", [], versions=(38, 36)),
    *_texts("kill_on_invalid dependency", True, versions=ALL),
    *_texts("license", "ansys:1"),
    *_texts("licenses", "ansys:2,matlab:1", "nope:1", "ansys:100", "ansys|matlab"),
    *_texts(
        "mail_type", "END", "ALL", "NONE", "BEGIN,end,TIME_LIMIT_80", "x", "END,x", "", "ARRAY_TASKS,FAIL", "END,NONE"
    ),
    *_texts("mail_type", "REQUEUE,STAGE_OUT,INVALID_DEPEND", "TIME_LIMIT,TIME_LIMIT_90,TIME_LIMIT_50"),
    *_texts("mail_user", "someone@example.org"),
    *_texts("mcs_label", "x"),
    Case({"mcs_label": ""}, (36, 37), "documented", 500),
    *_texts("msc_label", "", versions=ALL),
    *_texts("memory_binding", "local", "rank,verbose", "map_mem:0,1", "map_mem:0*2,1", "mask_mem:0x3,0x1", "none", "x"),
    *_texts(
        "memory_binding", "help", "prefer,sort,local", "", "map_mem:", "map_mem:x", "nosort,quiet", "mask_mem=ff", "v"
    ),
    *_texts("memory_per_cpu", 100, "1G", "x", "512K"),
    *_texts("memory_per_gpu", 100),
    Case({"memory_per_gpu": "2G", "gpus": "1"}),
    *_texts(
        "memory_per_node", 100, "1G", "2048M", "100kb", "1T", "x", 0, -5, 1.5, None, "", "1 G", "1GB", "1Gb", [], "+5"
    ),
    Case({"memory_per_node": "x"}, ALL),
    Case({"memory_per_node": []}, ALL),
    Case({"memory_per_node": 200, "memory_per_cpu": 100}),
    *_texts("minimum_cpus_per_node", 2, -1, "x"),
    *_texts("minimum_nodes", True, None),
    Case({"minimum_nodes": False, "nodes": "1"}, (38,), "false"),
    *_texts("name", "n" * 300, "ü", "", None, "a b"),
    *_texts("nice", 10, -10, "5", None, "x", 2**31, 0),
    *_texts("no_kill", None, "set", "off", "NO", "x", 5),
    Case({"no_kill": True}, ALL, "documented-type"),
    Case({"no_kill": False}, (38,), "documented-type"),
    *_texts("no_requeue", True, False, None),
    *_texts("node_list", "node1"),
    *_texts("nodelist", "node2,node1,node1", "node[1-2]", "nope", "node[1-", "", "node1 node2"),
    *_texts(
        "nodes",
        1,
        "1-2",
        "2",
        "2-1",
        "0,4",
        "0-4:2",
        "5-3,",
        "x",
        0,
        "0-1",
        "1k",
        "-2",
        "1-",
        "",
        [1],
        [1, 2, 3],
        ["x", 1],
        None,
        " 2 ",
    ),
    *_texts("nodes", "0,4", "0-4:2", "5-3,"),
    *_texts("nodes", "2", versions=(36, 37)),
    Case({"nodes": [1, 2]}, ALL, "nodes-list", ours={"node_count": 1, "max_nodes": 2}),
    Case({"nodes": [2, 2], "tasks": 2}, (38,), "nodes-list", ours={"node_count": 2}),
    *_texts("ntasks", 3, 0),
    Case({"ntasks_per_core": 1, "tasks": 2}),
    Case({"ntasks_per_gpu": 2, "gpus": "1"}),
    Case({"ntasks_per_gpu": 2, "tasks": 4}),
    Case({"ntasks_per_gpu": 2, "tasks": 3}),
    *_texts("ntasks_per_gpu", 2, "x"),
    Case({"ntasks_per_node": 2, "nodes": "1"}),
    Case({"ntasks_per_socket": 2, "tasks": 2}),
    Case({"ntasks_per_tres": 2, "gpus": "2"}),
    *_texts("open_mode", "append", "truncate", "t", "A", "x", "", None),
    *_texts("oversubscribe", True, "any", versions=ALL),
    Case({"oversubscribe": False}, (38,), "false", ours={"shared": None}),
    *_texts("partition", "limited", "nope", "main,limited", "burst", "", versions=(38, 36)),
    *_texts("prefer", "fast", versions=ALL),
    *_texts("priority", 5, "5", "TOP", "x", 0, -1, 2**32, 2**32 - 3, None, versions=ALL),
    *_texts("profile", "task", "all", "none", "energy,network", "x", "lustre"),
    *_texts("qos", "normal", "nope", "high"),
    *_texts("requeue", True, None, "any", versions=ALL),
    Case({"requeue": False}, ALL, "false", ours={"requeue": False}),
    *_texts("reservation", "nope", ""),
    *_texts(
        "signal", "USR1", "10", "USR1@30", "R:USR1@30", "B:USR1", "x", "USR1@", "USR1@x", "0", "USR1@99999", "", 12
    ),
    *_texts("signal", "SIGTERM@120", "usr2", " int ", "64", "70000", "-1", "R", "HUPX"),
    *_texts("sockets_per_node", 1, 100),
    *_texts("spread_job", True, None),
    Case({"spread_job": False}, (38,), "false"),
    *_texts("standard_error", "/tmp/e", "none", "NONE", "", 5, []),
    *_texts("standard_in", "/dev/zero", versions=ALL),
    *_texts("standard_input", "none", "/dev/zero"),
    *_texts("standard_out", "/tmp/o", versions=ALL),
    *_texts("standard_output", "/tmp/o-%j", "none"),
    *_texts("tasks", 4, "4", 0, -1, "x", 2**31, 1000),
    Case({"tasks_per_core": 1, "tasks": 2}),
    *_texts("tasks_per_node", 2),
    Case({"tasks_per_node": 2, "nodes": "2"}),
    *_texts("tasks_per_socket", 1),
    *_texts("temporary_disk_per_node", "1G", 10, "x", []),
    *_texts("test_only", True),
    *_texts("thread_specification", 1, 0, 40000, "x"),
    *_texts("threads_per_core", 1, 2),
    *_texts(
        "time_limit", 5, "1:30", "1-0", "unlimited", "INFINITE", "x", "", 0, "0:01", "2-12:30:15", -1, "1:2:3:4", "1-"
    ),
    *_texts("time_limit", "1:00:00", "-0", "1--1", "1:1-1", " 5", "5 ", 5.0, "5.0", True, versions=(38, 36)),
    Case({"time_limit": "-5"}, (38,), "negative-time", 400),
    Case({"time_minimum": 5, "time_limit": 10}),
    Case({"time_minimum": "x"}),
    Case({"time_minimum": 5, "time_limit": 10}, (36, 37), "documented", ours={"time_minimum": 5}),
    Case({"time minimum": 5, "time_limit": 10}, ALL),
    *_texts("umask", "077", "0777", "7777", "10000", "x", "9", 22, "-1", "", "78"),
    *_texts("wait_all_nodes", 1, 0, 2, -1, "1", "x"),
    Case({"wait_all_nodes": True}, ALL, "documented-type"),
    *_texts("wckey", "nope", "", "*x"),
    # What is known and refused, what is not known, what is written in another case.
    *_texts("Bell", True, versions=ALL),
    *_texts("cpu_binding", "none", versions=ALL),
    *_texts("contiguous", True),
    *_texts("FOO", 1, versions=ALL),
    *_texts("", 1, versions=ALL),
    *_texts("x" * 300, 1, versions=ALL),
    *_texts("naïve", 1),
    *_texts("memory_per_CPU", 100, versions=ALL),
    *_texts("THREADS_PER_CORE", "x", versions=ALL),
    Case({"memory_per_node": 300, "MEMORY_PER_NODE": 400}),
    Case({"name": "first", "job_name": "second"}),
)


class Body(NamedTuple):
    """A whole body of job/submit: a value that is written as JSON, or bytes as they are."""

    name: str
    body: Any
    versions: tuple[int, ...] = ALL
    type: str = "application/json"
    difference: str | None = None
    status: int = 400

    def __str__(self) -> str:
        return self.name


SCRIPT = "#!/bin/sh\nsleep 1\n"
JOB = {"environment": {"PATH": "/bin:/usr/bin"}, "hold": True, "name": "w", "current_working_directory": "/tmp"}
_YAML = "script: |\n  #!/bin/sh\n  true\njob:\n  hold: true\n  name: yaml\n  environment:\n    A: 5\n  time_limit: 5\n"

BODIES = (
    Body("whole", {"script": SCRIPT, "job": JOB}),
    Body("jobs-is-one", {"script": SCRIPT, "jobs": JOB}),
    Body("job-is-a-list", {"script": SCRIPT, "job": [JOB, JOB]}),
    Body("job-before-jobs", {"script": SCRIPT, "jobs": [JOB, JOB], "job": JOB}),
    Body(
        "heterogeneous", {"script": SCRIPT, "jobs": [{**JOB, "tasks": 2}, {**JOB, "name": "v", "partition": "limited"}]}
    ),
    Body("one-component", {"script": SCRIPT, "jobs": [JOB]}),
    Body("no-component", {"script": SCRIPT, "jobs": []}),
    Body("too-many-components", {"script": SCRIPT, "jobs": [JOB] * 129}, difference="components"),
    Body("second-component-bad", {"script": SCRIPT, "jobs": [JOB, {**JOB, "foo": 1}]}),
    Body("second-component-no-object", {"script": SCRIPT, "jobs": [JOB, 5]}),
    Body("second-component-poor", {"script": SCRIPT, "jobs": [JOB, {"hold": True}]}),
    Body("component-refused", {"script": SCRIPT, "jobs": [JOB, {**JOB, "partition": "nope"}]}),
    Body("no-script", {"job": JOB}),
    Body("script-null", {"script": None, "job": JOB}),
    Body("script-empty", {"script": "", "job": JOB}),
    Body("script-number", {"script": 5, "job": JOB}),
    Body("script-list", {"script": ["#!/bin/sh"], "job": JOB}),
    Body("script-object", {"script": {}, "job": JOB}),
    Body("script-without-interpreter", {"script": "sleep 1\n", "job": JOB}),
    Body("script-with-carriage-returns", {"script": "#!/bin/sh\r\ntrue\r\n", "job": JOB}),
    Body("script-unicode", {"script": "#!/bin/sh\necho 'ü€𝄞'\n", "job": JOB}),
    Body("script-of-4-mb", {"script": "#!/bin/sh\n" + "#" * 4_000_000, "job": JOB}, (38,)),
    Body("script-of-10-mb", {"script": "#!/bin/sh\n" + "#" * 10_000_000, "job": JOB}),
    Body("script-with-nul", {"script": "#!/bin/sh\ntrue\n\0false\n", "job": JOB}, difference="cut"),
    Body("comment-with-nul", {"script": SCRIPT, "job": {**JOB, "comment": "a\0b"}}, (38,), difference="cut"),
    Body("no-job", {"script": SCRIPT}),
    Body("job-null", {"script": SCRIPT, "job": None}),
    Body("job-text", {"script": SCRIPT, "job": "x"}),
    Body("no-environment", {"script": SCRIPT, "job": {"hold": True}}),
    Body("empty-environment", {"script": SCRIPT, "job": {"hold": True, "environment": {}}}),
    Body(
        "login-environment-only",
        {"script": SCRIPT, "job": {"hold": True, "environment": {}, "get_user_environment": 0}},
    ),
    Body("no-name", {"script": SCRIPT, "job": {"hold": True, "environment": {"A": "b"}}}),
    Body("more-members", {"script": SCRIPT, "job": JOB, "foo": 1}),
    Body("upper-case-members", {"Script": SCRIPT, "Job": JOB}),
    Body(
        "equal-members",
        b'{"script":"#!/bin/sh\\n","job":{"hold":true,"environment":{"A":"1","A":"2"},"name":"a","name":"b"}}',
    ),
    # What json-c takes beside JSON
    Body("trailing-commas", b'{"job":{"hold":true,"environment":{"A":"1",},"tasks":2,},"script":"#!/bin/sh\\n",}'),
    Body("single-quotes", b"{'job':{'hold':true,'environment':{'A':'\"1\"'}},'script':'#!/bin/sh\\n'}"),
    Body("comments", b'/*a*/{"job":{"hold":true/*b*/,"environment":{"A":"//c"}},//d\n"script":"#!/bin/sh\\n/*e*/"}\n'),
    Body("raw-lines", b'{"job":{"hold":true,"environment":{"A":"1\t2"}},"script":"#!/bin/sh\n\techo\n"}'),
    Body("zeros-in-front", b'{"job":{"hold":true,"environment":{"A":"1"},"tasks":010},"script":"#!/bin/sh\\n"}'),
    Body("point-behind", b'{"job":{"hold":true,"environment":{"A":"1"},"tasks":2.},"script":"#!/bin/sh\\n"}'),
    Body("words-in-capitals", b'{"job":{"hold":True,"environment":{"A":"1"},"name":NULL},"script":"#!/bin/sh\\n"}'),
    Body("end-of-a-c-string", b'{"job":{"hold":true,"environment":{"A":"1"}},"script":"#!/bin/sh\\n"}\0'),
    Body("empty-object", {}),
    Body("empty", b""),
    Body("list", [JOB]),
    Body("form", b"script=x&job=y", type="application/x-www-form-urlencoded"),
    Body("yaml", _YAML.encode(), type="application/x-yaml"),
)


class Change(NamedTuple):
    """A change of a held job: what it was submitted with, what is asked, and of which job: `{job}`, `{array}_1`."""

    changes: Any
    submitted: dict[str, Any] = {}  # noqa: RUF012 - never changed
    target: str = "{job}"
    user: str = "alice"
    versions: tuple[int, ...] = (38,)
    difference: str | None = None
    ours: dict[str, Any] = {}  # noqa: RUF012

    def __str__(self) -> str:
        return f"{self.target}-{self.user}-{self.changes}".replace(" ", "").replace("/", "|")[:60]


_ARRAY = {"array": "1-3%2"}

CHANGES = (
    Change({}, versions=(37, 38)),
    Change({}, versions=(36,), difference="job-name", ours={"name": "w"}),
    *(Change({"comment": value}, versions=(37, 38)) for value in ("changed", "", None)),
    Change({"comment": "changed"}, versions=(36,), difference="job-name", ours={"name": "w", "comment": "changed"}),
    Change({"name": "changed"}, versions=(37, 38), difference="update-ignored", ours={"name": "changed"}),
    Change({"name": "changed"}, versions=(36,), difference="update-ignored", ours={"name": "changed"}),
    Change({"mail_type": "END"}, versions=(37, 38), difference="update-ignored"),
    *(Change({"time_limit": value}) for value in (5, "1:30", "unlimited", "x")),
    *(Change({"nodes": value}) for value in ("2", "1-2", "0")),
    Change({"nodes": [1, 2]}, difference="nodes-list", ours={"node_count": 1, "max_nodes": 2}),
    Change({"account": "optics"}),
    Change({"account": "nope"}),
    Change({"begin_time": "now+1hour"}),
    Change({"constraints": "ib"}),
    Change({"cpus_per_task": 3}),
    Change({"current_working_directory": "/var"}),
    Change({"deadline": "now+5days"}),
    Change({"delay_boot": 5}),
    Change({"dependency": "singleton"}, {"name": NAMESAKE}),
    *(Change({"distribution": value}) for value in ("cyclic", "block,pack", "plane=4", "nopack", "arbitrary", "x")),
    Change({"cpu_frequency": "low-high:performance"}),
    Change({"memory_binding": "local"}),
    Change({"profile": "task"}),
    Change({"signal": "USR1@30"}),
    Change({"open_mode": "append"}),
    Change({"gres_flags": "enforce-binding"}),
    Change({"spread_job": True}),
    Change({"kill_on_invalid_dependency": True}),
    Change({"no_kill": None}),
    Change({"array": "1-5%1"}, {"array": "1-5"}, difference="array-update", ours={"array_max_tasks": 1}),
    Change({"container": "/tmp/bundle"}),
    Change({"batch_features": "fast"}),
    Change({"argv": ["a"]}, difference="crash"),
    Change({"core_specification": 1}),
    Change({"gpus": "1"}),
    Change({"cluster_constraint": "x"}),
    Change({"prefer": "fast"}),
    Change({"burst_buffer": "x"}),
    Change({"wait_all_nodes": 1}),
    Change({"account_gather_frequency": "5"}),
    Change({"environment": {"A": "changed"}}),
    Change({"exclude_nodes": "node2"}),
    Change({"exclusive": "exclusive"}),
    Change({"gres": "gpu:1"}),
    Change({"gres": "foo:1"}, versions=(37, 38)),
    Change({"gres": "foo:1"}, versions=(36,)),
    Change({"hold": False}, {"begin_time": "now+5days"}),
    Change({"hold": True}),
    Change({"licenses": "matlab:1"}),
    Change({"mail_user": "x"}),
    Change({"memory_per_node": 333}),
    Change({"memory_per_cpu": 44}),
    Change({"memory_per_node": "x"}, versions=(36, 37, 38)),
    Change({"minimum_cpus_per_node": 2}),
    Change({"nice": 50}),
    Change({"nodelist": "node2"}),
    Change({"oversubscribe": True}),
    Change({"partition": "limited"}),
    Change({"partition": "nope"}, versions=(36, 37, 38)),
    Change({"priority": 5}),
    Change({"qos": "high"}),
    Change({"qos": "nope"}),
    Change({"requeue": True}),
    Change({"reservation": "nope"}),
    Change({"standard_output": "/tmp/changed"}),
    Change({"tasks": 4}),
    Change({"temporary_disk_per_node": 5}),
    Change({"threads_per_core": 1}),
    Change({"time_minimum": 1}, {"time_limit": 10}),
    Change({"wckey": "*x"}),
    Change({"foo": 1}, versions=(36, 37, 38)),
    Change({"bell": 1}, versions=(36, 37, 38)),
    Change([], versions=(36, 37, 38)),
    Change([{"comment": "x"}], versions=(36, 37, 38)),
    Change([{"foo": "x"}], versions=(36, 37, 38)),
    Change({"comment": "x"}, user="bob", versions=(36, 37, 38)),
    Change({"comment": "x"}, target="999999", versions=(36, 37, 38)),
    Change({"comment": "x"}, target="abc", versions=(36, 37, 38)),
    Change({"comment": "x"}, target="0", versions=(36, 37, 38)),
    Change({"comment": "x"}, target="-5", versions=(36, 37, 38)),
    Change({"comment": "x"}, target="4294967295", versions=(36, 37, 38)),
    Change({"comment": "x"}, _ARRAY, versions=(37, 38), difference="array-update", ours={"comment": "x"}),
    Change({"comment": "x"}, _ARRAY, versions=(36,), difference="job-name", ours={"comment": "x"}),
    Change({"comment": "x"}, _ARRAY, "{job}_1", versions=(37, 38), difference="array-update"),
    Change({"comment": "x"}, _ARRAY, "{job}_1", versions=(36,)),
    Change({"comment": "x"}, _ARRAY, "{job}_9", versions=(37, 38)),
    Change({"partition": "nope"}, _ARRAY, versions=(36, 37, 38)),
)


class Cancel(NamedTuple):
    """A cancelled job: the query, of which job, and who asks. acting: whose name root's token is sent with."""

    query: str = ""
    submitted: dict[str, Any] = {}  # noqa: RUF012 - never changed
    target: str = "{job}"
    user: str = "alice"
    acting: str | None = None

    def __str__(self) -> str:
        return f"{self.target}-{self.query}-{self.user}-{self.acting}"


CANCELS = (
    Cancel(),
    Cancel(user="bob"),
    Cancel(user="root"),
    Cancel(user="root", acting="alice"),
    Cancel(user="root", acting="bob"),
    Cancel(user="bob", acting="alice"),
    *(
        Cancel(f"?signal={name}")
        for name in ("KILL", "SIGKILL", "9", "usr1", "SIGUSR1", "10", "TERM", "FOO", "0", "64", "63")
    ),
    *(
        Cancel(f"?signal={name}")
        for name in ("-1", "", "true", "no", "1.5", "9999999999", "99999999999999999999", "%2B9", "USR")
    ),
    *(Cancel(query) for query in ("?signal", "?foo=1", "?Signal=0", "?signal=0&signal=9")),
    *(
        Cancel(target=target)
        for target in ("999999", "abc", "0", "-5", "4294967295", "{job}_1", "{job}%2B0", "{job}.batch")
    ),
    *(
        Cancel(submitted=_ARRAY, target=target)
        for target in ("{job}", "{job}_2", "{job}_9", "{job}_%5B1-2%5D", "{job}_1%2C2")
    ),
)
