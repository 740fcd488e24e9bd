# SPDX-License-Identifier: GPL-2.0-or-later
"""Listen, count, fork one instance for each connection, reap. sshd's listener and s6-tcpserverd are the models.

Rule 1: no byte of a client is looked at here. Whether there is one is (that tells a probe from a client), and bytes of
        a client that was turned away are thrown away unread.
Rule 2: nothing here waits for a client: every descriptor is non-blocking, every list is bounded, every wait has an end.
Rule 3: the order is read the configuration, bind, give up root's rights, load libslurm, and only then accept.
Rule 4: a connection is either served or told why not: with 503 and Retry-After, never with silence.
Rule 5: instances have a connection each and know of no other; how one ended, its exit status tells.

An instance may be forked ahead (a spare): it has then copied the pages that it needs before its client comes. Where all
places are taken, a connection that has something to say waits for its turn while one that rests is let go, or a request
ends: sources.share_out() decides whose.
"""

from __future__ import annotations

import _socket  # the C half, as everywhere here
import contextlib
import errno
import gc
import os
import sys
from select import POLLIN, poll
from time import monotonic

from slurmrest_inet.auth.keys import read_keys
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.serve import confine, lingering, sockets
from slurmrest_inet.serve.channel import close_others
from slurmrest_inet.serve.doorstep import GONE, SPEAKING, Doorstep, listen
from slurmrest_inet.serve.instances import EXIT_FAULT, EXIT_OK, SIGNALS, Instances, check_become_user
from slurmrest_inet.serve.kept import Kept, read_kept
from slurmrest_inet.serve.restart import start_anew, try_anew
from slurmrest_inet.serve.seats import Seats
from slurmrest_inet.serve.sources import Network, Penalties, Sources, name_of, network, share_out
from slurmrest_inet.serve.warm import warm_up
from slurmrest_inet.settings import SettingsError, StartError

if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import MutableMapping
    from typing import Any, Callable

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.serve.backend import ListeningBackend
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.serve.sources import Source
    from slurmrest_inet.settings import Settings
else:
    import _signal


_ACCEPT_AT_ONCE = 16  # connections taken before anything else gets its turn
_PAUSE = 1.0  # seconds without new connections or spares when the system has no descriptors or processes left
_OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)
# Connections that may come while all places are taken, until they have said something and until their turn.
_DOORSTEP = 64
_DOORSTEP_LEAST = 4  # with fewer nobody could be served beside a few silent ones
_OTHER_DESCRIPTORS = 16  # what forking, starting anew and the log need beside connections, for a moment or for good
_STEP = 0.1  # seconds after which more instances are asked to leave, if none did
_LAST_STEP = 10  # all have been asked by then
# Milliseconds without any event before a spare is made, unless an instance has just ended: forking takes the
# processors from those who are being served.
_QUIET = 10


class Room(NamedTuple):
    """How many connections may be without an instance: on the doorstep, and refused. `note`: why they are so few."""

    doorstep: int
    lingering: int
    note: str


def _room(settings: Settings, connections: int) -> Room:
    """Raise the limit of descriptors as far as that helps and is allowed, and divide what there is.

    connections: how many descriptors are connections already. Raises StartError if there are too few.
    """
    wanted = settings.max_connections
    own = _open_descriptors() - connections + settings.listener.spare_instances + _OTHER_DESCRIPTORS
    limit = confine.allow_descriptors(own + wanted + lingering.MOST)
    refused = min(lingering.MOST, max(1, (limit - own) // 4))
    doorstep = min(wanted, limit - own - refused)
    if doorstep < min(wanted, _DOORSTEP_LEAST):
        raise StartError(f"A limit of {limit} descriptors (ulimit -n, LimitNOFILE=) is too low to listen.")
    note = (
        f"With a limit of {limit} descriptors (ulimit -n, LimitNOFILE=) only {doorstep} connections, not {wanted}, can"
        " wait for their first byte or their turn."
    )
    return Room(doorstep, refused, note if doorstep < wanted else "")


def _open_descriptors() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:  # no /proc here
        return _DOORSTEP


class _Listener:
    """The loop. `settings.addresses` are already open as `listening`."""

    def __init__(
        self,
        settings: Settings,
        backend: ListeningBackend,
        log: Log,
        listening: list[_socket.socket],
        *,
        room: Room,
        slurm_uid: int | None,
        keys: Keys | None,
        kept: Kept | None,
        environ: dict[str, str],
    ) -> None:
        """Take what `serve` made; `environ` is the environment before it was cleaned, for a start anew."""
        self._settings = settings
        self._log = log
        self._listening = {sock.fileno(): sock for sock in listening}
        self._room = room
        self._keys = keys
        self._environ = environ
        self._rules = settings.listener
        self._sources = Sources(
            most=self._rules.per_source_connections or None,
            penalties=Penalties(**{name: getattr(self._rules, f"penalty_{name}") for name in Penalties._fields}),
            prefixes=(self._rules.source_prefix_ipv4, self._rules.source_prefix_ipv6),
            exempt=exempt_networks(settings),
        )
        self._poll = poll()
        self._signals, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._reserve: int | None = _reserve()
        self._doorstep = Doorstep(self._poll, settings.deadlines.first_byte)
        self._lingering = lingering.Lingering(self._poll, room.lingering)
        most = most_instances(settings)
        self._seats = Seats(most + self._rules.spare_instances, None if kept is None else kept.seats)
        self._instances = Instances(settings, backend, log, most=most, slurm_uid=slurm_uid, seats=self._seats)
        self._instances.inherited = self._own_descriptors
        self._full: str | None = None  # why new connections are refused, while they are
        self._refused_at = 0.0
        self._crowded: set[Source] = set()  # sources whose cap was hit and logged
        self._paused_until = 0.0  # no accepting
        self._no_spares_until = 0.0
        self._pause_before_spare = _QUIET
        self._asked_since = 0.0  # nothing has come of asking for places
        self._asked_step = 0
        self._idle_since = monotonic()
        self._ending = 0  # how often this process was asked to end
        self._measures: list[tuple[float, int]] = []  # against instances that do not end: when, and which signal
        self._trial = 0  # process id of the listener that tries to start anew
        self._reload = False
        if kept is not None:
            self._take_over(kept)

    def _take_over(self, kept: Kept) -> None:
        """Go on with the connections and children of the listener whose place we took."""
        now = monotonic()
        for number, source in kept.waiting:
            self._sources.add(source)
            self._doorstep.arrive(number, source, now)
        for process, of, seat in kept.instances:
            if of is not None:
                self._sources.add(of)
            self._instances.adopt(process, of, seat)

    def _own_descriptors(self) -> list[int]:
        own = [*self._listening, *self._doorstep, *self._lingering, self._signals, self._write_end]
        return own if self._reserve is None else [*own, self._reserve]

    # ---- signals

    def hear_signals(self) -> None:
        """From now on signals do what a listener makes of them."""
        _signal.set_wakeup_fd(self._write_end, warn_on_full_buffer=False)
        for number in (_signal.SIGTERM, _signal.SIGINT):
            _signal.signal(number, self._on_end)
        _signal.signal(_signal.SIGHUP, self._on_reload)
        _signal.signal(_signal.SIGCHLD, _on_child)
        _signal.signal(_signal.SIGUSR1, _signal.SIG_IGN)  # it is for instances, who hear it from their start on
        _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)
        self._poll.register(self._signals, POLLIN)
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)

    def _on_end(self, _number: int, _frame: object) -> None:
        self._ending += 1

    def _on_reload(self, _number: int, _frame: object) -> None:
        self._reload = True

    # ---- the loop

    def run(self) -> int:
        """Serve until a signal or idleness ends it; returns the exit status."""
        for number in self._listening:
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
            if self._reload and not self._ending and not self._trial:  # what a trial has read may have changed since
                self._reload = False
                self._try_to_start_anew()
            self._see_to_deadlines(now)
            self._give_turns(now)
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
            if number in self._doorstep:
                self._hear(number)
            elif number in self._lingering:
                self._lingering.hear(number)
            elif number == self._signals:
                os.read(self._signals, 4096)
        for number, _event in events:
            if number in self._listening:
                self._accept(self._listening[number])

    def _patience(self, now: float) -> int:
        """Milliseconds until something is to be done without an event; -1 for never (poll(2))."""
        times = [time for time in (self._doorstep.deadline(), self._lingering.deadline()) if time is not None]
        if self._asked_since:
            times.append(self._asked_since + (self._asked_step + 1) * _STEP)
        if self._paused_until:
            times.append(self._paused_until)
        if self._no_spares_until > now and self._instances.may_add_spare:
            times.append(self._no_spares_until)
        if self._measures:
            times.append(self._measures[0][0])
        elif self._rules.idle_exit and not self._busy():
            times.append(self._idle_since + self._rules.idle_exit)
        if not times:
            return -1
        return max(0, int((min(times) - now) * 1000) + 1)

    def _see_to_deadlines(self, now: float) -> None:
        for number, silent in self._doorstep.overdue(now):
            source = self._doorstep.leave(number)
            if silent:
                self._leave(source)
                os.close(number)
                self._misdeed(source, "late", now)
            else:
                self._turn_away(number, source, f"{len(self._instances)} connections are being served")
        self._lingering.see_to_deadlines(now)
        if self._paused_until and now >= self._paused_until:
            self._go_on_accepting(now)

    def _busy(self) -> bool:
        return bool(len(self._instances) or len(self._doorstep) or self._trial)

    def _is_over(self, now: float) -> bool:
        if not self._rules.idle_exit or self._ending:
            return False
        if self._busy():
            self._idle_since = now
            return False
        if now - self._idle_since < self._rules.idle_exit:
            return False
        self._log.info(f"Nobody came for {self._rules.idle_exit:g} s: the listener ends.")
        self._instances.dismiss_spares()
        return True

    # ---- connections

    def _accept(self, listening: _socket.socket) -> None:
        for _ in range(_ACCEPT_AT_ONCE):
            try:
                number, where = _accept(listening)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.EMFILE and (self._lingering.let_one_go() or self._make_room()):
                    continue
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
            self._lingering.refuse(number, int(seconds) + 1)
            return
        if not self._sources.has_room(source):
            if source not in self._crowded:
                self._crowded.add(source)
                self._log.info(f"source={name_of(source)} has all connections that one source may have")
            self._lingering.refuse(number)
            return
        heard = listen(number)
        if heard == GONE:  # a probe: somebody who looks whether the port is open, and no more
            os.close(number)
            return
        self._sources.add(source)
        if heard == SPEAKING:
            self._serve(number, source, now)
        elif self._has_step() or self._make_room():
            self._doorstep.arrive(number, source, now)
        else:
            self._turn_away(number, source, "too many connections wait for their turn")

    def _source(self, number: int, family: int, where: Any) -> Source:
        if family != _socket.AF_UNIX:
            return self._sources.of_address(where[0])
        connection = _socket.socket(fileno=number)
        try:
            ucred = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)  # pid, uid, gid (unix(7))
        finally:
            connection.detach()
        return self._sources.of_uid(int.from_bytes(ucred[4:8], sys.byteorder))

    def _has_step(self) -> bool:
        """Whether one more may wait without an instance, or has to be let in before it is known what it wants."""
        most = self._settings.max_connections
        most = max(most - len(self._instances), min(most, _DOORSTEP))
        return len(self._doorstep) < min(most, self._room.doorstep)

    def _make_room(self) -> bool:
        """End a connection that has been silent for long; False if none is silent."""
        number = self._doorstep.quietest()
        if number is None:
            return False
        self._leave(self._doorstep.leave(number))
        self._lingering.refuse(number)
        return True

    def _hear(self, number: int) -> None:
        """Something has come from a connection without an instance."""
        heard = self._doorstep.hear(number)
        if heard == GONE:
            self._leave(self._doorstep.leave(number))
            os.close(number)
        elif heard == SPEAKING:
            self._serve(number, self._doorstep.leave(number), monotonic())

    def _leave(self, source: Source) -> None:
        if self._sources.remove(source):
            self._crowded.discard(source)

    def _serve(self, number: int, source: Source, now: float) -> None:
        """Give a connection that has something to say to an instance, or let it wait until a place is free."""
        if self._instances.free <= 0:
            self._queue(number, source, now)
            return
        try:
            self._instances.serve(number, source)
        except OSError as error:
            self._no_spares_until = monotonic() + _PAUSE
            self._turn_away(number, source, f"no process can be started: {error.strerror}")
        else:
            self._relax()

    def _queue(self, number: int, source: Source, now: float) -> None:
        _numbers, turns = self._doorstep.turns()
        plan = share_out(self._instances.places(), [*turns, source], free=0, now=now, step=0)
        if len(turns) in plan.hopeless:
            self._turn_away(number, source, f"{len(self._instances)} connections are being served")
        elif not (self._has_step() or self._make_room()):
            self._turn_away(number, source, "too many connections wait for their turn")
        else:
            self._doorstep.queue(number, source, now)

    def _give_turns(self, now: float) -> None:
        """Serve those who wait for a place as far as places are free, and ask for places for the others."""
        numbers, turns = self._doorstep.turns()
        while numbers and self._instances.free > 0:
            self._asked_since = 0.0
            self._serve(numbers[0], self._doorstep.leave(numbers[0]), now)
            numbers, turns = numbers[1:], turns[1:]
        if not numbers:
            if self._asked_since:
                self._asked_since = 0.0
                self._instances.ask((), again=False)
            return
        self._asked_since = self._asked_since or now
        step, before = int((now - self._asked_since) / _STEP), self._asked_step
        self._asked_step = step
        plan = share_out(self._instances.places(), turns, free=0, now=now, step=min(step, _LAST_STEP))
        self._instances.ask(plan.asked, again=step != before)
        for index in plan.hopeless:
            source = self._doorstep.leave(numbers[index])
            self._turn_away(numbers[index], source, f"{len(self._instances)} connections are being served")

    def _turn_away(self, number: int, source: Source, why: str) -> None:
        """Refuse a connection that is in no list, but counted."""
        self._leave(source)
        self._saturate(why)
        self._lingering.refuse(number)

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

    def _refuse_without_descriptor(self, listening: _socket.socket, error: OSError) -> None:
        """Answer with the descriptor that is kept for this, then leave new connections to the kernel for a moment."""
        self._saturate(f"no descriptor is left: {error.strerror}")
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None
            with contextlib.suppress(OSError):
                number, _where = _accept(listening)
                self._lingering.refuse(number)
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

    # ---- instances

    def _wants_spare(self, now: float) -> bool:
        return not self._ending and now >= self._no_spares_until and self._instances.may_add_spare

    def _add_spare(self) -> None:
        try:
            self._instances.add_spare()
        except OSError:
            # A connection that meets the same says so to its client and to the log.
            self._no_spares_until = monotonic() + _PAUSE

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    return
                self._bury(process, status)

    def _bury(self, process: int, status: int) -> None:
        if process == self._trial:
            self._trial = 0
            self._judge_trial(status)
        elif self._instances.bury_spare(process, status):
            self._no_spares_until = monotonic() + _PAUSE
        else:
            ended = self._instances.bury(process, status, expected=bool(self._ending))
            self._pause_before_spare = 0
            if ended is not None:
                source, misdeed = ended
                self._leave(source)
                if misdeed is not None:
                    self._misdeed(source, misdeed, monotonic())

    def _misdeed(self, source: Source, misdeed: str, now: float) -> None:
        seconds = self._sources.penalise(source, misdeed, now)
        if seconds:
            self._log.info(f"source={name_of(source)} is not served for {seconds:.0f} s, last for: {misdeed}")

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
            self._clear_doorstep()
            self._log.info(f"The listener ends; {len(self._instances)} connections may finish their requests.")
            self._instances.dismiss_spares()
            # SIGINT lets an instance finish what it is about; SIGTERM cuts a call into libslurm short.
            self._instances.tell(_signal.SIGINT)
        last = now + patience + self._settings.deadlines.grace + 1.0
        self._measures = [(now + patience, _signal.SIGTERM), (last, _signal.SIGKILL)]

    def _clear_doorstep(self) -> None:
        numbers, _turns = self._doorstep.turns()
        for number in list(self._doorstep):
            self._leave(self._doorstep.leave(number))
            if number in numbers:
                self._lingering.refuse(number)
            else:
                os.close(number)

    def _go_on_ending(self, now: float) -> bool:
        """Whether nobody is left; otherwise take the next measure, when it is time for it."""
        while len(self._instances) and self._measures and now >= self._measures[0][0]:
            self._instances.tell(self._measures.pop(0)[1])
        return not len(self._instances)

    # ---- starting anew

    def _try_to_start_anew(self) -> None:
        try:
            self._trial = try_anew(self._kept(), self._environ)
        except OSError as error:
            self._log.error(f"The configuration cannot be read again: {error.strerror}.")

    def _judge_trial(self, status: int) -> None:
        if status or self._ending:
            self._log.error("The configuration cannot be read again: the listener goes on with what it has.")
            return
        self._log.info("The configuration is read again.")
        self._instances.dismiss_spares()
        start_anew(self._kept(), self._environ)

    def _kept(self) -> Kept:
        return Kept(
            tuple(self._listening),
            self._doorstep.callers(),
            self._instances.running(),
            self._seats.descriptor,
            self._keys,
        )


def _accept(listening: Any) -> tuple[int, Any]:
    """Descriptor and address of a new connection; raises OSError. (The Python half of socket makes objects of them.)"""
    found: tuple[int, Any] = listening._accept()  # noqa: SLF001 - see above
    return found


def _reserve() -> int:
    """A descriptor that is given up for a connection when there is no other; raises OSError."""
    return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def _on_child(_number: int, _frame: object) -> None:
    """SIGCHLD only wakes the loop; without a handler there would be no waking."""


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


def serve(
    settings: Settings,
    environ: MutableMapping[str, str],
    log: Log,
    load: Callable[[Keys | None], ListeningBackend],
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
            check_become_user(settings, families)
        else:
            confine.drop_ids(settings)
            confine.refuse_users(settings)
        backend = load(keys)
        confine.harden(settings._replace(cpu=0), environ, 2, backend.guard.confine, descriptors=None)
        slurm_uid = backend.start(settings)
        if not become_user:
            confine.refuse_slurm_user(settings, slurm_uid)
        backend.warm_up(settings, network=any(family != _socket.AF_UNIX for family in families))
        warm_up(settings, backend, log)
        room = _room(settings, 0 if kept is None else len(kept.waiting))
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_FAULT
    if kept is not None and kept.trial:
        return EXIT_OK
    listener = _Listener(
        settings, backend, log, listening, room=room, slurm_uid=slurm_uid, keys=keys, kept=kept, environ=first
    )
    listener.hear_signals()
    if room.note:
        log.info(room.note)
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
    seats = () if kept is None else (kept.seats,)
    close_others({0, 1, 2, *handed_over, *waiting, *seats})
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    listening = sockets.adopt(handed_over)
    return listening if kept is not None else [*listening, *sockets.open_all(settings.addresses)]
