# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel tells about who is on the other side, as far as authentication and the log need it."""

from __future__ import annotations

from slurmrest_inet.record import NamedTuple

PIPE = "pipe"
FILE = "file"
TTY = "tty"  # any character device
UNIX = "unix"
INET = "inet"
OTHER = "other"


class Peer(NamedTuple):
    """The client of this process. serve/peer.py makes it; nothing in it comes from the request.

    kind: one of the constants above. INET also when a super-server says in the environment that the client came over
        a network, whatever the descriptor is: a TLS wrapper hands its program a pipe that belongs to our own user.
    uid: the owner of a pipe, file or character device; for a unix socket the user who connected it (SO_PEERCRED).
    mode: st_mode of a pipe, file or character device, otherwise 0.
    own_uid: the user this process runs as.
    name: for the log, "192.0.2.1:4711", "[2001:db8::1]:4711", "uid:1000" or "-"; may hold bytes of a client.
    """

    kind: str
    uid: int | None
    mode: int
    own_uid: int
    name: str
