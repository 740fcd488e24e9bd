# SPDX-License-Identifier: GPL-2.0-or-later
"""Ask the kernel who is on the other side of a descriptor.

Rule 1: the environment is asked only where the kernel cannot know: which client a super-server or a TLS wrapper serves
        through a pipe. What it says can take trust away (such a client is INET), never give it.
"""

from __future__ import annotations

import os
import stat
import sys

from slurmrest_inet.auth.peer import FILE, INET, OTHER, PIPE, TTY, UNIX, Peer
from slurmrest_inet.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = {stat.S_IFIFO: PIPE, stat.S_IFREG: FILE, stat.S_IFCHR: TTY}
_UCRED_BYTES = 12  # struct ucred: pid, uid, gid of 32 bits each (unix(7))


def look(descriptor: int, environ: Mapping[str, str]) -> Peer:
    """The Peer whose requests come in on `descriptor`."""
    own_uid = os.geteuid()
    status = os.fstat(descriptor)
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFSOCK:
        return _look_at_socket(descriptor, environ, own_uid)
    remote = _remote(environ)
    if remote:
        return Peer(INET, None, 0, own_uid, remote)
    if kind not in _KINDS:
        return Peer(OTHER, None, 0, own_uid, "-")
    name = f"uid:{status.st_uid}" if kind == stat.S_IFCHR else "-"
    return Peer(_KINDS[kind], status.st_uid, status.st_mode, own_uid, name)


def _look_at_socket(descriptor: int, environ: Mapping[str, str], own_uid: int) -> Peer:
    import _socket  # noqa: PLC0415 - only a socket needs it; the C half alone, the Python half costs 4 ms

    connection = _socket.socket(fileno=descriptor)
    try:
        if connection.family == _socket.AF_UNIX:
            remote = _remote(environ)
            if remote:
                return Peer(INET, None, 0, own_uid, remote)
            ucred = connection.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, _UCRED_BYTES)
            uid = int.from_bytes(ucred[4:8], sys.byteorder)
            return Peer(UNIX, uid, 0, own_uid, f"uid:{uid}")
        if connection.family in (_socket.AF_INET, _socket.AF_INET6):
            try:
                host, port = connection.getpeername()[:2]
            except OSError:  # the client has already gone
                host, port = "-", 0
            return Peer(INET, None, 0, own_uid, _address(host, port))
        return Peer(OTHER, None, 0, own_uid, "-")
    finally:
        connection.detach()


def _address(host: str, port: int | str) -> str:
    if host.startswith("::ffff:") and "." in host:
        host = host[len("::ffff:") :]  # an IPv4 client of an IPv6 socket (RFC 4291 section 2.5.5.2)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _remote(environ: Mapping[str, str]) -> str | None:
    """The network client that a super-server names: systemd, then xinetd and stunnel, then tcpserver and s6."""
    address = environ.get("REMOTE_ADDR")
    if address and address[0] not in "/@":  # systemd gives a unix client's path here (systemd.exec(5))
        return _address(address, environ.get("REMOTE_PORT") or "-")
    for name, port in (("REMOTE_HOST", "REMOTE_PORT"), ("TCPREMOTEIP", "TCPREMOTEPORT")):
        if environ.get(name):
            return _address(environ[name], environ.get(port) or "-")
    return None
