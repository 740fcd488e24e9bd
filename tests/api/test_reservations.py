# SPDX-License-Identifier: GPL-2.0-or-later
"""What is told of reservations that slurmctld has taken or may have taken; here nobody asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slurmrest_inet import slurm

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api.call import Call
from slurmrest_inet.api.slurmctld import reservation_writes
from slurmrest_inet.slurm import codec, database, reservations
from slurmrest_inet.slurm.library import SlurmError

if TYPE_CHECKING:
    from slurmrest_inet.api.envelope import Answer
    from slurmrest_inet.slurm.fill import Struct

NEW = {"name": "one", "start_time": 1999999999, "duration": 5, "users": ["alice"], "node_list": ["n1"]}
VERSIONS = (43, 44, 45)
SILENT = 5004
"""SLURM_PROTOCOL_SOCKET_IMPL_TIMEOUT"""


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of those that were created; slurmctld has none before, and slurmdbd is not there."""
    names: list[str] = []

    def away(*_arguments: object) -> None:
        raise database._unreachable(111)

    monkeypatch.setattr(reservations, "known", set)
    monkeypatch.setattr(reservations, "create", lambda message: names.append(str(reservations.text(message, "name"))))
    monkeypatch.setattr(database, "tres", away)
    return names


def _written(answer: Answer) -> list[dict[str, Any]]:
    assert answer.errors == ()
    ((key, found),) = answer.payload
    assert key == "reservations"
    codec.Writer(codec.JSON_COMPACT).value(found)  # what is not told leaves a reservation behind, and 500
    return list(found)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("count", "told"), [(-3, -3), (-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1), (7, 7)])
@pytest.mark.usefixtures("sent")
def test_counts_of_64_bits(version: int, count: int, told: int) -> None:
    answer = reservation_writes.update(Call(version, {}, {}, {**NEW, "tres": [{"type": "mem", "count": count}]}))
    assert [one["count"] for one in _written(answer)[0]["tres"]] == [told]


@pytest.mark.usefixtures("sent")
def test_that_the_next_request_looks_for_slurmdbd_anew() -> None:
    """Its connection, or that there was none, belongs to the one request."""
    answer = reservation_writes.update(Call(45, {}, {}, {**NEW, "tres": [{"type": "mem", "count": 5}]}))
    assert _written(answer)[0]["tres"] == [{"type": "mem", "name": "", "id": 0, "count": 5}]
    assert not database._away


@pytest.mark.parametrize("version", VERSIONS)
def test_that_nothing_is_sent_after_what_nobody_answered(
    version: int, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    create = reservations.create

    def lost(message: Struct) -> None:
        create(message)
        if sent[-1] == "two":
            raise SlurmError(-1, SILENT)

    monkeypatch.setattr(reservations, "create", lost)
    body = {"reservations": [{**NEW, "name": name} for name in ("one", "two", "three")]}
    answer = reservation_writes.update_all(Call(version, {}, {}, body))
    assert sent == ["one", "two"]
    assert [one["error_number"] for one in answer.errors] == [SILENT, SILENT]
    assert [one["description"] for one in answer.warnings] == ["These reservations have been created or changed: one"]
    assert str(answer.note).startswith("reservations written: one; not known whether all of them: ")
