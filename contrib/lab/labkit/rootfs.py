# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders with a whole small Debian and its Slurm in them, one a release, made once and kept.

Rule 1: a folder is made under another name and renamed when it is whole; its recipe is kept beside it, and one that
was made by another recipe is made anew.
Rule 2: nobody writes in a finished folder; whoever uses one holds the lock that `hold` gives out.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from labkit import apt, packages, releases
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE = "/var/cache/slurmrest-lab"
_PACKAGES = (
    *packages.CLUSTER, *packages.MANY_JOBS, *packages.BUILD, *packages.HOSTS, "ca-certificates", "iproute2", "procps",
)  # fmt: skip
_KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"
_UNREAD = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*")
_LOG_LINES = 15


def folder(release: str) -> str:
    """Where the root of a release's Debian lies."""
    return os.path.join(CACHE, release, "root")


def stage(release: str) -> str:
    """An empty folder beside it, to mount on."""
    return os.path.join(CACHE, release, "stage")


@contextlib.contextmanager
def hold(release: str) -> Iterator[int]:
    """Have the folder of a release, made if need be, and keep it from being made anew.

    Gives the descriptor that holds the lock: a process that inherits it goes on holding.
    """
    os.makedirs(CACHE, mode=0o755, exist_ok=True)
    descriptor = os.open(os.path.join(CACHE, release + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            fcntl.flock(descriptor, fcntl.LOCK_SH)  # waits for whoever makes it now
            if _made(release) == _recipe(release):
                break
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if _made(release) is not None:
                    raise LabError(
                        f"{folder(release)} is to be made anew, and a lab runs on it; end that with `lab down`"
                    ) from None
                time.sleep(0.1)
                continue
            if _made(release) != _recipe(release):  # nobody else has made it between the two locks
                _make(release, descriptor)
        yield descriptor
    finally:
        os.close(descriptor)


def _recipe(release: str) -> dict[str, object]:
    """What a folder depends on, the machine's mirror excepted: that may move."""
    described = releases.BY_NAME[release]
    return {"suite": described.suite, "packages": list(_PACKAGES), "left out": list(_UNREAD)}


def _made(release: str) -> dict[str, object] | None:
    try:
        with open(os.path.join(CACHE, release, "recipe.json"), encoding="utf-8") as file:
            known: dict[str, object] = json.load(file)
            return known
    except FileNotFoundError:
        return None


def _make(release: str, lock: int) -> None:
    """Make it with mmdebstrap, which inherits the lock: if this process is killed, nobody comes in between."""
    described = releases.BY_NAME[release]
    source = apt.mirror()
    begun = time.monotonic()
    fresh = os.path.join(CACHE, f".{release}.new")
    shutil.rmtree(fresh, ignore_errors=True)  # a killed maker's; it mounted only in a namespace of its own
    for part in ("", "stage"):
        os.mkdir(os.path.join(fresh, part), 0o755)
    with contextlib.ExitStack() as others:
        argv = ["mmdebstrap", "--mode=root", "--format=directory", "--variant=minbase"]
        argv += [f"--aptopt={line}" for line in ('APT::Install-Recommends "false"', *source.options, *described.apt)]
        argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in _UNREAD]
        if described.keyring_from:
            others.enter_context(hold(described.keyring_from))
            argv += [f"--keyring={os.path.join(folder(described.keyring_from), _KEYRING)}"]
        argv += [f"--include={','.join(dict.fromkeys(_PACKAGES))}", described.suite, os.path.join(fresh, "root")]
        print(f"lab: making {folder(release)} from Debian {described.suite}", file=sys.stderr, flush=True)
        with open(os.path.join(CACHE, release + ".log"), "w+b") as log:
            done = subprocess.run(
                [*argv, source.address], stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(lock,),
                check=False,
            )  # fmt: skip
            if done.returncode:
                log.seek(0)
                said = b"".join(log.readlines()[-_LOG_LINES:]).decode(errors="replace")
                shutil.rmtree(fresh, ignore_errors=True)
                raise LabError(f"mmdebstrap {described.suite} failed, see {log.name}:\n{said}")
    found = _version(os.path.join(fresh, "root"))
    if releases.number(found) != release:
        shutil.rmtree(fresh)
        raise LabError(f"the mirror's {described.suite} has Slurm {found or 'in no version'}, not {release}")
    with open(os.path.join(fresh, "recipe.json"), "w", encoding="utf-8") as file:
        json.dump(_recipe(release), file, indent=1)
    final = os.path.join(CACHE, release)
    if os.path.exists(final):
        os.unlink(os.path.join(final, "recipe.json"))  # first, so that half of it is never taken for the whole
        shutil.rmtree(final)
    os.rename(fresh, final)
    print(f"lab: made after {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def _version(root: str) -> str:
    """The version of Slurm's packages in a folder, empty without any."""
    done = subprocess.run(
        ["dpkg-query", f"--admindir={os.path.join(root, 'var/lib/dpkg')}", "--show", "--showformat=${Version}",
         "slurmctld"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout
