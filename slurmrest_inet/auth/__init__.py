# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is asking: one module per REST authentication plugin, and the gate that a connection's requests pass.

Rule 1: the first plugin that does not skip decides; if all skip, the answer is no.
Rule 2: every refusal reads the same to the client, whatever its reason; the reason is for the log.
Rule 3: an instance belongs to its first identity. libslurm keeps credentials and connections in process-wide state,
        so a later request with other credentials is refused and the connection ends.
Rule 4: a token is carried, not read, and no repr() shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slurmrest_inet.http.message import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Request

    class Plugin(Protocol):
        """What a module of this package offers; a site's own plugin likewise."""

        NAME: str

        def authenticate(self, peer: Peer, request: Request, /) -> Identity | None:
            """Say who asks, None to skip; raise RestError(401) to refuse."""


class Identity(NamedTuple):
    """Who asks. `user_name` and `token` are as the client sent them, None where it sent none."""

    plugin: str
    user_name: str | None
    token: str | None

    def __repr__(self) -> str:
        return f"Identity({self.plugin!r}, {self.user_name!r}, {'***' if self.token else self.token!r})"


def refuse(reason: str) -> RestError:
    """The one refusal there is; `reason` goes to the log and must not hold credentials."""
    return RestError(401, "Authentication failure", reason=reason)


def text(value: bytes, what: str) -> str:
    """A header's value as text; raises the refusal if it is not UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse(f"the {what} is not UTF-8") from None


def plugin(name: str) -> Plugin:
    """The module of the plugin "rest_auth/…"; only the chosen ones are loaded."""
    if name == "rest_auth/local":
        from slurmrest_inet.auth import local  # noqa: PLC0415 - these modules need the names above

        return local
    if name == "rest_auth/jwt":
        from slurmrest_inet.auth import jwt  # noqa: PLC0415 - likewise

        return jwt
    raise LookupError(name)


def authenticate(peer: Peer, request: Request, plugins: Iterable[Plugin]) -> Identity:
    """Ask `plugins` in their order who the request is from; raises RestError(401)."""
    for candidate in plugins:
        identity = candidate.authenticate(peer, request)
        if identity is not None:
            return identity
    raise refuse("no plugin found credentials")


class Gate:
    """Authenticates each request of one connection.

    once: the connection belongs to its first identity (rule 3). A listener, whose clients may be a proxy for many,
        gives False and must itself see to it that nothing of an earlier identity survives.
    """

    def __init__(self, peer: Peer, plugins: Iterable[Plugin], *, once: bool = True) -> None:
        self._peer = peer
        self._plugins = tuple(plugins)
        self._once = once
        self._owner: Identity | None = None

    def admit(self, request: Request) -> Identity:
        """Who the request is from; raises RestError(401), after which the connection closes."""
        identity = authenticate(self._peer, request, self._plugins)
        if self._once:
            if self._owner is None:
                self._owner = identity
            elif identity != self._owner:
                raise refuse("other credentials than those of the connection's first request")
        return identity
