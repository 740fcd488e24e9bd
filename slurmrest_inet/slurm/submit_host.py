# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job's description is read with: the host that it is submitted on, as sbatch would find it.

Rule 1: no daemon of Slurm's is asked; what the cluster is like, slurm.conf of this host says.
"""

from __future__ import annotations

import os
import time

from slurmrest_inet import versions
from slurmrest_inet.schema.options import Host
from slurmrest_inet.schema.sbatch import GOVERNORS
from slurmrest_inet.slurm.hosts import united
from slurmrest_inet.slurm.library import RELEASE, ffi, lib, text_of
from slurmrest_inet.slurm.this_host import gid, uid


def host() -> Host:
    """Return this process's folder, the time, and what slurm.conf and the host's name service say."""
    conf = lib.conf_loaded()
    known = conf != ffi.NULL
    governors = (
        name for name in GOVERNORS if not known or getattr(lib, name) & conf.cpu_freq_govs & ~lib.CPU_FREQ_RANGE_FLAG
    )
    return Host(
        os.getcwd,
        time.time(),
        united,
        frozenset(governors),
        gres=tuple(filter(None, text_of(conf.gres_plugins).split(","))) if known else None,
        cons_tres=known and text_of(conf.select_type) == "select/cons_tres",
        prefix="gres" + versions.since(versions.GRES_SIGN, RELEASE),
        user=uid,
        group=gid,
    )
