# SPDX-License-Identifier: GPL-2.0-or-later
"""Which room imports which: serve -> http; api -> auth, schema, slurm; http and schema nothing of ours."""

from __future__ import annotations

import ast
import os
import sys

import pytest

PACKAGE = os.path.join(os.path.dirname(__file__), "../slurmrest_inet")
SHARED = {"record", "settings"}
"""Modules of the package itself that a room may use: the cheap ones without a room of their own."""

ALLOWED = {
    "http": {"record"},
    "schema": {"record"},
    "auth": {"http"} | SHARED,
    "serve": {"http", "auth"} | SHARED,
    "slurm": {"auth", "schema"} | SHARED,
    "api": {"auth", "http", "schema", "slurm"} | SHARED,
}
THIRD_PARTY = {"http": {"h11"}, "slurm": {"_cffi_backend"}}
"""What a room may import that is neither ours nor Python's; without a compiled extension everything but these is."""


def _modules(room: str) -> list[str]:
    found = []
    for folder, _folders, files in os.walk(os.path.join(PACKAGE, room)):
        found += [os.path.join(folder, file) for file in files if file.endswith(".py")]
    return sorted(found)


def _imports(path: str) -> set[tuple[str, bool]]:
    """The modules that a file imports, in full, and whether only for the type checker."""
    with open(path, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    package = os.path.relpath(path, os.path.dirname(PACKAGE))[:-3].split(os.sep)[:-1]
    found: set[tuple[str, bool]] = set()

    def visit(node: ast.AST, typing: bool) -> None:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for child in node.body:
                visit(child, typing=True)
            return
        if isinstance(node, ast.Import):
            found.update((alias.name, typing) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            found.update((f"{name}.{alias.name}", typing) for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child, typing)

    visit(tree, typing=False)
    return found


def _room(name: str) -> str | None:
    """The room (or the module without one) that a module of ours is in, None for what is not ours."""
    first, _, rest = name.partition(".")
    return rest.split(".")[0] if first == "slurmrest_inet" else None


@pytest.mark.parametrize("room", ALLOWED)
def test_directions(room: str) -> None:
    modules = _modules(room)
    assert modules
    for path in modules:
        for name, typing in _imports(path):
            target = _room(name)
            if target is None or target == room:
                continue
            # What only the type checker sees binds no room to another.
            assert typing or target in ALLOWED[room] or (room, target) == ("slurm", "_slurm"), (path, name)


def test_that_only_slurm_has_the_extension() -> None:
    for room in ALLOWED:
        for path in _modules(room):
            names = {name for name, _ in _imports(path)}
            assert room == "slurm" or not any("_slurm" in name.split(".") for name in names), path


def test_that_the_schema_needs_nothing_but_python() -> None:
    for path in _modules("schema"):
        for name, _ in _imports(path):
            assert _room(name) in ("schema", "record") or name.split(".")[0] in sys.stdlib_module_names, (path, name)
