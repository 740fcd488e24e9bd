# SPDX-License-Identifier: GPL-2.0-or-later
"""The pages: the first is short, every link leads somewhere, and what they repeat of other places stands there so."""

from __future__ import annotations

import glob
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slurmrest_inet import cli, settings
from slurmrest_inet.http.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MOST_LINES = 150
"""Of the first page: what a reader looks through before deciding."""

_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z]+:")
_HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
# A relative path, maybe with asterisks; not a piece of an absolute one, of a URL or behind a variable.
_PATH = re.compile(r"(?<![\w./~$*{}:@-])\.?[\w-]+(?:/[\w.@*-]*[\w@*-])+/?")
_SUFFIXES = (".py", ".c", ".h", ".md", ".json", ".conf")


def _pages() -> Iterator[str]:
    """Every Markdown file of the checkout, without what tools keep in it."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not _is_made(folder, name))
        yield from (os.path.relpath(os.path.join(folder, name), ROOT) for name in sorted(files) if name.endswith(".md"))


def _is_made(folder: str, name: str) -> bool:
    return name in ("build", "dist") or os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))


PAGES = tuple(_pages())


def _read(page: str) -> str:
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return file.read()


def _anchors(page: str) -> set[str]:
    """The names that a page's headings have as the target of a link, as GitHub and GitLab make them."""
    found: dict[str, int] = {}
    names = set()
    for heading in _HEADING.findall(_FENCE.sub("", _read(page))):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        count = found[name] = found.get(name, -1) + 1
        names.add(f"{name}-{count}" if count else name)
    return names


def _rows(text: str) -> list[list[str]]:
    """The cells of every table's rows."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_the_first_page_is_short() -> None:
    assert len(_read("README.md").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for found in _LINK.findall(_CODE.sub("", _FENCE.sub("", _read(page)))):
        target = found[0] or found[1]
        if _ELSEWHERE.match(target):
            continue
        path, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        assert not file.startswith(".."), f"{target} leads out of the checkout"
        assert os.path.exists(os.path.join(ROOT, file)), f"{target}: there is no {file}"
        if anchor:
            assert anchor in _anchors(file), f"{target}: {file} has no such heading"


@pytest.mark.parametrize("page", PAGES)
def test_paths_that_are_named_are_there(page: str) -> None:
    text = _read(page)
    code = "\n".join([*_FENCE.findall(text), *_CODE.findall(_FENCE.sub("", text))])
    for path in _PATH.findall(code):
        if os.path.isdir(os.path.join(ROOT, path.partition("/")[0])) or path.endswith(_SUFFIXES):
            places = (ROOT, os.path.join(ROOT, os.path.dirname(page)))
            assert any(glob.glob(os.path.join(glob.escape(place), path)) for place in places), path


def test_each_folder_of_contrib_has_its_recipe_in_the_index() -> None:
    folders = [entry.name for entry in os.scandir(os.path.join(ROOT, "contrib")) if entry.is_dir()]
    assert folders
    for name in folders:
        assert f"({name}/README.md)" in _read("contrib/README.md")


def test_the_differences_are_those_of_the_tests() -> None:
    script = os.path.join(ROOT, "tests", "cluster", "differences.py")
    done = subprocess.run([sys.executable, script], capture_output=True, encoding="utf-8", check=True)
    made = _read("tests/cluster/DIFFERENCES.md")
    assert done.stdout == made, "make it anew: python tests/cluster/differences.py > tests/cluster/DIFFERENCES.md"


def test_figures_of_the_first_page_stand_among_all() -> None:
    first = _rows(_read("README.md"))
    assert len(first) > 2
    everything = _rows(_read("tests/bench/RESULTS.md"))
    for row in first:
        assert row in everything


_DEFAULTS = {
    **settings.Deadlines()._asdict(),
    **Limits()._asdict(),
    **settings.Listener()._asdict(),
    "memory": settings.Settings().memory,
    "cpu": settings.Settings().cpu,
}


@pytest.mark.parametrize("variable", sorted(settings.OWN_VARIABLES))
def test_each_number_stands_there_with_its_default(variable: str) -> None:
    cell = f"`{variable.replace('SLURMREST_INET_', '')}`"
    default = _DEFAULTS[settings.OWN_VARIABLES[variable]]
    rows = [row for row in _rows(_read("contrib/SETTINGS.md")) if row[0] == cell]
    assert len(rows) == 1, f"contrib/SETTINGS.md needs one row | {cell} | {default:g} | … |"
    assert float(rows[0][1]) == default


def test_no_number_stands_there_that_is_none() -> None:
    known = {name.replace("SLURMREST_INET_", "") for name in settings.OWN_VARIABLES}
    named = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", _read("contrib/SETTINGS.md"), re.MULTILINE))
    assert named == known


def test_each_option_and_variable_is_explained() -> None:
    page = _read("contrib/SETTINGS.md")
    options = [f"-{letter}" for letter in cli._SHORT] + [f"--{name}" for name in cli._LONG]
    for option in options:
        assert re.search(rf"`{option}[` ]", page), option
    variables = set(re.findall(r"\bSLURMRESTD_\w+", cli._HELP))
    assert variables
    for variable in (*variables, *settings._TEXTS - {"SLURMREST_INET_KEPT"}):
        assert f"`{variable}`" in page, variable
    assert f"`{','.join(settings.Listener().exempt_sources)}`" in page
    assert f"at the same time ({settings.Settings().max_connections})" in page


def test_each_command_of_the_lab_is_explained() -> None:
    lab = os.path.join(ROOT, "contrib", "lab", "lab")
    said = subprocess.run([sys.executable, "-B", lab, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^ {4}(\w+)  ", said, re.MULTILINE)
    assert commands
    page = _read("contrib/lab/README.md")
    for command in commands:
        assert re.search(rf"`lab {command}[` ]", page), command
