# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm under the guard (cffi_build/guard.c): whatever it does to this process, the client gets an answer.

Rule 1: the guard is armed only while the application or its answer works, never while a client is waited for.
Rule 2: an answer of which something has been written cannot be replaced by another.
Rule 3: what is waited for may be there already when a call ends in the middle: nobody could take it back then. So its
        steps are not cut short.
"""

from __future__ import annotations

from time import monotonic

from slurmrest_inet.auth import claimed_user
from slurmrest_inet.http.message import Waiting
from slurmrest_inet.record import TYPE_CHECKING, cast
from slurmrest_inet.serve.answers import lost_answer

if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Bytes, Request, Response
    from slurmrest_inet.serve.backend import Application, Guard
    from slurmrest_inet.serve.connection import Connection
    from slurmrest_inet.serve.log import Log

    T = TypeVar("T", Response, "Response | None")
else:
    import _signal  # the C half, as everywhere here

_A_DAY = 86_400.0


class GuardedApplication:
    """An application that answers under the guard, each chunk of a streamed body included."""

    def __init__(
        self, application: Application, guard: Guard, connection: Connection, *, peer: Peer, log: Log, seconds: float
    ) -> None:
        """`seconds` is how long one call may take, but for what is waited for."""
        self._application = application
        self._user_of = getattr(application, "user_of", claimed_user)  # an application may be any function
        self._end = 0.0  # of the present call
        tell = getattr(application, "tell", None)
        if tell is not None:
            tell(self._name)
        self._guard = guard
        self._connection = connection
        self._peer = peer
        self._log = log
        self.seconds = seconds

    def __call__(self, request: Request) -> Response | Waiting:
        answer = self._call(request, lambda: self._application(request), self.seconds)
        if not isinstance(answer, Waiting):
            return cast("Response", answer)
        go_on, give_up = answer
        return Waiting(lambda: self._undisturbed(request, go_on), lambda: self._undisturbed(request, give_up))

    def _name(self, request: Request) -> None:
        """Let the last words name who asks, whom the application has found out by now."""
        self.arm(request, self._connection.written, self._end - monotonic())

    def _undisturbed(self, request: Request, step: Callable[[], T]) -> T:
        """Make a step of what is waited for, which no deadline and no SIGTERM ends in the middle (rule 3).

        libslurm gives each of its calls a time of its own (slurm.conf(5), MessageTimeout).
        """
        before = _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGTERM,))
        try:
            return cast("T", self._call(request, step, _A_DAY))
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, before)

    def _call(
        self, request: Request, call: Callable[[], Response | Waiting | None], seconds: float
    ) -> Response | Waiting | None:
        """Make a call under the guard; of a body that is streamed, it makes the first two chunks."""
        written = self._connection.written
        self._end = monotonic() + seconds
        self.arm(request, written, seconds)
        try:
            response = call()
            if response is None or isinstance(response, Waiting):
                return response
            if isinstance(response.body, (bytes, bytearray, memoryview)):
                return response
            body = _Body(self, request, response.body, written)
            whole = body.begin()
        finally:
            self.disarm()
        return response._replace(body=body if whole is None else whole)

    def arm(self, request: Request, written: int, seconds: float) -> None:
        """Enter libslurm for `seconds` at most; `written` bytes had gone out before the request's answer (rule 2)."""
        sent = self._connection.written - written
        answer = b"" if sent else lost_answer()
        status = "-" if sent else "500"
        user = self._user_of(request)
        record = self._log.unfinished(self._peer.name, request, user=user, status=status, sent=sent or len(answer))
        self._guard.arm(self._connection.output, answer, seconds, record)

    def disarm(self) -> None:
        """Leave libslurm."""
        self._guard.disarm()


class _Body:
    """A streamed body each of whose chunks is made under the guard; the first two are made by `begin`."""

    def __init__(self, guarded: GuardedApplication, request: Request, body: Iterable[Bytes], written: int) -> None:
        self._guarded = guarded
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
        self._guarded.arm(self._request, self._written, self._guarded.seconds)
        try:
            return next(self._chunks)
        finally:
            self._guarded.disarm()

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close:
            close()
