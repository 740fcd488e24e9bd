# SPDX-License-Identifier: GPL-2.0-or-later
"""How slurmdbd is configured, as the installed release tells it: in a struct from 26.05 on, before in texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sidebyside import program, wire

from slurmrest_inet.schema.slurmdbd.conf import CONF

if TYPE_CHECKING:
    from sidebyside.lab import Lab


def test_what_slurmdbd_conf_says(lab: Lab, tokens: dict[str, str]) -> None:
    head = ("GET /slurmdb/v0.0.45/conf HTTP/1.1", "X-SLURM-USER-NAME: bob", f"X-SLURM-USER-TOKEN: {tokens['bob']}")
    (answer,) = wire.strict(program.ours(lab).exchange("\r\n".join((*head, "", "")).encode()).output)
    assert answer.status == 200
    document = json.loads(answer.body)
    assert document["errors"] == []
    told = document["slurmdbd_conf"]
    with open(lab.variables["LAB_SLURMDBD_CONF"], encoding="utf-8") as file:
        written = dict(re.findall(r"(?m)^(\w+)=(.*)$", file.read()))
    assert list(told) == [row.path for row in CONF.rows_of(45)]
    assert told["DbdPort"] == int(written["DbdPort"])
    assert [told[name] for name in ("DbdHost", "DebugLevel", "PidFile")] == [
        written[name] for name in ("DbdHost", "DebugLevel", "PidFile")
    ]
    assert told["TrackWCKey"] is True
    assert told["PurgeJobAfter"] == {"set": False, "hours": 0, "days": 0, "months": 0, "archive": False}
    assert told["StorageLoc"] == ""
    assert written["StorageLoc"] not in answer.body.decode()
