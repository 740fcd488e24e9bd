# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm: loaded, checked, configured, and given the one identity that this process acts for.

Rule 1: this package is the only importer of the compiled extension.
Rule 2: the extension is loaded so that its symbols are global, because libslurm's plugins take theirs from there.
Rule 3: a token goes to libslurm's own plugin unread and is kept nowhere else.
"""

from __future__ import annotations

import os
import sys

from slurmrest_inet import versions
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from typing import Any, Callable

    from slurmrest_inet.auth import Identity


class LibraryError(StartError):
    """libslurm cannot be used on this host; the text is one sentence for the administrator."""


class SlurmError(Exception):
    """A call to Slurm failed.

    ``code`` is what the call returned, which may be -1; ``errno`` is what libslurm left in errno; ``text`` belongs to
    ``code`` (slurm_strerror).
    """

    def __init__(self, code: int, errno: int) -> None:
        self.code = code
        self.errno = errno
        self.text = strerror(code)
        super().__init__(f"{code} {self.text} (errno {errno})")

    @property
    def reason(self) -> int:
        """What went wrong: ``code``, or errno where that says no more than that it failed. Never 0, a success."""
        return self.code if self.code > 0 else self.errno or -1


def _load() -> tuple[Any, Any]:
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_GLOBAL | os.RTLD_NOW)
    try:
        import slurmrest_inet._slurm as extension  # noqa: PLC0415 - must happen under the flags above
    except ModuleNotFoundError as error:
        raise LibraryError(
            f"{error.name} is not there: build slurmrest-inet for this Python and the installed Slurm (pip install)"
        ) from None
    except ImportError as error:
        raise LibraryError(
            f"libslurm cannot be loaded ({error}): install the release of Slurm that slurmrest-inet was built for, "
            "or build slurmrest-inet again"
        ) from None
    finally:
        sys.setdlopenflags(flags)
    return extension.ffi, extension.lib


ffi, lib = _load()


def _release(number: int) -> str:
    """Return 22.05.8 for 0x160508."""
    return f"{number >> 16 & 0xFF}.{number >> 8 & 0xFF:02d}.{number & 0xFF}"


BUILT_FOR = _release(lib.SLURM_VERSION_NUMBER)
"""The release whose headers the extension was compiled with."""

VERSION = tuple(int(part) for part in BUILT_FOR.split("."))
"""(major, minor, micro) of the same."""

RELEASE = VERSION[0] * 100 + VERSION[1]
"""Its year and month, as tables have them: 2205."""


def package() -> str:
    """Return what the Slurm that was built for calls itself in front of its release."""
    return text_of(lib.built_for_package())


def check_release() -> None:
    """Refuse a libslurm of another release: the structs would not fit. Raises LibraryError."""
    found = lib.slurm_api_version() >> 16
    # Maintenance releases keep the number and the structs, so the patch level is free.
    if found != lib.BUILT_FOR_API:
        raise LibraryError(
            f"slurmrest-inet was built for Slurm {BUILT_FOR}, but the installed libslurm is of "
            f"{versions.SONAMES.get(found, f'another release (libslurm.so.{found})')}: build slurmrest-inet again"
        )


_NAME = ffi.new("char[]", b"slurmrest-inet")
"""libslurm keeps a pointer to it."""


_path: Any = ffi.NULL
"""The slurm.conf that was read, for libslurm to read it once more."""

_auth_type = ""
"""AuthType of slurm.conf, which libslurm forgets where it uses the plugin for tokens."""


def start(conf: str | None) -> None:
    """Read slurm.conf (a path, or None: SLURM_CONF or the compiled-in one). Raises LibraryError.

    No plugin is loaded yet: releases after 22.05 load one for authentication with the others (`load_auth`), and which
    one it has to be, the first identity says. libslurm itself ends the process with a sentence when the file cannot be
    parsed.
    """
    global _path, _auth_type  # noqa: PLW0603 - libslurm's own state is global, and these describe it
    check_release()
    path = conf or os.environ.get("SLURM_CONF")
    if path and not os.access(path, os.R_OK):
        raise LibraryError(f"slurm.conf cannot be read: {path}")
    lib.name_program(_NAME)
    _path = ffi.new("char[]", path.encode()) if path else ffi.NULL
    lib.read_conf(_path)
    found = configuration()
    _auth_type = "" if found is None else text_of(found.authtype)


def slurm_user() -> int | None:
    """Return the uid of SlurmUser as slurm.conf says it; None when this release of libslurm does not tell."""
    uid: int = lib.conf_slurm_user()
    return None if uid < 0 else uid


def configuration() -> Any:
    """Return the loaded slurm.conf as slurm_conf_t, None when this release of libslurm hides it."""
    conf = lib.conf_loaded()
    return None if conf == ffi.NULL else conf


def token_settings() -> tuple[str, str] | tuple[None, None]:
    """Return AuthAltParameters and AuthInfo of slurm.conf; Nones when this release of libslurm hides them."""
    conf = configuration()
    return (None, None) if conf is None else (text_of(conf.authalt_params), text_of(conf.authinfo))


def text_of(chars: Any) -> str:
    """Return the text that a ``char *`` of libslurm's leads to; empty for NULL."""
    return "" if chars == ffi.NULL else str(ffi.string(chars).decode(errors="replace"))


def name_of(chars: Any) -> str:
    """As text_of, without loss: what Slurm is asked with again, or what is compared (`chars_of` turns it back)."""
    return "" if chars == ffi.NULL else str(ffi.string(chars).decode("utf-8", "surrogateescape"))


def chars_of(text: str) -> Any:
    """Return a text as libslurm takes it: a ``char[]`` that lives as long as somebody here holds it."""
    return ffi.new("char[]", text.encode("utf-8", "surrogateescape"))


def strerror(code: int) -> str:
    """Return Slurm's sentence for an error code."""
    return text_of(lib.slurm_strerror(code))


def adopt(identity: Identity) -> None:
    """Make every later call of this process act for ``identity``. Raises LibraryError.

    May be called again and again: what an earlier identity left in libslurm is replaced. With a token, libslurm must
    use its auth/jwt plugin, which it chooses by the presence of SLURM_JWT; the token and the name are then given to
    that plugin itself (auth_p_thread_config), because a value in the environment would be inherited and logged.
    Without one, AuthType of slurm.conf speaks for the own uid (munge).
    """
    while _leavings:
        _leavings.pop()()
    load_auth(token=identity.token is not None)
    if identity.token is not None:
        _jwt_thread_config(identity.token, identity.user_name)


_leavings: list[Callable[[], None]] = []


def before_change(leave: Callable[[], None]) -> None:
    """Have something done before libslurm acts for somebody else, once: what is open then is closed."""
    if leave not in _leavings:
        _leavings.append(leave)


_loaded: bool | None = None
"""Whether the plugin that libslurm uses is that for tokens; None: it has none yet."""


def load_auth(*, token: bool) -> None:
    """Let libslurm load the plugin for tokens or the one for the own uid, if it is not there yet. Raises LibraryError.

    libslurm holds one at a time, and a token that is given to another one would be overlooked: the request would be
    made as the user of this process.
    """
    global _loaded  # noqa: PLW0603 - libslurm's own state is global, and this describes it
    if _loaded == token:
        return
    if _loaded is None:
        _choose(token=token)
        code = _initialise()
    else:
        code = _exchange_auth(token=token)
    if code:
        raise LibraryError(f"Slurm's authentication plugin cannot be loaded: {strerror(code)}")
    _loaded = token


def changes_auth() -> bool:
    """Tell whether libslurm can change between a token and the user of the process."""
    return _ends_alone() is not None or RELEASE not in versions.ENDS_FOR_GOOD


def _ends_alone() -> tuple[Any, Any] | None:
    """Return the calls that end and begin the plugin for authentication alone; None where they are not exported."""
    end, begin = (lib.dlsym(ffi.NULL, name) for name in (b"slurm_auth_fini", b"slurm_auth_init"))
    return None if ffi.NULL in (end, begin) else (end, begin)


def acts_by_token() -> bool:
    """Whether calls to Slurm are made with a token. It belongs to this thread: libslurm's own threads have none."""
    return bool(_loaded)


def _choose(*, token: bool) -> None:
    if token:
        os.environ["SLURM_JWT"] = "daemon"
    else:
        os.environ.pop("SLURM_JWT", None)


def _exchange_auth(*, token: bool) -> int:
    """Let libslurm drop one plugin, with all that it was given, and load the other."""
    alone = _ends_alone()
    if alone is not None:
        end, begin = alone
        code: int = ffi.cast("int (*)(void)", end)()
        if not code:
            _choose(token=token)
            # Unless SLURM_JWT is set the name decides; libslurm has forgotten the one from slurm.conf.
            code = ffi.cast("int (*)(char *)", begin)(ffi.new("char[]", _auth_type.encode()))
        return code
    if not changes_auth():
        raise LibraryError(
            f"Slurm {BUILT_FOR} does not change between a token and the user of the process on one connection"
        )
    # All that slurm_init did is done again, with the other plugin.
    lib.slurm_fini()
    _choose(token=token)
    return _initialise()


def _initialise() -> int:
    """Let libslurm load its plugins, that for authentication too where slurm_init does not; 0 or an errno."""
    lib.slurm_init(_path)
    code: int = lib.slurm_auth_init_if_exported()
    return code


def pin_plugins() -> None:
    """Keep the plugins mapped that libslurm loads late: processes forked later need not load them again.

    Those for authentication load when an identity needs them, and up to 24.11 those that read what jobs hold of nodes
    with the first nodes or jobs that come.
    """
    loads_select = lib.dlsym(ffi.NULL, b"slurm_get_select_nodeinfo") != ffi.NULL
    for folder in plugin_folders():
        try:
            names = os.listdir(folder)
        except OSError:
            continue  # what is missing here is missed by the request that needs it, with a sentence
        for name in names:
            if name in ("auth_jwt.so", "auth_munge.so") or (loads_select and name.startswith("select_")):
                lib.dlopen(os.path.join(folder, name).encode(), lib.RTLD_LAZY)


def immortalise_program() -> int:
    """Let the interpreter count no more who uses what the program is made of; how many objects that are.

    0 on Python 3.11 and earlier, and where the layout of its objects is not known (cffi_build/immortal.c).
    """
    count: int = lib.immortalise_program()
    return count


def resolve_controllers() -> None:
    """Look slurmctld's addresses up: what the resolver loads for that, processes forked later need not load again."""
    import _socket  # noqa: PLC0415 - only a listener needs it

    conf = configuration()
    for index in range(conf.control_cnt if conf is not None else 0):
        try:
            _socket.getaddrinfo(text_of(conf.control_addr[index]), None, flags=_socket.AI_ADDRCONFIG)
        except OSError:  # noqa: PERF203 - a few turns
            continue  # each call looks it up again, and says so


def _jwt_thread_config(token: str, user_name: str | None) -> None:
    handle = ffi.NULL
    for folder in plugin_folders():
        path = os.path.join(folder, "auth_jwt.so").encode()
        handle = lib.dlopen(path, lib.RTLD_LAZY | lib.RTLD_NOLOAD)
        if handle != ffi.NULL:
            break
    if handle == ffi.NULL:
        raise LibraryError("Slurm's plugin auth/jwt is not loaded: install it and set AuthAltTypes=auth/jwt")
    symbol = lib.dlsym(handle, b"auth_p_thread_config")
    if symbol == ffi.NULL:
        raise LibraryError("Slurm's plugin auth/jwt takes no token (auth_p_thread_config is missing)")
    call = ffi.cast("int (*)(char *, char *)", symbol)
    name = ffi.NULL if user_name is None else chars_of(user_name)
    code = call(chars_of(token), name)
    if code:
        raise LibraryError(f"Slurm's plugin auth/jwt refuses the token: {strerror(code)}")


def plugin_folders() -> list[str]:
    """Return PluginDir of slurm.conf."""
    text = lib.conf_plugin_dir()
    return [] if text == ffi.NULL else ffi.string(text).decode().split(":")
