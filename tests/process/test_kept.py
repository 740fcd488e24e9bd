# SPDX-License-Identifier: GPL-2.0-or-later
"""What a listener hands to the one that takes its place, which can be another version."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from wire import PATIENCE

from slurmrest_inet.auth.keys import Keys
from slurmrest_inet.serve.kept import KEPT, Kept, read_kept
from slurmrest_inet.settings import StartError


def test_it_comes_back_as_it_was() -> None:
    network = (32, 5, False)
    kept = Kept(
        (3, 4), ((5, "uid=1"), (6, network)), (10, 11), ((7, network, 0), (8, None, 1)), 9, Keys(b"a", None), trial=True
    )
    environ = {KEPT: str(kept.write())}
    assert read_kept(environ) == kept
    assert environ == {}
    assert read_kept(environ) is None


GOOD = Kept()._asdict()


@pytest.mark.parametrize(
    "values",
    [
        {**GOOD, "another": 1},
        {**GOOD, "sockets": 3},
        {**GOOD, "waiting": [[5]]},
        {name: value for name, value in GOOD.items() if name != "refused"} | {"denied": []},
        {**GOOD, "waiting": [[5, [32]]]},
        {**GOOD, "instances": [[7, "uid=1"]]},
        {**GOOD, "keys": ["a", "b", "c", "d", "e"]},
        {**GOOD, "keys": ["no hexadecimal"]},
        [],
        "",
    ],
)
def test_what_another_version_kept(values: Any) -> None:
    memory = os.memfd_create("kept", 0)
    os.write(memory, json.dumps(values).encode() if values else b"no JSON")
    os.lseek(memory, 0, os.SEEK_SET)
    with pytest.raises(StartError, match="not understood: restart it"):
        read_kept({KEPT: str(memory)})


@pytest.mark.parametrize("number", ["here", "999"])
def test_it_is_one_sentence(listen: Any, number: str) -> None:
    one = listen(SLURMREST_INET_KEPT=number)
    assert one.process.wait(PATIENCE) == 1
    assert one.read_log().count("\n") == 1
    assert "not understood" in one.log
