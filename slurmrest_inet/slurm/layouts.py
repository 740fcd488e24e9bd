# SPDX-License-Identifier: GPL-2.0-or-later
"""The resources that a job has on each of its nodes.

Rule 1: libslurm's answer has no struct in a header; where ours (cffi_build/resources.h) is not known to be its own,
        slurmctld is not asked.
"""

from __future__ import annotations

from slurmrest_inet.record import TYPE_CHECKING
from slurmrest_inet.slurm.fill import MissingError
from slurmrest_inet.slurm.library import SlurmError, ffi, lib

if TYPE_CHECKING:
    from typing import Any


class Layout:
    """What a job has on each of its nodes: a Slurm list of node_resource_layout_t, freed by ``close``."""

    struct = "node_resource_layout_t"

    def __init__(self, answer: Any) -> None:
        """Takes libslurm's answer over."""
        self._answer = answer
        self.pointer = lib.resources_nodes(answer)

    def close(self) -> None:
        """Free it with all its records; harmless when done twice."""
        if self._answer != ffi.NULL:
            lib.resources_free(self._answer)
            self._answer = self.pointer = ffi.NULL


def load_resources(job_id: int) -> Layout:
    """slurm_get_resource_layout: of a job that runs. Raises SlurmError, and MissingError where it is not known."""
    if not lib.resources_known():
        raise MissingError("slurm_get_resource_layout whose answer is known")
    slot = ffi.new("resource_layout_t **")
    ffi.errno = 0
    code = lib.resources_load(job_id & 0xFFFFFFFF, slot)
    if code or slot[0] == ffi.NULL:
        raise SlurmError(code or -1, ffi.errno)
    return Layout(slot[0])
