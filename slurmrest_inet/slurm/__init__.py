# SPDX-License-Identifier: GPL-2.0-or-later
"""libslurm: the only room that imports the compiled extension."""


def release() -> str:
    """Return the release of Slurm that the extension was built for ("22.05.8"); raises ImportError without one."""
    from importlib import util  # noqa: PLC0415 - no instance asks this

    if util.find_spec("slurmrest_inet._slurm") is None:
        raise ImportError("the extension is not built")
    from slurmrest_inet.slurm.library import BUILT_FOR  # noqa: PLC0415 - loads libslurm

    return BUILT_FOR
