# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of the lab: how one is started, recognised later, and ended.

Rule 1: a process is known by pid, start time and boot together; a pid alone is never signalled.
Rule 2: what is ended is what the lab started, plus daemons and job steps that carry this lab's SLURM_CONF.
Rule 3: a zombie is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from labkit import kernel
from labkit.trouble import LabError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NOT_STARTED = 127  # a command that could not be started, as a shell tells it
_POLL_SECONDS = 0.02
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_OURS = frozenset(("slurmstepd", "slurmd", "slurmctld", "slurmdbd", "mariadbd", "munged"))


class Identity(NamedTuple):
    """A process, told apart from any later one that the kernel gives the same pid."""

    pid: int
    start: int  # clock ticks after boot, field 22 of proc(5) stat
    boot: str  # /proc/sys/kernel/random/boot_id


class _Stat(NamedTuple):
    state: str
    parent: int
    start: int


def _stat(pid: int) -> _Stat | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command name may hold blanks and brackets: count from the last closing one.
    fields = text[text.rindex(b")") + 2 :].split()
    return _Stat(fields[0].decode(), int(fields[1]), int(fields[19]))


def boot_id() -> str:
    """Name of the running boot; start times are comparable only within one."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def identify(pid: int) -> Identity | None:
    """The identity of a live process, None when there is none (or only its zombie)."""
    stat = _stat(pid)
    if stat is None or stat.state in "ZX":
        return None
    return Identity(pid, stat.start, boot_id())


def is_alive(known: Identity) -> bool:
    """Whether exactly this process still runs."""
    return identify(known.pid) == known


def send(known: Identity, signum: int) -> bool:
    """Signal exactly this process; False when it is gone."""
    if not is_alive(known):
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(known.pid, signum)
        return True
    return False


def wait_for(what: str, check: Callable[[], bool], seconds: float, step: float = _POLL_SECONDS) -> None:
    """Poll `check` every `step` seconds until it is true; LabError naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise LabError(f"gave up after {seconds:g} s waiting for {what}")
        time.sleep(step)


def spawn(
    argv: Sequence[str],
    *,
    log: str,
    environment: Mapping[str, str],
    user: str,
    hostname: str | None = None,
) -> subprocess.Popen[bytes]:
    """Start a daemon in a session of its own, without a terminal, its output appended to `log`.

    With `hostname` the process gets its own UTS namespace of that name: Debian's slurmd finds its node by the host
    name, and several of them are to run here.
    """
    as_root = user == "root"

    def rename_host() -> None:
        kernel.unshare(kernel.NEWUTS)
        socket.sethostname(hostname or "")

    with open(log, "ab") as output:
        try:
            return subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=dict(environment),
                start_new_session=True,
                user=None if as_root else user,
                group=None if as_root else user,
                extra_groups=None if as_root else [],
                umask=0o022,
                # No other thread of the lab runs now, so nothing can hold a lock across this fork.
                preexec_fn=rename_host if hostname else None,  # noqa: PLW1509
            )
        except subprocess.SubprocessError as error:  # all that Python tells of a failed rename_host
            raise LabError(f"{argv[0]}: no host name of its own (CAP_SYS_ADMIN is needed): {error}") from error


def become(argv: Sequence[str], environment: Mapping[str, str], folders: Sequence[str] = ()) -> NoReturn:
    """Replace this process by a command, in the first of the folders that is there; status 127 if that fails."""
    for folder in (*folders, "/"):
        with contextlib.suppress(OSError):
            os.chdir(folder)
            break
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python has them ignored
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvpe(argv[0], list(argv), dict(environment))
    except OSError as error:
        print(f"lab: {argv[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(NOT_STARTED)


def attend(
    argv: Sequence[str],
    environment: Mapping[str, str],
    folders: Sequence[str] = (),
    prepare: Callable[[], None] = lambda: None,
    told: Callable[[int], None] = lambda _number: None,
) -> int:
    """Run a command with our own standard streams; its exit status, as a shell tells it.

    folders: it starts in the first of them that is there. prepare: called in the new process before. Signals are
    passed on, but for those of a terminal, which the command gets itself; if we are killed, so is it.
    told: called with each signal that has come, after the command has ended.
    """
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (*_PASSED_ON, signal.SIGCHLD))
    try:
        child = os.fork()
        if child == 0:
            try:
                kernel.die_with_parent(signal.SIGKILL)
                prepare()
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
                become(argv, environment, folders)
            finally:
                os._exit(NOT_STARTED)
        status, numbers = _wait_for(child)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    for number in numbers:
        told(number)
    return status


def _wait_for(child: int) -> tuple[int, list[int]]:
    numbers = []
    while True:
        arrived = signal.sigwaitinfo((*_PASSED_ON, signal.SIGCHLD))
        if arrived.si_signo != signal.SIGCHLD:
            numbers.append(arrived.si_signo)
            if arrived.si_code <= 0:  # sent by a process; the kernel sends a terminal's to the whole group
                os.kill(child, arrived.si_signo)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status), numbers


def end(known: Iterable[Identity], *, patience: float = 10.0) -> None:
    """Terminate these processes together, kill what is left after `patience` seconds."""
    waiting = [one for one in known if send(one, signal.SIGTERM)]
    for one in waiting:
        send(one, signal.SIGCONT)  # a stopped daemon would not see SIGTERM
    limit = time.monotonic() + patience
    while waiting and time.monotonic() < limit:
        time.sleep(_POLL_SECONDS)
        reap()
        waiting = [one for one in waiting if is_alive(one)]
    kill(waiting)


def kill(known: Iterable[Identity]) -> None:
    """Kill these processes and wait until they are gone."""
    waiting = [one for one in known if send(one, signal.SIGKILL)]

    def gone() -> bool:
        reap()
        return not any(map(is_alive, waiting))

    wait_for("killed processes to vanish", gone, 10)


def reap() -> None:
    """Collect children of ours that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def strays(*confs: str) -> list[Identity]:
    """What still belongs to the clusters with these slurm.conf: daemons, and each slurmstepd with all its descendants.

    slurmd leaves its steps running when it ends, so that jobs survive its restart; and a daemon may have been started
    by an `up` that was killed before it could remember it. All of them inherit SLURM_CONF, which tells this lab's from
    any other's; a client that has it too is none of these programs. From 24.11 on slurmstepd has no environment: it is
    known by the task below it, which has.
    """
    marks = {b"SLURM_CONF=" + os.fsencode(conf) for conf in confs}
    children: dict[int, list[int]] = {}
    programs: dict[int, str] = {}
    marked = {}
    for pid in _pids():
        stat = _stat(pid)
        if stat is None:
            continue
        children.setdefault(stat.parent, []).append(pid)
        try:
            # Debian's slurmd is a link to slurmd-wlm.
            programs[pid] = os.path.basename(os.readlink(f"/proc/{pid}/exe")).split("-")[0]
            with open(f"/proc/{pid}/environ", "rb") as file:
                if not marks.isdisjoint(file.read().split(b"\0")):
                    marked[pid] = stat.parent
        except OSError:
            continue  # a kernel thread, or it ended meanwhile
    heads = [pid for pid in marked if programs[pid] in _OURS]
    heads += {parent for parent in marked.values() if programs.get(parent) == "slurmstepd"}
    found = []
    while heads:
        pid = heads.pop()
        found.append(pid)
        heads.extend(children.get(pid, ()))
    return [one for one in map(identify, dict.fromkeys(found)) if one]
