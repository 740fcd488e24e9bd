# SPDX-License-Identifier: GPL-2.0-or-later
"""What a connection costs under systemd, and what each directive of the sandbox costs and is worth.

    python tests/bench/sandbox.py             boots a lab and a host with systemd, measures, ends both
    python tests/bench/sandbox.py --lab DIR   on a lab that runs
    python tests/bench/sandbox.py --only ways one table: directives, ways

Run it as root on a machine that has the lab's packages, mmdebstrap and systemd-container. Each variant of
contrib/systemd-socket/slurmrest-inet@.service gets a socket of its own, and all are asked in turns, a new connection
for each ping, so that a noisy machine is noisy for all of them. `wall` is what the client waits for, in milliseconds;
`cpu` is the processor time of the whole host from one connection's beginning to its end, which others on this machine
disturb least. Exposure is what `systemd-analyze security` says, from 0 to 10.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from sidebyside import booted
from sidebyside import lab as labs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labkit.machine import Machine

_FOLDER = os.path.normpath(os.path.join(os.path.dirname(labs.LAB), "../systemd-socket"))
_UNITS = "/etc/systemd/system"
_REQUEST = b"GET /slurm/v0.0.38/ping HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
_CLIENTS = 8
_QUIET_SECONDS, _QUIET_MICROSECONDS = 0.03, 150  # a connection is over when the host does nothing but this for so long


class Variant(NamedTuple):
    """A service that is started for each connection: what the table calls it, and its text."""

    name: str
    text: str


class Cost(NamedTuple):
    """Of one connection, both in milliseconds."""

    wall: float
    cpu: float


class Sandbox:
    """The directives of a unit, in its order; those that may be repeated are one."""

    def __init__(self, name: str) -> None:
        """`name` of a service in contrib/systemd-socket."""
        with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
            self.before, first, rest = file.read().partition("AmbientCapabilities=")
        self.directives: dict[str, str] = {}
        for line in (first + rest).splitlines():
            if line and not line.startswith("#"):
                key = line.partition("=")[0]
                self.directives[key] = self.directives.get(key, "") + line + "\n"

    def text(self, directives: Iterable[str]) -> str:
        """The unit with these directives alone."""
        return self.before + "".join(directives)


def variants() -> list[Variant]:
    """No sandbox, that of the recipe, each directive alone, and that of the recipe with one of the listener's more."""
    recipe, listener = Sandbox("slurmrest-inet@.service"), Sandbox("slurmrest-inet-warm.service")
    shipped = recipe.directives
    more = {key: text for key, text in listener.directives.items() if key not in shipped}
    everything = [*shipped.values(), *more.values()]
    found = [
        Variant("no sandbox", recipe.text(())),
        Variant("the recipe's sandbox", recipe.text(shipped.values())),
        Variant("the listener's sandbox", recipe.text(everything)),
    ]
    found += [Variant(f"{key} alone", recipe.text((text,))) for key, text in (*shipped.items(), *more.items())]
    return found + [
        Variant(f"the recipe's and {key}", recipe.text((*shipped.values(), text))) for key, text in more.items()
    ]


def exposure(host: Machine, text: str) -> float:
    """What systemd-analyze says of a service, from 0 to 10."""
    host.write("/run/exposure.service", text)
    said = host.run("systemd-analyze", "security", "--offline=true", "/run/exposure.service")
    found = re.search(r"exposure level for .*: ([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"no exposure: {said[-500:]}")
    return float(found[1])


def listen(host: Machine, names: dict[str, str]) -> None:
    """Have a socket for each service, `names` gives their texts."""
    for name, text in names.items():
        host.write(f"{_UNITS}/{name}@.service", text)
        unit = f"[Socket]\nListenStream=/run/{name}.sock\nAccept=yes\nTriggerLimitIntervalSec=0\n"
        host.write(f"{_UNITS}/{name}.socket", unit)
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "start", *(f"{name}.socket" for name in names))


def ask(path: str) -> float:
    """A ping on a connection of its own; milliseconds until it is over."""
    begun = time.perf_counter()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(path)
        connection.sendall(_REQUEST)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    if not data.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"no measurement: {data[:200]!r}")
    return (time.perf_counter() - begun) * 1e3


def _used(host: Machine) -> int:
    """Microseconds of processor time that the host has used."""
    with open(os.path.join(host.groups[""], "cpu.stat"), encoding="ascii") as file:
        return int(file.readline().split()[1])


def _settled(host: Machine) -> int:
    before = _used(host)
    while True:
        time.sleep(_QUIET_SECONDS)
        now = _used(host)
        if now - before < _QUIET_MICROSECONDS:
            return now
        before = now


def measure(host: Machine, paths: list[str], rounds: int) -> list[Cost]:
    """The median costs of a connection to each path."""
    found: list[list[tuple[float, float]]] = [[] for _ in paths]
    for path in paths:
        ask(path)
    for _ in range(rounds):
        for costs, path in zip(found, paths):
            before = _settled(host)
            wall = ask(path)
            costs.append((wall, (_settled(host) - before) / 1e3))
    return [Cost(*(statistics.median(column) for column in zip(*costs))) for costs in found]


def rate(path: str, seconds: float) -> float:
    """Connections a second, of clients who never rest."""
    end = time.monotonic() + seconds

    def client(_number: int) -> int:
        count = 0
        while time.monotonic() < end:
            ask(path)
            count += 1
        return count

    with ThreadPoolExecutor(_CLIENTS) as pool:
        return sum(pool.map(client, range(_CLIENTS))) / seconds


def directives(host: Machine, rounds: int) -> None:
    """Print the table of the directives."""
    found = variants()
    names = {f"bench{number}": variant.text for number, variant in enumerate(found)}
    listen(host, names)
    costs = measure(host, [host.path(f"/run/{name}.sock") for name in names], rounds)
    print(f"{'a connection with':42} {'wall':>7} {'cpu':>7} {'exposure':>9}")
    for variant, cost in zip(found, costs):
        print(f"{variant.name:42} {cost.wall:7.1f} {cost.cpu:7.1f} {exposure(host, variant.text):9.1f}", flush=True)
    print()
    host.run("systemctl", "stop", *(f"{name}.socket" for name in names))


def ways(host: Machine, rounds: int, seconds: float) -> None:
    """Print what a connection costs in each of the two ways, by the recipes as they stand."""
    print(f"{'a connection by':42} {'wall':>7} {'cpu':>7}  with {_CLIENTS} clients")
    for name in os.listdir(_FOLDER):
        if name.startswith("slurmrest-inet"):
            with open(os.path.join(_FOLDER, name), encoding="utf-8") as file:
                host.write(f"{_UNITS}/{name}", file.read())
    only_here = "[Socket]\nListenStream=\nListenStream=/run/slurmrest-inet.sock\n"  # the host shares our ports
    path = host.path("/run/slurmrest-inet.sock")
    for name in ("slurmrest-inet", "slurmrest-inet-warm"):
        host.write(f"{_UNITS}/{name}.socket.d/override.conf", only_here)
        host.run("systemctl", "daemon-reload")
        host.run("systemctl", "start", f"{name}.socket")
        (cost,) = measure(host, [path], rounds)
        print(f"{name + '.socket':42} {cost.wall:7.1f} {cost.cpu:7.1f}  {rate(path, seconds):.0f} a second", flush=True)
        host.run("systemctl", "stop", f"{name}*")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a connection costs under systemd, by directive.")
    parser.add_argument("--lab", help="the folder of a lab that runs")
    parser.add_argument("--only", choices=("directives", "ways"), help="one table")
    parser.add_argument("--rounds", type=int, default=20, help="of each variant")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each rate")
    options = parser.parse_args()
    trouble = booted.unable()
    if trouble:
        parser.error(trouble)
    lab = labs.adopt(options.lab) if options.lab else labs.boot(nodes=0)
    try:
        with booted.boot(lab) as host:
            if options.only in {None, "directives"}:
                directives(host, options.rounds)
            if options.only in {None, "ways"}:
                ways(host, options.rounds, options.seconds)
    finally:
        if not options.lab:
            lab.down()


if __name__ == "__main__":
    main()
