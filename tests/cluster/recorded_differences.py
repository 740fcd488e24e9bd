# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers differ from what was recorded of slurmrestd of 23.02 and 25.11, each place with its reason.

Rule 1: 23.02 is the home of v0.0.39: there a difference is one on purpose. 25.11 serves versions whose home is 26.05:
        there it is what 26.05 says otherwise, which the comparison beside the real server holds ours to.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

LIES = {
    ("nodes?update_time=abc", False): "A time that it cannot read is null to it, and no error.",
    ("partitions", True): "Where nobody could be asked it says that all is well, and null.",
    ("partition/debug", True): "As above.",
}
"""By path and whether slurmctld was down: the real server of 23.02 answers 200."""


class Otherwise(NamedTuple):
    """What is otherwise in answers to some recorded requests.

    release: whose recording it is. paths: a regular expression for side and path. values: what the recorded answer and
    ours have, by place. down: whether the daemon was.
    """

    ident: str
    release: str
    paths: str
    values: dict[str, tuple[Any, Any]]
    reason: str
    down: bool = False

    def explains(self, one: dict[str, Any], place: str, recorded: Any, ours: Any) -> bool:
        """Whether this row speaks of that place of an exchange, and both sides have there what it says."""
        return (
            (self.release, self.down) == (one["release"], bool(one.get("down")))
            and bool(re.fullmatch(self.paths, f"{one['side']}/{one['path']}"))
            and self.values.get(place) == (recorded, ours)
        )


_NO_JOBS = ("slurmdb_jobs_get() found nothing", "_dump_jobs")

READS = (
    Otherwise(
        "unknown-partition",
        "25.11",
        "slurm/partition/nosuch",
        {
            "status": (422, 200),
            "errors": ([[9000, "Unable to find partition nosuch", "op_handler_partition"]], []),
            "warnings": ([], [["Unable to find partition nosuch", "_partition_get"]]),
        },
        "No error to 26.05, which warns.",
    ),
    Otherwise(
        "partition-source",
        "25.11",
        "slurm/partition/debug",
        {
            "errors": (
                [[1800, "Unable to query partitions", "op_handler_partition"]],
                [[1800, "Unable to query partitions", "_partition_get"]],
            )
        },
        "The name of 26.05's function.",
        down=True,
    ),
    Otherwise(
        "comma-list",
        "25.11",
        "slurm/jobs/state[?]job_id=1%2C3",
        {
            "status": (422, 200),
            "errors": ([[9000, "Rejecting request. Failure parsing query", "op_handler_job_states"]], []),
            "payload": ([], ["jobs"]),
        },
        "26.05 refuses it, too, although its document has a comma list there; see states-list.",
    ),
    Otherwise(
        "may-not",
        "25.11",
        "slurmdb/(config|diag|wckey/.*|wckeys([?].*)?)",
        {"status": (500, 422)},
        "What a user may not see is 422 in 26.05.",
    ),
    Otherwise(
        "unknown-state",
        "25.11",
        "slurmdb/jobs[?]state=(foo|f%2CCD)",
        {"warnings": ([[*_NO_JOBS]], [])},
        "Beside the error 26.05 lists jobs of any state.",
    ),
    Otherwise(
        "jobs-of-a-qos",
        "25.11",
        "slurmdb/jobs[?]qos=fast",
        {
            "status": (200, 500),
            "errors": ([], [[-1, "slurmdb_jobs_get failed", "_dump_jobs"]]),
            "warnings": ([[*_NO_JOBS]], []),
            "payload": (["jobs"], []),
        },
        "slurmdbd of 26.05 refuses a QOS that is no id.",
    ),
    Otherwise(
        "associations-of-a-qos",
        "25.11",
        "slurmdb/associations[?](qos=fast|default_qos=normal)",
        {
            "status": (200, 500),
            "errors": ([], [[-1, "slurmdb_associations_get failed", "_dump_assoc_cond"]]),
        },
        "As above, of which neither release says anything; see dbd-association-not-asked.",
    ),
)


class Written(NamedTuple):
    """What is otherwise in answers to recorded writes of v0.0.39 for slurmdbd, by their names; else as `Otherwise`."""

    ident: str
    names: tuple[str, ...]
    values: dict[str, tuple[Any, Any]]
    reason: str

    def explains(self, name: str, place: str, recorded: Any, ours: Any) -> bool:
        """Whether this row speaks of that place of an exchange, and both sides have there what it says."""
        return name in self.names and self.values.get(place) == (recorded, ours)


_ABSENT = [
    ["unable to find #/associations/ in HTTP query", "_update_associations"],
    ["ignoring empty or non-existant associations array", "_update_associations"],
]
_NO_ACCOUNT = (
    "User cfgu default account of cfg1 was ignored. It can only be set if the user has accounts already associated."
)
_NO_TRES = [
    [2115, "#/associations[0]/max/tres/per/job/", "Couldn't find TRES matching name:(null) type:foo"],
    [9001, "#/associations/", "parsing failed"],
]

DATABASE_WRITES = (
    Written(
        "unknown-tres",
        ("db tres unknown type",),
        {"status": (200, 500), "errors": ([], _NO_TRES)},
        "The real server passes over a resource that there is not, and says that all is well.",
    ),
    Written(
        "unknown-tres-of-none",
        ("db association unknown tres",),
        {"errors": ([[-1, "slurmdb_associations_add() failed", "_foreach_update_assoc"]], _NO_TRES)},
        "As above; there slurmdbd refuses the association for another reason.",
    ),
    Written(
        "tres-of-config",
        ("db config tres", "db config TRES"),
        {"warnings": (_ABSENT, [*_ABSENT, ["Ignoring TRES, which slurmctld alone adds", "op_handler_config"]])},
        "Ours tells what it passes over.",
    ),
    Written(
        "config-read-as-a-whole",
        ("db config by plain user",),
        {"warnings": ([], _ABSENT)},
        "A body is read to its end before slurmdbd is asked for anything; the real server ends at the refused account.",
    ),
    Written(
        "users-before-associations",
        ("db config users",),
        {"warnings": ([], [[_NO_ACCOUNT, "_foreach_update_user"]])},
        "Ours stores users first, as every later release does; of both sides nothing stays.",
    ),
)
