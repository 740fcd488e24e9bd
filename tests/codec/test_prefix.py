# SPDX-License-Identifier: GPL-2.0-or-later
"""A Slurm in a prefix of its own, made of the installed one's files: found, built against, loaded from; or refused."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import backend
import headers
import prefix
import pytest

if TYPE_CHECKING:
    import pathlib

    from headers import Headers

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(backend.__file__)))
_MULTIARCH = sysconfig.get_config_var("MULTIARCH")


@pytest.fixture(scope="module")
def system() -> Headers:
    """The installed Slurm, whatever PATH and environment say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLURM_PREFIX", "/usr")
        try:
            return headers.read()
        except headers.BuildError as error:
            pytest.skip(str(error))


def _tree(system: Headers, top: pathlib.Path, library: str = "lib") -> pathlib.Path:
    """A prefix with headers, library and programs."""
    shutil.copytree(system.include, top / "include/slurm")
    (top / library).mkdir(parents=True)
    shutil.copy(system.library, top / library / f"libslurm.so.{system.api}")
    (top / library / "libslurm.so").symlink_to(f"libslurm.so.{system.api}")
    (top / "bin").mkdir()
    for program in prefix.PROGRAMS:
        (top / "bin" / program).write_text("#!/bin/sh\n")
        (top / "bin" / program).chmod(0o755)
    return top


@pytest.fixture
def tree(system: Headers, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A prefix of its own, which nothing leads to."""
    monkeypatch.delenv("SLURM_PREFIX", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return _tree(system, tmp_path / "opt/slurm")


def test_the_systems_own(tree: pathlib.Path) -> None:
    assert prefix.find() == prefix.Place(None, None, "the system's own folders")
    assert headers.read().place.compile == []


@pytest.mark.parametrize("library", ["lib", "lib64", *([f"lib/{_MULTIARCH}"] if _MULTIARCH else [])])
def test_slurm_prefix(system: Headers, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    top = _tree(system, tmp_path / "there", library)
    monkeypatch.setenv("SLURM_PREFIX", f"{top}/")
    assert prefix.find() == prefix.Place(f"{top}/include", f"{top}/{library}", f"SLURM_PREFIX={top}/")
    found = headers.read()
    assert found.library == f"{top}/{library}/libslurm.so"
    assert found.include == f"{top}/include/slurm"
    assert (found.release, found.structs) == (system.release, system.structs)


def test_slurm_prefix_comes_before_path(tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tree}/bin:/usr/bin")
    monkeypatch.setenv("SLURM_PREFIX", "/usr")
    assert prefix.find() == prefix.Place(None, None, "SLURM_PREFIX=/usr")


@pytest.mark.parametrize("program", prefix.PROGRAMS)
def test_by_a_program_in_path(tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    for other in set(prefix.PROGRAMS) - {program}:
        (tree / "bin" / other).unlink()
    monkeypatch.setattr(prefix, "PROGRAMS", (program,))
    monkeypatch.setenv("PATH", f"{tree}/bin:/usr/bin:/bin")
    place = prefix.find()
    assert (place.include, place.library) == (f"{tree}/include", f"{tree}/lib")
    assert place.why == f"{program} is {tree}/bin/{program}"


def test_by_a_link_to_a_program(tree: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = tmp_path / "local/bin"
    links.mkdir(parents=True)
    (links / "scontrol").symlink_to(tree / "bin/scontrol")
    monkeypatch.setenv("PATH", f"{links}:/usr/bin:/bin")
    assert prefix.find().include == f"{tree}/include"


@pytest.mark.parametrize(
    ("gone", "sentence"), [("include", "no include/slurm/slurm.h"), ("lib", "no libslurm.so in lib64 or lib")]
)
def test_half_a_slurm_is_not_completed_with_another(
    tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch, gone: str, sentence: str
) -> None:
    shutil.rmtree(tree / gone)
    for variable, value in (("SLURM_PREFIX", str(tree)), ("PATH", f"{tree}/bin:/usr/bin:/bin")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            with pytest.raises(headers.BuildError, match=sentence) as caught:
                headers.read()
            assert "\n" not in str(caught.value)


def test_programs_without_a_slurm_are_passed_by(tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrappers of a site in a folder of their own."""
    for gone in ("include", "lib"):
        shutil.rmtree(tree / gone)
    monkeypatch.setenv("PATH", f"{tree}/bin:/usr/bin:/bin")
    assert prefix.find().include is None
    monkeypatch.setenv("SLURM_PREFIX", str(tree))
    with pytest.raises(headers.BuildError, match="has neither"):
        headers.read()


def _pretend(tree: pathlib.Path, number: str) -> None:
    path = tree / "include/slurm/slurm_version.h"
    text, count = re.subn(r"(#define SLURM_VERSION_NUMBER) \w+", rf"\1 {number}", path.read_text())
    assert count == 1
    path.write_text(text)


@pytest.mark.parametrize(("number", "release"), [("0x190b08", "25.11"), ("0x140b00", "20.11"), ("0x1b0b00", "27.11")])
def test_headers_of_one_release_with_the_library_of_another(
    system: Headers, tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: str, release: str
) -> None:
    """The end comes before anything is compiled, with one sentence that names both."""
    _pretend(tree, number)
    monkeypatch.setenv("SLURM_PREFIX", str(tree))
    with pytest.raises(headers.BuildError) as caught:
        headers.read()
    sentence = str(caught.value)
    installed = "{}.{:02d}".format(*system.release)
    assert f"the headers are of Slurm {release}, but {tree}/lib/libslurm.so is of {installed}:" in sentence
    assert "\n" not in sentence


def test_another_patch_level_is_the_same_release(
    system: Headers, tree: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pretend(tree, "0x{:02x}{:02x}7f".format(*system.release))
    monkeypatch.setenv("SLURM_PREFIX", str(tree))
    assert headers.read().release == (*system.release[:2], 127)


_LOADED = """
import slurmrest_inet.slurm.library as library
print(library.BUILT_FOR)
print(*{line.split()[-1] for line in open("/proc/self/maps") if "libslurm.so" in line})
"""


def test_a_wheel_for_a_prefix_loads_its_library(system: Headers, tree: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """Built through the front door; the loader finds the library by the run path, with no variable set."""
    source = tmp_path / "checkout"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".git", "build", "*.egg-info", "*.so", "__pycache__"))
    build = "import sys; sys.path.insert(0, 'cffi_build'); import backend; backend.build_wheel(sys.argv[1])"
    environment = {**os.environ, "SLURM_PREFIX": str(tree)}
    command = [sys.executable, "-c", build, str(tmp_path)]
    done = subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=True)
    said = [line for line in done.stderr.splitlines() if line.startswith("slurmrest-inet: ")]
    release = "{}.{:02d}.{}".format(*system.release)
    where = f"headers in {tree}/include/slurm, library {tree}/lib/libslurm.so"
    assert said == [f"slurmrest-inet: for Slurm {release} (SLURM_PREFIX={tree}): {where}"]
    (wheel,) = glob.glob(str(tmp_path / "*.whl"))
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(wheel, unpacked, "zip")
    path = os.pathsep.join((str(unpacked), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", _LOADED],
        cwd="/",
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert loaded.stdout.splitlines() == [release, f"{tree}/lib/libslurm.so.{system.api}"]


def test_that_the_front_door_says_one_sentence(tree: pathlib.Path, tmp_path: pathlib.Path) -> None:
    _pretend(tree, "0x190b08")
    build = "import sys; sys.path.insert(0, 'cffi_build'); import backend; backend.build_wheel(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "SLURM_PREFIX": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("slurmrest-inet: the headers are of Slurm 25.11, but ")
