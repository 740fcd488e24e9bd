# SPDX-License-Identifier: GPL-2.0-or-later
"""A newcomer's first look: three requests to the project, built in a lab that is up, and their answers.

Rule 1: what is printed as a command is what is run, so that it can be copied.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

from labkit import users
from labkit.place import CHECKOUT
from labkit.trouble import LabError

_LAB = os.path.join(CHECKOUT, "contrib/lab/lab")
_PATHS = ("/slurm/v0.0.38/ping", "/slurm/v0.0.38/jobs", "/slurm/v0.0.38/nodes")
_SHOWN = 900  # characters of an answer

# The pipe is root's and the instance another user's: rest_auth/local would refuse it, so the token alone counts.
_ASK = r"""ask() {
    printf 'GET %s HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: %s\r\n\r\n' "$1" "$token" |
        {lab} exec{which} setpriv --reuid={service} --regid={service} --clear-groups slurmrest-inet
}"""


def show(which: list[str]) -> None:
    """Print and run it all in a shell; LabError when an answer is not what it should be.

    which: the options that tell this lab from others.
    """
    option = "".join(" " + shlex.quote(word) for word in which)
    ask = _ASK.replace("{lab}", _LAB).replace("{which}", option).replace("{service}", users.SERVICE)
    lines = [f"token=$({_LAB} token{option} {users.ALICE})", ask]
    print("\nAs root, in a shell:\n")
    print("\n".join(lines))
    for path in _PATHS:
        asked = f"ask {path}"
        print(f"\n{asked}\n")
        answer = _shell([*lines, asked])
        print(_shorten(answer))
        if not answer.startswith("HTTP/1.1 200 "):
            raise LabError(f"{path} was not answered with 200")
    print(f"\nThe lab goes on until `{_LAB} down{option}`.")


def _shell(lines: list[str]) -> str:
    sys.stdout.flush()
    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd="/", check=False
    )
    return done.stdout.decode("utf-8", "replace")


def _shorten(answer: str) -> str:
    text = answer.replace("\r\n", "\n")
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN]} ...\n[{len(answer)} characters in all]"
