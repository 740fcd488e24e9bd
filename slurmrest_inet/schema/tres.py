# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the GPUs and other generic resources of a job go together with its tasks, nodes and sockets.

Rule 1: slurmctld has the last word; here is only found what Slurm's clients find before they ask it, because then
        another error is due.
Rule 2: numbers that follow from others are filled in, as Slurm's clients do.
Rule 3: pure; the names of the resources come from slurm.conf's GresTypes.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from slurmrest_inet.schema.reading import Members

_COUNT = re.compile(r"([+]?[0-9]{1,18})(?:([kmgtp])(i?b)?)?", re.IGNORECASE | re.ASCII)
_LISTS = {
    "cpus_per_tres": "cpus",
    "tres_per_job": "job",
    "tres_per_node": "node",
    "tres_per_socket": "socket",
    "tres_per_task": "task",
    "mem_per_tres": "memory",
}
_SHARED = ("mps", "shard")
"""Resources that are parts of a GPU."""


class _Record:
    """What is asked of one resource of one type: counts by what they are counted for."""

    def __init__(self, name: str, type_: str | None) -> None:
        self.name = name
        self.type = type_
        self.per: dict[str, int] = {}


def _number(text: str) -> int | None:
    match = _COUNT.fullmatch(text)
    if not match:
        return None
    base = 1000 if (match[3] or "").lower() == "b" else 1024
    factor: int = base ** (" kmgtp".index(match[2].lower()) if match[2] else 0)
    return int(match[1]) * factor


def _items(text: str, names: tuple[str, ...]) -> Iterator[tuple[str, str | None, int]]:
    """Name, type and count of each item of "gres:gpu:tesla:2,gres/gpu"; raises ValueError."""
    for item in text.split(","):
        rest = item.replace("gres/", "gres:").rpartition("gres:")[2]
        if not rest:
            continue
        name, *fields = rest.split(":", 2)
        type_, count = None, 1
        if any(not field for field in fields):
            raise ValueError(item)
        number = _number(fields[-1]) if fields else None
        if len(fields) == 2:
            if number is None:
                raise ValueError(item)
            type_ = fields[0]
        elif fields and number is None:
            type_ = fields[0]
        if number is not None:
            count = number
        if not count:
            continue
        if name not in names:
            raise ValueError(item)
        yield name, type_, count


def check(members: Members, names: tuple[str, ...], *, cons_tres: bool) -> None:
    """Raises ValueError where sbatch would refuse; `cons_tres`: slurm.conf has SelectType=select/cons_tres."""
    counts = _Counts(members)
    each = counts.get("ntasks_per_tres")
    if (members.get("tres_per_task") or each is not None) and counts.get("num_tasks") is None:
        counts.imply_tasks(each)
    if not cons_tres and any(members.get(member) for member in _LISTS if member != "tres_per_node"):
        raise ValueError("needs select/cons_tres")
    records: dict[tuple[str, str | None], _Record] = {}
    for member, purpose in _LISTS.items():
        text = members.get(member)
        for name, type_, count in _items(text, names) if isinstance(text, str) else ():
            records.setdefault((name, type_), _Record(name, type_)).per[purpose] = count
    gpu = any(record.name == "gpu" and record.per.keys() - {"cpus", "memory"} for record in records.values())
    if each:
        tasks = counts.get("num_tasks")
        if gpu:
            gpus = (record for record in records.values() if record.name == "gpu")
            members["num_tasks"] = each * sum(map(counts.total, gpus))
        elif tasks:
            if "gpu" not in names:
                raise ValueError("gpu")
            if tasks // each:
                records.setdefault(("gpu", None), _Record("gpu", None)).per["job"] = tasks // each
                gpu = True
        else:
            raise ValueError("neither GPUs nor tasks")
    if records and members.get("mem_per_tres") and not gpu:
        raise ValueError("memory per GPU without GPUs")
    for record in records.values():
        counts.test(record, each)
    _overlap(list(records.values()), members)


def _overlap(records: list[_Record], members: Members) -> None:
    """Refuse "gpu:2" beside "gpu:tesla:1", and parts of GPUs beside GPUs or with their frequency."""
    typed = {record.name for record in records if record.type is not None}
    for record in records:
        if record.type is None and record.name in typed and record.per.keys() - {"cpus", "memory"}:
            raise ValueError(record.name)
    names = {record.name for record in records}
    if names & set(_SHARED) and ("gpu" in names or "gpu" in str(members.get("tres_freq"))):
        raise ValueError("GPUs and parts of them")


class _Counts:
    """The numbers of a job that resources are compared with; one that was not given is None."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def get(self, member: str) -> int | None:
        value = self._members.get(member)
        return value if isinstance(value, int) else None

    def agree(self, member: str, number: int) -> None:
        """The member is `number` or becomes it."""
        if self.get(member):
            self.need(self.get(member) == number)
        else:
            self._members[member] = number

    @staticmethod
    def need(holds: bool) -> None:
        if not holds:
            raise ValueError

    def imply_tasks(self, each: int | None) -> None:
        nodes = self.get("min_nodes")
        if nodes is None or nodes != self.get("max_nodes"):
            return
        per_node = self.get("ntasks_per_node")
        if each is not None or per_node is not None:
            self._members["num_tasks"] = nodes * (each if each is not None else per_node or 0)
        elif self.get("cpus_per_task") is None:
            self._members["num_tasks"] = nodes

    def total(self, record: _Record) -> int:
        """How many there are in the whole job, as far as that can be said."""
        per, tasks, nodes = record.per, self.get("num_tasks"), self.get("min_nodes")
        sockets, on_socket = self.get("sockets_per_node"), self.get("ntasks_per_socket")
        if nodes is not None and sockets is not None:
            all_sockets = nodes * sockets
        else:
            all_sockets = -(-tasks // on_socket) if tasks is not None and on_socket else 1
        return max(
            per.get("job", 0),
            per.get("node", 0) * (1 if nodes is None else nodes),
            per.get("socket", 0) * all_sockets,
            per.get("task", 0) * (1 if tasks is None else tasks),
        )

    def test(self, record: _Record, each: int | None) -> None:
        """The job has enough for its nodes, a node for its sockets and tasks, and all divide without a rest."""
        per = record.per
        job, node, socket, task = (per.get(purpose, 0) for purpose in ("job", "node", "socket", "task"))
        cpus = per.get("cpus", 0)
        self.need(not job or job >= max(node, task, socket))
        self.need(not node or node >= max(task, socket))
        self.need(not socket or self.get("sockets_per_node") is not None)
        self.need(not cpus or self.get("cpus_per_task") is None)
        if record.name in _SHARED:
            self.need(not job or self.get("max_nodes") == 1)
            self.need(not socket or self.get("sockets_per_node") == 1)
            self.need(not task or self.get("num_tasks") == 1)
        if job and node:
            self.need(not job % node)
            nodes, least, most = job // node, self.get("min_nodes"), self.get("max_nodes")
            self.need((least is None or nodes >= least) and (most is None or nodes <= most))
            self._members["min_nodes"] = self._members["max_nodes"] = nodes
        if node and socket:
            self.need(not node % socket)
            self.agree("sockets_per_node", node // socket)
        tasks = self.get("num_tasks")
        self.need(not each or tasks is None or not tasks % each)
        if task:
            job = self._tasks(job, task)
            for count, member in ((node, "ntasks_per_node"), (socket, "ntasks_per_socket")):
                if count:
                    self.need(not count % task)
                    self.agree(member, count // task)
            if cpus:
                self.agree("cpus_per_task", cpus * task)
        if job:
            least, most = self.get("min_nodes"), self.get("max_nodes")
            self.need(least is None or job >= least)
            if most is not None and job < most:
                self._members["max_nodes"] = job

    def _tasks(self, job: int, task: int) -> int:
        """How many of a resource the job has when each task has `task`."""
        if job:
            self.need(not job % task)
            if self.get("num_tasks") is None:
                self._members["num_tasks"] = job // task
            self.need(self.get("num_tasks") == job // task)
            return job
        tasks = self.get("num_tasks")
        self.need(tasks is not None)
        return (tasks or 0) * task


def gres(text: str, prefix: str) -> str:
    """--gres as a list of TRES: each item gets the prefix, "gres:" or "gres/", once."""
    return f"{prefix}{text}".replace(",", f",{prefix}").replace(f"{prefix}gres:", prefix).replace(prefix * 2, prefix)


def gpus(text: str, prefix: str) -> str | None:
    """Write "2,tesla:1" as a list of TRES; None for nothing."""
    return ",".join(f"{prefix}gpu:{item}" for item in text.split(",") if item) or None
