# SPDX-License-Identifier: GPL-2.0-or-later
"""Run a program under what a unit file forbids: `confined.py UNIT UID GID PROGRAM`. Run by the tests, not imported.

There is no systemd as process 1 where tests run, so this does with prctl(2), setrlimit(2) and seccomp(2) what
systemd.exec(5) says of the settings that can make a program fail: calls, address families, writable code, privileges.
Where systemd's filter of address families says EAFNOSUPPORT, this one says EPERM.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import subprocess
import sys

_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP, _PR_SET_MDWE = 38, 24, 65  # linux/prctl.h
_SCMP_ACT_ALLOW, _SCMP_ACT_ERRNO_EPERM, _SCMP_CMP_EQ = 0x7FFF0000, 0x00050001, 4  # seccomp.h of libseccomp


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def _settings(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with open(unit, encoding="utf-8") as file:
        for line in file:
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                found.setdefault(name, []).append(value)
    return found


def _calls(words: list[str]) -> set[str]:
    """The system calls of names and @groups, groups in groups included (systemd-analyze(1))."""
    calls, groups = set(), list(words)
    while groups:
        word = groups.pop()
        if not word.startswith("@"):
            calls.add(word)
            continue
        listing = subprocess.run(
            ["systemd-analyze", "syscall-filter", word], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        lines = [line.strip() for line in listing.splitlines()]
        groups += [line for line in lines if line and line != word and not line.startswith("#")]
    return calls


def _filter(lists: list[str], families: list[str]) -> None:
    allowed: set[str] = set()
    for line in lists:
        if line.startswith("~"):
            allowed -= _calls(line[1:].split())
        else:
            allowed |= _calls(line.split())
    allowed |= _calls(["@default"])
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(_SCMP_ACT_ERRNO_EPERM))
    for name in sorted(allowed - {"socket"}):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            _check(library.seccomp_rule_add_array(context, _SCMP_ACT_ALLOW, number, 0, None))
    number = library.seccomp_syscall_resolve_name(b"socket")
    for family in families:
        comparison = _Comparison(0, _SCMP_CMP_EQ, getattr(socket, family), 0)
        _check(library.seccomp_rule_add_array(context, _SCMP_ACT_ALLOW, number, 1, ctypes.byref(comparison)))
    _check(library.seccomp_load(context))


def _check(code: int) -> None:
    if code:
        raise OSError(-code, os.strerror(-code))


def main(unit: str, uid: str, gid: str, *program: str) -> None:
    settings = _settings(unit)
    libc = ctypes.CDLL(None)
    if settings["CapabilityBoundingSet"] == [""]:
        with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
            for capability in range(int(file.read()) + 1):
                _check(libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0))
    files = int(settings.get("LimitNOFILE", ["1024"])[0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    os.umask(int(settings["UMask"][0], 8))
    lists, families = settings["SystemCallFilter"], settings["RestrictAddressFamilies"][0].split()
    os.setgroups([])
    os.setresgid(int(gid), int(gid), int(gid))
    os.setresuid(int(uid), int(uid), int(uid))
    if settings["NoNewPrivileges"] == ["yes"]:
        _check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _filter(lists, families)
    if settings["MemoryDenyWriteExecute"] == ["yes"]:
        # Kernels before 6.3 do not have it; ctypes itself would not work after it.
        libc.prctl(_PR_SET_MDWE, 1, 0, 0, 0)
    os.execv(program[0], program)


main(*sys.argv[1:])
