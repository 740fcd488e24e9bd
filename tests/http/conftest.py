# SPDX-License-Identifier: GPL-2.0-or-later
"""The reader that every case here goes through: whole, byte by byte, and with another request behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import h11
import pytest

from slurmrest_inet.http.dialect import WordedError
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import Request, Response, RestError
from slurmrest_inet.http.session import IDLE, Session, Told, failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Callable

    from slurmrest_inet.http.dialect import Dialect

    Observed = tuple[Request | None, int, int, str | None, BaseException | None]

DATE = "Sun, 22 Nov 2026 19:00:00 GMT"
FOLLOWING = b"GET /following HTTP/1.1\r\nHost: h\r\n\r\n"


class Answer(NamedTuple):
    """One answer as an HTTP client read it."""

    status: int
    reason: str
    headers: dict[str, str]
    body: bytes
    complete: bool


class Run(NamedTuple):
    """What a session made of its input."""

    wire: bytes
    requests: list[Request]
    observed: list[tuple[str | None, int, int, str | None, BaseException | None]]
    session: Session

    @property
    def answers(self) -> list[Answer]:
        """The final answers on the wire, framed by a client; 411 is the answer to HEAD."""
        return read_answers(self.wire, eof=self.session.closed)

    @property
    def answer(self) -> Answer:
        """The only answer."""
        (answer,) = self.answers
        return answer


def read_answers(wire: bytes, *, eof: bool) -> list[Answer]:
    """Read `wire` as h11's client does; bytes that belong to no answer are an error."""
    answers = []
    while wire:
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
        client.send(h11.EndOfMessage())
        client.receive_data(wire)
        if eof:
            client.receive_data(b"")
        head, body, complete = None, b"", False
        while True:
            try:
                event = client.next_event()
            except h11.RemoteProtocolError:
                break
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                complete = True
                break
            elif not isinstance(event, h11.InformationalResponse):
                break
        assert head is not None, wire
        fields = {name.decode(): value.decode() for name, value in head.headers}
        assert len(fields) == len(head.headers)
        answers.append(Answer(head.status_code, head.reason.decode(), fields, body, complete))
        wire = client.trailing_data[0] if complete else b""
    return answers


def echo(request: Request) -> Response:
    """Answer with what was asked."""
    return Response(200, "application/json", repr((request.method, request.target, request.body)).encode())


def give(
    session: Session, request: Request | None, told: Told, observed: list[Observed], date: str = DATE
) -> Iterator[list[Any]]:
    """One answer as the edge gives it; `observed` gets the request, status, bytes, reason and error."""
    status, sent = told.response.status, 0
    output = session.answer(told.response, date)
    replaced = False
    try:
        while True:
            try:
                item = next(output, None)
            except Exception as error:  # noqa: BLE001 - as the edge does
                if replaced:
                    session.give_up()
                    return
                told = failure(error)
                if sent:
                    return
                status = told.response.status
                output = session.answer(told.response, date)
                replaced = True
                continue
            if item is None:
                return
            sent += sum(map(len, item))
            yield item
    finally:
        output.close()
        observed.append((request, status, sent, told.reason, told.error))


def converse(
    session: Session,
    handler: Callable[[Request], Response],
    observed: list[Observed] | None = None,
    *,
    date: Callable[[], str] = lambda: DATE,
    dialect: Callable[[str], Dialect] | None = None,
) -> Iterator[list[Any]]:
    """Answer all that the session gives out, as the edge does; what is to be written."""
    observed = [] if observed is None else observed
    while True:
        step = session.next()
        if step is None:
            return
        if isinstance(step, Request):
            try:
                response = handler(step)
                told = Told(response, response.note)
            except Exception as error:  # noqa: BLE001 - as the edge does
                told = failure(error)
            yield from give(session, step, told, observed, date())
        elif isinstance(step, RestError):
            if isinstance(step, WordedError) and dialect is not None:
                step = step.in_words_of(dialect(step.path))
            yield from give(session, None, session.refusal(step), observed, date())
        else:
            yield [step]


def run(
    pieces: Iterable[bytes],
    handler: Callable[[Request], Response] = echo,
    limits: Limits | None = None,
    *,
    dialect: Callable[[str], Dialect] | None = None,
    **options: Any,
) -> Run:
    """Feed a session piece by piece; b"" is the end of input. options: those of Session."""
    requests: list[Request] = []
    observed: list[Observed] = []

    def handle(request: Request) -> Response:
        requests.append(request)
        return handler(request)

    session = Session(limits or Limits(), **options)
    wire = b""
    for piece in pieces:
        session.receive(piece)
        for item in converse(session, handle, observed, dialect=dialect):
            # Bytes at once: the next item may reuse the buffer of this one.
            wire += b"".join(bytes(part) for part in item)
        if session.closed:
            break
    assert sum(sent for _, _, sent, _, _ in observed) + wire.count(b"HTTP/1.1 100 CONTINUE\r\n\r\n") * 25 == len(wire)
    seen = [(request.target if request else None, *rest) for request, *rest in observed]
    return Run(wire, requests, seen, session)


def drive(
    data: bytes,
    handler: Callable[[Request], Response] = echo,
    limits: Limits | None = None,
    *,
    eof: bool = False,
    **options: Any,
) -> Run:
    """Run `data` in the three ways, assert that they agree, and return the first."""
    end = [b""] if eof else []
    whole = run([data] * bool(data) + end, handler, limits, **options)
    single = run([data[at : at + 1] for at in range(len(data))] + end, handler, limits, **options)
    assert single.wire == whole.wire
    assert single.requests == whole.requests
    assert [entry[:4] for entry in single.observed] == [entry[:4] for entry in whole.observed]
    for name in ("closed", "failed", "phase"):
        assert getattr(single.session, name) == getattr(whole.session, name), name
    if not eof and (whole.session.closed or whole.session.phase == IDLE):
        followed = run([data + FOLLOWING], handler, limits, **options)
        if whole.session.closed:
            assert followed.wire == whole.wire
            # A reset behind an answer that broke off is welcome: nothing else tells HTTP/1.0 that it is incomplete.
            broke_off = whole.session.failed and whole.observed[-1][0] is not None
            assert followed.session.linger != broke_off
        else:
            assert followed.wire.startswith(whole.wire)
            assert followed.requests[:-1] == whole.requests
            assert followed.requests[-1].target == "/following"
            assert len(followed.answers) == len(whole.answers) + 1
    return whole


class Tools(NamedTuple):
    """The functions above, for test modules, which cannot import this one."""

    drive: Callable[..., Run] = drive
    run: Callable[..., Run] = run
    converse: Callable[..., Iterator[list[Any]]] = converse
    echo: Callable[[Request], Response] = echo


@pytest.fixture(scope="session")
def http() -> Tools:
    return Tools()
