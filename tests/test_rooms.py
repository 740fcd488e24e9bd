# SPDX-License-Identifier: GPL-2.0-or-later
"""Which room imports which: serve -> http; api -> auth, schema, slurm; http and schema nothing of ours."""

from __future__ import annotations

import ast
import graphlib
import os
import re
import sys

import pytest

PACKAGE = os.path.join(os.path.dirname(__file__), "../slurmrest_inet")
SHARED = {"record", "settings", "versions"}
"""Modules of the package itself that a room may use: the cheap ones without a room of their own."""

ALLOWED = {
    "http": {"record"},
    "schema": {"record", "versions"},
    "auth": {"http", "entry_points"} | SHARED,
    "serve": {"http", "auth"} | SHARED,
    "slurm": {"auth", "schema"} | SHARED,
    "api": {"auth", "http", "schema", "slurm", "entry_points"} | SHARED,
}
SIDES = ("slurmctld", "slurmdbd", "util")
"""Of the room `api`: what two of them need stands beside them."""
MADE = (("slurm", "_slurm"), ("api", "_documents"))
"""What the build makes, and the one room that looks at it."""
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
            assert typing or target in ALLOWED[room] or (room, target) in MADE, (path, name)


@pytest.mark.parametrize("side", SIDES)
def test_that_no_side_needs_another_one(side: str) -> None:
    others = [f"slurmrest_inet.api.{other}" for other in SIDES if other != side]
    modules = _modules(f"api/{side}")
    assert modules
    for path in modules:
        for name, _ in _imports(path):
            assert not any(f"{name}.".startswith(f"{other}.") for other in others), (path, name)


def test_that_only_slurm_has_the_extension() -> None:
    for room in ALLOWED:
        for path in _modules(room):
            names = {name for name, _ in _imports(path)}
            assert room == "slurm" or not any("_slurm" in name.split(".") for name in names), path


def test_that_the_schema_needs_nothing_but_python() -> None:
    for path in _modules("schema"):
        for name, _ in _imports(path):
            ours = _room(name) in ("schema", "record", "versions")
            assert ours or name.split(".")[0] in sys.stdlib_module_names, (path, name)


def _graph() -> dict[str, set[str]]:
    """Each of our modules with those of ours that it imports anywhere, but for the type checker alone."""
    paths = {}
    for folder, _folders, files in os.walk(PACKAGE):
        for file in files:
            if file.endswith(".py"):
                path = os.path.join(folder, file)
                name = os.path.relpath(path, os.path.dirname(PACKAGE))[:-3].replace(os.sep, ".")
                paths[name.removesuffix(".__init__")] = path
    found: dict[str, set[str]] = {}
    for module, path in paths.items():
        names = {name for name, typing in _imports(path) if not typing}
        targets = {name if name in paths else name.rpartition(".")[0] for name in names}
        found[module] = {target for target in targets if target in paths and target != module}
    return found


def test_that_no_modules_import_each_other() -> None:
    graph = _graph()
    assert "slurmrest_inet.http.wirecheck" in graph["slurmrest_inet.http.session"]
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names them


def test_that_every_folder_is_a_package_that_is_installed() -> None:
    """An editable install has them all; an ordinary one has what pyproject.toml names."""
    root = os.path.dirname(PACKAGE)
    found = {
        os.path.relpath(folder, root).replace(os.sep, ".")
        for folder, _folders, files in os.walk(os.path.normpath(PACKAGE))
        if any(file.endswith(".py") for file in files)
    }
    with open(os.path.join(root, "pyproject.toml"), encoding="utf-8") as file:
        listed = re.search(r"(?ms)^packages = \[(.*?)\]", file.read())
    assert listed
    assert set(re.findall(r'"([\w.]+)"', listed[1])) == found
