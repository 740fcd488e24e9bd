# SPDX-License-Identifier: GPL-2.0-or-later
"""A description in sbatch's options, up to v0.0.38, made a job: what follows from several of them, and the defaults.

Rule 1: pure: what the host says is in `Host`.
Rule 2: what cannot be is an ImpossibleError, as it would be for sbatch before it asks slurmctld.
"""

from __future__ import annotations

from . import sbatch, tres
from .options import ImpossibleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .options import Host
    from .reading import Members, Record

_NAMES = {36: "openapi"}
"""What a job without a name is called in an API version."""


def describe(record: Record, version: int, host: Host, *, update: bool) -> Members:
    """The members that a new job, or an update of one, gets. Raises ImpossibleError."""
    name = _NAMES.get(version)
    if name is not None and not update:
        record.members.setdefault("name", name)
    return _Description(record, host).members_of(update=update)


class _Description:
    def __init__(self, record: Record, host: Host) -> None:
        self.members: Members = record.members
        self.parts: dict[str, Any] = record.parts
        self.host = host
        self.flags: dict[str, bool] = {}

    def members_of(self, *, update: bool) -> Members:
        """The members, put together from what was read. Raises ImpossibleError."""
        members, parts = self.members, self.parts
        for key in _FLAGGED:
            self.flags.update(parts.get(key, {}))
        if not update:
            for member, default in _DEFAULTS.items():
                members.setdefault(member, default)
            if "work_dir" not in members:
                members["work_dir"] = self.host.folder()
        if isinstance(members.get("req_nodes"), str):
            try:
                members["req_nodes"] = self.host.hosts(str(members["req_nodes"]))
            except ValueError:
                raise ImpossibleError from None
        self._counts(update=update)
        self._memory()
        self._distribution(update=update)
        if "hold" in parts:
            members["priority"] = 0 if parts["hold"] else "INFINITE"
        elif "priority" in parts:
            members["priority"] = parts["priority"]
        if parts.get("no_kill"):
            members["kill_on_node_fail"] = 0
        if "cpu_frequency" in parts:
            parts["cpu_frequency"].fill(members)
        self._tres()
        flags = tuple(name for name, is_set in self.flags.items() if is_set)
        if flags:
            members["bitflags"] = flags
        if not update:
            variables = [f"{name}={value}" for name, value in self._environment().items()]
            members["environment"] = variables
            members["env_size"] = len(variables)
        return members

    def _counts(self, *, update: bool) -> None:
        members, parts = self.members, self.parts
        tasks, cpus, nodes = members.get("num_tasks"), parts.get("cpus_per_task"), parts.get("nodes")
        if tasks is not None:
            self.flags["JOB_NTASKS_SET"] = True
        if cpus is not None:
            self.flags["JOB_CPUS_SET"] = True
            members["cpus_per_task"] = cpus
            members["min_cpus"] = (tasks if isinstance(tasks, int) else 1) * cpus
        elif nodes is not None and not nodes[0]:
            members["min_cpus"] = 0
        elif not update:
            members["min_cpus"] = tasks if isinstance(tasks, int) else 1
        if nodes is not None:
            members["min_nodes"] = nodes[0]
            if nodes[1]:
                members["max_nodes"] = nodes[1]
        for key in ("ntasks_per_gpu", "ntasks_per_tres"):
            if key in parts:
                members["ntasks_per_tres"] = parts[key]
        least = members.get("pn_min_cpus")
        if isinstance(least, int) and least < 0:
            del members["pn_min_cpus"]

    def _memory(self) -> None:
        members, parts = self.members, self.parts
        if "memory_per_node" in parts:
            members["pn_min_memory"] = parts["memory_per_node"]
        elif "memory_per_cpu" in parts:
            members["pn_min_memory"] = ("MEM_PER_CPU", parts["memory_per_cpu"])
        if "memory_per_gpu" in parts:
            members["mem_per_tres"] = f"{self.host.prefix}gpu:{parts['memory_per_gpu']}"
        if parts.get("cpus_per_gpu"):
            members["cpus_per_tres"] = f"{self.host.prefix}gpu:{parts['cpus_per_gpu']}"

    def _distribution(self, *, update: bool) -> None:
        flags, plane = self.parts.get("distribution", ((), None))
        if plane is not None:
            self.members["plane_size"] = plane
        if "SLURM_DIST_ARBITRARY" in flags and "req_nodes" not in self.members:
            raise ImpossibleError
        if flags and update:
            self.members["task_dist"] = flags

    def _tres(self) -> None:
        members, parts = self.members, self.parts
        for key, member in _GPUS.items():
            found = tres.gpus(parts.get(key) or "", self.host.prefix)
            if found:
                members[member] = found
        if parts.get("gres") is not None:
            members["tres_per_node"] = ",".join(filter(None, (str(members.get("tres_per_node", "")), parts["gres"])))
        if self.host.gres is None:
            return
        try:
            tres.check(members, self.host.gres, cons_tres=self.host.cons_tres)
        except ValueError:
            raise ImpossibleError from None

    def _environment(self) -> dict[str, str]:
        """The client's variables and those that sbatch adds, which jobs may look at."""
        members, parts = self.members, self.parts
        found = dict(parts.get("environment", {}))
        if parts.get("get_user_environment"):
            found["SLURM_GET_USER_ENV"] = "1"
        if "SLURM_DIST_ARBITRARY" in parts.get("distribution", ((),))[0]:
            found["SLURM_ARBITRARY_NODELIST"] = str(members["req_nodes"])
        if not found:
            return found
        if "name" in members:
            found["SLURM_JOB_NAME"] = str(members["name"])
        if "open_mode" in members:
            found["SLURM_OPEN_MODE"] = "a" if members["open_mode"] == "OPEN_MODE_APPEND" else "t"
        if "dependency" in members:
            found["SLURM_JOB_DEPENDENCY"] = str(members["dependency"])
        profile: Any = members.get("profile")
        if profile:
            found["SLURM_PROFILE"] = sbatch.shown_profile(profile)
        if "acctg_freq" in members:
            found["SLURM_ACCTG_FREQ"] = str(members["acctg_freq"])
        if "cpu_frequency" in parts:
            found["SLURM_CPU_FREQ_REQ"] = str(parts["cpu_frequency"])
        return found


_FLAGGED = (
    "gres_flags",
    "kill_on_invalid_dependency",
    "kill_on_invalid dependency",
    "spread_job",
    "minimum_nodes",
)
"""Options that become flags."""

_DEFAULTS: Members = {"contiguous": 0, "mail_type": 0, "mem_bind_type": 0, "task_dist": "SLURM_DIST_UNKNOWN"}
"""What slurmrestd sends with a new job beyond what slurm_init_job_desc_msg fills in."""

_GPUS = {
    "gpus": "tres_per_job",
    "gpus_per_node": "tres_per_node",
    "gpus_per_socket": "tres_per_socket",
    "gpus_per_task": "tres_per_task",
}
