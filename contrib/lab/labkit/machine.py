# SPDX-License-Identifier: GPL-2.0-or-later
"""A host of the lab's cluster with systemd as process 1: a small Debian of this machine's own suite, in a container.

Rule 1: the folder that it boots from is made once, under another name until it is whole, and never written to: what a
        machine writes is in its memory and goes with it.
Rule 2: a machine ends with the process that booted it, however that ends; mounts and what systemd-nspawn keeps below
        /run are in a mount namespace of its own, and its control groups below one of its own.
Rule 3: it shares this machine's network, because that is where the cluster is: its units need ports of their own.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from labkit import apt, packages
from labkit.process import wait_for
from labkit.rootfs import CACHE
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labkit.place import Place

# What a host has that serves the API in one of its ways, and slurmrestd with its own unit.
_PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "passwd", "procps", "curl", "xinetd", "python3", "munge", "libslurm-dev",
    "slurm-client", "slurm-wlm-basic-plugins", "slurm-wlm-jwt-plugin", "slurmrestd",
)  # fmt: skip
_UNREAD = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*")
_MUNGE_SOCKET = "/run/munge/munge.socket.2"  # munged(8), Debian's
_LOG_BYTES = 2000
_PATIENCE = 60.0
_COMMAND_SECONDS = 120.0  # longer than any TimeoutStopSec of a unit
_NAME = "slurmrest-host-"
_RUN = "/run/systemd"  # systemd-nspawn keeps locks and folders below it

# $1: the name; $2: the folder to boot; the rest: cgroup.procs of the groups to be in (0: the process that writes it).
# systemd-nspawn makes two groups where it is started and leaves them there, and folders below /run likewise.
_START = f"""
name=$1 folder=$2
shift 2
for procs; do echo 0 > "$procs"; done
mount -t tmpfs -o mode=755 tmpfs {_RUN}
exec systemd-nspawn --quiet --directory="$folder" --volatile=overlay --boot --machine="$name" --register=no \\
    --keep-unit --console=pipe
"""


def template(*, install: bool) -> str:
    """The folder with the Debian that machines boot from, made if it is not there; LabError when it cannot be."""
    packages.require(packages.MACHINES, install=install)
    recipe = json.dumps([apt.own_suite(), _PACKAGES, _UNREAD])
    folder = os.path.join(CACHE, f"host-{apt.own_suite()}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}")
    os.makedirs(CACHE, mode=0o755, exist_ok=True)
    descriptor = os.open(folder + ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not os.path.isdir(folder):
            _make(folder, descriptor)
    finally:
        os.close(descriptor)
    return folder


def _make(folder: str, lock: int) -> None:
    """Make it with mmdebstrap, which inherits the lock: if this process is killed, nobody comes in between."""
    begun = time.monotonic()
    source = apt.mirror()
    fresh = folder + ".new"
    shutil.rmtree(fresh, ignore_errors=True)  # a killed maker's; mmdebstrap mounts in a namespace of its own
    print(f"lab: making {folder}", file=sys.stderr, flush=True)
    argv = ["mmdebstrap", "--mode=root", "--format=directory", "--variant=minbase"]
    argv += [f"--aptopt={line}" for line in ('APT::Install-Recommends "false"', *source.options)]
    argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _UNREAD]
    argv += [f"--include={','.join(_PACKAGES)}", apt.own_suite(), fresh, source.address]
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lock,), check=False)
        if done.returncode:
            shutil.rmtree(fresh, ignore_errors=True)
            raise LabError(f"mmdebstrap {apt.own_suite()} failed:\n{_end_of(log.fileno())}")
    os.rename(fresh, folder)
    print(f"lab: made after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def _end_of(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, _LOG_BYTES, max(0, size - _LOG_BYTES)).decode(errors="replace")


class Machine:
    """A running machine. `init` is its process 1, seen from here; `groups` its control groups by hierarchy."""

    def __init__(self, init: int, groups: dict[str, str]) -> None:
        """Only `boot` makes one."""
        self.init = init
        self.groups = groups

    @property
    def units(self) -> str:
        """The folder of the control groups of its units, those that `systemctl show` names ControlGroup."""
        return os.path.join(self.groups.get("name=systemd") or self.groups[""], "payload")

    def path(self, inside: str) -> str:
        """A path of the machine as a path of this machine's; symbolic links on the way must not be absolute."""
        return f"/proc/{self.init}/root{inside}"

    def attempt(self, *argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root, to its end; both outputs in one. LabError when it does not end."""
        try:
            return subprocess.run(
                ["nsenter", f"--target={self.init}", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd", *argv],
                input=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "SYSTEMD_PAGER": ""},
                timeout=_COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LabError(f"{' '.join(argv)[:300]} did not end in {_COMMAND_SECONDS:g} s") from None

    def run(self, *argv: str, stdin: str = "") -> str:
        """Run a command inside, and return what it says; LabError when it fails."""
        done = self.attempt(*argv, stdin=stdin)
        if done.returncode:
            raise LabError(f"{' '.join(argv)[:300]} failed with status {done.returncode}: {done.stdout.strip()}")
        return done.stdout

    def write(self, inside: str, text: str | bytes, mode: int = 0o644) -> None:
        """Write a file inside, with the folders above it; a running program keeps the one that it has open."""
        path = self.path(inside)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fresh = path + ".new"
        with open(fresh, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        os.chmod(fresh, mode)
        os.replace(fresh, path)

    def join(self, place: Place) -> None:
        """Make it a host of a lab's cluster: its munge key and its slurm.conf."""
        with open(place("munge", "key"), "rb") as file:
            self.write("/etc/munge/munge.key", file.read(), 0o400)
        self.run("chown", "munge:munge", "/etc/munge/munge.key")
        self.run("systemctl", "restart", "munge")
        with open(place.slurm_conf, encoding="utf-8") as text:
            self.write("/etc/slurm/slurm.conf", text.read().replace(place.munge_socket, _MUNGE_SOCKET))

    def govern_memory(self) -> bool:
        """Let its systemd enforce MemoryMax; False where the memory controller is not ours to write to.

        systemd-nspawn gives a container the controllers of version 1 to read only. The machine's own group is below one
        that was made for it, so that it may as well be written to.
        """
        folder = "/sys/fs/cgroup/memory"
        if "memory" in self.groups and not self.attempt("mount", "-o", "remount,bind,rw", folder).returncode:
            self.run("systemctl", "daemon-reexec")
        return self.run("systemctl", "show", "--property=MemoryCurrent", "--value", "init.scope").strip().isdigit()


@contextlib.contextmanager
def boot(*, install: bool = False) -> Iterator[Machine]:
    """A machine until the end of the block; LabError when it does not come up."""
    folder = template(install=install)
    name = f"{_NAME}{os.getpid()}-{secrets.token_hex(4)}"
    with contextlib.ExitStack() as stack:
        if not os.path.isdir(_RUN):
            os.mkdir(_RUN)
            stack.callback(os.rmdir, _RUN)
        groups = _own_groups(name)
        stack.callback(_remove_groups, groups)
        console = stack.enter_context(tempfile.TemporaryFile())
        procs = [os.path.join(group, "cgroup.procs") for group in groups.values()]
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", "unshare", "--mount", "--propagation=slave", "--pid", "--fork",
             "--kill-child=KILL", "--mount-proc", "sh", "-ec", _START, "sh", name, folder, *procs],
            stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True,
        )  # fmt: skip
        try:
            yield Machine(_await(process, console.fileno()), groups)
        finally:
            process.kill()  # systemd-nspawn is process 1 of a namespace, dies with it, and all in it with that
            process.wait()


def _await(process: subprocess.Popen[bytes], console: int) -> int:
    """Wait until a machine has started all its units; its process 1."""
    state = ""

    def up() -> bool:
        nonlocal state
        if process.poll() is not None:
            raise LabError(f"systemd-nspawn ended with status {process.returncode}:\n{_end_of(console)}")
        init = _process_1(process.pid)
        state = Machine(init, {}).attempt("systemctl", "is-system-running").stdout.strip() if init else ""
        return state in {"running", "degraded"}

    try:
        wait_for("the booted machine", up, _PATIENCE, step=0.05)
    except LabError as error:
        raise LabError(f"{error}\n{_end_of(console)}") from error
    init = _process_1(process.pid)
    if state == "degraded":
        raise LabError(f"the booted machine is not whole:\n{Machine(init, {}).run('systemctl', '--failed')}")
    return init


def _process_1(starter: int) -> int:
    """The machine's process 1, a grandchild of `starter`; 0 while there is none."""
    with contextlib.suppress(OSError):  # one of them has just ended
        for nspawn in _children(starter):
            for child in _children(nspawn):
                with open(f"/proc/{child}/comm", encoding="ascii", errors="replace") as file:
                    if file.read() == "systemd\n":  # systemd-nspawn's own helpers before that have other names
                        return child
    return 0


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def _own_groups(name: str) -> dict[str, str]:
    """Make a control group below the own one where systemd keeps its units, and for memory; folders by hierarchy."""
    groups = {}
    for hierarchy, folder in _hierarchies().items():
        _remove_void_groups(folder)
        group = os.path.join(folder, name)
        with contextlib.suppress(PermissionError, FileExistsError):
            os.mkdir(group)
            groups[hierarchy] = group
    return groups


def _hierarchies() -> dict[str, str]:
    """The folder of the own control group in each of the hierarchies that concern a machine (cgroups(7))."""
    mounts = {}
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            _id, _parent, _device, root, point, *_optional = line.split()
            kind, _source, options = line.partition(" - ")[2].split()
            if kind == "cgroup2":
                mounts[""] = (point, root)
            elif kind == "cgroup":
                mounts.update(dict.fromkeys(options.split(","), (point, root)))
    found = {}
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        for line in file:
            _number, controllers, path = line.rstrip("\n").split(":", 2)
            for controller in controllers.split(","):
                if controller in {"", "name=systemd", "memory"} and controller in mounts:
                    point, root = mounts[controller]
                    found[controller] = os.path.normpath(os.path.join(point, os.path.relpath(path, root)))
    return found


def _remove_void_groups(above: str) -> None:
    """Remove what machines left whose starter was killed."""
    for name in os.listdir(above):
        starter = name[len(_NAME) :].partition("-")[0]
        if name.startswith(_NAME) and not os.path.exists(f"/proc/{starter}"):
            _try_to_remove(os.path.join(above, name))


def _try_to_remove(group: str) -> bool:
    with contextlib.suppress(OSError):  # it is busy
        for folder, _folders, _files in os.walk(group, topdown=False):
            os.rmdir(folder)
    return not os.path.exists(group)


def _remove_groups(groups: dict[str, str]) -> None:
    """Remove groups and all below them, as soon as the last process has left."""
    for group in groups.values():
        wait_for(f"the end of all processes in {group}", lambda group=group: _try_to_remove(group), _PATIENCE)
