# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that an administrator can set, read once from options and environment into one frozen value.

Rule 1: nobody else reads `SLURMRESTD_*` or `SLURMREST_INET_*` variables, and nothing here is changed later.
Rule 2: an option beats its variable; a value that cannot be meant is an error with one sentence, never a default.
Rule 3: no file, user database or library is touched: reading settings cannot hang and needs no privilege. Only for the
        name of a plugin that is not ours somebody else is asked.

The `SLURMRESTD_*` variables and the options are slurmrestd's own (slurmrestd(8), of all releases from 20.11 on). The
`SLURMREST_INET_*` variables are ours; each stands below with its default and the reason for it.
"""

from __future__ import annotations

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Callable

LOCAL, JWT = "rest_auth/local", "rest_auth/jwt"
AUTH_PLUGINS = (LOCAL, JWT)
"""In the order in which they are asked when nobody chooses (slurmrestd: as it finds them in its directory), but then
tokens go to rest_auth/jwt alone: see auth/__init__.py."""

OPENAPI_PLUGINS = tuple(name for name in versions.PLUGINS if name.startswith("openapi/"))
DATA_PARSERS = tuple(name for name in versions.PLUGINS if name.startswith("data_parser/"))
"""All that some release has had: who changes the release, or the program, need not change a command line."""
DATA_PARSER_FLAGS = ("fast", "complex")
DOCUMENT_FLAGS = ("spec_only", "prefer_refs", "minimize_refs", "inline_enums")
"""Flags of data_parser plugins that shape OpenAPI documents, or show them in the place of answers (spec_only)."""

SECURITY_WORDS = ("disable_unshare_sysv", "disable_unshare_files", "disable_user_check", "become_user")

LOG_LEVELS = ("quiet", "fatal", "error", "info", "verbose", "debug", "debug2", "debug3", "debug4", "debug5")
"""Slurm's names for its levels; the place in the row is the number (slurm.conf(5), SlurmctldDebug)."""

JSON_STYLES = ("compact", "pretty", "complex")
YAML_STYLES = ("compact", "pretty", "complex", "no_tag")

LIMIT_NAMES = ("head_bytes", "header_count", "target_bytes", "body_bytes", "requests")
"""What of http.limits.Limits can be set from outside: SLURMREST_INET_HEAD_BYTES and so on; defaults stand there."""


class StartError(Exception):
    """This process cannot serve; the text is one sentence for the administrator."""


class SettingsError(StartError):
    """An option or variable that cannot be honoured."""


class Options(NamedTuple):
    """The command line, taken apart but not yet judged; None is "not given"."""

    auth_types: str | None = None
    openapi_plugins: str | None = None
    data_parsers: str | None = None
    conf: str | None = None
    user: str | None = None
    group: str | None = None
    threads: str | None = None
    max_connections: str | None = None
    verbose: int = 0
    addresses: tuple[str, ...] = ()
    jwt_key: str | None = None
    jwks: str | None = None
    idle_exit: str | None = None
    token: str | None = None
    lifespan: str | None = None


class Deadlines(NamedTuple):
    """How long one may be waited for: seconds, and bytes a second where a slow but living peer is borne with.

    Every phase has one deadline that single bytes do not push away. Where many bytes are due, waiting uses time up and
    each `*_rate` bytes bring one second back, never more than there was at first: a client must be about as fast as the
    rate, and may pause for as long as the deadline (the model is Postfix, smtpd_per_request_deadline with
    smtpd_min_data_rate).
    """

    first_byte: float = 60.0  # a client connects because it has something to say; ssh's own login may stand between
    head: float = 30.0  # a head is one packet; 30 s are ten retransmissions of it
    body: float = 30.0  # as for the head; what a body needs longer the rate gives it
    body_rate: float = 4096.0  # 32 kbit/s: less is no link, and 50 MiB still have 3.5 hours
    write: float = 60.0  # a client may parse a piece before it reads on
    write_rate: float = 4096.0  # as for the body
    idle: float = 75.0  # longer than the 60 s of nginx's upstream keep-alive, so that the proxy hangs up first
    request: float = 600.0  # inside libslurm; slurmdbd may search minutes in years of jobs
    allocate: float = 0.0  # 0: none; an allocation may be days away, and its client can go at any time
    grace: float = 5.0  # for an answer on its way after SIGTERM; super-servers kill after 10 s or more
    linger: float = 30.0  # for a client that still sends while the refusal waits for it (nginx lingering_time)


class Listener(NamedTuple):
    """What a listener has beyond an instance. Times in seconds; 0 is "none" for each.

    A source is an address, and behind one may be a portal, a proxy or a login host with many users. By default (fair)
    a source has all places that nobody else needs, gives some back when somebody does, and nobody waits for what others
    of its address do. Where each address is one user, SLURMREST_INET_SOURCES=strict caps and penalises: see STRICT.
    """

    per_source_connections: int = 0  # fair: no number is right for a portal and for a laptop
    source_prefix_ipv4: int = 32
    source_prefix_ipv6: int = 64  # what one household or one host is given (RFC 6177)
    # Fair: a misdeed of one user would be everybody's of that address.
    penalty_crash: float = 0.0
    penalty_refused: float = 0.0
    penalty_fault: float = 0.0
    penalty_late: float = 0.0
    # OpenSSH's own (sshd_config(5), PerSourcePenalties); without a penalty they mean nothing.
    penalty_minimum: float = 15.0
    penalty_maximum: float = 600.0
    # Forked ahead of their connections, in quiet moments, and 2.4 MiB each. What a page or a script asks for at once is
    # answered in half of the time that it takes with two.
    spare_instances: int = 4
    drain: float = 30.0  # for requests that are being answered when the listener is asked to end
    idle_exit: float = 0.0
    # Behind a proxy on this machine are many users, also where the others are strictly counted.
    exempt_sources: tuple[str, ...] = ("127.0.0.0/8", "::1")


SOURCES = ("fair", "strict")
"""What SLURMREST_INET_SOURCES can be."""

# OpenSSH's own seconds. The cap of connections, half of all places, stands in `_listener`: nobody alone can fill a
# listener, and a proxy still gets many.
STRICT = Listener(penalty_crash=90.0, penalty_refused=5.0, penalty_fault=1.0, penalty_late=10.0)


class Settings(NamedTuple):
    """All settings of one process. Sizes in bytes, times in seconds, `memory` in MiB; 0 is "no limit" where said."""

    addresses: tuple[str, ...] = ()  # none: inetd mode
    conf: str | None = None  # path of slurm.conf; None: libslurm's own search
    auth_types: tuple[str, ...] = AUTH_PLUGINS
    tokens_first: bool = True  # nobody chose an order
    own_token: str | None = None  # SLURM_JWT, if that is a token and not a placeholder
    openapi_plugins: tuple[str, ...] | None = None  # None: all that the host can serve
    data_parsers: tuple[str, ...] | None = None  # each with its "+flag"s
    user: str | None = None
    group: str | None = None
    threads: str | None = None  # judged by the listener only: inetd mode ignores it
    max_connections: int = 124
    level: int = LOG_LEVELS.index("info")
    security: frozenset[str] = frozenset()
    json_style: frozenset[str] = frozenset({"compact"})
    yaml_style: frozenset[str] = frozenset({"pretty"})
    response_status_codes: tuple[str, ...] | None = None  # of documents; never of live answers
    deadlines: Deadlines = Deadlines()
    limits: tuple[tuple[str, int], ...] = ()  # what differs from http.limits.Limits
    memory: int = 16384  # MiB of address space: a listing of four million jobs, 0 is no limit
    cpu: int = 3600  # seconds of processor time of one connection, 0 is no limit
    syslog: str = "/dev/log"
    jwt_key: str | None = None  # verify tokens that are signed with this key
    jwks: str | None = None  # verify tokens that are signed with one of these keys
    listener: Listener = Listener()

    def __repr__(self) -> str:
        pairs = zip(self._fields, self._replace(own_token="***" if self.own_token else None))
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in pairs)})"

    @property
    def inetd(self) -> bool:
        """Whether the client is on descriptors 0 and 1."""
        return not self.addresses

    @property
    def takes_tokens(self) -> bool:
        """Whether a client may show a token."""
        return JWT in self.auth_types

    @property
    def site_plugins(self) -> tuple[str, ...]:
        """The OpenAPI plugins that are the site's own."""
        return tuple(name for name in self.openapi_plugins or () if name not in OPENAPI_PLUGINS)

    @property
    def shapes_documents(self) -> bool:
        """Whether documents may be asked for otherwise than the build has made them."""
        few = any("minimize_refs" in name.split("+") for name in self.data_parsers or ())
        return few or self.response_status_codes is not None

    @property
    def takes_own_user(self) -> bool:
        """Whether a client may be the user of this process, without a token."""
        return LOCAL in self.auth_types


def _nobody(_kind: str, _name: str) -> bool:
    return False


def read(options: Options, environ: Mapping[str, str], is_offered: Callable[[str, str], bool] = _nobody) -> Settings:
    """Judge `options` and `environ` (os.environ or a copy) and return the Settings; raises SettingsError.

    is_offered: whether the site has a plug-in of a kind ("openapi", "rest_auth") and name; asked of what is not ours.
    """
    own = _own_numbers(environ)
    deadlines = Deadlines(**{name: own.pop(name) for name in Deadlines._fields if name in own})
    limits = tuple((name, int(own.pop(name))) for name in LIMIT_NAMES if name in own)
    defaults = Settings()
    addresses = (*_words(environ.get("SLURMRESTD_LISTEN")), *options.addresses)
    auth = _either(options.auth_types, environ.get("SLURMRESTD_AUTH_TYPES"))
    openapi = _either(options.openapi_plugins, environ.get("SLURMRESTD_OPENAPI_PLUGINS"))
    parsers = _either(options.data_parsers, environ.get("SLURMRESTD_DATA_PARSER_PLUGINS"))
    connections = _either(options.max_connections, environ.get("SLURMRESTD_MAX_CONNECTIONS"))
    max_connections = _positive("--max-connections", connections) if connections else defaults.max_connections
    listener = _listener(options, environ, own, max_connections)
    own_token = environ.get("SLURM_JWT")
    by_default: tuple[str, ...] = AUTH_PLUGINS
    if own_token is not None and own_token.count(".") != 2:
        # Not a token's three parts (RFC 7515 section 3.1), so libslurm has no credential but those of the clients.
        own_token, by_default = None, (JWT,)
    auth_types = _plugins("rest_auth", auth, AUTH_PLUGINS, is_offered) if auth else by_default
    if LOCAL in auth_types and not set(auth_types) <= set(AUTH_PLUGINS):
        # Such a plug-in needs that token to be root's or SlurmUser's (auth/site.py).
        raise SettingsError(
            f"{LOCAL} cannot stand beside a plug-in of the site's own: this process's own user and root would be "
            "whom the token in SLURM_JWT is for."
        )
    stand_ins = environ.get("SLURMREST_INET_STAND_INS") or "yes"
    if stand_ins not in ("yes", "no"):  # lazy.py has followed it already
        raise SettingsError(f"SLURMREST_INET_STAND_INS is yes or no, not {stand_ins!r}.")
    return Settings(
        addresses=addresses,
        conf=options.conf or environ.get("SLURM_CONF"),
        auth_types=auth_types,
        tokens_first=not auth,
        own_token=own_token,
        openapi_plugins=_plugins("openapi", openapi, OPENAPI_PLUGINS, is_offered) if openapi else None,
        data_parsers=_data_parsers(parsers) if parsers else None,
        user=options.user,
        group=options.group,
        threads=options.threads,
        max_connections=max_connections,
        level=min(_level(environ.get("SLURMRESTD_DEBUG")) + options.verbose, len(LOG_LEVELS) - 1),
        security=_known("SLURMRESTD_SECURITY", environ, SECURITY_WORDS, defaults.security),
        json_style=_known("SLURMRESTD_JSON", environ, JSON_STYLES, defaults.json_style),
        yaml_style=_known("SLURMRESTD_YAML", environ, YAML_STYLES, defaults.yaml_style),
        response_status_codes=_statuses(environ.get("SLURMRESTD_RESPONSE_STATUS_CODES")),
        deadlines=deadlines,
        limits=limits,
        memory=int(own.get("memory", defaults.memory)),
        cpu=int(own.get("cpu", defaults.cpu)),
        syslog=environ.get("SLURMREST_INET_SYSLOG") or defaults.syslog,
        jwt_key=_either(options.jwt_key, environ.get("SLURMREST_INET_JWT_KEY")) or None,
        jwks=_either(options.jwks, environ.get("SLURMREST_INET_JWKS")) or None,
        listener=listener,
    )


def foreign(settings: Settings, release: int) -> list[str]:
    """Return the plugins that were chosen and that slurmrestd of a release (2205) does not have."""
    chosen = (*(settings.openapi_plugins or ()), *(settings.data_parsers or ()))
    names = dict.fromkeys(name.partition("+")[0] for name in chosen)
    return [name for name in names if name in versions.PLUGINS and not versions.has_plugin(name, release)]


def _listener(options: Options, environ: Mapping[str, str], own: dict[str, float], max_connections: int) -> Listener:
    values: dict[str, Any] = {name: own.pop(name) for name in _LISTENER_NUMBERS if name in own}
    values.update({name: int(values[name]) for name in _COUNTS if name in values})
    if options.idle_exit is not None:
        values["idle_exit"] = float(_positive("--idle-exit", options.idle_exit))
    exempt = environ.get("SLURMREST_INET_EXEMPT_SOURCES")
    if exempt is not None:
        values["exempt_sources"] = () if exempt == "none" else _words(exempt)
    sources = environ.get("SLURMREST_INET_SOURCES") or SOURCES[0]
    if sources not in SOURCES:
        raise SettingsError(f"SLURMREST_INET_SOURCES is {' or '.join(SOURCES)}, not {sources!r}.")
    base = Listener()
    if sources == "strict":
        base = STRICT._replace(per_source_connections=max(1, max_connections // 2))
    listener = base._replace(**values)
    for name, most in (("source_prefix_ipv4", 32), ("source_prefix_ipv6", 128)):
        if getattr(listener, name) > most:
            raise SettingsError(f"SLURMREST_INET_{name.upper()} is {most} at most.")
    return listener


def _either(option: str | None, variable: str | None) -> str | None:
    return variable if option is None else option


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word) if text else ()


def _plugins(
    kind: str, text: str, known: Iterable[str], is_offered: Callable[[str, str], bool] = _nobody
) -> tuple[str, ...]:
    """A comma list of plugin names, with or without "kind/", in its order and without repetitions."""
    names = []
    for word in _words(text):
        name = word if word.startswith(kind + "/") else f"{kind}/{word}"
        if name not in known and not is_offered(kind, name.partition("/")[2]):
            raise SettingsError(f"There is no {kind} plugin {word!r}.")
        if name not in names:
            names.append(name)
    if not names:
        raise SettingsError(f"No {kind} plugin is named in {text!r}.")
    return tuple(names)


def _data_parsers(text: str) -> tuple[str, ...]:
    names = []
    for word in _words(text):
        parser, *flags = word.split("+")
        (name,) = _plugins("data_parser", parser, (*DATA_PARSERS, "data_parser/latest"))
        for flag in flags:
            if flag not in (*DATA_PARSER_FLAGS, *DOCUMENT_FLAGS):
                raise SettingsError(f"data_parser plugins do not know the flag {flag!r}.")
        names.append("+".join((name, *flags)))
    if not names:
        raise SettingsError(f"No data_parser plugin is named in {text!r}.")
    return tuple(names)


def _level(text: str | None) -> int:
    if not text:
        return LOG_LEVELS.index("info")
    if text.lower() in LOG_LEVELS:
        return LOG_LEVELS.index(text.lower())
    if text.isascii() and text.isdigit() and int(text) < len(LOG_LEVELS):
        return int(text)
    raise SettingsError(f"SLURMRESTD_DEBUG is neither a level from 0 to 9 nor the name of one: {text!r}.")


_STATUSES = {"entity too large": 413, "internal error": 500, "not allowed": 405, "unprocessable content": 422}
"""Names that slurmrestd has for statuses, where they are not those of RFC 9110."""


def _statuses(text: str | None) -> tuple[str, ...] | None:
    """Return the statuses of documents, numbers and "default"; None: those that answers have."""
    found = []
    for word in _words(text):
        name = word.lower()
        number = name.lstrip("0") if name.isascii() and name.isdigit() else ""
        if len(number) == 3 and int(number) < 600:
            name = number
        elif name != "default":
            from http import HTTPStatus  # noqa: PLC0415 - names are rare

            names = {**{one.phrase.lower(): one.value for one in HTTPStatus}, **_STATUSES}
            if name not in names:
                raise SettingsError(f"SLURMRESTD_RESPONSE_STATUS_CODES has what is no HTTP status: {word!r}.")
            name = str(names[name])
        found.append(name)
    return tuple(dict.fromkeys(found)) or None


def _positive(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000:
        return int(text)
    raise SettingsError(f"{name} needs a number of at least 1, not {text!r}.")


def _known(name: str, environ: Mapping[str, str], known: Iterable[str], default: frozenset[str]) -> frozenset[str]:
    """The words of a comma list, all of which are known."""
    words = _words(environ.get(name))
    for word in words:
        if word not in known:
            raise SettingsError(f"{name} does not know the word {word!r}.")
    return frozenset(words) or default


_LISTENER_NUMBERS = tuple(name for name in Listener._fields if name != "exempt_sources")
_COUNTS = ("per_source_connections", "source_prefix_ipv4", "source_prefix_ipv6", "spare_instances")
_MAY_BE_ZERO = ("memory", "cpu", "allocate", *_LISTENER_NUMBERS)

_UNITS = {
    **{
        name: name[:-5] + "_bytes_per_second" if name.endswith("_rate") else f"{name}_seconds"
        for name in Deadlines._fields
    },
    **{name: name for name in LIMIT_NAMES},
    **{name: name if name in _COUNTS else f"{name}_seconds" for name in _LISTENER_NUMBERS},
    "memory": "memory_mib",
    "cpu": "cpu_seconds",
}
"""Our numbers and how their variables end: SLURMREST_INET_HEAD_SECONDS, SLURMREST_INET_BODY_BYTES_PER_SECOND …"""

OWN_VARIABLES = {f"SLURMREST_INET_{ending.upper()}": name for name, ending in _UNITS.items()}


_TEXTS = frozenset(
    f"SLURMREST_INET_{ending}"
    for ending in ("EXEMPT_SOURCES", "JWKS", "JWT_KEY", "KEPT", "SOURCES", "STAND_INS", "SYSLOG")
)
"""Ours that are no numbers. KEPT is what a listener that starts itself anew leaves to itself."""


def _own_numbers(environ: Mapping[str, str]) -> dict[str, float]:
    numbers = {}
    for variable, text in environ.items():
        if not variable.startswith("SLURMREST_INET_") or variable in _TEXTS:
            continue
        name = OWN_VARIABLES.get(variable)
        if name is None:
            # A limit that is spelled wrongly would otherwise be a limit that is not there.
            raise SettingsError(f"There is no setting {variable}.")
        whole, _dot, fraction = text.partition(".")
        digits = whole + fraction
        if not (whole and digits.isascii() and digits.isdigit() and len(digits) <= 15):
            raise SettingsError(f"{variable} needs a number, not {text!r}.")
        if name not in _MAY_BE_ZERO and not float(text):
            raise SettingsError(f"{variable} must be more than 0.")
        if fraction and (name in _COUNTS or name not in (*Deadlines._fields, *_LISTENER_NUMBERS)):
            raise SettingsError(f"{variable} needs a whole number, not {text!r}.")
        numbers[name] = float(text)
    return numbers
