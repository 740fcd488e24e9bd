# SPDX-License-Identifier: GPL-2.0-or-later
"""The program: make descriptor 2 safe before anything can print, follow the command line, and be gone.

Rule 1: nothing that could fail with a traceback is imported before `open_log` has looked at descriptor 2, because a
        super-server may have put the client there.
Rule 2: what an instance leaves behind is the kernel's to clear away. The interpreter's own tidying up takes a sixth of
        a ping (4 ms) and collecting garbage among the imports another 1 ms, so neither is done.

The launcher (cffi_build/launcher.c) runs this file itself, in a Python without `site`; `python -m slurmrest_inet` does
the same with it.
"""

from __future__ import annotations

import gc
import os
import sys

if not __package__:
    sys.path.append(__file__[: -len("/slurmrest_inet/__main__.py")])
    sys.argv[0] = "slurmrest-inet"


def main() -> int:
    """Run the command line of this process and end it with the command's exit status."""
    gc.disable()
    from slurmrest_inet.serve.log import open_log  # noqa: PLC0415 - rule 1: this import is the first thing we do

    log = open_log(os.environ)

    if not __package__:
        _take_the_name()
        from slurmrest_inet import paths  # noqa: PLC0415 - rule 1

        paths.complete()

    from slurmrest_inet import lazy  # noqa: PLC0415 - rule 1

    lazy.start(os.environ)

    from slurmrest_inet import cli  # noqa: PLC0415 - after `lazy.start`, and rule 1

    status = cli.run(sys.argv, os.environ, log)
    # Nothing is in a buffer of ours: descriptors are written without any, and standard error ends at a line's end.
    os._exit(status)


def _take_the_name() -> None:
    """Be slurmrest-inet for ps(1) and for journald's _COMM=, as a script is that the kernel starts (proc(5), comm)."""
    try:
        comm = os.open("/proc/self/comm", os.O_WRONLY)
    except OSError:
        return  # there is no /proc: nobody sees the name
    os.write(comm, b"slurmrest-inet")
    os.close(comm)


if __name__ == "__main__":
    main()
