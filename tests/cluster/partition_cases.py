# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two servers are asked to create, to change and to remove of partitions.

Rule 1: every key that the document lists stands here with a right value; a test sees to it.
Rule 2: where the real server goes on after what it could not read, the case names the reason (`LIES`).
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME, OTHER = "made1", "made2"
"""What partitions are called that requests are about; the first may be there before."""
_MANY = "partitions"


class Case(NamedTuple):
    """One request. body: None for none, bytes as they are. there: whether the partition is. lie: a key of `LIES`."""

    body: Any = None
    path: str = _MANY
    method: str = "POST"
    user: str = "root"
    there: bool = True
    lie: str | None = None
    versions: tuple[int, ...] = (45,)

    def __str__(self) -> str:
        who = "" if self.user == "root" else self.user
        text = f"{self.method} {self.path} {'' if self.there else 'new '}{self.body!r} {who}"
        return text.replace(" ", "").replace("/", "|").replace("[", "(").replace("]", ")")[:110]


LIES: dict[str, str] = {
    "flag": "slurmrestd goes on after an unknown word, without it, and answers 500 with the partition changed: the "
    "same answer, and nothing is sent",
    "done": "slurmrestd does not say which of several partitions it changed before and after one that was refused: a "
    "warning names them",
}
"""What the real server does, and ours instead."""


def _number(number: Any, **members: Any) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number, **members}


def _one(*members: dict[str, Any], **more: Any) -> tuple[Case, ...]:
    """Changes of a partition that is there."""
    return tuple(Case({_MANY: [{"name": NAME, **one}]}, **more) for one in members)


def _each(path: str, *values: Any, **more: Any) -> tuple[Case, ...]:
    """The same of one value each."""
    *outer, last = path.split("/")
    found = []
    for value in values:
        member = {last: value}
        for step in reversed(outer):
            member = {step: member}
        found.append(member)
    return _one(*found, **more)


_FLAGS = ["DEFAULT", "HIDDEN", "NO_ROOT", "ROOT_ONLY", "REQ_RESV", "LLN", "PDOI"]
_INFINITE, _UNSET = {"infinite": True}, {"set": False}
_NEW = {"name": NAME, "nodes": {"configured": "cloud[12-13]"}}
_SECOND = {"name": OTHER, "nodes": {"configured": "cloud14"}}

CASES: tuple[Case, ...] = (
    *_one({}, {"nosuch": 1, "nodes": {"foo": 1}}, {"name": NAME.upper(), "grace_time": 7}),
    *_each("nodes/configured", "cloud[01-02]", "nosuch", "", None, "ALL", 5, ["cloud01"]),
    *_each("nodes/allowed_allocation", "cloud01", "", "ALL", None, 5),
    *_each("nodes/total", 5, 0, None, "x"),
    *_each("accounts/allowed", "physics", "nosuch", "", None, 5, ["physics"]),
    *_each("accounts/deny", "physics", "nosuch", ""),
    *_each("groups/allowed", "alice", "nosuch", "", "ALL"),
    *_each("qos/allowed", "normal", "nosuch", ""),
    *_each("qos/deny", "normal", "nosuch", ""),
    *_each("qos/assigned", "normal", "nosuch", ""),
    *_each("alternate", "main", "nosuch", "", None, 5, ["x"]),
    *_each("tres/billing_weights", "CPU=1.0", "nosuch=1", ""),
    *_each("tres/configured", "cpu=3", ""),
    *_each("cluster", "x", "", None),
    *_each("select_type", ["CR_CORE"], ["CR_CPU_MEMORY"], [], None, 5, ["NONE"]),
    *_each("cpus/task_binding", ["CPU_BIND_TO_CORES"], "CPU_BIND_OFF", ["VERBOSE", "CPU_BIND_TO_CORES"], [], 5, None),
    *_each("cpus/total", 6),
    *_each("defaults/memory_per_cpu", 5, "x", None),
    *_each("defaults/partition_memory_per_cpu", _number(7), 8, _INFINITE, _UNSET, None, "x", -1, 0),
    *_each("defaults/partition_memory_per_node", _number(7), 8, _INFINITE, _UNSET, None, 0),
    *_one({"defaults": {"partition_memory_per_node": _number(8), "partition_memory_per_cpu": _number(7)}}),
    *_one({"defaults": {"partition_memory_per_node": _UNSET, "partition_memory_per_cpu": _number(7)}}),
    *_each("defaults/time", _number(9), 10, _INFINITE, _UNSET, None, "x"),
    *_each("defaults/job", "DefCpuPerGPU=3", "nosuch", ""),
    *_each("flags", *([flag] for flag in _FLAGS), *([f"{flag}_CLEAR"] for flag in _FLAGS), ["HIDDEN", "LLN"], [], None),
    *_each("flags", "HIDDEN", 5, ["FOO"]),
    *_one(
        {"flags": ["FOO"], "grace_time": 7},
        {"flags": ["HIDDEN", "FOO"]},
        {"select_type": ["FOO"], "grace_time": 7},
        lie="flag",
    ),
    *_one({"preempt_mode": ["FOO"], "grace_time": 7}, lie="flag"),
    *_each(
        "partition/exclusive", "user", "USER", "NO", "no", "NODE", "node", "TOPO", "nope", "true", "", None, 5, True
    ),
    *_one({"partition": {"exclusive": "USER"}, "flags": ["HIDDEN"]}),
    *_one({"partition": {"exclusive": "NODE", "oversubscribe": "FORCE:3"}}),
    *_each("partition/oversubscribe", "force:3", "FORCE", "yes", "YES:2", "NO", "no", "EXCLUSIVE", "x", "", None, 5),
    *_each("partition/oversubscribe", "NO:3", "YES:", "YES:0", "YES:x", "FORCE:40000", "YES:-1", "FORCE:1", "YES:1"),
    *_each("partition/state", ["DOWN"], "DRAIN", ["INACTIVE"], ["DRAIN", "UP"], ["UNKNOWN"], []),
    *_each("partition/state", ["FOO"], ["DOWN", "FOO"], lie="flag"),
    *_each("grace_time", 5, "6", 0, None, "x", -1, 1.5, 2**32),
    *_each("maximums/cpus_per_node", 4, _INFINITE, _UNSET, None, "x"),
    *_each("maximums/cpus_per_socket", 2, _INFINITE, None),
    *_each("maximums/memory_per_cpu", 5),
    *_each("maximums/partition_memory_per_cpu", 100, _number(100), _INFINITE),
    *_each("maximums/partition_memory_per_node", 100, _INFINITE),
    *_each("maximums/nodes", 3, _INFINITE, _UNSET, 0, None),
    *_each("maximums/shares", 3),
    *_each("maximums/oversubscribe/jobs", 3, "x"),
    *_each("maximums/oversubscribe/flags", ["force"], ["FOO"], 5),
    *_each("maximums/time", 60, _INFINITE, None),
    *_each("maximums/over_time_limit", 5, _INFINITE, None, 70000),
    *_each("minimums/nodes", 2, 0, None, "x"),
    *_each("node_sets", "x", "", None),
    *_one(
        {"node_sets": "cloud01", "nodes": {"configured": "cloud02"}},
        {"partition": {"exclusive": "TOPO", "oversubscribe": "YES"}},
    ),
    *_one(*({"node_sets": sets, "nodes": {"configured": "cloud02"}} for sets in ("", "cloud01,cloud03"))),
    *_each("partition/oversubscribe", "YES: 3", "YES:3x", "FORCE:", "FORCE:0", "YES:+3", ["NO"], False),
    *_each("partition/oversubscribe", f"FORCE:{' ' * 45}5", f"YES:{'0' * 40}5", f"FORCE:{'9' * 5000}", "YES:-+3"),
    *_each("partition/oversubscribe", f"YES:{2**63}x", f"YES:{2**63 - 1}x", f"YES:{2**63 - 1}", f"YES:-{2**63}"),
    *_each("defaults/partition_memory_per_node", "1G", "x", -1, True, []),
    *_each("maximums/partition_memory_per_cpu", "2G", -1, 2**63),
    *_each(
        "preempt_mode", ["REQUEUE"], ["CANCEL", "PRIORITY"], ["DISABLED"], ["CLUSTER_GLOBAL"], ["SUSPEND"], [], None
    ),
    *_each("priority/job_factor", 3, 70000, -1, None),
    *_each("priority/tier", 4, 70000, -1, None),
    *_each("timeouts/resume", 50, _INFINITE, _UNSET, None),
    *_each("timeouts/suspend", 60),
    *_each("suspend_time", 70, _INFINITE, _UNSET),
    *_each("topology", "x", "", None),
    *_one(
        {
            "timeouts": {"resume": 1, "suspend": 1},
            "suspend_time": 1,
            "cluster": "x",
            "select_type": ["CR_CORE"],
            "cpus": {"total": 1},
            "nodes": {"total": 1},
            "tres": {"configured": "x"},
        }
    ),
    *_one({"grace_time": 1}, user="alice"),
    *(Case({_MANY: [one]}, there=False) for one in ({"name": NAME}, _NEW, {**_NEW, "grace_time": 5, "flags": ["LLN"]})),
    *(Case({_MANY: [{**_NEW, **one}]}, there=False) for one in ({"nodes": {"configured": "nosuch"}}, {"cluster": "x"})),
    Case(
        {_MANY: [{**_NEW, "partition": {"exclusive": "USER", "oversubscribe": "YES:3", "state": ["DOWN"]}}]},
        there=False,
    ),
    Case({_MANY: [_NEW]}, user="alice", there=False),
    *(Case(body) for body in ({}, b"", b"[]", b'"x"', b"null", None, {"foo": 1})),
    *(Case({_MANY: found}) for found in ([], None, {}, [5], "x", [None], [{}], [{"name": None}], [{"name": ["x"]}])),
    Case({_MANY: [_NEW, _SECOND], "foo": 1, "meta": {}}),
    Case({_MANY: [_NEW, {**_SECOND, "alternate": ["x"]}]}),
    Case({_MANY: [_NEW, {}, _SECOND]}, lie="done"),
    Case({_MANY: [{**_NEW, "grace_time": 9}, {**_SECOND, "nodes": {"configured": "nosuch"}}]}, lie="done"),
    Case({_MANY: [_NEW, {**_SECOND, "flags": ["FOO"]}]}, lie="flag"),
    *(Case(path=f"partition/{NAME}", method="DELETE", user=user) for user in ("root", "alice")),
    Case(path=f"partition/{NAME.upper()}", method="DELETE"),
    Case(path=f"partition/{NAME}", method="DELETE", there=False),
    Case(path="partition/main", method="DELETE"),
    Case(path=f"partition/{NAME}?foo=1", method="DELETE"),
)
