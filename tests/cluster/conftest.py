# SPDX-License-Identifier: GPL-2.0-or-later
"""The two programs, in each setting that a case can ask for, and what the lab holds."""

from __future__ import annotations

import os
import re
import socket
import sys
import tempfile
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from comparison import exchange_with
from sidebyside import program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sidebyside.lab import Lab
    from sidebyside.program import Outcome, Program

    Exchange = Callable[[bytes], Outcome]


class Sides(NamedTuple):
    """How the two are asked in one setting."""

    real: Exchange
    ours: Exchange


@pytest.fixture(scope="session")
def tokens(lab: Lab) -> dict[str, str]:
    """Tokens by the word that cases use for them."""
    found = {"expired": lab.token("alice", lifespan=1)}
    made = time.monotonic()
    found.update({user: lab.token(user) for user in ("alice", "bob", "root")})
    # slurmctld compares whole seconds.
    time.sleep(max(0.0, made + 2.5 - time.monotonic()))
    return found


@pytest.fixture(scope="session")
def unreachable(lab: Lab) -> Iterator[str]:
    """A slurm.conf that leads to a slurmctld that is not there: its port refuses, as that of a stopped daemon does.

    libslurm goes on trying for half of MessageTimeout, so that is made short.
    """
    with socket.socket() as taken, tempfile.NamedTemporaryFile("w", suffix=".conf", dir="/var/tmp") as file:
        taken.bind(("127.0.0.1", 0))  # bound, but it does not listen: nobody else can come to listen on it
        with open(lab.conf, encoding="utf-8") as source:
            text = source.read()
        text = re.sub(r"(?m)^SlurmctldPort=.*", f"SlurmctldPort={taken.getsockname()[1]}", text)
        file.write(re.sub(r"(?m)^MessageTimeout=.*", "MessageTimeout=2", text))
        file.flush()
        os.chmod(file.name, 0o644)
        yield file.name


@pytest.fixture(scope="session")
def sides(lab: Lab, unreachable: str) -> dict[str, Sides]:
    """The two programs by setting."""

    def both(change: Callable[[Program], Program], *options: str, own_pipe: bool = False) -> Sides:
        started = (change(start(lab, *options)) for start in (program.real, program.ours))
        return Sides(*(exchange_with(one, own_pipe=own_pipe) for one in started))

    local = ("-a", "rest_auth/local")
    return {
        "token": both(lambda one: one),
        "down": both(lambda one: one.with_options(SLURM_CONF=unreachable)),
        "local": both(lambda one: one.without("SLURM_JWT"), *local, own_pipe=True),
        "foreign": both(lambda one: one.without("SLURM_JWT"), *local),
    }


@pytest.fixture(scope="session")
def names(lab: Lab) -> dict[str, list[str]]:
    """All names and ids of the lab by the word that cases use for them."""
    jobs = [line.split("|") for line in lab.run("squeue", "-a", "-h", "-t", "all", "-o", "%A|%F|%K|%i").splitlines()]
    found = {
        # A job's text may hold newlines, but none of these fields does.
        "job": sorted({job for job, *_ in jobs}, key=int),
        "array": sorted({array for job, array, task, _ in jobs if task != "N/A"}, key=int),
        "het": sorted({shown.partition("+")[0] for *_, shown in jobs if "+" in shown}, key=int),
        "node": lab.run("scontrol", "-a", "-o", "show", "node").splitlines(),
        "partition": lab.run("scontrol", "-a", "-o", "show", "partition").splitlines(),
        "reservation": lab.run("scontrol", "-a", "-o", "show", "reservation").splitlines(),
    }
    for word in ("node", "partition", "reservation"):
        found[word] = re.findall(rf"(?m)^{word.capitalize()}Name=(\S+)", "\n".join(found[word]))
    return found
