# SPDX-License-Identifier: GPL-2.0-or-later
"""Every operation that changes something, of one API version, asked as root so that Slurm does it.

Rule 1: beside them it reads what is found by nothing else than what it has made.
Rule 2: what was made is removed again, by the operations that remove it, or by Slurm's commands where there are none.
Rule 3: what becomes of it in Slurm other tests look at; here each operation is to have an answer with a status of its
        own, which is 200 if this release can do it at all.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

from slurmrest_inet.versions import since

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sidebyside.lab import Lab
    from sidebyside.wire import Answer

    Ask = Callable[..., "Answer | None"]
    """Asks for an operation by method and place behind the version, which stands in the query and the body as it is;
    None: the version does not have it."""

NAME = "documented"
_PATIENCE = 60.0
_ADDS_NODES = 2411
"""slurmctld of releases before that one dies of nodes that are added again."""
_ENVIRONMENT: dict[int, Any] = {36: {"PATH": "/bin"}, 39: ["PATH=/bin"]}
_CLUSTERS = {"clusters": [{"name": NAME}]}
_WANTED: dict[int, Any] = {36: {**_CLUSTERS, "users": [], "QOS": [], "wckeys": []}, 39: _CLUSTERS}
"""What must be in a body of config."""
_HOSTS = ({"hostlist": "n[1-2]"}, {"hostnames": ["n1", "n2"]})


def write(version: int, release: int, lab: Lab, ask: Ask) -> None:
    """Ask for each of them; `release` is that of the lab."""
    with _left_as_it_was(lab, nodes=release >= _ADDS_NODES):
        _write_jobs(version, lab, ask)
        _write_nodes(lab, ask, added=release >= _ADDS_NODES)
        _write_partitions_and_reservations(lab, ask)
        ask("GET", "slurm/reconfigure")
        _write_accounting(version, lab, ask)
    ask("POST", "util/hostnames", _HOSTS[0])
    ask("POST", "util/hostlist", _HOSTS[1])


@contextlib.contextmanager
def _left_as_it_was(lab: Lab, *, nodes: bool) -> Iterator[None]:
    try:
        yield
    finally:
        lab.run("scancel", "-Q", "-n", NAME)
        commands = [
            *(("scontrol", "delete", f"{what}={NAME}") for what in ("reservationname", "partitionname")),
            *(("sacctmgr", "-i", "-Q", "delete", what, NAME) for what in ("account", "user", "qos", "cluster")),
        ]
        if nodes:
            commands.append(("scontrol", "delete", f"nodename={NAME}1"))
        for command in commands:
            with contextlib.suppress(subprocess.CalledProcessError):  # most of them are gone
                lab.run(*command)


def _write_jobs(version: int, lab: Lab, ask: Ask) -> None:
    environment = since(_ENVIRONMENT, version)
    job = {"name": NAME, "partition": "free", "current_working_directory": "/tmp", "environment": environment}
    submission = {"script": "#!/bin/sh\nexec sleep 300\n", "job": job}

    def submitted() -> int:
        answer = ask("POST", "slurm/job/submit", submission)
        assert answer is not None
        assert answer.status == 200, answer.body
        return int(json.loads(answer.body)["job_id"])

    one, other = submitted(), submitted()
    ask("POST", "slurm/job/{job_id}", {"comment": "x", "environment": environment}, value=one)
    for job_id in (one, other):
        _await_running(lab, job_id)
    ask("GET", "slurm/resources/{job_id}", value=one)
    ask("GET", "slurm/job/{job_id}/requeue", value=one)
    ask("POST", "slurm/jobs/requeue", {"jobs": [str(other)]})
    ask("DELETE", "slurm/job/{job_id}", value=one)
    ask("DELETE", "slurm/jobs", {"jobs": [str(other)]})
    ask("POST", "slurm/job/allocate", {"job": {**job, "time_limit": 5}})
    changed = {"comment": {"job": "x"}}
    ask("POST", "slurmdb/job/{job_id}", changed, value=one)
    ask("POST", "slurmdb/jobs", {"job_id_list": [str(one)], "job_rec": changed})


def _await_running(lab: Lab, job: int) -> None:
    limit = time.monotonic() + _PATIENCE
    while lab.run("squeue", "-h", "-j", str(job), "-o", "%T").strip() != "RUNNING":
        assert time.monotonic() < limit, "the job does not start"
        time.sleep(0.1)


def _write_nodes(lab: Lab, ask: Ask, *, added: bool) -> None:
    ask("POST", "slurm/node/{node_name}", {"comment": "x"}, value="cloud01")
    ask("POST", "slurm/nodes", {"name": ["cloud01"], "comment": ""})
    if added and ask("POST", "slurm/new/node", {"node_conf": f"NodeName={NAME}1 CPUs=1 State=CLOUD"}) is None:
        lab.run("scontrol", "create", f"NodeName={NAME}1", "CPUs=1", "State=CLOUD")
    if added:
        ask("DELETE", "slurm/node/{node_name}", value=f"{NAME}1")


def _write_partitions_and_reservations(lab: Lab, ask: Ask) -> None:
    ask("POST", "slurm/partitions", {"partitions": [{"name": NAME, "nodes": {"configured": "cloud01"}}]})
    ask("DELETE", "slurm/partition/{partition_name}", value=NAME)
    reservation = {
        "name": NAME, "start_time": 4000000000, "duration": 60, "users": ["root"], "node_list": ["cloud01"],
        "flags": ["IGNORE_JOBS"],
    }  # fmt: skip
    if ask("POST", "slurm/reservation", reservation) is None:
        lab.run("scontrol", "create", f"reservation={NAME}", "starttime=2090-01-01", "duration=60", "users=root",
                "nodes=cloud01", "flags=IGNORE_JOBS")  # fmt: skip
    ask("POST", "slurm/reservations", {"reservations": [{"name": NAME, "duration": 50}]})
    ask("DELETE", "slurm/reservation/{reservation_name}", value=NAME)


def _write_accounting(version: int, lab: Lab, ask: Ask) -> None:
    account = {"name": NAME, "description": "x", "organization": "x"}
    whose = f"?account={NAME}&user=bob&cluster=lab"

    def associate() -> None:
        for association in ({"user": "", "parent_account": "root"}, {"user": "bob"}):
            one = {"account": NAME, "cluster": "lab", "shares_raw": 7, **association}
            if ask("POST", "slurmdb/associations", {"associations": [one]}) is None:
                user = association["user"]
                what = ("user", user, f"account={NAME}") if user else ("account", NAME)
                with contextlib.suppress(subprocess.CalledProcessError):  # the account is associated already
                    lab.run("sacctmgr", "-i", "-Q", "add", *what, "cluster=lab")

    ask("POST", "slurmdb/clusters", _CLUSTERS)
    ask("DELETE", "slurmdb/cluster/{cluster_name}", value=NAME)
    qos = [{"name": NAME, "description": "x"}]
    if ask("POST", "slurmdb/qos", {since({36: "QOS", 39: "qos"}, version): qos}) is None:
        lab.run("sacctmgr", "-i", "-Q", "add", "qos", NAME)
    ask("DELETE", since({36: "slurmdb/qos/{qos_name}", 40: "slurmdb/qos/{qos}"}, version), value=NAME)
    ask("POST", "slurmdb/accounts", {"accounts": [account]})
    ask("POST", "slurmdb/config", {**since(_WANTED, version), "accounts": [account]})
    for place in ("slurmdb/association", "slurmdb/associations"):
        associate()
        ask("GET", "slurmdb/association", query=whose)
        ask("DELETE", place, query=whose)
    ask("DELETE", "slurmdb/account/{account_name}", value=NAME)
    ask(
        *("POST", "slurmdb/accounts_association"),
        {
            "association_condition": {"accounts": [NAME], "clusters": ["lab"]},
            "account": {"description": "x", "organization": "x"},
        },
    )
    ask(
        *("POST", "slurmdb/users_association"),
        {"association_condition": {"users": [NAME], "accounts": ["root"], "clusters": ["lab"]}, "user": {}},
    )
    ask("POST", "slurmdb/users", {"users": [{"name": NAME}]})
    ask("POST", "slurmdb/wckeys", {"wckeys": [{"name": NAME, "user": "bob", "cluster": "lab", "id": 0}]})
    for method in ("GET", "DELETE"):
        ask(method, since({36: "slurmdb/wckey/{wckey}", 40: "slurmdb/wckey/{id}"}, version), value=NAME)
    ask("DELETE", since({36: "slurmdb/user/{user_name}", 40: "slurmdb/user/{name}"}, version), value=NAME)
