# SPDX-License-Identifier: GPL-2.0-or-later
"""slurmdbd's configuration as 22.05 tells it, and what v0.0.45 makes of it."""

from __future__ import annotations

from slurmrest_inet.api.slurmdbd import conf_pairs
from slurmrest_inet.schema.slurmdbd.conf import CONF

PAIRS = {
    "AllowNoDefAcct": "Yes",
    "ArchiveDir": "/srv",
    "ArchiveJobs": "Yes",
    "ArchiveScript": "(null)",
    "CommitDelay": "Yes",
    "DbdHost": "localhost",
    "DbdPort": "6819",
    "DebugLevel": "info",
    "DebugLevelSyslog": "(null)",
    "MaxQueryTimeRange": "60-01:02:03",
    "Parameters": "PreserveCaseUser,other",
    "PurgeEventAfter": "1000 hours",
    "PurgeJobAfter": "12 months*",
    "PurgeResvAfter": "NONE",
    "StorageLoc": "slurm_acct_db",
    "TrackWCKey": "Yes",
    "TrackSlurmctldDown": "No",
}


def _purge(**given: object) -> dict[str, object]:
    return {"set": bool(given), "hours": 0, "days": 0, "months": 0, "archive": False, **given}


def test_what_pairs_tell() -> None:
    found, untold = conf_pairs.told(PAIRS)
    assert list(found) == [row.path for row in CONF.rows_of(45)]
    assert untold == ["CommitDelay", "MaxPurgeLimit"]
    assert found["Flags"] == ["AllowNoDefAcct"]
    assert (found["DbdPort"], found["DebugLevel"], found["DebugLevelSyslog"]) == (6819, "info", "")
    assert found["PersistConnFlags"] == ["PreserveCaseUser"]
    assert found["PurgeEventAfter"] == _purge(hours=1000)
    assert found["PurgeJobAfter"] == _purge(months=12, archive=True)
    assert found["PurgeResvAfter"] == found["PurgeJobEnvAfter"] == _purge()
    assert found["StorageLoc"] == ""
    assert (found["TrackWCKey"], found["TrackSlurmctldDown"]) == (True, False)


def test_a_number_that_is_none() -> None:
    assert conf_pairs.told({"CommitDelay": "No", "MaxPurgeLimit": "50000"})[1] == ["DbdPort"]
