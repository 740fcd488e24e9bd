# SPDX-License-Identifier: GPL-2.0-or-later
"""Who frees a message of libslurm's, and how often."""

from __future__ import annotations

from typing import Any

import pytest

calls = pytest.importorskip("slurmrest_inet.slurm.calls", reason="needs the compiled extension")


@pytest.fixture
def freed() -> list[Any]:
    return []


@pytest.fixture
def message(freed: list[Any]) -> Any:
    pointer = calls.ffi.new("license_info_msg_t *")
    return calls.Message(pointer, freed.append, "slurm_license_info_t", calls.ffi.NULL, 0)


def test_that_a_message_ends_with_its_block(message: Any, freed: list[Any]) -> None:
    pointer = message.pointer
    with message as same:
        assert same is message
        assert freed == []
    assert freed == [pointer]
    assert message.pointer == calls.ffi.NULL


def test_that_an_error_ends_it_too(message: Any, freed: list[Any]) -> None:
    with pytest.raises(LookupError), message:
        raise LookupError
    assert len(freed) == 1


def test_that_it_is_freed_once(message: Any, freed: list[Any]) -> None:
    with message:
        message.close()
    message.close()
    assert len(freed) == 1
