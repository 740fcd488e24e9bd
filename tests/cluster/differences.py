# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers differ from slurmrestd's on purpose, each place with both values and the reason.

The comparison (test_comparison.py) fails on any difference that is not here and on any row that no request needed.
`python tests/cluster/differences.py` prints the page DIFFERENCES.md. Whatever is said of "the same connection" or
"half a request" is in tests/http and tests/process: here both get whole requests.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))

from comparison import MISSING, Difference, Rule
from http_differences import HTTP_DIFFERENCES
from http_differences_26 import HTTP_DIFFERENCES_26
from modern_differences import MODERN_DIFFERENCES
from node_cases import LIES as NODE_LIES
from node_cases import REFUSED as NODES_REFUSED
from partition_cases import LIES as PARTITION_LIES
from recorded_differences import CHANGES, DATABASE_WRITES
from recorded_differences import LIES as READ_LIES
from recorded_differences import READS as RECORDED_READS
from reservation_cases import LIES as RESERVATION_LIES
from value_differences import VALUE_DIFFERENCES
from write_differences import ACCEPTED, LIES, OTHERWISE, UNDONE, WRITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DIFFERENCES = (*HTTP_DIFFERENCES, *HTTP_DIFFERENCES_26, *VALUE_DIFFERENCES, *MODERN_DIFFERENCES)

READS: dict[str, str] = {
    "partition-changed": "slurmrestd answers 304 about nodes although their partitions have changed",
    "node-changed": "slurmrestd answers 500 about nodes that have changed while no partition has",
    "federated-job": "slurmrestd finds no job at all with a token when its cluster is in a federation",
}
"""What test_update_time.py and test_federation.py show, which the comparison on a still cluster cannot."""


_HEAD = """\
# Differences from slurmrestd

The tests send the same requests to the real slurmrestd and to this program on the same cluster and compare status,
headers and body. These are all the differences that are allowed; a row that no request shows fails the tests, too. In a
request an asterisk matches anything; in a place it ends at a slash, two do not, and "any:" means whichever answer of
the connection. "As above" speaks of the row above.

This page is made by `{command}` from `tests/cluster/differences.py`.

| name | API versions | request | place | slurmrestd | ours | reason |
|---|---|---|---|---|---|---|
"""
_READS = """
## Reads on a cluster that changes, or that is in a federation

`tests/cluster/test_update_time.py` and `tests/cluster/test_federation.py` show them.

"""
_RECORDED_READS = """
## Reads that were recorded

Of v0.0.39 the recordings of its home release below `tests/facts/` tell what slurmrestd says, and those of 25.11 are a
second opinion on v0.0.43 and v0.0.44 (`tests/cluster/test_reads_recorded.py`). Here the real server of 23.02 answers
200, and ours tells of an error:

"""
_SECOND = """
What 25.11 says of versions of 26.05 otherwise than ours:

"""
_WRITES = """
## Writes

Each with the values of both sides in `tests/cluster/write_cases.py`, up to v0.0.38:

"""
_RECORDED = """
Of v0.0.39 the recordings below `tests/facts/` tell what slurmrestd says; the exchanges have names there. Of what it
died of, ours has an answer. Where it said 200 and did nothing, or told of an error and went on, ours refuses, but for
the last of these:

"""
_RECORDED_LATER = """
Those of 25.11 are a second opinion on v0.0.44, where likewise:

"""
_OF_DATABASE = """
Of what slurmdbd is asked to keep, as `tests/cluster/test_slurmdbd_writes_recorded.py` shows it:

"""
_OF_CHANGES = """
Of nodes, reservations, resources that are waited for, several jobs at once, finished jobs, and below /util, as
`tests/cluster/test_changes_recorded.py` shows it:

"""
_OTHERWISE = """
Bodies that are read otherwise:

"""
_LIES = """
From v0.0.40 on, as `tests/cluster/modern_write_cases.py` and `tests/cluster/test_writes_modern.py` show them:

"""
_NODES = """
Nodes that are changed, added and removed, as `tests/cluster/node_cases.py` and `tests/cluster/test_node_writes.py` show
them:

"""
_RESERVATIONS = """
Reservations that are created, changed and removed, as `tests/cluster/reservation_cases.py` and
`tests/cluster/test_reservation_writes.py` show them; DELETE is served from v0.0.41 on, as slurmrestd 25.11 and 26.05
do, although 24.11, the home of 41 and 42, does not:

"""
_PARTITIONS = """
Partitions that are created, changed and removed, as `tests/cluster/partition_cases.py` and
`tests/cluster/test_partition_writes.py` show them:

- `cpus/task_binding`: more than three ways to bind tasks are refused, as of nodes
"""
COMMAND = "python tests/cluster/differences.py > tests/cluster/DIFFERENCES.md"


def _code(text: str) -> str:
    """`text` as it is, in a cell of a table: asterisks and angle brackets mean something in Markdown."""
    return f"`{text}`".replace("|", "\\|")


def _value(value: object) -> str:
    return repr(value) if value is MISSING or isinstance(value, Rule) else _code(repr(value))


def _exit(status: int | None) -> str:
    return "" if status is None else f", exit status {status}"


def _versions(versions: Sequence[int]) -> str:
    if versions == Difference._field_defaults["versions"]:
        return "all"
    parts: list[list[int]] = []
    for one in versions:
        if parts and one == parts[-1][1] + 1:
            parts[-1][1] = one
        else:
            parts.append([one, one])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def page() -> str:
    """The text of DIFFERENCES.md."""
    from dbd import OWN  # noqa: PLC0415 - its modules have rows beside these

    lines = []
    for row in (*DIFFERENCES, *OWN):
        requests = (row.request,) if isinstance(row.request, str) else row.request
        cells = (
            _code(row.ident),
            _versions(row.versions) + "".join(f" on {one // 100}.{one % 100:02d}" for one in row.releases),
            "<br>".join(map(_code, requests)),
            _code(row.place),
            *(_value(value) + _exit(status) for value, status in zip((row.real, row.ours), row.exits or (None, None))),
            row.reason.replace("|", "\\|"),
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    reads, writes = ([f"- `{key}`: {reason}\n" for key, reason in known.items()] for known in (READS, WRITES))
    lies = [f"- `{key}` ({_versions(lie.versions)}): {lie.reason}\n" for key, lie in LIES.items()]
    undone, later = (
        [f"- {names}: {reason}\n" for reason, names in _by_reason([*UNDONE[one].items(), *ACCEPTED[one].items()])]
        for one in ("23.02", "25.11")
    )
    read = [(f"`{name}`", one) for name, one in OTHERWISE["23.02"].items()]
    read += [
        (f"`{name}` (25.11)", one) for name, one in OTHERWISE["25.11"].items() if one != OTHERWISE["23.02"].get(name)
    ]
    otherwise = [f"- {name}: {reason}\n" for name, (_, reason) in read]
    kept = [f"- `{row.ident}` ({row.release}): {row.reason}\n" for row in DATABASE_WRITES]
    changed = [f"- `{row.ident}` ({row.release}): {row.reason}\n" for row in CHANGES]
    bodies = (_RECORDED, *undone, _RECORDED_LATER, *later, _OTHERWISE, *otherwise)
    recorded = (*bodies, _OF_DATABASE, *kept, _OF_CHANGES, *changed)
    nodes = [f"- `{key}`: {reason}\n" for key, reason in (*NODE_LIES.items(), *NODES_REFUSED.items())]
    reservations = [f"- `{key}`: {reason}\n" for key, reason in RESERVATION_LIES.items()]
    partitions = [f"- `{key}`: {reason}\n" for key, reason in PARTITION_LIES.items()]
    written = (
        _WRITES,
        *writes,
        *recorded,
        _LIES,
        *lies,
        _NODES,
        *nodes,
        _RESERVATIONS,
        *reservations,
        _PARTITIONS,
        *partitions,
    )
    told = [f"- `{path}`{', slurmctld down' * down}: {reason}\n" for (path, down), reason in READ_LIES.items()]
    second = [f"- `{row.ident}` ({row.release}): {row.reason}\n" for row in RECORDED_READS]
    recorded_reads = (_RECORDED_READS, *told, _SECOND, *second)
    return "".join((_HEAD.format(command=COMMAND), *lines, _READS, *reads, *recorded_reads, *written))


def _by_reason(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for name, reason in named:
        found.setdefault(reason, []).append(f"`{name}`")
    return [(reason, ", ".join(names)) for reason, names in found.items()]


if __name__ == "__main__":
    sys.stdout.write(page())
