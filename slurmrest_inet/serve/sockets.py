# SPDX-License-Identifier: GPL-2.0-or-later
"""The sockets of a listener: made from slurmrestd's addresses, or taken over from systemd.

Rule 1: a unix socket that nobody answers on is replaced, one that somebody answers on is not.
Rule 2: what cannot be opened ends the start with one sentence; a listener never serves half of its addresses.
Rule 3: nothing is read from a connection here.

Addresses are those of slurmrestd(8): [HOST]:PORT, where no host means every address of this machine, [IPv6]:PORT,
unix:/PATH and unix:///PATH.
"""

from __future__ import annotations

import _socket  # the C half of socket: the Python half adds nothing here
import os
import stat

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BACKLOG = 4096  # what the kernel itself takes at most (net.core.somaxconn)
_FIRST_HANDED_OVER = 3  # sd_listen_fds(3)
_PATH_BYTES = 107  # unix(7)


class AddressError(StartError):
    """An address that nobody can listen on; the text is one sentence."""


class Address(NamedTuple):
    """Where to listen: a `path`, or a `host` and a `port` (a number or the name of a service)."""

    path: str | None = None
    host: str = ""
    port: str = ""


def parse(text: str) -> Address:
    """Take one of slurmrestd's addresses apart; raises AddressError."""
    if text.startswith("unix:"):
        path = text[len("unix:") :]
        path = path.removeprefix("//")
        if not path.startswith("/"):
            raise AddressError(f"A unix socket needs an absolute path: {text!r}.")
        if len(os.fsencode(path)) > _PATH_BYTES:
            raise AddressError(f"The path of a unix socket has at most {_PATH_BYTES} bytes: {text!r}.")
        return Address(path=path)
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]") and ":" in host:
        host = host[1:-1]
    elif ":" in host or "[" in host:
        raise AddressError(f"An IPv6 address stands in brackets before its port: {text!r}.")
    if not colon or not port or "/" in text or (port.isdigit() and int(port) > 0xFFFF):
        raise AddressError(f"An address is [HOST]:PORT, [IPv6]:PORT or unix:/PATH, not {text!r}.")
    return Address(host=host, port=port)


def open_all(texts: Iterable[str]) -> list[_socket.socket]:
    """Listen on every address, in order; raises AddressError. A name may stand for several sockets."""
    found = []
    for text in texts:
        address = parse(text)
        found += _open_inet(text, address) if address.path is None else [_open_unix(text, address.path)]
    return found


def _open_unix(text: str, path: str) -> _socket.socket:
    _remove_stale(text, path)
    listening = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    # Everybody may connect, as to slurmrestd's: who is let in is decided for each request by the peer's uid.
    mask = os.umask(0)
    try:
        listening.bind(path)
        listening.listen(_BACKLOG)
    except OSError as error:
        raise AddressError(f"Nobody can listen on {text}: {error.strerror}.") from None
    finally:
        os.umask(mask)
    return listening


def _remove_stale(text: str, path: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except OSError:  # there is nothing, or `bind` will say what is wrong
        return
    if not stat.S_ISSOCK(mode):
        raise AddressError(f"Nobody can listen on {text}: there is something else than a socket.")
    probe = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK)
    try:
        probe.connect(path)
    except ConnectionRefusedError:
        try:
            os.unlink(path)
        except OSError as error:
            raise AddressError(f"The old socket of {text} cannot be removed: {error.strerror}.") from None
        return
    except OSError as error:
        # Among them "try again": somebody listens whose queue is full.
        raise AddressError(f"Somebody else may be listening on {text}: {error.strerror}.") from None
    finally:
        probe.close()
    raise AddressError(f"Somebody else is listening on {text}.")


def _open_inet(text: str, address: Address) -> list[_socket.socket]:
    try:
        infos = _socket.getaddrinfo(
            address.host or None, address.port, _socket.AF_UNSPEC, _socket.SOCK_STREAM, 0, _socket.AI_PASSIVE
        )
    except OSError as error:
        raise AddressError(f"There is no address {text}: {error.strerror}.") from None
    if not address.host:
        # One IPv6 socket hears IPv4 as well (slurmrestd listens on "::"); without IPv6 the other has to do.
        infos = sorted(infos, key=lambda info: info[0] != _socket.AF_INET6)
    found = []
    trouble: OSError | None = None
    for family, kind, protocol, _name, where in infos:
        try:
            listening = _socket.socket(family, kind | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK, protocol)
            listening.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
            if family == _socket.AF_INET6:
                listening.setsockopt(_socket.IPPROTO_IPV6, _socket.IPV6_V6ONLY, 1 if address.host else 0)
            listening.bind(where)
            listening.listen(_BACKLOG)
        except OSError as error:
            trouble = error
            if error.errno in _NO_SUCH_FAMILY:
                continue  # a name with addresses of both kinds, on a machine with one
            break
        found.append(listening)
        trouble = None
        if not address.host:
            break
    if trouble is not None or not found:
        reason = trouble.strerror if trouble is not None else "no address"
        raise AddressError(f"Nobody can listen on {text}: {reason}.")
    return found


def handed_over(environ: Mapping[str, str]) -> int:
    """How many descriptors systemd gave to this very process (sd_listen_fds(3)); they begin at 3."""
    count = environ.get("LISTEN_FDS", "")
    if environ.get("LISTEN_PID") != str(os.getpid()) or not (count.isascii() and count.isdigit()):
        return 0
    return int(count)


def adopt(numbers: Iterable[int]) -> list[_socket.socket]:
    """Take over the listening sockets with these descriptors; raises AddressError for anything else."""
    found = []
    for number in numbers:
        try:
            listening = _socket.socket(fileno=number)
            is_listening = listening.getsockopt(_socket.SOL_SOCKET, _socket.SO_ACCEPTCONN)
        except OSError as error:
            raise AddressError(f"Descriptor {number}, which was handed over, is no socket: {error.strerror}.") from None
        if not is_listening:
            listening.detach()
            raise AddressError(
                f"Descriptor {number}, which was handed over, does not listen:"
                " with Accept=yes the service needs StandardInput=socket."
            )
        listening.setblocking(False)
        os.set_inheritable(number, False)
        found.append(listening)
    return found


def handed_over_numbers(environ: Mapping[str, str]) -> range:
    """The descriptors that `handed_over` counts."""
    return range(_FIRST_HANDED_OVER, _FIRST_HANDED_OVER + handed_over(environ))


def name_of(listening: _socket.socket) -> str:
    """The address of a socket as its option names it."""
    where = listening.getsockname()
    if listening.family == _socket.AF_UNIX:
        return f"unix:{where if isinstance(where, str) else os.fsdecode(where)}"
    host, port = where[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


_NO_SUCH_FAMILY = (97, 99)  # EAFNOSUPPORT, EADDRNOTAVAIL (errno(3)); the names would cost another module
