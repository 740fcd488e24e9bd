# SPDX-License-Identifier: GPL-2.0-or-later
"""Give up what serving one client does not need, and refuse to serve as somebody who could do too much.

Rule 1: the order is drop ids, refuse, harden, then load libslurm, then refuse SlurmUser (who stands in slurm.conf),
        and only then read the first byte of the client. `stdio.serve` shows it.
Rule 2: limits are only ever lowered, soft and hard at once, so that nothing later in the process can raise them.
Rule 3: a step that fails ends the process; there is no serving with half of the confinement.

The refusals are slurmrestd's own, those of 24.11 (slurmrestd(8), SECURITY). What it unshares besides (System V
semaphores, the descriptor table) a process without threads shares with nobody, so these words need no action.
"""

from __future__ import annotations

import os
import resource
import stat

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Callable

    from slurmrest_inet.settings import Settings

NOBODY = 99  # what slurmrestd means by it; distributions' 65534 is a user like others to it

# libslurm holds a handful: its RPC connection, one to slurmdbd, munge's socket, a plugin or configuration file while it
# is read; name services hold some more.
DESCRIPTORS = 256
# libslurm writes no file, except that without slurm.conf it keeps what slurmctld sent in memory files (configless).
_FILE_BYTES = 64 << 20

# Everything else in the environment is taken away before libslurm, its plugins and name services look around.
_ENVIRONMENT = frozenset(
    (
        "ABORT_ON_FATAL",
        "HOME",
        "JOURNAL_STREAM",
        "LANG",
        "LANGUAGE",
        "LOGNAME",
        "PATH",
        "SHELL",
        "SLURM_BITSTR_LEN",
        "SLURM_CONF",
        "SLURM_CONF_SERVER",
        "SLURM_DEBUG",
        "SLURM_DEBUG_FLAGS",
        "SLURM_JSON",
        "SLURM_JWT",
        "SLURM_YAML",
        "TMPDIR",
        "TZ",
        "USER",
    )
)
_ENVIRONMENT_PREFIXES = ("LC_", "SLURMRESTD_", "SLURMREST_INET_")


class RefusedError(StartError):
    """This process must not serve as who it is."""


def drop_ids(settings: Settings) -> None:
    """Become the user and group of -u and -g, irrevocably; raises RefusedError."""
    if settings.user is None and settings.group is None:
        return
    uid, name, primary = os.getuid(), None, None
    if settings.user is not None:
        uid, name, primary = _user(settings.user)
    gid = primary
    if settings.group is not None:
        gid = _group(settings.group)
    if gid is None:
        raise RefusedError(f"The user {settings.user!r} has no entry with a group: give one with -g.")
    if os.getresuid() == (uid, uid, uid) and os.getresgid() == (gid, gid, gid) and os.geteuid() != 0:
        return  # nothing to change, and nobody here who may change supplementary groups
    _change(uid, gid, name if settings.group is None else None)


def become(uid: int) -> None:
    """Become the user `uid` with the groups of its entry, irrevocably; raises RefusedError."""
    import pwd  # noqa: PLC0415 - only this step asks the user database

    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise RefusedError(f"The uid {uid} has no entry with a group.") from None
    _change(uid, entry.pw_gid, entry.pw_name)


def _change(uid: int, gid: int, name: str | None) -> None:
    """Set all ids; with `name` the supplementary groups of that user, otherwise none."""
    try:
        if name is not None:
            os.initgroups(name, gid)
        else:
            os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    except PermissionError:
        raise RefusedError("Only root can change to the user and group of -u and -g.") from None
    if uid:
        try:
            os.setresuid(-1, 0, -1)
        except PermissionError:
            return
        raise RefusedError("Root's rights came back after they were given up.")


def _user(text: str) -> tuple[int, str | None, int | None]:
    """Uid, name and primary group of a user given by name or number."""
    import pwd  # noqa: PLC0415 - only -u asks the user database

    try:
        entry = pwd.getpwnam(text)
    except KeyError:
        if not (text.isascii() and text.isdigit()):
            raise RefusedError(f"There is no user {text!r}.") from None
        try:
            entry = pwd.getpwuid(int(text))
        except (KeyError, OverflowError):
            return int(text), None, None
    return entry.pw_uid, entry.pw_name, entry.pw_gid


def _group(text: str) -> int:
    import grp  # noqa: PLC0415 - only -g asks the group database

    try:
        return grp.getgrnam(text).gr_gid
    except KeyError:
        if text.isascii() and text.isdigit():
            return int(text)
        raise RefusedError(f"There is no group {text!r}.") from None


def refuse_users(settings: Settings) -> None:
    """Refuse root, "nobody" and their groups; raises RefusedError."""
    if "become_user" in settings.security:
        raise RefusedError("SLURMRESTD_SECURITY=become_user needs a unix socket to listen on.")
    if "disable_user_check" in settings.security:
        return
    uids, gids = _ids()
    if 0 in uids:
        raise RefusedError("This program does not serve as root.")
    if NOBODY in uids:
        raise RefusedError(f"This program does not serve as uid {NOBODY}.")
    for gid in (0, NOBODY):
        if gid in gids:
            raise RefusedError(f"This program does not serve with gid {gid}, nor with it as a supplementary group.")


def refuse_slurm_user(settings: Settings, slurm_uid: int | None) -> None:
    """Refuse SlurmUser and its group; `slurm_uid` is None where libslurm does not tell it. Raises RefusedError."""
    if slurm_uid is None or "disable_user_check" in settings.security:
        return
    import pwd  # noqa: PLC0415 - a part of the interpreter, but only this step asks the user database

    uids, gids = _ids()
    if slurm_uid in uids:
        raise RefusedError("This program does not serve as SlurmUser.")
    try:
        slurm_gid = pwd.getpwuid(slurm_uid).pw_gid
    except KeyError:
        return  # a user without an entry has no group
    if slurm_gid in gids:
        raise RefusedError("This program does not serve with SlurmUser's group, nor with it as a supplementary group.")


def _ids() -> tuple[set[int], set[int]]:
    return set(os.getresuid()), {*os.getresgid(), *os.getgroups()}


def harden(
    settings: Settings,
    environ: MutableMapping[str, str],
    output: int,
    process_flags: Callable[[], int],
    *,
    descriptors: int | None = DESCRIPTORS,
) -> None:
    """Process flags, mask, limits and environment; raises RefusedError or OSError.

    environ: os.environ, whose changes reach the C library. output: the descriptor of the answers.
    process_flags: sets no_new_privs and clears dumpable (no core, no ptrace: the process holds tokens) with prctl(2),
    for which Python has no call; returns 0 or an errno. descriptors: how many may be open; None leaves that as it is.
    """
    code = process_flags()
    if code:
        raise RefusedError(f"Privileges cannot be given up: {os.strerror(code)}.")
    os.umask(0o077)
    _lower(resource.RLIMIT_CORE, 0)
    if descriptors is not None:
        _lower(resource.RLIMIT_NOFILE, descriptors)
    # Not RLIMIT_NPROC: libslurm starts threads, and the limit counts those of the same user everywhere.
    if not any(stat.S_ISREG(os.fstat(descriptor).st_mode) for descriptor in (output, 2)):
        _lower(resource.RLIMIT_FSIZE, _FILE_BYTES)
    if settings.memory:
        _lower(resource.RLIMIT_AS, settings.memory << 20)
    limit_processor(settings)
    for name in list(environ):
        if name not in _ENVIRONMENT and not name.startswith(_ENVIRONMENT_PREFIXES):
            del environ[name]


def limit_processor(settings: Settings) -> None:
    """The limit of processor time, which counts from the fork or exec of this process."""
    if settings.cpu:
        _lower(resource.RLIMIT_CPU, settings.cpu)


def allow_descriptors(count: int) -> int:
    """Allow a listener `count` descriptors and no more, or as many as its hard limit does; how many that are."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    return limit


def _lower(which: int, value: int) -> None:
    limits = [limit for limit in (*resource.getrlimit(which), value) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(which, (min(limits), min(limits)))
