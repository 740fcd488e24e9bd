# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite on each release of Slurm: this machine's own, and beside it the others in enclosures (`tests/run`).

Rule 1: what is built, checked and tested is a copy of the checkout, which is only read.
Rule 2: a release that fails does not keep another from its turn; being told to end does.
Rule 3: nothing is left, however it ends, but installed packages and the folders of other releases (labkit/rootfs.py).
Rule 4: a test waits for servers most of the time, so three releases have room on two processors. What the others print
        waits until the first has been tested.
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from typing import TYPE_CHECKING, NamedTuple

CHECKOUT = os.path.normpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "../.."))
sys.path.insert(0, os.path.join(CHECKOUT, "contrib/lab"))

from labkit import enclosure, kernel, packages, process, releases, wheels  # noqa: E402
from labkit.trouble import LabError  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

    from labkit.process import Identity

# What can differ by release: the build, the tables, the calls, and whole instances and listeners on a cluster.
_BY_RELEASE = ("codec", "schema", "slurm", "cluster", "process")
_CHECKERS = ("ruff", "mypy", "types-")  # requirements of the test extra that no test needs
_COMMANDS = {"java": "default-jre-headless", "node": "nodejs", "npm": "npm"}
"""What clients are generated and run with, from whichever package; these where there is none."""
_SLOW = ("-m", "", "--hypothesis-profile=slow", "--documented")
_NOT_COPIED = (
    ".git", ".venv", "venv", ".*_cache", ".hypothesis", "__pycache__", "*.so", "_regexes.py", "*.egg-info", "build",
    "dist",
)  # fmt: skip
_PASSED_IN = ("CI", "TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS")
_PYTHON = "/usr/bin/python3"
_ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_NO_TESTS = 5  # exit status of pytest


class Run(NamedTuple):
    """What is to be tested on one release."""

    release: releases.Release
    tests: tuple[str, ...]  # folders, relative to the checkout
    extras: tuple[str, ...] = ("test",)  # of the project's requirements


class Result(NamedTuple):
    """What came of a release: whether all is well, and one line about it, with one for each test that failed."""

    passed: bool
    said: str


class _FailedError(Exception):
    """What keeps a release from being tested."""


class Bench:
    """A folder with all that one run needs: a copy of the checkout, an environment, and what pytest says at the end."""

    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        """`environment`: what commands are given."""
        self.folder = folder
        self.checkout = os.path.join(folder, "checkout")
        self.python = os.path.join(folder, "venv/bin/python")
        self._closing = os.path.join(folder, "closing")
        self.environment = environment

    def attend(self, argv: Sequence[str], folder: str) -> int:
        """Run a command here; its exit status."""
        return process.attend(argv, self.environment, (folder,), told=_told)

    def step(self, *argv: str) -> None:
        """Run a command that must succeed, in the copy of the checkout."""
        status = self.attend(argv, self.checkout)
        if status:
            raise _FailedError(f"{' '.join(argv)} failed with status {status}")

    def install(self, *wanted: str) -> None:
        """Make the environment, and build the project and what the tests need into it."""
        pip = (self.python, "-m", "pip", "--quiet", "--disable-pip-version-check")
        self.step(_PYTHON, "-m", "venv", os.path.dirname(os.path.dirname(self.python)))
        self.step(*pip, "install", "--root-user-action=ignore", self.checkout, *wanted)
        for made in ("build", "*.egg-info"):  # else tests find two of each file
            for path in glob.glob(os.path.join(self.checkout, made)):
                shutil.rmtree(path)

    def test(self, tests: Sequence[str], options: Sequence[str]) -> tuple[bool, str]:
        """Run pytest; whether all is well, and its closing line, with the tests that failed."""
        checkout = self.checkout
        argv = [self.python, "-m", "pytest", "-p", "no:cacheprovider"]
        argv += ["-c", f"{checkout}/pyproject.toml", "--rootdir", checkout, f"--closing={self._closing}", *options]
        # Away from the checkout, whose package has no compiled extension: what the tests start is what was installed.
        status = self.attend([*argv, *(os.path.join(checkout, one) for one in tests)], self.folder)
        try:
            with open(self._closing, encoding="utf-8") as file:
                said = file.read()
        except FileNotFoundError:
            raise _FailedError(f"pytest ended with status {status}") from None
        return status == 0 or (status == _NO_TESTS and bool(options)), said


class _Enclosed(Bench):
    """The same in an enclosure: there it is at the same path."""

    def __init__(self, folder: str, environment: Mapping[str, str], first: Identity) -> None:
        super().__init__(folder, environment)
        self._first = first

    def attend(self, argv: Sequence[str], folder: str) -> int:
        return enclosure.run(self._first, argv, self.environment, (folder,), _told)


def _own(run: Run, folder: str, options: Sequence[str]) -> tuple[bool, str]:
    """On this machine's own Slurm, with all that is checked without running it."""
    bench = Bench(folder, {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"})
    bench.install(*wheels.requirements(bench.checkout, *run.extras))
    for module in ("ruff check --no-cache .", "ruff format --no-cache --check .", f"mypy --cache-dir={folder}/mypy"):
        bench.step(bench.python, "-m", *module.split())
    return bench.test(run.tests, options)


def _enclosed(run: Run, folder: str, options: Sequence[str]) -> tuple[bool, str]:
    """On another release, with the Python of its folder."""
    described = wheels.requirements(os.path.join(folder, "checkout"), *run.extras)
    wanted = [one for one in described if not one.startswith(_CHECKERS)]
    found = os.path.join(folder, "wheels")
    wheels.fetch(run.release.python, wanted, found)
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
    environment |= {name: os.environ[name] for name in _PASSED_IN if name in os.environ}
    firsts: list[Identity] = []
    try:
        shown = enclosure.Shown(folder, writable=True)
        files = {"/etc/pip.conf": wheels.CONFIGURATION.format(folder=found)}
        enclosure.begin(run.release.name, [shown], files, firsts.append)
        bench = _Enclosed(folder, environment, firsts[0])
        bench.install(*wanted)
        return bench.test(run.tests, options)
    finally:
        process.kill(firsts)


def _attempt(run: Run, work: str, options: Sequence[str]) -> Result:
    begun = time.monotonic()
    print(f"tests/run: Slurm {run.release.name}", flush=True)
    folder = os.path.join(work, run.release.name)
    try:
        shutil.copytree(os.path.join(work, "source"), os.path.join(folder, "checkout"), symlinks=True)
        passed, said = (_own if run.release.name == releases.own() else _enclosed)(run, folder, options)
    except (LabError, _FailedError) as error:
        passed, said = False, str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    numbers, *failed = said.split("\n")
    line = f"Slurm {run.release.name}: {numbers} ({time.monotonic() - begun:.0f} s in all)"
    return Result(passed, "\n".join([line, *failed]))


class _Beside:
    """A process of its own that tests a release."""

    def __init__(self, run: Run, work: str, options: Sequence[str]) -> None:
        self._name = run.release.name
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._results, results = os.pipe()
        sys.stdout.flush()
        self._process = os.fork()
        if self._process:
            os.close(results)
            return
        try:
            kernel.die_with_parent(signal.SIGTERM)
            for descriptor in (1, 2):
                os.dup2(self._printed.fileno(), descriptor)
            with open(results, "w", encoding="utf-8") as file:
                json.dump(_attempt(run, work, options), file)
        except Exception:  # noqa: BLE001 - nothing leads back into what the parent does
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(1)

    def result(self) -> Result:
        """Wait for the end, and print what it printed."""
        with open(self._results, encoding="utf-8", closefd=False) as file:
            text = file.read()
        self._printed.seek(0)
        shutil.copyfileobj(self._printed, sys.stdout.buffer)
        sys.stdout.flush()
        return Result(*json.loads(text)) if text else Result(False, f"Slurm {self._name}: no result")

    def end(self) -> None:
        """End it, if it has not ended, and wait for that."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
        self._printed.close()
        os.close(self._results)


def _test(plan: Sequence[Run], work: str, options: Sequence[str]) -> list[Result]:
    """The first release here, the others beside it."""
    first, *others = plan
    with contextlib.ExitStack() as ending:
        beside = []
        for run in others:
            beside.append(_Beside(run, work, options))
            ending.callback(beside[-1].end)
        return [_attempt(first, work, options), *(one.result() for one in beside)]


def _plan(options: argparse.Namespace) -> list[Run]:
    """What is to be tested, this machine's own release first."""
    own = releases.here()
    extras = ("test", "clients", *(["generators"] if options.all else []))
    if options.release:
        asked = releases.BY_NAME[options.release]
        return [Run(asked, ("tests",), extras) if asked is own else Run(asked, ("tests",))]
    others = [release for release in releases.BY_NAME.values() if release is not own]
    some = ("tests",) if options.all else tuple(f"tests/{name}" for name in _BY_RELEASE)
    return [Run(own, ("tests",), extras), *(Run(release, some) for release in others)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tests/run",
        usage="tests/run [--release R | --all] [option of pytest ...]",
        description="Install what the tests need, build and check the project, and test it on real clusters: "
        f"all on this machine's own release of Slurm, and beside it {', '.join(_BY_RELEASE)} on the others.",
        allow_abbrev=False,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--release", choices=releases.BY_NAME, metavar="R", help="all, on this release only")
    which.add_argument("--all", action="store_true", help="all on each release, and what is slow, too")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Test; 0 if all is well on each release, 1 if not, else as a shell tells how it was ended."""
    options, passed_on = _parser().parse_known_args(arguments)
    if options.all:
        passed_on = [*_SLOW, *passed_on]
    plan = _plan(options)
    cluster = (*packages.CLUSTER, *packages.MANY_JOBS, *packages.BUILD)
    browsers = packages.BROWSERS if options.all else ()
    packages.require((*cluster, *packages.HOSTS, *packages.MACHINES, *browsers), install=True)
    if options.all:
        packages.require([name for command, name in _COMMANDS.items() if not shutil.which(command)], install=True)
    os.umask(0o022)
    # Below /var/tmp, and open: instances run as users who may not see the checkout.
    with tempfile.TemporaryDirectory(prefix="slurmrest-inet-tests.", dir="/var/tmp") as work:
        os.chmod(work, 0o755)  # noqa: S103
        # At once, so that each release gets the same, whatever somebody edits meanwhile.
        unwanted = shutil.ignore_patterns(*_NOT_COPIED)
        shutil.copytree(CHECKOUT, os.path.join(work, "source"), ignore=unwanted, symlinks=True)
        results = _test(plan, work, passed_on)
    print(*(result.said for result in results), sep="\n", flush=True)
    return 0 if all(result.passed for result in results) else 1


def _told(number: int, _frame: FrameType | None = None) -> None:
    """End, and let nothing break off what is being ended."""
    if number in _ENDING:
        for one in _ENDING:
            signal.signal(one, signal.SIG_IGN)
        print("tests/run: ended before all was tested", file=sys.stderr)
        raise SystemExit(128 + number)


if __name__ == "__main__":
    for number in _ENDING:
        signal.signal(number, _told)
    try:
        status = main(sys.argv[1:])
    except LabError as error:
        print(f"tests/run: {error}", file=sys.stderr)
        status = 1
    sys.exit(status)
