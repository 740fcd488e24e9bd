# SPDX-License-Identifier: GPL-2.0-or-later
"""Serve one connection whose two ends are descriptors: pipes, files, one socket or two, a terminal.

Rule 1: what a client does or omits ends in a bounded time: each wait has a deadline, and many small bytes do not
        push it away. How long depends on what the session waits for (settings.Deadlines).
Rule 2: no descriptor is made non-blocking that somebody else also holds. O_NONBLOCK belongs to the open file, which we
        share with the shell or super-server that started us; set on a terminal it breaks the shell that we leave.
        So each kind is written in its own way:
          socket    MSG_DONTWAIT, a flag of the call;
          pipe      opened once more through /proc/self/fd, which gives an open file of our own to be non-blocking;
                    where that is forbidden (a pipe of another user), pieces of PIPE_BUF bytes when poll(2) says that
                    there is room: pipe(7) has room for such a piece then;
          terminal  likewise, with smaller pieces;
          file      as it is: it does not block.
        Reading needs nothing of this: after poll(2) one read of a descriptor that only we read does not block.
Rule 3: descriptors 0 and 1 are not the client any more once `claim` has moved it away: what some library prints goes to
        the log, not into an answer.
Rule 4: signals only set a flag and wake the wait; nothing is raised into running code.
"""

from __future__ import annotations

import gc
import os
import stat
from select import POLLIN, POLLOUT, poll
from time import gmtime, monotonic, time

from slurmrest_inet.auth.peer import INET, OTHER
from slurmrest_inet.http.message import Response, RestError
from slurmrest_inet.http.session import BODY, FIRST, HEAD, IDLE, Limits, Session
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple, cast
from slurmrest_inet.serve import confine
from slurmrest_inet.serve.log import escape, open_log
from slurmrest_inet.serve.peer import look
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    import _socket
    import signal as _signal
    from collections.abc import Collection, Iterable, Iterator, MutableMapping
    from typing import Callable, Protocol

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Bytes, Request
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.settings import Deadlines, Settings

    Application = Callable[[Request], Response]

    class Waking(Protocol):
        """What tells that the process is to end; Wake is one."""

        @property
        def ending(self) -> bool:
            """Whether it is."""

        @property
        def descriptor(self) -> int:
            """Becomes readable when it is, or when there is something to look at."""

        def settle(self) -> None:
            """What was to be looked at will be: from now on `descriptor` is readable for an end alone."""

    class Place(Protocol):
        """Where a listener sees what its instance is about, and says that it needs the place; seats.Seat is one."""

        @property
        def wanted(self) -> bool:
            """Whether this connection is to end with its next answer, or while it rests."""

        def rest(self, now: float) -> None:
            """Nothing is to be answered."""

        def work(self, now: float) -> None:
            """Something has come."""

        def leave(self, now: float) -> None:
            """Nothing will be answered any more."""

    class Guard(Protocol):
        """What watches a call into libslurm, which may exit, hang, or be interrupted; slurm/guard is one."""

        def arm(self, fd: int, answer: bytes, seconds: float, record: bytes, /) -> None:
            """Until `disarm`, write `answer` to `fd` if the process ends, and end it after `seconds` or SIGTERM."""

        def disarm(self) -> None:
            """The call came back."""

        def confine(self) -> int:
            """Set no_new_privs and clear dumpable; 0 or an errno (prctl(2))."""

    class Backend(Protocol):
        """What the rooms below bring together for an edge; a module can be one."""

        @property
        def guard(self) -> Guard:
            """What watches calls into libslurm."""

        def start(self, settings: Settings, /) -> int | None:
            """Load slurm.conf into libslurm; SlurmUser's uid, None if libslurm does not tell it. Raises StartError."""

        def application(self, settings: Settings, peer: Peer, /) -> Application:
            """What answers the requests of `peer`."""

else:
    import _signal  # the C half of signal: the Python half makes enums for 4 ms

EXIT_OK = 0  # also when the answers were errors
EXIT_FAULT = 1  # the client broke HTTP, or this process may not serve (slurmrestd's own statuses)

_READ_BYTES = 65_536  # what a pipe holds
_PIPE_BUF = 4096  # pipe(7), on Linux
_TERMINAL_BYTES = 128  # n_tty reports room only when it has this much and more (WAKEUP_CHARS is 256)
_IOV_MAX = 1024  # writev(2)
_PIPE_BYTES = 1 << 20  # the largest pipe that an unprivileged user gets (/proc/sys/fs/pipe-max-size)
_F_SETPIPE_SZ = 1031  # fcntl(2); the module fcntl has a name for it from Python 3.10 on
_LINGER_BYTES = 128 << 20  # twice the largest body and more
_LINGER_PAUSE = 5.0  # seconds of silence after which nobody is taken to be sending (nginx lingering_timeout)
# Somebody waits for the place of a connection that rests. A client that asks again within the first span is told in
# its answer that this was the last one; what is under way to us when we hang up arrives within the second, which is
# longer than most round trips.
_SETTLED = 0.1
_UNDER_WAY = 0.2

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_last_date = (0, "")


def http_date() -> str:
    """Now, as an IMF-fixdate (RFC 9110 section 5.6.7), in English whatever the locale."""
    global _last_date  # noqa: PLW0603 - a busy connection asks several times a second
    second = int(time())
    if _last_date[0] != second:
        now = gmtime(second)
        day = f"{_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {now.tm_year}"
        _last_date = second, f"{day} {now.tm_hour:02}:{now.tm_min:02}:{now.tm_sec:02} GMT"
    return _last_date[1]


def lost_answer() -> bytes:
    """A complete answer for the client of a process that ends inside libslurm."""
    text = "Internal error"
    return (
        f"HTTP/1.1 500 INTERNAL ERROR\r\nDate: {http_date()}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(text)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{text}"
    ).encode()


class GoneError(Exception):
    """The client cannot be served any longer; the text says why, for the log."""


class Ending(NamedTuple):
    """How a connection ended: the exit `status` of an instance, and what its client did wrong last, for a listener.

    misdeed: "refused" (no valid credentials), "late" (a deadline passed in the middle of a request), "fault" (bytes
    that are no request), or None.
    """

    status: int
    misdeed: str | None


_MISDEEDS = {401: "refused", 408: "late"}
_WANTED = "its place is needed"


class Channel(NamedTuple):
    """The client's two descriptors, which are the same number if it is one socket, and their kinds (S_IFMT)."""

    input: int
    output: int
    input_kind: int
    output_kind: int


def claim() -> Channel:
    """Take the client from descriptors 0 and 1 and close every other descriptor but 2 (rule 3).

    Call it after `open_log`, which sees to it that 0 to 2 are open and 2 is not the client.
    """
    close_others({0, 1, 2})
    status_in, status_out = os.fstat(0), os.fstat(1)
    given = os.dup(0)
    one_socket = stat.S_ISSOCK(status_in.st_mode) and os.path.samestat(status_in, status_out)
    taken = given if one_socket else os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return Channel(given, taken, stat.S_IFMT(status_in.st_mode), stat.S_IFMT(status_out.st_mode))


def close_others(kept: Collection[int]) -> None:
    """Close every descriptor but `kept`."""
    try:
        numbers: Iterable[int] = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:  # no /proc here: try them all
        numbers = range(max(os.sysconf("SC_OPEN_MAX"), 1024))
    for number in numbers:
        if number not in kept:
            try:
                os.close(number)
            except OSError:  # it was not open, or it was that of the listing itself
                continue


_ENDS = (_signal.SIGTERM, _signal.SIGINT)


class Wake:
    """Signals that end the process, as a flag and as a descriptor that poll(2) can wait for (rule 4)."""

    def __init__(self) -> None:
        self.ending = False
        self.descriptor, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        _signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in _ENDS:
            _signal.signal(number, self._end)
        _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)  # a client that left is an error of the write

    def settle(self) -> None:
        """Take from the pipe what is no reason to end."""
        if self.ending:
            return
        try:
            heard = os.read(self.descriptor, _PIPE_BUF)  # numbers of signals (signal.set_wakeup_fd)
        except BlockingIOError:
            return
        if any(number in heard for number in _ENDS):
            self.ending = True  # what `_end` says too, a moment later
            os.write(self._write_end, heard[:1])

    def _end(self, _number: int, _frame: object) -> None:
        self.ending = True


def _socket_of(descriptor: int) -> _socket.socket:
    """The methods of a socket for `descriptor`, which the object then owns."""
    import _socket  # noqa: PLC0415 - only sockets need it; the C half alone, the Python half costs 4 ms

    return _socket.socket(fileno=descriptor)


class _Connection:
    """The bytes of one client: waiting, reading, writing (rules 1 and 2). Raises GoneError."""

    def __init__(self, channel: Channel, deadlines: Deadlines, wake: Waking) -> None:
        self._channel = channel
        self._deadlines = deadlines
        self._wake = wake
        self._terminal_in = channel.input_kind == stat.S_IFCHR and os.isatty(channel.input)
        self._terminal_out = channel.output_kind == stat.S_IFCHR and os.isatty(channel.output)
        self._in = _socket_of(channel.input) if channel.input_kind == stat.S_IFSOCK else None
        if channel.output == channel.input:
            self._out = self._in
        else:
            self._out = _socket_of(channel.output) if channel.output_kind == stat.S_IFSOCK else None
        self._poll_in, self._poll_out = poll(), poll()
        self._poll_in.register(channel.input, POLLIN)
        self._poll_out.register(channel.output, POLLOUT)
        for waiter in (self._poll_in, self._poll_out):
            waiter.register(wake.descriptor, POLLIN)
        self._own_file = False  # the output is open once more, for us alone and non-blocking
        self._grown = False
        self._in_grace = False  # a signal has come and an answer is still being written, until `_grace_ends`
        self._grace_ends = 0.0
        self.written = 0  # bytes of this connection
        self._patience = deadlines.write  # seconds that the client may still take to read
        if self._out is not None:
            self._send_at_once(self._out)

    def _send_at_once(self, output: _socket.socket) -> None:
        """TCP_NODELAY: an answer's last bytes must not wait for the acknowledgement of the first (RFC 896)."""
        import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

        if output.family in (_socket.AF_INET, _socket.AF_INET6):
            try:
                output.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            except OSError:  # not TCP after all, or the client has already reset it
                return

    @property
    def is_private(self) -> bool:
        """Whether nobody else can have read what comes in: a pipe, file or terminal, or one end of socketpair(2).

        That end has no name, whereas that of a socket which was bound and accepted has one (unix(7)).
        """
        if self._in is None:
            return True
        import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

        return self._in.family == _socket.AF_UNIX and not self._in.getsockname()

    @property
    def ending(self) -> bool:
        """Whether a signal asked this process to end."""
        return self._wake.ending

    def wait_for_input(self, seconds: float) -> bool:
        """Wait until something can be read: False after `seconds`, or when the process is to end."""
        end = monotonic() + seconds
        while not self.look_for_input(seconds):
            seconds = end - monotonic()
            if self.ending or seconds <= 0:
                return False
        return True

    def look_for_input(self, seconds: float) -> bool:
        """As `wait_for_input`; False also when a signal asked for a look at something else."""
        return self._wait(self._poll_in, self._channel.input, seconds)

    def _wait(self, waiter: poll, descriptor: int, seconds: float) -> bool:
        """Poll once; True if `descriptor` is ready, also with an error or a hang-up, which the next call then tells."""
        # Rounded up to whole milliseconds: rounding down would poll again and again in the last one. Less than 0 would
        # mean "for ever" to poll(2).
        ready = [number for number, _events in waiter.poll(int(seconds * 1000) + 1 if seconds > 0 else 0)]
        if self._wake.descriptor in ready:
            self._wake.settle()
        return descriptor in ready

    def read(self) -> bytes:
        """What the client sent, b"" at its end. Call it when `wait_for_input` said so."""
        try:
            if self._in is not None:
                import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

                return self._in.recv(_READ_BYTES, _socket.MSG_DONTWAIT)
            data = os.read(self._channel.input, _READ_BYTES)
        except OSError as error:
            raise GoneError(f"reading: {error.strerror}") from error
        return data

    def new_answer(self) -> None:
        """The next bytes belong to another answer, whose patience starts anew."""
        self._patience = self._deadlines.write

    def write(self, buffers: list[Bytes]) -> None:
        """Write all of `buffers`, however slowly the client reads within its deadline."""
        rest = [memoryview(buffer) for buffer in buffers if len(buffer)]
        while rest:
            try:
                count = self._send(rest[:_IOV_MAX])
            except OSError as error:
                raise GoneError(f"writing: {error.strerror}") from error
            if not count:
                self._wait_for_room()
                continue
            self.written += count
            self._patience = min(self._patience + count / self._deadlines.write_rate, self._deadlines.write)
            while rest and count >= len(rest[0]):
                count -= len(rest.pop(0))
            if count:
                rest[0] = rest[0][count:]

    def _wait_for_room(self) -> None:
        """Wait until the client may have read something; that uses our patience up (rule 1)."""
        self._grow()
        if self.ending and not self._in_grace:
            self._in_grace = True
            self._grace_ends = monotonic() + self._deadlines.grace
            self._poll_out.unregister(self._wake.descriptor)  # it stays readable; wait for the client alone now
        began = monotonic()
        left = min(self._patience, self._grace_ends - began) if self._in_grace else self._patience
        if left <= 0:
            raise GoneError("asked to end" if self.ending else "the client does not read")
        # A socket is only called ready when a third or more of its buffer is free, which a slow client can take longer
        # for than we are patient. It takes less already, so try again ten times within our patience.
        self._wait(self._poll_out, self._channel.output, min(left, self._deadlines.write / 10))
        self._patience -= monotonic() - began

    def _send(self, buffers: list[memoryview]) -> int:
        """Give the kernel what it takes without blocking; 0 if that is nothing."""
        try:
            if self._out is not None:
                import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

                return self._out.sendmsg(buffers, (), _socket.MSG_DONTWAIT | _socket.MSG_NOSIGNAL)
            if self._channel.output_kind != stat.S_IFIFO and not self._terminal_out:
                return os.writev(self._channel.output, buffers)
            if not self._own_file and (len(buffers) > 1 or len(buffers[0]) > _PIPE_BUF):
                self._open_once_more()
            if self._own_file:
                return os.writev(self._channel.output, buffers)
        except BlockingIOError:
            return 0
        if not self._wait(self._poll_out, self._channel.output, 0):
            return 0
        piece = _TERMINAL_BYTES if self._terminal_out else _PIPE_BUF
        return os.write(self._channel.output, buffers[0][:piece])

    def _open_once_more(self) -> None:
        """Give the output an open file of our own, non-blocking; it keeps its number. Without /proc nothing changes."""
        number = self._channel.output
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        try:
            own = os.open(f"/proc/self/fd/{number}", flags)
        except OSError:
            return
        self._own_file = os.path.samestat(os.fstat(own), os.fstat(number))
        if self._own_file:
            os.dup2(own, number, inheritable=False)
        os.close(own)

    def _grow(self) -> None:
        """Give a pipe that turned out too small more room: fewer turns between us and the reader."""
        if self._grown or self._channel.output_kind != stat.S_IFIFO:
            return
        self._grown = True
        import fcntl  # noqa: PLC0415 - only large answers need it

        try:
            fcntl.fcntl(self._channel.output, _F_SETPIPE_SZ, _PIPE_BYTES)
        except OSError:  # the user has too many large pipes (pipe-user-pages-soft): it works without
            return

    def linger(self, pause: float = _LINGER_PAUSE) -> None:
        """Say that no more is coming, and take in what a client still sends, so that it gets to read its answer.

        A socket closed with unread input is reset, and the reset overtakes the answer (RFC 9112 section 9.6); a
        writer to a pipe nobody reads is killed. Bounded in time, in bytes, and by the first silence of `pause` seconds.
        """
        channel = self._channel
        if self._out is not None:
            import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

            try:
                self._out.shutdown(_socket.SHUT_WR)
            except OSError:
                return
        elif not self._terminal_out:
            self._poll_out.unregister(channel.output)
            os.close(channel.output)
        if self._terminal_in or channel.input_kind == stat.S_IFREG:
            return
        end = monotonic() + self._deadlines.linger
        left = _LINGER_BYTES
        while left > 0 and not self.ending:
            if not self.wait_for_input(min(end - monotonic(), pause)) or monotonic() >= end:
                return
            try:
                data = self.read()
            except GoneError:
                return
            if not data:
                return
            left -= len(data)

    def close(self) -> None:
        """Show the client of a socket the end now, and let it run: to take a process down takes longer than a ping."""
        for end in (self._in, self._out):
            if end is not None:
                end.close()
        os.sched_yield()


class _Guarded:
    """A streamed body each of whose chunks is made under the guard; the first two are made by `begin`."""

    def __init__(self, edge: _Edge, request: Request, body: Iterable[Bytes], written: int) -> None:
        self._edge = edge
        self._request = request
        self._body = body
        self._chunks = iter(body)
        self._written = written
        self._begun: list[Bytes] = []

    def begin(self) -> bytes | None:
        """Under the guard of who calls: the whole body if that is one chunk, and None if there are more."""
        second = None
        try:
            # Copied: asking for the second may reuse its buffer.
            first = bytes(next(self._chunks, b""))
            second = next(self._chunks, None)
        finally:
            if second is None:
                self.close()
        if second is None:
            return first
        self._begun = [second, first]
        return None

    def __iter__(self) -> Iterator[Bytes]:
        return self

    def __next__(self) -> Bytes:
        if self._begun:
            return self._begun.pop()
        self._edge.arm(self._request, self._written)
        try:
            return next(self._chunks)
        finally:
            self._edge.disarm()

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close:
            close()


class _Edge:
    """One connection from its first byte to its end: the session between the connection and the application."""

    def __init__(
        self,
        settings: Settings,
        application: Application,
        channel: Channel,
        *,
        peer: Peer,
        log: Log,
        guard: Guard | None,
        wake: Waking | None = None,
        place: Place | None = None,
    ) -> None:
        self._deadlines = settings.deadlines
        self._channel = channel
        self._application = application
        self._log = log
        self._peer = peer
        self._guard = guard
        self._place = place
        self._connection = _Connection(channel, settings.deadlines, wake or Wake())
        limits = Limits()._replace(**dict(settings.limits))
        # A client from a network, behind whatever wrapper, may have come through a proxy that also read what it sent.
        lenient = peer.kind not in (INET, OTHER) and self._connection.is_private
        dialect = getattr(application, "dialect", None)  # an application may be any function
        self._session = Session(self._handle, limits, http_date, self._observe, lenient=lenient, dialect=dialect)
        self._answers = 0
        self._why: str | None = None  # the connection ends before its client ended it
        self._misdeed: str | None = None
        self._mark = monotonic()  # when the present answer could begin
        self._patience_of = {
            FIRST: settings.deadlines.first_byte,
            HEAD: settings.deadlines.head,
            BODY: settings.deadlines.body,
            IDLE: settings.deadlines.idle,
        }
        self._waits_for = ("", 0)  # phase and request
        self._patience = 0.0  # seconds that the present phase has left
        self._since = 0.0  # when that was so

    def run(self) -> Ending:
        """Serve until the connection ends."""
        session, connection = self._session, self._connection
        try:
            self._write_all()
            while not session.closed:
                if self._take_in():
                    self._write_all()
                elif connection.ending:
                    self._why = "asked to end"
                    break
                else:
                    session.time_out()
                    self._write_all()
        except GoneError as gone:
            self._why = str(gone)
        self._log.verbose(f"peer={escape(self._peer.name)} closed after {self._answers} answers: {self._why or 'done'}")
        place = self._place
        if place is not None:
            place.leave(monotonic())
        if place is not None and place.wanted and self._why in (None, _WANTED):
            connection.linger(_UNDER_WAY)
        elif session.linger and self._why is None:
            connection.linger()
        connection.close()
        return Ending(EXIT_FAULT if session.failed else EXIT_OK, self._misdeed or ("fault" if session.failed else None))

    def _take_in(self) -> bool:
        """Read once for the session; False when the deadline of what it waits for has passed or the process is to end.

        The time that a phase has does not start anew with each byte, only with each phase and each request.
        """
        session, deadlines, now = self._session, self._deadlines, monotonic()
        phase = session.phase
        if self._waits_for != (phase, self._answers):
            self._waits_for = (phase, self._answers)
            self._patience = self._patience_of[phase]
        else:
            self._patience -= now - self._since
        self._since = now
        wait = self._connection.wait_for_input if self._place is None or phase != IDLE else self._rest
        if self._patience <= 0 or not wait(self._patience):
            self._why = self._why or f"deadline of the phase {phase} passed"
            return False
        data = self._connection.read()
        self._mark = monotonic()
        if phase == BODY:
            self._patience = min(self._patience + len(data) / deadlines.body_rate, deadlines.body)
        session.receive(data)
        return True

    def _rest(self, seconds: float) -> bool:
        """Wait for the next request as the guest of a listener, which may need the place for somebody else.

        RFC 9112 section 9.5 lets a server close a connection that rests. What has come by then is answered, and what is
        on its way meets no reset (section 9.6); its client asks again on another connection.
        """
        place = cast("Place", self._place)
        began = monotonic()
        place.rest(began)
        ready = False
        while not ready and not self._connection.ending:
            wanted = place.wanted
            left = began + (min(seconds, _SETTLED) if wanted else seconds) - monotonic()
            ready = self._connection.look_for_input(left)
            if not ready and left <= 0:
                self._why = _WANTED if wanted else None
                break
        place.work(monotonic())
        return ready

    def _write_all(self) -> None:
        """Write what the session has to say. A client that is gone still has its answer closed, and logged."""
        output = self._session.output()
        try:
            for buffers in output:
                self._connection.write(buffers)
        except GoneError as gone:
            self._why = str(gone)
            raise
        finally:
            output.close()

    def _handle(self, request: Request) -> Response:
        if self._connection.ending:
            # A request that was already here when the signal came, behind the one that was being answered.
            raise RestError(503, "Service is ending", reason="asked to end")
        written = self._connection.written
        self.arm(request, written)
        try:
            response = self._application(request)
            if self._place is not None and self._place.wanted:
                response = response._replace(close=True)
            if self._guard is None or isinstance(response.body, (bytes, bytearray, memoryview)):
                return response
            body = _Guarded(self, request, response.body, written)
            whole = body.begin()
        finally:
            self.disarm()
        return response._replace(body=body if whole is None else whole)

    def arm(self, request: Request, written: int) -> None:
        """Enter libslurm. An answer of which something has been written since `written` cannot be replaced."""
        if self._guard is not None:
            sent = self._connection.written - written
            answer = b"" if sent else lost_answer()
            status = "-" if sent else "500"
            record = self._log.unfinished(self._peer.name, request, status=status, sent=sent or len(answer))
            self._guard.arm(self._channel.output, answer, self._deadlines.request, record)

    def disarm(self) -> None:
        """Leave libslurm."""
        if self._guard is not None:
            self._guard.disarm()

    def _observe(
        self, request: Request | None, status: int, sent: int, reason: str | None, error: BaseException | None
    ) -> None:
        now = monotonic()
        self._answers += 1
        self._misdeed = _MISDEEDS.get(status, self._misdeed)
        why = reason or self._why
        if error is not None:
            why = why or type(error).__name__
            self._log.exception(error, request)
        milliseconds = (now - self._mark) * 1000
        self._log.answer(self._peer.name, request, status=status, sent=sent, milliseconds=milliseconds, why=why)
        self._mark = now
        self._connection.new_answer()


def talk(
    settings: Settings,
    application: Application,
    channel: Channel,
    *,
    peer: Peer,
    log: Log,
    guard: Guard | None = None,
    wake: Waking | None = None,
    place: Place | None = None,
) -> Ending:
    """As `run`, for a listener; `wake` has heard signals since before there was a connection."""
    return _Edge(settings, application, channel, peer=peer, log=log, guard=guard, wake=wake, place=place).run()


def run(
    settings: Settings, application: Application, channel: Channel, *, peer: Peer, log: Log, guard: Guard | None = None
) -> int:
    """Serve the one connection on `channel` until it ends; returns the exit status.

    application: called with each complete request, one at a time. guard: watches it, and each chunk of its answers.
    """
    return talk(settings, application, channel, peer=peer, log=log, guard=guard).status


def serve(settings: Settings, environ: MutableMapping[str, str], load: Callable[[], Backend]) -> int:
    """The whole life of an instance whose client is on descriptors 0 and 1; returns the exit status.

    environ: os.environ. load: brings in the compiled extension; called when nothing of ours can reach the client and
    root's rights are gone. The order of the steps is that of confine's rule 1.
    """
    log = open_log(environ, serving=True)
    log.level = settings.level
    try:
        channel = claim()
        confine.drop_ids(settings)
        confine.refuse_users(settings)
        peer = look(channel.input, environ)
        backend = load()
        confine.harden(settings, environ, channel.output, backend.guard.confine)
        confine.refuse_slurm_user(settings, backend.start(settings))
        application = backend.application(settings, peer)
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_FAULT
    # What has been loaded stays; only what requests leave behind is worth a look from now on.
    gc.freeze()
    gc.enable()
    return run(settings, application, channel, peer=peer, log=log, guard=backend.guard)
