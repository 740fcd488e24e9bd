# SPDX-License-Identifier: GPL-2.0-or-later
"""What all tests share: the report's header, the `slurm` marker, and one lab for those that need a cluster."""

from __future__ import annotations

import os
import platform
import signal
import sys
from typing import TYPE_CHECKING

import h11
import hypothesis
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "support"))

from sidebyside import lab as labs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_NODES = 20
_JOBS = 150  # a listing of them is larger than the writer's buffer

_NAMED = 20  # failed tests in what `--closing` writes: whoever sees the end of a long run alone sees them
_WIDTH = 300

# A busy machine is no fault.
_PLAIN = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("plain", _PLAIN)
hypothesis.settings.register_profile("slow", _PLAIN, max_examples=5000)  # for `tests/run --all`; it is 100 otherwise
hypothesis.settings.load_profile("plain")


def _release() -> str | None:
    """The release of libslurm that our extension is on, None without an extension."""
    try:
        from slurmrest_inet import slurm  # noqa: PLC0415 - most rooms are tested without a compiled extension
    except ImportError:
        return None
    return slurm.release()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a caller read how it ended, and hold more to the documents than is held without `tests/run --all`."""
    parser.addoption("--closing", metavar="FILE", help="write how many passed there, and what failed")
    parser.addoption("--documented", action="store_true", help="hold all answers of a cluster to our OpenAPI document")


def pytest_configure() -> None:
    """End gently when told to: labs and other daemons that tests have started are ended by their fixtures."""
    told = []

    def end(number: int, _frame: FrameType | None) -> None:
        if not told:  # once is enough: another would break off what is being ended
            told.append(number)
            raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _told_of(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    why = " ".join(crash.message.split()) if crash else ""
    return f"{report.outcome} {report.nodeid}: {why}"[:_WIDTH]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write the closing line, and a line for each of the first tests that failed."""
    path = config.getoption("--closing")
    if path:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        parts, _colour = reporter.build_summary_stats_line()
        failed = [report for kind in ("failed", "error") for report in reporter.stats.get(kind, ())]
        with open(path, "w", encoding="utf-8") as file:
            file.write(", ".join(text for text, _markup in parts))
            file.writelines(f"\n  {_told_of(report)}" for report in failed[:_NAMED])


def pytest_report_header() -> str:
    """Tell the versions that a failure depends on."""
    return f"libslurm {_release() or 'none'}, h11 {h11.__version__}, Python {platform.python_version()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what the release of libslurm cannot do: @pytest.mark.slurm(">= 24.11")."""
    marked = [(item, mark) for item in items for mark in item.iter_markers("slurm")]
    release = _release() if marked else None
    for item, mark in marked:
        (spec,) = mark.args
        if release is None:
            item.add_marker(pytest.mark.skip(reason=f"needs libslurm {spec}, there is none"))
        elif not _meets(release, spec):
            item.add_marker(pytest.mark.skip(reason=f"needs libslurm {spec}, not {release}"))


_COMPARISONS = {
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
}


def _meets(release: str, spec: str) -> bool:
    """Whether "22.05.8" meets "< 24.11": as many numbers are compared as the spec has, so 22.05.8 == 22.05."""
    operator, _, wanted = spec.partition(" ")
    if operator not in _COMPARISONS or not wanted:
        raise pytest.UsageError(f"slurm marker: {spec!r} is no comparison like '>= 24.11'")
    numbers = [int(part) for part in wanted.split(".")]
    return _COMPARISONS[operator]([int(part) for part in release.split(".")[: len(numbers)]], numbers)


@pytest.fixture(scope="session")
def lab() -> Iterator[labs.Lab]:
    """A running lab: the one in $SLURMREST_LAB (booted with --nodes 20 --jobs 150), else one for this session."""
    if os.environ.get("SLURMREST_LAB"):
        yield labs.adopt(os.environ["SLURMREST_LAB"])
        return
    if os.geteuid() != 0:
        pytest.skip("only root can boot a lab; name a running one in SLURMREST_LAB")
    booted = labs.boot(_NODES, _JOBS)
    try:
        yield booted
    finally:
        booted.down()
