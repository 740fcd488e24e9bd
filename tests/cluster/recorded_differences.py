# SPDX-License-Identifier: GPL-2.0-or-later
"""Where our answers differ from what was recorded of slurmrestd of 23.02 and 25.11, each place with its reason.

Rule 1: 23.02 is the home of v0.0.39: there a difference is one on purpose. 25.11 serves versions whose home is 26.05:
        there it is what 26.05 says otherwise, which the comparison beside the real server holds ours to.
"""

from __future__ import annotations

import json
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
    """What is otherwise in answers to recorded writes.

    names: a regular expression for those of the exchanges. values: as of `Otherwise`, but that a regular expression may
    stand for either. then: one for what ours tells where it is read what came of it, which is otherwise, too.
    """

    ident: str
    release: str
    names: str
    values: dict[str, tuple[Any, Any]]
    reason: str
    then: str | None = None

    def is_of(self, one: dict[str, Any]) -> bool:
        """Whether this row speaks of an exchange."""
        return one["release"] == self.release and bool(re.fullmatch(self.names, one["name"]))

    def explains(self, one: dict[str, Any], place: str, recorded: Any, ours: Any) -> bool:
        """Whether this row speaks of that place of an exchange, and both sides have there what it says."""
        if not self.is_of(one) or place not in self.values:
            return False
        return all(_is(*pair) for pair in zip(self.values[place], (recorded, ours)))


def _is(expected: Any, value: Any) -> bool:
    if isinstance(expected, re.Pattern):
        return bool(expected.search(json.dumps(value)))
    return bool(expected == value)


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

_ADDED = " Adding User(s)\n  cu6\n Settings\n Associations =\n  C = lab        A = ca1                  U = cu6      \n"
_IGNORED = [['Ignoring unknown field "TRES" of type list in DATA_PARSER_OPENAPI_SLURMDBD_CONFIG_RESP', "#/TRES/"]]
_TRES_IGNORED = [["Ignoring TRES, which slurmctld alone adds", "op_handler_config"]]

DATABASE_WRITES = (
    Written(
        "unknown-tres",
        "23.02",
        "db tres unknown type",
        {"status": (200, 500), "errors": ([], _NO_TRES)},
        "The real server passes over a resource that there is not, and says that all is well.",
    ),
    Written(
        "unknown-tres-of-none",
        "23.02",
        "db association unknown tres",
        {"errors": ([[-1, "slurmdb_associations_add() failed", "_foreach_update_assoc"]], _NO_TRES)},
        "As above; there slurmdbd refuses the association for another reason.",
    ),
    Written(
        "tres-of-config",
        "23.02",
        "db config (tres|TRES)",
        {"warnings": (_ABSENT, [*_ABSENT, ["Ignoring TRES, which slurmctld alone adds", "op_handler_config"]])},
        "Ours tells what it passes over.",
    ),
    Written(
        "config-read-as-a-whole",
        "23.02",
        "db config by plain user",
        {"warnings": ([], _ABSENT)},
        "A body is read to its end before slurmdbd is asked for anything; the real server ends at the refused account.",
    ),
    Written(
        "users-before-associations",
        "23.02",
        "db config users",
        {"warnings": ([], [[_NO_ACCOUNT, "_foreach_update_user"]])},
        "Ours stores users first, as every later release does; of both sides nothing stays.",
    ),
    Written(
        "unprocessable",
        "25.11",
        ".*by plain user.*|db account add, root in alice's name|accounts_association unknown parent"
        "|db tres .*|db config (empty .*|users|qos|tres|TRES|wckeys|unknown key)|db association unknown qos"
        "|db user own level by plain user|db qos preempt unknown qos|db qos with plus"
        "|db delete associations (several users|with partition)"
        "|db delete .* (in use|without filter|with running jobs|root|with jobs|unknown|the default)",
        {"status": (500, 422)},
        "What slurmdbd refuses is 422 in 26.05.",
    ),
    Written(
        "nothing-added",
        "25.11",
        "db association (of .*|with .*|change|limits taken away|same again|unknown (account|cluster|key)|without .*)"
        "|db association of an account with unknown parent .*",
        {"status": (200, 500), "errors": ([], re.compile("nothing was added for account="))},
        "The real server says that all is well where slurmdbd stores nothing, as that of 26.05 does.",
    ),
    Written(
        "nothing-added-of-two",
        "25.11",
        "db two associations, second bad",
        {"status": (200, 500), "errors": ([], re.compile("nothing was added for account=nosuch"))},
        "As above, and the first of two is stored; of ours nothing stays.",
        then='^(?!.*"account": "b2")',
    ),
    Written(
        "unread",
        "25.11",
        "db association bad number|accounts_association wrong type",
        {"status": (200, 422), "errors": ([], re.compile("Rejecting request. Failure parsing"))},
        "The real server answers 200 with a warning, and nothing is changed, as that of 26.05 does.",
    ),
    Written(
        "unknown-tres-later",
        "25.11",
        "db association unknown tres|db tres unknown type",
        {"status": (200, 422), "errors": ([], re.compile("Couldn't find TRES matching name:.null. type:foo"))},
        "The real server passes over a resource that there is not, and says that all is well.",
    ),
    Written(
        "qos-as-text",
        "25.11",
        "db qos as text",
        {"status": (200, 422), "errors": ([], re.compile("Unable to resolve QOS: normal,fast"))},
        "The real server takes a text for no list and answers 200 with a warning, as that of 26.05 does.",
    ),
    Written(
        "tres-of-config-later",
        "25.11",
        "db config (tres|TRES)",
        {"warnings": (_IGNORED[:0], _TRES_IGNORED)},
        "Ours tells what it passes over.",
    ),
    Written(
        "unknown-key-and-tres-of-config",
        "25.11",
        "db config TRES",
        {"warnings": (_IGNORED, [*_IGNORED, *_TRES_IGNORED])},
        "As above.",
    ),
    Written(
        "required-accounts",
        "25.11",
        "accounts_association without accounts",
        {
            "errors": (
                [[9200, "Missing required field 'accounts' in dictionary", "#/association_condition/accounts/"]],
                [[2162, "slurmdb_accounts_add_cond() failed", "_add_accounts_association"]],
            ),
            "payload/added_accounts": (None, "Empty list"),
        },
        "26.05 does not look for the accounts before slurmdbd does.",
    ),
    Written(
        "unknown-level",
        "25.11",
        "users_association unknown level",
        {"payload/added_users": (_ADDED, None)},
        "The real server tells of an unknown level as an error and adds the user all the same.",
    ),
    Written(
        "whole-config",
        "25.11",
        "db config with accounts, associations, users",
        {},
        "The real server says that all is well and stores the clusters alone, as that of 26.05 does.",
        then='"name": "cf(u1|1|q1|c1)"',
    ),
)

_GONE_ON = {"payload/status": (re.compile(r'"step_id"'), [])}
_NO_RESERVATION = "reservation (without (name|users|times)|overlap|unknown node|in the past|plain user|empty .*)"
_NO_NODE = "node (two states|features as csv|unknown node|by plain user|root in .*)"
_NO_NODES = "nodes (without name|unknown|by plain user|empty|topology_str)"

CHANGES = (
    Written(
        "refused-later",
        "25.11",
        f"{_NO_RESERVATION}|reservations (second bad|plain user)|reservation delete (by plain user|again|unknown)"
        f"|{_NO_NODE}|{_NO_NODES}|node delete(, node with jobs| by plain user| static| again| unknown| dynamic.*)?"
        "|new node (again|without state|by plain user|existing static)|reconfigure by plain user"
        "|allocate (hetjob|hetjob of one|job empty|unknown (key|partition)|with script|too big.*|immediate|user_id .*)"
        "|jobs delete (bad id|user_id unknown|empty .*|without body)|db job modify by another",
        {"status": (500, 422)},
        "What slurmctld and slurmdbd refuse is 422 in 26.05.",
    ),
    Written(
        "unknown-word",
        "25.11",
        "node unknown state|reservation unknown flag",
        {"errors": (re.compile("9207.*(2180|2058)"), re.compile(r"^\[\[9207, [^,]*, [^,]*\]\]$"))},
        "slurmctld is asked without the unknown word; ours is told of nothing else, and slurmctld is not asked.",
    ),
    Written(
        "signal-in-spite",
        "25.11",
        "jobs delete (unknown flag|state unknown)|job delete unknown flag",
        _GONE_ON,
        "The real server tells of an unknown flag or state as an error and signals jobs all the same, see signal-all.",
    ),
    Written(
        "signal-without-name",
        "25.11",
        "jobs delete bad signal",
        {
            **_GONE_ON,
            "status": (200, 500),
            "errors": tuple([[number, "Unknown signal (null)", "#/signal/"]] for number in (0, 22)),
        },
        "As above, with an error that is none; see cancel-signal.",
    ),
    Written(
        "allocate-no-component",
        "25.11",
        "allocate hetjob empty",
        {
            "status": (200, 422),
            "errors": tuple(
                [[number, "Refusing HetJob submission without any components", "_job_post_het_allocate"]]
                for number in (0, 9000)
            ),
        },
        "An error of a code that nothing has set, see allocate-nothing.",
    ),
    Written(
        "reservations-done",
        "25.11",
        "reservations second bad",
        {"warnings": ([], [["These reservations have been created or changed: s3", ""]])},
        "The real server does not say that the first was created.",
    ),
    Written(
        "signal-down",
        "25.11",
        "slurmctld stopped",
        {"status": (500, 403)},
        "What has no code of Slurm's but that of the system, which 26.05 takes for a refusal.",
    ),
    Written(
        "all-jobs",
        "25.11",
        "db jobs modify without list",
        {
            "status": (200, 422),
            "errors": ([], [[9000, "Request names no job that could be changed", "_jobs_post_update"]]),
            "payload/results": (re.compile("1 submitted at .*24 submitted at "), None),
        },
        "The real server changes every job that slurmdbd knows, as that of 26.05 does.",
    ),
)
