# SPDX-License-Identifier: GPL-2.0-or-later
"""What a whole instance loads for common requests: every module costs each connection its time."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import h11
import pytest
from sidebyside import program

import slurmrest_inet

if TYPE_CHECKING:
    from sidebyside.lab import Lab

# The folders of the program and of what it needs, as the launcher's Python sees them where both lie together.
FOLDERS = [os.path.dirname(os.path.dirname(module.__file__ or "")) for module in (slurmrest_inet, h11)]
START = f"import sys; sys.path += {FOLDERS}; from slurmrest_inet.__main__ import main; main()"
HEAVY = {
    *("argparse", "ast", "binascii", "collections", "contextlib", "dataclasses", "enum", "functools", "inspect"),
    *("json", "logging", "mmap", "pathlib", "re", "signal", "site", "socket", "traceback", "types", "typing", "yaml"),
}


@pytest.mark.parametrize(
    "path",
    [
        *("slurm/v0.0.38/ping", "slurm/v0.0.42/ping", "slurm/v0.0.38/jobs", "slurm/v0.0.42/jobs"),
        *("slurm/v0.0.42/job/1", "slurm/v0.0.42/jobs/state", "slurm/v0.0.42/nodes", "slurmdb/v0.0.38/jobs"),
        *("slurmdb/v0.0.42/jobs", "slurmdb/v0.0.42/users", "slurmdb/v0.0.38/associations", "slurmdb/v0.0.42/qos"),
    ],
)
def test_that_nothing_heavy_is_loaded(lab: Lab, tokens: dict[str, str], path: str) -> None:
    ours = program.ours(lab)
    argv = (sys.executable, "-X", "importtime", "-I", "-S", "-c", START, *ours.argv[-2:])
    head = f"GET /{path} HTTP/1.1\r\nX-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: {tokens['alice']}"
    outcome = ours._replace(argv=argv).exchange(f"{head}\r\n\r\n".encode())
    assert outcome.output.startswith(b"HTTP/1.1 200 ")
    loaded = set(re.findall(r"import time:\s+\d+ \|\s+\d+ \|\s*(\S+)", outcome.log))
    assert {"h11", "slurmrest_inet.slurm.library"} <= loaded
    assert loaded & HEAVY == set()
