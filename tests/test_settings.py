# SPDX-License-Identifier: GPL-2.0-or-later
"""The defaults themselves (test_readme.py: that the pages tell them), and what one word sets at once."""

from __future__ import annotations

import pytest

from slurmrest_inet import settings
from slurmrest_inet.settings import Options, SettingsError, read

PREFIX = "SLURMREST_INET_"


FAIR = {
    "PER_SOURCE_CONNECTIONS": 0,
    "PENALTY_CRASH_SECONDS": 0,
    "PENALTY_REFUSED_SECONDS": 0,
    "PENALTY_FAULT_SECONDS": 0,
    "PENALTY_LATE_SECONDS": 0,
}
"""Nobody waits for what others of his address do."""

STRICT = {
    "PER_SOURCE_CONNECTIONS": 62,
    "PENALTY_CRASH_SECONDS": 90,
    "PENALTY_REFUSED_SECONDS": 5,
    "PENALTY_FAULT_SECONDS": 1,
    "PENALTY_LATE_SECONDS": 10,
}
"""Half of 124 connections, and what sshd_config(5) says of PerSourcePenalties."""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, FAIR),
        ({"SOURCES": ""}, FAIR),
        ({"SOURCES": "fair"}, FAIR),
        ({"SOURCES": "strict"}, STRICT),
        ({"SOURCES": "strict", "PENALTY_CRASH_SECONDS": "0"}, {**STRICT, "PENALTY_CRASH_SECONDS": 0}),
        ({"SOURCES": "strict", "PER_SOURCE_CONNECTIONS": "7"}, {**STRICT, "PER_SOURCE_CONNECTIONS": 7}),
        ({"PENALTY_LATE_SECONDS": "3"}, {**FAIR, "PENALTY_LATE_SECONDS": 3}),
    ],
)
def test_sources(environ: dict[str, str], expected: dict[str, float]) -> None:
    found = read(Options(), {PREFIX + name: value for name, value in environ.items()}).listener
    for variable, value in expected.items():
        assert getattr(found, settings.OWN_VARIABLES[PREFIX + variable]) == value, variable
    assert (found.penalty_minimum, found.penalty_maximum) == (15, 600)
    assert found.exempt_sources == ("127.0.0.0/8", "::1")


@pytest.mark.parametrize(("connections", "cap"), [("1", 1), ("9", 4), ("1000", 500)])
def test_the_strict_cap_is_half_of_all(connections: str, cap: int) -> None:
    strict = {f"{PREFIX}SOURCES": "strict"}
    assert read(Options(max_connections=connections), strict).listener.per_source_connections == cap


def test_what_stand_ins_cannot_be() -> None:
    for text in ("", "yes", "no"):
        read(Options(), {"SLURMREST_INET_STAND_INS": text})
    with pytest.raises(SettingsError, match="is yes or no, not 'off'"):
        read(Options(), {"SLURMREST_INET_STAND_INS": "off"})


def test_that_nobody_gets_a_plug_ins_token_without_a_name() -> None:
    """It is root's or SlurmUser's, and rest_auth/local asks for no name."""

    def offered(kind: str, name: str) -> bool:
        return (kind, name) == ("rest_auth", "login")

    token = {"SLURM_JWT": "a.b.c"}
    for text in ("login", "login,jwt", "jwt,login"):
        assert "rest_auth/login" in read(Options(auth_types=text), token, offered).auth_types
    for text in ("login,local", "local,login", "jwt,rest_auth/local,login"):
        with pytest.raises(SettingsError, match="rest_auth/local cannot stand beside a plug-in of the site's own"):
            read(Options(auth_types=text), token, offered)
        with pytest.raises(SettingsError, match="rest_auth/local cannot stand beside"):
            read(Options(), {**token, "SLURMRESTD_AUTH_TYPES": text}, offered)


def test_what_sources_cannot_be() -> None:
    with pytest.raises(SettingsError, match="SLURMREST_INET_SOURCES is fair or strict, not 'lax'"):
        read(Options(), {f"{PREFIX}SOURCES": "lax"})


def test_other_defaults() -> None:
    chosen = read(Options(), {})
    assert chosen.max_connections == 124  # slurmrestd's
    assert chosen.listener.spare_instances == 4
    assert (chosen.listener.drain, chosen.listener.idle_exit) == (30, 0)
    assert chosen.deadlines.idle > 60  # nginx's upstream keep-alive: the proxy hangs up first
