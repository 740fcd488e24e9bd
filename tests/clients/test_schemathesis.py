# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that schemathesis makes up from our documents: every answer has a status, a type and members as documented.

Rule 1: `default` is taken out of the document that it is given, so a status that is named nowhere else is found.
Rule 2: every run asks as somebody whom Slurm lets change little, with v0.0.38; `tests/run --all` as root, each on a
        lab of its own, because what is made up removes and changes what it meets.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from generated import ours

from slurmrest_inet.versions import HOME, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Callable

    from places import Place

pytest.importorskip("schemathesis", reason="clients are tried on the machine's own release")

_CHECKS = "status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"
_APART = ("/reconfigure", "/job/allocate")
"""Last words of paths that are not asked: one lets the cluster read its files again, one waits as long as it is let."""


def _document(version: int) -> dict[str, Any]:
    document = ours(version)
    paths = document["paths"].items()
    document["paths"] = {
        path: one for path, one in paths if not path.startswith("/openapi") and not path.endswith(_APART)
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            del operation["responses"]["default"]
    return document


def _try(document: dict[str, Any], place: Place, folder: Path, user: str, *options: str) -> None:
    """Fail with what schemathesis says."""
    path = folder / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    command = [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", str(path), "--url", place.url]
    command += ["--checks", _CHECKS, "--request-timeout", "60", "--continue-on-failure", "--no-color", "--seed", "1"]
    for field in (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {place.token(user)}"):
        command += ["--header", field]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-6000:]}{done.stderr[-1000:]}"
    tested = re.search(r"Tested: (\d+)", done.stdout)
    assert tested is not None
    assert int(tested[1]) == sum(map(len, document["paths"].values()))


@pytest.fixture
def harmless(place_of: Callable[[str], Place]) -> Iterator[Place]:
    """This machine's own release, without the jobs that come of it."""
    place = place_of(written(HOME[38]))

    def jobs() -> set[str]:
        return set(place.run("squeue", "-a", "-h", "-u", "bob", "-o", "%A").split())

    before = jobs()
    yield place
    made = jobs() - before
    if made:
        place.run("scancel", "-Q", *made)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_few_requests(harmless: Place, tmp_path: Path) -> None:
    _try(_document(38), harmless, tmp_path, "bob", "--phases", "fuzzing", "--max-examples", "2")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("version", [38, 42, 45])
def test_many_requests(version: int, tmp_path: Path) -> None:
    from places import there  # noqa: PLC0415 - as in conftest.py

    with there(written(HOME[version])) as place:
        _try(
            *(_document(version), place, tmp_path, "root"),
            *("--phases", "coverage,fuzzing", "--max-examples", "50", "--max-time", "600"),
        )


@pytest.mark.slow
def test_that_what_is_not_documented_is_found(harmless: Place, tmp_path: Path) -> None:
    """Without this a check that looks away would pass."""
    document = _document(38)
    document["paths"] = {path: one for path, one in document["paths"].items() if path.endswith("slurm/v0.0.38/ping")}
    schemas = document["components"]["schemas"]
    schemas["v0.0.38_ping"]["properties"]["ping"] = {"type": "integer"}
    with pytest.raises(AssertionError, match="Response violates schema"):
        _try(document, harmless, tmp_path, "bob", "--phases", "fuzzing", "--max-examples", "1")
