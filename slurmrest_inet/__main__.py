# SPDX-License-Identifier: GPL-2.0-or-later
"""The program: make descriptor 2 safe before anything can print, then follow the command line.

Rule 1: nothing that could fail with a traceback is imported before `open_log` has looked at descriptor 2, because a
        super-server may have put the client there.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command line of this process; returns the exit status."""
    from slurmrest_inet.serve.log import open_log  # noqa: PLC0415 - rule 1: this import is the first thing we do

    log = open_log(os.environ)

    from slurmrest_inet import cli, lazy  # noqa: PLC0415 - rule 1

    lazy.load_h11()
    return cli.run(sys.argv, os.environ, log)


if __name__ == "__main__":
    sys.exit(main())
