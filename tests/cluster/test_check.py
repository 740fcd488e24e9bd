# SPDX-License-Identifier: GPL-2.0-or-later
"""--check tries each operation that is served: whatever breaks one of them, it does not say that all is right."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slurmrest_inet.api.routes import ROUTES
from slurmrest_inet.settings import Settings
from slurmrest_inet.versions import SERVED, plugin

trial = pytest.importorskip("slurmrest_inet.api.trial", reason="needs the compiled extension")

if TYPE_CHECKING:
    from sidebyside.lab import Lab

_BROKEN = """
import os, signal, sys
from slurmrest_inet.slurm import administration, allocations, calls, codec, job_calls, layouts, one_signal
from slurmrest_inet.slurm import requests, signalling, submit_host
from slurmrest_inet.api.slurmctld import inventory
def gone(*_, **__):
    raise AttributeError("no such thing in this release")
def fatal(*_, **__):
    os._exit(1)
def crash(*_, **__):
    os.kill(os.getpid(), signal.SIGSEGV)
module, name, fault = sys.argv[1:4]
setattr(globals()[module], name, globals()[fault])
sys.argv = ["slurmrest-inet", "--check", *sys.argv[4:]]
from slurmrest_inet.__main__ import main
main()
"""


_OF_SLURMCTLD = tuple(dict.fromkeys(plugin("slurm", version)[0] for version in SERVED["slurm"]))
"""What is tried where a call for slurmctld is broken: slurmdbd of 22.05 takes its time."""


def _check(lab: Lab, *args: str, broken: tuple[str, str, str] | None = None) -> tuple[int, list[str]]:
    start = ["-m", "slurmrest_inet", "--check"]
    if broken is not None:
        start, args = ["-c", _BROKEN, *broken], (*args, "-s", ",".join(_OF_SLURMCTLD))
    done = subprocess.run(
        [sys.executable, *start, "-u", lab.user, *args],
        cwd="/",
        env=lab.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.splitlines()


def _not_answered(lines: list[str]) -> list[str]:
    """The requests that this user may not make, or that the installed release cannot."""
    return [line for line in lines if re.match(r"--  (GET|POST|DELETE) /(slurmdb/|slurm/v0.0.4[45]/resources/)", line)]


def test_all_right(lab: Lab) -> None:
    status, lines = _check(lab)
    assert (status, lines[-1]) == (0, "All is right."), lines
    every, left = len(list(trial.trials(Settings()))), len(_not_answered(lines))
    assert f"ok  each operation that is served was tried: {every - left} requests were answered" in lines
    assert every == sum(sum(r.serves(version) for version in SERVED[r.side]) for r in ROUTES)
    assert left < every / 4


def test_that_only_what_is_selected_is_tried(lab: Lab) -> None:
    for side in ("slurm", "slurmdb"):
        status, lines = _check(lab, "-s", plugin(side, 38)[0])
        assert status == 0, lines
        count = sum(r.serves(38) for r in ROUTES if r.side == side) - len(_not_answered(lines))
        assert f"ok  each operation that is served was tried: {count} requests were answered" in lines


def test_that_nothing_is_changed(lab: Lab) -> None:
    def seen() -> list[str]:
        jobs = lab.run("squeue", "-h", "-a", "-o", "%i %T %u", "--sort=i")
        kinds = ("account", "assoc", "cluster", "qos", "user", "wckey", "transaction")
        return [jobs, *(lab.run("sacctmgr", "-nP", "list", kind) for kind in kinds)]

    before = seen()
    assert _check(lab)[0] == 0
    assert seen() == before


_CALLS = {
    ("job_calls", "load_jobs"): "GET /slurm/v0.0.36/jobs",
    ("job_calls", "load_job"): "GET /slurm/v0.0.38/job/{job_id}",
    ("job_calls", "load_job_states"): "GET /slurm/v0.0.42/jobs/state",
    ("job_calls", "job_id_of"): "GET /slurm/v0.0.37/job/{job_id}",
    ("calls", "load_nodes"): "GET /slurm/v0.0.42/nodes",
    ("calls", "load_node"): "GET /slurm/v0.0.36/node/{node_name}",
    ("calls", "load_partitions"): "GET /slurm/v0.0.38/partition/{partition_name}",
    ("calls", "load_reservations"): "GET /slurm/v0.0.42/reservations",
    ("calls", "load_licenses"): "GET /slurm/v0.0.38/licenses",
    ("calls", "load_statistics"): "GET /slurm/v0.0.36/diag",
    ("calls", "load_configuration"): "GET /slurm/v0.0.45/conf",
    ("calls", "load_shares"): "GET /slurm/v0.0.42/shares",
    ("calls", "ping_configured"): "GET /slurm/v0.0.42/ping",
    ("requests", "job"): "POST /slurm/v0.0.36/job/submit",
    ("submit_host", "host"): "POST /slurm/v0.0.37/job/submit",
    ("requests", "submitted"): "POST /slurm/v0.0.38/job/submit",
    ("requests", "update"): "POST /slurm/v0.0.36/job/{job_id}",
    ("requests", "requeue"): "POST /slurm/v0.0.45/jobs/requeue",
    ("allocations", "is_granted"): "POST /slurm/v0.0.41/job/allocate",
    ("layouts", "load_resources"): "GET /slurm/v0.0.44/resources/{job_id}",
    ("one_signal", "kill"): "DELETE /slurm/v0.0.38/job/{job_id}",
    ("signalling", "signal"): "DELETE /slurm/v0.0.42/jobs",
    ("administration", "update_node"): "POST /slurm/v0.0.40/nodes",
    ("administration", "delete_node"): "DELETE /slurm/v0.0.39/node/{node_name}",
    ("administration", "node"): "POST /slurm/v0.0.44/new/node",
    ("codec", "table"): "GET /slurm/v0.0.38/jobs",
}
"""Each call of libslurm that an operation makes, and one request that fails without it."""

_NO_CALLS = {
    *("load", "change"),  # make the others' calls
    *("controllers", "configuration"),  # a ping, which is asked for first; slurm.conf, which is read at the start
    *("each_task", "waiting_tasks", "is_named"),  # take one record apart, and a cluster may have no array
    # would change something: what is done on this side is tried
    *("submit", "allocate", "allocate_components", "create_node"),
    "reconfigure",  # would be done
    "send_to",  # makes the call of `kill` for one of many
    *("look_for_nodes", "may_be_several"),  # take names apart, and ask where these are several
    "confirm",  # is `load_licenses`, for plug-ins
}


def test_that_each_call_is_broken_here() -> None:
    public = {
        name
        for module in (
            *(trial.calls, trial.job_calls, trial.layouts, trial.requests, trial.submit_host),
            *(trial.allocations, trial.one_signal, trial.signalling, trial.administration),
        )
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and name[0] != "_"
    }
    assert public == {name for module, name in _CALLS if module != "codec"} | _NO_CALLS


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(call, id=".".join(call), marks=[pytest.mark.slow] if index % 3 else [])
        for index, call in enumerate(_CALLS)
    ],
)
def test_a_call_that_is_broken(lab: Lab, call: tuple[str, str]) -> None:
    status, lines = _check(lab, broken=(*call, "gone"))
    assert (status, lines[-1]) == (1, "Something has to be changed: see the lines with NO.")
    assert f"NO  {_CALLS[call]} fails: AttributeError: no such thing in this release" in lines


def test_that_the_last_one_may_end_the_process(lab: Lab) -> None:
    status, lines = _check(lab, broken=("inventory", "reservation", "crash"))
    assert status == 1
    last = list(trial.trials(Settings(), ["slurm"]))[-1][0]
    assert f"NO  {last} ends the process (status -11)" in lines


@pytest.mark.parametrize(("fault", "ending"), [("fatal", "1"), ("crash", "-11")])
def test_a_call_that_ends_the_process(lab: Lab, fault: str, ending: str) -> None:
    """libslurm's fatal() or a struct of another shape: the trials after it are made all the same."""
    status, lines = _check(lab, broken=("calls", "load_licenses", fault))
    assert status == 1
    ended = [line for line in lines if "ends the process" in line]
    (route,) = (one for one in ROUTES if (one.side, one.method, one.path) == ("slurm", "GET", "licenses"))
    versions = [version for version in SERVED["slurm"] if route.serves(version)]
    assert ended == [f"NO  GET /slurm/v0.0.{one}/licenses ends the process (status {ending})" for one in versions]
    assert not [line for line in lines if " fails: " in line or "was tried" in line]


def test_that_each_operation_has_a_trial() -> None:
    ways = ("/requeue", "reconfigure", "resources/{job_id}")  # which change something, or take a job that there is
    own = [route for route in ROUTES if route.method != "GET" or route.path.endswith(ways)]
    functions = {route.function for route in own if route.side != "slurmdb"}
    assert functions == set(trial.WRITES)
    for side, known in (("slurm", trial._LISTS), ("slurmdb", trial._KEPT)):
        parameters = {name for r in ROUTES if r.side == side for name in re.findall(r"\{(\w+)", r.path)}
        assert parameters <= {"job_id", *known}
    assert trial.NO_JOB > 67_043_328  # the largest MaxJobId that slurm.conf(5) allows
