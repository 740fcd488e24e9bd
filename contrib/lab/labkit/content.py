# SPDX-License-Identifier: GPL-2.0-or-later
"""What a lab's cluster holds: associations, reservations and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit import client, config, process

if TYPE_CHECKING:
    from labkit.place import Place

def associations(place: Place) -> None:
    """Accounts, users and QOS, before slurmctld starts and reads them."""
    for line in (
        "add cluster lab", "add account physics description=Physics organization=science",
        "add account optics parent=physics", "add account chemistry",
        "add qos high priority=50", "add qos low", "add qos limited",
        "add user alice account=optics,physics", "add user bob account=chemistry",
        "modify user root set adminlevel=Administrator",
    ):  # fmt: skip
        client.run(place, "sacctmgr", "-i", *line.split())


def fill(place: Place, sizes: config.Sizes) -> None:
    """Jobs."""
    script = "#!/bin/sh\nexec sleep 8640000\n"
    for argv, user, body in (
        (["-n2", "-t", "1-0"], "alice", script), (["--hold"], "alice", script),
        (["--array=1-3%1", "--hold", "-Jarr"], "bob", script), (["-N1"], "bob", "#!/bin/sh\nexit 3\n"),
        (["-N1"], "root", "#!/bin/sh\nexit 0\n"), (["-J", "na\"me\n'x' ü\\", "--comment=a\tb\nc"], "alice", script),
    ):
        client.run(place, "sbatch", "-o", "%j.out", *argv, user=user, stdin=body)


def settle(place: Place) -> None:
    """Wait for the jobs."""
    process.wait_for("jobs", lambda: len(client.run(place, "squeue", "-h", "-t", "R").splitlines()) >= 2, 30)
