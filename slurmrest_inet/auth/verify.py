# SPDX-License-Identifier: GPL-2.0-or-later
"""Verify tokens here, before they cost the cluster anything; and make short-lived ones. Needs PyJWT.

Rule 1: what slurmctld would refuse is refused, and what it would accept is accepted: signature, `exp` and the user in
        `sun` (or where else `claims` finds one) decide, other claims do not (slurm's jwt.html). Where an identity in
        the token may name the user, whom it is for is left to slurmctld.
Rule 2: each key has its own fixed list of one algorithm. What the token says about itself only picks the key.
Rule 3: the reason of a refusal goes to the log, the client reads the same sentence as ever.
"""

from __future__ import annotations

import json
from typing import Any

from slurmrest_inet.auth import claims, refuse
from slurmrest_inet.auth.keys import KeyFileError
from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.settings import StartError

try:
    import jwt
except ImportError:
    raise StartError("Verifying and making tokens needs PyJWT 2.13 or newer, which is not installed.") from None

if TYPE_CHECKING:
    from typing import Callable

    from slurmrest_inet.auth import Identity, Plugin
    from slurmrest_inet.auth.keys import Keys
    from slurmrest_inet.auth.peer import Peer
    from slurmrest_inet.http.message import Request

_NEEDED = (2, 13)  # before it, a key's own algorithm could get past the list (CVE-2026-48523)
_SECRET_BYTES = 32  # RFC 7518 section 3.2

_OPTIONS: Any = {
    "require": ["exp"],
    "verify_signature": True,
    "verify_exp": True,
    # slurmctld does not look at these.
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


def _check_version() -> None:
    found = tuple(int(part) for part in jwt.__version__.split(".")[:2] if part.isdigit())
    if found < _NEEDED:
        raise StartError(f"Verifying and making tokens needs PyJWT 2.13 or newer, not {jwt.__version__}.")


_check_version()


class Verifier:
    """Stands before the plugin rest_auth/jwt and lets only tokens pass that are good.

    may_act_for: whether a user, by name, may send a token of its own with the name of another user (root and SlurmUser
    may: proxies do that).
    """

    def __init__(
        self,
        plugin: Plugin,
        keys: Keys,
        may_act_for: Callable[[str], bool],
        where: claims.Naming = claims.Naming(),  # noqa: B008 - a value
    ) -> None:
        self.NAME = plugin.NAME
        self._plugin = plugin
        self._may_act_for = may_act_for
        self._where = where
        self._secret = None if keys.secret is None else _checked(keys.secret)
        self._public = {} if keys.key_set is None else _public_keys(keys.key_set)

    def authenticate(self, peer: Peer, request: Request) -> Identity | None:
        """As the plugin, but the token is verified; raises RestError(401)."""
        identity = self._plugin.authenticate(peer, request)
        if identity is None or identity.token is None:
            return identity
        try:
            user = self._user_of(identity.token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            # A head of many brackets is too deep for the parser of JSON.
            raise refuse(f"the token is not good: {error}") from None
        if user is None or identity.user_name in (None, user):
            return identity
        if not self._may_act_for(user):
            raise refuse(f"a token of {user!r} with the name of another user")
        return identity

    def _user_of(self, token: str) -> str | None:
        """Return whom a good token is for, None where only slurmctld can tell. Raises the refusal."""
        head = jwt.get_unverified_header(token)
        algorithm = head.get("alg")
        if algorithm == "HS256" and self._secret is not None:
            found = jwt.decode(token, self._secret, algorithms=["HS256"], options=_OPTIONS)
        elif algorithm == "RS256" and self._public:
            key = self._public.get(head.get("kid"))
            if key is None:
                raise refuse("no key of the set has the token's kid")
            found = jwt.decode(token, key, algorithms=["RS256"], options=_OPTIONS)
        else:
            raise refuse("there is no key for the token's algorithm")
        user = claims.user_in(found, self._where)
        if user is None and self._where.told:
            raise refuse("the token names no user")
        return user


def _checked(secret: bytes) -> bytes:
    if len(secret) < _SECRET_BYTES:
        raise KeyFileError(f"The key of --jwt-key is too short to trust: {len(secret)} bytes, not {_SECRET_BYTES}.")
    return secret


def _public_keys(data: bytes) -> dict[Any, Any]:
    """The RSA keys of a set by their kid, which a token names (slurm.conf(5), jwks)."""
    try:
        found = {
            one["kid"]: jwt.PyJWK(one, algorithm="RS256").key
            for one in json.loads(data)["keys"]
            if one.get("kty") == "RSA" and one.get("alg", "RS256") == "RS256"
        }
    except jwt.exceptions.MissingCryptographyError:
        raise StartError("Verifying with --jwks needs cryptography: install slurmrest-inet[jwks].") from None
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise KeyFileError("The file of --jwks is no set of keys with their kid (RFC 7517).") from None
    if not found:
        raise KeyFileError("The file of --jwks holds no RSA key.")
    return found


def make_token(secret: bytes, user: str, lifespan: int, now: int) -> str:
    """A token of `user` that is good for `lifespan` seconds from `now` (epoch), as slurmctld itself would make it."""
    return jwt.encode({"exp": now + lifespan, "iat": now, "sun": user}, _checked(secret), algorithm="HS256")
