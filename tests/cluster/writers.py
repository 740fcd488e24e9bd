# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that write, to a server in listening mode, the real slurmrestd or ours: each one's answer.

Rule 1: an answer may be lost or may lie. Whether there is a job is asked of slurmctld.
Rule 2: whoever dies of a request is started again for the next one, and its answer is told as none.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

import job_effects
from sidebyside import server, wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from sidebyside.lab import Lab
    from sidebyside.server import Server

    Start = Callable[[], Server]

JSON = "application/json"


class Told(NamedTuple):
    """An answer: status (0: none came), document without `meta` or text, and the id of the job that it names."""

    status: int
    body: Any
    job: int = 0

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Its error entries."""
        return self.body["errors"] if isinstance(self.body, dict) else []

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """Its warnings."""
        return self.body["warnings"] if isinstance(self.body, dict) else []


NOTHING = Told(0, None)


def encoded(body: Any) -> bytes:
    """What stands for the body of a case: bytes as they are, anything else as JSON."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


class Writer:
    """One of the two servers, and whose tokens it is asked with."""

    def __init__(self, start: Start, tokens: dict[str, str]) -> None:
        self._start = start
        self._tokens = tokens
        self._server = start()

    def end(self) -> None:
        """End the server."""
        self._server.end()

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        user: str | None = "alice",
        name: str | None = None,
        type_: str = JSON,
        side: str = "slurm",
    ) -> Told:
        """One request with the token of `user` (None: without one) in the name of `name`."""
        head = [f"{method} /{side}/{path} HTTP/1.1", "Host: lab"]
        if user is not None:
            head += [f"X-SLURM-USER-NAME: {name or user}", f"X-SLURM-USER-TOKEN: {self._tokens[user]}"]
        if body is not None:
            head += [f"Content-Type: {type_}", f"Content-Length: {len(body)}"]
        try:
            answer = self._server.ask("\r\n".join([*head, "", ""]).encode() + (body or b""))
        except (OSError, wire.MalformedError):
            self._revive()
            return NOTHING
        text = answer.body.decode()
        if answer.headers.get("content-type") != JSON:
            return Told(answer.status, text)
        document = json.loads(text)
        assert document.pop("meta")
        return Told(answer.status, document, document.get("job_id") or 0)

    def write(self, case: Any, version: int) -> Told:
        """What a case asks by its `method`, `path`, `body` (None: without one) and `user`, in an API version."""
        body = None if case.body is None else encoded(case.body)
        return self.ask(case.method, f"v0.0.{version}/{case.path}", body, user=case.user)

    def _revive(self) -> None:
        """Start the server again if it has ended."""
        limit = time.monotonic() + server.PATIENCE
        while self._server.process.poll() is None:
            if time.monotonic() > limit:
                raise AssertionError("it lives, and gave no answer")
            time.sleep(0.01)
        self._server.end()
        self._server = self._start()


def own(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """Our server, on any release."""
    writer = Writer(lambda: server.ours(lab, "-a", "jwt"), tokens)
    yield writer
    writer.end()


def alone(lab: Lab, tokens: dict[str, str]) -> Iterator[Writer]:
    """The same where a test leaves jobs, which are gone afterwards."""
    first = job_effects.last(lab)
    yield from own(lab, tokens)
    job_effects.end_later_ones(lab, first)


class Sides(NamedTuple):
    """The two servers on one lab."""

    lab: Lab
    real: Writer
    ours: Writer


def beside(lab: Lab, tokens: dict[str, str]) -> Iterator[Sides]:
    """The real one and ours."""
    starts = (server.real, server.ours)
    real, ours = (Writer(lambda start=start: start(lab, "-a", "rest_auth/jwt"), tokens) for start in starts)
    yield Sides(lab, real, ours)
    real.end()
    ours.end()


def both(lab: Lab, tokens: dict[str, str]) -> Iterator[tuple[Writer, Writer]]:
    """The same where a test leaves jobs, which are gone afterwards."""
    first = job_effects.last(lab)
    for sides in beside(lab, tokens):
        yield sides.real, sides.ours
    job_effects.end_later_ones(lab, first)
