# SPDX-License-Identifier: GPL-2.0-or-later
"""The loop of a listener: signals, events and deadlines go to who sees to them.

Rule 1: nothing here waits for a client: every descriptor is non-blocking, every list is bounded, every wait has an end.
Rule 2: signals set a flag and wake the loop; what they ask for is done between two events.
"""

from __future__ import annotations

import contextlib
import os
from select import POLLIN, poll
from time import monotonic

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.accepting import Accepting
from slurmrest_inet.serve.instances import EXIT_OK, SIGNALS, Instances
from slurmrest_inet.serve.kept import Kept
from slurmrest_inet.serve.restart import Trial, start_anew
from slurmrest_inet.serve.seats import Seats
from slurmrest_inet.serve.spares import QUIET, Spares
from slurmrest_inet.serve.turns import Turns

if TYPE_CHECKING:
    import _socket
    import signal as _signal

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.serve.backend import ListeningBackend
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.serve.room import Room
    from slurmrest_inet.settings import Settings
else:
    import _signal  # the C half, as everywhere here


class Loop:
    """One listener with all that it has."""

    def __init__(
        self,
        settings: Settings,
        backend: ListeningBackend,
        log: Log,
        listening: list[_socket.socket],
        *,
        most: int,
        room: Room,
        slurm_uid: int | None,
        keys: Keys | None,
        kept: Kept | None,
        environ: dict[str, str],
    ) -> None:
        """`most`: how many instances; `environ`: the environment before it was cleaned, for a start anew."""
        self._log = log
        self._keys = keys
        self._environ = environ
        self._idle_exit = settings.listener.idle_exit
        self._drain = settings.listener.drain
        self._grace = settings.deadlines.grace
        self._poll = poll()
        self._signals, self._write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._seats = Seats(most + settings.listener.spare_instances, None if kept is None else kept.seats)
        self._instances = Instances(settings, backend, log, most=most, slurm_uid=slurm_uid, seats=self._seats)
        self._instances.inherited = self._own_descriptors
        self._spares = Spares(self._instances)
        self._turns = Turns(settings, self._poll, self._instances, self._spares, log, room)
        self._accepting = Accepting(self._poll, listening, self._turns)
        self._idle_since: float | None = monotonic()  # None while somebody is here
        self._ending = 0  # how often this process was asked to end
        self._measures: list[tuple[float, int]] = []  # against instances that do not end: when, and which signal
        self._last = float("inf")  # when the last of them is due: who asks again does not put it off
        self._trial = Trial(log)
        self._reload = False
        if kept is not None:
            for process, of, seat in kept.instances:
                self._instances.adopt(process, of, seat)
            self._turns.take_over(
                kept.waiting, kept.refused, (of for _process, of, _seat in kept.instances if of is not None)
            )

    def _own_descriptors(self) -> list[int]:
        return [*self._accepting.descriptors(), *self._turns.descriptors(), self._signals, self._write_end]

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
        self._accepting.start()
        self._reap()  # children of the listener whose place we took may have ended before we heard signals
        ended = 0
        while True:
            now = monotonic()
            if self._ending > ended:
                first, ended = not ended, self._ending  # several signals may have come since the last look
                self._begin_to_end(now, first=first)
            if self._ending and self._go_on_ending(now):
                return EXIT_OK
            if self._reload and not self._ending and not self._trial:  # what a trial has read may have changed since
                self._reload = False
                self._try_to_start_anew()
            self._trial.see_to_deadline(now)
            self._turns.see_to_deadlines(now)
            self._accepting.go_on(now)
            self._turns.give_turns(now)
            if self._is_over(now):
                return EXIT_OK
            wants_spare = not self._ending and self._spares.wanted(now)
            events = self._poll.poll(QUIET if wants_spare else self._patience(now))
            if not events and wants_spare:
                self._spares.add(monotonic())
            self._handle(events)
            self._reap()

    def _handle(self, events: list[tuple[int, int]]) -> None:
        # Those who already wait come before those who knock.
        for number, _event in events:
            if number in self._turns:
                self._turns.hear(number)
            elif number == self._signals:
                os.read(self._signals, 4096)
        for number, _event in events:
            if number in self._accepting:
                self._accepting.accept(number)

    def _patience(self, now: float) -> int:
        """Milliseconds until something is to be done without an event; -1 for never (poll(2))."""
        times = [*self._turns.deadlines()]
        others = (self._accepting.deadline(), self._spares.deadline(now), self._trial.deadline())
        times += [time for time in others if time is not None]
        if self._measures:
            times.append(self._measures[0][0])
        elif self._idle_exit and self._idle_since is not None and not self._ending:
            times.append(self._idle_since + self._idle_exit)
        if not times:
            return -1
        return max(0, int((min(times) - now) * 1000) + 1)

    def _busy(self) -> bool:
        return bool(len(self._instances) or len(self._turns) or self._trial)

    def _is_over(self, now: float) -> bool:
        if not self._idle_exit or self._ending:
            return False
        if self._busy():
            self._idle_since = None
        elif self._idle_since is None:
            self._idle_since = now
        if self._idle_since is None or now - self._idle_since < self._idle_exit:
            return False
        self._log.info(f"Nobody came for {self._idle_exit:g} s: the listener ends.")
        self._instances.dismiss_spares()
        return True

    # ---- children

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while True:
                process, status = os.waitpid(-1, os.WNOHANG)
                if not process:
                    return
                self._bury(process, status)

    def _bury(self, process: int, status: int) -> None:
        if self._trial.bury(process):
            self._judge_trial(status)
        elif self._instances.bury_spare(process, status):
            self._spares.pause(monotonic())
        else:
            ended = self._instances.bury(process, status, expected=bool(self._ending))
            if ended is not None:
                self._turns.ended(*ended)

    # ---- the end

    def _begin_to_end(self, now: float, *, first: bool) -> None:
        """Somebody asked for it, or asked again, which ends our patience."""
        patience = self._drain if self._ending == 1 else 0.0
        if first:
            self._accepting.end()
            self._trial.end()
            self._turns.clear()
            self._log.info(f"The listener ends; {len(self._instances)} connections may finish their requests.")
            self._instances.dismiss_spares()
            # SIGINT lets an instance finish what it is about; SIGTERM cuts a call into libslurm short.
            self._instances.tell(_signal.SIGINT)
        self._last = min(self._last, now + patience + self._grace + 1.0)
        self._measures = [(now + patience, _signal.SIGTERM), (self._last, _signal.SIGKILL)]

    def _go_on_ending(self, now: float) -> bool:
        """Whether nobody is left; otherwise take the next measure, when it is time for it."""
        while len(self._instances) and self._measures and now >= self._measures[0][0]:
            self._instances.tell(self._measures.pop(0)[1])
        return not len(self._instances)

    # ---- starting anew

    def _try_to_start_anew(self) -> None:
        try:
            self._trial.start(self._kept(), self._environ)
        except OSError as error:
            self._stay(error.strerror)

    def _judge_trial(self, status: int) -> None:
        if status:
            if not self._ending:
                self._stay("the listener goes on with what it has")
            return
        _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)  # what came before has been heard when this returns
        try:
            if not self._ending and not self._reload:  # asked for meanwhile, a reload has its own trial
                start_anew(self._kept(), self._environ)
        except OSError as error:
            self._stay(error.strerror)
        finally:
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)

    def _stay(self, why: str | None) -> None:
        self._log.error(f"The configuration cannot be read again: {why}.")

    def _kept(self) -> Kept:
        return Kept(
            tuple(self._accepting),
            self._turns.waiting(),
            self._turns.refused(),
            self._instances.running(),
            self._seats.descriptor,
            self._keys,
        )


def _on_child(_number: int, _frame: object) -> None:
    """SIGCHLD only wakes the loop; without a handler there would be no waking."""
