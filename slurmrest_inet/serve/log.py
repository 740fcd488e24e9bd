# SPDX-License-Identifier: GPL-2.0-or-later
"""The log: lines to descriptor 2, and the care that descriptor 2 is never the client.

Rule 1: a super-server such as xinetd gives the client's socket as descriptor 2. What libslurm, the C library or a
        Python traceback print must not reach a client, so descriptor 2 itself is replaced, before anything can print.
Rule 2: the replacement is a datagram socket connected to syslog, not a pipe that we would have to drain: each write is
        one message at once, and the last words of a process that libslurm's fatal() ends are not lost.
Rule 3: what came from a client is escaped (as sshd does it); tokens and queries are not written at all.
Rule 4: logging never ends or holds up a connection: a line that cannot be written within a second is dropped.

Without the logging package, which costs 20 ms of a start. Levels are Slurm's; see settings.LOG_LEVELS.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from select import POLLOUT, poll

TYPE_CHECKING = False  # typing's own; this module is loaded before typing
if TYPE_CHECKING:
    from collections.abc import Mapping

    from slurmrest_inet.http.message import Request

NAME = "slurmrest-inet"

# How the receiver of descriptor 2 wants a line.
PLAIN = "plain"  # a terminal, a file, a pipe to who knows whom
JOURNAL = "journal"  # systemd's journal: a priority in front (sd-daemon(3))
SYSLOG = "syslog"  # a syslog socket: RFC 3164 as glibc's syslog(3) writes it

_ERROR, _INFO, _VERBOSE, _DEBUG = 2, 3, 4, 5  # Slurm's levels
_PRIORITY = {_ERROR: 3, _INFO: 6, _VERBOSE: 6, _DEBUG: 7}  # syslog(3)'s
_DAEMON = 3 << 3  # the facility that slurmrestd uses
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# A datagram to syslog and an atomic write to a pipe (PIPE_BUF) both take this much.
_LINE_BYTES = 4000
# What one field of a client may fill of a line.
_FIELD_CHARACTERS = 512
_WAITER = poll()
_WAITER.register(2, POLLOUT)
_PLAIN = bytes(c for c in range(0x21, 0x7F) if c not in b"\"\\'")


def escape(text: str | bytes, limit: int = _FIELD_CHARACTERS) -> str:
    r"""`text` in printable ASCII without blanks, quotes and backslashes, which become \xNN; cut after `limit`.

    A client can so neither forge a line or a field of one, nor talk to the terminal of who reads it.
    """
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    cut = "..." if len(data) > limit else ""
    data = data[:limit]
    if not data.translate(None, _PLAIN):  # nearly always
        return data.decode("ascii") + cut
    return "".join(chr(c) if c in _PLAIN else f"\\x{c:02x}" for c in data) + cut


class Log:
    """Where this process writes its lines. `level` may be raised and lowered; `style` is one of the three above."""

    def __init__(self, style: str, level: int = _INFO) -> None:
        self.style = style
        self.level = level

    def error(self, text: str) -> None:
        """What an administrator should read."""
        self._write(_ERROR, text)

    def info(self, text: str) -> None:
        """What happened; one line a request."""
        self._write(_INFO, text)

    def verbose(self, text: str) -> None:
        """What also happened: connections without a request."""
        self._write(_VERBOSE, text)

    def debug(self, text: str) -> None:
        """What helps to find a fault."""
        self._write(_DEBUG, text)

    def answer(
        self,
        peer: str,
        request: Request | None,
        *,
        user: str | bytes | None,
        status: int,
        sent: int,
        milliseconds: float,
        why: str | None,
    ) -> None:
        """One line for one answer. `why` is our own sentence; it and all that the client gave are escaped here.

        user: whom the request is from, or says it is from.
        """
        if self.level < _INFO:
            return
        self._write(
            _INFO,
            f"{_asked(peer, request, user)} status={status} bytes={sent} ms={milliseconds:.1f}"
            + (f' why="{escape(why).replace(chr(92) + "x20", " ")}"' if why else ""),
        )

    def unfinished(self, peer: str, request: Request, *, user: str | bytes | None, status: str, sent: int) -> bytes:
        """The same line as far as it can be told before the answer, for whoever may have to write it in our place."""
        line = f"{_asked(peer, request, user)} status={status} bytes={sent}"
        return (self._prefix(_PRIORITY[_ERROR]) + line).encode()

    def exception(self, error: BaseException, request: Request | None) -> None:
        """The traceback of a fault of ours, without the credentials of the `request` that led to it."""
        import traceback  # noqa: PLC0415 - 3 ms that only a fault pays

        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        for name, value in request.headers if request else ():
            if name in (b"x-slurm-user-token", b"authorization") and value:
                for secret in value.decode("latin-1").split():
                    text = text.replace(secret, "***")
        for line in text.splitlines():
            self._write(_ERROR, line)

    def _write(self, level: int, text: str) -> None:
        if level > self.level:
            return
        for line in text.splitlines():
            data = (self._prefix(_PRIORITY[level]) + line).encode("utf-8", "backslashreplace")[:_LINE_BYTES]
            _put(data if self.style == SYSLOG else data + b"\n")

    def _prefix(self, priority: int) -> str:
        if self.style == JOURNAL:
            return f"<{priority}>"
        if self.style == SYSLOG:
            now = time.localtime()
            clock = f"{now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02}"
            return f"<{_DAEMON | priority}>{_MONTHS[now.tm_mon - 1]} {now.tm_mday:2} {clock} {NAME}[{os.getpid()}]: "
        return f"{NAME}: "


def _asked(peer: str, request: Request | None, user: str | bytes | None) -> str:
    if request is None:
        return f"peer={escape(peer)} user=- method=- path=-"
    return (
        f"peer={escape(peer)} user={escape(user, 64) if user else '-'}"
        f" method={escape(request.method, 32)} path={escape(request.path)}"
    )


def _put(data: bytes) -> None:
    """Write `data` to descriptor 2 if that is possible within a second (rule 4)."""
    # Behind `ssh host slurmrest-inet` the reader of descriptor 2 is the client, who may have stopped to read.
    try:
        if _WAITER.poll(1000):
            os.write(2, data)
    except OSError:
        return  # there is nowhere left to say it


def open_descriptors() -> None:
    """See to it that descriptors 0, 1 and 2 are open, so that no other file can ever get one of these numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:  # noqa: PERF203 - three turns
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one
            os.set_inheritable(number, True)
    if sys.stderr is None:
        # Python found descriptor 2 closed. Tracebacks shall go where descriptor 2 leads from now on.
        sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115 - for good


def open_log(environ: Mapping[str, str], *, serving: bool = False) -> Log:
    """Make descriptor 2 safe and return the log that writes to it.

    The first call of a process replaces descriptor 2 only if it is the same socket as 0 or 1: help and refusals of a
    command line still go where the caller wants them. With `serving`, everything on descriptors 0 and 1 is a client's,
    so a pipe or file that also stands there (`2>&1`) is replaced too, and /dev/null gives way to syslog. A terminal
    stays: who sits there is client and administrator in one.
    """
    open_descriptors()
    error = os.fstat(2)
    same = any((error.st_dev, error.st_ino) == (other.st_dev, other.st_ino) for other in (os.fstat(0), os.fstat(1)))
    if stat.S_ISCHR(error.st_mode):
        lost = serving and error.st_rdev == os.makedev(1, 3)  # /dev/null, Documentation/admin-guide/devices.txt
    else:
        lost = same and (serving or stat.S_ISSOCK(error.st_mode))
    if lost:
        return Log(_to_syslog(environ.get("SLURMREST_INET_SYSLOG") or "/dev/log"))
    if environ.get("JOURNAL_STREAM") == f"{error.st_dev}:{error.st_ino}":
        return Log(JOURNAL)
    if stat.S_ISSOCK(error.st_mode) and _is_syslog():
        return Log(SYSLOG)
    return Log(PLAIN)


def _to_syslog(path: str) -> str:
    """Put syslog's socket at `path` on descriptor 2, or nothing at all where there is no syslog."""
    import _socket  # noqa: PLC0415 - the C half of socket: the Python half costs 4 ms and adds nothing here
    import struct  # noqa: PLC0415 - only this case needs it

    syslog = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        # Rule 4 for what others write there: a struct timeval, one second.
        syslog.setsockopt(_socket.SOL_SOCKET, _socket.SO_SNDTIMEO, struct.pack("ll", 1, 0))
        syslog.connect(path)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)
        return PLAIN
    else:
        os.dup2(syslog.fileno(), 2)
        return SYSLOG
    finally:
        syslog.close()


def _is_syslog() -> bool:
    """Whether descriptor 2 is what `_to_syslog` left there in an earlier call."""
    import _socket  # noqa: PLC0415 - as above

    error = _socket.socket(fileno=2)
    try:
        return error.type == _socket.SOCK_DGRAM and error.family == _socket.AF_UNIX
    finally:
        error.detach()
