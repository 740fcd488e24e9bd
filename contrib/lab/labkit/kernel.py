# SPDX-License-Identifier: GPL-2.0-or-later
"""System calls that Python 3.9 lacks: namespaces, mounts, the death signal, and an address for a new network.

Rule 1: a thin layer, one function a call; OSError with the call's name when it fails.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct

NEWNS, NEWUTS, NEWIPC, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x20000000, 0x40000000  # unshare(2)
# mount(2)
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_DETACH = 2  # umount2(2)
_PR_SET_PDEATHSIG = 1
_SIOCSIFFLAGS, _SIOCSIFADDR, _SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C  # netdevice(7)
_UP_AND_RUNNING = 0x41

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int | bytes | None) -> None:
    if getattr(_libc, name)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the caller's namespaces of these kinds for new ones; a new pid namespace begins with the next child."""
    _call("unshare", flags)


def setns(descriptor: int, kind: int) -> None:
    """Enter a namespace; a pid namespace holds for children only."""
    _call("setns", descriptor, kind)


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, data: str | None = None) -> None:
    """Attach a file system, or change how one is attached."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    _call("mount", encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3])


def bind(source: str, target: str, *, read_only: bool = False) -> None:
    """Show `source` at `target`, too; the flag takes a second call."""
    mount(source, target, None, BIND)
    if read_only:
        mount(source, target, None, BIND | REMOUNT | RDONLY)


def change_root(folder: str) -> None:
    """Make a mounted folder the root of this mount namespace and let go of the old one (pivot_root(2), NOTES)."""
    os.chdir(folder)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", _DETACH)
    os.chdir("/")


def die_with_parent(signum: int) -> None:
    """Have `signum` sent to this process when its parent ends."""
    _call("prctl", _PR_SET_PDEATHSIG, signum)


def raise_loopback(address: str) -> None:
    """Bring lo up, with one more address than its own.

    With 127.0.0.1 alone getaddrinfo and AI_ADDRCONFIG find no usable family; any other address will do.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _UP_AND_RUNNING))
        for request, value in ((_SIOCSIFADDR, address), (_SIOCSIFNETMASK, "255.255.255.255")):
            fcntl.ioctl(handle, request, struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(value)))
