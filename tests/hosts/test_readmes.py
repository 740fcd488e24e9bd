# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands in the README.md of contrib/systemd-socket and contrib/xinetd, run in their order on a booted host."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from host import CONTRIB, free_port
from sidebyside import booted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labkit.machine import Machine
    from sidebyside.lab import Lab

pytestmark = pytest.mark.skipif(booted.unable() is not None, reason=str(booted.unable()))

FOLDERS = ("systemd-socket", "xinetd")


@pytest.fixture
def machine(lab: Lab) -> Iterator[Machine]:
    """A host as the first page leaves it: with the program and its user."""
    with booted.boot(lab) as one:
        yield one


def blocks(text: str) -> list[str]:
    """What a reader types, but for what is marked as text: it needs a network, lasts, or is for another host."""
    return [block for mark, block in re.findall(r"(?ms)^```(\w*)\n(.*?)^```$", text) if not mark]


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_commands(machine: Machine, folder: str) -> None:
    # The host shares this machine's ports.
    ports = {"6820": str(free_port()), "6821": str(free_port())}

    def text_of(path: str) -> str:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for old, new in ports.items():
            text = text.replace(old, new)
        return text

    for above, _folders, names in os.walk(os.path.join(CONTRIB, folder)):
        for name in names:
            path = os.path.join(above, name)
            machine.write(f"/root/contrib/{os.path.relpath(path, CONTRIB)}", text_of(path))
    commands = blocks(text_of(os.path.join(CONTRIB, folder, "README.md")))
    assert len(commands) >= 3
    for block in commands:
        # As typed: one command after the other, each of which must work.
        machine.run("sh", "-exc", "cd /root\n" + block)
    # Nothing of it is left.
    assert machine.attempt("sh", "-c", "find /etc /run -xdev -name 'slurmrest-inet*'").stdout == ""
    assert machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", "slurmrest-inet*") == ""
