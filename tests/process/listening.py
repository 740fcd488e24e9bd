# SPDX-License-Identifier: GPL-2.0-or-later
"""A listener as the program starts it, with a small application in the place of Slurm. Run by tests, not imported."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
import time

TYPE_CHECKING = False
# The last: what is installed, with what the build made, comes first.
sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from slurmrest_inet.serve.log import open_log  # noqa: E402 - the order is the program's own

log = open_log(os.environ)

from slurmrest_inet import lazy  # noqa: E402 - the order is the program's own

lazy.start(os.environ)

from slurmrest_inet import cli, settings  # noqa: E402 - the order is the program's own
from slurmrest_inet.auth import Gate  # noqa: E402 - the order is the program's own
from slurmrest_inet.auth import jwt as jwt_plugin  # noqa: E402 - the order is the program's own
from slurmrest_inet.auth.plugins import plugin  # noqa: E402 - the order is the program's own
from slurmrest_inet.http.message import Request, Response, Waiting  # noqa: E402 - the order is the program's own
from slurmrest_inet.serve import listener, restart  # noqa: E402 - the order is the program's own
from slurmrest_inet.serve.kept import Kept  # noqa: E402 - the order is the program's own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable, NoReturn

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.auth.peer import Peer


SLOW_REHEARSAL = os.environ.get("SLURM_DEBUG_FLAGS") == "slow-rehearsal"


class Guard:
    """No libslurm, nothing to watch; but the process's flags, and SIGTERM in a rehearsal, are the real ones."""

    def enter(self) -> None:
        pass

    def leave(self) -> None:
        pass

    def arm(self, fd: int, answer: bytes, seconds: float, record: bytes) -> None:
        if SLOW_REHEARSAL:
            self._saved = signal.signal(signal.SIGTERM, _last_words)

    def disarm(self) -> None:
        if SLOW_REHEARSAL:
            signal.signal(signal.SIGTERM, self._saved)

    def confine(self) -> int:
        return int(ctypes.CDLL(None).prctl(38, 1, 0, 0, 0))


def _last_words(_number: int, _frame: object) -> None:
    print("terminated during a call to Slurm", file=sys.stderr, flush=True)
    os._exit(0)


class Application:
    def __init__(self, gate: Gate, peer: Peer) -> None:
        self._gate = gate
        self._peer = peer

    def __call__(self, request: Request) -> Response | Waiting:
        action, _, argument = request.path[1:].partition("/")
        body = getattr(self, action)(request, argument)
        if isinstance(body, Waiting):
            return body
        return Response(200, "text/plain", body.encode() if isinstance(body, str) else body)

    def pid(self, request: Request, argument: str) -> str:
        return str(os.getpid())

    def who(self, request: Request, argument: str) -> str:
        identity = self._gate.admit(request)
        return f"{identity.plugin} {identity.user_name} {self._peer.kind}"

    def ids(self, request: Request, argument: str) -> str:
        return f"{os.getresuid()} {os.getresgid()} {os.getgroups()}"

    def sleep(self, request: Request, argument: str) -> str:
        print("asleep", file=sys.stderr, flush=True)
        end = time.monotonic() + float(argument)
        while time.monotonic() < end:
            time.sleep(0.05)
        return "awake"

    def until(self, request: Request, argument: str) -> str:
        """Until a file is there."""
        print("asleep", file=sys.stderr, flush=True)
        while not os.path.exists(f"/{argument}"):
            time.sleep(0.01)
        return "awake"

    def never(self, request: Request, argument: str) -> Waiting:
        """An answer that does not come."""
        return Waiting(lambda: None, lambda: Response(500, "text/plain", b"", note="taken back"))

    def breaks(self, request: Request, argument: str) -> Iterator[bytes]:
        """An answer that breaks off when some of it is out."""
        for _ in range(2):
            yield b"some"
        raise ValueError("no more")

    def die(self, request: Request, argument: str) -> str:
        os.kill(os.getpid(), signal.Signals[argument])
        return "alive"

    def exit(self, request: Request, argument: str) -> str:
        """What libslurm's fatal() does."""
        os._exit(1)

    def descriptors(self, request: Request, argument: str) -> str:
        names = []
        for number in os.listdir("/proc/self/fd"):
            try:
                names.append(os.readlink(f"/proc/self/fd/{number}").partition(":")[0])
            except OSError:  # noqa: PERF203 - the listing's own
                continue
        return " ".join(sorted(names))

    def limits(self, request: Request, argument: str) -> str:
        with open("/proc/self/limits", encoding="ascii") as file:
            return file.read()


class Backend:
    guard = Guard()

    def __init__(self, keys: Keys | None) -> None:
        self._keys = keys

    def start(self, chosen: settings.Settings) -> int | None:
        if os.path.exists(chosen.conf or ""):
            with open(chosen.conf or "", encoding="ascii") as file:
                text = file.read()
            if "broken" in text:
                print("fatal: broken", file=sys.stderr, flush=True)
                os._exit(1)
        return None

    def warm_up(self, chosen: settings.Settings, *, network: bool) -> None:
        self._plugins = [plugin(name) for name in chosen.auth_types]
        if self._keys is not None:
            from slurmrest_inet.auth import verify  # noqa: PLC0415 - loads PyJWT

            verified = verify.Verifier(jwt_plugin, self._keys, lambda user: user == "root")
            self._plugins = [verified if one is jwt_plugin else one for one in self._plugins]

    def immortalise(self) -> None:
        """Without libslurm there is no extension."""

    def rehearsal(self, chosen: settings.Settings, *, listings: bool) -> tuple[Callable[[Request], Response], bytes]:
        if os.environ.get("SLURM_DEBUG_FLAGS") == "bad-rehearsal" and os.getpid() != MAIN:
            os._exit(3)

        def rehearsed(_request: Request) -> Response:
            if SLOW_REHEARSAL and os.getpid() != MAIN:
                print("rehearses", os.getpid(), file=sys.stderr, flush=True)
                time.sleep(0.5)
            return Response(200, "text/plain", b"rehearsed")

        return rehearsed, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    def application(self, chosen: settings.Settings, peer: Peer, *, once: bool = True) -> Application:
        assert not once
        return Application(Gate(peer, self._plugins, once=once), peer)


def bring_about(what: str | None) -> None:
    """What can happen to a reload but rarely does."""
    execve, write = os.execve, Kept.write

    def no_execve(*args: Any) -> NoReturn:
        if (os.getpid() == MAIN) == (what == "no-exec"):
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        execve(*args)

    def write_late(kept: Kept) -> int:
        if not kept.trial:
            os.kill(MAIN, signal.SIGTERM)
        return write(kept)

    if what in ("no-exec", "no-exec-of-trial"):
        os.execve = no_execve
    elif what == "late-signal":
        Kept.write = write_late  # type: ignore[method-assign]
    elif what == "short-trial":
        restart.TRIAL_SECONDS = 0.3


MAIN = os.getpid()
bring_about(os.environ.get("SLURM_DEBUG_FLAGS"))
chosen = settings.read(cli.parse(sys.argv[1:]).options, os.environ)
sys.exit(listener.serve(chosen, os.environ, log, Backend))
