# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two servers are asked to create, to change and to remove of reservations.

Rule 1: every key that the documents list stands here with a right value, new and of a reservation that is there; a test
        sees to it.
Rule 2: where the real server goes on after what it could not read, the case names the reason (`LIES`).
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALL = (43, 44, 45)
NAME, OTHER = "made1", "made2"
"""What reservations are called that requests are about; the first may be there before."""
BEGIN = 1999999999
_ONE, _MANY = "reservation", "reservations"
TIMES = {"start_time": BEGIN, "duration": 5}
BASE = {"name": NAME, **TIMES, "users": ["alice"]}
ON_NODES = {**BASE, "node_list": ["cloud12"]}
"""What a reservation needs, but for nodes, and whole."""


class Case(NamedTuple):
    """One request. body: None for none, bytes as they are. there: whether the reservation is. lie: a key of `LIES`."""

    body: Any = None
    path: str = _ONE
    method: str = "POST"
    user: str = "root"
    there: bool = False
    versions: tuple[int, ...] = ALL
    lie: str | None = None

    def __str__(self) -> str:
        who = "" if self.user == "root" else self.user
        text = f"{self.method} {self.path} {'there ' if self.there else ''}{self.body!r} {who}"
        return text.replace(" ", "").replace("/", "|").replace("[", "(").replace("]", ")")[:110]


LIES: dict[str, str] = {
    "flag": "slurmrestd goes on after an unknown flag, without it, and answers 500 with the reservation changed: the "
    "same answer, and nothing is sent",
    "resource": "slurmrestd joins types and names of resources to a text, so that one with a sign of that text in it "
    "is another request: it is refused",
    "done": "slurmrestd does not say which of several reservations it changed before and after one that was refused: "
    "a warning names them",
}
"""What the real server does, and ours instead."""


def _number(number: Any, **members: Any) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number, **members}


def _new(*changes: dict[str, Any], **more: Any) -> tuple[Case, ...]:
    """New reservations on nodes that are named."""
    return tuple(Case({**ON_NODES, **change}, **more) for change in changes)


def _without_nodes(*changes: dict[str, Any], **more: Any) -> tuple[Case, ...]:
    return tuple(Case({**BASE, **change}, **more) for change in changes)


def _each(key: str, *values: Any, **more: Any) -> tuple[Case, ...]:
    """Changes of one key of a reservation that is there."""
    return tuple(Case({"name": NAME, key: value}, there=True, **more) for value in values)


def _tres(type_: Any, count: Any = 2, name: Any = None, **more: Any) -> dict[str, Any]:
    return {"type": type_, "count": count, **({} if name is None else {"name": name}), **more}


_FLAGS = (
    *("MAINT", "DAILY", "WEEKLY", "IGNORE_JOBS", "STATIC", "OVERLAP", "SPEC_NODES", "TIME_FLOAT", "REPLACE"),
    *("ALL_NODES", "PURGE_COMP", "WEEKDAY", "WEEKEND", "FLEX", "DURATION_PLUS", "DURATION_MINUS", "ANY_NODES"),
    *("NO_HOLD_JOBS_AFTER_END", "MAGNETIC", "SKIP", "HOURLY", "USER_DELETE", "REOCCURRING", "PART_NODES"),
    *("NO_MAINT", "NO_DAILY", "NO_WEEKLY", "NO_IGNORE_JOBS", "NO_STATIC", "NO_PART_NODES", "NO_WEEKDAY"),
    *("NO_WEEKEND", "NO_FLEX", "NO_PURGE_COMP", "NO_HOURLY", "NO_USER_DELETE"),
)
_FLAGS_44 = ("NO_ANY_NODES", "REPLACE_DOWN", "NO_MAGNETIC", "FORCE_START", "TRES_PER_NODE")
_SEVERAL = {**ON_NODES, "name": OTHER, "node_list": ["cloud13"]}

CASES: tuple[Case, ...] = (
    *(Case({"name": NAME, **change}) for change in ({}, {"start_time": BEGIN}, TIMES)),
    Case({"name": NAME, "start_time": BEGIN, "end_time": 1000}),
    *_new({}, {"end_time": BEGIN + 300}, {"end_time": BEGIN + 301}, {"end_time": {"infinite": True}}),
    *_new({"duration": None, "end_time": BEGIN}, {"duration": None, "end_time": BEGIN + 600}),
    *_new({"duration": None, "end_time": BEGIN - 1}, {"duration": _number(7)}, {"duration": {"infinite": True}}),
    *_new({"duration": {"set": False}}, {"start_time": 0}, {"start_time": {"infinite": True}}),
    *_new({"start_time": {"set": False}}, {"start_time": None}, {"start_time": "2033-05-18T03:33:19"}),
    *_new({"users": []}, {"users": ""}, {"users": None}, {"users": ["nosuch"]}, {"users": "alice,bob"}),
    *_new({"accounts": ["physics"]}, {"accounts": ["nosuch"]}, {"users": None, "accounts": ["physics"]}),
    *_new({"groups": ["alice"]}, {"groups": ""}, {"users": None, "groups": ["alice"]}),
    *_new({"node_list": ["nosuch"]}, {"node_list": "cloud[12-13]"}, {"node_list": ["cloud13", "cloud12", "cloud12"]}),
    *_new({"partition": "cloud"}, {"partition": "nosuch"}, {"features": "cloud"}, {"burst_buffer": "x"}),
    *_new({"comment": "any"}, {"comment": "üñí €"}, {"max_start_delay": 60}, {"licenses": ["matlab:1"]}),
    *_new({"purge_completed": {"time": 100}}, {"purge_completed": {"time": 100}, "flags": ["PURGE_COMP"]}),
    *_new({"name": ""}, {"name": "a,b"}, {"nosuch": 1, "other": {"a": 1}}, {"comment": ["x"]}, {"node_list": ["x["]}),
    *_new(*({"flags": [flag]} for flag in _FLAGS), {"flags": ["maint", "NO_MAINT"]}),
    *_new(*({"flags": [flag]} for flag in _FLAGS_44), {"flags": ["FORCE_START", "DAILY"]}, versions=(44, 45)),
    *_new({"flags": ["NO_MAGNETIC"]}, lie="flag", versions=(43,)),
    *_new({"flags": ["MAINT", "FOO"]}, {"flags": [5]}, lie="flag"),
    *_without_nodes({}, {"node_list": []}, {"tres": []}, {"core_count": 0}, {"node_count": 0}, {"licenses": ""}),
    *_without_nodes({"partition": "cloud"}, {"partition": "cloud", "flags": ["MAINT"]}, {"partition": ""}),
    *_without_nodes({"partition": "nosuch"}, {"partition": "cloud", "features": "cloud"}),
    *_without_nodes({"partition": "cloud", "node_list": ["ALL"]}, {"partition": "cloud", "node_list": ["all"]}),
    *_without_nodes({"partition": "cloud", "flags": ["PART_NODES"]}, {"flags": ["PART_NODES"]}),
    *_without_nodes({"node_list": ["ALL"], "flags": ["PART_NODES"]}, {"node_list": ["ALL"]}),
    *_without_nodes({"partition": "cloud", "node_list": ["ALL"], "flags": ["PART_NODES"]}),
    *_without_nodes({"partition": "cloud", "node_list": ["cloud12"], "flags": ["PART_NODES"]}),
    *_without_nodes({"partition": "", "node_list": ["ALL"]}, {"licenses": ["matlab:1"]}, {"burst_buffer": "x"}),
    *_without_nodes(
        {"licenses": ["matlab:1"], "flags": ["ANY_NODES"]}, {"licenses": ["matlab:1"], "partition": "cloud"}
    ),
    *_without_nodes({"core_count": 2}, {"core_count": 2, "partition": "cloud"}, {"core_count": {"infinite": True}}),
    *_without_nodes({"node_count": 2, "partition": "cloud"}, {"node_count": 999, "partition": "cloud"}),
    *_without_nodes({"tres": [_tres("node")], "partition": "cloud"}, {"tres": [_tres("cpu")], "partition": "cloud"}),
    *_without_nodes({"tres": [_tres("license", 1, "matlab")], "flags": ["ANY_NODES"]}, {"tres": [_tres("nosuch")]}),
    *_without_nodes({"flags": ["FORCE_START"]}, {"flags": ["FORCE_START", "PART_NODES"]}, versions=(44, 45)),
    Case({**TIMES, "name": NAME, "node_list": ["cloud12"]}),
    Case(ON_NODES, user="alice"),
    Case(ON_NODES, there=True),
    *_each("accounts", ["physics"], ["+physics"], [], "physics", ["nosuch"], None, 5, {}, [["a"]]),
    *_each("burst_buffer", "x", "", None, 5, ["x"]),
    *_each("comment", "any", "", None, 5, 1.5, True, ["a"], {"a": 1}, 'a"b/c\\d\t', "x" * 2000),
    *_each("core_count", 3, _number(3), 0, None, -1, "x", {"infinite": True}),
    *_each("duration", 7, "8", _number(9), None, 0, -1, 1.5, True, "x", [], {}, {"infinite": True}, {"set": True}),
    *_each("duration", _number("x")),
    *_each("end_time", BEGIN + 900, _number(BEGIN + 900), "2033-05-18T04:33:19", 1, None, "x", [], {"infinite": True}),
    *_each("start_time", BEGIN - 900, _number(BEGIN - 900), None, "x", True, {"set": False}, {"infinite": True}),
    *_each("features", "cloud", "nosuch", "", None, 5),
    *_each("flags", ["DAILY"], "MAINT", [], None, 5, {}, [["MAINT"]], *([flag] for flag in _FLAGS)),
    *_each("flags", *([flag] for flag in _FLAGS_44), versions=(44, 45)),
    *_each("flags", ["FOO"], "FOO"),
    *_each("flags", ["MAINT", "FOO"], lie="flag"),
    Case({"name": NAME, "flags": ["FOO"], "comment": "c"}, there=True, lie="flag"),
    *_each("groups", ["alice"], [], None, ""),
    *_each("licenses", ["matlab:1"], "matlab:2", ["nosuch:1"], [], None, ""),
    *_each("max_start_delay", 60, _number(60), None, "x"),
    *_each("node_count", 3, _number(2), 0, None, "x", {"infinite": True}),
    *_each("node_list", ["cloud13"], "cloud[12-13]", [], None, "", ["nosuch"], ["x[1-"], [["a"]], {"a": "b"}, 5),
    *_each("partition", "cloud", "main", "nosuch", "", None, 5),
    *_each("purge_completed", {"time": 100}, {"time": _number(100)}, {"time": None}, {"time": "x"}, {}, None, 5),
    *_each("users", ["alice", "bob"], ["+bob"], ["-alice"], "alice,bob", [], [""], ["nosuch"], None, 5, {"a": 1}),
    *_each("tres", [_tres("node")], [_tres("cpu")], [_tres("license", 2, "matlab")], [], None, "cpu=5", {}, [5]),
    *_each("tres", [_tres("node"), _tres("license", 1, "matlab")], [_tres("NODE")], [_tres("node", id=1)], [{"id": 1}]),
    *_each("tres", [_tres("nosuch")], [_tres("node", name="x")], [_tres("license", 1, "nosuch")], [_tres("")]),
    *_each(
        "tres", [_tres(None)], [_tres("node", -1)], [_tres("node", "x")], [_tres("node", foo=3)], [{"type": "node"}]
    ),
    *_each("tres", [_tres("node", 1), _tres("node", 2)], [_tres("gres", 1, "gpu")], [_tres("mem", 1)], [["node"]]),
    *_each("tres", [_tres("mem", -3)], [_tres("mem", 2**63 - 1)]),
    *_each("tres", [_tres("node=3,node")], lie="resource"),
    Case({"name": NAME, "users": "", "groups": ["alice"]}, there=True),
    Case({"name": NAME, "flags": ["NO_DAILY", "MAINT"], "duration": 9, "comment": "c", "nosuch": 1}, there=True),
    Case({"name": NAME, "purge_completed": {"time": 100}, "flags": ["PURGE_COMP"]}, there=True),
    Case({"name": NAME.upper(), "comment": "up"}, there=True),
    Case({"name": NAME, "comment": "d"}, user="alice", there=True),
    Case({"name": NAME}, there=True),
    *(Case(body) for body in ({}, {"name": None}, {"name": ""}, {"name": 5}, {"name": [NAME]}, TIMES)),
    *(Case(body) for body in (b"", b"{}", b"[]", b'"x"', b"null", b"5", b"{", None)),
    *(Case(body, _MANY) for body in ({}, b"", b"[]", b'"x"', b"null", None)),
    *(Case({_MANY: found}, _MANY) for found in ([], None, {}, [5], "x", 5, [None], [[]], [{}])),
    Case({_MANY: [ON_NODES, _SEVERAL]}, _MANY),
    Case({_MANY: [ON_NODES], "nosuch": 1}, _MANY),
    Case({_MANY: [{"name": NAME, "comment": "many"}, _SEVERAL]}, _MANY, there=True),
    Case({_MANY: [ON_NODES, {"start_time": BEGIN}]}, _MANY),
    Case({_MANY: [ON_NODES, {**_SEVERAL, "comment": ["x"]}]}, _MANY),
    Case({_MANY: [{**_SEVERAL, "duration": None}, {**ON_NODES, "node_list": ["nosuch"]}]}, _MANY),
    Case({_MANY: [ON_NODES, {**_SEVERAL, "duration": None}]}, _MANY, lie="done"),
    Case({_MANY: [{**_SEVERAL, "node_list": ["nosuch"]}, ON_NODES]}, _MANY, lie="done"),
    Case({_MANY: [ON_NODES, {"name": NAME, "comment": "twice"}]}, _MANY, lie="done"),
    Case({_MANY: [ON_NODES, {**_SEVERAL, "flags": ["FOO"]}]}, _MANY, lie="flag"),
    Case({_MANY: [ON_NODES, _SEVERAL]}, _MANY, user="alice"),
    *(Case(path=f"reservation/{NAME}", method="DELETE", there=there) for there in (True, False)),
    Case(path=f"reservation/{NAME}", method="DELETE", there=True, user="alice"),
    Case(path=f"reservation/{NAME.upper()}", method="DELETE", there=True),
    Case(path=f"reservation/{NAME}%2C{OTHER}", method="DELETE", there=True),
    Case(path=f"reservation/{NAME}?foo=1", method="DELETE", there=True),
)
