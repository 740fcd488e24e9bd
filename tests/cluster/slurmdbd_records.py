# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab's slurmdbd holds, as sacctmgr and sacct tell it: names for cases, and what rows of jobs are held to."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import homes
from comparison import message
from dbd_jobs import ASSOCIATIONS, BY_STATE, GOVERNORS, PAST_BY_STATE, STATES
from sidebyside import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comparison import Sides
    from sidebyside.lab import Lab


def look_up(lab: Lab, asked: Sides, token: str) -> dict[str, list[str]]:
    """All names that slurmdbd has, by the word that cases use for them; alice's token asks for what rows rely on."""

    def told(entity: str, field: str) -> list[str]:
        return list(dict.fromkeys(lab.run("sacctmgr", "-nP", "list", entity, f"format={field}").split()))

    fields = {"cluster": "cluster", "account": "account", "user": "user", "qos": "name", "wckey": "wckey", "tres": "id"}
    found = {entity: told(entity, field) for entity, field in fields.items()}
    with open(os.path.join(lab.directory, "past-jobs.json"), encoding="utf-8") as file:
        found["past"] = sorted(map(str, set(json.load(file).values())))
    BY_STATE.update((state, _past(state, asked, token)) for state in STATES)
    GOVERNORS.update(line.split("|") for line in _sacct(lab, "jobidraw,reqcpufreqgov"))  # type: ignore[misc]
    ASSOCIATIONS.update(_associations(lab))
    return found


def _sacct(lab: Lab, fields: str, *options: str) -> list[str]:
    return lab.run("sacct", "-nPaDL", "-S", "2025-01-01", f"--format={fields}", *options).splitlines()


def _associations(lab: Lab) -> Iterator[tuple[tuple[str, int], dict[str, str]]]:
    """See dbd_jobs.ASSOCIATIONS."""
    parts = ("account", "cluster", "partition", "user")
    told = lab.run("sacctmgr", "-nP", "list", "assoc", "withdeleted", f"format=id,{','.join(parts)}").splitlines()
    known = {(fields[2], fields[0]): dict(zip(parts, fields[1:])) for fields in (line.split("|") for line in told)}
    for line in _sacct(lab, "cluster,jobidraw,associd", "-X"):
        cluster, job, ident = line.split("|")
        if (cluster, ident) in known:
            yield (cluster, int(job)), known[cluster, ident]


def _past(state: str, asked: Sides, token: str) -> frozenset[int]:
    """See dbd_jobs.BY_STATE; nothing on releases that are not the home of the versions that it is about."""
    if 37 not in homes.at_home(homes.installed(), "slurmdb"):
        return frozenset()
    lines = ("X-SLURM-USER-NAME: alice", f"X-SLURM-USER-TOKEN: {token}")
    data = message("GET", PAST_BY_STATE.format(v="v0.0.37") + state, "HTTP/1.1", lines, b"")
    return frozenset(job["job_id"] for job in json.loads(wire.lenient(asked.real(data).output)[0].body)["jobs"])
