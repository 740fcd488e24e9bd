# SPDX-License-Identifier: GPL-2.0-or-later
"""Enclosures: a release's folder as the root of a small world with its own processes, network, mounts and names.

Rule 1: the folder stays as it was made. What is written goes to memory, or to the folders of this machine that are
shown inside at the same paths.
Rule 2: all of it, mounts included, ends with its first process; nothing is mounted where others see it.
Rule 3: until the caller has remembered that first process, it waits; if the caller ends before, so does it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import traceback
from typing import TYPE_CHECKING, NamedTuple

from labkit import kernel, process, rootfs
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from labkit.process import Identity

HOST = "lab"
_ADDRESS = "10.99.0.1"
_INIT = "/run/init.py"  # there; the checkout need not be seen inside
_PYTHON = "/usr/bin/python3"
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "ptmx": "pts/ptmx"}
_KINDS = {"mnt": kernel.NEWNS, "net": kernel.NEWNET, "uts": kernel.NEWUTS, "ipc": kernel.NEWIPC}


class Shown(NamedTuple):
    """A folder of this machine that is seen inside, at the same path or another."""

    path: str
    writable: bool = False
    at: str = ""


def begin(
    release: str, shown: Sequence[Shown], files: Mapping[str, str], remember: Callable[[Identity], None]
) -> Identity:
    """Make an enclosure and tell its first process.

    files: text by path, written inside. remember: called with the process while it waits.
    """
    with open(os.path.join(os.path.dirname(__file__), "init.py"), encoding="utf-8") as source:
        files = {_INIT: source.read(), **files}
    told, tell = os.pipe()
    start, let_start = os.pipe()
    heard, hear = os.pipe()
    with rootfs.hold(release) as lock:
        child = os.fork()
        if child == 0:
            try:
                os.close(let_start)
                _leave(tell, lock)
                os.close(tell)
                _wait(start)
                _build(release, shown, files)
                os.execve(_PYTHON, [_PYTHON, "-I", _INIT], {"PATH": _PATH, "LANG": "C.UTF-8", "TZ": "UTC"})
            except OSError as error:
                os.write(hear, str(error).encode())
            except BaseException:  # noqa: BLE001 - whatever it is, the caller is to hear of it
                os.write(hear, traceback.format_exc().encode())
            finally:
                os._exit(1)
    for unused in (tell, start, hear):
        os.close(unused)
    with os.fdopen(told, "rb") as numbers, os.fdopen(heard, "rb") as troubles, os.fdopen(let_start, "wb") as starter:
        number = numbers.read()
        os.waitpid(child, 0)  # the one between us and the first process
        first = process.identify(int(number)) if number else None
        if first is not None:
            remember(first)
            with contextlib.suppress(BrokenPipeError):
                starter.write(b".")
                starter.flush()
        trouble = troubles.read().decode(errors="replace")
    if trouble or first is None:
        raise LabError(f"no enclosure for Slurm {release}: {trouble or 'its first process ended'}")
    return first


def _leave(tell: int, lock: int) -> None:
    """Go on as the first process of new namespaces, in a session of its own, holding nothing of the caller's."""
    os.setsid()
    kernel.unshare(kernel.NEWPID | sum(_KINDS.values()))
    first = os.fork()
    if first:
        os.write(tell, str(first).encode())
        os._exit(0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.set_inheritable(lock, True)  # the folder is held as long as the enclosure lives


def _wait(start: int) -> None:
    if not os.read(start, 1):
        os._exit(0)  # nobody remembers us


def _build(release: str, shown: Sequence[Shown], files: Mapping[str, str]) -> None:
    """Mount all that belongs into it, and make it the root."""
    os.umask(0o022)
    kernel.mount("none", "/", None, kernel.REC | kernel.PRIVATE)
    stage = rootfs.stage(release)
    kernel.mount("tmpfs", stage, "tmpfs", 0, "mode=755")
    upper, work, root = (os.path.join(stage, name) for name in ("upper", "work", "root"))
    for path in (upper, work, root):
        os.mkdir(path)
    kernel.mount("overlay", root, "overlay", 0, f"lowerdir={rootfs.folder(release)},upperdir={upper},workdir={work}")
    kernel.mount("proc", root + "/proc", "proc", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC)
    kernel.mount("sysfs", root + "/sys", "sysfs", kernel.NOSUID | kernel.NODEV | kernel.NOEXEC | kernel.RDONLY)
    kernel.mount("tmpfs", root + "/run", "tmpfs", kernel.NOSUID | kernel.NODEV, "mode=755")
    _devices(root + "/dev")
    for one in sorted(shown, key=lambda one: len(one.at or one.path)):  # a folder before what lies in it
        target = root + (one.at or one.path)
        os.makedirs(target, exist_ok=True)
        kernel.bind(one.path, target, read_only=not one.writable)
    names = f"127.0.0.1 localhost\n::1 localhost ip6-localhost\n{_ADDRESS} {HOST}\n"
    for path, text in {"/etc/hostname": HOST + "\n", "/etc/hosts": names, "/etc/resolv.conf": "", **files}.items():
        with open(root + path, "w", encoding="utf-8") as file:
            file.write(text)
    socket.sethostname(HOST)
    kernel.raise_loopback(_ADDRESS)
    kernel.change_root(root)


def _devices(folder: str) -> None:
    """The few that programs need, lent by this machine: not everybody may make device nodes."""
    kernel.mount("tmpfs", folder, "tmpfs", kernel.NOSUID, "mode=755")
    for name in _DEVICES:
        os.close(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT, 0o666))
        kernel.bind(f"/dev/{name}", f"{folder}/{name}")
    for name, target in _LINKS.items():
        os.symlink(target, f"{folder}/{name}")
    for name, kind, options in (("pts", "devpts", "newinstance,ptmxmode=0666,mode=620"), ("shm", "tmpfs", "mode=1777")):
        os.mkdir(f"{folder}/{name}")
        kernel.mount(kind, f"{folder}/{name}", kind, kernel.NOSUID, options)


def run(
    first: Identity,
    argv: Sequence[str],
    environment: Mapping[str, str],
    folders: Sequence[str] = (),
    told: Callable[[int], None] = lambda _number: None,
) -> int:
    """Run a command inside, as `process.attend` does; its exit status."""
    kinds = ("pid", *_KINDS)
    namespaces = {kind: os.open(f"/proc/{first.pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in kinds}
    if not process.is_alive(first):  # its number may be another's by now
        raise LabError("the enclosure has ended meanwhile")
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def enter() -> None:
        for kind, flag in _KINDS.items():
            kernel.setns(namespaces[kind], flag)

    kernel.setns(namespaces["pid"], kernel.NEWPID)
    try:
        return process.attend(argv, environment, folders, enter, told)
    finally:
        kernel.setns(own, kernel.NEWPID)  # what we start next is ours again
        for descriptor in (own, *namespaces.values()):
            os.close(descriptor)
