# SPDX-License-Identifier: GPL-2.0-or-later
"""What a listener plays before its clients come: the real way, and nothing that leaves the process."""

from __future__ import annotations

import pwd
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slurmrest_inet._slurm")

from slurmrest_inet.api import rehearsal
from slurmrest_inet.http.limits import Limits
from slurmrest_inet.http.message import Request
from slurmrest_inet.http.session import Session
from slurmrest_inet.settings import Settings
from slurmrest_inet.slurm import calls, library

if TYPE_CHECKING:
    from typing import Any


def forbidden(*_arguments: Any) -> Any:
    pytest.fail("this leaves the process")


_BOTH = ["v0.0.45/ping", "v0.0.36/ping"]
_NONE = Settings(openapi_plugins=())


@pytest.mark.parametrize(
    ("settings", "listings", "statuses", "played"),
    [
        (Settings(), False, [200] * 2, _BOTH),
        (Settings(), True, [200] * 3, [_BOTH[0], "v0.0.45/nodes", _BOTH[1]]),
        (_NONE, False, [404], _BOTH[:1]),
        (_NONE, True, [404], _BOTH[:1]),
    ],
)
def test_both_ends_of_the_history_are_played(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, listings: bool, statuses: list[int], played: list[str]
) -> None:
    adopted: list[Any] = []
    monkeypatch.setattr(library, "adopt", adopted.append)
    monkeypatch.setattr(library, "changes_auth", lambda: True)
    for name in ("controllers", "ping_configured", "load_nodes"):
        monkeypatch.setattr(calls, name, forbidden)
    monkeypatch.setattr(pwd, "getpwnam", forbidden)
    application, session, wire = rehearsal.application(settings), Session(Limits()), b""
    session.receive(rehearsal.requests(settings, listings=listings))
    found, asked = [], []
    while True:
        request = session.next()
        if request is None:
            break
        assert isinstance(request, Request)
        asked.append(request.path.partition("/slurm/")[2])
        try:
            response = application(request)
        except Exception as error:  # noqa: BLE001 - as the edge does
            found.append(getattr(error, "status", 500))
            break
        found.append(response.status)
        wire += b"".join(bytes(part) for item in session.answer(response, "today") for part in item)
    assert (found, asked) == (statuses, played)
    if found[0] == 200:
        assert wire.count(b'"pings":[') == 2
        assert wire.count(b'"nodes":[]') == listings
        assert len(adopted) == len(statuses)
        assert session.closed
