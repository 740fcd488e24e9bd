# SPDX-License-Identifier: GPL-2.0-or-later
"""Whom a token names: as slurmctld reads it with these words in slurm.conf, or nobody."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from slurmrest_inet.auth.claims import Naming, naming, user_of


def token(**claims: Any) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.x"


@pytest.mark.parametrize(
    ("parameters", "info", "found"),
    [
        ("", "", Naming()),
        ("jwt_key=/etc/key,disable_token_creation", "socket=/run/munge", Naming()),
        ("jwks=/etc/set,userclaimfield=preferred_username", "", Naming("preferred_username")),
        ("userclaimfield=email,jwks=/etc/set", "", Naming("email")),
        ("userclaimfield=", "", Naming()),
        ("", "use_client_ids", Naming()),  # of auth/slurm
        ("jwks=/etc/set,use_jwt_client_ids", "", Naming(told=False)),
        ("use_jwt_client_ids_only,userclaimfield=email", "", Naming("email", told=False)),
        ("", "cred_expire=60,use_jwt_client_ids", Naming(told=False)),
        (None, None, Naming(told=False)),
    ],
)
def test_what_slurm_conf_says(parameters: str | None, info: str | None, found: Naming) -> None:
    assert naming(parameters, info) == found


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"sun": "bob"}, "bob"),
        ({"username": "bob"}, "bob"),
        ({"email": "bob"}, "bob"),
        ({"sun": "bob", "username": "alice", "email": "carol"}, "bob"),
        ({"username": "bob", "email": "carol"}, "bob"),
        ({"sun": 5, "email": "bob"}, "bob"),  # libjwt gives no text for it
        ({"sun": "", "email": "bob"}, None),
        ({"mail": "bob"}, None),
        ({"email": ["bob"]}, None),
    ],
)
def test_a_claim_of_the_sites_own(claims: dict[str, Any], user: str | None) -> None:
    assert user_of(token(**claims), Naming("email")) == user
    assert user_of(token(**claims), Naming("email", told=False)) is None


def test_that_it_counts_only_where_it_is_set() -> None:
    assert user_of(token(email="bob"), Naming()) is None
    assert user_of(token(**{"None": "bob", "null": "bob"}), Naming()) is None
