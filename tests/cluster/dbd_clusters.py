# SPDX-License-Identifier: GPL-2.0-or-later
"""Clusters."""

from __future__ import annotations

from cases import ALICE, MODERN, OLD, Case
from comparison import MISSING, Difference, Rule
from dbd_all import ROOT, posted

_ONE = "/slurmdb/{v}/cluster/"
_ALL = "/slurmdb/{v}/clusters"
_QUERIES = (
    *("foo=1", "with_deleted=true", "with_deleted=abc", "with_usage=1", "update_time=0", "cluster=nosuch"),
    *(
        "cluster={cluster}",
        "cluster=lab%2Cnosuch",
        "cluster=lab&cluster=nosuch",
        "flags=foo",
        "flags=EXTERNAL",
        "flags=FEDERATION",
        "format=x",
    ),
    *("classification=CAPACITY", "classification=foo", "federation=nosuch", "rpc_version=1", "usage_start=1"),
    *("usage_start=abc", "usage_end=now", "foo=1&flags=foo"),
)
_BODIES = (
    *(b"", b"{}", b"[]", b'{"clusters":[]}', b'{"clusters":{}}', b'{"clusters":null}', b'{"clusters":5}'),
    *(b'{"clusters":[5]}', b'{"clusters":[{}]}', b'{"clusters":[{"name":""}]}', b'{"Clusters":[{"name":"no"}]}'),
    *(b'{"clusters":[{"name":"other"}]}', b'{"clusters":[{"name":"other","foo":1}],"bar":2}'),
)
"""The lab has the cluster `other`, which is added again."""

CASES = (
    Case("clusters", _ALL),
    Case("clusters in YAML", _ALL, headers=("Accept: application/x-yaml",)),
    Case("each cluster", _ONE + "{cluster}"),
    Case("an unknown cluster", _ONE + "nosuch"),
    Case("an unknown cluster in YAML", _ONE + "nosuch", headers=("Accept: application/x-yaml",)),
    Case("a cluster in capitals", _ONE + "LAB"),
    Case("a cluster by a number", _ONE + "007"),
    Case("clusters as nobody with rights", _ALL, credentials=("X-SLURM-USER-NAME: bob", "X-SLURM-USER-TOKEN: {bob}")),
    *(Case(f"clusters with {query}", f"{_ALL}?{query}", versions=MODERN) for query in _QUERIES),
    *(Case(f"a cluster with {query}", f"{_ONE}lab?{query}", versions=MODERN) for query in _QUERIES),
    Case("clusters with a parameter", _ALL + "?cluster=nosuch&foo=1", versions=OLD),
    Case("a cluster with a parameter", _ONE + "lab?with_usage=1&foo=1", versions=OLD),
    Case("clusters, slurmdbd down", _ALL, setting="dbd-down"),
    Case("clusters with a wrong parameter, slurmdbd down", _ALL + "?flags=foo", setting="dbd-down"),
    Case("a cluster, slurmdbd down", _ONE + "lab", setting="dbd-down"),
    *(posted(f"clusters are added: {body!r}", _ALL, body) for body in _BODIES),
    posted("clusters are added by a plain user", _ALL, b'{"clusters":[{"name":"no"}]}', credentials=ALICE),
    posted("clusters are added, slurmdbd down", _ALL, b'{"clusters":[{"name":"no"}]}', setting="dbd-down"),
    *(
        Case(f"a cluster is removed: {name}", _ONE + name, "DELETE", credentials=ROOT)
        for name in ("lab", "nosuch", "%C3%BC", "LAB")
    ),
    Case("a cluster is removed by a plain user", _ONE + "lab", "DELETE"),
    Case("a cluster is removed, slurmdbd down", _ONE + "lab", "DELETE", credentials=ROOT, setting="dbd-down"),
)

DIFFERENCES = (
    Difference(
        "dbd-clusters-said-once",
        "POST /slurmdb/{v}/clusters *| dbd-down",
        "body/errors/1/*",
        Rule("that nobody is there, a second time", lambda value, *_: value is not MISSING),
        MISSING,
        "Whoever could not be asked for resources is not asked to add clusters.",
        versions=OLD,
    ),
    Difference(
        "dbd-clusters-no-object",
        "POST /slurmdb/{v}/clusters *| b'{\"clusters\":[5]}'",
        "answer",
        "200 application/json",
        "400 application/json",
        "There is an error in the answer, and nothing was added.",
        versions=OLD,
    ),
    Difference(
        "dbd-cluster-with-jobs",
        ("DELETE /slurmdb/{v}/cluster/lab |*{root}", "DELETE /slurmdb/{v}/cluster/LAB |*{root}"),
        "answer",
        "304",
        "500 application/json",
        "Nothing changed because slurmdbd refuses it: the cluster has jobs.",
        versions=OLD,
    ),
)
