# SPDX-License-Identifier: GPL-2.0-or-later
"""A slurmdbd that refuses, says nothing, or goes: an answer in the API's shape in time, and slurmctld's side goes on.

These tests stop slurmdbd, so they boot a lab of their own, whatever else runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import pytest
from sidebyside import lab as labs
from sidebyside import program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside import wire
    from sidebyside.lab import Lab
    from sidebyside.program import Program

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot a lab")

_SECONDS = 6
"""How long a call may take; the tests' slurm.conf lets libslurm wait for longer."""
_VERSIONS = {36: 500, 38: 500, 39: 500, 42: 502, 45: 502}
"""Statuses of an answer that could not be had, by version."""

Ask = "Callable[..., bytes]"


@pytest.fixture(scope="module")
def own() -> Iterator[Lab]:
    """A lab whose slurmdbd may be stopped."""
    booted = labs.boot(nodes=0)
    try:
        yield booted
    finally:
        booted.down()


@pytest.fixture(scope="module")
def ask(own: Lab) -> Callable[..., bytes]:
    """A request as alice."""
    token = own.token("alice")

    def make(path: str, method: str = "GET", body: bytes = b"") -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: lab", "X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {token}"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    return make


@pytest.fixture(scope="module")
def ours(own: Lab) -> Program:
    """Our instance, with little patience."""
    return program.ours(own).with_options(SLURMREST_INET_REQUEST_SECONDS=str(_SECONDS))


@contextlib.contextmanager
def stopped(lab: Lab) -> Iterator[None]:
    """Without slurmdbd: its port refuses."""
    lab.stop("slurmdbd")
    try:
        yield
    finally:
        lab.start("slurmdbd")


@contextlib.contextmanager
def silent(lab: Lab) -> Iterator[None]:
    """With a slurmdbd that lets connect and says nothing."""

    def tell(name: str) -> None:
        subprocess.run([labs.LAB, "signal", "--dir", lab.directory, "slurmdbd", name], check=True)

    tell("STOP")
    try:
        yield
    finally:
        tell("CONT")


def _is_told(answer: wire.Answer, version: int) -> None:
    """In the API's shape: an error with the code of a database that is not there."""
    assert answer.status == _VERSIONS[version]
    document = json.loads(answer.body)
    assert document["errors"][0]["error_number"] == 7000, document
    assert document["errors"][0]["description"]


_PATHS = ("tres", "clusters", "cluster/lab", "qos")


@pytest.mark.parametrize("version", _VERSIONS)
def test_it_refuses(own: Lab, ours: Program, ask: Any, version: int) -> None:
    with stopped(own):
        for path in _PATHS:
            with ours.converse() as instance:
                instance.send(ask(f"/slurmdb/v0.0.{version}/{path}"))
                _is_told(instance.answer(_SECONDS), version)


def test_a_write_is_told_as_not_done(own: Lab, ours: Program, ask: Any) -> None:
    with stopped(own), ours.converse() as instance:
        instance.send(ask("/slurmdb/v0.0.42/qos", "POST", b'{"qos":[{"name":"away"}]}'))
        _is_told(instance.answer(_SECONDS), 42)


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize("connected", [False, True])
def test_it_says_nothing(own: Lab, ours: Program, ask: Any, version: int, connected: bool) -> None:
    """Before the deadline, also where libslurm's own patience is longer, and where there is a connection already."""
    with ours.converse() as instance:
        if connected:
            instance.send(ask(f"/slurmdb/v0.0.{version}/tres"))
            assert instance.answer().status == 200
        with silent(own):
            began = time.monotonic()
            instance.send(ask(f"/slurmdb/v0.0.{version}/tres"))
            _is_told(instance.answer(2 * _SECONDS), version)
            assert time.monotonic() - began < _SECONDS


def test_it_goes_between_two_requests(own: Lab, ours: Program, ask: Any) -> None:
    with ours.converse() as instance:
        instance.send(ask("/slurmdb/v0.0.42/tres"))
        assert instance.answer().status == 200
        with stopped(own):
            instance.send(ask("/slurmdb/v0.0.42/tres"))
            _is_told(instance.answer(_SECONDS), 42)


def test_it_comes_back_between_two_requests(own: Lab, ours: Program, ask: Any) -> None:
    with ours.converse() as instance:
        for _ in range(2):
            instance.send(ask("/slurmdb/v0.0.42/tres"))
            assert instance.answer().status == 200
            with stopped(own):
                pass


def test_it_goes_in_the_middle_of_a_request(own: Lab, ours: Program, ask: Any) -> None:
    """It has the request and never answers it."""
    with ours.converse() as instance:
        instance.send(ask("/slurmdb/v0.0.42/tres"))
        assert instance.answer().status == 200
        with silent(own):
            instance.send(ask("/slurmdb/v0.0.42/tres"))
            time.sleep(0.5)
            own.stop("slurmdbd")
            try:
                _is_told(instance.answer(_SECONDS), 42)
            finally:
                own.start("slurmdbd")


def test_each_request_sees_what_there_is_now(own: Lab, ours: Program, ask: Any) -> None:
    """MariaDB would go on to show what the first one on the connection saw."""
    with ours.converse() as instance:
        instance.send(ask("/slurmdb/v0.0.42/cluster/lately"))
        assert json.loads(instance.answer().body)["clusters"] == []
        own.run("sacctmgr", "-i", "add", "cluster", "lately")
        try:
            instance.send(ask("/slurmdb/v0.0.42/cluster/lately"))
            assert [one["name"] for one in json.loads(instance.answer().body)["clusters"]] == ["lately"]
        finally:
            own.run("sacctmgr", "-i", "delete", "cluster", "lately")


_SUBMISSIONS = {
    38: {"script": "#!/bin/sh\n", "job": {"hold": True, "environment": {"A": "b"}, "current_working_directory": "/"}},
    39: {"script": "#!/bin/sh\n", "job": {"hold": True, "environment": ["A=b"], "current_working_directory": "/"}},
    42: {"script": "#!/bin/sh\n", "job": {"hold": True, "environment": ["A=b"], "current_working_directory": "/"}},
}


@pytest.mark.parametrize("away", [stopped, silent])
def test_that_slurmctld_s_side_goes_on(own: Lab, ours: Program, ask: Any, away: Any) -> None:
    """A submission is told as what it is: slurmrestd of 23.02 says that it failed, and the job is there."""
    with away(own):
        for version in (38, 42):
            for path in ("ping", "jobs", "nodes", "partitions"):
                with ours.converse() as instance:
                    instance.send(ask(f"/slurm/v0.0.{version}/{path}"))
                    assert instance.answer(_SECONDS).status == 200
        for version, described in _SUBMISSIONS.items():
            with ours.converse() as instance:
                instance.send(ask(f"/slurm/v0.0.{version}/job/submit", "POST", json.dumps(described).encode()))
                answer = instance.answer(_SECONDS)
            assert answer.status == 200, answer.body
            job = json.loads(answer.body)["job_id"]
            assert str(job) in own.run("squeue", "-h", "-o", "%A").split()
            own.run("scancel", str(job))


@pytest.fixture(scope="module")
def unaccounted(own: Lab) -> Iterator[Lab]:
    """The same cluster, by a slurm.conf of this host without accounting."""
    with open(own.conf, encoding="utf-8") as source:
        text = source.read()
    with tempfile.NamedTemporaryFile("w", suffix=".conf", dir="/var/tmp") as file:
        file.write(re.sub(r"(?m)^AccountingStorage\w+=.*\n", "", text))
        file.flush()
        os.chmod(file.name, 0o644)
        yield own._replace(variables={**own.variables, "SLURM_CONF": file.name})


def test_without_accounting(unaccounted: Lab, ask: Any) -> None:
    """slurmctld's side works; the other one says that there is no database, and no process ends of it."""
    for version in (38, 42):
        with program.ours(unaccounted).converse() as instance:
            instance.send(ask(f"/slurm/v0.0.{version}/jobs"))
            assert instance.answer().status == 200
            instance.send(ask(f"/slurmdb/v0.0.{version}/tres"))
            _is_told(instance.answer(_SECONDS), version)


def test_that_slurmctld_s_side_alone_needs_no_slurmdbd(own: Lab, ask: Any) -> None:
    only = program.ours(own, "-a", "rest_auth/jwt", "-s", "openapi/slurmctld")
    with stopped(own), only.converse() as instance:
        instance.send(ask("/slurm/v0.0.42/jobs"))
        assert instance.answer().status == 200
        instance.send(ask("/slurmdb/v0.0.42/tres"))
        assert instance.answer().status == 404


def _check(lab: Lab, *options: str) -> tuple[int, list[str]]:
    argv = [sys.executable, "-m", "slurmrest_inet", "--check", "-u", lab.user, *options]
    done = subprocess.run(argv, cwd="/", env=lab.environment, stdout=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


def test_what_check_says_of_it(own: Lab, unaccounted: Lab) -> None:
    with stopped(own):
        status, lines = _check(own)
        assert status == 1
        (line,) = (line for line in lines if "slurmdbd" in line and line.startswith("NO"))
        assert "slurmdbd does not answer" in line
        assert not [line for line in lines if "/slurmdb/" in line]  # said once
        status, lines = _check(own, "-s", "openapi/slurmctld,openapi/v0.0.38")
        assert (status, lines[-1]) == (0, "All is right.")
    status, lines = _check(unaccounted)
    assert (status, lines[-1]) == (0, "All is right."), lines
    assert any(line.startswith("--") and "names no slurmdbd" in line for line in lines)
