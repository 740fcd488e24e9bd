# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemons of a lab: how each is started and when it is ready.

Rule 1: every one runs in the foreground of its own session; the lab remembers its process, not a pid file.
Rule 2: munged, MariaDB, slurmdbd and slurmctld each run as the account that Debian made for it or for Slurm;
only slurmd is root, because it starts other users' jobs.
"""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from labkit import client, config, process, releases
from labkit.trouble import LabError

if TYPE_CHECKING:
    from labkit.place import Place, State

SLURM_USER = "slurm"
MUNGE_USER = "munge"
# In the order of starting; ended in the reverse order.
NAMES = (
    "munged", "mariadb", "slurmdbd", "slurmctld", *config.NODES, config.SECOND_CONTROLLER, *config.SECOND_NODES,
)  # fmt: skip
NODES = (*config.NODES, *config.SECOND_NODES)
WITHOUT_PORT = ("munged", "mariadb")
_PATIENCE = 60.0


class _Daemon(NamedTuple):
    argv: list[str]
    user: str
    hostname: str | None = None


def of(state: State) -> list[str]:
    """The daemons of a lab, which may be of an earlier checkout with other nodes."""
    without = [name for name in WITHOUT_PORT if name != "munged" or state.shape.auth == "munge"]
    return [name for name in NAMES if name in state.ports or name in without]


def conf(place: Place, name: str) -> str:
    """The slurm.conf that a daemon lives by."""
    return place.second_conf if name in {config.SECOND_CONTROLLER, *config.SECOND_NODES} else place.slurm_conf


def expand(state: State, name: str) -> list[str]:
    """The daemons that a command line means by `name`: one of NAMES, or `slurmd` for that of every node."""
    present = of(state)
    if name == "slurmd":
        return [node for node in NODES if node in present]
    if name not in present:
        raise LabError(f"no daemon {name}; there are slurmd {' '.join(present)}")
    return [name]


def _describe(place: Place, name: str) -> _Daemon:
    if name == "munged":
        return _Daemon(
            ["/usr/sbin/munged", "--foreground", "--num-threads=10", f"--key-file={place('munge', 'key')}",
             f"--socket={place.munge_socket}", f"--pid-file={place('munge', 'pid')}",
             f"--seed-file={place('munge', 'seed')}", f"--log-file={place.log('munged')}"],
            MUNGE_USER,
        )  # fmt: skip
    if name == "mariadb":
        return _Daemon(["/usr/sbin/mariadbd", f"--defaults-file={place('etc', 'mariadb.cnf')}"], SLURM_USER)
    if name == "slurmdbd":
        return _Daemon(["/usr/sbin/slurmdbd", "-D"], SLURM_USER)
    if name in {"slurmctld", config.SECOND_CONTROLLER}:
        return _Daemon(["/usr/sbin/slurmctld", "-D", "-f", conf(place, name)], SLURM_USER)
    return _Daemon(["/usr/sbin/slurmd", "-D", "-f", conf(place, name)], "root", hostname=name)


def bootstrap_database(place: Place) -> None:
    """Make MariaDB's own tables: those that stored procedures need, not the help texts and time zones.

    mariadb-install-db makes the same tables in ten times the time. Slurm's database is made here, too: the slurmdbd of
    24.11 and later, which would make it, is ended by MariaDB's library at the first look at one that is not there.
    """
    with open(releases.here().system_tables, encoding="utf-8") as file:
        statements = f"create database {config.DATABASE};\ncreate database mysql;\nuse mysql;\n{file.read()}"
    with open(place.log("mariadb"), "ab") as log:
        done = subprocess.run(
            ["/usr/sbin/mariadbd", f"--defaults-file={place('etc', 'mariadb.cnf')}", "--bootstrap"],
            input=statements.encode(), stdout=log, stderr=log, cwd="/", env=client.environment(place),
            user=SLURM_USER, group=SLURM_USER, extra_groups=[], check=False,
        )  # fmt: skip
    if done.returncode:
        raise LabError(f"mariadbd --bootstrap failed, see {place.log('mariadb')}")


def start(place: Place, state: State, name: str) -> None:
    """Start a daemon and remember it; it may not be ready yet."""
    daemon = _describe(place, name)
    if name in WITHOUT_PORT:
        socket_path = _socket(place, name)
        if os.path.exists(socket_path):
            os.unlink(socket_path)  # left by a killed one
    child = process.spawn(
        daemon.argv, log=place.log(name), environment=client.environment(place, conf(place, name)), user=daemon.user,
        hostname=daemon.hostname,
    )  # fmt: skip
    known = process.identify(child.pid)
    if known is not None:
        state.started(name, known)
        place.save(state)


def await_ready(place: Place, state: State, *names: str) -> None:
    """Wait until each daemon takes connections; LabError with the end of its log when it died instead."""
    for name in names:

        def ready(name: str = name) -> bool:
            process.reap()
            known = state.daemons.get(name)
            if known is None or not process.is_alive(known):
                raise LabError(f"{name} did not start, see {place.log(name)}:\n{_tail(place.log(name))}")
            return _answers(place, state, name)

        process.wait_for(f"{name} to be ready", ready, _PATIENCE)


def _socket(place: Place, name: str) -> str:
    return place.munge_socket if name == "munged" else place.mysql_socket


def _answers(place: Place, state: State, name: str) -> bool:
    address: str | tuple[str, int]
    if name in WITHOUT_PORT:
        family, address = socket.AF_UNIX, _socket(place, name)
    else:
        family, address = socket.AF_INET, ("127.0.0.1", state.ports[name])
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(address) == 0


def _tail(path: str, lines: int = 8) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-lines:])
