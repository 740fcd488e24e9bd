# SPDX-License-Identifier: GPL-2.0-or-later
"""Our documents under spectral's default rules: nothing that it calls an error, or warns of, is in one of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from generated import ours

from slurmrest_inet.api import openapi
from slurmrest_inet.settings import Settings
from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = os.path.join(os.path.dirname(__file__), "spectral")

pytest.importorskip("openapi_python_client", reason="documents are linted on the machine's own release")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where spectral is installed."""
    folder = tmp_path_factory.mktemp("spectral")
    shutil.copytree(_FOLDER, folder, dirs_exist_ok=True)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return folder


def _found(folder: Path, document: dict[str, Any]) -> list[str]:
    """What spectral finds, each rule with its place."""
    (folder / "document.json").write_text(json.dumps(document), encoding="utf-8")
    # It writes nothing but what it found into the file, and by its status tells whether that is an error.
    command = ["npx", "spectral", "lint", "document.json", "--ruleset", "ruleset.yaml", "--format", "json"]
    done = subprocess.run([*command, "--output", "found.json"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    with open(folder / "found.json", encoding="utf-8") as file:
        return [f"{one['code']}: {'/'.join(map(str, one['path']))}: {one['message']}" for one in json.load(file)]


@pytest.mark.parametrize("version", DIALECTS)
def test_that_nothing_is_found(version: int, folder: Path) -> None:
    assert _found(folder, ours(version)) == []


def test_that_nothing_is_found_in_the_merged_document(folder: Path) -> None:
    assert _found(folder, json.loads(b"".join(openapi.text_of(Settings())))) == []


def test_that_a_fault_is_found(folder: Path) -> None:
    """Without this a check that looks away would pass."""
    document = ours(38)
    ping, diag = (document["paths"][f"/slurm/v0.0.38/{name}"]["get"] for name in ("ping", "diag"))
    ping["operationId"] = diag["operationId"]
    (found,) = _found(folder, document)
    assert found.startswith("operation-operationId-unique: paths/")
