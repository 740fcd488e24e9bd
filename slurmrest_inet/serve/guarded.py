# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm under the guard (cffi_build/guard.c): whatever it does to this process, the client gets an answer.

Rule 1: the guard is armed only while the application or its answer works, never while a client is waited for.
Rule 2: an answer of which something has been written cannot be replaced by another.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve.answers import lost_answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Bytes, Request, Response
    from slurmrest_inet.serve.backend import Application, Guard
    from slurmrest_inet.serve.connection import Connection
    from slurmrest_inet.serve.log import Log


class GuardedApplication:
    """An application that answers under the guard, each chunk of a streamed body included."""

    def __init__(
        self, application: Application, guard: Guard, connection: Connection, *, peer: Peer, log: Log, seconds: float
    ) -> None:
        """`seconds` is how long one call may take."""
        self._application = application
        self._guard = guard
        self._connection = connection
        self._peer = peer
        self._log = log
        self._seconds = seconds

    def __call__(self, request: Request) -> Response:
        written = self._connection.written
        self.arm(request, written)
        try:
            response = self._application(request)
            if isinstance(response.body, (bytes, bytearray, memoryview)):
                return response
            body = _Body(self, request, response.body, written)
            whole = body.begin()
        finally:
            self.disarm()
        return response._replace(body=body if whole is None else whole)

    def arm(self, request: Request, written: int) -> None:
        """Enter libslurm, for a request before whose answer `written` bytes had been written (rule 2)."""
        sent = self._connection.written - written
        answer = b"" if sent else lost_answer()
        status = "-" if sent else "500"
        record = self._log.unfinished(self._peer.name, request, status=status, sent=sent or len(answer))
        self._guard.arm(self._connection.output, answer, self._seconds, record)

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
        self._guarded.arm(self._request, self._written)
        try:
            return next(self._chunks)
        finally:
            self._guarded.disarm()

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        if close:
            close()
