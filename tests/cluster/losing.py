# SPDX-License-Identifier: GPL-2.0-or-later
"""A slurmctld that can be lost between two calls: a door in front of it, which lets some connections through."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sidebyside.lab import Lab


class Door:
    """Passes so many connections on to slurmctld; those after these are refused, as where there is none."""

    def __init__(self, port: int, connections: int) -> None:
        self._left = connections
        self._to = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        with contextlib.suppress(OSError):  # it is closed already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while self._left:
                client, _ = self._listener.accept()
                self._left -= 1
                if not self._left:
                    self._listener.close()
                server = socket.create_connection(self._to)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=_pass_on, args=pair, daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):  # either end may have gone
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def door(lab: Lab, conf: Callable[..., str], connections: int) -> Iterator[str]:
    """A slurm.conf that leads through a door to so many connections; libslurm does not go on knocking for long."""
    with open(lab.conf, encoding="utf-8") as file:
        found = re.search(r"(?m)^SlurmctldPort=(\d+)", file.read())
    assert found
    made = Door(int(found[1]), connections)
    try:
        yield conf(SlurmctldPort=made.port, MessageTimeout=2)
    finally:
        made.close()
