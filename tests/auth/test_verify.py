# SPDX-License-Identifier: GPL-2.0-or-later
"""Tokens that are verified here: every way in which one can be bad, and the keys."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from slurmrest_inet.auth import jwt as plugin
from slurmrest_inet.auth import keys, verify
from slurmrest_inet.auth.claims import Naming
from slurmrest_inet.auth.peer import INET, Peer
from slurmrest_inet.http.message import Request, RestError
from slurmrest_inet.settings import Settings, StartError

if TYPE_CHECKING:
    from pathlib import Path

SECRET = b"0123456789abcdef0123456789abcdef"
PEER = Peer(INET, None, 0, 1000, "192.0.2.1:1")
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_set(**changes: Any) -> bytes:
    one = {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "k1", "alg": "RS256"}
    return json.dumps({"keys": [{**one, **changes}]}).encode()


def verifier(where: Naming = Naming(), **changes: Any) -> verify.Verifier:  # noqa: B008 - a value
    found = keys.Keys(**{"secret": SECRET, "key_set": key_set(), **changes})
    return verify.Verifier(plugin, found, lambda user: user in ("root", "slurm"), where)


def ask(token: str, name: str | None = None, **changes: Any) -> Any:
    headers = [(b"x-slurm-user-token", token.encode())]
    if name is not None:
        headers.append((b"x-slurm-user-name", name.encode()))
    request = Request("GET", "/", "/", None, "1.1", tuple(headers), b"")
    return verifier(**changes).authenticate(PEER, request)


def claims(**changes: Any) -> dict[str, Any]:
    found = {"sun": "alice", "iat": int(time.time()), "exp": int(time.time()) + 60, **changes}
    return {name: value for name, value in found.items() if value is not None}


def token(key: Any = SECRET, algorithm: str = "HS256", kid: str | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid} if kid else None)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"sun": None, "username": "alice"},
        {"aud": "somebody", "iss": "somewhere", "sub": 7, "jti": 8, "nbf": int(time.time()) + 1000},
        {"iat": int(time.time()) + 1000},
        {"iat": None},
    ],
)
def test_good_tokens(changes: dict[str, Any]) -> None:
    good = token(**changes)
    assert ask(good) == ("rest_auth/jwt", None, good)
    assert ask(good, "alice").user_name == "alice"


def test_a_good_token_of_a_key_set() -> None:
    assert ask(token(RSA, "RS256", "k1"), "alice").user_name == "alice"


@pytest.mark.parametrize("user", ["root", "slurm"])
def test_a_proxy(user: str) -> None:
    assert ask(token(sun=user), "bob").user_name == "bob"


def test_where_slurm_conf_names_a_claim() -> None:
    """What slurmctld accepts is accepted, for the user that it finds."""
    own = token(sun=None, email="alice")
    assert ask(own, "alice", where=Naming("email")).user_name == "alice"
    assert ask(own, where=Naming("email")).token == own
    for name, where in (("bob", Naming("email")), ("alice", Naming()), (None, Naming("mail"))):
        with pytest.raises(RestError):
            ask(own, name, where=where)


def test_where_an_identity_in_the_token_may_win() -> None:
    """Only slurmctld knows then whom it is for; whether it is good is still seen here."""
    where = Naming(told=False)
    for one in (token(sun="bob", id={"name": "alice"}), token(sun=None, id={"name": "alice"})):
        assert ask(one, "alice", where=where).user_name == "alice"
    with pytest.raises(RestError):
        ask(token(b"f" * 32, id={"name": "alice"}), "alice", where=where)


def raw(head: Any, body: Any, signature: bytes = b"x") -> str:
    parts = (json.dumps(head).encode(), json.dumps(body).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


BAD = {
    "rubbish": "a.b.c",
    "nothing": "",
    "not three": "a.b",
    "other key": token(b"f" * 32),
    "expired": token(exp=int(time.time()) - 1),
    "without end": token(exp=None),
    "end is no number": token(exp="soon"),
    "without user": token(sun=None),
    "empty user": token(sun=""),
    "user is no text": token(sun=["alice"]),
    "none": jwt.encode(claims(), None, "none"),
    "none, by hand": raw({"alg": "none"}, claims(), b""),
    "other hash": token(algorithm="HS512"),
    "public key as secret": raw({"alg": "HS256", "kid": "k1"}, claims()),
    "unknown kid": token(RSA, "RS256", "k2"),
    "no kid": token(RSA, "RS256"),
    "other pair": token(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256", "k1"),
    "PS256": token(RSA, "PS256", "k1"),
    "deep head": base64.urlsafe_b64encode(b"[" * 60_000).rstrip(b"=").decode() + ".e30.x",
    "kid is a list": raw({"alg": "RS256", "kid": ["k1"]}, claims()),
    "crit": jwt.encode(claims(), SECRET, "HS256", headers={"crit": ["x"], "x": 1}),
    "cut": token()[:-3],
    "not ascii": "ä.ö.ü",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_tokens(name: str) -> None:
    with pytest.raises(RestError) as caught:
        ask(BAD[name])
    assert (caught.value.status, caught.value.text) == (401, "Authentication failure")


def test_the_name_of_another() -> None:
    with pytest.raises(RestError):
        ask(token(), "bob")


def test_one_key_does_not_stand_for_the_other() -> None:
    with pytest.raises(RestError):
        ask(token(), key_set=key_set(), secret=None)
    with pytest.raises(RestError):
        ask(token(RSA, "RS256", "k1"), key_set=None)


def test_requests_without_a_token_are_not_its_business() -> None:
    request = Request("GET", "/", "/", None, "1.1", (), b"")
    assert verifier().authenticate(PEER, request) is None


BAD_SETS = [
    *(b"", b"{}", b"[]", b'{"keys": []}', b'{"keys": [7]}', b'{"keys": {}}', b"[" * 50_000),
    *(key_set(kty="EC"), key_set(n="!")),
]


@pytest.mark.parametrize("data", BAD_SETS)
def test_bad_key_sets(data: bytes) -> None:
    with pytest.raises(StartError):
        verifier(key_set=data)


def test_a_key_set_without_cryptography(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jwt.api_jwk.has_crypto", False)
    with pytest.raises(StartError, match=r"install slurmrest-inet\[jwks\]"):
        verifier()


def test_a_short_secret() -> None:
    with pytest.raises(StartError, match="too short"):
        verifier(secret=b"x" * 31)


class TestFiles:
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610])
    def test_a_secret_is_for_one(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "key"
        path.write_bytes(SECRET)
        path.chmod(mode)
        with pytest.raises(StartError, match="by others"):
            keys.read_keys(Settings(jwt_key=str(path)))
        path.chmod(0o600)
        assert keys.read_keys(Settings(jwt_key=str(path))) == keys.Keys(SECRET, None)

    def test_a_key_set_may_be_read_but_not_changed(self, tmp_path: Path) -> None:
        path = tmp_path / "set"
        path.write_bytes(key_set())
        path.chmod(0o644)
        assert keys.read_keys(Settings(jwks=str(path))) == keys.Keys(None, key_set())
        path.chmod(0o664)
        with pytest.raises(StartError, match="by others"):
            keys.read_keys(Settings(jwks=str(path)))

    @pytest.mark.parametrize("path", ["/no/such/key", "/dev/null", "/tmp"])
    def test_what_is_no_key(self, path: str) -> None:
        with pytest.raises(StartError):
            keys.read_secret(path)

    def test_an_empty_key(self, tmp_path: Path) -> None:
        (tmp_path / "key").touch(0o600)
        with pytest.raises(StartError, match="is empty"):
            keys.read_secret(str(tmp_path / "key"))

    def test_no_repr_shows_a_secret(self) -> None:
        assert "0123" not in repr(keys.Keys(SECRET, None))


class TestGenerator:
    @pytest.fixture
    def key(self, tmp_path: Path) -> str:
        path = tmp_path / "key"
        path.write_bytes(SECRET)
        path.chmod(0o600)
        return str(path)

    def run(self, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "slurmrest_inet", *args],
            env={"PYTHONPATH": REPOSITORY, **environ},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_a_token(self, key: str) -> None:
        done = self.run("--token", "alice", "--lifespan", "90", "--jwt-key", key)
        assert (done.returncode, done.stderr) == (0, "")
        found = jwt.decode(done.stdout.strip(), SECRET, ["HS256"])
        assert found["sun"] == "alice"
        assert found["exp"] - found["iat"] == 90
        assert ask(done.stdout.strip(), "alice").user_name == "alice"

    def test_defaults(self, key: str) -> None:
        done = self.run("--token=bob", SLURMREST_INET_JWT_KEY=key)
        found = jwt.decode(done.stdout.strip(), SECRET, ["HS256"])
        assert found["exp"] - found["iat"] == 1800

    @pytest.mark.parametrize(
        ("args", "sentence"),
        [
            (["--token", "alice"], "needs a USER and the key"),
            (["--lifespan", "60", "--jwt-key", "KEY"], "needs a USER and the key"),
            (["--token", "", "--jwt-key", "KEY"], "needs a USER and the key"),
            (["--token", "alice", "--jwt-key", "KEY", "--lifespan", "0"], "--lifespan needs seconds"),
            (["--token", "alice", "--jwt-key", "KEY", "--lifespan", "1h"], "--lifespan needs seconds"),
            (["--token", "alice", "--jwt-key", "/no/such"], "cannot be read"),
        ],
    )
    def test_refusals(self, key: str, args: list[str], sentence: str) -> None:
        done = self.run(*[key if word == "KEY" else word for word in args])
        assert done.returncode == 1
        assert done.stdout == ""
        assert sentence in done.stderr
        assert done.stderr.count("\n") == 1
