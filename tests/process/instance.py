# SPDX-License-Identifier: GPL-2.0-or-later
"""An instance as the program starts it, with a small application in the place of Slurm. Run by the tests, not imported.

It goes the real way: descriptor 2 first, then settings, claim, confine, session. Only what needs libslurm is replaced.
"""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
import time

TYPE_CHECKING = False
BEFORE = set(sys.modules)
# The last: what is installed, with what the build made, comes first.
sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from slurmrest_inet.serve.log import open_log  # noqa: E402 - the order is the program's own

open_log(os.environ)
if "raise-early" in sys.argv:
    raise RuntimeError("forced")

from slurmrest_inet import lazy  # noqa: E402 - the order is the program's own

lazy.start(os.environ)

from slurmrest_inet import cli, settings  # noqa: E402 - the order is the program's own
from slurmrest_inet.auth import Gate  # noqa: E402 - the order is the program's own
from slurmrest_inet.auth.plugins import plugin  # noqa: E402 - the order is the program's own
from slurmrest_inet.http.message import Request, Response, Waiting  # noqa: E402 - the order is the program's own
from slurmrest_inet.serve import stdio  # noqa: E402 - the order is the program's own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slurmrest_inet.auth.peer import Peer


class Guard:
    """No libslurm, nothing to watch, but a trace of what would be done; the process's flags are the real ones."""

    def _trace(self, text: str) -> None:
        if "trace" in sys.argv:
            print(text, file=sys.stderr)

    def enter(self) -> None:
        self._trace("entered")

    def leave(self) -> None:
        self._trace("left")

    def arm(self, fd: int, answer: bytes, seconds: float, record: bytes) -> None:
        status, _, body = answer.decode().partition("\r\n\r\n")
        self._trace(f"armed {stat.S_IFMT(os.fstat(fd).st_mode):o} {seconds} {status[:12]!r} {body!r}")

    def disarm(self) -> None:
        self._trace("disarmed")

    def confine(self) -> int:
        import ctypes  # noqa: PLC0415 - libffi may keep a descriptor, but none of those that were missing

        libc = ctypes.CDLL(None)
        return int(libc.prctl(38, 1, 0, 0, 0) or libc.prctl(4, 0, 0, 0, 0))


def chunks(count: int) -> Iterator[memoryview]:
    """`count` chunks of 64 KiB in one buffer that is used again and again, as the codec does."""
    buffer = bytearray(65536)
    for number in range(count):
        buffer[:] = b"%08d" % number * 8192
        yield memoryview(buffer)


class Vanishing(bytearray):
    """The length can be told once."""

    told = False

    def __len__(self) -> int:
        if self.told:
            raise MemoryError
        self.told = True
        return super().__len__()


class Application:
    def __init__(self, chosen: settings.Settings, peer: Peer) -> None:
        self._gate = Gate(peer, [plugin(name) for name in chosen.auth_types])
        self._peer = peer

    def __call__(self, request: Request) -> Response | Waiting:
        action, _, argument = request.path[1:].partition("/")
        return getattr(self, action, self.unknown)(request, argument)

    def unknown(self, request: Request, argument: str) -> Response:
        return Response(404, "text/plain", b"unknown")

    def echo(self, request: Request, argument: str) -> Response:
        return Response(200, "text/plain", f"{request.method} {argument} {len(request.body)}".encode())

    def who(self, request: Request, argument: str) -> Response:
        identity = self._gate.admit(request)
        return Response(200, "text/plain", f"{identity.plugin} {identity.user_name} {self._peer.kind}".encode())

    def big(self, request: Request, argument: str) -> Response:
        return Response(200, "application/octet-stream", chunks(int(argument)))

    def until(self, request: Request, argument: str) -> Response:
        """Until a file is there."""
        print("asleep", file=sys.stderr, flush=True)
        while not os.path.exists(f"/{argument}"):
            time.sleep(0.01)
        return Response(200, "text/plain", b"awake")

    def wish(self, request: Request, argument: str) -> Waiting:
        """It is asked for, granted and taken back in files."""

        def go_on() -> Response | None:
            with open(f"/{argument}.asked", "w", encoding="ascii") as file:
                file.write("alone" if signal.SIGTERM in signal.pthread_sigmask(signal.SIG_BLOCK, ()) else "disturbed")
            if os.path.exists(f"/{argument}.broken"):
                raise ValueError("no question of that kind")
            if not os.path.exists(f"/{argument}"):
                return None
            while os.path.exists(f"/{argument}.held"):
                print("holding back", file=sys.stderr, flush=True)
                time.sleep(0.05)
            return Response(200, "text/plain", b"granted")

        def give_up() -> Response:
            with open(f"/{argument}.back", "w", encoding="ascii"):
                return Response(500, "text/plain", b"too late", note="taken back")

        return Waiting(go_on, give_up)

    def crash(self, request: Request, argument: str) -> Response:
        raise ValueError("a fault with " + (request.header(b"x-slurm-user-token") or b"").decode())

    def vanishing(self, request: Request, argument: str) -> Response:
        """A body that memory ends for when its head is made."""
        return Response(200, "text/plain", Vanishing(b"abc"))

    def noise(self, request: Request, argument: str) -> Response:
        """What a library does that prints where it likes."""
        os.write(1, b"noise on 1\n")
        os.write(2, b"noise on 2\n")
        print("noise on stderr", file=sys.stderr)
        return Response(200, "text/plain", b"quiet")

    def fatal(self, request: Request, argument: str) -> Response:
        """Some last words and the end, as libslurm does it."""
        os.write(2, b"last words\n")
        os._exit(1)

    def descriptors(self, request: Request, argument: str) -> Response:
        """All that are open."""
        names = []
        for number in sorted(map(int, os.listdir("/proc/self/fd"))):
            with contextlib.suppress(OSError):  # the listing's own
                names.append(f"{number} {os.readlink(f'/proc/self/fd/{number}')}")
        return Response(200, "text/plain", "\n".join(names).encode())

    def modules(self, request: Request, argument: str) -> Response:
        """What has been imported since the interpreter was up."""
        names = [
            name for name, module in sys.modules.items() if name not in BEFORE and getattr(module, "__spec__", None)
        ]
        return Response(200, "text/plain", " ".join(names).encode())

    def process(self, request: Request, argument: str) -> Response:
        """What confinement left of this process."""
        text = ""
        for name in ("status", "limits"):
            with open(f"/proc/self/{name}", encoding="ascii") as file:
                text += file.read() + "\n"
        return Response(200, "text/plain", (text + "\n".join(sorted(os.environ))).encode())


class Backend:
    guard = Guard()

    def start(self, chosen: settings.Settings) -> int | None:
        uid = os.environ.pop("SLURMRESTD_TEST_SLURM_USER", "")
        return int(uid) if uid else None

    def application(self, chosen: settings.Settings, peer: Peer) -> Application:
        if "raise-late" in sys.argv:
            raise RuntimeError("forced")
        return Application(chosen, peer)


arguments = [word for word in sys.argv[1:] if word != "trace" and not word.startswith("raise-")]
chosen = settings.read(cli.parse(arguments).options._replace(verbose=1), os.environ)
sys.exit(stdio.serve(chosen, os.environ, Backend))
