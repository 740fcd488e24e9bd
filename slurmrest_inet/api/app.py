# SPDX-License-Identifier: GPL-2.0-or-later
"""The application: from a request to a response, in slurmrestd's order.

Rule 1: authentication comes first; without it nobody learns which paths there are. One page alone is before it, which
        is the same on every host (docs.py).
Rule 2: then path, method, Accept, body and query; Slurm is called last, and only for a request that is right so far.
        What is wrong is said in the dialect of the API version that stands in the path.
Rule 3: libslurm is given an identity before the first call for it, never later than that.
"""

from __future__ import annotations

from slurmrest_inet import auth, versions
from slurmrest_inet.api import envelope, errors, meta, router, selection
from slurmrest_inet.api.call import Call
from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.auth.plugins import plugin
from slurmrest_inet.http import media, query
from slurmrest_inet.http.message import Response, RestError, Waiting
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm import codec, library

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable

    from slurmrest_inet.api.sites import Match, Sites
    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.dialect import Dialect
    from slurmrest_inet.http.message import Request
    from slurmrest_inet.settings import Settings


_DOCS = "/docs"

_operations: dict[str, Callable[[Call], envelope.Answer | envelope.Awaited]] = {}
"""Those that were asked for, by their names in the routes."""


def make_application(
    settings: Settings,
    peer: Peer,
    *,
    once: bool = True,
    plugins: Iterable[auth.Plugin] | None = None,
    sites: Sites | None = None,
) -> Callable[[Request], Response | Waiting]:
    """Return the handler of one connection's requests.

    once: the connection belongs to the first identity; otherwise every request is authenticated for itself.
    plugins: those of `load_plugins`, if they are loaded already. sites: operations of the site's own (sites.load).
    """
    plugins = load_plugins(settings, None) if plugins is None else plugins
    gate = auth.Gate(peer, plugins, once=once, tokens_first=settings.tokens_first, own_token=settings.own_token)
    return Application(settings, peer, gate, sites)


def load_plugins(settings: Settings, keys: Keys | None) -> tuple[auth.Plugin, ...]:
    """Return the plugins that authenticate; with `keys` they verify tokens. Raises StartError."""
    plugins = tuple(plugin(name, settings.own_token) for name in settings.auth_types)
    if keys is None:
        return plugins
    from slurmrest_inet.auth import claims, jwt, verify  # noqa: PLC0415 - loads PyJWT

    verified = verify.Verifier(jwt, keys, _may_act_for, claims.naming(*library.token_settings()))
    return tuple(verified if plugin is jwt else plugin for plugin in plugins)


def _may_act_for(user_name: str) -> bool:
    """Whether slurmctld takes another user's name with a token of this user: root's and SlurmUser's."""
    import pwd  # noqa: PLC0415 - a user database may be remote: only this case asks it

    try:
        return pwd.getpwnam(user_name).pw_uid in (0, library.slurm_user())
    except KeyError:
        return False


def load_all(settings: Settings) -> None:
    """Load the module of every operation that `settings` lets be served, and make the page that is for everybody."""
    for route in ROUTES:
        if any(
            selection.is_selected(settings, route.side, version)
            for version in versions.SERVED[route.side]
            if route.serves(version)
        ):
            Application.operation(route.function)
    from slurmrest_inet.api import docs  # noqa: PLC0415 - a listener's alone

    docs.prepare()


def _told(request: Request, dialect: Dialect) -> tuple[dict[str, Any], Any]:
    """Query and body of a request. A body stands in the place of the query: with POST, and later with every method."""
    is_post = request.method == "POST"
    if not dialect.body_is_query:
        if request.body and not is_post:
            raise RestError(400, "Unexpected http body provided for non-POST method", reason="body without POST")
        if is_post:
            return {}, media.parse_body(request, dialect)
        return query.parse_query(request.query, dialect), None
    if not request.body:
        pairs = query.parse_query(request.query, dialect)
        return ({}, pairs) if is_post else (pairs, None)
    if request.query:
        raise RestError(
            400, "Unexpected HTTP body provided when URL Query provided", reason="a body and a query in one request"
        )
    body = media.parse_body(request, dialect)
    if is_post:
        return {}, body
    pairs_in_body = query.from_body(body)
    if pairs_in_body is None and request.method == "GET":
        raise RestError(400, "A body in the place of a query must be one flat object", reason="body is no query")
    # Operations take the one or, those of DELETE, the other.
    return pairs_in_body or {}, body


def _size(request: Request) -> int:
    return len(request.body) or len(request.query or "")


def _waiting(awaited: envelope.Awaited, written: Callable[[envelope.Answer], Response]) -> Waiting:
    def go_on() -> Response | None:
        answer = awaited.go_on()
        return None if answer is None else written(answer)

    return Waiting(go_on, lambda: written(awaited.give_up()))


class Application:
    """The handler of one connection's requests."""

    def __init__(self, settings: Settings, peer: Peer, gate: auth.Gate, sites: Sites | None = None) -> None:
        self._settings = settings
        self._sites = sites
        self._peer = peer
        self._gate = gate
        self._adopted: auth.Identity | None = None
        major, minor, _ = library.VERSION
        self._unnamed = selection.newest(settings, major * 100 + minor)

    def __call__(self, request: Request) -> Response | Waiting:
        if request.path == _DOCS and request.method == "GET":
            from slurmrest_inet.api import docs  # noqa: PLC0415 - most requests are for no page

            return docs.answer(request)
        identity = self._gate.admit(request)
        dialect = self.dialect(request.path)
        segments = query.split_path(request.path, dialect)
        if segments and segments[0].startswith("openapi"):
            from slurmrest_inet.api import openapi  # noqa: PLC0415 - most requests are for no document

            wanted = openapi.asked(segments)
            if wanted is not None:
                return openapi.answer(request, wanted, self._settings, dialect, self._sites)
        if self._sites is not None:
            theirs = self._sites.find(request.method, segments)
            if theirs is not None:
                return self._site_answer(request, theirs, identity, dialect)
        match = router.find(request.method, segments, self._settings, dialect)
        accepted = media.negotiate(request, dialect)
        asked = _told(request, dialect)
        if match is None:
            return Response(204, None, b"")
        flags = selection.flags(self._settings, match.route.side, match.version)
        call = Call(match.version, match.parameters, *asked, flags, match.route.query, _size(request))
        if match.route.side in versions.DAEMONS:
            self.adopt(identity)
        try:
            answer = self.operation(match.route.function)(call)
        finally:
            if match.route.side == "slurmdb":
                from slurmrest_inet.slurm import database  # noqa: PLC0415 - slurmctld's side needs none

                database.end_request()
        about = meta.of(match.route.side, match.version, self._peer, identity, call.flags)
        format_ = self._format(accepted.yaml, match.version)

        def written(answer: envelope.Answer) -> Response:
            status = errors.status_of(answer.code, versions.HOME[match.version])
            document = envelope.Document(answer, about, match.version, format_, complex_="complex" in call.flags)
            if status == 304:
                document.close()
                return Response(status, None, b"")
            if "spec_only" in call.flags:
                document.close()
                from slurmrest_inet.api import openapi  # noqa: PLC0415 - few want to see it

                schema = openapi.schema_of(match.route, match.version, yaml=accepted.yaml)
                return Response(status, accepted.name, schema, note=answer.note)
            return Response(status, accepted.name, document, note=answer.note)

        if isinstance(answer, envelope.Awaited):
            return _waiting(answer, written)
        return written(answer)

    def _site_answer(self, request: Request, match: Match, identity: auth.Identity, dialect: Dialect) -> Response:
        """The answer to a request for an operation of the site's own."""
        from slurmrest_inet.api import site_calls  # noqa: PLC0415 - most have none

        accepted = media.negotiate(request, dialect)
        asked = _told(request, dialect)
        if not match.operation.unconfirmed:
            self.adopt(identity)
        answer, status = site_calls.run(match, identity, *asked, _size(request))
        version = match.version
        about = {**meta.of(versions.SIDES[0], version, self._peer, identity), "plugin": match.site.about}
        document = envelope.Document(answer, about, version, self._format(accepted.yaml, version))
        return Response(status or errors.status_of(answer.code, versions.HOME[version]), accepted.name, document)

    def user_of(self, request: Request) -> str | bytes | None:
        """Return whom the log is to name."""
        return self._gate.user_of(request)

    def tell(self, on_admission: Callable[[Request], None]) -> None:
        """Have something done with each request as soon as `user_of` knows more of it than its header."""
        self._gate.tell(on_admission)

    def dialect(self, path: str) -> Dialect:
        """Return how to speak to who asks for that path."""
        if self._sites is not None and self._sites.owns(path):
            return self._sites.dialect
        return versions.HTTP[versions.home_of(path, self._unnamed)]

    def adopt(self, identity: auth.Identity) -> None:
        """Make libslurm act for who asks; raises RestError 401 where it cannot."""
        if identity == self._adopted:
            return
        self._adopted = None  # if this fails half-way, nobody's requests go on with what is left
        try:
            library.adopt(identity)
        except library.LibraryError as error:
            raise auth.refuse(str(error)) from None
        self._adopted = identity

    def _format(self, yaml: bool, version: int) -> int:
        if yaml:
            # One line of JSON is YAML as well, and the most compact form that it has.
            if "compact" in self._settings.yaml_style:
                return codec.JSON_COMPACT
            return codec.YAML_EMPTY if versions.DIALECTS[version].empty_yaml else codec.YAML
        return codec.JSON_PRETTY if "pretty" in self._settings.json_style else codec.JSON_COMPACT

    @staticmethod
    def operation(name: str) -> Callable[[Call], envelope.Answer | envelope.Awaited]:
        """Return the function of a route; its module is loaded when it is asked for first."""
        operation = _operations.get(name)
        if operation is None:
            module_name, _, function = name.rpartition(".")
            module = __import__(f"slurmrest_inet.api.{module_name}", fromlist=(function,))
            operation = _operations[name] = getattr(module, function)
        return operation
