# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmrest-inet --check: say in plain lines what is right on this host and what is not, and change nothing.

Rule 1: one line for each matter: "ok" for what is right, "NO" for what has to be changed, "--" for what could not be
        looked at or is not needed.
Rule 2: a matter that fails does not hide the next one. What may end the process (libslurm and a bad slurm.conf) or give
        up its rights happens in a child.
Rule 3: all is right only where no request would fail: each operation that is served is tried (api/trial.py).
Rule 4: no secret is written.
"""

from __future__ import annotations

import _socket
import mmap
import os
import signal
import time
from typing import Any

from slurmrest_inet.auth import Identity
from slurmrest_inet.auth.keys import read_keys
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.serve import confine
from slurmrest_inet.settings import AUTH_PLUGINS, JWT, LOCAL, StartError

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Callable

    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.serve.log import Log
    from slurmrest_inet.settings import Settings

EXIT_RIGHT = 0
EXIT_WRONG = 1

_SECONDS = 60  # for one child: libslurm's own patience with a daemon that is down is shorter
_MUNGE_SOCKET = "/run/munge/munge.socket.2"  # munge's own default (munged(8))
_TOKEN_SECONDS = 60
_MUNGE, _JWT = "auth/munge", "auth/jwt"


def _line(mark: str, text: str) -> None:
    os.write(1, f"{mark}  {text}\n".encode("utf-8", "backslashreplace"))


class _Report:
    """The lines; `right` until one of them is a NO."""

    def __init__(self) -> None:
        self.right = True

    def ok(self, text: str) -> None:
        _line("ok", text)

    def no(self, text: str) -> None:
        self.right = False
        _line("NO", text)

    def skip(self, text: str) -> None:
        _line("--", text)


def run(settings: Settings, environ: MutableMapping[str, str], log: Log) -> int:
    """Look at everything; 0 if it is right, else 1. `environ` is os.environ."""
    report = _Report()
    log.level = min(log.level, 2)  # libslurm and we are asked for results, not for stories
    keys = _look_at_keys(report, settings)
    _look_at_packages(report)
    is_user = _look_at_user(report, settings)
    _look_at_plug_ins(report, settings)
    if is_user and _look_at_library(report) and _look_at_conf(report, settings):
        _look_at_slurm(report, settings, environ, keys)
    os.write(1, b"All is right.\n" if report.right else b"Something has to be changed: see the lines with NO.\n")
    return EXIT_RIGHT if report.right else EXIT_WRONG


def _look_at_keys(report: _Report, settings: Settings) -> Keys | None:
    """Before the user is changed: keys are read by whoever starts the program."""
    try:
        keys = read_keys(settings)
        if keys is None:
            report.skip("tokens are passed on unread (no --jwt-key, no --jwks): slurmctld verifies them")
            return None
        from slurmrest_inet.auth import jwt, verify  # noqa: PLC0415 - loads PyJWT, which may be missing

        verify.Verifier(jwt, keys, lambda _user: False)
    except StartError as error:
        report.no(str(error))
        return None
    report.ok("tokens are verified here, too: " + ", ".join(path for path in (settings.jwt_key, settings.jwks) if path))
    return keys


def _look_at_packages(report: _Report) -> None:
    from importlib.metadata import version  # noqa: PLC0415 - only this line needs it

    report.ok(f"h11 {version('h11')}")
    try:
        import yaml  # noqa: PLC0415 - may be missing
    except ImportError:
        report.no("PyYAML is not installed: bodies in YAML are not understood (answers in YAML are written)")
    else:
        report.ok(f"PyYAML {yaml.__version__}")


def _look_at_plug_ins(report: _Report, settings: Settings) -> None:
    """The site's own, which are loaded by the user who would serve."""
    own = [name for name in settings.auth_types if name not in AUTH_PLUGINS]
    for name in (*settings.site_plugins, *own):
        from slurmrest_inet.api import sites  # noqa: PLC0415 - most have none
        from slurmrest_inet.auth.plugins import plugin  # noqa: PLC0415 - likewise

        try:
            if name in own:
                plugin(name, settings.own_token)
            else:
                sites.load(settings._replace(openapi_plugins=(name,)))
        except StartError as error:
            report.no(str(error))
        else:
            report.ok(f"plug-in {name}")


def _look_at_user(report: _Report, settings: Settings) -> bool:
    """Become the user who would serve; what follows is what that user sees."""
    if "become_user" in settings.security:
        report.skip("become_user: each client is served as itself; this check goes on as the present user")
        return True
    try:
        confine.drop_ids(settings)
        confine.refuse_users(settings)
    except StartError as error:
        hint = " Give -u USER, or run this as the user who serves." if os.geteuid() == 0 else ""
        report.no(f"user: {error}{hint}")
        return os.geteuid() != 0 or settings.user is None
    report.ok(f"user: {_name(os.geteuid())} (uid {os.geteuid()}, gid {os.getegid()})")
    return True


def _name(uid: int) -> str:
    import pwd  # noqa: PLC0415 - only this line asks

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return "a user without an entry"


def _look_at_library(report: _Report) -> bool:
    try:
        from slurmrest_inet.slurm import library  # noqa: PLC0415 - loads libslurm, which may be missing

        library.check_release()
    except StartError as error:
        report.no(str(error))
        return False
    report.ok(f"libslurm is of the release that this program was built for: {library.BUILT_FOR}")
    return True


def _in_child(work: Callable[[], None]) -> int:
    """Do `work` in a child and return its exit status; what it writes stands in our output."""
    process = os.fork()
    if not process:
        status = EXIT_WRONG
        try:
            signal.alarm(_SECONDS)  # the default of SIGALRM ends the process
            work()
            status = EXIT_RIGHT
        except (StartError, OSError) as error:
            _line("NO", str(error))
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _look_at_conf(report: _Report, settings: Settings) -> bool:
    from slurmrest_inet.slurm import library  # noqa: PLC0415 - loaded by now

    path = settings.conf or "the one that libslurm finds"
    status = _in_child(lambda: library.start(settings.conf))
    if status:
        report.right = False
        report.no(f"slurm.conf cannot be used: {path}")
        return False
    library.start(settings.conf)
    report.ok(f"slurm.conf: {path}")
    try:
        confine.refuse_slurm_user(settings, library.slurm_user())
    except StartError as error:
        report.no(f"user: {error}")
    return True


def _look_at_slurm(report: _Report, settings: Settings, environ: MutableMapping[str, str], keys: Keys | None) -> None:
    from slurmrest_inet.slurm import library  # noqa: PLC0415 - loaded by now

    conf = library.configuration()
    if conf is None:
        report.skip("this release of libslurm does not show its configuration")
        return
    auth_type, alternatives = library.text_of(conf.authtype), library.text_of(conf.authalttypes)
    _look_at_plugins(report, settings, library.text_of(conf.plugindir).split(":"), auth_type)
    if settings.takes_tokens:
        if _JWT in (auth_type, *alternatives.split(",")):
            report.ok(f"AuthAltTypes={alternatives or auth_type}: slurmctld takes tokens")
        else:
            report.no("AuthAltTypes=auth/jwt is missing in slurm.conf: slurmctld takes no tokens")
    if auth_type == _MUNGE:
        _look_at_munge(report, settings, library.text_of(conf.authinfo))
    token, how = settings.own_token, "the token in SLURM_JWT"
    if token is None and keys is not None and keys.secret is not None:
        from slurmrest_inet.auth import verify  # noqa: PLC0415 - loaded by now

        how = "a token made with --jwt-key"
        token = verify.make_token(keys.secret, _name(os.geteuid()), _TOKEN_SECONDS, int(time.time()))
    if token is not None:
        _ask(report, settings, conf, Identity(JWT, None, token), how)
    elif settings.takes_own_user and "SLURM_JWT" not in environ:
        _ask(report, settings, conf, Identity(LOCAL, None, None), f"{auth_type} as {_name(os.geteuid())}")
    else:
        report.skip("no token to try: put one in SLURM_JWT, or give --jwt-key")
        _knock(report, "slurmctld", library.text_of(conf.control_machine[0]), conf.slurmctld_port)
        if _has_slurmdbd(library, conf):
            _knock(report, "slurmdbd", library.text_of(conf.accounting_storage_host), conf.accounting_storage_port)


def _look_at_plugins(report: _Report, settings: Settings, folders: list[str], auth_type: str) -> None:
    needed = set()
    if settings.takes_tokens:
        needed.add(_JWT)
    if settings.takes_own_user:
        needed.add(auth_type)
    for name in sorted(needed):
        file = name.replace("/", "_") + ".so"
        found = [folder for folder in folders if os.access(os.path.join(folder, file), os.R_OK)]
        if found:
            report.ok(f"Slurm's plugin {name}: {os.path.join(found[0], file)}")
        else:
            report.no(f"Slurm's plugin {name} is not in {':'.join(folders)}: install it")


def _look_at_munge(report: _Report, settings: Settings, info: str) -> None:
    path = next((word[7:] for word in info.split(",") if word.startswith("socket=")), _MUNGE_SOCKET)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(path)
    except OSError as error:
        if settings.takes_own_user:
            report.no(f"munge's socket {path}: {error.strerror} (rest_auth/local needs munged)")
        else:
            report.skip(f"munge's socket {path}: {error.strerror}; tokens do not need it")
    else:
        report.ok(f"munge's socket: {path}")
    finally:
        connection.close()


def _has_slurmdbd(library: Any, conf: Any) -> bool:
    return bool(library.text_of(conf.accounting_storage_type) == "accounting_storage/slurmdbd")


def _knock(report: _Report, daemon: str, host: str, port: int) -> None:
    """Whether somebody listens there: all that can be seen without credentials."""
    try:
        family, kind, protocol, _, where = _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM)[0]
        connection = _socket.socket(family, kind, protocol)
        connection.settimeout(5.0)
        try:
            connection.connect(where)
        finally:
            connection.close()
    except OSError as error:
        report.no(f"{daemon} does not listen at {host}:{port}: {error}")
    else:
        report.ok(f"{daemon} listens at {host}:{port}")


def _ask(report: _Report, settings: Settings, conf: Any, identity: Identity, how: str) -> None:
    """Ask both daemons something as `identity`, in a child, which then holds the credentials."""
    from slurmrest_inet import versions  # noqa: PLC0415 - loaded by now
    from slurmrest_inet.api import selection  # noqa: PLC0415 - with libslurm loaded
    from slurmrest_inet.slurm import calls, database, library  # noqa: PLC0415 - loaded by now

    def slurmctld() -> None:
        library.adopt(identity)
        try:
            found = calls.controllers()
        except library.SlurmError as error:
            raise StartError(f"slurmctld does not answer, asked with {how}: {error.text}") from None
        for host, code in found:
            if code:
                raise StartError(f"slurmctld on {host} does not answer: {library.strerror(code)}")
        _line("ok", f"slurmctld on {', '.join(host for host, _ in found)} answers, asked with {how}")

    def slurmdbd() -> None:
        library.adopt(identity)
        try:
            database.tres().close()
        except library.SlurmError as error:
            said = library.strerror(error.errno) if error.errno > 0 else error.text
            raise StartError(f"slurmdbd does not answer, asked with {how}: {said}") from None
        _line("ok", f"slurmdbd answers, asked with {how}")

    works = {"slurm": slurmctld}
    if not any(selection.is_selected(settings, "slurmdb", version) for version in versions.SERVED["slurmdb"]):
        report.skip("nothing of slurmdbd's is served (-s)")
    elif _has_slurmdbd(library, conf):
        works["slurmdb"] = slurmdbd
    else:
        report.skip("slurm.conf names no slurmdbd (AccountingStorageType): operations on it cannot be served")
    answering = []
    for side, work in works.items():
        status = _in_child(work)
        if status:
            report.right = False
        if status not in (EXIT_RIGHT, EXIT_WRONG):
            report.no(f"asking {versions.DAEMONS[side]} ended the process (status {status})")
        if status == EXIT_RIGHT:
            answering.append(side)
    if answering:
        alone = [side for side in versions.SIDES if side not in versions.DAEMONS]
        _try_operations(report, settings, identity, [*answering, *alone])


def _try_operations(report: _Report, settings: Settings, identity: Identity, sides: list[str]) -> None:
    """Try what requests need as `identity`: in a child, and what comes after a trial that ends it in another one."""
    from slurmrest_inet.api import trial  # noqa: PLC0415 - with libslurm loaded
    from slurmrest_inet.slurm import library  # noqa: PLC0415 - loaded by now

    every = list(trial.trials(settings, sides))
    shared = mmap.mmap(-1, 8)  # with the children: how many trials have begun; one more, when all are over

    def begun() -> int:
        return int.from_bytes(shared[:], "little")

    def work() -> None:
        library.adopt(identity)
        right, refused = True, 0
        for index in range(begun(), len(every)):
            signal.alarm(_SECONDS)
            shared[:] = (index + 1).to_bytes(8, "little")
            request, attempt = every[index]
            try:
                attempt()
            except trial.RefusedError as error:
                _line("--", f"{request}: {error} (this user)")
                refused += 1
            except trial.MissingError as error:
                _line("--", f"{request}: {error}")
                refused += 1
            except trial.FailedError as error:
                _line("NO", f"{request} fails: {error}")
                right = False
        shared[:] = (len(every) + 1).to_bytes(8, "little")
        if not right:
            os._exit(EXIT_WRONG)
        if not ended:
            _line("ok", f"each operation that is served was tried: {len(every) - refused} requests were answered")

    ended = False
    while begun() <= len(every):
        before = begun()
        status = _in_child(work)
        if status:
            report.right = False
        if begun() <= len(every):
            # libslurm's fatal() ends a process like any other fault, with status 1.
            ended = True
            what = every[begun() - 1][0] if begun() > before else "an operation"
            report.no(f"{what} ends the process (status {status})")
            if begun() in (before, len(every)):
                return
