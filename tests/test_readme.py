# SPDX-License-Identifier: GPL-2.0-or-later
"""What the README repeats of other places is what stands there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from slurmrest_inet import settings

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@pytest.fixture(scope="module")
def readme() -> str:
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return file.read()


def test_the_differences_are_those_of_the_tests() -> None:
    script = os.path.join(ROOT, "tests", "cluster", "differences.py")
    done = subprocess.run([sys.executable, script], capture_output=True, encoding="utf-8", check=True)
    with open(os.path.join(ROOT, "tests", "cluster", "DIFFERENCES.md"), encoding="utf-8") as file:
        made = file.read()
    assert done.stdout == made, "make it anew: python tests/cluster/differences.py > tests/cluster/DIFFERENCES.md"


@pytest.mark.parametrize("variable", sorted(settings.OWN_VARIABLES))
def test_each_number_is_named(readme: str, variable: str) -> None:
    name = variable.removeprefix("SLURMREST_INET_")
    middle = name.replace("PENALTY_", "").replace("_SECONDS", "")
    assert f"`{name}`" in readme or (name.startswith("PENALTY_") and f"_{middle}_" in readme)


@pytest.mark.parametrize("place", ["contrib/lab/lab", "tests/run", ".ci/run", "CHANGELOG.md", "LICENSE"])
def test_what_it_names_is_there(place: str) -> None:
    assert os.path.exists(os.path.join(ROOT, place))
