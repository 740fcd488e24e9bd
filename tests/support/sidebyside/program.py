# SPDX-License-Identifier: GPL-2.0-or-later
"""One process that serves one connection on pipes: the real slurmrestd or ours, started in exactly the same way.

Rule 1: both get the same user, folder, environment and options.
Rule 2: what is sent is in the pipe before the process starts, so that the real server, which loses what two reads
        share, gets its request head in one piece. `Conversation` is for those who want to talk.
"""

from __future__ import annotations

import os
import pwd
import select
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from sidebyside import wire
from sidebyside.lab import SLURMRESTD, as_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from sidebyside.lab import Lab

_PIPE_BYTES = 65_536  # what a pipe takes without a reader


class EndlessError(AssertionError):
    """A process that does not end."""


class Outcome(NamedTuple):
    """What one process did: its output, what it said on standard error, how it ended, seconds from start to end."""

    output: bytes
    log: str
    status: int
    seconds: float


class Program(NamedTuple):
    """How to start one of the two."""

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    user: str

    def with_options(self, *options: str, **variables: str) -> Program:
        """The same with more options and variables."""
        return self._replace(argv=(*self.argv, *options), environment={**self.environment, **variables})

    def without(self, variable: str) -> Program:
        """The same without a variable."""
        return self._replace(environment={k: v for k, v in self.environment.items() if k != variable})

    def exchange(self, data: bytes, *, own_pipe: bool = False, seconds: float = 90) -> Outcome:
        """Give `data` and the end of input to a new process and take what it answers.

        own_pipe: the pipe belongs to the account that the process runs as, as rest_auth/local wants it.
        """
        started = time.monotonic()
        reader, writer = self._pipe() if own_pipe else os.pipe()
        with open(writer, "wb", buffering=0) as sink:
            rest = data[_PIPE_BYTES:]
            sink.write(data[:_PIPE_BYTES])
            if not rest:
                sink.close()
            with open(reader, "rb", buffering=0) as source:
                process = self.start(source.fileno(), subprocess.PIPE, subprocess.PIPE)
            feeder = threading.Thread(target=_feed, args=(sink, rest))
            feeder.start()
            try:
                output, log = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                output, log = process.communicate()
                raise EndlessError(
                    f"{self.name} did not end in {seconds} s; {output[-200:]!r} {log[-500:]!r}"
                ) from None
            finally:
                feeder.join()
        return Outcome(output, log.decode(errors="replace"), process.returncode, time.monotonic() - started)

    def start(self, stdin: int, stdout: int, stderr: int) -> subprocess.Popen[bytes]:
        """A new process on these descriptors."""
        return subprocess.Popen(
            self.argv, stdin=stdin, stdout=stdout, stderr=stderr, env=self.environment, cwd="/", **as_user(self.user)
        )

    def converse(self) -> Conversation:
        """A new process to talk to."""
        return Conversation(self)

    def _pipe(self) -> tuple[int, int]:
        own = os.geteuid()
        os.seteuid(pwd.getpwnam(self.user).pw_uid)
        try:
            return os.pipe()
        finally:
            os.seteuid(own)


def _feed(sink: object, data: bytes) -> None:
    try:
        if data:
            sink.write(data)  # type: ignore[attr-defined]
    except BrokenPipeError:
        pass  # the server may refuse to read on
    finally:
        sink.close()  # type: ignore[attr-defined]


class Conversation:
    """A process whose answers are awaited one by one before more is sent."""

    def __init__(self, program: Program) -> None:
        self.process = program.start(subprocess.PIPE, subprocess.PIPE, subprocess.PIPE)
        self._unread = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()  # type: ignore[union-attr]
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stderr.close()  # type: ignore[union-attr]

    def send(self, data: bytes) -> None:
        """Send without waiting."""
        os.write(self.process.stdin.fileno(), data)  # type: ignore[union-attr]

    def end(self) -> None:
        """Send nothing more."""
        self.process.stdin.close()  # type: ignore[union-attr]

    def answer(self, seconds: float = 30) -> wire.Answer:
        """The next answer, read strictly; raises wire.MalformedError when the output ends before it is complete."""
        limit = time.monotonic() + seconds
        while (answer := self._complete()) is None:
            if not self._more(limit):
                return self._take(*wire.strict_one(self._unread))
        return answer

    def _complete(self) -> wire.Answer | None:
        try:
            answer, rest = wire.strict_one(self._unread)
        except wire.MalformedError:
            return None  # or it is not complete yet; the end of the output tells
        return None if answer.framing == "close" else self._take(answer, rest)

    def _take(self, answer: wire.Answer, rest: bytes) -> wire.Answer:
        self._unread = rest
        return answer

    def at_end(self, seconds: float = 30) -> bool:
        """Whether the server closes now and has said nothing more."""
        return not self._more(time.monotonic() + seconds) and not self._unread

    def _more(self, limit: float) -> bool:
        descriptor = self.process.stdout.fileno()  # type: ignore[union-attr]
        if not select.select([descriptor], [], [], max(0.0, limit - time.monotonic()))[0]:
            raise AssertionError(f"silence after {self._unread[-200:]!r}")
        data = os.read(descriptor, 1 << 20)
        self._unread += data
        return bool(data)


def real(lab: Lab, *options: str) -> Program:
    """The real slurmrestd; without `options` it takes tokens only (its default order fails on some descriptors)."""
    return _program(lab, "real", (SLURMRESTD,), options)


def ours(lab: Lab, *options: str) -> Program:
    """Our instance, on the interpreter that runs this."""
    return _program(lab, "ours", (sys.executable, "-m", "slurmrest_inet"), options)


def _program(lab: Lab, name: str, command: Sequence[str], options: Sequence[str]) -> Program:
    argv = (*command, *(options or ("-a", "rest_auth/jwt")))
    return Program(name, argv, {**lab.environment, "SLURM_JWT": "daemon"}, lab.user)
