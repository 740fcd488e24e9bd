# SPDX-License-Identifier: GPL-2.0-or-later
"""What the Slurm that is built for calls itself."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import package
import pytest
from prefix import Place

if TYPE_CHECKING:
    import pathlib

RELEASE = (24, 5, 3)


def _scontrol(folder: pathlib.Path, script: str) -> Place:
    (folder / "bin").mkdir()
    (folder / "bin/scontrol").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin/scontrol").chmod(0o755)
    return Place(str(folder / "include"), str(folder / "lib"), "a test")


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("echo slurm 24.05.3", "slurm"),
        ("echo slurm-wlm 24.05.3", "slurm-wlm"),
        ("echo slurm-wlm 24.05.3-2", "slurm-wlm"),
        ("echo slurm-wlm 24.05.4", "slurm"),
        ("echo a word more 24.05.3", "slurm"),
        ("echo 24.05.3", "slurm"),
        ("echo '\"; 24.05.3'", "slurm"),
        ("echo slurm-wlm 24.05.3; exit 1", "slurm"),
        ("printf '\\377'", "slurm"),
    ],
)
def test_what_scontrol_says(tmp_path: pathlib.Path, script: str, word: str) -> None:
    """Of another release, of no word, or of more than one nothing is taken."""
    assert package.word(_scontrol(tmp_path, script), RELEASE) == word


def test_that_a_prefix_without_programs_is_plain(tmp_path: pathlib.Path) -> None:
    assert package.word(Place(str(tmp_path / "include"), str(tmp_path), "a test"), RELEASE) == "slurm"


def test_that_nobody_waits_for_it(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "_SECONDS", 0.1)
    assert package.word(_scontrol(tmp_path, "exec sleep 60"), RELEASE) == "slurm"


@pytest.mark.skipif(None in map(shutil.which, ("scontrol", "slurmctld")), reason="Slurm is not installed")
def test_the_system_s_own() -> None:
    """The same word as slurmctld says, which needs no slurm.conf for that."""
    said = subprocess.run(["slurmctld", "-V"], capture_output=True, text=True, check=True).stdout.split()
    release = tuple(map(int, said[1].split(".")[:3]))
    assert package.word(Place(None, None, "a test"), release) == said[0]  # type: ignore[arg-type]
