# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two servers are asked to submit, to change and to cancel from v0.0.40 on.

Rule 1: every key that the documents of these versions list stands here with a right value, for each version; a test
        sees to it.
Rule 2: what may be wrong with a value is the same for all keys of one kind. One key of each kind gets the whole list,
        the others some of it, and each of these values in one version, by turns.
Rule 3: where the real server lies or dies, the case names the reason, see write_differences.LIES.
"""

from __future__ import annotations

from typing import NamedTuple

from write_cases import NAMESAKE, WAITING

from slurmrest_inet.versions import HOME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALL = (40, 41, 42, 43, 44, 45)
SINCE_41 = ALL[1:]
NEWEST = (42, 45)
"""The last versions of their home releases: where all of these do the same, one of each is asked."""
SCRIPT = "#!/bin/sh\nsleep 1\n"
JOB = {"environment": ["PATH=/bin:/usr/bin"], "hold": True, "name": "w", "current_working_directory": "/tmp"}
LATER = 4_000_000_000
"""A begin time that no test lives to see: a job that is not held must not start."""


class Case(NamedTuple):
    """Members of a job beside or instead of those that every job has. lie: a key of write_differences.LIES."""

    job: dict[str, Any]
    versions: tuple[int, ...] = ALL
    lie: str | None = None

    def __str__(self) -> str:
        text = ",".join(f"{key}={value!r}" for key, value in self.job.items())
        return text.replace(" ", "_").replace("/", "|").replace("[", "(").replace("]", ")")[:60] or "nothing"


def _all(key: str, *values: Any, versions: tuple[int, ...] = ALL, lie: str | None = None) -> tuple[Case, ...]:
    return tuple(Case({key: value}, versions, lie) for value in values)


def _turns(keys: str, *values: Any, lie: str | None = None, versions: tuple[int, ...] = ALL) -> tuple[Case, ...]:
    """Each value for each key in one of the versions of each home release."""
    pairs = [(key, value) for key in keys.split() for value in values]
    return tuple(Case({key: value}, turn(at, versions), lie) for at, (key, value) in enumerate(pairs))


def turn(at: int, versions: tuple[int, ...] = ALL) -> tuple[int, ...]:
    """The versions whose turn it is: one of each home release."""
    homes = dict.fromkeys(HOME[version] for version in versions)
    groups = [[version for version in versions if HOME[version] == home] for home in homes]
    return tuple(group[at % len(group)] for group in groups)


def _number(number: Any, **members: Any) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number, **members}


_INFINITE = {"set": False, "infinite": True, "number": 0}
_UNSET = {"set": False, "infinite": False, "number": 5}

_TEXTS = {
    "account": ("physics", "nope"),
    "account_gather_frequency": ("30",),
    "admin_comment": ("x",),
    "allocation_node_list": ("node1",),
    "array": ("1-3%2", "5-1"),
    "batch_features": ("x",),
    "burst_buffer": ("x",),
    "clusters": ("lab",),
    "cluster_constraint": ("x",),
    "comment": ("any", "", "üñí €", 'a"b/c\\d\t', "x" * 2000),
    "constraints": ("ib", "nope"),
    "container": ("/tmp/bundle",),
    "container_id": ("x",),
    "cpu_binding": ("x",),
    "cpus_per_tres": ("gres/gpu:2",),
    "current_working_directory": ("/var", "relative", ""),
    "dependency": ("nope",),
    "extra": ("x",),
    "licenses": ("matlab:1", "nope"),
    "mail_user": ("a@b",),
    "mcs_label": ("x",),
    "memory_binding": ("x",),
    "memory_per_tres": ("gres/gpu:100",),
    "name": ("v", ""),
    "network": ("x",),
    "partition": ("limited", "nope", "main,limited", ""),
    "prefer": ("fast",),
    "qos": ("high", "nope"),
    "reservation": ("nope", ""),
    "script": ("#!/bin/sh\ninner\n",),
    "selinux_context": ("x",),
    "standard_error": ("/tmp/e-%j", "none"),
    "standard_input": ("/dev/zero",),
    "standard_output": ("/tmp/o-%j",),
    "tres_bind": ("gres/gpu:closest",),
    "tres_freq": ("gpu:low",),
    "tres_per_job": ("gres/gpu:1",),
    "tres_per_node": ("gres/gpu:1", "1:30"),
    "tres_per_socket": ("gres/gpu:1",),
    "tres_per_task": ("cpu:2",),
    "wckey": ("laser", "nope"),
    "x11_magic_cookie": ("x",),
    "x11_target_host": ("x",),
}
# NO_VAL where a number is no 32-bit one.
_INTEGERS = (
    "tasks delay_boot hetjob_group site_factor minimum_cpus maximum_cpus minimum_nodes maximum_nodes"
    " minimum_cpus_per_node temporary_disk_per_node wait_for_switch"
)
# Cut to 16 bits.
_SMALL_INTEGERS = (
    "cpus_per_task reserve_ports minimum_boards_per_node minimum_sockets_per_board sockets_per_node threads_per_core"
    " tasks_per_node tasks_per_socket tasks_per_core tasks_per_board ntasks_per_tres allocation_node_port"
    " x11_target_port"
)
_TRUTHS = "contiguous kill_on_node_fail overcommit requeue wait_all_nodes immediate reboot"
_NUMBERS = "time_limit time_minimum required_switches kill_warning_delay"
_MODERN_NUMBERS = "distribution_plane_size segment_size"
_FLAGS = {
    "flags": (
        *("KILL_INVALID_DEPENDENCY", "NO_KILL_INVALID_DEPENDENCY", "HAS_STATE_DIRECTORY", "TESTING_BACKFILL"),
        *("GRES_BINDING_ENFORCED", "TEST_NOW_ONLY", "SEND_JOB_ENVIRONMENT", "SPREAD_JOB", "PREFER_MINIMUM_NODE_COUNT"),
        *("JOB_KILL_HURRY", "SKIP_TRES_STRING_ACCOUNTING", "SIBLING_CLUSTER_UPDATE_ONLY", "HETEROGENEOUS_JOB"),
        *("EXACT_TASK_COUNT_REQUESTED", "EXACT_CPU_COUNT_REQUESTED", "TESTING_WHOLE_NODE_BACKFILL"),
        *("TOP_PRIORITY_JOB", "ACCRUE_COUNT_CLEARED", "GRES_BINDING_DISABLED", "JOB_WAS_RUNNING"),
        *("JOB_ACCRUE_TIME_RESET", "CRON_JOB", "EXACT_MEMORY_REQUESTED", "USING_DEFAULT_ACCOUNT"),
        *("USING_DEFAULT_PARTITION", "USING_DEFAULT_QOS", "USING_DEFAULT_WCKEY", "DEPENDENT", "MAGNETIC"),
        *("PARTITION_ASSIGNED", "BACKFILL_ATTEMPTED", "SCHEDULING_ATTEMPTED"),
    ),
    "cpu_binding_flags": (
        *("CPU_BIND_TO_THREADS", "CPU_BIND_TO_CORES", "CPU_BIND_TO_SOCKETS", "CPU_BIND_TO_LDOMS", "CPU_BIND_NONE"),
        *("CPU_BIND_MAP", "CPU_BIND_MASK", "CPU_BIND_LDRANK", "CPU_BIND_LDMAP", "CPU_BIND_LDMASK"),
        *("VERBOSE", "CPU_BIND_ONE_THREAD_PER_CORE"),
    ),
    "mail_type": (
        *("BEGIN", "END", "FAIL", "REQUEUE", "TIME=100%", "TIME=90%", "TIME=80%", "TIME=50%", "STAGE_OUT"),
        *("ARRAY_TASKS", "INVALID_DEPENDENCY"),
    ),
    "memory_binding_type": ("NONE", "RANK", "MAP", "MASK", "LOCAL", "VERBOSE", "PREFER"),
    "open_mode": ("APPEND", "TRUNCATE"),
    "profile": ("NOT_SET", "NONE", "ENERGY", "LUSTRE", "NETWORK", "TASK"),
    "shared": ("none", "oversubscribe", "user", "mcs"),
    "kill_warning_flags": (
        *("BATCH_JOB", "ARRAY_TASK", "FULL_STEPS_ONLY", "FULL_JOB", "FEDERATION_REQUEUE", "HURRY", "OUT_OF_MEMORY"),
        *("NO_SIBLING_JOBS", "RESERVATION_JOB", "VERBOSE", "CRON_JOBS", "WARNING_SENT"),
    ),
    "x11": ("FORWARD_ALL_NODES", "BATCH_NODE", "FIRST_NODE", "LAST_NODE"),
}
_RLIMITS = ("cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as")
_NO_LIST = (None, 5, 1.5, True, {"a": 1})

CASES = (
    Case({}),
    # Texts
    *(case for key, values in _TEXTS.items() for case in _all(key, *values)),
    Case({"dependency": "singleton", "name": NAMESAKE}),
    Case({"dependency": WAITING}),
    *_turns(" ".join(key for key in _TEXTS if key != "script"), None, True),
    *_turns(" ".join(key for key in _TEXTS if key not in ("script", "dependency")), 5),
    *_turns(" ".join(_TEXTS), ["x"], {"a": 1}, lie="unread"),
    *_turns("comment", 12.5, False, -1, 1e30, 1e-7, 0.1, 2**70, 123456789012345),
    *_all("comment", [], {}, ['ü"/\\\n\x01', 1.5, None], {"a": {}, "b": [0.1]}, lie="unread"),
    *_all("container_type", "x", 5, versions=(44, 45)),
    *_all("container_type", ["x"], versions=(45,), lie="unread"),
    # Integers
    *(case for key in _INTEGERS.split() for case in _all(key, 3)),
    *(case for key in _SMALL_INTEGERS.split() for case in _all(key, 3)),
    *_turns(_INTEGERS, None, 0, -1, 2**31, 2**32 - 1, 2**32, "4", 1.5),
    *_turns(_SMALL_INTEGERS, None, 0, -1, 2**16 - 1, 2**16, 2**32, "4", 1.5),
    *_turns(f"{_INTEGERS} {_SMALL_INTEGERS}", "x", True, _number(5), lie="unread"),
    *_turns("tasks cpus_per_task", 2.5, -0.5, 1e30, "0x10", " 5", "+5", "-5", "9" * 20, 2**63, -(2**31) - 1),
    *_turns("tasks cpus_per_task", "", "5 ", "5.0", "1e3", "true", [5], {}, _INFINITE, lie="unread"),
    *_all("oom_kill_step", 1, versions=(42, 43, 44, 45)),
    *_all("oom_kill_step", "1", -1, None, versions=NEWEST),
    *_all("oom_kill_step", True, versions=NEWEST, lie="unread"),
    *_all("oom_kill_step", 1, versions=(40, 41)),
    *_all("cores_per_socket", 2, "2", -1, None),
    *_all("cores_per_socket", {}, versions=(40, 45), lie="unread"),
    *_all("memory_update_margin", 10, "10", 2**16, None, versions=(44, 45)),
    *_all("memory_update_delay", 3, -1, None, versions=(44, 45)),
    *_all("memory_update_delay", "x", versions=(45,), lie="unread"),
    *_all("resv_mpi_ports", 0, 3),
    *_all("job_id", 5, 0, -1, "5", None),
    *_all("job_id", "x", lie="unread"),
    *_all("nice", 5, 0, None, -1, "5", 1.5, "x", True, [], {}, 2**31 - 3, 2**31 - 4, -(2**31), 2**63),
    *_all("core_specification", 1, 0, -1, "1", 1.5, "x", True, {}, 32768, 2**63, None),
    *_all("thread_specification", 1, 0, -1, "1", 1.5, "x", True, {}, 32768, 2**63, None),
    # Truths
    *(case for key in _TRUTHS.split() for case in _all(key, True, False)),
    *_turns(_TRUTHS, None, "no", "x", 0, 1, 1.5, ""),
    *_turns(_TRUTHS, [], {}, lie="unread"),
    *_turns(
        "contiguous", "true", "yes", "on", "y", "t", "1", "FALSE", "off", "n", "f", "0", "  ", "null", "~", 0.0, -1
    ),
    *_turns("contiguous", [5], {"a": 1}, lie="unread"),
    *(Case({"hold": value, "begin_time": LATER}) for value in (False, None, "no", 0)),
    *_all("hold", "yes", 5),
    *_all("hold", [], lie="unread"),
    *_all("oversubscribe", True, False, None),
    *_all("exclusive", True, False, None, ["true"], ["false"], ["user"], ["mcs"], "true", ["true", "false"], {}, 5),
    *_all("exclusive", ["topo"], versions=SINCE_41),
    # Numbers that may be unset or infinite
    *(case for key in _NUMBERS.split() for case in _all(key, 5, _number(6), "7", None, "x")),
    *_turns(_NUMBERS, 0, -1, 1.5, _INFINITE, _UNSET, {}, True, [], 2**16, 2**32, _number(-1), {"a": 1}),
    *_all("time_limit", {"number": 5}, {"set": True}, {"infinite": True}, _number("5"), _number(1.5)),
    *_all("time_limit", {"set": "x", "number": 5}, {"set": 0, "number": 5}, {"set": None, "number": 5}),
    *_all("time_limit", _number(None), _number(5, foo=1), {"infinite": "x"}, {"Set": True, "number": 5}),
    *_all("time_limit", _number("x"), {"set": [], "number": 5}, _number([]), versions=(40,)),
    *_all("time_limit", _number("x"), {"set": [], "number": 5}, _number([]), versions=SINCE_41, lie="unread"),
    *_turns("time_limit", " 5", "+5", "0x10", "1e3", "1.5", "5 ", "1:30", "INFINITE", "", 1e30, -1.5, 2**64, -5),
    *(Case({"priority": value, "begin_time": LATER}) for value in (5, _number(6), "7", _INFINITE, _UNSET, None, -1)),
    *_all("priority", 0, "x"),
    *(Case({"hold": True, "priority": 5, "begin_time": LATER}, NEWEST) for _ in "x"),
    Case({"hold": False, "priority": 0}, NEWEST),
    *_all("distribution_plane_size", 4, "5", 2**16, None, -1),
    *_all("distribution_plane_size", "x", True, versions=(40,), lie="unread"),
    *_all("distribution_plane_size", _number(3), versions=(40,), lie="unread"),
    *_all("distribution_plane_size", _number(3), _INFINITE, {}, "x", True, versions=SINCE_41),
    *_all("segment_size", 1, _number(2), {}, None, "x"),
    *(case for key in ("memory_per_cpu", "memory_per_node") for case in _all(key, 5, _number(6), "7", "1G", "x", None)),
    *_turns("memory_per_node memory_per_cpu", 0, -1, -5, 1.5, _INFINITE, _UNSET, 2**33, 2**64, True, [], {}),
    *_turns("memory_per_node", "1g", "10M", "2K", "1T", "1.5G", "5 ", "G", "1GB", "-1", "", "1:30", "10000000000T"),
    Case({"memory_per_cpu": 5, "memory_per_node": 6}, SINCE_41),
    # Moments
    *_all("begin_time", LATER, _number(LATER), "now+1hour", "x", None, 5, "5", 0),
    *_turns("begin_time", "2030-01-01", "2030-01-01T12:00:00", "tomorrow", "uts2000000000", "", 1.5, -1, True, [], {}),
    *_turns("begin_time", _INFINITE, _UNSET, _number("5"), _number(5, foo=1), "INFINITE", {"a": 1}, 2**33),
    *_turns("begin_time deadline", "now+9999999999999", "now+ 1 000000000weeks"),
    *_all("deadline", LATER, "now+5days", "x", None, 5, "5"),
    *_turns("deadline", 0, -1, _number(LATER), _INFINITE, True, [], {}, {"a": 1}, "", 2**32 + 5),
    *_all("end_time", LATER, "x", None),
    *_turns("end_time", "5", True, [], {}, _INFINITE),
    # Flags
    *(Case({key: list(words)}) for key, words in _FLAGS.items()),
    *(case for key, words in _FLAGS.items() for case in _turns(key, *([word] for word in words))),
    *_turns(" ".join(_FLAGS), [], *_NO_LIST, [["x"]], versions=SINCE_41),
    *_turns(" ".join(_FLAGS), [], *_NO_LIST, versions=(40,)),
    *_turns(" ".join(_FLAGS), ["FOO"], "FOO", versions=(40,)),
    *_turns(
        " ".join(key for key in _FLAGS if key != "x11"),
        ["FOO"],
        "FOO",
        [5],
        ["FOO", "BAR"],
        versions=SINCE_41,
        lie="flag",
    ),
    *(Case({key: words[0].lower()}, turn(at)) for at, (key, words) in enumerate(_FLAGS.items())),
    *_all("flags", ["MAGNETIC", "FOO"], "MAGNETIC,DEPENDENT", [None], [5], ["FOO", "BAR"], [["x"]], versions=(40,)),
    *_all("flags", ["MAGNETIC", "FOO"], "MAGNETIC,DEPENDENT", [None], versions=SINCE_41, lie="flag"),
    *_all("flags", ["STEPMGR_ENABLED"], versions=SINCE_41),
    *_all("flags", ["STEPMGR_ENABLED"], versions=(40,)),
    *_all("flags", ["EXTERNAL_JOB"], versions=(43, 44, 45)),
    *_all("flags", ["SPREAD_SEGMENTS", "CONSOLIDATE_SEGMENTS"], ["EXPEDITED_REQUEUE"], versions=(44, 45)),
    *_all("flags", ["SPREAD_SEGMENTS"], versions=(43,), lie="flag"),
    *_all("flags", ["JOB_IMPLICIT_MAX_NODES"], versions=(45,)),
    *_all("flags", ["JOB_IMPLICIT_MAX_NODES"], versions=(44,), lie="flag"),
    *_all("cpu_binding_flags", ["CPU_BIND_RANK", "VERBOSE"], versions=ALL[:-1]),
    *_all("cpu_binding_flags", ["CPU_BIND_RANK", "VERBOSE"], versions=(45,), lie="flag"),
    *_all("memory_binding_type", ["LOCAL", "SORT"], versions=(40, 41, 42, 43)),
    *_all("memory_binding_type", ["LOCAL", "SORT"], versions=(44, 45), lie="flag"),
    *_all("shared", ["topo"]),
    *_all("power_flags", [], ["x"], 5, None),
    # Lists of texts
    *_all("environment", ["A=1", "B=2"], {"A": "1", "B": 2, "C": None, "D": True, "E": 1.5}, {"A=B": "c", "": "x"}),
    *_turns("environment", ["A"], ["=x"], [""], [5, None, True, 1.5, 2**70], ["A=1", "A=2"], ["A=1\nB=2"], ["A=ü"]),
    *_all("environment", None, [], {}, "A=1", 5, [["A=1"]], {"A": ["x"]}, {"A": {}}),
    *_all("argv", ["a", "b c", ""], [1, None, True], {"a": 1}, [], None, "x", 5, [["x"]]),
    *_all("spank_environment", ["A=1", "B"], {"a": 1}, None, "x", [[]]),
    *_all("excluded_nodes", ["node1"], ["node1,node2", "node[3-4]"], "node1,node2", ["node1", ""], ["nope"], None),
    *_turns("excluded_nodes", "", 5, 1.5, True, [], {}, {"a": 1}, ["node1", 5, None], [["x"]], {"a": ["x"]}),
    *_all("required_nodes", ["node1", "node2"], "node[1-2]", ["nope"], None, []),
    *_turns("required_nodes", "", 5, {"a": 1}, [["x"]]),
    # Kinds of their own
    *_all("nodes", "2", "1-2", "2-1", "x", 5, [1, 2], {"a": 1}, None, True, 1.5, ""),
    *_turns("nodes", "1-", "-2", "1k", "2m", "1-2-3", "0", "0-1", " 2 ", "2,4", "1.5", "1-4:2", -1, []),
    *_turns("nodes", "1-8:0", "16384,1", "3,5-2", "1-9,1-9", versions=SINCE_41),
    *_turns("nodes", "0,4", "0-4:2", "4,0", "0,0", "0-0", "0-1:1", "5-3,0", "1-5:2", "2-4:2", "2-8:3", " 2,4", "2, 4"),
    *_turns("nodes", "1-3:2,7", "7,1-3:2", "1:2", "1-5:", "5-3:1", "0x2,4"),
    Case({"minimum_nodes": 1, "maximum_nodes": 2, "nodes": "3-4"}, NEWEST),
    *_all("distribution", "cyclic", "x", None, 5, versions=ALL),
    *_all("distribution", [], versions=(40,)),
    *_turns("distribution", "block", "block:cyclic", "plane=4", "plane", "block,pack", "cyclic:block:fcyclic", "*"),
    *_turns("distribution", "arbitrary", "block:*:fcyclic", "BLOCK", "", "plane=0", "block,nopack", "PLANE=3", ",pack"),
    *_all("distribution", "nopack", versions=NEWEST),
    *_turns("distribution", "cyclic:cyclic", "block:fcyclic:fcyclic", "block:block:block:block", versions=SINCE_41),
    Case({"distribution": "plane=3", "distribution_plane_size": 4}),
    Case({"distribution": "plane=4", "distribution_plane_size": 4}, SINCE_41),
    Case({"distribution": "arbitrary", "required_nodes": ["node1", "node2"]}, SINCE_41),
    *_all("cpu_frequency", "low", "low-high:performance", "x", None, 5),
    *_turns("cpu_frequency", "high", "5", "performance", "low-high", "1000-2000", "ondemand:low", "medium-highm1", ""),
    *_all("kill_warning_signal", "USR1", "sigusr2", "10", None, "", 10),
    *_turns("kill_warning_signal", "64", "70000", "-1", "0", "0x10", 99),
    *_all("kill_warning_signal", "SIGFOO", versions=(40,)),
    *_all("kill_warning_signal", "SIGFOO", "USR1@30", "B:USR1", versions=SINCE_41, lie="signal"),
    Case({"kill_warning_signal": "USR1", "kill_warning_delay": 5, "kill_warning_flags": ["BATCH_JOB"]}),
    *_all("user_id", "alice", "61001", "bob", "0", "nosuch", None, ""),
    *_all("group_id", "nosuch", "alice", None, "", versions=(40,)),
    *_all("group_id", "0", None, "", versions=SINCE_41),
    *_all("group_id", "nosuch", "alice", [], 5, versions=(43, 44, 45)),
    *_all("step_id", {"job_id": _number(5)}, {"job_id": 5}, {}, None, "5", 5, [], versions=(43, 44, 45)),
    *_all("step_id", {"step_id": "batch"}, {"step_id": "0"}, {"step_id": 3}, {"step_id": "TBD"}, versions=(44, 45)),
    *_all("step_id", {"step_id": "x"}, {"step_id": None}, {"step_id": "-1"}, versions=(44, 45), lie="flag"),
    *_all("step_id", {"step_id": []}, {"step_id": "4294967294"}, versions=(44, 45), lie="unread"),
    *_all("step_id", {"step_het_component": 1, "foo": 1}, {"job_id": "x"}, {"job_id": True}, versions=(44, 45)),
    *_all("step_id", {"sluid": "x"}, {"sluid": 5}, {"sluid": []}, {"sluid": "s8A9M8BZGNCN00"}, versions=(44, 45)),
    *_all("crontab", {}, {"minute": "5"}, "x", None),
    *(Case({"rlimits": {key: 5}}) for key in _RLIMITS),
    *_all("rlimits", {"cpu": _number(5), "nofile": 7}, {"cpu": _INFINITE}, {"cpu": "x"}, {"cpu": 5, "foo": 1}, "x"),
    *_turns(
        "rlimits", {"cpu": None}, {"cpu": "5"}, {"cpu": -1}, {"cpu": {}}, {"cpu": []}, {}, [], 5, None, {"as": 2**40}
    ),
    Case({"tres_per_job": "gres/gpu:1", "cpus_per_tres": "gres/gpu:2", "memory_per_tres": "gres/gpu:100"}),
    Case({"tasks": 4, "tasks_per_node": 2, "minimum_nodes": 2}, NEWEST),
    Case({"tasks": 2, "cpus_per_task": 2, "threads_per_core": 1}, NEWEST),
    Case({"mail_type": ["END"], "mail_user": "a@b"}, NEWEST),
    Case({"required_switches": 1, "wait_for_switch": 60}, SINCE_41),
    Case({"memory_binding": "0xF", "memory_binding_type": ["MASK"]}, NEWEST),
    # What is not known
    *_all("foo", 1, None, {}, [], {"a": {"b": 1, "c": [1]}}),
    *_turns("foo", 1.5, True, "x", [{"a": 1}], {"a": None}),
    *(Case({key: 1}, NEWEST) for key in ("Name", "foo/bar", "", "a~b", "a b", "ü", "x" * 300)),
    Case({"foo": {"ü": {"b": 1}, "a\t": 2}}, NEWEST),
    Case({"zeta": 1, "alpha": 2, "tasks": "5", "comment": 5}),
    # More than one fault: in the order of the keys in the document
    Case({"tasks": "5", "name": 5}),
    Case({"tasks": "x", "name": ["a"]}, ALL, "unread"),
    Case({"comment": [], "account": []}, ALL, "unread"),
    Case({"tasks": "x", "foo": 1, "account": 5}, ALL, "unread"),
    Case({"time_minimum": "x", "time_limit": "x", "foo": 1}),
    Case({"flags": ["FOO"], "time_limit": "x"}),
    Case({"flags": 5, "time_limit": "x", "tasks": "x"}),
    Case({"flags": ["FOO"], "mail_type": ["BAR"]}, (40,)),
    Case({"flags": ["FOO"], "mail_type": ["BAR"]}, SINCE_41, "flag"),
    Case({"flags": ["FOO"], "tasks": "x"}, (40,)),
    Case({"environment": "x", "time_limit": "x"}),
    Case({"nodes": "x", "deadline": "x", "tasks": "x", "foo": 1}),
)


class Body(NamedTuple):
    """A whole body of job/submit: a value that is written as JSON, or bytes as they are."""

    name: str
    body: Any
    versions: tuple[int, ...] = ALL
    type: str = "application/json"
    lie: str | None = None

    def __str__(self) -> str:
        return self.name


def _without(member: str) -> dict[str, Any]:
    return {key: value for key, value in JOB.items() if key != member}


_YAML = (
    "script: |\n  #!/bin/sh\n  true\njob:\n  hold: true\n  name: yaml\n  current_working_directory: /tmp\n"
    "  environment:\n    - A=5\n  time_limit: 5\n"
)

BODIES = (
    Body("script-in-the-job", {"job": {**JOB, "script": SCRIPT}}),
    Body("script-twice", {"script": SCRIPT, "job": {**JOB, "script": "#!/bin/sh\ninner\n"}}),
    Body("heterogeneous", {"script": SCRIPT, "jobs": [{**JOB, "tasks": 2}, {**JOB, "name": "v"}]}),
    Body("heterogeneous-with-scripts", {"jobs": [{**JOB, "script": SCRIPT}, {**JOB, "script": "#!/bin/sh\ntrue\n"}]}),
    Body("one-component", {"script": SCRIPT, "jobs": [JOB]}, NEWEST),
    Body("no-component", {"script": SCRIPT, "jobs": []}, ALL, lie="no-component"),
    Body("too-many-components", {"script": SCRIPT, "jobs": [JOB] * 129}, ALL, lie="too-many-components"),
    Body("jobs-is-one", {"script": SCRIPT, "jobs": JOB}),
    Body("jobs-null", {"script": SCRIPT, "jobs": None}),
    Body("jobs-text", {"script": SCRIPT, "jobs": "x"}, NEWEST),
    Body("jobs-of-nothing", {"script": SCRIPT, "jobs": [None]}, NEWEST),
    Body("second-component-no-object", {"script": SCRIPT, "jobs": [JOB, 5]}),
    Body("second-component-empty", {"script": SCRIPT, "jobs": [JOB, {}]}),
    Body("second-component-refused", {"script": SCRIPT, "jobs": [JOB, {**JOB, "partition": "nope"}]}),
    Body("second-component-unknown", {"script": SCRIPT, "jobs": [JOB, {**JOB, "foo": 1}]}),
    Body("second-component-bad", {"script": SCRIPT, "jobs": [JOB, {**JOB, "time_limit": "x"}]}),
    Body("second-component-unread", {"script": SCRIPT, "jobs": [JOB, {**JOB, "tasks": "x", "foo": 1}]}, lie="unread"),
    Body("job-and-jobs", {"script": SCRIPT, "job": JOB, "jobs": [JOB]}),
    Body("job-is-a-list", {"script": SCRIPT, "job": [JOB]}),
    Body("job-null", {"script": SCRIPT, "job": None}),
    Body("job-null-beside-jobs", {"script": SCRIPT, "job": None, "jobs": [JOB]}, NEWEST),
    Body("job-text", {"script": SCRIPT, "job": "x"}),
    Body("job-number", {"script": SCRIPT, "job": 5}, NEWEST),
    Body("job-empty", {"script": SCRIPT, "job": {}}),
    Body("no-job", {"script": SCRIPT}),
    Body("no-script", {"job": JOB}),
    Body("script-null", {"script": None, "job": JOB}),
    Body("script-empty", {"script": "", "job": JOB}, NEWEST),
    Body("script-number", {"script": 5, "job": JOB}),
    Body("script-truth", {"script": True, "job": JOB}, NEWEST),
    Body("script-list", {"script": ["#!/bin/sh"], "job": JOB}, lie="unread"),
    Body("script-object", {"script": {}, "job": JOB}, NEWEST, lie="unread"),
    Body("script-without-interpreter", {"script": "sleep 1\n", "job": JOB}, NEWEST),
    Body("script-with-carriage-returns", {"script": "#!/bin/sh\r\ntrue\r\n", "job": JOB}, NEWEST),
    Body("script-unicode", {"script": "#!/bin/sh\necho 'ü€𝄞'\n", "job": JOB}, NEWEST),
    Body("script-of-4-mb", {"script": "#!/bin/sh\n" + "#" * 4_000_000, "job": JOB}, NEWEST),
    Body("no-environment", {"script": SCRIPT, "job": _without("environment")}),
    Body("no-folder", {"script": SCRIPT, "job": _without("current_working_directory")}),
    Body("no-name", {"script": SCRIPT, "job": _without("name")}),
    Body("more-members", {"script": SCRIPT, "job": JOB, "foo": 1}),
    Body("upper-case-members", {"Script": SCRIPT, "Job": JOB}),
    Body("empty-object", {}),
    Body("empty", b""),
    Body("list", [JOB]),
    Body("null", b"null"),
    Body("number", b"5", NEWEST),
    Body("text", b'"x"', NEWEST),
    Body("broken", b'{"job":', NEWEST),
    Body("rubbish-behind", b'{"script":"#!/bin/sh\\n"} x', lie="rubbish"),
    Body("equal-members", b'{"script":"#!/bin/sh\\n","job":{"environment":["A=1"],"environment":["A=2"]}}', NEWEST),
    Body("trailing-commas", b'{"script":"#!/bin/sh\\n","job":{"tasks":2,},}', NEWEST),
    Body("single-quotes", b"{'script':'#!/bin/sh\\n','job':{'name':'\"1\"'}}", NEWEST),
    Body("form", b"script=x&job=y", type="application/x-www-form-urlencoded"),
    Body("yaml", _YAML.encode(), type="application/x-yaml"),
    Body("yaml-by-its-new-name", _YAML.encode(), NEWEST, "application/yaml"),
    Body("unknown-type", b"{}", NEWEST, "application/xml"),
)


class Change(NamedTuple):
    """A change of a held job: what is asked, with what it was submitted, of which job and by whom."""

    changes: Any
    submitted: dict[str, Any] = {}  # noqa: RUF012 - never changed
    target: str = "{job}"
    user: str = "alice"
    acting: str | None = None
    versions: tuple[int, ...] = ALL
    lie: str | None = None

    def __str__(self) -> str:
        who = self.acting or self.user
        return f"{self.target}-{who}-{self.changes}".replace(" ", "").replace("/", "|")[:60]


_ARRAY = {"array": "1-3%2"}

CHANGES = (
    Change({}),
    *(Change({"comment": value}) for value in ("changed", "", None, 5)),
    Change({"comment": []}),
    Change({"tasks": "x"}),
    Change({"foo": 1, "comment": "changed"}),
    *(Change({"time_limit": value}) for value in (5, _number(7), _INFINITE, "x", None)),
    Change({"mail_type": ["END"]}),
    *(
        Change({"mail_type": ["FOO"], "comment": "x"}, versions=one, lie=lie)
        for one, lie in (((40,), None), (SINCE_41, "change-flag"))
    ),
    *(
        Change({"kill_warning_signal": "FOO", "comment": "x"}, versions=one, lie=lie)
        for one, lie in (((40,), None), (SINCE_41, "change-signal"))
    ),
    Change({"partition": "nope"}),
    Change({"account": "nope"}),
    Change({"priority": 5}),
    Change({"hold": False}, {"begin_time": LATER}),
    Change({"job": {"comment": "changed"}}),
    Change({"job_id": 1, "comment": "changed"}),
    Change({"job_id": "x"}),
    Change({"user_id": "bob"}),
    Change({"crontab": {}}),
    Change({"array": "1-5%1"}, {"array": "1-5"}),
    *(
        Change({key: value}, versions=turn(at))
        for at, (key, value) in enumerate(
            {
                "name": "changed",
                "tasks": 4,
                "partition": "limited",
                "qos": "high",
                "account": "physics",
                "nice": 5,
                "environment": ["A=1"],
                "script": "#!/bin/sh\nchanged\n",
                "current_working_directory": "/var",
                "standard_output": "/tmp/changed",
                "nodes": "2",
                "minimum_nodes": 2,
                "required_nodes": ["node1"],
                "excluded_nodes": "node2",
                "constraints": "ib",
                "licenses": "matlab:1",
                "begin_time": LATER,
                "deadline": LATER,
                "memory_per_node": 333,
                "memory_per_cpu": "44",
                "cpus_per_task": 3,
                "minimum_cpus": 3,
                "wckey": "laser",
                "requeue": False,
                "shared": ["user"],
                "contiguous": True,
                "extra": "changed",
                "mail_user": "x",
                "reservation": "nope",
                "tres_per_node": "gres/gpu:1",
                "delay_boot": 5,
                "distribution": "cyclic",
                "prefer": "fast",
                "site_factor": 5,
                "overcommit": True,
                "reboot": True,
                "rlimits": {"cpu": 5},
                "hold": True,
            }.items()
        )
    ),
    Change({"dependency": "singleton"}, {"name": NAMESAKE}),
    Change(b"", versions=SINCE_41),
    Change(b"null", versions=NEWEST),
    Change(b'"x"'),
    Change(b"{", versions=NEWEST),
    Change([]),
    Change([{"comment": "x"}], versions=NEWEST),
    Change({"comment": "x"}, user="bob"),
    Change({"comment": "x"}, user="root"),
    *(Change({"comment": "x"}, user="root", acting=name, versions=NEWEST) for name in ("alice", "bob")),
    Change({"comment": "x"}, user="bob", acting="alice"),
    *(Change({"comment": "x"}, target=target) for target in ("999999", "abc", "{job}_1", "{job}.batch")),
    *(
        Change({"comment": "x"}, target=target, versions=NEWEST)
        for target in ("0", "-5", "4294967295", "{job}%20", "%20{job}", "{job}_%5B1-2%5D", "{job}_1%2C2")
    ),
    Change({"comment": "x"}, _ARRAY),
    Change({"comment": "x"}, _ARRAY, "{job}_1"),
    Change({"partition": "nope"}, _ARRAY, versions=NEWEST),
)


class Cancel(NamedTuple):
    """A cancelled job: the query, of which job, and who asks."""

    query: str = ""
    submitted: dict[str, Any] = {}  # noqa: RUF012 - never changed
    target: str = "{job}"
    user: str = "alice"
    acting: str | None = None
    versions: tuple[int, ...] = ALL
    lie: str | None = None
    body: Any = None

    def __str__(self) -> str:
        return f"{self.target}-{self.query}-{self.acting or self.user}-{self.body}".replace("/", "|")


_FLAG_WORDS = (
    *("BATCH_JOB", "ARRAY_TASK", "FULL_STEPS_ONLY", "FULL_JOB", "FEDERATION_REQUEUE", "HURRY", "OUT_OF_MEMORY"),
    *("NO_SIBLING_JOBS", "RESERVATION_JOB", "CRON_JOBS", "WARNING_SENT"),
)


def _failing(**members: Any) -> tuple[Cancel, ...]:
    """What cannot be done: up to v0.0.41 the real server says nothing of it."""
    return (Cancel(versions=(40, 41), lie="cancel-unsaid", **members), Cancel(versions=NEWEST, **members))


def _refused(query: str, lie: str) -> tuple[Cancel, ...]:
    """What v0.0.40 refuses; later versions tell of an error and kill the job."""
    return (Cancel(query, versions=(40,)), Cancel(query, versions=SINCE_41, lie=lie))


CANCELS = (
    Cancel(),
    *_failing(user="bob"),
    Cancel(user="root"),
    Cancel(user="root", acting="alice", versions=NEWEST),
    *_failing(user="root", acting="bob"),
    Cancel(user="bob", acting="alice"),
    *(
        Cancel(f"?signal={word}", versions=SINCE_41)
        for word in ("KILL", "SIGKILL", "9", "0", "", "%2B9", "0x9", "%209")
    ),
    *(one for word in ("usr1", "SIGUSR1", "10") for one in _failing(query=f"?signal={word}")),
    *(
        Cancel(f"?signal={word}", versions=NEWEST)
        for word in ("TERM", "64", "65", "70000", "-1", "9999999999", "9" * 20)
    ),
    *_refused("?signal=FOO", "cancel-signal"),
    *_refused("?signal=1.5", "cancel-signal"),
    *_refused("?signal=true", "cancel-signal"),
    *_refused("?signal", "cancel-signal"),
    Cancel("?signal=0&signal=9"),
    Cancel("?foo=1"),
    Cancel("?Signal=0", versions=NEWEST),
    *(Cancel(f"?flags={word}", versions=turn(at)) for at, word in enumerate(_FLAG_WORDS)),
    Cancel("?flags=VERBOSE"),
    Cancel("?flags=full_job", versions=NEWEST),
    Cancel("?flags=BATCH_JOB&flags=HURRY"),
    Cancel("?flags=NO_CRON_JOBS", versions=(40,)),
    Cancel("?flags=NO_CRON_JOBS", versions=SINCE_41, lie="cancel-flag"),
    *_refused("?flags=FOO", "cancel-flag"),
    *_refused("?flags=BATCH_JOB%2CHURRY", "cancel-flag"),
    Cancel("?flags="),
    *_failing(target="999999"),
    *(Cancel(target=target) for target in ("abc", "{job}.batch", "{job}%2B0")),
    *(Cancel(target=target, versions=NEWEST) for target in ("0", "-5", "4294967295", "{job}_1", "007")),
    Cancel(submitted=_ARRAY),
    Cancel(submitted=_ARRAY, target="{job}_2"),
    *_failing(submitted=_ARRAY, target="{job}_9"),
    *(Cancel(submitted=_ARRAY, target=target, versions=NEWEST) for target in ("{job}_%5B1-2%5D", "{job}_1%2C2")),
    *(Cancel(body=body) for body in ({}, {"signal": None})),
    *_failing(body={"signal": ""}),
    *_failing(body={"signal": "USR1"}),
    Cancel(query="?signal=9", body={"signal": "USR1"}),
    Cancel(body=[], versions=NEWEST),
)
