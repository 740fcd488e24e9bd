# SPDX-License-Identifier: GPL-2.0-or-later
"""Listen, count, fork one instance for each connection, reap. sshd's listener and s6-tcpserverd are the models.

Rule 1: no byte of a client is looked at here. Whether there is one is (that tells a probe from a client), and bytes of
        a client that was turned away are thrown away unread.
Rule 2: nothing here waits for a client: every descriptor is non-blocking, every list is bounded, every wait has an end.
Rule 3: the order is read the configuration, bind, give up root's rights, load libslurm, and only then accept.
Rule 4: a connection is either served or told why not: with 503 and Retry-After, never with silence.
Rule 5: instances have a connection each and know of no other; how one ended, its exit status tells.

An instance may be forked ahead (a spare): it has then copied the pages that it needs before its client comes.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import contextlib
import errno
import gc
import os
import stat
import sys
from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from slurmrest_inet.auth.keys import read_keys
from slurmrest_inet.auth.peer import UNIX
from slurmrest_inet.serve import confine, sockets, stdio
from slurmrest_inet.serve.kept import KEPT, Kept, read_kept
from slurmrest_inet.serve.log import Log, escape
from slurmrest_inet.serve.peer import look
from slurmrest_inet.serve.sources import Network, Penalties, Sources, network
from slurmrest_inet.serve.warm import rehearse, warm_up
from slurmrest_inet.settings import SettingsError, StartError

if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Iterable, MutableMapping
    from typing import Any, Callable, NoReturn, Protocol

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.serve.sources import Source
    from slurmrest_inet.settings import Settings

    class Backend(stdio.Backend, Protocol):
        """What a listener needs beyond an instance."""

        def warm_up(self, settings: Settings, /, *, network: bool) -> None:
            """Load what instances will need; `network`: some clients will come over TCP. Raises StartError."""

        def rehearsal(self, settings: Settings, /) -> tuple[stdio.Application, bytes] | None:
            """A request, and what answers it without leaving the process; None if there is no such thing."""

        def application(self, settings: Settings, peer: Peer, /, *, once: bool = True) -> stdio.Application:
            """What answers the requests of `peer`; not `once`: each request is authenticated for itself."""

else:
    import _signal


EXIT_OK = 0
EXIT_FAULT = 1  # may not serve; of an instance: it died in libslurm or by a fault of ours
# What an instance did not like about its client, as exit status, and the misdeed that it is for Penalties.
MISDEEDS = {65: "refused", 66: "fault", 67: "late"}
_STATUS_OF = {misdeed: status for status, misdeed in MISDEEDS.items()}

_ACCEPT_AT_ONCE = 16  # connections taken before anything else gets its turn
_RETRY_AFTER = 1  # seconds; a ping takes milliseconds
_LINGERING = 64  # refused clients that may still read their answer
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 1 << 20
_PAUSE = 1.0  # seconds without new connections or spares when the system has no descriptors or processes left
_OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)
_SPARE_DESCRIPTORS = 64  # beside one for each connection
# Milliseconds without any event before a spare is made, unless an instance has just ended: forking takes the
# processors from those who are being served.
_QUIET = 10
_SIGNALS = frozenset((_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGCHLD))


class _Waiting(NamedTuple):
    """A connection that has not sent anything yet."""

    source: Source
    since: float


class _Lingering(NamedTuple):
    """A connection that was refused and may still be sending."""

    until: float
    left: int  # bytes


def refusal(status: str, text: str, retry_after: int | None = None) -> bytes:
    """A complete answer that needs no request."""
    retry = "" if retry_after is None else f"Retry-After: {retry_after}\r\n"
    return (
        f"HTTP/1.1 {status}\r\nDate: {stdio.http_date()}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
        f"Cache-Control: no-store\r\n{retry}Connection: close\r\n\r\n{text}"
    ).encode()


class _Listener:
    """The loop. `settings.addresses` are already open as `listening`."""

    def __init__(
        self,
        settings: Settings,
        backend: Backend,
        log: Log,
        listening: list[_socket.socket],
        *,
        slurm_uid: int | None,
        keys: Keys | None,
        environ: dict[str, str],
    ) -> None:
        """Take what `serve` made; `environ` is the environment before it was cleaned, for a start anew."""
        self._settings = settings
        self._backend = backend
        self._log = log
        self._listening = {sock.fileno(): sock for sock in listening}
        self._slurm_uid = slurm_uid
        self._keys = keys
        self._environ = environ
        self._rules = settings.listener
        self._most = most_instances(settings)
        self._sources = Sources(
            most=self._rules.per_source_connections or max(1, settings.max_connections // 2),
            penalties=Penalties(**{name: getattr(self._rules, f"penalty_{name}") for name in Penalties._fields}),
            prefixes=(self._rules.source_prefix_ipv4, self._rules.source_prefix_ipv6),
            exempt=exempt_networks(settings),
        )
        self._waiting: dict[int, _Waiting] = {}  # by descriptor, the longest waiting first
        self._lingering: dict[int, _Lingering] = {}  # likewise
        self._instances: dict[int, Source | None] = {}  # by process id
        self._spares: dict[int, _socket.socket] = {}  # by process id: where a connection is handed to it
        self._poll = poll()
        self._signals, write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._write_end = write_end
        self._reserve: int | None = _reserve()
        self._full: str | None = None  # why new connections are refused, while they are
        self._refused_at = 0.0
        self._crowded: set[Source] = set()  # sources whose cap was hit and logged
        self._paused_until = 0.0  # no accepting
        self._no_spares_until = 0.0
        self._pause_before_spare = _QUIET
        self._idle_since = monotonic()
        self._ending = 0  # how often this process was asked to end
        self._measures: list[tuple[float, int]] = []  # against instances that do not end: when, and which signal
        self._trial = 0  # process id of the listener that tries to start anew
        self._reload = False

    # ---- signals

    def hear_signals(self) -> None:
        """From now on signals do what a listener makes of them."""
        _signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in (_signal.SIGTERM, _signal.SIGINT):
            _signal.signal(number, self._on_end)
        _signal.signal(_signal.SIGHUP, self._on_reload)
        _signal.signal(_signal.SIGCHLD, _on_child)
        _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)
        self._poll.register(self._signals, POLLIN)
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _SIGNALS)

    def _on_end(self, _number: int, _frame: object) -> None:
        self._ending += 1

    def _on_reload(self, _number: int, _frame: object) -> None:
        self._reload = True

    # ---- the loop

    def run(self) -> int:
        """Serve until a signal or idleness ends it; returns the exit status."""
        for number in (*self._listening, *self._waiting):
            self._poll.register(number, POLLIN)
        self._reap()  # children of the listener whose place we took may have ended before we heard signals
        ended = 0
        while True:
            now = monotonic()
            if self._ending > ended:
                ended = self._ending
                self._begin_to_end(now)
            if self._ending and self._go_on_ending(now):
                return EXIT_OK
            if self._reload and not self._ending:
                self._reload = False
                self._try_to_start_anew()
            self._see_to_deadlines(now)
            if self._is_over(now):
                return EXIT_OK
            wants_spare = self._wants_spare(now)
            events = self._poll.poll(self._pause_before_spare if wants_spare else self._patience(now))
            if not events and wants_spare:
                self._pause_before_spare = _QUIET
                self._add_spare()
            self._handle(events)
            self._reap()

    def _handle(self, events: list[tuple[int, int]]) -> None:
        # Those who already wait come before those who knock.
        for number, _event in events:
            if number in self._waiting:
                self._hear(number)
            elif number in self._lingering:
                self._discard(number)
            elif number == self._signals:
                os.read(self._signals, 4096)
        for number, _event in events:
            if number in self._listening:
                self._accept(self._listening[number])

    def _patience(self, now: float) -> int:
        """Milliseconds until something is to be done without an event; -1 for never (poll(2))."""
        times = []
        if self._waiting:
            times.append(next(iter(self._waiting.values())).since + self._settings.deadlines.first_byte)
        if self._lingering:
            times.append(next(iter(self._lingering.values())).until)
        if self._paused_until:
            times.append(self._paused_until)
        if len(self._spares) < self._rules.spare_instances and self._no_spares_until > now:
            times.append(self._no_spares_until)
        if self._measures:
            times.append(self._measures[0][0])
        elif self._rules.idle_exit and not self._busy():
            times.append(self._idle_since + self._rules.idle_exit)
        if not times:
            return -1
        return max(0, int((min(times) - now) * 1000) + 1)

    def _see_to_deadlines(self, now: float) -> None:
        while self._waiting:
            number, waiting = next(iter(self._waiting.items()))
            if now - waiting.since < self._settings.deadlines.first_byte:
                break
            self._forget(number)
            os.close(number)
            self._misdeed(waiting.source, "late", now)
        while self._lingering:
            number, lingering = next(iter(self._lingering.items()))
            if now < lingering.until:
                break
            self._let_go(number)
        if self._paused_until and now >= self._paused_until:
            self._go_on_accepting(now)

    def _busy(self) -> bool:
        return bool(self._instances or self._waiting or self._trial)

    def _is_over(self, now: float) -> bool:
        if not self._rules.idle_exit or self._ending:
            return False
        if self._busy():
            self._idle_since = now
            return False
        if now - self._idle_since < self._rules.idle_exit:
            return False
        self._log.info(f"Nobody came for {self._rules.idle_exit:g} s: the listener ends.")
        self._dismiss_spares()
        return True

    # ---- connections

    def _accept(self, listening: _socket.socket) -> None:
        for _ in range(_ACCEPT_AT_ONCE):
            try:
                number, where = _accept(listening)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _OUT_OF_DESCRIPTORS:
                    self._refuse_without_descriptor(listening, error)
                    return
                continue  # the client is gone already (accept(2), error handling)
            self._receive(number, listening.family, where)

    def _receive(self, number: int, family: int, where: Any) -> None:
        now = monotonic()
        source = self._source(number, family, where)
        seconds = self._sources.must_wait(source, now)
        if seconds:
            self._refuse(number, int(seconds) + 1)
            return
        if not self._sources.add(source):
            if source not in self._crowded:
                self._crowded.add(source)
                self._log.info(f"source={_of(source)} has all connections that one source may have")
            self._refuse(number)
            return
        if len(self._waiting) + len(self._instances) >= self._settings.max_connections and not self._make_room():
            self._sources.remove(source)
            self._saturate(f"{self._settings.max_connections} connections are open")
            self._refuse(number)
            return
        self._waiting[number] = _Waiting(source, now)
        if not self._hear(number):
            self._poll.register(number, POLLIN)

    def _source(self, number: int, family: int, where: Any) -> Source:
        if family != _socket.AF_UNIX:
            return self._sources.of_address(where[0])
        connection = _socket.socket(fileno=number)
        try:
            ucred = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)  # pid, uid, gid (unix(7))
        finally:
            connection.detach()
        return self._sources.of_uid(int.from_bytes(ucred[4:8], sys.byteorder))

    def _make_room(self) -> bool:
        """End the connection that has been silent for the longest time; False if none is."""
        if not self._waiting:
            return False
        number = next(iter(self._waiting))
        self._forget(number)
        self._refuse(number)
        return True

    def _hear(self, number: int) -> bool:
        """Whether a waiting connection has something to say; it is then served, or over."""
        connection = _socket.socket(fileno=number)
        try:
            silent = not connection.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            silent = True  # it was reset
        finally:
            connection.detach()
        if silent:
            # A probe: somebody who looks whether the port is open, and no more.
            self._forget(number)
            os.close(number)
        else:
            self._serve(number)
        return True

    def _forget(self, number: int, *, counted: bool = True) -> Source:
        """Stop to wait for a connection; `counted`: it is over for its source, too."""
        source = self._waiting.pop(number).source
        with contextlib.suppress(KeyError):  # it spoke at once
            self._poll.unregister(number)
        if counted:
            self._leave(source)
        return source

    def _leave(self, source: Source) -> None:
        if self._sources.remove(source):
            self._crowded.discard(source)

    def _serve(self, number: int) -> None:
        """Give a connection that has something to say to an instance."""
        source = self._forget(number, counted=False)
        if len(self._instances) >= self._most:
            self._sources.remove(source)
            self._saturate(f"{self._most} instances are running")
            self._refuse(number)
            return
        process = self._hand_over(number)
        if not process:
            try:
                process = self._fork(number)
            except OSError as error:
                self._sources.remove(source)
                self._saturate(f"no process can be started: {error.strerror}")
                self._no_spares_until = monotonic() + _PAUSE
                self._refuse(number)
                return
        self._instances[process] = source
        os.close(number)
        self._relax()

    def _refuse(self, number: int, seconds: int = _RETRY_AFTER) -> None:
        """Answer 503 and let the client read that (RFC 9112 section 9.6)."""
        connection = _socket.socket(fileno=number)
        try:
            connection.send(
                refusal("503 SERVICE UNAVAILABLE", "Service is busy", seconds),
                _socket.MSG_DONTWAIT | _socket.MSG_NOSIGNAL,
            )
            connection.shutdown(_socket.SHUT_WR)
        except OSError:
            connection.close()
            return
        connection.detach()
        while len(self._lingering) >= _LINGERING:
            self._let_go(next(iter(self._lingering)))
        self._lingering[number] = _Lingering(monotonic() + _LINGER_SECONDS, _LINGER_BYTES)
        self._poll.register(number, POLLIN)

    def _discard(self, number: int) -> None:
        connection = _socket.socket(fileno=number)
        try:
            count = len(connection.recv(65_536, _socket.MSG_DONTWAIT))
        except BlockingIOError:
            return
        except OSError:
            count = 0
        finally:
            connection.detach()
        lingering = self._lingering[number]
        if not count or lingering.left < count:
            self._let_go(number)
        else:
            self._lingering[number] = lingering._replace(left=lingering.left - count)

    def _let_go(self, number: int) -> None:
        del self._lingering[number]
        self._poll.unregister(number)
        os.close(number)

    def _refuse_without_descriptor(self, listening: _socket.socket, error: OSError) -> None:
        """Answer with the descriptor that is kept for this, then leave new connections to the kernel for a moment."""
        self._saturate(f"no descriptor is left: {error.strerror}")
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
            with contextlib.suppress(OSError):
                number, _where = _accept(listening)
                self._refuse(number)
        self._paused_until = monotonic() + _PAUSE
        for number in self._listening:
            self._poll.unregister(number)

    def _go_on_accepting(self, now: float) -> None:
        if self._reserve is None:
            try:
                self._reserve = _reserve()
            except OSError:
                self._paused_until = now + _PAUSE
                return
        self._paused_until = 0.0
        for number in self._listening:
            self._poll.register(number, POLLIN)

    def _saturate(self, why: str) -> None:
        self._refused_at = monotonic()
        if self._full is None:
            self._full = why
            self._log.error(f"New connections are refused: {why}.")

    def _relax(self) -> None:
        """A connection is served: if nobody had to be refused for a moment, all are again."""
        if self._full is not None and monotonic() - self._refused_at >= _PAUSE:
            self._full = None
            self._log.info("New connections are served again.")

    # ---- instances

    def _fork(self, number: int | None) -> int:
        """Start an instance for a connection, or a spare; the process id. Raises OSError."""
        ours, its = (None, None) if number is not None else _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
        try:
            process = os.fork()
            if not process:
                if ours is not None:
                    ours.close()  # or the spare would never see that the listener is gone
                self._be_instance(number, its)
        finally:
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _SIGNALS)
            if its is not None:
                its.close()
        if ours is not None:
            self._spares[process] = ours
        return process

    def _be_instance(self, number: int | None, channel: _socket.socket | None) -> NoReturn:
        """The life of a child; signals are still blocked."""
        status = EXIT_FAULT
        try:
            wake = stdio.Wake()
            _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
            _signal.signal(_signal.SIGHUP, _signal.SIG_IGN)
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _SIGNALS)
            self._close_inherited(number)
            confine.limit_processor(self._settings)
            if channel is not None:
                rehearse(self._settings, self._backend, wake, self._log)
                channel.sendall(b"\0")  # ready
                number = _wait_for_connection(channel, wake)
            status = EXIT_OK if number is None else self._instance(number, wake)
        except Exception as error:  # noqa: BLE001 - nothing may lead a child back into the loop of its parent
            self._log.exception(error, None)
        finally:
            os._exit(status)

    def _close_inherited(self, kept: int | None) -> None:
        for number in (*self._listening, *self._waiting, *self._lingering):
            if number != kept:
                os.close(number)
        for spare in self._spares.values():
            os.close(spare.fileno())
        for own in (self._signals, self._write_end, self._reserve):
            if own is not None:
                os.close(own)

    def _instance(self, number: int, wake: stdio.Wake) -> int:
        """Serve one connection; the exit status."""
        settings, log = self._settings, self._log
        peer = look(number, {})
        if "become_user" in settings.security:
            try:
                peer = _become(settings, peer, self._slurm_uid)
            except StartError as error:
                log.error(f"peer={escape(peer.name)} {error}")  # noqa: G004, TRY400 - our log, and no fault of ours
                _refuse_unread(number, refusal("401 UNAUTHORIZED", "Authentication failure"))
                return EXIT_OK
        gc.enable()
        application = self._backend.application(settings, peer, once=False)
        channel = stdio.Channel(number, number, stat.S_IFSOCK, stat.S_IFSOCK)
        ending = stdio.talk(settings, application, channel, peer=peer, log=log, guard=self._backend.guard, wake=wake)
        return EXIT_OK if ending.misdeed is None else _STATUS_OF[ending.misdeed]

    def _hand_over(self, number: int) -> int:
        """Give a connection to a spare that is ready; its process id, 0 if there is none."""
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, number.to_bytes(4, sys.byteorder))]
        for process, channel in self._spares.items():
            try:
                ready = channel.recv(1, _socket.MSG_DONTWAIT)
                if ready:
                    channel.sendmsg([b"\0"], rights, _socket.MSG_DONTWAIT | _socket.MSG_NOSIGNAL)
            except OSError:  # it is not ready, or it has died and will be reaped
                continue
            if ready:
                channel.close()
                del self._spares[process]
                return process
        return 0

    def _wants_spare(self, now: float) -> bool:
        return (
            len(self._spares) < self._rules.spare_instances
            and len(self._spares) + len(self._instances) < self._most
            and not self._ending
            and now >= self._no_spares_until
        )

    def _add_spare(self) -> None:
        try:
            self._fork(None)
        except OSError:
            # A connection that meets the same says so to its client and to the log.
            self._no_spares_until = monotonic() + _PAUSE

    def _dismiss_spares(self) -> None:
        for process, channel in self._spares.items():
            channel.close()
            self._instances[process] = None
        self._spares.clear()

    def _reap(self) -> None:
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not process:
                break
            if process == self._trial:
                self._trial = 0
                self._judge_trial(status)
            elif process in self._spares:
                self._spares.pop(process).close()
                self._no_spares_until = monotonic() + _PAUSE
                self._log.error(f"pid={process} {_how(status)} before it had a connection")
            elif process in self._instances:
                self._bury(process, status)

    def _bury(self, process: int, status: int) -> None:
        self._pause_before_spare = 0
        source = self._instances.pop(process)
        number = os.waitstatus_to_exitcode(status)
        asked = self._ending and -number in (_signal.SIGTERM, _signal.SIGKILL)
        misdeed = "crash" if number < 0 else MISDEEDS.get(number)
        if (number < 0 or (misdeed is None and number)) and not asked:
            self._log.error(f"pid={process} source={_of(source)} {_how(status)}")
        if source is None:
            return
        self._leave(source)
        if misdeed and not asked:
            self._misdeed(source, misdeed, monotonic())

    def _misdeed(self, source: Source, misdeed: str, now: float) -> None:
        seconds = self._sources.penalise(source, misdeed, now)
        if seconds:
            self._log.info(f"source={_of(source)} is not served for {seconds:.0f} s, last for: {misdeed}")

    # ---- the end

    def _begin_to_end(self, now: float) -> None:
        patience = 0.0
        if self._ending == 1:
            patience = self._rules.drain
            for number, sock in self._listening.items():
                if not self._paused_until:
                    self._poll.unregister(number)
                sock.close()
            self._listening.clear()
            self._paused_until = 0.0
            for number in list(self._waiting):
                self._forget(number)
                os.close(number)
            self._log.info(f"The listener ends; {len(self._instances)} connections may finish their requests.")
            self._dismiss_spares()
            # SIGINT lets an instance finish what it is about; SIGTERM cuts a call into libslurm short.
            self._tell(_signal.SIGINT)
        last = now + patience + self._settings.deadlines.grace + 1.0
        self._measures = [(now + patience, _signal.SIGTERM), (last, _signal.SIGKILL)]

    def _go_on_ending(self, now: float) -> bool:
        """Whether nobody is left; otherwise take the next measure, when it is time for it."""
        while self._instances and self._measures and now >= self._measures[0][0]:
            self._tell(self._measures.pop(0)[1])
        return not self._instances

    def _tell(self, number: int) -> None:
        for process in self._instances:
            os.kill(process, number)  # it has not been reaped: the number is still its own

    # ---- starting anew

    def _try_to_start_anew(self) -> None:
        """A listener that reads all again in a process of its own; only if it could serve it takes our place.

        libslurm ends a process that finds something wrong in slurm.conf, and that shall not be this one.
        """
        if self._trial:
            return
        try:
            self._trial = os.fork()
        except OSError as error:
            self._log.error(f"The configuration cannot be read again: {error.strerror}.")
            return
        if not self._trial:
            try:
                self._start_anew(trial=True)
            finally:
                os._exit(EXIT_FAULT)

    def _judge_trial(self, status: int) -> None:
        if status or self._ending:
            self._log.error("The configuration cannot be read again: the listener goes on with what it has.")
            return
        self._log.info("The configuration is read again.")
        self._dismiss_spares()
        self._start_anew(trial=False)

    def _start_anew(self, *, trial: bool) -> NoReturn:
        """Replace this process by a new listener that keeps sockets, connections and children."""
        waiting = tuple((number, waiting.source) for number, waiting in self._waiting.items())
        kept = Kept(tuple(self._listening), waiting, tuple(self._instances.items()), self._keys, trial)
        memory = kept.write()
        for number in (*self._listening, *self._waiting):
            os.set_inheritable(number, True)
        # Until the new program hears them, signals have to wait: by default they would end it.
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
        with open("/proc/self/cmdline", "rb") as file:
            words = file.read().split(b"\0")[:-1]
        os.execve(sys.executable, words, {**self._environ, KEPT: str(memory)})

    def take_over(self, kept: Kept) -> None:
        """Go on with the connections and children of the listener whose place we took."""
        now = monotonic()
        for number, source in kept.waiting:
            if self._sources.add(source):
                self._waiting[number] = _Waiting(source, now)
        for process, of in kept.instances:
            if of is None or self._sources.add(of):
                self._instances[process] = of


def _accept(listening: Any) -> tuple[int, Any]:
    """Descriptor and address of a new connection; raises OSError. (The Python half of socket makes objects of them.)"""
    found: tuple[int, Any] = listening._accept()  # noqa: SLF001 - see above
    return found


def _reserve() -> int:
    """A descriptor that is given up for a connection when there is no other; raises OSError."""
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def _refuse_unread(number: int, answer: bytes) -> None:
    """In an instance that may not go on: answer, and throw away what the client sends until it has read that."""
    connection = _socket.socket(fileno=number)
    connection.settimeout(_LINGER_SECONDS)
    end = monotonic() + _LINGER_SECONDS
    with contextlib.suppress(OSError):  # it has gone, or says nothing
        connection.sendall(answer)
        connection.shutdown(_socket.SHUT_WR)
        while connection.recv(65_536) and monotonic() < end:
            continue


def _on_child(_number: int, _frame: object) -> None:
    """SIGCHLD only wakes the loop; without a handler there would be no waking."""


def _wait_for_connection(channel: _socket.socket, wake: stdio.Wake) -> int | None:
    """The descriptor that the listener hands over; None if it ends or lets this spare go."""
    waiter = poll()
    waiter.register(channel.fileno(), POLLIN)
    waiter.register(wake.descriptor, POLLIN)
    waiter.poll()
    if wake.ending:
        return None
    size = _socket.CMSG_SPACE(4)
    try:
        data, ancillary, _flags, _address = channel.recvmsg(1, size, _socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError:  # it let us go without having heard that we are ready
        return None
    if not data:
        return None
    channel.close()
    return int.from_bytes(ancillary[0][2][:4], sys.byteorder)


def _how(status: int) -> str:
    number = os.waitstatus_to_exitcode(status)
    return f"died by signal {-number}" if number < 0 else f"ended with status {number}"


def _of(source: Source | None) -> str:
    """A source for the log: an address, with its prefix where that is not the whole of it."""
    if source is None or isinstance(source, str):
        return source or "-"
    size, address, _exempt = source
    family = _socket.AF_INET if size == 32 else _socket.AF_INET6
    return _socket.inet_ntop(family, address.to_bytes(size // 8, "big"))


# ---- before the loop


def most_instances(settings: Settings) -> int:
    """How many instances may run at once: --max-connections, or -t if that is less; raises SettingsError.

    slurmrestd takes 2 to 1024 threads; later releases take 0 for "as you like" and correct what is outside.
    """
    text = settings.threads or "0"
    if not (text.isascii() and text.isdigit()):
        raise SettingsError(f"-t needs a number, not {text!r}.")
    threads = int(text)
    return min(settings.max_connections, max(2, min(threads, 1024))) if threads else settings.max_connections


def exempt_networks(settings: Settings) -> list[Network]:
    """The sources without penalties; raises SettingsError."""
    found = []
    for text in settings.listener.exempt_sources:
        try:
            found.append(network(text))
        except ValueError:  # noqa: PERF203 - at the start
            raise SettingsError(
                f"SLURMREST_INET_EXEMPT_SOURCES: {text!r} is neither ADDRESS nor ADDRESS/BITS."
            ) from None
    return found


def _check_become_user(settings: Settings, families: Iterable[int]) -> None:
    """slurmrestd's conditions for becoming the user of a client, and one of ours; raises RefusedError."""
    if os.getresuid() != (0, 0, 0) or os.getresgid() != (0, 0, 0):
        raise confine.RefusedError("become_user needs to be started as root, with root's group.")
    if settings.user is not None or settings.group is not None:
        raise confine.RefusedError("become_user takes its users from the clients: it does not go with -u and -g.")
    if "rest_auth/jwt" in settings.auth_types or settings.own_token is not None:
        raise confine.RefusedError("become_user does not go with rest_auth/jwt: choose -a rest_auth/local.")
    if any(family != _socket.AF_UNIX for family in families):
        raise confine.RefusedError("become_user needs unix sockets: over a network nobody tells who a client is.")


def _become(settings: Settings, peer: Peer, slurm_uid: int | None) -> Peer:
    """Become the user on the other side, irrevocably; raises RefusedError. The Peer, seen by that user."""
    if peer.kind != UNIX or peer.uid is None:
        raise confine.RefusedError("nobody tells who this client is")
    confine.become(peer.uid)
    strict = settings._replace(security=frozenset())
    confine.refuse_users(strict)
    confine.refuse_slurm_user(strict, slurm_uid)
    return peer._replace(own_uid=os.geteuid())


def serve(
    settings: Settings,
    environ: MutableMapping[str, str],
    log: Log,
    load: Callable[[Keys | None], Backend],
) -> int:
    """The whole life of a listener; returns the exit status.

    environ: os.environ. load: brings in the compiled extension, with the keys that verify tokens.
    """
    first = dict(environ)
    log.level = settings.level
    _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGHUP,))  # until it means something
    try:
        most_instances(settings), exempt_networks(settings)
        kept = read_kept(environ)
        listening = _open_sockets(settings, environ, kept)
        families = {sock.family for sock in listening}
        # A key is read while we are still who may read it.
        keys = kept.keys if kept is not None else read_keys(settings)
        become_user = "become_user" in settings.security
        if become_user:
            _check_become_user(settings, families)
        else:
            confine.drop_ids(settings)
            confine.refuse_users(settings)
        backend = load(keys)
        confine.allow_descriptors(settings.max_connections + _LINGERING + _SPARE_DESCRIPTORS)
        confine.harden(settings._replace(cpu=0), environ, 2, backend.guard.confine, descriptors=None)
        slurm_uid = backend.start(settings)
        if not become_user:
            confine.refuse_slurm_user(settings, slurm_uid)
        backend.warm_up(settings, network=any(family != _socket.AF_UNIX for family in families))
        warm_up(settings, backend, log)
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_FAULT
    if kept is not None and kept.trial:
        return EXIT_OK
    listener = _Listener(settings, backend, log, listening, slurm_uid=slurm_uid, keys=keys, environ=first)
    if kept is not None:
        listener.take_over(kept)
    listener.hear_signals()
    for sock in listening:
        log.info(f"Listening on {sockets.name_of(sock)}.")  # noqa: G004 - our log, not logging's
    # What has been loaded stays; children would copy every page of it only to look for garbage there.
    gc.collect()
    gc.freeze()
    return listener.run()


def _open_sockets(settings: Settings, environ: MutableMapping[str, str], kept: Kept | None) -> list[_socket.socket]:
    handed_over = kept.sockets if kept is not None else tuple(sockets.handed_over_numbers(environ))
    waiting = [number for number, _source in kept.waiting] if kept is not None else []
    for number in waiting:
        os.set_inheritable(number, False)
    stdio.close_others({0, 1, 2, *handed_over, *waiting})
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    listening = sockets.adopt(handed_over)
    return listening if kept is not None else [*listening, *sockets.open_all(settings.addresses)]
