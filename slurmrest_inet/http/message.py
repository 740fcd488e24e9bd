# SPDX-License-Identifier: GPL-2.0-or-later
"""The words that cross the border between HTTP and the rest: a request, a response, an error that knows its status.

Rule 1: values only, no behaviour; nothing here knows h11, descriptors or Slurm.
Rule 2: nothing else crosses the border. Pure code raises `RestError`; `session.failure` alone turns other
        exceptions into 500.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Union

    # What may be given to writev(2) without a copy. A memoryview has the format "B": its len() is its size in bytes.
    Bytes = Union[bytes, bytearray, memoryview]
    Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """One complete request, its body read, its framing checked.

    `target` is what stood in the request line; `path` (never empty, not percent-decoded) and `query` (the text after
    the first "?", None without one) are its parts, also when the target was an absolute URI (RFC 9112 section 3.2.2).
    `version` is "1.0" or "1.1". `headers` are in the order of arrival, names in lower case, values without blanks
    around them.
    """

    method: str
    target: str
    path: str
    query: str | None
    version: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """The value of the first header of that lower-case name, None without one."""
        for key, value in self.headers:
            if key == name:
                return value
        return None


class Response(NamedTuple):
    """One answer: a status, a body that is bytes or an iterable of chunks, and what else its head shall carry.

    An iterable is streamed. One chunk at most goes out with Content-Length, more of them chunked (to HTTP/1.0: until
    the connection closes). A chunk may be a memoryview of a buffer that the next chunk reuses. If the iterable has
    close(), it is called in every case, also when the client is gone. Statuses 204 and 304 never carry the body.
    `headers` win over what the session would add by itself (Cache-Control). `close` ends the connection after this
    answer; a status of 400 and above always does. `note` is for the log and never sent.
    """

    status: int
    content_type: str | None
    body: bytes | Iterable[Bytes]
    headers: Headers = ()
    close: bool = False
    note: str | None = None


class Waiting(NamedTuple):
    """An answer that is not there yet, because what was asked for is not.

    `go_on` is to be called now and again until it gives the answer. If that is waited for no longer, `give_up` takes
    back what was asked for, and gives the answer of somebody whose time is over. Nothing else may be asked meanwhile.
    """

    go_on: Callable[[], Response | None]
    give_up: Callable[[], Response]


class RestError(Exception):
    """An answer raised from anywhere below the session: `text` is sent, `reason` is for the log and never sent."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        content_type: str = "text/plain",
        close: bool = True,
        reason: str | None = None,
        headers: Headers = (),
    ) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text
        self.content_type = content_type
        self.close = close
        self.reason = reason
        self.headers = headers

    def response(self) -> Response:
        """The answer that this error stands for."""
        return Response(self.status, self.content_type, self.text.encode(), self.headers, self.close)
