# SPDX-License-Identifier: GPL-2.0-or-later
"""What slurmctld was sent to submit or to change a job, as its log tells it at the level debug3.

Rule 1: all that is logged of a description is told, also of one that was refused: scontrol shows what slurmctld made of
        a member, or nothing, and here is what came.
Rule 2: its log is written with a delay. A request that nobody else makes ends what is listened to.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from job_effects import epoch, masked

if TYPE_CHECKING:
    from typing import Callable

    from sidebyside.lab import Lab
    from typing_extensions import Self

_HEAD, _MORE = "debug3: JobDesc: ", "debug3:    "
_LINE = re.compile(r"slurmctld: |\[\d{4}-")
# Moments; what is counted from now differs by the time between two requests.
_TIMES = re.compile(r"(?<=begin=|dline=)\d{4}-\d\d-\d\dT[\d:]{8}")
_PATIENCE = 30.0


class Hearing:
    """Listens to slurmctld from `begin` to `end`. `fence` makes a request, whose line in the log has `mark` in it."""

    def __init__(self, lab: Lab, fence: Callable[[], object], mark: str) -> None:
        self._lab = lab
        self._fence = fence
        self._mark = mark
        self._path = os.path.join(lab.variables["LAB_DIR"], "log", "slurmctld.log")
        self._from = 0

    def __enter__(self) -> Self:
        self._lab.run("scontrol", "setdebug", "debug3")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._lab.run("scontrol", "setdebug", "info")  # as the lab's slurm.conf has it

    def begin(self) -> None:
        """What was logged before is of no interest."""
        self._from = os.path.getsize(self._path)
        self._fence()
        self._read()

    def end(self, job: int) -> list[dict[str, object]]:
        """The descriptions that came since `begin`, ids told as distances from `job`."""
        self._fence()
        return [_parsed(lines, job) for lines in _descriptions(self._read())]

    def _read(self) -> list[str]:
        """All lines up to that of the fence."""
        limit = time.monotonic() + _PATIENCE
        while True:
            with open(self._path, "rb") as file:
                file.seek(self._from)
                data = file.read()
            lines = data[: data.rfind(b"\n") + 1].decode(errors="surrogateescape").split("\n")
            for number, line in enumerate(lines):
                if self._mark in line:
                    passed = "\n".join((*lines[: number + 1], ""))
                    self._from += len(passed.encode(errors="surrogateescape"))
                    return lines[:number]
            if time.monotonic() > limit:
                raise AssertionError(f"{self._mark!r} does not come: {lines[-5:]}")
            time.sleep(0.002)


def _descriptions(lines: list[str]) -> list[list[str]]:
    found: list[list[str]] = []
    is_text = False  # of a script or of another member with more than one line
    for line in lines:
        if _HEAD in line:
            found.append([line.partition(_HEAD)[2]])
            is_text = True
        elif _MORE in line and found:
            found[-1].append(line.partition(_MORE)[2])
            is_text = True
        elif _LINE.match(line):
            is_text = False
        elif is_text:
            found[-1][-1] += "\n" + line
    return found


def _parsed(lines: list[str], job: int) -> dict[str, object]:
    found: dict[str, object] = {}
    for line in lines:
        name = line.partition("=")[0]
        for moment in _TIMES.findall(line):
            found[f"{name}@"] = epoch(moment)
        found[name] = masked(_TIMES.sub("", line), job) if "JobId=" in line else _TIMES.sub("", line)
    return found
