# SPDX-License-Identifier: GPL-2.0-or-later
"""What the two servers are asked to change of nodes, to add and to remove.

Rule 1: every key that the documents list stands here with a right value; a test sees to it.
Rule 2: where the real server lies or dies, the case names the reason (`LIES`).
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALL = tuple(range(40, 46))
NODES = ("dyn1", "dyn2", "dyn3")
"""Those that are made for each request, and removed after it."""
_ONE, _MANY = f"node/{NODES[0]}", "nodes"


class Case(NamedTuple):
    """One request. body: None for none, bytes as they are. lie: a key of `LIES`."""

    body: Any = None
    path: str = _ONE
    method: str = "POST"
    user: str = "root"
    versions: tuple[int, ...] = ALL
    lie: str | None = None

    def __str__(self) -> str:
        text = f"{self.method} {self.path} {self.body!r} {'' if self.user == 'root' else self.user}"
        return text.replace(" ", "_").replace("/", "|").replace("[", "(").replace("]", ")")[:70]


LIES: dict[str, str] = {
    "unread": "slurmrestd answers 200 with a warning where a value has a wrong type, and nothing is changed: 422",
    "flag": "slurmrestd goes on after an unknown state, without one: the rest of the request is done, or the state is "
    "refused by slurmctld: 500, and nothing is sent",
    "hosts": "slurmrestd 24.11 dies of a malformed host list",
    "several": "slurmctld changes nodes up to the first one that is not there: nothing is sent, with the same answer",
    "perhaps": "slurmctld does not tell which of several nodes it changed before it refused one: a warning says so",
}
"""What the real server does, and ours instead."""

REFUSED = {
    "cpu_bind": "slurmctld dies of a cpu_bind of more than three bits, which slurmrestd hands on: 500 with 9202, and "
    "nothing is sent",
    "node_conf": "slurmctld of 26.05 dies of a new node whose node_conf is null: 422, and nothing is sent",
    "reason_uid": "from 26.05 on a change of a node has no reason_uid: v0.0.39 to v0.0.42 answer 501 there, v0.0.43 "
    "and later pass over it everywhere, as slurmrestd 26.05 does",
}
"""What no comparison can ask, as the cluster would not survive it or no real server serves it; tests of ours do."""


def _number(number: Any, **members: Any) -> dict[str, Any]:
    return {"set": True, "infinite": False, "number": number, **members}


def _each(key: str, *values: Any, **more: Any) -> tuple[Case, ...]:
    return tuple(Case({key: value}, **more) for value in values)


_NEW = "new/node"
_LINES = (
    "NodeName=dyn4 CPUs=4 RealMemory=1000 State=CLOUD",
    "NodeName=dyn4 CPUs=4 State=FUTURE",
    "NodeName=dyn[4-5] CPUs=4 State=CLOUD Feature=new Weight=3",
    "NodeName=dyn1 CPUs=4 State=CLOUD",
    "NodeName=dyn[1,4] CPUs=4 State=CLOUD",
    "NodeName=dyn4 CPUs=4",
    "NodeName=dyn4 CPUs=4 State=CLOUD Gres=gpu:nosuch:2",
    "NodeName=dyn4 State=CLOUD Foo=1",
    "CPUs=4 State=CLOUD",
    "foo=bar",
    "",
)
_NO_TEXT = tuple(_each("comment", ["a"], {"a": 1}, lie="unread"))

CASES: tuple[Case, ...] = (
    *_each("comment", "any", "", None, 5, 1.5, True, "üñí €", 'a"b/c\\d\t', "x" * 2000),
    *_NO_TEXT,
    *_each("extra", "x", None, 5),
    *_each("cpu_bind", 1, 0, None, "5", 1.5),
    *_each("cpu_bind", "x", "CORE", [], True, lie="unread"),
    *_each("features", ["amd", "ib"], "amd,ib", [], None, 5, {"a": 1}, ["a", ["b"]]),
    *(Case({"features": features, "features_act": features}) for features in (["amd", "new"], "amd,new")),
    *_each("features_act", ["cloud"], ["nosuch"]),
    *_each("gres", "gpu:4", "nosuch:4", "", None, 5),
    *_each("address", ["127.0.0.3"], "127.0.0.3", None, "", [], ["127.0.0.3", "127.0.0.4"], ["a", ["b"]], {"a": "b"}),
    *_each("address", ["x[1-"], ["x[]"], lie="hosts", versions=(40, 41, 42)),
    *_each("address", ["x[1-"], ["x[]"], versions=(43, 44, 45)),
    *_each("address", "x[2-1]"),
    *_each("address", 5, True, versions=(43, 44, 45)),
    *_each("hostname", ["localhost"], "localhost", []),
    *_each("name", ["dyn3", "dyn2", "dyn2"], "dyn3,dyn2", "dyn[2-3]", [], "", None),
    *_each("state", "DRAIN", ["drain"], ["DRAIN", "DOWN"], ["IDLE"], ["DOWN"], ["FUTURE"], ["UNDRAIN"], ["RESUME"]),
    *_each("state", ["POWER_DOWN"], ["INVALID"], ["PLANNED"], ["MIXED"], ["ALLOCATED"], ["RESERVED"]),
    *_each("state", [], None, 5, True, {}, [["DRAIN"]]),
    *_each("state", ["FOO"], [5], ["DRAIN", "FOO"], lie="flag", versions=(41, 42, 43, 44, 45)),
    *_each("state", ["FOO"], [5], ["DRAIN", "FOO"], versions=(40,)),
    *_each("state", ["POWER_DOWN_ASAP"], ["POWER_DOWN_FORCE"], versions=(45,)),
    *_each("state", ["POWER_DOWN_ASAP"], ["BLOCKED", "PERFCTRS"], lie="flag", versions=(41, 42, 43)),
    Case({"state": ["FOO"], "comment": "told"}, lie="flag", versions=(41, 42, 43, 44, 45)),
    Case({"state": ["DRAIN"], "reason": "disk"}),
    Case({"state": ["FAIL"], "reason": "disk", "comment": "both"}),
    Case({"state": ["DOWN"], "reason": "ra", "resume_after": _number(60)}),
    Case({"state": ["DRAIN"], "reason": "r", "reason_uid": "alice"}),
    Case({"state": ["DRAIN"], "reason": "r", "reason_uid": "61001"}),
    *_each("reason", "why", "", None, 5),
    *_each("reason_uid", "nosuch", None, "", 0, True),
    *_each("reason_uid", ["x"]),
    *_each("resume_after", _number(60), {"infinite": True}, {}, None, -1, 5),
    *_each(
        "weight", _number(3), 4, "5", "x", 1.5, None, -1, {"set": True}, {"number": 3}, {"infinite": True}, [], True
    ),
    *_each("weight", _number("x"), lie="unread", versions=(41, 42, 43, 44, 45)),
    *_each("topology_str", "x:y", "", None, versions=(43, 44, 45)),
    *_each("topology_str", "x", versions=(40,)),
    Case({"comment": "c", "extra": "e", "weight": _number(3), "nosuch": 1, "other": {"a": 1, "b": {}}, "Comment": "d"}),
    *(Case(body) for body in (b"", b"{}", b"[]", b'"x"', b"null", b"5", b"{", None)),
    Case({"comment": "x"}, user="alice"),
    Case({"state": ["DRAIN"], "reason": "x"}, user="alice"),
    Case({}, user="alice"),
    Case({"comment": "x"}, "node/nosuch"),
    Case({"comment": "range"}, "node/dyn%5B1-2%5D"),
    Case({"comment": "range"}, "node/dyn%5B1"),
    Case({"comment": "several"}, "node/dyn1%2Cdyn9%2Cdyn2", lie="several"),
    Case({"name": ["dyn1", "dyn2"], "comment": "many"}, _MANY),
    Case({"name": "dyn[1-2]", "state": ["DRAIN"], "reason": "why"}, _MANY),
    Case({"name": ["dyn1", "dyn1"], "weight": _number(7)}, _MANY),
    Case(
        {"name": ["dyn1", "dyn2"], "address": ["127.0.0.3", "127.0.0.4"], "hostname": ["localhost", "localhost"]}, _MANY
    ),
    Case({"name": ["dyn1", "dyn9", "dyn2"], "comment": "many"}, _MANY, lie="several"),
    Case({"name": ["dyn1", "dyn2"], "state": ["POWER_UP", "DRAIN"], "comment": "c"}, _MANY, lie="perhaps"),
    Case({"name": ["nosuch"], "comment": "x"}, _MANY),
    Case({"name": ["dyn1"], "comment": "x"}, _MANY, user="alice"),
    Case({"name": ["dyn1"], "nosuch": "x"}, _MANY),
    Case({"name": ["dyn1"], "comment": ["x"]}, _MANY, lie="unread"),
    Case({"name": ["dyn1"], "state": ["FOO"], "comment": "told"}, _MANY, lie="flag", versions=(41, 42, 43, 44, 45)),
    *(Case(body, _MANY) for body in ({"comment": "x"}, {"name": []}, {"name": None}, {"name": ""}, {})),
    *(Case(body, _MANY) for body in (b"", b"[]", b'"x"', b"null", None)),
    *(Case({"node_conf": line}, _NEW, versions=(44, 45)) for line in _LINES),
    *(Case(body, _NEW, versions=(44, 45)) for body in ({}, b"", b"[]", None, {"node_conf": 5})),
    Case({"node_conf": ["x"]}, _NEW, versions=(44, 45), lie="unread"),
    Case({"node_conf": _LINES[0], "nosuch": 1}, _NEW, versions=(44, 45)),
    Case({"node_conf": _LINES[0]}, _NEW, versions=(44, 45), user="alice"),
    Case(path="node/dyn2", method="DELETE"),
    Case(path="node/node1", method="DELETE"),
    Case(path="node/dyn2", method="DELETE", user="alice"),
    Case(path="node/nosuch", method="DELETE"),
    Case(path="node/dyn%5B2-3%5D", method="DELETE"),
    Case(path="node/dyn2?foo=1", method="DELETE"),
)

NODE_SET = "dynset"
"""The name of a NodeSet of the first two nodes that are made."""
SET_CASES: tuple[Case, ...] = (
    *(Case({"comment": "whole"}, f"node/{name}") for name in ("ALL", "all", NODE_SET, f"{NODE_SET}%2Cdyn3")),
    *(Case({"comment": "few"}, f"node/{name}") for name in (f"dyn3%2C{NODE_SET}", f"dyn1%2C{NODE_SET}")),
    Case({"name": [NODE_SET, "dyn3"], "state": ["DRAIN"], "reason": "why"}, _MANY),
    Case({"name": f"{NODE_SET},{NODE_SET}", "weight": _number(7)}, _MANY),
    Case({"comment": "lost"}, f"node/{NODE_SET}%2Cdyn9", lie="several"),
    Case({"name": ["dyn1", "ALL"], "comment": "lost"}, _MANY),
    Case({"state": ["POWER_UP", "DRAIN"], "comment": "c"}, f"node/{NODE_SET}", lie="perhaps"),
    Case({"comment": "x"}, f"node/{NODE_SET}", user="alice"),
    Case({"comment": "x"}, "node/dyn1%2Cdyn2", user="alice"),
    Case({"comment": "x"}, f"node/{NODE_SET}%2Cdyn9", user="alice"),
    Case(path=f"node/{NODE_SET}", method="DELETE"),
    Case(path=f"node/{NODE_SET}%2Cdyn3", method="DELETE"),
)
"""What is asked where the cluster has it."""
