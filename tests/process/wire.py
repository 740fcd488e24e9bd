# SPDX-License-Identifier: GPL-2.0-or-later
"""The client's side of HTTP for these tests: strict about what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import socket

PATIENCE = 60  # seconds after which a test gives up on a process: far more than any needs


class Answer(NamedTuple):
    """One answer as a client reads it."""

    status: int
    headers: dict[str, str]
    body: bytes


def parse(data: bytes) -> list[Answer]:
    """The answers in `data`, which must be nothing but complete answers."""
    answers = []
    while data:
        head, blank, data = data.partition(b"\r\n\r\n")
        assert blank, head
        first, *lines = head.decode("ascii").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        if headers.get("transfer-encoding") == "chunked":
            pieces = []
            while True:
                size, _, data = data.partition(b"\r\n")
                length = int(size, 16)
                pieces.append(data[:length])
                assert data[length : length + 2] == b"\r\n"
                data = data[length + 2 :]
                if not length:
                    break
            body = b"".join(pieces)
        else:
            length = int(headers.get("content-length", "0"))
            body, data = data[:length], data[length:]
            assert len(body) == length
        answers.append(Answer(status, headers, body))
    return answers


def request(path: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    """One request; a body gets its Content-Length."""
    lines = [f"{method} {path} HTTP/1.1", "Host: lab", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side is done."""
    pieces = []
    while True:
        piece = connection.recv(1 << 20)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
