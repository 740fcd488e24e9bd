# SPDX-License-Identifier: GPL-2.0-or-later
"""Real super-servers, each started privately: own folder, own configuration, own port on loopback, ended by its pid."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sidebyside.lab import Lab


@pytest.fixture(scope="session", autouse=True)
def _only_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("the hosts start processes of several users")


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    """A folder that all users can reach, with no folder above it that another user can write to: sshd minds.

    At its end no process may be left that was started with it.
    """
    folder = tempfile.mkdtemp(prefix="slurmrest-hosts-", dir="/run")
    os.chmod(folder, 0o755)  # noqa: S103 - instances run as several users
    yield folder
    try:
        host.until(lambda: not host.processes(folder), f"end of all processes of {folder}")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def command(place: str) -> str:
    """The program as an installed command: an absolute path that needs no environment to work."""
    return host.program(place, "slurmrest-inet", "")


@pytest.fixture(scope="module")
def tokens(lab: Lab) -> dict[str, str]:
    """Tokens by user."""
    return {user: lab.token(user) for user in ("alice", "bob", "root")}


@pytest.fixture
def syslog(place: str) -> Iterator[host.Syslog]:
    """A syslog that every user may write to, until the end of the test."""
    path = os.path.join(place, "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(path)
        os.chmod(path, 0o666)  # noqa: S103 - as /dev/log
        log = host.Syslog(path, receiver)
        # The kernel queues few datagrams: a syslog that does not read would hold the writers up.
        reader = threading.Thread(target=log.listen)
        reader.start()
        try:
            yield log
        finally:
            log.end()
            reader.join()
            os.unlink(path)
