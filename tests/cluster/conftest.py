# SPDX-License-Identifier: GPL-2.0-or-later
"""The two programs, in each setting that a case can ask for, and what the lab holds."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import pytest
import yaml

sys.path.insert(0, os.path.dirname(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.pardir, "facts"))

import homes
import own_document
import slurmdbd_records
from cases import ODD_NAME
from comparison import Sides, exchange_with, flatten, message
from sidebyside import program, wire
from value_differences import IN_38, PARTITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from sidebyside.lab import Lab
    from sidebyside.program import Outcome, Program

    Exchange = Callable[[bytes], Outcome]
    Get = Callable[..., tuple[int, Any]]


_LAST = "test_that_every_documented_status_was_seen"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what looks back on all others behind them."""
    items.sort(key=lambda item: item.name == _LAST)


@pytest.fixture(scope="session")
def heard(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What is wrong with our answers, as our document has it, since it was looked at last (`--documented`)."""
    found: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption("--documented"):
            own_document.listen(patch, found)
        yield found


@pytest.fixture(autouse=True)
def _documented(heard: list[str]) -> Iterator[None]:
    yield
    found = sorted(set(heard))
    heard.clear()
    assert not found, "\n".join(["answers are not as documented:", *found[:20]])


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
def get(lab: Lab, content: None, tokens: dict[str, str]) -> Get:
    """Ask our server; return status and document (None without one)."""
    ours = program.ours(lab)

    def ask(
        path: str, version: int = 42, user: str = "root", accept: str = "application/json", parser: str = "v0.0.42"
    ) -> tuple[int, Any]:
        lines = (f"X-SLURM-USER-NAME: {user}", f"X-SLURM-USER-TOKEN: {tokens[user]}", f"Accept: {accept}")
        data = message("GET", f"/slurm/v0.0.{version}/{path}", "HTTP/1.1", lines, b"")
        (answer,) = wire.strict(ours.with_options("-d", parser).exchange(data).output)
        load = json.loads if accept == "application/json" else yaml.safe_load
        return answer.status, load(answer.body) if answer.body else None

    return ask


@pytest.fixture(scope="session")
def conf(lab: Lab) -> Iterator[Callable[..., str]]:
    """Copies of slurm.conf with some values changed, or left out (None).

    What goes wrong in them goes wrong for the client alone.
    """
    with open(lab.conf, encoding="utf-8") as source:
        text = source.read()
    with tempfile.TemporaryDirectory(prefix="slurmrest-conf-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - instances run as somebody else

        def copy(**values: object) -> str:
            changed = text
            for name, value in values.items():
                line = "" if value is None else f"{name}={value}"
                changed, count = re.subn(rf"(?m)^{name}=.*", line, changed)
                assert count == 1, name
            path = os.path.join(folder, f"{len(os.listdir(folder))}.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(changed)
            return path

        yield copy


@pytest.fixture(scope="session")
def unreachable(conf: Callable[..., str]) -> Iterator[str]:
    """A slurm.conf that leads to a slurmctld that is not there: its port refuses, as that of a stopped daemon does.

    libslurm goes on trying for half of MessageTimeout, so that is made short.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but it does not listen: nobody else can come to listen on it
        yield conf(SlurmctldPort=taken.getsockname()[1], MessageTimeout=2)


@pytest.fixture(scope="session")
def dbd_unreachable(conf: Callable[..., str]) -> Iterator[str]:
    """The same for slurmdbd."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield conf(AccountingStoragePort=taken.getsockname()[1], MessageTimeout=2)


@pytest.fixture(scope="session")
def silent(conf: Callable[..., str]) -> Iterator[Callable[[int], str]]:
    """A slurm.conf, by its MessageTimeout in seconds, of a slurmctld that lets connect and then says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as mute:
        yield lambda seconds: conf(SlurmctldPort=mute.getsockname()[1], MessageTimeout=seconds)


def _until_it_ends(real: Program, *, own_pipe: bool, seconds: float) -> Exchange:
    """How slurmrestd is asked. That of 24.11 now and then, or always, stays for ever after what it cannot parse.

    It is asked until it ends; what never does is an outcome of its own: no answer, ended by a signal.
    """
    endless: set[bytes] = set()

    def ask(data: bytes) -> Outcome:
        for _ in range(1 if data in endless else 3):
            try:
                return real.exchange(data, own_pipe=own_pipe, seconds=seconds)
            except program.EndlessError:  # noqa: PERF203 - a turn waits for a server
                continue
        endless.add(data)
        return program.Outcome(b"", "", -signal.SIGKILL, seconds)

    return ask


@pytest.fixture(scope="session")
def sides(
    lab: Lab, conf: Callable[..., str], unreachable: str, dbd_unreachable: str, silent: Callable[[int], str]
) -> dict[str, Sides]:
    """The two programs by setting."""

    def both(change: Callable[[Program], Program], *options: str, own_pipe: bool = False, seconds: float = 5) -> Sides:
        real, ours = (change(start(lab, *options)) for start in (program.real, program.ours))
        return Sides(_until_it_ends(real, own_pipe=own_pipe, seconds=seconds), exchange_with(ours, own_pipe=own_pipe))

    quiet = silent(2)
    unmunged = conf(AuthInfo="socket=/nonexistent")
    backup = conf(SlurmctldHost=f"{socket.gethostname().partition('.')[0]}(127.0.0.1)\nSlurmctldHost=other(127.0.0.2)")
    local = ("-a", "rest_auth/local")
    return {
        "token": both(lambda one: one),
        "down": both(lambda one: one.with_options(SLURM_CONF=unreachable), seconds=90),
        "dbd-down": both(lambda one: one.with_options(SLURM_CONF=dbd_unreachable), seconds=90),
        "backup": both(lambda one: one.with_options(SLURM_CONF=backup), seconds=90),
        "silent": both(lambda one: one.with_options(SLURM_CONF=quiet), seconds=90),
        "local": both(lambda one: one.without("SLURM_JWT"), *local, own_pipe=True),
        "unmunged": both(
            lambda one: one.without("SLURM_JWT").with_options(SLURM_CONF=unmunged), *local, own_pipe=True, seconds=90
        ),
        "foreign": both(lambda one: one.without("SLURM_JWT"), *local),
    }


@pytest.fixture(scope="session")
def records(lab: Lab, sides: dict[str, Sides], tokens: dict[str, str]) -> dict[str, list[str]]:
    """All names that slurmdbd has, by the word that cases use for them."""
    return slurmdbd_records.look_up(lab, sides["token"], tokens["alice"])


@pytest.fixture(scope="session")
def waiting(lab: Lab) -> str:
    """The id of a job that is held for ever (write_cases.WAITING)."""
    with open(lab.variables["LAB_JOB_IDS"], encoding="utf-8") as file:
        return str(json.load(file)["shape"])


@pytest.fixture(scope="session")
def content(lab: Lab) -> None:
    """What only the comparison wants of a lab, added once: it stays, and nothing comes of it."""
    lab.run("scontrol", "fsdampeningfactor", "1")  # the value that it has; its RPC is then in the statistics
    if "PartitionName=endless" not in lab.run("scontrol", "-o", "show", "partition"):
        options = "nodes=node1 defaulttime=UNLIMITED maxtime=UNLIMITED state=DOWN"
        lab.run("scontrol", "create", "partitionname=endless", *options.split())
    if "boundless" not in lab.run("squeue", "-a", "-h", "-o", "%j").split():
        lab.run("sbatch", "-H", "-Jboundless", "-prequeue", user="alice", stdin="#!/bin/sh\n")
    if "gone" not in lab.run("squeue", "-a", "-h", "-t", "CANCELLED", "-o", "%j").split():
        number = lab.run("sbatch", "--parsable", "-H", "-Jgone", user="alice", stdin="#!/bin/sh\n").strip()
        lab.run("scancel", number, user="alice")  # before it has tasks


@pytest.fixture
def odd_job(lab: Lab) -> Iterator[str]:
    """A job whose name is no UTF-8, as long as it is asked for: it spoils every listing in YAML of the real server."""
    known = lab.run("squeue", "-a", "-h", "-n", "odd", "-o", "%A").split()
    number = (
        known[0] if known else lab.run("sbatch", "--parsable", "-H", "-Jodd", user="alice", stdin="#!/bin/sh\n").strip()
    )
    lab.run("scontrol", "update", f"jobid={number}", f"jobname={ODD_NAME}")
    yield number
    lab.run("scontrol", "update", f"jobid={number}", "jobname=odd")


@pytest.fixture(scope="session")
def names(lab: Lab, content: None, tokens: dict[str, str]) -> dict[str, list[str]]:
    """All names and ids of the lab by the word that cases use for them."""
    jobs = [line.split("|") for line in lab.run("squeue", "-a", "-h", "-t", "all", "-o", "%A|%F|%K|%i").splitlines()]
    with open(os.path.join(lab.directory, "jobs.json"), encoding="utf-8") as file:
        # The many that only make the lab large come after all others: one of them is enough.
        last = max(json.load(file).values()) + 1
    found = {
        "job": sorted({job for job, *_ in jobs if int(job) <= last}, key=int),
        "array": sorted({array for job, array, task, _ in jobs if task != "N/A"}, key=int),
        "het": sorted({shown.partition("+")[0] for *_, shown in jobs if "+" in shown}, key=int),
        "node": lab.run("scontrol", "-a", "-o", "show", "node").splitlines(),
        "partition": lab.run("scontrol", "-a", "-o", "show", "partition").splitlines(),
        "reservation": lab.run("scontrol", "-a", "-o", "show", "reservation").splitlines(),
    }
    PARTITIONS.update(_partitions(lab, found["node"], found["partition"]))
    IN_38.update(_in_38(lab, tokens["root"]))
    for word in ("node", "partition", "reservation"):
        found[word] = re.findall(rf"(?m)^{word.capitalize()}Name=(\S+)", "\n".join(found[word]))
    return found


def _in_38(lab: Lab, token: str) -> dict[str, object]:
    """See value_differences.IN_38; nothing on releases that are not the home of v0.0.38."""
    found: dict[str, object] = {}
    if 38 not in homes.at_home(homes.installed()):
        return found
    real = program.real(lab)
    for path in ("partitions", "diag"):
        lines = ("X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {token}")
        asked = real.exchange(message("GET", f"/slurm/v0.0.38/{path}", "HTTP/1.1", lines, b""))
        body = json.loads(wire.lenient(asked.output)[0].body)
        for partition in body.get("partitions", ()):
            flatten(partition, f"partitions/{partition['name']}", found)
        flatten(body.get("statistics", {}), "statistics", found)
    return found


def _partitions(lab: Lab, nodes: list[str], partitions: list[str]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """The partitions of each node, and whether they are hidden, from the lines that scontrol shows."""
    held, hidden = {}, {}
    for line in partitions:
        fields = dict(word.partition("=")[::2] for word in line.split())
        held[fields["PartitionName"]] = set(lab.run("scontrol", "show", "hostnames", fields["Nodes"]).split())
        hidden[fields["PartitionName"]] = fields["Hidden"] == "YES"
    names = [line.split()[0].partition("=")[2] for line in nodes]
    return {name: tuple((one, hidden[one]) for one, members in held.items() if name in members) for name in names}
