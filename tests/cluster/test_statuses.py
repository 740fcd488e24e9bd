# SPDX-License-Identifier: GPL-2.0-or-later
"""Each status that the document names, of each operation of each version: asked for, and as documented, closed.

What is asked stands in statuses.py and writing_all.py, what no test sees in unseen.py. The last test is run after all
others of this folder, with `--documented` and nothing left out.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import homes
import own_document
import pytest
import statuses
import unseen
import writing_all
from comparison import message
from own_document import Answered
from sidebyside import server
from unseen import Unseen

from slurmrest_inet.versions import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Callable

    from sidebyside.lab import Lab
    from sidebyside.server import Server
    from sidebyside.wire import Answer
    from statuses import Operation, Way

_AT_ONCE = {"whole": 8, "away": 64, "silent": 64}
"""Requests by setting: what Slurm does not answer costs time, but nothing else."""
_QUEUE = 4000
"""Calls that the kernel keeps for who does not take them: more than are made."""


@pytest.fixture(scope="module")
def listeners(lab: Lab, conf: Callable[..., str], silent: Callable[[int], str]) -> Iterator[Callable[[str], Server]]:
    """Our server by setting; in `away` there is neither slurmctld nor slurmdbd."""
    started: dict[str, Server] = {}
    with contextlib.ExitStack() as ending:
        taken = ending.enter_context(socket.socket())
        taken.bind(("127.0.0.1", 0))  # bound, but it does not listen
        # Nobody accepts, so all that are made wait there for good.
        mute = ending.enter_context(socket.create_server(("127.0.0.1", 0), backlog=_QUEUE))

        def of(setting: str) -> Server:
            if setting not in started:
                port = (mute if setting == "silent" else taken).getsockname()[1]
                broken = conf(SlurmctldPort=port, AccountingStoragePort=port, MessageTimeout=2)
                chosen = lab.conf if setting == "whole" else broken
                options = {"SLURM_CONF": chosen, "SLURMRESTD_MAX_CONNECTIONS": "200", "SLURM_JWT": "daemon"}
                started[setting] = ending.enter_context(server.ours(lab, "-a", "jwt", **options))
            return started[setting]

        yield of


@pytest.fixture(scope="module")
def known(tokens: dict[str, str]) -> dict[str, str]:
    """Tokens by user, and one that nobody has signed."""
    head, claims, signature = tokens["bob"].split(".")
    return {**tokens, "forged": f"{head}.{claims}.{signature[::-1]}"}


def _held(listener: Server, operation: Operation, way: Way, known: dict[str, str]) -> list[str]:
    """What is wrong with the answer to an operation that is asked for in a way."""
    data = statuses.request(operation, way, known)
    answer = listener.ask(data)
    status = way.status(operation.version)
    wrong = [] if status in (None, answer.status) else [f"{way.ident}, {operation.name}: {answer.status}, not {status}"]
    return [*wrong, *own_document.troubles_of(data, answer)]


def test_that_each_operation_refuses_as_documented(listeners: Callable[[str], Server], known: dict[str, str]) -> None:
    """Of one version, each in one way: what every run does of what follows."""
    found = [_held(listeners("whole"), *pair, known) for pair in statuses.one_of_each(max(DIALECTS))]
    assert [trouble for each in found for trouble in each] == []


@pytest.mark.slow
@pytest.mark.parametrize("way", [*statuses.BEFORE, *statuses.AFTER], ids=lambda way: way.ident)
@pytest.mark.parametrize("version", DIALECTS)
def test_that_what_is_refused_is_as_documented(
    version: int, way: Way, listeners: Callable[[str], Server], known: dict[str, str]
) -> None:
    listener = listeners(way.setting)
    with ThreadPoolExecutor(_AT_ONCE[way.setting]) as pool:
        found = pool.map(lambda one: _held(listener, one, way, known), statuses.asked(version, way))
        assert [trouble for each in found for trouble in each] == []


@pytest.mark.slow
@pytest.mark.parametrize("version", DIALECTS)
def test_that_all_that_is_written_is_done(
    version: int, lab: Lab, listeners: Callable[[str], Server], tokens: dict[str, str]
) -> None:
    release = homes.installed()
    found: list[str] = []

    def ask(method: str, place: str, body: object = None, value: object = None, query: str = "") -> Answer | None:
        side, _, rest = place.partition("/")
        path = f"/{side}/v0.0.{version}/{rest}"
        if method.lower() not in own_document.document()["paths"].get(path, {}):
            return None
        target = re.sub(r"\{\w+\}", str(value), path) + query
        lines = ["X-SLURM-USER-NAME: root", f"X-SLURM-USER-TOKEN: {tokens['root']}"]
        data = b"" if body is None else json.dumps(body).encode()
        if data:
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
        request = message(method, target, "HTTP/1.1", lines, data)
        answer = listeners("whole").ask(request)
        found.extend(own_document.troubles_of(request, answer))
        if answer.status != 200 and not any(row.covers(Answered(method, path, 200), release) for row in unseen.UNSEEN):
            found.append(f"{method} {target}: {answer.status} {answer.body[:300]!r}")
        return answer

    writing_all.write(version, release, lab, ask)
    assert found == []


def test_that_every_documented_status_was_seen(request: pytest.FixtureRequest) -> None:
    """Run last, see conftest.py: it looks back on all tests of this folder."""
    if not request.config.getoption("--documented") or not _is_whole(request.session):
        pytest.skip("not all tests of this folder were run with --documented")
    if request.session.testsfailed:
        pytest.skip("some failed")
    assert list(unseen.troubles(_documented(), own_document.seen, homes.installed())) == []


def _is_whole(session: pytest.Session) -> bool:
    """Whether nothing of this folder was left out."""
    folder = pathlib.Path(__file__).parent
    asked = any(folder.is_relative_to(os.path.abspath(argument)) for argument in session.config.args)
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    return asked and not reporter.stats.get("deselected")


def _documented() -> Iterator[Answered]:
    for version in DIALECTS:
        for operation in statuses.operations(version):
            known = own_document.document()["paths"][operation.path][operation.method.lower()]["responses"]
            yield from (
                Answered(operation.method, operation.path, int(status)) for status in known if status != "default"
            )


_SOME = [Answered("GET", f"/slurm/v0.0.{version}/ping", status) for version in (36, 42) for status in (200, 500)]
_ROW = Unseen((500,), "GET slurm/ping", "it never fails", range(40, 46))


@pytest.mark.parametrize(
    ("seen", "rows", "found"),
    [
        (_SOME, (), []),
        (_SOME[:3], (), ["/slurm/v0.0.42/ping: no test sees 500"]),
        (_SOME[:3], (_ROW,), []),
        (_SOME[:3], (_ROW._replace(releases=(2411,)),), ["no test sees 500"]),
        (_SOME[:3], (_ROW._replace(versions=(36,)),), ["was seen, though", "no test sees 500"]),
        (_SOME, (_ROW,), ["/slurm/v0.0.42/ping: 500 was seen, though 'it never fails'"]),
        (_SOME, (_ROW._replace(seldom=True),), []),
        (_SOME, (_ROW._replace(operations="GET slurm/pings"),), ["nothing that is documented"]),
    ],
)
def test_that_what_is_missing_is_found(seen: list[Answered], rows: tuple[Unseen, ...], found: list[str]) -> None:
    """Without this a check that looks away would pass."""
    troubles = list(unseen.troubles(_SOME, set(seen), 2205, rows))
    assert len(troubles) == len(found)
    assert all(any(part in trouble for trouble in troubles) for part in found)
