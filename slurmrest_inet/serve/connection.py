# SPDX-License-Identifier: GPL-2.0-or-later
"""The bytes of one client, whose two ends are descriptors: pipes, files, one socket or two, a terminal.

Rule 1: what a client does or omits ends in a bounded time: each wait has a deadline, and many small bytes do not
        push it away.
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
"""

from __future__ import annotations

import os
import stat
from select import POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLRDHUP, poll
from time import monotonic

from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    import _socket

    from slurmrest_inet.http.message import Bytes
    from slurmrest_inet.serve.backend import Waking
    from slurmrest_inet.serve.channel import Channel
    from slurmrest_inet.settings import Deadlines

_READ_BYTES = 65_536  # what a pipe holds
_PIPE_BUF = 4096  # pipe(7), on Linux
_TERMINAL_BYTES = 128  # n_tty reports room only when it has this much and more (WAKEUP_CHARS is 256)
_IOV_MAX = 1024  # writev(2)
_PIPE_BYTES = 1 << 20  # the largest pipe that an unprivileged user gets (/proc/sys/fs/pipe-max-size)
_F_SETPIPE_SZ = 1031  # fcntl(2); the module fcntl has a name for it from Python 3.10 on
_LINGER_BYTES = 128 << 20  # twice the largest body and more
_LINGER_PAUSE = 5.0  # seconds of silence after which nobody is taken to be sending (nginx lingering_timeout)


class GoneError(Exception):
    """The client cannot be served any longer; the text says why, for the log."""


def _socket_of(descriptor: int) -> _socket.socket:
    """The methods of a socket for `descriptor`, which the object then owns."""
    import _socket  # noqa: PLC0415 - only sockets need it; the C half alone, the Python half costs 4 ms

    return _socket.socket(fileno=descriptor)


def _keep_alive(tcp: _socket.socket) -> None:
    """Let the kernel find out within two minutes that nobody is there any more (tcp(7))."""
    import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

    tcp.setsockopt(_socket.SOL_SOCKET, _socket.SO_KEEPALIVE, 1)
    for option, value in ((_socket.TCP_KEEPIDLE, 60), (_socket.TCP_KEEPINTVL, 15), (_socket.TCP_KEEPCNT, 4)):
        tcp.setsockopt(_socket.IPPROTO_TCP, option, value)


class Connection:
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
        self._poll_gone: poll | None = None
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
        if self._tcp() is not None:
            import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

            try:
                output.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
            except OSError:  # not TCP after all, or the client has already reset it
                return

    @property
    def output(self) -> int:
        """The descriptor that is written to."""
        return self._channel.output

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

    def has_client(self, seconds: float) -> bool:
        """Look for so long, or until the process is to end, whether the client is still there for its answer.

        It may have no more to send: the input of a pipe or of a unix socket may be at its end. Of TCP one cannot tell
        that from a client that has closed (RFC 9293 section 3.6), which is what it is taken for. A host that is gone
        says nothing at all, so it is asked (section 3.8.4).
        """
        if self._poll_gone is None:
            self._poll_gone = poll()
            tcp = self._tcp()
            if tcp is not None:
                _keep_alive(tcp)
            self._poll_gone.register(self._channel.output, 0 if tcp is None else POLLRDHUP)
            self._poll_gone.register(self._wake.descriptor, POLLIN)
        end = monotonic() + seconds
        while True:
            left = end - monotonic()
            ready = dict(self._poll_gone.poll(int(left * 1000) + 1 if left > 0 else 0))
            if self._wake.descriptor in ready:
                self._wake.settle()
            if ready.get(self._channel.output, 0) & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL):
                return False
            if self.ending or left <= 0:
                return True

    def _tcp(self) -> _socket.socket | None:
        """The output if that is TCP."""
        if self._out is None:
            return None
        import _socket  # noqa: PLC0415 - loaded already by `_socket_of`

        return self._out if self._out.family in (_socket.AF_INET, _socket.AF_INET6) else None

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
