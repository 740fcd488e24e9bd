# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be chosen on the command line, beside what the installed release's slurmrestd says of itself.

Up to 23.02 slurmrestd lists on standard error, with its name before each line; ours has the names on standard output on
each release, as slurmrestd since 24.11 has them.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from sidebyside import program, server
from sidebyside.lab import as_user

from slurmrest_inet import settings, versions

if TYPE_CHECKING:
    from sidebyside.lab import Lab
    from sidebyside.program import Program

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts servers as other users")


def _run(one: Program, *options: str) -> tuple[int, list[str], list[str]]:
    """The exit status of a command line, and the lines of both outputs."""
    done = subprocess.run(
        [*one.argv[:-2], *options],  # without -a TYPE
        env=one.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        **as_user(one.user),
    )
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


@pytest.mark.parametrize("option", ["-a", "-s", pytest.param("-d", marks=pytest.mark.slurm(">= 23.11"))])
def test_lists(lab: Lab, option: str) -> None:
    """The same heading; the same names in the same order, and then those that are ours."""
    status, out, err = _run(program.real(lab), option, "list")
    heading, *names = [line.partition("slurmrestd: ")[2] or line for line in (*err, *out)]
    our_status, listed, (our_heading, *_) = _run(program.ours(lab), option, "list")
    assert (our_status, our_heading) == (status, heading) == (0, heading)
    assert names
    assert listed[: len(names)] == names
    assert len(set(listed)) == len(listed)


def test_version(lab: Lab) -> None:
    assert _run(program.ours(lab), "-V") == (0, lab.run("scontrol", "-V").splitlines(), [])


def _answers(lab: Lab, token: str, *options: str) -> dict[tuple[str, int], int]:
    """The status of a read of each side in each version, with the selection of ``options``."""
    head = f"X-SLURM-USER-NAME: root\r\nX-SLURM-USER-TOKEN: {token}\r\n\r\n"
    paths = {"slurm": "GET /slurm/v0.0.{}/ping", "slurmdb": "GET /slurmdb/v0.0.{}/tres"}
    with server.ours(lab, "-a", "jwt", *options, SLURM_JWT="daemon") as one:
        return {
            (side, version): one.ask(f"{paths[side].format(version)} HTTP/1.1\r\n{head}".encode()).status
            for side in paths
            for version in versions.DIALECTS
        }


def test_that_everything_is_served_by_default(lab: Lab, tokens: dict[str, str]) -> None:
    assert set(_answers(lab, tokens["root"]).values()) == {200}


@pytest.mark.parametrize(
    ("options", "served"),
    [
        (["-s", "v0.0.38,dbv0.0.37"], {("slurm", 38), ("slurmdb", 37)}),
        (["-s", "slurmctld", "-d", "v0.0.41,v0.0.45"], {("slurm", 41), ("slurm", 45)}),
        (["-s", "v0.0.35,v0.0.36"], {("slurm", 36)}),
    ],
)
def test_what_is_selected(lab: Lab, tokens: dict[str, str], options: list[str], served: set[tuple[str, int]]) -> None:
    found = _answers(lab, tokens["root"], *options)
    assert {one for one, status in found.items() if status == 200} == served
    assert set(found.values()) == {200, 404}


def test_that_the_log_tells_of_plugins_that_are_not_installed(lab: Lab) -> None:
    """One line each, and the server starts; a name that no release had ends it."""
    year, month = map(int, lab.run("scontrol", "-V").split()[1].split(".")[:2])
    wanted = [name for name in settings.OPENAPI_PLUGINS if not versions.has_plugin(name, year * 100 + month)]
    with server.ours(lab, "-s", ",".join(settings.OPENAPI_PLUGINS)) as one:
        lines = [line for line in one.log.splitlines() if "taken all the same" in line]
    assert [line.split()[1] for line in lines] == wanted
    status, out, err = _run(program.ours(lab), "-s", "v0.0.34")
    assert (status, out, len(err)) == (1, [], 1)
