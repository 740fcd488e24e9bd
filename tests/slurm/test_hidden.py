# SPDX-License-Identifier: GPL-2.0-or-later
"""A host on which the compiled extension or libslurm cannot be loaded: each option ends with a sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import headers
import pytest

import slurmrest_inet
from slurmrest_inet.api import routes
from slurmrest_inet.settings import AUTH_PLUGINS

if TYPE_CHECKING:
    import pathlib
    from typing import Callable

    Program = Callable[..., subprocess.CompletedProcess[str]]

_SECONDS = 60


def _run(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        cwd="/",
        env={
            "SLURMRESTD_SECURITY": "disable_user_check",
            "SLURM_JWT": "a.b.c",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def _without_extension(folder: pathlib.Path) -> Program:
    """The package's own copy has no extension, and nothing leads to the one that is installed."""
    package = os.path.dirname(slurmrest_inet.__file__)
    shutil.copytree(package, folder / "slurmrest_inet", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    path = os.pathsep.join((str(folder), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    return lambda *args: _run("-S", "-m", "slurmrest_inet", *args, PYTHONPATH=path)


def _compile(out: pathlib.Path, source: str, *options: str) -> None:
    command = [*headers.compiler(), "-shared", "-fPIC", *options, "-o", str(out), "-x", "c", "-"]
    subprocess.run(command, input=source, text=True, check=True, capture_output=True)


def _soname() -> str:
    library = pytest.importorskip("slurmrest_inet.slurm.library", reason="needs the compiled extension")
    return f"libslurm.so.{library.lib.BUILT_FOR_API}"


def _empty_library(folder: pathlib.Path) -> Program:
    (folder / _soname()).write_bytes(b"")
    return lambda *args: _run("-m", "slurmrest_inet", *args, LD_LIBRARY_PATH=str(folder))


def _library_without_functions(folder: pathlib.Path) -> Program:
    _compile(folder / _soname(), "", f"-Wl,-soname,{_soname()}")
    return lambda *args: _run("-m", "slurmrest_inet", *args, LD_LIBRARY_PATH=str(folder))


def _library_of_another_release(folder: pathlib.Path) -> Program:
    """It has the file's name and all functions, as a link to another release has that somebody made by hand."""
    _soname()
    _compile(folder / "other.so", "long slurm_api_version(void) { return 41L << 16; }\n")
    return lambda *args: _run("-m", "slurmrest_inet", *args, LD_PRELOAD=str(folder / "other.so"))


_HOSTS = {
    "no extension": (_without_extension, "slurmrest_inet._slurm is not there: build slurmrest-inet"),
    "empty library": (_empty_library, "libslurm cannot be loaded ("),
    "library without functions": (_library_without_functions, "libslurm cannot be loaded ("),
    "another release": (_library_of_another_release, "the installed libslurm is of 24.05: build slurmrest-inet again"),
}


@pytest.fixture(params=_HOSTS)
def host(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> tuple[Program, str]:
    """The program on such a host, and how its sentence goes."""
    make, sentence = _HOSTS[request.param]
    return make(tmp_path), sentence


@pytest.mark.parametrize(
    "args",
    [["-V"], [], ["-vv"], ["-a", "rest_auth/jwt"], ["-s", "v0.0.38"], ["127.0.0.1:0"], ["-t", "2", "unix:{}/socket"]],
    ids=lambda args: " ".join(args) or "inetd mode",
)
def test_one_sentence_and_status_1(host: tuple[Program, str], args: list[str], tmp_path: pathlib.Path) -> None:
    program, sentence = host
    done = program(*(one.format(tmp_path) for one in args))
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("slurmrest-inet: ")
    assert sentence in line


def test_check_says_so_among_the_other_matters(host: tuple[Program, str]) -> None:
    program, sentence = host
    done = program("--check")
    assert (done.returncode, done.stderr) == (1, "")
    (line,) = (line for line in done.stdout.splitlines() if sentence in line)
    assert line.startswith("NO  ")
    assert done.stdout.endswith("Something has to be changed: see the lines with NO.\n")


@pytest.mark.parametrize(
    ("args", "output"),
    [
        (["-h"], ()),
        (["-a", "list"], AUTH_PLUGINS),
        (["-s", "list"], routes.served()[0]),
        (["-d", "list"], routes.served()[1]),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_what_needs_no_library_goes_on(host: tuple[Program, str], args: list[str], output: tuple[str, ...]) -> None:
    done = host[0](*args)
    assert done.returncode == 0
    # In another order where the installed release cannot be asked for its own.
    assert sorted(done.stdout.splitlines()) == sorted(output)
    assert "Traceback" not in done.stderr


def test_a_token_is_made_without_it(host: tuple[Program, str], tmp_path: pathlib.Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    done = host[0]("--token", "alice", "--jwt-key", str(key))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(".") == 2
