# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmrestd's command line: take the options apart, answer those that ask for text, hand the rest to an edge.

Rule 1: options, meanings and exit statuses are slurmrestd's own, of all its releases at once (slurmrestd(8)).
Rule 2: every refusal is one sentence in the log and exit status 1; nothing that is refused has touched Slurm.
Rule 3: a start without options pays for none of this: no argparse, no getopt, and the edge is imported last.

The parsing is that of getopt_long(3): options and addresses may be mixed, `--` ends the options, values stand in the
same word or the next, long names may be shortened while they stay unique.
"""

from __future__ import annotations

import os

from slurmrest_inet import settings as known
from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import Options, Settings, SettingsError, StartError

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from slurmrest_inet.api.sites import Sites
    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.serve.backend import Application
    from slurmrest_inet.serve.log import Log

EXIT_OK = 0
EXIT_REFUSED = 1
_LIFESPAN = 1800  # seconds that a token is good for when nobody says: scontrol's own
_LONGEST_LIFESPAN = 365 * 86_400  # a token cannot be taken back

_SHORT = {
    "a": "auth_types",
    "d": "data_parsers",
    "f": "conf",
    "g": "group",
    "s": "openapi_plugins",
    "t": "threads",
    "u": "user",
    "v": "verbose",
    "V": "version",
    "h": "help",
}
_LONG = {
    "check": "check",
    "generate-openapi-spec": "openapi",
    "help": "help",
    "idle-exit": "idle_exit",
    "jwks": "jwks",
    "jwt-key": "jwt_key",
    "lifespan": "lifespan",
    "max-connections": "max_connections",
    "token": "token",
}
_WITHOUT_VALUE = ("verbose", "version", "help")
_ACTIONS = ("check", "openapi")
"""Those of them that heed the other options."""

_HELP = """\
Usage: {name} [options] [address ...]

One process serves one connection of Slurm's REST API. Without an address the client is on standard
input and output (inetd mode).

  address                [HOST]:PORT, [IPv6]:PORT or unix:/PATH
  -a TYPE[,TYPE...]      ways to authenticate, in this order; "list" shows them
  -d PARSER[,PARSER...]  data_parser plugins, each with +FLAGs; "list" shows them
  -f FILE                slurm.conf
  --check                say what is right and what is not on this host, and end
  --generate-openapi-spec
                         print the document of all that is served, as JSON, and end
  -g GROUP               run with this group and no other
  -h, --help             this text
  --idle-exit SECONDS    end a listener that nobody has come to for so long
  --jwks FILE            verify tokens with these public keys (RS256)
  --jwt-key FILE         verify tokens with slurmctld's key (HS256)
  --max-connections N    concurrent connections of a listener ({max_connections})
  -s PLUGIN[,PLUGIN...]  parts of the API to serve; "list" shows them
  -t N                   concurrent instances of a listener
  --token USER           print a token of this user, signed with --jwt-key, good for --lifespan SECONDS ({lifespan})
  -u USER                run as this user
  -v                     log more; may be repeated
  -V                     the release of Slurm

Variables: SLURM_CONF, SLURM_JWT, SLURM_DEBUG_FLAGS, SLURMRESTD_AUTH_TYPES, SLURMRESTD_DATA_PARSER_PLUGINS,
SLURMRESTD_DEBUG, SLURMRESTD_JSON, SLURMRESTD_LISTEN, SLURMRESTD_MAX_CONNECTIONS, SLURMRESTD_OPENAPI_PLUGINS,
SLURMRESTD_RESPONSE_STATUS_CODES, SLURMRESTD_SECURITY, SLURMRESTD_YAML, and our own numbers:
{own}
"""

_LISTS = ("auth_types", "openapi_plugins", "data_parsers")
"""The options that take "list"."""


class Command(NamedTuple):
    """What a command line asks for: `action` is "serve", "check", "openapi", "help" or "version"."""

    action: str
    options: Options


def parse(arguments: Sequence[str]) -> Command:
    """Take `arguments` (without the program's name) apart; raises SettingsError for what is no option of ours."""
    values: dict[str, str] = {}
    addresses: list[str] = []
    verbose = 0
    action = "serve"
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            addresses += rest
            break
        if word.startswith("--"):
            name, separator, value = word[2:].partition("=")
            found = _long_option(name)
            if found in (*_WITHOUT_VALUE, *_ACTIONS):
                if separator:
                    raise SettingsError(f"The option --{name} takes no value.")
                if found not in _ACTIONS:
                    return Command(found, Options())
                action = found
                continue
            values[found] = value if separator else _value(word, rest)
        elif len(word) > 1 and word[0] == "-":
            letters = word[1:]
            while letters:
                letter, letters = letters[0], letters[1:]
                found = _SHORT.get(letter, "")
                if not found:
                    raise SettingsError(f"There is no option -{letter}; -h shows those that there are.")
                if found == "verbose":
                    verbose += 1
                elif found in _WITHOUT_VALUE:
                    # As in slurmrestd the first of these decides, whatever stands after it.
                    return Command(found, Options())
                else:
                    values[found] = letters or _value("-" + letter, rest)
                    letters = ""
        else:
            addresses.append(word)
    return Command(action, Options(verbose=verbose, addresses=tuple(addresses), **values))


def _long_option(name: str) -> str:
    matches = [full for full in _LONG if full.startswith(name)] if name else []
    if name in _LONG:
        matches = [name]
    if len(matches) != 1:
        raise SettingsError(f"There is no option --{name}; -h shows those that there are.")
    return _LONG[matches[0]]


def _value(option: str, rest: list[str]) -> str:
    if not rest:
        raise SettingsError(f"The option {option} needs a value.")
    return rest.pop(0)


def run(argv: Sequence[str], environ: MutableMapping[str, str], log: Log) -> int:
    """Do what `argv` (with the program's name) asks for and return the exit status."""
    name = os.path.basename(argv[0]) if argv else "slurmrest-inet"
    try:
        command = parse(argv[1:])
        if command.action == "help":
            own, most = "\n".join(known.OWN_VARIABLES), Settings().max_connections
            os.write(2, _HELP.format(name=name, own=own, max_connections=most, lifespan=_LIFESPAN).encode())
            return EXIT_OK
        if command.action == "version":
            return _print_version()
        for field in _LISTS:
            if (getattr(command.options, field) or "").lower() == "list":
                from slurmrest_inet import lists  # noqa: PLC0415 - see rule 3

                lists.show(field, command.options.conf or environ.get("SLURM_CONF"))
                return EXIT_OK
        settings = known.read(command.options, environ, _is_offered)
    except StartError as error:  # a SettingsError is one
        log.error(str(error))  # noqa: TRY400 - a sentence for the administrator, not a fault of ours
        return EXIT_REFUSED
    log.level = settings.level
    try:
        if command.options.token is not None or command.options.lifespan is not None:
            return _print_token(command.options, settings)
        if command.action == "check":
            from slurmrest_inet import check  # noqa: PLC0415 - see rule 3

            return check.run(settings, environ, log)
        if command.action == "openapi":
            return _print_document(settings)
        listens = not settings.inetd or "LISTEN_PID" in environ or "SLURMREST_INET_KEPT" in environ
        if listens:
            from slurmrest_inet.serve import listener, sockets  # noqa: PLC0415 - see rule 3

            if not settings.inetd or "SLURMREST_INET_KEPT" in environ or sockets.handed_over(environ):
                return listener.serve(settings, environ, log, lambda keys: _ListeningBackend(log, keys))
        _refuse_listener_options(settings)
        keys = None
        if settings.jwt_key is not None or settings.jwks is not None:
            from slurmrest_inet.auth.keys import read_keys  # noqa: PLC0415 - see rule 3

            keys = read_keys(settings)
    except StartError as error:
        log.error(str(error))  # noqa: TRY400 - as above
        return EXIT_REFUSED
    from slurmrest_inet.serve import stdio  # noqa: PLC0415 - see rule 3

    return stdio.serve(settings, environ, lambda: _Backend(log, keys))


def _is_offered(kind: str, name: str) -> bool:
    from slurmrest_inet import entry_points  # noqa: PLC0415 - see rule 3

    return entry_points.is_offered(kind, name)


def _refuse_listener_options(settings: Settings) -> None:
    """Refuse what only a listener can do. (-t and --max-connections are slurmrestd's, which ignores them here.)"""
    if settings.listener.idle_exit:
        raise SettingsError("--idle-exit needs an address to listen on: in inetd mode the client's end is the end.")


def _print_token(options: Options, settings: Settings) -> int:
    import time  # noqa: PLC0415 - see rule 3

    from slurmrest_inet.auth.keys import read_secret  # noqa: PLC0415 - see rule 3

    if settings.jwt_key is None or not options.token:
        raise SettingsError("A token needs a USER and the key of --jwt-key.")
    secret = read_secret(settings.jwt_key)
    from slurmrest_inet.auth import verify  # noqa: PLC0415 - loads PyJWT

    text = options.lifespan or str(_LIFESPAN)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _LONGEST_LIFESPAN):
        raise SettingsError(f"--lifespan needs seconds, {_LONGEST_LIFESPAN} at most, not {text!r}.")
    os.write(1, (verify.make_token(secret, options.token, int(text), int(time.time())) + "\n").encode())
    return EXIT_OK


def _print_document(settings: Settings) -> int:
    from slurmrest_inet.api import openapi  # noqa: PLC0415 - see rule 3
    from slurmrest_inet.http.message import RestError  # noqa: PLC0415 - see rule 3

    try:
        for data in openapi.text_of(settings, _sites(settings)):
            view = memoryview(data)
            while view:
                view = view[os.write(1, view) :]
    except RestError as error:
        raise StartError(f"{error.text}.") from None
    except BrokenPipeError:  # whoever reads has seen enough
        return EXIT_REFUSED
    return EXIT_OK


def _sites(settings: Settings) -> Sites | None:
    if not settings.site_plugins:
        return None
    from slurmrest_inet.api import sites  # noqa: PLC0415 - most have none

    return sites.load(settings)


def _print_version() -> int:
    from slurmrest_inet.slurm import library  # noqa: PLC0415 - loads libslurm

    library.check_release()
    os.write(1, f"{library.package()} {library.BUILT_FOR}\n".encode())
    return EXIT_OK


class _Backend:
    """libslurm and the application behind one face, for an edge. Making one loads the compiled extension."""

    def __init__(self, log: Log, keys: Keys | None = None) -> None:
        from slurmrest_inet.slurm import guard, library  # noqa: PLC0415 - loads libslurm

        self.guard = guard
        self._log = log
        self._library = library
        self._keys = keys

    def start(self, settings: Settings) -> int | None:
        self._library.start(settings.conf)
        for name in known.foreign(settings, self._library.RELEASE):
            self._log.info(f"{name} is not of Slurm {versions.written(self._library.RELEASE)}: taken all the same")
        return self._library.slurm_user()

    def application(self, settings: Settings, peer: Peer) -> Application:
        from slurmrest_inet.api import app  # noqa: PLC0415 - with libslurm loaded

        plugins, sites = app.load_plugins(settings, self._keys), _sites(settings)
        return app.make_application(settings, peer, plugins=plugins, sites=sites)


class _ListeningBackend(_Backend):
    """The same for a listener, which loads all that its instances will need before it forks them."""

    def warm_up(self, settings: Settings, *, network: bool) -> None:
        from slurmrest_inet.api import app  # noqa: PLC0415 - with libslurm loaded

        self._make_application = app.make_application
        self._plugins = app.load_plugins(settings, self._keys)
        self._sites = _sites(settings)
        app.load_all(settings)
        tokens = settings.auth_types[0] == known.JWT or (network and settings.takes_tokens)
        self._library.resolve_controllers()
        self._library.pin_plugins()
        # Where libslurm cannot change the plugin, each instance loads the one that its first request needs.
        if len(settings.auth_types) == 1 or settings.own_token is not None or self._library.changes_auth():
            self._library.load_auth(token=tokens or settings.own_token is not None)

    def immortalise(self) -> None:
        self._library.immortalise_program()

    def rehearsal(self, settings: Settings, *, listings: bool) -> tuple[Application, bytes] | None:
        if not settings.takes_tokens:
            return None
        from slurmrest_inet.api import rehearsal  # noqa: PLC0415 - with libslurm loaded

        return rehearsal.application(settings), rehearsal.requests(settings, listings=listings)

    def application(self, settings: Settings, peer: Peer, *, once: bool = True) -> Application:
        return self._make_application(settings, peer, once=once, plugins=self._plugins, sites=self._sites)
