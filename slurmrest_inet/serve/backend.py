# SPDX-License-Identifier: GPL-2.0-or-later
"""What an edge is given by the rooms below and by its siblings: shapes for the type checker alone.

Rule 1: nothing is imported from here at run time, so this module costs no start anything.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, Union

from slurmrest_inet.http.message import Request, Response, Waiting

if TYPE_CHECKING:
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.settings import Settings

Application = Callable[[Request], Union[Response, Waiting]]


class Waking(Protocol):
    """What tells that the process is to end; Wake is one."""

    @property
    def ending(self) -> bool:
        """Whether it is."""

    @property
    def descriptor(self) -> int:
        """Becomes readable when it is, or when there is something to look at."""

    def settle(self) -> None:
        """What was to be looked at will be: from now on `descriptor` is readable for an end alone."""


class Place(Protocol):
    """Where a listener sees what its instance is about, and says that it needs the place; seats.Seat is one."""

    @property
    def wanted(self) -> bool:
        """Whether this connection is to end with its next answer, or while it rests."""

    def rest(self, now: float) -> None:
        """Nothing is to be answered."""

    def work(self, now: float) -> None:
        """Something has come."""

    def leave(self, now: float) -> None:
        """Nothing will be answered any more."""


class Guard(Protocol):
    """What watches a call into libslurm, which may exit, hang, or be interrupted; slurm/guard is one."""

    def enter(self) -> None:
        """A connection begins in this process."""

    def leave(self) -> None:
        """It is over, and signals are as before."""

    def arm(self, fd: int, answer: bytes, seconds: float, record: bytes, /) -> None:
        """Until `disarm`, write `answer` to `fd` if the process ends, and end it after `seconds` or SIGTERM."""

    def disarm(self) -> None:
        """The call came back."""

    def confine(self) -> int:
        """Set no_new_privs and clear dumpable; 0 or an errno (prctl(2))."""


class Backend(Protocol):
    """What the rooms below bring together for an edge; a module can be one."""

    @property
    def guard(self) -> Guard:
        """What watches calls into libslurm."""

    def start(self, settings: Settings, /) -> int | None:
        """Load slurm.conf into libslurm; SlurmUser's uid, None if libslurm does not tell it. Raises StartError."""

    def application(self, settings: Settings, peer: Peer, /) -> Application:
        """What answers the requests of `peer`."""


class ListeningBackend(Backend, Protocol):
    """What a listener needs beyond an instance."""

    def warm_up(self, settings: Settings, /, *, network: bool) -> None:
        """Load what instances will need; `network`: some clients will come over TCP. Raises StartError."""

    def immortalise(self) -> None:
        """Before the first fork: let nobody write to what the program is made of, so that children share it."""

    def rehearsal(self, settings: Settings, /, *, listings: bool) -> tuple[Application, bytes] | None:
        """Requests, and what answers them without leaving the process; None if there is no such thing.

        `listings`: with one for what is told in records.
        """

    def application(self, settings: Settings, peer: Peer, /, *, once: bool = True) -> Application:
        """What answers the requests of `peer`; not `once`: each request is authenticated for itself."""
