# SPDX-License-Identifier: GPL-2.0-or-later
"""What `pip install` brings, and that none of it is loaded before it is needed."""

from __future__ import annotations

import email
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from email.message import Message

ROOT = os.path.join(os.path.dirname(__file__), "..")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Message:
    """The metadata as the build makes them, for which no Slurm is needed."""
    folder = tmp_path_factory.mktemp("metadata")
    source = folder / "checkout"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "tests", "build", "*.egg-info", "*.so"))
    make = "import sys; sys.path.insert(0, 'cffi_build'); import backend; "
    make += "backend.prepare_metadata_for_build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", make, str(folder)], cwd=source, check=True, capture_output=True)
    (path,) = folder.glob("*.dist-info/METADATA")
    return email.message_from_bytes(path.read_bytes())


def _requirements(told: Message) -> list[tuple[str, str]]:
    """(requirement, marker) of each."""
    split = (str(one).partition(";") for one in told.get_all("Requires-Dist") or ())
    return [(requirement.strip(), marker.strip()) for requirement, _, marker in split]


def test_the_ordinary_dependencies(told: Message) -> None:
    found = {re.split(r"[<>=\[]", requirement)[0] for requirement, marker in _requirements(told) if not marker}
    assert found == {"h11", "cffi", "PyYAML", "PyJWT"}


def test_that_rs256_and_the_page_are_extras(told: Message) -> None:
    assert set(told.get_all("Provides-Extra") or ()) == {"jwks", "docs", "test", "clients", "generators"}
    (jwks,) = (requirement for requirement, marker in _requirements(told) if "jwks" in marker)
    assert jwks.startswith("PyJWT[crypto]")
    (page,) = (requirement for requirement, marker in _requirements(told) if "docs" in marker)
    assert page.startswith("flask-swagger-ui")


_START = """
import sys
from slurmrest_inet import cli, settings
from slurmrest_inet.serve import stdio, listener
from slurmrest_inet.http import media, session
print(*(name for name in ("yaml", "jwt", "cryptography", "cffi", "_cffi_backend") if name in sys.modules))
"""


def test_that_a_start_loads_none_of_what_it_does_not_use() -> None:
    done = subprocess.run([sys.executable, "-c", _START], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
