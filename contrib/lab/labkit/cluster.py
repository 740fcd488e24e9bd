# SPDX-License-Identifier: GPL-2.0-or-later
"""A whole lab from nothing to a cluster with content, and back to nothing.

Rule 1: `down` can be called at any stage, `up` cleans what a half-started lab left.
Rule 2: after `down` there is no process, no file and no account that was not there before `up`.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import socket
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from labkit import (
    accounting,
    client,
    config,
    content,
    daemons,
    history,
    packages,
    ports,
    process,
    program,
    releases,
    users,
)
from labkit.place import Place, State, register_of_labs
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Where daemons vouch for their machine's users with auth/slurm: no option of 24.11 puts the sockets elsewhere.
_KIOSKS = {"/run/slurm": "root", "/run/slurmctld": daemons.SLURM_USER, "/run/slurmdbd": daemons.SLURM_USER}
_ROOT_ONLY, _EVERYBODY, _SCRATCH = 0o700, 0o755, 0o1777


def say(text: str) -> None:
    """Tell the person at the terminal; standard output is for answers."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


def up(place: Place, shape: config.Shape, *, install: bool) -> State:
    """Boot a lab with its content, or leave the one that runs."""
    packages.require([*packages.CLUSTER, *(packages.MANY_JOBS if shape.jobs else ())], install=install)
    if os.geteuid() != 0:
        raise LabError("only root can start a cluster whose jobs run as several users")
    with place.locked():
        state = place.load()
        if state is not None:
            trouble = _half(state)
            if trouble is None:
                if state.shape != shape:
                    raise LabError(f"a lab of another size runs there ({state.shape}); end it with `lab down`")
                say(f"already up in {place.folder}")
                return state
            say(f"half-started lab in {place.folder} ({trouble}): cleaning it")
            _end(place, state)
        try:
            return _boot(place, shape)
        except LabError as error:
            raise LabError(f"{error}\nthe logs are in {place('log')}; `lab down` cleans") from error


def _half(state: State) -> str | None:
    """What is wrong with a lab, None when it is whole."""
    if state.stage != "up":
        return f"it stopped while {state.stage}"
    dead = [name for name in daemons.of(state) if not _runs(state, name)]
    return f"not running: {' '.join(dead)}" if dead else None


def _runs(state: State, name: str) -> bool:
    known = state.daemons.get(name)
    return known is not None and process.is_alive(known)


def _boot(place: Place, shape: config.Shape) -> State:
    begun = time.monotonic()
    if os.path.isdir(place.folder) and os.listdir(place.folder):
        raise LabError(f"{place.folder} is not empty and not a lab")
    kiosks = _KIOSKS if shape.auth == "slurm" else {}
    for path in kiosks:
        if os.path.exists(path):
            raise LabError(f"{path} is another Slurm's, and auth/slurm knows no other place")
    made = not os.path.isdir(place.folder)
    os.makedirs(place.folder, mode=_EVERYBODY, exist_ok=True)
    os.chmod(place.folder, _EVERYBODY)
    with register_of_labs() as register:
        taken = {port for other in register.others(place) for port in other.ports.values()}
        names = ["slurmctld", "slurmdbd", "nobody", *config.NODES]
        if shape.clusters > 1:
            names += [config.SECOND_CONTROLLER, *config.SECOND_NODES]
        state = State(
            {
                "stage": "starting",
                "release": releases.here().name,
                "ports": dict(zip(names, ports.choose(len(names), taken))),
                "sizes": list(shape),
                "daemons": {},
                "made_folder": made,
            }
        )
        place.save(state)
        register.add(place)
        users.ensure()
    say(f"starting in {place.folder}")
    for path, owner in kiosks.items():
        _folder(path, owner, _EVERYBODY)
    _furnish(place, state)
    present = daemons.of(state)
    before = [name for name in present if name in daemons.WITHOUT_PORT]
    if "munged" in before:
        daemons.start(place, state, "munged")
    daemons.bootstrap_database(place)
    daemons.start(place, state, "mariadb")
    daemons.await_ready(place, state, *before)
    daemons.start(place, state, "slurmdbd")
    daemons.await_ready(place, state, "slurmdbd")
    accounting.name(place, shape)
    rest = [name for name in present if name not in (*before, "slurmdbd")]
    for name in rest:
        daemons.start(place, state, name)
    daemons.await_ready(place, state, *rest)
    say(f"daemons are ready after {time.monotonic() - begun:.1f} s")
    accounting.fill(place, shape)
    known = content.fill(place, shape)
    _write(place("jobs.json"), json.dumps(known, indent=1).encode())
    _write(place("past-jobs.json"), json.dumps(history.fill(place), indent=1).encode())
    if shape.clusters > 1:
        _write(place("second-jobs.json"), json.dumps(content.fill_second(place), indent=1).encode())
    if shape.jobs:
        content.submit_many(place, shape.jobs)
    _write_slurm_conf(place, state, settled=True)
    client.run(place, "scontrol", "reconfigure")
    content.settle(place, shape, known)
    state.stage = "up"
    place.save(state)
    say(f"up after {time.monotonic() - begun:.1f} s")
    return state


def _furnish(place: Place, state: State) -> None:
    """Folders, keys and configuration."""
    shape, munge, second = state.shape, state.shape.auth == "munge", state.shape.clusters > 1
    nodes = [name for name in daemons.of(state) if name in daemons.NODES]
    for name, owner, mode in (
        ("etc", "root", _EVERYBODY),
        *((("etc/second", "root", _EVERYBODY),) if second else ()),
        ("run", daemons.SLURM_USER, _EVERYBODY),
        ("log", "root", _EVERYBODY),
        *((("munge", daemons.MUNGE_USER, _EVERYBODY),) if munge else ()),
        ("db", daemons.SLURM_USER, _ROOT_ONLY),
        ("db/data", daemons.SLURM_USER, _ROOT_ONLY),
        ("spool", "root", _EVERYBODY),
        ("spool/slurmctld", daemons.SLURM_USER, _ROOT_ONLY),
        *(((f"spool/{config.SECOND_CONTROLLER}", daemons.SLURM_USER, _ROOT_ONLY),) if second else ()),
        ("gpu", "root", _EVERYBODY),
        ("work", "root", _SCRATCH),
        *((f"spool/{node}", "root", _EVERYBODY) for node in nodes),
    ):
        _folder(place(name), owner, mode)
    for node in config.GPU_NODES:
        for index in range(config.GPUS):
            _write(place("gpu", f"{node}-{index}"), b"")
    _write(place("work", "a script.sh"), b"#!/bin/sh\nexec sleep 8640000\n", mode=0o755)
    if munge:
        _write(place("munge", "key"), secrets.token_bytes(128), daemons.MUNGE_USER, 0o400)
        _write(place.log("munged"), b"", daemons.MUNGE_USER, 0o600)
    else:
        _write(place.slurm_key, secrets.token_bytes(128), daemons.SLURM_USER, 0o600)
    _write(place.jwt_key, secrets.token_bytes(32), daemons.SLURM_USER, 0o400)
    dbd = config.slurmdbd_conf(place, state.ports, shape).encode()
    _write(place("etc", "slurmdbd.conf"), dbd, daemons.SLURM_USER, 0o600)
    _write(place("etc", "mariadb.cnf"), config.mariadb_conf(place).encode())
    _write(place("etc", "gres.conf"), config.gres_conf(place).encode())
    _write(place("etc", "cgroup.conf"), releases.here().cgroup_conf.encode())
    _write_slurm_conf(place, state, settled=False)
    if second:
        text = config.second_conf(place, state.ports, shape, host=_host())
        _write(place.second_conf, text.encode())
        for path in (place("etc", "cgroup.conf"), *(() if munge else (place.slurm_key,))):
            os.symlink(path, os.path.join(os.path.dirname(place.second_conf), os.path.basename(path)))


def _host() -> str:
    return socket.gethostname().partition(".")[0]


def _write_slurm_conf(place: Place, state: State, *, settled: bool) -> None:
    text = config.slurm_conf(place, state.ports, state.shape, host=_host(), settled=settled)
    _write(place.slurm_conf + ".new", text.encode())
    os.replace(place.slurm_conf + ".new", place.slurm_conf)


def _folder(path: str, owner: str, mode: int) -> None:
    os.mkdir(path)
    os.chmod(path, mode)
    shutil.chown(path, owner, pwd.getpwnam(owner).pw_gid)


def _write(path: str, content: bytes, owner: str = "root", mode: int = 0o644) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        os.fchmod(descriptor, mode)
        account = pwd.getpwnam(owner)
        os.fchown(descriptor, account.pw_uid, account.pw_gid)


def down(place: Place) -> None:
    """End a lab and leave nothing of it; harmless when there is none."""
    with place.locked():
        state = place.load()
        if state is None:
            say(f"no lab in {place.folder}")
            return
        _end(place, state)
        say(f"down, {place.folder} is gone")


def _end(place: Place, state: State) -> None:
    state.stage = "ending"
    place.save(state)
    known = state.daemons
    # slurmd first, else it would start more. Nobody will read the state that the others save at a gentle end.
    process.kill([known[name] for name in daemons.NODES if name in known])
    process.kill([*process.strays(place.slurm_conf, place.second_conf), *known.values()])
    with register_of_labs() as register:
        for path in _KIOSKS if state.shape.auth == "slurm" else ():
            shutil.rmtree(path, ignore_errors=True)
        place.remove()
        register.drop(place)
        if not register.others(place):
            for name in users.remove():
                say(f"the account {name} stays, it is in use")


def status(place: Place) -> bool:
    """Print how each daemon fares; whether all is well."""
    state = place.load()
    if state is None:
        print(f"no lab in {place.folder}")
        return False
    trouble = _half(state)
    print(f"{place.folder}: {trouble or 'up'}")
    for name in daemons.of(state):
        known = state.daemons.get(name)
        what = f"pid {known.pid}" if known and process.is_alive(known) else "not running"
        port = state.ports.get(name)
        print(f"  {name:10} {what}" + (f", port {port}" if port else ""))
    return trouble is None


def _running(place: Place) -> State:
    state = place.load()
    if state is None:
        raise LabError(f"no lab in {place.folder}; start one with `lab up`")
    return state


def start(place: Place, name: str) -> None:
    """Start a daemon again that was stopped or killed, and wait for it."""
    with place.locked():
        state = _running(place)
        names = [one for one in daemons.expand(state, name) if not _runs(state, one)]
        for one in names:
            daemons.start(place, state, one)
        daemons.await_ready(place, state, *names)


def stop(place: Place, name: str) -> None:
    """End one daemon; jobs go on without their slurmd."""
    with place.locked():
        state = _running(place)
        names = daemons.expand(state, name)
        process.end([state.daemons[one] for one in names if one in state.daemons])
        for one in names:
            state.ended(one)
        place.save(state)


def send(place: Place, name: str, signum: int) -> None:
    """Signal one daemon."""
    state = _running(place)
    for one in daemons.expand(state, name):
        known = state.daemons.get(one)
        if known is None or not process.send(known, signum):
            raise LabError(f"{one} does not run")


def variables(place: Place) -> dict[str, str]:
    """What a shell or a test needs to know of a lab that is up."""
    state = _running(place)
    host, shape = state.ports, state.shape
    munge = {"LAB_MUNGE_SOCKET": place.munge_socket} if shape.auth == "munge" else {}
    second = {
        "LAB_SECOND_CLUSTER": config.SECOND,
        "LAB_SECOND_CONF": place.second_conf,
        "LAB_SECOND_JOB_IDS": place("second-jobs.json"),
    }
    return {
        "SLURM_CONF": place.slurm_conf,
        "LAB_DIR": place.folder,
        "LAB_RELEASE": state.values.get("release", ""),  # an earlier checkout did not tell
        "LAB_WORK_DIR": place("work"),
        "LAB_LOG_DIR": place("log"),
        "LAB_JWT_KEY": place.jwt_key,
        **munge,
        "LAB_MYSQL_SOCKET": place.mysql_socket,
        "LAB_SLURMDBD_CONF": place("etc", "slurmdbd.conf"),
        "LAB_SLURMCTLD_PORT": str(host["slurmctld"]),
        "LAB_SLURMDBD_PORT": str(host["slurmdbd"]),
        "LAB_SLURMD_PORTS": " ".join(str(host[node]) for node in config.NODES if node in host),
        "LAB_CLUSTER": config.CLUSTER,
        "LAB_FREE_PARTITION": config.FREE,
        "LAB_JOB_IDS": place("jobs.json"),
        "LAB_SERVICE_USER": users.SERVICE,
        "LAB_USERS": f"root {users.ALICE} {users.BOB}",
        "LAB_NODES": str(shape.nodes),
        "LAB_JOBS": str(shape.jobs),
        "LAB_AUTH": shape.auth,
        **(second if shape.clusters > 1 else {}),
    }


def execute(place: Place, command: Sequence[str]) -> NoReturn:
    """Become a command on the cluster, with the program in its PATH, which is built first if need be."""
    environment = {**os.environ, **variables(place)}
    if not program.is_built(place):
        build(place)
    environment["PATH"] = f"{program.commands(place)}:{environment.get('PATH', '')}:{client.PATH}"
    process.become(command, environment, [os.getcwd(), place("work")])


def build(place: Place) -> None:
    """Build the program in a lab that is up."""
    packages.require(packages.BUILD, install=False)
    with place.locked():
        _running(place)
        program.build(place)


def token(place: Place, user: str, lifespan: int | None) -> str:
    """A JWT for `user`, valid for `lifespan` seconds (Slurm's default: 1800)."""
    _running(place)
    extra = [] if lifespan is None else [f"lifespan={lifespan}"]
    said = client.run(place, "scontrol", "token", f"username={user}", *extra)
    name, _, value = said.strip().partition("=")
    if name != "SLURM_JWT" or not value:
        raise LabError(f"scontrol token said: {said.strip()}")
    return value
