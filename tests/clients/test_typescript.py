# SPDX-License-Identifier: GPL-2.0-or-later
"""A client in TypeScript: the types that openapi-typescript makes from our document fit typescript/drive.ts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import uuid
from typing import TYPE_CHECKING

import driving
import pytest
from generated import ours

from slurmrest_inet.versions import HOME, written

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Callable

    from places import Place

_VERSION = 42
_FOLDER = os.path.join(os.path.dirname(__file__), "typescript")

pytest.importorskip("openapi_python_client", reason="clients are tried on the machine's own release")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def _run(folder: Path, *argv: str) -> str:
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv[:2]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client, type-checked and compiled."""
    folder = tmp_path_factory.mktemp("typescript")
    shutil.copytree(_FOLDER, folder, dirs_exist_ok=True)
    (folder / "document.json").write_text(json.dumps(ours(_VERSION)), encoding="utf-8")
    _run(folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
    _run(folder, "npx", "openapi-typescript", "document.json", "--output", "schema.d.ts")
    _run(folder, "npx", "tsc")
    return folder


def test_that_it_works_on_a_cluster(built: Path, place_of: Callable[[str], Place]) -> None:
    account, place = f"typescript{uuid.uuid4().hex[:8]}", place_of(written(HOME[_VERSION]))
    values = driving.names(place.run, place.job, "node1", "alice")
    settings = {
        "url": place.url,
        "tokens": {user: place.token(user) for user in ("root", "alice")},
        "names": {
            **{name.partition("_")[0]: value for name, value in values.items() if name.endswith(("_id", "_name"))},
            "wckey": values["wckey"],
            "free": place.variables["LAB_FREE_PARTITION"],
            "account": account,
        },
    }
    said = _run(built, "node", "drive.js", json.dumps(settings))
    assert account not in place.run("sacctmgr", "-nP", "list", "account", "format=account")
    assert "typescript" not in place.run("squeue", "-a", "-h", "-t", "RUNNING,PENDING", "-o", "%j")
    gets = {path for path, methods in ours(_VERSION)["paths"].items() if "get" in methods}
    assert set(said.split()) == {path for path in gets if not path.endswith(driving.CHANGING)}


def test_that_a_wrong_type_is_found(built: Path) -> None:
    """Without this a check that looks away would pass."""
    source = (built / "drive.ts").read_text(encoding="utf-8")
    (built / "wrong.ts").write_text(source.replace("tasks: 1", 'tasks: "one"'), encoding="utf-8")
    done = subprocess.run(
        ["npx", "tsc", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "wrong.ts"],
        cwd=built, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "tasks" in done.stdout or "not assignable to type 'number'" in done.stdout
