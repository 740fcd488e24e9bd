# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is asking: one module per REST authentication plugin, and the gate that a connection's requests pass.

Rule 1: the first plugin that does not skip decides; if all skip, the answer is no. Where nobody chose an order, a
        request with a token is rest_auth/jwt's alone: who holds a token may send it through anybody's pipe or socket.
Rule 2: every refusal reads the same to the client, whatever its reason; the reason is for the log.
Rule 3: an instance belongs to its first identity. libslurm keeps credentials and connections in process-wide state,
        so a later request with other credentials is refused and the connection ends.
Rule 4: a token is carried, not read, and no repr() shows it.
Rule 5: a header with credentials stands in a request once: of two, a proxy may have set one and its client the other.
Rule 6: the log names whom a site's own plug-in has told. Where there is such a plug-in, what a request claims of itself
        is named only when one of Slurm's has let it in.

What this process can say for itself, where its user is the client and no token came (rest_auth/local), is told by
SLURM_JWT: unset, it is what AuthType of slurm.conf makes for that user, as munge does; a token, it is that token, which
works where there is no munge; a placeholder such as "daemon", it is nothing, and local is not even asked by default:
a proxy that forgets the token gets a refusal and never somebody's rights.
"""

from __future__ import annotations

from slurmrest_inet.http.message import RestError
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import AUTH_PLUGINS, LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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


_TOKEN_HEADERS = (b"x-slurm-user-token", b"authorization")
_USER_HEADER = b"x-slurm-user-name"
_HEADERS = (*_TOKEN_HEADERS, _USER_HEADER)


# RFC 9110 section 15.5.2 demands a challenge, and RFC 6750 section 3 that it has a parameter.
_CHALLENGE = (("WWW-Authenticate", 'Bearer realm="slurm"'),)


def refuse(reason: str) -> RestError:
    """The one refusal there is; `reason` goes to the log and must not hold credentials."""
    return RestError(401, "Authentication failure", reason=reason, headers=_CHALLENGE)


def claimed_user(request: Request) -> bytes | None:
    """Whom a request says it is from, as Slurm's header has it."""
    return request.header(_USER_HEADER)


def text(value: bytes, what: str) -> str:
    """A header's value as text; raises the refusal if it is not UTF-8."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse(f"the {what} is not UTF-8") from None


def authenticate(peer: Peer, request: Request, plugins: Iterable[Plugin], *, tokens_first: bool = False) -> Identity:
    """Ask `plugins` in their order who the request is from; raises RestError(401).

    tokens_first: a request with a token is not shown to rest_auth/local (rule 1).
    """
    names = [name for name, _ in request.headers if name in _HEADERS]
    if len(set(names)) < len(names):
        raise refuse("the same credentials' header twice")
    token = tokens_first and any(request.header(name) is not None for name in _TOKEN_HEADERS)
    for candidate in plugins:
        if token and candidate.NAME == LOCAL:
            continue
        identity = candidate.authenticate(peer, request)
        if identity is not None:
            return identity
    raise refuse("no plugin found credentials")


class Gate:
    """Authenticates each request of one connection.

    once: the connection belongs to its first identity (rule 3). A listener, whose clients may be a proxy for many,
        gives False and must itself see to it that nothing of an earlier identity survives.
    tokens_first: as for `authenticate`. own_token: what SLURM_JWT says that this process acts with, None without one.
    """

    def __init__(
        self,
        peer: Peer,
        plugins: Iterable[Plugin],
        *,
        once: bool = True,
        tokens_first: bool = False,
        own_token: str | None = None,
    ) -> None:
        self._peer = peer
        self._plugins = tuple(plugins)
        self._once = once
        self._tokens_first = tokens_first
        self._own_token = own_token
        self._owner: Identity | None = None
        self._has_own_way = any(one.NAME not in AUTH_PLUGINS for one in self._plugins)
        # By its header fields, which are a tuple of each request's own: its body is not to be kept.
        self._admitted: tuple[tuple[tuple[bytes, bytes], ...], Identity] | None = None
        self._on_admission: Callable[[Request], None] | None = None

    def admit(self, request: Request) -> Identity:
        """Who the request is from; raises RestError(401), after which the connection closes."""
        self._admitted = None
        identity = authenticate(self._peer, request, self._plugins, tokens_first=self._tokens_first)
        if identity.token is None and self._own_token is not None:
            # Whom the token is for stands in it; the name that root may have sent is that of this process.
            identity = identity._replace(user_name=None, token=self._own_token)
        if self._once:
            if self._owner is None:
                self._owner = identity
            elif identity != self._owner:
                raise refuse("other credentials than those of the connection's first request")
        self._admitted = request.headers, identity
        if self._has_own_way and self._on_admission is not None:
            self._on_admission(request)
        return identity

    def tell(self, on_admission: Callable[[Request], None]) -> None:
        """Have something done with each request as soon as `user_of` knows more of it than its header."""
        self._on_admission = on_admission

    def user_of(self, request: Request) -> str | bytes | None:
        """Whom the log is to name (rule 6)."""
        if not self._has_own_way:
            return claimed_user(request)
        if self._admitted is None or self._admitted[0] is not request.headers:
            return None
        identity = self._admitted[1]
        return claimed_user(request) if identity.plugin in AUTH_PLUGINS else identity.user_name
