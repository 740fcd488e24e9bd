# SPDX-License-Identifier: GPL-2.0-or-later
"""One connection from its first byte to its end: requests from the session to the application, answers back.

Rule 1: nobody else calls the session or the application, and neither knows of the other.
Rule 2: how long a client is waited for depends on what the session waits for (settings.Deadlines).
"""

from __future__ import annotations

from time import monotonic

from slurmrest_inet.auth import claimed_user
from slurmrest_inet.auth.peer import INET, OTHER
from slurmrest_inet.http.dialect import WordedError
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import Request, RestError, Waiting
from slurmrest_inet.http.session import BODY, FIRST, HEAD, IDLE, Session, Told, failure
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple, cast
from slurmrest_inet.serve.answers import http_date, lost_answer
from slurmrest_inet.serve.connection import Connection, GoneError
from slurmrest_inet.serve.guarded import GuardedApplication
from slurmrest_inet.serve.log import escape
from slurmrest_inet.serve.wake import Wake

if TYPE_CHECKING:
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Response
    from slurmrest_inet.serve.backend import Application, Guard, Place, Waking
    from slurmrest_inet.serve.channel import Channel
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.settings import Settings

EXIT_OK = 0  # also when the answers were errors
EXIT_FAULT = 1  # the client broke HTTP, or this process may not serve (slurmrestd's own statuses)

# Somebody waits for the place of a connection that rests. A client that asks again within the first span is told in
# its answer that this was the last one; what is under way to us when we hang up arrives within the second, which is
# longer than most round trips.
_SETTLED = 0.1
_UNDER_WAY = 0.2


class Ending(NamedTuple):
    """How a connection ended: the exit `status` of an instance, and what its client did wrong last, for a listener.

    misdeed: "refused" (no valid credentials), "late" (a deadline passed in the middle of a request), "fault" (bytes
    that are no request), or None.
    """

    status: int
    misdeed: str | None


_MISDEEDS = {401: "refused", 408: "late"}
_WANTED = "its place is needed"
_CLIENT_GONE = 499


class _Exchange:
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
        deadlines = self._deadlines = settings.deadlines
        self._log = log
        self._peer = peer
        self._place = place
        self._connection = Connection(channel, deadlines, wake or Wake())
        self._application = application
        self._user_of = getattr(application, "user_of", claimed_user)  # an application may be any function
        self._guard = guard
        if guard is not None:
            self._application = GuardedApplication(
                application, guard, self._connection, peer=peer, log=log, seconds=deadlines.request
            )
        limits = Limits()._replace(**dict(settings.limits))
        # A client from a network, behind whatever wrapper, may have come through a proxy that also read what it sent.
        lenient = peer.kind not in (INET, OTHER) and self._connection.is_private
        self._session = Session(limits, lenient=lenient)
        self._dialect = getattr(application, "dialect", None)  # likewise
        self._answers = 0
        self._why: str | None = None  # the connection ends before its client ended it
        self._misdeed: str | None = None
        self._mark = monotonic()  # when the present answer could begin
        self._patience_of = {
            FIRST: deadlines.first_byte,
            HEAD: deadlines.head,
            BODY: deadlines.body,
            IDLE: deadlines.idle,
        }
        self._waits_for = ("", 0)  # phase and request
        self._patience = 0.0  # seconds that the present phase has left
        self._since = 0.0  # when that was so

    def run(self) -> Ending:
        """Serve until the connection ends."""
        if self._guard is None:
            return self._run()
        self._guard.enter()
        try:
            return self._run()
        finally:
            self._guard.leave()

    def _run(self) -> Ending:
        session, connection = self._session, self._connection
        try:
            self._answer_all()
            while not session.closed:
                if self._take_in():
                    self._answer_all()
                elif connection.ending:
                    self._why = "asked to end"
                    break
                else:
                    session.time_out()
                    self._answer_all()
        except GoneError as gone:
            self._why = str(gone)
        self._log.verbose(f"peer={escape(self._peer.name)} closed after {self._answers} answers: {self._why or 'done'}")
        if self._place is not None:
            self._place.leave(monotonic())
        if self._is_wanted() and self._why in (None, _WANTED):
            connection.linger(_UNDER_WAY)
        elif session.linger and self._why is None:
            connection.linger()
        connection.close()
        return Ending(EXIT_FAULT if session.failed else EXIT_OK, self._misdeed)

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

    def _answer_all(self) -> None:
        """Answer all that the session gives out."""
        while True:
            step = self._session.next()
            if step is None:
                return
            if isinstance(step, Request):
                self._answer(step)
            elif isinstance(step, RestError):
                if step.status != 503:  # that is our lack of memory
                    self._misdeed = "fault"
                if isinstance(step, WordedError) and self._dialect is not None:
                    step = step.in_words_of(self._dialect(step.path))
                self._give(None, self._session.refusal(step))
            else:
                self._connection.write([step])

    def _answer(self, request: Request) -> None:
        try:
            if self._connection.ending:
                # A request that was already here when the signal came, behind the one that was being answered.
                raise RestError(503, "Service is ending", reason="asked to end")  # noqa: TRY301 - as one of those below
            response = self._application(request)
            if isinstance(response, Waiting):
                response = self._wait(request, response)
            if self._is_wanted():
                response = response._replace(close=True)
            told = Told(response, response.note)
        except GoneError:
            raise
        except Exception as error:  # noqa: BLE001 - the session's boundary
            told = failure(error)
        self._give(request, told)

    def _wait(self, request: Request, waiting: Waiting) -> Response:
        """Wait for an answer as long as its client does. One that is gone is logged with nginx's status for it."""
        from slurmrest_inet.serve import patience  # noqa: PLC0415 - few requests have to wait

        try:
            return patience.wait(waiting, self._connection, self._deadlines.allocate, self._is_wanted)
        except GoneError as gone:
            self._observe(request, _CLIENT_GONE, 0, str(gone), None)
            raise

    def _is_wanted(self) -> bool:
        return self._place is not None and self._place.wanted

    def _give(self, request: Request | None, told: Told) -> None:
        """Write one answer and log it. A client that is gone still has its answer closed, and logged.

        An answer that cannot be made is replaced once; after that comes one that the session has no part in.
        """
        status, sent = told.response.status, 0
        output = self._session.answer(told.response, http_date())
        replaced = False
        try:
            while True:
                try:
                    buffers = next(output, None)
                except Exception as error:  # noqa: BLE001 - likewise: the body could not be made
                    if replaced and not sent:
                        told = told._replace(error=told.error or error)
                        self._session.give_up()
                        lost = lost_answer()
                        status, sent = 500, len(lost)
                        self._connection.write([lost])
                        return
                    told = failure(error)
                    if sent:
                        return
                    status = told.response.status
                    output = self._session.answer(told.response, http_date())
                    replaced = True
                    continue
                if buffers is None:
                    return
                sent += sum(map(len, buffers))
                self._connection.write(buffers)
        except GoneError as gone:
            self._why = str(gone)
            raise
        finally:
            output.close()
            self._observe(request, status, sent, told.reason, told.error)

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
        user = None if request is None else self._user_of(request)
        self._log.answer(
            self._peer.name, request, user=user, status=status, sent=sent, milliseconds=milliseconds, why=why
        )
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
    """Serve the one connection on `channel` until it ends.

    application: called with each complete request, one at a time. guard: watches it, and each chunk of its answers.
    wake: has heard signals since before there was a connection. place: where a listener sees what its instance does.
    """
    return _Exchange(settings, application, channel, peer=peer, log=log, guard=guard, wake=wake, place=place).run()
