# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said of a request is bounded in proportion to its size, from its bytes to the status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slurmrest_inet._slurm")

from slurmrest_inet.api import app, parameters, told
from slurmrest_inet.api.rehearsal import application
from slurmrest_inet.api.report import Report
from slurmrest_inet.api.slurmdbd import named_job
from slurmrest_inet.http.message import Request, RestError
from slurmrest_inet.schema.job_desc import JOB_DESC
from slurmrest_inet.schema.scalars import InvalidError
from slurmrest_inet.settings import Settings
from slurmrest_inet.slurm import library, submit_host

if TYPE_CHECKING:
    from typing import Any

    from slurmrest_inet.api.call import Call
    from slurmrest_inet.api.envelope import Answer


def _query(call: Call) -> Answer:
    report = Report(call)
    parameters.read(call, report)
    return report.answer()


def _body(call: Call) -> Answer:
    report = Report(call)
    told.read(call, report, JOB_DESC, call.body, submit_host.host())
    return report.answer()


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ask the application, whose operations do nothing but read; return the status and how much was told."""
    reads = {"GET": _query, "POST": _body}
    monkeypatch.setattr(library, "adopt", lambda _identity: None)
    server = application(Settings())

    def ask(method: str, path: str, body: dict[str, Any]) -> tuple[int, int]:
        monkeypatch.setattr(type(server), "operation", staticmethod(lambda _name: reads[method]))
        headers = ((b"content-type", b"application/json"), (b"x-slurm-user-token", b"a.b.c"))
        target = f"/slurm/v0.0.42/{path}"
        request = Request(method, target, target, None, "1.1", headers, json.dumps(body).encode())
        try:
            response = server(request)
        except RestError as error:
            return error.status, 0
        assert isinstance(response.body, app.envelope.Document)
        return response.status, len(json.loads(b"".join(bytes(part) for part in response.body))["warnings"])

    return ask


@pytest.mark.parametrize(("method", "path"), [("GET", "jobs"), ("POST", "job/5")])
def test_that_too_much_to_tell_is_413(ask: Any, method: str, path: str) -> None:
    assert ask(method, path, {f"a{number}": 1 for number in range(100)}) == (200, 100)
    assert ask(method, path, {f"a{number}": 1 for number in range(5_000)}) == (413, 0)
    # More than any request may be told, but not than one of that size.
    assert ask(method, path, {"k" * 100_000: 1}) == (200, 1)


def test_that_a_long_key_is_not_multiplied(ask: Any) -> None:
    body = {"k" * 20_000: {f"a{number}": 1 for number in range(2_000)}}
    assert ask("POST", "job/5", body) == (413, 0)


def test_a_number_of_a_job_without_bound_is_none() -> None:
    with pytest.raises(InvalidError):
        named_job._typed("9" * 400 + ".5")
