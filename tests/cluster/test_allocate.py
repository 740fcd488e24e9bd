# SPDX-License-Identifier: GPL-2.0-or-later
"""Resources that clients wait for: as the real slurmrestd says what is wrong, and what becomes of a job whose client
does not wait for it any more.

The real one grants no client with a token anything that lasts: it cannot check the message by which slurmctld tells it,
and slurmctld ends the job. So only what is refused is compared; what is granted is looked at in Slurm.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import homes
import job_effects
import pytest
from configuring import configured
from sidebyside import program, server, wire
from write_differences import LIES
from writers import Writer, both, encoded

from slurmrest_inet.versions import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Client, Server

VERSIONS = range(41, 46)
NAME = "allocated"
HELD = {"hold": True}


def described(**more: Any) -> dict[str, Any]:
    """A job that finds its resources free; None: without that member."""
    whole = {"name": NAME, "partition": "free", "time_limit": 5, "current_working_directory": "/tmp", **more}
    whole.setdefault("environment", ["PATH=/bin"])
    return {key: value for key, value in whole.items() if value is not None}


class Case(NamedTuple):
    """What is asked: a body, or its bytes. lie: allocate-nothing of LIES."""

    body: Any
    lie: bool = False

    def __str__(self) -> str:
        return str(self.body)[:80].replace(" ", "").replace("/", "|")


REFUSED = (
    *(Case(body) for body in (b"", {}, [], b"null", b'"x"', b"{", {"foo": 1}, {"script": "#!/bin/sh\n"})),
    *(Case({"job": value}) for value in (None, [], "x", 5)),
    *(Case({"hetjob": value}) for value in (None, {}, "x", 5, [5], [None], [{"tasks": "two"}], {"tasks": 2})),
    Case({"hetjob": []}, lie=True),
    *(
        Case({"hetjob": [described(), wrong]})
        for wrong in (
            *({}, described(partition="nosuch"), described(account="nosuch"), described(array="1-3"), {"foo": 1}),
            *(described(immediate=True), described(licenses="matlab:1"), described(current_working_directory=None)),
        )
    ),
    Case({"job": described(), "hetjob": [described()]}),
    Case({"job": described(), "hetjob": []}),
    Case({"job": {}}),
    Case({"job": described(current_working_directory=None)}),
    Case({"job": described(partition="nosuch")}),
    Case({"job": described(partition="nosuch", foo=1), "script": "#!/bin/sh\n"}),
    Case({"job": described(account="nosuch")}),
    Case({"job": described(tasks="two")}),
    Case({"job": described(name=["x"])}),
    Case({"job": described(array="1-3")}),
    Case({"job": described(immediate=True, **HELD)}),
    Case({"job": described(required_nodes=["nosuch"])}),
    Case({"job": described(qos="nosuch")}),
)


@pytest.fixture(scope="module", autouse=True)
def _clean(lab: Lab) -> Iterator[None]:
    first = job_effects.last(lab)
    yield
    job_effects.end_later_ones(lab, first)


@pytest.fixture(scope="module")
def sides(lab: Lab, tokens: dict[str, str]) -> Iterator[tuple[Writer, Writer]]:
    """Both servers."""
    yield from both(lab, tokens)


@pytest.mark.slurm(">= 24.11")
@pytest.mark.parametrize("version", sorted({*VERSIONS} & {*homes.at_home(homes.installed())}))
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_refused(case: Case, version: int, lab: Lab, sides: tuple[Writer, Writer]) -> None:
    before = _jobs(lab)
    body = encoded(case.body)
    told = [who.ask("POST", f"v0.0.{version}/job/allocate", body) for who in sides]
    assert _jobs(lab) == before
    if case.lie:
        assert "allocate-nothing" in LIES
        assert told[1].status == 422
        (real,), (ours,) = told[0].errors, told[1].errors
        assert real["error_number"] != ours["error_number"], "no difference any more"
        assert (real["description"], real["source"]) == (ours["description"], ours["source"])
        return
    assert told[0].status == told[1].status >= 400, told
    assert told[0].body == told[1].body


@pytest.mark.slurm(">= 24.11")
def test_an_unknown_flag(lab: Lab, sides: tuple[Writer, Writer]) -> None:
    """The row allocate-flag: slurmrestd allocates all the same, and says so at most in a warning."""
    before = _jobs(lab)
    version = max({*VERSIONS} & {*homes.at_home(homes.installed())})
    body = json.dumps({"job": described(flags=["FOO"])}).encode()
    real, ours = (who.ask("POST", f"v0.0.{version}/job/allocate", body) for who in sides)
    assert real.job, "no difference any more"
    assert (ours.status, ours.job) == (500, 0)
    assert [one["error_number"] for one in ours.errors]
    assert _jobs(lab) - before <= {real.job}
    lab.run("scancel", "-Q", str(real.job))


def test_that_no_answer_is_no_refusal(lab: Lab, tokens: dict[str, str], silent: Callable[[int], str]) -> None:
    """A slurmctld that takes a request and says nothing may have allocated, and nobody knows the job's number."""
    body = {"job": described()}
    ours = program.ours(lab).with_options(SLURM_CONF=silent(1))
    answer = _told(wire.strict(ours.exchange(asked(tokens["alice"], body), seconds=60).output)[0])
    assert answer["errors"]
    assert any("may be there" in one["description"] for one in answer["warnings"])


class Waiter:
    """One client of a server that waits for resources."""

    def __init__(self, lab: Lab, listener: Server, token: str, body: Any, version: int = 42) -> None:
        self._lab = lab
        self._before = _jobs(lab)
        self.client = listener.connect()
        self.client.send(asked(token, body, version))

    def job(self) -> int:
        """The job that is asked for."""
        found: set[int] = set()
        _until(lambda: found.update(_jobs(self._lab) - self._before) or found)
        (job,) = found
        return job


def asked(token: str, body: Any, version: int = 42) -> bytes:
    """The request of alice."""
    data = json.dumps(body).encode()
    head = (
        f"POST /slurm/v0.0.{version}/job/allocate HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-NAME: alice\r\n"
        f"X-SLURM-USER-TOKEN: {token}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


def _jobs(lab: Lab) -> set[int]:
    """The jobs that wait or run."""
    return {int(one) for one in lab.run("squeue", "-a", "-h", "-n", NAME, "-o", "%A").split()}


def _until(what: Callable[[], Any]) -> None:
    limit = time.monotonic() + 60
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.1)


def _state(lab: Lab, job: int) -> str:
    found = re.search(r"JobState=(\S+)", lab.run("scontrol", "-o", "show", "job", str(job)))
    assert found
    return found[1]


@pytest.fixture(scope="module")
def ours(lab: Lab) -> Iterator[Server]:
    """Our server alone, for which no request may take longer than a second, but for one that waits."""
    with server.ours(lab, "-a", "jwt", SLURMREST_INET_REQUEST_SECONDS="1") as listener:
        yield listener


def _told(answer: wire.Answer) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(answer.body)
    assert document.pop("meta")
    return document


@pytest.mark.parametrize("version", [41, *(pytest.param(one, marks=pytest.mark.slow) for one in (42, 43, 44)), 45])
def test_that_it_is_granted_at_once(version: int, lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    with Waiter(lab, ours, tokens["alice"], {"job": described()}, version).client as client:
        answer = client.answer()
    document = _told(answer)
    assert (answer.status, document["errors"], document["warnings"]) == (200, [], []), document
    assert list(document) == ["job_id", "job_submit_user_msg", "errors", "warnings"]
    time.sleep(1)  # that it has been told does not end it
    assert _state(lab, document["job_id"]) == "RUNNING"
    shown = lab.run("scontrol", "-o", "show", "job", str(document["job_id"]))
    assert "BatchFlag=0" in shown
    assert "UserId=alice(" in shown
    lab.run("scancel", "-Q", str(document["job_id"]))


def test_that_it_waits_and_is_granted(lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    """Longer than any other request may take; another request of the same connection is answered after it."""
    waiter = Waiter(lab, ours, tokens["alice"], {"job": described(**HELD)})
    job = waiter.job()
    with waiter.client as client:
        client.send(b"GET /slurm/v0.0.42/ping HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-TOKEN: x\r\n\r\n")
        time.sleep(2.5)
        assert _state(lab, job) == "PENDING"
        lab.run("scontrol", "release", str(job))
        answer = client.answer()
        assert (answer.status, _told(answer)["job_id"]) == (200, job)
        assert client.answer().status in (200, 401)
    assert _state(lab, job) == "RUNNING"
    lab.run("scancel", "-Q", str(job))


def test_that_a_job_of_a_client_that_goes_is_cancelled(lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    waiter = Waiter(lab, ours, tokens["alice"], {"job": described(**HELD)})
    job = waiter.job()
    waiter.client.socket.close()
    _until(lambda: job not in _jobs(lab))
    assert _state(lab, job) == "CANCELLED"
    ours.wait_for(rf'status=499 .*why="the client is gone: cancelled job {job}"')


def test_that_a_reset_is_as_good(lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    waiter = Waiter(lab, ours, tokens["alice"], {"job": described(**HELD)})
    job = waiter.job()
    waiter.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    waiter.client.socket.close()
    _until(lambda: job not in _jobs(lab))


def test_that_its_end_is_told(lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    """Somebody cancels it: the client learns that it has ended."""
    waiter = Waiter(lab, ours, tokens["alice"], {"job": described(**HELD)})
    job = waiter.job()
    lab.run("scancel", "-Q", str(job))
    with waiter.client as client:
        answer = client.answer()
    (error,) = _told(answer)["errors"]
    assert (answer.status, error["error_number"]) == (500, 2021)


@pytest.mark.slow
def test_that_a_token_may_expire_meanwhile(lab: Lab, ours: Server) -> None:
    """Then the job can be neither looked for nor cancelled: the client and the log learn that it may still be there."""
    waiter = Waiter(lab, ours, lab.token("alice", lifespan=2), {"job": described(**HELD)})
    job = waiter.job()
    with waiter.client as client:
        answer = client.answer()
    document = _told(answer)
    assert answer.status >= 500, document
    assert len(document["errors"]) == 1
    said = f"JobId={job} may still be there: it could not be cancelled"
    assert [one["description"] for one in document["warnings"]] == [said]
    ours.wait_for(rf'why="not allocated: .*; job {job} is not cancelled: ')
    assert _state(lab, job) == "PENDING"
    lab.run("scancel", "-Q", str(job))


def test_a_deadline_of_its_own(lab: Lab, tokens: dict[str, str]) -> None:
    with server.ours(lab, "-a", "jwt", SLURMREST_INET_ALLOCATE_SECONDS="1.5") as listener:
        waiter = Waiter(lab, listener, tokens["alice"], {"job": described(**HELD)})
        began, job = time.monotonic(), waiter.job()
        with waiter.client as client:
            answer = client.answer()
        assert 1 < time.monotonic() - began < 10
        (error,) = _told(answer)["errors"]
        assert (answer.status, error["error_number"]) == (500, 110)
        assert job not in _jobs(lab)
        assert _state(lab, job) == "CANCELLED"
        listener.wait_for(rf'why="cancelled job {job}"')


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_that_it_ends_with_the_server(number: int, lab: Lab, tokens: dict[str, str]) -> None:
    with server.ours(lab, "-a", "jwt") as listener:
        waiter = Waiter(lab, listener, tokens["alice"], {"job": described(**HELD)})
        job = waiter.job()
        listener.process.send_signal(number)
        with waiter.client as client:
            assert client.answer().status == 503
        assert job not in _jobs(lab)
        assert listener.process.wait(server.PATIENCE) == 0
        listener.wait_for(rf'why="asked to end: cancelled job {job}"')


@pytest.mark.parametrize(
    "seconds", [pytest.param(0, marks=pytest.mark.slow), 1, pytest.param(3, marks=pytest.mark.slow)]
)
def test_that_it_outlasts_slurmctld(seconds: int, lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    """A slurmctld that is away for a while keeps the job, and nobody is told that it failed."""
    waiter = Waiter(lab, ours, tokens["alice"], {"job": described(**HELD)})
    job = waiter.job()
    lab.stop("slurmctld")
    try:
        time.sleep(seconds)
    finally:
        lab.start("slurmctld")
    lab.run("scontrol", "release", str(job))
    with waiter.client as client:
        answer = client.answer()
    document = _told(answer)
    assert (answer.status, document.get("job_id")) == (200, job), document
    lab.run("scancel", "-Q", str(job))


def test_over_a_unix_socket(lab: Lab, tokens: dict[str, str]) -> None:
    """There a client that has no more to send can be told from one that is gone."""
    path = f"{lab.variables['LAB_DIR']}/allocate.sock"
    with server.ours(lab, "-a", "jwt", f"unix:{path}") as listener:
        listener.wait_for("Listening on")
        jobs = []
        for leaves in (False, True):
            before = _jobs(lab)
            client: Client = server.unix(path)
            client.send(asked(tokens["alice"], {"job": described(**HELD)}))
            client.socket.shutdown(socket.SHUT_WR)
            found: set[int] = set()
            _until(lambda before=before, found=found: found.update(_jobs(lab) - before) or found)
            jobs += found
            time.sleep(1)
            assert found <= _jobs(lab)
            if leaves:
                client.socket.close()
                _until(lambda found=found: not found & _jobs(lab))
            else:
                lab.run("scontrol", "release", *map(str, found))
                assert client.answer().status == 200
                client.socket.close()
        lab.run("scancel", "-Q", str(jobs[0]))


_COMPONENTS = {"hetjob": [described(**HELD), described(**HELD, partition="main")]}


_SLEEPS_ON = homes.installed() == HOME[36]
"""Whether backfill of this release does so when it has been told to look more often."""


@pytest.mark.parametrize(
    "version",
    [pytest.param(41, marks=pytest.mark.slow), pytest.param(45, marks=[pytest.mark.slow] if _SLEEPS_ON else [])],
)
def test_several_components(version: int, lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    """They wait together, and begin together where backfill looks at them."""
    waiter = Waiter(lab, ours, tokens["alice"], _COMPONENTS, version)
    _until(lambda: len(_jobs(lab)) == 2)
    first, second = sorted(_jobs(lab))
    shown = lab.run("scontrol", "-o", "show", "job", str(second))
    assert f"HetJobId={first} HetJobOffset=1 " in shown
    assert "BatchFlag=0" in shown
    with waiter.client as client, configured(lab, {"SchedulerParameters": "bf_interval=1,bf_continue"}):
        if _SLEEPS_ON:
            lab.stop("slurmctld")
            lab.start("slurmctld")
        lab.run("scontrol", "release", str(first))
        answer = client.answer()
    document = _told(answer)
    assert (answer.status, document["job_id"], document["errors"]) == (200, first, [])
    time.sleep(1)  # that it has been told does not end it
    assert [_state(lab, job) for job in (first, second)] == ["RUNNING", "RUNNING"]
    lab.run("scancel", "-Q", str(first))
    _until(lambda: not _jobs(lab))


def test_that_components_of_a_client_that_goes_are_cancelled(lab: Lab, ours: Server, tokens: dict[str, str]) -> None:
    waiter = Waiter(lab, ours, tokens["alice"], _COMPONENTS)
    _until(lambda: len(_jobs(lab)) == 2)
    jobs = sorted(_jobs(lab))
    waiter.client.socket.close()
    _until(lambda: not _jobs(lab))
    assert {_state(lab, job) for job in jobs} == {"CANCELLED"}
    ours.wait_for(rf'status=499 .*why="the client is gone: cancelled job {jobs[0]}"')
