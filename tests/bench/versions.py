# SPDX-License-Identifier: GPL-2.0-or-later
"""What each API version costs: the lines of this program in which something begins or ends with it.

    python tests/bench/versions.py

A line counts for v0.0.42 if a row, a query, a route or a way of saying something begins there (`since=42`, a key 42 of
a map by version) or ended with the version before (`until=41`). A version that is served without such a line costs
nothing; v0.0.36 is what the tables begin with. The two sides and the rest, which has both, are told apart by folder.
"""

from __future__ import annotations

import ast
import glob
import os
from collections import Counter

_ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
_FIRST, _LAST = 36, 45
_PLACES = {
    "tables, slurmctld": ("slurmrest_inet/schema/*.py",),
    "tables, slurmdbd": ("slurmrest_inet/schema/slurmdbd/*.py",),
    "operations, slurmctld": ("slurmrest_inet/api/slurmctld/*.py",),
    "operations, slurmdbd": ("slurmrest_inet/api/slurmdbd/*.py",),
    "the rest": ("slurmrest_inet/*.py", "slurmrest_inet/api/*.py", "slurmrest_inet/api/util/*.py"),
}


def _number(node: ast.AST | None) -> int | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if type(value) is int and _FIRST <= value <= _LAST else None


def _marks(tree: ast.AST) -> set[tuple[int, int]]:
    """Version and line of whatever begins or has ended with a version."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in ("since", "until"):
            number = _number(node.value)
            if number is not None:
                found.add((number + (node.arg == "until"), node.value.lineno))
        elif isinstance(node, ast.Dict):
            found |= {(number, key.lineno) for key in node.keys if key and (number := _number(key)) is not None}
    return found


def lines(patterns: tuple[str, ...]) -> tuple[Counter[int], int]:
    """How many lines each version has in these files, and how many they have in all."""
    by_version: Counter[int] = Counter()
    total = 0
    for pattern in patterns:
        for path in glob.glob(os.path.join(_ROOT, pattern)):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            total += text.count("\n")
            by_version.update(version for version, _line in _marks(ast.parse(text)))
    return by_version, total


def main() -> None:
    """Print the table."""
    versions = range(_FIRST, _LAST + 1)
    print("| lines in | all |", " | ".join(f"v0.0.{version}" for version in versions), "|")
    print("|---|---|" + "---|" * len(versions))
    for name, patterns in _PLACES.items():
        by_version, total = lines(patterns)
        print(f"| {name} | {total:,} |", " | ".join(str(by_version[version]) for version in versions), "|")


if __name__ == "__main__":
    main()
