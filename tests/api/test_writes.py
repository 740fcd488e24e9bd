# SPDX-License-Identifier: GPL-2.0-or-later
"""What a job that is written, changed or cancelled comes to where it does not get as far as slurmctld, or not back."""

from __future__ import annotations

from typing import Any

import pytest

from slurmrest_inet import slurm

try:
    slurm.release()
except ImportError as problem:
    pytest.skip(str(problem), allow_module_level=True)

from slurmrest_inet.api.call import Call
from slurmrest_inet.api.slurmctld import job_writes
from slurmrest_inet.schema.job_desc import MOST_COMPONENTS
from slurmrest_inet.slurm import requests

SCRIPT = "#!/bin/sh\ntrue\n"
MANY = MOST_COMPONENTS + 1


def _never(*_arguments: object, **_named: object) -> None:
    raise AssertionError("slurmctld was asked")


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing get as far as slurmctld."""
    for name in ("submit", "update", "kill", "signal"):
        monkeypatch.setattr(requests, name, _never)


@pytest.mark.parametrize("version", [36, 37, 38, 39])
@pytest.mark.usefixtures("unasked")
def test_too_many_components(version: int) -> None:
    """None of them is read: each would be a fault."""
    body = {"script": SCRIPT, "jobs": [5] * MANY}
    answer = job_writes.submit(Call(version, {}, {}, body))
    said = [one.get("description", one["error"]) for one in answer.errors]
    assert answer.code
    assert f"{MANY} components" in str(said[0])
    assert len(said) == (1 if version == 39 else 2)


@pytest.mark.parametrize("version", [36, 37, 38])
@pytest.mark.usefixtures("unasked")
def test_too_many_changes(version: int) -> None:
    """A list can be no change. Those in it that are read are not more than a job's components."""
    body: list[Any] = [{}] * MOST_COMPONENTS + [{"foo": 1}]
    answer = job_writes.update(Call(version, {"job_id": "7"}, {}, body))
    assert [str(one).count("unexpected het job request") for one in answer.errors] == [1]
