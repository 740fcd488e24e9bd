# SPDX-License-Identifier: GPL-2.0-or-later
"""Read the keys that verify tokens.

Rule 1: a key that others may read (or, of public keys, change) is no key: the start is refused.
Rule 2: keys are read once, early, while the process may still be root; nothing of PyJWT is needed for it.
"""

from __future__ import annotations

import os
import stat

from slurmrest_inet.record import TYPE_CHECKING, NamedTuple
from slurmrest_inet.settings import StartError

if TYPE_CHECKING:
    from slurmrest_inet.settings import Settings

_KEY_BYTES = 1 << 20  # far more than any key or set of keys


class KeyFileError(StartError):
    """A key that cannot be used; the text is one sentence."""


class Keys(NamedTuple):
    """What verifies tokens: `secret` those signed with HS256, `key_set` (a JSON Web Key Set) those with RS256."""

    secret: bytes | None = None
    key_set: bytes | None = None

    def __repr__(self) -> str:
        return f"Keys({'***' if self.secret else None}, {self.key_set!r})"


def read_keys(settings: Settings) -> Keys | None:
    """The keys of --jwt-key and --jwks, None without either; raises KeyFileError."""
    if settings.jwt_key is None and settings.jwks is None:
        return None
    return Keys(
        None if settings.jwt_key is None else read_secret(settings.jwt_key),
        None if settings.jwks is None else _read(settings.jwks, stat.S_IWGRP | stat.S_IWOTH, "changed"),
    )


def read_secret(path: str) -> bytes:
    """The key with which slurmctld signs and verifies tokens (slurm.conf(5), jwt_key); raises KeyFileError."""
    return _read(path, stat.S_IRWXG | stat.S_IRWXO, "read or changed")


def _read(path: str, forbidden: int, deed: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_KEY_BYTES) if stat.S_ISREG(mode) else None
    except OSError as error:
        raise KeyFileError(f"The key {path} cannot be read: {error.strerror}.") from None
    if data is None:
        raise KeyFileError(f"The key {path} is no file.")
    if mode & forbidden:
        raise KeyFileError(f"The key {path} can be {deed} by others than its owner (mode {mode & 0o7777:04o}).")
    if not data:
        raise KeyFileError(f"The key {path} is empty.")
    return data
