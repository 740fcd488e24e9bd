# SPDX-License-Identifier: GPL-2.0-or-later
"""That hearing.py takes a log apart as slurmctld writes it, and sees what two jobs do not share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hearing import Hearing
from job_effects import unlike

if TYPE_CHECKING:
    import pathlib

_FENCE = "slurmctld: debug2: Processing RPC: FENCE from UID=1\n"
_JOB = """\
slurmctld: debug3: JobDesc: user_id=1 JobId={ident} partition=(null) name=w
slurmctld: debug3:    kill_on_node_fail=-1 script=#!/bin/sh
sleep 1

...
slurmctld: debug2: another thread says something
slurmctld: debug3:    network=x begin={begin} cpus_per_task=-1
slurmctld: debug3:    deadline=Unknown
"""


class _Log:
    """A lab whose slurmctld says what it is told to."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.variables = {"LAB_DIR": str(folder)}
        self.asked: list[str] = []
        (folder / "log").mkdir()
        self.path = folder / "log" / "slurmctld.log"
        self.path.write_text("slurmctld: before\n" + _FENCE)

    def run(self, *argv: str) -> None:
        self.asked.append(argv[-1])

    def say(self, text: str) -> None:
        with self.path.open("a") as file:
            file.write(text)


@pytest.fixture
def log(tmp_path: pathlib.Path) -> _Log:
    return _Log(tmp_path)


def test_that_descriptions_are_heard(log: _Log) -> None:
    with Hearing(log, lambda: log.say(_FENCE), "FENCE") as hearing:  # type: ignore[arg-type]
        log.say(_JOB.format(ident=6, begin="Unknown"))
        hearing.begin()
        assert hearing.end(0) == []
        log.say("slurmctld: noise\n" + _JOB.format(ident=7, begin="2030-01-01T00:00:00"))
        log.say(_JOB.format(ident=8, begin="Unknown"))
        first, second = hearing.end(7)
        assert hearing.end(0) == []
    assert log.asked == ["debug3", "info"]
    assert first["user_id"] == "user_id=1 JobId=<0> partition=(null) name=w"
    assert first["kill_on_node_fail"] == "kill_on_node_fail=-1 script=#!/bin/sh\nsleep 1\n\n..."
    assert first["network"] == "network=x begin= cpus_per_task=-1"
    assert first["network@"] == time.mktime((2030, 1, 1, 0, 0, 0, 0, 0, -1))
    assert unlike(first, second).keys() == {"user_id", "network", "network@"}


def test_that_a_line_is_awaited(log: _Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hearing._PATIENCE", 0.1)
    with Hearing(log, lambda: log.say("half a line"), "FENCE") as hearing:  # type: ignore[arg-type]
        hearing._from = log.path.stat().st_size
        with pytest.raises(AssertionError, match="does not come"):
            hearing.end(0)
