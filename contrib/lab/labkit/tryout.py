# SPDX-License-Identifier: GPL-2.0-or-later
"""A newcomer's first look: boot the lab, build the project inside it, and show three requests with their answers.

Rule 1: what is printed as a command is what is run, so that it can be copied.
Rule 2: the checkout is only read; the copy that is built and the environment lie in the lab and go with it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from labkit import client, cluster, config, packages, users
from labkit.place import DEFAULT, Place
from labkit.trouble import LabError

_LAB = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_CHECKOUT = os.path.dirname(os.path.dirname(_LAB))
_NOT_COPIED = (".*", "__pycache__", "*.so", "*.egg-info", "build", "dist")
_PATHS = ("/slurm/v0.0.38/ping", "/slurm/v0.0.38/jobs", "/slurm/v0.0.38/nodes")
_SHOWN = 900  # characters of an answer

# The pipe is root's and the instance another user's: rest_auth/local would refuse it, so the token alone counts.
_ASK = r"""ask() {
    printf 'GET %s HTTP/1.1\r\nHost: lab\r\nX-SLURM-USER-NAME: alice\r\nX-SLURM-USER-TOKEN: %s\r\n\r\n' "$1" "$token" |
        setpriv --reuid={service} --regid={service} --clear-groups "$LAB_DIR/venv/bin/slurmrest-inet"
}""".replace("{service}", users.SERVICE)


def run(place: Place, *, install: bool) -> None:
    """Do it all; LabError when an answer is not what it should be."""
    packages.require([*packages.CLUSTER, *packages.BUILD], install=install)
    present = place.load()
    sizes = config.Sizes(*present.values["sizes"]) if present else config.Sizes()
    cluster.up(place, sizes, install=install)
    _build(place)
    option = "" if place.folder == DEFAULT else f" --dir {place.folder}"
    lines = [f'eval "$({_LAB}/lab env{option})"', f"token=$({_LAB}/lab token{option} {users.ALICE})", _ASK]
    print("\nAs root, in a shell:\n")
    print("\n".join(lines))
    for path in _PATHS:
        asked = f"ask {path}"
        print(f"\n{asked}\n")
        answer = _shell(place, [*lines, asked])
        print(_shorten(answer))
        if not answer.startswith("HTTP/1.1 200 "):
            raise LabError(f"{path} was not answered with 200")
    print(f"\nThe lab in {place.folder} goes on until `{_LAB}/lab down{option}`.")


def _build(place: Place) -> None:
    cluster.say(f"building the project in {place('venv')}")
    for name in ("src", "venv"):
        shutil.rmtree(place(name), ignore_errors=True)
    shutil.copytree(_CHECKOUT, place("src"), ignore=shutil.ignore_patterns(*_NOT_COPIED))
    _run(place, "/usr/bin/python3", "-m", "venv", place("venv"))
    _run(place, place("venv", "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--root-user-action=ignore", place("src"))  # fmt: skip


def _run(place: Place, *argv: str) -> None:
    """One step of the build, with the caller's environment for pip's sake (proxies, indexes, certificates)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    log = place.log("build")
    with open(log, "ab") as output:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=kept, cwd="/", umask=0o022, check=False
        )
    if done.returncode:
        with open(log, encoding="utf-8", errors="replace") as file:
            raise LabError(f"{' '.join(argv)} failed, see {log}:\n{file.read()[-2000:]}")


def _shell(place: Place, lines: list[str]) -> str:
    sys.stdout.flush()
    environment = {name: value for name, value in client.environment(place).items() if name != "SLURM_CONF"}
    done = subprocess.run(
        ["/bin/sh", "-c", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment,
        cwd="/", check=False,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def _shorten(answer: str) -> str:
    text = answer.replace("\r\n", "\n")
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN]} ...\n[{len(answer)} characters in all]"
