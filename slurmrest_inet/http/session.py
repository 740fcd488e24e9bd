# SPDX-License-Identifier: GPL-2.0-or-later
"""One client connection as a state machine around h11: bytes in, requests out; answers in, bytes out.

Rule 1: no descriptor, no clock, no Slurm, and nobody is called back. The edge brings bytes, deadlines and the date,
        takes requests out with `next`, has them answered, and brings each answer with `answer`.
Rule 2: this is the error boundary. What an application raises becomes exactly one well-formed answer by `failure`, or,
        when the answer has begun, a connection that ends without the body's end mark.
Rule 3: an answer that closes says `Connection: close`; nothing is written after it. HTTP/1.0 gets one answer, with a
        status line of HTTP/1.1 as RFC 9110 section 2.5 wants it, never chunked.
Rule 4: chunks of a streamed body are handed on, not copied (but the first), and the stream is always closed.
"""

from __future__ import annotations

import h11

from slurmrest_inet.http import wirecheck
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple, cast

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from slurmrest_inet.http.limits import Limits
    from slurmrest_inet.http.message import Bytes

# What the connection waits for; the edge picks its deadline by it.
FIRST = "first"  # the first byte of the connection
HEAD = "head"  # the rest of a request's head
BODY = "body"  # the rest of a request's body
IDLE = "idle"  # the next request, if any

# slurmrestd's own reason phrases, in upper case like those of 22.05; the last ones are ours in the same manner.
REASONS = {
    200: "OK",
    204: "NO CONTENT",
    304: "NOT MODIFIED",
    400: "BAD REQUEST",
    401: "UNAUTHORIZED",
    404: "NOT FOUND",
    405: "NOT ALLOWED",
    406: "NOT ACCEPTABLE",
    411: "LENGTH REQUIRED",
    413: "ENTITY TOO LARGE",
    415: "UNSUPPORTED MEDIA TYPE",
    417: "EXPECTATION FAILED",
    422: "UNPROCESSABLE CONTENT",
    500: "INTERNAL ERROR",
    502: "BAD GATEWAY",
    504: "GATEWAY TIMEOUT",
    511: "Network Authentication Required",
    403: "FORBIDDEN",
    408: "REQUEST TIMEOUT",
    414: "URI TOO LONG",
    431: "REQUEST HEADER FIELDS TOO LARGE",
    501: "NOT IMPLEMENTED",
    503: "SERVICE UNAVAILABLE",
    505: "HTTP VERSION NOT SUPPORTED",
}
_BODILESS = (204, 304)
# A body is moved from our buffer through h11 in pieces of this many bytes, so that it exists twice at most.
_PIECE = 65_536


class Told(NamedTuple):
    """An answer, the `reason` of it for the log, and the `error` that nobody expected, which is a fault of ours."""

    response: Response
    reason: str | None
    error: Exception | None = None


def failure(error: Exception) -> Told:
    """What the client is told of an error that an application has raised."""
    if isinstance(error, RestError):
        return Told(error.response(), error.reason)
    return Told(Response(500, "text/plain", b"Internal error"), None, error)


class Session:
    """One connection: `receive` what came in, answer all that `next` gives, look at `closed`, read on.

    lenient: nobody else has read the bytes of this connection, so a bare line feed may end a line of a head.

    `phase` is FIRST, HEAD, BODY or IDLE. `closed`: nothing more will be read or written. `failed`: the client broke the
    protocol, or an answer broke off or could not be made. `linger`: the client may still be sending, so a close at once
    could take the answer away from it (RFC 9112 section 9.6).
    """

    def __init__(self, limits: Limits, *, lenient: bool = False) -> None:
        self._limits = limits
        self._lenient = lenient
        self._h11 = h11.Connection(h11.SERVER, limits.head_bytes + _PIECE)
        self._buffer = bytearray()
        self._eof = False
        self._late = False
        self._refused = False
        self._scanner = wirecheck.Scanner(limits, lenient=lenient)
        self._head: wirecheck.Head | None = None
        self._fields: tuple[tuple[bytes, bytes], ...] = ()
        self._body = bytearray()
        self._missing = 0
        self._served = 0
        self._last_head: h11.Response
        self._last_like: tuple[object, ...] = ()
        self.closed = False
        self.failed = False
        self.linger = False

    @property
    def phase(self) -> str:
        """What the connection waits for."""
        if self._head is not None:
            return BODY
        if self._scanner.begun:
            return HEAD
        return IDLE if self._served else FIRST

    def receive(self, data: bytes) -> None:
        """Take what the client sent; b"" means that it will send nothing more."""
        if data:
            self._buffer += data
        else:
            self._eof = True

    def time_out(self) -> None:
        """The deadline of the phase has passed: `next` then refuses a request that had begun, or ends in silence."""
        self._late = True

    def next(self) -> Request | RestError | bytes | None:
        """What the bytes received so far call for next; None if that is more of them, or nothing any more.

        A Request is to be answered before the next call, and an error (what came is no request) with what `refusal`
        makes of it. Bytes (100 Continue) are to be written as they are.
        """
        if self.closed or self._refused:
            return None
        try:
            if self._late:
                self._time_out()
                return None
            step = self._advance()
        except RestError as error:
            self._refused, self.failed = True, error.status != 408
            return error
        except MemoryError:
            # What was collected goes first, so that the refusal finds room.
            self._body, self._buffer = bytearray(), bytearray()
            self._refused = True
            return RestError(503, "No memory for the request", reason="out of memory in a body")
        if step is None and self._eof:
            # Nobody waits for the answer to half a request: slurmrestd gives none either.
            self.closed = True
        return step

    def refusal(self, error: RestError) -> Told:
        """The last answer of this connection, for an error that `next` gave."""
        response = error.response()
        if self._buffer[:5] == b"HEAD ":
            # Whoever asks with HEAD reads no body, whatever the status.
            response = response._replace(content_type=None, body=b"")
        return Told(response, error.reason)

    def answer(self, response: Response, date: str) -> Generator[list[Bytes], None, None]:
        """The bytes of the answer to what `next` gave, each item a list for writev(2).

        date: the current time as an IMF-fixdate (RFC 9110 section 5.6.7). An item must be written completely before the
        next one is asked for: buffers are reused. Close the generator to give up on an answer (the client is gone); the
        connection is then `closed`.

        Raises what a streamed body raises. Before anything was handed out another answer can be given instead; after
        that the connection is `closed`, and the body visibly incomplete. If h11 had taken the head of the first answer
        already, the other one raises too: then `give_up`.
        """
        begun = False
        close, over = self._closes(response), True
        try:
            for item in self._send(response, close, date):
                begun = True
                yield item
            over = False
        except Exception:
            # A head that is out cannot be taken back: the body is left visibly incomplete.
            self.failed, over = self.failed or begun, begun
            raise
        finally:
            # A stream holds libslurm's message; it goes also when the client went first.
            release = getattr(response.body, "close", None)
            if release:
                release()
            self.closed = self.closed or over
        if self._h11.our_state is h11.DONE and not self._refused:
            self._h11.start_next_cycle()
        else:
            self.closed = True
            self.linger = not self._eof and (close or bool(self._buffer))

    def give_up(self) -> None:
        """No answer could be made, and nothing of one was handed out: the connection ends."""
        self.closed = self.failed = True
        self.linger = not self._eof

    def _time_out(self) -> None:
        if self.phase in (HEAD, BODY):
            raise RestError(408, "Request not received in time", reason=f"deadline passed in {self.phase}")
        self.closed = True

    def _advance(self) -> Request | bytes | None:
        """Read on: a complete request, an interim answer to send, or None when more input is needed."""
        if self._head is None:
            end = self._scanner.end(self._buffer)
            if not end:
                if self._eof and self._scanner.begun:
                    wirecheck.check_cut(bytes(self._buffer), self._limits)
                return None
            self._open(wirecheck.check(bytes(self._buffer[:end]), self._limits))
            del self._buffer[:end]
            # Also when the body is here already: whether it is depends on the reads alone, and RFC 9110 section 10.1.1
            # only allows to leave it out.
            if self._missing and self._h11.they_are_waiting_for_100_continue:
                interim = h11.InformationalResponse(status_code=100, reason="CONTINUE", headers=[])
                return b"".join(self._pass(interim))
        while self._missing and self._buffer:
            piece = bytes(self._buffer[: min(self._missing, _PIECE)])
            del self._buffer[: len(piece)]
            self._missing -= len(piece)
            self._h11.receive_data(piece)
            self._pull()
        if self._missing:
            return None
        return self._complete()

    def _open(self, head: wirecheck.Head) -> None:
        self._h11.receive_data(head.wire)
        try:
            event = self._h11.next_event()
        except h11.RemoteProtocolError as error:
            raise RestError(error.error_status_hint, "Malformed request", reason=str(error)) from error
        self._head = head
        fields = cast("h11.Request", event).headers
        self._fields = tuple((name, value) for name, value in fields if not (head.hostless and name == b"host"))
        self._missing = head.length
        self._served += 1

    def _pull(self) -> None:
        # h11 has been given bytes of this body only; it says DATA until they are used up. PAUSED cannot be waited for.
        while True:
            event = self._h11.next_event()
            if not isinstance(event, h11.Data):
                return
            self._body += event.data

    def _complete(self) -> Request:
        self._pull()
        head = cast("wirecheck.Head", self._head)
        request = Request(
            head.method, head.target, head.path, head.query, head.version, self._fields, bytes(self._body)
        )
        self._body = bytearray()
        self._fields = ()
        self._head = None
        self._scanner = wirecheck.Scanner(self._limits, lenient=self._lenient)
        return request

    def _closes(self, response: Response) -> bool:
        # As slurmrestd does: no status that is an error leaves the connection open.
        return self._refused or response.close or response.status >= 400 or self._served >= self._limits.requests

    def _send(self, response: Response, close: bool, date: str) -> Generator[list[Bytes], None, None]:
        """The bytes of one answer. Raises what the stream raises; nothing is handed out before its second chunk."""
        first, second, chunks = _first_two(response)
        head = self._pass(self._head_of(response, None if second is not None else len(first), close, date))
        if second is None:
            yield [b"".join(head), *self._data(first), *self._pass(h11.EndOfMessage())]
            return
        yield [b"".join(head), *self._data(first)]
        yield self._data(second)
        for chunk in chunks:
            yield self._data(chunk)
        end = self._pass(h11.EndOfMessage())
        if end:
            yield end

    def _head_of(self, response: Response, length: int | None, close: bool, date: str) -> h11.Response:
        # A client that asks the same again and again gets the same head for a second.
        like = (date, response.status, response.content_type, length, response.headers, close)
        if like != self._last_like:
            self._last_head = self._new_head(date, response, length, close)
            self._last_like = like
        return self._last_head

    def _new_head(self, date: str, response: Response, length: int | None, close: bool) -> h11.Response:
        fields = [("Date", date)]
        if response.status not in _BODILESS:
            if response.content_type is not None:
                fields.append(("Content-Type", response.content_type))
            if length is not None:
                fields.append(("Content-Length", str(length)))
        # What one user sees is for no other, and unlike Authorization the headers of Slurm's own tokens tell a shared
        # cache nothing (RFC 9111 section 3.5). A refusal may be over in a moment: it is not kept at all.
        if not any(name.lower() == "cache-control" for name, _ in response.headers):
            fields.append(("Cache-Control", "no-store" if response.status >= 400 else "private, no-cache"))
        fields += response.headers
        if close:
            fields.append(("Connection", "close"))
        return h11.Response(status_code=response.status, reason=REASONS.get(response.status, ""), headers=fields)

    def _data(self, chunk: Bytes) -> list[Bytes]:
        # h11 hands the very object back that Data holds, whatever it is: no copy of a large buffer.
        return self._pass(h11.Data(cast("bytes", chunk)))

    def _pass(self, event: h11.Event) -> list[Bytes]:
        return cast("list[Bytes]", self._h11.send_with_data_passthrough(event) or [])


def _first_two(response: Response) -> tuple[Bytes, Bytes | None, Iterator[Bytes]]:
    """The first chunk (copied: asking for the second may reuse its buffer), the second if there is one, the others."""
    body = response.body
    if response.status in _BODILESS:
        return b"", None, iter(())
    if isinstance(body, (bytes, bytearray, memoryview)):
        return body, None, iter(())
    chunks = (chunk for chunk in body if len(chunk))
    return bytes(next(chunks, b"")), next(chunks, None), chunks
