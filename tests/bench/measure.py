# SPDX-License-Identifier: GPL-2.0-or-later
"""One measurement each: start one server, ask it one thing, say how long it took and how much memory it had.

Rule 1: this runs as the account that serves, in a small process, so that starting a child costs little and its memory
        is its own.
Rule 2: an answer that is not 200 and whole is no measurement.
Rule 3: answers are counted, not kept: the reader must not be slower than a pipe.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.program import Program

_READ_BYTES = 1 << 20


class Sample(NamedTuple):
    """Seconds until the end, bytes of the answer, and the most memory that the server had (bytes, 0: not asked)."""

    seconds: float
    size: int
    memory: int = 0


class Reader:
    """Takes bytes until one answer is complete."""

    def __init__(self) -> None:
        self.size = 0
        self._head = b""
        self._wanted = 0  # 0: chunked, or the head is not complete
        self._tail = b""

    def feed(self, data: bytes) -> bool:
        """Whether the answer is complete with `data`; raises RuntimeError if it is none."""
        self.size += len(data)
        self._tail = (self._tail + data[-8:])[-8:]
        if not self._started(data):
            return False
        return self.size == self._wanted if self._wanted else self._tail.endswith(b"\r\n0\r\n\r\n")

    def _started(self, data: bytes) -> bool:
        if b"\r\n\r\n" in self._head:
            return True
        self._head += data[:8192]
        head, end, _ = self._head.partition(b"\r\n\r\n")
        if not end:
            return False
        if not re.match(rb"HTTP/1\.1 200 ", head):
            raise RuntimeError(f"no answer to measure: {head[:200]!r}")
        length = re.search(rb"(?i)\ncontent-length: *([0-9]+)", head)
        if length:
            self._wanted = len(head) + len(end) + int(length[1])
        return True


def take_answer(connection: socket.socket) -> None:
    """Read one answer with Content-Length from a connection that may stay.

    The real slurmrestd may write a stray header behind it, which Reader refuses.
    """
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise RuntimeError(f"no answer but {data!r}")
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\ncontent-length: *([0-9]+)", head)
    if not head.startswith(b"HTTP/1.1 200 ") or length is None:
        raise RuntimeError(f"no answer to measure: {data!r}")
    missing = int(length[1]) - len(body)
    while missing > 0:
        more = connection.recv(65536)
        if not more:
            raise RuntimeError("the answer broke off")
        missing -= len(more)


def exec_to_exit(program: Program, request: bytes) -> Sample:
    """From before the process exists until it is gone; the request and its end wait in the pipe."""
    given, give = os.pipe()
    take, taken = os.pipe()
    null = os.open(os.devnull, os.O_WRONLY)
    os.write(give, request)
    os.close(give)
    started = time.perf_counter()
    pid = os.posix_spawn(
        program.argv[0],
        program.argv,
        program.environment,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, given, 0),
            (os.POSIX_SPAWN_DUP2, taken, 1),
            (os.POSIX_SPAWN_DUP2, null, 2),
        ],
    )
    os.close(taken)
    reader = Reader()
    complete = False
    while data := os.read(take, _READ_BYTES):  # until its end: a document is more than a pipe holds
        complete = reader.feed(data)
    status = os.waitpid(pid, 0)[1]
    seconds = time.perf_counter() - started
    for descriptor in (given, take, null):
        os.close(descriptor)
    if status or not complete:
        raise RuntimeError(f"{program.name} ended with {status}, its answer complete: {complete}")
    return Sample(seconds, reader.size)


def through_pipe(program: Program, request: bytes, first: bytes = b"") -> Sample:
    """From before the process exists to the last byte of its answer. It lives on meanwhile, to be asked its memory.

    `first` is another request, whose answer and the start of the process do not count.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        program.argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=program.environment,
        bufsize=0,
    )
    with process:
        assert process.stdin
        assert process.stdout
        if first:
            process.stdin.write(first)
            _read(started, process.stdout.fileno(), process.pid)
            started = time.perf_counter()
        process.stdin.write(request)
        sample = _read(started, process.stdout.fileno(), process.pid)
        process.stdin.close()
    return sample


def through_socket(address: tuple[str, int], pid: int, request: bytes) -> Sample:
    """From before the connection to the last byte of the answer; `pid` is the server's."""
    started = time.perf_counter()
    with socket.create_connection(address) as client:
        client.sendall(request)
        return _read(started, client.fileno(), pid)


def many(address: tuple[str, int], request: bytes, count: int, *, fresh: bool) -> Sample:
    """`count` times the same request, one after another: over one connection, or over a new one for each."""
    started = time.perf_counter()
    size = 0
    client: socket.socket | None = None
    for _ in range(count):
        if client is None:
            client = socket.create_connection(address)
        client.sendall(request)
        reader = Reader()
        while not reader.feed(client.recv(_READ_BYTES)):
            pass
        size += reader.size
        if fresh:
            client.close()
            client = None
    if client is not None:
        client.close()
    return Sample(time.perf_counter() - started, size)


def _read(started: float, descriptor: int, pid: int) -> Sample:
    reader = Reader()
    while data := os.read(descriptor, _READ_BYTES):
        if reader.feed(data):
            return Sample(time.perf_counter() - started, reader.size, memory(pid))
    raise RuntimeError(f"the answer broke off after {reader.size} bytes")


def memory(pid: int) -> int:
    """The most memory that the process has had in RAM, in bytes (proc(5), VmHWM)."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return int(re.search(r"(?m)^VmHWM:\s+(\d+) kB", file.read())[1]) * 1024  # type: ignore[index]


@contextlib.contextmanager
def listening(program: Program) -> Iterator[tuple[tuple[str, int], int]]:
    """A listener on a free port of the loopback interface: its address and its pid."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = probe.getsockname()
    argv = (*program.argv, f"{address[0]}:{address[1]}")
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=program.environment)
    try:
        _await(address)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(address: tuple[str, int]) -> None:
    limit = time.monotonic() + 20
    with socket.socket() as client:
        while client.connect_ex(address):
            if time.monotonic() > limit:
                raise TimeoutError(f"nobody listens on {address}")
            time.sleep(0.02)
