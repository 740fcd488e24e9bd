# SPDX-License-Identifier: GPL-2.0-or-later
"""Jobs of all clusters of a federation, or of the only cluster that there is.

Rule 1: every cluster is asked in the thread that has the token. libslurm would ask each in a thread of its own, and
its plugin auth/jwt keeps a token by thread: those would ask as nobody, and no job would be found.
Rule 2: what comes of the answers is what libslurm makes of them: a cluster that fails is left out, the record of a
job's origin comes first, and what is not to be shown keeps its place with 0 as its id.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.calls import MAX_JOB_ID, Message
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable


def load(ask: Callable[[], Message], flags: int) -> Message:
    """Ask every cluster by ``ask``, which asks one. Raises SlurmError when none answers."""
    own = lib.conf_loaded().cluster_name
    slot = ffi.new("void **")
    if lib.slurm_load_federation(slot):
        return ask()  # which fails as well, and says why
    try:
        clusters = list(_clusters(slot[0]))
        if not any(_same(cluster.name, own) for cluster in clusters):
            return ask()
        found = []
        for cluster in clusters:
            try:
                # Where libslurm sends a request to; the own cluster's slurmctld may be one of several.
                lib.working_cluster_rec = ffi.NULL if _same(cluster.name, own) else cluster
                found.append(ask())
            except SlurmError:  # noqa: PERF203 - a few turns
                continue
    finally:
        lib.working_cluster_rec = ffi.NULL
        lib.slurm_destroy_federation_rec(slot[0])
    if not found:
        raise SlurmError(-1, lib.ESLURM_INVALID_JOB_ID)
    return _Merged(found, own, flags)


def _clusters(federation: Any) -> Iterator[Any]:
    """Give the clusters of a federation that are up."""
    if federation == ffi.NULL:
        return
    clusters = ffi.cast("slurmdb_federation_rec_t *", federation).cluster_list
    iterator = lib.slurm_list_iterator_create(clusters)
    while (one := lib.slurm_list_next(iterator)) != ffi.NULL:
        cluster = ffi.cast("slurmdb_cluster_rec_t *", one)
        if cluster.control_host != ffi.NULL and cluster.control_host[0] != b"\0":
            yield cluster
    lib.slurm_list_iterator_destroy(iterator)


def _same(one: Any, other: Any) -> bool:
    return ffi.NULL not in (one, other) and bool(ffi.string(one) == ffi.string(other))


class _Merged(Message):
    """The answers of several clusters as one."""

    def __init__(self, parts: list[Message], own: Any, flags: int) -> None:
        first = parts[0]
        jobs = [job for part in parts for job in part.array[0 : part.count]]
        jobs.sort(key=lambda job: not _same(job.cluster, job.fed_origin_str))
        # Copies of the structs alone; all that they point to belongs to the parts.
        array = ffi.new("slurm_job_info_t[]", jobs)
        first.pointer.last_update = min(part.pointer.last_update for part in parts)
        super().__init__(first.pointer, self._free_parts, first.struct, array, len(jobs))
        self._parts = parts
        known = set()
        for job in array:
            foreign = job.job_id <= MAX_JOB_ID and job.fed_origin_str == ffi.NULL and not _same(job.cluster, own)
            if hasattr(job, "show_flags"):  # of the whole request, not those that one cluster was asked with
                job.show_flags = flags
            if foreign or (not flags & lib.SHOW_SIBLING and job.job_id in known):
                job.job_id = 0
            known.add(job.job_id)

    def _free_parts(self, _first: Any) -> None:
        for part in self._parts:
            part.close()
