# SPDX-License-Identifier: GPL-2.0-or-later
"""How our own C is built: without a warning, under the sanitizers, and with a sentence where something is missing."""

from __future__ import annotations

import graphlib
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import backend
import headers
import probe
import pytest

if TYPE_CHECKING:
    import pathlib


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    return probe.compiled(str(tmp_path_factory.mktemp("compiled")))


@pytest.mark.parametrize("source", [*backend.SOURCES, "rows.c"])
def test_no_compiler_warning(source: str, compiled: dict[str, tuple[str, str]]) -> None:
    assert not compiled[source][0]


def test_that_no_two_files_call_each_other(compiled: dict[str, tuple[str, str]]) -> None:
    """By whatever way. What is called through a pointer was given to its caller by who stands above."""
    defined: dict[str, str] = {}
    wanted: dict[str, list[str]] = {}
    for source, (_warnings, made) in compiled.items():
        shown = subprocess.run(["nm", "-P", "-g", made], capture_output=True, text=True, check=True).stdout
        symbols = [line.split()[:2] for line in shown.splitlines()]
        defined.update({name: source for name, type_ in symbols if type_ == "T"})
        wanted[source] = [name for name, type_ in symbols if type_ == "U"]
    graph = {source: {defined[name] for name in names if name in defined} for source, names in wanted.items()}
    assert "sequences.c" in graph["codec.c"]
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names them


@pytest.mark.skipif(bool(os.environ.get("SLURMREST_TEST_SANITIZE")), reason="this is the sanitized run itself")
@pytest.mark.timeout(700)
def test_the_codec_under_asan_and_ubsan() -> None:
    """All of two files again, in a process with the address and undefined-behaviour sanitizers."""
    libraries = [
        subprocess.run(
            [*headers.compiler(), f"-print-file-name={name}"], capture_output=True, text=True, check=True
        ).stdout
        for name in ("libasan.so", "libubsan.so")
    ]
    environment = {
        **os.environ,
        "SLURMREST_TEST_SANITIZE": "1",
        # What the tests make is then a block of its own, and a byte read beyond it is seen.
        "PYTHONMALLOC": "malloc",
        "LD_PRELOAD": " ".join(library.strip() for library in libraries),
        # Python's own arenas are never given back, so leaks are looked for elsewhere.
        "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=99",
        "UBSAN_OPTIONS": "print_stacktrace=1",
    }
    here = os.path.dirname(os.path.abspath(__file__))
    files = [os.path.join(here, name) for name in ("test_codec.py", "test_sequences.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert " passed" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "package"),
    [("CC", "no-such-compiler", "gcc"), ("CPPFLAGS", "-nostdinc", "libslurm-dev")],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, package: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(headers.BuildError) as caught:
        headers.read()
    assert package in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """A compiler that is asked for libslurm looks for another library, which is not there."""
    compiler = tmp_path / "cc"
    compiler.write_text('#!/bin/sh\nexec gcc $(echo "$@" | sed s/-lslurm/-lno-such-library/)\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    with pytest.raises(headers.BuildError, match="libslurm-dev"):
        headers.read()


@pytest.mark.parametrize(
    ("refused", "option"), [("nothing", ("-flto=auto",)), ("-flto=auto", ("-flto",)), ("-flto*", ())]
)
def test_optimising_across_files_only_where_the_compiler_can(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, refused: str, option: tuple[str, ...]
) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text(f'#!/bin/sh\nfor word; do case $word in {refused}) exit 1 ;; esac; done\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    assert backend.across_files() == option


def test_missing_python_headers_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    with pytest.raises(headers.BuildError, match="python3-dev"):
        headers.read()


def test_a_source_distribution_builds(tmp_path: pathlib.Path) -> None:
    """From the checkout to an sdist, from the sdist alone to a wheel with the extension in it."""
    source = tmp_path / "checkout"
    root = os.path.dirname(os.path.dirname(os.path.abspath(backend.__file__)))
    ignore = shutil.ignore_patterns(".git", "build", "*.egg-info", "*.so", "__pycache__")
    shutil.copytree(root, source, ignore=ignore)
    build = "import sys; sys.path.insert(0, 'cffi_build'); import backend; backend.{}(sys.argv[1])"
    command = [sys.executable, "-c", build.format("build_sdist"), str(tmp_path)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    command = [sys.executable, "-c", build.format("build_wheel"), str(tmp_path)]
    subprocess.run(command, cwd=unpacked, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.startswith("slurmrest_inet/_slurm.")]
    assert not [name for name in names if name.startswith(("tests/", "cffi_build/", "build/"))]
