# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes that serve: forked with a connection or ahead of one (spares), asked to leave, and reaped.

Rule 1: a child holds its client, its log and what wakes it, and nothing else of the listener's.
Rule 2: nothing leads a child back into the loop of its parent: whatever happens, it ends in `_be_instance`.
Rule 3: an instance that is asked to leave decides itself when nothing is lost by that (seats.py); signals only wake it.
"""

from __future__ import annotations

import _socket  # the C halves, as everywhere here
import gc
import os
import stat
import sys
from select import POLLIN, poll

from slurmrest_inet.auth.peer import UNIX
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.serve import confine
from slurmrest_inet.serve.answers import refusal
from slurmrest_inet.serve.channel import Channel
from slurmrest_inet.serve.exchange import talk
from slurmrest_inet.serve.lingering import refuse_unread
from slurmrest_inet.serve.log import escape
from slurmrest_inet.serve.peer import look
from slurmrest_inet.serve.sources import RESTING, Place, name_of
from slurmrest_inet.serve.wake import Wake
from slurmrest_inet.serve.warm import rehearse
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Collection, Iterable, Iterator
    from typing import Callable, NoReturn

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.serve.backend import ListeningBackend
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.serve.seats import Seats
    from slurmrest_inet.serve.sources import Source
    from slurmrest_inet.settings import Settings
else:
    import _signal  # the C half, as everywhere here

EXIT_OK = 0
EXIT_FAULT = 1  # may not serve; of an instance: it died in libslurm or by a fault of ours
# What an instance did not like about its client, as exit status, and the misdeed that it is for Penalties.
MISDEEDS = {65: "refused", 66: "fault", 67: "late"}
_STATUS_OF = {misdeed: status for status, misdeed in MISDEEDS.items()}

SIGNALS = frozenset((_signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGCHLD))
"""What a listener hears; blocked while it forks."""

_LOOK = _signal.SIGUSR1  # an instance looks at its seat


class Running(NamedTuple):
    """An instance with a connection: of which source (None: a spare that was let go), and on which seat."""

    source: Source | None
    seat: int


class _Spare(NamedTuple):
    """An instance without a connection: where one is handed to it, and its seat."""

    channel: _socket.socket
    seat: int


class Instances:
    """All children but one that tries a new configuration; `len` counts those that have or had a connection."""

    def __init__(
        self, settings: Settings, backend: ListeningBackend, log: Log, *, most: int, slurm_uid: int | None, seats: Seats
    ) -> None:
        """Take how many may run at once, and SlurmUser, whom nobody may become."""
        self._settings = settings
        self._backend = backend
        self._log = log
        self._most = most
        self._slurm_uid = slurm_uid
        self._seats = seats
        self._running: dict[int, Running] = {}  # by process id
        self._spares: dict[int, _Spare] = {}  # likewise
        self._asked: set[int] = set()  # those whose place is wanted
        self.inherited: Callable[[], Iterable[int]] = tuple
        """What a child closes, but for its connection."""

    def __len__(self) -> int:
        return len(self._running)

    @property
    def free(self) -> int:
        """How many more may be served."""
        return self._most - len(self._running)

    @property
    def may_add_spare(self) -> bool:
        """Whether there is room for one more spare."""
        return len(self._spares) < self._settings.listener.spare_instances and self.free > len(self._spares)

    def running(self) -> tuple[tuple[int, Source | None, int], ...]:
        """Process id, source and seat of each, for a listener that starts anew; that lets spares go (execve(2))."""
        spares = tuple((process, None, spare.seat) for process, spare in self._spares.items())
        return (*spares, *((process, *one) for process, one in self._running.items()))

    def adopt(self, process: int, source: Source | None, seat: int) -> None:
        """Go on with an instance of the listener whose place we took."""
        self._running[process] = Running(source, self._seats.take(seat))

    # ---- forking

    def serve(self, number: int, source: Source) -> None:
        """Give a connection that has something to say to a spare or to a new process; raises OSError."""
        process, seat = self._hand_over(number) or self._fork(number)
        self._running[process] = Running(source, seat)
        os.close(number)

    def add_spare(self) -> None:
        """Fork one ahead; raises OSError."""
        self._fork(None)

    def _fork(self, number: int | None) -> tuple[int, int]:
        """Start an instance for a connection, or a spare; process id and seat. Raises OSError."""
        ours, its = (None, None) if number is not None else _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        seat = self._seats.take()
        process = -1
        _signal.pthread_sigmask(_signal.SIG_BLOCK, SIGNALS)
        try:
            process = os.fork()
            if not process:
                if ours is not None:
                    ours.close()  # or the spare would never see that the listener is gone
                self._be_instance(number, its, seat)
        finally:
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
            if its is not None:
                its.close()
            if process < 0:
                self._seats.give_back(seat)
        if ours is not None:
            self._spares[process] = _Spare(ours, seat)
        return process, seat

    def _be_instance(self, number: int | None, channel: _socket.socket | None, seat: int) -> NoReturn:
        """The life of a child; signals are still blocked."""
        status = EXIT_FAULT
        try:
            self._close_inherited(number)
            wake = Wake()
            _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
            _signal.signal(_signal.SIGHUP, _signal.SIG_IGN)
            _signal.signal(_LOOK, _on_look)
            _signal.siginterrupt(_LOOK, False)
            confine.limit_processor(self._settings)
            if channel is not None:
                # A spare that is told to go hears it when this is over: it takes milliseconds.
                rehearse(self._settings, self._backend, wake, self._log)
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, SIGNALS)
            if channel is not None:
                number = _wait_for_connection(channel, wake)
            status = EXIT_OK if number is None else self._instance(number, wake, seat)
        except Exception as error:  # noqa: BLE001 - rule 2
            self._log.exception(error, None)
        finally:
            os._exit(status)

    def _close_inherited(self, kept: int | None) -> None:
        for number in self.inherited():
            if number != kept:
                os.close(number)
        for spare in self._spares.values():
            os.close(spare.channel.fileno())
        os.close(self._seats.descriptor)

    def _instance(self, number: int, wake: Wake, seat: int) -> int:
        """Serve one connection; the exit status."""
        settings, log = self._settings, self._log
        peer = look(number, {})
        if "become_user" in settings.security:
            try:
                peer = _become(settings, peer, self._slurm_uid)
            except StartError as error:
                log.error(f"peer={escape(peer.name)} {error}")  # noqa: G004, TRY400 - our log, and no fault of ours
                refuse_unread(number, refusal("401 UNAUTHORIZED", "Authentication failure"))
                return EXIT_OK
        gc.enable()
        application = self._backend.application(settings, peer, once=False)
        channel = Channel(number, number, stat.S_IFSOCK, stat.S_IFSOCK)
        place = self._seats.seat(seat)
        ending = talk(
            settings, application, channel, peer=peer, log=log, guard=self._backend.guard, wake=wake, place=place
        )
        return EXIT_OK if ending.misdeed is None else _STATUS_OF[ending.misdeed]

    def _hand_over(self, number: int) -> tuple[int, int] | None:
        """Give a connection to a spare that is ready; its process id and seat."""
        rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, number.to_bytes(4, sys.byteorder))]
        for process, (channel, seat) in list(self._spares.items()):
            try:
                if not channel.recv(1, _socket.MSG_DONTWAIT):
                    continue
            except OSError:  # it is not ready, or it has died and will be reaped
                continue
            self._seats.start(seat)
            try:
                channel.sendmsg([b"\0"], rights, _socket.MSG_DONTWAIT | _socket.MSG_NOSIGNAL)
            except OSError:
                # It will not say again that it is ready: let it go, so that there can be another in its place.
                self._dismiss(process)
                continue
            channel.close()
            del self._spares[process]
            return process, seat
        return None

    # ---- asking, and the end

    def places(self) -> Iterator[Place]:
        """What share_out() has to know."""
        for process, (source, seat) in self._running.items():
            yield Place(process, source, *self._seats.look(seat))

    def ask(self, asked: Collection[int], *, again: bool) -> None:
        """Ask these, and nobody else, for their places; `again`: also wake those that were asked before."""
        for process in self._asked.difference(asked):
            if process in self._running:
                self._seats.want(self._running[process].seat, wanted=False)
        for process in asked:
            seat = self._running[process].seat
            if again or process not in self._asked:
                self._seats.want(seat, wanted=True)
                if self._seats.look(seat).state == RESTING:
                    os.kill(process, _LOOK)
        self._asked = set(asked)

    def dismiss_spares(self) -> None:
        """Let all spares go; until they are reaped they count as instances."""
        for process in list(self._spares):
            self._dismiss(process)

    def _dismiss(self, process: int) -> None:
        channel, seat = self._spares.pop(process)
        channel.close()
        self._running[process] = Running(None, seat)

    def tell(self, number: int) -> None:
        """Send a signal to each that has or had a connection."""
        for process in self._running:
            os.kill(process, number)  # it has not been reaped: the number is still its own

    def bury_spare(self, process: int, status: int) -> bool:
        """A child has ended; whether it was a spare, and if so the log says it, unless it was asked to go."""
        spare = self._spares.pop(process, None)
        if spare is None:
            return False
        spare.channel.close()
        self._seats.give_back(spare.seat)
        if status:
            self._log.error(f"pid={process} {how(status)} before it had a connection")
        return True

    def bury(self, process: int, status: int, *, expected: bool) -> tuple[Source, str | None] | None:
        """An instance has ended, `expected` if it was told to; its source and misdeed, if it had a connection."""
        running = self._running.pop(process, None)
        if running is None:
            return None
        self._seats.give_back(running.seat)
        self._asked.discard(process)
        number = os.waitstatus_to_exitcode(status)
        expected = expected and -number in (_signal.SIGTERM, _signal.SIGKILL)
        misdeed = "crash" if number < 0 else MISDEEDS.get(number)
        if (number < 0 or (misdeed is None and number)) and not expected:
            self._log.error(f"pid={process} source={name_of(running.source)} {how(status)}")
        return None if running.source is None else (running.source, None if expected else misdeed)


def _on_look(_number: int, _frame: object) -> None:
    """The signal only wakes; without a handler there would be no waking."""


def _wait_for_connection(channel: _socket.socket, wake: Wake) -> int | None:
    """The descriptor that the listener hands over; None if it ends or lets this spare go."""
    waiter = poll()
    waiter.register(channel.fileno(), POLLIN)
    waiter.register(wake.descriptor, POLLIN)
    size = _socket.CMSG_SPACE(4)
    try:
        channel.sendall(b"\0")  # ready
        waiter.poll()
        if wake.ending:
            return None
        data, ancillary, _flags, _address = channel.recvmsg(1, size, _socket.MSG_CMSG_CLOEXEC)
    except (BrokenPipeError, ConnectionResetError):  # it let us go without having heard that we are ready
        return None
    if not data:
        return None
    channel.close()
    return int.from_bytes(ancillary[0][2][:4], sys.byteorder)


def how(status: int) -> str:
    """The end of a process, for the log."""
    number = os.waitstatus_to_exitcode(status)
    return f"died by signal {-number}" if number < 0 else f"ended with status {number}"


def check_become_user(settings: Settings, families: Iterable[int]) -> None:
    """slurmrestd's conditions for becoming the user of a client, and one of ours; raises RefusedError."""
    if os.getresuid() != (0, 0, 0) or os.getresgid() != (0, 0, 0):
        raise confine.RefusedError("become_user needs to be started as root, with root's group.")
    if settings.user is not None or settings.group is not None:
        raise confine.RefusedError("become_user takes its users from the clients: it does not go with -u and -g.")
    if settings.takes_tokens or settings.own_token is not None:
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
