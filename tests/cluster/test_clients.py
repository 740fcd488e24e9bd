# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients as they are found at sites, on our listener: what they send, over which connections, and in which order.

Rule 1: each speaks the HTTP of its own library, with its header fields; nothing is made easier for us.
Rule 2: what a client does is believed when Slurm's own commands show it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from sidebyside import server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab
    from sidebyside.server import Server
    from typing_extensions import Self

PATIENCE = 60.0
SCRIPT = "#!/bin/sh\nexec sleep 300\n"

# What the clients' libraries send beside the request line: requests, urllib3, Go's net/http, tornado.
REQUESTS = {"User-Agent": "python-requests/2.32.3", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
GO = {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"}
BROWSERS = {"User-Agent": "Mozilla/5.0", "Accept": "application/json, text/plain, */*", "Accept-Language": "en"}
TORNADO = {"User-Agent": "Tornado/6.4", "Accept-Encoding": "gzip", "Connection": "close"}


class Told(NamedTuple):
    """An answer: its status, its document or else its text (None without one), and whether the connection stays."""

    status: int
    body: Any
    stays: bool


class Client:
    """A user with a library; its one connection is made when it is needed, and again after the server closed it."""

    def __init__(self, port: int, user: str, token: str, fields: dict[str, str]) -> None:
        self._fields = {**fields, "X-SLURM-USER-NAME": user, "X-SLURM-USER-TOKEN": token}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connections = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the next request has a connection of its own."""
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Told:
        """Make one request and read the whole answer."""
        if self._connection.sock is None:
            self.connections += 1
        data, fields = None, dict(self._fields)
        if body is not None:
            data = json.dumps(body).encode()
            fields["Content-Type"] = "application/json"
        self._connection.request(method, path, data, fields)
        answer = self._connection.getresponse()
        text = answer.read()
        kind = answer.getheader("Content-Type")
        document = json.loads(text) if kind == "application/json" else text or None
        return Told(answer.status, document, self._connection.sock is not None)

    def ask_once(self, method: str, path: str, body: Any = None) -> Told:
        """The same over a connection of its own."""
        self.close()
        try:
            return self.ask(method, path, body)
        finally:
            self.close()


@pytest.fixture(scope="module")
def listening(lab: Lab) -> Iterator[Server]:
    with server.ours(lab, "-a", "jwt", SLURM_JWT="daemon") as one:
        yield one


@pytest.fixture
def name(lab: Lab) -> Iterator[str]:
    """A name for the jobs of one test, which end with it."""
    word = f"client-{uuid.uuid4().hex[:8]}"
    yield word
    lab.run("scancel", "-Q", "-n", word)


def _job(lab: Lab, name: str, **members: Any) -> dict[str, Any]:
    """A job that can begin at once."""
    return {
        "name": name,
        "partition": lab.variables["LAB_FREE_PARTITION"],
        "tasks": 1,
        "current_working_directory": "/tmp",
        "environment": ["PATH=/usr/bin:/bin"],
        "standard_output": "/dev/null",
        "standard_error": "/dev/null",
        "time_limit": {"set": True, "number": 5},
        **members,
    }


def _await(wanted: str, client: Client, path: str) -> list[str]:
    """Poll a job as libraries do, until it has a state; what it had before that is in the list."""
    seen: list[str] = []
    limit = time.monotonic() + PATIENCE
    while True:
        found = client.ask_once("GET", path)
        assert found.status == 200, found
        (job,) = found.body["jobs"]
        seen += [state for state in job["job_state"] if state not in seen]
        if wanted in job["job_state"]:
            return seen
        assert time.monotonic() < limit, (wanted, seen)
        time.sleep(0.2)


def test_a_library_that_submits_polls_and_cancels(
    lab: Lab, listening: Server, tokens: dict[str, str], name: str
) -> None:
    """A connection a call, in v0.0.42."""
    client = Client(listening.port, "alice", tokens["alice"], REQUESTS)
    body = {"script": SCRIPT, "job": _job(lab, name)}
    sent = client.ask_once("POST", "/slurm/v0.0.42/job/submit", body)
    assert (sent.status, sent.body["errors"], sent.body["warnings"]) == (200, [], [])
    path = f"/slurm/v0.0.42/job/{sent.body['job_id']}"
    _await("RUNNING", client, path)
    assert lab.run("squeue", "-h", "-n", name, "-o", "%A %u %T").split() == [
        str(sent.body["job_id"]),
        "alice",
        "RUNNING",
    ]
    gone = client.ask_once("DELETE", path)
    assert (gone.status, gone.body["errors"]) == (200, [])
    assert "RUNNING" not in _await("CANCELLED", client, path)
    again = client.ask_once("DELETE", path)
    assert again.status == 200
    assert [one["error"]["code"] for one in again.body["status"]] == [2021]  # already done
    assert client.connections > 4


_ENGINE = 100


def test_an_engine_with_a_hundred_connections(listening: Server, tokens: dict[str, str], lab: Lab, name: str) -> None:
    """All of them are open at once and kept: each submits a task, polls it and cancels it, in v0.0.42."""
    together = threading.Barrier(_ENGINE, timeout=PATIENCE)

    def work(number: int) -> tuple[int, list[int], bool]:
        with Client(listening.port, "alice", tokens["alice"], REQUESTS) as client:
            assert client.ask("GET", "/slurm/v0.0.42/ping").status == 200
            together.wait()
            job = _job(lab, name, hold=True, comment=f"task {number}")
            sent = client.ask("POST", "/slurm/v0.0.42/job/submit", {"script": SCRIPT, "job": job})
            path = f"/slurm/v0.0.42/job/{sent.body['job_id']}"
            polls = [client.ask("GET", path) for _ in range(3)]
            told = {poll.body["jobs"][0]["comment"] for poll in polls}
            gone = client.ask("DELETE", path)
            statuses = [one.status for one in (sent, *polls, gone)]
            return sent.body["job_id"], statuses, client.connections == 1 and told == {f"task {number}"}

    with ThreadPoolExecutor(_ENGINE) as pool:
        found = list(pool.map(work, range(_ENGINE)))
    assert {tuple(statuses) for _, statuses, _ in found} == {(200,) * 5}
    assert all(right for *_, right in found)
    jobs = {job for job, *_ in found}
    assert len(jobs) == _ENGINE
    assert not set(map(str, jobs)) & set(lab.run("squeue", "-h", "-n", name, "-o", "%A").split())


def _newest(client: Client) -> str | None:
    """The way of a dashboard: the newest version that answers a ping."""
    for version in range(45, 40, -1):
        if client.ask("GET", f"/slurm/v0.0.{version}/ping").status == 200:
            return f"v0.0.{version}"
    return None


_PAGE = ("ping", "jobs", "nodes", "partitions", "reservations")


@pytest.mark.parametrize(
    ("parsers", "version"), [(None, "v0.0.45"), ("v0.0.42,v0.0.41", "v0.0.42"), ("v0.0.41", "v0.0.41")]
)
def test_a_dashboard(lab: Lab, tokens: dict[str, str], parsers: str | None, version: str) -> None:
    """It looks for the newest version from v0.0.45 down, and then polls all of its page, again and again."""
    counted = {
        "jobs": set(lab.run("squeue", "-a", "-h", "-r", "-t", "all", "-o", "%i").split()),
        "nodes": set(re.findall(r"(?m)^NodeName=(\S+)", lab.run("scontrol", "-a", "-o", "show", "node"))),
        "partitions": set(re.findall(r"(?m)^PartitionName=(\S+)", lab.run("scontrol", "-o", "show", "partition"))),
        "reservations": set(re.findall(r"(?m)^ReservationName=(\S+)", lab.run("scontrol", "-o", "show", "res"))),
    }
    with (
        server.ours(lab, "-a", "jwt", *(("-d", parsers) if parsers else ()), SLURM_JWT="daemon") as one,
        Client(one.port, "root", tokens["root"], BROWSERS) as client,
    ):
        assert _newest(client) == version
        for _ in range(3):
            page = {path: client.ask("GET", f"/slurm/{version}/{path}") for path in _PAGE}
            assert {path: told.status for path, told in page.items()} == dict.fromkeys(_PAGE, 200)
            assert all(told.stays and not told.body["errors"] for told in page.values())
            assert {node["name"] for node in page["nodes"].body["nodes"]} == counted["nodes"]
            assert {found["name"] for found in page["partitions"].body["partitions"]} == counted["partitions"]
            assert {found["name"] for found in page["reservations"].body["reservations"]} == counted["reservations"]
            assert len(page["jobs"].body["jobs"]) > 0


_SCRAPE = ("jobs", "nodes", "partitions", "diag", "shares")


@pytest.mark.parametrize("version", [40, 41, 42])
def test_an_exporter(listening: Server, tokens: dict[str, str], version: int) -> None:
    """Five requests at once, every time it is scraped, over connections that Go's client keeps."""
    clients = [Client(listening.port, "root", tokens["root"], GO) for _ in _SCRAPE]
    with contextlib.ExitStack() as stack, ThreadPoolExecutor(len(clients)) as pool:
        for client in clients:
            stack.enter_context(client)
        for _ in range(3):
            paths = [f"/slurm/v0.0.{version}/{path}" for path in _SCRAPE]
            found = dict(zip(_SCRAPE, pool.map(lambda client, path: client.ask("GET", path), clients, paths)))
            assert {path: (told.status, told.body["errors"]) for path, told in found.items()} == dict.fromkeys(
                _SCRAPE, (200, [])
            )
            assert all(found[path].body[path] for path in ("jobs", "nodes", "partitions", "shares"))
            assert found["diag"].body["statistics"]["jobs_pending"] > 0
    assert [client.connections for client in clients] == [1] * len(clients)


_HUB_SCRIPT_BYTES = 40_000


def _lines(path: str, count: int) -> list[str]:
    """The lines of a file, as soon as it has so many."""
    limit = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(FileNotFoundError), open(path, encoding="ascii") as file:
            found = file.read().splitlines()
            if len(found) >= count:
                return found
        assert time.monotonic() < limit, path
        time.sleep(0.1)


@pytest.mark.parametrize("version", [40, 41])
def test_a_hub_that_starts_notebooks(
    listening: Server, tokens: dict[str, str], lab: Lab, name: str, version: int
) -> None:
    """A script of 40 KB and an environment with a token in it; then it polls, and stops the notebook."""
    secret = uuid.uuid4().hex
    environment = [
        "PATH=/usr/bin:/bin",
        f"JUPYTERHUB_API_TOKEN={secret}",
        'JUPYTERHUB_SERVICE_PREFIX=/user/alice@a b/="',
    ]
    environment += [f"CONDA_{number}={'x' * 100}" for number in range(50)]
    script = "#!/bin/sh\n" + f"# {'comment ' * 12}\n" * (_HUB_SCRIPT_BYTES // 99)
    out = os.path.join("/tmp", f"{name}.out")
    script += 'printf "%s\\n" "$JUPYTERHUB_API_TOKEN" "$JUPYTERHUB_SERVICE_PREFIX" "$CONDA_49"\nexec sleep 300\n'
    assert len(script) > _HUB_SCRIPT_BYTES
    client = Client(listening.port, "alice", tokens["alice"], TORNADO)
    job = _job(lab, name, environment=environment, standard_output=out)
    sent = client.ask_once("POST", f"/slurm/v0.0.{version}/job/submit", {"script": script, "job": job})
    assert (sent.status, sent.body["errors"]) == (200, [])
    path = f"/slurm/v0.0.{version}/job/{sent.body['job_id']}"
    assert lab.run("scontrol", "write", "batch_script", str(sent.body["job_id"]), "-") == script
    _await("RUNNING", client, path)
    wanted = [secret, '/user/alice@a b/="', "x" * 100]
    try:
        assert _lines(out, len(wanted)) == wanted
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(out)
    assert client.ask_once("DELETE", path).status == 200
    _await("CANCELLED", client, path)


@pytest.mark.parametrize("version", [43, 44, 45])
def test_the_probes_of_an_operator(listening: Server, tokens: dict[str, str], version: int) -> None:
    """Kubernetes asks whether the server lives and is ready, the operator who answers."""
    with Client(listening.port, "root", tokens["root"], GO) as client:
        for path in ("/livez", "/readyz", "/healthz"):
            assert client.ask("GET", path) == (204, None, True)
        (ping,) = client.ask("GET", f"/slurm/v0.0.{version}/ping").body["pings"]
        assert ping["responding"]
        assert client.ask("GET", f"/slurm/v0.0.{version}/nodes").status == 200
        assert client.connections == 1
    with Client(listening.port, "root", "x.y.z", GO) as client:
        assert client.ask("GET", "/livez") == (204, None, True)  # no call is made for it


@pytest.mark.parametrize("version", [43, 44, 45])
def test_an_operator_that_ends_jobs(
    listening: Server, tokens: dict[str, str], lab: Lab, name: str, version: int
) -> None:
    """What pods are gone for it ends with one request, a running job and one that waits, and looks until they are."""
    with Client(listening.port, "root", tokens["root"], GO) as client:
        alice = Client(listening.port, "alice", tokens["alice"], REQUESTS)
        paths = []
        for hold in (False, True):
            job = _job(lab, name, hold=hold)
            sent = alice.ask_once("POST", f"/slurm/v0.0.{version}/job/submit", {"script": SCRIPT, "job": job})
            assert sent.status == 200
            paths.append(f"/slurm/v0.0.{version}/job/{sent.body['job_id']}")
        _await("RUNNING", alice, paths[0])
        gone = client.ask(
            "DELETE", f"/slurm/v0.0.{version}/jobs", {"jobs": [path.rpartition("/")[2] for path in paths]}
        )
        assert (gone.status, gone.body["errors"]) == (200, [])
        for path in paths:
            _await("CANCELLED", alice, path)


@pytest.mark.parametrize("version", [43, 44, 45])
def test_an_operator_that_drains_a_node(listening: Server, tokens: dict[str, str], lab: Lab, version: int) -> None:
    """Before its pod goes the node takes no more jobs, with a reason; then it is taken back."""
    path, reason = f"/slurm/v0.0.{version}/node/node5", f"slurm-operator: pod is going ({version})"
    with Client(listening.port, "root", tokens["root"], GO) as client:
        try:
            drained = client.ask("POST", path, {"state": ["DRAIN"], "reason": reason})
            assert (drained.status, drained.body["errors"]) == (200, [])
            (shown,) = client.ask("GET", path).body["nodes"]
            assert "DRAIN" in shown["state"]
            assert shown["reason"] == reason
            assert reason in lab.run("scontrol", "show", "node", "node5")
        finally:
            back = client.ask("POST", path, {"state": ["RESUME"]})
        assert (back.status, back.body["errors"]) == (200, [])
        assert "DRAIN" not in client.ask("GET", path).body["nodes"][0]["state"]
        assert client.connections == 1


def test_that_verified_tokens_are_verified_everywhere(lab: Lab, tokens: dict[str, str]) -> None:
    """With slurmctld's key also where no call is made: then a rubbish token is refused there, too."""
    with server.ours(lab, "-a", "jwt", "--jwt-key", lab.variables["LAB_JWT_KEY"], SLURM_JWT="daemon") as one:
        for token, probe, converted in ((tokens["alice"], 204, 200), ("x.y.z", 401, 401)):
            client = Client(one.port, "alice", token, GO)
            assert client.ask_once("GET", "/livez").status == probe
            assert client.ask_once("POST", "/util/v0.0.45/hostnames", {"hostlist": "n[1-2]"}).status == converted
